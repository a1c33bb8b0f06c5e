/* A call tree, merged: of the children of a node those of the same name are one.
 *
 * Spans come children first or parents first (nesting.h), so a node is made for each span, and takes
 * its place when its parent is known: there it is merged with the node of that name, if there is one.
 * Of two nodes the one with more below it stays (but for one that is pinned), and the children of the
 * other are moved to it one by one, so that a node is moved a number of times that grows with the
 * logarithm of the tree only.
 *
 * Children are found by (parent, name) in one hash table. Nothing recurses.
 */
#ifndef VTCI_QUERY_CALL_TREE_H
#define VTCI_QUERY_CALL_TREE_H

#include <stdint.h>

#include "base/memory.h"

#define VTCI_NO_NODE UINT32_MAX

struct vtci_call_node {
    uint64_t count;
    int64_t total_ns;    /* clamped */
    int64_t children_ns; /* of spans: what is taken off the total to get self time */
    uint32_t name;
    uint32_t parent;
    uint32_t first_child, next_sibling, previous_sibling;
    uint32_t below; /* nodes of its subtree, itself among them */
    uint32_t pins;  /* that it is known by its number */
};

struct vtci_call_tree {
    struct vtci_memory *memory;
    struct vtci_call_node *nodes;
    size_t count, capacity;
    uint32_t free_node; /* of those that were merged away, chained by next_sibling */
    uint32_t *slots;    /* node + 1 */
    size_t slot_count, used_slots;
    struct merge_pair {
        uint32_t from, into;
    } * pending;
    size_t pending_count, pending_capacity;
};

/* Node 0 is the root, above all. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_call_tree_init(struct vtci_call_tree *tree,
                                             struct vtci_memory *memory);
void vtci_call_tree_free(struct vtci_call_tree *tree);
/* A node without a place. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_call_tree_add(struct vtci_call_tree *tree, uint32_t name,
                                            uint64_t count, int64_t total_ns, uint32_t *out_node);
/* Puts a node below another; gives the one that it is now. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_call_tree_place(struct vtci_call_tree *tree, uint32_t node,
                                              uint32_t parent, uint32_t *out_node);

#endif
