# What is no JSON, and JSON that is no trace: the message names the place that is wrong, and what was
# expected there.
. "$(dirname "$0")/support/lib.sh"

refused() { # TEXT LINE COLUMN BYTE MESSAGE
    begin "$1"
    printf '%b' "$1" >t.json
    run compress t.json
    expect_code 2
    expect_no_out
    echo "vtc: t.json: line $2, column $3 (byte $4): $5" | expect_err
    expect_no_file t.vtc
    expect_clean
}

no_trace='this is JSON without trace events: expected'
refused 'hello' 1 1 0 'expected `{` or `[`, found `hello`'
refused '\n\n  12' 3 3 4 'expected `{` or `[`, found `12`'
refused '\0211PNG\r\n' 1 1 0 'expected `{` or `[`, found 89 50 4e 47'
refused 'a text of more than a few bytes' 1 1 0 'expected `{` or `[`, found `a`'
refused 'texts_of_more_than_sixteen_bytes' 1 1 0 'expected `{` or `[`, found `texts_of_more_th` ...'
refused '"x"' 1 1 0 'expected `{` or `[`, found `"x"`'
refused '' 1 1 0 'expected `{` or `[`, found the end'
refused '[' 1 2 1 'expected an event or `]`, found the end'
refused '[\n' 2 1 2 'expected an event or `]`, found the end'
refused '{"p' 1 4 3 'the document ends before it is closed'
refused '{"ph"' 1 6 5 'the document ends before it is closed'
refused '[{"a":1' 1 8 7 'the document ends before it is closed'
refused '{"a": tru}' 1 7 6 'expected a value, a comma or `}`, found `tru`'
refused '{"b": [1,\n 2],\n "a": tru}' 3 7 21 'expected a value, a comma or `}`, found `tru`'
refused '[}' 1 2 1 'expected an event or `]`, found `}`'
refused '[{"ph":"X","dur":tru}]' 1 18 17 'expected an event, found an object with a bare word that is no JSON'
refused '[{"ph":"X",}]' 1 12 11 'expected an event, found an object with a comma that is missing or too many'
refused '[1,2,}' 1 2 1 'expected an event, found an element that is no object'
refused '["a"]' 1 2 1 'expected an event, found an element that is no object'
refused '{"a":{"b":1}' 1 13 12 'the document ends before it is closed'
refused '{"foo": [1,2,3]}' 1 16 15 \
    "$no_trace the member traceEvents, found the end of the object"
refused '{"a":{"traceEvents":[]}}\n\n' 1 24 23 \
    "$no_trace the member traceEvents, found the end of the object"
refused '{"traceEvents": 5}' 1 17 16 \
    "$no_trace an array of events as traceEvents, found a number or a word"
refused '{"a":1,\n "traceEvents":"x",\n "b":2}\n' 2 16 23 \
    "$no_trace an array of events as traceEvents, found a string"
refused '{"traceEvents":{"a":[]}}' 1 16 15 \
    "$no_trace an array of events as traceEvents, found an object"
refused '[{"a":1},\n{}]\n' 2 3 12 "$no_trace an event, found the end of the array"
