"""Live files (format/SPEC.md, annex B): their text, and what in them breaks a rule.

`LiveFile(data)` reads all of it; `text()` gives the document of B.8, `damage` the broken rules as
(offset, rule, what), in the order of the file.
"""
import struct

from vtc_wire import CORRUPT, TRUNCATED, UNSUPPORTED, VtcError
from vtc_xxh3 import xxh3_64

PAGE = 4096
LIVE_FEATURE = 1
EVENTS, LOG = bytes((0x56, 0x50, 1, 0)), bytes((0x56, 0x50, 2, 0))
ID_MAX = (1 << 28) - 1
OPEN_MAX = 1 << 20
TIME_MAX = (1 << 63) - 1
STATES = ("recording", "stopped", "closed")
CAUSES = ("no_page", "disk_full", "too_big", "late", "overwritten", "interrupted", "no_memory",
          "fork")
WITH_ID = b"bnestfNOD"
INT, UINT, DOUBLE, BOOL, STRING, BYTES, INTERNED = range(1, 8)


def process_runs(pid, start, boot):
    """Whether a process of that id, start and boot runs."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            if boot and xxh3_64(file.read().rstrip(b"\n")) != boot:
                return False
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    return fields[0] not in (b"Z", b"X") and (not start or int(fields[19]) == start)


def clamp(ns):
    return max(-TIME_MAX, min(TIME_MAX, ns))


def escape(text):
    out = bytearray()
    for byte in text:
        if byte in b'"\\':
            out += bytes((0x5C, byte))
        elif byte < 0x20:
            out += b"\\u00%02x" % byte
        else:
            out.append(byte)
    return bytes(out)


def quoted(text):
    return b'"' + escape(text) + b'"'


def micros(ns):
    return b"%s%d.%03d" % (b"-" if ns < 0 else b"", abs(ns) // 1000, abs(ns) % 1000)


def double_text(value):
    if value != value:
        return b'"NaN"'
    if value in (float("inf"), float("-inf")):
        return b'"Infinity"' if value > 0 else b'"-Infinity"'
    for p in range(17):
        text = "%.*e" % (p, value)
        if float(text) == value:
            break
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    digits, exponent = mantissa.replace(".", ""), int(exponent)
    if exponent < -4 or exponent >= 17:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        out = "%s%se%+03d" % (digits[0], fraction, exponent)
    elif exponent < 0:
        out = "0." + "0" * (-exponent - 1) + digits
    else:
        digits = digits.ljust(exponent + 2, "0")
        out = digits[:exponent + 1] + "." + digits[exponent + 1:]
    return (sign + out).encode()


class Site:
    def __init__(self, phase, flags, name, category, address, params):
        self.phase, self.flags, self.name, self.category = phase, flags, name, category
        self.address, self.params = address, params

    def values(self, payload):
        """[(name's id, type, value)], or None where the payload is not one of this site (LIV-13)."""
        at = 16 if self.phase == ord("X") else 8 if self.phase in WITH_ID else 0
        if len(payload) < at:
            return None
        out = []
        for name, type_ in self.params:
            if at == len(payload):
                break
            size = 8
            if type_ in (STRING, BYTES):
                if len(payload) - at < 4:
                    return None
                size = int.from_bytes(payload[at:at + 4], "little")
                at += 4
            value = payload[at:at + size]
            at += size if type_ not in (STRING, BYTES) else (size + 3) & ~3
            if at > len(payload):
                return None
            out.append((name, type_, value))
        return out if at == len(payload) else None


class LiveFile:
    def __init__(self, data):
        self.data = data
        self.damage = []
        self.strings, self.sites, self.writers, self.symbols = {}, {}, {}, {}
        self.process = None
        self.pages = {}             # writer -> {sequence: (page, base)}
        self.log = {}
        self.bad_pages = self.missing_pages = self.cut_pages = self.bad_records = 0
        self._read_page_0()
        self._read_pages()
        self._note_missing()
        self._set_clock()
        self.records = {}           # writer -> [(ticks, kind, site, payload)]
        unknown = set()
        for writer in self.pages:
            self.records[writer] = self._read_records(writer, unknown)
        self.damage.sort()

    def note(self, offset, rule, what):
        self.damage.append((offset, rule, what))

    # --- page 0 ---

    def _read_page_0(self):
        data = self.data
        if len(data) < PAGE:
            raise VtcError(TRUNCATED, "LIV-2", "%d bytes" % PAGE, "%d" % len(data), len(data))
        (self.family_first, self.family_second, self.pid, self.segment, self.start, self.boot,
         self.clock) = struct.unpack_from("<QQIIQQI", data, 32)
        if int.from_bytes(data[128:136], "little") != xxh3_64(data[32:128]):
            raise VtcError(CORRUPT, "LIV-3", "the checksum of the session", "another", 128)
        if not 1 <= self.clock <= 3:
            raise VtcError(UNSUPPORTED, "LIV-3", "a clock from 1 to 3", "%d" % self.clock, 72)
        self.points = [struct.unpack_from("<Qqq", data, 80), struct.unpack_from("<Qqq", data, 104)]
        first, second = self.points
        if first != second and not (second[0] > first[0] and second[1] > first[1]):
            raise VtcError(CORRUPT, "LIV-3", "a second clock point behind the first", "another", 80)
        state = int.from_bytes(data[192:196], "little")
        if state > 2:
            raise VtcError(UNSUPPORTED, "LIV-3", "a state from 0 to 2", "%d" % state, 192)
        self.state = STATES[state]
        if state != 2 and not process_runs(self.pid, self.start, self.boot):
            self.state = "crashed"
        self.lost = struct.unpack_from("<8Q", data, 200)

    # --- pages ---

    def _read_pages(self):
        count = len(self.data) // PAGE
        page = 1
        while page < count:
            page += self._read_page(page, count)

    def _read_page(self, page, count):
        """Returns how many pages to step over."""
        at = page * PAGE
        head = self.data[at:at + 32]
        mark = head[:4]
        n, writer, sequence, base, checksum = struct.unpack_from("<IIIQQ", head, 4)
        if mark == bytes(4):                                            # SPEC: LIV-4
            begun = xxh3_64(LOG + head[4:24], self.family_first) == checksum
            return n if begun and 1 <= n <= min(4096, count - page) else 1
        wrong = None
        if mark not in (EVENTS, LOG):                                   # SPEC: LIV-5
            wrong = "a mark"
        elif checksum != xxh3_64(head[:24], self.family_first):
            wrong = "a checksum"
        elif not 1 <= n <= min(4096 if mark == LOG else 1, count - page):
            wrong = "a number of pages"
        elif mark == EVENTS and not 1 <= writer <= ID_MAX:
            wrong = "a writer"
        if wrong:
            self.bad_pages += 1
            self.note(at, "LIV-5", "expected %s, found another" % wrong)
            return 1
        pages = self.log if mark == LOG else self.pages.setdefault(writer, {})
        if sequence in pages:                                           # SPEC: LIV-6
            self.note(at, "LIV-6", "page %d is there twice" % sequence)
        else:
            pages[sequence] = page, base
        if mark == LOG:
            self._read_log(at, n)
            return n
        return 1

    def _note_missing(self):
        for pages in [self.log, *self.pages.values()]:
            expected = 0
            for sequence in sorted(pages):
                if sequence != expected:
                    self.missing_pages += sequence - expected
                    self.note(pages[sequence][0] * PAGE, "LIV-6",
                              "pages %d to %d are lost" % (expected, sequence - 1))
                expected = sequence + 1
        for writer, pages in self.pages.items():
            if writer not in self.writers:                              # SPEC: LIV-9
                first = pages[min(pages)][0]
                self.note(first * PAGE, "LIV-9", "writer %d is not known" % writer)

    # --- the LOG ---

    def _read_log(self, start, n):
        """SPEC: LIV-10, LIV-11."""
        end = start + n * PAGE
        at = start + 32
        bad = 0
        while at + 16 <= end:
            if self.data[at:at + 2] != b"LV" or self.data[at + 3]:
                at += 8
                continue
            type_ = self.data[at + 2]
            size, checksum = struct.unpack_from("<IQ", self.data, at + 4)
            body = bytes(self.data[at + 16:at + 16 + size])
            if at + 16 + size > end or xxh3_64(body, type_) != checksum:
                bad += 1
                at += 8
                continue
            try:
                self._define(type_, body)
            except (struct.error, ValueError):
                self.note(at, "LIV-12", "a body that does not fit the type %d" % type_)
            at += 16 + (size + 7) // 8 * 8
        if bad:
            self.note(start, "LIV-11", "%d records without a right checksum" % bad)

    def _define(self, type_, body):
        """SPEC: LIV-12."""
        if type_ == 1:
            self._add(self.strings, struct.unpack_from("<I", body)[0], body[4:])
        elif type_ == 2:
            id_, phase, flags, n, name, category, address = struct.unpack_from("<IBBHIIQ", body)
            if len(body) != 24 + 8 * n:
                raise ValueError
            params = list(struct.iter_unpack("<II", body[24:]))
            if any(not 1 <= param <= 7 for _, param in params):
                raise ValueError
            self._add(self.sites, id_, Site(phase, flags, name, category, address, params))
        elif type_ == 3:
            id_, _, thread = struct.unpack_from("<IIQ", body)
            self._add(self.writers, id_, (thread, body[16:] or None))
        elif type_ == 4:
            self.points.append(struct.unpack("<Qqq", body))
        elif type_ == 5:
            self.process = body if self.process is None else self.process
        elif type_ == 6:
            if len(body) < 28 + struct.unpack_from("<QQQI", body)[3]:
                raise ValueError
        elif type_ == 7:
            self.symbols.setdefault(struct.unpack_from("<Q", body)[0], body[8:])

    @staticmethod
    def _add(table, id_, what):
        if not 1 <= id_ <= ID_MAX:
            raise ValueError
        table.setdefault(id_, what)

    # --- records ---

    def _read_records(self, writer, unknown):
        out = []
        pages = self.pages[writer]
        for sequence in sorted(pages):
            page, base = pages[sequence]
            self._read_page_records(page, base, out, unknown)
        return out

    def _read_page_records(self, page, base, out, unknown):
        """SPEC: LIV-7, LIV-8, LIV-9, LIV-13."""
        start = page * PAGE
        at, end = start + 32, start + PAGE
        while at < end:
            first = int.from_bytes(self.data[at:at + 4], "little")
            kind, ticks = first & 15, base + (first >> 4) & (1 << 64) - 1
            if kind == 0:
                return
            size = {1: 8, 2: 4, 3: 12, 4: 12}.get(kind)
            rule = "LIV-8"
            if size and at + size <= end:
                body = bytes(self.data[at + 4:at + size])
                payload = b""
                if kind == 3:
                    n = int.from_bytes(body[4:8], "little")
                    payload = bytes(self.data[at + 12:min(at + 12 + n, end)])
                    size += (n + 3) // 4 * 4
                if at + size <= end:
                    rule = None
            if rule:
                self.cut_pages += 1
                self.note(at, rule, "what the page holds from here on is lost")
                return
            is_kept = kind != 4
            if kind in (1, 3):
                site = int.from_bytes(body[:4], "little")
                if site not in self.sites:
                    if site not in unknown:
                        unknown.add(site)
                        self.note(at, "LIV-9", "site %d is not known" % site)
                elif self.sites[site].values(payload) is None:
                    self.bad_records += 1
                    self.note(at, "LIV-13", "a payload that is not one of its site")
                    is_kept = self.sites[site].phase in b"BE"
                    payload = b""
            if kind == 4:
                base = int.from_bytes(body, "little")
            if is_kept:
                out.append((ticks, kind, site if kind != 2 else None, payload))
            at += size

    # --- time ---

    def _set_clock(self):
        self.p = min(self.points, key=lambda point: point[0])
        q = max(self.points, key=lambda point: point[0])
        self.m = 0
        if q[0] != self.p[0] and q[1] >= self.p[1]:
            self.m = ((q[1] - self.p[1]) << 62) // (q[0] - self.p[0])

    def ns(self, ticks):
        if self.clock != 1:
            return clamp(ticks)
        return clamp(self.p[1] + ((ticks - self.p[0]) * self.m >> 62))

    # --- text ---

    def string(self, id_):
        return quoted(self.strings.get(id_, b"string %d" % id_))

    def value(self, type_, value):
        number = int.from_bytes(value, "little")
        if type_ == INT:
            return b"%d" % int.from_bytes(value, "little", signed=True)
        if type_ == UINT:
            return b"%d" % number
        if type_ == DOUBLE:
            return double_text(struct.unpack("<d", value)[0])
        if type_ == BOOL:
            return b"true" if number else b"false"
        if type_ == STRING:
            return quoted(value)
        if type_ == BYTES:
            return b'"' + value.hex().encode() + b'"'
        return self.string(number) if number else b"null"

    def name(self, site):
        if site.flags & 1:
            return quoted(self.symbols.get(site.address, b"0x%x" % site.address))
        return self.string(site.name) if site.name else b'""'

    def tail(self, site, *payloads):
        """Name, category, arguments and bracket."""
        out = b',"name":' + self.name(site)
        if site.category:
            out += b',"cat":' + self.string(site.category)
        args = [self.string(name) + b":" + self.value(type_, value)
                for of, payload in payloads for name, type_, value in of.values(payload)]
        if args:
            out += b',"args":{' + b",".join(args) + b"}"
        return out + b"}"

    def head(self, phase, thread):
        return b'{"ph":"%s","pid":%d,"tid":%d,"ts":' % (escape(bytes((phase,))), self.pid, thread)

    def event(self, thread, ticks, site, payload):
        out = self.head(site.phase, thread) + micros(self.ns(ticks))
        if site.phase == ord("i"):
            out += b',"s":"t"'
        if site.phase in WITH_ID:
            out += b',"id":"0x%x"' % int.from_bytes(payload[:8], "little")
        if site.phase == ord("f"):
            out += b',"bp":"e"'
        return out + self.tail(site, (site, payload))

    def span(self, thread, start, end, site, *payloads):
        start, end = self.ns(start), self.ns(end)
        return b"%s%s,\"dur\":%s%s" % (self.head(ord("X"), thread), micros(start),
                                       micros(clamp(end - start)), self.tail(site, *payloads))

    def named(self, kind, thread, name):
        return self.head(ord("M"), thread) + b'0,"name":"%s","args":{"name":%s}}' % (
            kind, quoted(name))

    def session_row(self):
        args = b'"family":"%016x%016x","segment":%d,"state":"%s","start_realtime_ns":%d' % (
            self.family_first, self.family_second, self.segment, self.state.encode(),
            self.points[0][2])
        lost = dict(zip(CAUSES, self.lost))
        lost["pages"] = self.bad_pages + self.missing_pages + self.cut_pages
        lost["records"] = self.bad_records
        for cause, count in lost.items():
            if count:
                args += b',"lost_%s":%d' % (cause.encode(), count)
        return self.head(ord("M"), self.pid) + b'0,"name":"vtc_session","args":{%s}}' % args

    def writer_rows(self, writer, thread):
        stack, beyond = [], 0
        for ticks, kind, id_, payload in self.records.get(writer, ()):
            site = self.sites.get(id_)
            if kind != 2 and site is None:
                yield self.head(ord("i"), thread) + micros(self.ns(ticks)) + \
                    b',"s":"t","name":"site %d"}' % id_
            elif kind == 2 or site.phase == ord("E"):
                if stack and not beyond:
                    start, of, args = stack.pop()
                    ends = [(site, payload)] if site else []
                    yield self.span(thread, start, ticks, of, (of, args), *ends)
                    continue
                beyond -= beyond > 0
                yield self.event(thread, ticks, site, payload) if site else \
                    self.head(ord("E"), thread) + micros(self.ns(ticks)) + b"}"
            elif site.phase == ord("B"):
                if not beyond and len(stack) < OPEN_MAX:
                    stack.append((ticks, site, payload))
                else:
                    beyond += 1
                    yield self.event(thread, ticks, site, payload)
            elif site.phase == ord("X"):
                start, duration = struct.unpack_from("<Qq", payload)
                yield self.span(thread, start, start + duration, site, (site, payload))
            else:
                yield self.event(thread, ticks, site, payload)
        for ticks, site, payload in stack:
            yield self.event(thread, ticks, site, payload)

    def rows(self):
        if self.process is not None:
            yield self.named(b"process_name", self.pid, self.process)
        yield self.session_row()
        writers = {id_: (id_, None) for id_ in self.pages}
        writers.update(self.writers)
        for id_, (thread, name) in sorted(writers.items(), key=lambda item: (item[1][0], item[0])):
            if name:
                yield self.named(b"thread_name", thread, name)
            yield from self.writer_rows(id_, thread)

    def text(self):
        return b'{"displayTimeUnit":"ns","traceEvents":[\n' + b",\n".join(self.rows()) + b"\n]}\n"
