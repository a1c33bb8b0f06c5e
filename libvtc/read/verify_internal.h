/* The state of a verification. See verify.c. */
#ifndef VTCI_READ_VERIFY_INTERNAL_H
#define VTCI_READ_VERIFY_INTERNAL_H

#include "base/checksum.h"
#include "column/name_sums.h"
#include "column/open_spans.h"
#include "column/top_spans.h"
#include "column/track_labels.h"
#include "read/block_internal.h"
#include "read/frame_text.h"
#include "vtc/verify.h"

/* A frame that was met, for comparison with the INDEX. */
struct vtci_met_frame {
    uint64_t bytes;
    uint64_t zone_sum; /* of a BLOCK: the checksum of its zone map's bytes */
    uint8_t type;
};

struct vtci_verify {
    const vtc_reader *reader;
    struct vtci_memory *memory;
    struct vtc_verify_opts opts;
    struct vtc_verify_result result;
    struct vtc_error first;              /* code VTC_OK: no problem yet */
    struct vtci_definitions definitions; /* as far as the file was read */
    struct vtci_text_plan plan;
    struct vtci_frame_text maker;
    struct vtci_text_sink sink;
    struct vtci_hasher *hasher;
    struct vtci_buffer room;
    struct vtci_met_frame *met;
    size_t met_count, met_capacity;
    uint64_t offset;             /* of the frame at hand */
    bool definitions_lost;       /* blocks cannot be read any more */
    bool text_lost;              /* length and hash say nothing any more */
    bool met_lost;               /* nor does the INDEX */
    bool spans_lost;             /* nor do carried spans */
    struct vtci_open_spans open; /* begins that wait for their end; tags are numbers of blocks */
    struct vtci_top_spans top;   /* the longest of all blocks */
    struct vtci_name_sums sums;
    struct vtci_track_labels labels;
    bool text_after_document;
    bool has_document;
    bool has_index;
    struct vtci_document document;
    uint64_t document_offset; /* of its frame */
};

/* Reports a problem. VTC_OK: go on. */
VTC_NODISCARD vtc_status vtci_verify_problem(struct vtci_verify *verify,
                                             const struct vtc_error *problem);
/* The problem of a status and an error that were returned; those that say nothing of the file
 * (memory, reading) are passed on. */
VTC_NODISCARD vtc_status vtci_verify_status(struct vtci_verify *verify, vtc_status status,
                                            const struct vtc_error *err);

/* Everything about a BLOCK: its columns, its text, its zone map. */
VTC_NODISCARD vtc_status vtci_verify_block(struct vtci_verify *verify,
                                           const struct vtci_frame_view *view,
                                           struct vtc_error *err);
/* The carried spans of the block, against all that came before it. */
VTC_NODISCARD vtc_status vtci_verify_carried(struct vtci_verify *verify, const vtc_block *block,
                                             struct vtc_error *err);

/* A dictionary's string by its id, which is the same in every block; any other by its text. */
struct vtci_label vtci_verify_label(const vtc_block *block, enum vtci_event_field field,
                                    vtc_string string);
/* Keeps what a block has for the top list … */
VTC_NODISCARD vtc_status vtci_verify_note_top(struct vtci_verify *verify, vtc_block *block,
                                              const struct vtc_spans *spans, struct vtc_error *err);
/* … and compares the list with it. */
VTC_NODISCARD vtc_status vtci_verify_top(struct vtci_verify *verify, struct vtci_bytes bytes,
                                         struct vtc_error *err);
/* The same for the name totals. */
VTC_NODISCARD vtc_status vtci_verify_note_totals(struct vtci_verify *verify, const vtc_block *block,
                                                 const struct vtc_spans *spans,
                                                 struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_verify_totals(struct vtci_verify *verify, struct vtci_bytes bytes,
                                            struct vtc_error *err);

#endif
