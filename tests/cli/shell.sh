# vtc shell from a pipe: verbs, SQL over several lines, commands, and what is wrong.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/t.json" <<'JSON'
[{"ph":"X","pid":1,"tid":1,"ts":1,"dur":5,"name":"a"},
{"ph":"X","pid":1,"tid":1,"ts":2,"dur":2,"name":"b"}]
JSON
"$VTC" compress -q "$work/t.json" -o "$work/t.vtc"

expect() { # NAME EXPECTED-CODE, input on stdin, expected output in $work/want
    local code=0
    "$VTC" shell --format csv "$work/t.vtc" >"$work/got" 2>"$work/errors" || code=$?
    if [ "$code" != "$2" ] || ! cmp -s "$work/got" "$work/want"; then
        echo "shell: $1: code $code"
        diff "$work/want" "$work/got" || true
        cat "$work/errors"
        exit 1
    fi
}

printf 'name,dur\na,5000\nb,2000\ncount(*)\n2\n' >"$work/want"
printf 'SELECT name,\n  dur\nFROM slice;\n\nselect count(*) from slice;\n' >"$work/in"
expect "SQL over several lines" 0 <"$work/in"

printf 'count(*)\n2\n' >"$work/want"
printf 'select count(*) from slice' >"$work/in"
expect "the end of input ends a statement" 0 <"$work/in"

printf 'name,type\nstart_ts,INTEGER\nend_ts,INTEGER\n' >"$work/want"
printf '.tables trace_bounds\n.quit\nselect 1;\n' >"$work/in"
expect ".tables and .quit" 0 <"$work/in"

printf '1\n1\n' >"$work/want"
printf 'nonsense 1\nselect nowhere from slice;\ndrop table slice;\nselect 1;\n' >"$work/in"
expect "what is wrong is told, and the rest answered" 1 <"$work/in"
grep -q "expected a verb" "$work/errors"
grep -q "no such column: nowhere" "$work/errors"

status=0
"$VTC" query "$work/t.vtc" 'select nmae from slice' 2>"$work/errors" || status=$?
[ "$status" = 1 ] && grep -q "no such column: nmae; did you mean 'name'?" "$work/errors"
grep -q '^         ^^^^$' "$work/errors"
"$VTC" query "$work/t.vtc" 'select 1 from slices, slcie' 2>"$work/errors" || true
grep -q "no such table: slices; did you mean 'slice'?" "$work/errors"
grep -q '^                ^^^^^^' "$work/errors"
"$VTC" query "$work/t.vtc" 'select quite_another_word from slice' 2>"$work/errors" || true
grep -q 'no such column: quite_another_word$' "$work/errors"
echo "shell: what may have been meant"

"$VTC" shell --format csv "$work/t.vtc" <<<'slowest 1' | grep -q '^a,5000,'
echo "shell: verbs, SQL and commands from a pipe"
