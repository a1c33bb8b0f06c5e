"""What the vectors share: the registry, and a schema of plain events."""
import copy

from trace_builder import NODE, NUMBER, RAW, STRING, Schema, add_block, vb

VECTORS = []        # (directory, name, title, bytes-annotated, expectation)


def good(name, title, file, text=None):
    VECTORS.append(("good", name, title, file.annotated,
                    {"status": "GOOD", "document": file.text if text is None else text}))


def bad(name, title, file, frame=None, status="CORRUPT", rule=None, document=None, verify=False,
        annotated=None, place=None, also=None, also_status=None):
    """frame: the number of the frame that is wrong; None: the last one; -1: the header.

    place: instead, the offset and how many bytes from there.
    also, also_status: what a reader may say instead.

    verify: a reader that only rebuilds the document need not notice.
    """
    annotated = file.annotated if annotated is None else annotated
    rule = rule or "-".join(name.split("-")[:2])
    if frame == -1:
        offset, within = 0, 32
    else:
        frame = len(file.offsets) - 1 if frame is None else frame
        offset = file.offsets[frame] if frame < len(file.offsets) else file.offset
        within = file.frames[frame][1] if frame < len(file.frames) else 24
    if place:
        offset, within = place
    if also:
        rule += " " + also
    if also_status:
        status += " " + also_status
    expect = {"status": status, "rule": rule, "offset": offset, "within": within}
    if verify:
        expect["verify-only"] = "yes"
    if document is not None:
        expect["document"] = document
    VECTORS.append(("unsupported" if status == "UNSUPPORTED" else "bad", name, title, annotated,
                    expect))


def unsupported(name, title, file, frame=None, **more):
    bad(name, title, file, frame, "UNSUPPORTED", **more)


# ------------------------------------------------------- a schema of plain events

PATHS = [(0, b"name"), (0, b"ts"), (0, b"dur"), (0, b"pid"), (0, b"tid")]
NAME, TS, DUR, PID, TID = 3, 4, 5, 6, 7
ARGS, LABEL = 8, 9
COLUMNS = [(1, STRING), (2, NUMBER), (3, NUMBER), (4, NUMBER), (5, NUMBER)]
X_SHAPE = (0, 1, [b'{"ph":"X","name":"', NAME, b'","ts":', TS, b',"dur":', DUR, b',"pid":', PID,
                  b',"tid":', TID, b"}"])


def point_shape(phase):
    return (0, 1, [b'{"ph":"%b","name":"' % phase, NAME, b'","ts":', TS, b',"pid":', PID,
                   b',"tid":', TID, b"}"])


def plain_schema(names=(b"f",), tracks=((b"1", b"2"),), shapes=None, **more):
    shapes = shapes or [X_SHAPE, point_shape(b"i"), point_shape(b"B"), point_shape(b"E")]
    strings = {1: [b",\n", b"\n"], NAME: list(names)}
    strings.update(more.pop("strings", {}))
    return Schema(PATHS, COLUMNS, shapes, strings, tracks)


def X(name, ts, dur, tid=b"2", pid=b"1"):
    return (1, [name, ts, dur, pid, tid])


def I(name, ts, tid=b"2", pid=b"1"):
    return (2, [name, ts, pid, tid])


def B(name, ts, tid=b"2", pid=b"1"):
    return (3, [name, ts, pid, tid])


def E(name, ts, tid=b"2", pid=b"1"):
    return (4, [name, ts, pid, tid])


def lines(nodes):
    """Each row on a line of its own."""
    return [(node, b",\n" if i + 1 < len(nodes) else b"\n") for i, node in enumerate(nodes)]


def start(schema, **header_fields):
    """`[`, and the definitions."""
    return vb.File(**header_fields).add_text(b"[\n").define(schema.payload())


def events_file(nodes, schema=None, close=True, **block_fields):
    """[ rows ], closed."""
    schema = schema or plain_schema()
    if all(shape[0] == 0 for shape in schema.shapes):
        schema = copy.copy(schema)
        schema.shapes = schema.shapes[:max(node[0] for node in nodes)]
    file = start(schema)
    add_block(file, schema, lines(nodes), **block_fields)
    if close:
        file.add_text(b"]\n").close()
    return file


# A span in each of two blocks (the second began in the first), a thread with a name.
NAMED_SHAPES = [X_SHAPE, point_shape(b"i"), point_shape(b"B"), point_shape(b"E"),
                (0, 1, [b'{"ph":"M","name":"', NAME, b'","pid":', PID, b',"tid":', TID,
                        b',"args":', ARGS, b"}"]),
                (6, 0, [b'{"name":"', LABEL, b'"}'])]
TOP_SPANS = [(7000, 10000, 1, 0, 69, 0, 2, None), (7000, 12000, 0, 3, 88, 0, b"f", None),
             (500, 20000, 1, 1, 88, 0, 3, None)]
TOP_TRACKS = [(0, 2, b"main")]


def top_file(spans=TOP_SPANS, tracks=TOP_TRACKS, top=None, **more):
    schema = Schema(PATHS + [(0, b"args"), (6, b"name")],
                    COLUMNS + [(6, NODE), (7, STRING), (6, RAW)], NAMED_SHAPES,
                    {1: [b",\n", b"\n"], NAME: [b"f", b"g", b"thread_name"],
                     LABEL: [b"main", b"later"]}, [(b"1", b"2")])
    file = start(schema)
    named = (5, [b"thread_name", b"1", b"2", (1, [b"later"])])
    add_block(file, schema, lines([named, (5, named[1][:3] + [(1, [b"main"])]), B(b"f", b"10"),
                                   X(b"f", b"12", b"7")]))
    add_block(file, schema, lines([E(b"f", b"17"), X(b"g", b"20", b"0.5")]), spans=2,
              longest=7000, carried=[(0, 10000, b"f", b"")])
    top = vb.top_list(spans, tracks, **more) if top is None else top
    return file.add_text(b"]\n").close(top=top)


# A pair without a name and one with, over two blocks; spans of which one is of negative duration; a
# name without spans. (id, events, spans, least, most, sum)
TOTALS = [(0, 1, 1, 3000, 3000, 3000), (1, 4, 3, -2000, 5000, 6000),
          (2, 2, 2, 7000, 8000, 15000), (3, 1, 0, 0, 0, 0)]


def nameless_shape(phase):
    return (0, 1, [b'{"ph":"%b","ts":' % phase, TS, b',"pid":', PID, b',"tid":', TID, b"}"])


def totals_file(names=TOTALS, totals=None, top=None, f=b"f", **more):
    schema = plain_schema([b"f", b"g", b"h", b"unused"],
                          shapes=[X_SHAPE, point_shape(b"i"), point_shape(b"B"), point_shape(b"E"),
                                  nameless_shape(b"B"), nameless_shape(b"E")])
    file = start(schema)
    add_block(file, schema, lines([X(b"f", b"3", b"3"), I(b"f", b"9"), X(b"g", b"10", b"8"),
                                   B(b"g", b"11"), (5, [b"12", b"1", b"2"])]))
    add_block(file, schema, lines([(6, [b"15", b"1", b"2"]), E(b"g", b"18"), I(b"h", b"19"),
                                   X(b"f", b"20", b"5"),
                                   X(f, b"40", b"-2")]), spans=4, longest=7000,
              carried=[(0, 12000, b"", b""), (1, 11000, b"g", b"")])
    parts = vb.varint(0, "bytes of the top list: none") if top is None else top
    return file.add_text(b"]\n").close(
        top=parts + (vb.name_totals(names, **more) if totals is None else totals))


ONE = [X(b"f", b"10", b"3")]
TWO = [X(b"f", b"10", b"3"), X(b"f", b"14", b"2")]
