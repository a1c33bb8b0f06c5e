/* The names that metadata events (phase M, process_name and thread_name) give to tracks, as they
 * come; the last one wins. For the top list of the INDEX: SPEC 7.8, IDX-4.
 *
 * A process is the tracks of one pid. What each track was told is kept with a count of when, and
 * the tracks of a process are only compared in the end, for the few that are asked for.
 */
#ifndef VTCI_COLUMN_TRACK_LABELS_H
#define VTCI_COLUMN_TRACK_LABELS_H

#include <stdbool.h>

#include "base/memory.h"
#include "column/schema.h"
#include "wire/top_list.h"

enum vtci_label_kind { VTCI_LABEL_NONE, VTCI_LABEL_PROCESS, VTCI_LABEL_THREAD };

struct vtci_track_label {
    uint64_t number; /* counts from 1; 0: none was given */
    uint8_t *text;   /* owned; NULL when longer than a list may hold */
    size_t len_bytes;
};

struct vtci_track_labels {
    struct vtci_memory *memory;
    struct vtci_track_label (*tracks)[2]; /* by track: process, thread */
    size_t capacity;
    size_t text_bytes, text_bytes_max;
    uint64_t number; /* of the last */
    bool is_lost;    /* there was more text than text_bytes_max: nothing is known any more */
};

void vtci_track_labels_init(struct vtci_track_labels *labels, struct vtci_memory *memory,
                            size_t text_bytes_max);
void vtci_track_labels_free(struct vtci_track_labels *labels);

/* What a metadata event of this name gives. */
enum vtci_label_kind vtci_label_kind_of(struct vtci_bytes event_name);
/* The column in which the text stands (args.name, STRING), and that of args where it is kept as text
 * (args, RAW); VTCI_NONE. */
uint32_t vtci_label_column(const struct vtci_schema *schema);
uint32_t vtci_label_raw_column(const struct vtci_schema *schema);
/* The same in the text of args, and of a whole row. Borrowed; absent where there is none. */
struct vtci_bytes vtci_label_in_args(struct vtci_bytes args);
struct vtci_bytes vtci_label_in_row(struct vtci_bytes row);

/* `kind` is not NONE. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_track_labels_put(struct vtci_track_labels *labels, uint32_t track,
                                               enum vtci_label_kind kind, struct vtci_bytes text);

/* The names of `out_track->track`, which is of `schema`: as the list says them, borrowed. */
void vtci_track_labels_find(const struct vtci_track_labels *labels,
                            const struct vtci_schema *schema, struct vtci_top_track *out_track);

#endif
