#include "query/call_tree.h"

#include <string.h>

#include "base/error.h"
#include "base/table_hash.h"

enum { SLOTS_FIRST = 256, GONE = UINT32_MAX };

vtc_status vtci_call_tree_init(struct vtci_call_tree *tree, struct vtci_memory *memory)
{
    uint32_t root;
    memset(tree, 0, sizeof *tree);
    tree->memory = memory;
    tree->free_node = VTCI_NO_NODE;
    return vtci_call_tree_add(tree, 0, 0, 0, &root);
}

void vtci_call_tree_free(struct vtci_call_tree *tree)
{
    VTCI_ARRAY_FREE(tree->memory, tree->nodes, tree->capacity);
    VTCI_ARRAY_FREE(tree->memory, tree->slots, tree->slot_count);
    VTCI_ARRAY_FREE(tree->memory, tree->pending, tree->pending_capacity);
}

vtc_status vtci_call_tree_add(struct vtci_call_tree *tree, uint32_t name, uint64_t count,
                              int64_t total_ns, uint32_t *out_node)
{
    uint32_t node = tree->free_node;
    if (node == VTCI_NO_NODE) {
        if (tree->count >= UINT32_MAX - 1)
            return VTC_ERR_NO_MEMORY;
        VTC_TRY(VTCI_ARRAY_RESERVE(tree->memory, tree->nodes, tree->capacity, tree->count + 1));
        node = (uint32_t)tree->count++;
    } else {
        tree->free_node = tree->nodes[node].next_sibling;
    }
    tree->nodes[node] = (struct vtci_call_node){.count = count,
                                                .total_ns = total_ns,
                                                .name = name,
                                                .parent = VTCI_NO_NODE,
                                                .first_child = VTCI_NO_NODE,
                                                .next_sibling = VTCI_NO_NODE,
                                                .previous_sibling = VTCI_NO_NODE,
                                                .below = 1};
    *out_node = node;
    return VTC_OK;
}

static int64_t sum(int64_t a, int64_t b)
{
    int64_t result;
    if (__builtin_add_overflow(a, b, &result))
        return a < 0 ? -INT64_MAX : INT64_MAX;
    return result;
}

/* --- children by name ------------------------------------------------------------------------ */

static size_t hash(const struct vtci_call_tree *tree, uint32_t parent, uint32_t name)
{
    return (size_t)vtci_table_hash(vtci_table_key(), (uint64_t)parent << 32 | name) &
           (tree->slot_count - 1);
}

/* The slot of a child, or the free one where it would be. Slots of what is gone count as taken. */
static size_t find_slot(const struct vtci_call_tree *tree, uint32_t parent, uint32_t name)
{
    size_t at = hash(tree, parent, name);
    for (; tree->slots[at]; at = (at + 1) & (tree->slot_count - 1)) {
        if (tree->slots[at] == GONE)
            continue;
        const struct vtci_call_node *node = &tree->nodes[tree->slots[at] - 1];
        if (node->parent == parent && node->name == name)
            break;
    }
    return at;
}

/* Makes the table anew, without what is gone: larger where it is half full. */
static vtc_status rebuild(struct vtci_call_tree *tree)
{
    size_t used = 0, before_count = tree->slot_count, slot_count = SLOTS_FIRST;
    for (size_t i = 0; i < tree->slot_count; i++)
        used += tree->slots[i] != 0 && tree->slots[i] != GONE;
    while (slot_count < 4 * (used + 1))
        slot_count *= 2;
    uint32_t *before = tree->slots;
    uint32_t *slots = vtci_allocate_zeroed(tree->memory, slot_count * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    tree->slots = slots;
    tree->slot_count = slot_count;
    tree->used_slots = used;
    for (size_t i = 0; i < before_count; i++) {
        if (before[i] == 0 || before[i] == GONE)
            continue;
        const struct vtci_call_node *node = &tree->nodes[before[i] - 1];
        tree->slots[find_slot(tree, node->parent, node->name)] = before[i];
    }
    vtci_release(tree->memory, before, before_count * sizeof *before);
    return VTC_OK;
}

static void forget(struct vtci_call_tree *tree, uint32_t node)
{
    const struct vtci_call_node *of = &tree->nodes[node];
    size_t slot = find_slot(tree, of->parent, of->name);
    if (tree->slots[slot] == node + 1)
        tree->slots[slot] = GONE;
}

/* --- moving and merging ---------------------------------------------------------------------- */

static void link_child(struct vtci_call_tree *tree, uint32_t node, uint32_t parent)
{
    struct vtci_call_node *of = &tree->nodes[node], *above = &tree->nodes[parent];
    of->parent = parent;
    of->previous_sibling = VTCI_NO_NODE;
    of->next_sibling = above->first_child;
    if (above->first_child != VTCI_NO_NODE)
        tree->nodes[above->first_child].previous_sibling = node;
    above->first_child = node;
}

static void unlink_child(struct vtci_call_tree *tree, uint32_t node)
{
    const struct vtci_call_node *of = &tree->nodes[node];
    if (of->previous_sibling != VTCI_NO_NODE)
        tree->nodes[of->previous_sibling].next_sibling = of->next_sibling;
    else
        tree->nodes[of->parent].first_child = of->next_sibling;
    if (of->next_sibling != VTCI_NO_NODE)
        tree->nodes[of->next_sibling].previous_sibling = of->previous_sibling;
}

/* Below the parent there is none of this name. */
static vtc_status put_child(struct vtci_call_tree *tree, uint32_t node, uint32_t parent)
{
    if (2 * (tree->used_slots + 1) > tree->slot_count)
        VTC_TRY(rebuild(tree));
    link_child(tree, node, parent);
    tree->slots[find_slot(tree, parent, tree->nodes[node].name)] = node + 1;
    tree->used_slots++;
    return VTC_OK;
}

static vtc_status push_pair(struct vtci_call_tree *tree, uint32_t from, uint32_t into)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(tree->memory, tree->pending, tree->pending_capacity,
                               tree->pending_count + 1));
    tree->pending[tree->pending_count++] = (struct merge_pair){from, into};
    return VTC_OK;
}

/* Moves what is in a node, but for its children, and gives the node back. */
static void absorb(struct vtci_call_tree *tree, uint32_t from, uint32_t into)
{
    struct vtci_call_node *source = &tree->nodes[from], *target = &tree->nodes[into];
    target->count += source->count;
    target->total_ns = sum(target->total_ns, source->total_ns);
    target->children_ns = sum(target->children_ns, source->children_ns);
    source->next_sibling = tree->free_node;
    tree->free_node = from;
}

/* Children that both have are pairs for later; the others are moved. */
static vtc_status merge(struct vtci_call_tree *tree, uint32_t from, uint32_t into)
{
    VTC_TRY(push_pair(tree, from, into));
    while (tree->pending_count > 0) {
        struct merge_pair pair = tree->pending[--tree->pending_count];
        uint32_t child = tree->nodes[pair.from].first_child;
        while (child != VTCI_NO_NODE) {
            uint32_t next = tree->nodes[child].next_sibling;
            forget(tree, child);
            size_t slot =
                tree->slot_count ? find_slot(tree, pair.into, tree->nodes[child].name) : 0;
            if (tree->slot_count && tree->slots[slot])
                VTC_TRY(push_pair(tree, child, tree->slots[slot] - 1));
            else
                VTC_TRY(put_child(tree, child, pair.into));
            child = next;
        }
        absorb(tree, pair.from, pair.into);
    }
    return VTC_OK;
}

vtc_status vtci_call_tree_place(struct vtci_call_tree *tree, uint32_t node, uint32_t parent,
                                uint32_t *out_node)
{
    struct vtci_call_node *of = &tree->nodes[node];
    uint32_t below = of->below;
    size_t slot = tree->slot_count ? find_slot(tree, parent, of->name) : 0;
    uint32_t there = tree->slot_count && tree->slots[slot] ? tree->slots[slot] - 1 : VTCI_NO_NODE;
    tree->nodes[parent].below = tree->nodes[parent].below > UINT32_MAX - below
                                    ? UINT32_MAX
                                    : tree->nodes[parent].below + below;
    if (there == VTCI_NO_NODE) {
        *out_node = node;
        return put_child(tree, node, parent);
    }
    if (tree->nodes[there].below >= below || tree->nodes[there].pins > 0) {
        *out_node = there;
        tree->nodes[there].below += tree->nodes[there].below > UINT32_MAX - below ? 0 : below;
        return merge(tree, node, there);
    }
    /* The larger one takes the place of the other. */
    forget(tree, there);
    unlink_child(tree, there);
    tree->nodes[node].below +=
        below > UINT32_MAX - tree->nodes[there].below ? 0 : tree->nodes[there].below;
    VTC_TRY(put_child(tree, node, parent));
    *out_node = node;
    return merge(tree, there, node);
}
