"""Column encodings (SPEC 8): the operators that arrays are made of, and the types' own.

An array is a list of Python integers, each kept as a signed 64-bit number; what the
specification calls unsigned (ids, lengths, indices) is out of range when negative,
since every such value is bounded far below 2^63.
"""
import sys
from array import array
from itertools import accumulate, chain, repeat

import vtc_mix
from vtc_numbers import TICKS, Ticks, number_texts
from vtc_schema import (COUNT, MEMBER, NODE, NUMBER, STRING, TAG, TYPE_NAMES)
from vtc_wire import MAX_OPERATOR_DEPTH, SIGN, corrupt, signed, unsupported

(CONSTANT, PLANES, DELTA, RUNS, PALETTE, MAP, GROUP, LINEAR, NEST, NESTED, UNSTACK, SCALE,
 MIX, FLOAT) = range(14)
OP_NAMES = ["CONSTANT", "PLANES", "DELTA", "RUNS", "PALETTE", "MAP", "GROUP", "LINEAR", "NEST",
            "NESTED", "UNSTACK", "SCALE", "MIX", "FLOAT"]
TYPECODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
NO_COLUMN = (1 << 32) - 1


class Place:
    """What the operators know of where they stand: the block, the column, the role."""

    def __init__(self, block, cur, column, role):
        self.block = block
        self.cur = cur
        self.column = column
        self.role = role            # "nodes", "codes", "mantissas", "ids", "lengths", …
        self.scale = None           # of a NUMBER
        self.codes = None
        self.rule = None
        self.nest_children = None   # within NEST's a and b: k for each value
        self.ops = []               # for --columns


def wrap(values):
    """Brings sums back to 64 bits; mostly nothing is to be done."""
    if values and (min(values) < -SIGN or max(values) >= SIGN):
        return [signed(v) for v in values]
    return values


def read_array(place, n, rows, depth=1):
    if depth > MAX_OPERATOR_DEPTH:
        raise corrupt("ENC-1", "operators at most %d deep" % MAX_OPERATOR_DEPTH, "more")
    place.block.allocate(n)
    op = place.cur.u8("an operator")
    if op >= len(READERS) or READERS[op] is None:
        raise unsupported("ENC-1", "a known operator", "%d" % op)
    place.ops.append(OP_NAMES[op])
    return READERS[op](place, n, rows, depth)


def reference(place, rule="BLK-3"):
    """A column that an operator names: one before its own in the directory."""
    column = place.cur.varint("a column")
    if column not in place.block.columns:
        raise corrupt(rule, "a column that comes before column %d" % place.column,
                      "%d" % column)
    return column


def need_rows(rows, rule, op):
    if rows is None:
        raise corrupt(rule, "an array with rows under %s" % OP_NAMES[op], "one without")


def row_list(place, n, rows):
    out = rows.get()
    if len(out) != n:
        raise corrupt("BLK-5", "%d values in column %d" % (len(out), place.column), "%d" % n)
    return out


# ------------------------------------------------------------------ operators

def read_constant(place, n, rows, depth):
    return [signed(place.cur.svarint("a value"))] * n


def read_planes(place, n, rows, depth):
    cur = place.cur
    width = cur.u8("w")
    base = cur.svarint("base")
    segment, offset = cur.varint("a segment"), cur.varint("an offset")
    if not 1 <= width <= 8:
        raise corrupt("ENC-2", "w from 1 to 8", "%d" % width)
    planes = place.block.segment_bytes(segment, offset, n * width, "ENC-2")
    place.ops[-1] += str(width)
    if width == 1:
        values = planes
    else:
        size = 2 if width == 2 else 4 if width <= 4 else 8
        mixed = bytearray(n * size)
        for i in range(width):
            mixed[i::size] = planes[i * n:(i + 1) * n]
        values = array(TYPECODES[size])
        if values.itemsize != size:
            return wrap([base + int.from_bytes(mixed[size * i:size * i + size], "little")
                         for i in range(n)])
        values.frombytes(mixed)
        if sys.byteorder == "big":
            values.byteswap()
    return wrap([base + v for v in values]) if base else wrap(list(values))


def read_delta(place, n, rows, depth):
    return wrap(list(accumulate(read_array(place, n, rows, depth + 1))))


def read_runs(place, n, rows, depth):
    m = place.cur.varint("m")
    if not 1 <= m <= n:
        raise corrupt("ENC-3", "from 1 to %d runs" % n, "%d" % m)
    values = read_array(place, m, None, depth + 1)
    lengths = read_array(place, m, None, depth + 1)
    if min(lengths) < 0 or sum(lengths) + m != n:
        raise corrupt("ENC-3", "runs that fill %d values" % n, "%d" % (sum(lengths) + m))
    return list(chain.from_iterable(map(repeat, values, [v + 1 for v in lengths])))


def read_palette(place, n, rows, depth):
    m = place.cur.varint("m")
    if not 1 <= m <= n:
        raise corrupt("ENC-4", "from 1 to %d values" % n, "%d" % m)
    values = read_array(place, m, None, depth + 1)
    indices = read_array(place, n, rows, depth + 1)
    if min(indices) < 0 or max(indices) >= m:
        raise corrupt("ENC-4", "indices below %d" % m, "others")
    return [values[i] for i in indices]


def read_map(place, n, rows, depth):
    column = reference(place)
    m = place.cur.varint("m")
    need_rows(rows, "ENC-5", MAP)
    if m > n:
        raise corrupt("ENC-5", "at most %d contexts" % n, "%d" % m)
    values = read_array(place, m, None, depth + 1)
    by_row = place.block.contexts(column)
    contexts = [by_row[row] for row in row_list(place, n, rows)]
    different = list(dict.fromkeys(contexts))
    if len(different) != m:
        raise corrupt("ENC-5", "%d different contexts" % len(different), "%d" % m)
    table = dict(zip(different, values))
    return [table[c] for c in contexts]


def lane_order(place, n, rows):
    """The places of an array's values sorted by lane, and within a lane as they were."""
    lanes = place.block.lanes()
    keys = [lanes[row] for row in row_list(place, n, rows)]
    return sorted(range(n), key=keys.__getitem__)


def check_lanes_allowed(place, rows, op):
    need_rows(rows, "ENC-6", op)
    if place.column in place.block.lane_columns():
        raise corrupt("ROWS-2", "no %s in column %d" % (OP_NAMES[op], place.column), "one")


def sorted_rows(rows, order):
    from vtc_block import Rows

    def make():
        plain = rows.get()
        return [plain[i] for i in order]
    return Rows(make)


def spread(order, values):
    out = [0] * len(order)
    for i, v in zip(order, values):
        out[i] = v
    return out


def read_group(place, n, rows, depth):
    check_lanes_allowed(place, rows, GROUP)
    order = lane_order(place, n, rows)
    return spread(order, read_array(place, n, sorted_rows(rows, order), depth + 1))


def read_linear(place, n, rows, depth):
    block = place.block
    column = reference(place)
    need_rows(rows, "ENC-7", LINEAR)
    if block.schema.columns[column][1] != NUMBER:
        raise corrupt("ENC-7", "a column of type NUMBER",
                      TYPE_NAMES[block.schema.columns[column][1]])
    d = read_array(place, n, rows, depth + 1)
    block.contexts(column)          # checks the number of its values
    first = {}
    for row, v in zip(block.rows_of(column), block.columns[column].values):
        first.setdefault(row, v)
    return wrap([v + first.get(row, 0) for v, row in zip(d, row_list(place, n, rows))])


def read_nest(place, n, rows, depth):
    """Times of spans (SPEC 8.5). Keeps the values of dur for NESTED."""
    block, cur, schema = place.block, place.cur, place.block.schema
    check_lanes_allowed(place, rows, NEST)
    ts_column = schema.column(schema.member(0, b"ts"), NUMBER)
    if place.column != ts_column or place.role != "mantissas" or depth != 1:
        raise corrupt("NEST-3", "NEST only as the mantissas of ts", "column %d" % place.column)
    if any(place.codes):
        raise corrupt("NEST-3", "only codes 0 beside NEST", "others")
    flags = cur.u8("flags")
    if flags > 3:
        raise unsupported("NEST-1", "the flags 0 to 3", "%d" % flags)
    is_reversed = flags & 1
    dur_column, dur_rows = None, ()
    if flags & 2:
        dur_column, dur_count = cur.varint("a column"), cur.varint("n'")
        if dur_column != schema.column(schema.member(0, b"dur"), NUMBER):
            raise corrupt("NEST-3", "the column of dur", "%d" % dur_column)
        dur_rows = block.rows_of(dur_column)
        if dur_count < 1 or dur_count != len(dur_rows):
            raise corrupt("NEST-1", "%d values of dur, at least 1" % len(dur_rows),
                          "%d" % dur_count)
    ts_rows = row_list(place, n, rows)
    dur_index = {row: i for i, row in enumerate(dur_rows)}
    ts_set = set(ts_rows)
    if len(ts_set) != n:
        raise corrupt("NEST-1", "at most one ts in a row", "two")
    if len(dur_index) != len(dur_rows) or not ts_set.issuperset(dur_index):
        raise corrupt("NEST-1", "at most one dur in a row, and a ts beside it", "other")
    order = lane_order(place, n, rows)
    lanes = block.lanes()
    if is_reversed:
        order = sorted(range(n - 1, -1, -1), key=lambda i: lanes[ts_rows[i]])
    dur_order = [i for i in order if ts_rows[i] in dur_index]
    order_rows = sorted_rows(rows, order)
    dur_order_rows = sorted_rows(rows, dur_order)

    taken = read_array(place, len(dur_rows), dur_order_rows, depth + 1)
    place.nest_children = spread_children(order, dur_order, taken)
    a = read_array(place, n, order_rows, depth + 1)
    place.nest_children = taken
    b = read_array(place, len(dur_rows), dur_order_rows, depth + 1)
    place.nest_children = None

    ts, durs = [0] * n, [0] * len(dur_rows)
    lane, stack, last, spans = None, [], 0, iter(zip(taken, b))
    for i, step in zip(order, a):
        row = ts_rows[i]
        if lanes[row] != lane:
            lane, stack, last = lanes[row], [], 0
        span = dur_index.get(row)
        if span is None:
            last = signed(last + step)
            ts[i] = signed(-last) if is_reversed else last
            continue
        k, other = next(spans)
        if k == 0:
            start = last + step
            end = start + other
        else:
            if not 0 < k <= len(stack):
                raise corrupt("NEST-2", "at most %d on the stack" % len(stack), "%d" % k)
            start = stack[-k] - step
            del stack[-k:]
            end = last + other
        start, last = signed(start), signed(end)
        stack.append(start)
        ts[i] = signed(-last) if is_reversed else start
        durs[span] = signed(last - start)
    if dur_column is not None:
        block.nest_durs[dur_column] = (place.column, durs, place.scale)
    return ts


def spread_children(order, dur_order, taken):
    """k for each value of a: 0 where there is no dur."""
    by_place = dict(zip(dur_order, taken))
    return [by_place.get(i, 0) for i in order]


def read_nested(place, n, rows, depth):
    column = reference(place, "NEST-3")
    ts_column, durs, scale = place.block.nest_durs.get(place.column, (None, None, None))
    if column != ts_column or place.role != "mantissas" or depth != 1:
        raise corrupt("NEST-3", "a column whose NEST names column %d" % place.column,
                      "column %d" % column)
    if scale != place.scale or (255 in place.codes if place.rule == TICKS else any(place.codes)):
        raise corrupt("NEST-3", "the S of ts and only codes 0", "other")
    if n != len(durs):
        raise corrupt("BLK-5", "%d values in column %d" % (len(durs), place.column), "%d" % n)
    return durs


def read_unstack(place, n, rows, depth):
    block, schema = place.block, place.block.schema
    check_lanes_allowed(place, rows, UNSTACK)
    path, type_ = schema.columns[place.column]
    if type_ != STRING or place.role != "ids" or schema.paths[path][:2] != (0, MEMBER):
        raise corrupt("ENC-6", "UNSTACK only in the ids of a STRING at a member of path 0",
                      "column %d" % place.column)
    order = lane_order(place, n, rows)
    x = read_array(place, n, sorted_rows(rows, order), depth + 1)
    phases = [None] + [s.phase for s in schema.shapes[0]]
    nodes, _ = block.nodes(0)
    row_of, lanes = row_list(place, n, rows), block.lanes()
    out = [0] * n
    lane, stack = None, []
    for i, v in zip(order, x):
        row = row_of[i]
        if lanes[row] != lane:
            lane, stack = lanes[row], []
        phase = phases[nodes[row]]
        if phase == b"B":
            stack.append(v)
        elif phase == b"E" and stack:
            t = stack.pop()
            if v == 0:
                v = t
            elif v & ((1 << 64) - 1) <= t & ((1 << 64) - 1):
                v -= 1
        out[i] = v
    return wrap(out)


def read_scale(place, n, rows, depth):
    f, c = place.cur.varint("f"), place.cur.svarint("c")
    return wrap([q * f + c for q in read_array(place, n, rows, depth + 1)])


def read_mix(place, n, rows, depth):
    block, cur = place.block, place.cur
    segment, offset, size = cur.varint("a segment"), cur.varint("an offset"), cur.varint("bytes")
    data = block.segment_bytes(segment, offset, size, "ENC-8")
    count = cur.u8("contexts")
    if count > 4:
        raise corrupt("ENC-8", "at most 4 contexts", "%d" % count)
    if n > vtc_mix.MAX_N:
        raise corrupt("ENC-8", "at most 2^24 values", "%d" % n)
    contexts = []
    for _ in range(count):
        lag, column = cur.u8("lag"), cur.varint("a column")
        if column == NO_COLUMN:
            if place.nest_children is None or len(place.nest_children) != n or depth != 2:
                raise corrupt("ENC-8", "k only in the arrays a and b of NEST", "elsewhere")
            contexts.append([min(k, 3) for k in place.nest_children])
            continue
        if column not in block.columns:
            raise corrupt("BLK-3", "a column that comes before column %d" % place.column,
                          "%d" % column)
        need_rows(rows, "ENC-8", MIX)
        by_row = block.contexts(column)
        own = [by_row[row] for row in row_list(place, n, rows)]
        if lag == 255:
            own = own[1:] + [0]
        elif lag:
            own = ([0] * min(lag, n) + own)[:n]
        contexts.append(own[:n])
    place.ops[-1] += "(%d)" % count
    return wrap(vtc_mix.decode(data, n, contexts))


READERS = [read_constant, read_planes, read_delta, read_runs, read_palette, read_map, read_group,
           read_linear, read_nest, read_nested, read_unstack, read_scale, read_mix, None]


# ---------------------------------------------------------------------- types

def read_column(block, cur, column, n):
    from vtc_block import Column, Rows
    out = Column(n)
    type_ = block.schema.columns[column][1]
    rows = Rows(lambda: block.rows_of(column))
    place = Place(block, cur, column, "ids")
    if type_ == NUMBER:
        read_number(place, out, n, rows)
    elif type_ in (NODE, COUNT, TAG):
        place.role = "nodes"
        out.values = read_array(place, n, rows)
        if type_ == TAG and not 1 <= min(out.values) <= max(out.values) <= 3:
            raise corrupt("ROW-1", "tags from 1 to 3", "others")
        if type_ == COUNT and min(out.values) < 1:
            raise corrupt("ROW-1", "at least 1 element in a list", "%d" % min(out.values))
    else:
        read_strings(place, out, n, rows)
    out.description = " ".join(place.ops)
    return out


def read_number(place, out, n, rows):
    cur = place.cur
    rule, scale = cur.u8("rule"), cur.u8("S")
    has_plain, rule = rule >> 7, rule & 127
    if rule > TICKS or scale > 18 or rule == 2 and scale == 0:
        raise corrupt("NUMB-1", "a rule up to 3 and S up to 18", "%d and %d" % (rule, scale))
    ticks = None
    place.role = "ticks"
    if rule == TICKS:
        ticks = Ticks(cur, scale)
        place.ops.append("TICKS(%d)" % len(ticks.factors))
        indices = read_array(place, n, rows)
        ticks.set_arrays(indices, read_array(place, n, rows))
        place.ops.append("|")
    place.role = "codes"
    codes = read_array(place, n, rows)
    for code in set(codes):
        if not (0 <= code <= 19 or code == 255):
            raise corrupt("NUMB-1", "a code of 0 to 19 or 255", "%d" % code)
    place.role, place.scale, place.codes, place.rule = "mantissas", scale, codes, rule
    place.ops.append("|")
    mantissas = read_array(place, n, rows)
    out.values, out.codes, out.scale, out.rule = mantissas, codes, scale, rule
    strings = place.block.schema.strings[place.column]
    out.texts = number_texts(codes, mantissas, rule, scale, ticks, strings, has_plain)
    if has_plain:
        plain = [i for i, (c, m) in enumerate(zip(codes, mantissas)) if c == 255 and m == 0]
        if read_plain(place, out.texts, plain, n, rows) == 0:
            raise corrupt("STR-1", "at least 1 plain string", "0")


def read_strings(place, out, n, rows):
    strings = place.block.schema.strings[place.column]
    ids = out.values = read_array(place, n, rows)
    if min(ids) < 0 or max(ids) >= len(strings):
        raise corrupt("STR-1", "an id up to %d" % (len(strings) - 1), "other")
    out.texts = [strings[i] for i in ids]
    read_plain(place, out.texts, [i for i, v in enumerate(ids) if v == 0], n, rows)


def read_plain(place, texts, plain, n, rows):
    """The plain strings, to the places of `plain` in `texts`; how many there are."""
    from vtc_block import Rows
    cur = place.cur
    p = cur.varint("p")
    if p != len(plain):
        raise corrupt("STR-1", "%d plain strings" % len(plain), "%d" % p)
    if p == 0:
        return 0
    def rows_of_plain():
        all_rows = row_list(place, n, rows)
        return [all_rows[i] for i in plain]
    plain_rows = Rows(rows_of_plain)
    form = cur.u8("form")
    place.ops.append("form%d" % form)
    if form == 0:
        place.role = "lengths"
        lengths = read_array(place, p, None)
        segment, offset = cur.varint("a segment"), cur.varint("an offset")
        if min(lengths) < 0:
            raise corrupt("STR-1", "lengths within a segment", "%d" % min(lengths))
        data = place.block.segment_bytes(segment, offset, sum(lengths), "STR-1")
        pos = 0
        for i, length in zip(plain, lengths):
            texts[i] = data[pos:pos + length]
            pos += length
    elif form == 1:
        prefix, width = cur.string("a prefix"), cur.u8("width")
        if width > 16:
            raise corrupt("STR-1", "a width up to 16", "%d" % width)
        place.role = "numbers"
        values = read_array(place, p, plain_rows)
        digits = b"%%0%dx" % width if width else b"%x"
        for i, v in zip(plain, values):
            texts[i] = prefix + digits % (v & ((1 << 64) - 1))
    elif form == 2:
        place.role = "numbers"
        for i, v in zip(plain, read_array(place, p, plain_rows)):
            texts[i] = b"%d" % (v & ((1 << 64) - 1))
    else:
        raise unsupported("STR-1", "a form from 0 to 2", "%d" % form)
    return p
