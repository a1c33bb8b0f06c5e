"""NUMBER columns (SPEC 8.3): from codes, mantissas and ticks to text.

Python's floats are IEEE 754 doubles whose operations round to nearest even, an int is
converted likewise, and repr() gives the shortest decimal that reads back (of several,
the nearest): just what rule 3 asks for.
"""
import struct
from decimal import Decimal
from math import floor, frexp

from vtc_wire import SIGN, corrupt

TICKS = 3
NEAR = 9e15


def decimal_texts(mantissas, decimals, rule):
    """Rule 0: all decimals; 1: no trailing zeros; 2: no trailing zeros but the first one."""
    if decimals == 0:
        return [b"%d" % m for m in mantissas]
    power = 10 ** decimals
    form = b"%%d.%%0%dd" % decimals
    out = []
    for m in mantissas:
        whole, part = divmod(m if m >= 0 else -m, power)
        if rule == 0:
            text = form % (whole, part)
        elif part:
            text = (form % (whole, part)).rstrip(b"0")
        else:
            text = b"%d.0" % whole if rule == 2 else b"%d" % whole
        out.append(text if m >= 0 else b"-" + text)
    return out


class Ticks:
    """The factors, indices and residuals of rule 3."""

    def __init__(self, cur, scale):
        m = cur.varint("m")
        if not 1 <= m <= 64:
            raise corrupt("NUMB-3", "1 to 64 factors", "%d" % m)
        self.scale = scale
        self.factors = []
        for _ in range(m):
            a, c = struct.unpack("<dd", cur.bytes(16, "a factor"))
            g = cur.varint("g")
            for x in (a, c):
                if not 0 < x < float("inf"):
                    raise corrupt("NUMB-3", "a positive and finite factor", "%r" % x)
            if not 1 <= g < 1 << 32:
                raise corrupt("NUMB-3", "g from 1 to 2^32 - 1", "%d" % g)
            self.factors.append((a, c, float(g), ((c / a) / float(g)) / float(10 ** scale)))
        self.indices = self.residuals = None

    def set_arrays(self, indices, residuals):
        if not 0 <= min(indices) <= max(indices) < len(self.factors):
            raise corrupt("NUMB-3", "an index below %d" % len(self.factors), "another")
        self.indices, self.residuals = indices, residuals

    def texts(self, mantissas):
        """Code 0."""
        out = []
        for r, index, e in zip(mantissas, self.indices, self.residuals):
            a, c, g, w = self.factors[index]
            x = float(r) * w + 0.5
            # Beyond 1e18 the product is too far off anyway, and NaN is nowhere.
            p = g * float(floor(x)) if -1e18 < x < 1e18 else NEAR * 2
            k = checked((int(p) if -NEAR <= p <= NEAR else 0) + e)
            out.append(double_text(float(k) * a / c))
        return out

    def decimals(self, mantissas, decimals):
        """Codes 1 to 19: the mantissas at another scale."""
        out = []
        up, down = decimals - self.scale, self.scale - decimals
        for r, e in zip(mantissas, self.residuals):
            if up >= 0:
                r = checked(r * 10 ** up)
            else:
                r = r // 10 ** down if r >= 0 else -(-r // 10 ** down)
            out.append(checked(r + e))
        return out

    def at(self, places):
        """The same for some of the values."""
        some = Ticks.__new__(Ticks)
        some.scale, some.factors = self.scale, self.factors
        some.indices = [self.indices[i] for i in places]
        some.residuals = [self.residuals[i] for i in places]
        return some


def checked(x):
    if not -SIGN <= x < SIGN:
        raise corrupt("NUMB-3", "a number of 64 bits", "%d" % x)
    return x


def double_text(v):
    """The shortest decimal that reads back as v, with at least one decimal (NUMB-3)."""
    fraction, exponent = frexp(abs(v))          # 0.5 <= fraction < 1, or not finite, or 0
    if not 0.5 < fraction < 1 or not -66 <= exponent - 53 <= -1:
        raise corrupt("NUMB-3", "a double between the powers of two from 2^-14 to 2^52", "%r" % v)
    text = repr(v)
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." not in text:
        text += ".0"
    whole, _, part = text.lstrip("-").partition(".")
    if part != "0" and len(part) > 18 or int(whole + (part if part != "0" else "")) >= 10 ** 18:
        raise corrupt("NUMB-3", "at most 18 decimals and a mantissa below 10^18", text)
    return text.encode()


def number_texts(codes, mantissas, rule, scale, ticks, strings, has_plain):
    """The texts of the values of a column; of plain strings (code 255, id 0) nothing yet."""
    used = set(codes)
    if used == {0}:
        return ticks.texts(mantissas) if ticks else decimal_texts(mantissas, scale, rule)
    texts = [b""] * len(codes)
    for code in used:
        where = [i for i, c in enumerate(codes) if c == code]
        values = [mantissas[i] for i in where]
        if code == 255:
            if min(values) < 1 - has_plain or max(values) >= len(strings):
                raise corrupt("NUMB-1", "an id up to %d" % (len(strings) - 1), "other")
            some = [strings[v] for v in values]
        elif code == 0:
            some = ticks.at(where).texts(values) if ticks else decimal_texts(values, scale, rule)
        else:
            if ticks:
                values = ticks.at(where).decimals(values, code - 1)
            some = decimal_texts(values, code - 1, 0)
        for i, text in zip(where, some):
            texts[i] = text
    return texts
