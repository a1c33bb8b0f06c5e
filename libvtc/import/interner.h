/* From a string to its id in the dictionary of a column: one hash table for all columns.
 *
 * The dictionary is for strings that repeat. A column whose recent strings were mostly new is closed
 * for a while (what is not guessed stays plain, in its block); so are long strings, and to new ones
 * everything once the dictionaries together hold VTCI_DICTIONARY_BYTES. All of it is decided by what came
 * before in the document, so it is the same in every run.
 */
#ifndef VTCI_IMPORT_INTERNER_H
#define VTCI_IMPORT_INTERNER_H

#include <stdint.h>

#include "base/memory.h"
#include "column/schema.h"

/* Small, as nearly every look at one is a cache miss. That a slot is of another column, whose hash
 * happens to be the same, shows when the text is compared. */
struct vtci_intern_slot {
    uint32_t hash; /* of the column and the text */
    uint32_t id;   /* 0: free */
};

/* How worthwhile the dictionary of a column was of late. */
struct vtci_intern_column {
    uint32_t seen;  /* strings in this window */
    uint32_t added; /* new ones among them */
    uint32_t closed_for;
};

struct vtci_interner {
    struct vtci_memory *memory;
    struct vtci_schema *schema;
    struct vtci_intern_slot *slots;
    size_t slot_count; /* a power of two */
    size_t used_count;
    struct vtci_intern_column *columns;
    size_t column_capacity;
};

VTC_NODISCARD vtc_status vtci_interner_init(struct vtci_interner *interner,
                                            struct vtci_memory *memory, struct vtci_schema *schema);
void vtci_interner_free(struct vtci_interner *interner);

/* *out_id is the string's id, or 0 when it is to stay plain. */
VTC_NODISCARD vtc_status vtci_intern(struct vtci_interner *interner, uint32_t column,
                                     const uint8_t *text, size_t len_bytes, uint32_t *out_id);

/* Counts a string that was recognised without asking. */
static inline void vtci_interner_note(struct vtci_interner *interner, uint32_t column)
{
    if (column < interner->column_capacity)
        interner->columns[column].seen++;
}

#endif
