# need_packages NAME...: sees to it that these Debian packages are there. Sourced by tests/run.sh and
# tools/quickstart.sh.
need_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        # Another system: go by the programs and libraries themselves.
        local absent=()
        local program
        for program in cc cmake ninja pkg-config python3 zstd; do
            command -v "$program" >/dev/null || absent+=("$program")
        done
        local module
        for module in libzstd libxxhash zlib sqlite3 smartcols; do
            pkg-config --exists "$module" 2>/dev/null || absent+=("$module (development files)")
        done
        if [ ${#absent[@]} -gt 0 ]; then
            printf 'This is no Debian; install what is missing yourself:\n' >&2
            printf '  %s\n' "${absent[@]}" >&2
            printf 'Under Debian the packages are called: %s\n' "$*" >&2
            exit 1
        fi
        return 0
    fi
    local missing=()
    local name
    for name in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$name" 2>/dev/null) in
        *' installed') ;;
        *) missing+=("$name") ;;
        esac
    done
    if [ ${#missing[@]} = 0 ]; then
        return 0
    fi
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Install as root: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "Installing: ${missing[*]}"
    # Lists that are fresh enough are not fetched again.
    export DEBIAN_FRONTEND=noninteractive
    if ! "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1
    then
        "${as_root[@]}" apt-get update >/dev/null
        "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null
    fi
}
