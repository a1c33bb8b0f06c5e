"""The top list of the INDEX: its structure, and (for --check) what the blocks say. SPEC 7.8."""
from vtc_schema import STRING
from vtc_wire import corrupt, signed

MAX_SPANS, MAX_TEXT = 1024, 1024
NAMES = (b"process_name", b"thread_name")


class TopList:
    """spans: (duration, start, block, row, phase, track, name, category); a name is (v, text).
    tracks: {id: (process, thread)}."""

    def __init__(self, z):
        n = z.varint("n")
        if n > MAX_SPANS:
            raise corrupt("IDX-3", "at most %d spans" % MAX_SPANS, "%d" % n)
        z.need(8 * n, "the spans")
        durations, starts = [], []
        for i in range(n):
            durations.append(durations[-1] - z.varint("a duration") if i
                             else z.svarint("a duration"))
        for i in range(n):
            starts.append(signed((starts[-1] if i else 0) + z.svarint("a start")))
        blocks = [z.varint("a block") for _ in range(n)]
        rows = [z.varint("a row") for _ in range(n)]
        phases = [z.u8("a phase") for _ in range(n)]
        tracks = [z.varint("a track") for _ in range(n)]
        names = [self._text(z, "a name") for _ in range(n)]
        categories = [self._text(z, "a category") for _ in range(n)]
        self.spans = list(zip(durations, starts, blocks, rows, phases, tracks, names, categories))
        orders = [(-duration, *rest) for duration, *rest in zip(durations, starts, blocks, rows)]
        for before, after in zip(orders, orders[1:]):
            if before >= after:
                raise corrupt("IDX-3", "spans in order", "%s before %s" % (before, after))
        t = z.varint("t")
        if t > n:
            raise corrupt("IDX-4", "at most %d tracks" % n, "%d" % t)
        self.tracks = {}
        track = -1
        for _ in range(t):
            track += z.varint("a track") + 1
            self.tracks[track] = self._text(z, "a process"), self._text(z, "a thread")
            if any(v > 2 for v, _ in self.tracks[track]):
                raise corrupt("IDX-4", "0, 1 or 2", "another number")

    @staticmethod
    def _text(z, what):
        v = z.varint(what)
        text = z.string(what) if v == 1 else None
        if text and len(text) > MAX_TEXT:
            raise corrupt("IDX-3", "a text of at most %d bytes" % MAX_TEXT, "%d" % len(text))
        return v, text


def pair_text(begun, ended, carried):
    """The name or category of a pair: that of its begin, or of its end where the begin has none."""
    return ended if begun is None or carried and not begun else begun


class TopChecks:
    """Gathers spans and names from block to block."""

    def __init__(self):
        self.spans = []
        self.given = {}         # (kind, track or pid) -> name

    def add(self, block, events, spans, number):
        tracks = {pair: i for i, pair in enumerate(block.schema.tracks)}
        for event, start, duration, begin, begun in spans:
            name, category = event.name, event.category
            if begin:
                carried = begun < number
                name = pair_text(begin.name, name, carried)
                category = pair_text(begin.category, category, carried)
            self.spans.append((-duration, start, number, event.row, event.phase[0],
                               tracks[event.track], name, category))
        if len(self.spans) > 1 << 16:
            self.spans = sorted(self.spans, key=lambda span: span[:4])[:MAX_SPANS]
        self._add_names(block, events)

    def _add_names(self, block, events):
        schema = block.schema
        args = schema.member(0, b"args")
        column = None if args is None else schema.column(schema.member(args, b"name"), STRING)
        if column not in block.columns:
            return
        texts = dict(zip(block.rows_of(column), block.columns[column].texts))   # the last
        for event in events:
            if event.phase == b"M" and event.name in NAMES and event.row in texts:
                pid = event.track[0]
                key = pid if event.name == NAMES[0] else event.track
                self.given[event.name, key] = texts[event.row]

    def check(self, top, schema):
        wanted = sorted(self.spans, key=lambda span: span[:4])
        if len(top.spans) > len(wanted):
            raise corrupt("IDX-3", "at most %d spans" % len(wanted), "%d" % len(top.spans))
        for found, right in zip(top.spans, wanted):
            found = (-found[0], *found[1:6], self._name(schema, b"name", found[6]),
                     self._name(schema, b"cat", found[7]))
            if found != right:
                raise corrupt("IDX-3", "the span %s" % (right,), "%s" % (found,))
        for track, said in top.tracks.items():
            if track >= len(schema.tracks):
                raise corrupt("IDX-4", "a track below %d" % len(schema.tracks), "%d" % track)
            pair = schema.tracks[track]
            for (v, text), name, key in zip(said, NAMES, (pair[0], pair)):
                right = self.given.get((name, key))
                if v != 0 and text != right:
                    raise corrupt("IDX-4", "the %s %r of track %d" % (name.decode(), right, track),
                                  "%r" % text)

    @staticmethod
    def _name(schema, key, name):
        v, text = name
        if v < 2:
            return text
        column = schema.column(schema.member(0, key), STRING)
        if column is None or v - 1 >= len(schema.strings[column]):
            raise corrupt("IDX-3", "an id that is defined", "%d" % (v - 1))
        return schema.strings[column][v - 1]
