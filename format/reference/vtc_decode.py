#!/usr/bin/env python3
"""The reference decoder of vtc files, written from format/SPEC.md alone.

    vtc_decode.py FILE.vtc > original.json
    vtc_decode.py --check FILE.vtc      every checksum and rule, and a summary
    vtc_decode.py --columns FILE.vtc    how each column of each block is encoded

A live file (annex B) gives the text of its events.

Python 3.11 and its standard library; libzstd by ctypes, or the `zstd` command. It
shares no code with libvtc: that the two agree is what tests/checks/reference_* show.

Exit codes: 0 good; 2 no vtc file; 3 corrupt; 4 unsupported; 5 truncated or
incomplete (what is good was written); 6 more than this decoder allows itself; 1 a
usage or system error. An error is one line on stderr:

    corrupt: FRM-3 at offset 1234: expected ..., found ...

where the offset is that of the frame (0: the file header).

It always walks the chain of frames, and compares the INDEX with what it met.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from vtc_block import Block, ZoneMap, unpack_bytes                      # noqa: E402
from vtc_checks import ZoneChecks                                      # noqa: E402
from vtc_live import LIVE_FEATURE, LiveFile                             # noqa: E402
from vtc_schema import TYPE_NAMES, Schema                              # noqa: E402
from vtc_text import block_text                                        # noqa: E402
from vtc_top import TopList                                            # noqa: E402
from vtc_totals import NameTotals                                      # noqa: E402
from vtc_wire import (CORRUPT, EXIT_CODES, MAX_HEAD_BYTES, MAX_PAYLOAD_BYTES,    # noqa: E402
                      MAX_TEXT_BYTES, NOT_VTC, TRUNCATED, Cursor, VtcError, corrupt,
                      unsupported)
from vtc_xxh3 import Stream128, xxh3_64                                # noqa: E402

MAGIC = b"\x89VTC\r\n\x1a\n"
TRAILER_MAGIC = b"VTCEND\r\n"
SYNC = b"\xf7VTF"
HEADER_BYTES, FRAME_BYTES, TRAILER_BYTES = 32, 32, 24
DEFINITIONS, BLOCK, TEXT, DOCUMENT, INDEX = 1, 2, 3, 4, 5
FRAME_NAMES = {1: "DEFINITIONS", 2: "BLOCK", 3: "TEXT", 4: "DOCUMENT", 5: "INDEX"}


class Frame:
    def __init__(self, offset, type_, head, payload, size):
        self.offset = offset
        self.type = type_
        self.head = head
        self.payload = payload
        self.size = size


def truncated(rule, expected, found):
    return VtcError(TRUNCATED, rule, expected, found)


def read_header(data):
    if data[:8] != MAGIC:
        raise VtcError(NOT_VTC, "HDR-1", "the magic", data[:8].hex(" ") or "nothing")
    if len(data) < HEADER_BYTES:
        raise truncated("HDR-1", "%d bytes of header" % HEADER_BYTES, "%d" % len(data))
    found = int.from_bytes(data[24:32], "little")
    wanted = xxh3_64(data[:24])
    if found != wanted:
        raise corrupt("HDR-2", "the checksum %016x" % wanted, "%016x" % found)
    major = int.from_bytes(data[8:10], "little")
    incompatible = int.from_bytes(data[16:20], "little")
    if major != 1:
        raise unsupported("HDR-3", "the major version 1", "%d" % major)
    if incompatible & ~LIVE_FEATURE:
        raise unsupported("HDR-3", "no unknown incompatible features", "%08x" % incompatible)
    return incompatible


def read_frame(data, offset):
    """The frame at an offset. Of an unknown, skippable type too; then `type` says so."""
    rest = len(data) - offset
    if data[offset:offset + 4] != SYNC[:min(4, rest)]:
        raise corrupt("FRM-1", "a sync mark", bytes(data[offset:offset + 4]).hex(" "))
    if rest < FRAME_BYTES:
        raise truncated("FRM-1", "a frame of at least %d bytes" % FRAME_BYTES, "%d" % rest)
    cur = Cursor(data, offset + 4)
    type_, flags, _ = cur.u8(), cur.u8(), cur.fixed(2)
    m, p, payload_sum = cur.fixed(4), cur.fixed(4), cur.fixed(8)
    if m > MAX_HEAD_BYTES:
        raise corrupt("FRM-2", "a head of at most %d bytes" % MAX_HEAD_BYTES, "%d" % m)
    if p > MAX_PAYLOAD_BYTES:
        raise corrupt("FRM-2", "a payload of at most %d bytes" % MAX_PAYLOAD_BYTES, "%d" % p)
    if FRAME_BYTES + m > rest:
        raise truncated("FRM-1", "a head of %d bytes" % m, "%d" % (rest - FRAME_BYTES))
    head_end = offset + 24 + m
    head = bytes(data[offset + 24:head_end])
    found = int.from_bytes(data[head_end:head_end + 8], "little")
    wanted = xxh3_64(data[offset:head_end])
    if found != wanted:
        raise corrupt("FRM-3", "the head's checksum %016x" % wanted, "%016x" % found)
    if type_ not in FRAME_NAMES and not flags & 1:
        raise unsupported("FRM-4", "a known type, or one to skip", "type %d" % type_)
    if FRAME_BYTES + m + p > rest:
        raise truncated("FRM-1", "a payload of %d bytes" % p,
                        "%d" % (rest - FRAME_BYTES - m))
    payload = bytes(data[head_end + 8:head_end + 8 + p])
    wanted = xxh3_64(payload)
    if payload_sum != wanted:
        raise corrupt("FRM-3", "the payload's checksum %016x" % wanted, "%016x" % payload_sum)
    return Frame(offset, type_, head, payload, FRAME_BYTES + m + p)


def read_packed(frame, cur, what, least=0, most=None, rule=None):
    """The head's `varint n`, `u8 method`, and the payload that they describe."""
    n, method = cur.varint("n"), cur.u8("the method")
    cur.finish()
    if n < least or most is not None and n > most:
        raise corrupt(rule, "from %d to %d bytes" % (least, most), "%d" % n)
    return unpack_bytes(frame.payload, n, method, what)


class Decoder:
    """Walks over a file, and gives the document to `write` piece by piece."""

    def __init__(self, data, write, checks=False, on_block=None):
        self.data = data
        self.write = write
        self.checks = checks
        self.zone_checks = ZoneChecks()
        self.on_block = on_block
        self.schema = Schema()
        self.hash = Stream128()
        self.document_bytes = self.rows = self.events = 0
        self.frames = []            # (type, size, the zone map's bytes or b"")
        self.counts = {}
        self.document = None        # the DOCUMENT frame's fields
        self.index_offset = None
        self.index_fault = None
        self.notes = []

    def run(self):
        offset = 0
        try:
            if read_header(self.data) & LIVE_FEATURE:
                return self._run_live()
            offset = HEADER_BYTES
            while offset < len(self.data):
                if self.index_offset is not None and self._at_trailer(offset):
                    break
                try:
                    frame = read_frame(self.data, offset)
                except VtcError as error:
                    if error.status != TRUNCATED or self.document is None:
                        raise
                    error.offset = offset
                    self._index_fault(error)
                    break
                self._take(frame)
                offset += frame.size
            else:
                what = "an INDEX frame" if self.index_offset is None else "a trailer"
                if self.document is not None:
                    self._index_fault(truncated("IDX-1", what, "the end of the file"))
            if self.document is None:
                raise truncated("DOC-1", "a DOCUMENT frame", "the end of the file")
            self._check_document()
            if self.checks and self.index_fault:
                raise self.index_fault
        except VtcError as error:
            if error.offset is None:
                error.offset = offset
            raise

    def _run_live(self):
        """Annex B: damage takes nothing from the rest, so it is a fault only for a check."""
        live = LiveFile(self.data)
        self.write(live.text())
        self.notes += ["%s at offset %d: %s" % (rule, offset, what)
                       for offset, rule, what in live.damage]
        if self.checks and live.damage:
            offset, rule, what = live.damage[0]
            raise VtcError(CORRUPT, rule, "none of this", what, offset)

    def _at_trailer(self, offset):
        """After the INDEX frame: what is no frame is the trailer, right or wrong (IDX-1)."""
        if self.data[offset:offset + 4] == SYNC:
            return False
        trailer = self.data[offset:]
        right = (len(trailer) == TRAILER_BYTES and trailer[16:] == TRAILER_MAGIC
                 and int.from_bytes(trailer[8:16], "little") == xxh3_64(trailer[:8])
                 and int.from_bytes(trailer[:8], "little") == self.index_offset)
        if len(trailer) < TRAILER_BYTES:
            self._index_fault(truncated("IDX-1", "a trailer of %d bytes" % TRAILER_BYTES,
                                          "%d" % len(trailer)))
        elif not right:
            self._index_fault(corrupt("IDX-1", "a trailer that names the INDEX at %d" %
                                        self.index_offset, "another"))
        return True

    def _index_fault(self, error):
        """The document is whole behind its frame: a fault only where everything is checked."""
        self.index_fault = error
        self.notes.append(str(error))

    def _take(self, frame):
        name = FRAME_NAMES.get(frame.type, "unknown")
        self.counts[name] = self.counts.get(name, 0) + 1
        zone = b""
        if frame.type == TEXT:
            self._add_text(frame, read_packed(frame, Cursor(frame.head), "the text",
                                              1, MAX_TEXT_BYTES, "TXT-1"))
        elif frame.type == DEFINITIONS:
            payload = read_packed(frame, Cursor(frame.head), "the definitions")
            self.schema.read(Cursor(payload, what="the definitions"))
        elif frame.type == BLOCK:
            zone = self._take_block(frame)
        elif frame.type == DOCUMENT:
            self._take_document(frame)
        elif frame.type == INDEX:
            self._take_index(frame)
        self.frames.append((frame.type, frame.size, zone))

    def _add_text(self, frame, text):
        if self.document is not None:
            raise corrupt("DOC-1", "no text after the DOCUMENT frame", "a frame with text")
        self.hash.update(text)
        self.document_bytes += len(text)
        self.write(text)

    def _take_block(self, frame):
        block = Block(self.schema, frame.head, frame.payload)
        text = block_text(block)
        if block.zone.document_bytes != len(text):
            raise corrupt("ZON-4", "document_bytes %d" % len(text),
                          "%d" % block.zone.document_bytes)
        if self.checks:
            self.zone_checks.check(block, self.document_bytes, len(text))
        if self.on_block:
            self.on_block(frame, block)
        self.rows += block.zone.rows
        self.events += block.zone.events
        self._add_text(frame, text)
        return block.zone.raw

    def _take_document(self, frame):
        if self.document is not None:
            raise corrupt("DOC-1", "one DOCUMENT frame", "another")
        cur = Cursor(frame.head)
        size = cur.varint("bytes")
        wanted = cur.fixed(8, "low"), cur.fixed(8, "high")
        rows, events = cur.varint("rows"), cur.varint("events")
        flags, issues = cur.u8("flags"), cur.varint("issues")
        listed = []
        offset = 0
        for _ in range(cur.count("the number of listed issues", 3)):
            offset += cur.varint("an offset")
            length = cur.varint("a length")
            listed.append((offset, length, cur.u8("a cause")))
            if offset + length > size:
                raise corrupt("DOC-2", "issues within %d bytes" % size, "%d at %d" %
                              (length, offset))
        cur.finish()
        if frame.payload:
            raise corrupt("FRM-5", "no payload in a DOCUMENT frame", "%d" % len(frame.payload))
        self.document = (size, rows, events, flags, issues, listed)
        self.document_hash = wanted
        self.document_offset = frame.offset

    def _check_document(self):
        """At the end, since text after the DOCUMENT frame is a fault of its own."""
        size, rows, events = self.document[:3]
        found, wanted = self.hash.digest(), self.document_hash
        error = None
        if (rows, events) != (self.rows, self.events):
            error = corrupt("DOC-1", "%d rows, %d events" % (self.rows, self.events),
                            "%d and %d" % (rows, events))
        elif size != self.document_bytes:
            error = corrupt("DOC-2", "a document of %d bytes" % size, "%d" % self.document_bytes)
        elif found != wanted:
            error = corrupt("DOC-2", "the hash %016x%016x" % (wanted[1], wanted[0]),
                            "%016x%016x" % (found[1], found[0]))
        if error:
            error.offset = self.document_offset
            raise error

    def _take_index(self, frame):
        payload = read_packed(frame, Cursor(frame.head), "the index")
        cur = Cursor(payload, what="the index")
        n = cur.count("the number of frames", 2)
        if n != len(self.frames):
            raise corrupt("IDX-2", "%d frames" % len(self.frames), "%d" % n)
        for number, (type_, size, zone) in enumerate(self.frames):
            found = cur.u8("a type"), cur.varint("a frame's bytes")
            if found != (type_, size):
                raise corrupt("IDX-2", "type %d and %d bytes of frame %d" %
                              (type_, size, number), "%d and %d" % found)
            if type_ == BLOCK and ZoneMap(cur).raw != zone:
                raise corrupt("IDX-2", "the zone map of frame %d" % number, "another")
        if cur.remaining():
            self._take_part(cur, "the top list", TopList, "top")
        if cur.remaining():
            self._take_part(cur, "the name totals", NameTotals, "totals")
        cur.finish()
        self.index_offset = frame.offset

    def _take_part(self, cur, what, parse, checks):
        size = cur.varint("the size of " + what)
        cur.need(size, what)
        if size:
            found = parse(Cursor(cur.data, cur.pos, cur.pos + size, what))
            if self.checks:
                getattr(self.zone_checks, checks).check(found, self.schema)
        cur.pos += size

    def summary(self):
        lines = ["%d bytes in %d frames: %s" % (
            len(self.data), len(self.frames),
            ", ".join("%d %s" % (n, name) for name, n in sorted(self.counts.items())))]
        lines.append("document: %d bytes, %d rows, %d events" %
                     (self.document_bytes, self.rows, self.events))
        lines.append("defined: %d paths, %d columns, %d shapes, %d strings, %d tracks" % (
            len(self.schema.paths), len(self.schema.columns), self.schema.shape_count,
            sum(len(s) - 1 for s in self.schema.strings), len(self.schema.tracks)))
        if self.document:
            _, _, _, flags, issues, listed = self.document
            lines.append("issues: %d%s" % (issues, ", cut off" if flags & 1 else ""))
            lines += ["  cause %d at %d, %d bytes" % (cause, offset, length)
                      for offset, length, cause in listed]
        return "\n".join(lines + self.notes)


def print_columns(frame, block):
    schema = block.schema
    print("BLOCK at %d: %d rows, %d events, %d bytes, %d segments, %d carried spans" % (
        frame.offset, block.rows, block.zone.events, frame.size, len(block.segments),
        len(block.carried)))
    for column, data in block.columns.items():
        path, type_ = schema.columns[column]
        print("  %4d %-9s %-40s %7d  %s" % (column, TYPE_NAMES[type_], schema.path_name(path),
                                            data.n, data.description))


def main(argv):
    options = {a for a in argv if a.startswith("--")}
    names = [a for a in argv if not a.startswith("--")]
    if len(names) != 1 or options - {"--check", "--columns"}:
        print(__doc__.strip(), file=sys.stderr)
        return 1
    try:
        with open(names[0], "rb") as file:
            data = file.read()
    except OSError as error:
        print("vtc_decode.py: %s" % error, file=sys.stderr)
        return 1
    quiet = bool(options)
    decoder = Decoder(data, (lambda text: None) if quiet else sys.stdout.buffer.write,
                      checks="--check" in options,
                      on_block=print_columns if "--columns" in options else None)
    try:
        decoder.run()
    except VtcError as error:
        sys.stdout.flush()
        print(error, file=sys.stderr)
        return EXIT_CODES[error.status]
    if "--check" in options:
        print(decoder.summary())
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os._exit(1)
