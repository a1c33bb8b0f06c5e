/* The grammar of JSON over a piece of text that no trie of row_parser.h reads: nodes that are kept as
 * raw text, and objects in which something is wrong.
 *
 * What JSON asks for is checked with the liberties of SPEC 7.7. A fault that leaves no doubt where
 * the object goes on (a word that is no value, a comma too many) is noted, and the walk goes on to
 * the bracket that closes it; where something else stands than could, the object has broken off.
 *
 *     {"a":tru,"b":[1,,2]}        {"a":tru,"b"{"ph":"X","ts":1}
 *          ^ fault       ^ end         ^ fault ^ end: broken
 *
 * Nothing recurses; an open bracket takes a bit, and the brace of an object an entry: of the objects
 * that are open where the text breaks off it is then known that they do, and how (document_resync.c).
 */
#ifndef VTCI_IMPORT_JSON_WALK_H
#define VTCI_IMPORT_JSON_WALK_H

#include <stdint.h>

#include "base/memory.h"

enum vtci_json_outcome {
    VTCI_JSON_ENDS,  /* the node is closed right before `pos` */
    VTCI_JSON_MORE,  /* the window ends first */
    VTCI_JSON_BROKEN /* at `pos` */
};

/* An object that is open. Places count from where the walk began. */
struct vtci_json_open {
    uint32_t start_pos;
    uint32_t fault_pos; /* the first fault within it; 0: none */
    uint8_t fault_cause;
};

struct vtci_json_walk {
    struct vtci_memory *memory;
    const uint8_t *start;
    struct vtci_json_open
        *opens; /* the outermost objects that are open, VTCI_OPEN_OBJECTS at most */
    size_t open_count, open_capacity;
    size_t faulted_count; /* of them, from the outermost: those that have a fault */
    size_t object_depth;
    uint64_t *lists; /* a bit for each open bracket: it is a list's */
    size_t capacity;
    size_t depth;
    unsigned expects; /* enum expects */
    const uint8_t *pos;
    const uint8_t *fault; /* the first; NULL: none */
    uint8_t fault_cause;  /* enum vtci_issue_cause */
};

void vtci_json_walk_init(struct vtci_json_walk *walk, struct vtci_memory *memory);
void vtci_json_walk_free(struct vtci_json_walk *walk);

/* Walks the object or list that begins at `pos`. Broken text has a fault too. */
VTC_NODISCARD vtc_status vtci_json_walk(struct vtci_json_walk *walk, const uint8_t *pos,
                                        const uint8_t *end, enum vtci_json_outcome *out_outcome);

#endif
