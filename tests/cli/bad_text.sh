# What `vtc compress` cannot take: no text of a trace, no JSON, packed data that is damaged. And what it
# should have been given first.
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json

begin 'refused input leaves nothing on standard output'
echo hello >no_trace.txt
"$VTC" compress -c no_trace.txt >.out 2>.err && fail 'it was taken'
[ ! -s .out ] || fail 'bytes were written'

begin 'a directory as standard input'
mkdir directory
"$VTC" compress <directory >.out 2>.err
code=$?
expect_code 2
expect_no_out
echo 'vtc: standard input: expected a file, found a directory' | expect_err

# What is refused: text, and the start of the message.
refuse_text() { # TEXT PATTERN
    begin "compress: $1"
    # shellcheck disable=SC2059
    printf "$1" >bad.json
    cp bad.json bad.copy
    run compress bad.json
    expect_code 2
    expect_no_out
    grep -Eq "^vtc: bad\.json: $2" .err || {
        fail "expected a message like: $2"
        sed 's/^/    /' .err
    }
    expect_no_file bad.vtc
    expect_same bad.json bad.copy
    expect_clean
}
refuse_text '' 'line 1, column 1 \(byte 0\): '
refuse_text 'hello' 'line 1, column 1 \(byte 0\): '
refuse_text '\n\n  hello' 'line 3, column 3 \(byte 4\): '
refuse_text '{"a":1}' 'line [0-9]+, column [0-9]+ \(byte [0-9]+\): '
refuse_text '12' 'line 1, column 1 \(byte 0\): '
refuse_text '"[]"' 'line 1, column 1 \(byte 0\): '

begin 'damaged gzip'
gzip -c trace.json >good.json.gz
head -c 100 good.json.gz >bad.json.gz
run compress bad.json.gz
expect_code 3
echo 'vtc: bad.json.gz: byte 100: the gzip data ends in the middle' | expect_err
cp good.json.gz bad.json.gz
patch bad.json.gz $(($(stat -c %s good.json.gz) - 8)) '\000\000\000\000'
run compress bad.json.gz
expect_code 3
grep -q '^vtc: bad.json.gz: byte [0-9]*: the gzip data is corrupt: incorrect data check$' .err ||
    fail "$(cat .err)"
(cat good.json.gz && echo more) >bad.json.gz
run compress bad.json.gz
expect_code 3
echo "vtc: bad.json.gz: byte $(stat -c %s good.json.gz): expected the end of the gzip file,\
 found other data" | expect_err
expect_no_file bad.vtc
expect_clean

begin 'damaged zstd'
if command -v zstd >/dev/null; then
    zstd -q trace.json -o good.json.zst
    head -c 100 good.json.zst >bad.json.zst
    run compress bad.json.zst
    expect_code 3
    echo 'vtc: bad.json.zst: byte 100: the zstd data ends in the middle' | expect_err
    cp good.json.zst bad.json.zst
    patch bad.json.zst $(($(stat -c %s good.json.zst) - 4)) '\000\000\000\000'
    run compress bad.json.zst
    expect_code 3
    grep -q '^vtc: bad.json.zst: byte [0-9]*: the zstd data is corrupt: ' .err ||
        fail "$(cat .err)"
    (cat good.json.zst && echo more) >bad.json.zst
    run compress bad.json.zst
    expect_code 3
    grep -q '^vtc: bad.json.zst: byte [0-9]*: expected the end of the zstd file, found other' \
        .err || fail "$(cat .err)"
    expect_no_file bad.vtc
    expect_clean
else
    skip 'there is no zstd'
fi

begin 'a trace that was not compressed yet'
gzip -c trace.json >trace.json.gz
printf '\357\273\277 \n[]' >list.json
for command in info verify decompress 'query --format csv' recover 'export --to chrome'; do
    question=
    [ "${command%% *}" = query ] && question='slowest 1'
    for case in 'trace.json JSON' 'list.json JSON' 'trace.json.gz gzip data'; do
        # shellcheck disable=SC2086
        run $command ${case%% *} $question
        expect_code 2
        echo "vtc: ${case%% *}: byte 0: expected a vtc file, found ${case#* };\
 'vtc compress' makes one of a trace [HDR-1]" | expect_err
    done
done
