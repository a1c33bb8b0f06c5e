#include "column/open_spans.h"

#include "base/error.h"

void vtci_open_spans_init(struct vtci_open_spans *spans, struct vtci_memory *memory,
                          const struct vtci_schema *schema, size_t open_max)
{
    memset(spans, 0, sizeof *spans);
    spans->memory = memory;
    spans->schema = schema;
    spans->open_max = open_max;
}

void vtci_open_span_release(struct vtci_open_spans *spans, struct vtci_open_span *span)
{
    vtci_release(spans->memory, span->owned, span->owned_bytes);
    span->owned = NULL;
}

void vtci_open_spans_free(struct vtci_open_spans *spans)
{
    for (size_t i = 0; i < spans->stack_capacity; i++) {
        struct vtci_open_stack *stack = &spans->stacks[i];
        for (size_t k = 0; k < stack->count; k++)
            vtci_open_span_release(spans, &stack->spans[k]);
        VTCI_ARRAY_FREE(spans->memory, stack->spans, stack->capacity);
    }
    VTCI_ARRAY_FREE(spans->memory, spans->stacks, spans->stack_capacity);
    memset(spans, 0, sizeof *spans);
}

static vtc_status stack_of(struct vtci_open_spans *spans, uint32_t track,
                           struct vtci_open_stack **out_stack)
{
    size_t before = spans->stack_capacity;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(spans->memory, spans->stacks, spans->stack_capacity, (size_t)track + 1));
    if (spans->stack_capacity > before)
        memset(spans->stacks + before, 0, (spans->stack_capacity - before) * sizeof *spans->stacks);
    *out_stack = &spans->stacks[track];
    return VTC_OK;
}

/* There may be hundreds of thousands of tracks with one open span each, so a stack starts small. */
static vtc_status stack_reserve(struct vtci_memory *memory, struct vtci_open_stack *stack)
{
    if (stack->capacity > 0)
        return VTCI_ARRAY_RESERVE(memory, stack->spans, stack->capacity, stack->count + 1);
    stack->spans = vtci_allocate(memory, sizeof *stack->spans);
    if (!stack->spans)
        return VTC_ERR_NO_MEMORY;
    stack->capacity = 1;
    return VTC_OK;
}

/* Copies the texts that no dictionary keeps. */
static vtc_status own_texts(struct vtci_open_spans *spans, struct vtci_open_span *span)
{
    size_t name_bytes = span->name.id ? 0 : span->name.text.len_bytes;
    size_t category_bytes = span->category.id ? 0 : span->category.text.len_bytes;
    span->owned = NULL;
    span->owned_bytes = name_bytes + category_bytes;
    if (span->owned_bytes == 0)
        return VTC_OK;
    span->owned = vtci_allocate(spans->memory, span->owned_bytes);
    if (!span->owned)
        return VTC_ERR_NO_MEMORY;
    if (name_bytes) {
        memcpy(span->owned, span->name.text.data, name_bytes);
        span->name.text.data = span->owned;
    }
    if (category_bytes) {
        memcpy(span->owned + name_bytes, span->category.text.data, category_bytes);
        span->category.text.data = span->owned + name_bytes;
    }
    return VTC_OK;
}

vtc_status vtci_open_spans_begin(struct vtci_open_spans *spans, uint32_t track, int64_t start_ns,
                                 uint64_t tag, const struct vtci_label *name,
                                 const struct vtci_label *category)
{
    struct vtci_open_stack *stack;
    VTC_TRY(stack_of(spans, track, &stack));
    if (spans->open_count >= spans->open_max) {
        stack->not_kept++;
        return VTC_OK;
    }
    VTC_TRY(stack_reserve(spans->memory, stack));
    struct vtci_open_span *span = &stack->spans[stack->count];
    span->start_ns = start_ns;
    span->tag = tag;
    span->name = *name;
    span->category = *category;
    VTC_TRY(own_texts(spans, span));
    stack->count++;
    spans->open_count++;
    return VTC_OK;
}

struct vtci_bytes vtci_label_text(const struct vtci_schema *schema, const char *key,
                                  const struct vtci_label *label)
{
    uint32_t column = label->id ? vtci_schema_root_column(schema, key, VTCI_STRING) : VTCI_NONE;
    return column == VTCI_NONE ? label->text
                               : vtci_column_string(&schema->columns[column], label->id);
}

struct vtci_label vtci_pair_label(const struct vtci_schema *schema, const char *key,
                                  const struct vtci_label *begin, bool is_carried,
                                  const struct vtci_label *end)
{
    if (begin->absent || (is_carried && vtci_label_text(schema, key, begin).len_bytes == 0))
        return *end;
    return *begin;
}

/* A name may have an id at one end only: it got one meanwhile, or the row of the other is text. */
static bool names_equal(const struct vtci_open_spans *spans, const struct vtci_label *begin,
                        const struct vtci_label *end)
{
    if (begin->absent || end->absent)
        return begin->absent == end->absent;
    if (begin->id && end->id)
        return begin->id == end->id;
    return vtci_bytes_equal(vtci_label_text(spans->schema, "name", begin),
                            vtci_label_text(spans->schema, "name", end));
}

bool vtci_open_spans_end(struct vtci_open_spans *spans, uint32_t track,
                         const struct vtci_label *name, struct vtci_open_span *out_span)
{
    if (track >= spans->stack_capacity)
        return false;
    struct vtci_open_stack *stack = &spans->stacks[track];
    if (stack->not_kept) {
        stack->not_kept--;
        return false;
    }
    size_t lowest =
        stack->count > VTCI_OPEN_SPANS_SEARCHED ? stack->count - VTCI_OPEN_SPANS_SEARCHED : 0;
    for (size_t i = stack->count; i-- > lowest;) {
        if (!name->absent && !names_equal(spans, &stack->spans[i].name, name))
            continue;
        *out_span = stack->spans[i];
        stack->count--;
        spans->open_count--;
        memmove(stack->spans + i, stack->spans + i + 1, (stack->count - i) * sizeof *stack->spans);
        return true;
    }
    return false;
}
