# compress and decompress: names, options, pipes, packed input, summaries.
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
cp trace.json original.json

begin 'compress, decompress'
run compress trace.json
expect_code 0
expect_no_out
expect_err_sizes <<'END'
trace.json           : #%   (# B => # B, trace.vtc)
END
expect_file trace.json trace.vtc
expect_clean
rm trace.json
run decompress trace.vtc
expect_code 0
expect_no_out
expect_err_sizes <<'END'
trace.vtc            : #%   (# B => # B, trace.json)
END
expect_same trace.json original.json
expect_file trace.vtc
expect_clean

begin 'names'
mkdir -p d.json/e
for pair in 'a.json a.vtc' 'b.trace b.trace.vtc' 'c.json.gz c.vtc' 'd.json.zst d.vtc' \
    'e.gz e.gz.vtc' 'plain plain.vtc' 'd.json/.json d.json/.json.vtc' 'a b.json a b.vtc' \
    './x.json x.vtc' '-dash.json -dash.vtc'; do
    source=${pair% *}
    target=${pair##* }
    [ "$pair" = 'a b.json a b.vtc' ] && source='a b.json' target='a b.vtc'
    cp original.json "./$source"
    run compress -q -- "$source"
    expect_code 0
    expect_no_err
    expect_file "./$target" "./$source"
done
cp trace.vtc archive.tar.vtc
run decompress -q archive.tar.vtc
expect_code 0
expect_same archive.tar.json original.json

begin 'a name that is not .vtc'
cp trace.vtc trace.bin
run decompress trace.bin
expect_code 1
expect_err <<'END'
vtc: trace.bin: expected a name that ends in .vtc; name the output with -o or -c
END
run decompress -q trace.bin -o from_bin.json
expect_code 0
expect_same from_bin.json original.json

begin 'long names'
long=$(printf 'n%.0s' $(seq 1 250))
cp original.json "$long.json"
run compress -q "$long.json"
expect_code 0
expect_file "$long.vtc"

begin 'standard input and output'
"$VTC" compress <original.json >pipe.vtc 2>.err
code=$?
expect_code 0
expect_no_err
expect_same pipe.vtc trace.vtc
"$VTC" decompress <pipe.vtc >pipe.json 2>.err
code=$?
expect_code 0
expect_no_err
expect_same pipe.json original.json

begin 'pipes at both ends'
cat original.json | "$VTC" compress - | cat | "$VTC" decompress - | cat >pipe.json
expect_same pipe.json original.json
cat original.json | "$VTC" compress -q -o from_pipe.vtc
expect_same from_pipe.vtc trace.vtc
cat trace.vtc | "$VTC" decompress -q -o from_pipe.json
expect_same from_pipe.json original.json
[ "$(stat -c %a from_pipe.vtc)" = 644 ] || fail 'the mode is not what the umask leaves'

begin '-c, -o -, -o FILE'
run compress -c trace.json
expect_code 0
expect_no_err
expect_same .out trace.vtc
run compress trace.json -o -
expect_same .out trace.vtc
run compress -o one.vtc trace.json -q
expect_code 0
run compress --output=two.vtc --quiet trace.json
expect_code 0
run compress --output three.vtc -qk trace.json
expect_code 0
run compress -qkothree.x trace.json
expect_code 0
for file in one.vtc two.vtc three.vtc three.x; do expect_same $file trace.vtc; done
run decompress -c trace.vtc
expect_code 0
expect_no_err
expect_same .out original.json

begin 'to a device'
run compress trace.json -o /dev/null
expect_code 0
[ -c /dev/null ] || fail '/dev/null is no device any more'
run compress -f trace.json -o /dev/null
expect_code 0
[ -c /dev/null ] || fail '/dev/null is no device any more'

begin 'to and from a FIFO'
mkfifo fifo
cat fifo >through.vtc &
run compress -q trace.json -o fifo
expect_code 0
wait
expect_same through.vtc trace.vtc
cat original.json >fifo &
run compress -c fifo
expect_code 0
wait
expect_same .out trace.vtc
rm fifo

begin 'several files'
cp original.json m1.json
cp original.json m2.json
run compress m1.json missing.json m2.json
expect_code 5
expect_err_sizes <<'END'
m1.json              : #%   (# B => # B, m1.vtc)
vtc: missing.json: No such file or directory
m2.json              : #%   (# B => # B, m2.vtc)
END
expect_same m1.vtc m2.vtc
run decompress -c m1.vtc m2.vtc
expect_code 0
cat original.json original.json >twice
expect_same .out twice

begin 'levels'
for level in 1 3 9 19; do
    run compress -qf -$level trace.json -o level.vtc
    expect_code 0
    run decompress -c level.vtc
    expect_same .out original.json
done
run compress -qf --level 3 trace.json -o level.vtc
expect_same level.vtc trace.vtc

begin 'the same bytes with any number of threads'
for threads in 0 1 2 7; do
    run compress -qf -T$threads trace.json -o threads.vtc
    expect_code 0
    expect_same threads.vtc trace.vtc
    run decompress -qf -T $threads threads.vtc -o threads.json
    expect_code 0
    expect_same threads.json original.json
done

begin 'gzip and zstd'
gzip -c original.json >packed.json.gz
run compress -q packed.json.gz
expect_code 0
expect_same packed.vtc trace.vtc
cp packed.json.gz lies.json
run compress -q lies.json
expect_code 0
expect_same lies.vtc trace.vtc
if command -v zstd >/dev/null; then
    zstd -q original.json -o zpacked.json.zst
    run compress -q zpacked.json.zst
    expect_code 0
    expect_same zpacked.vtc trace.vtc
    head -c 100 original.json | zstd -q >parts.json.zst
    tail -c +101 original.json | zstd -q >>parts.json.zst
    run compress -q parts.json.zst
    expect_code 0
    expect_same parts.vtc trace.vtc
else
    skip 'there is no zstd'
fi
head -c 100 original.json | gzip >members.json.gz
tail -c +101 original.json | gzip >>members.json.gz
run compress -q members.json.gz
expect_code 0
expect_same members.vtc trace.vtc
cat packed.json.gz /dev/zero 2>/dev/null | head -c 5000 >padded.json.gz
run compress -q padded.json.gz
expect_code 0
expect_same padded.vtc trace.vtc

begin 'quiet and verbose'
run compress -qf trace.json
expect_code 0
expect_no_err
run compress -vf trace.json
expect_code 0
expect_err_sizes <<'END'
trace.json           : #%   (# B => # B, trace.vtc)
  6 events on 2 tracks, 3 spans, 6 rows, 0 events kept as raw text, 0 issues
END
run compress -v -c trace.json
expect_err_sizes <<'END'
trace.json           : #%   (# B => # B, standard output)
  6 events, 6 rows, 0 events kept as raw text, 0 issues
END

begin 'mode and time of the source'
cp original.json mode.json
chmod 640 mode.json
touch -d '2020-02-03 04:05:06' mode.json
run compress -q mode.json
expect_code 0
[ "$(stat -c '%a %Y' mode.vtc)" = "$(stat -c '%a %Y' mode.json)" ] || fail 'compress'
rm mode.json
run decompress -q mode.vtc
[ "$(stat -c '%a %Y' mode.vtc)" = "$(stat -c '%a %Y' mode.json)" ] || fail 'decompress'

begin 'a trace that is cut off'
head -c 200 original.json >cut.json
run compress cut.json
expect_code 0
expect_err_sizes <<'END'
vtc: cut.json: warning: the trace is cut off: an event begins at byte 164 and is not ended at byte 200; all of it is kept
cut.json             : #%   (# B => # B, cut.vtc)
END
run compress -fq cut.json
expect_no_err
run decompress -c cut.vtc
expect_code 0
expect_same .out cut.json

begin 'a trace that is cut off between its events'
printf '{"traceEvents":[{"ph":"i","ts":1}' >between.json
run compress between.json
expect_code 0
expect_err_sizes <<'END'
vtc: between.json: warning: the trace is cut off: the list of events is not closed at byte 33; all of it is kept
between.json         : #%   (# B => # B, between.vtc)
END

not_closed() { # TEXT WHAT
    begin "what is not closed is named: $1"
    printf '%s' "$1" >open.json
    run compress -c open.json
    expect_code 0
    echo "vtc: open.json: warning: the trace is cut off: $2 is not closed at byte ${#1}; all of it is kept" |
        expect_err
}
not_closed '{"traceEvents":[{"ph":"i"}' 'the list of events'
not_closed '{"traceEvents":[{"ph":"i"}]' 'the outermost object'
not_closed '{"traceEvents":[{"ph":"i"}],"x":{"a":1' 'an object outside of the events'
not_closed '{"traceEvents":[{"ph":"i"}],"x":[1,2' 'a list outside of the events'
not_closed '{"traceEvents":[{"ph":"i"}],"x":{"a":"b' 'a string'

begin 'what is no JSON outside of the events is said'
printf '{"a":foo,"traceEvents":[{"ph":"i"}]}' >word.json
run compress -c word.json
expect_code 0
expect_err <<'END'
vtc: word.json: warning: 1 place is no event, the first at byte 5: text outside of events that is no JSON; all of it is kept, see 'vtc info'
END

begin 'what is no event is said'
printf '[{"ph":"i","ts":1},\n"\n{"ph":"i","ts":2},\n{"ph":"i","args":[\n{"ph":"i","ts":3}]' >stray.json
run compress stray.json
expect_code 0
expect_err_sizes <<'END'
vtc: stray.json: warning: 2 places are no event, the first at byte 20: text outside of events that is no JSON; all of it is kept, see 'vtc info'
stray.json           : #%   (# B => # B, stray.vtc)
END
run compress -fq stray.json
expect_no_err

begin 'odd input comes back'
i=0
while IFS= read -r text; do
    i=$((i + 1))
    # shellcheck disable=SC2059
    printf "$text" >odd$i.json
    run compress -q odd$i.json
    expect_code 0
    run decompress -c odd$i.vtc
    expect_code 0
    expect_same .out odd$i.json
done <<'END'
[]
{"traceEvents":[]}
[{"ph":"X","ts":1,"dur":2,"pid":1,"tid":1,"name":"a"}
\357\273\277[{"ph":"i","ts":1,"name":"a"}]\r\n
[{"ph":"X","ts":1e3,"dur":NaN,"ts":2,"name":"\\ud800\001\377"},,]garbage[{}]
END

begin 'memory'
run compress -qf --memory 256M trace.json
expect_code 0
run compress -qf --memory 1K trace.json -o small.vtc
expect_code 6
grep -Eq '^vtc: trace.json: .*; the limit is 1.00 KiB, --memory sets another$' .err ||
    fail 'the limit is not named'
expect_no_file small.vtc
expect_clean
