# vtc compact and vtc merge: files in place, histories, many into one.
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"

. "$source_dir/tests/cli/support/commands.sh"

begin 'in place'
vector live-args app.vtc
cp app.vtc live.vtc
chmod 640 app.vtc
touch -d '2020-01-02 03:04:05' app.vtc
run decompress -c app.vtc
cp .out text
run compact app.vtc
expect_code 0
expect_no_out
expect_err_sizes <<'END'
app.vtc              : #%   (# B => # B, app.vtc)
END
[ "$(stat -c %a app.vtc)" = 640 ] || fail 'other permissions'
[ "$(date -r app.vtc +%F)" = 2020-01-02 ] || fail 'another time'
run decompress -c app.vtc
expect_same .out text
run verify -q app.vtc
expect_code 0

begin 'what is compacted is left alone'
cp app.vtc before
run compact app.vtc
expect_code 0
expect_err <<'END'
vtc: app.vtc: is compacted already; a level or -o compresses it again
END
expect_same app.vtc before
run compact -19 -q app.vtc
expect_code 0
expect_no_err
run decompress -c app.vtc
expect_same .out text

begin 'to another file'
run compact -q live.vtc -o other.vtc
expect_code 0
run decompress -c other.vtc
expect_same .out text
run compact live.vtc -o other.vtc
expect_code 1
expect_err <<'END'
vtc: other.vtc: exists already; -f replaces it
END
for target in live.vtc ./live.vtc; do
    run compact -f live.vtc -o $target
    expect_code 1
    echo "vtc: $target: is the file that is read" | expect_err
done
run compact -qf live.vtc -o other.vtc
expect_code 0

begin 'one that cannot be does not stop the others'
echo hello >text.vtc
cp live.vtc good.vtc
run compact -q text.vtc missing.vtc good.vtc
expect_code 2
[ "$(wc -l <.err)" = 2 ] || fail 'two messages were expected'
run decompress -c good.vtc
expect_same .out text

begin 'usage'
run compact
expect_code 1
run compact -o - live.vtc
expect_code 1
run compact --keep-age 7d -o x live.vtc
expect_code 1
run compact --keep-age 7y live.vtc
expect_code 1
expect_err <<'END'
vtc: compact: --keep-age takes a time such as 90s, 12h or 7d, not '7y'; see 'vtc compact --help'
END
run compact --keep-size 0 live.vtc
expect_code 1
run merge live.vtc
expect_code 1
run merge -o out.vtc
expect_code 1
expect_no_file out.vtc x

begin 'a history'
mkdir history
for i in 1 2 3 4; do
    cp live.vtc "history/app.000$i.vtc"
    touch -d "$((i * 10)) minutes ago" "history/app.000$i.vtc"
done
echo '[{"ph":"i","ts":1}]' | "$VTC" compress >history/app.0005.vtc
touch -d '1 day ago' history/app.0005.vtc
run compact --keep-age 35m history/app.vtc
expect_code 0
expect_err_sizes <<'END'
vtc: history/app.0004.vtc: removed: older than is to be kept
vtc: history/app.vtc: 4 of 5 files compacted (# B => # B), 1 removed, 0 being recorded, # B kept
END
expect_no_file history/app.0004.vtc
expect_file history/app.0005.vtc history/app.0003.vtc
run compact -q --keep-size 1 history/app.vtc
expect_code 0
[ "$(ls history)" = app.0005.vtc ] || fail 'other files than the imported one are left'

begin 'again and again'
cp live.vtc history/app.0006.vtc
timeout --preserve-status -s INT 10 "$VTC" compact -q --watch 50ms history/app.vtc &
watcher=$!
for _ in $(seq 100); do
    cmp -s live.vtc history/app.0006.vtc || break
    sleep 0.1
done
cp live.vtc history/new
mv history/new history/app.0007.vtc
for _ in $(seq 100); do
    cmp -s live.vtc history/app.0007.vtc || break
    sleep 0.1
done
kill -INT "$watcher"
wait "$watcher"
for i in 6 7; do
    run decompress -c "history/app.000$i.vtc"
    expect_same .out text
done

begin 'merge'
echo '[{"ph":"X","pid":1,"tid":2,"ts":5,"dur":1,"name":"b"}]' | "$VTC" compress >one.vtc
echo '{"traceEvents":[{"ph":"X","pid":1,"tid":1,"ts":9,"dur":1,"name":"a"}],"x":1}' |
    "$VTC" compress >two.vtc
run merge one.vtc two.vtc -o all.vtc
expect_code 0
expect_err_sizes <<'END'
vtc: all.vtc: warning: 1 parts of the documents are no events, and left out
vtc: all.vtc: 2 files, 2 events on 2 tracks, # B
END
run decompress -c all.vtc
expect_out <<'END'
{"displayTimeUnit":"ns","traceEvents":[
{"ph":"X","pid":1,"tid":1,"ts":9,"dur":1,"name":"a"},
{"ph":"X","pid":1,"tid":2,"ts":5,"dur":1,"name":"b"}
]}
END
run merge -q live.vtc one.vtc app.vtc -o all.vtc
expect_code 1
echo 'vtc: all.vtc: exists already; -f replaces it' | expect_err
run merge -q live.vtc one.vtc app.vtc -fo all.vtc
expect_code 0
run verify -q all.vtc
expect_code 0

begin 'merge of something damaged'
head -c $(($(stat -c %s two.vtc) / 2)) two.vtc >half.vtc
run merge -f one.vtc half.vtc -o all.vtc
expect_code 3
grep -q 'warning: of 1 of the inputs only a part could be read' .err || fail 'no warning'
run decompress -c all.vtc
grep -q '"name":"vtc_damage","args":{"file":"half.vtc"' .out || fail 'no row'
