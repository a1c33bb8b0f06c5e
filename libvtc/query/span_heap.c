#include "query/span_heap.h"

#include <string.h>

#include "base/error.h"
#include "base/span_order.h"

void vtci_span_heap_init(struct vtci_span_heap *heap, struct vtci_memory *memory, uint64_t wanted)
{
    memset(heap, 0, sizeof *heap);
    heap->memory = memory;
    heap->wanted = wanted;
}

static void release_copy(struct vtci_span_heap *heap, struct vtci_span_texts *texts)
{
    vtci_release(heap->memory, texts->copy, texts->copy_bytes);
    texts->copy = NULL;
    texts->copy_bytes = 0;
}

void vtci_span_heap_free(struct vtci_span_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        release_copy(heap, &heap->texts[i]);
    VTCI_ARRAY_FREE(heap->memory, heap->spans, heap->spans_capacity);
    VTCI_ARRAY_FREE(heap->memory, heap->texts, heap->texts_capacity);
}

static int compare(const struct vtc_span *a, const struct vtc_span *b)
{
    return vtci_span_place_compare((struct vtci_span_place){a->duration_ns, a->start_ns, a->block,
                                                            a->row},
                                   (struct vtci_span_place){b->duration_ns, b->start_ns, b->block,
                                                            b->row});
}

static void exchange(struct vtci_span_heap *heap, size_t i, size_t j)
{
    struct vtc_span span = heap->spans[i];
    struct vtci_span_texts texts = heap->texts[i];
    heap->spans[i] = heap->spans[j];
    heap->texts[i] = heap->texts[j];
    heap->spans[j] = span;
    heap->texts[j] = texts;
}

static void sift_down(struct vtci_span_heap *heap, size_t i, size_t count)
{
    for (;;) {
        size_t worst = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++)
            if (compare(&heap->spans[child], &heap->spans[worst]) > 0)
                worst = child;
        if (worst == i)
            return;
        exchange(heap, i, worst);
        i = worst;
    }
}

static void sift_up(struct vtci_span_heap *heap, size_t i)
{
    while (i > 0 && compare(&heap->spans[i], &heap->spans[(i - 1) / 2]) > 0) {
        exchange(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static vtc_status add_one(struct vtci_span_heap *heap, const struct vtc_span *span,
                          const struct vtci_span_texts *texts)
{
    if (!vtci_span_heap_is_full(heap)) {
        VTC_TRY(
            VTCI_ARRAY_RESERVE(heap->memory, heap->spans, heap->spans_capacity, heap->count + 1));
        VTC_TRY(
            VTCI_ARRAY_RESERVE(heap->memory, heap->texts, heap->texts_capacity, heap->count + 1));
        heap->spans[heap->count] = *span;
        heap->texts[heap->count] = *texts;
        sift_up(heap, heap->count++);
        return VTC_OK;
    }
    if (compare(span, &heap->spans[0]) > 0)
        return VTC_OK;
    release_copy(heap, &heap->texts[0]);
    heap->spans[0] = *span;
    heap->texts[0] = *texts;
    sift_down(heap, 0, heap->count);
    return VTC_OK;
}

vtc_status vtci_span_heap_add(struct vtci_span_heap *heap, const struct vtci_batch *batch)
{
    for (size_t n = 0; n < batch->selected_count; n++) {
        uint32_t i = batch->selected[n];
        /* The common case first: most spans are shorter than all that are kept. */
        if (vtci_span_heap_is_full(heap) && batch->duration_ns[i] < heap->spans[0].duration_ns)
            continue;
        struct vtc_span span = {
            .start_ns = batch->time_ns[i],
            .duration_ns = batch->duration_ns[i],
            .track = batch->track[i],
            .row = batch->row[i],
            .block = batch->index,
            .phase = batch->phase[i],
        };
        struct vtci_span_texts texts = {batch->name[i], batch->category[i], NULL, 0};
        VTC_TRY(add_one(heap, &span, &texts));
    }
    return VTC_OK;
}

vtc_status vtci_span_heap_add_told(struct vtci_span_heap *heap, const struct vtc_span *span)
{
    static const struct vtci_span_texts none;
    return add_one(heap, span, &none);
}

/* A text that outlives the block; `*copy_end` is moved past what is copied. */
static struct vtc_text lasting_text(const vtc_reader *reader, const vtc_block *block,
                                    vtc_string string, char **copy_end)
{
    if (string < VTC_STRING_LOCAL)
        return vtc_reader_string(reader, string);
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

vtc_status vtci_span_heap_settle(struct vtci_span_heap *heap, const vtc_reader *reader,
                                 const vtc_block *block, uint64_t block_index)
{
    for (size_t i = 0; i < heap->count; i++) {
        struct vtc_span *span = &heap->spans[i];
        struct vtci_span_texts *texts = &heap->texts[i];
        if (span->block != block_index)
            continue;
        if (texts->name >= VTC_STRING_LOCAL || texts->category >= VTC_STRING_LOCAL) {
            /* One byte more, so that an empty string has a place too. */
            size_t bytes =
                local_bytes(block, texts->name) + local_bytes(block, texts->category) + 1;
            texts->copy = vtci_allocate(heap->memory, bytes);
            if (!texts->copy)
                return VTC_ERR_NO_MEMORY;
            texts->copy_bytes = bytes;
        }
        char *end = texts->copy;
        span->name = lasting_text(reader, block, texts->name, &end);
        span->category = lasting_text(reader, block, texts->category, &end);
    }
    return VTC_OK;
}

void vtci_span_heap_order(struct vtci_span_heap *heap)
{
    for (size_t count = heap->count; count > 1; count--) {
        exchange(heap, 0, count - 1);
        sift_down(heap, 0, count - 1);
    }
}
