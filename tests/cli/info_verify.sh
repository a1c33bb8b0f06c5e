# vtc info and vtc verify on good files.
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
"$VTC" compress -q trace.json || exit 1

begin 'info'
run info trace.vtc
expect_code 0
expect_no_err
# What depends on the encoder: sizes, and the columns' bytes and encodings.
sed -E '/^$/,$d; s/[0-9,]+ bytes/# bytes/g; s/\([0-9.]+ [KMG]?i?B\)/(#)/g; s/[0-9.]+%/#%/;
    s/[0-9a-f]{32}/#/' .out >found_head
cat >wanted <<'END'
file       trace.vtc
format     1.0
state      complete
size       # bytes (#), #% of the document
document   # bytes (#)
hash       XXH3-128 #
rows       6
events     6, 0 as raw text (#%)
spans      3, the longest 3.534 s
tracks     2
time       from 0.000100500 s to 3.534300000 s: 3.534 s
phases     B 1, E 1, M 1, X 2, i 1
frames     2 TEXT (#), 1 DEFINITIONS (#), 1 BLOCK (#), 1 DOCUMENT (#), 1 INDEX (#)
issues     0
END
same wanted found_head 'the head'
sed '1,/^$/d' .out >columns
head -1 columns | grep -Eq '^COLUMN +TYPE +VALUES +BYTES +RATIO +STRINGS +ENCODING$' ||
    fail "$(head -1 columns)"
for column in 'ts NUMBER 5' 'dur NUMBER 2' 'name STRING 5' 'cat STRING 3' 'args.name STRING 1'; do
    # shellcheck disable=SC2086
    set -- $column
    grep -Eq "^${1/./\\.} +$2 +$3 " columns || fail "no column $column"
done

begin 'info: the hash is that of the text'
run info trace.vtc
if command -v python3 >/dev/null && python3 - trace.json >found_hash 2>/dev/null <<'END'; then
import ctypes, sys
class Hash(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]
library = ctypes.CDLL("libxxhash.so.0")
library.XXH3_128bits.restype = Hash
library.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
text = open(sys.argv[1], "rb").read()
value = library.XXH3_128bits(text, len(text))
print("%016x%016x" % (value.high, value.low))
END
    grep -q "^hash       XXH3-128 $(cat found_hash)$" .out || fail "expected $(cat found_hash)"
else
    skip 'no libxxhash for Python'
fi

begin 'info: JSON'
run info --json trace.vtc
expect_code 0
expect_no_err
python3 - .out trace.json trace.vtc <<'END' || fail 'the JSON is wrong'
import json, os, sys
(info,) = json.load(open(sys.argv[1]))
assert info["file"] == "trace.vtc" and info["format"] == "1.0"
assert info["complete"] is True and info["damage"] is None
assert info["bytes"] == os.path.getsize(sys.argv[3])
assert info["document"]["bytes"] == os.path.getsize(sys.argv[2])
assert info["document"]["issues"] == [] and info["document"]["cut_off"] is False
assert (info["rows"], info["events"], info["raw_events"], info["spans"]) == (6, 6, 0, 3)
assert (info["first_ns"], info["last_ns"]) == (100500, 3534300000)
assert info["longest_ns"] == 3534000000
assert info["phases"] == {"B": 1, "E": 1, "M": 1, "X": 2, "i": 1}
assert info["frames"]["BLOCK"]["count"] == info["blocks"] == 1
columns = {(column["path"], column["type"]): column for column in info["columns"]}
assert columns["ts", "NUMBER"]["values"] == 5 and columns["ts", "NUMBER"]["encoding"]
stored = sum(column["stored_bytes"] for column in info["columns"])
assert 0 < stored <= info["frames"]["BLOCK"]["bytes"]
END

begin 'info: several files'
cp trace.vtc other.vtc
run info trace.vtc missing.vtc other.vtc
expect_code 5
echo 'vtc: missing.vtc: No such file or directory' | expect_err
[ "$(grep -c '^file ' .out)" = 2 ] || fail 'not both'
run info --json trace.vtc missing.vtc other.vtc
expect_code 5
python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))) == 2' .out ||
    fail 'not both in JSON'
run info --json missing.vtc
expect_code 5
echo '[]' | expect_out

begin 'info: what is no event'
cat >issues.json <<'END'
[{"ph":"i","ts":1,"name":"a"},
garbage {"ph":"i","ts":2,"name":"a"},
7,
{"ph":"i","ts":3,"name":"a"},
{"ph":"i","ts":4,"dur":tru},
{"ph":"i","ts":5,,"args":{"a":1,}},
{"ph" "i"}]
END
"$VTC" compress -q issues.json
run info issues.vtc
expect_code 0
grep -q '^events     3, ' .out || fail "$(grep ^events .out)"
sed -n '/^issues/,/^$/p' .out | sed '$d' >issues
cat >wanted <<'END'
issues     5
  byte 31, 7 long: text outside of events that is no JSON
  byte 69, 1 long: an element that is no object
  byte 102: an object with a bare word that is no JSON, at byte 125
  byte 131: an object with a comma that is missing or too many, at byte 148
  byte 167: an object that is cut off or malformed, at byte 173
END
same wanted issues 'the issues'
head -c 50 trace.json >cut.json
"$VTC" compress -q cut.json
run info cut.vtc
expect_code 0
grep -q '^document   50 bytes (50 B), ends before it is closed$' .out || fail "$(cat .out)"

begin 'info: control characters in keys are escaped'
printf '[{"ph":"i","ts":1,"\033[2Jkey":1,"\033[2Jkey":2}]' >control.json
"$VTC" compress -q control.json
run info control.vtc
expect_code 0
if LC_ALL=C grep -q "$(printf '\033')" .out; then fail 'an escape character was printed'; fi

begin 'info and verify from standard input'
"$VTC" info <trace.vtc >.out 2>.err
code=$?
expect_code 0
grep -q '^file       standard input$' .out || fail "$(head -1 .out)"
cat trace.vtc | "$VTC" verify >.out 2>.err
code=$?
expect_code 0
grep -q '^standard input: ok; ' .out || fail "$(cat .out .err)"

begin 'verify'
run verify trace.vtc
expect_code 0
expect_no_err
sed -E 's/[0-9.]+ [KMG]?i?B/# B/' .out >out
echo 'trace.vtc: ok; 6 frames, 1 blocks, 6 events, # B of text' >wanted
same wanted out 'the line'
run verify -q trace.vtc
expect_code 0
expect_no_out
expect_no_err
run verify trace.vtc trace.json other.vtc
expect_code 2
[ "$(grep -c ': ok;' .out)" = 2 ] || fail 'not both'

begin 'info of much that is odd is short, with -v and as JSON whole'
python3 - <<'PYTHON'
with open("odd.json", "w") as file:
    print("[", file=file)
    for i in range(1500):
        print('{"ph":"X","ts":%d,"dur":1,"name":"a","args":{"key%d":"%s"}},' % (i, i % 300, "x" * (i % 70)), file=file)
        print("garbage,", file=file)
    print("{}]", file=file)
PYTHON
"$VTC" compress -q odd.json || exit 1
run info odd.vtc
expect_code 0
[ "$(wc -l <.out)" -lt 110 ] || fail "$(wc -l <.out) lines"
grep -qx '  and 1,480 more' .out || fail 'the number of the other places is missing'
grep -Eqx 'and 2[0-9][0-9] smaller columns, [0-9,]+ bytes; -v shows all' .out || fail 'no other columns'
[ "$(sed '1,/^$/d' .out | wc -l)" = 62 ] || fail 'not 60 columns'
run info -v odd.vtc
expect_code 0
[ "$(grep -c '^  byte ' .out)" = 1000 ] || fail 'not the 1,000 places that the file lists'
grep -qx '  and 500 more' .out || fail 'the number of the other places is missing'
[ "$(grep -c '^args\.key' .out)" = 300 ] || fail 'not all columns'
run info --json odd.vtc
python3 -c '
import json, sys
info, = json.load(sys.stdin)
assert info["document"]["issue_count"] == 1500 and len(info["document"]["issues"]) == 1000
assert len([1 for column in info["columns"] if column["path"].startswith("args.key")]) == 300
' <.out || fail 'JSON is not whole'
