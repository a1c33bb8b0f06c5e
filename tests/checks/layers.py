"""Includes go down the layers, never up and never sideways (libvtc/ARCHITECTURE.md)."""
import pathlib
import re
import sys

# What each layer may include, besides itself, vtc/ (the public headers) and the system.
BELOW = {
    "base": set(),
    "wire": {"base"},
    "codec": {"base"},
    "io": {"base"},
    "column": {"wire", "codec", "base"},
    "write": {"column", "wire", "io", "base"},
    "read": {"column", "wire", "io", "base"},
    "import": {"column", "wire", "io", "base"},
    "export": {"column", "wire", "io", "base"},
    "compact": {"read", "write", "column", "wire", "codec", "io", "base"},
    "query": {"base"},
    "sql": {"query", "base"},
}
# A library's header and the only file that may include it.
ONLY_IN = {
    "zstd.h": "codec/zstd_wrapper.c",
    "zstd_errors.h": "codec/zstd_wrapper.c",
    "zlib.h": "codec/zlib_wrapper.c",
    "xxhash.h": "base/checksum.c",
    "sqlite3.h": "sql/sqlite.h",
    "sqlite3ext.h": "sql/sqlite.h",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def includes(path):
    text = path.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def check_library(root, complain):
    for path in sorted(root.rglob("*.[ch]")):
        parts = path.relative_to(root).parts
        layer = parts[0]
        if layer == "examples":
            allowed = set()
        elif layer == "include":
            allowed = set()
        elif layer not in BELOW:
            complain(path, 1, f"directory {layer} is no layer")
            continue
        else:
            allowed = BELOW[layer] | {layer}
        for line, quote, name in includes(path):
            if name in ONLY_IN and "/".join(parts) != ONLY_IN[name]:
                complain(path, line, f"{name} is included in {ONLY_IN[name]} only")
            if quote == "<":
                continue
            target = name.split("/")[0]
            if "/" not in name:
                complain(path, line, f'"{name}" does not name its layer')
            elif target != "vtc" and target not in allowed:
                complain(path, line, f"{layer} may not include {target}")


def check_tools(root, complain):
    if not root.is_dir():
        return
    own = {str(path.relative_to(root)) for path in root.rglob("*.h")}
    for path in sorted(root.rglob("*.[ch]")):
        for line, quote, name in includes(path):
            if quote == '"' and not name.startswith("vtc/") and name not in own:
                complain(path, line, f"tools may include public headers only, not {name}")


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    faults = []

    def complain(path, line, what):
        faults.append(f"{path.relative_to(source)}:{line}: {what}")

    check_library(source / "libvtc", complain)
    check_tools(source / "tools", complain)
    print("\n".join(faults) or "layers: every include goes down")
    return 1 if faults else 0


sys.exit(main())
