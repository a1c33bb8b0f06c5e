#!/bin/bash
# The tests of safety under a Python that is built with ThreadSanitizer, for VTC_ROUNDS rounds. Python
# has races of its own, so reports count where they name code of ours.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=$(tests/python/interpreters.sh 3.13t-tsan)
[ -n "$python" ] || exit 77
build=build/tsan-python
cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DVTC_SANITIZE=thread -DVTC_PYTHON_ONLY=ON "-DVTC_PYTHON=$python" >/dev/null
cmake --build "$build" --target vtc_python
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
export TSAN_OPTIONS="log_path=$reports/report exitcode=0 halt_on_error=0 report_signal_unsafe=0"
export PYTHONPATH=$PWD/$build/tools/python VTC=${VTC:-$PWD/build/dev/tools/vtc}
# The runtime wants less random addresses than newer kernels give.
setarch "$(uname -m)" -R "$python" -B tests/python/test_safety.py
python3 - "$reports" <<'PYTHON'
import pathlib, re, sys
reports = [report for file in pathlib.Path(sys.argv[1]).iterdir()
           for report in file.read_text(errors="replace").split("=" * 18) if "WARNING" in report]
ours = [report for report in reports if re.search(r"_tracer\.|/libvtc/", report)]
print(*ours[:3], sep="\n")
print(f"tsan.sh: {len(reports)} reports, {len(ours)} with code of ours")
sys.exit(bool(ours))
PYTHON
