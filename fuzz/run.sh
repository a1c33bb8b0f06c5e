#!/bin/bash
# Runs a fuzz target for some time: fuzz/run.sh round_trip 1200
# New inputs go to build/fuzz/work/TARGET; what crashes, to build/fuzz/crashes/TARGET-….
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?usage: fuzz/run.sh TARGET SECONDS}
seconds=${2:-1200}
cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "fuzz_$target" >/dev/null
mkdir -p "build/fuzz/work/$target" build/fuzz/crashes
exec "build/fuzz/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/crashes/$target-" -print_final_stats=1 \
    "build/fuzz/work/$target" "fuzz/corpus/$target"
