# vtc query FILE "slowest N": tables, CSV, JSON, ties, pairs, odd names, wrong questions.
. "$(dirname "$0")/support/lib.sh"

compress() { "$VTC" compress -qf "$@" || fail "compress $*"; }

make_trace trace.json
compress trace.json

begin 'a table'
run query trace.vtc 'slowest 20'
expect_code 0
expect_no_err
expect_out <<'END'
NAME   DURATION       START  THREAD  CATEGORY
wait    3.534 s  0.000199 s  1/2     lock
load   2.000 ms  0.000000 s  main    io
parse  1.262 ms  0.000099 s  main    cpu
END
run query trace.vtc 'slowest 1'
expect_code 0
expect_out <<'END'
NAME  DURATION       START  THREAD  CATEGORY
wait   3.534 s  0.000199 s  1/2     lock
END

begin 'the words may come apart, and options anywhere'
run query trace.vtc slowest 1 --format csv
expect_code 0
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
wait,3534000000,300000,,lock,1,2,
END
run query --format=csv trace.vtc ' slowest   1 '
expect_code 0
run query -- trace.vtc 'slowest 1'
expect_code 0

begin 'CSV'
run query --format csv trace.vtc 'slowest 3'
expect_code 0
expect_no_err
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
wait,3534000000,300000,,lock,1,2,
load,2000000,100500,main,io,1,1,
parse,1262417,200000,main,cpu,1,1,
END

begin 'JSON'
run query --format json trace.vtc 'slowest 2'
expect_code 0
expect_out <<'END'
[
  {
    "name": "wait",
    "duration_ns": 3534000000,
    "start_ns": 300000,
    "thread": null,
    "category": "lock",
    "pid": 1,
    "tid": 2,
    "process": null
  },
  {
    "name": "load",
    "duration_ns": 2000000,
    "start_ns": 100500,
    "thread": "main",
    "category": "io",
    "pid": 1,
    "tid": 1,
    "process": null
  }
]
END

begin 'from standard input'
"$VTC" query --format csv - 'slowest 1' <trace.vtc >.out 2>.err
code=$?
expect_code 0
cp .out from_file
cat trace.vtc | "$VTC" query --format csv - 'slowest 1' >.out 2>.err
same from_file .out 'from a pipe'

begin 'ties: by start, then as in the trace'
cat >ties.json <<'END'
[{"ph":"X","pid":1,"tid":1,"ts":50,"dur":7,"name":"third"},
{"ph":"X","pid":1,"tid":1,"ts":10,"dur":7,"name":"first"},
{"ph":"X","pid":1,"tid":2,"ts":10,"dur":7,"name":"second"},
{"ph":"X","pid":1,"tid":2,"ts":5,"dur":6,"name":"last"},
{"ph":"X","pid":1,"tid":2,"ts":60,"dur":7,"name":"fourth"}]
END
compress ties.json
for count in 1 2 3 4 5; do
    run query --format csv ties.vtc "slowest $count"
    expect_code 0
    printf '%s\n' first second third fourth last | head -$count >wanted
    tail -n +2 .out | cut -d, -f1 >found
    same wanted found "slowest $count"
done

begin 'pairs of B and E'
cat >pairs.json <<'END'
[{"ph":"B","pid":1,"tid":1,"ts":0,"name":"outer","cat":"a"},
{"ph":"B","pid":1,"tid":1,"ts":10,"name":"inner"},
{"ph":"B","pid":1,"tid":2,"ts":11,"name":"other thread"},
{"ph":"E","pid":1,"tid":1,"ts":20},
{"ph":"E","pid":1,"tid":1,"ts":100},
{"ph":"E","pid":1,"tid":2,"ts":41},
{"ph":"E","pid":1,"tid":2,"ts":500},
{"ph":"B","pid":1,"tid":2,"ts":600,"name":"never ended"},
{"ph":"B","pid":1,"tid":3,"ts":700,"name":"by name"},
{"ph":"B","pid":1,"tid":3,"ts":701,"name":"crosses"},
{"ph":"E","pid":1,"tid":3,"ts":705,"name":"by name"},
{"ph":"E","pid":1,"tid":3,"ts":708,"name":"crosses"}]
END
compress pairs.json
run query --format csv pairs.vtc 'slowest 10'
expect_code 0
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
outer,100000,0,,a,1,1,
other thread,30000,11000,,,1,2,
inner,10000,10000,,,1,1,
crosses,7000,701000,,,1,3,
by name,5000,700000,,,1,3,
END

begin 'pairs and ties across blocks'
python3 - >blocks.json <<'END'
print('[{"ph":"B","pid":1,"tid":"far","ts":0,"name":"across"}')
for i in range(150000):
    print(',{"ph":"X","pid":1,"tid":%d,"ts":%d,"dur":%d,"name":"f%d"}'
          % (i % 3, i * 10, i * 7919 % 1000, i % 50))
print(',{"ph":"X","pid":1,"tid":1,"ts":1500000,"dur":999,"name":"tie"}')
print(',{"ph":"E","pid":1,"tid":"far","ts":1600000}]')
END
compress blocks.json
run query --format csv blocks.vtc 'slowest 152'
expect_code 0
python3 - >wanted <<'END'
spans = [(-i * 7919 % 1000, 0, 0, "") for i in ()]
spans = [(-(i * 7919 % 1000) * 1000, i * 10000, i, "f%d" % (i % 50)) for i in range(150000)]
spans += [(-999000, 1500000000, 150000, "tie"), (-1600000000, 0, 150001, "across")]
for duration, start, _, name in sorted(spans)[:152]:
    print("%s,%d,%d" % (name, -duration, start))
END
tail -n +2 .out | cut -d, -f1-3 >found
same wanted found 'the slowest of all blocks'

begin 'the same answer with any number of threads'
for count in 1 20 1000; do
    run query --format csv -T1 blocks.vtc "slowest $count"
    expect_code 0
    cp .out alone
    for threads in 0 2 3 8; do
        run query --format csv -T$threads blocks.vtc "slowest $count"
        expect_code 0
        same alone .out "slowest $count with $threads threads"
    done
done

# Without its end a file has no top list, so these are answered by reading blocks.
without_end() { head -c "$(($(stat -c %s "$1") - 40))" "$1" >"$2"; }

begin 'only the blocks that matter are read'
python3 - >peak.json <<'END'
print("[")
for i in range(400000):
    dur = 100000 if i == 333333 else i % 100
    print('{"ph":"X","pid":1,"tid":1,"ts":%d,"dur":%d,"name":"f"},' % (i * 10, dur))
print("{}]")
END
compress peak.json
without_end peak.vtc peak-cut.vtc
run query -v --format csv peak-cut.vtc 'slowest 1'
expect_code 0
grep -Eq '^vtc: peak-cut.vtc: 1 of [0-9]+ blocks read$' .err || fail "$(cat .err)"
grep -q '^f,100000000,3333330000,' .out || fail "$(cat .out)"

begin 'what the INDEX lists is told without reading a block'
run query -v --format csv peak.vtc 'slowest 1'
expect_code 0
grep -Eq '^vtc: peak.vtc: 0 of [0-9]+ blocks read$' .err || fail "$(cat .err)"
grep -q '^f,100000000,3333330000,' .out || fail "$(cat .out)"

begin 'of equal spans, those that start later are not looked for'
python3 - >repeated.json <<'END'
print("[")
for i in range(300000):
    print('{"ph":"X","pid":1,"tid":1,"ts":%d,"dur":%d,"name":"f"},' % (i * 10, i % 1000))
print("{}]")
END
compress repeated.json
without_end repeated.vtc repeated-cut.vtc
run query -v -T1 --format csv repeated-cut.vtc 'slowest 3'
expect_code 0
grep -Eq '^vtc: repeated-cut.vtc: 1 of [0-9]+ blocks read$' .err || fail "$(cat .err)"
[ "$(tail -n +2 .out | cut -d, -f3 | tr '\n' ' ')" = '9990000 19990000 29990000 ' ] ||
    fail "$(cat .out)"
cp .out cut.out
run query -v -T1 --format csv repeated.vtc 'slowest 3'
cmp -s .out cut.out || fail "the list gives another answer: $(cat .out)"

begin 'names of threads and processes'
cat >names.json <<'END'
[{"ph":"M","pid":1,"tid":1,"name":"process_name","args":{"name":"left"}},
{"ph":"M","pid":2,"tid":1,"name":"process_name","args":{"name":"right"}},
{"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"main"}},
{"ph":"M","pid":2,"tid":1,"name":"thread_name","args":{"name":"main"}},
{"ph":"M","pid":2,"tid":"w","name":"thread_name","args":{"name":"worker"}},
{"ph":"X","pid":1,"tid":1,"ts":1,"dur":50,"name":"a"},
{"ph":"X","pid":2,"tid":1,"ts":2,"dur":40,"name":"b"},
{"ph":"X","pid":2,"tid":"w","ts":3,"dur":30,"name":"c"},
{"ph":"X","pid":7,"ts":4,"dur":20,"name":"d"},
{"ph":"X","tid":8,"ts":5,"dur":10,"name":"e"},
{"ph":"X","ts":6,"dur":5,"name":"f"}]
END
compress names.json
run query names.vtc 'slowest 10'
expect_code 0
expect_out <<'END'
NAME   DURATION       START  THREAD      CATEGORY
a     50.000 us  0.000000 s  main (1/1)
b     40.000 us  0.000001 s  main (2/1)
c     30.000 us  0.000002 s  worker
d     20.000 us  0.000003 s  7
e     10.000 us  0.000004 s  8
f      5.000 us  0.000005 s
END
run query names.vtc --format csv 'slowest 10'
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
a,50000,1000,main,,1,1,left
b,40000,2000,main,,2,1,right
c,30000,3000,worker,,2,w,right
d,20000,4000,,,7,,
e,10000,5000,,,,8,
f,5000,6000,,,,,
END

begin 'odd names: escaped for people, exact for programs'
printf '%s\n' '[{"ph":"X","pid":1,"tid":1,"ts":0,"dur":9,"name":"a\u001b[31mred\nline\ttab","cat":"x,\"y\""},' \
    >odd.json
printf '{"ph":"X","pid":1,"tid":1,"ts":0,"dur":8,"name":"raw \033[31m\377 \\ud83d\\ude00 \\\\ \\/"},' \
    >>odd.json
printf '{"ph":"X","pid":1,"tid":1,"ts":0,"dur":7,"name":"\\ud800 \342\200\256rtl \303\251"},' \
    >>odd.json
printf '{"ph":"X","pid":1,"tid":1,"ts":0,"dur":6,"name":""},' >>odd.json
printf '{"ph":"X","pid":1,"tid":1,"ts":0,"dur":5}]' >>odd.json
compress odd.json
run query odd.vtc 'slowest 10'
expect_code 0
printf '%s\n' \
    'NAME                            DURATION       START  THREAD  CATEGORY' \
    'a\033[31mred\nline\ttab         9.000 us  0.000000 s  1/1     x,"y"' \
    "raw \\033[31m\\377 $(printf '\360\237\230\200') \\\\ /        8.000 us  0.000000 s  1/1" \
    "\\355\\240\\200 \\342\\200\\256rtl $(printf '\303\251')  7.000 us  0.000000 s  1/1" \
    '                                6.000 us  0.000000 s  1/1' \
    '                                5.000 us  0.000000 s  1/1' | expect_out
if LC_ALL=C grep -q '[[:cntrl:]]' .out; then fail 'a control character is in the table'; fi
run query odd.vtc --format json 'slowest 10'
expect_code 0
python3 - .out <<'END' || fail 'the JSON is wrong'
import json, sys
rows = json.load(open(sys.argv[1], encoding="utf-8"))
names = [row["name"] for row in rows]
assert names == ["a\x1b[31mred\nline\ttab", "raw \x1b[31m\ufffd \U0001f600 \\ /",
                 "\ud800 \u202ertl \u00e9", "", None], names
assert rows[0]["category"] == 'x,"y"'
END
run query odd.vtc --format csv 'slowest 2'
python3 - .out <<'END' || fail 'the CSV is wrong'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", errors="surrogateescape", newline="")))
assert rows[1][0] == "a\x1b[31mred\nline\ttab" and rows[1][4] == 'x,"y"', rows
assert rows[2][0] == "raw \x1b[31m\udcff \U0001f600 \\ /", rows
END

begin 'exact times'
cat >times.json <<'END'
[{"ph":"X","pid":1,"tid":1,"ts":1699999999123456.789,"dur":0.001,"name":"a"},
{"ph":"X","pid":1,"tid":1,"ts":"1699999999123457","dur":1e-3,"name":"b"},
{"ph":"X","pid":1,"tid":1,"ts":-5,"dur":0,"name":"c"},
{"ph":"X","pid":1,"tid":1,"ts":1.5,"name":"no duration"},
{"ph":"X","pid":1,"tid":1,"dur":5,"name":"no time"}]
END
compress times.json
run query times.vtc --format csv 'slowest 10'
expect_code 0
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
a,1,1699999999123456789,,,1,1,
b,1,1699999999123457000,,,1,1,
c,0,-5000,,,1,1,
END

begin 'no spans'
echo '[{"ph":"i","ts":1,"name":"a"}]' >none.json
compress none.json
run query none.vtc 'slowest 3'
expect_code 0
expect_no_out
echo 'vtc: none.vtc: the answer is empty' | expect_err
run query -q none.vtc 'slowest 3'
expect_no_err
run query none.vtc --format csv 'slowest 3'
expect_code 0
echo 'name,duration_ns,start_ns,thread,category,pid,tid,process' | expect_out
run query none.vtc --format json 'slowest 3'
expect_code 0
echo '[]' | expect_out
echo '[]' >empty.json
compress empty.json
run query empty.vtc --format json 'slowest 3'
expect_code 0
echo '[]' | expect_out

begin 'more than there are'
run query trace.vtc --format csv 'slowest 18446744073709551609'
expect_code 0
[ "$(wc -l <.out)" = 4 ] || fail 'not all spans'

# QUESTION, what is said, where the mark stands.
wrong() {
    begin "wrong: $1"
    run query trace.vtc "$1"
    expect_code 1
    expect_no_out
    printf 'vtc: query: %s\n  %s\n  %s\n' "$2" "$1" "$3" | expect_err
}
wrong 'fastest 20' "expected a verb such as 'slowest 20', found 'fastest'" '^^^^^^^'
wrong 'slowest' "expected a number from 1 on after 'slowest', found the end" '       ^'
wrong 'slowest x' "expected a number from 1 on after 'slowest', found 'x'" '        ^'
wrong 'slowest 0' "expected a number from 1 on after 'slowest', found '0'" '        ^'
wrong 'slowest -3' "expected a number from 1 on after 'slowest', found '-3'" '        ^^'
wrong 'slowest 1.5' "expected a number from 1 on after 'slowest', found '1.5'" '        ^^^'
wrong 'slowest 99999999999999999999' \
    "expected a number from 1 on after 'slowest', found '99999999999999999999'" \
    '        ^^^^^^^^^^^^^^^^^^^^'
wrong 'slowest 5 main' \
    "expected of, where, between, in, limit, order or the end, found 'main'" \
    '          ^^^^'
wrong 'Slowest 5' \
    "expected a verb such as 'slowest 20', found 'Slowest'; did you mean 'slowest'?" '^^^^^^^'
wrong '' "expected a verb such as 'slowest 20', found the end" '^'

begin 'events that are kept as text, for they have ever new keys'
python3 - >ragged.json <<'END'
print('[{"ph":"X","pid":1,"tid":1,"ts":0,"dur":1,"name":"a"}')
for i in range(1200):
    print(',{"ph":"X","pid":1,"tid":1,"ts":%d,"dur":1,"name":"a","k%d":1}' % (i, i))
print(',{"ph":"X","pid":1,"tid":"w","ts":5000,"dur":2e6,"name":"slow","zz":1}')
print(',{"ph":"M","pid":1,"tid":"w","ts":0,"name":"thread_name","yy":0,"args":{"name":"worker"}}')
print(',{"ph":"M","pid":1,"tid":1,"ts":0,"name":"process_name","args":{"name":"prog"}}]')
END
compress ragged.json
run query --format csv ragged.vtc 'slowest 1'
expect_code 0
expect_out <<'END'
name,duration_ns,start_ns,thread,category,pid,tid,process
slow,2000000000,5000000,worker,,1,w,prog
END
run verify -q ragged.vtc
expect_code 0
