"""Events and spans (SPEC 7.10 and 7.11), for --check: what a zone map says of them.

Only what the zone map and the carried spans need: of each event its phase, track, time,
duration, name and category; and which begin each end ends.
"""
import re

from vtc_numbers import TICKS
from vtc_schema import MEMBER, NUMBER, STRING

FIELDS = (b"name", b"cat", b"ts", b"dur", b"pid", b"tid")
TOKEN = re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
MOST = (1 << 63) - 1                # ns; SPEC: ZON-2: what is beyond counts as this, or as -MOST
DEPTH = 1024
RAW_ROWS = 2                        # the column of the rows of NODE 0


def clamp(ns):
    return max(-MOST, min(MOST, ns))


def nanoseconds(text):
    """A decimal number of microseconds, rounded towards minus infinity; None for another text."""
    match = TOKEN.match(text)
    if not match:
        return None
    mantissa, _, exponent = text.lower().partition(b"e")
    whole, _, part = mantissa.partition(b".")
    shift = int(exponent or 0) + 3 - len(part)
    digits = int(whole + part)
    if shift > 400:
        return MOST if digits > 0 else -MOST if digits < 0 else 0
    if shift < -5000:
        return -1 if digits < 0 else 0
    return clamp(digits * 10 ** shift if shift >= 0 else digits // 10 ** -shift)


def column_times(schema, column, data):
    """The times of the values of a column."""
    if schema.columns[column][1] == STRING:
        return [nanoseconds(t) for t in data.texts]
    if data.rule == TICKS:
        return [nanoseconds(t) for t in data.texts]
    out = []
    for m, code, text in zip(data.values, data.codes, data.texts):
        if code == 255:
            out.append(nanoseconds(text))
            continue
        shift = 3 - (code - 1 if code else data.scale)
        out.append(clamp(m * 10 ** shift if shift >= 0 else m // 10 ** -shift))
    return out


class Event:
    __slots__ = ("row", "phase", "track", "time", "duration", "name", "category")


def shape_fields(schema, shape):
    """{field: (slot's column, which of the shape's slots of it, in quotes?)}: the last of a key."""
    out, seen = {}, {}
    for column, literal in zip(shape.columns, shape.literals):
        number = seen[column] = seen.get(column, -1) + 1
        path = schema.columns[column][0]
        parent, kind, key = schema.paths[path]
        if parent == 0 and kind == MEMBER and key in FIELDS:
            out[key] = column, number, literal.endswith(b'"')
    return out


BARE = re.compile(rb'[^\x00-\x20",:\[\]{}]+')
BETWEEN = re.compile(rb"[ \t\r\n,]*")
COLON = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*")
QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)


def raw_value(text, pos):
    """The value at a place of raw text, as (kind, text, the place behind it)."""
    if text[pos:pos + 1] == b'"':
        match = QUOTED.match(text, pos)
        return match and ("string", match[1], match.end())
    if text[pos:pos + 1] in (b"{", b"["):
        depth, at = 0, pos
        while at < len(text):
            match = QUOTED.match(text, at)
            if match:
                at = match.end()
                continue
            if text[at] == 0x22:
                return None
            depth += (text[at] in b"{[") - (text[at] in b"}]")
            at += 1
            if depth == 0:
                return "node", text[pos:at], at
        return None
    match = BARE.match(text, pos)
    return match and ("bare", match[0], match.end())


def raw_event(row, text):
    """The event that a row of NODE 0 is (7.10): its members, as far as the text reads so."""
    event, found = Event(), {}
    event.row, event.phase = row, None
    pos = 1
    while True:
        key = QUOTED.match(text, BETWEEN.match(text, pos).end())
        colon = key and COLON.match(text, key.end())
        value = colon and raw_value(text, colon.end())
        if not value:
            break
        kind, inside, pos = value
        if key[1] == b"ph" and kind == "string" and len(inside) <= 8 and b"\\" not in inside:
            event.phase = inside[:1] or None
        found[key[1]] = kind, inside

    def json(field):
        kind, inside = found.get(field, ("node", b""))
        return {"string": b'"%b"' % inside, "bare": inside, "node": b""}[kind]

    def time(field):
        kind, inside = found.get(field, ("node", b""))
        return None if kind == "node" else nanoseconds(inside)

    def string(field):
        kind, inside = found.get(field, ("node", b""))
        return inside if kind == "string" else None
    event.track = json(b"pid"), json(b"tid")
    event.time, event.duration = time(b"ts"), time(b"dur")
    event.name, event.category = string(b"name"), string(b"cat")
    return event


def block_events(block):
    """The events of a block, in order."""
    schema = block.schema
    shapes = schema.shapes[0]
    plans = {}
    at = {}                         # by column: how many of its values were passed
    times = {}
    out = []

    def value(found, field):
        """The place of an event's value in its column."""
        if field not in found:
            return None, None
        column, number, _ = found[field]
        if schema.columns[column][1] not in (NUMBER, STRING):
            return None, None
        return column, at.get(column, 0) + number

    def time(found, field):
        column, place = value(found, field)
        if column is None:
            return None
        if column not in times:
            times[column] = column_times(schema, column, block.columns[column])
        return times[column][place]

    def text(found, field, only_strings):
        """The JSON text; with only_strings, what is between the quotes, and None for others."""
        column, place = value(found, field)
        if column is None:
            return None
        is_string = found[field][2]
        if only_strings:
            return block.columns[column].texts[place] if is_string else None
        raw = block.columns[column].texts[place]
        return b'"%b"' % raw if is_string else raw

    raw_texts = iter(block.columns[RAW_ROWS].texts if RAW_ROWS in block.columns else ())
    for row, v in enumerate(block.columns[0].values):
        if v == 0:
            out.append(raw_event(row, next(raw_texts)))
            continue
        event = Event()
        event.row = row
        shape = shapes[v - 1]
        if v not in plans:
            counts = {}
            for column in shape.columns:
                counts[column] = counts.get(column, 0) + 1
            plans[v] = shape_fields(schema, shape), list(counts.items())
        found, counts = plans[v]
        if shape.is_event:
            event.phase = shape.phase
            event.track = (text(found, b"pid", False) or b"", text(found, b"tid", False) or b"")
            event.time, event.duration = time(found, b"ts"), time(found, b"dur")
            event.name = text(found, b"name", True)
            event.category = text(found, b"cat", True)
            out.append(event)
        for column, count in counts:
            at[column] = at.get(column, 0) + count
    return out


class Pairing:
    """The begins that are open, by track; goes on from block to block."""

    def __init__(self):
        self.open = {}

    def spans(self, events, block_number):
        """(event, start, duration, begin or None, block of the begin) of each span that ends."""
        out = []
        for event in events:
            if event.phase == b"X":
                if event.time is not None and event.duration is not None:
                    out.append((event, event.time, event.duration, None, block_number))
            elif event.phase == b"B":
                if event.time is not None:
                    self.open.setdefault(event.track, []).append((event, block_number))
            elif event.phase == b"E" and event.time is not None:
                stack = self.open.get(event.track, [])
                for depth in range(len(stack) - 1, max(-1, len(stack) - 1 - DEPTH), -1):
                    begin, number = stack[depth]
                    if event.name is None or begin.name == event.name:
                        del stack[depth]
                        out.append((event, begin.time, clamp(event.time - begin.time), begin,
                                    number))
                        break
        return out


