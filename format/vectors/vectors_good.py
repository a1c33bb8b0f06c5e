"""Files that are right."""
from trace_builder import (COUNT, NODE, NUMBER, RAW, STRING, TAG, Rows, Schema, add_block, vb)
from vectors_common import (DUR, NAME, ONE, PID, TID, TOP_SPANS, TS, TWO, B, E, I, X, events_file, good, lines,
                            plain_schema, start, top_file, totals_file)


def containers():
    good("empty-array", "The minimal file: the document `[]`.",
         vb.File().add_text(b"[]").close())
    good("text-only", "Text without events; the second frame is one zstd frame.",
         vb.File().add_text(b'{"traceEvents":[],\n')
         .add_text(b' "x":[{}]}\n', method=1, stored=vb.zstd_raw(b' "x":[{}]}\n')).close())
    file = vb.File().add_text(b"[")
    file.add(200, vb.frame(200, vb.string(b"head", "of a later version"),
                           vb.raw(b"payload"), flags=1))
    good("skippable-frame", "FRM-4: a frame of an unknown type with flag bit 0 is skipped.",
         file.add_text(b"]").close())
    good("minor-version", "HDR-4: a higher minor version is accepted.",
         vb.File(minor=7).add_text(b"[]").close())
    good("compatible-feature", "HDR-4: unknown compatible features are ignored.",
         vb.File(compatible=0x80000001).add_text(b"[]").close())
    good("reserved-bits", "FRM-4: the flag bits 1 to 7 and the reserved field are ignored.",
         vb.File().add_text(b"[]", flags=0xFE, reserved=0xBEEF).close())
    good("issues", "A DOCUMENT frame that lists issues; the text ends before it is closed.",
         vb.File().add_text(b'[] x {"ph":')
         .close(flags=1, issues=3, listed=[(3, 1, 1), (5, 6, 5)]))
    good("issue-causes", "Malformed objects, named by cause, and a cause of a later version.",
         vb.File().add_text(b'[{"a":x},{"a":1,},{"a" 1},{}]')
         .close(issues=4, listed=[(1, 5, 7), (9, 7, 8), (18, 5, 2), (26, 2, 200)]))


def blocks():
    good("one-event", "One event: a TEXT, its definitions, one BLOCK.", events_file(ONE))
    schema = plain_schema([b"f", b"g"], [(b"1", b"2"), (b"1", b"3")])
    good("several-shapes", "Spans, instants, begins and ends, on two tracks.", events_file(
        [X(b"f", b"10", b"3"), I(b"g", b"11.5"), B(b"f", b"12", b"3"), I(b"f", b"12.25"),
         E(b"f", b"20", b"3"), X(b"g", b"13", b"0.5")], schema, spans=3, longest=8000))

    schema = plain_schema([b"f"])
    file = start(schema)
    add_block(file, schema, [(node, b",\n") for node in TWO])
    file.add_text(b" \n")
    schema.strings[NAME].append(b"later")
    schema.tracks.append((b"1", b"9"))
    file.define(schema.payload(paths=[], columns=[], shapes=[],
                               strings=[vb.strings_of(NAME, [b"later"])], tracks=[(b"1", b"9")]))
    add_block(file, schema, lines([X(b"later", b"20", b"1", b"9"), X(b"f", b"21", b"1")]))
    good("two-blocks", "Two blocks, text between them, and definitions that go on.",
         file.add_text(b"]\n").close())

    schema = plain_schema([b"f"])
    file = start(schema)
    add_block(file, schema, [(B(b"f", b"10"), b",\n")])
    add_block(file, schema, lines([E(b"f", b"17")]), spans=1, longest=7000,
              carried=[(0, 10000, b"f", b"")])
    good("carried-span", "The event in the second block ends a span of the first.",
         file.add_text(b"]\n").close())

    good("top-list", "A top list: a tie, a pair over two blocks, names of each form, a thread.",
         top_file())
    good("top-list-extra-field", "A top list that is shorter, with a field more than version 1.0.",
         top_file(TOP_SPANS[:1], [(0, None, None)], more=b"\x01\x02"))

    good("name-totals", "Name totals: no name, a negative duration, pairs over two blocks.",
         totals_file())
    good("name-totals-extra-field", "Name totals with a field more than version 1.0.",
         totals_file(more=b"\x01\x02"))
    good("name-totals-top-list", "Name totals behind a top list.",
         totals_file(top=vb.top_list([(8000, 10000, 0, 2, 88, 0, 3, None)])))
    good("name-totals-none", "A top list of 0 bytes, and totals of 0 bytes: neither is there.",
         totals_file(totals=vb.varint(0, "bytes of the name totals: none")))

    file = vb.File().add_text(b"[\n")
    schema = plain_schema(shapes=[(0, 1, [b'{"ph":"i","name":"', NAME, b'","ts":', TS, b"}"])],
                          tracks=[(b"", b"")])
    payload = schema.payload()
    stored = vb.zstd_raw(vb.joined(payload))
    file.define(payload, method=1, stored=stored)
    node = (1, [b"f", b"10"])
    table = Rows(schema, lines([node]))
    directory = table.directory(vb.Segment())
    add_block(file, schema, lines([node]), directory_method=1,
              stored_directory=vb.zstd_raw(vb.joined(directory)))
    good("zstd", "Definitions and a directory that are zstd frames; an event without a pid.",
         file.add_text(b"]\n").close())

    good("zone-map-extra-field", "A zone map with a field more than version 1.0 has.",
         events_file(ONE, more=b"\x01\x02\x03"))
    good("raw-rows", "Rows that are kept as raw text, by an id and as a plain string.",
         events_file([(0, b'{"ph":"i","ts":1e3}'), X(b"f", b"10", b"3"), (0, b'{ }')],
                     raw_schema(), flags=1, first=10000, range_=990000, longest=3000, spans=1,
                     phases=[(0, 1), (88, 1), (105, 1)], tracks=[0, 1]))
    good("raw-rows-fields", "7.10: fields of raw rows: a span, the end of a begin, one that stops.",
         raw_fields())
    schema = Schema([(0, b"id")], [(1, NUMBER)], [(0, 0, [b'{"id":', 3, b"}"])],
                    {1: [b",\n", b"\n"]}, [])
    good("records", "Rows of a shape that is no event.",
         events_file([(1, [b"1"]), (1, [b"2"]), (1, [b"3"])], schema))


def raw_fields(**fields):
    """X of 5 us; a B that is raw and its E that is not; doubled keys; members behind a fault."""
    rows = [(0, b'{ "ph" : "X",,"ts":1,"args":{"ts":7,"s":"}\\""},"ts":20,"dur":"5e0","tid":2,"pid":1,}'),
            (0, b'{"ph":"B","name":"f","pid":1,"tid":2,"ts":10}'), E(b"f", b"17"),
            (0, b'{"ph":"X","ts":11,"pid":1,"tid":2 @ "dur":100}'),
            (0, b'{"ph":"long phase","ts":[9],"pid":1,"tid":2}')]
    schema = plain_schema()
    schema.strings.pop(2, None)
    return events_file(rows, schema, **{**dict(
        flags=1, first=10000, range_=15000, longest=7000, spans=2,
        phases=[(0, 1), (66, 1), (69, 1), (88, 2)], tracks=[0]), **fields})


def raw_schema():
    schema = plain_schema(tracks=[(b"1", b"2"), (b"", b"")])
    schema.strings[2] = [b'{"ph":"i","ts":1e3}']
    return schema


# Paths: 1 args, 2 args.list, 3 its elements, 4 the elements of those, 5 args.list[].k, 6 args.o
NESTED_PATHS = [(0, b"args"), (1, b"list"), (2, None), (3, None), (3, b"k"), (1, b"o")]
NESTED_COLUMNS = [(1, NODE), (1, RAW), (2, NODE), (2, RAW), (2, COUNT), (3, TAG), (3, NUMBER),
                  (3, STRING), (3, NODE), (3, RAW), (3, COUNT), (4, TAG), (4, NUMBER), (4, STRING),
                  (4, NODE), (4, RAW), (5, NUMBER), (6, NODE), (6, RAW)]
ARGS, LIST, OBJECT, KEY = 3, 5, 20, 19


def nested_schema():
    shapes = [
        (0, 1, [b'{"ph":"i","args":', ARGS, b"}"]),
        (1, 0, [b'{"list":', LIST, b"}"]),
        (1, 0, [b'{"list":', LIST, b',"o":', OBJECT, b"}"]),
        (2, b"[", b",", b"]"),
        (2, 0, [b"[]"]),
        (3, b"[ ", b", ", b" ]"),
        (3, 0, [b'{"k":', KEY, b"}"]),
        (6, 0, [b"{}"]),
    ]
    return Schema(NESTED_PATHS, NESTED_COLUMNS, shapes,
                  {1: [b",\n", b"\n"], 10: [b"s"], 9: [b"null"]}, [(b"", b"")])


def args(*slots):
    return (1, [(len(slots), list(slots))])


def nested():
    schema = nested_schema()
    plain = [(NUMBER, b"1"), (STRING, b"s"), (NUMBER, b"null"), (STRING, b"other")]
    good("lists", "Lists of numbers and strings; an empty one is a fixed shape.", events_file(
        [args((1, plain)), args((2, [])), args((1, [(STRING, b"s")]))], schema))
    good("list-of-nodes", "Lists of lists and of objects, raw text among them.", events_file(
        [args((1, [(NODE, (1, [(NUMBER, b"1"), (NUMBER, b"2")])), (NODE, (2, [b"7"])),
                   (NODE, (0, b'{"z":0}')), (NUMBER, b"3")])),
         args((1, [(NODE, (1, [(STRING, b"in")])), (NODE, (2, [b"8"]))]))], schema))
    good("nested-nodes", "Nodes within nodes, one of them raw.", events_file(
        [args((2, []), (1, [])), args((2, [])), args((0, b"[1,]"), (0, b'{"a":1}')),
         (1, [(0, b"{...}")])], schema))
    schema = Schema([(0, b"ts"), (0, b"cname")], [(1, NUMBER), (2, STRING)],
                    [(0, 1, [b'{"ph":"B","ts":', 3, b',"cname":"', 4, b'","cname":"', 4,
                             b'","ph":"i"}'])],
                    {1: [b",\n", b"\n"], 4: [b"a", b"b"]}, [(b"", b"")])
    good("doubled-keys", "A key twice in a shape: its column has two values a row.",
         events_file([(1, [b"1", b"a", b"b"]), (1, [b"2", b"b", b"c"])], schema))


def strings_and_numbers():
    schema = plain_schema([b"known"])
    good("STR-form-0", "Names with and without an id.", events_file(
        [X(b"known", b"1", b"1"), X(b"plain", b"2", b"1"), X(b"", b"3", b"1"),
         X(b"\xff\"\\\"", b"4", b"1")], schema))

    def hexadecimal(table, segment):
        return vb.plain_hex(vb.auto(table.ids(NAME), segment, "ids"), 4, b"0x", 4,
                            vb.planes([0x1F, 0x12345, 0xFFFFFFFFFFFFFFFF, 0], segment, base=0,
                                      width=8))
    good("STR-form-1", "Names that are hexadecimal numbers, the digits at least 4.", events_file(
        [X(b"0x001f", b"1", b"1"), X(b"known", b"2", b"1"), X(b"0x12345", b"3", b"1"),
         X(b"0xffffffffffffffff", b"4", b"1"), X(b"0x0000", b"5", b"1")], schema,
        whole={NAME: hexadecimal}))

    def decimal(table, segment):
        return vb.plain_decimal(vb.auto(table.ids(NAME), segment, "ids"), 3,
                                vb.planes([0, (1 << 64) - 1, 42], segment, base=0, width=8))
    good("STR-form-2", "Names that are decimal numbers.", events_file(
        [X(b"0", b"1", b"1"), X(b"known", b"2", b"1"), X(b"18446744073709551615", b"3", b"1"),
         X(b"42", b"4", b"1")], schema, whole={NAME: decimal}))

    def number(rule, scale, codes, mantissas):
        return lambda table, segment: vb.number(rule, scale, vb.auto(codes, segment, "codes"),
                                                vb.planes(mantissas, segment, base=-2000))
    texts = [b"3.016", b"3.010", b"0.001", b"0.000", b"-0.500", b"-1.000"]
    values = [3016, 3010, 1, 0, -500, -1000]
    good("NUMB-rule-0", "Always three decimals.", events_file(
        [I(b"f", t) for t in texts], whole={TS: number(0, 3, [0], values)}))
    texts = [b"3.016", b"3.01", b"0.001", b"0", b"-0.5", b"-1"]
    good("NUMB-rule-1", "Trailing zeros are left out, and the point.", events_file(
        [I(b"f", t) for t in texts], whole={TS: number(1, 3, [0], values)}))
    texts = [b"3.016", b"3.01", b"0.001", b"0.0", b"-0.5", b"-1.0"]
    good("NUMB-rule-2", "Trailing zeros are left out, but for one decimal.", events_file(
        [I(b"f", t) for t in texts], whole={TS: number(2, 3, [0], values)}))
    texts = [b"0.3333333333333333", b"5.0", b"0.0000625", b"-1.6666666666666667",
             b"1234567.3333333333", b"0.6666666666666666", b"17.25"]
    good("NUMB-rule-3", "Ticks: thirds and others, by three factors; the third by its residual.",
         events_file([I(b"f", t) for t in texts], whole={TS: lambda table, segment: vb.ticks(
             3, [(1.0, 3.0, 1), (1.0, 16000.0, 1), (0.25, 1.0, 3)],
             vb.planes([0, 0, 1, 0, 0, 0, 2], segment),
             vb.planes([0, 0, 1, 0, 0, 0, 0], segment, base=0), vb.constant(0),
             vb.planes([333, 5000, 0, -1667, 1234567333, 667, 17250], segment))}))
    schema = plain_schema(strings={TS: [b"1e3"]})
    texts = [b"0.3333333333333333", b"5.00", b"7", b"1e3", b"-7", b"2.1250000", b"-0.5"]
    good("NUMB-rule-3-codes", "Ticks, and numbers with decimals of their own, by their residuals.",
         events_file([I(b"f", t) for t in texts], schema, whole={TS: lambda t, segment: vb.ticks(
             3, [(1.0, 3.0, 1)], vb.constant(0), vb.planes([0, 0, 0, 5, 1, 10000, 0], segment),
             vb.planes([0, 3, 1, 255, 1, 8, 2], segment, base=0),
             vb.planes([333, 5000, 7999, 1, -8999, 2124, -500], segment))},
             range_=1007000))
    schema = plain_schema(strings={TS: [b"1e3", b"null", b"-0"]})
    good("NUMB-codes", "Codes: the column's scale, others of their own, and text (255).",
         events_file([I(b"f", t) for t in (
             b"1.5", b"2", b"100000000000000", b"1e3", b"null", b"2.25", b"-0", b"7.0")],
             schema, whole={TS: lambda table, segment: vb.number(
                 1, 1, vb.planes([0, 0, 1, 255, 255, 3, 255, 2], segment, base=0),
                 vb.planes([15, 20, 10**14, 1, 2, 225, 3, 70], segment, base=0))},
             first=0, range_=10**17))
    good("NUMB-plain", "Code 255: an id, and plain strings; the second as a time.", plain_number())
    good("NUMB-plain-decimal", "Plain strings of form 2: numbers from 2^63 on.", events_file(
        [I(b"f", t) for t in (b"18446744073709551615", b"9223372036854775808")],
        whole={TS: lambda table, segment: vb.number_plain(
            0, 0, vb.constant(255), vb.constant(0), 2, vb.u8(2, "form 2: decimal"),
            vb.planes([(1 << 64) - 1, 1 << 63], segment, base=0, width=8))},
        first=(1 << 63) - 1, range_=0))
    most = (1 << 63) - 1
    good("ZON-2-clamped", "ZON-2: ts and dur of 10^19 ns and more count as 2^63 - 1 ns, the end too.",
         events_file([X(b"f", b"-10000000000000000", b"1"), X(b"f", b"5", b"10000000000000000"),
                      X(b"f", b"10000000000000000", b"10000000000000000"),
                      X(b"f", b"9223372036854775", b"-10000000000000000")],
                     first=-most, range_=2 * most, longest=most))
    schema = Schema([(0, b"v")], [(1, NUMBER)], [(0, 0, [b'{"v":', 3, b"}"])],
                    {1: [b",\n", b"\n"]}, [])
    good("NUMB-extremes", "18 digits, 18 decimals, and both signs.", events_file(
        [(1, [t]) for t in (b"999999999999999999", b"-999999999999999999",
                            b"0.999999999999999999", b"-0.000000000000000001")], schema))


def plain_number(p=2, ids=(1, 0, 0, 15), codes=(255, 255, 255, 0)):
    def encode(_, segment):
        place = segment.add(b"-1.5e31e400", "plain strings")
        return vb.number_plain(0, 1, vb.auto(codes, segment, "codes"),
                               vb.auto(ids, segment, "mantissas"), p, vb.u8(0, "form 0: lengths"),
                               vb.auto([6, 5][:p], segment, "lengths"),
                               vb.varint(segment.number, "segment"), vb.varint(place, "offset"))
    return events_file([I(b"f", t) for t in (b"null", b"-1.5e3", b"1e400", b"1.5")],
                       plain_schema(strings={TS: [b"null"]}), whole={TS: encode},
                       first=-1500000, range_=(1 << 63) - 1 + 1500000)


def operators():
    names = [b"a", b"b", b"c", b"d"]
    tracks = [(b"1", b"2"), (b"1", b"3"), (b"1", b"4")]
    schema = plain_schema(names, tracks)
    for width in range(1, 9):
        values = [1, (1 << 8 * width - 1) // 10, 7]
        text = [b"%d" % min(v, 10**15) for v in values]
        good("OP-PLANES-%d" % width, "PLANES of %d byte%s, with a negative base." %
             (width, "" if width == 1 else "s"),
             events_file([I(b"a", t) for t in text], schema, arrays={
                 TS: lambda v, s, width=width: vb.planes(v, s, base=-5, width=width)}))
    plain = [X(b"a", b"10", b"3"), X(b"b", b"20", b"4"), X(b"a", b"30", b"3"), X(b"b", b"25", b"4")]
    good("OP-CONSTANT", "CONSTANT: all times are -5.", events_file(
        [I(b"a", b"-5"), I(b"a", b"-5")], schema))
    good("OP-DELTA", "DELTA.", events_file(plain, schema, arrays={
        TS: lambda v, s: vb.delta(vb.planes([10, 10, 10, -5], s))}))
    good("OP-DELTA-wraps", "DELTA and SCALE: -2^63, 0, 5, then twice that plus 1, modulo 2^64.",
         events_file([I(b"a", b"1"), I(b"a", b"1"), I(b"a", b"11")], schema, arrays={
             TS: lambda v, s: vb.scale(2, 1, vb.delta(
                 vb.planes([-1 << 63, -1 << 63, 5], s, base=0, width=8)))}))
    good("OP-SCALE-wraps", "SCALE: (2^62 + 2) * 4 + 1 is 9 modulo 2^64.", events_file(
        [I(b"a", b"9"), I(b"a", b"13")], schema, arrays={
            TS: lambda v, s: vb.scale(4, 1, vb.planes([2, 3], s, base=1 << 62, width=8))}))
    good("OP-RUNS", "RUNS.", events_file(plain[:1] * 3 + plain[1:2], schema, arrays={
        TS: lambda v, s: vb.runs(2, vb.planes([10, 20], s), vb.planes([2, 0], s))}))
    good("OP-PALETTE", "PALETTE.", events_file(plain[:2] * 2, schema, arrays={
        TS: lambda v, s: vb.palette(2, vb.planes([20, 10], s), vb.planes([1, 0, 1, 0], s))}))
    good("OP-MAP", "MAP: the duration by the name.", events_file(plain, schema, arrays={
        DUR: lambda v, s: vb.map_(NAME, 2, vb.planes([3, 4], s))}))
    good("OP-MAP-missing", "MAP: rows without a value have a context too; a NUMBER as context.",
         events_file([X(b"a", b"1", b"7"), I(b"b", b"2"), X(b"c", b"3", b"7"), I(b"b", b"4")],
                     schema, order=[0, 1, TS, DUR, PID, TID, NAME], arrays={
                         TID: lambda v, s: vb.map_(DUR, 2, vb.constant(2))}))
    three = [X(b"a", b"10", b"3", b"2"), X(b"b", b"20", b"4", b"3"), X(b"a", b"30", b"3", b"4"),
             X(b"b", b"12", b"4", b"3"), X(b"c", b"11", b"1", b"2")]
    first = [0, 1, PID, TID, NAME, TS, DUR]
    good("OP-GROUP", "GROUP: the times of three lanes.", events_file(
        three, schema, order=first, arrays={
            TS: lambda v, s: vb.group(vb.planes([10, 11, 20, 12, 30], s))}))
    schema5 = string_tid_schema()
    good("OP-GROUP-strings", "GROUP: a tid that is a number or a string.", events_file(
        [(1, [b"1", b"7"]), (2, [b"2", b"x"]), (1, [b"3", b"7"]), (3, [b"4"]), (2, [b"5", b"y"]),
         (2, [b"6", b"x"])], schema5, order=[0, 1, 4, 5, 3], arrays={
             3: lambda v, s: vb.group(vb.planes([1, 3, 2, 6, 4, 5], s))}))
    good("OP-GROUP-in-GROUP", "GROUP in DELTA in GROUP, and MAP below it.", events_file(
        three, schema, order=first, arrays={
            TS: lambda v, s: vb.group(vb.delta(vb.group(vb.planes([10, 1, 9, -8, 18], s)))),
            DUR: lambda v, s: vb.group(vb.map_(NAME, 3, vb.planes([3, 1, 4], s)))}))
    good("OP-LINEAR", "LINEAR: ts from dur; a row without one counts as 0.", events_file(
        plain + [I(b"a", b"50")], schema, order=[0, 1, NAME, DUR, TS, PID, TID], arrays={
            TS: lambda v, s: vb.linear(DUR, vb.planes([7, 16, 27, 21, 50], s))}))
    good("OP-SCALE", "SCALE.", events_file(plain, schema, arrays={
        TS: lambda v, s: vb.scale(5, -10, vb.planes([4, 6, 8, 7], s))}))
    good("OP-depth-8", "ENC-1: eight operators within each other.", events_file(
        plain[:2], schema, arrays={
            TS: lambda v, s: vb.scale(1, 0, vb.scale(1, 0, vb.scale(1, 0, vb.scale(
                1, 0, vb.scale(1, 0, vb.scale(1, 0, vb.scale(1, 0, vb.planes(v, s))))))))}))


def string_tid_schema():
    return Schema([(0, b"ts"), (0, b"tid")], [(1, NUMBER), (2, NUMBER), (2, STRING)],
                  [(0, 1, [b'{"ph":"i","ts":', 3, b',"tid":', 4, b"}"]),
                   (0, 1, [b'{"ph":"i","ts":', 3, b',"tid":"', 5, b'"}']),
                   (0, 1, [b'{"ph":"i","ts":', 3, b"}"])],
                  {1: [b",\n", b"\n"], 5: [b"x"]},
                  [(b"", b"7"), (b"", b'"x"'), (b"", b""), (b"", b'"y"')])


NEST_ORDER = [0, 1, PID, TID, NAME, TS, DUR]


def nest_file(nodes, flags, k, a, b, schema=None, **fields):
    dur = None if not flags & 2 else DUR
    order = [c for c in NEST_ORDER if c != DUR or dur is not None]
    return events_file(
        nodes, schema or plain_schema([b"a", b"b", b"c"], [(b"1", b"2"), (b"1", b"3")]),
        order=order, arrays={
            TS: lambda v, s: vb.nest(flags, dur, len(k), vb.auto(k, s, "k"), vb.auto(a, s, "a"),
                                     vb.auto(b, s, "b")),
            DUR: lambda v, s: vb.nested(TS)}, **fields)


def nest_and_unstack():
    # Exit order: (12..15) and (16..18) within (10..20), then (21..22); a second lane between.
    nodes = [X(b"b", b"12", b"3"), X(b"c", b"100", b"5", b"3"), X(b"b", b"16", b"2"),
             X(b"a", b"10", b"10"), X(b"a", b"21", b"1")]
    good("NEST-forward", "NEST in exit order: k = 0, 0, 2, 0 in the lane of tid 2, 0 in that of 3.",
         nest_file(nodes, 2, [0, 0, 2, 0, 0], [12, 1, 2, 1, 100], [3, 2, 2, 1, 5]))
    good("NEST-forward-instants", "NEST with an instant, which has no dur.",
         events_file([X(b"b", b"12", b"3"), I(b"c", b"17"), X(b"a", b"10", b"8")],
                     plain_schema([b"a", b"b", b"c"]), order=NEST_ORDER, arrays={
                         TS: lambda v, s: vb.nest(2, DUR, 2, vb.auto([0, 1], s, "k"),
                                                  vb.auto([12, 2, 2], s, "a"),
                                                  vb.auto([3, 1], s, "b")),
                         DUR: lambda v, s: vb.nested(TS)}))
    # Start order, so reversed: in the mirror the inner spans come first.
    # (10..20), (12..15), (16..18), (21..22) from the last: -22..-21, -18..-16, -15..-12, -20..-10
    nodes = [X(b"a", b"10", b"10"), X(b"b", b"12", b"3"), X(b"b", b"16", b"2"),
             X(b"a", b"21", b"1")]
    good("NEST-reversed", "NEST in start order, from the last to the first.",
         nest_file(nodes, 3, [0, 0, 0, 2], [-22, 3, 1, 2], [1, 2, 3, 2]))
    good("NEST-reversed-instants", "NEST reversed, two lanes, with an instant.",
         events_file([X(b"a", b"10", b"10"), I(b"c", b"11"), X(b"b", b"5", b"1", b"3"),
                      X(b"b", b"12", b"3")],
                     plain_schema([b"a", b"b", b"c"], [(b"1", b"2"), (b"1", b"3")]),
                     order=NEST_ORDER, arrays={
                         TS: lambda v, s: vb.nest(3, DUR, 3, vb.auto([0, 1, 0], s, "k"),
                                                  vb.auto([-15, 1, 5, -6], s, "a"),
                                                  vb.auto([3, 1, 1], s, "b")),
                         DUR: lambda v, s: vb.nested(TS)}))
    instants = [I(b"a", b"10"), I(b"b", b"12"), I(b"c", b"5", b"3"), I(b"a", b"20")]
    good("NEST-no-dur", "NEST without a dur: k and b have no values.",
         nest_file(instants, 0, [], [10, 2, 8, 5], []))
    good("NEST-no-dur-reversed", "The same from the last to the first.",
         nest_file(instants, 1, [], [-20, 8, 2, -5], []))
    schema = plain_schema([b"a", b"b", b"c"], [(b"1", b"2"), (b"1", b"3")])
    # B a, B b, E b (0), E a as c: t = 1, v = 3 is above t: x = 3; E on the empty stack: x = 2.
    # The other lane: B c, E a: t = 3, v = 1 at most t: x = 2.
    good("OP-UNSTACK", "UNSTACK: ends that are named as their begins, and others.", events_file(
        [B(b"a", b"1"), B(b"c", b"1", b"3"), B(b"b", b"2"), E(b"b", b"3"), E(b"a", b"4", b"3"),
         I(b"b", b"5"), E(b"c", b"6"), E(b"b", b"7")], schema, order=[0, 1, PID, TID, TS, NAME],
        arrays={NAME: lambda v, s: vb.unstack(vb.planes([1, 2, 0, 2, 3, 2, 3, 2], s, base=0))},
        spans=1, longest=1000))


def make():
    containers()
    blocks()
    nested()
    strings_and_numbers()
    operators()
    nest_and_unstack()
