# Live files on the command line: from the vectors, and one of which the process is gone.
. "$(dirname "$0")/support/lib.sh"

vector() { # NAME FILE
    python3 -B - "$source_dir" "$1" "$2" <<'END'
import pathlib, sys
sys.path.insert(0, sys.argv[1] + "/format/reference")
from vtc_build import parse_hex
text = next(pathlib.Path(sys.argv[1], "format/vectors").glob("*/%s.hex" % sys.argv[2])).read_text()
pathlib.Path(sys.argv[3]).write_bytes(parse_hex(text))
END
}
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
run tail t.vtc
expect_code 2
expect_err <<'END'
vtc: t.vtc: byte 0: expected a live file, found another
END
