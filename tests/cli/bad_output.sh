# Standard output that cannot be written to: a full disk, a closed descriptor, a reader that goes away.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"
. "$source_dir/tests/cli/support/commands.sh"

# More than a pipe holds, and than the buffer of standard output.
{
    echo '['
    for i in $(seq 1 500); do
        printf '{"ph":"X","pid":1,"tid":%d,"ts":%d,"dur":1,"name":"' "$i" "$i"
        head -c 300 /dev/urandom | base64 -w0
        printf '","args":{"key%d":1}},\n' "$i"
    done
    echo '{}]'
} >big.json
"$VTC" compress -q big.json || exit 1
vector live-args live.vtc

commands=('compress -c big.json' 'decompress -c big.vtc' 'export --to chrome -c big.vtc'
    'recover -c big.vtc' 'info -v big.vtc' 'info --json big.vtc'
    'query --format table big.vtc slowest 500' 'query --format csv big.vtc slowest 500'
    'query --format json big.vtc slowest 500' 'verify big.vtc' 'tail -n all live.vtc'
    'tail --format json live.vtc' 'symbolize live.vtc' '--help' '--version' 'record --help')

for command in "${commands[@]}"; do
    begin "$command >/dev/full"
    # shellcheck disable=SC2086
    "$VTC" $command >/dev/full 2>.err
    code=$?
    expect_code 5
    tail -1 .err >.last
    echo 'vtc: standard output: write: No space left on device' | cmp -s - .last ||
        fail "$(cat .err)"

    begin "$command >&-"
    # shellcheck disable=SC2086
    "$VTC" $command >&- 2>.err
    code=$?
    expect_code 5
    tail -1 .err >.last
    echo 'vtc: standard output: write: Bad file descriptor' | cmp -s - .last || fail "$(cat .err)"
done

# As gzip and zstd do: quietly, by the signal, or where that is ignored with a message.
into_nothing() { # COMMAND: into a pipe that nobody reads
    # shellcheck disable=SC2086
    { sleep 0.05; "$VTC" $1 2>.err; echo $? >.code; } | true
    code=$(cat .code)
}
for command in "${commands[@]}"; do
    begin "$command | true"
    into_nothing "$command"
    expect_code $((128 + $(kill -l PIPE)))
    grep -v '^vtc: big.vtc: \(kept: \|nothing was damaged\)' .err >.said
    [ ! -s .said ] || fail "$(cat .said)"
    begin "$command | true, SIGPIPE ignored"
    (
        trap '' PIPE
        into_nothing "$command"
    )
    code=$(cat .code)
    expect_code 5
    tail -1 .err | grep -qx 'vtc: standard output: write: Broken pipe' || fail "$(cat .err)"
done
expect_clean
