/* The text of a live file, as SPEC B.8 defines it: what a compactor compresses and an export gives.
 *
 * A pull generator: it fills what it is handed, and holds no more than the spans that are open, one
 * window of pages and one row. Each writer's records are taken in order; a span that begins waits on
 * the writer's stack for its end, which makes the row.
 *
 *     scan (which pages, up to where)  ->  records  ->  open spans  ->  rows
 *
 * Arguments of a begin wait as bytes, up to a bound for each writer; what is beyond is read again
 * from its page when the span ends.
 *
 * Speed: all that a row of a site and a writer has in common is made once; a row of a span without
 * arguments is two copies, two numbers and a bracket.
 *
 * Following: rows are given once, each on a line of its own without the frame; begins are given only
 * when the session is over. SPEC: LIV-14
 */
#ifndef VTCI_READ_LIVE_TEXT_H
#define VTCI_READ_LIVE_TEXT_H

#include "read/live_scan.h"

struct vtci_live_open {
    int64_t start_ns;
    uint32_t site;       /* index */
    uint32_t args_bytes; /* 0: none */
    uint32_t args_pos;   /* in the writer's buffer, or in the page */
    uint32_t page;       /* 0: in the buffer */
};

/* A writer on its way. */
struct vtci_live_track {
    uint32_t writer;
    uint64_t thread_id;
    struct vtc_text name;
    uint32_t shard; /* index, or VTCI_LIVE_MAP_NONE */
    bool is_named;  /* its name was given */
    bool is_begun;  /* `sequence`, `at` and `base` are set */
    uint32_t sequence, at;
    uint64_t base;
    struct vtci_live_open *open;
    size_t open_count, open_capacity;
    uint64_t beyond; /* begins that found no room on the stack */
    struct vtci_buffer args;
};

enum vtci_live_stage { VTCI_LIVE_HEAD, VTCI_LIVE_TRACKS, VTCI_LIVE_FOOT, VTCI_LIVE_DONE };

struct vtci_live_text {
    struct vtci_memory *memory;
    struct vtci_live_scan *scan; /* borrowed */
    bool follow;
    bool is_over; /* the last rows were given */
    enum vtci_live_stage stage;
    bool has_rows;
    struct vtci_live_track *tracks; /* ascending by thread, writer */
    size_t track_count, track_capacity;
    struct vtci_live_map track_ids;
    size_t track;      /* the current one … */
    size_t ref;        /* … its page … */
    size_t open_given; /* … and how many of its open begins were given */
    bool is_in_track;
    uint8_t prefix[128]; /* of its rows of phase X */
    unsigned prefix_bytes;
    struct vtci_buffer window; /* pages */
    uint32_t window_first, window_pages;
    uint8_t *pos, *end;         /* where rows go */
    struct vtci_buffer row;     /* one that is put together */
    struct vtci_buffer pending; /* what did not fit */
    size_t pending_pos, small_pos;
    struct vtci_buffer small; /* for a caller with little room */
    struct vtci_buffer again; /* arguments that were read again … */
    struct vtc_error *err;    /* … and, during a call, the caller's, for a read that fails */
};

void vtci_live_text_init(struct vtci_live_text *text, struct vtci_memory *memory,
                         struct vtci_live_scan *scan, bool follow);
void vtci_live_text_free(struct vtci_live_text *text);
/* Begins, or, when following, goes on with what the scan now has. */
VTC_NODISCARD vtc_status vtci_live_text_start(struct vtci_live_text *text, struct vtc_error *err);
/* Gives the next bytes; 0 at the end. */
VTC_NODISCARD vtc_status vtci_live_text_fill(struct vtci_live_text *text, void *buffer,
                                             size_t capacity_bytes, size_t *out_bytes,
                                             struct vtc_error *err);

#endif
