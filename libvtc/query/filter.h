/* The conditions of a question, made ready for a trace: patterns of threads are answered once a track,
 * patterns of names once a string of a dictionary, times are absolute.
 *
 * What the condition as a whole needs of a row by AND is its *conjuncts*; they leave rows one after
 * the other, those first that are cheap or tell blocks apart, so that later ones, and the columns that
 * they need, concern fewer rows.
 */
#ifndef VTCI_QUERY_FILTER_H
#define VTCI_QUERY_FILTER_H

#include "query/answer.h"
#include "query/question.h"
#include "query/string_map.h"
#include "query/thread_list.h"
#include "vtc/block.h"

/* A number or string of an argument, in whichever columns the file has it. */
struct vtci_argument_columns {
    bool has_number, has_string;
    uint32_t number, string;
};

struct vtci_filter {
    struct vtci_memory *memory;
    const struct vtci_question *question;
    const vtc_reader *reader;
    struct vtci_thread_list threads; /* every track, where a condition asks for threads */
    uint64_t track_count;
    uint8_t *
        tracks[VTCI_CONDITIONS_MAX]; /* by condition, by track (the last: none): 1 where it holds */
    struct vtci_argument_columns arguments[VTCI_CONDITIONS_MAX];
    int64_t times[VTCI_CONDITIONS_MAX]; /* of TIME conditions, absolute */
    uint16_t conjuncts[VTCI_CONDITIONS_MAX];
    size_t conjunct_count;
    unsigned fields[VTCI_CONDITIONS_MAX];   /* by conjunct: what it reads */
    struct vtci_carried_arguments *carried; /* of pairs; NULL: there are none to ask about */
    bool has_range;
    int64_t from_ns, to_ns;
    /* What zone maps can tell. */
    vtc_string *names; /* strings of which one is a wanted name */
    size_t name_count, name_capacity;
    bool has_names;
    uint32_t *wanted_tracks;
    size_t wanted_track_count, wanted_track_capacity;
    bool has_tracks;
    int64_t least_duration_ns;
    bool has_least_duration;
};

/* May read blocks, for the names of threads. */
VTC_NODISCARD vtc_status vtci_filter_init(struct vtci_filter *filter, struct vtci_memory *memory,
                                          const struct vtci_question *question, vtc_reader *reader,
                                          struct vtc_error *err);
void vtci_filter_free(struct vtci_filter *filter);

/* For conditions on arguments of spans: reads what the begins of pairs in earlier blocks have. */
VTC_NODISCARD vtc_status vtci_filter_load_carried(struct vtci_filter *filter, vtc_query *query,
                                                  vtc_reader *reader, struct vtc_error *err);

/* Whether the zone map shows that nothing of a block is left; of its spans, or of its events. */
bool vtci_filter_excludes(const struct vtci_filter *filter, uint64_t block, bool spans);

#endif
