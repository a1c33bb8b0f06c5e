#!/bin/bash
# Builds the interpreters that the Python tracer is tested on and Debian 12 does not have, from the
# source package of a later Debian, and prints their programs, one a line.
#
#   tests/python/interpreters.sh 3.13 3.13t 3.13t-tsan 3.13.15t 3.14t
#
# Without a third number it is the lowest that is to be had. t: free-threaded. tsan: under ThreadSanitizer, with clang. What was built before is kept in
# VTC_PYTHON_CACHE (default: ~/.cache/vtc-python) and used again. A version whose source is not to be
# had is left out, with a line on stderr.
set -euo pipefail

cache=${VTC_PYTHON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vtc-python}
jobs=${JOBS:-$(nproc)}
suites=(trixie forky sid) # where the sources are; the first that has a version is taken
mkdir -p "$cache"

# Modules that no test needs, and that take a third of the time.
left_out=(_ssl _hashlib _sqlite3 _tkinter _curses _curses_panel _dbm _gdbm readline _ctypes _uuid nis
    _lzma _bz2 _decimal _codecs_cn _codecs_hk _codecs_jp _codecs_kr _codecs_tw _codecs_iso2022)

say() {
    echo "interpreters.sh: $*" >&2
}

# apt with lists of its own: the system's stay as they are.
private_apt() {
    "$@" -o Dir::Etc::SourceList="$cache/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt/cache" \
        -o APT::Sandbox::User="$(id -un)"
}

prepare_apt() {
    [ ! -e "$cache/apt/ready" ] || return 0
    local mirror suite
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -1)
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/cache/archives/partial"
    for suite in "${suites[@]}"; do
        echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
    done >"$cache/apt/sources.list"
    private_apt apt-get -qq update >&2
    touch "$cache/apt/ready"
}

unpacked() { # 3.13 or 3.13.15
    find "$cache" -maxdepth 1 -type d \( -name "Python-$1" -o -name "Python-$1.*" \) | sort -V | head -1
}

# The source of a version, unpacked; prints its directory.
fetch() { # 3.13 or 3.13.15
    local package version
    if [ -z "$(unpacked "$1")" ]; then
        prepare_apt
        package=python$(cut -d. -f1,2 <<<"$1")
        for version in $(private_apt apt-cache showsrc "$package" 2>/dev/null |
            sed -n 's/^Version: //p' | grep -E "^${1//./\\.}[.-]" | sort -V); do
            say "fetching the source of Python $version"
            if (cd "$cache/apt" &&
                private_apt apt-get -qq source --download-only "$package=$version" >&2); then
                tar -xf "$cache/apt/${package}_${version%%-*}.orig.tar.xz" -C "$cache"
                break
            fi
        done
    fi
    unpacked "$1" | grep .
}

build() { # 3.13t-tsan, directory
    local version=${1%%[t-]*} source options=() module
    source=$(fetch "$version") || return 1
    case $1 in *t | *t-*) options+=(--disable-gil) ;; esac
    case $1 in *-tsan) options+=(--with-thread-sanitizer CC=clang) ;; esac
    for module in "${left_out[@]}"; do
        options+=("py_cv_module_$module=n/a")
    done
    say "building Python $1"
    rm -rf "$2"
    mkdir -p "$2"
    (cd "$2" && "$source/configure" --disable-test-modules --without-ensurepip \
        OPT="-DNDEBUG -fwrapv -O2 -w" "${options[@]}" &&
        make -j "$jobs") >"$2.log" 2>&1 || {
        tail -5 "$2.log" >&2
        return 1
    }
    touch "$2/ready"
}

for wanted in "$@"; do
    directory=$cache/$wanted
    if [ ! -e "$directory/ready" ] && ! build "$wanted" "$directory"; then
        say "Python $wanted is left out"
        continue
    fi
    echo "$directory/python"
done
