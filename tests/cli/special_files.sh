# What is no regular file with a name of its own: standard input by name, FIFOs, what the shell puts for
# `<(command)`, symbolic links; and names from which the output's cannot be made.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
"$VTC" compress -q trace.json -o good.vtc || exit 1

open_file='is an open file, which has no name to make the output'"'"'s from; name the output with -o or -c'
from() { # INPUT ARGUMENTS...
    local input=$1
    shift
    "$VTC" "$@" >.out 2>.err <"$input"
    code=$?
}

ln -s /dev/stdin stdin.json
ln -s stdin.json again.json
for path in /dev/stdin /dev/fd/0 /proc/self/fd/0 ./stdin.json again.json; do
    begin "$path without a name for the output"
    for command in 'compress' 'recover' 'decompress' 'export --to chrome'; do
        input=good.vtc
        [ "$command" = compress ] && input=trace.json
        # shellcheck disable=SC2086
        from $input $command $path
        expect_code 1
        expect_no_out
        echo "vtc: $path: $open_file" | expect_err
        expect_no_file "$path.vtc" "$path.recovered.vtc"
    done
    begin "$path with one"
    from trace.json compress -c $path
    expect_code 0
    expect_same .out good.vtc
    from trace.json compress -q $path -o x.vtc
    expect_code 0
    expect_same x.vtc good.vtc
    from good.vtc decompress -q $path -o x.json
    expect_code 0
    expect_same x.json trace.json
    rm x.vtc x.json
done
begin '/dev/stdin that is not open'
run compress /dev/fd/99
expect_code 5
echo 'vtc: /dev/fd/99: No such file or directory' | expect_err

begin 'a symbolic link is another name of the file'
mkdir links
ln -s ../trace.json links/t.json
run compress -q links/t.json
expect_code 0
expect_same links/t.vtc good.vtc

begin 'process substitution'
run compress -q <(cat trace.json) -o x.vtc
expect_code 0
expect_same x.vtc good.vtc
run compress -c <(gzip -c trace.json)
expect_code 0
expect_same .out good.vtc
run compress <(cat trace.json)
expect_code 1
grep -q "^vtc: /dev/fd/[0-9]*: $open_file\$" .err || fail "$(cat .err)"
run decompress -q good.vtc -o >(cat >through)
expect_code 0
wait $!
expect_same through trace.json

begin 'a FIFO'
mkfifo fifo
cat trace.json >fifo &
run compress -q fifo -o y.vtc
expect_code 0
expect_same y.vtc good.vtc
wait $!
run compress fifo
expect_code 2
echo "vtc: fifo: expected a regular file, found a FIFO; a pipe is read as '-'" | expect_err
cat fifo >through &
run decompress good.vtc -q -o fifo
expect_code 0
wait $!
expect_same through trace.json
[ -p fifo ] || fail 'the FIFO was replaced'

begin 'a name without an ending: first whether it is there, then what it is, then the name'
cp good.vtc good
for command in 'decompress' 'export --to chrome'; do
    # shellcheck disable=SC2086
    {
        run $command missing
        expect_code 5
        echo 'vtc: missing: No such file or directory' | expect_err
        run $command trace.json
        expect_code 2
        run $command good
        expect_code 1
    }
    echo 'vtc: good: expected a name that ends in .vtc; name the output with -o or -c' | expect_err
done
expect_clean
