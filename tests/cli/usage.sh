# Help, version and every way to call the tool wrongly.
. "$(dirname "$0")/support/lib.sh"

begin 'no command'
run
expect_code 1
expect_no_out
expect_err <<'END'
vtc: a command is missing; see 'vtc --help'
END

begin 'version'
run --version
expect_code 0
expect_no_err
grep -Eq '^vtc [0-9]+\.[0-9]+\.[0-9]+$' .out || fail 'no version'

begin 'help'
run --help
expect_code 0
expect_no_err
cp .out main_help
run help
same main_help .out 'vtc help'
run -h
same main_help .out 'vtc -h'
for command in compress decompress info verify query export tail recover compact merge record \
    symbolize; do
    begin "help of $command"
    run "$command" --help
    expect_code 0
    expect_no_err
    head -1 .out | grep -q "^usage: vtc $command " || fail 'no usage line'
    cp .out help_of_command
    run help "$command"
    expect_code 0
    same help_of_command .out "vtc help $command"
    run "$command" -h
    same help_of_command .out "vtc $command -h"
    grep -q "^  $command " main_help || fail 'not in vtc --help'
    awk 'length > 100 { exit 1 }' .out || fail 'a line is too long'
done

begin 'help of nothing'
run help me
expect_code 1
expect_err <<'END'
vtc: there is no help for 'me'; see 'vtc --help'
END

begin 'unknown command'
run unpack x
expect_code 1
expect_err <<'END'
vtc: unknown command 'unpack'; see 'vtc --help'
END
run comp x
expect_code 1
expect_err <<'END'
vtc: unknown command 'comp'; did you mean 'compress'?
END

# The arguments, then what stands after "vtc: ".
wrong() {
    message=$1
    shift
    begin "wrong: $*"
    run "$@"
    expect_code 1
    expect_no_out
    echo "vtc: $message" | expect_err
}

touch x.json y.json
wrong "compress: unknown option '--fast'; see 'vtc compress --help'" compress --fast x.json
wrong "compress: unknown option '-z'; see 'vtc compress --help'" compress -z x.json
wrong "compress: unknown option '-kz'; see 'vtc compress --help'" compress -kz x.json
wrong "decompress: unknown option '-9'; see 'vtc decompress --help'" decompress -9 x.vtc
wrong "info: unknown option '-o'; see 'vtc info --help'" info -o y x.vtc
wrong "query: unknown option '--json'; see 'vtc query --help'" query --json x.vtc 'slowest 1'
wrong "compress: a level is from 1 to 19, not '0'; see 'vtc compress --help'" compress -0 x.json
wrong "compress: a level is from 1 to 19, not '20'; see 'vtc compress --help'" compress -20 x.json
wrong "compress: a level is from 1 to 19, not '1000'; see 'vtc compress --help'" \
    compress -1000 x.json
wrong "compress: a level is from 1 to 19, not 'best'; see 'vtc compress --help'" \
    compress --level best x.json
wrong "compress: a value is missing after '-o'; see 'vtc compress --help'" compress x.json -o
wrong "compress: a value is missing after '--output'; see 'vtc compress --help'" \
    compress x.json --output
wrong "compress: no value belongs to the option '--force=1'; see 'vtc compress --help'" \
    compress --force=1 x.json
wrong "compress: -T takes a number of threads from 0 (all cores) to 256, not '-1';\
 see 'vtc compress --help'" compress -T -1 x.json
wrong "compress: -T takes a number of threads from 0 (all cores) to 256, not '257';\
 see 'vtc compress --help'" compress -T257 x.json
wrong "compress: --memory takes a size such as 256M, not 'much'; see 'vtc compress --help'" \
    compress --memory=much x.json
wrong "compress: --memory takes a size such as 256M, not '0'; see 'vtc compress --help'" \
    compress --memory=0 x.json
wrong "compress: --memory takes a size such as 256M, not '99999999999999999999';\
 see 'vtc compress --help'" compress --memory 99999999999999999999 x.json
wrong "compress: -o and -c exclude each other; see 'vtc compress --help'" \
    compress -c -o y x.json
wrong "compress: -o takes one file at a time; see 'vtc compress --help'" \
    compress -o y x.json y.json
wrong "compress: -c takes one file at a time: a vtc file holds one trace" \
    compress -c x.json y.json
wrong "compress: --rm needs files in and out, not standard input or output;\
 see 'vtc compress --help'" compress --rm -c x.json
wrong "compress: --rm needs files in and out, not standard input or output;\
 see 'vtc compress --help'" compress --rm -o - x.json
wrong "decompress: --rm needs files in and out, not standard input or output;\
 see 'vtc decompress --help'" decompress --rm
wrong "query: --format is table, csv, json or ndjson, not 'xml'; see 'vtc query --help'" \
    query --format xml x.vtc 'slowest 1'
wrong "query: expected a file and a question, as in: vtc query trace.vtc 'slowest 20'" \
    query x.vtc
expect_file x.json y.json
expect_no_file y x.vtc

begin 'control characters in arguments are escaped'
run "$(printf 'a\033[2Jb\nc')"
expect_code 1
expect_err <<'END'
vtc: unknown command 'a\033[2Jb\nc'; see 'vtc --help'
END

begin 'help to a full disk'
if [ -c /dev/full ]; then
    "$VTC" --help >/dev/full 2>.err
    code=$?
    expect_code 5
    expect_err <<'END'
vtc: standard output: write: No space left on device
END
else
    skip 'there is no /dev/full'
fi

begin 'help to a closed output'
"$VTC" --help >&- 2>.err
code=$?
expect_code 5
expect_err <<'END'
vtc: standard output: write: Bad file descriptor
END
