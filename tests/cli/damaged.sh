# Truncated and damaged files: at every place behind the document, and in every part before it.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
"$VTC" compress -q trace.json || exit 1
size=$(stat -c %s trace.vtc)

begin 'truncated: in the middle'
head -c $((size / 2)) trace.vtc >truncated.vtc
run decompress truncated.vtc
expect_code 3
grep -Eq '^vtc: truncated\.vtc: byte [0-9]+: ' .err || fail 'no offset'
expect_no_file truncated.json
expect_clean
run verify truncated.vtc
expect_code 3
expect_no_out
grep -Eq '^vtc: truncated\.vtc: byte [0-9]+: ' .err || fail 'no offset'
run info truncated.vtc
expect_code 3
grep -q '^state      truncated: byte' .out || fail 'info does not say so'
run query truncated.vtc 'slowest 1'
expect_code 3
grep -q '^vtc: truncated.vtc: the file is not complete' .err || fail 'query does not say so'

begin 'truncated: -c gives what there is'
run decompress -c truncated.vtc
expect_code 3
cmp -s -n "$(stat -c %s .out)" .out trace.json || fail 'that is no start of the trace'
run decompress -c truncated.vtc -v
expect_code 3

# Only verify says so: the document is whole. SPEC: IDX-1
begin 'every cut behind the document'
index=$(od -An -tu8 -j $((size - 24)) -N8 trace.vtc)
trailer=$((size - 24))
for ((length = index; length < size; length++)); do
    head -c "$length" trace.vtc >cut.vtc
    run verify cut.vtc
    expect_code 3
    case $length in
    "$((index))") echo "vtc: cut.vtc: byte $length: expected an INDEX frame, found the end of the file [IDX-1]" ;;
    "$trailer") echo "vtc: cut.vtc: byte $length: expected a trailer of 24 bytes, found 0 [IDX-1]" ;;
    *) cat .err ;;
    esac | expect_err
    run decompress -c cut.vtc
    expect_code 0
    expect_same .out trace.json
done
for length in $((index)) $((index + 10)) $((trailer - 1)) $trailer $((size - 1)); do
    head -c "$length" trace.vtc >cut.vtc
    run info cut.vtc
    expect_code 0
    grep -q '^state      complete' .out || fail 'info does not say so'
    run query cut.vtc 'slowest 2' --format csv
    expect_code 0
    [ "$(wc -l <.out)" = 3 ] || fail 'the events that are there are not found'
    run decompress -q -f -o cut.json cut.vtc
    expect_code 0
    expect_same cut.json trace.json
done
begin 'cut within the document'
head -c $((index - 1)) trace.vtc >cut.vtc
rm -f cut.json
for command in verify info 'decompress -q -o cut.json'; do
    # shellcheck disable=SC2086
    run $command cut.vtc
    expect_code 3
done
expect_no_file cut.json

begin 'a flipped bit in every eighth byte'
for ((offset = 0; offset < size; offset += 8)); do
    cp trace.vtc flipped.vtc
    byte=$(od -An -tu1 -j "$offset" -N1 trace.vtc)
    patch flipped.vtc "$offset" "\\$(printf %03o $((byte ^ 1 << (offset / 8 % 8))))"
    run verify flipped.vtc
    if [ "$offset" -ge "$trailer" ]; then
        expect_code 3 # damaged, but the document is whole
        run decompress -q flipped.vtc
        expect_code 0
    else
        case $code in [234]) ;; *) fail "verify: code $code at byte $offset" ;; esac
        grep -q '^vtc: flipped\.vtc: ' .err || fail "verify: no message at byte $offset"
        run decompress -q flipped.vtc
    fi
    if [ "$code" = 0 ]; then
        expect_same flipped.json trace.json
        rm flipped.json
    else
        expect_no_file flipped.json
    fi
done
expect_clean

begin 'what follows the end is not taken for a part of the trace'
cp trace.vtc appended.vtc
echo more >>appended.vtc
run decompress -q appended.vtc
expect_code 0
expect_same appended.json trace.json
