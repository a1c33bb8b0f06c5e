"""Conditions, orders and groups that the tables take over give what SQLite makes of all rows.

A `+` before a column, or a subquery with a limit, keeps conditions from the tables, so each pair of
statements must give the same rows.

ctest: timeout 600
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VTC = os.environ.get("VTC", str(HERE.parents[1] / "build/dev/tools/vtc"))
ALL = ("SELECT id, ts, dur, track_id, category, name, depth, parent_id, arg_set_id, thread_ts, "
       "thread_dur FROM slice ")
# Conditions; {t} is a time in the middle, {n} a name, {d} a duration.
CONDITIONS = [
    "ts > {t}", "ts <= {t} AND ts >= {t} - 5000000", "ts = {t}", "ts > {t} + 0.5", "ts > '{t}'",
    "ts > NULL", "ts > 9e99", "ts < -9e99", "ts >= -9223372036854775808",
    "ts > 9223372036854775807", "dur > {d}", "dur = 0", "dur < 0", "dur BETWEEN 1 AND {d}",
    "name = '{n}'", "name = 'nothing'", "name = '[No name]'", "name GLOB '*a*'",
    "name LIKE '%E%'", "name = '{n}' COLLATE NOCASE", "name > 'm'", "name IN ('{n}', 'x')",
    "name = 5", "id = 7", "id IN (5, 3, 3, 99999999)", "id < 20 AND id > 10", "id = 7.0",
    "id = 7.5", "id = '7'", "id = -1", "depth = 2", "depth > 1 AND dur > {d}",
    "track_id = (SELECT min(track_id) FROM slice)", "arg_set_id = 8", "arg_set_id IS NULL",
    "arg_set_id = '8'", "id = 7 OR ts = {t}", "parent_id = 7", "ts > {t} AND name GLOB '*e*'",
    "slice_id = 9"]
ORDERS = ["ts", "ts DESC", "dur DESC, ts, id", "dur, id", "dur DESC, name, id", "ts, depth DESC, id",
          "dur DESC, name DESC, id DESC", "ts DESC, id", "name, id", "track_id, ts, id", "id",
          "id DESC"]
LIMITS = ["1", "7", "7 OFFSET 3", "100000000", "-1", "0"]
GROUPS = ["name", "category", "depth", "track_id", "parent_id"]
failures = []


def rows(trace, query):
    run = subprocess.run([VTC, "query", "-q", str(trace), query, "--format", "csv", "--limit", "all"],
                         capture_output=True, text=True)
    if run.returncode:
        failures.append(f"{query}: {run.stderr}")
    return run.stdout.splitlines()[1:]


def compare(trace, query, plain, is_ordered):
    ours, theirs = rows(trace, query), rows(trace, plain)
    if not is_ordered:
        ours, theirs = sorted(ours), sorted(theirs)
    if ours != theirs:
        failures.append(f"{trace.name}: {query}: {len(ours)} rows, {len(theirs)} without the table's"
                        " help")


def check_self_dur(trace):
    """A slice's own time is its duration less that of those whose parent it is."""
    slices = [line.split(",") for line in rows(trace, "SELECT id, dur, parent_id, self_dur FROM slice")]
    within = {}
    for _, dur, parent, _ in slices:
        within[parent] = within.get(parent, 0) + max(int(dur), 0)
    for slice_id, dur, _, self_dur in slices:
        expected = str(int(dur) - within.get(slice_id, 0)) if int(dur) >= 0 else ""
        if self_dur != expected:
            failures.append(f"{trace.name}: self_dur of {slice_id}: {self_dur}, not {expected}")
            return


def check(trace):
    middle = rows(trace, "SELECT ts, name FROM slice ORDER BY ts LIMIT 1 OFFSET 300")[0].split(",", 1)
    values = {"t": middle[0], "n": middle[1].strip('"').replace("'", "''"), "d": "20000"}
    unsorted = ALL.replace("FROM slice", "FROM (SELECT *, slice_id FROM slice LIMIT -1 OFFSET 0)")
    check_self_dur(trace)
    for condition in CONDITIONS:
        text = "WHERE " + condition.format(**values)
        compare(trace, ALL + text, unsorted + text, False)
    for order in ORDERS:
        for limit in LIMITS:
            tail = f"ORDER BY {order} LIMIT {limit}"
            compare(trace, ALL + tail, unsorted + tail, "id" in order)
        tail = f"WHERE name GLOB '*e*' AND ts >= {values['t']} ORDER BY {order} LIMIT 5"
        compare(trace, ALL + tail, unsorted + tail, "id" in order)
    for group in GROUPS:
        for order in (group, group + " DESC"):
            compare(trace, f"SELECT {group}, count(*), sum(dur), min(ts), max(id) FROM slice "
                           f"GROUP BY 1 ORDER BY {order}",
                    f"SELECT +{group}, count(*), sum(dur), min(ts), max(id) FROM slice "
                    f"GROUP BY +{group} ORDER BY +{order}", True)
        compare(trace, f"SELECT {group}, count(self_dur), sum(self_dur), min(self_dur) FROM slice "
                       "GROUP BY 1",
                f"SELECT +{group}, count(self_dur), sum(self_dur), min(self_dur) FROM slice "
                f"GROUP BY +{group} ORDER BY +{group}", True)
        compare(trace, f"SELECT DISTINCT {group} FROM slice", f"SELECT DISTINCT +{group} FROM slice",
                False)
        compare(trace, f"SELECT {group}, sum(dur) FROM slice WHERE ts > {values['t']} GROUP BY 1",
                f"SELECT +{group}, sum(dur) FROM slice WHERE +ts > {values['t']} GROUP BY +{group}",
                True)
    for text in ("ts < {t}", "ts >= {t}", "phase = 'X'", "phase = 'XX'", "phase = 5",
                 "id = 12", "phase = 'B' AND ts > {t}", "ts > NULL"):
        where = "WHERE " + text.format(**values)
        compare(trace, "SELECT * FROM event " + where,
                "SELECT * FROM (SELECT * FROM event LIMIT -1 OFFSET 0) " + where, True)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        for name in ("node-tsc", "viztracer-custom")[:1 if os.environ.get("VTC_SANITIZED") else 2]:
            trace = pathlib.Path(temporary) / (name + ".vtc")
            source = HERE.parent / "traces" / (name + ".json.zst")
            subprocess.run([VTC, "compress", "-q", str(source), "-o", str(trace)], check=True)
            check(trace)
    print("\n".join(failures) or "all plans give the same rows")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
