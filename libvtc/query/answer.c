/* clock_gettime */
#define _POSIX_C_SOURCE 200809L

#include "query/answer.h"

#include <string.h>
#include <time.h>

#include "base/error.h"

#define MEMORY_DEFAULT_BYTES ((size_t)512 << 20)

static uint64_t now_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

vtc_query *vtci_query_begin(size_t own_bytes, const struct vtc_query_opts *opts)
{
    struct vtci_memory memory;
    size_t limit_bytes =
        opts && opts->memory_limit_bytes ? opts->memory_limit_bytes : MEMORY_DEFAULT_BYTES;
    vtci_memory_init(&memory, opts ? opts->allocator : NULL, limit_bytes);
    vtc_query *query = memory.allocator.allocate(memory.allocator.context, own_bytes);
    if (!query)
        return NULL;
    memset(query, 0, own_bytes);
    vtci_memory_init(&query->memory, &memory.allocator, limit_bytes);
    query->own_bytes = own_bytes;
    atomic_init(&query->interrupted, 0);
    atomic_init(&query->blocks_read, 0);
    uint64_t timeout_ns = opts ? opts->timeout_ns : 0, begun_ns = timeout_ns ? now_ns() : 0;
    query->deadline_ns = timeout_ns > UINT64_MAX - begun_ns ? UINT64_MAX : begun_ns + timeout_ns;
    return query;
}

vtc_status vtci_query_check(const vtc_query *query, struct vtc_error *err)
{
    if (atomic_load_explicit(&query->interrupted, memory_order_relaxed))
        return vtci_error_set(err, VTC_ERR_CANCELLED, VTC_NO_OFFSET, NULL,
                              "the question was cancelled");
    if (query->deadline_ns && now_ns() >= query->deadline_ns)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                              "the answer took longer than the timeout");
    return VTC_OK;
}

const struct vtc_query_column *vtc_query_columns(const vtc_query *query, size_t *out_count)
{
    return query->operations->columns(query, out_count);
}

vtc_status vtc_query_next(vtc_query *query, const struct vtc_query_value **out_values,
                          struct vtc_error *err)
{
    if (query->has_ended)
        return VTC_END;
    vtc_status status = vtci_query_check(query, err);
    if (status == VTC_OK)
        status = query->operations->next(query, out_values, err);
    if (status != VTC_OK)
        query->has_ended = true;
    return status;
}

uint64_t vtc_query_blocks_read(const vtc_query *query)
{
    return atomic_load_explicit(&query->blocks_read, memory_order_relaxed);
}

int vtc_query_is_cut(const vtc_query *query)
{
    return query->is_cut;
}

void vtc_query_interrupt(vtc_query *query)
{
    atomic_store_explicit(&query->interrupted, 1, memory_order_relaxed);
    if (query->operations->interrupt)
        query->operations->interrupt(query);
}

void vtc_query_close(vtc_query *query)
{
    if (!query)
        return;
    query->operations->close(query);
    struct vtc_allocator allocator = query->memory.allocator;
    allocator.release(allocator.context, query, query->own_bytes);
}
