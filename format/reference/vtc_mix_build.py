"""Encodes MIX streams, for the vectors: the decoder, told what each bit is to be.

It follows the decoder's own steps (class Mixer), so that it shows nothing about
whether these are right; for that libvtc's streams are decoded, and its decoder
reads these.
"""
import vtc_mix
from vtc_mix import M32, M64, Mixer
from vtc_wire import VtcError


class Encoder(Mixer):
    encodes = True

    def __init__(self, values, models):
        super().__init__(b"", len(values), models)
        self.wanted = values
        self.out = bytearray()
        self.queue = []
        self.plain = False

    def next_bit(self):
        return self.queue.pop(0)

    def _queue(self, number, bits):
        self.queue = [number >> (bits - 1 - j) & 1 for j in range(bits)]

    def begin(self, i):
        self.value = self.wanted[i]

    def propose(self, x):
        self.queue = [int(self.value == x)]

    def tree(self, hashes, bits, e):
        self._queue(self.value if self.plain else self.value.bit_length(), bits)
        return super().tree(hashes, bits, e)

    def rest(self, length):
        self._queue(self.value & ((1 << length - 1) - 1), length - 1)

    def plain_bit(self, p):
        middle = self.low + ((self.high - self.low) * p >> 16)
        bit = self.next_bit()
        if bit:
            self.high = middle
        else:
            self.low = middle + 1
        self.low, self.high = self.shift(self.low, self.high)
        return bit

    def shift(self, low, high):
        while low >> 24 == high >> 24:
            self.out.append(high >> 24)
            low = low << 8 & M32
            high = (high << 8 & M32) | 255
        return low, high

    def finish(self):
        if self.low:
            self.out.append((self.low >> 24) + 1)


def encode(values, contexts=(), plain=False, width=None, match_order=0, terms=()):
    """The bytes of a stream. terms: (inputs, order)."""
    values = [v & M64 for v in values]
    if width is None:
        width = max((v.bit_length() for v in values), default=0)
    encoder = Encoder(values, len(terms) + 1)
    encoder.plain = plain
    try:
        vtc_mix.run(encoder, plain, width, match_order, list(terms), len(values), list(contexts))
    except VtcError:
        encoder.finish()        # a length above the width, which is wanted (MIX-15)
    header = bytes([len(terms) << 1 | plain, width, match_order])
    return header + bytes(b for term in terms for b in term) + bytes(encoder.out)
