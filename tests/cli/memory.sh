# --memory: what it bounds, how much the process takes beside it, and what is said when it is too little.
. "$(dirname "$0")/support/lib.sh"

if grep -qE '__(asan|tsan)_init' "$VTC"; then
    begin 'memory'
    skip 'a sanitizer has memory of its own'
    exit 0
fi

# Each text and each thread comes once, so that nothing is said in few bytes.
"${PYTHON:-python3}" - >texts.json <<'END'
print('[' + ',\n'.join('{"ph":"X","ts":%d,"dur":1,"name":"%s"}' % (i, str(i * 7919) * 40) for i in range(90000)) + ']')
END
"${PYTHON:-python3}" - >threads.json <<'END'
print('[' + ',\n'.join('{"ph":"B","ts":%d,"pid":%d,"tid":"%s"}' % (i, i, 't' * 80 + str(i)) for i in range(150000)) + ']')
END

# Runs vtc and writes the peak of its resident set, in KiB, to .peak.
run_measured() {
    "${PYTHON:-python3}" - "$VTC" "$@" >.peak <<'END'
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open('.err', 'wb')).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
END
    code=$?
}

# As the manual says: an eighth and 16 MiB.
expect_peak() { # MIB
    local most_kib=$(($1 * 1024 + $1 * 128 + 16 * 1024))
    [ "$(cat .peak)" -le $most_kib ] || fail "took $(cat .peak) KiB, expected at most $most_kib"
}

for document in texts threads; do
    begin "$document"
    run compress -q -f $document.json
    expect_code 0
    for mib in 24 48 96; do
        begin "$document within $mib MiB"
        for command in "compress -qf $document.json -o x.vtc" "verify -q $document.vtc" \
            "decompress -qf -T4 $document.vtc -o x.json"; do
            # shellcheck disable=SC2086
            run_measured $command --memory ${mib}M
            if [ "$code" = 6 ]; then
                grep -q "; the limit is $mib.0 MiB, --memory sets another\$" .err ||
                    fail "what was too little is not named: $(cat .err)"
            else
                expect_code 0
            fi
            expect_peak $mib
        done
    done
    begin "$document is written whole within what is enough"
    run_measured decompress -qf -T4 --memory 96M $document.vtc -o x.json
    expect_code 0
    expect_same x.json $document.json
done
