/* Counters: every member of a C event's arguments is one, on a track of its process by name. */
#ifndef VTCI_SQL_COUNTERS_H
#define VTCI_SQL_COUNTERS_H

#include "sql/id_map.h"
#include "sql/open_block.h"

/* Tracks of counters are numbered from here on. */
#define VTCI_COUNTER_TRACK_FIRST (UINT32_C(1) << 30)

struct vtci_counter_track {
    uint32_t upid;
    vtci_label name;
};

struct vtci_counters {
    struct vtci_counter_track *tracks;
    size_t track_count, track_capacity;
    struct vtci_id_map ids; /* upid << 32 | name */
    bool has_values;
    int64_t first_ns, last_ns;
};

struct vtci_counter_value {
    int64_t time_ns;
    double value;
    uint32_t track; /* in `tracks` */
};

/* The values in a block. */
struct vtci_counter_values {
    struct vtci_counter_value *values;
    size_t count, capacity;
};

/* trace->counters: all tracks. */
VTC_NODISCARD vtc_status vtci_counters_make(struct vtci_sql_trace *trace);
void vtci_counters_free(struct vtci_sql_trace *trace);
/* Appends the values of a block. */
VTC_NODISCARD vtc_status vtci_counters_read(struct vtci_sql_trace *trace, uint64_t block,
                                            struct vtci_counter_values *values);

#endif
