/* One live file: its pages, which any thread reserves, and its page 0.
 *
 *     refs      the session's "current" holds one, each lane with a chunk in it another, and whoever
 *               does something with it for a moment. At 0 the last one finishes it: cuts what is
 *               unused, marks it as closed. A slot whose refs are 0 is never revived, but reused.
 *     next_page is all that threads share on the way to new pages: one fetch_add.
 *     fd        belongs to a process that may close what it does not know: each use looks whether it
 *               is still the same file.
 */
#ifndef VTCI_WRITE_LIVE_FILE_H
#define VTCI_WRITE_LIVE_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vtc/writer.h"
#include "wire/live.h"

/* Pages of the log that were reserved at once and are mapped: see log.c. */
struct vtci_log_chunk {
    _Atomic uint32_t first_page; /* 0: not there yet; release, after the rest */
    uint32_t pages;
    uint8_t *map;
};

#define VTCI_LOG_CHUNKS 64u /* [choice] what comes after them is not mapped */

struct vtci_live_file {
    _Atomic uint32_t taken; /* the slot is in use; acquire with release of who gives it back */
    _Atomic uint32_t refs;
    /* Set before the file is published, then constant. */
    int fd;
    dev_t device;
    ino_t inode;
    uint64_t family;
    uint32_t segment;
    uint32_t step_pages;      /* to grow by */
    uint64_t begun_bytes;     /* page 0 and the definitions that it began with */
    bool zeroes;              /* no fallocate here: who reserves pages writes zeros */
    _Atomic(uint8_t *) page0; /* NULL: could not be mapped, pwrite instead */
    _Alignas(64) _Atomic uint64_t next_page;
    _Atomic uint64_t allocated_pages;
    _Atomic uint64_t events;           /* VTC_POLICY_FLIGHT: of the chunks that were given back */
    _Alignas(64) _Atomic uint64_t log; /* page << 16 | bytes used in it; 0: none yet */
    _Atomic uint32_t log_sequence;
    _Atomic uint32_t log_chunk_count; /* places that are taken */
    struct vtci_log_chunk log_chunks[VTCI_LOG_CHUNKS];
};

/* Creates the file under its name with page 0 in it. `temporary` is for the name that it has before
 * that: VTCI_TEMPORARY_BYTES longer than `path`. 0 or an errno. Async-signal-safe. */
#define VTCI_TEMPORARY_BYTES 16u
VTC_NODISCARD int vtci_live_file_create(struct vtci_live_file *file, const char *path,
                                        char *temporary, const struct vtci_live_session *facts,
                                        uint32_t step_pages, bool overwrite);

/* Reserves `pages`; gives the first through `out_page`. 0 or an errno; ENOSPC, EDQUOT, EFBIG and the
 * like leave nothing reserved where nobody else came in between. Async-signal-safe. */
VTC_NODISCARD int vtci_live_file_reserve(struct vtci_live_file *file, uint32_t pages,
                                         uint64_t *out_page);

/* Brings reserved pages to memory, which makes them quick to fault. By who reserved them. */
void vtci_live_file_warm(const struct vtci_live_file *file, uint64_t page, uint32_t pages);

/* Writes all; 0 or an errno. EBADF when the descriptor is no longer ours. */
VTC_NODISCARD int vtci_live_file_pwrite(const struct vtci_live_file *file, const void *bytes,
                                        size_t len_bytes, uint64_t offset);

bool vtci_live_file_is_ours(const struct vtci_live_file *file);

/* False when nobody holds it any more. */
bool vtci_live_file_try_ref(struct vtci_live_file *file);

void vtci_live_file_set_state(struct vtci_live_file *file, uint32_t state);
void vtci_live_file_count_loss(struct vtci_live_file *file, enum vtc_loss cause, uint64_t events);

/* What it has counted as lost, by cause. */
void vtci_live_file_losses(const struct vtci_live_file *file, uint64_t out_lost[VTC_LOSS_CAUSES]);

/* Bytes that are reserved, as far as they are there. */
uint64_t vtci_live_file_bytes(const struct vtci_live_file *file);

/* Cuts what is not reserved, marks as closed, closes. Page 0 stays mapped. By who holds the last. */
void vtci_live_file_finish(struct vtci_live_file *file);

/* Gives the mapping, and whatever is left, back: the slot is free. Touches no file. */
void vtci_live_file_forget(struct vtci_live_file *file);

/* --- log (log.c) */

void vtci_log_init(struct vtci_live_file *file);
/* Gives the mapped pages back. By who holds the last. */
void vtci_log_unmap(struct vtci_live_file *file);
/* In a child: they are memory of its own from here on, as an append may be under way. */
void vtci_log_abandon(struct vtci_live_file *file);

/* Appends a record. The body is `len_bytes` at `record` + 16, whose header is written here; `record`
 * has room for the padding. 0 or an errno. Async-signal-safe. */
VTC_NODISCARD int vtci_log_append(struct vtci_live_file *file, uint8_t *record, uint8_t type,
                                  size_t body_bytes);
/* The same for one that is encoded already, of `len_bytes` in all. */
VTC_NODISCARD int vtci_log_append_encoded(struct vtci_live_file *file, const uint8_t *record,
                                          size_t len_bytes);
/* A group of pages with records as they would stand behind its header: room for `len_bytes` of them,
 * which the caller writes at `*out_offset` of the file (what it leaves out is a hole), and then the
 * header. 0 or an errno. Async-signal-safe. */
static inline size_t vtci_log_group_pages(size_t len_bytes)
{
    return (VTCI_LIVE_PAGE_HEADER_BYTES + len_bytes + VTCI_LIVE_PAGE_BYTES - 1) /
           VTCI_LIVE_PAGE_BYTES;
}
VTC_NODISCARD int vtci_log_begin_group(struct vtci_live_file *file, size_t len_bytes,
                                       uint64_t *out_offset);
VTC_NODISCARD int vtci_log_end_group(struct vtci_live_file *file, size_t len_bytes,
                                     uint64_t offset);

#endif
