"""A BLOCK frame (SPEC 7.5): its zone map, its segments, its directory, and rows (8.2).

The arrays themselves are decoded in vtc_arrays.py, the text is put together in
vtc_text.py. Everything here is in the order in which the specification has it.
"""
from itertools import repeat

import vtc_arrays
from vtc_schema import (COUNT, ELEMENTS, LIST, NODE, NUMBER, RAW, SEPARATOR, STRING, TAG,
                        TYPE_NAMES)
from vtc_wire import (LIMIT, MAX_BLOCK_VALUES, MAX_ROWS, MAX_UNPACKED_BYTES, MAX_VALUES, Cursor,
                      VtcError, corrupt, unsupported)
from vtc_zstd import unpack

GOLDEN = 0x9E3779B97F4A7C15
GOLDEN2 = 0xC2B2AE3D27D4EB4F
M64 = (1 << 64) - 1


def unpack_bytes(stored, n, method, what):
    """packed(n, s, method)."""
    if method > 1:
        raise unsupported("PCK-1", "the method 0 or 1 of %s" % what, "%d" % method)
    if n > MAX_UNPACKED_BYTES:
        raise corrupt("PCK-2", "at most 1 GiB in %s" % what, "%d" % n)
    if method == 0:
        if len(stored) != n:
            raise corrupt("PCK-2", "%d bytes in %s" % (n, what), "%d" % len(stored))
        return stored
    out, found = unpack(stored, n)
    if out is None:
        raise corrupt("PCK-2", "%d bytes in %s" % (n, what), found)
    return out


class ZoneMap:
    """SPEC 7.6. `raw` is the whole of it, for comparison with the INDEX."""

    def __init__(self, cur):
        start = cur.pos
        size = cur.varint("the size of the zone map")
        cur.need(size, "the zone map")
        z = Cursor(cur.data, cur.pos, cur.pos + size, "the zone map")
        self.rows = z.varint("rows")
        self.events = z.varint("events")
        self.document_offset = z.varint("document_offset")
        self.document_bytes = z.varint("document_bytes")
        self.has_times = bool(z.u8("flags") & 1)
        self.first = z.svarint("first")
        self.range = z.varint("range")
        self.longest = z.varint("longest")
        self.spans = z.varint("spans")
        self.phases = []
        for _ in range(z.count("phases", 2)):
            phase = z.u8("a phase")
            if self.phases and phase <= self.phases[-1][0]:
                raise corrupt("ZON-4", "a phase above %d" % self.phases[-1][0], "%d" % phase)
            self.phases.append((phase, z.varint("how many events of a phase")))
        self.tracks = []
        track = -1
        for _ in range(z.count("tracks")):
            track += z.varint("a track") + 1
            self.tracks.append(track)
        self.bloom = z.bytes(32, "the Bloom filter")
        cur.pos += size
        self.raw = bytes(cur.data[start:cur.pos])
        if not 1 <= self.rows <= MAX_ROWS:
            raise corrupt("ZON-1", "from 1 to %d rows" % MAX_ROWS, "%d" % self.rows)
        if self.events > self.rows:
            raise corrupt("ZON-1", "at most %d events" % self.rows, "%d" % self.events)

    def may_hold_name(self, name_id):
        for factor in (GOLDEN, GOLDEN2):
            bit = (name_id * factor & M64) >> 56
            if not self.bloom[bit >> 3] >> (bit & 7) & 1:
                return False
        return True


class Column:
    """A decoded column. `values` is what contexts are made of: mantissas, ids, counts."""

    def __init__(self, n):
        self.n = n
        self.values = None
        self.texts = None       # NUMBER, STRING, RAW, SEPARATOR: the text of every value
        self.codes = None       # NUMBER
        self.scale = None       # NUMBER: S
        self.rule = None        # NUMBER
        self.nest_dur = None    # the column `dur` that a NEST here names
        self.description = ""


class Rows:
    """To which row each value of an array belongs; made when it is first asked for."""

    def __init__(self, make):
        self._make = make
        self._rows = None

    def get(self):
        if self._rows is None:
            self._rows = self._make()
        return self._rows


class Block:
    def __init__(self, schema, head, payload):
        self.schema = schema
        cur = Cursor(head)
        self.zone = ZoneMap(cur)
        self.rows = self.zone.rows
        self._read_segments(cur, payload)
        self.columns = {}           # by id, in the order of the directory
        self.values_left = MAX_BLOCK_VALUES
        self._rows_cache = {}
        self._contexts = {}
        self._lanes = None
        self.nest_durs = {}         # column dur -> (column ts, its values)
        self._read_directory()

    def _read_segments(self, cur, payload):
        k = cur.count("the number of segments", 3)
        if k < 1:
            raise corrupt("BLK-1", "at least 1 segment", "0")
        self.segments = []
        pos = 0
        for _ in range(k):
            method, n, s = cur.u8("a method"), cur.varint("n"), cur.varint("s")
            if n > MAX_UNPACKED_BYTES:
                raise corrupt("BLK-1", "at most 1 GiB in a segment", "%d" % n)
            if s > len(payload) - pos:
                raise corrupt("BLK-1", "segments of %d bytes" % len(payload), "more")
            self.segments.append((method, n, payload[pos:pos + s]))
            pos += s
        if pos != len(payload):
            raise corrupt("BLK-1", "segments of %d bytes" % len(payload), "%d" % pos)
        cur.finish()
        for i, (method, n, stored) in enumerate(self.segments):
            self.segments[i] = unpack_bytes(stored, n, method, "segment %d" % i)

    def segment_bytes(self, segment, offset, n, rule):
        """n bytes at an offset of a segment that is not the directory."""
        if segment == 0 or segment >= len(self.segments):
            raise corrupt(rule, "a segment from 1 to %d" % (len(self.segments) - 1),
                          "%d" % segment)
        data = self.segments[segment]
        if offset > len(data) or n > len(data) - offset:
            raise corrupt(rule, "%d bytes at %d of segment %d" % (n, offset, segment),
                          "a segment of %d" % len(data))
        return data[offset:offset + n]

    def allocate(self, n):
        self.values_left -= n
        if self.values_left < 0:
            raise VtcError(LIMIT, "CON-2", "at most %d values in a block" % MAX_BLOCK_VALUES,
                           "more")

    # ------------------------------------------------------------ the directory

    def _read_directory(self):
        cur = Cursor(self.segments[0], what="the directory")
        schema = self.schema
        for i in range(cur.count("the number of columns", 3)):
            column = cur.varint("a column")
            n = cur.varint("the number of values")
            if column >= len(schema.columns):
                raise corrupt("BLK-2", "a column below %d" % len(schema.columns), "%d" % column)
            if column in self.columns:
                raise corrupt("BLK-2", "a new column", "column %d once more" % column)
            if not 1 <= n <= MAX_VALUES:
                raise corrupt("BLK-2", "from 1 to %d values" % MAX_VALUES, "%d" % n)
            if (i == 0) != (column == 0):
                raise corrupt("BLK-3", "column 0 first", "column %d" % column)
            if column in (0, 1) and n != self.rows:
                raise corrupt("BLK-4", "%d values in column %d" % (self.rows, column), "%d" % n)
            self._check_way(column)
            self.columns[column] = vtc_arrays.read_column(self, cur, column, n)
        for column in (0, 1):
            if column not in self.columns:
                raise corrupt("BLK-4", "column %d" % column, "none")
        self.carried = []
        row = 0
        for _ in range(cur.count("the number of carried spans", 4)):
            row += cur.varint("a row")
            if row >= self.rows:
                raise corrupt("BLK-6", "a row below %d" % self.rows, "%d" % row)
            start = cur.svarint("a start")
            self.carried.append((row, start, cur.string("a name"), cur.string("a category")))
        cur.finish()

    # -------------------------------------------------------------------- rows

    def rows_of(self, column):
        """The row of each value of a column: by the shapes and counts on its way."""
        rows = self._rows_cache.get(column)
        if rows is None:
            rows = self._rows_cache[column] = self._make_rows(column)
        return rows

    def _check_way(self, column):
        """ROWS-1: what a column hangs on comes before it."""
        path, type_ = self.schema.columns[column]
        if path == 0 and type_ in (NODE, SEPARATOR):
            return
        parent, kind, _ = self.schema.paths[path]
        if type_ in (RAW, COUNT):
            way = path, NODE
        elif type_ == TAG:
            way = parent, COUNT
        elif kind == ELEMENTS:
            way = path, TAG
        else:
            way = parent, NODE
        if self.schema.column(*way) not in self.columns:
            raise corrupt("ROWS-1", "%s of path %s before column %d" %
                          (TYPE_NAMES[way[1]], way[0], column), "not yet")

    def _way(self, path, type_):
        """A column on the way: its values and their rows. Absent, it has no values (ROWS-1)."""
        column = self.schema.column(path, type_)
        if column not in self.columns:
            return (), ()
        rows = self.rows_of(column)
        values = self.columns[column].values
        if len(rows) != len(values):
            raise corrupt("BLK-5", "%d values in column %d" % (len(rows), column),
                          "%d" % len(values))
        return values, rows

    def nodes(self, path):
        """The shape numbers of the nodes at a path, checked, and their rows."""
        values, rows = self._way(path, NODE)
        shapes = len(self.schema.shapes[path])
        if len(values) and not 0 <= min(values) <= max(values) <= shapes:
            raise corrupt("ROW-1", "a shape of path %d up to %d" % (path, shapes),
                          "%d" % next(v for v in values if not 0 <= v <= shapes))
        return values, rows

    def _make_rows(self, column):
        path, type_ = self.schema.columns[column]
        if path == 0:
            if type_ in (NODE, SEPARATOR):
                return range(self.rows)
            if type_ != RAW:
                return ()
        if type_ == RAW:
            return [row for v, row in zip(*self.nodes(path)) if v == 0]
        if type_ == COUNT:
            is_list = [False] + [s.kind == LIST for s in self.schema.shapes[path]]
            return [row for v, row in zip(*self.nodes(path)) if is_list[v]]
        parent, kind, _ = self.schema.paths[path]
        if type_ == TAG:
            if kind != ELEMENTS:
                return ()
            counts, rows = self._way(parent, COUNT)
            return self._repeat_rows(rows, counts)
        if kind == ELEMENTS:
            tags, rows = self._way(path, TAG)
            return [row for tag, row in zip(tags, rows) if tag == type_]
        slots = [0] + [s.slots_of(column) for s in self.schema.shapes[parent]]
        nodes, rows = self.nodes(parent)
        if max(slots) <= 1:
            return [row for v, row in zip(nodes, rows) if slots[v]]
        return [row for v, row in zip(nodes, rows) for _ in range(slots[v])]

    def _repeat_rows(self, rows, counts):
        if len(counts) and min(counts) < 1:
            raise corrupt("ROW-1", "at least 1 element in a list", "%d" % min(counts))
        if sum(counts) > MAX_VALUES:
            raise corrupt("BLK-2", "at most %d elements" % MAX_VALUES, "more")
        out = []
        for row, count in zip(rows, counts):
            out.extend(repeat(row, count))
        return out

    # ------------------------------------------------------- contexts and lanes

    def contexts(self, column):
        """The context of a column at every row of the block."""
        out = self._contexts.get(column)
        if out is not None:
            return out
        type_ = self.schema.columns[column][1]
        rows = self.rows_of(column)
        values = self.columns[column].values
        if len(rows) != len(values):
            raise corrupt("BLK-5", "%d values in column %d" % (len(rows), column),
                          "%d" % len(values))
        if type_ == NUMBER:
            values = [(((2 * v + 1) * GOLDEN & M64) >> 33) + 1 for v in values]
        else:
            values = [v + 1 & 0xFFFFFFFF for v in values]
        if len(values) == self.rows == len(set(rows)):
            out = values
        else:
            out = [0] * self.rows
            for row, v in zip(reversed(rows), reversed(values)):
                out[row] = v
        self._contexts[column] = out
        return out

    def _lane_part(self, key):
        path = self.schema.member(0, key)
        parts = []
        for type_ in (NUMBER, STRING):
            column = self.schema.column(path, type_)
            if column in self.columns:
                parts.append(self.contexts(column))
            elif column is not None and len(self.rows_of(column)):
                raise corrupt("ROWS-2", "column %d (%s) before what needs lanes" %
                              (column, key.decode()), "not yet")
        if not parts:
            return [0] * self.rows
        return parts[0] if len(parts) == 1 else [a or b for a, b in zip(*parts)]

    def lanes(self):
        """The number of the lane of every row."""
        if self._lanes is None:
            numbers = {}
            self._lanes = [numbers.setdefault(lane, len(numbers))
                           for lane in zip(self._lane_part(b"pid"), self._lane_part(b"tid"))]
        return self._lanes

    def lane_columns(self):
        """Columns whose encodings must not use lanes (ROWS-2)."""
        out = {0}
        for key in (b"pid", b"tid"):
            for type_ in (NUMBER, STRING):
                out.add(self.schema.column(self.schema.member(0, key), type_))
        return out
