"""vtc export --to sqlite: the same answers as in place, and what the options leave out.

Every question of the oracle is put to vtc and to the exported database, by Python's sqlite3.

ctest: timeout 600
"""
import csv
import io
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VTC = os.environ.get("VTC", str(HERE.parents[1] / "build/dev/tools/vtc"))
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)


def vtc(*arguments, code=0):
    run = subprocess.run([VTC, *map(str, arguments)], capture_output=True, text=True)
    check(run.returncode == code, f"{arguments}: exit code {run.returncode}: {run.stderr}")
    return run


def text_of(value):
    return "" if value is None else "%.9g" % value if isinstance(value, float) else str(value)


def answer(trace, query):
    rows = list(csv.reader(io.StringIO(vtc("query", "-q", trace, query, "--format", "csv").stdout)))
    return [tuple(row) for row in rows[1:]]


def same(ours, theirs):
    """Reals are compared as numbers."""
    def equal(a, b):
        if a == b:
            return True
        try:
            return abs(float(a) - float(b)) <= 1e-6 * abs(float(b))
        except ValueError:
            return False
    return len(ours) == len(theirs) and all(
        len(a) == len(b) and all(map(equal, a, b)) for a, b in zip(ours, theirs))


def compare(trace, database):
    for path in sorted((HERE / "oracle" / "queries").glob("*.sql")):
        query = path.read_text()
        exported = [tuple(map(text_of, row)) for row in database.execute(query)]
        check(same(answer(trace, query), exported), f"{trace.name} {path.stem}: the answers differ")
    for table in ("slice", "args", "event", "thread", "process", "track", "flow", "counter",
                  "thread_slice", "process_slice", "instant", "stats", "metadata"):
        query = f"SELECT count(*) FROM {table}"
        check(answer(trace, query)[0][0] == str(database.execute(query).fetchone()[0]),
              f"{trace.name} {table}: the rows differ in number")
    query = "SELECT * FROM name_total ORDER BY name"
    check(answer(trace, query) == [tuple(map(text_of, row)) for row in database.execute(query)],
          f"{trace.name} name_total: the rows differ")


def options(trace, directory):
    out = directory / "part.db"
    half = int(answer(trace, "SELECT (start_ts + end_ts) / 2 FROM trace_bounds")[0][0])
    vtc("export", "--to", "sqlite", "-q", "--tables", "slice(ts,dur,name),thread", "--since", half,
        trace, "-o", out)
    database = sqlite3.connect(out)
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema "
                                                 "WHERE type = 'table'")}
    check(tables == {"slice", "thread"}, f"tables: {tables}")
    columns = [row[1] for row in database.execute("PRAGMA table_info(slice)")]
    check(columns == ["ts", "dur", "name"], f"columns: {columns}")
    wanted = answer(trace, f"SELECT count(*) FROM slice WHERE ts + max(dur, 0) >= {half}")[0][0]
    check(str(database.execute("SELECT count(*) FROM slice").fetchone()[0]) == wanted, "--since")
    check(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "integrity")
    database.close()
    vtc("export", "--to", "sqlite", "-q", trace, "-o", out, code=1)         # it exists
    check("no table" in vtc("export", "--to", "sqlite", "-q", "-f", "--tables", "slices", trace, "-o",
                            out, code=1).stderr, "an unknown table is named")
    check("none of the columns" in vtc("export", "--to", "sqlite", "-q", "-f", "--tables",
                                       "slice(nothing)", trace, "-o", out, code=1).stderr,
          "unknown columns are named")
    check(sorted(path.name for path in directory.iterdir() if path.suffix == ".tmp") == [],
          "temporary files are left")


def main():
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        for path in sorted((HERE.parent / "traces").glob("*.json.zst")):
            packed, out = directory / (path.name.split(".")[0] + ".vtc"), directory / "out.db"
            vtc("compress", "-q", path, "-o", packed)
            vtc("export", "--to", "sqlite", "-q", "-f", packed, "-o", out)
            database = sqlite3.connect(out)
            compare(packed, database)
            database.close()
        options(packed, directory)
    print("\n".join(failures) or "the exported databases answer as the traces do")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
