/* The log of a live file: definitions, in LOG pages among the others. SPEC annex B.5.
 *
 * Room in a page is taken by one compare-and-swap of (page, bytes used), so that a signal handler may
 * come in between, and a child after fork finds no lock held. What is taken and never filled is a
 * hole (SPEC: LIV-11). The bytes go through pwrite, not through a mapping: definitions are few, and
 * this way needs no address space and nothing to be given back. All before the first word, then the
 * first word (SPEC: LIV-10): calls to pwrite of one thread are seen in order.
 */
#include <errno.h>

#include "write/live_file.h"
#include "write/publish.h"

#include "wire/live_encode.h"

#define USED_BITS 16

static int write_header(struct vtci_live_file *file, uint64_t first, uint32_t pages)
{
    uint8_t header[VTCI_LIVE_PAGE_HEADER_BYTES];
    struct vtci_live_page page = {VTCI_LIVE_LOG, pages, 0, 0, 0};
    page.sequence = atomic_fetch_add_explicit(&file->log_sequence, 1, memory_order_relaxed);
    vtci_store_u32(header, vtci_live_page_encode(header, &page, file->family));
    uint64_t offset = first * VTCI_LIVE_PAGE_BYTES;
    int error = vtci_live_file_pwrite(file, header + 4, sizeof header - 4, offset + 4);
    return error ? error : vtci_live_file_pwrite(file, header, 4, offset);
}

int vtci_log_append_group(struct vtci_live_file *file, const uint8_t *records, size_t len_bytes)
{
    size_t pages = vtci_log_group_pages(len_bytes);
    uint64_t first;
    if (pages > VTCI_LIVE_GROUP_PAGES_MAX)
        return EFBIG;
    int error = vtci_live_file_reserve(file, (uint32_t)pages, &first);
    if (!error)
        error = vtci_live_file_pwrite(file, records, len_bytes,
                                      first * VTCI_LIVE_PAGE_BYTES + VTCI_LIVE_PAGE_HEADER_BYTES);
    return error ? error : write_header(file, first, (uint32_t)pages);
}

/* Where in the file there is room for a record that fits a page. */
static int take_room(struct vtci_live_file *file, size_t len_bytes, uint64_t *out_offset)
{
    uint64_t log = atomic_load_explicit(&file->log, memory_order_acquire);
    for (;;) {
        uint64_t used = log & ((1u << USED_BITS) - 1);
        if (log != 0 && used + len_bytes <= VTCI_LIVE_PAGE_BYTES) {
            /* Acquire: the page's header was written before the page was put here. */
            if (!atomic_compare_exchange_weak_explicit(&file->log, &log, log + len_bytes,
                                                       memory_order_acq_rel, memory_order_acquire))
                continue;
            *out_offset = (log >> USED_BITS) * VTCI_LIVE_PAGE_BYTES + used;
            return 0;
        }
        uint64_t page;
        int error = vtci_live_file_reserve(file, 1, &page);
        if (!error)
            error = write_header(file, page, 1);
        if (error)
            return error;
        uint64_t fresh = page << USED_BITS | VTCI_LIVE_PAGE_HEADER_BYTES;
        /* Another thread may have been quicker: then this page stays empty, and its is used. */
        if (atomic_compare_exchange_strong_explicit(&file->log, &log, fresh, memory_order_acq_rel,
                                                    memory_order_acquire))
            log = fresh;
    }
}

int vtci_log_append_encoded(struct vtci_live_file *file, const uint8_t *record, size_t len_bytes)
{
    uint64_t offset;
    if (len_bytes > VTCI_LIVE_PAGE_BYTES - VTCI_LIVE_PAGE_HEADER_BYTES)
        return vtci_log_append_group(file, record, len_bytes);
    int error = take_room(file, len_bytes, &offset);
    if (!error)
        error = vtci_live_file_pwrite(file, record + 4, len_bytes - 4, offset + 4);
    return error ? error : vtci_live_file_pwrite(file, record, 4, offset);
}

int vtci_log_append(struct vtci_live_file *file, uint8_t *record, uint8_t type, size_t body_bytes)
{
    vtci_store_u32(record, vtci_live_log_encode(record, type, body_bytes));
    return vtci_log_append_encoded(file, record, vtci_live_log_bytes(body_bytes));
}
