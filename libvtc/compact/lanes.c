/* See lanes.h. */
#include "compact/lanes.h"

#include "base/error.h"
#include "base/table_hash.h"

void vtci_merge_lanes_init(struct vtci_merge_lanes *lanes, struct vtci_memory *memory)
{
    memset(lanes, 0, sizeof *lanes);
    lanes->memory = memory;
    vtci_buffer_init(&lanes->texts, memory);
}

void vtci_merge_lanes_free(struct vtci_merge_lanes *lanes)
{
    VTCI_ARRAY_FREE(lanes->memory, lanes->lanes, lanes->capacity);
    vtci_release(lanes->memory, lanes->buckets, lanes->bucket_count * sizeof *lanes->buckets);
    vtci_buffer_free(&lanes->texts);
}

static struct vtci_span_text pid_of(const struct vtci_merge_lanes *lanes,
                                    const struct vtci_merge_lane *lane)
{
    struct vtci_span_text text = {lane->pid_bytes ? lanes->texts.data + lane->pid_pos : NULL,
                                  lane->pid_bytes};
    return text;
}

static struct vtci_span_text tid_of(const struct vtci_merge_lanes *lanes,
                                    const struct vtci_merge_lane *lane)
{
    struct vtci_span_text text = {lane->tid_bytes
                                      ? lanes->texts.data + lane->pid_pos + lane->pid_bytes
                                      : NULL,
                                  lane->tid_bytes};
    return text;
}

static uint64_t hash_of(bool is_metadata, struct vtci_span_text pid, struct vtci_span_text tid)
{
    uint64_t of_pid = vtci_table_hash_text(is_metadata, pid.data, pid.len_bytes);
    return vtci_table_hash_text(of_pid, tid.data, tid.len_bytes);
}

static bool same_text(struct vtci_span_text a, struct vtci_span_text b)
{
    return a.len_bytes == b.len_bytes &&
           (a.len_bytes == 0 || memcmp(a.data, b.data, a.len_bytes) == 0);
}

static void link_lane(struct vtci_merge_lanes *lanes, size_t index)
{
    struct vtci_merge_lane *lane = &lanes->lanes[index];
    uint64_t hash = hash_of(lane->is_metadata, pid_of(lanes, lane), tid_of(lanes, lane));
    uint32_t *bucket = &lanes->buckets[hash & (lanes->bucket_count - 1)];
    lane->next = *bucket;
    *bucket = (uint32_t)index + 1;
}

static vtc_status grow_buckets(struct vtci_merge_lanes *lanes)
{
    size_t count = lanes->bucket_count ? 2 * lanes->bucket_count : 64;
    uint32_t *buckets = vtci_allocate_zeroed(lanes->memory, count * sizeof *buckets);
    if (!buckets)
        return VTC_ERR_NO_MEMORY;
    vtci_release(lanes->memory, lanes->buckets, lanes->bucket_count * sizeof *lanes->buckets);
    lanes->buckets = buckets;
    lanes->bucket_count = count;
    for (size_t i = 0; i < lanes->count; i++)
        link_lane(lanes, i);
    return VTC_OK;
}

static vtc_status add(struct vtci_merge_lanes *lanes, bool is_metadata, struct vtci_span_text pid,
                      struct vtci_span_text tid, uint32_t *out_lane)
{
    if (lanes->count >= UINT32_MAX - 1)
        return VTC_ERR_NO_MEMORY;
    if (lanes->count == lanes->bucket_count)
        VTC_TRY(grow_buckets(lanes));
    VTC_TRY(VTCI_ARRAY_RESERVE(lanes->memory, lanes->lanes, lanes->capacity, lanes->count + 1));
    VTC_TRY(vtci_buffer_reserve(&lanes->texts, pid.len_bytes + tid.len_bytes));
    struct vtci_merge_lane *lane = &lanes->lanes[lanes->count];
    *lane = (struct vtci_merge_lane){lanes->texts.len_bytes, pid.len_bytes, tid.len_bytes, 0,
                                     is_metadata};
    VTC_TRY(vtci_buffer_append(&lanes->texts, pid.data, pid.len_bytes));
    VTC_TRY(vtci_buffer_append(&lanes->texts, tid.data, tid.len_bytes));
    *out_lane = (uint32_t)lanes->count++;
    link_lane(lanes, *out_lane);
    return VTC_OK;
}

vtc_status vtci_merge_lane_find(struct vtci_merge_lanes *lanes, bool is_metadata,
                                struct vtci_span_text pid, struct vtci_span_text tid,
                                uint32_t *out_lane)
{
    if (lanes->bucket_count) {
        uint64_t hash = hash_of(is_metadata, pid, tid);
        uint32_t at = lanes->buckets[hash & (lanes->bucket_count - 1)];
        for (; at; at = lanes->lanes[at - 1].next) {
            const struct vtci_merge_lane *lane = &lanes->lanes[at - 1];
            if (lane->is_metadata == is_metadata && same_text(pid_of(lanes, lane), pid) &&
                same_text(tid_of(lanes, lane), tid)) {
                *out_lane = at - 1;
                return VTC_OK;
            }
        }
    }
    return add(lanes, is_metadata, pid, tid, out_lane);
}

/* A decimal integer without needless zeros: what can be compared by value without being parsed. */
static bool is_integer(struct vtci_span_text text)
{
    bool negative = text.len_bytes && text.data[0] == '-';
    size_t digits = text.len_bytes - negative;
    if (digits == 0 || (digits > 1 && text.data[negative] == '0'))
        return false;
    for (size_t i = negative; i < text.len_bytes; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

static int compare_bytes(struct vtci_span_text a, struct vtci_span_text b)
{
    size_t common_bytes = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
    int order = common_bytes ? memcmp(a.data, b.data, common_bytes) : 0;
    return order ? order : a.len_bytes == b.len_bytes ? 0 : a.len_bytes < b.len_bytes ? -1 : 1;
}

static int compare_integers(struct vtci_span_text a, struct vtci_span_text b)
{
    bool negative = a.data[0] == '-';
    if (negative != (b.data[0] == '-'))
        return negative ? -1 : 1;
    int order = a.len_bytes < b.len_bytes   ? -1
                : a.len_bytes > b.len_bytes ? 1
                                            : compare_bytes(a, b);
    return negative ? -order : order;
}

static int compare_texts(struct vtci_span_text a, struct vtci_span_text b)
{
    int class_a = a.len_bytes == 0 ? 0 : is_integer(a) ? 1 : 2;
    int class_b = b.len_bytes == 0 ? 0 : is_integer(b) ? 1 : 2;
    if (class_a != class_b)
        return class_a - class_b;
    return class_a == 1 ? compare_integers(a, b) : compare_bytes(a, b);
}

int vtci_merge_lane_compare(const struct vtci_merge_lanes *lanes, uint32_t a, uint32_t b)
{
    const struct vtci_merge_lane *left = &lanes->lanes[a];
    const struct vtci_merge_lane *right = &lanes->lanes[b];
    if (left->is_metadata != right->is_metadata)
        return left->is_metadata ? -1 : 1;
    int order = compare_texts(pid_of(lanes, left), pid_of(lanes, right));
    return order ? order : compare_texts(tid_of(lanes, left), tid_of(lanes, right));
}

static void sift_down(const struct vtci_merge_lanes *lanes, uint32_t *order, size_t at,
                      size_t count)
{
    uint32_t moving = order[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && vtci_merge_lane_compare(lanes, order[child], order[child + 1]) < 0)
            child++;
        if (vtci_merge_lane_compare(lanes, moving, order[child]) >= 0)
            break;
        order[at] = order[child];
        at = child;
    }
    order[at] = moving;
}

/* A heap sort: no two lanes are equal, so that it need not be stable, and names that come from a file
 * cannot make it slow. */
void vtci_merge_lanes_sort(const struct vtci_merge_lanes *lanes, uint32_t *order, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(lanes, order, i, count);
    for (size_t last = count; last-- > 1;) {
        uint32_t greatest = order[0];
        order[0] = order[last];
        order[last] = greatest;
        sift_down(lanes, order, 0, last);
    }
}
