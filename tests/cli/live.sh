# Live files on the command line: from the vectors, and one of which the process is gone.
. "$(dirname "$0")/support/lib.sh"

. "$source_dir/tests/cli/support/commands.sh"

vector live-args good.vtc
vector LIV-6-missing holed.vtc
vector LIV-8-kind cut.vtc
vector live-lost lost.vtc
vector live-span span.vtc

begin 'verify'
run verify good.vtc
expect_code 0
expect_no_err
expect_out <<'END'
good.vtc: ok; 3 pages, 3 records
END
run verify cut.vtc
expect_code 3
expect_no_out
expect_err <<'END'
vtc: cut.vtc: byte 8236: expected a record within the page, found another: what this page holds behind it is lost [LIV-8]
vtc: cut.vtc: warning: 1 pages are missing or damaged
END

begin 'info tells of damage'
run info cut.vtc
expect_code 3
grep -q '^state      damaged: byte 8236: .* \[LIV-8\]$' .out || fail 'the state is not damaged'
run info --json cut.vtc
expect_code 3
python3 -c '
import json, sys
info, = json.load(sys.stdin)
assert info["complete"] is False, info
assert info["damage"]["offset"] == 8236 and info["damage"]["rule"] == "LIV-8", info
' <.out || fail 'JSON has no damage'
run info good.vtc
expect_code 0
grep -q '^size       12,288 bytes (12\.0 KiB)$' .out || fail 'not the size of the file'
grep -q '^compacted  .* of the document$' .out || fail 'not what it would be'
grep -q '^state      complete$' .out || fail 'a good file is not complete'

begin 'query'
run query holed.vtc slowest 1 --format csv
expect_code 0
expect_err <<'END'
vtc: holed.vtc: warning: 1 pages are missing or damaged
END
run query -q holed.vtc slowest 1
expect_no_err

begin 'export and decompress give the same'
run export --to chrome -c span.vtc
expect_code 0
expect_no_err
expect_out <<'END'
{"displayTimeUnit":"ns","traceEvents":[
{"ph":"M","pid":4242,"tid":4242,"ts":0,"name":"vtc_session","args":{"family":"112233445566778899aabbccddeeff00","segment":0,"state":"closed","start_realtime_ns":1700000000000000000}},
{"ph":"M","pid":4242,"tid":7,"ts":0,"name":"thread_name","args":{"name":"main"}},
{"ph":"X","pid":4242,"tid":7,"ts":500.006,"dur":0.002,"name":"parse","cat":"io"},
{"ph":"B","pid":4242,"tid":7,"ts":500.003,"name":"parse","cat":"io"},
{"ph":"B","pid":4242,"tid":7,"ts":500.009,"name":"parse","cat":"io"}
]}
END
cp .out span.json
run decompress -c span.vtc
same span.json .out decompress
run export --to chrome -o span.json.gz span.vtc
expect_code 0
gunzip -c span.json.gz | cmp - span.json || fail 'the packed export differs'
run export span.vtc
expect_code 1
expect_err <<'END'
vtc: export: expected --to chrome or --to sqlite; see 'vtc export --help'
END

begin 'losses are told, also when compacted'
run compress -q span.json -o again.vtc
run decompress -c lost.vtc
expect_code 0
cp .out lost.json
expect_err <<'END'
vtc: lost.vtc: warning: 36 events were not recorded: no page 1, disk full 2, too big 3, late 4, overwritten 5, interrupted 6, no memory 7, in a child without a file 8
END
run compress -q lost.json -o lost2.vtc
run query lost2.vtc slowest 1 --format csv
expect_err <<'END'
vtc: lost2.vtc: warning: 36 events were not recorded: no page 1, disk full 2, too big 3, late 4, overwritten 5, interrupted 6, no memory 7, in a child without a file 8
END
run info lost2.vtc
grep -q '^session    process 4242, crashed, segment 0, family 112233445566778899aabbccddeeff00$' .out ||
    fail 'no session'
grep -q '^lost       4 events: late$' .out || fail 'no loss'

begin 'recover'
run recover cut.vtc
expect_code 0
expect_err_sizes <<'END'
vtc: cut.vtc: byte 8236: expected a record within the page, found another: what this page holds behind it is lost [LIV-8]
vtc: cut.vtc: kept: 4 events
vtc: cut.vtc: warning: 1 pages are missing or damaged
cut.vtc              : #%   (# B => # B, cut.recovered.vtc)
END
run verify -q cut.recovered.vtc
expect_code 0
run decompress -c -q cut.vtc
cp .out cut.json
run decompress -c -q cut.recovered.vtc
same cut.json .out 'what was recovered'

begin 'recover a file of blocks'
make_trace t.json
run compress -q t.json
size=$(stat -c %s t.vtc)
head -c $((size - 40)) t.vtc >short.vtc
run recover -q short.vtc
expect_code 0
run verify -q short.recovered.vtc
expect_code 0
run decompress -c short.recovered.vtc
python3 -c 'import json, sys; assert len(json.load(sys.stdin)["traceEvents"]) == 6' <.out ||
    fail 'not all events'

begin 'recover behind a block that fails at its last row'
# ROW-1: a list without elements, behind a row with more text than is handed on at once.
python3 -B - "$source_dir" >late.vtc <<'END'
import sys
sys.path.insert(0, sys.argv[1] + "/format/vectors")
from trace_builder import NUMBER, add_block, vb
from vectors_common import lines, start
from vectors_good import args, nested_schema
schema = nested_schema()
many = 300000
late = [args((1, [(NUMBER, b"1")] * many)), args((1, [(NUMBER, b"1")]))]
good = [args((1, [(NUMBER, b"2")]))]
file = start(schema)
add_block(file, schema, lines(good))
add_block(file, schema, lines(late), arrays={7: lambda v, s: vb.planes([many + 1, 0], s)})
add_block(file, schema, lines(good))
sys.stdout.buffer.write(file.add_text(b"]\n").close().bytes())
END
run recover late.vtc
expect_code 0
grep -q '^vtc: late.vtc: byte [0-9]*: .* \[ROW-1\]$' .err || fail 'the reason is not told'
grep -q '^vtc: late.vtc: lost: 1 blocks with 2 rows' .err || fail 'the loss is not told'
run decompress -c -q late.recovered.vtc
printf '{"traceEvents":[\n%s,\n%s\n]}\n' '{"ph":"i","args":{"list":[2]}}' '{"ph":"i","args":{"list":[2]}}' >late.json
same late.json .out 'what was recovered'

begin 'export of names that are no UTF-8'
# Of a live file and of a document, cut by every length of piece; what Python decodes and parses.
python3 -B - "$source_dir" >bytes.vtc <<'END'
import sys
sys.path.insert(0, sys.argv[1] + "/format/vectors")
sys.path.insert(0, sys.argv[1] + "/format/reference")
import vtc_live_build as lb
from vectors_live import Live
names = (b"plain", b"\xff", b"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", b"cut \xe2\x82", b"\xed\xa0\x80",
         b"\xc0\xaf\xf4\x90\x80\x80", b"\xf4\x8f\xbf\xbf\xee\x80\x80\xe0\xa0\x80 \xf0\x90\x80\x80")
log = [record for i, name in enumerate(names, 1)
       for record in (lb.string(i, name), lb.site(i, "i", i))]
events = [lb.event(i, i) for i in range(1, len(names) + 1)]
sys.stdout.buffer.write(Live().log(*log, lb.writer(1, 7, b"\x80w")).events(1, *events,
                                                                       base_ticks=1000).bytes)
END
cat >check_utf8.py <<'END'
import json, sys
text = sys.stdin.buffer.read().decode("utf-8")
names = [event["name"] for event in json.loads(text)["traceEvents"] if event["ph"] == "i"]
assert names == ["plain", "\ufffd", "\u00e9\u20ac\U0001f600", "cut \ufffd\ufffd", "\ufffd" * 3,
                 "\ufffd" * 6, "\U0010ffff\ue000\u0800 \U00010000"], names
END
run export --to chrome -c bytes.vtc
expect_code 0
expect_err <<'END'
vtc: bytes.vtc: warning: 13 bytes are no UTF-8; U+FFFD stands for each
END
python3 check_utf8.py <.out || fail 'not the JSON of the live file'
run compact -q -o small.vtc bytes.vtc
expect_code 0
run export -q --to chrome -c small.vtc
python3 check_utf8.py <.out || fail 'not the JSON of the compacted file'
run export -q --to chrome -o bytes.json.gz small.vtc
gunzip -c bytes.json.gz | python3 check_utf8.py || fail 'not the JSON that is packed'
run decompress -c -q bytes.vtc
cp .out bytes.json
run decompress -c -q small.vtc
same bytes.json .out 'the bytes are kept'
# A character on every place around the end of a piece.
python3 -c '
import sys
for pad in range(65520, 65540):
    text = "{\"traceEvents\":[{\"ph\":\"i\",\"ts\":1,\"name\":\"" + "x" * (pad - 42) + "\U0001f600\"}]}\n"
    open("pad%d.json" % pad, "wb").write(text.encode())
'
run compress -q pad655*.json
for pad in pad655*.json; do
    run export --to chrome -c "${pad%.json}.vtc"
    expect_no_err
    same "$pad" .out 'a character at the end of a piece'
done

begin 'export of a document that is cut off'
head -c 300 t.json >cut_off.json
run compress -q cut_off.json
run export --to chrome -c cut_off.vtc
expect_code 0
python3 -c 'import json, sys; assert len(json.load(sys.stdin)["traceEvents"]) == 3' <.out ||
    fail 'not JSON'

begin 'tail'
run tail span.vtc
expect_code 0
expect_no_err
expect_out <<'END'
      0.000000 s  main                      2 ns  parse
     -0.000000 s  main                         B  parse
      0.000000 s  main                         B  parse
END
run tail -n 1 --format json span.vtc
expect_code 0
run tail -n1 -T1 good.vtc
expect_code 0
expect_out <<'END'
      0.000000 s  main                         E  parse
END

begin 'tail escapes once'
run tail good.vtc
expect_code 0
expect_out <<'END'
      0.000000 s  main                     10 ns  parse  {"int":-5,"uint":18446744073709551615,"double":0.1,"bool":true,"string":"a\"\u000a\377","bytes":"00abcd","inter\"ned":"parse","int":9}
      0.000000 s  main                         E  parse
END
run tail t.vtc
expect_code 2
expect_err <<'END'
vtc: t.vtc: byte 0: expected a live file, found another
END
