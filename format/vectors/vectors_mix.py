"""MIX (SPEC.md, annex A): streams made by the reference encoder."""
import trace_builder                                    # noqa: F401 (sets the path)
from vectors_bad import wrong_ts
from vectors_common import DUR, NAME, PID, TID, TS, I, X, events_file, good, plain_schema
from vectors_good import NEST_ORDER
from vtc_block import GOLDEN, M64
from vtc_build import auto, constant, group, mix, mix_at, nest, nested, runs
from vtc_mix import decode
from vtc_mix_build import encode
from vtc_wire import VtcError

NO_COLUMN = (1 << 32) - 1
FIRST = [0, 1, PID, TID, NAME, DUR, TS]


def number_context(value):
    return (((2 * value + 1) * GOLDEN & M64) >> 33) + 1


def good_streams():
    times = [10, 14, 18, 10, 14, 18, 10, 14, 18, 10, 14, 19, 0, 10, 14, 18]
    nodes = [X(b"ab"[i % 2:i % 2 + 1], b"%d" % t, b"%d" % (i % 3), b"2" if i % 4 else b"3")
             for i, t in enumerate(times)]
    schema = plain_schema([b"a", b"b"], [(b"1", b"2"), (b"1", b"3")])
    names = [1 + i % 2 for i in range(len(times))]
    durs = [i % 3 for i in range(len(times))]

    def ts(name, title, make):
        good(name, title, events_file(nodes, schema, order=FIRST, arrays={TS: make}))

    ts("MIX-plain", "MIX: plain values of 5 bits, no terms.",
       lambda v, s: mix(s, encode(v, plain=True)))
    ts("MIX-lengths", "MIX: values by their lengths, three terms.",
       lambda v, s: mix(s, encode(v, terms=[(0, 1), (16, 2), (32, 0)])))
    ts("MIX-match", "MIX: with a match order of 2.",
       lambda v, s: mix(s, encode(v, match_order=2, terms=[(0, 3)])))
    by_name = [n + 1 for n in names]
    by_dur = [number_context(d) for d in durs]
    ts("MIX-contexts", "MIX: the row's name, the next one, an earlier one, and dur as contexts.",
       lambda v, s: mix(s, encode(
           v, [by_name, [0] + by_dur[:-1], by_name[1:] + [0], [0] * 3 + by_name[:-3]],
           terms=[(1, 0), (3, 1), (32, 0), (12, 0)]),
           [(0, NAME), (1, DUR), (255, NAME), (3, NAME)]))
    order = sorted(range(len(times)), key=lambda i: i % 4 != 0)
    ts("MIX-in-GROUP", "MIX below GROUP: the contexts are those of the sorted rows.",
       lambda v, s: group(mix(s, encode([v[i] for i in order], [[by_name[i] for i in order]],
                                        plain=True, terms=[(1, 0)]), [(0, NAME)])))
    wide = [0, 1, 7, 8, 999999999999999999, 123456789012, 1 << 40, (1 << 40) + 1, 1 << 59, 4096,
            8191]
    good("MIX-wide", "MIX: values of up to 60 bits; bits past the twelfth are not mixed.",
         events_file([I(b"a", b"%d" % min(v, 10**15)) for v in wide], schema, arrays={
            TS: lambda v, s: mix(s, encode(v, terms=[(16, 0), (0, 1)]))}))
    good("MIX-64-bits", "MIX: values are modulo 2^64.", events_file(
        [I(b"a", b"-1"), I(b"a", b"-5"), I(b"a", b"7")], schema, arrays={
            TS: lambda v, s: mix(s, encode(v))}))
    many = [(i * i) % 97 for i in range(2000)]
    good("MIX-2000", "MIX: 2,000 values, with a period that the match finds.", events_file(
        [I(b"a", b"%d" % v) for v in many], schema, arrays={
            TS: lambda v, s: mix(s, encode(v, plain=True, match_order=6, terms=[
                (0, 1), (0, 2), (0, 3), (16, 0), (32, 1), (48, 0)]))}))
    spans = [X(b"b", b"12", b"3"), I(b"a", b"17"), X(b"b", b"18", b"2"), X(b"a", b"10", b"20"),
             X(b"a", b"40", b"1")]
    good("MIX-in-NEST", "MIX in NEST, with k as a context; an instant has k = 0.", events_file(
        spans, plain_schema([b"a", b"b"]), order=NEST_ORDER, arrays={
            TS: lambda v, s: nest(
                2, DUR, 4, auto([0, 0, 2, 0], s),
                mix(s, encode([12, 2, 1, 2, 10], [[0, 0, 0, 2, 0], [3, 2, 3, 2, 2]],
                              terms=[(1, 0), (2, 0)]), [(0, NO_COLUMN), (0, NAME)]),
                mix(s, encode([3, 2, 10, 1], [[0, 0, 2, 0]], terms=[(1, 0)]), [(0, NO_COLUMN)])),
            DUR: lambda v, s: nested(TS)}))


def bad_streams():
    right = encode([10, 14])

    def wrong(name, title, stream, **more):
        wrong_ts(name, title, lambda v, s: mix(s, stream), **more)
    wrong("MIX-1-short", "A stream of two bytes.", b"\0\4")
    wrong("MIX-1-terms", "Seven terms.", bytes([14]) + right[1:2] + b"\0" * 15 + right[3:])
    wrong("MIX-1-terms-short", "A term that is cut off.", bytes([2, 4, 0, 0]))
    wrong("MIX-1-width", "Values of 65 bits.", right[:1] + bytes([65]) + right[2:])
    wrong("MIX-1-width-plain", "Plain values of 25 bits.", bytes([1, 25]) + right[2:])
    wrong("MIX-1-match", "A match order of 65.", right[:2] + bytes([65]) + right[3:])
    wrong("MIX-1-inputs", "Inputs of 64.", bytes([2, 4, 0, 64, 0]) + right[3:])
    wrong("MIX-1-order", "An order of 33.", bytes([2, 4, 0, 0, 33]) + right[3:])
    # What is cut off or changed at its end can be a right stream of other values; these are not.
    values = [1000003, 777777, 123456, 654321]
    plain = encode(values, plain=True)

    def wrong_end(name, title, stream):
        try:
            decode(stream, len(values), [])
            raise AssertionError(name)
        except VtcError as error:
            assert error.rule == "MIX-3", error
        wrong_ts(name, title, lambda v, s: mix(s, stream),
                 nodes=[I(b"f", b"%d" % v) for v in values])
    wrong_end("MIX-3-long", "A stream with a byte too many.", plain + b"\0")
    wrong_end("MIX-3-short", "A stream of which half is missing.", plain[:7])
    wrong_end("MIX-3-end", "A stream that ends in another byte.",
              plain[:-1] + bytes([plain[-1] + 3 & 255]))
    wrong("MIX-15-length", "A value of six bits where five is the most.", encode([63], width=5))

    wrong_ts("ENC-8-rows", "A context in an array without rows.", lambda v, s: runs(
        1, mix(s, encode([10], [[2]]), [(0, NAME)]), constant(1)))
    wrong_ts("ENC-8-k", "k outside of NEST.", lambda v, s: mix(
        s, encode([10, 14], [[0, 0]]), [(0, NO_COLUMN)]))
    wrong_ts("ENC-8-five", "Five contexts.", lambda v, s: mix(s, right, [(0, NAME)] * 5))
    wrong_ts("ENC-8-end", "A stream past the end of the segment.", lambda v, s: mix_at(
        1, 0, 1000))
    wrong_ts("ENC-8-segment-0", "A stream in the directory.", lambda v, s: mix_at(0, 0, 3))
    wrong_ts("BLK-3-mix", "A context of a column that comes later.", lambda v, s: mix(
        s, encode([10, 14], [[1, 1]]), [(0, DUR)]))


def make():
    good_streams()
    bad_streams()
