# Every command that writes, where it cannot: an existing target, a directory, no directory, no
# permission, a full disk, a device. The target stays as it was, nothing is left beside it, and the
# source is there, with --rm too.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2053,SC2086
. "$(dirname "$0")/support/lib.sh"
. "$source_dir/tests/cli/support/commands.sh"

# Too much for a disk of 64 KiB, however it is packed.
{
    echo '['
    for i in $(seq 1 60); do
        printf '{"ph":"X","pid":1,"tid":1,"ts":%d,"dur":1,"name":"' "$i"
        head -c 3000 /dev/urandom | base64 -w0
        echo '"},'
    done
    echo '{}]'
} >big.json
make_trace small.json
"$VTC" compress -q small.json -o good.vtc && "$VTC" compress -q big.json -o big.vtc || exit 1
vector live-args live.vtc
vector live-args live2.vtc
program=
if command -v gcc >/dev/null; then
    cat >program.c <<'END_C'
int calls(int x) { return x + 1; }
int main(void) { return calls(0) != 1; }
END_C
    gcc -finstrument-functions program.c -o program && program=yes
fi

# source; command, where T is the target.
cat >writers <<'END_TABLE'
big.json; compress big.json -o T
big.vtc; decompress big.vtc -o T
big.vtc; export --to chrome big.vtc -o T
big.vtc; recover big.vtc -o T
big.vtc; compact big.vtc -o T
big.vtc; merge big.vtc live.vtc -o T
live.vtc; decompress live.vtc -o T
live.vtc; export --to chrome live.vtc -o T
live.vtc; recover live.vtc -o T
live.vtc; compact live.vtc -o T
live.vtc; merge live.vtc live2.vtc -o T
program.c; record -o T ./program
END_TABLE
[ -n "$program" ] || {
    sed -i '/; record/d' writers
    skip 'record: there is no gcc'
}

words_of() { # COMMAND TARGET: the arguments, in `words`
    local word
    words=()
    for word in $1; do
        [ "$word" = T ] && word=$2
        words+=("$word")
    done
}

# All of `writers` to a target: the code and what is said of it.
refused() { # TARGET CODE PATTERN [RUN [SOURCES]]
    local source command before
    while IFS=';' read -r source command; do
        [[ -z ${5:-} || $source == $5 ]] || continue
        begin "${command# }: $1"
        before=$(sha256sum "$source" && ls -lAR "$(dirname "$1")" 2>/dev/null)
        words_of "$command" "$1"
        "${4:-run}" "${words[@]}"
        expect_code "$2"
        expect_no_out
        sed -E 's/byte [0-9]+/byte #/' .err >.said
        grep -Eq "^vtc: ([a-z0-9.]+ => )?([^:]*/)?$1: $3\$" .said || {
            fail "expected: $3"
            sed 's/^/    /' .err
        }
        rm .said .out .err
        [ "$(sha256sum "$source" && ls -lAR "$(dirname "$1")" 2>/dev/null)" = "$before" ] ||
            fail 'something was changed or left behind'
    done <writers
}

mkdir there
echo precious >there/x.vtc
refused there/x.vtc 1 'exists already; -f replaces it'
[ "$(cat there/x.vtc)" = precious ] || fail 'the target was changed'
mkdir there/directory
refused there/directory 1 'is a directory, expected the name of a file to write'
forced() { run "$@" -f; }
sed -i 's/record -o/record -fo/' writers
refused there/directory 1 'is a directory, expected the name of a file to write' forced 'big*'
sed -i 's/record -fo/record -o/' writers
refused nowhere/x.vtc 5 '((the directory to write to|cannot open the directory): )?No such file or directory'
refused there/x.vtc/y 5 '((the directory to write to|cannot open the directory): )?Not a directory'

if can_be_nobody; then
    chmod 755 .
    refused there/new.vtc 5 \
        '((a temporary file beside the target|cannot create): )?Permission denied' run_as_nobody
else
    skip 'a directory without permission: not root, or no setpriv'
fi

clean_up() { mountpoint -q "$WORK/disk" && umount "$WORK/disk"; }
no_space='(byte #: )?((cannot )?write: )?No space left on device'
mkdir disk
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    refused disk/x.vtc 5 "$no_space" run 'big*'
    echo old >disk/x.vtc
    begin 'a full disk keeps the old file'
    run compress -f big.json -o disk/x.vtc
    expect_code 5
    [ "$(cat disk/x.vtc)" = old ] || fail 'the old file is gone'
    rm disk/x.vtc
    head -c 100000 /dev/zero >disk/fill 2>/dev/null
    refused disk/x.vtc 5 "$no_space"

    rm disk/fill
    for command in 'compress big.json' 'decompress big.vtc'; do
        begin "$command --rm to a full disk"
        cp "${command#* }" before
        run $command --rm -o disk/x.vtc
        expect_code 5
        cmp -s before "${command#* }" || fail 'the source is gone'
        [ -z "$(ls -A disk)" ] || fail "left behind: $(ls -A disk)"
    done
    begin 'a full disk under standard output'
    "$VTC" compress -c big.json >disk/redirected 2>.err
    code=$?
    expect_code 5
    echo 'vtc: standard output: write: No space left on device' | expect_err
    rm -f disk/*

    begin 'a full disk for what comes from a pipe'
    cat big.vtc | TMPDIR=disk "$VTC" decompress >/dev/null 2>.err
    code=$?
    expect_code 5
    echo 'vtc: standard input: a temporary file for what comes from the pipe: No space left on device' |
        expect_err
    [ -z "$(ls -A disk)" ] || fail "left behind: $(ls -A disk)"

    begin 'compacting in place on a full disk'
    cp live.vtc disk/app.vtc
    head -c 100000 /dev/zero >disk/fill 2>/dev/null
    run compact disk/app.vtc
    expect_code 5
    expect_same disk/app.vtc live.vtc
    [ "$(ls -A disk)" = "$(printf 'app.vtc\nfill')" ] || fail 'something was left'
    rm disk/fill
    run compact -q disk/app.vtc
    expect_code 0
    umount disk
else
    skip 'a full disk: not root, or mounting is not allowed'
fi

begin 'a device as the target'
for target in /dev/null /dev/full; do
    for command in compact merge; do
        run $command live.vtc -o $target
        expect_code 1
        echo "vtc: $target: is a device or FIFO, expected the name of a file to write" | expect_err
    done
done
for command in 'compress big.json' 'decompress big.vtc' 'recover live.vtc'; do
    run $command -o /dev/full
    expect_code 5
    grep -qx 'vtc: /dev/full: write: No space left on device' .err || fail "$(cat .err)"
done
