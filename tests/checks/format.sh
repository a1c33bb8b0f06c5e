# The code is laid out as .clang-format says (clang-format 14).
set -eu
cd "$(dirname "$0")/../.."
if ! command -v clang-format >/dev/null; then
    echo "format: no clang-format (Debian: clang-format)"
    exit 77
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
if [ "$version" != 14 ]; then
    echo "format: clang-format $version lays out in its own way; 14 is what counts"
    exit 77
fi
if find libvtc tools fuzz tests -name '*.[ch]' -print0 |
    xargs -0 clang-format --dry-run -Werror --ferror-limit=5 2>"$log"; then
    echo "format: all as it should be"
else
    grep -a 'error:' "$log" | cut -d: -f1 | sort | uniq -c
    head -40 "$log"
    echo "format: run  find libvtc tools fuzz tests -name '*.[ch]' | xargs clang-format -i"
    exit 1
fi
