/* What vtc_symbols knows of a live file. */
#ifndef VTCI_COMPACT_SYMBOLS_INTERNAL_H
#define VTCI_COMPACT_SYMBOLS_INTERNAL_H

#include "base/memory.h"
#include "vtc/symbols.h"
#include "wire/live.h"

struct vtci_symbol {
    uint64_t address;
    bool named;    /* in the file, or below */
    uint8_t *text; /* to be appended; NULL: nothing */
    size_t len_bytes;
};

struct vtc_symbols {
    struct vtci_memory memory;
    int fd;
    bool writable;
    int open_errno; /* why not */
    bool running;
    struct vtci_live_session session;
    uint64_t pages;        /* in the file, one that is cut off included */
    uint64_t cut_page;     /* where a group begins that the file's end cuts off; 0: none */
    uint32_t log_sequence; /* of the next LOG page */
    struct vtc_module *modules;
    size_t module_count, module_capacity;
    struct vtci_symbol *items; /* sorted by address once the file was read */
    size_t count, capacity;
    uint64_t *named; /* addresses that have a SYMBOL */
    size_t named_count, named_capacity;
};

/* Reads all LOG pages. */
VTC_NODISCARD vtc_status vtci_symbols_scan(struct vtc_symbols *symbols, struct vtc_error *err);

#endif
