#define XXH_INLINE_ALL
#include "base/checksum.h"

#include <xxhash.h>

#include "base/memory.h"

/* XXH3's state wants 64-byte alignment, which an allocator need not give. */
struct vtci_hasher {
    struct vtci_memory *memory;
    XXH3_state_t *state;
    unsigned char room[sizeof(XXH3_state_t) + 63];
};

uint64_t vtci_checksum(const void *bytes, size_t len_bytes)
{
    return XXH3_64bits(bytes, len_bytes);
}

uint64_t vtci_checksum_seeded(const void *bytes, size_t len_bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, len_bytes, seed);
}

struct vtci_hasher *vtci_hasher_create(struct vtci_memory *memory)
{
    struct vtci_hasher *hasher = vtci_allocate(memory, sizeof *hasher);
    if (!hasher)
        return NULL;
    hasher->memory = memory;
    uintptr_t room = (uintptr_t)hasher->room;
    hasher->state = (XXH3_state_t *)((room + 63) & ~(uintptr_t)63);
    XXH3_128bits_reset(hasher->state);
    return hasher;
}

void vtci_hasher_update(struct vtci_hasher *hasher, const void *bytes, size_t len_bytes)
{
    XXH3_128bits_update(hasher->state, bytes, len_bytes);
}

struct vtci_hash128 vtci_hasher_value(const struct vtci_hasher *hasher)
{
    XXH128_hash_t value = XXH3_128bits_digest(hasher->state);
    struct vtci_hash128 hash = {value.low64, value.high64};
    return hash;
}

void vtci_hasher_free(struct vtci_hasher *hasher)
{
    if (hasher)
        vtci_release(hasher->memory, hasher, sizeof *hasher);
}
