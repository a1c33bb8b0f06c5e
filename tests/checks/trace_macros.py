"""The macros of vtc/trace.h compile without a warning as C11 and as C++14, and what they record is
there: the program is linked with the library and its file looked at for the names."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
PROGRAM = r"""
#include <vtc/trace.h>

static int inner(int x)
{
    VTC_FUNCTION();
    if (x > 2)
        return x;
    VTC_SPAN("name of a span");
    VTC_SPAN_CAT("a category", "name in a category");
    VTC_INSTANT("an instant");
    VTC_COUNTER("a counter", x);
    VTC_COUNTER_DOUBLE("a share", 0.25 * x);
    return x + 1;
}

int main(int argc, char **argv)
{
    vtc_session *session;
    if (argc != 2 || inner(1) != 2)
        return 1;
    if (vtc_session_open(argv[1], NULL, &session, NULL) != VTC_OK)
        return 2;
    vtc_session_make_default(session);
    int sum = 0;
    for (int i = 0; i < 5; i++)
        sum += inner(i);
    return vtc_session_close(session, NULL) == VTC_OK && sum == 13 ? 0 : 3;
}
"""
NAMES = [b"inner", b"name of a span", b"a category", b"name in a category", b"an instant",
         b"a counter", b"a share", b"value"]


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    library = pathlib.Path(os.environ["VTC_BUILD_DIR"]) / "libvtc"
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for compiler, options in ((os.environ.get("CC", "cc"), ["-x", "c", "-std=c11"]),
                                  (os.environ.get("CXX", "c++"), ["-x", "c++", "-std=c++14"])):
            if not shutil.which(compiler):
                print(f"trace_macros: no {compiler} (Debian: g++)")
                return 77
            program = directory / f"program{options[1]}"
            recorded = directory / f"{options[1]}.vtc"
            subprocess.run([compiler, *options, *WARNINGS, "-", "-x", "none", "-o", str(program),
                            "-I", str(source / "libvtc" / "include"), str(library / "libvtc.so"),
                            f"-Wl,-rpath,{library}"], input=PROGRAM, text=True, check=True)
            subprocess.run([str(program), str(recorded)], check=True)
            data = recorded.read_bytes()
            missing = [text for text in NAMES if text not in data]
            if missing:
                print(f"{options[1]}: not in the file: {missing}")
                failed += 1
    print(f"trace_macros: C11 and C++14, {failed} failures")
    return 1 if failed else 0


sys.exit(main())
