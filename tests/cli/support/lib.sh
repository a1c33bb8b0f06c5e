# What every test of the command line shares. Used as
#
#     . "$(dirname "$0")/support/lib.sh"
#     begin 'the case'
#     run compress x.json              # stdout, stderr and code are kept
#     expect_code 0
#     expect_out <<'END' ... END       # the whole of standard output, exactly
#     expect_err <<'END' ... END       # the whole of standard error, exactly
#
# The tool is $1 or $VTC. Each test works in a directory of its own, which goes in the end. Sizes
# that depend on the encoder are replaced by # before they are compared (`expect_err_sizes`).
# shellcheck shell=bash disable=SC2119,SC2120
set -u
source_dir=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..") || exit 1
VTC=$(realpath "${1:-${VTC:?the path of the vtc executable is missing}}") || exit 1
WORK=$(mktemp -d) || exit 1
LC_ALL=C.UTF-8
export LC_ALL
unset TMPDIR
umask 022
cd "$WORK" || exit 1
cases=0
skipped=0
name=
: >.failures

finish() {
    local code=$?
    declare -F clean_up >/dev/null && clean_up
    failures=$(wc -l <"$WORK/.failures")
    cd / && chmod -R u+rwx "$WORK" && rm -rf "$WORK"
    if [ "$code" != 0 ]; then
        echo "ended early with $code in: $name"
        exit "$code"
    fi
    echo "$cases cases, $failures failures, $skipped skipped"
    [ "$failures" = 0 ] || exit 1
}
trap finish EXIT

begin() {
    name=$1
    cases=$((cases + 1))
    rm -f "$WORK"/.out "$WORK"/.err
}

fail() {
    echo "$name" >>"$WORK/.failures" # a file, as this may run in the subshell of a pipe
    echo "FAILED: $name: $1"
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

run() {
    "$VTC" "$@" >.out 2>.err </dev/null
    code=$?
}

# As an unprivileged user, for whom permissions count.
run_as_nobody() {
    setpriv --reuid=65534 --regid=65534 --clear-groups "$VTC" "$@" >.out 2>.err </dev/null
    code=$?
}

can_be_nobody() {
    [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$VTC" \
        2>/dev/null
}

expect_code() {
    [ "$code" = "$1" ] && return
    fail "exit code $code, expected $1"
    sed 's/^/    /' .err
}

same() {
    cmp -s "$1" "$2" && return
    fail "$3 differs"
    diff -u "$1" "$2" | sed 's/^/    /'
}

expect_out() {
    cat >.expected
    same .expected .out 'standard output'
}

expect_err() {
    cat >.expected
    same .expected .err 'standard error'
}

# Percentages and sizes become #.
expect_err_sizes() {
    cat >.expected
    sed -E 's/[ 0-9.]+%/ #%/; s/[0-9.]+ ([KMG]i)?B/# B/g' .err >.err_sizes
    same .expected .err_sizes 'standard error'
}

expect_no_err() {
    [ -s .err ] || return 0
    fail 'standard error is not empty'
    sed 's/^/    /' .err
}

expect_no_out() {
    [ -s .out ] && fail 'standard output is not empty'
    return 0
}

expect_same() {
    cmp "$1" "$2" || fail "$1 and $2 differ"
}

# Files that must exist, and must not.
expect_file() {
    for file; do [ -e "$file" ] || fail "$file does not exist"; done
}
expect_no_file() {
    for file; do [ ! -e "$file" ] || fail "$file exists"; done
}
# Nothing temporary is left in a directory.
expect_clean() {
    local left
    left=$(find "${1:-.}" -name '.vtc-*')
    [ -z "$left" ] || fail "left behind: $left"
}

# Writes `count` bytes with these values (octal) over a file at an offset.
patch() { # FILE OFFSET OCTAL
    # shellcheck disable=SC2059
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# A small trace: two threads, X events, a pair of B and E, names of threads.
make_trace() {
    cat >"$1" <<'END'
{"traceEvents":[
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main"}},
{"ph":"X","pid":1,"tid":1,"ts":100.5,"dur":2000,"name":"load","cat":"io"},
{"ph":"X","pid":1,"tid":1,"ts":200,"dur":1262.417,"name":"parse","cat":"cpu"},
{"ph":"B","pid":1,"tid":2,"ts":300,"name":"wait","cat":"lock"},
{"ph":"i","pid":1,"tid":2,"ts":310,"name":"tick"},
{"ph":"E","pid":1,"tid":2,"ts":3534300}
],"displayTimeUnit":"ns"}
END
}
