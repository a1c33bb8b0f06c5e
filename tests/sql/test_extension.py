"""The loadable extension, in the sqlite3 shell and in Python's sqlite3 where that loads extensions.

ctest: timeout 300
"""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("VTC_BUILD_DIR", HERE.parents[1] / "build/dev"))
VTC = os.environ.get("VTC", str(BUILD / "tools/vtc"))
EXTENSION = BUILD / "libvtc" / "vtc.so"
SKIPPED = 77
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)


def shell(text):
    run = subprocess.run(["sqlite3", "-batch"], input=f".load {EXTENSION}\n{text}",
                         capture_output=True, text=True)
    return run.stdout.split(), run.stderr


def live_file(path):
    """One of the vectors: two threads, a span that is open."""
    sys.path.insert(0, str(HERE.parents[1] / "format/reference"))
    from vtc_build import parse_hex
    vector = HERE.parents[1] / "format/vectors/good/live-span.hex"
    path.write_bytes(parse_hex(vector.read_text()))
    return path


def in_shell_live(path):
    out, err = shell(f"SELECT vtc_open('{path}', 'a') > 0; SELECT count(*), min(name) FROM a.slice;")
    check(out == ["1", "3|parse"] and not err, f"a live file: {out} {err}")


def in_shell(traces):
    a, b = traces
    out, err = shell(f"SELECT vtc_open('{a}', 'a') > 0; SELECT vtc_open('{b}', 'b') > 0;"
                     "SELECT count(*) > 0 FROM a.slice; SELECT count(*) > 0 FROM b.thread_slice;"
                     "SELECT count(*) > 0 FROM a.thread x JOIN b.thread y USING (utid);"
                     "SELECT count(*) FROM slice EXCEPT SELECT count(*) FROM a.slice;")
    check(out == ["1"] * 5 and not err, f"two traces: {out} {err}")
    for text, message in (
            ("SELECT vtc_open('/nothing', 'a');", "No such file"),
            (f"SELECT vtc_open('{EXTENSION}', 'a');", "magic"),
            (f"SELECT vtc_open('{a}', 'main');", "already in use"),
            (f"SELECT vtc_open('{a}', '');", "expected"),
            ("SELECT vtc_close('a');", "no trace"),
            (f"SELECT vtc_open('{a}', 'a'); DELETE FROM a.slice;", "may not be modified"),
            (f"SELECT vtc_open('{a}', 'a'); DROP TABLE a.slice;", "readonly"),
            (f"SELECT vtc_open('{a}', 'a'); SELECT vtc_close('a') FROM a.slice;", "has not ended"),
            (f"SELECT vtc_open('{a}', 'a'); SELECT vtc_close('a'); SELECT * FROM a.slice;",
             "no such table"),
            (f"CREATE VIEW v AS SELECT vtc_open('{a}', 'a'); SELECT * FROM v;", "unsafe use"),
            ("CREATE VIRTUAL TABLE t USING vtc_slice(0);", "opened trace"),
            ("CREATE VIRTUAL TABLE t USING vtc_rows(0, thread);", "opened trace")):
        out, err = shell(text)
        check(message in err, f"{text}: expected {message!r}, found {err!r}")
    # After it was closed the name is free again.
    out, err = shell(f"SELECT vtc_open('{a}', 'a') > 0; SELECT vtc_close('a'); "
                     f"SELECT vtc_open('{b}', 'a') > 0; SELECT count(*) > 0 FROM a.slice;")
    check(out == ["1", "1", "1"] and not err, f"opened again: {out} {err}")


def in_python(traces):
    database = sqlite3.connect(":memory:")
    if not hasattr(database, "enable_load_extension"):
        print("this Python's sqlite3 loads no extensions", file=sys.stderr)
        return
    database.enable_load_extension(True)
    database.load_extension(str(EXTENSION))
    events = database.execute("SELECT vtc_open(?, ?)", (str(traces[0]), "a trace")).fetchone()[0]
    found = database.execute('SELECT count(*) FROM "a trace".event').fetchone()[0]
    check(events == found, f"{events} events, {found} in the table")
    slices = database.execute('SELECT count(*), sum(dur) FROM "a trace".slice').fetchone()
    printed = subprocess.run([VTC, "query", "-q", str(traces[0]), "SELECT count(*), sum(dur) FROM "
                              "slice", "--format", "csv"], capture_output=True, text=True).stdout
    check(printed.split()[1] == "%d,%d" % slices, f"{printed} {slices}")
    database.close()


def has_sanitizer():
    cache = (BUILD / "CMakeCache.txt").read_text()
    return re.search(r"^VTC_SANITIZE:\w+=.", cache, re.M) is not None


def main():
    if not EXTENSION.exists():
        print("the extension was not built", file=sys.stderr)
        return SKIPPED
    if has_sanitizer():
        print("the programs that load the extension have no sanitizer", file=sys.stderr)
        return SKIPPED
    with tempfile.TemporaryDirectory() as temporary:
        traces = []
        for name in ("rspack", "viztracer-custom"):
            traces.append(pathlib.Path(temporary) / (name + ".vtc"))
            subprocess.run([VTC, "compress", "-q", str(HERE.parent / "traces" / (name + ".json.zst")),
                            "-o", str(traces[-1])], check=True)
        if shutil.which("sqlite3"):
            in_shell(traces)
            in_shell_live(live_file(pathlib.Path(temporary) / "live.vtc"))
        else:
            print("there is no sqlite3 shell", file=sys.stderr)
        in_python(traces)
    print("\n".join(failures) or "the extension gives the tables")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
