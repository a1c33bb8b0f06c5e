# What is written is there whole or not at all, and nothing is lost: existing targets, --rm, links,
# interruption. Targets that cannot be written are in bad_targets.sh.
. "$(dirname "$0")/support/lib.sh"

make_trace trace.json
cp trace.json original.json
"$VTC" compress -q trace.json -o good.vtc || exit 1

begin 'an existing target'
echo precious >trace.vtc
run compress trace.json
expect_code 1
expect_no_out
echo 'vtc: trace.vtc: exists already; -f replaces it' | expect_err
[ "$(cat trace.vtc)" = precious ] || fail 'it was overwritten'
run compress -qf trace.json
expect_code 0
expect_same trace.vtc good.vtc
run decompress trace.vtc
expect_code 1
echo 'vtc: trace.json: exists already; -f replaces it' | expect_err
expect_same trace.json original.json
run decompress -qf trace.vtc
expect_code 0
expect_same trace.json original.json
expect_clean

begin 'two files of one run that would become one'
mkdir pair
cp trace.json pair/a.json
gzip -kq pair/a.json
cp pair/a.json.gz pair/before.gz
run compress -qf --rm pair/a.json pair/a.json.gz
expect_code 1
echo 'vtc: pair/a.vtc: was written by this run already' | expect_err
[ -e pair/a.json ] && fail 'the first is still there'
cmp -s pair/a.json.gz pair/before.gz || fail 'the second is gone'
rm -r pair
expect_clean

begin 'names that compress gave come back'
for name in events.trace events.json; do
    cp good.vtc $name.vtc
    run decompress -q $name.vtc
    expect_code 0
    expect_same $name original.json
    rm $name $name.vtc
done
expect_clean

begin 'the target is a directory'
mkdir directory
run compress -f trace.json -o directory
expect_code 1
echo 'vtc: directory: is a directory, expected the name of a file to write' | expect_err
run compress -f trace.json -o missing/trace.vtc
expect_code 5
echo 'vtc: missing/trace.vtc: the directory to write to: No such file or directory' | expect_err
run compress -f trace.json -o original.json/trace.vtc
expect_code 5
echo 'vtc: original.json/trace.vtc: Not a directory' | expect_err
expect_clean

begin 'the same file in and out'
for command in 'compress trace.json' 'decompress good.vtc'; do
    file=${command#* }
    ln -s "$file" link
    ln "$file" hardlink
    cp "$file" before
    for target in "$file" "./$file" link hardlink; do
        # shellcheck disable=SC2086
        run $command -f -o "$target"
        expect_code 1
        echo "vtc: $target: is the file that is read" | expect_err
        expect_same "$file" before
    done
    [ -L link ] || fail 'the link was replaced'
    rm link hardlink
done
expect_clean

begin 'a symbolic link as the target'
echo precious >elsewhere
ln -s elsewhere link.vtc
run compress -q trace.json -o link.vtc
expect_code 1
run compress -qf trace.json -o link.vtc
expect_code 0
[ -L link.vtc ] && fail 'the link was followed'
[ "$(cat elsewhere)" = precious ] || fail 'the file behind the link was overwritten'
ln -s nowhere dangling.vtc
run compress trace.json -o dangling.vtc
expect_code 1
echo 'vtc: dangling.vtc: is a symbolic link to nothing; -f replaces it' | expect_err
expect_no_file nowhere
run compress -qf trace.json -o dangling.vtc
expect_code 0
expect_same dangling.vtc good.vtc
expect_no_file nowhere

begin '--rm'
rm -f trace.vtc
run compress -q --rm trace.json
expect_code 0
expect_no_err
expect_no_file trace.json
expect_same trace.vtc good.vtc
run decompress -q --rm trace.vtc
expect_code 0
expect_no_err
expect_no_file trace.vtc
expect_same trace.json original.json
run compress -q --rm -k trace.json
expect_code 0
expect_file trace.json
rm trace.vtc
gzip -k trace.json
run compress -q --rm trace.json.gz
expect_code 0
expect_no_file trace.json.gz
expect_file trace.json
rm trace.vtc
expect_clean

begin '--rm keeps the source when something is wrong'
echo '{"no":"trace"}' >no.json
run compress --rm no.json
expect_code 2
expect_file no.json
expect_no_file no.vtc
head -c 300 good.vtc >half.vtc
run decompress --rm half.vtc
expect_code 3
expect_file half.vtc
expect_no_file half.json
echo precious >trace.vtc
run compress --rm trace.json
expect_code 1
expect_same trace.json original.json
rm trace.vtc
ln -s trace.json symbolic.json
run compress --rm symbolic.json
expect_code 1
echo 'vtc: symbolic.json: is a symbolic link: --rm would remove the link, not the file' | expect_err
expect_file symbolic.json trace.json
expect_no_file symbolic.vtc
expect_clean

begin 'interrupted'
for signal in INT TERM HUP; do
    mkfifo fifo
    sleep 60 >fifo & # holds the FIFO open, so that the input does not end
    writer=$!
    # bash starts background jobs with SIGINT ignored: Python does not.
    python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$VTC" compress fifo -o interrupted.vtc 2>.err &
    reader=$!
    head -c 100 original.json >fifo
    for _ in $(seq 100); do
        [ -n "$(find . -name '.vtc-*')" ] && break
        sleep 0.05
    done
    [ -n "$(find . -name '.vtc-*')" ] || fail 'there is no temporary file to look at'
    kill -$signal $reader
    wait $reader 2>/dev/null
    code=$?
    expect_code $((128 + $(kill -l $signal)))
    expect_no_file interrupted.vtc
    expect_clean
    kill $writer
    wait $writer 2>/dev/null
    rm fifo
done

clean_up() { mountpoint -q "$WORK/disk" && umount "$WORK/disk"; }

begin 'a file system without hard links'
mkdir -p disk
if [ "$(id -u)" = 0 ] && truncate -s 1M image && mkfs.vfat image >/dev/null 2>&1 &&
    mount -o loop image disk 2>/dev/null; then
    run compress -q trace.json -o disk/trace.vtc
    expect_code 0
    expect_same disk/trace.vtc good.vtc
    run compress -q trace.json -o disk/trace.vtc
    expect_code 1
    umount disk
else
    skip 'a file system without hard links: not root, or no mkfs.vfat, or no loop device'
fi

begin 'the target comes into being meanwhile'
mkfifo fifo
"$VTC" compress fifo -o late.vtc 2>.err &
reader=$!
{
    head -c 100 original.json
    for _ in $(seq 100); do
        [ -n "$(find . -name '.vtc-*')" ] && break
        sleep 0.05
    done
    echo precious >late.vtc
    tail -c +101 original.json
} >fifo
wait $reader
code=$?
expect_code 1
echo 'vtc: late.vtc: came into being meanwhile; -f replaces it' | expect_err
[ "$(cat late.vtc)" = precious ] || fail 'it was overwritten'
expect_clean
rm fifo

begin 'a read-only directory, a limit on file sizes'
if can_be_nobody; then
    mkdir readonly
    cp trace.json readonly
    chmod 555 readonly
    chmod 755 .
    while read -r mode expected; do
        # Of a group that nobody is not in, so that the target cannot be of it.
        mkdir -m 777 "lent$mode"
        cp trace.json "lent$mode/a.json"
        chmod "$mode" "lent$mode/a.json"
        run_as_nobody compress "lent$mode/a.json"
        expect_code 0
        [ "$(stat -c %a "lent$mode/a.vtc")" = "$expected" ] ||
            fail "mode $(stat -c %a "lent$mode/a.vtc") of $mode, expected $expected"
        rm -r "lent$mode"
    done <<'END'
644 644
664 644
604 600
666 666
755 755
754 744
END
    run_as_nobody compress readonly/trace.json
    expect_code 5
    run_as_nobody compress -c readonly/trace.json
    expect_code 0
    expect_same .out good.vtc
else
    skip 'a read-only directory: not root, or no setpriv'
fi
{
    bash -c 'ulimit -f 0; exec "$1" compress trace.json -o limited.vtc' - "$VTC"
    code=$?
} 2>/dev/null
expect_code $((128 + $(kill -l XFSZ)))
expect_no_file limited.vtc
expect_clean

begin 'on a terminal'
if command -v script >/dev/null && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    script -qec "'$VTC' compress -c trace.json" typescript </dev/null >.out 2>&1
    code=$?
    expect_code 1
    grep -q 'vtc: standard output: is a terminal, and the output is binary' typescript ||
        fail "$(cat typescript)"
    script -qec "'$VTC' compress -cf trace.json" typescript </dev/null >.out 2>&1
    code=$?
    expect_code 0
    for command in compress decompress info verify; do
        script -qec "'$VTC' $command" typescript </dev/null >.out 2>&1
        code=$?
        expect_code 1
        grep -q "see 'vtc $command --help'" typescript || fail "$(cat typescript)"
    done
else
    skip 'a terminal: there is no script(1), or it gets none'
fi
