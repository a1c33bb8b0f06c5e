#include "column/planes.h"

#include "base/bytes.h"

/* The 8 × 8 bytes of x transposed: row i, byte j becomes row j, byte i (Hacker's Delight, 7-3). */
static inline void transpose(uint64_t x[8])
{
    for (int i = 0; i < 8; i += 2) {
        uint64_t t = (x[i + 1] ^ (x[i] >> 8)) & 0x00FF00FF00FF00FFu;
        x[i + 1] ^= t;
        x[i] ^= t << 8;
    }
    for (int i = 0; i < 8; i += i & 1 ? 3 : 1) {
        uint64_t t = (x[i + 2] ^ (x[i] >> 16)) & 0x0000FFFF0000FFFFu;
        x[i + 2] ^= t;
        x[i] ^= t << 16;
    }
    for (int i = 0; i < 4; i++) {
        uint64_t t = (x[i + 4] ^ (x[i] >> 32)) & 0x00000000FFFFFFFFu;
        x[i + 4] ^= t;
        x[i] ^= t << 32;
    }
}

void vtci_planes_pack(const int64_t *values, size_t count, int64_t base, unsigned width,
                      uint8_t *planes)
{
    size_t i = 0;
    if (width == 1) {
        for (; i < count; i++)
            planes[i] = (uint8_t)((uint64_t)values[i] - (uint64_t)base);
        return;
    }
    for (; i + 8 <= count; i += 8) {
        uint64_t x[8];
        for (int j = 0; j < 8; j++)
            x[j] = (uint64_t)values[i + (size_t)j] - (uint64_t)base;
        transpose(x);
        for (unsigned plane = 0; plane < width; plane++)
            vtci_store_u64(planes + plane * count + i, x[plane]);
    }
    for (; i < count; i++) {
        uint64_t rest = (uint64_t)values[i] - (uint64_t)base;
        for (unsigned plane = 0; plane < width; plane++, rest >>= 8)
            planes[plane * count + i] = (uint8_t)rest;
    }
}

void vtci_planes_unpack(const uint8_t *planes, size_t count, int64_t base, unsigned width,
                        int64_t *values)
{
    size_t i = 0;
    if (width == 1) {
        for (; i < count; i++)
            values[i] = (int64_t)((uint64_t)base + planes[i]);
        return;
    }
    if (width == 2) {
        for (; i < count; i++)
            values[i] = (int64_t)((uint64_t)base + planes[i] + ((uint64_t)planes[count + i] << 8));
        return;
    }
    for (; i + 8 <= count; i += 8) {
        uint64_t x[8] = {0};
        for (unsigned plane = 0; plane < width; plane++)
            x[plane] = vtci_load_u64(planes + plane * count + i);
        transpose(x);
        for (int j = 0; j < 8; j++)
            values[i + (size_t)j] = (int64_t)(x[j] + (uint64_t)base);
    }
    for (; i < count; i++) {
        uint64_t value = 0;
        for (unsigned plane = width; plane-- > 0;)
            value = value << 8 | planes[plane * count + i];
        values[i] = (int64_t)(value + (uint64_t)base);
    }
}
