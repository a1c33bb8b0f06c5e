/* Each structure of the format: what is encoded comes back, every truncation is an error, and every
 * flipped bit is found (where a checksum covers it) or gives an error or another value, never a read
 * outside of the bytes.
 */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "wire/document.h"
#include "wire/file_header.h"
#include "wire/frame.h"
#include "wire/index.h"
#include "wire/name_totals.h"
#include "wire/packed.h"
#include "wire/top_list.h"
#include "wire/trailer.h"
#include "wire/zone_map.h"

static struct vtci_memory memory;

static int set_up(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&memory.held_bytes), 0);
    return 0;
}

/* Decodes `len_bytes` bytes at `bytes` and forgets what came of it. */
typedef vtc_status (*decode_fn)(const uint8_t *bytes, size_t len_bytes);

/* A copy of exactly its length, so that a sanitizer sees a read past the end. */
static vtc_status decode_copy(decode_fn decode, const uint8_t *bytes, size_t len_bytes)
{
    uint8_t *copy = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len_bytes);
    vtc_status status = decode(copy, len_bytes);
    free(copy);
    return status;
}

/* `summed`: a checksum covers all of it. */
static void check_damage(decode_fn decode, const uint8_t *bytes, size_t len_bytes, bool summed)
{
    assert_int_equal(decode_copy(decode, bytes, len_bytes), VTC_OK);
    for (size_t i = 0; i < len_bytes; i++)
        assert_int_not_equal(decode_copy(decode, bytes, i), VTC_OK);
    uint8_t *flipped = malloc(len_bytes);
    assert_non_null(flipped);
    for (size_t bit = 0; bit < len_bytes * 8; bit++) {
        memcpy(flipped, bytes, len_bytes);
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        vtc_status status = decode_copy(decode, flipped, len_bytes);
        if (summed)
            assert_int_not_equal(status, VTC_OK);
        else
            assert_true(status == VTC_OK || status == VTC_ERR_CORRUPT ||
                        status == VTC_ERR_UNSUPPORTED);
    }
    free(flipped);
}

/* --- file header ----------------------------------------------------------------------------- */

static vtc_status decode_file_header(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_file_header header;
    return vtci_file_header_decode(bytes, len_bytes, &header, NULL);
}

static void test_file_header__comes_back(void **state)
{
    uint8_t bytes[VTCI_FILE_HEADER_BYTES];
    struct vtci_file_header header;
    (void)state;
    vtci_file_header_encode(bytes);
    assert_int_equal(vtci_file_header_decode(bytes, sizeof bytes, &header, NULL), VTC_OK);
    assert_int_equal(header.major, 1);
    assert_int_equal(header.minor, 0);
    assert_int_equal(header.incompatible, 0);
    assert_int_equal(header.compatible, 0);
    check_damage(decode_file_header, bytes, sizeof bytes, true);
}

static void test_file_header__tells_what_is_wrong(void **state)
{
    uint8_t bytes[VTCI_FILE_HEADER_BYTES];
    struct vtci_file_header header;
    struct vtc_error err;
    (void)state;
    vtci_file_header_encode(bytes);
    assert_int_equal(vtci_file_header_decode("", 0, &header, &err), VTC_ERR_NOT_VTC);
    assert_int_equal(vtci_file_header_decode("{\"tra", 5, &header, &err), VTC_ERR_NOT_VTC);
    assert_string_equal(err.rule, "HDR-1");
    assert_int_equal(vtci_file_header_decode(bytes, 31, &header, &err), VTC_ERR_TRUNCATED);
    bytes[24] ^= 1;
    assert_int_equal(vtci_file_header_decode(bytes, 32, &header, &err), VTC_ERR_CORRUPT);
    assert_string_equal(err.rule, "HDR-2");
}

/* --- frame ----------------------------------------------------------------------------------- */

static vtc_status decode_frame(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_frame frame;
    vtc_status status = vtci_frame_peek(bytes, len_bytes, 32, &frame, NULL);
    if (status == VTC_OK)
        status = vtci_frame_verify_head(&frame, bytes, len_bytes, 32, NULL);
    if (status == VTC_OK && vtci_frame_total_bytes(&frame) > len_bytes)
        status = VTC_ERR_TRUNCATED;
    if (status == VTC_OK)
        status =
            vtci_frame_verify_payload(&frame, bytes + vtci_frame_payload_pos(&frame), 32, NULL);
    return status;
}

static void test_frame__comes_back(void **state)
{
    struct vtci_buffer out;
    struct vtci_frame frame;
    (void)state;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_frame_append(&out, VTCI_FRAME_TEXT, VTCI_FRAME_SKIPPABLE, "head", 4,
                                       "payload", 7),
                     VTC_OK);
    assert_int_equal(out.len_bytes, 32 + 4 + 7);
    assert_int_equal(vtci_frame_peek(out.data, out.len_bytes, 32, &frame, NULL), VTC_OK);
    assert_int_equal(frame.type, VTCI_FRAME_TEXT);
    assert_int_equal(frame.flags, VTCI_FRAME_SKIPPABLE);
    assert_int_equal(vtci_frame_total_bytes(&frame), out.len_bytes);
    assert_memory_equal(out.data + VTCI_FRAME_FIXED_BYTES, "head", 4);
    assert_memory_equal(out.data + vtci_frame_payload_pos(&frame), "payload", 7);
    check_damage(decode_frame, out.data, out.len_bytes, true);
    vtci_buffer_free(&out);
}

static void test_frame__without_head_and_payload(void **state)
{
    struct vtci_buffer out;
    (void)state;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_frame_append(&out, 99, 0, NULL, 0, NULL, 0), VTC_OK);
    assert_int_equal(out.len_bytes, VTCI_FRAME_OVERHEAD_BYTES);
    check_damage(decode_frame, out.data, out.len_bytes, true);
    vtci_buffer_free(&out);
}

/* SPEC: FRM-2. */
static void test_frame__lengths_are_bounded(void **state)
{
    uint8_t bytes[24] = {0xf7, 'V', 'T', 'F', 2};
    struct vtci_frame frame;
    struct vtc_error err;
    (void)state;
    vtci_store_u32(bytes + 8, VTCI_META_BYTES_MAX);
    vtci_store_u32(bytes + 12, VTCI_PAYLOAD_BYTES_MAX);
    assert_int_equal(vtci_frame_peek(bytes, sizeof bytes, 7, &frame, &err), VTC_OK);
    vtci_store_u32(bytes + 8, VTCI_META_BYTES_MAX + 1);
    assert_int_equal(vtci_frame_peek(bytes, sizeof bytes, 7, &frame, &err), VTC_ERR_CORRUPT);
    assert_string_equal(err.rule, "FRM-2");
    assert_int_equal(err.offset, 7);
    vtci_store_u32(bytes + 8, 0);
    vtci_store_u32(bytes + 12, VTCI_PAYLOAD_BYTES_MAX + 1);
    assert_int_equal(vtci_frame_peek(bytes, sizeof bytes, 7, &frame, &err), VTC_ERR_CORRUPT);
}

static void test_frame_find_sync__finds_the_first(void **state)
{
    static const uint8_t bytes[] = {0xf7, 0xf7, 'V', 'T', 0xf7, 'V', 'T', 'F', 0xf7, 'V', 'T'};
    (void)state;
    assert_ptr_equal(vtci_frame_find_sync(bytes, sizeof bytes), bytes + 4);
    assert_null(vtci_frame_find_sync(bytes + 5, sizeof bytes - 5));
    assert_null(vtci_frame_find_sync(bytes, 3));
    assert_null(vtci_frame_find_sync(bytes, 0));
}

/* --- packed head ----------------------------------------------------------------------------- */

static vtc_status decode_packed(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_packed packed;
    return vtci_packed_head_decode(bytes, len_bytes, 300, 1, 1000, "TXT-1", 32, &packed, NULL);
}

static void test_packed_head__comes_back(void **state)
{
    struct vtci_buffer out;
    struct vtci_packed packed;
    struct vtc_error err;
    (void)state;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_packed_head_encode(&out, 777, VTCI_PACKED_ZSTD), VTC_OK);
    assert_int_equal(vtci_packed_head_decode(out.data, out.len_bytes, 300, 1, 1000, "TXT-1", 32,
                                             &packed, NULL),
                     VTC_OK);
    assert_int_equal(packed.original_bytes, 777);
    assert_int_equal(packed.stored_bytes, 300);
    assert_int_equal(packed.method, VTCI_PACKED_ZSTD);
    check_damage(decode_packed, out.data, out.len_bytes, false);
    assert_int_equal(vtci_packed_head_decode(out.data, out.len_bytes, 300, 1, 776, "TXT-1", 32,
                                             &packed, &err),
                     VTC_ERR_CORRUPT);
    assert_string_equal(err.rule, "TXT-1");
    out.data[2] = VTCI_PACKED_STORED; /* then 777 bytes are not stored in 300 */
    assert_int_equal(vtci_packed_head_decode(out.data, out.len_bytes, 300, 1, 1000, "TXT-1", 32,
                                             &packed, &err),
                     VTC_ERR_CORRUPT);
    assert_string_equal(err.rule, "PCK-2");
    vtci_buffer_free(&out);
}

/* --- zone map -------------------------------------------------------------------------------- */

static const uint32_t some_tracks[] = {0, 1, 5, 300, 70000};

static void fill_zone(struct vtci_zone_map *zone)
{
    memset(zone, 0, sizeof *zone);
    zone->rows = 1000;
    zone->events = 990;
    zone->document_offset = (uint64_t)1 << 40;
    zone->document_bytes = 123456;
    zone->has_times = true;
    zone->first_ns = -5000;
    zone->range_ns = (uint64_t)1 << 50;
    zone->longest_ns = 777;
    zone->spans = 400;
    zone->phases[0] = 90;
    zone->phases['X'] = 800;
    zone->phases[255] = 100;
    zone->tracks = some_tracks;
    zone->track_count = sizeof some_tracks / sizeof some_tracks[0];
    vtci_bloom_add(zone->bloom, 1);
    vtci_bloom_add(zone->bloom, 12345);
}

static vtc_status decode_zone(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_cursor cursor = vtci_cursor_make(bytes, len_bytes);
    struct vtci_zone_map zone;
    uint32_t *tracks;
    vtc_status status = vtci_zone_map_decode(&cursor, 32, &zone, NULL);
    if (status != VTC_OK)
        return status;
    tracks = malloc((zone.track_count + 1) * sizeof *tracks);
    assert_non_null(tracks);
    vtci_zone_map_tracks(&zone, tracks);
    free(tracks);
    return VTC_OK;
}

static void test_zone_map__comes_back(void **state)
{
    struct vtci_buffer out;
    struct vtci_zone_map zone, back;
    uint32_t tracks[8];
    (void)state;
    vtci_buffer_init(&out, &memory);
    fill_zone(&zone);
    assert_int_equal(vtci_zone_map_encode(&out, &zone), VTC_OK);
    struct vtci_cursor cursor = vtci_cursor_make(out.data, out.len_bytes);
    assert_int_equal(vtci_zone_map_decode(&cursor, 32, &back, NULL), VTC_OK);
    assert_int_equal(vtci_cursor_left(&cursor), 0);
    assert_int_equal(back.rows, zone.rows);
    assert_int_equal(back.events, zone.events);
    assert_true(back.document_offset == zone.document_offset);
    assert_true(back.document_bytes == zone.document_bytes);
    assert_true(back.has_times);
    assert_true(back.first_ns == zone.first_ns && back.range_ns == zone.range_ns);
    assert_true(vtci_zone_map_last_ns(&back) == ((int64_t)1 << 50) - 5000);
    assert_true(back.longest_ns == zone.longest_ns && back.spans == zone.spans);
    assert_memory_equal(back.phases, zone.phases, sizeof zone.phases);
    assert_memory_equal(back.bloom, zone.bloom, sizeof zone.bloom);
    assert_int_equal(back.track_count, zone.track_count);
    vtci_zone_map_tracks(&back, tracks);
    assert_memory_equal(tracks, some_tracks, sizeof some_tracks);
    for (size_t i = 0; i < zone.track_count; i++)
        assert_true(vtci_zone_map_has_track(&back, some_tracks[i]));
    assert_false(vtci_zone_map_has_track(&back, 2));
    assert_false(vtci_zone_map_has_track(&back, 70001));
    check_damage(decode_zone, out.data, out.len_bytes, false);
    vtci_buffer_free(&out);
}

static void test_zone_map__steps_over_later_fields(void **state)
{
    struct vtci_buffer out, longer;
    struct vtci_zone_map zone, back;
    (void)state;
    vtci_buffer_init(&out, &memory);
    vtci_buffer_init(&longer, &memory);
    fill_zone(&zone);
    assert_int_equal(vtci_zone_map_encode(&out, &zone), VTC_OK);
    struct vtci_cursor cursor = vtci_cursor_make(out.data, out.len_bytes);
    uint64_t fields_bytes = vtci_cursor_varint(&cursor);
    assert_int_equal(vtci_buffer_varint(&longer, fields_bytes + 3), VTC_OK);
    assert_int_equal(vtci_buffer_append(&longer, cursor.pos, (size_t)fields_bytes), VTC_OK);
    assert_int_equal(vtci_buffer_append(&longer, "newX", 4), VTC_OK);
    cursor = vtci_cursor_make(longer.data, longer.len_bytes);
    assert_int_equal(vtci_zone_map_decode(&cursor, 32, &back, NULL), VTC_OK);
    assert_int_equal(vtci_cursor_u8(&cursor), 'X');
    assert_int_equal(back.track_count, zone.track_count);
    vtci_buffer_free(&out);
    vtci_buffer_free(&longer);
}

static void test_zone_map_last_ns__does_not_overflow(void **state)
{
    struct vtci_zone_map zone;
    (void)state;
    memset(&zone, 0, sizeof zone);
    zone.first_ns = INT64_MIN;
    zone.range_ns = UINT64_MAX;
    assert_true(vtci_zone_map_last_ns(&zone) == INT64_MAX);
    zone.first_ns = INT64_MAX;
    zone.range_ns = 1;
    assert_true(vtci_zone_map_last_ns(&zone) == INT64_MAX);
    zone.first_ns = INT64_MIN;
    zone.range_ns = 5;
    assert_true(vtci_zone_map_last_ns(&zone) == INT64_MIN + 5);
}

/* SPEC: ZON-3. */
static void test_bloom__has_what_was_added(void **state)
{
    uint8_t bloom[VTCI_BLOOM_BYTES] = {0};
    (void)state;
    assert_false(vtci_bloom_may_have(bloom, 7));
    for (uint64_t id = 1; id < 20; id++)
        vtci_bloom_add(bloom, id * 1000003);
    for (uint64_t id = 1; id < 20; id++)
        assert_true(vtci_bloom_may_have(bloom, id * 1000003));
    assert_false(vtci_bloom_may_have(bloom, 0));
    vtci_bloom_add(bloom, 0);
    assert_true(vtci_bloom_may_have(bloom, 0));
    assert_true(vtci_bloom_may_have(bloom, 123));
}

/* --- document -------------------------------------------------------------------------------- */

static vtc_status decode_document(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_document document;
    vtc_status status = vtci_document_decode(bytes, len_bytes, 32, &document, NULL);
    if (status != VTC_OK)
        return status;
    struct vtci_issue *issues = malloc((document.listed_count + 1) * sizeof *issues);
    assert_non_null(issues);
    vtci_document_issues(&document, issues);
    free(issues);
    return VTC_OK;
}

static void test_document__comes_back(void **state)
{
    static const struct vtci_issue issues[] = {{0, 3, VTCI_ISSUE_GARBAGE},
                                               {500, 0, VTCI_ISSUE_SECOND_DOCUMENT},
                                               {500, 500, VTCI_ISSUE_MALFORMED}};
    struct vtci_document document, back;
    struct vtci_issue found[3];
    struct vtci_buffer out;
    (void)state;
    memset(&document, 0, sizeof document);
    document.bytes = 1000;
    document.hash = (struct vtci_hash128){1, UINT64_MAX};
    document.rows = 20;
    document.events = 10;
    document.cut_off = true;
    document.issue_count = 99;
    document.listed_count = 3;
    document.issues = issues;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_document_encode(&out, &document), VTC_OK);
    assert_int_equal(vtci_document_decode(out.data, out.len_bytes, 32, &back, NULL), VTC_OK);
    assert_true(back.bytes == 1000 && back.rows == 20 && back.events == 10 && back.cut_off);
    assert_true(back.hash.low == 1 && back.hash.high == UINT64_MAX);
    assert_true(back.issue_count == 99 && back.listed_count == 3);
    vtci_document_issues(&back, found);
    for (size_t i = 0; i < 3; i++) {
        assert_true(found[i].offset == issues[i].offset);
        assert_true(found[i].len_bytes == issues[i].len_bytes);
        assert_int_equal(found[i].cause, issues[i].cause);
    }
    check_damage(decode_document, out.data, out.len_bytes, false);
    vtci_buffer_free(&out);
}

static void test_document__refuses_issues_outside(void **state)
{
    static const struct vtci_issue outside[] = {{900, 101, VTCI_ISSUE_GARBAGE}};
    struct vtci_document document, back;
    struct vtci_buffer out;
    (void)state;
    memset(&document, 0, sizeof document);
    document.bytes = 1000;
    document.issue_count = document.listed_count = 1;
    document.issues = outside;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_document_encode(&out, &document), VTC_OK);
    assert_int_equal(vtci_document_decode(out.data, out.len_bytes, 32, &back, NULL),
                     VTC_ERR_CORRUPT);
    vtci_buffer_free(&out);
}

/* --- index and trailer ----------------------------------------------------------------------- */

#define INDEX_OFFSET (32 + 100 + 5000 + 77)

static vtc_status decode_index(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_index_cursor cursor;
    struct vtci_index_entry entry;
    vtc_status status = vtci_index_decode_begin(bytes, len_bytes, INDEX_OFFSET, &cursor, NULL);
    while (status == VTC_OK)
        status = vtci_index_decode_next(&cursor, &entry, NULL);
    return status == VTC_END ? VTC_OK : status;
}

static void test_index__comes_back(void **state)
{
    struct vtci_buffer entries, out, top, totals;
    struct vtci_index_cursor cursor;
    struct vtci_index_entry entry;
    struct vtci_zone_map zone;
    (void)state;
    vtci_buffer_init(&entries, &memory);
    vtci_buffer_init(&out, &memory);
    vtci_buffer_init(&top, &memory);
    vtci_buffer_init(&totals, &memory);
    fill_zone(&zone);
    assert_int_equal(vtci_index_entry_encode(&entries, VTCI_FRAME_DEFINITIONS, 100, NULL), VTC_OK);
    assert_int_equal(vtci_index_entry_encode(&entries, VTCI_FRAME_BLOCK, 5000, &zone), VTC_OK);
    assert_int_equal(vtci_index_entry_encode(&entries, VTCI_FRAME_DOCUMENT, 77, NULL), VTC_OK);
    assert_int_equal(vtci_buffer_append(&top, "list", 4), VTC_OK);
    assert_int_equal(vtci_buffer_append(&totals, "totals", 6), VTC_OK);
    assert_int_equal(vtci_index_encode(&out, 3, &entries, &top, &totals), VTC_OK);
    assert_int_equal(vtci_index_decode_begin(out.data, out.len_bytes, INDEX_OFFSET, &cursor, NULL),
                     VTC_OK);
    assert_int_equal(cursor.frames_left, 3);
    assert_int_equal(vtci_index_decode_next(&cursor, &entry, NULL), VTC_OK);
    assert_int_equal(entry.offset, 32);
    assert_int_equal(vtci_index_decode_next(&cursor, &entry, NULL), VTC_OK);
    assert_int_equal(entry.type, VTCI_FRAME_BLOCK);
    assert_int_equal(entry.offset, 132);
    assert_int_equal(entry.frame_bytes, 5000);
    assert_int_equal(entry.zone.rows, zone.rows);
    assert_true(entry.zone_len_bytes > VTCI_BLOOM_BYTES);
    assert_int_equal(vtci_index_decode_next(&cursor, &entry, NULL), VTC_OK);
    assert_int_equal(vtci_index_decode_next(&cursor, &entry, NULL), VTC_END);
    assert_int_equal(cursor.top.len_bytes, 4);
    assert_memory_equal(cursor.top.data, "list", 4);
    assert_int_equal(cursor.totals.len_bytes, 6);
    assert_memory_equal(cursor.totals.data, "totals", 6);
    vtci_buffer_free(&top);
    vtci_buffer_free(&totals);
    /* The frames alone are an INDEX too, so no list is looked for in what is cut off. */
    out.len_bytes = 0;
    assert_int_equal(vtci_index_encode(&out, 3, &entries, &top, &totals), VTC_OK);
    check_damage(decode_index, out.data, out.len_bytes, false);
    vtci_buffer_free(&entries);
    vtci_buffer_free(&out);
}

/* CON-2: a count is checked against the bytes that are there. */
static void test_index__counts_are_bounded(void **state)
{
    static const uint8_t many[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 1, 32};
    struct vtci_index_cursor cursor;
    (void)state;
    assert_int_equal(vtci_index_decode_begin(many, sizeof many, INDEX_OFFSET, &cursor, NULL),
                     VTC_ERR_CORRUPT);
}

static vtc_status decode_top_list(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_top_span spans[8];
    struct vtci_top_track tracks[8];
    struct vtci_top_list list = {spans, 0, tracks, 0};
    size_t span_count;
    vtc_status status = vtci_top_list_peek(bytes, len_bytes, 99, &span_count, NULL);
    if (status != VTC_OK || span_count > 8)
        return VTC_ERR_CORRUPT;
    return vtci_top_list_decode(bytes, len_bytes, 99, &list, NULL);
}

static void test_top_list__comes_back(void **state)
{
    static const struct vtci_bytes text = {(const uint8_t *)"text", 4}, none = {NULL, 0};
    struct vtci_top_span spans[3] = {
        {INT64_MAX, INT64_MIN + 1, 7, 9, 0, 'X', {7, none}, {VTCI_TOP_NOTHING, none}},
        {5, INT64_MAX, 0, 1, 3, 'E', {VTCI_TOP_TEXT, text}, {VTCI_TOP_TEXT, none}},
        {INT64_MIN + 1, 0, 0, 2, 3, 'X', {2, none}, {3, none}},
    };
    struct vtci_top_track tracks[2] = {{0, {VTCI_TOP_NO_NAME, none}, {VTCI_TOP_TEXT, text}},
                                       {3, {VTCI_TOP_NOTHING, none}, {VTCI_TOP_NO_NAME, none}}};
    struct vtci_top_list list = {spans, 3, tracks, 2}, back = {0};
    struct vtci_buffer out;
    size_t span_count;
    (void)state;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_top_list_encode(&out, &list), VTC_OK);
    assert_int_equal(vtci_top_list_peek(out.data, out.len_bytes, 0, &span_count, NULL), VTC_OK);
    assert_int_equal(span_count, 3);
    back.spans = calloc(span_count, sizeof *back.spans);
    back.tracks = calloc(span_count, sizeof *back.tracks);
    assert_int_equal(vtci_top_list_decode(out.data, out.len_bytes, 0, &back, NULL), VTC_OK);
    assert_int_equal(back.track_count, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(vtci_top_span_compare(&spans[i], &back.spans[i]), 0);
        assert_int_equal(spans[i].track, back.spans[i].track);
        assert_int_equal(spans[i].phase, back.spans[i].phase);
        assert_int_equal(spans[i].name.code, back.spans[i].name.code);
        assert_int_equal(spans[i].category.code, back.spans[i].category.code);
    }
    assert_true(vtci_bytes_equal(back.spans[1].name.text, text));
    assert_int_equal(back.tracks[1].track, 3);
    assert_true(vtci_bytes_equal(back.tracks[0].thread.text, text));
    free(back.spans);
    free(back.tracks);
    check_damage(decode_top_list, out.data, out.len_bytes, false);
    vtci_buffer_free(&out);
}

static vtc_status decode_name_totals(const uint8_t *bytes, size_t len_bytes)
{
    struct vtci_name_total names[8];
    size_t count;
    vtc_status status = vtci_name_totals_peek(bytes, len_bytes, 99, &count, NULL);
    if (status != VTC_OK || count > 8)
        return VTC_ERR_CORRUPT;
    return vtci_name_totals_decode(bytes, len_bytes, 99, names, NULL);
}

static void test_name_totals__come_back(void **state)
{
    static const struct vtci_name_total names[] = {
        {0, 1, 0, 0, 0, 0},
        {1, 0, 1, INT64_MIN, INT64_MIN, INT64_MIN},
        {2, 9, 2, -1, INT64_MIN, INT64_MAX},
        {70, UINT64_MAX, UINT64_MAX, INT64_MAX, INT64_MIN, INT64_MAX},
        {UINT32_MAX - 1, 3, 4, INT64_MIN, 5, 5},
    };
    enum { COUNT = sizeof names / sizeof *names };
    struct vtci_name_total back[COUNT];
    struct vtci_buffer out;
    size_t count;
    (void)state;
    vtci_buffer_init(&out, &memory);
    assert_int_equal(vtci_name_totals_encode(&out, names, COUNT), VTC_OK);
    assert_int_equal(vtci_name_totals_peek(out.data, out.len_bytes, 0, &count, NULL), VTC_OK);
    assert_int_equal(count, COUNT);
    assert_int_equal(vtci_name_totals_decode(out.data, out.len_bytes, 0, back, NULL), VTC_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(back[i].id, names[i].id);
        assert_int_equal(back[i].events, names[i].events);
        assert_int_equal(back[i].spans, names[i].spans);
        assert_int_equal(back[i].total_ns, names[i].total_ns);
        assert_int_equal(back[i].least_ns, names[i].least_ns);
        assert_int_equal(back[i].most_ns, names[i].most_ns);
    }
    check_damage(decode_name_totals, out.data, out.len_bytes, false);
    vtci_buffer_free(&out);
}

static vtc_status decode_trailer(const uint8_t *bytes, size_t len_bytes)
{
    uint64_t offset;
    if (len_bytes < VTCI_TRAILER_BYTES)
        return VTC_ERR_TRUNCATED;
    return vtci_trailer_decode(bytes, &offset) ? VTC_OK : VTC_ERR_CORRUPT;
}

static void test_trailer__comes_back(void **state)
{
    uint8_t bytes[VTCI_TRAILER_BYTES];
    uint64_t offset = 0;
    (void)state;
    vtci_trailer_encode((uint64_t)1 << 60, bytes);
    assert_true(vtci_trailer_decode(bytes, &offset));
    assert_true(offset == (uint64_t)1 << 60);
    check_damage(decode_trailer, bytes, sizeof bytes, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_header__comes_back),
        cmocka_unit_test(test_file_header__tells_what_is_wrong),
        cmocka_unit_test(test_frame__comes_back),
        cmocka_unit_test(test_frame__without_head_and_payload),
        cmocka_unit_test(test_frame__lengths_are_bounded),
        cmocka_unit_test(test_frame_find_sync__finds_the_first),
        cmocka_unit_test(test_packed_head__comes_back),
        cmocka_unit_test(test_zone_map__comes_back),
        cmocka_unit_test(test_zone_map__steps_over_later_fields),
        cmocka_unit_test(test_zone_map_last_ns__does_not_overflow),
        cmocka_unit_test(test_bloom__has_what_was_added),
        cmocka_unit_test(test_document__comes_back),
        cmocka_unit_test(test_document__refuses_issues_outside),
        cmocka_unit_test(test_index__comes_back),
        cmocka_unit_test(test_index__counts_are_bounded),
        cmocka_unit_test(test_top_list__comes_back),
        cmocka_unit_test(test_name_totals__come_back),
        cmocka_unit_test(test_trailer__comes_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
