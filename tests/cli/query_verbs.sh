# vtc query: every verb on a small trace, formats, limits, cancelling, wrong questions.
. "$(dirname "$0")/support/lib.sh"

compress() { "$VTC" compress -qf "$@" || fail "compress $*"; }

cat >t.json <<'END'
[{"ph":"M","pid":1,"tid":1,"ts":0,"name":"thread_name","args":{"name":"main"}},
{"ph":"X","pid":1,"tid":1,"ts":1010,"dur":10,"name":"read","cat":"io","args":{"size":100}},
{"ph":"X","pid":1,"tid":1,"ts":1030,"dur":40,"name":"read","cat":"io","args":{"size":9000}},
{"ph":"X","pid":1,"tid":1,"ts":1000,"dur":100,"name":"parse","cat":"cpu"},
{"ph":"B","pid":1,"tid":2,"ts":1005,"name":"wait","args":{"lock":"a\u001b[31m"}},
{"ph":"E","pid":1,"tid":2,"ts":1025},
{"ph":"X","pid":1,"tid":2,"ts":1085,"dur":5,"name":"\u001b]0;evil\u0007","cat":"\u001b[2J"},
{"ph":"C","pid":1,"tid":1,"ts":1001,"name":"mem","args":{"used":5}},
{"ph":"C","pid":1,"tid":1,"ts":1002,"name":"mem","args":{"used":7.5}},
{"ph":"b","pid":1,"tid":1,"ts":1003,"name":"load","cat":"net","id":"0x1"},
{"ph":"n","pid":1,"tid":1,"ts":1004,"name":"got","cat":"net","id":"0x1"},
{"ph":"e","pid":1,"tid":2,"ts":1063,"name":"load","cat":"net","id":"0x1"},
{"ph":"s","pid":1,"tid":1,"ts":1011,"name":"go","cat":"f","id":7},
{"ph":"f","pid":1,"tid":2,"ts":1012,"name":"go","cat":"f","id":7}]
END
compress t.json

# QUESTION; the table is on standard input.
table() {
    begin "$1"
    run query t.vtc "$1"
    expect_code 0
    expect_no_err
    expect_out
    if LC_ALL=C grep -q '[[:cntrl:]]' .out; then fail 'a control character is in the table'; fi
}
table 'slowest 2 where dur < 50us' <<'END'
NAME   DURATION       START  THREAD  CATEGORY
read  40.000 us  0.000030 s  main    io
wait  20.000 us  0.000005 s  1/2
END
table 'top 2 by self' <<'END'
NAME        SELF       TOTAL  COUNT        MEAN         MIN         MAX  SHARE
parse  50.000 us  100.000 us      1  100.000 us  100.000 us  100.000 us   40.00 %  ########
read   50.000 us   50.000 us      2   25.000 us   10.000 us   40.000 us   40.00 %  ########
END
table 'count by category' <<'END'
CATEGORY  COUNT  SHARE
net           3   25.00 %  #####
              3   25.00 %  #####
f             2   16.67 %  ###
io            2   16.67 %  ###
\033[2J       1    8.33 %  ##
cpu           1    8.33 %  ##
END
table 'histogram of read' <<'END'
WHAT         FROM         TO  COUNT  SHARE
bucket  10.000 us  20.000 us      1   50.00 %  ##########
bucket  20.000 us  50.000 us      1   50.00 %  ##########
min     10.000 us
mean    25.000 us
p50     10.000 us
p90     40.000 us
p99     40.000 us
p99.9   40.000 us
max     40.000 us
END
table 'calls of parse' <<'END'
ROLE    NAME   COUNT       TOTAL       SELF        MEAN  SHARE
caller             1  100.000 us             100.000 us  100.00 %  ####################
itself  parse      1  100.000 us  50.000 us  100.000 us  100.00 %  ####################
callee  read       2   50.000 us              25.000 us   50.00 %  ##########
END
table 'tree of thread main' <<'END'
NAME         TOTAL       SELF  COUNT  SHARE
parse   100.000 us  50.000 us      1  100.00 %  ####################
  read   50.000 us  50.000 us      2   50.00 %  ##########
END
table 'timeline' <<'END'
THREAD  ACTIVITY                                                            BUSY  SHARE
main    @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@  100.000 us  100.00 %  ####################
1/2        @@@@@@@@@@@@                                    @@@         25.000 us   25.00 %  #####
END
table 'gaps 1' <<'END'
 DURATION       START  THREAD  AFTER  BEFORE
60.000 us  0.000025 s  1/2     wait   \033]0;evil\007
END
table 'counters' <<'END'
NAME  SERIES  COUNT  MIN  MAX  MEAN  LAST  PID
mem   used        2    5  7.5  6.25   7.5    1
END
table 'async' <<'END'
NAME   DURATION       START  INSTANTS  ID   THREAD  CATEGORY
load  60.000 us  0.000003 s         1  0x1  main    net
END
table 'flows' <<'END'
NAME  DURATION       START  THREAD         END  TO_THREAD  ID  CATEGORY
go    1.000 us  0.000011 s  main    0.000012 s  1/2        7   f
END
table 'threads order by events desc' <<'END'
THREAD  EVENTS  SPANS       FIRST        LAST  PID  TID  PROCESS
main         9      3  0.000000 s  0.000100 s    1    1
1/2          5      2  0.000005 s  0.000090 s    1    2
END
begin 'stats'
run query t.vtc stats
expect_code 0
grep -q '^events *14$' .out || fail "$(cat .out)"
grep -q '^spans *5$' .out || fail "$(cat .out)"

begin 'help'
run query --help verbs
expect_code 0
grep -q '^  tree of thread main ' .out || fail "$(cat .out)"

begin 'raw times'
run query --raw t.vtc 'slowest 1'
expect_out <<'END'
NAME   DURATION_NS  START_NS  THREAD  CATEGORY
parse       100000   1000000  main    cpu
END

begin 'an object a line'
run query --format ndjson t.vtc 'slowest 2 of read order by duration'
expect_code 0
expect_out <<'END'
{"name":"read","duration_ns":10000,"start_ns":1010000,"thread":"main","category":"io","pid":1,"tid":1,"process":null}
{"name":"read","duration_ns":40000,"start_ns":1030000,"thread":"main","category":"io","pid":1,"tid":1,"process":null}
END

begin 'hostile names for programs'
run query --format csv t.vtc "count by name where name = /evil/"
printf 'name,count,share\n\033]0;evil\007,1,1\n' | expect_out
run query --format json t.vtc "count by name where name = /evil/"
grep -q '"name": "\\u001b\]0;evil\\u0007"' .out || fail "$(cat .out)"

begin 'rows that are cut off are said to be'
run query --limit 2 t.vtc 'slowest 20'
expect_code 0
echo 'vtc: t.vtc: cut after 2 rows: there are more' | expect_err
[ "$(wc -l <.out)" = 3 ] || fail "$(cat .out)"
run query t.vtc 'slowest 20 limit 2'
echo 'vtc: t.vtc: cut after 2 rows: there are more' | expect_err
run query t.vtc 'tree limit 1'
echo 'vtc: t.vtc: cut after 1 rows: there are more' | expect_err
run query --limit 5 t.vtc 'slowest 20'
expect_no_err
run query -q --limit 2 t.vtc 'slowest 20'
expect_no_err

begin 'nothing matches'
run query t.vtc 'slowest 20 of "no such name"'
expect_code 0
expect_no_out
echo 'vtc: t.vtc: the answer is empty' | expect_err

begin 'arguments of a pair'
run query --format csv t.vtc 'top 9 by count where args.lock = a*'
grep -q '^wait,' .out || fail "$(cat .out)"

# QUESTION, what is said, where the mark stands.
wrong() {
    begin "wrong: $1"
    run query t.vtc "$1"
    expect_code 1
    expect_no_out
    printf 'vtc: query: %s\n  %s\n  %s\n' "$2" "$1" "$3" | expect_err
}
wrong 'top 3 by sefl' "expected self, total, count, mean or max, found 'sefl'; did you mean 'self'?" \
    '         ^^^^'
wrong 'slowest 3 where nmae = x' \
    "expected name, category, thread, process, phase, dur, ts or args.KEY, found 'nmae'; did you mean 'name'?" \
    '                ^^^^'
wrong 'slowest 3 between 2s and 1s' 'the second time is before the first' \
    '                         ^^'
wrong 'slowest 3 order by duratoin' \
    "expected a column of the answer, found 'duratoin'; did you mean 'duration'?" \
    '                   ^^^^^^^^'
wrong 'calls of /(/' 'no regular expression: Unmatched ( or \\(' '         ^^^'
wrong 'stats where dur > 1s' 'this verb takes no conditions' '      ^^^^^'

begin 'too little memory'
run query --memory 2M t.vtc 'slowest 1'
expect_code 0
python3 - >many.json <<'END'
print("[")
for i in range(120000):
    print('{"ph":"X","pid":1,"tid":1,"ts":%d,"dur":1,"name":"n%d"},' % (2 * i, i))
print("{}]")
END
compress many.json
run query --memory 24M many.vtc 'tree'
expect_code 6
grep -q "'tree' needs more than its limit of 25165824 bytes of memory" .err || fail "$(cat .err)"

begin 'a timeout'
run query --timeout 1ms many.vtc 'top 3 by self'
expect_code 6
echo 'vtc: many.vtc: the answer took longer than the timeout' | expect_err
run query --timeout 10 many.vtc stats
expect_code 1

begin 'an interrupt'
python3 - "$VTC" >interrupted.out <<'END' || fail "$(cat interrupted.out)"
import signal, subprocess, sys, time
# Whenever it comes, the process ends by it, or has ended by itself.
ends = set()
for delay in (0.002, 0.01, 0.03, 0.06, 0.1, 0.2):
    process = subprocess.Popen([sys.argv[1], "query", "-T2", "--format", "csv", "many.vtc", "tree"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1]
    ends.add(process.returncode)
    assert process.returncode in (0, -signal.SIGINT), (process.returncode, err)
assert -signal.SIGINT in ends, ends
END
