/* SQL over a trace through the library: what is refused and where, cancelling, limits, every
 * allocation failing, and files that are damaged.
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"

#include <string.h>

#include "damage/sample.h"
#include "support/fault_allocator.h"
#include "vtc/sql.h"

/* Every table, and what is made for it. */
static const char *const questions[] = {
    "SELECT * FROM slice",
    "SELECT name, sum(dur), min(ts) FROM slice GROUP BY name",
    "SELECT * FROM slice ORDER BY dur DESC, name LIMIT 5",
    "SELECT * FROM slice WHERE name GLOB 'g*' AND ts > 100 AND id IN (3, 5)",
    "SELECT s.name, a.name FROM slice s JOIN slice a ON s.parent_id = a.id",
    "SELECT * FROM args JOIN slice USING (arg_set_id)",
    "SELECT * FROM event",
    "SELECT * FROM event WHERE phase = 'X' AND ts < 500",
    "SELECT * FROM thread_slice",
    "SELECT * FROM flow, counter, counter_track, process_track",
    "SELECT * FROM track, metadata, stats, loss, trace_bounds",
    "SELECT * FROM name_total",
    "SELECT * FROM pragma_table_list t, pragma_table_info(t.name)"};

struct sample {
    struct bytes text, file;
    vtc_reader *reader;
};

static void sample_open(struct sample *sample, unsigned events)
{
    memset(sample, 0, sizeof *sample);
    sample_file(&sample->text, &sample->file, events, 3);
    assert_int_equal(vtc_reader_open_memory(sample->file.data, sample->file.len_bytes, NULL,
                                            &sample->reader, NULL),
                     VTC_OK);
}

static void sample_close(struct sample *sample)
{
    vtc_reader_close(sample->reader);
    bytes_free(&sample->text);
    bytes_free(&sample->file);
}

/* All rows; the first failure. */
static vtc_status run(vtc_reader *reader, const char *text, const struct vtc_query_opts *opts,
                      uint64_t *out_rows, struct vtc_error *err)
{
    vtc_query *query;
    const struct vtc_query_value *values;
    vtc_status status = vtc_sql_open(reader, text, opts, &query, err);
    if (status != VTC_OK)
        return status;
    *out_rows = 0;
    while ((status = vtc_query_next(query, &values, err)) == VTC_OK)
        ++*out_rows;
    vtc_query_close(query);
    return status == VTC_END ? VTC_OK : status;
}

static void test_vtc_query_is_sql__goes_by_the_first_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int is_sql;
    } cases[] = {
        {"SELECT 1", 1},         {"  \n select 1", 1}, {"with x as (values (1)) table x", 1},
        {"EXPLAIN select 1", 1}, {"VALUES(1)", 1},     {"slowest 20", 0},
        {"selection", 0},        {"with_x", 0},        {"", 0},
        {"DELETE FROM slice", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(vtc_query_is_sql(cases[i].text), cases[i].is_sql);
}

static void test_vtc_sql_open__refuses_all_but_reading(void **state)
{
    (void)state;
    static const char *const refused[] = {"DELETE FROM slice",
                                          "INSERT INTO slice(ts) VALUES (1)",
                                          "UPDATE slice SET ts = 1",
                                          "DROP TABLE slice",
                                          "CREATE TABLE t(a)",
                                          "CREATE TEMP TABLE t(a)",
                                          "CREATE VIRTUAL TABLE t USING vtc_slice(0)",
                                          "ATTACH 'x.db' AS x",
                                          "DETACH main",
                                          "PRAGMA journal_mode = WAL",
                                          "PRAGMA writable_schema = 1",
                                          "PRAGMA cache_size = 1000000000",
                                          "SELECT load_extension('x')",
                                          "SELECT fts3_tokenizer('simple')",
                                          "SELECT fts3_tokenizer('simple', x'4141414141414141')",
                                          "VACUUM",
                                          "VACUUM INTO 'x.db'",
                                          "BEGIN",
                                          "REINDEX",
                                          "UPDATE sqlite_master SET sql = ''",
                                          "DELETE FROM sqlite_schema",
                                          "ANALYZE",
                                          "WITH x AS (SELECT 1) DELETE FROM slice",
                                          "SELECT 1; SELECT 2",
                                          "SELECT 1; DROP TABLE slice",
                                          "",
                                          "-- nothing",
                                          "SELECT",
                                          "SELECT * FROM nothing",
                                          "SELECT nowhere FROM slice",
                                          "SELECT writefile('x', 'y')"};
    struct sample sample;
    sample_open(&sample, 60);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct vtc_error err;
        uint64_t rows;
        memset(&err, 0, sizeof err);
        vtc_status status = run(sample.reader, refused[i], NULL, &rows, &err);
        if (status != VTC_ERR_ARGUMENT || !err.message[0])
            fail_msg("%s: %s, \"%s\"", refused[i], vtc_status_name(status), err.message);
    }
    sample_close(&sample);
}

static void test_vtc_sql_open__points_at_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t offset;
    } cases[] = {{"SELECT nowhere FROM slice", 7},
                 {"SELECT 1 FRM slice", 13},
                 {"SELECT 1; SELECT 2", 10}};
    struct sample sample;
    sample_open(&sample, 60);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtc_error err;
        uint64_t rows;
        memset(&err, 0, sizeof err);
        assert_int_equal(run(sample.reader, cases[i].text, NULL, &rows, &err), VTC_ERR_ARGUMENT);
        assert_int_equal(err.offset, cases[i].offset);
        assert_int_equal(err.column, cases[i].offset + 1);
    }
    sample_close(&sample);
}

static void test_vtc_query_interrupt__ends_a_statement(void **state)
{
    (void)state;
    static const char endless[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    struct sample sample;
    const struct vtc_query_value *values;
    vtc_query *query;
    struct vtc_error err;
    uint64_t rows;
    sample_open(&sample, 60);
    assert_int_equal(vtc_sql_open(sample.reader, endless, NULL, &query, &err), VTC_OK);
    vtc_query_interrupt(query);
    assert_int_equal(vtc_query_next(query, &values, &err), VTC_ERR_CANCELLED);
    vtc_query_close(query);
    struct vtc_query_opts opts = {.struct_size = sizeof opts, .timeout_ns = 20 * 1000 * 1000};
    assert_int_equal(run(sample.reader, endless, &opts, &rows, &err), VTC_ERR_LIMIT);
    sample_close(&sample);
}

/* A connection answers one question after the other, and after one that failed. */
static void test_vtc_sql_query__may_be_asked_again(void **state)
{
    (void)state;
    struct sample sample;
    const struct vtc_query_value *values;
    vtc_sql *sql;
    vtc_query *query;
    sample_open(&sample, 60);
    assert_int_equal(vtc_sql_connect(sample.reader, NULL, &sql, NULL), VTC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(vtc_sql_query(sql, "SELECT 1 FROM nothing", NULL, &query, NULL),
                         VTC_ERR_ARGUMENT);
        assert_int_equal(vtc_sql_query(sql, "SELECT count(*), 1.5, NULL, 'a' FROM slice", NULL,
                                       &query, NULL),
                         VTC_OK);
        size_t columns;
        assert_string_equal(vtc_query_columns(query, &columns)[0].name, "count(*)");
        assert_int_equal(columns, 4);
        assert_int_equal(vtc_query_next(query, &values, NULL), VTC_OK);
        assert_int_equal(values[0].type, VTC_VALUE_INTEGER);
        assert_int_equal(values[0].integer, 40); /* a third are X, a third B */
        assert_int_equal(values[1].type, VTC_VALUE_REAL);
        assert_int_equal(values[2].type, VTC_VALUE_NONE);
        assert_int_equal(values[3].type, VTC_VALUE_TEXT);
        assert_int_equal(vtc_query_next(query, &values, NULL), VTC_END);
        vtc_query_close(query);
    }
    vtc_sql_close(sql);
    sample_close(&sample);
}

static void test_vtc_sql_open__survives_each_allocation_failing(void **state)
{
    (void)state;
    struct sample sample;
    sample_open(&sample, 60);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        uint64_t expected, rows;
        assert_int_equal(run(sample.reader, questions[i], NULL, &expected, NULL), VTC_OK);
        for (uint64_t fail_at = 1;; fail_at++) {
            struct test_fault_allocator faults;
            test_fault_allocator_init(&faults, fail_at);
            struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                          .allocator = &faults.allocator};
            vtc_status status = run(sample.reader, questions[i], &opts, &rows, NULL);
            assert_int_equal(faults.held_bytes, 0);
            if (faults.calls < fail_at) {
                assert_int_equal(status, VTC_OK);
                assert_int_equal(rows, expected);
                break;
            }
            if (status != VTC_ERR_NO_MEMORY)
                fail_msg("%s: allocation %llu: %s", questions[i], (unsigned long long)fail_at,
                         vtc_status_name(status));
        }
    }
    sample_close(&sample);
}

static void test_vtc_sql_open__keeps_the_memory_limit(void **state)
{
    (void)state;
    struct sample sample;
    sample_open(&sample, 3000);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        for (size_t limit_bytes = 1 << 12; limit_bytes <= 1 << 24; limit_bytes *= 4) {
            struct test_fault_allocator faults;
            uint64_t rows;
            test_fault_allocator_init(&faults, 0);
            struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                          .memory_limit_bytes = limit_bytes,
                                          .allocator = &faults.allocator};
            vtc_status status = run(sample.reader, questions[i], &opts, &rows, NULL);
            assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY);
            if (limit_bytes == 1 << 24)
                assert_int_equal(status, VTC_OK);
            /* Beside the limit: what holds the question and the connection itself. */
            assert_true(faults.peak_bytes <= limit_bytes + (1 << 16));
            assert_int_equal(faults.held_bytes, 0);
        }
    }
    sample_close(&sample);
}

/* A byte that is flipped gives an answer or an error with its place, and no more. */
static void test_vtc_sql_open__survives_damage(void **state)
{
    (void)state;
    struct bytes text = {0}, file = {0};
    sample_file(&text, &file, 200, 3);
    for (size_t at = 0; at < file.len_bytes; at++) {
        vtc_reader *reader;
        file.data[at] ^= 0x55;
        if (vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, NULL) == VTC_OK) {
            struct vtc_error err;
            uint64_t rows;
            memset(&err, 0, sizeof err);
            vtc_status status = run(reader, questions[at % (sizeof questions / sizeof *questions)],
                                    NULL, &rows, &err);
            assert_true(status == VTC_OK || err.message[0]);
            assert_true(status != VTC_ERR_CORRUPT || err.rule[0]);
            vtc_reader_close(reader);
        }
        file.data[at] ^= 0x55;
    }
    bytes_free(&text);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vtc_query_is_sql__goes_by_the_first_word),
        cmocka_unit_test(test_vtc_sql_open__refuses_all_but_reading),
        cmocka_unit_test(test_vtc_sql_open__points_at_what_is_wrong),
        cmocka_unit_test(test_vtc_query_interrupt__ends_a_statement),
        cmocka_unit_test(test_vtc_sql_query__may_be_asked_again),
        cmocka_unit_test(test_vtc_sql_open__survives_each_allocation_failing),
        cmocka_unit_test(test_vtc_sql_open__keeps_the_memory_limit),
        cmocka_unit_test(test_vtc_sql_open__survives_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
