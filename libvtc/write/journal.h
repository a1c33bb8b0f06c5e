/* All definitions of a session in memory, as the records that they are in a LOG page: so that a file
 * of the same family (the next segment, that of a forked child) can be given all of them at once.
 *
 * Blocks of anonymous memory, each with its records as they would stand behind a page's header:
 *
 *     | block's header | record | record | ... | marks |
 *
 * Room is taken by compare-and-swap, and a record that is whole has its mark set, a bit for 8 bytes: no
 * lock, so good in signal handlers and after fork. A copy takes what is marked and nothing else. Blocks
 * come from mmap, which (other than malloc) may be called there. Nothing is given back before the
 * session is.
 */
#ifndef VTCI_WRITE_JOURNAL_H
#define VTCI_WRITE_JOURNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/status.h"

struct vtci_live_file;

struct vtci_journal_block {
    struct vtci_journal_block *older;
    size_t map_bytes;
    _Atomic size_t used;    /* of `records` */
    size_t capacity;        /* a multiple of 8 */
    _Atomic uint8_t *marks; /* where committed records begin: bit i of byte j, at 8 (8 j + i) */
    _Alignas(8) uint8_t records[];
};

struct vtci_journal {
    _Atomic(struct vtci_journal_block *) newest;
    _Atomic uint64_t used_bytes;
    uint64_t limit_bytes; /* constant; 0: none */
};

/* Room for a record with a body of `body_bytes`, header and padding included, all zero: the caller
 * writes the body at 16 and then commits. NULL: no memory, or beyond the limit. Async-signal-safe. */
uint8_t *vtci_journal_take(struct vtci_journal *journal, size_t body_bytes);

/* Whether the limit has room for a record: before anything else is done for it. */
VTC_NODISCARD vtc_status vtci_journal_check(const struct vtci_journal *journal, size_t body_bytes,
                                            struct vtc_error *err);
void vtci_journal_commit(struct vtci_journal *journal, uint8_t *record, uint8_t type,
                         size_t body_bytes);

/* Writes all that is committed into a file. 0 or an errno. Async-signal-safe. */
VTC_NODISCARD int vtci_journal_copy(struct vtci_journal *journal, struct vtci_live_file *file);

/* What a copy takes in a file. */
uint64_t vtci_journal_file_bytes(const struct vtci_journal *journal);

void vtci_journal_free(struct vtci_journal *journal);

#endif
