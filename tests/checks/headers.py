"""Each public header compiles alone, and all together, as C11 and as C++17, without a warning."""
import os
import pathlib
import shutil
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]


def main():
    include = pathlib.Path(__file__).resolve().parents[2] / "libvtc" / "include"
    headers = sorted(include.rglob("*.h"))
    languages = [(os.environ.get("CC", "cc"), ["-x", "c", "-std=c11", "-Wstrict-prototypes"]),
                 (os.environ.get("CXX", "c++"), ["-x", "c++", "-std=c++17", "-Wold-style-cast"])]
    failed = 0 if headers else 1
    for compiler, options in languages:
        if not shutil.which(compiler):
            print(f"headers: no {compiler} (Debian: g++)")
            return 77
        names = [header.relative_to(include) for header in headers]
        for group in [*([name] for name in names), names]:
            # Twice: the guard is tried too.
            text = "".join(f"#include <{name}>\n" for name in group * 2)
            command = [compiler, *options, *WARNINGS, "-fsyntax-only", "-I", str(include), "-"]
            failed += subprocess.run(command, input=text, text=True).returncode != 0
    print(f"headers: {len(headers)} headers, {failed} failures")
    return 1 if failed else 0


sys.exit(main())
