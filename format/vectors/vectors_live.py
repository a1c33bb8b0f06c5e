"""Live files: annex B. Who recorded them is gone, by a boot that there is not."""
import struct

import vtc_live_build as lb
from vtc_live import LiveFile
from vtc_live_build import Live
from vectors_common import VECTORS

PAGE = lb.PAGE
NAMES = (lb.string(1, b"parse"), lb.string(2, b"io"), lb.site(1, "B", 1, 2), lb.writer(1, 7, b"main"))


def good(name, title, live):
    file = LiveFile(live.bytes)
    assert not file.damage, (name, file.damage)
    VECTORS.append(("good", "live-" + name, title, live.annotated,
                    {"status": "GOOD", "document": file.text()}))


def bad(name, title, live, offset, rule=None):
    """Damage takes nothing from the rest: a reader that gives the text need not notice."""
    file = LiveFile(live.bytes)
    rule = rule or "-".join(name.split("-")[:2])
    assert file.damage and file.damage[0][:2] == (offset, rule), (name, file.damage)
    VECTORS.append(("bad", name, title, live.annotated,
                    {"status": "CORRUPT", "rule": rule, "offset": offset, "within": 0,
                     "verify-only": "yes", "document": file.text()}))


def refused(name, title, annotated, status, offset, rule=None):
    VECTORS.append(("unsupported" if status == "UNSUPPORTED" else "bad", name, title, annotated,
                    {"status": status, "rule": rule or "-".join(name.split("-")[:2]),
                     "offset": offset, "within": 0 if offset else PAGE}))


def all_args():
    params = [(10, lb.INT), (11, lb.UINT), (12, lb.DOUBLE), (13, lb.BOOL), (14, lb.STRING),
              (15, lb.BYTES), (16, lb.INTERNED)]
    names = [lb.string(10 + i, name) for i, name in enumerate(
        (b"int", b"uint", b"double", b"bool", b"string", b"bytes", b'inter"ned'))]
    payload = (struct.pack("<qQdQ", -5, (1 << 64) - 1, 0.1, 1) + lb.text_value(b'a"\n\xff')
               + lb.text_value(b"\x00\xab\xcd") + struct.pack("<Q", 1))
    return params, names, payload


def texts():
    good("empty", "A session of which nothing was recorded.", Live())
    good("span", "A span, and one within it that has no end.",
         Live().log(*NAMES).events(1, lb.event(10, 1), lb.event(20, 1), lb.end(25), lb.event(30, 1),
                                   base_ticks=1000))
    params, names, payload = all_args()
    good("args", "A span with arguments of each type at its begin, and one at its end.",
         Live().log(*NAMES, *names, lb.site(2, "B", 1, 0, params), lb.site(3, "E", 1, 0, params[:1]),
                    lb.process(b"app"))
         .events(1, lb.data(10, 2, payload), lb.data(40, 3, struct.pack("<q", 9)), lb.data(50, 3, b""),
                 base_ticks=1000))
    numbers = (0.0, -0.0, 1.0, 1e16, 1e17, -1.5e300, 1e-4, 1e-5, 5e-324, 123456.789,
               float("nan"), float("inf"), float("-inf"), 2.0 ** -44)
    good("doubles", "The spelling of doubles.",
         Live(clock=lb.MONOTONIC).log(*NAMES, lb.string(3, b"x"), lb.site(2, "C", 1, 0, ((3, lb.DOUBLE),)))
         .events(1, *[lb.data(i, 2, struct.pack("<d", x)) for i, x in enumerate(numbers)],
                 base_ticks=5000))
    phases = "ibnestfNODCM"
    records = [lb.data(i, 10 + i, struct.pack("<Q", 0x2A) if c in "bnestfNOD" else b"")
               for i, c in enumerate(phases)]
    good("phases", "An event of each phase; spans that are complete, one of negative duration.",
         Live().log(*NAMES, *[lb.site(10 + i, c, 1) for i, c in enumerate(phases)], lb.site(30, "X", 1))
         .events(1, *records, lb.data(50, 30, struct.pack("<Qq", 4000, 3000)),
                 lb.data(60, 30, struct.pack("<Qq", 4000, -3000)), base_ticks=1000))
    far = [struct.pack("<Qq", *span) for span in (
        (0, -5), (3, -5), ((1 << 64) - 1, 9), ((1 << 64) - 1, (1 << 63) - 1), (0, -(1 << 63)),
        (1 << 63, -(1 << 63)), (7, 0))]
    for clock, name in ((lb.MONOTONIC, "ns"), (lb.TSC, "ticks")):
        good("far-ends-" + name, "Spans that end below tick 0, and beyond 64 bits of ticks.",
             Live(clock=clock).log(*NAMES, lb.site(30, "X", 1))
             .events(1, *[lb.data(i, 30, payload) for i, payload in enumerate(far)],
                     base_ticks=1000))
    good("ends", "Ends without a begin.",
         Live().log(*NAMES, lb.site(2, "E", 1)).events(1, lb.end(1), lb.event(2, 2), base_ticks=1000))
    good("base", "A base within a page, and times before the first clock point.",
         Live().log(*NAMES).events(1, lb.event(10, 1), lb.base(100), lb.end(1), base_ticks=10))
    good("clock", "A third clock point is what times are reckoned by.",
         Live().log(*NAMES, lb.clock(1000 + 6_000_000, 500_000 + 1_900_000, 5))
         .events(1, lb.event(10, 1), lb.end(2_000_000), base_ticks=1000))
    good("threads", "Two writers of one thread, one of another, in no order; a writer without pages.",
         Live().log(lb.writer(3, 7, b"signals", 1), *NAMES, lb.writer(2, 5), lb.writer(9, 1, b"idle"))
         .events(3, lb.event(1, 1), base_ticks=1000).events(1, lb.event(2, 1), base_ticks=1000)
         .events(2, lb.event(3, 1), base_ticks=1000))
    good("pages", "A writer's pages in another order; the LOG behind them, in a group of two pages.",
         Live().events(1, lb.end(5), sequence=1, base_ticks=2000)
         .events(1, lb.event(5, 1), sequence=0, base_ticks=1000)
         .log(*NAMES, lb.string(5, b"long" * 1000), n=2))
    good("holes", "A LOG with holes, an unknown type, a second record of one id; an empty page that is "
         "not all zero.",
         Live().log(lb.zeros(24, "a hole"), NAMES[0], lb.log_record(200, b"new", "unknown"),
                    lb.string(1, b"second"), lb.zeros(8, "a hole"), *NAMES[1:])
         .empty(lb.zeros(4) + lb.u32(5, "not published"))
         .events(1, lb.event(10, 1), lb.end(20), base_ticks=1000))
    good("group-not-finished", "A group of three pages whose mark never came, with records of its own.",
         Live().log(*NAMES).unfinished(3, lb.string(9, b"half" * 2500))
         .events(1, lb.event(10, 1), lb.end(20), base_ticks=1000))
    good("symbols", "Names that are addresses, one with a symbol; a module.",
         Live().log(*NAMES, lb.site(5, "B", 0, flags=1, address=0x401000),
                    lb.site(6, "B", 0, flags=1, address=0x402000), lb.site(7, "i", 0),
                    lb.symbol(0x401000, b"main"), lb.symbol(0x401000, b"again"),
                    lb.module(0x400000, 0x500000, 0, b"\x12\x34", b"/bin/app"))
         .events(1, lb.event(10, 5), lb.event(11, 6), lb.end(12), lb.end(13), lb.event(14, 7),
                 base_ticks=1000))
    good("lost", "Events that were lost; a process that was killed.",
         Live(state=lb.RECORDING, lost=(1, 2, 3, 4, 5, 6, 7, 8)).log(*NAMES))
    good("strings", "Strings that are not known.",
         Live().log(lb.writer(1, 7), lb.site(2, "i", 90, 91, ((92, lb.INTERNED), (93, lb.INTERNED))))
         .events(1, lb.data(1, 2, struct.pack("<QQ", 94, 0)), base_ticks=1000))
    good("torn", "A record of which the first word is not there yet.",
         Live(state=lb.RECORDING).log(*NAMES).events(
             1, lb.event(10, 1), lb.zeros(4, "not published") + lb.u32(1, "  site 1"),
             base_ticks=1000))
    good("tail", "Bytes behind the last whole page.",
         _with_tail(Live().log(*NAMES).events(1, lb.event(10, 1), lb.end(20), base_ticks=1000)))


class _with_tail:
    def __init__(self, live):
        self.annotated = live.annotated + lb.raw(b"\x56\x50\x01", "the begin of a page")
        self.bytes = live.bytes + b"\x56\x50\x01"


def pages():
    span = (lb.event(10, 1), lb.end(20))
    bad("LIV-5-mark", "A page with another mark.",
        Live().log(*NAMES).events(1, *span, mark=b"VP\x07\0").events(1, *span, sequence=0, base_ticks=1000),
        2 * PAGE)
    bad("LIV-5-checksum", "A page with a wrong checksum.",
        Live().log(*NAMES).events(1, *span, checksum=1).events(1, *span, sequence=0, base_ticks=1000),
        2 * PAGE)
    bad("LIV-5-count", "A page of events that heads two.",
        Live().log(*NAMES).events(1, *span, n=2).events(1, *span, sequence=0, base_ticks=1000), 2 * PAGE)
    bad("LIV-5-past-end", "A LOG page that heads more than there are.",
        Live().log(*NAMES, n=3, size=1), PAGE)
    bad("LIV-5-writer", "A page of the writer 0.",
        Live().log(*NAMES).events(0, *span, base_ticks=1000), 2 * PAGE)
    bad("LIV-6-missing", "The second of three pages is lost.",
        Live().log(*NAMES).events(1, *span, base_ticks=1000)
        .events(1, *span, sequence=2, base_ticks=3000), 3 * PAGE)
    bad("LIV-6-log", "A page of the LOG is lost.",
        Live().log(*NAMES, sequence=1).events(1, *span, base_ticks=1000), PAGE)
    bad("LIV-6-twice", "A page that is there twice: the first counts.",
        Live().log(*NAMES).events(1, *span, base_ticks=1000)
        .events(1, *span, lb.event(30, 1), sequence=0, base_ticks=2000), 3 * PAGE)


def records():
    span = (lb.event(10, 1), lb.end(20))
    here = 2 * PAGE + 32 + 12
    bad("LIV-8-kind", "A record of an unknown kind; what follows on the page is lost, the next page is "
        "not.",
        Live().log(*NAMES).events(1, *span, lb.raw(lb.first(5, 1), "kind 5"), *span, base_ticks=1000)
        .events(1, *span, base_ticks=2000), here)
    bad("LIV-8-past-end", "A payload that reaches past the page's end.",
        Live().log(*NAMES, lb.site(2, "i", 1, 0, ((1, lb.BYTES),)))
        .events(1, *span, lb.data(1, 2, b"", size=4000 + 100), base_ticks=1000), here)
    bad("LIV-8-no-room", "A record that begins in the last word of a page and wants two.",
        Live().log(*NAMES).events(1, *([lb.end(1)] * 1015), lb.raw(lb.first(1, 1), "EVENT"),
                                  base_ticks=1000), 3 * PAGE - 4)
    bad("LIV-9-site", "A site that is not known.",
        Live().log(*NAMES).events(1, *span, lb.event(30, 77), lb.data(31, 77, b"1234"), *span,
                                  base_ticks=1000), here)
    bad("LIV-9-writer", "A writer that is not known.",
        Live().log(*NAMES).events(2, *span, base_ticks=1000), 2 * PAGE)
    bad("LIV-11-checksum", "A record of the LOG with a wrong checksum.",
        Live().log(*NAMES, lb.string(3, b"x", checksum=1)).events(1, *span, base_ticks=1000), PAGE)
    bad("LIV-11-size", "A record of the LOG that reaches past the end.",
        Live().log(*NAMES, lb.string(3, b"x", size=5000)).events(1, *span, base_ticks=1000), PAGE)
    at = PAGE + 32 + sum(len(lb.joined(record)) for record in NAMES)
    for name, title, record in (
            ("string", "A string with the id 0.", lb.string(0, b"x")),
            ("id", "A writer with too great an id.", lb.writer(1 << 28, 5)),
            ("site", "A site with fewer arguments than it says.",
             lb.log_record(2, struct.pack("<IBBHIIQ", 5, 66, 0, 1, 1, 0, 0), "SITE")),
            ("type", "A site with an argument of an unknown type.", lb.site(5, "i", 1, 0, ((1, 8),))),
            ("clock", "A clock point that is too short.", lb.log_record(4, bytes(16), "CLOCK")),
            ("module", "A module with too long a build id.",
             lb.log_record(6, struct.pack("<QQQI", 1, 2, 3, 9) + b"short", "MODULE")),
            ("symbol", "A symbol without a whole address.", lb.log_record(7, b"1234", "SYMBOL"))):
        bad("LIV-12-" + name, title, Live().log(*NAMES, record).events(1, *span, base_ticks=1000), at)
    site = lb.site(2, "i", 1, 0, ((1, lb.INT), (1, lb.STRING)))
    for name, title, payload in (
            ("more", "A payload with more than its site has.",
             struct.pack("<q", 1) + lb.text_value(b"abc") + bytes(4)),
            ("cut", "A payload that ends within an argument.", bytes(4)),
            ("text", "A text that is longer than its payload.",
             struct.pack("<qI", 1, 100) + b"abcd")):
        bad("LIV-13-" + name, title,
            Live().log(*NAMES, site).events(1, *span, lb.data(30, 2, payload), *span, base_ticks=1000),
            here)
    bad("LIV-13-no-id", "An EVENT of a phase that has an id.",
        Live().log(*NAMES, lb.site(2, "b", 1)).events(1, *span, lb.event(30, 2), base_ticks=1000), here)
    bad("LIV-13-goes-on", "An EVENT of phase X, with spans behind it on the same page.",
        Live().log(*NAMES, lb.site(2, "X", 1)).events(1, *span, lb.event(30, 2), *span,
                                                      base_ticks=1000), here)
    pair = lb.site(2, "B", 1, 0, ((1, lb.INT),)), lb.site(3, "E", 0, 0, ((1, lb.INT),))
    bad("LIV-13-begin", "A begin and an end with payloads that do not fit, around a span.",
        Live().log(*NAMES, *pair).events(1, *span, lb.data(30, 2, bytes(4)), *span,
                                         lb.data(90, 3, bytes(4)), *span, base_ticks=1000), here)


def refusals():
    refused("LIV-2-short", "Less than a page.", Live().annotated[:5], "TRUNCATED", 0)
    VECTORS[-1][4]["offset"] = len(lb.joined(Live().annotated[:5]))
    VECTORS[-1][4]["within"] = 0
    refused("LIV-3-checksum", "A wrong checksum of the session.", Live(checksum=1).annotated,
            "CORRUPT", 128)
    refused("LIV-3-points", "A second clock point before the first.",
            Live(points=((2000, 5, 5), (1000, 6, 6))).annotated, "CORRUPT", 80)
    refused("LIV-3-clock", "A clock that is not known.", Live(clock=4).annotated, "UNSUPPORTED", 72)
    refused("LIV-3-state", "A state that is not known.", Live(state=3).annotated, "UNSUPPORTED", 192)
    refused("HDR-3-live-and-more", "A live file with a further feature.",
            Live(incompatible=3).annotated, "UNSUPPORTED", 0)


def make():
    texts()
    pages()
    records()
    refusals()
