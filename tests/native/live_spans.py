"""Reads just enough of a live file (SPEC annex B) to count calls: pages, the log, events. Written for
these tests, from the specification, so that they do not hang on the reader that libvtc has."""
import collections
import struct

PAGE = 4096
Site = collections.namedtuple("Site", "phase name address")


class LiveFile:
    def __init__(self, path):
        self.bytes = path.read_bytes()
        self.strings, self.sites, self.threads, self.symbols, self.modules = {}, {}, {}, {}, []
        self.pid, self.state = struct.unpack_from("<I", self.bytes, 48)[0], self.bytes[192]
        self.lost = struct.unpack_from("<8Q", self.bytes, 200)
        self.pages = {}
        position = 1
        while (position + 1) * PAGE <= len(self.bytes):
            position += self.page(position * PAGE)

    def page(self, at):
        mark, count, writer, sequence = struct.unpack_from("<4I", self.bytes, at)
        if mark == 0x00015056:
            self.pages.setdefault(writer, {})[sequence] = at
            return 1
        if mark == 0x00025056:
            self.log(at + 32, at + count * PAGE)
            return count
        assert mark == 0, hex(mark)
        return 1

    def log(self, at, end):
        while at + 16 <= end:
            magic, kind, _, size = struct.unpack_from("<2sBBI", self.bytes, at)
            if magic != b"LV":
                at += 8
                continue
            self.record(kind, self.bytes[at + 16:at + 16 + size])
            at += 16 + (size + 7) // 8 * 8

    def record(self, kind, body):
        if kind == 1:
            self.strings[struct.unpack_from("<I", body)[0]] = body[4:].decode()
        elif kind == 2:
            number, phase, flags, _, name, _, address = struct.unpack_from("<IBBHIIQ", body)
            self.sites[number] = Site(chr(phase), None if flags & 1 else name, address)
        elif kind == 3:
            writer, flags, thread = struct.unpack_from("<IIQ", body)
            self.threads[writer] = thread
        elif kind == 6:
            start, end, offset, size = struct.unpack_from("<QQQI", body)
            self.modules.append((body[28 + size:].decode(), start, end, body[28:28 + size].hex()))
        elif kind == 7:
            self.symbols.setdefault(struct.unpack_from("<Q", body)[0], body[8:].decode())

    def name(self, number):
        site = self.sites[number]
        if site.name is not None:
            return self.strings[site.name]
        return self.symbols.get(site.address, hex(site.address))

    def events(self, writer):
        """("begin", name), ("end", None) and ("span", name) in order."""
        for sequence in sorted(self.pages[writer]):
            at = self.pages[writer][sequence] + 32
            end = at - 32 + PAGE
            while at < end:
                kind = struct.unpack_from("<I", self.bytes, at)[0] & 15
                if kind == 0:
                    break
                if kind == 2:
                    yield "end", None
                    at += 4
                elif kind == 4:
                    at += 12
                else:
                    site = struct.unpack_from("<I", self.bytes, at + 4)[0]
                    yield "begin" if kind == 1 else "span", self.name(site)
                    at += 8 if kind == 1 else \
                        12 + (struct.unpack_from("<I", self.bytes, at + 8)[0] + 3) // 4 * 4

    def counts(self):
        """Calls by function, and how deep any thread came; ends that nothing began are refused."""
        counts, deepest, left_open = collections.Counter(), 0, 0
        for writer in self.pages:
            depth = 0
            for what, name in self.events(writer):
                if what == "end":
                    depth -= 1
                    assert depth >= 0, "an end without a begin"
                else:
                    counts[name] += 1
                    depth += what == "begin"
                    deepest = max(deepest, depth)
            left_open += depth
        return counts, deepest, left_open
