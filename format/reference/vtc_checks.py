"""What a zone map says, compared with the rows (for --check). SPEC 7.6, 7.10 and 7.11.

Not checked: `longest` and `spans`, which need the pairing of begins and ends over
the whole file, and the tracks, which need the pid's and tid's JSON text.
"""
from collections import Counter
from fractions import Fraction
from math import floor

from vtc_numbers import TICKS
from vtc_schema import NUMBER, STRING
from vtc_wire import corrupt


def check_zone(block, document_offset, document_bytes):
    zone, schema = block.zone, block.schema
    if (zone.document_offset, zone.document_bytes) != (document_offset, document_bytes):
        raise corrupt("ZON-4", "document_offset %d and document_bytes %d" %
                      (document_offset, document_bytes),
                      "%d and %d" % (zone.document_offset, zone.document_bytes))
    shapes = schema.shapes[0]
    nodes = block.columns[0].values
    # A raw row is an event whose phase is within its text; those are left out here.
    events = [v == 0 or shapes[v - 1].is_event for v in nodes]
    if sum(events) != zone.events:
        raise corrupt("ZON-4", "%d events" % sum(events), "%d" % zone.events)
    if 0 not in nodes:
        phases = Counter()
        for v in nodes:
            if shapes[v - 1].is_event:
                phases[(shapes[v - 1].phase or b"\0")[0]] += 1
        if sorted(phases.items()) != zone.phases:
            raise corrupt("ZON-4", "the phases %s" % sorted(phases.items()), "%s" % zone.phases)
    check_bloom(block, events)
    check_times(block, events)
    for track in zone.tracks:
        if track >= len(schema.tracks):
            raise corrupt("ZON-4", "a track below %d" % len(schema.tracks), "%d" % track)
    check_phase_in_literals(block)


def last_by_row(block, key, type_):
    """{row: the place of the last value of a member of path 0}."""
    column = block.schema.column(block.schema.member(0, key), type_)
    if column not in block.columns:
        return {}, None
    rows = block.rows_of(column)
    return {row: i for i, row in enumerate(rows)}, block.columns[column]


def check_bloom(block, events):
    places, names = last_by_row(block, b"name", STRING)
    for name in {names.values[i] for row, i in places.items() if events[row]}:
        if name == 0 and set(block.zone.bloom) != {255}:
            raise corrupt("ZON-3", "all bits of the filter for a name without an id", "not so")
        if name and not block.zone.may_hold_name(name):
            raise corrupt("ZON-3", "the bits of name %d" % name, "clear")


def check_times(block, events):
    """Times that are numbers with code 0 to 19; the bounds must hold them (ZON-2).

    Metadata (phase M) has none that counts.
    """
    shapes, nodes = block.schema.shapes[0], block.columns[0].values
    metadata = [False] + [s.phase is not None and s.phase[:1] == b"M" for s in shapes]
    places, ts = last_by_row(block, b"ts", NUMBER)
    dur_places, dur = last_by_row(block, b"dur", NUMBER)
    low, high = None, None
    for row, i in places.items():
        if not events[row] or metadata[nodes[row]] or ts.codes[i] == 255:
            continue
        time = nanoseconds(ts, i)
        end = time
        if row in dur_places and dur.codes[dur_places[row]] != 255:
            end += max(0, nanoseconds(dur, dur_places[row]))
        low = time if low is None else min(low, time)
        high = end if high is None else max(high, end)
    if low is None:
        return
    zone = block.zone
    limit = 1 << 62
    if not -limit < low <= high < limit:
        return                          # clamped
    if not zone.has_times or low < zone.first or high > zone.first + zone.range + 1:
        raise corrupt("ZON-2", "bounds around %d to %d" % (low, high),
                      "%d and %d more" % (zone.first, zone.range))


def nanoseconds(column, i):
    if column.rule == TICKS:
        return floor(Fraction(column.texts[i].decode()) * 1000)
    code = column.codes[i]
    scale = column.scale if code == 0 else code - 1
    mantissa = column.values[i]
    return mantissa * 10 ** (3 - scale) if scale <= 3 else mantissa // 10 ** (scale - 3)


def check_phase_in_literals(block):
    places, column = last_by_row(block, b"ph", STRING)
    if column is None:
        return
    for text in set(column.texts):
        if len(text) <= 8 and b"\\" not in text:
            raise corrupt("EVT-1", "the phase %r in a literal" % text, "in a column")
