/* The slow path of a record: a new page, a new base, another file, or the end of it. */
#include "write/lane.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "write/signals.h"
#include "write/writer.h"

static void give_back(struct vtci_lane *lane, uint8_t *chunk, size_t chunk_bytes,
                      struct vtci_live_file *file)
{
    if (chunk && lane->session->opts.policy == VTC_POLICY_FLIGHT)
        atomic_fetch_add_explicit(&file->events, vtci_flight_count(chunk, chunk_bytes),
                                  memory_order_relaxed);
    if (chunk)
        munmap(chunk, chunk_bytes);
    vtci_session_let_go(lane->session, file);
}

void vtci_lane_take_away(struct vtci_lane *lane, uint32_t token)
{
    uint8_t *chunk = atomic_load_explicit(&lane->chunk, memory_order_relaxed);
    size_t chunk_bytes = atomic_load_explicit(&lane->chunk_bytes, memory_order_relaxed);
    struct vtci_live_file *file = atomic_load_explicit(&lane->file, memory_order_relaxed);
    if (token &&
        atomic_compare_exchange_strong_explicit(&lane->attached, &token, 0, memory_order_acq_rel,
                                                memory_order_relaxed))
        give_back(lane, chunk, chunk_bytes, file);
}

void vtci_lane_leave(struct vtci_lane *lane)
{
    vtci_lane_take_away(lane, atomic_load_explicit(&lane->attached, memory_order_acquire));
    lane->pos = lane->page_end = lane->chunk_next = NULL;
    atomic_fetch_and_explicit(&lane->control, ~(uint32_t)VTCI_LANE_THROUGH, memory_order_relaxed);
}

vtc_status vtci_lane_write_through(struct vtci_lane *lane, uint8_t *record, uint32_t bytes,
                                   uint32_t first)
{
    struct vtci_live_file *file = atomic_load_explicit(&lane->file, memory_order_relaxed);
    uint64_t offset = lane->page_offset + (uint64_t)(record - lane->shadow);
    sigset_t before;
    int error = 0;
    vtci_store_u32(record, first);
    vtci_signals_block(&before);
    /* In a child now, by a signal handler: what was under way is the parent's. */
    bool is_parents = atomic_load_explicit(&lane->control, memory_order_relaxed) & VTCI_LANE_FORK;
    if (bytes > 4 && !is_parents)
        error = vtci_live_file_pwrite(file, record + 4, bytes - 4, offset + 4);
    if (!error && !is_parents)
        error = vtci_live_file_pwrite(file, record, 4, offset);
    vtci_signals_restore(&before);
    if (error) {
        vtci_session_fail(lane->session, VTC_ERR_IO, error);
        vtci_writer_lose(lane->writer, VTC_LOSS_DISK_FULL, VTC_ERR_IO);
        return VTC_ERR_IO; /* the next record goes to the same place */
    }
    if (vtci_live_is_event(first))
        atomic_fetch_add_explicit(&file->events, 1, memory_order_relaxed);
    lane->pos = record + bytes;
    return VTC_OK;
}

static vtc_status follow(struct vtci_lane *lane, uint32_t control)
{
    if (control & VTCI_LANE_FORK) {
        vtc_status status = vtci_fork_open(lane->session, lane == &lane->writer->lane);
        if (status != VTC_OK) {
            vtci_writer_lose(lane->writer, VTC_LOSS_FORK, status);
            return status;
        }
        atomic_fetch_and_explicit(&lane->control, ~(uint32_t)VTCI_LANE_FORK, memory_order_relaxed);
    }
    if (control & VTCI_LANE_MOVE) {
        atomic_fetch_and_explicit(&lane->control, ~(uint32_t)VTCI_LANE_MOVE, memory_order_acq_rel);
        vtci_lane_leave(lane);
    }
    return VTC_OK;
}

/* What control asks for, but THROUGH. Clearing MOVE always goes with leaving: see lane.h. */
static vtc_status obey(struct vtci_lane *lane)
{
    uint32_t control = atomic_load_explicit(&lane->control, memory_order_acquire);
    bool is_over = control & (VTCI_LANE_STOP | VTCI_LANE_CLOSED);
    bool has_chunk = atomic_load_explicit(&lane->attached, memory_order_relaxed) != 0;
    vtc_status status = VTC_OK;
    if (is_over ? has_chunk : (control & (VTCI_LANE_FORK | VTCI_LANE_MOVE)) != 0) {
        sigset_t before;
        vtci_signals_block(&before);
        if (is_over)
            vtci_lane_leave(lane);
        else
            status = follow(lane, control);
        vtci_signals_restore(&before);
    }
    if (!is_over)
        return status;
    lane->pos = lane->page_end = lane->chunk_next = NULL; /* it may have been taken away */
    vtci_writer_lose(lane->writer, VTC_LOSS_LATE, VTC_OK);
    return VTC_END;
}

#define BASE_RECORD_BYTES 12u

__attribute__((cold, noinline)) uint8_t *vtci_lane_room_slow(struct vtci_lane *lane, uint32_t bytes,
                                                             uint32_t *out_delta,
                                                             vtc_status *out_status)
{
    vtci_process_check();
    *out_status = obey(lane);
    if (*out_status != VTC_OK)
        return NULL;
    uint64_t ticks = vtci_clock_ticks(&lane->clock);
    bool is_far = ticks - lane->base > VTCI_LIVE_TICKS_MAX; /* or before it: the clock stepped */
    if ((size_t)(lane->page_end - lane->pos) < bytes + (is_far ? BASE_RECORD_BYTES : 0)) {
        *out_status = vtci_lane_next_page(lane, ticks);
        if (*out_status != VTC_OK)
            return NULL;
    } else if (is_far) {
        vtci_store_u64(lane->pos + 4, ticks);
        *out_status = vtci_lane_commit(lane, lane->pos, BASE_RECORD_BYTES, VTCI_LIVE_BASE, 0);
        if (*out_status != VTC_OK)
            return NULL;
        lane->base = ticks;
    }
    *out_delta = (uint32_t)(ticks - lane->base);
    return lane->pos;
}
