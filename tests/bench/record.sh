#!/bin/bash
# Builds the benchmark of recording in build/bench and runs it, with LTTng recording where it is there.
#
#   tests/bench/record.sh [RUNS [PAIRS]]
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake -G Ninja -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DVTC_SHARED=OFF \
    -DVTC_BENCH=ON >/dev/null
cmake --build build/bench --target bench_record >/dev/null
if command -v lttng >/dev/null; then
    traces=$(mktemp -d)
    lttng-sessiond --daemonize --quiet 2>/dev/null || true
    session=vtc-bench-$$
    if lttng --quiet create "$session" --output "$traces"; then
        trap 'lttng --quiet destroy "$session"; rm -rf "$traces"' EXIT
        # Buffers like those of a thread here; what is not taken off in time is dropped, not waited for.
        lttng --quiet enable-channel -u bench --subbuf-size 1M --num-subbuf 8
        lttng --quiet enable-event -u -c bench 'vtc_bench:*'
        lttng --quiet start
    fi
fi
build/bench/tests/bench/bench_record "$@"
