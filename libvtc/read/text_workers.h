/* Workers that rebuild the text of frames ahead of the one that is being written.
 *
 *     frames   3   4   5   6   7   8 ...
 *              |   |   |   `---`-- running
 *              |   `---`-- done, wait for their turn
 *              `-- taken by the caller, in order
 *
 * A ring of jobs, one frame each. The caller submits and takes in order, so that what is written
 * does not depend on the number of workers. Frames whose text is too large to keep in memory, and
 * those for which memory was short, are left to the caller.
 *
 * Lock order: one lock, `lock`; it guards the state of the jobs, `next` and `quit`. What a job holds
 * belongs to the worker while it is RUNNING and to the caller otherwise.
 */
#ifndef VTCI_READ_TEXT_WORKERS_H
#define VTCI_READ_TEXT_WORKERS_H

#include "read/frame_text.h"

struct vtci_text_workers;

/* A frame's text as a worker made it. */
struct vtci_made_text {
    const uint8_t *text;
    size_t len_bytes;
    bool left_to_caller; /* there is no text: write the frame yourself */
    bool was_short;      /* because the memory did not hold it beside the other jobs */
};

/* `threads` at least 2. Reads frames of the reader from now on, from number `first_frame` on in the
 * order of the chain, TEXT and BLOCK frames below `end_offset` only. */
VTC_NODISCARD vtc_status vtci_text_workers_create(const vtc_reader *reader,
                                                  const struct vtci_text_plan *plan,
                                                  size_t first_frame, uint64_t end_offset,
                                                  unsigned threads,
                                                  struct vtci_text_workers **out_workers,
                                                  struct vtc_error *err);
/* The text of the next TEXT or BLOCK frame, borrowed until the next call. An error is that of the
 * frame. */
VTC_NODISCARD vtc_status vtci_text_workers_take(struct vtci_text_workers *workers,
                                                struct vtci_made_text *out_text,
                                                struct vtc_error *err);
void vtci_text_workers_free(struct vtci_text_workers *workers);

#endif
