# Names that would steer a terminal, in traces and of files: whatever a person reads has them escaped,
# once; what a program reads has them as its format says.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"
. "$source_dir/tests/cli/support/commands.sh"

escape=$(printf '\033')
cat >trace.json <<'END_TRACE'
{"traceEvents":[
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main\u001b[2J\u202e"}},
{"ph":"M","pid":1,"tid":1,"name":"process_name","args":{"name":"p\r\u0007"}},
{"ph":"X","pid":1,"tid":1,"ts":1,"dur":9,"name":"a\u001b]0;x\u0007b","cat":"c\u009bd","args":{"k\u001b[1m":1}},
garbage
{"ph":"X","pid":"\u001b[3m","tid":2,"ts":2,"dur":8,"name":"back\\slash\nline","cat":""}
]}
END_TRACE
sed "s/garbage/gar${escape}[31mbage/; s/c.u009bd/c${escape}d/" trace.json >raw.json
for name in trace raw; do "$VTC" compress -q $name.json 2>/dev/null || exit 1; done
# A live file whose names are hostile: those of a vector, of the same length, with their checksums.
vector live-args live.vtc
python3 -B - "$source_dir" live.vtc <<'END_PYTHON' || exit 1
import pathlib, struct, sys
sys.path.insert(0, sys.argv[1] + "/format/reference")
from vtc_xxh3 import xxh3_64
path = pathlib.Path(sys.argv[2])
data = path.read_bytes()
for old, new, kind in ((b"parse", b"\x1b[2Jx", 1), (b"main", b"\x1b[3m", 3)):
    body_at = data.index(old) - (4 if kind == 1 else 16)
    size, = struct.unpack_from("<I", data, body_at - 12)
    data = data.replace(old, new, 1)
    body = data[body_at:body_at + size]
    data = data[:body_at - 8] + struct.pack("<Q", xxh3_64(body, kind)) + data[body_at:]
path.write_bytes(data)
END_PYTHON

# No control character but the end of a line, no mark that turns the direction of text.
expect_harmless() {
    python3 - .out .err <<'END_PYTHON' || fail 'a terminal would be steered'
import re, sys
for name in sys.argv[1:]:
    text = open(name, "rb").read().decode("utf-8", "strict")
    found = re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", text)
    if found:
        sys.exit("%s: %r" % (name, text[max(0, found.start() - 40):found.end() + 20]))
END_PYTHON
}

hostile=$(printf 'x\033[2J\ny\\z.vtc')
for source in trace raw live; do
    cp $source.vtc "$hostile"
    for command in 'info' 'info -v' 'verify' 'query --format table' 'symbolize' 'tail -n all' \
        'decompress -v' 'export --to chrome -v' 'recover -v' 'compact -v' 'compact -19v'; do
        begin "$command of names in $source"
        # shellcheck disable=SC2086
        case $command in
        query*) run $command "$hostile" slowest 9 ;;
        *) run $command "$hostile" ;;
        esac
        expect_harmless
        case $command in
        query* | tail*) ;; # they do not speak of the file
        *) grep -q 'x.033\[2J.ny..z' .out .err || fail 'the name of the file is missing' ;;
        esac
        find . -name 'x*' ! -name '*z.vtc' -delete
        [ "${command%% *}" = compact ] || cp $source.vtc "$hostile"
    done
    rm -f x*
done
begin 'what is wrong with a file of that name'
for command in $readers; do
    arguments_of "$command" "$hostile"
    run "${arguments[@]}"
    expect_code 5
    expect_harmless
    [ "$(wc -l <.err)" = 1 ] || fail 'not one line'
done
begin 'merge'
run merge -v trace.vtc raw.vtc live.vtc -o "$hostile"
expect_code 0
expect_harmless
rm -f x*

begin 'escaped once'
run query trace.vtc slowest 2
expect_code 0
grep -qF 'a\033]0;x\007b' .out || fail "$(cat .out)"
grep -qF 'back\\slash\nline' .out || fail "$(cat .out)"
grep -qF 'main\033[2J\342\200\256' .out || fail "$(cat .out)"
run tail live.vtc
expect_code 0
grep -qF '  \033[3m ' .out || fail "$(cat .out)"
grep -qF '  \033[2Jx  {"int":-5,' .out || fail "$(cat .out)"

begin 'for programs they are what they are'
run query trace.vtc slowest 1 --format json
python3 -c '
import json, sys
row, = json.load(sys.stdin)
assert row["name"] == "a\x1b]0;x\x07b" and row["thread"] == "main\x1b[2J\u202e", row
' <.out || fail 'JSON differs'
run query trace.vtc slowest 1 --format csv
grep -qF "a$escape]0;x" .out || fail 'CSV to a file is escaped'
