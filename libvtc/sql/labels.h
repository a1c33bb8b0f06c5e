/* Names and other texts by number: unescaped once, kept as long as the trace.
 *
 * Two texts are equal when their numbers are. A string of the file's dictionaries is looked up once;
 * from then on its number is a load from an array. What is in no dictionary is looked up by its text.
 */
#ifndef VTCI_SQL_LABELS_H
#define VTCI_SQL_LABELS_H

#include "base/buffer.h"
#include "vtc/block.h"

/* 0: absent. */
typedef uint32_t vtci_label;
#define VTCI_LABEL_UNKNOWN UINT32_MAX

/* The numbers of a dictionary's strings; UNKNOWN: not looked up yet. */
struct vtci_label_memo {
    vtci_label *labels;
    size_t capacity;
};

struct vtci_labels {
    struct vtci_memory *memory;
    struct vtc_text *texts; /* by label; [0] is absent */
    uint8_t *is_owned;
    size_t count, capacity, owned_capacity;
    vtci_label *slots; /* open addressing, a power of two; 0: free */
    size_t slot_count;
    struct vtci_label_memo *memos; /* by the upper half of a vtc_string */
    size_t memo_capacity;
    struct vtci_buffer scratch;
};

VTC_NODISCARD vtc_status vtci_labels_init(struct vtci_labels *labels, struct vtci_memory *memory);
void vtci_labels_free(struct vtci_labels *labels);

/* The number of a text that has its escapes still, or none. `is_lasting`: it lasts as long as the
 * trace, and need not be copied. */
VTC_NODISCARD vtc_status vtci_labels_add(struct vtci_labels *labels, const char *data,
                                         size_t len_bytes, bool is_escaped, bool is_lasting,
                                         vtci_label *out_label);
/* The number of a string of a block or of the file. */
VTC_NODISCARD vtc_status vtci_labels_of_string(struct vtci_labels *labels, const vtc_block *block,
                                               vtc_string string, vtci_label *out_label);

/* The same for a string whose text is at hand. */
VTC_NODISCARD vtc_status vtci_labels_of_text(struct vtci_labels *labels, vtc_string string,
                                             struct vtc_text text, vtci_label *out_label);

/* The same for a string of a dictionary that was looked up; UNKNOWN else. */
static inline vtci_label vtci_labels_known(const struct vtci_labels *labels, vtc_string string)
{
    uint64_t column = string >> 32, id = string & UINT32_MAX;
    if (string == VTC_NO_STRING)
        return 0;
    if (column >= labels->memo_capacity || id >= labels->memos[column].capacity)
        return VTCI_LABEL_UNKNOWN;
    return labels->memos[column].labels[id];
}

static inline struct vtc_text vtci_label_text(const struct vtci_labels *labels, vtci_label label)
{
    return labels->texts[label];
}

#endif
