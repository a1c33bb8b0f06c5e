#!/bin/bash
# Builds a release and shows what vtc is for, on a real trace.
#
#   tools/quickstart.sh               a trace that ships with the sources
#   tools/quickstart.sh TRACE.json    one of yours; .json.gz and .json.zst are unpacked first
#
# On Debian it installs what is missing, as root or through sudo. What it writes goes to build/.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

trace=tests/traces/viztracer-threads.json.zst
if [ $# -gt 0 ]; then
    case $1 in
    /*) trace=$1 ;;
    *) trace=$here/$1 ;;
    esac
fi
if [ ! -r "$trace" ]; then
    echo "quickstart.sh: cannot read $trace" >&2
    exit 1
fi

. tools/packages.sh
need_packages gcc cmake ninja-build pkg-config python3 zstd gzip \
    libzstd-dev libxxhash-dev zlib1g-dev libsqlite3-dev libsmartcols-dev libdw-dev libedit-dev

echo "== Building (build/release)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset release && cmake --build build/release; } >"$log" 2>&1; then
    cat "$log"
    exit 1
fi
PATH=$PWD/build/release/tools:$PATH

output=$PWD/build/quickstart
mkdir -p "$output"
name=$(basename "$trace")
case $name in
*.zst) name=${name%.zst} && zstd -dcq --long=31 "$trace" >"$output/$name" ;;
*.gz) name=${name%.gz} && gzip -dc "$trace" >"$output/$name" ;;
*) [ "$trace" -ef "$output/$name" ] || ln -sf "$(realpath "$trace")" "$output/$name" ;;
esac
cd "$output"
packed=${name%.json}.vtc

show() {
    printf '\n$ %s\n' "$*"
}

show "vtc compress $name"
vtc compress -f -k -o "$packed" "$name"
printf '%s bytes, were %s\n' "$(stat -c %s "$packed")" "$(stat -Lc %s "$name")"

show "vtc query $packed \"slowest 20\""
vtc query "$packed" "slowest 20"

show "vtc decompress $packed -c | cmp - $name"
vtc decompress "$packed" -c | cmp - "$name"
echo "the same, byte for byte"

echo
echo "The tool is build/release/tools/vtc; cmake --install build/release puts it into its place."
