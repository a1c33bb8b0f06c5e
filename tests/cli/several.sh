# Several files of which some are bad: all others are worked on, and the exit code is that of the first
# that failed.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"
. "$source_dir/tests/cli/support/commands.sh"

make_trace trace.json
"$VTC" compress -q trace.json -o good.vtc || exit 1
vector live-args live.vtc
cp good.vtc damaged
flip damaged 150
newer good.vtc newer

# Three good files with bad ones between: the code is 3, the first of 3, 5, 4.
files() { # NAME OF A GOOD FILE, ENDING
    rm -rf several
    mkdir several
    for i in 1 2 3; do cp "$1" "several/$i$2"; done
    cp "$WORK/damaged" several/damaged.vtc
    cp "$WORK/newer" several/newer.vtc
}
bad='several/damaged.vtc several/missing.vtc several/newer.vtc'

several() { # CODE COMMAND...: with .vtc files
    local expected=$1
    shift
    begin "$* of several"
    # shellcheck disable=SC2086
    run "$@" several/1.vtc $bad several/2.vtc several/3.vtc
    expect_code "$expected"
    for file in $bad; do
        grep -q "^vtc: $file: " .err || fail "nothing is said of $file"
    done
}

for command in decompress 'export --to chrome' info verify; do
    files good.vtc .vtc
    # shellcheck disable=SC2086
    several 3 $command
    case $command in
    info) [ "$(grep -c '^state *complete' .out)" = 3 ] || fail 'not all good ones are shown' ;;
    verify) [ "$(grep -c ': ok; ' .out)" = 3 ] || fail 'not all good ones are verified' ;;
    *) for i in 1 2 3; do expect_same several/$i.json trace.json; done ;;
    esac
    expect_clean several
done
files good.vtc .vtc
several 5 recover # what can be recovered of the damaged one is no failure
for i in 1 2 3; do expect_file several/$i.recovered.vtc; done
files live.vtc .vtc
several 3 compact -q
run verify -q several/1.vtc several/2.vtc several/3.vtc
expect_code 0
for i in 1 2 3; do
    cmp -s several/$i.vtc live.vtc && fail "several/$i.vtc was not compacted"
done
files live.vtc .vtc
begin 'symbolize of several'
run symbolize several/1.vtc good.vtc several/missing.vtc several/2.vtc
expect_code 2
[ "$(grep -c 'functions' .out)" = 2 ] || fail 'not all good ones are named'

begin 'compress of several'
files trace.json .json
echo hello >several/text.json
run compress several/1.json several/text.json several/missing.json several/2.json several/3.json
expect_code 2
for i in 1 2 3; do expect_same several/$i.vtc good.vtc; done
run compress -f several/missing.json several/text.json several/1.json
expect_code 5

begin 'decompress -c of several: one text after the other'
run decompress -c good.vtc missing.vtc good.vtc
expect_code 5
cat trace.json trace.json | cmp -s - .out || fail 'not the two texts'

begin 'merge takes all or nothing'
run merge live.vtc missing.vtc good.vtc -o all.vtc
expect_code 5
echo 'vtc: missing.vtc: No such file or directory' | expect_err
run merge live.vtc newer good.vtc -o all.vtc
expect_code 4
echo 'vtc: newer: byte 8: expected format version 1, found 2.0: a newer vtc is needed [HDR-3]' |
    expect_err
expect_no_file all.vtc
