/* The first rows in an order by time or duration: a heap of as many as are wanted.
 *
 * Blocks come in the order of what their zone maps promise, and end where none can have a row that is
 * before the last of the heap. The columns behind the first are only looked at where those before
 * them are equal, so most rows cost one comparison.
 */
#include <stdlib.h>

#include "base/error.h"
#include "sql/slice.h"

/* A block and the best first key that it may have, turned so that less is better. */
struct promise {
    uint64_t block;
    int64_t key;
};

static int compare_promises(const void *a, const void *b)
{
    const struct promise *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->block < right->block ? -1 : left->block > right->block;
}

/* Keys are turned round for a descending order; INT64_MIN then stays the least. */
static int64_t turned(const struct vtci_slice_top *top, size_t i, int64_t key)
{
    return !top->is_descending[i] ? key : key == INT64_MIN ? INT64_MAX : -key;
}

static vtc_status key_of(const struct vtci_slice_top *top, const struct vtci_slice_ref *at,
                         size_t i, int64_t *out_key)
{
    struct vtci_sql_trace *trace = top->trace;
    vtci_label label;
    switch (top->columns[i]) {
    case VTCI_SLICE_TS:
        *out_key = at->block->events->time_ns[at->block->slice_event[at->index]];
        break;
    case VTCI_SLICE_DUR: *out_key = vtci_slice_dur(trace, at); break;
    case VTCI_SLICE_DEPTH: *out_key = trace->model->depth[vtci_slice_number(trace, at)]; break;
    case VTCI_SLICE_TRACK_ID: *out_key = vtci_slice_track(trace, at); break;
    case VTCI_SLICE_NAME:
        VTC_TRY(vtci_slice_name(trace, at, &label));
        *out_key = label; /* compared by its text, and turned then */
        return VTC_OK;
    default: *out_key = vtci_slice_number(trace, at); break;
    }
    *out_key = turned(top, i, *out_key);
    return VTC_OK;
}

static int compare_names(const struct vtci_slice_top *top, size_t i, int64_t a, int64_t b)
{
    struct vtc_text left = vtci_label_text(&top->trace->labels, (vtci_label)a);
    struct vtc_text right = vtci_label_text(&top->trace->labels, (vtci_label)b);
    size_t common = left.len_bytes < right.len_bytes ? left.len_bytes : right.len_bytes;
    int order = common ? memcmp(left.data, right.data, common) : 0;
    if (order == 0)
        order = left.len_bytes < right.len_bytes ? -1 : left.len_bytes > right.len_bytes;
    if (order == 0) /* absent is before empty */
        order = (left.data != NULL) - (right.data != NULL);
    return top->is_descending[i] ? -order : order;
}

/* Below 0: `a` comes first. Rows that are equal in all keys come as in the trace. */
static int compare_rows(const struct vtci_slice_top *top, const struct vtci_slice_top_row *a,
                        const struct vtci_slice_top_row *b)
{
    for (size_t i = 0; i < top->column_count; i++) {
        if (a->keys[i] == b->keys[i])
            continue;
        if (top->columns[i] == VTCI_SLICE_NAME)
            return compare_names(top, i, a->keys[i], b->keys[i]);
        return a->keys[i] < b->keys[i] ? -1 : 1;
    }
    return a->slice < b->slice ? -1 : a->slice > b->slice;
}

static void sift_down(struct vtci_slice_top *top, size_t at, size_t count)
{
    struct vtci_slice_top_row row = top->rows[at];
    size_t child;
    while ((child = 2 * at + 1) < count) {
        if (child + 1 < count && compare_rows(top, &top->rows[child], &top->rows[child + 1]) < 0)
            child++;
        if (compare_rows(top, &top->rows[child], &row) <= 0)
            break;
        top->rows[at] = top->rows[child];
        at = child;
    }
    top->rows[at] = row;
}

static void sift_up(struct vtci_slice_top *top, size_t at)
{
    struct vtci_slice_top_row row = top->rows[at];
    for (; at > 0 && compare_rows(top, &row, &top->rows[(at - 1) / 2]) > 0; at = (at - 1) / 2)
        top->rows[at] = top->rows[(at - 1) / 2];
    top->rows[at] = row;
}

static vtc_status offer(void *context, const struct vtci_slice_ref *at)
{
    struct vtci_slice_top *top = context;
    struct vtci_slice_top_row row = {.slice = vtci_slice_number(top->trace, at)};
    bool is_full = top->count == top->wanted;
    VTC_TRY(key_of(top, at, 0, &row.keys[0]));
    if (is_full && row.keys[0] > top->rows[0].keys[0])
        return VTC_OK;
    for (size_t i = 1; i < top->column_count; i++)
        VTC_TRY(key_of(top, at, i, &row.keys[i]));
    if (!is_full) {
        top->rows[top->count] = row;
        sift_up(top, top->count++);
    } else if (compare_rows(top, &row, &top->rows[0]) < 0) {
        top->rows[0] = row;
        sift_down(top, 0, top->count);
    }
    return VTC_OK;
}

static int64_t best_key(const struct vtci_slice_top *top, uint64_t block)
{
    const vtc_reader *reader = top->trace->reader;
    struct vtc_zone zone;
    if (vtc_reader_zone(reader, block, &zone) != VTC_OK)
        return INT64_MIN;
    if (top->columns[0] == VTCI_SLICE_TS)
        return turned(top, 0, top->is_descending[0] ? zone.last_ns : zone.first_ns);
    /* How long begins are is known where they end. */
    if (!top->is_descending[0] || vtc_reader_zone_phase(reader, block, 'B') ||
        vtc_reader_zone_phase(reader, block, 'b') || zone.longest_ns > INT64_MAX)
        return INT64_MIN;
    return turned(top, 0, (int64_t)zone.longest_ns);
}

static vtc_status visit_all(struct vtci_slice_top *top, struct vtci_slice_filter *filter,
                            struct promise *promises)
{
    size_t count = 0;
    for (uint64_t block = 0; block < top->trace->summary.blocks; block++)
        if (vtci_slice_filter_block(filter, top->trace, block))
            promises[count++] = (struct promise){block, best_key(top, block)};
    qsort(promises, count, sizeof *promises, compare_promises);
    for (size_t i = 0; i < count; i++) {
        if (top->count == top->wanted && promises[i].key > top->rows[0].keys[0])
            break;
        VTC_TRY(
            vtci_slice_visit_block(top->trace, filter, promises[i].block, top->fields, offer, top));
    }
    return VTC_OK;
}

vtc_status vtci_slice_top_find(struct vtci_slice_top *top, struct vtci_slice_filter *filter)
{
    struct vtci_memory *memory = &top->trace->memory;
    size_t blocks = (size_t)top->trace->summary.blocks + 1;
    struct promise *promises = vtci_allocate(memory, blocks * sizeof *promises);
    if (!promises)
        return vtci_sql_fail(top->trace, VTC_ERR_NO_MEMORY);
    vtc_status status = visit_all(top, filter, promises);
    vtci_release(memory, promises, blocks * sizeof *promises);
    for (size_t left = top->count; status == VTC_OK && left > 1; left--) {
        struct vtci_slice_top_row last = top->rows[0];
        top->rows[0] = top->rows[left - 1];
        top->rows[left - 1] = last;
        sift_down(top, 0, left - 1);
    }
    return status;
}
