#!/bin/bash
# Builds and runs all tests. On Debian it installs what is missing, as root or through sudo.
#
#   tests/run.sh                 dev, clang, asan-ubsan, tsan
#   tests/run.sh dev long        the named stages only
#
#   dev          gcc, warnings are errors; every test, and the checks of the tree; the Python tracer on
#                the Python that is there and on a free-threaded 3.13, built if need be
#   clang        clang, warnings are errors; build only
#   asan-ubsan   every test under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan         the tests of what has threads, under ThreadSanitizer
#   long         what takes longer than a coffee; not part of the default
#   python       the Python tracer, 20 times longer and on more interpreters, also under
#                ThreadSanitizer; builds those; not part of the default
#
# VTC_CORPUS names a directory of further real traces (tests/traces/README.md); JOBS the number of
# processes.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(gcc g++ clang clang-format cmake ninja-build pkg-config binutils python3 python3-dev make
    xz-utils zstd gzip
    libzstd-dev libxxhash-dev zlib1g-dev libsqlite3-dev libsmartcols-dev libdw-dev libedit-dev
    libcmocka-dev sqlite3)
. tools/packages.sh
need_packages "${packages[@]}"

stages=("$@")
if [ ${#stages[@]} = 0 ]; then
    stages=(dev clang asan-ubsan tsan)
fi
jobs=${JOBS:-$(nproc)}
started=$SECONDS

if [ -z "${VTC_CORPUS:-}" ] && [ -d ../shared/corpus ]; then
    VTC_CORPUS=$(cd ../shared/corpus && pwd)
fi
if [ -n "${VTC_CORPUS:-}" ] && [ -d "$VTC_CORPUS" ]; then
    export VTC_CORPUS
    echo "run.sh: corpus: $(find "$VTC_CORPUS" -type f -name '*.json*' | wc -l) traces"
else
    unset VTC_CORPUS
    echo "run.sh: no corpus (VTC_CORPUS is not set): only the traces in tests/traces are used"
fi

# The interpreters that the Python tracer is built for: what there is, and those of
# tests/python/interpreters.sh by their names. A list as CMake has them.
interpreters() { # NAME...
    local program found=()
    for program in "$(command -v python3)" /usr/bin/python3 $(tests/python/interpreters.sh "$@"); do
        # 3.11 or later, with its headers; each only once.
        program=$("$program" -c 'import sys, sysconfig, os
known = sys.version_info >= (3, 11) and os.path.exists(sysconfig.get_path("include") + "/Python.h")
print(os.path.realpath(sys.executable) if known else "")' 2>/dev/null) || continue
        case ";${found[*]-};" in *"$program"*) continue ;; esac
        found+=("$program")
    done
    (IFS=';' && echo "${found[*]-}")
}

build() { # PRESET CMAKE-OPTIONS...
    cmake --preset "$@" >/dev/null
    cmake --build "build/$1" --parallel "$jobs"
}

run() { # DIRECTORY CTEST-OPTIONS...
    local directory=$1
    shift
    ctest --test-dir "build/$directory" --parallel "$jobs" --output-on-failure "$@"
}

for stage in "${stages[@]}"; do
    echo "run.sh: == $stage"
    stage_started=$SECONDS
    case $stage in
    dev)
        build dev "-DVTC_PYTHON=$(interpreters 3.13t)"
        run dev --label-exclude '^long$'
        ;;
    clang)
        build dev-clang "-DVTC_PYTHON=$(interpreters)"
        ;;
    asan-ubsan)
        build asan-ubsan
        run asan-ubsan --label-exclude '^long$'
        ;;
    tsan)
        build tsan
        # ThreadSanitizer of gcc 12 wants less random addresses than newer kernels give.
        without_aslr=()
        if command -v setarch >/dev/null && setarch "$(uname -m)" -R true 2>/dev/null; then
            without_aslr=(setarch "$(uname -m)" -R)
        fi
        "${without_aslr[@]}" ctest --test-dir build/tsan --parallel "$jobs" --output-on-failure \
            --label-regex '^threads$' --label-exclude '^long$'
        ;;
    long)
        build dev
        run dev --label-regex '^long$'
        ;;
    python)
        build dev "-DVTC_PYTHON=$(interpreters 3.13 3.13t 3.14t)"
        VTC_ROUNDS=${VTC_ROUNDS:-20} run dev --label-regex '^python$'
        VTC_ROUNDS=${VTC_ROUNDS:-2} tests/python/tsan.sh
        ;;
    *)
        echo "run.sh: no stage is called $stage" >&2
        exit 2
        ;;
    esac
    echo "run.sh: == $stage: $((SECONDS - stage_started)) s"
done
echo "run.sh: all passed, $((SECONDS - started)) s"
