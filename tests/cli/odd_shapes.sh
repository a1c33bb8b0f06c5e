# Traces of odd shapes: many keys, names, threads; long strings; deep nesting. Each is compressed,
# verified, asked and given back within a bound of CPU time that only a program that is linear in
# its input keeps, and within the default memory.
# ctest: timeout 300
. "$(dirname "$0")/support/lib.sh"

# The bound is for a machine and a build several times slower than usual, but for the slowest that
# was: 500,000 keys took 12 s of zstd at level 19.
CPU_SECONDS=${CPU_SECONDS:-8}

bounded() {
    (
        ulimit -t "$CPU_SECONDS"
        exec "$VTC" "$@"
    ) >.out 2>.err </dev/null
    code=$?
}

# Standard input is the trace.
check() { # NAME
    cat >t.json
    for level in 3 12; do
        begin "$1, level $level"
        bounded compress -q -f -$level t.json
        expect_code 0
        expect_no_err
        begin "$1, level $level: verify"
        bounded verify -q t.vtc
        expect_code 0
        begin "$1, level $level: query"
        bounded query t.vtc 'slowest 2'
        expect_code 0
        begin "$1, level $level: decompress"
        bounded decompress -q -f t.vtc -o back.json
        expect_code 0
        expect_same t.json back.json
    done
}

# The text n times, @ in it being the number.
repeat() { # N TEXT SEPARATOR
    python3 -c 'import sys
n, text, separator = sys.argv[1:]
sys.stdout.write(separator.join(text.replace("@", str(i)) for i in range(int(n))))' "$@"
}

# An event for each of n numbers, with more in it, where @ is the number.
events() { # N MORE
    printf '{"traceEvents":['
    repeat "$1" "{\"ph\":\"X\",\"ts\":@,\"dur\":1,\"pid\":1$2}" $',\n'
    printf ']}\n'
}

# Standard input is the value of a key of the one event.
event_with() {
    printf '[{"ph":"X","ts":1,"dur":1,"v":'
    cat
    printf '}]\n'
}

{ printf '{'; repeat 500000 '"k@":@' ','; printf '}'; } | event_with | check '500,000 keys in args'
{
    printf '[{"ph":"X","ts":1,"dur":1,'
    repeat 500000 '"k@":@' ','
    printf '}]'
} | check '500,000 keys in an event'
events 100000 ',"args":{"k@":@}' | check 'a new key in each of 100,000 args'
events 100000 ',"k@":@' | check 'a new key in each of 100,000 events'
events 100000 ',"name":"function @"' | check '100,000 names'
events 60000 ',"tid":@' | check '60,000 threads'
{ printf '"'; repeat 1000000 'text @ ' ''; printf '"'; } | event_with | check 'a string of 12 MB'
{ repeat 100000 '[' ''; repeat 100000 ']' ''; } | event_with | check '100,000 lists in each other'
{ repeat 100000 '{"a":' ''; printf 1; repeat 100000 '}' ''; } | event_with |
    check '100,000 objects in each other'
{ printf '[{"ph":"X","ts":1,"dur":1}'; repeat 1000000 ',{}' ''; printf ']'; } |
    check '1,000,000 empty events'
{ repeat 100000 7 ''; printf .; repeat 100000 7 ''; } | event_with | check '100,000 digits'
{
    printf '[{"ph":"X","dur":1,"ts":'
    repeat 100000 7 ''
    printf '},{"ph":"X","ts":1,"dur":0.'
    repeat 100000 7 ''
    printf '}]'
} | check 'a ts of 100,000 digits'
{ printf '['; repeat 300000 '[@]' ','; printf ']'; } | event_with | check 'a list of 300,000 lists'
