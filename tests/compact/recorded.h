/* Recording something with every type of argument, for the tests of the compactor. */
#ifndef VTC_TESTS_COMPACT_RECORDED_H
#define VTC_TESTS_COMPACT_RECORDED_H

#include "compact/compact_fixture.h"

#include "vtc/writer.h"

/* Records `count` rounds: nested spans, arguments, counters, instants, flows. Two spans stay open. */
static inline void record_some(vtc_session *session, vtc_writer *writer, int count)
{
    static const struct vtc_param params[] = {{"i", VTC_ARG_INT},     {"u", VTC_ARG_UINT},
                                              {"d", VTC_ARG_DOUBLE},  {"b", VTC_ARG_BOOL},
                                              {"s", VTC_ARG_STRING},  {"y", VTC_ARG_BYTES},
                                              {"n", VTC_ARG_INTERNED}};
    vtc_site outer, inner, instant, counter, flow, full;
    vtc_interned name;
    const struct vtc_site_opts sites[] = {
        {sizeof sites[0], 'B', "outer", NULL, NULL, 0, 0},
        {sizeof sites[0], 'B', "inner \"quoted\"", "io", NULL, 0, 0},
        {sizeof sites[0], 'i', "instant", NULL, NULL, 0, 0},
        {sizeof sites[0], 'C', "counter", NULL, params, 1, 0},
        {sizeof sites[0], 's', "flow", NULL, NULL, 0, 0},
        {sizeof sites[0], 'X', "full", "args", params, 7, 0},
    };
    vtc_site *const targets[] = {&outer, &inner, &instant, &counter, &flow, &full};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(vtc_session_site(session, &sites[i], targets[i], NULL), VTC_OK);
    assert_int_equal(vtc_session_intern(session, "interned", 8, &name, NULL), VTC_OK);
    assert_int_equal(vtc_begin(writer, outer), VTC_OK);
    assert_int_equal(vtc_begin(writer, inner), VTC_OK);
    for (int i = 0; i < count; i++) {
        const struct vtc_value values[] = {
            {VTC_ARG_INT, {.as_int = -i}},
            {VTC_ARG_UINT, {.as_uint = (uint64_t)i << 40}},
            {VTC_ARG_DOUBLE, {.as_double = i * 0.37}},
            {VTC_ARG_BOOL, {.as_bool = i & 1}},
            {VTC_ARG_STRING, {.as_bytes = {"text\n\xff", 6}}},
            {VTC_ARG_BYTES, {.as_bytes = {&i, sizeof i}}},
            {VTC_ARG_INTERNED, {.as_interned = name}},
        };
        assert_int_equal(vtc_begin(writer, outer), VTC_OK);
        assert_int_equal(vtc_begin(writer, inner), VTC_OK);
        assert_int_equal(vtc_end(writer), VTC_OK);
        if (i % 7 == 0) {
            uint64_t now = vtc_session_ticks(session);
            assert_int_equal(vtc_instant(writer, instant), VTC_OK);
            assert_int_equal(vtc_event(writer, counter, values, 1), VTC_OK);
            assert_int_equal(vtc_event_with_id(writer, flow, (uint64_t)i, NULL, 0), VTC_OK);
            assert_int_equal(vtc_complete(writer, full, now - 10, 10, values, 7), VTC_OK);
        }
        assert_int_equal(vtc_end(writer), VTC_OK);
    }
}

/* The text of a live file. */
static inline void read_live(const char *path, struct bytes *to)
{
    static char piece[1 << 16];
    vtc_live *live;
    size_t got = 1;
    assert_int_equal(vtc_live_open(path, NULL, &live, NULL), VTC_OK);
    while (got) {
        assert_int_equal(vtc_live_read(live, piece, sizeof piece, &got, NULL), VTC_OK);
        bytes_append(to, piece, got);
    }
    vtc_live_close(live);
}

/* A session that is closed, with two writers. */
static inline void record_closed(const char *path, int count)
{
    vtc_session *session;
    vtc_writer *other;
    assert_int_equal(vtc_session_open(path, NULL, &session, NULL), VTC_OK);
    record_some(session, vtc_session_writer(session), count);
    assert_int_equal(vtc_writer_open(session, 4711, "other", &other, NULL), VTC_OK);
    record_some(session, other, count / 2);
    vtc_writer_close(other);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static inline void assert_same_bytes(const struct bytes *found, const struct bytes *expected)
{
    assert_int_equal(found->len_bytes, expected->len_bytes);
    assert_memory_equal(found->data, expected->data, found->len_bytes);
}

#endif
