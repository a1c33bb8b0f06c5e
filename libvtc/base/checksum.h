/* Checksums: XXH3 64 for every structure, XXH3 128 for a whole document. SPEC: SUM-1, SUM-2. */
#ifndef VTCI_BASE_CHECKSUM_H
#define VTCI_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

struct vtci_memory;
struct vtci_hasher; /* a running XXH3 128 */

struct vtci_hash128 {
    uint64_t low;
    uint64_t high;
};

uint64_t vtci_checksum(const void *bytes, size_t len_bytes);
uint64_t vtci_checksum_seeded(const void *bytes, size_t len_bytes, uint64_t seed);

struct vtci_hasher *vtci_hasher_create(struct vtci_memory *memory);
void vtci_hasher_update(struct vtci_hasher *hasher, const void *bytes, size_t len_bytes);
struct vtci_hash128 vtci_hasher_value(const struct vtci_hasher *hasher);
void vtci_hasher_free(struct vtci_hasher *hasher);

#endif
