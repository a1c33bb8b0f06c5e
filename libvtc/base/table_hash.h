/* Where a key belongs in a hash table that is filled from a file or a document.
 *
 * Whoever wrote the file chose the keys. With a hash that he knows he chooses them to fall into one
 * place, and the table is searched from end to end for each: so every such hash starts from a key of
 * this process that nobody outside of it knows. Integers are mixed by a multiplication whose two
 * halves are folded (as wyhash does), so that ascending ids, and those that differ in high bits only,
 * spread too; texts go through XXH3 with the key as its seed.
 *
 * The places differ from run to run. Nothing that is written may follow their order.
 */
#ifndef VTCI_BASE_TABLE_HASH_H
#define VTCI_BASE_TABLE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The key of this process; a child after fork has its parent's. @thread any */
uint64_t vtci_table_key(void);

static inline uint64_t vtci_table_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 product;
    product wide = (product)a * b;
    return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

/* Twice: after the first, values in even steps may still lie in even steps. */
static inline uint64_t vtci_table_hash(uint64_t key, uint64_t value)
{
    uint64_t once = vtci_table_fold(value ^ key, (key * 0x9E3779B97F4A7C15u) | 1);
    return vtci_table_fold(once ^ 0xC2B2AE3D27D4EB4Fu, key | 1);
}

static inline uint64_t vtci_table_hash_pair(uint64_t key, uint64_t first, uint64_t second)
{
    return vtci_table_hash(key, vtci_table_hash(key, first) + second);
}

/* `tag` is part of what is hashed. */
uint64_t vtci_table_hash_text(uint64_t tag, const void *text, size_t len_bytes);

#endif
