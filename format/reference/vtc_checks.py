"""What a zone map says, compared with the rows (for --check). SPEC 7.6, 7.10 and 7.11."""
from collections import Counter

from vtc_events import Pairing, block_events, clamp
from vtc_schema import STRING
from vtc_top import TopChecks
from vtc_totals import TotalsChecks
from vtc_wire import corrupt


class ZoneChecks:
    """Goes from block to block, as spans do."""

    def __init__(self):
        self.pairing = Pairing()
        self.top = TopChecks()
        self.totals = TotalsChecks()
        self.blocks = 0

    def check(self, block, document_offset, document_bytes):
        zone, schema = block.zone, block.schema
        if (zone.document_offset, zone.document_bytes) != (document_offset, document_bytes):
            raise corrupt("ZON-4", "document_offset %d and document_bytes %d" %
                          (document_offset, document_bytes),
                          "%d and %d" % (zone.document_offset, zone.document_bytes))
        events = block_events(block)
        if len(events) != zone.events:
            raise corrupt("ZON-4", "%d events" % len(events), "%d" % zone.events)
        phases = Counter((event.phase or b"\0")[0] for event in events)
        if sorted(phases.items()) != zone.phases:
            raise corrupt("ZON-4", "the phases %s" % sorted(phases.items()), "%s" % zone.phases)
        tracks = {pair: i for i, pair in enumerate(schema.tracks)}
        for event in events:
            if event.track not in tracks:
                raise corrupt("ZON-4", "a track that is defined in row %d" % event.row,
                              "%r" % (event.track,))
        found = sorted({tracks[event.track] for event in events})
        if found != zone.tracks:
            raise corrupt("ZON-4", "the tracks %s" % found[:50], "%s" % zone.tracks[:50])
        check_bloom(block, events)
        check_times(zone, events)
        spans = self.pairing.spans(events, self.blocks)
        check_spans(block, spans, self.blocks)
        self.top.add(block, events, spans, self.blocks)
        self.totals.add(events, spans, self.blocks)
        check_phase_in_literals(block)
        self.blocks += 1


def check_bloom(block, events):
    raw = {row for row, v in enumerate(block.columns[0].values) if v == 0}
    known = {}
    column = block.schema.column(block.schema.member(0, b"name"), STRING)
    if column is not None:
        known = {text: i for i, text in enumerate(block.schema.strings[column]) if i}
    full = set(block.zone.bloom) == {255}
    for name in {event.name for event in events if event.row not in raw}:
        if name is None:
            continue
        if name not in known:
            if not full:
                raise corrupt("ZON-3", "all bits of the filter for a name without an id", "not so")
        elif not block.zone.may_hold_name(known[name]):
            raise corrupt("ZON-3", "the bits of name %d" % known[name], "clear")
    if raw and not full:
        raise corrupt("ZON-3", "all bits of the filter for a raw row", "not so")


def check_times(zone, events):
    """The bounds (ZON-2). The time 0 that metadata (phase M) often has does not count."""
    starts, ends = [], []
    for event in events:
        if event.time is None or event.phase == b"M" and event.time == 0:
            continue
        starts.append(event.time)
        ends.append(event.time)
        if event.phase == b"X" and event.duration is not None:
            ends.append(clamp(event.time + event.duration))
    if not starts:
        if zone.has_times or zone.first or zone.range:
            raise corrupt("ZON-4", "no times", "some")
        return
    low, high = min(starts), max(ends)
    if not zone.has_times or low < zone.first or high > zone.first + zone.range:
        raise corrupt("ZON-2", "bounds around %d to %d" % (low, high),
                      "%d and %d more" % (zone.first, zone.range))
    if (zone.first, zone.range) != (low, high - low):
        raise corrupt("ZON-4", "times from %d and %d more" % (low, high - low),
                      "%d and %d" % (zone.first, zone.range))


def check_spans(block, spans, number):
    zone = block.zone
    if len(spans) != zone.spans:
        raise corrupt("ZON-4", "%d spans" % len(spans), "%d" % zone.spans)
    longest = max([0] + [duration for _, _, duration, _, _ in spans])
    if longest != zone.longest:
        raise corrupt("ZON-4", "a longest span of %d ns" % longest, "%d" % zone.longest)
    carried = [(event.row, start, begin.name or b"", begin.category or b"")
               for event, start, _, begin, begun in spans if begin and begun < number]
    if carried != block.carried:
        wrong = next((pair for pair in zip(carried, block.carried) if pair[0] != pair[1]),
                     (len(carried), len(block.carried)))
        raise corrupt("BLK-6", "the carried spans as they are: %r" % (wrong[0],),
                      "%r" % (wrong[1],))


def check_phase_in_literals(block):
    column = block.schema.column(block.schema.member(0, b"ph"), STRING)
    if column not in block.columns:
        return
    for text in set(block.columns[column].texts):
        if len(text) <= 8 and b"\\" not in text:
            raise corrupt("EVT-1", "the phase %r in a literal" % text, "in a column")
