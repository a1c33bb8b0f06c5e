#include "query/text_store.h"

#include <string.h>

#include "base/error.h"

enum { CHUNK_BYTES = 64 << 10 };

struct vtci_text_chunk {
    struct vtci_text_chunk *next;
    size_t capacity_bytes;
    size_t used_bytes;
    char bytes[];
};

void vtci_text_store_init(struct vtci_text_store *store, struct vtci_memory *memory)
{
    store->memory = memory;
    store->chunks = NULL;
}

void vtci_text_store_free(struct vtci_text_store *store)
{
    while (store->chunks) {
        struct vtci_text_chunk *chunk = store->chunks;
        store->chunks = chunk->next;
        vtci_release(store->memory, chunk, sizeof *chunk + chunk->capacity_bytes);
    }
}

char *vtci_text_store_take(struct vtci_text_store *store, size_t len_bytes)
{
    struct vtci_text_chunk *chunk = store->chunks;
    size_t needed_bytes = len_bytes ? len_bytes : 1;
    if (!chunk || needed_bytes > chunk->capacity_bytes - chunk->used_bytes) {
        /* The first one is small: most answers are. */
        size_t capacity_bytes = chunk ? CHUNK_BYTES : CHUNK_BYTES / 16;
        if (needed_bytes > capacity_bytes)
            capacity_bytes = needed_bytes;
        if (capacity_bytes > SIZE_MAX - sizeof *chunk)
            return NULL;
        chunk = vtci_allocate(store->memory, sizeof *chunk + capacity_bytes);
        if (!chunk)
            return NULL;
        chunk->next = store->chunks;
        chunk->capacity_bytes = capacity_bytes;
        chunk->used_bytes = 0;
        store->chunks = chunk;
    }
    char *bytes = chunk->bytes + chunk->used_bytes;
    chunk->used_bytes += needed_bytes;
    return bytes;
}

void vtci_text_store_shrink(struct vtci_text_store *store, size_t unused_bytes)
{
    store->chunks->used_bytes -= unused_bytes;
}

vtc_status vtci_text_store_copy(struct vtci_text_store *store, struct vtc_text text,
                                struct vtc_text *out)
{
    *out = (struct vtc_text){NULL, 0};
    if (!text.data)
        return VTC_OK;
    char *copy = vtci_text_store_take(store, text.len_bytes);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    if (text.len_bytes)
        memcpy(copy, text.data, text.len_bytes);
    *out = (struct vtc_text){copy, text.len_bytes};
    return VTC_OK;
}

vtc_status vtci_text_store_decode(struct vtci_text_store *store, struct vtc_text text,
                                  struct vtc_text *out)
{
    *out = (struct vtc_text){NULL, 0};
    if (!text.data)
        return VTC_OK;
    char *copy = vtci_text_store_take(store, text.len_bytes);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    size_t len_bytes = vtc_text_decode(text, copy);
    if (text.len_bytes > len_bytes && len_bytes > 0)
        vtci_text_store_shrink(store, text.len_bytes - len_bytes);
    *out = (struct vtc_text){copy, len_bytes};
    return VTC_OK;
}
