/* Bytes that lie elsewhere; little-endian loads and stores of any alignment, zigzag and bit counts.
 * SPEC: NUM-1 (integers on disk are little-endian), NUM-3 (zigzag).
 */
#ifndef VTCI_BASE_BYTES_H
#define VTCI_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define VTCI_LE16(x) __builtin_bswap16(x)
#define VTCI_LE32(x) __builtin_bswap32(x)
#define VTCI_LE64(x) __builtin_bswap64(x)
#else
#define VTCI_LE16(x) (x)
#define VTCI_LE32(x) (x)
#define VTCI_LE64(x) (x)
#endif

/* A run of bytes that somebody else owns. */
struct vtci_bytes {
    const uint8_t *data;
    size_t len_bytes;
};

/* Empty runs are equal wherever they point. */
static inline bool vtci_bytes_equal(struct vtci_bytes a, struct vtci_bytes b)
{
    return a.len_bytes == b.len_bytes &&
           (a.len_bytes == 0 || memcmp(a.data, b.data, a.len_bytes) == 0);
}

static inline uint16_t vtci_load_u16(const void *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof value);
    return VTCI_LE16(value);
}

static inline uint32_t vtci_load_u32(const void *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return VTCI_LE32(value);
}

static inline uint64_t vtci_load_u64(const void *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return VTCI_LE64(value);
}

static inline void vtci_store_u16(void *to, uint16_t value)
{
    value = VTCI_LE16(value);
    memcpy(to, &value, sizeof value);
}

static inline void vtci_store_u32(void *to, uint32_t value)
{
    value = VTCI_LE32(value);
    memcpy(to, &value, sizeof value);
}

static inline void vtci_store_u64(void *to, uint64_t value)
{
    value = VTCI_LE64(value);
    memcpy(to, &value, sizeof value);
}

static inline uint64_t vtci_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t vtci_unzigzag(uint64_t value)
{
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

/* Bits needed to hold `value`; 0 for 0. */
static inline unsigned vtci_bit_length(uint64_t value)
{
    return value ? 64u - (unsigned)__builtin_clzll(value) : 0;
}

#endif
