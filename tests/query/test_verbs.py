"""Every verb against a model that reads the JSON (trace_model.py), on generated traces.

The traces mix X and B/E, tracks in exit order, in start order and in neither, spans that overlap
without nesting, names that only one block has, and names with escapes; they are answered with one
thread and with three, from files of one block and of many.
"""
# ctest: timeout 600
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import trace_model  # noqa: E402

VTC = os.environ["VTC"]
NAMES = ["main", "parse", "f(int)", "walk", 'quo"te', "a\\b", "tab\there", "é", "\u001b[31mred"]


def ask(path, question, *options):
    command = [VTC, "query", "-q", "--format", "json", "--limit", "all", *options, str(path), question]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        raise AssertionError(f"{question}: exit code {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


# --- generated traces ---------------------------------------------------------------------------

class Maker:
    def __init__(self, seed, size):
        self.random = random.Random(seed)
        self.size = size
        self.lines = []
        self.exit_order = set()
        self.local = 0

    def name(self):
        if self.random.random() < 0.02:
            self.local += 1
            return f"only once {self.local} " + "x" * 3000  # too long for a dictionary
        return self.random.choice(NAMES)

    def add(self, **event):
        self.lines.append(event)

    def fields(self, name):
        fields = {"name": name}
        if self.random.random() < 0.8:
            fields["cat"] = self.random.choice(["io", "cpu", "io,net"])
        if self.random.random() < 0.5:
            fields["args"] = {"size": self.random.choice([0, 17, 4096, 1.5, 70000, -3])}
        elif self.random.random() < 0.3:
            fields["args"] = {"label": self.random.choice(["alpha", "beta", "x\ny"])}
        return fields

    def tree(self, start, end, depth):
        """Spans (start, end, name) of a call tree, as (what, time) in the order of a walk."""
        name = self.name()
        yield "begin", start, end, name
        at = start
        while depth > 0 and self.random.random() < 0.75:
            first = at + self.random.randrange(0, 1 + max(0, (end - at) // 3))
            last = first + self.random.randrange(0, 1 + max(0, (end - first) // 2))
            if self.random.random() < 0.1:
                first, last = at, end  # of the same times as its parent
            if last > end or first < at:
                break
            yield from self.tree(first, last, depth - 1)
            at = last
            if at >= end:
                break
        yield "end", start, end, name

    def walk_track(self, tid, kind):
        track = (json.dumps(1 + tid % 2), json.dumps(tid))
        common = {"pid": 1 + tid % 2, "tid": tid}
        at = 1000 * tid
        if kind in ("exit", "pairs"):
            self.exit_order.add(track)
        if kind == "start":  # shows its order at once
            self.add(ph="X", ts=at, dur=50, name="main", **common)
            self.add(ph="X", ts=at + 1, dur=5, name="parse", **common)
            at += 60
        steps = []
        for _ in range(self.size):
            end = at + self.random.randrange(0, 5000)
            steps += self.tree(at, end, 4)
            at = end + self.random.choice([0, 1, 7, 300])
        for what, start, end, name in steps:
            if kind == "pairs":
                self.add(ph=what[0].upper(), ts=(start if what == "begin" else end) / 1000,
                         **self.fields(name), **common)
            elif what == ("end" if kind == "exit" else "begin"):
                self.add(ph="X", ts=start / 1000, dur=(end - start) / 1000, **self.fields(name),
                         **common)

    def chaos_track(self, tid):
        common = {"pid": 1 + tid % 2, "tid": tid}
        for _ in range(6 * self.size):
            self.add(ph="X", ts=self.random.randrange(0, 60000), dur=self.random.randrange(0, 9000),
                     **self.fields(self.name()), **common)

    def overlap_track(self, tid):
        at = 0
        self.add(ph="X", pid=1 + tid % 2, tid=tid, ts=0, dur=9, name="main")
        self.add(ph="X", pid=1 + tid % 2, tid=tid, ts=1, dur=3, name="walk")
        at = 10
        for _ in range(6 * self.size):
            at += self.random.randrange(1, 900)
            self.add(ph="X", ts=at, dur=self.random.randrange(1, 3000), pid=1 + tid % 2, tid=tid,
                     **self.fields(self.name()))

    def others(self):
        for i in range(8 * self.size):
            ts, tid = self.random.randrange(0, 90000), self.random.randrange(1, 8)
            common = {"pid": 1 + tid % 2, "tid": tid, "ts": ts}
            self.add(ph="C", name=self.random.choice(["mem", "cpu"]),
                     args={"used": self.random.randrange(100), "part": self.random.choice([0.5, 2])},
                     **common)
            self.add(ph="i", s="t", name="mark", **common)
            op = self.random.randrange(1, 5)
            self.add(ph=self.random.choice("bben"), name=self.random.choice(["load", "get"]),
                     cat="net", id=op, **common)
            self.add(ph=self.random.choice("sttf"), name="arrow", cat="flow", id=hex(op), **common)

    def pad(self, megabytes):
        """Long arguments, so that the trace has several blocks."""
        for _ in range(5 * megabytes):
            text = "%x" % self.random.getrandbits(40000)
            self.add(ph="i", s="t", name="pad", ts=self.random.randrange(0, 90000), pid=2, tid=3,
                     args={"pad": text * 20})

    def text(self, megabytes):
        tracks = [("exit", 3), ("start", 4), ("pairs", 5), ("exit", "worker")]
        for kind, tid in tracks:
            number = tid if isinstance(tid, int) else 6
            before = len(self.lines)
            self.walk_track(number, kind)
            if tid == "worker":
                self.exit_order.add((json.dumps(1 + number % 2), json.dumps("worker")))
                for line in self.lines[before:]:
                    line["tid"] = "worker"
        self.chaos_track(8)
        self.overlap_track(9)
        self.others()
        self.pad(megabytes)
        names = [dict(ph="M", ts=0, pid=2, tid=3, name="thread_name", args={"name": "main"}),
                 dict(ph="M", ts=0, pid=1, tid="worker", name="thread_name", args={"name": "wörk"}),
                 dict(ph="M", ts=0, pid=2, tid=3, name="process_name", args={"name": "prog"})]
        # Tracks come in pieces, each in its own order.
        by_track = collections.defaultdict(list)
        for line in self.lines:
            by_track[json.dumps([line["pid"], line["tid"]])].append(line)
        queues = [list(reversed(lines)) for lines in by_track.values()]
        mixed = names
        while queues:
            queue = self.random.choice(queues)
            for _ in range(min(len(queue), self.random.randrange(1, 40))):
                mixed.append(queue.pop())
            queues = [queue for queue in queues if queue]
        return "[" + ",\n".join(json.dumps(line) for line in mixed) + "]"


# --- questions ----------------------------------------------------------------------------------

class Check:
    def __init__(self, trace, exit_order, path, options):
        self.trace, self.exit_order, self.path, self.options = trace, exit_order, path, options
        self.asked = 0

    def same(self, question, expected):
        found = ask(self.path, question, *self.options)
        self.asked += 1
        if len(found) == len(expected) and all(
                same_row(f, e) for f, e in zip(found, expected)):
            return
        at = next((i for i, (f, e) in enumerate(zip(found, expected)) if not same_row(f, e)),
                  min(len(found), len(expected)))
        raise AssertionError(
            f"{question} {self.options}: {len(found)} rows, expected {len(expected)}; row {at}:\n"
            f"  found    {found[at] if at < len(found) else None}\n"
            f"  expected {expected[at] if at < len(expected) else None}")

    def thread(self, span):
        return {"thread": self.trace.thread(span), "pid": span.pid, "tid": span.tid,
                "process": self.trace.process(span)}

    def slowest(self, question, spans, count):
        spans = sorted(spans, key=lambda s: (-s.duration, s.start, s.order))[:count]
        self.same(question, [dict(name=s.name, duration_ns=s.duration, start_ns=s.start,
                                  category=s.category, **self.thread(s)) for s in spans])

    def top(self, question, spans, count, measure):
        own = {s.order: 0 for s in self.trace.spans}
        if measure == "self":
            own = trace_model.self_times(
                self.trace.spans, self.trace.parents(self.trace.spans, self.exit_order))
        groups = collections.defaultdict(list)
        for span in spans:
            groups[span.name].append(span)
        rows = []
        for name, group in groups.items():
            durations = [s.duration for s in group]
            total = sum(durations)
            rows.append(dict(name=name, total_ns=total, count=len(group),
                             mean_ns=trace_model.quotient(total, len(group)),
                             min_ns=min(durations), max_ns=max(durations)))
            if measure == "self":
                rows[-1]["self_ns"] = sum(own[s.order] for s in group)
        key = {"self": lambda r: r["self_ns"], "total": lambda r: r["total_ns"],
               "count": lambda r: r["count"], "mean": lambda r: r["total_ns"] / r["count"],
               "max": lambda r: r["max_ns"]}[measure]
        whole = sum(r[{"self": "self_ns", "count": "count"}.get(measure, "total_ns")] for r in rows)
        for row in rows:
            part = row[{"self": "self_ns", "count": "count"}.get(measure, "total_ns")]
            row["share"] = part / whole if whole else 0
        rows.sort(key=lambda r: (-key(r), trace_model.absent_last(r["name"])))
        self.same(question, rows[:count])

    def count(self, question, events, key):
        values = {"name": lambda e: (e.name,), "category": lambda e: (e.category,),
                  "phase": lambda e: (e.phase,), "thread": lambda e: e.track,
                  "process": lambda e: (e.track[0],)}[key]
        if key != "phase":
            events = [e for e in events if e.phase not in ("E", "M")]
        groups = collections.defaultdict(list)
        for event in events:
            groups[values(event)].append(event)
        rows = []
        for value, group in groups.items():
            row = {"count": len(group), "share": len(group) / len(events)}
            if key == "thread":
                row.update(self.thread(group[0]))
            elif key == "process":
                row.update(process=self.trace.process(group[0]), pid=group[0].pid)
            else:
                row[key] = value[0]
            rows.append((value, row))
        if key in ("thread", "process"):  # of equal counts as in the trace
            first = [track if key == "thread" else track[:1] for track in self.trace.tracks]
            rows.sort(key=lambda r: (-r[1]["count"], first.index(r[0])))
        else:
            rows.sort(key=lambda r: (-r[1]["count"], trace_model.absent_last(r[0][0])))
        self.same(question, [row for _, row in rows])

    def histogram(self, question, spans):
        durations = sorted(s.duration for s in spans)
        bounds = [0] + [f * 10 ** p for p in range(19) for f in (1, 2, 5)]
        buckets = collections.Counter(max(b for b in bounds if b <= d) if d >= 0 else None
                                      for d in durations)
        found = ask(self.path, question, *self.options)
        self.asked += 1
        counted = {row["from_ns"]: row["count"] for row in found if row["what"] == "bucket"}
        assert {k: v for k, v in counted.items() if v} == dict(buckets), (question, counted, buckets)
        facts = {row["what"]: row["from_ns"] for row in found if row["what"] != "bucket"}
        assert facts["min"] == durations[0] and facts["max"] == durations[-1], (question, facts)
        assert facts["mean"] == trace_model.quotient(sum(durations), len(durations)), (question, facts)
        for what, thousandths in (("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999)):
            exact = durations[-(-len(durations) * thousandths // 1000) - 1]
            if exact < 0:  # those are one step
                exact = max(d for d in durations if d < 0)
            assert exact <= facts[what] <= exact + abs(exact) / 1024, (question, what, facts[what], exact)

    def calls(self, question, meant):
        spans = self.trace.spans
        parents = self.trace.parents(spans, self.exit_order)
        own = trace_model.self_times(spans, parents)
        asked = {s.order for s in spans if meant(s)}
        groups = collections.defaultdict(lambda: [0, 0, 0])
        for span in spans:
            length = span.end - span.start
            parent = parents[span.order]
            roles = []
            if span.order in asked:
                roles.append(("itself", span.name, span.duration, own[span.order]))
                roles.append(("caller", parent.name if parent else None, length, 0))
            if parent is not None and parent.order in asked:
                roles.append(("callee", span.name, length, 0))
            for role, name, total, self_ns in roles:
                group = groups[role, name]
                group[0] += 1
                group[1] += total
                group[2] += self_ns
        whole = sum(g[1] for (role, _), g in groups.items() if role == "itself")
        rows = [dict(role=role, name=name, count=g[0], total_ns=g[1],
                     self_ns=g[2] if role == "itself" else None,
                     mean_ns=trace_model.quotient(g[1], g[0]),
                     share=g[1] / whole if whole > 0 else 0) for (role, name), g in groups.items()]
        order = ["caller", "itself", "callee"]
        rows.sort(key=lambda r: (order.index(r["role"]), -r["total_ns"], -r["count"],
                                 trace_model.absent_last(r["name"])))
        self.same(question, rows)

    def tree(self, question, spans):
        parents = self.trace.parents(spans, self.exit_order)
        nodes = {}

        def path_of(span):
            path = []
            while span is not None:
                path.append(span.name)
                span = parents[span.order]
            return tuple(reversed(path))
        for span in spans:
            path = path_of(span)
            node = nodes.setdefault(path, [0, 0])
            node[0] += 1
            node[1] += span.end - span.start
        children = collections.defaultdict(list)
        for path in nodes:
            children[path[:-1]].append(path)
        whole = sum(nodes[path][1] for path in children[()])
        rows = []

        def put(path):
            below = sorted(children[path],
                           key=lambda p: (-nodes[p][1], trace_model.absent_last(p[-1])))
            if path:
                count, total = nodes[path]
                rows.append(dict(depth=len(path) - 1, name=path[-1], total_ns=total, count=count,
                                 self_ns=total - sum(nodes[p][1] for p in below),
                                 share=total / whole if whole > 0 else 0))
            for child in below:
                put(child)
        put(())
        self.same(question, rows)

    def idle(self, spans):
        """By track: stretches (start, end, after, before) without a span."""
        for track in self.trace.tracks:
            own = sorted((s for s in spans if s.track == track), key=lambda s: (s.start, -s.end))
            last = None
            for span in own:
                if last is not None and span.start > last.end:
                    yield track, last, span
                if last is None or span.end > last.end:
                    last = span

    def gaps(self, question, spans, count):
        rows = [(after.end, before.start, track, after, before)
                for track, after, before in self.idle(spans)]
        rows.sort(key=lambda r: (r[0] - r[1], r[0], self.trace.tracks.index(r[2])))
        found = ask(self.path, question, *self.options)
        self.asked += 1
        expected = [dict(duration_ns=r[1] - r[0], start_ns=r[0], **self.thread(r[3]))
                    for r in rows[:count]]
        found = [{key: row[key] for key in expected[0]} for row in found]
        assert found == expected, (question, found[:3], expected[:3])

    def timeline(self, question, spans, start, end):
        rows = []
        for track in self.trace.tracks:
            own = sorted((s for s in spans if s.track == track), key=lambda s: s.start)
            if not own:
                continue
            busy, at = 0, start
            for span in own:
                first, last = max(span.start, at), min(span.end, end)
                busy += max(0, last - first)
                at = max(at, last)
            rows.append(dict(from_ns=start, to_ns=end, busy_ns=busy,
                             share=busy / (end - start), **self.thread(own[0])))
        found = ask(self.path, question, *self.options)
        self.asked += 1
        for row in found:
            percent = [int(text) for text in row.pop("activity").split(",")]
            assert len(percent) == 60 and all(0 <= p <= 100 for p in percent), percent
            mean = sum(percent) / 6000
            assert mean <= row["share"] + 1e-9 and row["share"] <= mean + 0.011, (mean, row)
        assert len(found) == len(rows) and all(
            same_row(f, r) for f, r in zip(found, rows)), (question, found, rows)

    def counters(self, question, events):
        series = collections.defaultdict(list)
        for event in events:
            if event.phase != "C":
                continue
            for key, value in event.args[0].items():
                series[event.name, key, event.pid].append((event.start, event.order, float(value)))
        first = [pid for pid, _ in self.trace.tracks]
        rows = []
        order = {}
        for (name, key, pid), values in series.items():
            numbers = [value for _, _, value in values]
            order[name, key, pid] = min(v[1] for v in values)
            rows.append(dict(name=name, series=key, count=len(values), min=min(numbers),
                             max=max(numbers), mean=sum(numbers) / len(numbers),
                             last=max(values)[2], first_ns=min(values)[0], last_ns=max(values)[0],
                             pid=pid, process=self.trace.process_names.get(pid)))
        assert first
        rows.sort(key=lambda r: (r["name"], r["series"], order[r["name"], r["series"], r["pid"]]))
        self.same(question, rows)

    def asynchronous(self, question, meant):
        open_by_key = collections.defaultdict(list)
        done = []
        events = sorted((e for e in self.trace.events if e.phase in ("b", "n", "e")),
                        key=lambda e: (e.start, e.order))
        for event in events:
            stack = open_by_key[event.category, event.id]
            if event.phase == "b":
                operation = dict(event=event, depth=len(stack), instants=0, end=None)
                stack.append(operation)
                done.append(operation)
            elif event.phase == "n" and stack:
                stack[-1]["instants"] += 1
            elif event.phase == "e":
                found = [i for i, o in enumerate(stack) if o["event"].name == event.name]
                if found:
                    stack.pop(found[-1])["end"] = event.start
        rows = [(o, o["event"]) for o in done if meant(o["event"])]
        rows.sort(key=lambda r: (r[0]["end"] is None,
                                 r[1].start - r[0]["end"] if r[0]["end"] is not None else 0,
                                 r[1].start, r[1].order))
        self.same(question, [dict(depth=o["depth"], name=e.name, start_ns=e.start,
                                  duration_ns=None if o["end"] is None else o["end"] - e.start,
                                  instants=o["instants"], id=str(e.id), category=e.category,
                                  **self.thread(e)) for o, e in rows])

    def flows(self, question, meant):
        last = {}
        rows = []
        events = sorted((e for e in self.trace.events if e.phase in ("s", "t", "f")),
                        key=lambda e: (e.start, e.order))
        for at, event in enumerate(events):
            key = (event.category, event.id, event.name)
            before = last.get(key)
            if event.phase != "s" and before is None:
                continue
            if event.phase != "s" and meant(before[1]):
                rows.append((before[0], at, before[1], event))
            last[key] = None if event.phase == "f" else (at, event)
        rows.sort(key=lambda r: (r[2].start - r[3].start, r[0], r[1]))
        self.same(question, [
            dict(name=a.name, duration_ns=b.start - a.start, start_ns=a.start, end_ns=b.start,
                 id=a.id, category=a.category, to_thread=self.trace.thread(b), to_pid=b.pid,
                 to_tid=b.tid, to_process=self.trace.process(b), **self.thread(a))
            for _, _, a, b in rows])

    def threads(self, question):
        rows = []
        for track in self.trace.tracks:
            events = [e for e in self.trace.events if e.track == track]
            timed = [e for e in events if e.start is not None and not (e.phase == "M" and e.start == 0)]
            rows.append(dict(events=len(events),
                             spans=sum(s.track == track for s in self.trace.spans),
                             first_ns=min((e.start for e in timed), default=None),
                             last_ns=max((e.end for e in timed), default=None),
                             **self.thread(events[0])))
        self.same(question, rows)


def same_row(found, expected):
    if found.keys() != expected.keys():
        return False
    return all(abs(found[k] - v) <= 1e-9 * max(1, abs(v)) if isinstance(v, float) and found[k] is not None
               else found[k] == v for k, v in expected.items())


def argument(span, test):
    return any(isinstance(args.get("size"), (int, float, trace_model.Decimal)) and test(args["size"])
               for args in span.args)


# A condition as it is asked, and as it is meant; `t` is the trace.
CONDITIONS = [
    ("", lambda s, t: True),
    ("of main", lambda s, t: s.name == "main"),
    ("of 'f(*'", lambda s, t: s.name is not None and s.name.startswith("f(")),
    ("where name = /^(wa|pa)/", lambda s, t: (s.name or "").startswith(("wa", "pa"))),
    ("where name != main", lambda s, t: s.name not in (None, "main")),
    ("where dur > 1us", lambda s, t: s.duration is not None and s.duration > 1000),
    ("where dur <= 0.5 us and cat = io*",
     lambda s, t: s.duration is not None and s.duration <= 500 and (s.category or "").startswith("io")),
    ("where not (cat = cpu or name = walk)",
     lambda s, t: not (s.category == "cpu" or s.name == "walk")),
    ("where args.size > 1KiB", lambda s, t: argument(s, lambda v: v > 1024)),
    ("where args.size = 1.5 or args.size < 0", lambda s, t: argument(s, lambda v: v == 1.5 or v < 0)),
    ("where args.label ~ ^x", lambda s, t: any(a.get("label", "").startswith("x") for a in s.args)),
    ("in thread main", lambda s, t: t.thread(s) == "main"),
    ("in thread 'w*k'", lambda s, t: t.thread(s) == "wörk" or s.tid == "worker"),
    ("in thread 5 where name = *a*", lambda s, t: s.tid == 5 and "a" in (s.name or "")),
    ("in process prog", lambda s, t: t.process(s) == "prog"),
    ("where ts >= 20us and ts < 40us",
     lambda s, t: s.start is not None and 20000 <= s.start - t.first < 40000),
    ("between 10us and 30us", lambda s, t: s.start is not None and s.end >= t.first + 10000 and
     s.start <= t.first + 30000 and not (s.phase == "M" and s.start == 0)),
    ("between @25000 and 0.05ms where name = 'q*'",
     lambda s, t: s.start is not None and s.end >= 25000 and s.start <= t.first + 50000 and
     (s.name or "").startswith("q")),
    ("of 'nothing at all'", lambda s, t: False),
]


def check_spans(check):
    trace = check.trace
    for text, meant in CONDITIONS:
        spans = [s for s in trace.spans if meant(s, trace)]
        check.slowest(f"slowest 7 {text}", spans, 7)
        for measure in ("self", "total", "count", "mean", "max"):
            check.top(f"top 4 by {measure} {text}", spans, 4, measure)
        check.tree(f"tree {text}".replace("tree of", "tree where name ="), spans)
        check.calls(f"calls of '*a*' {text}".replace("' of", "' where name ="),
                    lambda s, meant=meant: "a" in (s.name or "") and meant(s, trace))
        if spans:
            check.histogram(f"histogram {text}", spans)
        events = [e for e in trace.events if meant(e, trace)]
        for key in ("name", "thread", "process", "category", "phase"):
            check.count(f"count by {key} {text}", events, key)
        check.counters(f"counters {text}", events)
        if "between" not in text:
            check.asynchronous(f"async {text}", lambda e, meant=meant: meant(e, trace))
            check.flows(f"flows {text}", lambda e, meant=meant: meant(e, trace))


def check_all(seed, size, megabytes, level, threads):
    maker = Maker(seed, size)
    text = maker.text(megabytes)
    trace = trace_model.Trace(text)
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory) / "t.json"
        source.write_text(text)
        path = pathlib.Path(directory) / "t.vtc"
        subprocess.run([VTC, "compress", "-q", f"-{level}", "-o", str(path), str(source)], check=True)
        blocks = {row["what"]: row["value"] for row in ask(path, "stats")}["blocks"]
        assert blocks >= max(1, megabytes // 12), blocks
        check = Check(trace, maker.exit_order, path, ["-T", str(threads)])
        check_spans(check)
        check.slowest("slowest 100000", trace.spans, 100000)
        check.gaps("gaps 9 in thread '[34589]'",
                   [s for s in trace.spans if s.tid in (3, 4, 5, 8, 9)], 9)
        check.timeline("timeline", trace.spans, trace.first, trace.last)
        check.threads("threads")
    return check.asked


SPANS_NESTED_MAX = 4000  # of a track: the model compares each with each


def check_file(path, text):
    """All verbs without conditions, on a file and the text that it holds."""
    try:
        trace = trace_model.Trace(text)
    except json.JSONDecodeError:
        return 0  # cut off: vtc takes it, Python does not
    by_track = collections.defaultdict(list)
    for span in trace.spans:
        by_track[span.track].append(span.end)
    exit_order = {track for track, ends in by_track.items() if ends == sorted(ends)}
    check = Check(trace, exit_order, path, ["-T2"])
    is_small = all(len(ends) <= SPANS_NESTED_MAX for ends in by_track.values())
    check.slowest("slowest 50", trace.spans, 50)
    for measure in ("total", "count", "mean", "max") + (("self",) if is_small else ()):
        check.top(f"top 30 by {measure}", trace.spans, 30, measure)
    if is_small:
        check.tree("tree", trace.spans)
        check.calls("calls of '*e*'", lambda s: "e" in (s.name or ""))
    if trace.spans:
        check.histogram("histogram", trace.spans)
    for key in ("name", "thread", "process", "category", "phase"):
        check.count(f"count by {key}", trace.events, key)
    check.counters("counters", trace.events)
    check.asynchronous("async", lambda e: True)
    check.flows("flows", lambda e: True)
    check.threads("threads")
    return check.asked


def check_shipped(source):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "t.vtc"
        subprocess.run([VTC, "compress", "-q", "-o", str(path), str(source)], check=True)
        text = subprocess.run([VTC, "decompress", "-qc", str(path)], check=True, capture_output=True).stdout
        return check_file(path, text.decode(errors="replace"))


def check_live(name, file_bytes):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / f"{name}.vtc"
        path.write_bytes(file_bytes)
        text = subprocess.run([VTC, "decompress", "-qc", str(path)], check=True, capture_output=True).stdout
        return check_file(path, text.decode(errors="replace"))


def live_files():
    """Vectors, and a recording whose process was killed."""
    root = pathlib.Path(os.environ["VTC_SOURCE_DIR"]) / "format"
    sys.path.insert(0, str(root / "reference"))
    from vtc_build import parse_hex  # noqa: E402
    for name in ("live-args", "live-phases", "live-span", "live-threads", "live-ends", "live-lost"):
        source, = root.glob(f"vectors/*/{name}.hex")
        yield name, parse_hex(source.read_text())
    record = pathlib.Path(os.environ["VTC_BUILD_DIR"]) / "libvtc/examples/example_record_work"
    if not record.is_file():
        return
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "killed.vtc"
        process = subprocess.Popen([str(record), str(path)])
        while process.poll() is None and (not path.exists() or path.stat().st_size < 1 << 18):
            pass
        process.kill()
        process.wait()
        yield "killed", path.read_bytes()


def main():
    asked = sum(check_live(name, file_bytes) for name, file_bytes in live_files())
    print(f"{asked} answers about live files are those of the model")
    shipped = sorted(pathlib.Path(os.environ["VTC_TRACES"]).glob("*.json.zst"))
    answers = [check_shipped(source) for source in shipped]
    assert sum(count > 0 for count in answers) >= 5, answers
    asked = sum(answers)
    print(f"{asked} answers about shipped traces are those of the model")
    asked = check_all(seed=1, size=12, megabytes=40, level=1, threads=3)
    if "VTC_SANITIZED" not in os.environ:  # where each question takes 0.2 s, one trace is enough
        asked += check_all(seed=0, size=12, megabytes=0, level=3, threads=1)
        asked += check_all(seed=2, size=12, megabytes=0, level=12, threads=2)
    print(f"{asked} answers are those of the model")


main()
