/* The spans behind `slowest N`, with their places in the file. */
#ifndef TEST_SLOWEST_H
#define TEST_SLOWEST_H

#include "query/span_heap.h"
#include "vtc/query.h"

struct test_slowest {
    vtc_query *query;
    struct vtci_span_heap heap; /* spans, the longest first */
    uint64_t blocks_read;
};

VTC_NODISCARD vtc_status test_slowest_find(vtc_reader *reader, uint64_t count,
                                           struct test_slowest *out_slowest, struct vtc_error *err);
void test_slowest_free(struct test_slowest *slowest);

#endif
