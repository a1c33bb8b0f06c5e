/* A lane: where records of one thread go. A writer has two, one for what the thread records, one for
 * what a signal handler records that came in the middle of that.
 *
 *     +-- a cache line of its own ----------------------------+-- the rest: slow path only --+
 *     | busy control | pos page_end base clock                | chunk, file, sequence, ...   |
 *     +--------------------------------------------------------+-----------------------------+
 *
 * `busy` is written by the thread alone; `control` by whoever wants the thread to take the slow path
 * at its next record. A record is: busy = 1, look at control, ..., busy = 0, and no fence: who sets
 * control and wants to know that the thread has seen it calls membarrier(2), which is the fence on
 * the thread's side. After that a lane that is not busy will see it before it touches its chunk, so
 * that the chunk may be taken away (vtci_lane_take_away).
 *
 * Beside control each record looks at whether this is still the process that it was: process.h.
 *
 * Rejected: a fence, or an exchange, for each record: 20 clock cycles where a record takes a few.
 */
#ifndef VTCI_WRITE_LANE_H
#define VTCI_WRITE_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "write/live_file.h"
#include "write/process.h"
#include "write/publish.h"
#include "write/ticks.h"

struct vtc_session;

enum vtci_lane_control {
    VTCI_LANE_STOP = 1,    /* for ever: what comes is late */
    VTCI_LANE_MOVE = 2,    /* leave the chunk, go on in the current file */
    VTCI_LANE_FORK = 4,    /* this is a child: what is here is the parent's */
    VTCI_LANE_THROUGH = 8, /* the page is not mapped: each record is written */
    VTCI_LANE_CLOSED = 16  /* the writer is in nobody's hands */
};

struct vtci_lane {
    _Alignas(64) _Atomic uint32_t busy;
    _Atomic uint32_t control;
    uint8_t *pos; /* of the next record; NULL as page_end: no page */
    uint8_t *page_end;
    uint64_t base; /* ticks */
    struct vtci_clock clock;

    /* The chunk. What others may take away: see vtci_lane_take_away. */
    _Alignas(64) _Atomic uint32_t attached; /* changes with each chunk; 0: none */
    _Atomic(uint8_t *) chunk;               /* NULL: through */
    _Atomic size_t chunk_bytes;
    _Atomic(struct vtci_live_file *) file;
    uint32_t attach_count;
    uint32_t chunk_pages; /* of the next chunk */
    uint8_t *chunk_next;  /* the page behind the current one */
    uint64_t page_offset; /* THROUGH: in the file */
    uint8_t *shadow;      /* THROUGH: a page of the writer's own memory */

    struct vtc_session *session;
    struct vtc_writer *writer;
    uint32_t flags;  /* of the WRITER record */
    uint32_t id;     /* 0: none yet */
    uint32_t serial; /* of the file that has its WRITER record; see live_file's segment. 0: none */
    uint32_t sequence;
    int64_t retry_ns; /* after a failure: not before */
    bool has_waited;  /* VTC_POLICY_WAIT: in vain, since the last chunk */
    enum vtc_loss retry_cause;
};

/* Leaves the chunk, when it is still there. By the thread itself, within a record. */
void vtci_lane_leave(struct vtci_lane *lane);

/* Takes the chunk away from a lane whose thread is not recording. `token` was `attached` before
 * control was set and membarrier called: if it is still the same then the thread has not been here
 * since. Whoever gets `attached` from the token to 0 gives the chunk back: the thread or another. */
void vtci_lane_take_away(struct vtci_lane *lane, uint32_t token);

/* The slow path: room for a record of `bytes` (a multiple of 4), its time as delta. NULL: counted,
 * and `out_status` says what. */
uint8_t *vtci_lane_room_slow(struct vtci_lane *lane, uint32_t bytes, uint32_t *out_delta,
                             vtc_status *out_status);

/* A page to record in. VTC_OK, or what the event came to, which is counted. */
VTC_NODISCARD vtc_status vtci_lane_next_page(struct vtci_lane *lane, uint64_t ticks);

/* THROUGH: writes a record that stands in the shadow page, all but its first word. */
vtc_status vtci_lane_write_through(struct vtci_lane *lane, uint8_t *record, uint32_t bytes,
                                   uint32_t first);

static inline uint8_t *vtci_lane_room(struct vtci_lane *lane, uint32_t bytes, uint32_t *out_delta,
                                      vtc_status *out_status)
{
    if (__builtin_expect(atomic_load_explicit(&lane->control, memory_order_relaxed) == 0, 1) &&
        vtci_process_is_known()) {
        uint64_t delta = vtci_clock_ticks(&lane->clock) - lane->base;
        if (__builtin_expect((size_t)(lane->page_end - lane->pos) >= bytes, 1) &&
            __builtin_expect(delta <= VTCI_LIVE_TICKS_MAX, 1)) {
            *out_delta = (uint32_t)delta;
            return lane->pos;
        }
    }
    return vtci_lane_room_slow(lane, bytes, out_delta, out_status);
}

/* Commits a record: everything else of it was stored. SPEC: LIV-7. */
static inline vtc_status vtci_lane_commit(struct vtci_lane *lane, uint8_t *record, uint32_t bytes,
                                          uint32_t kind, uint32_t delta)
{
    uint32_t first = delta << VTCI_LIVE_KIND_BITS | kind;
    if (__builtin_expect(atomic_load_explicit(&lane->control, memory_order_relaxed) &
                             VTCI_LANE_THROUGH,
                         0))
        return vtci_lane_write_through(lane, record, bytes, first);
    vtci_publish_u32(record, first);
    lane->pos = record + bytes;
    return VTC_OK;
}

/* False when the thread is within a record already: then this is a signal handler. */
static inline bool vtci_lane_enter(struct vtci_lane *lane)
{
    if (__builtin_expect(atomic_load_explicit(&lane->busy, memory_order_relaxed) != 0, 0))
        return false;
    atomic_store_explicit(&lane->busy, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return true;
}

/* Release: pairs with the acquiring load of who evicts, who then sees the chunk as it is. */
static inline void vtci_lane_exit(struct vtci_lane *lane)
{
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&lane->busy, 0, memory_order_release);
}

#endif
