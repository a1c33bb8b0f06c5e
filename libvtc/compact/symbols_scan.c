/* Reading what a live file says of addresses: LOG pages only, one after the other, by pread, as the
 * file may be grown or cut by its writer meanwhile. What is damaged is skipped; other tools report it.
 */
#include <errno.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "compact/symbols_internal.h"
#include "wire/live_decode.h"

static vtc_status read_pages(const struct vtc_symbols *symbols, uint64_t first, uint8_t *to,
                             size_t pages, struct vtc_error *err)
{
    size_t done = 0, len_bytes = pages * VTCI_LIVE_PAGE_BYTES;
    uint64_t offset = first * VTCI_LIVE_PAGE_BYTES;
    while (done < len_bytes) {
        ssize_t count = pread(symbols->fd, to + done, len_bytes - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return vtci_error_errno(err, errno, offset + done, "read");
        if (count == 0)
            return vtci_error_set(err, VTC_ERR_TRUNCATED, offset + done, "LIV-2",
                                  "expected a page, found the end of the file");
        done += (size_t)count;
    }
    return VTC_OK;
}

/* The path behind a build id, with a NUL; both in one block, the path first. */
static vtc_status add_module(struct vtc_symbols *symbols, const struct vtci_live_module_body *body)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(&symbols->memory, symbols->modules, symbols->module_capacity,
                               symbols->module_count + 1));
    size_t len_bytes = (size_t)body->path_bytes + 1 + body->build_id_bytes;
    uint8_t *text = vtci_allocate(&symbols->memory, len_bytes);
    if (!text)
        return VTC_ERR_NO_MEMORY;
    memcpy(text, body->path, body->path_bytes);
    text[body->path_bytes] = '\0';
    memcpy(text + body->path_bytes + 1, body->build_id, body->build_id_bytes);
    struct vtc_module *module = &symbols->modules[symbols->module_count++];
    module->path = (char *)text;
    module->path_bytes = body->path_bytes;
    module->start = body->start;
    module->end = body->end;
    module->offset = body->offset;
    module->build_id = body->build_id_bytes ? text + body->path_bytes + 1 : NULL;
    module->build_id_bytes = body->build_id_bytes;
    return VTC_OK;
}

static vtc_status add_record(struct vtc_symbols *symbols, const struct vtci_live_log_record *record)
{
    struct vtci_live_site_body site;
    struct vtci_live_module_body module;
    switch (record->type) {
    case VTCI_LIVE_LOG_SITE:
        if (!vtci_live_site_decode(record, &site) || !(site.flags & VTCI_LIVE_SITE_ADDRESS))
            return VTC_OK;
        VTC_TRY(VTCI_ARRAY_RESERVE(&symbols->memory, symbols->items, symbols->capacity,
                                   symbols->count + 1));
        symbols->items[symbols->count++] = (struct vtci_symbol){.address = site.address};
        return VTC_OK;
    case VTCI_LIVE_LOG_MODULE:
        return vtci_live_module_decode(record, &module) ? add_module(symbols, &module) : VTC_OK;
    case VTCI_LIVE_LOG_SYMBOL:
        if (record->body_bytes < 8)
            return VTC_OK;
        VTC_TRY(VTCI_ARRAY_RESERVE(&symbols->memory, symbols->named, symbols->named_capacity,
                                   symbols->named_count + 1));
        symbols->named[symbols->named_count++] = vtci_load_u64(record->body);
        return VTC_OK;
    default: return VTC_OK;
    }
}

static vtc_status read_group(struct vtc_symbols *symbols, uint64_t first, uint32_t pages,
                             struct vtc_error *err)
{
    size_t len_bytes = (size_t)pages * VTCI_LIVE_PAGE_BYTES;
    uint8_t *group = vtci_allocate(&symbols->memory, len_bytes);
    if (!group)
        return vtci_error_memory(err, len_bytes);
    vtc_status status = read_pages(symbols, first, group, pages, err);
    size_t pos = VTCI_LIVE_PAGE_HEADER_BYTES;
    uint64_t bad_count = 0;
    struct vtci_live_log_record record;
    while (status == VTC_OK && vtci_live_log_next(group, len_bytes, &pos, &record, &bad_count)) {
        status = add_record(symbols, &record);
        if (status != VTC_OK)
            vtci_error_memory(err, 0);
    }
    vtci_release(&symbols->memory, group, len_bytes);
    return status;
}

/* SPEC: LIV-1, LIV-5. */
vtc_status vtci_symbols_scan(struct vtc_symbols *symbols, struct vtc_error *err)
{
    uint8_t header[VTCI_LIVE_PAGE_HEADER_BYTES];
    for (uint64_t at = 1; at <= symbols->pages; at++) { /* the last may be cut off */
        struct vtci_live_page page;
        ssize_t count =
            pread(symbols->fd, header, sizeof header, (off_t)(at * VTCI_LIVE_PAGE_BYTES));
        if (count < 0)
            return vtci_error_errno(err, errno, at * VTCI_LIVE_PAGE_BYTES, "read");
        if (count != sizeof header)
            continue;
        vtc_status status =
            vtci_live_page_decode(header, VTCI_LIVE_GROUP_PAGES_MAX, symbols->session.family[0],
                                  at * VTCI_LIVE_PAGE_BYTES, &page, NULL);
        bool is_cut = status >= 0 && page.pages > symbols->pages - at;
        if (status == VTC_END && is_cut)
            symbols->cut_page = at;
        if (status == VTC_END)
            at += page.pages - 1;
        if (status != VTC_OK || is_cut || page.kind != VTCI_LIVE_LOG)
            continue;
        if (page.sequence >= symbols->log_sequence)
            symbols->log_sequence = page.sequence + 1;
        VTC_TRY(read_group(symbols, at, page.pages, err));
        at += page.pages - 1;
    }
    return VTC_OK;
}
