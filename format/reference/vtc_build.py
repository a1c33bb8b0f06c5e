"""A small independent encoder: writes any structure of SPEC 7 and 8, wrong ones too.

For the vectors in format/vectors/. Everything that is written is an *annotated* list
of (bytes, comment) pairs, so that a file can be printed as hexadecimal text in which
each field is explained. A pair without bytes is a heading. Checksums, offsets and
counts are filled in here; a caller who wants them wrong says so by name.

Two layers: the structures one by one (functions), and class File, which keeps count of
offsets and of the document, so that DOCUMENT, INDEX and trailer come out right.
"""
import struct

from vtc_xxh3 import xxh3_64, xxh3_128

NUMBER, STRING, NODE, COUNT, TAG, RAW, SEPARATOR = range(1, 8)
TYPE_NAMES = ["", "NUMBER", "STRING", "NODE", "COUNT", "TAG", "RAW", "SEPARATOR"]
FRAME_NAMES = {1: "DEFINITIONS", 2: "BLOCK", 3: "TEXT", 4: "DOCUMENT", 5: "INDEX"}
M64 = (1 << 64) - 1


# ------------------------------------------------------------------- scalars

def raw(data, comment=""):
    return [(bytes(data), comment)]


def heading(text):
    return [(b"", text)]


def joined(annotated):
    return b"".join(data for data, _ in annotated)


def show(data):
    """Bytes in a comment: as text where they are text."""
    text = data.decode("latin-1")
    return '"%s"' % "".join(c if 32 <= ord(c) < 127 else "\\x%02x" % ord(c) for c in text)


def u8(value, comment=""):
    return raw([value], comment)


def fixed(value, size, comment=""):
    return raw(value.to_bytes(size, "little"), comment)


def varint_bytes(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint(value, comment=""):
    return raw(varint_bytes(value), "%s: %d" % (comment, value) if comment else "%d" % value)


def svarint(value, comment=""):
    zigzag = (value << 1) ^ (value >> 63)
    return raw(varint_bytes(zigzag & M64),
               "%s: %d" % (comment, value) if comment else "%d" % value)


def string(data, comment="a string"):
    return raw(varint_bytes(len(data)) + data, "%s: %s" % (comment, show(data)))


def zstd_raw(data):
    """One zstd frame that holds the bytes as they are (RFC 8878: a raw block)."""
    n = len(data)
    assert n < 256
    return (raw(b"\x28\xb5\x2f\xfd", "zstd: magic")
            + raw(b"\x20", "zstd: one segment, a content size of one byte")
            + raw([n], "zstd: content size %d" % n)
            + raw((n << 3 | 1).to_bytes(3, "little"), "zstd: last block, raw, %d bytes" % n)
            + raw(data, show(data)))


def zstd_rle(byte, n, declared=None):
    """One zstd frame with an RLE block: n times a byte, with a content size of 4 bytes."""
    declared = n if declared is None else declared
    return (raw(b"\x28\xb5\x2f\xfd", "zstd: magic")
            + raw(b"\xa0", "zstd: one segment, a content size of 4 bytes")
            + fixed(declared, 4, "zstd: content size %d" % declared)
            + raw((n << 3 | 3).to_bytes(3, "little"), "zstd: last block, RLE, %d bytes" % n)
            + raw([byte], "zstd: the byte that is repeated"))


# ---------------------------------------------------------- file header, frame

def header(magic=b"\x89VTC\r\n\x1a\n", major=1, minor=0, reserved=0, incompatible=0,
           compatible=0, checksum=None):
    out = (heading("File header (7.1)") + raw(magic, "magic")
           + fixed(major, 2, "major version %d" % major)
           + fixed(minor, 2, "minor version %d" % minor)
           + fixed(reserved, 4, "reserved")
           + fixed(incompatible, 4, "incompatible features")
           + fixed(compatible, 4, "compatible features"))
    right = xxh3_64(joined(out))
    checksum = right if checksum is None else checksum ^ right
    return out + fixed(checksum, 8, "XXH3-64 of the bytes 0 to 23" +
                       ("" if checksum == right else ", wrong"))


def frame(type_, head, payload, flags=0, sync=b"\xf7VTF", reserved=0, m=None, p=None,
          spoil_payload_sum=0, spoil_head_sum=0, name=None):
    head_bytes, payload_bytes = joined(head), joined(payload)
    m = len(head_bytes) if m is None else m
    p = len(payload_bytes) if p is None else p
    payload_sum = xxh3_64(payload_bytes) ^ spoil_payload_sum
    out = (raw(sync, "sync mark")
           + u8(type_, "type %d: %s" % (type_, name or FRAME_NAMES.get(type_, "unknown")))
           + u8(flags, "flags") + fixed(reserved, 2, "reserved")
           + fixed(m, 4, "m, bytes of the head: %d" % m)
           + fixed(p, 4, "p, bytes of the payload: %d" % p)
           + fixed(payload_sum, 8, "XXH3-64 of the payload" +
                   (", wrong" if spoil_payload_sum else ""))
           + head)
    head_sum = xxh3_64(joined(out)) ^ spoil_head_sum
    out += fixed(head_sum, 8, "XXH3-64 of the frame up to here" +
                 (", wrong" if spoil_head_sum else ""))
    if payload_bytes:
        out += heading("payload") + payload
    return out


def packed_head(n, method):
    return varint(n, "n, bytes when unpacked") + u8(method, "method %d" % method)


# ----------------------------------------------------------------- definitions

def member(parent, key):
    return varint(parent, "parent path") + u8(1, "kind: member") + string(key, "key")


def elements(parent):
    return varint(parent, "parent path") + u8(2, "kind: elements")


def column(path, type_):
    return (varint(path, "path") +
            u8(type_, "type: %s" % (TYPE_NAMES[type_] if type_ < 8 else type_)))


def fixed_shape(path, flags, literals, columns):
    out = (varint(path, "path") + u8(1, "kind: fixed") +
           u8(flags, "flags" + (": an event" if flags & 1 else "")) +
           varint(len(columns), "slots"))
    for literal, slot in zip(literals, columns):
        out += string(literal, "literal") + varint(slot, "slot, column")
    return out + string(literals[-1], "last literal")


def list_shape(path, begin, separator, end):
    return (varint(path, "path") + u8(2, "kind: list") + string(begin, "open") +
            string(separator, "separator") + string(end, "close"))


def strings_of(column_id, texts):
    out = varint(column_id, "column") + varint(len(texts), "n")
    for text in texts:
        out += varint(len(text), "length")
    for i, text in enumerate(texts):
        out += raw(text, show(text))
    return out


def numbered(what, items, first):
    out = varint(len(items), "%s, how many" % what)
    for i, item in enumerate(items):
        out += heading("%s %d" % (what, first + i)) if first is not None else []
        out += item
    return out


def definitions_payload(paths=(), columns=(), shapes=(), strings=(), tracks=(),
                        first_path=1, first_column=3):
    out = numbered("path", paths, first_path)
    out += numbered("column", columns, first_column)
    out += numbered("shape", shapes, None)
    out += numbered("columns with strings", strings, None)
    out += varint(len(tracks), "tracks, how many")
    for pid, tid in tracks:
        out += string(pid, "pid") + string(tid, "tid")
    return out


# ----------------------------------------------------------------------- block

def zone_map(rows, events, document_offset, document_bytes, flags=0, first=0, range_=0,
             longest=0, spans=0, phases=(), tracks=(), names=None, more=b""):
    """names: the ids in the filter; None for all bits."""
    bloom = bytearray(b"\xff" * 32 if names is None else 32)
    for name in names or ():
        for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F):
            bit = (name * factor & M64) >> 56
            bloom[bit // 8] |= 1 << bit % 8
    out = (varint(rows, "rows") + varint(events, "events")
           + varint(document_offset, "document_offset")
           + varint(document_bytes, "document_bytes")
           + u8(flags, "flags" + (": there are times" if flags & 1 else ""))
           + svarint(first, "first") + varint(range_, "range") + varint(longest, "longest")
           + varint(spans, "spans") + varint(len(phases), "phases, how many"))
    for phase, count in phases:
        out += (u8(phase, "phase %s" % (chr(phase) if phase else "none")) +
                varint(count, "events of it"))
    out += varint(len(tracks), "tracks, how many")
    before = -1
    for track in tracks:
        out += varint(track - before - 1, "track %d, as a step" % track)
        before = track
    out += raw(bloom, "Bloom filter of the names")
    if more:
        out += raw(more, "a field of a later version")
    return varint(len(joined(out)), "bytes of the zone map") + out


def top_text(name):
    """name: None, bytes, or v."""
    if name is None:
        return varint(0, "nothing")
    return varint(1, "text") + string(name) if isinstance(name, bytes) else varint(name, "v")


def top_list(spans, tracks=(), n=None, t=None, more=b""):
    """spans: (duration, start, block, row, phase, track, name, category);
    tracks: (id, process, thread)."""
    out = varint(len(spans) if n is None else n, "n, spans")
    before = None
    for duration, *_ in spans:
        out += (svarint(duration, "duration, ns") if before is None else
                varint(before - duration & M64, "duration %d, as a step down" % duration))
        before = duration
    before = 0
    for span in spans:
        out += svarint(span[1] - before, "start %d, as a step" % span[1])
        before = span[1]
    for place, what in ((2, "block"), (3, "row"), (4, None), (5, "track")):
        for span in spans:
            out += (varint(span[place], what) if what else
                    u8(span[place], "phase %s" % chr(span[place])))
    out += heading("names")
    for span in spans:
        out += top_text(span[6])
    out += heading("categories")
    for span in spans:
        out += top_text(span[7])
    out += heading("tracks") + varint(len(tracks) if t is None else t, "t")
    before = -1
    for track, process, thread in tracks:
        out += (varint(track - before - 1, "track %d, as a step" % track) + top_text(process) +
                top_text(thread))
        before = track
    if more:
        out += raw(more, "a field of a later version")
    return heading("top list") + varint(len(joined(out)), "bytes of the top list") + out


def name_totals(names, g=None, more=b""):
    """names: (id, events, spans, least, most, total), ascending."""
    out = varint(len(names) if g is None else g, "g, names")
    before = -1
    for name, *_ in names:
        out += varint(name - before - 1, "name %d, as a step" % name)
        before = name
    for _, events, *_ in names:
        out += varint(events, "events")
    for _, events, spans, *_ in names:
        out += svarint(spans - events, "%d spans, less the events" % spans)
    for _, _, spans, least, *_ in names:
        out += svarint(least, "least duration, ns") if spans > 0 else []
    for _, _, spans, least, most, _ in names:
        out += varint(most - least, "greatest %d, less the least" % most) if spans > 1 else []
    for _, _, spans, _, _, total in names:
        out += svarint(total, "sum, ns") if spans > 2 else []
    if more:
        out += raw(more, "a field of a later version")
    return heading("name totals") + varint(len(joined(out)), "bytes of the name totals") + out


class Segment:
    """Collects the bytes that encodings refer to, in segment 1."""

    def __init__(self, number=1):
        self.number = number
        self.annotated = []

    def add(self, data, comment):
        offset = len(joined(self.annotated))
        self.annotated += raw(data, comment)
        return offset


def constant(value):
    return u8(0, "CONSTANT") + svarint(value, "v")


def planes(values, segment, base=None, width=None, comment="planes"):
    base = min(values, default=0) if base is None else base
    rest = [v - base & M64 for v in values]
    if width is None:
        width = max(1, (max(rest, default=0).bit_length() + 7) // 8)
    data = bytes(v >> 8 * i & 255 for i in range(width) for v in rest)
    offset = segment.add(data, "%s: base %d and %s" % (comment, base, rest[:12]))
    return planes_at(width, base, segment.number, offset)


def planes_at(width, base, segment, offset):
    return (u8(1, "PLANES") + u8(width, "w: %d" % width) + svarint(base, "base") +
            varint(segment, "segment") + varint(offset, "offset"))


def auto(values, segment, comment="planes"):
    """CONSTANT where it will do, else PLANES."""
    if len(set(values)) <= 1:
        return constant(values[0] if values else 0)
    return planes(values, segment, comment=comment)


def op(number, name, *parts):
    out = u8(number, name)
    for part in parts:
        out += part
    return out


def delta(d):
    return op(2, "DELTA", d)


def runs(m, values, lengths):
    return op(3, "RUNS", varint(m, "m"), values, lengths)


def palette(m, values, indices):
    return op(4, "PALETTE", varint(m, "m"), values, indices)


def map_(column_id, m, values):
    return op(5, "MAP", varint(column_id, "column r"), varint(m, "m"), values)


def group(values):
    return op(6, "GROUP", values)


def linear(column_id, d):
    return op(7, "LINEAR", varint(column_id, "column r"), d)


def nest(flags, dur, n, k, a, b):
    """n: how many values dur has."""
    named = [] if dur is None else varint(dur, "column dur") + varint(n, "n'")
    return op(8, "NEST", u8(flags, "flags"), named, k, a, b)


def nested(column_id):
    return op(9, "NESTED", varint(column_id, "column ts"))


def unstack(x):
    return op(10, "UNSTACK", x)


def scale(f, c, q):
    return op(11, "SCALE", varint(f, "f"), svarint(c, "c"), q)


def mix(segment, stream, contexts=(), comment="MIX stream"):
    """contexts: (lag, column)."""
    offset = segment.add(stream, comment)
    return mix_at(segment.number, offset, len(stream), contexts)


def mix_at(segment, offset, size, contexts=()):
    out = (u8(12, "MIX") + varint(segment, "segment") + varint(offset, "offset")
           + varint(size, "bytes") + u8(len(contexts), "contexts"))
    for lag, column_id in contexts:
        out += u8(lag, "lag") + varint(column_id, "column r")
    return out


def number(rule, scale_, codes, mantissas):
    return (u8(rule, "rule") + u8(scale_, "S") + heading("codes") + codes +
            heading("mantissas") + mantissas)


def number_plain(rule, scale_, codes, mantissas, p, *form):
    """A number with plain strings; form: what follows p in 8.4."""
    out = (u8(rule | 128, "rule, and plain strings") + u8(scale_, "S") + heading("codes") + codes +
           heading("mantissas") + mantissas + varint(p, "p, plain strings"))
    for part in form:
        out += part
    return out


def double(value):
    return raw(struct.pack("<d", value), "%r" % value)


def ticks(scale_, factors, indices, residuals, codes, mantissas, m=None):
    """Rule 3. factors: (a, c, g)."""
    out = (u8(3, "rule 3: ticks") + u8(scale_, "S") +
           varint(len(factors) if m is None else m, "m"))
    for a, c, g in factors:
        out += double(a) + double(c) + varint(g, "g")
    return (out + heading("indices") + indices + heading("residuals") + residuals +
            heading("codes") + codes + heading("mantissas") + mantissas)


def ids_only(ids):
    return ids + varint(0, "p, plain strings")


def plain(ids, p, lengths, segment, offset):
    return (ids + varint(p, "p, plain strings") + u8(0, "form 0") + heading("lengths") + lengths +
            varint(segment, "segment") + varint(offset, "offset"))


def plain_decimal(ids, p, values):
    return ids + varint(p, "p, plain strings") + u8(2, "form 2: decimal") + values


def plain_hex(ids, p, prefix, width, values):
    return (ids + varint(p, "p, plain strings") + u8(1, "form 1: hexadecimal") +
            string(prefix, "prefix") +
            u8(width, "width") + values)


def carried_spans(spans):
    out = varint(len(spans), "carried spans, how many")
    before = 0
    for row, start, name, category in spans:
        out += (varint(row - before, "row %d, as a step" % row) + svarint(start, "start, ns")
                + string(name, "name") + string(category, "category"))
        before = row
    return out


def directory(columns, carried=()):
    """columns: (id, n, encoding, name)."""
    out = varint(len(columns), "columns, how many")
    for column_id, n, encoding, name in columns:
        out += (heading("column %d: %s" % (column_id, name)) + varint(column_id, "column") +
                varint(n, "n") + encoding)
    return out + carried_spans(carried)


def block_frame(zone, segments, **wrong):
    """segments: (method, n, annotated stored bytes)."""
    head = heading("zone map") + zone + heading("segments") + varint(len(segments), "k")
    payload = []
    for i, (method, n, stored) in enumerate(segments):
        head += (u8(method, "segment %d: method" % i) + varint(n, "n") +
                 varint(len(joined(stored)), "s"))
        payload += heading("segment %d%s" % (i, ": the directory" if i == 0 else "")) + stored
    return frame(2, head, payload, **wrong)


# ------------------------------------------------------------------ whole files

class File:
    def __init__(self, **header_fields):
        self.annotated = header(**header_fields)
        self.text = b""             # the document so far
        self.rows = self.events = 0
        self.frames = []            # (type, size, the zone map's annotated bytes)
        self.offset = 32
        self.offsets = []
        self.index_offset = None

    def add(self, type_, annotated, zone=None):
        size = len(joined(annotated))
        name = FRAME_NAMES.get(type_, "Unknown")
        self.annotated += heading("%s frame at %d" % (name, self.offset)) + annotated
        self.frames.append((type_, size, zone))
        self.offsets.append(self.offset)
        self.offset += size
        return self

    def add_text(self, text, n=None, method=0, stored=None, **wrong):
        self.text += text
        stored = raw(text, show(text)) if stored is None else stored
        head = packed_head(len(text) if n is None else n, method)
        return self.add(3, frame(3, head, stored, **wrong))

    def define(self, payload, method=0, stored=None, **wrong):
        n = len(joined(payload))
        return self.add(1, frame(1, packed_head(n, method),
                                 payload if stored is None else stored, **wrong))

    def block(self, text, directory_, segments=(), rows=1, events=None, zone=None,
              directory_method=0, stored_directory=None, head=None, **zone_fields):
        """segments: annotated bytes, stored as they are, or (method, n, annotated)."""
        events = rows if events is None else events
        if zone is None:
            zone = zone_map(rows, events, len(self.text), len(text), **zone_fields)
        self.text += text
        self.rows += rows
        self.events += events
        n = len(joined(directory_))
        parts = [(directory_method, n,
                  directory_ if stored_directory is None else stored_directory)]
        for part in segments:
            parts.append(part if isinstance(part, tuple) else (0, len(joined(part)), part))
        return self.add(2, block_frame(zone, parts), zone)

    def document(self, size=None, spoil_low=0, spoil_high=0, rows=None, events=None, flags=0,
                 issues=0, listed=(), payload=(), more=b""):
        low, high = xxh3_128(self.text)
        size = len(self.text) if size is None else size
        head = (varint(size, "bytes of the document")
                + fixed(low ^ spoil_low, 8, "XXH3-128 of the document, low")
                + fixed(high ^ spoil_high, 8, "and high")
                + varint(self.rows if rows is None else rows, "rows")
                + varint(self.events if events is None else events, "events")
                + u8(flags, "flags") + varint(issues, "issues")
                + varint(len(listed), "listed"))
        before = 0
        for offset, length, cause in listed:
            head += (varint(offset - before, "offset %d, as a step" % offset)
                     + varint(length, "length") + u8(cause, "cause"))
            before = offset
        if more:
            head += raw(more, "more bytes")
        return self.add(4, frame(4, head, list(payload)))

    def index(self, frames=None, count=None, method=0, more=b"", top=()):
        frames = self.frames if frames is None else frames
        payload = varint(len(frames) if count is None else count, "frames")
        for type_, size, zone in frames:
            payload += (u8(type_, FRAME_NAMES.get(type_, "unknown")) +
                        varint(size, "its bytes"))
            payload += zone or []
        payload += list(top)
        if more:
            payload += raw(more, "more bytes")
        self.index_offset = self.offset
        head = packed_head(len(joined(payload)), method)
        return self.add(5, frame(5, head, payload))

    def trailer(self, offset=None, magic=b"VTCEND\r\n", spoil=0):
        offset = self.index_offset if offset is None else offset
        place = offset.to_bytes(8, "little")
        self.annotated += (heading("Trailer") + raw(place, "offset of the INDEX frame: %d" % offset)
                           + fixed(xxh3_64(place) ^ spoil, 8,
                                   "XXH3-64 of these 8 bytes" + (", wrong" if spoil else ""))
                           + raw(magic, "magic"))
        return self

    def close(self, top=(), **document_fields):
        return self.document(**document_fields).index(top=top).trailer()

    def bytes(self):
        return joined(self.annotated)


# --------------------------------------------------------------------- hex text

def hex_text(annotated, title):
    """16 bytes a line; the comment beside the first, headings on lines of their own; long runs of
    zeros that are said to be `zeros` as a line `zeros N`."""
    lines = ["# " + line for line in title.splitlines()]
    offset = 0
    for data, comment in annotated:
        if not data:
            if comment:
                lines += ["", "# %s" % comment] if comment[0].isupper() else ["# %s" % comment]
            continue
        if comment == "zeros" and len(data) >= 64 and not any(data):
            lines.append("zeros %d" % len(data))
            offset += len(data)
            continue
        for start in range(0, len(data), 16):
            part = data[start:start + 16].hex(" ").upper()
            note = comment if start == 0 else ""
            lines.append(("%-47s  # %s" % (part, note)).rstrip(" #") if note else part)
        offset += len(data)
    return "\n".join(lines) + "\n"


def parse_hex(text):
    out = bytearray()
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        out += bytes(int(line[6:])) if line.startswith("zeros ") else bytes.fromhex(line)
    return bytes(out)
