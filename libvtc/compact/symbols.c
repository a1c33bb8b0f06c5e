/* Opening a live file for its addresses, and looking at them. */
#include "vtc/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "compact/symbols_internal.h"
#include "io/file.h"
#include "read/live_process.h"
#include "wire/file_header.h"
#include "wire/live_decode.h"

static int compare_addresses(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

static int compare_items(const void *left, const void *right)
{
    return compare_addresses(((const struct vtci_symbol *)left)->address,
                             ((const struct vtci_symbol *)right)->address);
}

static int compare_named(const void *left, const void *right)
{
    return compare_addresses(*(const uint64_t *)left, *(const uint64_t *)right);
}

/* Each address once, in order, with what is known of it. */
static void sort_items(struct vtc_symbols *symbols)
{
    size_t count = 0, named = 0;
    if (symbols->count == 0)
        return;
    qsort(symbols->items, symbols->count, sizeof *symbols->items, compare_items);
    if (symbols->named_count > 0)
        qsort(symbols->named, symbols->named_count, sizeof *symbols->named, compare_named);
    for (size_t i = 0; i < symbols->count; i++) {
        uint64_t address = symbols->items[i].address;
        if (count > 0 && symbols->items[count - 1].address == address)
            continue;
        while (named < symbols->named_count && symbols->named[named] < address)
            named++;
        symbols->items[count++] = (struct vtci_symbol){
            .address = address,
            .named = named < symbols->named_count && symbols->named[named] == address,
        };
    }
    symbols->count = count;
}

static vtc_status read_file(struct vtc_symbols *symbols, struct vtc_error *err)
{
    struct stat status;
    uint8_t page[VTCI_LIVE_PAGE_BYTES];
    struct vtci_file_header header;
    if (fstat(symbols->fd, &status) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "stat");
    ssize_t count = pread(symbols->fd, page, sizeof page, 0);
    if (count < 0)
        return vtci_error_errno(err, errno, 0, "read");
    VTC_TRY(vtci_file_header_decode(page, (size_t)count, &header, err));
    if (!(header.incompatible & VTCI_FEATURE_LIVE))
        return VTC_END;
    VTC_TRY(vtci_live_session_decode(page, (size_t)count, &symbols->session, err));
    struct vtci_live_counters counters;
    VTC_TRY(vtci_live_counters_decode(page, &counters, err));
    symbols->pages = (uint64_t)status.st_size / VTCI_LIVE_PAGE_BYTES;
    symbols->running =
        vtci_live_is_recording(&symbols->session, &counters, vtci_fd_is_locked(symbols->fd));
    VTC_TRY(vtci_symbols_scan(symbols, err));
    sort_items(symbols);
    return VTC_OK;
}

static vtc_status open_file(struct vtc_symbols *symbols, const char *path, struct vtc_error *err)
{
    symbols->fd = open(path, O_RDWR | O_CLOEXEC);
    symbols->writable = symbols->fd >= 0;
    if (symbols->fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        symbols->open_errno = errno;
        symbols->fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (symbols->fd < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "open");
    return read_file(symbols, err);
}

vtc_status vtc_symbols_open(const char *path, const struct vtc_allocator *allocator,
                            vtc_symbols **out_symbols, struct vtc_error *err)
{
    struct vtci_memory memory;
    if (!path || !out_symbols)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a path and a place for the result, found NULL");
    vtci_memory_init(&memory, allocator, 0);
    struct vtc_symbols *symbols = vtci_allocate_zeroed(&memory, sizeof *symbols);
    if (!symbols)
        return vtci_error_memory(err, sizeof *symbols);
    vtci_memory_init(&symbols->memory, allocator, 0);
    vtc_status status = open_file(symbols, path, err);
    if (status == VTC_OK)
        *out_symbols = symbols;
    else
        vtc_symbols_close(symbols);
    return status;
}

void vtc_symbols_close(vtc_symbols *symbols)
{
    if (!symbols)
        return;
    struct vtci_memory memory = symbols->memory;
    for (size_t i = 0; i < symbols->module_count; i++) {
        struct vtc_module *module = &symbols->modules[i];
        vtci_release(&memory, (void *)(uintptr_t)module->path,
                     module->path_bytes + 1 + module->build_id_bytes);
    }
    for (size_t i = 0; i < symbols->count; i++)
        vtci_release(&memory, symbols->items[i].text, symbols->items[i].len_bytes);
    VTCI_ARRAY_FREE(&memory, symbols->modules, symbols->module_capacity);
    VTCI_ARRAY_FREE(&memory, symbols->items, symbols->capacity);
    VTCI_ARRAY_FREE(&memory, symbols->named, symbols->named_capacity);
    if (symbols->fd >= 0)
        close(symbols->fd);
    vtci_release(&memory, symbols, sizeof *symbols);
}

int vtc_symbols_running(const vtc_symbols *symbols)
{
    return symbols->running;
}

size_t vtc_symbols_module_count(const vtc_symbols *symbols)
{
    return symbols->module_count;
}

const struct vtc_module *vtc_symbols_module(const vtc_symbols *symbols, size_t index)
{
    return &symbols->modules[index];
}

size_t vtc_symbols_count(const vtc_symbols *symbols)
{
    return symbols->count;
}

uint64_t vtc_symbols_address(const vtc_symbols *symbols, size_t index)
{
    return symbols->items[index].address;
}

int vtc_symbols_named(const vtc_symbols *symbols, size_t index)
{
    return symbols->items[index].named;
}
