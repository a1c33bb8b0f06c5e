#include "column/nest.h"

bool vtci_nest_decode_lane(size_t count, const uint8_t *has_dur, bool reversed, const int64_t *k,
                           const int64_t *a, const int64_t *b, struct vtci_span_time *stack,
                           int64_t *ts, int64_t *dur)
{
    uint64_t last = 0;
    size_t depth = 0, span = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t start, end;
        if (!has_dur[i]) {
            last += (uint64_t)a[i];
            ts[i] = (int64_t)(reversed ? 0 - last : last);
            continue;
        }
        uint64_t children = (uint64_t)k[span];
        if (children == 0) {
            start = last + (uint64_t)a[i];
            end = start + (uint64_t)b[span];
        } else {
            if (children > depth)
                return false;
            depth -= (size_t)children;
            start = stack[depth].start - (uint64_t)a[i];
            end = last + (uint64_t)b[span];
        }
        stack[depth++] = (struct vtci_span_time){start, end};
        last = end;
        ts[i] = (int64_t)(reversed ? 0 - end : start);
        dur[span++] = (int64_t)(end - start);
    }
    return true;
}

void vtci_nest_encode_lane(size_t count, const uint8_t *has_dur, bool reversed, const int64_t *ts,
                           const int64_t *dur, struct vtci_span_time *stack, int64_t *k, int64_t *a,
                           int64_t *b)
{
    uint64_t last = 0;
    size_t depth = 0, span = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t time = reversed ? 0 - (uint64_t)ts[i] : (uint64_t)ts[i];
        if (!has_dur[i]) {
            a[i] = (int64_t)(time - last);
            last = time;
            continue;
        }
        uint64_t duration = (uint64_t)dur[span];
        uint64_t start = reversed ? time - duration : time;
        uint64_t end = start + duration;
        size_t first = depth;
        while (first > 0 && (int64_t)(stack[first - 1].start - start) >= 0)
            first--;
        if (first == depth) {
            k[span] = 0;
            a[i] = (int64_t)(start - last);
            b[span] = (int64_t)duration;
        } else {
            k[span] = (int64_t)(depth - first);
            a[i] = (int64_t)(stack[first].start - start);
            b[span] = (int64_t)(end - last);
        }
        depth = first;
        stack[depth++] = (struct vtci_span_time){start, end};
        last = end;
        span++;
    }
}
