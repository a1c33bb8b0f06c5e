#!/bin/bash
# Traces a real multi-threaded program: pbzip2 with bzip2's library, both from their Debian sources and
# compiled with -finstrument-functions. Prints what a call costs and what a span takes, beside uftrace
# on the same program, and kills a run in the middle.
#
#   tests/bench/native.sh [DIRECTORY]      default: a temporary one, which is removed
#
# VTC names the tool (default: build/release/tools/vtc); INPUT a file to compress (default: the tool
# itself, a few times). The sources are fetched by apt from where the system's packages come from; they
# may lie in DIRECTORY already (pbzip2_*.orig.tar.*, bzip2_*.orig.tar.*). Nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=${VTC:-$PWD/build/release/tools/vtc}
input=${INPUT:-}
if [ $# -gt 0 ]; then
    work=$(realpath "$1")
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
cd "$work"

fetch() { # PACKAGE...
    local lists=$work/apt
    mkdir -p "$lists/lists/partial" "$lists/sources"
    local list
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -e "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$lists/sources/${list##*/}"
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$list" ] && sed -n 's/^deb /deb-src /p' "$list" >"$lists/sources/${list##*/}.list"
    done
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$lists/sources"
        -o "Dir::State::Lists=$lists/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    apt-get "${options[@]}" update 2>/dev/null || true
    local package
    for package; do
        apt-get "${options[@]}" source --download-only "$package" >/dev/null 2>&1 ||
            { echo "native.sh: cannot fetch the source of $package" >&2; exit 77; }
    done
}

compgen -G 'pbzip2_*.orig.tar.*' >/dev/null && compgen -G 'bzip2_*.orig.tar.*' >/dev/null ||
    fetch pbzip2 bzip2

build() { # DIRECTORY FLAGS...
    local target=$1
    shift
    mkdir -p "$target"
    tar -C "$target" -xf bzip2_*.orig.tar.* && tar -C "$target" -xf pbzip2_*.orig.tar.*
    local library source
    library=$(echo "$target"/bzip2-*)
    for source in blocksort huffman crctable randtable compress decompress bzlib; do
        gcc -O1 -g "$@" -c "$library/$source.c" -o "$library/$source.o"
    done
    g++ -O1 -g "$@" -I"$library" -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64 -pthread \
        "$target"/pbzip2-*/{pbzip2,BZ2StreamScanner,ErrorContext}.cpp "$library"/*.o \
        -o "$target/pbzip2" 2>/dev/null
}
[ -x plain/pbzip2 ] || build plain
[ -x traced/pbzip2 ] || build traced -finstrument-functions

if [ -z "$input" ]; then
    input=$work/input
    head -c 4000000 <(cat "$tool" "$tool" "$tool" "$tool") >"$input"
fi
arguments=(-p2 -b5 -k -f -c "$input")

# Wall time, and the CPU time of all threads, of the run of three that took the least CPU time: other
# work on the machine disturbs that less.
seconds() { # COMMAND...
    local run
    for run in 1 2 3; do
        { TIMEFORMAT='%R %U %S'; time "$@" >output 2>/dev/null; } 2>&1
    done | awk '{ print $1, $2 + $3 }' | sort -n -k2 | head -1
}
per() { # NUMERATOR DENOMINATOR
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

plain=$(seconds plain/pbzip2 "${arguments[@]}")
hooks=$(seconds traced/pbzip2 "${arguments[@]}")
cp output expected
traced=$(seconds "$tool" record -q --no-symbols -f -o trace.vtc -- traced/pbzip2 "${arguments[@]}")
cmp output expected
"$tool" symbolize -q trace.vtc
live=$(stat -c %s trace.vtc)
calls=$("$tool" info trace.vtc | sed -n 's/^spans *\([0-9,]*\),.*/\1/p' | tr -d ,)
if "$tool" compact --help >/dev/null 2>&1; then
    "$tool" compact -q -f -o packed.vtc trace.vtc
else
    "$tool" decompress -c trace.vtc | "$tool" compress -9 - >packed.vtc
fi
packed=$(stat -c %s packed.vtc)
ns() { # SECONDS: of a call, above the same program with hooks that do nothing
    echo "$1 $hooks $calls" | awk '{ printf "%.1f", ($2 - $4) * 1e9 / $5 }'
}

printf 'pbzip2 on %s bytes: %s calls on 2 worker threads\n\n' "$(stat -Lc %s "$input")" "$calls"
row() { # NAME "WALL CPU" NS BYTES
    local wall=${2% *} cpu=${2#* } each=
    [ -n "$4" ] && each=$(per "$4" "$calls")
    printf '%-26s %8s %8s %10s %12s %13s\n' "$1" "$wall" "$cpu" "$3" "$4" "$each"
}
printf '%-26s %8s %8s %10s %12s %13s\n' '' 'wall, s' 'CPU, s' 'ns a call' bytes 'bytes a span'
row 'not instrumented' "$plain" '' ''
row 'instrumented, empty hooks' "$hooks" '' ''
row 'vtc record' "$traced" "$(ns "$traced")" "$live"
row '  compacted' ' ' '' "$packed"
if command -v uftrace >/dev/null; then
    other=$(seconds uftrace record --no-libcall -d uftrace.data traced/pbzip2 "${arguments[@]}")
    bytes=$(du -sb uftrace.data | cut -f1)
    row "uftrace $(uftrace --version | cut -d' ' -f2)" "$other" "$(ns "$other")" "$bytes"
    rm -rf uftrace.data uftrace.data.old
fi

echo
echo "Killed by SIGKILL in the middle:"
rm -f killed.vtc
LD_PRELOAD=$(dirname "$tool")/libvtc-instrument.so.1 VTC_TRACE_FILE=$work/killed.vtc \
    traced/pbzip2 "${arguments[@]}" >/dev/null 2>&1 &
victim=$!
sleep "$(per "${traced% *}" 2)"
kill -KILL "$victim"
wait "$victim" 2>/dev/null || true
"$tool" symbolize killed.vtc
"$tool" verify killed.vtc
"$tool" info killed.vtc | grep -E '^(session|live file|damage|spans)'
"$tool" query killed.vtc 'slowest 20'
"$tool" export -q --to chrome -f -o killed.json.gz killed.vtc
gzip -t killed.json.gz && echo "exported: $(stat -c %s killed.json.gz) bytes of .json.gz"
