"""Answers to questions about a trace, worked out slowly and obviously from its JSON.

Times are ns, rounded towards minus infinity. A track is (pid, tid) as JSON text.
"""
import collections
import fnmatch
import json
import re
from decimal import Decimal
from math import floor


def to_ns(value):
    return None if value is None else floor(Decimal(str(value)) * 1000)


class Span:
    """A thing with a name and a place in time: a span, or an event where `phase` is not X or P."""

    def __init__(self, order, event, name, start, duration, args, phase):
        self.order, self.name, self.start, self.duration = order, name, start, duration
        self.category = event.get("cat")
        self.track = track_of(event)
        self.pid, self.tid = event.get("pid"), event.get("tid")
        self.args, self.phase = args, phase
        self.id = event.get("id")
        self.end = None if start is None else start + max(duration or 0, 0)


def track_of(event):
    return tuple(json.dumps(event[key]) if key in event else None for key in ("pid", "tid"))


class Trace:
    def __init__(self, text):
        document = json.loads(text, parse_float=Decimal)
        rows = document["traceEvents"] if isinstance(document, dict) else document
        self.rows = [row for row in rows if isinstance(row, dict)]
        self.tracks = []
        for row in self.rows:
            if track_of(row) not in self.tracks:
                self.tracks.append(track_of(row))
        self.events = [self.event(i, row) for i, row in enumerate(self.rows)]
        self.spans = list(self.find_spans())
        self.thread_names, self.process_names = {}, {}
        for row in self.rows:
            if row.get("ph") == "M" and row.get("name") == "thread_name":
                self.thread_names[track_of(row)] = row["args"]["name"]
            if row.get("ph") == "M" and row.get("name") == "process_name":
                self.process_names[row.get("pid")] = row["args"]["name"]
        timed = [e for e in self.events
                 if e.start is not None and not (e.phase == "M" and e.start == 0)]
        self.first = min((e.start for e in timed), default=0)
        self.last = max((e.end for e in timed), default=0)

    @staticmethod
    def event(order, row):
        return Span(order, row, row.get("name"), to_ns(row.get("ts")), to_ns(row.get("dur")),
                    [row.get("args", {})], row.get("ph"))

    def find_spans(self):
        stacks = collections.defaultdict(list)
        for order, row in enumerate(self.rows):
            phase, time, duration = row.get("ph"), to_ns(row.get("ts")), to_ns(row.get("dur"))
            if time is None:
                continue
            if phase == "X" and duration is not None:
                yield Span(order, row, row.get("name"), time, duration, [row.get("args", {})], "X")
            if phase == "B":
                stacks[track_of(row)].append(row)
            if phase == "E":
                stack = stacks[track_of(row)]
                name = row.get("name")
                found = [i for i, begin in enumerate(stack)
                         if name is None or begin.get("name") == name]
                if not found:
                    continue
                begin = stack.pop(found[-1])
                start = to_ns(begin["ts"])
                span = Span(order, begin, begin.get("name", name), start, time - start,
                            [begin.get("args", {}), row.get("args", {})], "P")
                span.category = begin.get("cat", row.get("cat"))
                yield span

    def thread(self, span):
        return self.thread_names.get(span.track)

    def process(self, span):
        return self.process_names.get(span.pid)

    def parents(self, spans, exit_order):
        """By span (its order): its parent. `exit_order`: the tracks whose spans come inner first."""
        parents = {}
        for track in {span.track for span in spans}:
            inner_first = track in exit_order
            own = [span for span in spans if span.track == track]
            own.sort(key=lambda s: (s.start, -s.end, -s.order if inner_first else s.order))
            for i, span in enumerate(own):
                def contains(outer):
                    return (outer.end >= span.end and outer.end > outer.start and
                            (outer.end > span.start or
                             (inner_first and outer.end == span.start and
                              span.order < outer.order)))
                outer = [candidate for candidate in own[:i] if contains(candidate)]
                parents[span.order] = outer[-1] if outer else None
        return parents


def glob(pattern):
    return re.compile(fnmatch.translate(pattern)).match


def self_times(spans, parents):
    own = {span.order: span.duration for span in spans}
    for span in spans:
        parent = parents[span.order]
        if parent is not None:
            own[parent.order] -= span.end - span.start
    return own


def absent_last(text):
    return (text is None, (text or "").encode("utf-8", "surrogatepass"))


def quotient(total, count):
    """Rounded towards zero."""
    return abs(total) // count * (1 if total >= 0 else -1)
