# Every command of the tool as it is called on one file, and vtc files that something is wrong with.
# shellcheck shell=bash disable=SC2034,SC2154

# Those that read FILE. A name with a dash is the same command called in another way.
readers='compress decompress decompress-c info info-json verify query export export-c recover
    recover-c compact compact-o merge tail symbolize'
arguments_of() { # NAME FILE: puts them in `arguments`
    local command=${1%%-*}
    arguments=("$command" "$2")
    case $1 in
    *-c) arguments+=(-c) ;;
    *-json) arguments+=(--json) ;;
    *-o | merge) arguments+=(-o "${target:-out.vtc}") ;;
    query) arguments+=('slowest 2') ;;
    esac
    case $command in
    export) arguments+=(--to chrome) ;;
    merge) arguments+=("$WORK/good.vtc") ;;
    esac
}

# A vector of format/vectors as a file.
vector() { # NAME FILE
    python3 -B - "$source_dir" "$1" "$2" <<'END_PYTHON' || exit 1
import pathlib, sys
sys.path.insert(0, sys.argv[1] + "/format/reference")
from vtc_build import parse_hex
text = next(pathlib.Path(sys.argv[1], "format/vectors").glob("*/%s.hex" % sys.argv[2])).read_text()
pathlib.Path(sys.argv[3]).write_bytes(parse_hex(text))
END_PYTHON
}

# A file of the next version of the format, whose header is right.
newer() { # FILE NEW-FILE
    python3 -B - "$source_dir" "$1" "$2" <<'END_PYTHON' || exit 1
import pathlib, struct, sys
sys.path.insert(0, sys.argv[1] + "/format/reference")
from vtc_xxh3 import xxh3_64
data = bytearray(pathlib.Path(sys.argv[2]).read_bytes())
data[8] = 2
data[24:32] = struct.pack("<Q", xxh3_64(bytes(data[:24])))
pathlib.Path(sys.argv[3]).write_bytes(data)
END_PYTHON
}

flip() { # FILE OFFSET: one bit
    local byte
    byte=$(od -An -tu1 -j "$2" -N1 "$1")
    patch "$1" "$2" "\\$(printf %03o $((byte ^ 4)))"
}
