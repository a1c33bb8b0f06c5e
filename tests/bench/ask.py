#!/usr/bin/env python3
"""Questions to a big trace: the verbs of vtc, the same in SQL, and others where they finish.

    tests/bench/ask.py [--vtc PATH] [--runs N] [--peers sqlite,json,jq] [--timeout S] TRACE.json

TRACE.json is best of 1 GB or more: tests/bench/make_big.py makes one of a trace of the corpus. It is
compressed at levels 3 and 19 (--levels), and exported to SQLite. Each question is asked in a fresh
process on one thread; CPU seconds (user + system) and peak memory are the operating system's own
account, the median of --runs runs (one for what takes longer than 5 s). Peers: sqlite3 on the exported
database, which has indexes; Python's json and jq on the text (not by default: they take long).
`-`: not finished within --timeout seconds.
"""
import argparse, json, os, resource, signal, statistics, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOTALS, BY_JOIN = ", name_total", ", by a join"  # the last has no target
SELF = ("SELECT name, sum(self_dur) AS own FROM slice GROUP BY name ORDER BY own DESC LIMIT 20")
JOIN = ("WITH children AS (SELECT parent_id AS id, sum(dur) AS dur FROM slice "
        "WHERE parent_id IS NOT NULL GROUP BY parent_id) "
        "SELECT name, sum(slice.dur - coalesce(children.dur, 0)) AS own FROM slice "
        "LEFT JOIN children USING (id) GROUP BY name ORDER BY own DESC LIMIT 20")
JSON = """
import heapq, json, sys
events = json.load(open(sys.argv[1]))
events = events if isinstance(events, list) else events["traceEvents"]
for event in heapq.nlargest(20, (e for e in events if e.get("ph") == "X"), key=lambda e: e["dur"]):
    print(event["name"], event["dur"])
"""
JQ = ('(if type == "array" then . else .traceEvents end) | map(select(.ph == "X")) | sort_by(-.dur) '
      '| .[:20][] | [.name, .dur]')


def questions(name, start, end):
    """What is asked: verb, its target in seconds, and the same in SQL, in one or more ways."""
    glob = name.replace("'", "''")
    window = f"ts >= {start} AND ts < {end}"
    return [
        ("slowest 20", 0.02,
         [("", "SELECT name, ts, dur FROM slice ORDER BY dur DESC LIMIT 20")]),
        ("count by name", 0.15,
         [("", "SELECT name, count(*) AS n FROM slice GROUP BY name ORDER BY n DESC"),
          (TOTALS, "SELECT name, events FROM name_total ORDER BY events DESC")]),
        ("top 20 by total", 0.15,
         [("", "SELECT name, sum(dur) AS total FROM slice GROUP BY name ORDER BY total DESC LIMIT 20"),
          (TOTALS, "SELECT name, total_dur FROM name_total ORDER BY total_dur DESC LIMIT 20")]),
        ("top 20 by self", 0.6, [("", SELF), (BY_JOIN, JOIN)]),
        (f"slowest 20 of '{glob}' between {start}ns and {end}ns", 0.02,
         [("", f"SELECT name, ts, dur FROM slice WHERE name GLOB '{glob}' AND {window} "
               "ORDER BY dur DESC LIMIT 20")]),
    ]


class Slow(Exception):
    pass


def run(command, timeout_s):
    """CPU seconds and peak MiB of a process."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             preexec_fn=lambda: resource.setrlimit(
                                 resource.RLIMIT_CPU, (timeout_s, timeout_s)))
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Slow
    if child.returncode:
        sys.exit(f"{' '.join(command)[:200]}: exit code {child.returncode}: {said.decode()[:500]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(command, options):
    samples = [run(command, options.timeout)]
    if samples[0][0] < 5:
        samples += [run(command, options.timeout) for _ in range(options.runs - 1)]
    return statistics.median(s[0] for s in samples), max(s[1] for s in samples)


def show(label, how, command, options, target=None, rows=None):
    """Prints a line of the table; gives the CPU seconds, or None."""
    try:
        cpu, memory = measure(command, options)
    except Slow:
        print(f"{label[:34]:34} {how:16} {'-':>8}", flush=True)
        return None
    rate = f"{rows / max(cpu, 1e-3) / 1e6:6.2f} M/s" if rows else " " * 10
    met = "" if target is None else f"{target:8.3f} {'met' if cpu <= target else 'missed'}"
    print(f"{label[:34]:34} {how:16} {cpu:8.3f} {memory:7.0f} {rate} {met}", flush=True)
    return cpu


def facts(options, path):
    """Spans, the most frequent name as a pattern, and 1 % of the trace's time in its middle."""
    info = json.loads(subprocess.run([options.vtc, "info", "--json", path], check=True,
                                     stdout=subprocess.PIPE).stdout)
    rows = json.loads(subprocess.run([options.vtc, "query", "-q", "--format", "json", path,
                                      "top 1 by count"], check=True, stdout=subprocess.PIPE).stdout)
    info = info[0] if isinstance(info, list) else info
    first, last = info["first_ns"], info["last_ns"]
    middle, part = (first + last) // 2, (last - first) // 100
    return info["spans"], rows[0]["name"][:6] + "*", middle, middle + part


def ask(options, level, path, database):
    spans, pattern, start, end = facts(options, path)
    vtc = [options.vtc, "query", "-q", "-T1", "--format", "csv", path]
    sqlite = ["sqlite3", "-readonly", database]
    for verb, target, statements in questions(pattern, start, end):
        label = verb if len(verb) < 34 else "slowest 20 of GLOB between"
        cpu = show(label, f"verb, level {level}", vtc + [verb], options, target)
        for way, sql in statements:
            show(label + way, f"SQL, level {level}", vtc + [sql], options,
                 None if way == BY_JOIN else 5 * (cpu or options.timeout))
            if database and "sqlite" in options.peers and "self_dur" not in sql:
                show(label + way, "sqlite3", sqlite + [sql], options)
    show("sum(dur) by name, all rows", f"SQL, level {level}",
         vtc + ["SELECT name, sum(dur) FROM slice GROUP BY name"], options, spans / 8e6, spans)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--vtc", default=os.path.join(ROOT, "build", "release", "tools", "vtc"))
    parser.add_argument("--levels", default="3,19")
    parser.add_argument("--peers", default="sqlite")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--timeout", type=int, default=120)
    parser.add_argument("trace")
    options = parser.parse_args()
    options.peers = options.peers.split(",")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as directory:
        print(f"{'question':34} {'how':16} {'CPU s':>8} {'MiB':>7} {'':10} {'target':>8}")
        database = os.path.join(directory, "trace.db")
        for number, level in enumerate(options.levels.split(",")):
            path = os.path.join(directory, f"level-{level}.vtc")
            subprocess.run([options.vtc, "compress", "-q", f"-{level}", options.trace, "-o", path],
                           check=True)
            if number == 0:
                rows = facts(options, path)[0]
                show("export to SQLite", f"level {level}",
                     [options.vtc, "export", "-q", "-f", "-T1", "--to", "sqlite", "-o", database,
                      path], argparse.Namespace(runs=1, timeout=1000), rows / 1e6, rows)
            ask(options, level, path, database if number == 0 else "")
        if "json" in options.peers:
            show("slowest 20", "Python's json", [sys.executable, "-c", JSON, options.trace], options)
        if "jq" in options.peers:
            show("slowest 20", "jq", ["jq", "-c", JQ, options.trace], options)


if __name__ == "__main__":
    main()
