"""SQL answers as Perfetto's trace processor does, on real traces.

    test_oracle.py [--print] [NAME...]

The answers are in tests/sql/oracle for the traces that ship, and beside the corpus for those of it.
Rows must be the same, in the same order. Where vtc answers otherwise, differences.txt lists the rows
with the reason; then the rows must be the same as a set, with exactly those exchanged. Perfetto reads
times through a double, so traces whose times do not fit into one are compared with their times
rounded in the same way first. With --print the differences that are not listed are written as
differences.txt wants them, for a person to find the reason.

ctest: timeout 1500
"""
import collections
import csv
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NO_TRACE = 2
REALS = {"09-counters": (2, 3)}
TIME = re.compile(rb'("(?:ts|dur)"\s*:\s*)(-?\d+\.\d+(?:[eE][-+]?\d+)?)')


def tool():
    built = os.environ.get("VTC_BUILD_DIR", str(HERE.parents[1] / "build" / "dev"))
    return os.environ.get("VTC", built + "/tools/vtc")


def oracles():
    """Directories of answers, each with the directory of its traces."""
    corpus = None if os.environ.get("VTC_SANITIZED") else os.environ.get("VTC_CORPUS")
    if corpus:
        large = pathlib.Path(corpus).resolve().parent / "oracle"
        if large.is_dir():
            return [(large, pathlib.Path(corpus))]
        print("no answers beside the corpus: only those that ship", file=sys.stderr)
    return [(HERE / "oracle", HERE.parent / "traces")]


def rounded(match):
    """A time as Perfetto reads it: a double in microseconds, rounded to nanoseconds, which are a
    double too unless the microseconds are whole."""
    us = float(match[2])
    ns = int(us) * 1000 if us.is_integer() else round(us * 1000)
    return match[1] + (b"-" if ns < 0 else b"") + b"%d.%03d" % divmod(abs(ns), 1000)


def unpack(traces, name, out):
    """The trace as a file; None when there is none."""
    if name.startswith("edge-"):
        path = traces / "edge" / (name[len("edge-"):] + ".json")
        text = path.read_bytes() if path.exists() else None
    else:
        path = traces / (name + ".json.zst")
        text = path.exists() and subprocess.run(["zstd", "-dc", "--long=27", str(path)], check=True,
                                                capture_output=True).stdout
    if not text:
        return None
    out.write_bytes(TIME.sub(rounded, text))
    return out


def rows_of(text):
    """Rows of CSV. Perfetto writes NULL as [NULL]."""
    return [tuple("" if value == "[NULL]" else value for value in row)
            for row in csv.reader(io.StringIO(text))]


def reals(rows, columns):
    """The same with these columns as reals are written by Perfetto."""
    return rows[:1] + [tuple("%.6f" % float(value) if i in columns else value
                             for i, value in enumerate(row)) for row in rows[1:]]


def differences():
    """{(trace, question): (reason, rows that are not there, rows instead)}"""
    found, current = {}, None
    for line in (HERE / "differences.txt").read_text().splitlines():
        if line.startswith("["):
            names, reason = line[1:].split("]", 1)
            current = found.setdefault(tuple(names.split()), (reason.strip(), [], []))
        elif line.startswith(("-", "+")):
            current[1 if line[0] == "-" else 2].append(rows_of(line[2:])[0])
    return found


def written(row):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()


def compare(name, question, expected, answer, known, show):
    reason, gone, instead = known.get((name, question), ("", [], []))
    if not gone and not instead:
        if expected == answer:
            return True
    else:
        wanted = collections.Counter(expected)
        wanted.subtract(gone)
        wanted.update(instead)
        if min(wanted.values()) >= 0 and +wanted == collections.Counter(answer):
            return True
    want, have = collections.Counter(expected), collections.Counter(answer)
    if show:
        print(f"[{name} {question}] {reason or 'REASON'}")
        for sign, rows in (("-", want - have), ("+", have - want)):
            for row in rows.elements():
                print(sign, written(row))
    else:
        print(f"{name} {question}: {sum((want - have).values())} rows of {len(expected)} are not"
              f" there, {sum((have - want).values())} others are, or the order differs")
        for row in list((want - have).elements())[:3]:
            print("   -", written(row)[:150])
        for row in list((have - want).elements())[:3]:
            print("   +", written(row)[:150])
    return False


def main():
    show = "--print" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    known, failures, checked = differences(), 0, 0
    for answers, traces in oracles():
        for directory in sorted(path for path in answers.iterdir() if path.is_dir()):
            if directory.name == "queries" or (names and directory.name not in names):
                continue
            with tempfile.TemporaryDirectory() as temporary:
                trace = unpack(traces, directory.name, pathlib.Path(temporary) / "trace.json")
                if trace is None:
                    print(f"{directory.name}: the trace is not there", file=sys.stderr)
                    continue
                packed = pathlib.Path(temporary) / "trace.vtc"
                code = subprocess.run([tool(), "compress", "-q", str(trace), "-o", str(packed)],
                                      stderr=subprocess.DEVNULL).returncode
                if code == NO_TRACE:
                    continue    # Perfetto has nothing to say of it either
                for query in sorted((answers / "queries").glob("*.sql")):
                    expected = rows_of((directory / (query.stem + ".csv")).read_text())
                    run = subprocess.run([tool(), "query", "-q", str(packed), query.read_text(),
                                          "--format", "csv"], capture_output=True, text=True,
                                         errors="surrogateescape")
                    if run.returncode:
                        print(f"{directory.name} {query.stem}: exit code {run.returncode}:"
                              f" {run.stderr}")
                        failures += 1
                        continue
                    checked += 1
                    answer = rows_of(run.stdout)
                    if query.stem in REALS:
                        answer = reals(answer, REALS[query.stem])
                    failures += not compare(directory.name, query.stem, expected,
                                            answer, known, show)
    print(f"{checked} answers, {failures} failures")
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
