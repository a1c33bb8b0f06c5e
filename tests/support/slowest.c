#include "support/slowest.h"

#include <inttypes.h>
#include <stdio.h>

#include "query/slowest.h"

vtc_status test_slowest_find(vtc_reader *reader, uint64_t count, struct test_slowest *out_slowest,
                             struct vtc_error *err)
{
    char text[64];
    struct test_slowest found;
    snprintf(text, sizeof text, "slowest %" PRIu64, count);
    vtc_status status = vtc_query_open(reader, text, NULL, &found.query, err);
    if (status != VTC_OK)
        return status;
    vtci_span_heap_init(&found.heap, &found.query->memory, count);
    struct vtci_verbs *verbs = (struct vtci_verbs *)found.query;
    struct vtci_filter filter;
    status = vtci_filter_init(&filter, &found.query->memory, &verbs->question, reader, err);
    if (status == VTC_OK) {
        status = vtci_slowest_find(verbs, &filter, &found.heap, err);
        vtci_filter_free(&filter);
    }
    if (status != VTC_OK) {
        test_slowest_free(&found);
        return status;
    }
    found.blocks_read = vtc_query_blocks_read(found.query);
    *out_slowest = found;
    return VTC_OK;
}

void test_slowest_free(struct test_slowest *slowest)
{
    vtci_span_heap_free(&slowest->heap);
    vtc_query_close(slowest->query);
}
