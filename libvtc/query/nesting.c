#include "query/nesting.h"

#include <string.h>

#include "base/error.h"

void vtci_nesting_init(struct vtci_nesting *nesting, struct vtci_memory *memory,
                       const struct vtci_nesting_calls *calls)
{
    memset(nesting, 0, sizeof *nesting);
    nesting->memory = memory;
    nesting->calls = *calls;
}

void vtci_nesting_free(struct vtci_nesting *nesting)
{
    for (size_t i = 0; i < nesting->track_count; i++)
        VTCI_ARRAY_FREE(nesting->memory, nesting->tracks[i].spans, nesting->tracks[i].capacity);
    VTCI_ARRAY_FREE(nesting->memory, nesting->tracks, nesting->track_capacity);
    nesting->track_count = 0;
}

enum { OVERLAPS_MAX = 64 };

static vtc_status reach_track(struct vtci_nesting *nesting, uint32_t track)
{
    size_t needed = (size_t)track + 1;
    VTC_TRY(VTCI_ARRAY_RESERVE(nesting->memory, nesting->tracks, nesting->track_capacity, needed));
    memset(nesting->tracks + nesting->track_count, 0,
           (needed - nesting->track_count) * sizeof *nesting->tracks);
    nesting->track_count = needed;
    return VTC_OK;
}

static void break_order(struct vtci_nesting *nesting, struct vtci_nesting_track *of)
{
    VTCI_ARRAY_FREE(nesting->memory, of->spans, of->capacity);
    of->spans = NULL;
    of->count = of->capacity = 0;
    of->order = VTCI_NESTING_DISORDER;
    nesting->has_disorder = true;
}

static vtc_status push(struct vtci_nesting *nesting, struct vtci_nesting_track *of,
                       const struct vtci_nested *span)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(nesting->memory, of->spans, of->capacity, of->count + 1));
    of->spans[of->count++] = *span;
    return VTC_OK;
}

static int64_t length_of(const struct vtci_nested *span)
{
    int64_t length;
    return __builtin_sub_overflow(span->end_ns, span->start_ns, &length) ? INT64_MAX : length;
}

static void count_child(struct vtci_nested *parent, const struct vtci_nested *child)
{
    if (__builtin_add_overflow(parent->children_ns, length_of(child), &parent->children_ns))
        parent->children_ns = INT64_MAX;
}

/* A span that overlaps what waits has no relation with it. But what lies in both should belong to the
 * one that starts later, and those of the spans before it were placed already: false when there are
 * such, when the span lies within one of them, and when there is too much to look at. */
static bool may_overlap(const struct vtci_nesting_track *of, size_t kept,
                        const struct vtci_nested *span)
{
    for (size_t looked = 0; kept > 0 && of->spans[kept - 1].end_ns > span->start_ns; looked++) {
        const struct vtci_nested *before = &of->spans[--kept];
        if (before->end_ns == span->end_ns || before->children_ns >= span->start_ns ||
            looked == OVERLAPS_MAX)
            return false;
    }
    return true;
}

/* What waits at the end of the list and lies within the span becomes its children. Of a span that
 * waits, `children_ns` has given way to the latest start of what is within it. */
static vtc_status add_in_exit_order(struct vtci_nesting *nesting, struct vtci_nesting_track *of,
                                    uint32_t track, struct vtci_nested *span)
{
    const struct vtci_nesting_calls *calls = &nesting->calls;
    bool may_contain = span->end_ns > span->start_ns;
    size_t kept = of->count;
    int64_t latest_ns = INT64_MIN;
    if (kept > 0 && of->spans[kept - 1].end_ns > span->end_ns) {
        break_order(nesting, of);
        return VTC_OK;
    }
    while (may_contain && kept > 0 && of->spans[kept - 1].start_ns >= span->start_ns) {
        const struct vtci_nested *child = &of->spans[--kept];
        count_child(span, child);
        latest_ns = child->start_ns > latest_ns ? child->start_ns : latest_ns;
        latest_ns = child->children_ns > latest_ns ? child->children_ns : latest_ns;
    }
    if (!may_overlap(of, kept, span)) {
        break_order(nesting, of);
        return VTC_OK;
    }
    VTC_TRY(calls->completed(calls->context, span, track));
    for (size_t i = kept; i < of->count; i++)
        VTC_TRY(calls->placed(calls->context, &of->spans[i], span, track));
    of->count = kept;
    span->children_ns = latest_ns;
    return push(nesting, of, span);
}

static vtc_status pop(struct vtci_nesting *nesting, struct vtci_nesting_track *of, uint32_t track)
{
    return nesting->calls.completed(nesting->calls.context, &of->spans[--of->count], track);
}

static vtc_status add_in_start_order(struct vtci_nesting *nesting, struct vtci_nesting_track *of,
                                     uint32_t track, struct vtci_nested *span)
{
    if (span->start_ns < of->last_start_ns ||
        (span->start_ns == of->last_start_ns && span->end_ns > of->last_end_ns)) {
        break_order(nesting, of);
        return VTC_OK;
    }
    of->last_start_ns = span->start_ns;
    of->last_end_ns = span->end_ns;
    while (of->count > 0 && (of->spans[of->count - 1].end_ns <= span->start_ns ||
                             of->spans[of->count - 1].end_ns < span->end_ns))
        VTC_TRY(pop(nesting, of, track));
    struct vtci_nested *parent = of->count > 0 ? &of->spans[of->count - 1] : NULL;
    if (parent)
        count_child(parent, span);
    VTC_TRY(nesting->calls.placed(nesting->calls.context, span, parent, track));
    return push(nesting, of, span);
}

/* None of the spans that waited touches another, so none has a parent; only the last one is not
 * complete yet. */
static vtc_status begin_start_order(struct vtci_nesting *nesting, struct vtci_nesting_track *of,
                                    uint32_t track)
{
    const struct vtci_nesting_calls *calls = &nesting->calls;
    for (size_t i = 0; i < of->count; i++)
        VTC_TRY(calls->placed(calls->context, &of->spans[i], NULL, track));
    if (of->count > 0) {
        of->spans[0] = of->spans[of->count - 1];
        of->last_start_ns = of->spans[0].start_ns;
        of->last_end_ns = of->spans[0].end_ns;
        of->count = 1;
    } else {
        of->last_start_ns = of->last_end_ns = INT64_MIN;
    }
    of->order = VTCI_NESTING_START;
    return VTC_OK;
}

/* All that came so far lies apart. The last one is complete when the next shows that it is no parent
 * of it. */
static vtc_status add_undecided(struct vtci_nesting *nesting, struct vtci_nesting_track *of,
                                uint32_t track, struct vtci_nested *span)
{
    if (of->count == 0)
        return push(nesting, of, span);
    struct vtci_nested *last = &of->spans[of->count - 1];
    bool contains = span->start_ns <= last->start_ns && span->end_ns >= last->end_ns &&
                    span->end_ns > span->start_ns;
    if (contains || span->start_ns >= last->end_ns) {
        VTC_TRY(nesting->calls.completed(nesting->calls.context, last, track));
        if (!contains)
            return push(nesting, of, span);
        for (size_t i = 0; i < of->count; i++)
            of->spans[i].children_ns = INT64_MIN;
        of->order = VTCI_NESTING_EXIT;
        return add_in_exit_order(nesting, of, track, span);
    }
    if (span->start_ns < last->start_ns) {
        break_order(nesting, of);
        return VTC_OK;
    }
    VTC_TRY(begin_start_order(nesting, of, track));
    return add_in_start_order(nesting, of, track, span);
}

vtc_status vtci_nesting_add(struct vtci_nesting *nesting, uint32_t track, int64_t start_ns,
                            int64_t duration_ns, uint64_t tag)
{
    struct vtci_nested span = {start_ns, start_ns, 0, tag};
    if (duration_ns > 0 && __builtin_add_overflow(start_ns, duration_ns, &span.end_ns))
        span.end_ns = INT64_MAX;
    if (track >= nesting->track_count)
        VTC_TRY(reach_track(nesting, track));
    struct vtci_nesting_track *of = &nesting->tracks[track];
    switch (of->order) {
    case VTCI_NESTING_UNKNOWN: return add_undecided(nesting, of, track, &span);
    case VTCI_NESTING_EXIT: return add_in_exit_order(nesting, of, track, &span);
    case VTCI_NESTING_START: return add_in_start_order(nesting, of, track, &span);
    default: return VTC_OK;
    }
}

vtc_status vtci_nesting_set_start_order(struct vtci_nesting *nesting, uint32_t track)
{
    if (track >= nesting->track_count)
        VTC_TRY(reach_track(nesting, track));
    return begin_start_order(nesting, &nesting->tracks[track], track);
}

static vtc_status finish_track(struct vtci_nesting *nesting, uint32_t track)
{
    const struct vtci_nesting_calls *calls = &nesting->calls;
    struct vtci_nesting_track *of = &nesting->tracks[track];
    if (of->order == VTCI_NESTING_UNKNOWN && of->count > 0)
        VTC_TRY(calls->completed(calls->context, &of->spans[of->count - 1], track));
    if (of->order == VTCI_NESTING_UNKNOWN || of->order == VTCI_NESTING_EXIT)
        for (size_t i = 0; i < of->count; i++)
            VTC_TRY(calls->placed(calls->context, &of->spans[i], NULL, track));
    while (of->order == VTCI_NESTING_START && of->count > 0)
        VTC_TRY(pop(nesting, of, track));
    VTCI_ARRAY_FREE(nesting->memory, of->spans, of->capacity);
    of->spans = NULL;
    of->count = of->capacity = 0;
    return VTC_OK;
}

vtc_status vtci_nesting_finish(struct vtci_nesting *nesting)
{
    for (size_t i = 0; i < nesting->track_count; i++)
        VTC_TRY(finish_track(nesting, (uint32_t)i));
    return VTC_OK;
}
