#include "column/top_spans.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"

void vtci_top_spans_init(struct vtci_top_spans *top, struct vtci_memory *memory, size_t wanted)
{
    memset(top, 0, sizeof *top);
    top->memory = memory;
    top->wanted = wanted;
}

void vtci_top_spans_free(struct vtci_top_spans *top)
{
    for (size_t i = 0; i < top->count; i++)
        vtci_release(top->memory, top->entries[i].owned, top->entries[i].owned_bytes);
    VTCI_ARRAY_FREE(top->memory, top->entries, top->capacity);
    memset(top, 0, sizeof *top);
}

static void text_of_label(const struct vtci_label *label, struct vtci_top_text *out_text)
{
    struct vtci_bytes none = {NULL, 0};
    out_text->code = label->absent ? VTCI_TOP_NOTHING
                     : label->id   ? (uint64_t)label->id + VTCI_TOP_TEXT
                                   : VTCI_TOP_TEXT;
    out_text->text = out_text->code == VTCI_TOP_TEXT ? label->text : none;
}

static size_t kept_bytes(const struct vtci_top_text *text)
{
    return text->text.len_bytes <= VTCI_TOP_TEXT_BYTES_MAX ? text->text.len_bytes : 0;
}

static uint8_t *keep(struct vtci_top_text *text, uint8_t *to)
{
    size_t len_bytes = kept_bytes(text);
    const uint8_t *from = text->text.data;
    text->text.data = len_bytes ? to : NULL;
    if (len_bytes == 0) /* perhaps nothing is owned, and `to` is NULL */
        return to;
    memcpy(to, from, len_bytes);
    return to + len_bytes;
}

static vtc_status make_entry(struct vtci_top_spans *top, const struct vtci_top_span *span,
                             const struct vtci_label *name, const struct vtci_label *category,
                             struct vtci_top_entry *out_entry)
{
    struct vtci_top_entry entry = {*span, NULL, 0};
    text_of_label(name, &entry.span.name);
    text_of_label(category, &entry.span.category);
    entry.owned_bytes = kept_bytes(&entry.span.name) + kept_bytes(&entry.span.category);
    if (entry.owned_bytes) {
        entry.owned = vtci_allocate(top->memory, entry.owned_bytes);
        if (!entry.owned)
            return VTC_ERR_NO_MEMORY;
    }
    keep(&entry.span.category, keep(&entry.span.name, entry.owned));
    *out_entry = entry;
    return VTC_OK;
}

static void exchange(struct vtci_top_spans *top, size_t i, size_t j)
{
    struct vtci_top_entry entry = top->entries[i];
    top->entries[i] = top->entries[j];
    top->entries[j] = entry;
}

static bool is_behind(const struct vtci_top_spans *top, size_t i, size_t j)
{
    return vtci_top_span_compare(&top->entries[i].span, &top->entries[j].span) > 0;
}

static void sift_down(struct vtci_top_spans *top)
{
    for (size_t i = 0;;) {
        size_t last = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < top->count; child++)
            if (is_behind(top, child, last))
                last = child;
        if (last == i)
            return;
        exchange(top, i, last);
        i = last;
    }
}

static void sift_up(struct vtci_top_spans *top)
{
    for (size_t i = top->count - 1; i > 0 && is_behind(top, i, (i - 1) / 2); i = (i - 1) / 2)
        exchange(top, i, (i - 1) / 2);
}

vtc_status vtci_top_spans_add(struct vtci_top_spans *top, const struct vtci_top_span *span,
                              const struct vtci_label *name, const struct vtci_label *category)
{
    struct vtci_top_entry entry;
    bool is_full = top->count == top->wanted;
    if (is_full && vtci_top_span_compare(span, &top->entries[0].span) > 0)
        return VTC_OK;
    if (!is_full)
        VTC_TRY(VTCI_ARRAY_RESERVE(top->memory, top->entries, top->capacity, top->count + 1));
    VTC_TRY(make_entry(top, span, name, category, &entry));
    if (is_full) {
        vtci_release(top->memory, top->entries[0].owned, top->entries[0].owned_bytes);
        top->entries[0] = entry;
        sift_down(top);
    } else {
        top->entries[top->count++] = entry;
        sift_up(top);
    }
    return VTC_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct vtci_top_entry *left = a, *right = b;
    return vtci_top_span_compare(&left->span, &right->span);
}

size_t vtci_top_spans_list(struct vtci_top_spans *top, size_t count,
                           struct vtci_top_span *out_spans)
{
    size_t listed = 0;
    if (top->count)
        qsort(top->entries, top->count, sizeof *top->entries, compare_entries);
    for (; listed < count && listed < top->count; listed++) {
        const struct vtci_top_span *span = &top->entries[listed].span;
        if (span->name.text.len_bytes > VTCI_TOP_TEXT_BYTES_MAX ||
            span->category.text.len_bytes > VTCI_TOP_TEXT_BYTES_MAX)
            break;
        out_spans[listed] = *span;
    }
    return listed;
}
