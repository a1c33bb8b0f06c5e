"""XXH3-64 with a seed: as vtc_xxh3.py, of which it uses the parts that a seed leaves alone."""
import struct

import vtc_xxh3
from vtc_xxh3 import (M64, MX2, P64_1, SECRET, _accumulate, _acc_start, _avalanche,
                      _avalanche_xxh64, _fold, _r32, _r64, _rotl64, _stripe_words, _swap32,
                      _swap64)

P32_1 = vtc_xxh3.P32_1


def _mix16(data, pos, secret_pos, seed):
    return _fold(_r64(data, pos) ^ (_r64(SECRET, secret_pos) + seed & M64),
                 _r64(data, pos + 8) ^ (_r64(SECRET, secret_pos + 8) - seed & M64))


def _long(data, seed):
    secret = b"".join(struct.pack("<QQ", _r64(SECRET, at) + seed & M64,
                                  _r64(SECRET, at + 8) - seed & M64)
                      for at in range(0, len(SECRET), 16))
    acc, n = _acc_start(), len(data)
    stripes = (n - 1) // 64
    for stripe in range(stripes):
        keys = struct.unpack_from("<8Q", secret, 8 * (stripe % 16))
        _accumulate(acc, _stripe_words(data, 64 * stripe), keys)
        if stripe % 16 == 15:
            for i, key in enumerate(struct.unpack_from("<8Q", secret, len(secret) - 64)):
                a = acc[i] & M64
                acc[i] = ((a ^ (a >> 47) ^ key) * P32_1) & M64
    _accumulate(acc, _stripe_words(data, n - 64), struct.unpack_from("<8Q", secret,
                                                                     len(secret) - 64 - 7))
    result = n * P64_1
    for i in range(4):
        result += _fold((acc[2 * i] & M64) ^ _r64(secret, 11 + 16 * i),
                        (acc[2 * i + 1] & M64) ^ _r64(secret, 19 + 16 * i))
    return _avalanche(result & M64)


def _middle(data, n, seed):
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


def xxh3_64_seeded_pure(data, seed):
    data, n = bytes(data), len(data)
    if n > 240:
        return _long(data, seed)
    if n > 16:
        return _middle(data, n, seed)
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


def xxh3_64_seeded_library(data, seed):
    data = bytes(data)
    return vtc_xxh3.LIBRARY.XXH3_64bits_withSeed(data, len(data), seed)


xxh3_64_seeded = xxh3_64_seeded_library if vtc_xxh3.LIBRARY else xxh3_64_seeded_pure
