/* A trace as the tables see it: where events are, numbers of slices, threads, texts, opened blocks.
 *
 *     block 0          block 1                        slices are numbered over the whole file by
 *     X X M B X E      X i C X ...                    counting the events of phases that may be
 *     0 1   2 3        4 5   6                        slices (X B i I R b n). The zone maps say how
 *     ^ slice_first[0] ^ slice_first[1]               many a block has, so the block of a number is
 *                                                     found without reading any.
 *
 * Some of these are no slices after all (an X without a duration): their numbers are left out.
 * Begins (B b) and ends (E e) are numbered in the same way, for what is known of them.
 */
#ifndef VTCI_SQL_TRACE_H
#define VTCI_SQL_TRACE_H

#include "sql/labels.h"
#include "vtc/query.h"
#include "vtc/reader.h"

#define VTCI_NO_SLICE UINT32_MAX
/* Slices, begins and ends are numbered by 32 bits. */
#define VTCI_SLICES_MAX (UINT32_MAX - 1)
#define VTCI_SQL_MEMORY_BYTES ((size_t)256 << 20) /* [choice] unless the caller says so */

struct vtci_threads;
struct vtci_model;
struct vtci_open_block;
struct vtci_counters;
struct vtci_loss;
struct vtci_name_rows;

struct vtci_sql_trace {
    vtc_reader *reader;
    struct vtci_memory memory;
    struct vtc_summary summary;
    uint64_t *slice_first; /* by block, and one more: all of them */
    uint64_t *begin_first;
    uint64_t *end_first;
    uint64_t *event_first;
    struct vtci_labels labels;
    vtci_label no_name;
    struct vtci_threads *threads;   /* made when asked for */
    struct vtci_model *model;       /* the same */
    struct vtci_counters *counters; /* the same */
    struct vtci_name_rows *names;   /* the same */
    struct vtci_open_block *cache;  /* opened blocks, the last used first */
    bool has_bounds;
    int64_t start_ns, end_ns;
    bool has_losses;
    uint32_t session_count;
    struct vtci_loss *losses;
    size_t loss_count, loss_capacity;
    unsigned cursors;     /* of tables, that are open */
    vtc_query *query;     /* that is being answered, which may be cancelled; NULL: none */
    struct vtc_error err; /* of the last failure */
};

VTC_NODISCARD vtc_status vtci_sql_trace_open(vtc_reader *reader, size_t memory_limit_bytes,
                                             const struct vtc_allocator *allocator,
                                             struct vtci_sql_trace **out_trace,
                                             struct vtc_error *err);
void vtci_sql_trace_close(struct vtci_sql_trace *trace);

/* Whether the question that is being answered was cancelled, or is out of time. */
VTC_NODISCARD vtc_status vtci_sql_check(struct vtci_sql_trace *trace);

/* Notes what went wrong, where nothing more exact was noted already. */
vtc_status vtci_sql_fail(struct vtci_sql_trace *trace, vtc_status status);

/* bounds.c: start_ns and end_ns. */
VTC_NODISCARD vtc_status vtci_bounds_find(struct vtci_sql_trace *trace);
/* rows_loss.c */
void vtci_losses_free(struct vtci_sql_trace *trace);
/* rows_names.c */
void vtci_name_rows_free(struct vtci_sql_trace *trace);

static inline bool vtci_phase_is_slice(uint8_t phase)
{
    return phase == 'X' || phase == 'B' || phase == 'i' || phase == 'I' || phase == 'R' ||
           phase == 'b' || phase == 'n';
}

static inline bool vtci_phase_is_begin(uint8_t phase)
{
    return phase == 'B' || phase == 'b';
}

static inline bool vtci_phase_is_end(uint8_t phase)
{
    return phase == 'E' || phase == 'e';
}

/* The block that holds a number, by one of the arrays above; the number is below first[blocks]. */
uint64_t vtci_block_of(const struct vtci_sql_trace *trace, const uint64_t *first, uint64_t number);

#endif
