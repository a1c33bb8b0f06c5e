/* How threads are called in an answer: by the names that the trace's metadata gives, and by their
 * numbers.
 *
 * For people a thread is `main`; `main (12/34)`, with pid and tid, where another thread of the list
 * has the same name; `12/34` without a name, `12` or `34` where one of the two is absent.
 */
#ifndef VTCI_QUERY_THREAD_LIST_H
#define VTCI_QUERY_THREAD_LIST_H

#include <stdbool.h>

#include "query/answer_rows.h"
#include "vtc/reader.h"

struct vtci_thread {
    uint32_t track;
    struct vtc_text pid; /* JSON, as in the trace; absent: none */
    struct vtc_text tid;
    struct vtc_text process; /* what it says, decoded; absent: not named */
    struct vtc_text name;
    struct vtc_text label; /* for people, as above */
};

struct vtci_thread_list {
    struct vtci_memory *memory;
    struct vtci_thread *threads; /* ascending by track */
    size_t count;
    size_t capacity;
    struct vtci_text_store texts;
};

void vtci_thread_list_init(struct vtci_thread_list *list, struct vtci_memory *memory);
void vtci_thread_list_free(struct vtci_thread_list *list);
/* Looks up what `tracks`, which may repeat or be none, are called. May read blocks. NO_MEMORY, or as
 * vtc_reader_track_names. */
VTC_NODISCARD vtc_status vtci_thread_list_load(struct vtci_thread_list *list, vtc_reader *reader,
                                               const uint32_t *tracks, size_t track_count,
                                               struct vtc_error *err);
/* One without anything for a track that is not in the list, such as VTC_NO_TRACK. */
const struct vtci_thread *vtci_thread_list_find(const struct vtci_thread_list *list,
                                                uint32_t track);

/* Columns of a thread in an answer, and their values. */
#define VTCI_THREAD_COLUMNS_LABEL                 \
    {"thread", VTC_UNIT_NONE, VTC_FOR_PEOPLE},    \
    {                                             \
        "thread", VTC_UNIT_NONE, VTC_FOR_PROGRAMS \
    }
#define VTCI_THREAD_COLUMNS_NUMBERS                                                     \
    {"pid", VTC_UNIT_NONE, VTC_FOR_PROGRAMS}, {"tid", VTC_UNIT_NONE, VTC_FOR_PROGRAMS}, \
    {                                                                                   \
        "process", VTC_UNIT_NONE, VTC_FOR_PROGRAMS                                      \
    }
void vtci_thread_put_label(struct vtci_answer_rows *rows, const struct vtci_thread *thread);
void vtci_thread_put_numbers(struct vtci_answer_rows *rows, const struct vtci_thread *thread);

#endif
