/* `tree`: the call tree of all threads, or of some, merged by name.
 *
 * Conditions say which spans it is made of: those that are left out are not there, and what lies in
 * them is below what encloses them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/call_tree.h"
#include "query/name_table.h"
#include "query/span_walk.h"
#include "query/totals.h"

struct tree_work {
    struct vtci_memory *memory;
    struct vtci_name_table names;
    struct vtci_call_tree tree;
};

static const struct vtc_query_column COLUMNS[] = {
    {"depth", VTC_UNIT_DEPTH, VTC_FOR_ALL},       {"name", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"total_ns", VTC_UNIT_DURATION, VTC_FOR_ALL}, {"self_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},        {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};

void vtci_tree_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static void free_all(struct tree_work *own)
{
    vtci_name_table_free(&own->names);
    vtci_call_tree_free(&own->tree);
    memset(&own->tree, 0, sizeof own->tree);
}

static vtc_status begin(void *context)
{
    struct tree_work *own = context;
    free_all(own);
    VTC_TRY(vtci_name_table_init(&own->names, own->memory));
    return vtci_call_tree_init(&own->tree, own->memory);
}

/* A tag is a name, and above it, once there is one, the number of a node + 1. */
static vtc_status meet(void *context, const struct vtci_batch *batch, size_t at, bool selected,
                       uint64_t *out_tag)
{
    struct tree_work *own = context;
    uint32_t group = 0;
    (void)selected;
    VTC_TRY(vtci_name_table_group(&own->names, batch->block, batch->name[at], &group));
    *out_tag = group;
    return VTC_OK;
}

static bool has_node(const struct vtci_nested *span)
{
    return span->tag >> 32 != 0;
}

static uint32_t node_of(const struct vtci_nested *span)
{
    return (uint32_t)(span->tag >> 32) - 1;
}

static void set_node(struct vtci_nested *span, uint32_t node)
{
    span->tag = ((uint64_t)node + 1) << 32 | (uint32_t)span->tag;
}

static vtc_status make_node(struct tree_work *own, struct vtci_nested *span)
{
    int64_t length_ns;
    uint32_t node = 0;
    if (__builtin_sub_overflow(span->end_ns, span->start_ns, &length_ns))
        length_ns = INT64_MAX;
    VTC_TRY(vtci_call_tree_add(&own->tree, (uint32_t)span->tag, 1, length_ns, &node));
    set_node(span, node);
    return VTC_OK;
}

/* A span that is placed before it is complete keeps the number of its node until then. */
static vtc_status placed(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track)
{
    struct tree_work *own = context;
    bool is_open = !has_node(span);
    uint32_t node = 0;
    (void)track;
    if (is_open)
        VTC_TRY(make_node(own, span));
    VTC_TRY(vtci_call_tree_place(&own->tree, node_of(span), parent ? node_of(parent) : 0, &node));
    set_node(span, node);
    own->tree.nodes[node].pins += is_open;
    return VTC_OK;
}

static vtc_status completed(void *context, struct vtci_nested *span, uint32_t track)
{
    struct tree_work *own = context;
    (void)track;
    bool was_open = has_node(span);
    if (!was_open)
        VTC_TRY(make_node(own, span));
    struct vtci_call_node *node = &own->tree.nodes[node_of(span)];
    node->pins -= was_open;
    if (__builtin_add_overflow(node->children_ns, span->children_ns, &node->children_ns))
        node->children_ns = INT64_MAX;
    return VTC_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

struct tree_row {
    uint32_t node;
    uint32_t depth;
    int64_t total_ns;
    struct vtc_text name;
};

struct row_stack {
    struct tree_row *rows;
    size_t count, capacity;
};

/* The one to be shown first comes last. */
static int compare_rows(const void *a, const void *b)
{
    const struct tree_row *left = a, *right = b;
    if (left->total_ns != right->total_ns)
        return left->total_ns < right->total_ns ? -1 : 1;
    return -vtci_text_compare(left->name, right->name);
}

static vtc_status push_children(const struct tree_work *own, struct row_stack *stack, uint32_t node,
                                uint32_t depth)
{
    size_t first = stack->count;
    for (uint32_t child = own->tree.nodes[node].first_child; child != VTCI_NO_NODE;
         child = own->tree.nodes[child].next_sibling) {
        const struct vtci_call_node *of = &own->tree.nodes[child];
        VTC_TRY(VTCI_ARRAY_RESERVE(own->memory, stack->rows, stack->capacity, stack->count + 1));
        stack->rows[stack->count++] =
            (struct tree_row){child, depth, of->total_ns, own->names.names[of->name]};
    }
    if (stack->count > first)
        qsort(stack->rows + first, stack->count - first, sizeof *stack->rows, compare_rows);
    return VTC_OK;
}

static double whole_ns(const struct tree_work *own)
{
    double whole = 0;
    for (uint32_t child = own->tree.nodes[0].first_child; child != VTCI_NO_NODE;
         child = own->tree.nodes[child].next_sibling)
        whole += (double)own->tree.nodes[child].total_ns;
    return whole;
}

static void put_row(struct vtci_answer_rows *answer, const struct tree_work *own,
                    const struct tree_row *row, double whole)
{
    const struct vtci_call_node *node = &own->tree.nodes[row->node];
    vtci_answer_rows_begin(answer);
    vtci_answer_rows_integer(answer, row->depth);
    vtci_answer_rows_text(answer, row->name);
    vtci_answer_rows_integer(answer, node->total_ns);
    vtci_answer_rows_integer(answer, vtci_clamp((vtci_wide)node->total_ns - node->children_ns));
    vtci_answer_rows_unsigned(answer, node->count);
    vtci_answer_rows_real(answer, whole > 0 ? (double)node->total_ns / whole : 0);
}

/* From the top down, what takes most first; no more than a limit will leave. */
static vtc_status put_rows(struct vtci_verbs *verbs, const struct tree_work *own)
{
    const struct vtci_question *question = &verbs->question;
    struct row_stack stack = {NULL, 0, 0};
    double whole = whole_ns(own);
    vtc_status status = push_children(own, &stack, 0, 0);
    while (status == VTC_OK && stack.count > 0 && verbs->rows.status == VTC_OK) {
        struct tree_row row = stack.rows[--stack.count];
        put_row(&verbs->rows, own, &row, whole);
        if (question->limit > 0 && question->order.len_bytes == 0 &&
            vtci_answer_rows_count(&verbs->rows) > question->limit)
            break;
        status = push_children(own, &stack, row.node, row.depth + 1);
    }
    VTCI_ARRAY_FREE(own->memory, stack.rows, stack.capacity);
    return status;
}

vtc_status vtci_tree_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                         struct vtc_error *err)
{
    struct tree_work own = {.memory = &verbs->query.memory};
    struct vtci_span_walk walk = {
        .context = &own,
        .begin = begin,
        .meet = meet,
        .placed = placed,
        .completed = completed,
        .only_selected = true,
        .fields = VTC_FIELD_NAME,
    };
    vtc_status status = vtci_span_walk_run(verbs, filter, &walk, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own);
    free_all(&own);
    return status;
}
