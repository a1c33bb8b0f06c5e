"""XXH3-64, also with a seed, and XXH3-128, of the default secret, for the reference decoder.

In pure Python, from the description in the XXH3 specification (doc/xxhash_spec.md
of the xxHash project). Where the C library is there, it is used instead, as it is
a hundred times faster; the environment variable VTC_PURE=1 forbids that, and
tests/checks/reference_vectors.py compares the two.

What is hashed in pieces (the document) goes through class Stream128. Long inputs
are hashed in blocks of 1024 bytes, 16 stripes of 64 bytes each; the last stripe is
always the last 64 bytes of the input, so a stream keeps those back.
"""
import ctypes
import os
import struct

M64 = (1 << 64) - 1
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
MX1, MX2 = 0x165667919E3779F9, 0x9FB21C651E98DF25

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")

_unpack_q = struct.Struct("<Q").unpack_from
_unpack_i = struct.Struct("<I").unpack_from
_block_words = struct.Struct("<128Q").unpack_from
_stripe_words = struct.Struct("<8Q").unpack_from


def _r64(data, pos):
    return _unpack_q(data, pos)[0]


def _r32(data, pos):
    return _unpack_i(data, pos)[0]


def _fold(a, b):
    product = a * b
    return (product & M64) ^ (product >> 64)


def _avalanche(h):
    h ^= h >> 37
    h = h * MX1 & M64
    return h ^ (h >> 32)


def _avalanche_xxh64(h):
    h ^= h >> 33
    h = h * P64_2 & M64
    h ^= h >> 29
    h = h * P64_3 & M64
    return h ^ (h >> 32)


def _rotl64(x, r):
    return ((x << r) | (x >> (64 - r))) & M64


def _swap32(x):
    return int.from_bytes(x.to_bytes(4, "little"), "big")


def _swap64(x):
    return int.from_bytes(x.to_bytes(8, "little"), "big")


def _mix16(data, pos, secret_pos, seed=0):
    return _fold(_r64(data, pos) ^ (_r64(SECRET, secret_pos) + seed & M64),
                 _r64(data, pos + 8) ^ (_r64(SECRET, secret_pos + 8) - seed & M64))


# ---------------------------------------------------------------- long inputs

_KEYS = [struct.unpack_from("<8Q", SECRET, 8 * n) for n in range(16)]
_SCRAMBLE_KEYS = struct.unpack_from("<8Q", SECRET, len(SECRET) - 64)
_LAST_KEYS = struct.unpack_from("<8Q", SECRET, len(SECRET) - 64 - 7)


def _accumulate(acc, words, keys):
    for i in range(8):
        data = words[i]
        key = data ^ keys[i]
        acc[i ^ 1] += data
        acc[i] += (key & 0xFFFFFFFF) * (key >> 32)


def _full_block(acc, data, pos):
    words = _block_words(data, pos)
    for n in range(16):
        keys = _KEYS[n]
        base = 8 * n
        for i in range(8):
            d = words[base + i]
            key = d ^ keys[i]
            acc[i ^ 1] += d
            acc[i] += (key & 0xFFFFFFFF) * (key >> 32)
    for i in range(8):
        a = acc[i] & M64
        acc[i] = ((a ^ (a >> 47) ^ _SCRAMBLE_KEYS[i]) * P32_1) & M64


def _acc_start():
    return [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]


def _long_finish(acc, tail, last64):
    """The rest after the full blocks (1 to 1024 bytes), then the last 64 bytes of all."""
    for n in range((len(tail) - 1) // 64):
        _accumulate(acc, _stripe_words(tail, 64 * n), _KEYS[n])
    _accumulate(acc, _stripe_words(last64, 0), _LAST_KEYS)
    for i in range(8):
        acc[i] &= M64


def _merge(acc, secret_pos, start, secret=SECRET):
    result = start
    for i in range(4):
        result += _fold(acc[2 * i] ^ _r64(secret, secret_pos + 16 * i),
                        acc[2 * i + 1] ^ _r64(secret, secret_pos + 16 * i + 8))
    return _avalanche(result & M64)


def _long_acc(data):
    acc = _acc_start()
    blocks = (len(data) - 1) // 1024
    for b in range(blocks):
        _full_block(acc, data, 1024 * b)
    _long_finish(acc, data[1024 * blocks:], data[-64:])
    return acc


def _final64(acc, length):
    return _merge(acc, 11, length * P64_1 & M64)


def _final128(acc, length):
    low = _merge(acc, 11, length * P64_1 & M64)
    high = _merge(acc, len(SECRET) - 64 - 11, ~(length * P64_2) & M64)
    return low, high


def _long64_seeded(data, seed):
    """With a secret made from the seed. What has a seed is small, so this may be slow."""
    secret = b"".join(struct.pack("<QQ", _r64(SECRET, at) + seed & M64,
                                  _r64(SECRET, at + 8) - seed & M64)
                      for at in range(0, len(SECRET), 16))
    acc, n = _acc_start(), len(data)
    for stripe in range((n - 1) // 64):
        keys = struct.unpack_from("<8Q", secret, 8 * (stripe % 16))
        _accumulate(acc, _stripe_words(data, 64 * stripe), keys)
        if stripe % 16 == 15:
            for i, key in enumerate(struct.unpack_from("<8Q", secret, len(secret) - 64)):
                a = acc[i] & M64
                acc[i] = ((a ^ (a >> 47) ^ key) * P32_1) & M64
    last_keys = struct.unpack_from("<8Q", secret, len(secret) - 64 - 7)
    _accumulate(acc, _stripe_words(data, n - 64), last_keys)
    return _merge([a & M64 for a in acc], 11, n * P64_1 & M64, secret)


# --------------------------------------------------------------- short inputs

def _middle64(data, n, seed):
    """17 to 240 bytes."""
    acc = n * P64_1
    if n > 128:
        for i in range(8):
            acc += _mix16(data, 16 * i, 16 * i, seed)
        acc = _avalanche(acc & M64)
        for i in range(8, n // 16):
            acc += _mix16(data, 16 * i, 16 * (i - 8) + 3, seed)
        return _avalanche(acc + _mix16(data, n - 16, 136 - 17, seed) & M64)
    for i in range((n - 1) // 32, -1, -1):
        acc += _mix16(data, 16 * i, 32 * i, seed) + \
            _mix16(data, n - 16 * (i + 1), 32 * i + 16, seed)
    return _avalanche(acc & M64)


def xxh3_64_pure(data, seed=0):
    data = bytes(data)
    n = len(data)
    if n > 240:
        return _long64_seeded(data, seed) if seed else _final64(_long_acc(data), n)
    if n > 16:
        return _middle64(data, n, seed)
    if n > 8:
        low = _r64(data, 0) ^ ((_r64(SECRET, 24) ^ _r64(SECRET, 32)) + seed & M64)
        high = _r64(data, n - 8) ^ ((_r64(SECRET, 40) ^ _r64(SECRET, 48)) - seed & M64)
        return _avalanche((n + _swap64(low) + high + _fold(low, high)) & M64)
    if n >= 4:
        seed ^= _swap32(seed & 0xFFFFFFFF) << 32
        h = (_r32(data, n - 4) + (_r32(data, 0) << 32)) ^ \
            ((_r64(SECRET, 8) ^ _r64(SECRET, 16)) - seed & M64)
        h ^= _rotl64(h, 49) ^ _rotl64(h, 24)
        h = h * MX2 & M64
        h ^= ((h >> 35) + n) & M64
        h = h * MX2 & M64
        return h ^ (h >> 28)
    if n > 0:
        combined = (data[0] << 16) | (data[n >> 1] << 24) | data[n - 1] | (n << 8)
        return _avalanche_xxh64(combined ^ ((_r32(SECRET, 0) ^ _r32(SECRET, 4)) + seed & M64))
    return _avalanche_xxh64(seed ^ _r64(SECRET, 56) ^ _r64(SECRET, 64))


def xxh3_128_pure(data):
    """The pair (low, high)."""
    data = bytes(data)
    n = len(data)
    if n > 240:
        return _final128(_long_acc(data), n)
    if n > 16:
        return _middle128(data, n)
    if n > 8:
        high = _r64(data, n - 8)
        low = _r64(data, 0) ^ high ^ _r64(SECRET, 32) ^ _r64(SECRET, 40)
        high ^= _r64(SECRET, 48) ^ _r64(SECRET, 56)
        product = low * P64_1
        m_low, m_high = product & M64, product >> 64
        m_low = (m_low + ((n - 1) << 54)) & M64
        m_high = (m_high + high + (high & 0xFFFFFFFF) * (P32_2 - 1)) & M64
        m_low ^= _swap64(m_high)
        product = m_low * P64_2
        h_high = ((product >> 64) + m_high * P64_2) & M64
        return _avalanche(product & M64), _avalanche(h_high)
    if n >= 4:
        keyed = (_r32(data, 0) + (_r32(data, n - 4) << 32)) ^ _r64(SECRET, 16) ^ _r64(SECRET, 24)
        product = keyed * (P64_1 + (n << 2) & M64)
        low, high = product & M64, product >> 64
        high = (high + (low << 1)) & M64
        low ^= high >> 3
        low ^= low >> 35
        low = low * MX2 & M64
        low ^= low >> 28
        return low, _avalanche(high)
    if n > 0:
        low = (data[0] << 16) | (data[n >> 1] << 24) | data[n - 1] | (n << 8)
        swapped = _swap32(low)
        high = ((swapped << 13) | (swapped >> 19)) & 0xFFFFFFFF
        return (_avalanche_xxh64(low ^ _r32(SECRET, 0) ^ _r32(SECRET, 4)),
                _avalanche_xxh64(high ^ _r32(SECRET, 8) ^ _r32(SECRET, 12)))
    return (_avalanche_xxh64(_r64(SECRET, 64) ^ _r64(SECRET, 72)),
            _avalanche_xxh64(_r64(SECRET, 80) ^ _r64(SECRET, 88)))


def _middle128(data, n):
    """17 to 240 bytes."""
    acc = [n * P64_1 & M64, 0]

    def mix32(pos1, pos2, secret_pos):
        low = (acc[0] + _mix16(data, pos1, secret_pos)) & M64
        acc[0] = low ^ ((_r64(data, pos2) + _r64(data, pos2 + 8)) & M64)
        high = (acc[1] + _mix16(data, pos2, secret_pos + 16)) & M64
        acc[1] = high ^ ((_r64(data, pos1) + _r64(data, pos1 + 8)) & M64)

    if n <= 128:
        if n > 96:
            mix32(48, n - 64, 96)
        if n > 64:
            mix32(32, n - 48, 64)
        if n > 32:
            mix32(16, n - 32, 32)
        mix32(0, n - 16, 0)
    else:
        for i in range(0, 128, 32):
            mix32(i, i + 16, i)
        acc[0] = _avalanche(acc[0])
        acc[1] = _avalanche(acc[1])
        for i in range(128, n - 31, 32):
            mix32(i, i + 16, 3 + i - 128)
        mix32(n - 16, n - 32, 136 - 17 - 16)
    low = (acc[0] + acc[1]) & M64
    high = (acc[0] * P64_1 + acc[1] * P64_4 + n * P64_2) & M64
    return _avalanche(low), -_avalanche(high) & M64


class _PureStream128:
    """Keeps back what may yet be the last block, and the 64 bytes before it."""

    def __init__(self):
        self.acc = _acc_start()
        self.length = 0
        self.before = b""
        self.rest = bytearray()

    def update(self, data):
        self.length += len(data)
        self.rest += data
        blocks = (len(self.rest) - 1) // 1024
        if self.length <= 1024 or blocks <= 0:
            return
        for b in range(blocks):
            _full_block(self.acc, self.rest, 1024 * b)
        self.before = bytes(self.rest[1024 * blocks - 64:1024 * blocks])
        del self.rest[:1024 * blocks]

    def digest(self):
        if self.length <= 240:
            return xxh3_128_pure(self.rest)
        acc = list(self.acc)
        _long_finish(acc, bytes(self.rest), (self.before + bytes(self.rest))[-64:])
        return _final128(acc, self.length)


# ------------------------------------------------------------- the C library

class _Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def _load_library():
    if os.environ.get("VTC_PURE") == "1":
        return None
    for name in ("libxxhash.so.0", "libxxhash.so", "libxxhash.dylib"):
        try:
            lib = ctypes.CDLL(name)
            lib.XXH3_64bits_withSeed.restype = ctypes.c_uint64
            lib.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
            lib.XXH3_128bits.restype = _Hash128
            lib.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
            lib.XXH3_createState.restype = ctypes.c_void_p
            lib.XXH3_freeState.argtypes = [ctypes.c_void_p]
            lib.XXH3_128bits_reset.argtypes = [ctypes.c_void_p]
            lib.XXH3_128bits_update.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
            lib.XXH3_128bits_digest.restype = _Hash128
            lib.XXH3_128bits_digest.argtypes = [ctypes.c_void_p]
            return lib
        except (OSError, AttributeError):
            continue
    return None


LIBRARY = _load_library()


class _LibraryStream128:
    def __init__(self):
        self.state = LIBRARY.XXH3_createState()
        LIBRARY.XXH3_128bits_reset(self.state)

    def update(self, data):
        LIBRARY.XXH3_128bits_update(self.state, data, len(data))

    def digest(self):
        h = LIBRARY.XXH3_128bits_digest(self.state)
        return h.low, h.high

    def __del__(self):
        LIBRARY.XXH3_freeState(self.state)


def xxh3_64_library(data, seed=0):
    data = bytes(data)
    return LIBRARY.XXH3_64bits_withSeed(data, len(data), seed)


def xxh3_128_library(data):
    data = bytes(data)
    h = LIBRARY.XXH3_128bits(data, len(data))
    return h.low, h.high


xxh3_64 = xxh3_64_library if LIBRARY else xxh3_64_pure
xxh3_128 = xxh3_128_library if LIBRARY else xxh3_128_pure
Stream128 = _LibraryStream128 if LIBRARY else _PureStream128
PureStream128 = _PureStream128
