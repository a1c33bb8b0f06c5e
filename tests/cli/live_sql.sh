# SQL on live files, crashed, damaged and as they are recorded: the answers are those of the compacted file.
. "$(dirname "$0")/support/lib.sh"

. "$source_dir/tests/cli/support/commands.sh"

vector live-args good.vtc
vector live-span crashed.vtc
vector LIV-6-missing holed.vtc
vector LIV-8-kind cut.vtc
vector live-lost lost.vtc
printf '\0' | dd of=crashed.vtc bs=1 seek=192 conv=notrunc 2>/dev/null # its state: recording
cp crashed.vtc recorded.vtc
tables='slice thread process thread_track args counter flow event stats loss trace_bounds
    name_total thread_slice'

# A lock stands for the process that holds it.
hold() { # FILE
    [ "$1" = recorded.vtc ] && echo "flock -x $1"
}

answers() { # FILE: all tables
    local table
    for table in $tables; do
        echo "$table"
        $(hold "$1") "$VTC" query -q "$1" "SELECT * FROM $table" --format csv || fail "$1: $table"
    done
}

for file in good crashed holed cut lost recorded; do
    begin "the tables of $file.vtc"
    answers "$file.vtc" >live.csv
    $(hold "$file.vtc") "$VTC" compact -q "$file.vtc" -o compacted.vtc || fail "compact $file.vtc"
    answers compacted.vtc >compacted.csv
    rm compacted.vtc
    cmp live.csv compacted.csv || fail "$file.vtc: not as when it is compacted"
    [ "$(wc -l <live.csv)" -gt 24 ] || fail "$file.vtc: there is nothing in the tables"
done

begin 'what is recorded is left alone'
run info recorded.vtc
grep -q '^session .* crashed,' .out || fail 'nobody records'
flock -x recorded.vtc "$VTC" info recorded.vtc >.out
grep -q '^session .* recording,' .out || fail 'somebody records'
flock -x recorded.vtc "$VTC" compact recorded.vtc 2>.err && fail 'compacted while it is recorded'
grep -q 'still records to it' .err || fail 'not the reason'
