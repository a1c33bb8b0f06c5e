/* Slices in the order of a column with few values. See slice_groups.c. */
#ifndef VTCI_SQL_SLICE_GROUPS_H
#define VTCI_SQL_SLICE_GROUPS_H

#include "sql/slice.h"

struct vtci_slice_groups {
    struct vtci_sql_trace *trace;
    int key_column;
    bool is_descending;
    uint64_t used;   /* columns, a bit each */
    unsigned fields; /* of blocks */
    uint32_t *keys;  /* by row; the others too, NULL where they are not used */
    uint32_t *ids;
    int64_t *ts;
    int64_t *dur;
    int64_t *self_dur; /* INT64_MIN: none */
    size_t count, capacity, id_capacity, ts_capacity, dur_capacity, self_dur_capacity;
    uint32_t *ends; /* by key: where its rows end */
    size_t key_count, end_capacity;
    uint32_t *order; /* keys that have rows */
    size_t order_count, order_capacity;
    size_t next_key; /* in `order` */
    uint32_t at, end;
    bool has_row;
};

/* Whether rows may come in the order of `key`, by the columns that are used and the memory. */
bool vtci_slice_groups_can(const struct vtci_sql_trace *trace, int key, uint64_t used);
/* From `trace`, `key_column`, `is_descending`, `used` and `fields` on: stands on the first row. */
VTC_NODISCARD vtc_status vtci_slice_groups_make(struct vtci_slice_groups *groups,
                                                struct vtci_slice_filter *filter,
                                                bool has_conditions);
void vtci_slice_groups_next(struct vtci_slice_groups *groups);
void vtci_slice_groups_column(sqlite3_context *context, const struct vtci_slice_groups *groups,
                              int column);
void vtci_slice_groups_free(struct vtci_slice_groups *groups);

#endif
