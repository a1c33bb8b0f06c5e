"""The name totals of the INDEX: their structure, and (for --check) what the blocks say. SPEC 7.8."""
from vtc_schema import STRING
from vtc_top import pair_text
from vtc_wire import corrupt

MAX_NAMES = 65536
LIMIT = 1 << 63
NOT_COUNTED = (b"E", b"M")


class NameTotals:
    """names: {id: (events, spans, least, most, total)}, the last three 0 without spans."""

    def __init__(self, z):
        g = z.varint("g")
        if g > MAX_NAMES:
            raise corrupt("IDX-5", "at most %d names" % MAX_NAMES, "%d" % g)
        z.need(3 * g, "the names")
        ids, name = [], -1
        for _ in range(g):
            name += z.varint("a name") + 1
            ids.append(name)
        events = [z.varint("events") for _ in range(g)]
        spans = [n + z.svarint("spans") for n in events]
        if any(n == 0 and m == 0 for n, m in zip(events, spans)):
            raise corrupt("IDX-5", "an event or a span of each name", "none")
        least = [z.svarint("a least duration") if n > 0 else 0 for n in spans]
        most = [low + (z.varint("a greatest duration") if n > 1 else 0)
                for n, low in zip(spans, least)]
        total = [z.svarint("a sum") if n > 2 else low + high if n == 2 else low
                 for n, low, high in zip(spans, least, most)]
        if any(not -LIMIT <= value < LIMIT for value in most + total):
            raise corrupt("IDX-5", "durations and sums of 64 bits", "more")
        self.names = dict(zip(ids, zip(events, spans, least, most, total)))


class TotalsChecks:
    """Adds up from block to block, by text; names that are in no dictionary are kept apart."""

    def __init__(self):
        self.found = {}

    def _of(self, name):
        return self.found.setdefault(name, [0, 0, 0, 0, 0])

    def add(self, events, spans, number):
        for event in events:
            if event.phase not in NOT_COUNTED:
                self._of(event.name)[0] += 1
        for event, _, duration, begin, begun in spans:
            name = event.name
            if begin:
                name = pair_text(begin.name, event.name, begun < number)
            entry = self._of(name)
            entry[2] = duration if entry[1] == 0 else min(entry[2], duration)
            entry[3] = duration if entry[1] == 0 else max(entry[3], duration)
            entry[1] += 1
            entry[4] += duration

    def check(self, totals, schema):
        column = schema.column(schema.member(0, b"name"), STRING)
        strings = [None] if column is None else [None, *schema.strings[column][1:]]
        said = {}
        for name, entry in totals.names.items():
            if name >= len(strings):
                raise corrupt("IDX-5", "names that are defined", "%d" % name)
            said[strings[name]] = list(entry)
        for name in {*said, *self.found}:
            if said.get(name) != self.found.get(name):
                raise corrupt("IDX-5", "for the name %r %s" % (name, self.found.get(name)),
                              "%s" % said.get(name))
