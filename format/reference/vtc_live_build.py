"""Builds live files (annex B of format/SPEC.md), right and wrong ones, for vectors and tests.

A file is a list of pages; a page is annotated bytes as in vtc_build.py, and zeros to its end.
"""
import struct

from vtc_build import heading, joined, raw, show
from vtc_xxh3 import xxh3_64

PAGE = 4096
FAMILY = (0x1122334455667788, 0x99AABBCCDDEEFF00)
GHOST_BOOT = 0x0123456789ABCDEF     # a boot that there is not: whoever recorded is gone
TSC, MONOTONIC, OTHER = 1, 2, 3
RECORDING, STOPPED, CLOSED = range(3)
INT, UINT, DOUBLE, BOOL, STRING, BYTES, INTERNED = range(1, 8)


def u32(value, comment=""):
    return raw(struct.pack("<I", value), comment)


def u64(value, comment=""):
    return raw(struct.pack("<Q", value & (1 << 64) - 1), comment)


def zeros(count, comment="zeros"):
    return [(bytes(count), comment)] if count else []


# --------------------------------------------------------------------- records

def first(kind, ticks):
    return struct.pack("<I", ticks << 4 | kind)


def event(ticks, site):
    return raw(first(1, ticks), "EVENT, %d ticks" % ticks) + u32(site, "  site %d" % site)


def end(ticks):
    return raw(first(2, ticks), "END, %d ticks" % ticks)


def data(ticks, site, payload, size=None):
    size = len(payload) if size is None else size
    return (raw(first(3, ticks), "DATA, %d ticks" % ticks) + u32(site, "  site %d" % site)
            + u32(size, "  %d bytes" % size) + raw(payload, "  " + payload.hex(" "))
            + zeros(-len(payload) % 4, "  padding"))


def base(ticks):
    return raw(first(4, 0), "BASE") + u64(ticks, "  %d ticks" % ticks)


def text_value(text):
    return struct.pack("<I", len(text)) + text + bytes(-len(text) % 4)


# ------------------------------------------------------------- records of the LOG

def log_record(type_, body, comment, checksum=None, size=None):
    checksum = xxh3_64(body, type_) if checksum is None else checksum
    size = len(body) if size is None else size
    return (raw(b"LV" + bytes((type_, 0)), comment) + u32(size, "  %d bytes" % size)
            + u64(checksum, "  checksum") + raw(body, "  " + show(body))
            + zeros(-len(body) % 8, "  padding"))


def string(id_, text, **more):
    return log_record(1, struct.pack("<I", id_) + text, "STRING %d" % id_, **more)


def site(id_, phase, name, category=0, params=(), flags=0, address=0, **more):
    body = struct.pack("<IBBHIIQ", id_, ord(phase), flags, len(params), name, category, address)
    body += b"".join(struct.pack("<II", *param) for param in params)
    return log_record(2, body, "SITE %d: %s" % (id_, phase), **more)


def writer(id_, thread, name=b"", flags=0, **more):
    return log_record(3, struct.pack("<IIQ", id_, flags, thread) + name,
                      "WRITER %d: thread %d" % (id_, thread), **more)


def clock(ticks, monotonic, realtime, **more):
    return log_record(4, struct.pack("<Qqq", ticks, monotonic, realtime), "CLOCK", **more)


def process(name):
    return log_record(5, name, "PROCESS")


def module(start, end_, offset, build_id, path):
    return log_record(6, struct.pack("<QQQI", start, end_, offset, len(build_id)) + build_id + path,
                      "MODULE")


def symbol(address, name):
    return log_record(7, struct.pack("<Q", address) + name, "SYMBOL")


# ----------------------------------------------------------------------- pages

class Live:
    """Fields of page 0 may be given, and spoilt, by name."""

    def __init__(self, **fields):
        self.fields = fields
        self.pages = []
        self.sequences = {}

    def session(self):
        get = self.fields.get
        points = get("points", ((1000, 500_000, 1_700_000_000_000_000_000),
                                (1000 + 3_000_000, 500_000 + 1_000_000,
                                 1_700_000_000_001_000_000)))
        body = struct.pack("<QQIIQQII", *FAMILY, get("pid", 4242), get("segment", 0),
                           get("start", 77), get("boot", GHOST_BOOT), get("clock", TSC), 0)
        body += struct.pack("<Qqq", *points[0]) + struct.pack("<Qqq", *points[1])
        header = (b"\x89VTC\r\n\x1a\n"
                  + struct.pack("<HHIII", 1, 0, 0, get("incompatible", 1), 0))
        checksum = get("checksum", xxh3_64(body))
        return (heading("Page 0") + raw(header[:16], "magic, version 1.0")
                + raw(header[16:24], "features: live") + u64(xxh3_64(header), "checksum")
                + raw(body[:16], "family") + raw(body[16:24], "process, segment")
                + raw(body[24:40], "its start, the boot") + raw(body[40:48], "clock")
                + raw(body[48:72], "first clock point") + raw(body[72:], "second clock point")
                + u64(checksum, "checksum") + zeros(56)
                + raw(struct.pack("<II", get("state", CLOSED), 0), "state")
                + raw(struct.pack("<8Q", *get("lost", (0,) * 8)), "events lost, by cause"))

    def page(self, mark, records, writer_id=0, sequence=None, base_ticks=0, n=1, checksum=None,
             title="", size=None):
        if sequence is None:
            sequence = self.sequences.get(writer_id, 0)
        self.sequences[writer_id] = sequence + 1
        head = mark + struct.pack("<IIIQ", n, writer_id, sequence, base_ticks)
        checksum = xxh3_64(head, FAMILY[0]) if checksum is None else checksum
        out = (heading("Page %d: %s" % (1 + sum(pages for _, pages in self.pages), title))
               + raw(head[:4], "mark") + raw(head[4:8], "%d pages" % n)
               + raw(head[8:16], "writer %d, sequence %d" % (writer_id, sequence))
               + raw(head[16:], "base") + u64(checksum, "checksum"))
        for record in records:
            out += record
        self.pages.append((out, size or (n if mark == LOG else 1)))
        return self

    def log(self, *records, **more):
        return self.page(more.pop("mark", LOG), records, title="LOG", **more)

    def events(self, writer_id, *records, **more):
        return self.page(more.pop("mark", EVENTS), records, writer_id, title="EVENTS", **more)

    def unfinished(self, n, *records):
        """A group whose writer was stopped before it had a mark."""
        head = struct.pack("<IIIQ", n, 0, 0xFFFFFFFF, 0)
        out = (heading("%d pages of the LOG, not finished" % n) + zeros(4, "no mark")
               + raw(head[:4], "%d pages" % n) + raw(head[4:], "no writer, no sequence yet, no base")
               + u64(xxh3_64(LOG + head, FAMILY[0]), "checksum, with the mark"))
        for record in records:
            out += record
        self.pages.append((out, n))
        return self

    def empty(self, content=()):
        self.pages.append((heading("An empty page") + list(content), 1))
        return self

    @property
    def annotated(self):
        out = []
        for page, size in [(self.session(), 1), *self.pages]:
            used = len(joined(page))
            assert used <= size * PAGE, used
            out += page + zeros(size * PAGE - used)
        return out

    @property
    def bytes(self):
        return joined(self.annotated)


EVENTS, LOG = bytes((0x56, 0x50, 1, 0)), bytes((0x56, 0x50, 2, 0))
