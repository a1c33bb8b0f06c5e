# What is no vtc file, no trace, damaged, newer, or cannot be opened: every command says so, gives
# the documented exit code, writes nothing and leaves the source as it is.
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
"$VTC" compress -q trace.json || exit 1
size=$(stat -c %s trace.vtc)

# All commands that read a vtc file: same message, same code.
expect_refused() { # FILE CODE MESSAGE
    for command in decompress info verify query; do
        begin "$command: $1"
        if [ $command = query ]; then run query "$1" 'slowest 1'; else run $command "$1"; fi
        expect_code "$2"
        expect_no_out
        echo "vtc: $3" | expect_err
    done
    expect_clean
}

mkdir directory.vtc
mkfifo fifo.vtc
: >empty.vtc
cp trace.json text.vtc
head -c 20 trace.vtc >header.vtc
expect_refused missing.vtc 5 'missing.vtc: No such file or directory'
expect_refused directory.vtc 2 'directory.vtc: expected a file, found a directory'
expect_refused fifo.vtc 2 'fifo.vtc: expected a regular file, found a FIFO; a pipe is read as '"'-'"
expect_refused trace.vtc/x.vtc 5 'trace.vtc/x.vtc: Not a directory'
expect_no_file empty.json text.json header.json directory.json fifo.json missing.json

# The library's wording: only that the file, the place and the expectation are named.
expect_refused_like() { # FILE CODE PATTERN
    for command in 'decompress -c' info verify query; do
        begin "$command: $1"
        if [ "$command" = query ]; then
            run query "$1" 'slowest 1'
        else
            # shellcheck disable=SC2086
            run $command "$1"
        fi
        expect_code "$2"
        grep -Eq "^vtc: ${1//./\\.}: $3" .err || {
            fail "expected a message like: $3"
            sed 's/^/    /' .err
        }
        begin "decompress: $1"
        run decompress "$1"
        expect_code "$2"
        expect_no_file "${1%.vtc}.json"
    done
    expect_clean
}
expect_refused_like empty.vtc 2 'byte 0: .*\[HDR-1\]$'
expect_refused_like text.vtc 2 'byte 0: .*\[HDR-1\]$'
expect_refused_like header.vtc 3 'byte [0-9]+: '

begin 'refused input leaves nothing on standard output'
echo hello >no_trace.txt
"$VTC" compress -c no_trace.txt >.out 2>.err && fail 'it was taken'
[ ! -s .out ] || fail 'bytes were written'

# The checksum of a header must be right before its version is believed.
cp trace.vtc newer.vtc
patch newer.vtc 8 '\002'
if python3 - newer.vtc 2>/dev/null <<'END'; then
import ctypes, struct, sys
library = ctypes.CDLL("libxxhash.so.0")
library.XXH3_64bits.restype = ctypes.c_uint64
library.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
with open(sys.argv[1], "r+b") as file:
    head = file.read(24)
    file.seek(24)
    file.write(struct.pack("<Q", library.XXH3_64bits(head, len(head))))
END
    expect_refused_like newer.vtc 4 '(byte 8: )?.*\[HDR-3\]; a newer vtc is needed$'
else
    skip 'no libxxhash for Python: a file of a newer version'
fi

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

begin 'compress: no such file, a directory, a FIFO, a vtc file'
run compress missing.json
expect_code 5
echo 'vtc: missing.json: No such file or directory' | expect_err
mkdir directory
run compress directory
expect_code 2
echo 'vtc: directory: expected a file, found a directory' | expect_err
run compress fifo.vtc
expect_code 2
echo 'vtc: fifo.vtc: expected a regular file, found a FIFO; a pipe is read as '"'-'" | expect_err
run compress trace.vtc
expect_code 2
echo 'vtc: trace.vtc: byte 0: expected the text of a trace, found a vtc file' | expect_err
expect_no_file missing.vtc directory.vtc.vtc fifo.vtc.vtc trace.vtc.vtc
"$VTC" compress <directory >.out 2>.err
code=$?
expect_code 2
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

begin 'no permission'
if can_be_nobody; then
    mkdir closed open
    chmod 777 open .
    cp trace.json trace.vtc closed
    cp trace.json trace.vtc open
    chmod 000 open/trace.json open/trace.vtc
    chmod 755 closed
    run_as_nobody compress open/trace.json
    expect_code 5
    echo 'vtc: open/trace.json: Permission denied' | expect_err
    run_as_nobody info open/trace.vtc
    expect_code 5
    echo 'vtc: open/trace.vtc: Permission denied' | expect_err
    run_as_nobody compress -f closed/trace.json
    expect_code 5
    echo 'vtc: closed/trace.vtc: a temporary file beside the target: Permission denied' |
        expect_err
    rm closed/trace.json
    run_as_nobody decompress closed/trace.vtc
    expect_code 5
    echo 'vtc: closed/trace.json: a temporary file beside the target: Permission denied' |
        expect_err
    chmod 644 open/*
    expect_same closed/trace.vtc trace.vtc
    expect_clean closed
    expect_clean open
else
    skip 'permissions: not root, or no setpriv'
fi
