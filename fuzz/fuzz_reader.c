/* Any bytes as a file: every call of the reader, decompression, verification and a query give a
 * status; nothing crashes, hangs or takes more than the memory limit. The mutator mends checksums
 * and repacks nothing, so that damage gets past the first line of defence.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "vtc/block.h"
#include "vtc/decompress.h"
#include "vtc/query.h"
#include "vtc/verify.h"

#define LIMIT_BYTES ((size_t)64 << 20)
#define HEADER_BYTES 32u
#define COLUMNS_MAX 64u /* more would cost time and find no more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static volatile uint64_t sink; /* keeps reads of what was given alive */

static void use(struct vtc_text text)
{
    for (size_t i = 0; i < text.len_bytes; i++)
        sink += (uint8_t)text.data[i];
}

static void read_block(const vtc_reader *reader, uint64_t index)
{
    vtc_block *block;
    const struct vtc_spans *spans;
    if (vtc_block_open(reader, index, VTC_FIELD_ALL, &block, NULL) != VTC_OK)
        return;
    const struct vtc_events *events = vtc_block_events(block);
    for (size_t i = 0; i < events->count; i++) {
        sink += (uint64_t)events->time_ns[i] + events->track[i] + events->row[i];
        use(vtc_block_string(block, events->name[i]));
        use(vtc_block_string(block, events->id[i]));
    }
    for (uint32_t column = 0; column < COLUMNS_MAX; column++) {
        struct vtc_values values;
        if (vtc_block_values(block, column, &values, NULL) != VTC_OK)
            continue;
        for (size_t i = 0; i < values.count; i++)
            sink += values.row[i] + (values.number ? (uint64_t)values.number[i] : 0);
        for (size_t i = 0; values.string && i < values.count; i++)
            use(vtc_block_string(block, values.string[i]));
    }
    if (vtc_block_spans(block, &spans, NULL) == VTC_OK)
        for (size_t i = 0; i < spans->count; i++) {
            sink += (uint64_t)spans->start_ns[i] + spans->track[i];
            use(vtc_block_string(block, spans->name[i]));
            use(vtc_block_string(block, spans->category[i]));
        }
    vtc_block_close(block);
}

static vtc_status note_column(void *context, const struct vtc_column *column)
{
    (void)context;
    sink += column->column;
    return VTC_OK;
}

static vtc_status discard(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    uint64_t *total = context;
    (void)bytes;
    (void)err;
    *total += len_bytes;
    return *total > LIMIT_BYTES ? VTC_ERR_CANCELLED : VTC_OK;
}

/* What needs no block. */
static void read_index(const vtc_reader *reader, const struct vtc_summary *summary)
{
    struct vtc_error damage;
    struct vtc_frame frame;
    struct vtc_issue issue;
    struct vtc_track track;
    struct vtc_zone zone;
    uint32_t column;
    sink += (uint64_t)vtc_reader_is_complete(reader) + (uint64_t)vtc_reader_damage(reader, &damage);
    for (uint64_t i = 0; i <= summary->frames && i < 64; i++)
        if (vtc_reader_frame(reader, i, &frame) == VTC_OK)
            sink += frame.file_offset + (uint64_t)frame.type[0];
    for (uint64_t i = 0; i <= summary->issues_listed && i < 64; i++)
        if (vtc_reader_issue(reader, i, &issue) == VTC_OK)
            sink += issue.offset + (uint64_t)issue.cause[0];
    for (uint32_t i = 0; i <= summary->tracks && i < 64; i++)
        if (vtc_reader_track(reader, i, &track) == VTC_OK) {
            use(track.pid);
            use(track.tid);
        }
    for (uint64_t i = 0; i <= summary->blocks && i < 16; i++) {
        if (vtc_reader_zone(reader, i, &zone) == VTC_OK)
            sink += zone.rows + zone.spans;
        sink += vtc_reader_zone_phase(reader, i, 'X');
        sink += (uint64_t)vtc_reader_zone_has_track(reader, i, 0);
        sink += (uint64_t)vtc_reader_zone_may_have_name(reader, i, 1);
    }
    use(vtc_reader_string(reader, 1));
    if (vtc_reader_find_column(reader, "ts", "NUMBER", &column) == VTC_OK)
        sink += column;
}

static void iterate(const vtc_reader *reader, const struct vtc_summary *summary)
{
    struct vtc_filter filter = {.struct_size = sizeof filter,
                                .fields = VTC_FIELD_SPANS,
                                .has_track = summary->tracks > 1,
                                .has_range = 1,
                                .from_ns = summary->first_ns,
                                .to_ns = summary->last_ns};
    const struct vtc_spans *spans;
    vtc_iterator *iterator;
    vtc_block *block;
    vtc_status status = VTC_OK;
    if (vtc_iterator_open(reader, &filter, &iterator, NULL) != VTC_OK)
        return;
    for (unsigned i = 0; status != VTC_END && i < 16; i++) {
        status = vtc_iterator_next(iterator, &block, NULL);
        if (status != VTC_OK)
            continue;
        sink += vtc_block_events(block)->count + vtc_block_index(block);
        if (vtc_block_spans(block, &spans, NULL) == VTC_OK)
            sink += spans->count;
    }
    vtc_iterator_close(iterator);
}

/* Every way that the executor goes through a file. */
static const char *const QUESTIONS[] = {
    "slowest 5",      "slowest 5 of '*a*' where dur > 1us and args.name != x between 0 and 1s",
    "top 5 by self",  "top 5 by mean where args.size > 3",
    "count by name",  "count by process where cat = *",
    "histogram",      "calls of '*'",
    "tree limit 50",  "timeline",
    "gaps 5",         "counters",
    "async limit 50", "flows limit 50",
    "threads",        "stats",
};

static void read_all(vtc_reader *reader)
{
    struct vtc_summary summary;
    struct vtc_text process, thread;
    struct vtc_query_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = LIMIT_BYTES};
    vtc_query *query;
    uint64_t total = 0;
    vtc_reader_summary(reader, &summary);
    read_index(reader, &summary);
    iterate(reader, &summary);
    for (uint64_t i = 0; i < summary.blocks && i < 16; i++)
        read_block(reader, i);
    for (uint32_t i = 0; i < summary.tracks && i < 4; i++)
        if (vtc_reader_track_names(reader, i, &process, &thread, NULL) == VTC_OK) {
            use(process);
            use(thread);
        }
    (void)!vtc_reader_columns(reader, note_column, NULL, NULL);
    (void)!vtc_decompress(reader, discard, &total, NULL, NULL, NULL);
    (void)!vtc_verify(reader, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++) {
        const struct vtc_query_value *values;
        vtc_status status = vtc_query_open(reader, QUESTIONS[i], &opts, &query, NULL);
        if (status == VTC_ERR_ARGUMENT)
            abort();
        if (status != VTC_OK)
            continue;
        while (vtc_query_next(query, &values, NULL) == VTC_OK)
            use(values[0].text);
        vtc_query_close(query);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtc_reader_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = LIMIT_BYTES};
    vtc_reader *reader;
    if (vtc_reader_open_memory(data, size, &opts, &reader, NULL) != VTC_OK)
        return 0;
    read_all(reader);
    vtc_reader_close(reader);
    return 0;
}

#if defined(__clang__)
/* Walks the frames by their lengths and makes every checksum right. */
static void mend(uint8_t *data, size_t size)
{
    if (size < HEADER_BYTES)
        return;
    vtci_store_u64(data + 24, vtci_checksum(data, 24));
    for (size_t at = HEADER_BYTES; size - at >= 32;) {
        uint64_t head = vtci_load_u32(data + at + 8), payload = vtci_load_u32(data + at + 12);
        if (head + payload + 32 > size - at)
            return;
        uint8_t *frame = data + at;
        vtci_store_u64(frame + 16, vtci_checksum(frame + 32 + head, (size_t)payload));
        vtci_store_u64(frame + 24 + head, vtci_checksum(frame, 24 + (size_t)head));
        at += 32 + (size_t)(head + payload);
        if (size - at == 24)
            vtci_store_u64(data + at + 8, vtci_checksum(data + at, 8));
    }
}

__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    (void)data;
    (void)max_size;
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 8)
        mend(data, size);
    return size;
}
#endif
