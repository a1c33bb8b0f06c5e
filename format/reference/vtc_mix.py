"""MIX: integers by context mixing and an arithmetic code (SPEC.md, annex A).

A counter is one integer, P << 10 | A. The lines lie in one list, eight places each:
the check word, then nodes 1 to 7. The decision, by far the hottest code here, is
made once for each number of models by _decider_source: its loops are written out,
as Python would spend most of its time on them otherwise.

Weights are 32-bit; that they wrap can only be after more than half a million
decisions that push in one direction, so it is looked after only when one of them
has come near (see Mixer.watch).
"""
from vtc_wire import corrupt

M64 = (1 << 64) - 1
M32 = (1 << 32) - 1
K1, K2 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
S = 2815
MAX_N = 1 << 24
FRESH = 1 << 21 << 10
PLACES, HITS, SETS = 1152, 730, 256
HITS_AT, SETS_AT = 8 * PLACES, 8 * (PLACES + HITS)
WATCH_EVERY = 100000


def _tables():
    """MIX-4: squash, stretch, rate; and what follows from them."""
    q, e = [], 1 << 32
    for _ in range(S + 1):
        q.append(min(65535, (1 << 48) // ((1 << 32) + e)))
        e = (e * 4278222805) >> 32
    squash = [65536 - q[-d] if d < 0 else q[d] for d in range(-S, S + 1)]
    squash[S] = 32768
    stretch, d = [], -S
    for i in range(4096):
        while d < S and squash[d + S] < 16 * i + 8:
            d += 1
        stretch.append(d)
    rate = [131072 // (2 * a + 3) for a in range(256)]
    age_class = [a if a < 16 else 16 if a < 32 else 17 if a < 64 else 18 if a < 90 else 19
                 for a in range(91)]
    return squash, stretch, rate, [44 * c for c in age_class]


SQUASH, STRETCH, RATE, CLASS = _tables()
HIT = [(a > 0) + (a > 3) for a in range(91)]


def squash(d):
    return SQUASH[d + S]


def clamp(v):
    return max(-S, min(S, v))


def hash_(h, v):
    x = (h + v + K1) * K2 & M64
    return x ^ (x >> 32)


def rough(v):
    b = v.bit_length()
    return v if b <= 3 else 4 * b + ((v >> (b - 3)) & 3)


def _decider_source(k, is_match, wraps, encodes):
    """Source of decide(mixer, bases, node, place, f, e): one decision with k models.

    encodes: the bit is not read but asked for (the encoder of vtc_mix_build.py).
    """
    out = ["def decide(mixer, bases, node, place, f, e):",
           " C = mixer.counters; T = mixer.calibration; W = mixer.weights; N = mixer.knots",
           " %s = bases" % "".join("c%d, " % i for i in range(k)),
           " f *= 880; s = %d + 8 * e; r = 8 * place" % SETS_AT]
    for i in range(k):
        out += [" c%d += node; v = C[c%d]; a = v & 1023; d = STRETCH[v >> 20]" % (i, i)]
        if i == 1 and not is_match:
            out += [" h = HIT[a]"]
        if i > 1 and not is_match:
            out += [" h = 3 * h + HIT[a]"]
        out += [" t%d = f + %d + CLASS[a] + ((d + 2816) >> 7)" % (i, 880 * i),
                " x%d = (d + STRETCH[T[t%d] >> 20]) >> 1" % (i, i)]
    if is_match:
        out += [" h = 729"]
    elif k == 1:
        out += [" h = 0"]
    out += [" h = %d + 8 * h" % HITS_AT]
    dot = " + ".join("x%d * (W[r + %d] + W[h + %d] + W[s + %d])" % (i, i, i, i) for i in range(k))
    out += [" m = (256 * (W[r + 7] + W[h + 7] + W[s + 7]) + %s) >> 16" % dot,
            " if m > 2815: m = 2815",
            " elif m < -2815: m = -2815",
            " p = SQUASH[m + 2815]",
            " m += 2816; v = m & 127; j = 45 * place + (m >> 7)",
            " q = (p + 3 * (((N[j] >> 16) * (128 - v) + (N[j + 1] >> 16) * v) >> 7)) >> 2",
            " if q > 65535: q = 65535",
            " elif q < 1: q = 1",
            " if v >= 64: j += 1",
            # MIX-2
            " low = mixer.low; high = mixer.high",
            " middle = low + ((high - low) * q >> 16)",
            " if %s: bit = 1; high = middle; target = 4194303" %
            ("mixer.next_bit()" if encodes else "mixer.code <= middle"),
            " else: bit = 0; low = middle + 1; target = 0",
            " if (low ^ high) >> 24 == 0: low, high = mixer.shift(low, high)",
            " mixer.low = low; mixer.high = high",
            # The weights (MIX-9).
            " p = ((bit << 16) - p) * 5"]
    for x, i in [("x%d" % i, i) for i in range(k)] + [("256", 7)]:
        out += [" v = (%s * p + 131072) >> 18" % x]
        if wraps:
            for at in "rhs":
                out += [" W[%s + %d] = ((W[%s + %d] + v + 0x80000000) & 0xFFFFFFFF) - 0x80000000"
                        % (at, i, at, i)]
        else:
            out += [" if v: W[r + %d] += v; W[h + %d] += v; W[s + %d] += v" % (i, i, i)]
    # The counters (MIX-6).
    for i in range(k):
        out += [" v = C[c%d]; a = v & 1023; v >>= 10" % i,
                " C[c%d] = (v + ((target - v) * RATE[a] >> 16)) << 10 | (a + 1 if a < 90 else 90)"
                % i]
    for where, at in [("T", "t%d" % i) for i in range(k)] + [("N", "j")]:
        out += [" v = %s[%s]; a = v & 1023; v >>= 10" % (where, at),
                " %s[%s] = (v + ((target - v) * RATE[a] >> 16)) << 10 | (a + 1 if a < 255 else 255)"
                % (where, at)]
    out += [" return bit"]
    return "\n".join(out)


_DECIDERS = {}


def decider(k, is_match, wraps=False, encodes=False):
    key = k, is_match, wraps, encodes
    if key not in _DECIDERS:
        space = dict(STRETCH=STRETCH, SQUASH=SQUASH, RATE=RATE, CLASS=CLASS, HIT=HIT)
        exec(_decider_source(*key), space)
        _DECIDERS[key] = space["decide"]
    return _DECIDERS[key]


class Mixer:
    """The state of a stream. The encoder is a class derived from this one."""

    encodes = False

    def __init__(self, data, n, models):
        self.data = data
        self.low, self.high = 0, M32
        self.code = int.from_bytes(data[:4].ljust(4, b"\0"), "big")
        self.position = 4
        self.models = models
        self.line_count = 8 * n + 64 if n < 13312 else 106496
        self.counters = ([0] + [FRESH] * 7) * self.line_count
        start = [squash(clamp(128 * b - 2752)) << 6 << 10 | 1 for b in range(44)]
        self.calibration = start * (10 * 20)
        start = [squash(clamp(128 * j - 2816)) << 6 << 10 | 6 for j in range(45)]
        self.knots = start * PLACES
        first = 78643 // models
        self.weights = (([first] * 7 + [0]) * 1088 + ([26214] * 7 + [0]) * (PLACES - 1088)
                        + [0] * (8 * (HITS + SETS)))
        self.decide = decider(models, False, False, self.encodes)
        self.decide_match = decider(3, True, False, self.encodes)

    def begin(self, i):
        """Value number i is next (and so on: what an encoder has to know)."""

    def propose(self, x):
        """The next bit says whether the value is x."""

    def rest(self, length):
        """The next bits are those of the value below the highest of `length`."""

    def watch(self):
        """Before any weight can wrap, changes to the decisions that allow for it."""
        if max(self.weights) >= 1 << 30 or min(self.weights) < -(1 << 30):
            self.decide = decider(self.models, False, True, self.encodes)
            self.decide_match = decider(3, True, True, self.encodes)

    def shift(self, low, high):
        data, code = self.data, self.code
        while low >> 24 == high >> 24:
            low = low << 8 & M32
            high = (high << 8 & M32) | 255
            at = self.position
            if at < len(data):
                code = (code << 8 & M32) | data[at]
            else:
                code = code << 8 & M32
                if at >= len(data) + 4:
                    raise corrupt("MIX-3", "a stream that ends with its last value",
                                  "one that is shorter")
            self.position = at + 1
        self.code = code
        return low, high

    def plain_bit(self, p):
        """A bit with a given probability, without mixing."""
        low, high = self.low, self.high
        middle = low + ((high - low) * p >> 16)
        if self.code <= middle:
            bit, high = 1, middle
        else:
            bit, low = 0, middle + 1
        if (low ^ high) >> 24 == 0:
            low, high = self.shift(low, high)
        self.low, self.high = low, high
        return bit

    def finish(self):
        """MIX-3."""
        s = self.position - 4
        size = len(self.data)
        if self.low == 0:
            right = size == s and self.code == 0
        else:
            right = size == s + 1 and self.code == (((self.low >> 24) + 1) << 24) & M32
        if not right:
            raise corrupt("MIX-3", "the code's end after its last value", "%d bytes, %d used" %
                          (size, s + (self.low != 0)))

    def lines(self, hashes, key):
        """The first place of each model's line (MIX-5)."""
        counters, count = self.counters, self.line_count
        key = key * K1 & M64
        out = []
        for context in hashes:
            h = (context ^ key) * K2 & M64
            base = ((h >> 32) * count >> 32) << 3
            check = h & M32 | 1
            if counters[base] != check:
                other = base ^ 8
                if counters[other] == check:
                    base = other
                else:
                    if counters[other + 1] & 1023 < counters[base + 1] & 1023:
                        base = other
                    counters[base:base + 8] = [check, FRESH, FRESH, FRESH, FRESH, FRESH, FRESH,
                                               FRESH]
            out.append(base)
        return out

    def tree(self, hashes, bits, e):
        """MIX-14."""
        prefix, decide = 1, self.decide
        for j in range(bits):
            if j % 3 == 0:
                bases = self.lines(hashes, prefix)
                node = 1
            bit = decide(self, bases, node, prefix if prefix < 1024 else 1024 + j, 0, e)
            node = 2 * node + bit
            prefix = 2 * prefix + bit
        return prefix - (1 << bits)


class Rolling:
    """R(o) = sum of value(i - j) * K1^j for j = 1..o, kept up to date value by value."""

    def __init__(self, order):
        self.order = order
        self.last_power = pow(K1, order, 1 << 64)
        self.value = 0

    def add(self, values):
        i = len(values) - 1
        gone = values[i - self.order] if i >= self.order else 0
        self.value = (values[i] + self.value - gone * self.last_power) * K1 & M64


class Match:
    """MIX-12 and MIX-13."""

    def __init__(self, order):
        self.rolling = Rolling(order)
        self.order = order
        self.table = [0] * 65536
        self.position = self.length = self.history = 0

    def find(self, values):
        i, o = len(values), self.order
        if i == 0:
            return
        if self.length > 0 and values[self.position] == values[i - 1]:
            self.position += 1
            self.length = min(self.length + 1, 65535)
        else:
            self.length = 0
        if i >= o:
            slot = (hash_(0, self.rolling.value) >> 16) & 65535
            q = self.table[slot]
            if self.length == 0 and q and q >= o and values[q - o:q] == values[i - o:]:
                self.position, self.length = q, o
            self.table[slot] = i

    def read(self, mixer, values):
        """Whether the value is the one at `position`."""
        b = self.length.bit_length()
        class_ = 2 * b + ((self.length >> (b - 2)) & 1 if b > 1 else 0)
        x = values[self.position]
        hashes = (hash_(101, class_ * 256 + (self.history & 15)), hash_(102, x),
                  hash_(hash_(103, x), self.position))
        mixer.propose(x)
        bit = mixer.decide_match(mixer, mixer.lines(hashes, 0), 1, 1088 + class_, 7, 0)
        self.history = (2 * self.history + bit) & 0xFF
        return bit


def read_header(data, n):
    """MIX-1."""
    def refuse(expected, found):
        raise corrupt("MIX-1", expected, found)
    if n > MAX_N:
        refuse("at most %d values in MIX" % MAX_N, "%d" % n)
    if len(data) < 3:
        refuse("a header of 3 bytes", "%d" % len(data))
    flags, width, match_order = data[:3]
    plain, terms = flags & 1, flags >> 1
    if terms > 6:
        refuse("at most 6 terms", "%d" % terms)
    if width > (24 if plain else 64):
        refuse("a width up to %d" % (24 if plain else 64), "%d" % width)
    if match_order > 64:
        refuse("a match order up to 64", "%d" % match_order)
    if len(data) < 3 + 2 * terms:
        refuse("a header of %d bytes" % (3 + 2 * terms), "%d" % len(data))
    out = []
    for t in range(terms):
        inputs, order = data[3 + 2 * t:5 + 2 * t]
        if inputs > 63 or order > 32:
            refuse("inputs up to 63 and an order up to 32", "%d and %d" % (inputs, order))
        out.append((inputs, order))
    return plain, width, match_order, out


def decode(data, n, contexts):
    """The n values of a stream; contexts: lists of n numbers."""
    plain, width, match_order, terms = read_header(data, n)
    mixer = Mixer(bytes(data[3 + 2 * len(terms):]), n, len(terms) + 1)
    return run(mixer, plain, width, match_order, terms, n, contexts)


def run(mixer, plain, width, match_order, terms, n, contexts):
    rollings = {order: Rolling(order) for _, order in terms if order}
    match = Match(match_order) if match_order else None
    # The hashes of a model: from its number, the streams, rough(previous), same and R.
    plans = [(m + 1, [contexts[c] if c < len(contexts) else None
                      for c in range(4) if inputs >> c & 1],
              inputs & 16, inputs & 32, rollings.get(order))
             for m, (inputs, order) in enumerate(terms)]
    same = [0] * 4096
    wide = {}                   # MIX-15: counters of the bits that are not mixed
    values = []
    previous = 0
    watched = 0
    for i in range(n):
        mixer.begin(i)
        g = hash_(0, contexts[0][i] if contexts else previous)
        if match:
            match.find(values)
        if match and match.length > 0 and match.read(mixer, values):
            value = values[match.position]
        else:
            hashes = [0]
            for h, streams, with_rough, with_same, rolling in plans:
                for stream in streams:
                    h = hash_(h, stream[i] if stream is not None else 0)
                if with_rough:
                    h = hash_(h, rough(previous))
                if with_same:
                    h = hash_(h, same[(g >> 12) & 4095])
                if rolling is not None:
                    h = hash_(h, rolling.value)
                hashes.append(h)
            e = (g >> 24) & 255
            if plain:
                value = mixer.tree(hashes, width, e)
            else:
                value = read_by_length(mixer, hashes, width, e, wide)
        values.append(value)
        if contexts:
            same[(g >> 12) & 4095] = rough(value)
        for rolling in rollings.values():
            rolling.add(values)
        if match:
            match.rolling.add(values)
        previous = value
        watched += 72
        if watched > WATCH_EVERY:
            mixer.watch()
            watched = 0
    mixer.finish()
    return values


def read_by_length(mixer, hashes, width, e, wide):
    """MIX-15."""
    length = mixer.tree(hashes, width.bit_length(), e)
    if length > width:
        raise corrupt("MIX-15", "at most %d bits" % width, "%d" % length)
    if length == 0:
        return 0
    mixer.rest(length)
    prefix = 1
    decide = mixer.decide
    for j in range(length - 1):
        if j < 12:
            if j % 3 == 0:
                bases = mixer.lines(hashes, ((256 + length) << 32) + prefix)
                node = 1
            bit = decide(mixer, bases, node, 128 + 12 * length + j, 0, e)
            node = 2 * node + bit
        else:
            key = length, length - 2 - j
            p, age = wide.get(key, (1 << 21, 0))
            bit = mixer.plain_bit(max(1, p >> 6))
            p += ((4194303 if bit else 0) - p) * RATE[age] >> 16
            wide[key] = p, min(age + 1, 255)
        prefix = 2 * prefix + bit
    return prefix
