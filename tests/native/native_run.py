"""Building the test programs and running them under `vtc record`."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from live_spans import LiveFile

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
VTC = os.environ["VTC"]
CC, CXX = shutil.which("gcc") or shutil.which("cc"), shutil.which("g++")
CLANG = shutil.which("clang")


def sanitizers():
    """Those that the tracer is built with: a program has to be, too, or their runtimes come late."""
    cache = pathlib.Path(os.environ.get("VTC_BUILD_DIR", "")) / "CMakeCache.txt"
    found = re.search(r"^VTC_SANITIZE:\w+=(.+)$", cache.read_text(), re.M) if cache.exists() else None
    return [f"-fsanitize={found[1]}"] if found else []


SANITIZERS = sanitizers()
if SANITIZERS:
    CLANG = None  # its runtimes are others
    # Preloaded, the tracer comes before the runtime, which need not come first here. Signals are to
    # end a program as they do without a sanitizer; what jumps off a stack is no error.
    os.environ["ASAN_OPTIONS"] = ("verify_asan_link_order=0:handle_segv=0:handle_abort=0:"
                                  "use_sigaltstack=0:detect_stack_use_after_return=0")


def scratch():
    return pathlib.Path(tempfile.mkdtemp(prefix="vtc-native-", dir=os.environ.get("VTC_BUILD_DIR")))


def build(directory, source, *flags, compiler=None, output=None):
    output = directory / (output or source.split(".")[0])
    compiler = compiler or (CXX if source.endswith("pp") else CC)
    subprocess.run([compiler, "-g", "-finstrument-functions", "-Wall", *SANITIZERS, *flags,
                    str(PROGRAMS / source), "-o", str(output), "-pthread", "-ldl"], check=True)
    return output


def record(directory, program, *arguments, options=(), code=0, environment=None):
    """Runs a program; gives what it said and the files that it left."""
    for old in directory.glob("out*.vtc"):
        old.unlink()
    done = subprocess.run([VTC, "record", "-o", str(directory / "out.vtc"), *options, "--",
                           str(program), *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **(environment or {})}, timeout=100)
    assert done.returncode == code, (program, done.returncode, done.stderr)
    return done, sorted(directory.glob("out*.vtc"))


def said(text):
    """NAME COUNT lines."""
    counts = collections.Counter()
    for line in text.splitlines():
        name, count = line.rsplit(" ", 1)
        counts[name] += int(count)
    return counts


def recorded(*paths):
    """Calls by function in all files; compilers' endings (.part.0, .constprop.1) taken off."""
    counts = collections.Counter()
    for path in paths:
        for name, count in LiveFile(path).counts()[0].items():
            counts[re.sub(r"\.[a-z]+\.\d+$", "", name)] += count
    return counts


def same(found, expected, what):
    assert found == expected, f"{what}: found {dict(found)}, expected {dict(expected)}"


def run_tests(tests):
    """Each with a directory of its own."""
    failed = 0
    if not CC:
        print("no C compiler")
        return 77
    for test in tests:
        directory = scratch()
        try:
            test(directory)
            print(f"ok {test.__name__}", flush=True)
        except (AssertionError, subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAILED {test.__name__}: {error!r}", flush=True)
        finally:
            shutil.rmtree(directory)
    return 1 if failed else 0


__all__ = ["CC", "CLANG", "CXX", "LiveFile", "PROGRAMS", "SANITIZERS", "VTC", "build", "record",
           "recorded", "run_tests", "said", "same", "sys"]
