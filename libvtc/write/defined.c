#include "write/defined.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/table_hash.h"
#include "wire/live_encode.h"
#include "write/session.h"

static uint8_t *body_of(uint8_t *record)
{
    return record + VTCI_LIVE_LOG_HEADER_BYTES;
}

static struct vtci_definition *find(const struct vtci_defined *all, uint64_t hash, uint8_t type,
                                    const void *content, size_t content_bytes)
{
    size_t mask = all->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct vtci_definition *slot = &all->slots[i];
        if (!slot->record)
            return slot;
        if (slot->hash == hash && slot->type == type && slot->content_bytes == content_bytes &&
            (content_bytes == 0 || memcmp(body_of(slot->record) + 4, content, content_bytes) == 0))
            return slot;
    }
}

static vtc_status grow(struct vtc_session *session, struct vtc_error *err)
{
    struct vtci_defined *all = &session->definitions;
    if (all->slot_count && (all->used + 1) * 4 <= all->slot_count * 3)
        return VTC_OK;
    struct vtci_defined larger = *all;
    larger.slot_count = all->slot_count ? 2 * all->slot_count : 256;
    size_t bytes = larger.slot_count * sizeof *larger.slots;
    larger.slots = vtci_allocate_zeroed(&session->memory, bytes);
    if (!larger.slots)
        return vtci_error_memory(err, bytes);
    for (size_t i = 0; i < all->slot_count; i++) {
        const struct vtci_definition *old = &all->slots[i];
        if (old->record)
            *find(&larger, old->hash, old->type, body_of(old->record) + 4, old->content_bytes) =
                *old;
    }
    vtci_release(&session->memory, all->slots, all->slot_count * sizeof *all->slots);
    *all = larger;
    return VTC_OK;
}

/* The next id. Sites share their numbers with those that are registered without the lock. */
static vtc_status take_id(struct vtc_session *session, uint8_t type, uint32_t *out_id,
                          struct vtc_error *err)
{
    bool is_site = type == VTCI_LIVE_LOG_SITE;
    uint32_t most = is_site ? VTCI_SITE_BLOCK * VTCI_SITE_BLOCKS - 1 : VTCI_LIVE_ID_MAX;
    uint32_t last = is_site ? atomic_load_explicit(&session->next_site, memory_order_relaxed)
                            : session->definitions.strings;
    if (last >= most)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIV-12",
                              "expected at most %u of a kind, found more", most);
    *out_id = is_site ? 1 + atomic_fetch_add_explicit(&session->next_site, 1, memory_order_relaxed)
                      : ++session->definitions.strings;
    return VTC_OK;
}

/* Makes a site known to the checks of events. Release: pairs with vtci_site_body. */
static vtc_status describe(struct vtc_session *session, uint32_t id, const uint8_t *body,
                           struct vtc_error *err)
{
    _Atomic(const uint8_t *) *block =
        id / VTCI_SITE_BLOCK < VTCI_SITE_BLOCKS
            ? atomic_load_explicit(&session->site_blocks[id / VTCI_SITE_BLOCK],
                                   memory_order_relaxed)
            : NULL;
    if (!block) {
        size_t bytes = VTCI_SITE_BLOCK * sizeof *block;
        block = vtci_allocate_zeroed(&session->memory, bytes);
        if (!block)
            return vtci_error_memory(err, bytes);
        atomic_store_explicit(&session->site_blocks[id / VTCI_SITE_BLOCK], block,
                              memory_order_release);
    }
    atomic_store_explicit(&block[id % VTCI_SITE_BLOCK], body, memory_order_release);
    return VTC_OK;
}

static vtc_status write_out(struct vtc_session *session, struct vtci_definition *slot,
                            struct vtc_error *err)
{
    int error = vtci_session_log(session, slot->record,
                                 vtci_live_log_bytes(4 + (size_t)slot->content_bytes));
    slot->pending = error != 0;
    return error ? vtci_error_errno(err, error, VTC_NO_OFFSET, "writing a definition") : VTC_OK;
}

vtc_status vtci_define(struct vtc_session *session, uint8_t type, const void *content,
                       size_t content_bytes, uint32_t *out_id, struct vtc_error *err)
{
    VTC_TRY(grow(session, err));
    uint64_t hash = vtci_table_hash_text(type, content, content_bytes);
    struct vtci_definition *slot = find(&session->definitions, hash, type, content, content_bytes);
    if (!slot->record) {
        uint32_t id = 0;
        VTC_TRY(vtci_journal_check(&session->journal, 4 + content_bytes, err));
        VTC_TRY(take_id(session, type, &id, err));
        uint8_t *record = vtci_journal_take(&session->journal, 4 + content_bytes);
        if (!record)
            return vtci_error_memory(err, content_bytes);
        vtci_store_u32(body_of(record), id);
        if (content_bytes)
            memcpy(body_of(record) + 4, content, content_bytes);
        if (type == VTCI_LIVE_LOG_SITE)
            VTC_TRY(describe(session, id, body_of(record), err));
        vtci_journal_commit(&session->journal, record, type, 4 + content_bytes);
        *slot = (struct vtci_definition){hash, record, (uint32_t)content_bytes, type, true};
        session->definitions.used++;
    }
    if (slot->pending)
        VTC_TRY(write_out(session, slot, err));
    *out_id = vtci_load_u32(body_of(slot->record));
    return VTC_OK;
}

const uint8_t *vtci_site_body(const struct vtc_session *session, uint32_t id)
{
    if (id / VTCI_SITE_BLOCK >= VTCI_SITE_BLOCKS)
        return NULL;
    _Atomic(const uint8_t *) *block =
        atomic_load_explicit(&session->site_blocks[id / VTCI_SITE_BLOCK], memory_order_acquire);
    return block ? atomic_load_explicit(&block[id % VTCI_SITE_BLOCK], memory_order_acquire) : NULL;
}

void vtci_defined_free(struct vtc_session *session)
{
    struct vtci_defined *all = &session->definitions;
    vtci_release(&session->memory, all->slots, all->slot_count * sizeof *all->slots);
    memset(all, 0, sizeof *all);
    for (size_t i = 0; session->site_blocks && i < VTCI_SITE_BLOCKS; i++)
        vtci_release(&session->memory,
                     (void *)atomic_load_explicit(&session->site_blocks[i], memory_order_relaxed),
                     VTCI_SITE_BLOCK * sizeof(_Atomic(const uint8_t *)));
    vtci_release(&session->memory, (void *)session->site_blocks,
                 VTCI_SITE_BLOCKS * sizeof *session->site_blocks);
    session->site_blocks = NULL;
}
