"""Files that are wrong: each breaks the one rule that its name begins with."""
from trace_builder import (COUNT, NODE, NUMBER, RAW, SEPARATOR, STRING, TAG, Rows, Schema,
                           add_block, vb)
from vectors_common import (DUR, NAME, ONE, PID, TID, TOP_SPANS, TOP_TRACKS, TOTALS, TS, TWO, B, E,
                            I, X, bad, events_file, lines, plain_schema, start, top_file, totals_file,
                            unsupported)
from vectors_good import (NEST_ORDER, nest_file, nested_schema, plain_number, raw_fields,
                          string_tid_schema)

GIB = 1 << 30


def text_file():
    return vb.File().add_text(b"[]")


def cut(file, length):
    """The first bytes of a file, annotated."""
    out = []
    for data, comment in file.annotated:
        if length <= 0:
            break
        out.append((data[:length], comment))
        length -= len(data)
    return out


# ------------------------------------------------------------------- containers

def headers():
    file = vb.File(magic=b"\x89VTC\n\x1a\n\n").add_text(b"[]")
    bad("HDR-1-magic", "Line ends were converted.", file, -1, "NOT_VTC")
    bad("HDR-1-gzip", "Another kind of file.", vb.File(), -1, "NOT_VTC",
        annotated=vb.raw(bytes.fromhex("1f8b0800000000000003"), "gzip"))
    bad("HDR-1-empty", "An empty file.", vb.File(), -1, "NOT_VTC", annotated=[])
    bad("HDR-1-truncated", "The header is cut off.", vb.File(), -1, "TRUNCATED",
        annotated=cut(vb.File(), 20))
    bad("HDR-2-checksum", "The checksum of the header is wrong.",
        vb.File(checksum=1).add_text(b"[]").close(), -1)
    unsupported("HDR-3-major", "A higher major version.",
                vb.File(major=2).add_text(b"[]").close(), -1)
    unsupported("HDR-3-major-0", "The major version 0.",
                vb.File(major=0).add_text(b"[]").close(), -1)
    unsupported("HDR-3-incompatible", "An incompatible feature.",
                vb.File(incompatible=2).add_text(b"[]").close(), -1)


def frames():
    file = text_file()
    file.annotated += vb.raw(b"\0", "a gap")
    file.offset += 1
    file.offsets.append(file.offset - 1)
    gap = file.document()
    bad("FRM-1-gap", "A byte between two frames.", gap, 1)
    bad("FRM-1-sync", "A wrong sync mark.", vb.File().add_text(b"[]", sync=b"\xf7VTG"))
    whole = vb.File().add_text(b"[").add_text(b"]")
    bad("FRM-1-truncated-frame", "The file ends within the fixed part of a frame.", whole, 1,
        "TRUNCATED", annotated=cut(whole, whole.offsets[1] + 20), document=b"[")
    bad("FRM-1-truncated-sync", "The file ends within a sync mark.", whole, 1,
        "TRUNCATED", annotated=cut(whole, whole.offsets[1] + 2), document=b"[")
    bad("FRM-1-truncated-head", "The file ends within the head's checksum.", whole, 1,
        "TRUNCATED", annotated=cut(whole, whole.offsets[1] + 33), document=b"[")
    bad("FRM-1-truncated-payload", "The file ends before a payload.", whole, 1,
        "TRUNCATED", annotated=cut(whole, whole.offsets[1] + 34), document=b"[")
    bad("FRM-2-head", "A head of more than 64 MiB.",
        vb.File().add_text(b"[]", m=(64 << 20) + 1))
    bad("FRM-2-payload", "A payload of more than 1 GiB.", vb.File().add_text(b"[]", p=GIB + 1))
    bad("FRM-3-head-checksum", "The checksum of a head is wrong.",
        vb.File().add_text(b"[]", spoil_head_sum=1).close(), 0)
    bad("FRM-3-payload-checksum", "The checksum of a payload is wrong.",
        vb.File().add_text(b"[]", spoil_payload_sum=1 << 63).close(), 0)
    file = vb.File().add_text(b"[")
    unsupported("FRM-4-unknown", "A frame of an unknown type that may not be skipped.",
                file.add(200, vb.frame(200, [], vb.raw(b"new"))))
    unsupported("FRM-4-type-0", "The type 0 is unknown too.",
                vb.File().add(0, vb.frame(0, [], [])))
    file = vb.File()
    bad("FRM-5-head-long", "A head with a byte too many.",
        file.add(3, vb.frame(3, vb.packed_head(2, 0) + vb.raw(b"\0", "too many"),
                             vb.raw(b"[]"))))
    bad("FRM-5-head-short", "A head that ends before the method.",
        vb.File().add(3, vb.frame(3, vb.varint(2, "n"), vb.raw(b"[]"))))
    bad("FRM-5-head-varint", "A head that ends within a varint.",
        vb.File().add(3, vb.frame(3, vb.raw(b"\x82", "n, the first byte"), vb.raw(b"[]"))))
    schema = plain_schema()
    bad("FRM-5-payload-long", "Definitions with a byte too many.",
        vb.File().define(schema.payload() + vb.raw(b"\0", "too many")))
    bad("FRM-5-payload-short", "Definitions that end before the tracks.",
        vb.File().define(schema.payload()[:-1]))
    bad("FRM-5-string", "A key that is longer than what is left.",
        vb.File().define(vb.varint(1, "paths") + vb.varint(0, "parent") + vb.u8(1, "member")
                         + vb.varint(1 << 40, "length of the key") + vb.raw(b"name")))
    bad("FRM-5-count", "CON-2: a count of 2^60 paths.",
        vb.File().define(vb.varint(1 << 60, "paths") + vb.raw(b"\0" * 8)))
    bad("FRM-5-directory", "A directory with a byte too many.", events_file(
        ONE, spoil_directory=lambda d: d + vb.raw(b"\0", "too many")), 2)
    bad("FRM-5-document-payload", "A DOCUMENT frame with a payload.",
        text_file().document(payload=vb.raw(b"x")), verify=True)
    bad("FRM-5-zone-map", "A zone map that ends before the filter.", events_file(
        ONE, zone=vb.varint(13, "bytes of the zone map")
        + vb.raw(bytes([1, 1, 2, 54, 0, 0, 0, 0, 0, 1, 88, 1, 0]), "without the filter")), 2)

    bad("NUM-2-overlong", "A varint whose last byte is zero.",
        vb.File().add(3, vb.frame(3, vb.raw(b"\x82\x00", "n: 2, overlong") + vb.u8(0, "method"),
                                  vb.raw(b"[]"))), also="FRM-5")
    bad("NUM-2-65-bits", "A varint of more than 64 bits.",
        vb.File().add(4, vb.frame(4, vb.raw(b"\xff" * 9 + b"\x02", "bytes, bit 65 set")
                                  + vb.raw(b"\0" * 21), [])), also="FRM-5")
    bad("NUM-2-11-bytes", "A varint of eleven bytes.",
        vb.File().add(4, vb.frame(4, vb.raw(b"\x80" * 10 + b"\x01", "bytes, bit 71 set")
                                  + vb.raw(b"\0" * 21), [])), also="FRM-5")


def packed_and_text():
    unsupported("PCK-1-method", "A method that is not known.", vb.File().add_text(b"[]", method=2))
    bad("PCK-2-stored", "Method 0 with n other than p.", vb.File().add_text(b"[]", n=3))
    bad("PCK-2-longer", "A zstd frame that holds more than n bytes.",
        vb.File().add_text(b"[]", method=1, stored=vb.zstd_raw(b"[ ]")))
    bad("PCK-2-shorter", "A zstd frame that holds fewer than n bytes.",
        vb.File().add_text(b"[ ]", method=1, stored=vb.zstd_raw(b"[]")))
    bad("PCK-2-no-zstd", "Method 1 and no zstd frame.",
        vb.File().add_text(b"[]", method=1, stored=vb.raw(b"[]", "no zstd frame")))
    bad("PCK-2-damaged", "A zstd frame that is cut off.",
        vb.File().add_text(b"[]", method=1, stored=vb.zstd_raw(b"[]")[:-1]))
    bad("PCK-2-two-frames", "Two zstd frames that hold n bytes between them.",
        vb.File().add_text(b"[]", method=1, stored=vb.zstd_raw(b"[") + vb.zstd_raw(b"]")))
    bad("PCK-2-content-size", "A zstd frame that says to hold 1 GiB.",
        vb.File().add_text(b" " * 1000, method=1, stored=vb.zstd_rle(32, 1000, GIB)))
    bad("TXT-1-empty", "A TEXT of no bytes.", vb.File().add_text(b""))
    bad("TXT-1-long", "A TEXT that says to hold more than 4 MiB.",
        vb.File().add_text(b" " * 1000, n=(4 << 20) + 1, method=1, stored=vb.zstd_rle(32, 1000)))


# ------------------------------------------------------------------ definitions

def define(**parts):
    return vb.File().define(plain_schema().payload(**parts))


def definitions():
    bad("DEF-1-parent", "A path whose parent is itself.", define(paths=[vb.member(1, b"a")]))
    bad("DEF-1-kind", "A path of the kind 3.",
        define(paths=[vb.varint(0, "parent path") + vb.u8(3, "kind 3")]))
    bad("DEF-2-member", "A member that is defined twice.",
        define(paths=[vb.member(0, b"a"), vb.member(0, b"b"), vb.member(0, b"a")]))
    bad("DEF-2-elements", "Elements that are defined twice.",
        define(paths=[vb.member(0, b"a"), vb.elements(1), vb.elements(1)]))
    bad("DEF-3-path", "A column at a path that is not defined.", define(columns=[vb.column(6, 1)]))
    bad("DEF-3-type-0", "A column of the type 0.", define(columns=[vb.column(1, 0)]))
    bad("DEF-3-type-8", "A column of the type 8.", define(columns=[vb.column(1, 8)]))
    bad("DEF-3-separator", "A SEPARATOR elsewhere than at path 0.",
        define(columns=[vb.column(1, SEPARATOR)]))
    bad("DEF-3-twice", "A column that is defined twice.",
        define(columns=[vb.column(1, STRING), vb.column(1, STRING)]))
    bad("DEF-3-given", "Column 2, which is always there, is defined.",
        define(columns=[vb.column(0, RAW)]))

    def shape(columns, slots, path=0, paths=None):
        literals = [b"{"] + [b","] * (len(slots) - 1) + [b"}"]
        return define(columns=columns, shapes=[vb.fixed_shape(path, 1, literals, slots)],
                      strings=[])
    bad("DEF-4-column", "A slot whose column is not defined.", shape([vb.column(1, STRING)], [4]))
    bad("DEF-4-type", "A slot of the type COUNT.", shape([vb.column(1, COUNT)], [3]))
    bad("DEF-4-self", "A slot that stands at the path of the shape itself.", shape([], [0]))
    bad("DEF-4-path", "A slot that stands below another path.",
        shape([vb.column(1, STRING)], [3], path=1))
    bad("DEF-4-shape-path", "A shape at a path that is not defined.",
        shape([vb.column(1, STRING)], [3], path=6))
    bad("DEF-4-elements", "A slot at the elements of the path.", define(
        paths=[vb.member(0, b"a"), vb.elements(1)], columns=[vb.column(2, NUMBER)],
        shapes=[vb.fixed_shape(1, 0, [b"[", b"]"], [3])], strings=[]))
    all_columns = [vb.column(1, COUNT), vb.column(2, TAG), vb.column(2, NUMBER),
                   vb.column(2, STRING), vb.column(2, NODE), vb.column(2, RAW)]
    for i, name in enumerate(("count", "tag", "number", "string", "node")):
        columns = all_columns[:i] + all_columns[i + 1:]
        bad("DEF-5-" + name, "A list without the column %s." % name.upper(),
            define(paths=[vb.member(0, b"a"), vb.elements(1)], columns=columns,
                   shapes=[vb.list_shape(1, b"[", b",", b"]")], strings=[]))
    bad("DEF-5-elements", "A list at a path whose elements are not defined.",
        define(paths=[vb.member(0, b"a"), vb.member(0, b"b")], columns=all_columns,
               shapes=[vb.list_shape(1, b"[", b",", b"]")], strings=[]))
    bad("DEF-5-raw", "A NODE column without RAW beside it.",
        define(columns=[vb.column(1, NODE)], shapes=[], strings=[]))
    bad("DEF-6-list", "A list shape at path 0.",
        define(paths=[vb.elements(0)], columns=[vb.column(0, COUNT)] + [
            vb.column(1, t) for t in (TAG, NUMBER, STRING, NODE, RAW)],
            shapes=[vb.list_shape(0, b"[", b",", b"]")], strings=[]))
    bad("DEF-4-kind", "A shape of the kind 3.",
        define(shapes=[vb.varint(0, "path") + vb.u8(3, "kind 3") + vb.raw(b"\0\0\0")]))
    bad("DEF-7-type", "Strings of a NODE column.", define(strings=[vb.strings_of(0, [b"a"])]))
    bad("DEF-7-column", "Strings of a column that is not defined.",
        define(strings=[vb.strings_of(8, [b"a"])]))
    bad("DEF-7-order", "Columns that do not ascend.",
        define(strings=[vb.strings_of(3, [b"a"]), vb.strings_of(1, [b"b"])]))
    bad("DEF-7-twice", "A column twice in one frame.",
        define(strings=[vb.strings_of(3, [b"a"]), vb.strings_of(3, [b"b"])]))
    bad("DEF-7-none", "A column with no strings.",
        define(strings=[vb.strings_of(1, []), vb.strings_of(3, [b"a"])]))
    bad("LIM-1-depth", "1,100 paths within each other.",
        define(paths=[vb.elements(i) for i in range(1100)], columns=[], shapes=[], strings=[]),
        also_status="LIMIT")
    bad("LIM-1-slots", "4,097 slots in a shape.",
        define(shapes=[vb.varint(0, "path") + vb.u8(1, "kind: fixed") + vb.u8(1, "flags")
                       + vb.varint(4097, "slots") + vb.raw(b"\x00\x03" * 4097, "slots")
                       + vb.string(b"", "last literal")]), also_status="LIMIT")


# ----------------------------------------------------------------------- blocks

def blocks():
    def head(**fields):
        values = dict(rows=1, events=1, document_offset=2, document_bytes=54)
        values.update(fields)
        return vb.zone_map(**values)

    def wrong_segments(make):
        schema = plain_schema(shapes=None)
        file = start(schema)
        directory = Rows(schema, lines(ONE)).directory(vb.Segment())
        stored = vb.joined(directory)
        file.text += b"?"
        return file.add(2, vb.frame(2, vb.heading("zone map") + head() + make(len(stored)),
                                    directory))
    bad("BLK-1-no-segments", "No segments.",
        wrong_segments(lambda n: vb.varint(0, "k")))
    bad("BLK-1-too-little", "The segments do not fill the payload.", wrong_segments(
        lambda n: vb.varint(1, "k") + vb.u8(0, "method") + vb.varint(n - 1, "n")
        + vb.varint(n - 1, "s")))
    bad("BLK-1-too-much", "The segments are more than the payload.", wrong_segments(
        lambda n: vb.varint(2, "k") + vb.u8(0, "method") + vb.varint(n, "n") + vb.varint(n, "s")
        + vb.u8(0, "method") + vb.varint(1, "n") + vb.varint(1, "s")))
    bad("BLK-1-long", "A segment of more than 1 GiB.", wrong_segments(
        lambda n: vb.varint(1, "k") + vb.u8(1, "method") + vb.varint(GIB + 1, "n")
        + vb.varint(n, "s")))
    unsupported("PCK-1-segment", "A segment by an unknown method.", wrong_segments(
        lambda n: vb.varint(1, "k") + vb.u8(7, "method") + vb.varint(n, "n") + vb.varint(n, "s")))
    bad("PCK-2-segment", "A stored segment with n other than s.", wrong_segments(
        lambda n: vb.varint(1, "k") + vb.u8(0, "method") + vb.varint(n + 1, "n")
        + vb.varint(n, "s")))

    bad("BLK-2-twice", "A column twice in the directory.", events_file(
        ONE, order=[0, 1, NAME, TS, DUR, PID, TID, TS]), 2)
    bad("BLK-2-none", "A column with no values.", events_file(ONE, counts={TID: 0}), 2)
    bad("BLK-2-many", "A column with more than 2^26 values.", events_file(
        ONE, counts={TID: (1 << 26) + 1}), 2)
    bad("BLK-2-column", "A column that is not defined.", events_file(
        ONE, whole={8: lambda t, s: vb.constant(1)}, counts={8: 1},
        order=[0, 1, NAME, TS, DUR, PID, TID, 8]), 2)
    bad("BLK-3-first", "Column 0 is not the first.", events_file(
        ONE, order=[1, 0, NAME, TS, DUR, PID, TID]), 2)
    bad("BLK-3-later", "MAP with a column that comes later.", events_file(
        TWO, arrays={NAME: lambda v, s: vb.map_(DUR, 2, vb.constant(1))}), 2)
    bad("BLK-3-itself", "LINEAR with its own column.", events_file(
        TWO, arrays={TS: lambda v, s: vb.linear(TS, vb.auto([10, 4], s))}), 2)
    bad("BLK-4-nodes", "Column 0 has more values than there are rows.", events_file(
        TWO, zone=head(document_bytes=108), rows=1, events=1), 2)
    bad("BLK-4-separators", "Column 1 has fewer values than there are rows.", events_file(
        [X(b"f", b"10", b"3")] * 2, counts={1: 1},
        arrays={1: lambda v, s: vb.constant(1)}), 2)
    bad("BLK-4-missing", "Column 1 is missing.", events_file(
        ONE, order=[0, NAME, TS, DUR, PID, TID]), 2)
    bad("BLK-5-more", "A column with a value too many.", events_file(
        ONE, counts={TID: 2}), 2)
    bad("BLK-5-fewer", "A column with a value too few.", events_file(
        [X(b"f", b"10", b"3")] * 2, counts={TID: 1}), 2)
    bad("BLK-5-missing", "A column that is missing.", events_file(
        ONE, order=[0, 1, NAME, TS, DUR, PID]), 2)
    bad("BLK-5-unused", "A column that no shape of the block has.", events_file(
        [I(b"f", b"10")], whole={DUR: lambda t, s: vb.number(0, 0, vb.constant(0), vb.constant(1))},
        counts={DUR: 1}, order=[0, 1, NAME, TS, DUR, PID, TID]), 2)
    schema = plain_schema([b"f"])
    file = start(schema)
    add_block(file, schema, [(B(b"f", b"10"), b",\n")])
    add_block(file, schema, lines([E(b"f", b"17")]), spans=1, longest=7000)
    bad("BLK-6-missing", "The begin of a span that was carried is missing.",
        file.add_text(b"]\n").close(), 3, verify=True, also="ZON-4")
    bad("BLK-6-row", "A carried span of a row past the last.", events_file(
        ONE, carried=[(1, 0, b"f", b"")]), 2)

    bad("ZON-1-no-rows", "A block of no rows.", events_file(ONE, zone=head(rows=0, events=0)), 2)
    bad("ZON-1-rows", "A block of more than 2^20 rows.",
        events_file(ONE, zone=head(rows=(1 << 20) + 1)), 2)
    bad("ZON-1-events", "More events than rows.", events_file(ONE, zone=head(events=2)), 2)
    bad("ZON-3-name", "The filter lacks the name that occurs.",
        events_file(ONE, names=[2]), 2, verify=True)

    bad("ZON-4-no-times", "Times where no event has one.",
        events_file([(1, [b"f"])], Schema([(0, b"name")], [(1, STRING)], [
            (0, 1, [b'{"ph":"i","name":"', 3, b'"}'])], {1: [b",\n", b"\n"], 3: [b"f"]},
            [(b"", b"")]), flags=1, first=10, range_=5), 2,
        verify=True)
    bad("ZON-4-first", "Times earlier than the first event.",
        events_file(ONE, first=9999, range_=3001), 2, verify=True)
    bad("ZON-4-range", "Times later than the last end.", events_file(ONE, range_=3001), 2,
        verify=True)
    bad("ZON-2-first", "An event before the first.", events_file(ONE, first=10001), 2, verify=True)
    bad("ZON-2-range", "A span that ends after the last.", events_file(ONE, range_=2000), 2,
        verify=True)
    bad("ZON-4-document-bytes", "Another length of its text.",
        events_file(ONE, zone=head(document_bytes=55)), 2)
    bad("ZON-4-document-offset", "Another place of its text.",
        events_file(ONE, zone=head(document_offset=3)), 2, verify=True)
    bad("ZON-4-events", "An event less than there are.",
        events_file(ONE, events=0), 2, verify=True)
    bad("ZON-4-phases", "Phases that are not those of the events.",
        events_file(ONE, phases=[(ord("B"), 1)]), 2, verify=True)
    bad("ZON-4-spans", "A span less than there are.",
        events_file(ONE, spans=0), 2, verify=True)
    bad("ZON-4-longest", "A span that is longer than the longest.",
        events_file(ONE, longest=2999), 2, verify=True)
    bad("ZON-4-raw-phase", "A raw row that the zone map gives no phase.",
        raw_fields(phases=[(0, 5)]), 2, verify=True)
    bad("ZON-4-raw-spans", "The span of a raw row is not counted.",
        raw_fields(spans=1), 2, verify=True)
    bad("ZON-2-raw", "A raw row before the first time.",
        raw_fields(first=10001, range_=14999), 2, verify=True)
    bad("ZON-4-tracks", "The track of an event is missing.",
        events_file(ONE, tracks=[]), 2, verify=True)
    bad("ZON-4-phases-order", "Phases that do not ascend.",
        events_file([X(b"f", b"10", b"3"), I(b"f", b"12")], phases=[(ord("i"), 1), (ord("X"), 1)]),
        2, also="FRM-5")
    schema = plain_schema(tracks=[(b"", b"")], shapes=[(0, 1, [b'{"ph":"', NAME, b'"}'])])
    schema.paths[1] = (0, b"ph")
    bad("EVT-1-phase", "A phase that is a value of a column.",
        events_file([(1, [b"f"])], schema, phases=[(0, 1)], tracks=[0]), 2, verify=True)

    node = plain_schema()
    bad("ROW-1-shape", "A row of a shape that is not defined.", events_file(
        ONE, node, arrays={0: lambda v, s: vb.constant(2)}), 2)
    lists = [(1, [(1, [(1, [(NUMBER, b"1"), (NUMBER, b"2")])])])] * 2
    bad("ROW-1-count", "A list without elements.", events_file(lists, nested_schema(), arrays={
        7: lambda v, s: vb.planes([0, 4], s)}), 2)
    bad("ROW-1-tag", "An element with the tag 4.", events_file(lists, nested_schema(), arrays={
        8: lambda v, s: vb.planes([1, 1, 1, 4], s)}), 2)


# -------------------------------------------------------------------- encodings

def wrong_ts(name, title, make, nodes=None, schema=None, order=None, **more):
    """`make(values, segment)`: the array of the mantissas of ts."""
    bad(name, title, events_file(nodes or TWO, schema, order=order, arrays={TS: make}), 2, **more)


def encodings():
    def deep(levels):
        return lambda v, s: vb.delta(deep(levels - 1)(v, s)) if levels > 1 else vb.constant(0)
    wrong_ts("ENC-1-deep", "Nine operators within each other.", deep(9))
    wrong_ts("ENC-1-very-deep", "2,000 operators within each other.",
             lambda v, s: vb.raw(b"\x02" * 2000, "DELTA, 2,000 times") + vb.constant(0))
    for code, name in ((13, "FLOAT"), (14, "op-14"), (255, "op-255")):
        wrong_ts("ENC-1-%s" % name, "The operator %d." % code,
                 lambda v, s, code=code: vb.u8(code, "op") + vb.raw(b"\0" * 8),
                 status="UNSUPPORTED")
    wrong_ts("ENC-2-w-0", "PLANES of no bytes.", lambda v, s: vb.planes_at(
        0, 0, 1, s.add(b"\0" * 16, "16 bytes")))
    wrong_ts("ENC-2-w-9", "PLANES of nine bytes.", lambda v, s: vb.planes_at(
        9, 0, 1, s.add(b"\0" * 18, "18 bytes")))
    wrong_ts("ENC-2-end", "PLANES past the end of the segment.", lambda v, s: vb.planes_at(
        2, 0, 1, s.add(b"\1\2\0", "3 of 4 bytes")), order=[0, 1, NAME, DUR, PID, TID, TS])
    wrong_ts("ENC-2-offset", "PLANES at an offset of 2^64 - 1.", lambda v, s: vb.planes_at(
        1, 0, 1, (1 << 64) - 1))
    wrong_ts("ENC-2-segment-0", "PLANES in the directory.", lambda v, s: vb.planes_at(1, 0, 0, 0))
    wrong_ts("ENC-2-segment", "PLANES in a segment that is not there.",
             lambda v, s: vb.planes_at(1, 0, 2, 0))
    wrong_ts("ENC-3-none", "No runs.",
             lambda v, s: vb.runs(0, vb.constant(1), vb.constant(1)))
    wrong_ts("ENC-3-many", "More runs than values.",
             lambda v, s: vb.runs(3, vb.constant(1), vb.constant(0)))
    wrong_ts("ENC-3-short", "Runs that do not fill the array.",
             lambda v, s: vb.runs(1, vb.constant(1), vb.constant(0)))
    wrong_ts("ENC-3-long", "Runs that are longer than the array.",
             lambda v, s: vb.runs(1, vb.constant(1), vb.constant(2)))
    wrong_ts("ENC-3-wraps", "Runs whose lengths add up to 2 modulo 2^64.",
             lambda v, s: vb.runs(2, vb.constant(1), vb.planes([-2, 2], s)))
    wrong_ts("ENC-4-none", "A palette without values.",
             lambda v, s: vb.palette(0, vb.constant(1), vb.constant(0)))
    wrong_ts("ENC-4-many", "A palette of more values than the array has.",
             lambda v, s: vb.palette(3, vb.constant(1), vb.constant(0)))
    wrong_ts("ENC-4-index", "An index past the palette.",
             lambda v, s: vb.palette(1, vb.constant(1), vb.constant(1)))
    wrong_ts("ENC-4-negative", "A negative index.",
             lambda v, s: vb.palette(1, vb.constant(1), vb.constant(-1)))
    wrong_ts("ENC-5-rows", "MAP in an array without rows.",
             lambda v, s: vb.runs(1, vb.map_(NAME, 1, vb.constant(1)), vb.constant(1)))
    wrong_ts("ENC-5-fewer", "MAP with fewer values than contexts.",
             lambda v, s: vb.map_(NAME, 0, vb.constant(1)))
    wrong_ts("ENC-5-more", "MAP with more values than contexts.",
             lambda v, s: vb.map_(NAME, 2, vb.constant(1)))
    first = [0, 1, PID, TID, NAME, TS, DUR]
    wrong_ts("ENC-6-rows", "GROUP in an array without rows.",
             lambda v, s: vb.runs(1, vb.group(vb.constant(1)), vb.constant(1)), order=first)
    wrong_ts("ENC-7-rows", "LINEAR in an array without rows.",
             lambda v, s: vb.runs(1, vb.linear(DUR, vb.constant(1)), vb.constant(1)),
             order=[0, 1, NAME, DUR, TS, PID, TID])
    wrong_ts("ENC-7-type", "LINEAR with a column of strings.",
             lambda v, s: vb.linear(NAME, vb.constant(1)))

    bad("ROWS-1-node", "A NODE column before that of the parent path.", events_file(
        [(1, [(1, [(2, [])])])] * 2, nested_schema(), order=[0, 1, 5, 3]), 2)
    raw = [(1, [(0, b"[1]")])] * 2
    bad("ROWS-1-raw", "RAW before NODE of the same path.",
        events_file(raw, nested_schema(), order=[0, 1, 4, 3]), 2)
    lists = [(1, [(1, [(1, [(NUMBER, b"1"), (NUMBER, b"2")])])])] * 2
    bad("ROWS-1-count", "COUNT before NODE of the same path.",
        events_file(lists, nested_schema(), order=[0, 1, 3, 7, 5, 8, 9]), 2)
    bad("ROWS-1-tag", "TAG before COUNT.",
        events_file(lists, nested_schema(), order=[0, 1, 3, 5, 8, 7, 9]), 2)
    bad("ROWS-1-element", "The elements' NUMBER before their TAG.",
        events_file(lists, nested_schema(), order=[0, 1, 3, 5, 7, 9, 8]), 2)
    group = {0: lambda v, s: vb.group(vb.constant(1))}
    bad("ROWS-2-nodes", "GROUP in column 0.", events_file(TWO, arrays=group), 2)
    bad("ROWS-2-pid", "GROUP in the column of the pid.", events_file(
        TWO, arrays={PID: lambda v, s: vb.group(vb.constant(1))}), 2)
    bad("ROWS-2-tid-string", "GROUP in the column of the tid's strings.", events_file(
        [(2, [b"2", b"x"]), (2, [b"3", b"x"])], string_tid_schema(),
        arrays={5: lambda v, s: vb.group(vb.constant(1))}), 2)
    bad("ROWS-2-order", "GROUP before the tid is known.", events_file(
        TWO, order=[0, 1, PID, TS, NAME, DUR, TID],
        arrays={TS: lambda v, s: vb.group(vb.planes(v, s))}), 2)

    def wrong_number(name, title, rule, scale, code, mantissa):
        bad(name, title, events_file(ONE, whole={TS: lambda t, s: vb.number(
            rule, scale, vb.constant(code), vb.constant(mantissa))}), 2)
    wrong_number("NUMB-1-scale", "S is 19.", 0, 19, 0, 10)
    wrong_number("NUMB-1-rule", "The rule 4.", 4, 1, 0, 10)
    wrong_number("NUMB-1-rule-2", "Rule 2 with S = 0.", 2, 0, 0, 10)
    wrong_number("NUMB-1-code", "The code 20.", 0, 0, 20, 10)
    wrong_number("NUMB-1-code-negative", "The code -1.", 0, 0, -1, 10)
    wrong_number("NUMB-1-id", "A string that is not defined.", 0, 0, 255, 1)
    wrong_number("NUMB-1-id-0", "The string 0.", 0, 0, 255, 0)
    bad("NUMB-1-plain-id", "Beside plain strings, a string that is not defined.",
        plain_number(ids=[2, 0, 0, 15]), 2)
    bad("STR-1-number-fewer", "A number with fewer plain strings than it says.",
        plain_number(ids=[1, 0, 1, 15]), 2)
    bad("STR-1-number-code", "Plain strings, and no number with code 255.",
        plain_number(codes=[0, 0, 0, 0]), 2)
    bad("STR-1-number-none", "A number with no plain strings where it says there are.",
        events_file([I(b"f", b"1")], whole={TS: lambda t, s: vb.number_plain(
            0, 0, vb.constant(0), vb.constant(1), 0)}), 2)

    def wrong_ticks(name, title, a=1.0, c=3.0, g=1, index=0, residual=0, code=0, mantissa=333,
                    scale=3, m=None):
        bad(name, title, events_file(ONE, whole={TS: lambda t, s: vb.ticks(
            scale, [(a, c, g)], vb.constant(index), vb.constant(residual), vb.constant(code),
            vb.constant(mantissa), m)}), 2)
    top = (1 << 63) - 1
    wrong_ticks("NUMB-3-no-factors", "No factors.", m=0)
    wrong_ticks("NUMB-3-factors", "65 factors.", m=65)
    wrong_ticks("NUMB-3-a-zero", "A factor of zero.", a=0.0)
    wrong_ticks("NUMB-3-a-negative", "A negative factor.", a=-1.0)
    wrong_ticks("NUMB-3-c-infinite", "An infinite factor.", c=float("inf"))
    wrong_ticks("NUMB-3-c-nan", "A factor that is no number.", c=float("nan"))
    wrong_ticks("NUMB-3-g-0", "g is 0.", g=0)
    wrong_ticks("NUMB-3-g", "g is 2^32.", g=1 << 32)
    wrong_ticks("NUMB-3-index", "An index past the factors.", index=1)
    wrong_ticks("NUMB-3-index-negative", "A negative index.", index=-1)
    wrong_ticks("NUMB-3-zero", "The double 0.", mantissa=0)
    wrong_ticks("NUMB-3-power", "A power of two.", c=1.0, mantissa=4000)
    wrong_ticks("NUMB-3-small", "A double below 2^-14.", c=1e6, mantissa=0, residual=3)
    wrong_ticks("NUMB-3-large", "A double above 2^52.", c=1.0, mantissa=0, residual=(1 << 53) + 1)
    wrong_ticks("NUMB-3-infinite", "A double that overflows.", a=1e308, c=1e-308, residual=5)
    wrong_ticks("NUMB-3-sum", "k does not fit into 64 bits.", c=1.0, mantissa=7000, residual=top)
    wrong_ticks("NUMB-3-decimals", "More than 18 decimals.", c=9e3, mantissa=0, residual=1)
    wrong_ticks("NUMB-3-product", "A mantissa that does not fit, at another scale.", code=19,
                mantissa=10**4 * 10**4)
    wrong_ticks("NUMB-3-code-sum", "A mantissa and residual that do not fit.", code=4, mantissa=5,
                residual=top)

    def wrong_string(name, title, make, **more):
        bad(name, title, events_file(TWO, whole={NAME: make}), 2, **more)
    wrong_string("STR-1-id", "A string that is not defined.",
                 lambda t, s: vb.ids_only(vb.constant(2)))
    wrong_string("STR-1-id-negative", "A negative id.", lambda t, s: vb.ids_only(vb.constant(-1)))
    wrong_string("STR-1-p-fewer", "Fewer plain strings than it says.", lambda t, s: vb.plain(
        vb.constant(0), 3, vb.constant(1), 1, s.add(b"fff", "strings")))
    wrong_string("STR-1-p-more", "More plain strings than it says.",
                 lambda t, s: vb.ids_only(vb.constant(0)))
    wrong_string("STR-1-lengths", "Lengths past the end of the segment.", lambda t, s: vb.plain(
        vb.constant(0), 2, vb.constant(200), 1, s.add(b"ff", "strings")))
    wrong_string("STR-1-lengths-wrap", "Lengths that add up to 2 modulo 2^64.",
                 lambda t, s: vb.plain(vb.constant(0), 2, vb.planes([-2, 4], s), 1,
                                       s.add(b"ffff", "strings")))
    wrong_string("STR-1-segment-0", "Strings in the directory.", lambda t, s: vb.plain(
        vb.constant(0), 2, vb.constant(1), 0, 0))
    wrong_string("STR-1-width", "Hexadecimal digits of a width of 17.", lambda t, s: vb.plain_hex(
        vb.constant(0), 2, b"0x", 17, vb.constant(1)))
    wrong_string("STR-1-form", "The form 3.", lambda t, s: vb.constant(0) + vb.varint(2, "p") +
                 vb.u8(3, "form 3") +
                 vb.raw(b"\0" * 8), status="UNSUPPORTED")


def nests():
    schema = plain_schema([b"a"], [(b"1", b"2")], shapes=[(0, 1, [
        b'{"ph":"i","ts":', TS, b',"ts":', TS, b',"pid":', PID, b',"tid":', TID, b"}"])])
    bad("NEST-1-two-ts", "NEST with two ts in a row.", events_file(
        [(1, [b"1", b"2", b"1", b"2"])], schema, order=[0, 1, PID, TID, TS],
        arrays={TS: lambda v, s: vb.nest(0, None, 0, vb.constant(0), vb.constant(1),
                                         vb.constant(0))}), 2)
    schema = plain_schema([b"a"], [(b"1", b"2")], shapes=[
        (0, 1, [b'{"ph":"i","ts":', TS, b"}"]), (0, 1, [b'{"ph":"X","dur":', DUR, b"}"])])
    bad("NEST-1-no-ts", "NEST with a dur in a row without ts.", events_file(
        [(1, [b"1"]), (2, [b"2"])], schema, order=[0, 1, TS, DUR], arrays={
            TS: lambda v, s: vb.nest(2, DUR, 1, vb.constant(0), vb.constant(1), vb.constant(2)),
            DUR: lambda v, s: vb.nested(TS)}), 2)
    def with_count(n, durs):
        return events_file(
            [X(b"f", b"%d" % (10 + i), b"1") for i in range(durs)] + [I(b"f", b"20")],
            order=NEST_ORDER if durs else [c for c in NEST_ORDER if c != DUR], arrays={
                TS: lambda v, s: vb.nest(2, DUR, n, vb.constant(0),
                                         vb.auto([10, 0, 9][-1 - durs:], s), vb.constant(1)),
                DUR: lambda v, s: vb.nested(TS)})
    bad("NEST-1-count", "n' is not the number of values of dur.", with_count(3, 2), 2)
    bad("NEST-1-count-0", "A dur without values.", with_count(0, 0), 2)
    unsupported("NEST-1-flags", "Flags that are not known.", nest_file(
        TWO, 4, [], [10, 4], []), 2)
    bad("NEST-2-stack", "k is more than what is on the stack.",
        nest_file(TWO, 2, [0, 2], [10, 1], [3, 2]), 2)
    bad("NEST-2-negative", "k is negative.", nest_file(TWO, 2, [0, -1], [10, 1], [3, 2]), 2)

    def nested_in(column, of, order, ts=None, **more):
        arrays = {column: lambda v, s: vb.nested(of)}
        if ts:
            arrays[TS] = ts
        return events_file(TWO, order=order, arrays=arrays, **more)
    order = NEST_ORDER
    bad("NEST-3-no-nest", "NESTED without a NEST.", nested_in(DUR, TS, order), 2)
    bad("NEST-3-first", "NESTED before its NEST.",
        nested_in(DUR, TS, [0, 1, PID, TID, NAME, DUR, TS],
                  lambda v, s: vb.nest(2, DUR, 2, vb.constant(0), vb.auto([10, 1], s),
                                       vb.auto([3, 2], s))), 2)
    bad("NEST-3-no-dur", "NESTED by a NEST that names no dur.",
        nested_in(DUR, TS, order, lambda v, s: vb.nest(
            0, None, 0, vb.constant(0), vb.auto([10, 4], s), vb.constant(0))), 2)
    bad("NEST-3-column", "NESTED that names another column.",
        nested_in(DUR, PID, order, lambda v, s: vb.nest(
            2, DUR, 2, vb.constant(0), vb.auto([10, 1], s), vb.auto([3, 2], s))), 2)
    bad("NEST-3-elsewhere", "NEST in a column that is not ts.", events_file(
        TWO, order=order, arrays={DUR: lambda v, s: vb.nest(
            0, None, 0, vb.constant(0), vb.auto([3, -1], s), vb.constant(0))}), 2)
    bad("NEST-3-dur", "NEST that names as dur another column.", events_file(
        TWO, order=[0, 1, TID, PID, NAME, TS, DUR], arrays={TS: lambda v, s: vb.nest(
            2, TID, 2, vb.constant(0), vb.auto([10, 1], s), vb.constant(2))}), 2)
    bad("NEST-3-inside", "NEST within another operator.", events_file(
        TWO, order=order, arrays={TS: lambda v, s: vb.scale(1, 0, vb.nest(
            0, None, 0, vb.constant(0), vb.auto([10, 4], s), vb.constant(0)))}), 2)
    bad("NEST-3-scale", "NESTED with another S than its NEST.", events_file(
        TWO, order=order,
        arrays={TS: lambda v, s: vb.nest(2, DUR, 2, vb.constant(0), vb.auto([10, 1], s),
                                         vb.auto([3, 2], s))},
        whole={DUR: lambda t, s: vb.number(0, 1, vb.constant(0), vb.nested(TS))}), 2)
    bad("NEST-3-codes", "NEST in a ts of which one has a code of its own: `10` and `14.0`.",
        events_file(TWO, order=order, arrays={
            DUR: lambda v, s: vb.nested(TS)}, whole={TS: lambda t, s: vb.number(
                0, 0, vb.planes([0, 2], s), vb.nest(2, DUR, 2, vb.constant(0),
                                                    vb.auto([10, 127], s), vb.auto([3, 2], s)))}),
        2)
    bad("NEST-3-dur-codes", "NESTED in a dur with codes of their own.", events_file(
        TWO, order=order,
        arrays={TS: lambda v, s: vb.nest(2, DUR, 2, vb.constant(0), vb.auto([10, 1], s),
                                         vb.auto([3, 2], s))},
        whole={DUR: lambda t, s: vb.number(0, 0, vb.planes([0, 2], s), vb.nested(TS))}), 2)


# ---------------------------------------------------------------- document, index

def documents():
    file = text_file()
    bad("DOC-1-missing", "The DOCUMENT frame is missing: the file is incomplete.",
        file, 1, "TRUNCATED", document=b"[]")
    bad("DOC-1-nothing", "A header and nothing more.", vb.File(), 0, "TRUNCATED", document=b"")
    bad("DOC-1-twice", "Two DOCUMENT frames.", text_file().document().document(), verify=True)
    file = text_file()
    file.text += b" "
    file.document()
    file.text = b"[]"
    bad("DOC-1-text-after", "Text after the DOCUMENT frame, which counts it.",
        file.add_text(b" "), verify=True)
    bad("DOC-1-rows", "Another number of rows than the blocks have.",
        events_file(ONE, close=False).document(rows=2), verify=True)
    bad("DOC-1-events", "Another number of events than the blocks have.",
        events_file(ONE, close=False).document(events=0), verify=True)
    bad("DOC-2-length", "Another length.", text_file().document(size=3))
    bad("DOC-2-hash-low", "Another hash, in its low half.", text_file().document(spoil_low=1))
    bad("DOC-2-hash-high", "Another hash, in its high half.",
        text_file().document(spoil_high=1 << 63))
    bad("DOC-2-issue", "An issue past the end of the document.",
        text_file().document(issues=1, listed=[(1, 2, 1)]), also="FRM-5")
    bad("FRM-5-issues", "More issues than there are bytes for.",
        text_file().add(4, vb.frame(4, vb.varint(2, "bytes of the document") + vb.raw(b"\0" * 16)
                                    + vb.raw(b"\0\0\0\0", "rows, events, flags, issues")
                                    + vb.varint(1 << 40, "listed"), [])))

    def index(name, title, change, rule=None):
        file = text_file().document()
        change(file)
        end = file.offset
        file.trailer()
        # The frame that the INDEX is wrong about is as good a place as the INDEX.
        bad(name, title, file, 2, verify=True, rule=rule, place=(32, end - 32))
    index("IDX-2-size", "Another size of a frame.",
          lambda f: f.index(frames=[(3, 37, None), (4, 54, None)]))
    index("IDX-2-type", "Another type of a frame.",
          lambda f: f.index(frames=[(1, 36, None), (4, 54, None)]))
    index("IDX-2-count", "A frame too few.", lambda f: f.index(frames=f.frames[:1]))
    index("FRM-5-index", "An INDEX with a byte too many, behind two parts of no bytes.",
          lambda f: f.index(more=b"\0\0\0"))
    file = events_file(ONE, close=False).add_text(b"]\n").document()
    zone = vb.zone_map(1, 1, 2, 54, names=None)
    frames_ = [(t, n, zone if t == 2 else z) for t, n, z in file.frames]
    file.index(frames=frames_)
    end = file.offset
    bad("IDX-2-zone-map", "Another zone map than that of the block.", file.trailer(), 5,
        verify=True, place=(32, end - 32))

    def top(name, title, spans=TOP_SPANS, tracks=TOP_TRACKS, rule=None, also=None, **more):
        file = top_file(spans, tracks, **more)
        bad(name, title, file, len(file.frames) - 1, document=file.text, verify=True, rule=rule,
            also=also)

    def changed(place, value, which=0):
        spans = [list(span) for span in TOP_SPANS]
        spans[which][place] = value
        return spans
    top("IDX-3-longest", "A list that leaves the longest span out.", TOP_SPANS[1:])
    top("IDX-3-gap", "A list that leaves out a span between.", TOP_SPANS[::2])
    top("IDX-3-tie", "Spans of the same duration, the later first.",
        [TOP_SPANS[1], TOP_SPANS[0], TOP_SPANS[2]])
    top("IDX-3-twice", "A span twice.", [TOP_SPANS[0]] + TOP_SPANS)
    top("IDX-3-duration", "Another duration.", changed(0, 400, 2))
    top("IDX-3-start", "Another start.", changed(1, 10001))
    top("IDX-3-block", "A block that there is not.", changed(2, 2))
    top("IDX-3-row", "Another row.", changed(3, 2, 1))
    top("IDX-3-phase", "An X that is the end of a pair.", changed(4, 88))
    top("IDX-3-track", "A track that there is not.", changed(5, 1), [])
    top("IDX-3-name", "Another name.", changed(6, 3))
    top("IDX-3-name-id", "The id of a name that is not defined.", changed(6, 5))
    top("IDX-3-category", "A category where there is none.", changed(7, b"c"))
    top("IDX-3-text", "A text of 1,025 bytes.", changed(6, bytes(1025), 1))
    top("IDX-3-many", "More than 1,024 spans.", n=1025)
    top("IDX-3-more", "More spans than there are.", TOP_SPANS + [(0, 0, 1, 1, 88, 0, 2, None)])
    top("IDX-4-thread", "Another name of a thread.", tracks=[(0, 2, b"later")])
    top("IDX-4-none", "A thread that has a name, and is said to have none.", tracks=[(0, 2, 2)])
    top("IDX-4-process", "A name of a process that has none.", tracks=[(0, b"p", b"main")])
    top("IDX-4-track", "The names of a track that there is not.", tracks=[(1, 2, 2)])
    top("IDX-4-code", "What is said of a name is none of 0, 1 and 2.", tracks=[(0, 3, b"main")])
    top("IDX-4-many", "Names for more tracks than there are spans.", TOP_SPANS[:1],
        [(i, None, None) for i in range(2)])
    top("FRM-5-top-list", "More spans than there are bytes for.", n=1000)
    top("FRM-5-top-list-long", "A top list that is longer than the INDEX.",
        top=vb.heading("top list") + vb.varint(2, "bytes of the top list") + vb.varint(0, "n"))

    def totals(name, title, names=TOTALS, rule=None, also=None, **more):
        file = totals_file(names, **more)
        bad(name, title, file, len(file.frames) - 1, document=file.text, verify=True, rule=rule,
            also=also)

    def one(which, place, value):
        names = [list(name) for name in TOTALS]
        names[which][place] = value
        return names
    totals("IDX-5-events", "A name has an event more.", one(1, 1, 5))
    totals("IDX-5-no-name", "Events without a name are left out.", TOTALS[1:])
    totals("IDX-5-spans", "A span of one name counted for another.",
           [TOTALS[0], (1, 4, 2, -2000, 5000, 3000), (2, 2, 3, 3000, 8000, 18000), TOTALS[3]])
    totals("IDX-5-least", "Another least duration.", one(1, 3, -2001))
    totals("IDX-5-most", "Another greatest duration.", one(2, 4, 8001))
    totals("IDX-5-sum", "Another sum.", one(1, 5, 6001))
    totals("IDX-5-id", "A name that is not defined.", [*TOTALS[:3], (5, 1, 0, 0, 0, 0)])
    totals("IDX-5-unused", "A name that no event has, in place of one.",
           [*TOTALS[:3], (4, 1, 0, 0, 0, 0)])
    totals("IDX-5-nothing", "A name without events and spans.", TOTALS + [(4, 0, 0, 0, 0, 0)])
    totals("IDX-5-many", "More than 65,536 names.", g=65537)
    totals("IDX-5-greatest", "A greatest duration beyond 64 bits.", one(1, 4, 1 << 63))
    totals("IDX-5-two", "A sum of two beyond 64 bits.",
           one(2, 4, (1 << 63) - 1))
    totals("IDX-5-big-id", "An id beyond 32 bits.", [*TOTALS[:3], (1 << 32, 1, 0, 0, 0, 0)])
    totals("IDX-5-text", "Totals although a name is in no dictionary.", f=b"local")
    totals("FRM-5-totals", "More names than there are bytes for.", g=1000)
    totals("FRM-5-totals-long", "Name totals that are longer than the INDEX.",
           totals=vb.heading("name totals") + vb.varint(2, "bytes") + vb.varint(0, "g"))
    totals("FRM-5-totals-more", "Something behind the name totals.",
           totals=vb.name_totals(TOTALS) + vb.raw(b"\0", "a byte more"))

    def trailer(name, title, change, status="CORRUPT"):
        file = events_file(ONE, close=False).add_text(b"]\n").document().index()
        change(file)
        bad(name, title, file, len(file.frames), status, document=file.text, verify=True)
    trailer("IDX-1-checksum", "A trailer whose checksum is wrong is not used.",
            lambda f: f.trailer(spoil=1))
    trailer("IDX-1-offset", "A trailer that points elsewhere is not used.",
            lambda f: f.trailer(offset=32))
    trailer("IDX-1-magic", "A trailer whose magic is wrong is not used.",
            lambda f: f.trailer(magic=b"VTCEND\r\r"))
    file = events_file(ONE, close=False).add_text(b"]\n").document()
    bad("IDX-1-no-index", "The INDEX and the trailer are missing: read by walking the chain.",
        file, len(file.frames), "TRUNCATED", document=file.text, verify=True)
    trailer("IDX-1-missing", "The trailer is missing: the INDEX is met by walking.", lambda f: None,
            "TRUNCATED")


def make():
    headers()
    frames()
    packed_and_text()
    definitions()
    blocks()
    encodings()
    nests()
    documents()
