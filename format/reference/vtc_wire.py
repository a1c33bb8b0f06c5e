"""The bottom of the reference decoder: errors, limits, and a cursor over bytes.

Every error has a status, the id of the rule in format/SPEC.md that is broken, and
the offset of the frame (0: the file header) in which that is so. The offset is
filled in by vtc_decode.py, which knows the frame; a cursor adds where within it.
"""

CORRUPT, UNSUPPORTED, NOT_VTC, TRUNCATED, LIMIT = \
    "corrupt", "unsupported", "not-vtc", "truncated", "limit"
EXIT_CODES = {NOT_VTC: 2, CORRUPT: 3, UNSUPPORTED: 4, TRUNCATED: 5, LIMIT: 6}

# Section 13.
MAX_HEAD_BYTES = 64 << 20
MAX_PAYLOAD_BYTES = 1 << 30
MAX_UNPACKED_BYTES = 1 << 30
MAX_TEXT_BYTES = 4 << 20
MAX_PATHS = 1 << 16
MAX_COLUMNS = 1 << 17
MAX_SHAPES = 1 << 20
MAX_SLOTS = 4096
MAX_PATH_DEPTH = 1024
MAX_ROWS = 1 << 20
MAX_VALUES = 1 << 26
MAX_OPERATOR_DEPTH = 8

# What this decoder allows one block to hold, in values of all its arrays (CON-2).
MAX_BLOCK_VALUES = 1 << 27

M64 = (1 << 64) - 1
SIGN = 1 << 63


class VtcError(Exception):
    def __init__(self, status, rule, expected, found, offset=None):
        super().__init__(status, rule, expected, found)
        self.status = status
        self.rule = rule
        self.expected = expected
        self.found = found
        self.offset = offset

    def __str__(self):
        return "%s: %s at offset %s: expected %s, found %s" % (
            self.status, self.rule, self.offset, self.expected, self.found)


def corrupt(rule, expected, found):
    return VtcError(CORRUPT, rule, expected, found)


def unsupported(rule, expected, found):
    return VtcError(UNSUPPORTED, rule, expected, found)


def signed(x):
    """x modulo 2^64, as a signed number."""
    return ((x + SIGN) & M64) - SIGN


class Cursor:
    """Reads structures from data[pos:end]; what is short there breaks `short_rule`."""

    def __init__(self, data, pos=0, end=None, what="the head", short_rule="FRM-5"):
        self.data = data
        self.pos = pos
        self.end = len(data) if end is None else end
        self.what = what
        self.short_rule = short_rule

    def remaining(self):
        return self.end - self.pos

    def need(self, n, what):
        if n > self.end - self.pos:
            raise corrupt(self.short_rule, "%d bytes for %s at byte %d of %s" %
                          (n, what, self.pos, self.what), "%d" % (self.end - self.pos))

    def bytes(self, n, what="bytes"):
        self.need(n, what)
        pos = self.pos
        self.pos = pos + n
        return bytes(self.data[pos:pos + n])

    def u8(self, what="a byte"):
        self.need(1, what)
        self.pos += 1
        return self.data[self.pos - 1]

    def fixed(self, size, what="an integer"):
        return int.from_bytes(self.bytes(size, what), "little")

    def varint(self, what="a varint"):
        data, pos, end = self.data, self.pos, self.end
        start = pos
        value = shift = 0
        while True:
            if pos >= end:
                self.need(pos - start + 1, what)
            byte = data[pos]
            pos += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift == 63:
                # A tenth byte can only hold the 64th bit, so it must be the last.
                if pos >= end:
                    self.need(pos - start + 1, what)
                if data[pos] > 1:
                    raise corrupt("NUM-2", "at most 64 bits in %s at byte %d of %s" %
                                  (what, start, self.what), "more")
        if byte == 0 and pos - start > 1:
            raise corrupt("NUM-2", "the shortest form of %s at byte %d of %s" %
                          (what, start, self.what), "a last byte of zero")
        self.pos = pos
        return value

    def svarint(self, what="an svarint"):
        v = self.varint(what)
        return (v >> 1) ^ -(v & 1)

    def count(self, what, least_bytes=1):
        """A varint that counts things of at least `least_bytes` bytes each, still to come."""
        n = self.varint(what)
        self.need(n * least_bytes, what)
        return n

    def string(self, what="a string"):
        n = self.varint(what)
        return self.bytes(n, what)

    def finish(self):
        if self.pos != self.end:
            raise corrupt(self.short_rule, "the end of %s at its byte %d" % (self.what, self.pos),
                          "%d more bytes" % (self.end - self.pos))
