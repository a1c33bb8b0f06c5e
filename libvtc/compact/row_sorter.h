/* Sorting rows of text by lane, stably, in bounded memory.
 *
 *     put row, row, row …            arena of pieces; a lane is a chain of pieces
 *        |  arena is full
 *        v
 *     run in the spill file:  | lane bytes, lane bytes, … | text of lane | text of lane | …
 *        |  last row                  (in the order of the lanes)
 *        v
 *     read: for each lane, in order: its text from the first run, the second, …, as one document
 *
 * Rows of a lane that come one after another, as they do in recorded files, lie in one piece, so a
 * row costs a copy and no more. A run is written in the order of the lanes; merging k runs takes a
 * cursor of VTCI_SORT_CURSOR_BYTES for each and reads every byte once. Where nothing was spilled,
 * the text is read from the arena. Order among the rows of a lane is that of the calls of put, as runs
 * are written one after another.
 *
 * Memory: the budget; the lanes; in the end the cursors.
 */
#ifndef VTCI_COMPACT_ROW_SORTER_H
#define VTCI_COMPACT_ROW_SORTER_H

#include <stddef.h>
#include <stdint.h>

#include "compact/lanes.h"
#include "io/file.h"

#define VTCI_SORT_CHUNK_BYTES ((size_t)1 << 20)
#define VTCI_SORT_CURSOR_BYTES ((size_t)4 << 10)

struct vtci_row_sorter;

/* Makes the file that runs are spilled to, when there are more rows than fit: to be appended to and
 * read, never to be published. */
typedef vtc_status (*vtci_spill_fn)(void *context, struct vtci_file **out_file,
                                    struct vtc_error *err);

/* `memory` and `lanes` are borrowed until the sorter is freed. */
VTC_NODISCARD vtc_status vtci_row_sorter_create(struct vtci_memory *memory,
                                                const struct vtci_merge_lanes *lanes,
                                                size_t budget_bytes, vtci_spill_fn open_spill,
                                                void *spill_context,
                                                struct vtci_row_sorter **out_sorter,
                                                struct vtc_error *err);
void vtci_row_sorter_free(struct vtci_row_sorter *sorter);

VTC_NODISCARD vtc_status vtci_row_sorter_put(struct vtci_row_sorter *sorter, uint32_t lane,
                                             const void *row, size_t len_bytes,
                                             struct vtc_error *err);
/* All rows were put: gets ready for reading. */
VTC_NODISCARD vtc_status vtci_row_sorter_finish(struct vtci_row_sorter *sorter,
                                                struct vtc_error *err);
/* A vtc_read_fn: the rows, with a comma and a line feed between two, in the frame of SPEC B.8. */
vtc_status vtci_row_sorter_read(void *sorter, void *buffer, size_t capacity_bytes,
                                size_t *out_bytes, struct vtc_error *err);

uint64_t vtci_row_sorter_rows(const struct vtci_row_sorter *sorter);
uint64_t vtci_row_sorter_spilled_bytes(const struct vtci_row_sorter *sorter);

#endif
