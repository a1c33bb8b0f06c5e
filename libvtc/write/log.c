/* The log of a live file: definitions, in LOG pages among the others. SPEC annex B.5.
 *
 * Room in a page is taken by one compare-and-swap of (page, bytes used), so that a signal handler may
 * come in between, and a child after fork finds no lock held. What is taken and never filled is a
 * hole (SPEC: LIV-11).
 *
 * Pages are reserved some at a time, a quarter of what the log has, and mapped: a program may define a
 * million names, and a record is a copy then. Who reserves them writes their headers before the first
 * is used, so that no record stands in a page that is none yet. They stay mapped for as long as the
 * file is written, as nobody knows who still copies to them. Where mapping fails, and for what is
 * larger than a page, the bytes go through pwrite. All before the first word, then the first word
 * (SPEC: LIV-10): calls to pwrite of one thread are seen in order.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "write/live_file.h"
#include "write/publish.h"

#include "wire/live_encode.h"

#define USED_BITS 16
#define CHUNK_PAGES_MAX 1024u /* [choice] */

/* Writes a record, or a page's header, first word last. `to` is where it is mapped, or NULL. */
static int put(const struct vtci_live_file *file, uint8_t *to, uint64_t offset,
               const uint8_t *bytes, size_t len_bytes)
{
    if (to) {
        memcpy(to + 4, bytes + 4, len_bytes - 4);
        vtci_publish_u32(to, vtci_load_u32(bytes));
        return 0;
    }
    int error = vtci_live_file_pwrite(file, bytes + 4, len_bytes - 4, offset + 4);
    return error ? error : vtci_live_file_pwrite(file, bytes, 4, offset);
}

/* SPEC: LIV-4: what is behind the first page of a group is no page, whatever stands there. Its sequence
 * comes with its end: one that never ends is none of those that readers count. */
static int announce_group(struct vtci_live_file *file, uint64_t first, uint32_t pages)
{
    uint8_t header[VTCI_LIVE_PAGE_HEADER_BYTES];
    const struct vtci_live_page page = {VTCI_LIVE_LOG, pages, 0, UINT32_MAX, 0};
    vtci_live_page_encode(header, &page, file->family);
    return vtci_live_file_pwrite(file, header + 4, sizeof header - 4,
                                 first * VTCI_LIVE_PAGE_BYTES + 4);
}

static int write_header(struct vtci_live_file *file, uint8_t *to, uint64_t first, uint32_t pages)
{
    uint8_t header[VTCI_LIVE_PAGE_HEADER_BYTES];
    struct vtci_live_page page = {VTCI_LIVE_LOG, pages, 0, 0, 0};
    page.sequence = atomic_fetch_add_explicit(&file->log_sequence, 1, memory_order_relaxed);
    vtci_store_u32(header, vtci_live_page_encode(header, &page, file->family));
    return put(file, to, first * VTCI_LIVE_PAGE_BYTES, header, sizeof header);
}

int vtci_log_begin_group(struct vtci_live_file *file, size_t len_bytes, uint64_t *out_offset)
{
    size_t pages = vtci_log_group_pages(len_bytes);
    uint64_t first;
    if (pages > VTCI_LIVE_GROUP_PAGES_MAX)
        return EFBIG;
    int error = vtci_live_file_reserve(file, (uint32_t)pages, &first);
    if (!error && pages > 1)
        error = announce_group(file, first, (uint32_t)pages);
    if (!error)
        *out_offset = first * VTCI_LIVE_PAGE_BYTES + VTCI_LIVE_PAGE_HEADER_BYTES;
    return error;
}

int vtci_log_end_group(struct vtci_live_file *file, size_t len_bytes, uint64_t offset)
{
    return write_header(file, NULL, offset / VTCI_LIVE_PAGE_BYTES,
                        (uint32_t)vtci_log_group_pages(len_bytes));
}

static int append_group(struct vtci_live_file *file, const uint8_t *records, size_t len_bytes)
{
    uint64_t offset;
    int error = vtci_log_begin_group(file, len_bytes, &offset);
    if (!error)
        error = vtci_live_file_pwrite(file, records, len_bytes, offset);
    return error ? error : vtci_log_end_group(file, len_bytes, offset);
}

/* The chunk that a page is in, which is the newest but for who comes late; NULL: it is not mapped. */
static const struct vtci_log_chunk *chunk_of(const struct vtci_live_file *file, uint64_t page)
{
    uint32_t count = atomic_load_explicit(&file->log_chunk_count, memory_order_relaxed);
    for (uint32_t i = count < VTCI_LOG_CHUNKS ? count : VTCI_LOG_CHUNKS; i-- > 0;) {
        const struct vtci_log_chunk *chunk = &file->log_chunks[i];
        uint32_t first = atomic_load_explicit(&chunk->first_page, memory_order_acquire);
        if (first && page >= first && page - first < chunk->pages)
            return chunk;
    }
    return NULL;
}

/* Reserves pages and writes their headers. 0 or an errno. */
static int begin_chunk(struct vtci_live_file *file, uint64_t *out_page)
{
    uint32_t pages = atomic_load_explicit(&file->log_sequence, memory_order_relaxed) / 4;
    pages = pages < 1 ? 1 : pages < CHUNK_PAGES_MAX ? pages : CHUNK_PAGES_MAX;
    uint32_t place = atomic_load_explicit(&file->log_chunk_count, memory_order_relaxed);
    while (place < VTCI_LOG_CHUNKS &&
           !atomic_compare_exchange_weak_explicit(&file->log_chunk_count, &place, place + 1,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
    if (place >= VTCI_LOG_CHUNKS)
        pages = 1;
    int error = vtci_live_file_reserve(file, pages, out_page);
    if (error && pages > 1) {
        pages = 1;
        error = vtci_live_file_reserve(file, pages, out_page);
    }
    if (error)
        return error;
    size_t bytes = (size_t)pages * VTCI_LIVE_PAGE_BYTES;
    uint8_t *map = MAP_FAILED;
    if (place < VTCI_LOG_CHUNKS)
        vtci_live_file_warm(file, *out_page, pages);
    if (place < VTCI_LOG_CHUNKS && vtci_live_file_is_ours(file))
        map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd,
                   (off_t)(*out_page * VTCI_LIVE_PAGE_BYTES));
    if (map == MAP_FAILED)
        return write_header(file, NULL, *out_page, 1); /* and the other pages stay empty */
    for (uint32_t i = 0; i < pages && !error; i++)
        error = write_header(file, map + (size_t)i * VTCI_LIVE_PAGE_BYTES, *out_page + i, 1);
    struct vtci_log_chunk *chunk = &file->log_chunks[place];
    chunk->pages = pages;
    chunk->map = map;
    atomic_store_explicit(&chunk->first_page, (uint32_t)*out_page, memory_order_release);
    return error;
}

void vtci_log_init(struct vtci_live_file *file)
{
    for (uint32_t i = 0; i < VTCI_LOG_CHUNKS; i++)
        atomic_store_explicit(&file->log_chunks[i].first_page, 0, memory_order_relaxed);
    atomic_store_explicit(&file->log_chunk_count, 0, memory_order_relaxed);
}

void vtci_log_unmap(struct vtci_live_file *file)
{
    for (uint32_t i = 0; i < VTCI_LOG_CHUNKS; i++) {
        const struct vtci_log_chunk *chunk = &file->log_chunks[i];
        if (atomic_load_explicit(&chunk->first_page, memory_order_acquire))
            munmap(chunk->map, (size_t)chunk->pages * VTCI_LIVE_PAGE_BYTES);
    }
    vtci_log_init(file);
}

void vtci_log_abandon(struct vtci_live_file *file)
{
    for (uint32_t i = 0; i < VTCI_LOG_CHUNKS; i++) {
        const struct vtci_log_chunk *chunk = &file->log_chunks[i];
        if (atomic_load_explicit(&chunk->first_page, memory_order_acquire))
            mmap(chunk->map, (size_t)chunk->pages * VTCI_LIVE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    }
    vtci_log_init(file);
}

/* Where in the file there is room for a record that fits a page, and where that is mapped, or NULL. */
static int take_room(struct vtci_live_file *file, size_t len_bytes, uint64_t *out_offset,
                     uint8_t **out_at)
{
    uint64_t log = atomic_load_explicit(&file->log, memory_order_acquire);
    for (;;) {
        uint64_t page = log >> USED_BITS, used = log & ((1u << USED_BITS) - 1);
        const struct vtci_log_chunk *chunk = chunk_of(file, page);
        if (log != 0 && used + len_bytes <= VTCI_LIVE_PAGE_BYTES) {
            /* Acquire: the page's header was written before the page was put here. */
            if (!atomic_compare_exchange_weak_explicit(&file->log, &log, log + len_bytes,
                                                       memory_order_acq_rel, memory_order_acquire))
                continue;
            *out_offset = page * VTCI_LIVE_PAGE_BYTES + used;
            *out_at = chunk ? chunk->map + (page - chunk->first_page) * VTCI_LIVE_PAGE_BYTES + used
                            : NULL;
            return 0;
        }
        uint64_t next = page + 1;
        if (!chunk || next - chunk->first_page >= chunk->pages) {
            int error = begin_chunk(file, &next);
            if (error)
                return error;
        }
        uint64_t fresh = next << USED_BITS | VTCI_LIVE_PAGE_HEADER_BYTES;
        /* Another thread may have been quicker: then these pages stay empty, and its are used. */
        if (atomic_compare_exchange_strong_explicit(&file->log, &log, fresh, memory_order_acq_rel,
                                                    memory_order_acquire))
            log = fresh;
    }
}

int vtci_log_append_encoded(struct vtci_live_file *file, const uint8_t *record, size_t len_bytes)
{
    uint64_t offset;
    uint8_t *at;
    if (len_bytes > VTCI_LIVE_PAGE_BYTES - VTCI_LIVE_PAGE_HEADER_BYTES)
        return append_group(file, record, len_bytes);
    int error = take_room(file, len_bytes, &offset, &at);
    return error ? error : put(file, at, offset, record, len_bytes);
}

int vtci_log_append(struct vtci_live_file *file, uint8_t *record, uint8_t type, size_t body_bytes)
{
    vtci_store_u32(record, vtci_live_log_encode(record, type, body_bytes));
    return vtci_log_append_encoded(file, record, vtci_live_log_bytes(body_bytes));
}
