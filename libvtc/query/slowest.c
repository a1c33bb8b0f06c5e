/* The N longest spans of a file, from as few blocks as can be.
 *
 * Every zone map says how long the longest span is that ends in its block. Blocks are visited in
 * descending order of that, while a heap keeps the N best spans so far with the worst on top:
 *
 *     longest   3.5 s   2.9 s   2.9 s | 1.1 s   0.4 s ...      heap full, worst 1.3 s: done
 *     visited     1       2       3   |
 *
 * A block whose longest is *equal* to the worst is visited still: its span may start earlier, and
 * ties go by start, then by the order of the trace. So the answer is a function of the trace alone.
 *
 * Strings of the file's dictionaries outlive a block; those that only the block has are copied when
 * the block is left, for the spans that are in the heap by then.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "vtc/block.h"
#include "vtc/query.h"

#define VTCI_SLOWEST_MEMORY_BYTES ((size_t)512 << 20)

struct slowest_span {
    vtc_string name;
    vtc_string category;
    char *copy; /* owned: name, then category, where the block alone has them */
    size_t copy_bytes;
};

struct block_rank {
    uint64_t longest_ns;
    uint64_t block;
};

struct vtc_slowest {
    struct vtci_memory memory;
    const vtc_reader *reader;
    uint64_t wanted;
    uint64_t blocks_read;
    size_t count;
    struct vtc_span *spans; /* a heap until all is found; then in order */
    size_t spans_capacity;
    struct slowest_span *owners; /* entry i belongs to spans[i] */
    size_t owners_capacity;
};

/* Below 0: `a` stands before `b` in the answer. Never 0 for two spans of a file. */
static int compare_spans(const struct vtc_span *a, const struct vtc_span *b)
{
    if (a->duration_ns != b->duration_ns)
        return a->duration_ns > b->duration_ns ? -1 : 1;
    if (a->start_ns != b->start_ns)
        return a->start_ns < b->start_ns ? -1 : 1;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static void swap_spans(vtc_slowest *slowest, size_t i, size_t j)
{
    struct vtc_span span = slowest->spans[i];
    struct slowest_span owner = slowest->owners[i];
    slowest->spans[i] = slowest->spans[j];
    slowest->owners[i] = slowest->owners[j];
    slowest->spans[j] = span;
    slowest->owners[j] = owner;
}

/* The worst of the first `count` is at 0. */
static void sift_down(vtc_slowest *slowest, size_t i, size_t count)
{
    for (;;) {
        size_t worst = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++)
            if (compare_spans(&slowest->spans[child], &slowest->spans[worst]) > 0)
                worst = child;
        if (worst == i)
            return;
        swap_spans(slowest, i, worst);
        i = worst;
    }
}

static void sift_up(vtc_slowest *slowest, size_t i)
{
    while (i > 0 && compare_spans(&slowest->spans[i], &slowest->spans[(i - 1) / 2]) > 0) {
        swap_spans(slowest, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void release_owner(vtc_slowest *slowest, struct slowest_span *owner)
{
    vtci_release(&slowest->memory, owner->copy, owner->copy_bytes);
    owner->copy = NULL;
    owner->copy_bytes = 0;
}

static vtc_status keep_span(vtc_slowest *slowest, const struct vtc_span *span,
                            const struct slowest_span *owner)
{
    if (slowest->count < slowest->wanted) {
        VTC_TRY(VTCI_ARRAY_RESERVE(&slowest->memory, slowest->spans, slowest->spans_capacity,
                                   slowest->count + 1));
        VTC_TRY(VTCI_ARRAY_RESERVE(&slowest->memory, slowest->owners, slowest->owners_capacity,
                                   slowest->count + 1));
        slowest->spans[slowest->count] = *span;
        slowest->owners[slowest->count] = *owner;
        sift_up(slowest, slowest->count++);
        return VTC_OK;
    }
    if (compare_spans(span, &slowest->spans[0]) > 0)
        return VTC_OK;
    release_owner(slowest, &slowest->owners[0]);
    slowest->spans[0] = *span;
    slowest->owners[0] = *owner;
    sift_down(slowest, 0, slowest->count);
    return VTC_OK;
}

static vtc_status visit_spans(vtc_slowest *slowest, uint64_t block, const struct vtc_spans *spans)
{
    for (size_t i = 0; i < spans->count; i++) {
        /* The common case first: most spans are shorter than all that are kept. */
        if (slowest->count == slowest->wanted &&
            spans->duration_ns[i] < slowest->spans[0].duration_ns)
            continue;
        struct vtc_span span = {
            .start_ns = spans->start_ns[i],
            .duration_ns = spans->duration_ns[i],
            .track = spans->track[i],
            .row = spans->row[i],
            .block = block,
            .phase = spans->phase[i],
        };
        struct slowest_span owner = {spans->name[i], spans->category[i], NULL, 0};
        VTC_TRY(keep_span(slowest, &span, &owner));
    }
    return VTC_OK;
}

/* A text that outlives the block; `*copy_end` is moved past what is copied. */
static struct vtc_text lasting_text(const vtc_slowest *slowest, const vtc_block *block,
                                    vtc_string string, char **copy_end)
{
    if (string < VTC_STRING_LOCAL)
        return vtc_reader_string(slowest->reader, string);
    struct vtc_text text = vtc_block_string(block, string);
    if (text.len_bytes > 0)
        memcpy(*copy_end, text.data, text.len_bytes);
    text.data = *copy_end;
    *copy_end += text.len_bytes;
    return text;
}

static size_t local_bytes(const vtc_block *block, vtc_string string)
{
    return string < VTC_STRING_LOCAL ? 0 : vtc_block_string(block, string).len_bytes;
}

/* Before the block is closed: gives the spans that came from it their texts. */
static vtc_status settle_texts(vtc_slowest *slowest, const vtc_block *block, uint64_t index)
{
    for (size_t i = 0; i < slowest->count; i++) {
        struct vtc_span *span = &slowest->spans[i];
        struct slowest_span *owner = &slowest->owners[i];
        if (span->block != index)
            continue;
        if (owner->name >= VTC_STRING_LOCAL || owner->category >= VTC_STRING_LOCAL) {
            /* One byte more, so that an empty string has a place too. */
            owner->copy_bytes =
                local_bytes(block, owner->name) + local_bytes(block, owner->category) + 1;
            owner->copy = vtci_allocate(&slowest->memory, owner->copy_bytes);
            if (!owner->copy)
                return VTC_ERR_NO_MEMORY;
        }
        char *end = owner->copy;
        span->name = lasting_text(slowest, block, owner->name, &end);
        span->category = lasting_text(slowest, block, owner->category, &end);
    }
    return VTC_OK;
}

static vtc_status visit_block(vtc_slowest *slowest, uint64_t index, struct vtc_error *err)
{
    vtc_block *block = NULL;
    const struct vtc_spans *spans = NULL;
    VTC_TRY(vtc_block_open(slowest->reader, index, VTC_FIELD_SPANS, &block, err));
    slowest->blocks_read++;
    vtc_status status = vtc_block_spans(block, &spans, err);
    if (status == VTC_OK) {
        status = visit_spans(slowest, index, spans);
        if (status == VTC_OK)
            status = settle_texts(slowest, block, index);
        if (status == VTC_ERR_NO_MEMORY)
            vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                           "%llu spans do not fit into the memory limit",
                           (unsigned long long)slowest->wanted);
    }
    vtc_block_close(block);
    return status;
}

static int compare_ranks(const void *a, const void *b)
{
    const struct block_rank *left = a, *right = b;
    if (left->longest_ns != right->longest_ns)
        return left->longest_ns > right->longest_ns ? -1 : 1;
    return left->block < right->block ? -1 : left->block > right->block;
}

/* The blocks that have spans, those with the longest first. */
static vtc_status rank_blocks(const vtc_slowest *slowest, uint64_t blocks, struct block_rank *ranks,
                              size_t *out_count)
{
    size_t count = 0;
    for (uint64_t block = 0; block < blocks; block++) {
        struct vtc_zone zone;
        VTC_TRY(vtc_reader_zone(slowest->reader, block, &zone));
        if (zone.spans > 0) {
            ranks[count].longest_ns = zone.longest_ns;
            ranks[count++].block = block;
        }
    }
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    *out_count = count;
    return VTC_OK;
}

static bool cannot_change(const vtc_slowest *slowest, uint64_t longest_ns)
{
    return slowest->count == slowest->wanted && slowest->spans[0].duration_ns > 0 &&
           (uint64_t)slowest->spans[0].duration_ns > longest_ns;
}

static vtc_status visit_ranked(vtc_slowest *slowest, uint64_t blocks, struct block_rank *ranks,
                               struct vtc_error *err)
{
    size_t count = 0;
    vtc_status status = rank_blocks(slowest, blocks, ranks, &count);
    if (status != VTC_OK)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "a block has no zone map");
    for (size_t i = 0; i < count && !cannot_change(slowest, ranks[i].longest_ns); i++)
        VTC_TRY(visit_block(slowest, ranks[i].block, err));
    return VTC_OK;
}

static vtc_status find(vtc_slowest *slowest, struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(slowest->reader, &summary);
    if (summary.blocks == 0)
        return VTC_OK;
    if (summary.blocks > SIZE_MAX / sizeof(struct block_rank))
        return vtci_error_memory(err, summary.blocks);
    size_t bytes = (size_t)summary.blocks * sizeof(struct block_rank);
    struct block_rank *ranks = vtci_allocate(&slowest->memory, bytes);
    if (!ranks)
        return vtci_error_memory(err, bytes);
    vtc_status status = visit_ranked(slowest, summary.blocks, ranks, err);
    vtci_release(&slowest->memory, ranks, bytes);
    return status;
}

/* From a heap to the order of the answer: the worst goes to the end, again and again. */
static void order_spans(vtc_slowest *slowest)
{
    for (size_t count = slowest->count; count > 1; count--) {
        swap_spans(slowest, 0, count - 1);
        sift_down(slowest, 0, count - 1);
    }
}

static vtc_slowest *create(const struct vtc_slowest_opts *opts)
{
    struct vtci_memory memory;
    size_t limit_bytes = opts ? opts->memory_limit_bytes : 0;
    vtci_memory_init(&memory, opts ? opts->allocator : NULL,
                     limit_bytes ? limit_bytes : VTCI_SLOWEST_MEMORY_BYTES);
    vtc_slowest *slowest = memory.allocator.allocate(memory.allocator.context, sizeof *slowest);
    if (slowest) {
        memset(slowest, 0, sizeof *slowest);
        vtci_memory_init(&slowest->memory, &memory.allocator, memory.limit_bytes);
    }
    return slowest;
}

vtc_status vtc_slowest_find(const vtc_reader *reader, uint64_t count,
                            const struct vtc_slowest_opts *opts, vtc_slowest **out_slowest,
                            struct vtc_error *err)
{
    if (!reader || count == 0)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a reader and a count of at least 1");
    vtc_slowest *slowest = create(opts);
    if (!slowest)
        return vtci_error_memory(err, sizeof *slowest);
    slowest->reader = reader;
    slowest->wanted = count;
    vtc_status status = find(slowest, err);
    if (status != VTC_OK) {
        vtc_slowest_close(slowest);
        return status;
    }
    order_spans(slowest);
    *out_slowest = slowest;
    return VTC_OK;
}

const struct vtc_span *vtc_slowest_spans(const vtc_slowest *slowest, size_t *out_count)
{
    *out_count = slowest->count;
    return slowest->spans;
}

uint64_t vtc_slowest_blocks_read(const vtc_slowest *slowest)
{
    return slowest->blocks_read;
}

void vtc_slowest_close(vtc_slowest *slowest)
{
    if (!slowest)
        return;
    for (size_t i = 0; i < slowest->count; i++)
        release_owner(slowest, &slowest->owners[i]);
    VTCI_ARRAY_FREE(&slowest->memory, slowest->spans, slowest->spans_capacity);
    VTCI_ARRAY_FREE(&slowest->memory, slowest->owners, slowest->owners_capacity);
    struct vtc_allocator allocator = slowest->memory.allocator;
    allocator.release(allocator.context, slowest, sizeof *slowest);
}
