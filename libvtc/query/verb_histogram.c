/* `histogram of GLOB`: how durations are spread, in steps of 1, 2, 5, 10, 20, 50 …, and percentiles.
 *
 * Percentiles come from counters of 1,024 steps for each power of two, as HdrHistogram has them, and
 * are the greatest value that a counter met: exact below 2,048 ns and to one part in 1,024 above
 * (never below the exact one), in one pass and a fixed amount of memory.
 */
#include <string.h>

#include "base/error.h"
#include "query/totals.h"
#include "query/workers.h"

enum {
    STEP_BITS = 10,
    STEPS = 1 << STEP_BITS,
    COUNTERS = 2 * STEPS + (62 - STEP_BITS) * STEPS, /* up to 2^63 */
    BUCKETS = 58 /* below 0; 0; from 1, 2, 5 … to 5 × 10^18 */
};

struct state {
    uint64_t counters[COUNTERS];
    int64_t greatest[COUNTERS]; /* that each has counted */
    uint64_t buckets[BUCKETS];
    int64_t greatest_below_0; /* of buckets[0] */
    struct vtci_total total;
};

static const struct vtc_query_column COLUMNS[] = {
    {"what", VTC_UNIT_NONE, VTC_FOR_ALL},      {"from_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"to_ns", VTC_UNIT_DURATION, VTC_FOR_ALL}, {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};

void vtci_histogram_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

/* Where a bucket begins: 0 for [1], then 1, 2, 5, 10 … INT64_MAX for the one behind the last. */
static int64_t bucket_from(size_t bucket)
{
    static const int64_t FACTORS[] = {1, 2, 5};
    int64_t power = 1;
    if (bucket < 2)
        return bucket == 0 ? INT64_MIN : 0;
    if (bucket >= BUCKETS)
        return INT64_MAX;
    for (size_t i = 0; i < (bucket - 2) / 3; i++)
        power *= 10;
    return power > INT64_MAX / FACTORS[(bucket - 2) % 3] ? INT64_MAX
                                                         : power * FACTORS[(bucket - 2) % 3];
}

static unsigned log2_of(uint64_t value)
{
    return 63 - (unsigned)__builtin_clzll(value);
}

static size_t counter_of(uint64_t value)
{
    if (value < 2 * STEPS)
        return (size_t)value;
    unsigned shift = log2_of(value) - STEP_BITS;
    return (size_t)STEPS * shift + (size_t)(value >> shift);
}

static vtc_status histogram_init(void *state, struct vtci_verbs *verbs)
{
    struct state *own = state;
    (void)verbs;
    own->total = (struct vtci_total){.least_ns = INT64_MAX, .most_ns = INT64_MIN};
    return VTC_OK;
}

static void histogram_free(void *state)
{
    (void)state;
}

static vtc_status histogram_work(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct state *own = state;
    (void)err;
    int64_t bounds[BUCKETS + 1];
    uint8_t first[64]; /* by power of two: the bucket that it lies in */
    size_t bucket = 2;
    for (size_t i = 0; i <= BUCKETS; i++)
        bounds[i] = bucket_from(i);
    for (unsigned power = 0; power < 63; power++) {
        while (bucket + 1 < BUCKETS && bounds[bucket + 1] <= (int64_t)1 << power)
            bucket++;
        first[power] = (uint8_t)bucket;
    }
    for (size_t i = 0; i < batch->selected_count; i++) {
        int64_t duration_ns = batch->duration_ns[batch->selected[i]];
        vtci_total_add(&own->total, duration_ns);
        if (duration_ns <= 0) {
            own->buckets[duration_ns == 0]++;
            if (duration_ns == 0)
                own->counters[0]++;
            else if (own->buckets[0] == 1 || duration_ns > own->greatest_below_0)
                own->greatest_below_0 = duration_ns;
            continue;
        }
        size_t counter = counter_of((uint64_t)duration_ns);
        own->counters[counter]++;
        if (duration_ns > own->greatest[counter])
            own->greatest[counter] = duration_ns;
        bucket = first[log2_of((uint64_t)duration_ns)];
        while (bucket + 1 < BUCKETS && duration_ns >= bounds[bucket + 1])
            bucket++;
        own->buckets[bucket]++;
    }
    return VTC_OK;
}

static vtc_status histogram_merge(void *state, void *other)
{
    struct state *own = state, *from = other;
    for (size_t i = 0; i < COUNTERS; i++) {
        own->counters[i] += from->counters[i];
        if (from->greatest[i] > own->greatest[i])
            own->greatest[i] = from->greatest[i];
    }
    if (from->buckets[0] > 0 &&
        (own->buckets[0] == 0 || from->greatest_below_0 > own->greatest_below_0))
        own->greatest_below_0 = from->greatest_below_0;
    for (size_t i = 0; i < BUCKETS; i++)
        own->buckets[i] += from->buckets[i];
    own->total.count += from->total.count;
    own->total.total_ns += from->total.total_ns;
    if (from->total.least_ns < own->total.least_ns)
        own->total.least_ns = from->total.least_ns;
    if (from->total.most_ns > own->total.most_ns)
        own->total.most_ns = from->total.most_ns;
    return VTC_OK;
}

/* The least value that so many thousandths of all do not exceed. */
static int64_t percentile(const struct state *own, unsigned thousandths)
{
    vtci_wide wanted = ((vtci_wide)own->total.count * thousandths + 999) / 1000;
    vtci_wide seen = own->buckets[0];
    if (seen >= wanted)
        return own->greatest_below_0;
    for (size_t i = 0; i < COUNTERS; i++) {
        seen += own->counters[i];
        if (seen < wanted || own->counters[i] == 0)
            continue;
        return own->greatest[i];
    }
    return own->total.most_ns;
}

static void put_fact(struct vtci_answer_rows *rows, const char *what, int64_t value)
{
    vtci_answer_rows_begin(rows);
    vtci_answer_rows_text(rows, (struct vtc_text){what, strlen(what)});
    vtci_answer_rows_integer(rows, value);
}

static void put_buckets(struct vtci_answer_rows *rows, const struct state *own)
{
    size_t first = 0, end = BUCKETS;
    while (own->buckets[first] == 0)
        first++;
    while (own->buckets[end - 1] == 0)
        end--;
    for (size_t i = first; i < end; i++) {
        vtci_answer_rows_begin(rows);
        vtci_answer_rows_text(rows, (struct vtc_text){"bucket", 6});
        if (i == 0)
            vtci_answer_rows_none(rows);
        else
            vtci_answer_rows_integer(rows, bucket_from(i));
        vtci_answer_rows_integer(rows, i == 0 ? 0 : bucket_from(i + 1));
        vtci_answer_rows_unsigned(rows, own->buckets[i]);
        vtci_answer_rows_real(rows, (double)own->buckets[i] / (double)own->total.count);
    }
}

static void put_rows(struct vtci_answer_rows *rows, const struct state *own)
{
    if (own->total.count == 0)
        return;
    put_buckets(rows, own);
    put_fact(rows, "min", own->total.least_ns);
    put_fact(rows, "mean", vtci_clamp(own->total.total_ns / own->total.count));
    put_fact(rows, "p50", percentile(own, 500));
    put_fact(rows, "p90", percentile(own, 900));
    put_fact(rows, "p99", percentile(own, 990));
    put_fact(rows, "p99.9", percentile(own, 999));
    put_fact(rows, "max", own->total.most_ns);
}

vtc_status vtci_histogram_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                              struct vtc_error *err)
{
    static const struct vtci_workers workers = {
        .state_bytes = sizeof(struct state),
        .init = histogram_init,
        .work = histogram_work,
        .merge = histogram_merge,
        .free = histogram_free,
        .wish = {.spans = true, .fields = VTC_FIELD_TIME | VTC_FIELD_DURATION},
    };
    void *state;
    VTC_TRY(vtci_workers_run(verbs, &workers, filter, &state, err));
    put_rows(&verbs->rows, state);
    vtci_workers_end(verbs, &workers, state);
    return VTC_OK;
}
