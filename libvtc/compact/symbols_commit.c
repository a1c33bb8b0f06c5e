/* Appending names to a live file whose process is gone: LOG pages at its end.
 *
 *     | ... pages | 0 n 0 sequence 0 checksum | SYMBOL | SYMBOL | ... |   then the mark, in place of
 *                 the first 0
 *
 * All of a group is written and synced before its mark, so that whatever dies at whatever moment, the
 * group is there as a whole or is an empty page to every reader. A lock on the file keeps a second
 * one from appending to the same place.
 */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "compact/symbols_internal.h"
#include "wire/live_encode.h"

enum {
    NAME_BYTES_MAX = 1 << 16,
    GROUP_BYTES = VTCI_LIVE_PAGE_BYTES * 256 /* [choice] names written at a time */
};

vtc_status vtc_symbols_set(vtc_symbols *symbols, size_t index, const char *name, size_t len_bytes,
                           struct vtc_error *err)
{
    struct vtci_symbol *item = &symbols->items[index];
    if (item->named)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected an address without a name, found one that has one");
    if (len_bytes == 0 || len_bytes > NAME_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a name of 1 to %d bytes, found %zu", NAME_BYTES_MAX,
                              len_bytes);
    item->text = vtci_allocate(&symbols->memory, len_bytes);
    if (!item->text)
        return vtci_error_memory(err, len_bytes);
    memcpy(item->text, name, len_bytes);
    item->len_bytes = len_bytes;
    item->named = true;
    return VTC_OK;
}

static vtc_status write_all(const struct vtc_symbols *symbols, const uint8_t *bytes,
                            size_t len_bytes, uint64_t offset, struct vtc_error *err)
{
    for (size_t done = 0; done < len_bytes;) {
        ssize_t count = pwrite(symbols->fd, bytes + done, len_bytes - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return vtci_error_errno(err, errno, offset + done, "write");
        done += (size_t)count;
    }
    return VTC_OK;
}

/* SPEC: LIV-4. `group` begins with room for the header; its records end at `used`. */
static vtc_status write_group(struct vtc_symbols *symbols, uint8_t *group, size_t used,
                              struct vtc_error *err)
{
    uint64_t offset = symbols->pages * VTCI_LIVE_PAGE_BYTES;
    uint32_t pages = (uint32_t)((used + VTCI_LIVE_PAGE_BYTES - 1) / VTCI_LIVE_PAGE_BYTES);
    const struct vtci_live_page page = {.kind = VTCI_LIVE_LOG,
                                        .pages = pages,
                                        .sequence = symbols->log_sequence};
    uint8_t mark[4];
    vtci_store_u32(group, 0);
    vtci_store_u32(mark, vtci_live_page_encode(group, &page, symbols->session.family[0]));
    memset(group + used, 0, (size_t)pages * VTCI_LIVE_PAGE_BYTES - used);
    VTC_TRY(write_all(symbols, group, (size_t)pages * VTCI_LIVE_PAGE_BYTES, offset, err));
    if (fdatasync(symbols->fd) != 0)
        return vtci_error_errno(err, errno, offset, "sync");
    VTC_TRY(write_all(symbols, mark, sizeof mark, offset, err));
    symbols->pages += pages;
    symbols->log_sequence++;
    return VTC_OK;
}

/* SPEC: LIV-10, of records within a group: all stand before the group's mark does. */
static size_t put_symbol(uint8_t *to, const struct vtci_symbol *item)
{
    size_t body_bytes = 8 + item->len_bytes;
    vtci_store_u64(to + VTCI_LIVE_LOG_HEADER_BYTES, item->address);
    memcpy(to + VTCI_LIVE_LOG_HEADER_BYTES + 8, item->text, item->len_bytes);
    vtci_store_u32(to, vtci_live_log_encode(to, VTCI_LIVE_LOG_SYMBOL, body_bytes));
    return vtci_live_log_bytes(body_bytes);
}

static vtc_status write_names(struct vtc_symbols *symbols, uint8_t *group, struct vtc_error *err)
{
    size_t used = VTCI_LIVE_PAGE_HEADER_BYTES;
    for (size_t i = 0; i < symbols->count; i++) {
        const struct vtci_symbol *item = &symbols->items[i];
        if (!item->text)
            continue;
        if (used + vtci_live_log_bytes(8 + item->len_bytes) > GROUP_BYTES) {
            VTC_TRY(write_group(symbols, group, used, err));
            used = VTCI_LIVE_PAGE_HEADER_BYTES;
        }
        used += put_symbol(group + used, item);
    }
    if (used == VTCI_LIVE_PAGE_HEADER_BYTES)
        return VTC_OK;
    VTC_TRY(write_group(symbols, group, used, err));
    return fdatasync(symbols->fd) == 0 ? VTC_OK
                                       : vtci_error_errno(err, errno, VTC_NO_OFFSET, "sync");
}

/* Nobody else may be at the file's end: not its process, and no other that names it. */
static vtc_status take_end(struct vtc_symbols *symbols, struct vtc_error *err)
{
    struct stat status;
    if (!symbols->writable)
        return vtci_error_errno(err, symbols->open_errno, VTC_NO_OFFSET, "open for writing");
    if (flock(symbols->fd, LOCK_EX | LOCK_NB) != 0)
        return vtci_error_errno(err, EBUSY, VTC_NO_OFFSET, "lock");
    if (symbols->running)
        return vtci_error_errno(err, EBUSY, VTC_NO_OFFSET,
                                "append to a file that is being recorded");
    if (fstat(symbols->fd, &status) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "stat");
    /* A page that was cut off is no page, but what stands there is in the way. */
    uint64_t pages = ((uint64_t)status.st_size + VTCI_LIVE_PAGE_BYTES - 1) / VTCI_LIVE_PAGE_BYTES;
    if (pages != symbols->pages &&
        (uint64_t)status.st_size / VTCI_LIVE_PAGE_BYTES != symbols->pages)
        return vtci_error_errno(err, EBUSY, VTC_NO_OFFSET, "append to a file that has grown");
    symbols->pages = pages;
    if (symbols->cut_page == 0)
        return VTC_OK;
    /* Of a group that was not finished, nothing behind its first page is to be met as a page. */
    if (ftruncate(symbols->fd, (off_t)(symbols->cut_page * VTCI_LIVE_PAGE_BYTES)) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cut off what was not finished");
    symbols->pages = symbols->cut_page;
    return VTC_OK;
}

vtc_status vtc_symbols_commit(vtc_symbols *symbols, struct vtc_error *err)
{
    uint8_t *group = NULL;
    vtc_status status = take_end(symbols, err);
    if (status != VTC_OK)
        goto done;
    group = vtci_allocate(&symbols->memory, GROUP_BYTES);
    if (!group) {
        status = vtci_error_memory(err, GROUP_BYTES);
        goto done;
    }
    status = write_names(symbols, group, err);
    for (size_t i = 0; status == VTC_OK && i < symbols->count; i++) {
        vtci_release(&symbols->memory, symbols->items[i].text, symbols->items[i].len_bytes);
        symbols->items[i].text = NULL;
    }
done:
    vtci_release(&symbols->memory, group, GROUP_BYTES);
    if (symbols->writable)
        flock(symbols->fd, LOCK_UN);
    return status;
}
