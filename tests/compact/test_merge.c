/* Merging against a sort in memory; order of inputs, metadata, damage, failures, memory.
 * ctest: timeout 900
 */
#include "compact/compact_fixture.h"

#include <errno.h>

#include "support/fault_allocator.h"

#define FRAME_HEAD "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
#define FRAME_TAIL "\n]}\n"

struct row {
    char text[160];
    bool is_metadata;
    int pid, tid;
    unsigned number;
};

static int by_track(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = right->is_metadata - left->is_metadata;
    order = order ? order : left->pid - right->pid;
    order = order ? order : left->tid - right->tid;
    return order ? order : left->number < right->number ? -1 : 1;
}

/* Documents in all layouts that there are, as long as their rows stand in them as they are. */
static const struct {
    const char *head, *between, *tail;
} layouts[] = {
    {"[", ",", "]"},
    {"[\n", ",\n", ""},
    {"{\"traceEvents\": [ ", " ,\r\n\t", " ]\n}\n"},
    {FRAME_HEAD, ",\n", FRAME_TAIL},
};

static struct row make_row(unsigned number, int tracks)
{
    struct row row;
    memset(&row, 0, sizeof row);
    row.number = number;
    row.pid = rand() % 3;
    row.tid = rand() % tracks;
    row.is_metadata = rand() % 20 == 0;
    if (row.is_metadata)
        snprintf(row.text, sizeof row.text,
                 "{\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"name\":\"n\",\"args\":{\"v\":%u}}", row.pid,
                 row.tid, number);
    else if (rand() % 2)
        snprintf(
            row.text, sizeof row.text,
            "{\"ph\":\"X\",\"pid\":%d,\"tid\":%d,\"ts\":%u.%03u,\"dur\":1.500,\"name\":\"f%d\"}",
            row.pid, row.tid, 1000 + number, number % 1000, rand() % 9);
    else
        snprintf(row.text, sizeof row.text,
                 "{ \"ts\" : %u, \"name\": \"}]\\\"%d\", \"tid\" : %d, \"ph\":\"i\", \"pid\":%d }",
                 1000 + number, rand() % 9, row.tid, row.pid);
    return row;
}

/* Writes `files` files of `each` rows, and gives the rows in the order of the files. */
static struct row *make_files(unsigned files, unsigned each, int tracks, const char **paths)
{
    struct row *rows = test_calloc((size_t)files * each, sizeof *rows);
    srand(files * 1000 + each);
    for (unsigned f = 0; f < files; f++) {
        struct bytes text = {0};
        char name[32];
        size_t layout = f % (sizeof layouts / sizeof *layouts);
        bytes_text(&text, layouts[layout].head);
        for (unsigned i = 0; i < each; i++) {
            struct row *row = &rows[f * each + i];
            do
                *row = make_row(f * each + i, tracks);
            while (i == 0 && row->is_metadata); /* a first time */
            bytes_text(&text, i ? layouts[layout].between : "");
            bytes_text(&text, row->text);
        }
        bytes_text(&text, layouts[layout].tail);
        snprintf(name, sizeof name, "in-%u.vtc", f);
        paths[f] = strdup(place(name));
        write_document(paths[f], (const char *)text.data, text.len_bytes);
        bytes_free(&text);
    }
    return rows;
}

static void forget(const char **paths, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free((void *)(uintptr_t)paths[i]);
}

static void join(struct row *rows, unsigned count, struct bytes *to)
{
    qsort(rows, count, sizeof *rows, by_track);
    bytes_text(to, FRAME_HEAD);
    for (unsigned i = 0; i < count; i++) {
        bytes_text(to, i ? ",\n" : "");
        bytes_text(to, rows[i].text);
    }
    bytes_text(to, FRAME_TAIL);
}

static void compare(unsigned files, unsigned each, int tracks, size_t memory_bytes, bool must_spill)
{
    const char *paths[16], *shuffled[16];
    struct bytes expected = {0}, found = {0};
    struct vtc_merge_result result;
    struct vtc_error err;
    struct row *rows = make_files(files, each, tracks, paths);
    for (unsigned f = 0; f < files; f++) /* times say the order, not the command line */
        shuffled[f] = paths[(f + 3) % files];
    const char *out = place("out.vtc");
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                          .level = 1,
                                          .memory_limit_bytes = memory_bytes};
    memset(&err, 0, sizeof err);
    if (vtc_merge(shuffled, files, out, &opts, &result, &err) != VTC_OK)
        fail_msg("%s", err.message);
    join(rows, files * each, &expected);
    read_document(out, &found);
    assert_int_equal(found.len_bytes, expected.len_bytes);
    assert_memory_equal(found.data, expected.data, found.len_bytes);
    assert_int_equal(result.inputs, files);
    assert_int_equal(result.events, files * each);
    assert_int_equal(result.spilled_bytes > 0, must_spill);
    assert_int_equal(result.left_out, 0);
    assert_int_equal(result.damaged, 0);
    assert_int_equal(result.document_bytes, found.len_bytes);
    assert_int_equal(names_in_directory(), files + 1);
    forget(paths, files);
    test_free(rows);
    bytes_free(&expected);
    bytes_free(&found);
}

static void test_merge__is_a_stable_sort_by_track(void **state)
{
    (void)state;
    compare(1, 1, 1, 0, false);
}

static void test_merge__takes_documents_of_any_layout(void **state)
{
    (void)state;
    compare(8, 2000, 5, 0, false);
}

static void test_merge__spills_what_does_not_fit(void **state)
{
    (void)state;
    compare(4, 120000, 30, (size_t)128 << 20, true);
}

/* --- recorded files --------------------------------------------------------------------------- */

#define SESSION(family, pid, segment)                                                            \
    "{\"ph\":\"M\",\"pid\":" pid ",\"tid\":" pid ",\"ts\":0,\"name\":\"vtc_session\",\"args\":{" \
    "\"family\":\"" family "\",\"segment\":" segment ",\"state\":\"closed\"}}"
#define NAMED(pid)               \
    "{\"ph\":\"M\",\"pid\":" pid \
    ",\"tid\":1,\"ts\":0,\"name\":\"thread_name\",\"args\":{\"name\":\"t\"}}"
#define SPAN(pid, ts) \
    "{\"ph\":\"X\",\"pid\":" pid ",\"tid\":1,\"ts\":" ts ",\"dur\":1.000,\"name\":\"a\"}"
#define FAMILY_A "000000000000000a00000000000000aa"
#define FAMILY_B "000000000000000b00000000000000bb"

static void put(const char *name, const char *text)
{
    write_document(place(name), text, strlen(text));
}

/* Segments come by their number, even where the clock says otherwise; the processes by their first
 * time; what metadata says again is left out. */
static void test_merge__keeps_segments_in_order(void **state)
{
    (void)state;
    put("a0.vtc", FRAME_HEAD SESSION(FAMILY_A, "7", "0") ",\n" NAMED("7") ",\n" SPAN("7", "50.000")
                      FRAME_TAIL);
    put("a1.vtc", FRAME_HEAD SESSION(FAMILY_A, "7", "1") ",\n" NAMED("7") ",\n" SPAN("7", "40.000")
                      FRAME_TAIL);
    put("b0.vtc", FRAME_HEAD SESSION(FAMILY_B, "7", "0") ",\n" NAMED("7") ",\n" SPAN("7", "45.000")
                      FRAME_TAIL);
    put("json.vtc", "[" SPAN("7", "1") "]");
    const char *paths[] = {place("a1.vtc"), place("b0.vtc"), place("a0.vtc"), place("json.vtc")};
    struct vtc_merge_result result;
    assert_int_equal(vtc_merge(paths, 4, place("out.vtc"), NULL, &result, NULL), VTC_OK);
    assert_document(
        place("out.vtc"),
        FRAME_HEAD NAMED("7") ",\n" SESSION(FAMILY_A, "7", "0") ",\n" SESSION(FAMILY_A, "7", "1") ",\n" SESSION(
            FAMILY_B, "7",
            "0") ",\n" SPAN("7", "1") ",\n" SPAN("7",
                                                 "50.000") ",\n" SPAN("7",
                                                                      "40.000") ",\n" SPAN("7",
                                                                                           "45.000")
            FRAME_TAIL);
    assert_int_equal(result.repeated, 2);
    assert_int_equal(result.tracks, 1);
}

/* A name that changes and changes back is said three times. */
static void test_merge__keeps_metadata_that_changes(void **state)
{
    (void)state;
#define VALUE(v) \
    "{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":\"" v "\"}}"
    put("one.vtc", "[" VALUE("a") "," VALUE("b") "]");
    put("two.vtc", "[" VALUE("a") "," VALUE("a") "," SPAN("1", "5") "]");
    const char *paths[] = {place("one.vtc"), place("two.vtc")};
    assert_int_equal(vtc_merge(paths, 2, place("out.vtc"), NULL, NULL, NULL), VTC_OK);
    assert_document(place("out.vtc"), FRAME_HEAD VALUE("a") ",\n" VALUE("b") ",\n" VALUE(
                                          "a") ",\n" SPAN("1", "5") FRAME_TAIL);
}

static void test_merge__counts_what_is_no_event(void **state)
{
    (void)state;
    put("one.vtc",
        "{\"traceEvents\":[" SPAN("1", "5") ",7],\"metadata\":{\"a\":[1,2]},\"x\":null}");
    put("two.vtc", "{\"traceEvents\":[]}");
    const char *paths[] = {place("one.vtc"), place("two.vtc")};
    struct vtc_merge_result result;
    assert_int_equal(vtc_merge(paths, 2, place("out.vtc"), NULL, &result, NULL), VTC_OK);
    assert_document(place("out.vtc"), FRAME_HEAD SPAN("1", "5") FRAME_TAIL);
    assert_int_equal(result.left_out, 3);
}

/* --- what goes wrong -------------------------------------------------------------------------- */

static unsigned notices;
static vtc_status last_notice;

static void take_notice(void *context, const char *path, const struct vtc_error *what)
{
    assert_string_equal(path, context);
    last_notice = what->code;
    notices++;
}

static void test_merge__takes_what_a_damaged_input_has(void **state)
{
    (void)state;
    struct bytes packed = {0}, found = {0};
    put("one.vtc", "[" SPAN("1", "5") "," SPAN("1", "6") "]");
    put("two.vtc", "[" SPAN("1", "7") "]");
    read_file(place("one.vtc"), &packed);
    write_file(place("one.vtc"), packed.data, packed.len_bytes / 2);
    const char *paths[] = {strdup(place("one.vtc")), strdup(place("two.vtc"))};
    struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                    .notice = take_notice,
                                    .notice_context = (void *)(uintptr_t)paths[0]};
    struct vtc_merge_result result;
    notices = 0;
    assert_int_equal(vtc_merge(paths, 2, place("out.vtc"), &opts, &result, NULL), VTC_OK);
    assert_int_equal(result.damaged, 1);
    assert_int_equal(notices, 1);
    assert_int_equal(last_notice, VTC_ERR_TRUNCATED);
    read_document(place("out.vtc"), &found);
    bytes_append(&found, "", 1);
    const char *text = (const char *)found.data;
    assert_non_null(strstr(text, FRAME_HEAD "{\"ph\":\"M\",\"pid\":0,\"tid\":0,\"ts\":0,\"name\":"
                                            "\"vtc_damage\",\"args\":{\"file\":\"one.vtc\","));
    assert_non_null(strstr(text, SPAN("1", "7")));
    forget(paths, 2);
    bytes_free(&packed);
    bytes_free(&found);
}

static void test_merge__refuses_what_cannot_be(void **state)
{
    (void)state;
    put("one.vtc", "[" SPAN("1", "5") "]");
    write_file(place("text"), "hello", 5);
    assert_int_equal(link(place("one.vtc"), place("same.vtc")), 0);
    const char *one = place("one.vtc");
    const char *same[] = {one, place("same.vtc")};
    const char *text[] = {one, place("text")};
    struct vtc_error err;
    memset(&err, 0, sizeof err);
    assert_int_equal(vtc_merge(same, 0, "x", NULL, NULL, NULL), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_merge(same, 2, place("out.vtc"), NULL, NULL, &err), VTC_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "same file"));
    put("one.vtc", "[" SPAN("1", "5") "]");
    one = text[0] = place("one.vtc");
    text[1] = place("text");
    assert_int_equal(vtc_merge(text, 2, place("out.vtc"), NULL, NULL, &err), VTC_ERR_NOT_VTC);
    assert_non_null(strstr(err.message, "/text: "));
    assert_int_equal(vtc_merge(&one, 1, one, NULL, NULL, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EEXIST);
    const char *missing = place("missing.vtc");
    assert_int_equal(vtc_merge(&missing, 1, place("out.vtc"), NULL, NULL, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOENT);
    assert_int_equal(names_in_directory(), 3);
}

static vtc_status cancel_late(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    unsigned *left = context;
    (void)input_bytes;
    (void)output_bytes;
    return (*left)-- == 0 ? VTC_ERR_CANCELLED : VTC_OK;
}

static void test_merge__can_be_cancelled_at_any_point(void **state)
{
    (void)state;
    const char *paths[3];
    struct row *rows = make_files(3, 500, 4, paths);
    unsigned calls = 0;
    for (bool cancelled = true; cancelled; calls++) {
        unsigned left = calls;
        struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                        .progress = cancel_late,
                                        .progress_context = &left};
        vtc_status status = vtc_merge(paths, 3, place("out.vtc"), &opts, NULL, NULL);
        cancelled = status != VTC_OK;
        assert_true(!cancelled || status == VTC_ERR_CANCELLED);
        assert_int_equal(names_in_directory(), cancelled ? 3 : 4);
    }
    assert_true(calls > 6);
    forget(paths, 3);
    test_free(rows);
}

static void test_merge__survives_each_allocation_failing(void **state)
{
    (void)state;
    const char *paths[2];
    struct row *rows = make_files(2, 20, 2, paths);
    bool has_met_it = true;
    for (uint64_t fail_at = 1; has_met_it; fail_at++) {
        struct test_fault_allocator faults;
        test_fault_allocator_init(&faults, fail_at);
        struct vtc_compact_opts opts = {.struct_size = sizeof opts, .allocator = &faults.allocator};
        vtc_status status = vtc_merge(paths, 2, place("out.vtc"), &opts, NULL, NULL);
        has_met_it = faults.calls >= fail_at;
        assert_int_equal(faults.held_bytes, 0);
        /* Reading back does with less where it can. */
        assert_true(status == VTC_OK || (has_met_it && status == VTC_ERR_NO_MEMORY));
        assert_int_equal(names_in_directory(), status == VTC_OK ? 3 : 2);
        unlink(place("out.vtc"));
    }
    forget(paths, 2);
    test_free(rows);
}

/* More text than the limit. */
static void test_merge__keeps_within_its_memory(void **state)
{
    (void)state;
    enum { FILES = 6, ROWS = 300000 };
    const char *paths[FILES];
    struct row *rows = make_files(FILES, ROWS, 50, paths);
    struct test_fault_allocator faults;
    test_fault_allocator_init(&faults, 0);
    struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                    .level = 1,
                                    .allocator = &faults.allocator,
                                    .memory_limit_bytes = (size_t)96 << 20};
    struct vtc_merge_result result;
    struct vtc_error err;
    if (vtc_merge(paths, FILES, place("out.vtc"), &opts, &result, &err) != VTC_OK)
        fail_msg("%s", err.message);
    assert_true(faults.peak_bytes <= (size_t)96 << 20);
    assert_true(result.document_bytes > opts.memory_limit_bytes);
    assert_true(result.spilled_bytes > opts.memory_limit_bytes);
    assert_int_equal(result.events, FILES * ROWS);
    assert_int_equal(names_in_directory(), FILES + 1);
    forget(paths, FILES);
    test_free(rows);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_merge__is_a_stable_sort_by_track),
        TEST(test_merge__takes_documents_of_any_layout),
        TEST(test_merge__spills_what_does_not_fit),
        TEST(test_merge__keeps_segments_in_order),
        TEST(test_merge__keeps_metadata_that_changes),
        TEST(test_merge__counts_what_is_no_event),
        TEST(test_merge__takes_what_a_damaged_input_has),
        TEST(test_merge__refuses_what_cannot_be),
        TEST(test_merge__can_be_cancelled_at_any_point),
        TEST(test_merge__survives_each_allocation_failing),
        TEST(test_merge__keeps_within_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
