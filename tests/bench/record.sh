#!/bin/bash
# Builds the benchmark of recording in build/bench and runs it, beside LTTng-UST and uftrace where they
# are installed (Debian: lttng-tools, liblttng-ust-dev, uftrace).
#
#   tests/bench/record.sh [RUNS [PAIRS]]
#
# LTTng records in a session of its own; where no session daemon runs, one is started for it and ended.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake -G Ninja -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DVTC_SHARED=OFF \
    -DVTC_BENCH=ON >/dev/null
cmake --build build/bench --target bench_record >/dev/null

session=
daemon=
traces=
clean_up() {
    [ -z "$session" ] || lttng --quiet destroy --no-wait "$session" || true
    [ -z "$daemon" ] || kill "$daemon" && wait "$daemon" || true
    [ -z "$traces" ] || rm -rf "$traces"
}
trap clean_up EXIT

start_lttng() {
    traces=$(mktemp -d)
    if ! lttng --no-sessiond list >/dev/null 2>&1; then
        lttng-sessiond --no-kernel --quiet >/dev/null 2>&1 &
        daemon=$!
        local i
        for i in $(seq 50); do
            lttng --no-sessiond list >/dev/null 2>&1 && break
            sleep 0.1
        done
    fi
    lttng --quiet --no-sessiond create "vtc-bench-$$" --output "$traces" || return 0
    session=vtc-bench-$$
    # Buffers like those of a thread here; what is not taken off in time is dropped, not waited for.
    lttng --quiet enable-channel -u bench --subbuf-size 1M --num-subbuf 8
    lttng --quiet enable-event -u -c bench 'vtc_bench:*'
    lttng --quiet start
}
if command -v lttng >/dev/null && command -v lttng-sessiond >/dev/null; then
    start_lttng
fi
build/bench/tests/bench/bench_record "$@"
