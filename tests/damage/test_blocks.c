/* Damage to a file of several blocks, with pairs that begin in one and end in another: what is left
 * is what was there. Every prefix gives whole blocks with the very events and spans; every damaged
 * byte is found by vtc_verify, with a rule and an offset, and each block that still opens is right.
 * ctest: timeout 900
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "support/round_trip.h"
#include "support/scale.h"
#include "support/slowest.h"
#include "vtc/block.h"
#include "vtc/verify.h"

#define PARTS 4u

struct facts {
    struct bytes text, file;
    uint64_t blocks;
    uint64_t digest[PARTS];   /* of the events and spans of a block */
    uint64_t file_end[PARTS]; /* where its frame ends */
    uint64_t text_end[PARTS];
    uint64_t index_offset;
};

/* A gap that is too long to be a separator ends a block, so that small files have several. */
static void make_text(struct bytes *out)
{
    char line[256];
    unsigned us = 0;
    bytes_text(out, "{\"traceEvents\":[\n");
    for (unsigned part = 0; part < PARTS; part++) {
        for (unsigned i = 0; i < 8; i++, us += 7) {
            snprintf(line, sizeof line,
                     "{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"ts\":%u.%03u,\"dur\":3.25,"
                     "\"name\":\"f%u\",\"args\":{\"n\":%u}},\n",
                     us, i * 37, part * 3 + i % 3, i * part);
            bytes_text(out, line);
        }
        snprintf(line, sizeof line,
                 "{\"ph\":\"B\",\"pid\":1,\"tid\":3,\"ts\":%u,\"name\":\"b%u\"},\n", us, part);
        bytes_text(out, line);
        if (part % 2) {
            snprintf(line, sizeof line, "{\"ph\":\"E\",\"pid\":1,\"tid\":3,\"ts\":%u},\n", us + 1);
            bytes_text(out, line);
            bytes_text(out, line);
        }
        if (part + 1 < PARTS)
            for (unsigned i = 0; i < 70000; i += 50)
                bytes_text(out, "                                                  ");
    }
    bytes_text(out, "{}],\"z\":[1,2]}\n");
}

static void add(struct bytes *all, const void *bytes, size_t len_bytes)
{
    bytes_append(all, &len_bytes, sizeof len_bytes);
    if (bytes)
        bytes_append(all, bytes, len_bytes);
}

static void add_strings(struct bytes *all, const vtc_block *block, const vtc_string *strings,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct vtc_text text = vtc_block_string(block, strings[i]);
        add(all, text.data, text.len_bytes);
    }
}

/* Numbers of tracks depend on the definitions that are there; their texts do not, but those that come
 * first stay first, so the numbers are the same too. */
static vtc_status digest_block(const vtc_reader *reader, uint64_t index, uint64_t *out_digest,
                               struct vtc_error *err)
{
    vtc_block *block;
    const struct vtc_spans *spans;
    struct bytes all = {0};
    vtc_status status = vtc_block_open(reader, index, VTC_FIELD_ALL, &block, err);
    if (status != VTC_OK)
        return status;
    const struct vtc_events *events = vtc_block_events(block);
    size_t count = events->count;
    add(&all, events->row, count * sizeof *events->row);
    add(&all, events->phase, count);
    add(&all, events->time_ns, count * sizeof *events->time_ns);
    add(&all, events->duration_ns, count * sizeof *events->duration_ns);
    add(&all, events->track, count * sizeof *events->track);
    add_strings(&all, block, events->name, count);
    status = vtc_block_spans(block, &spans, err);
    if (status == VTC_OK) {
        add(&all, spans->start_ns, spans->count * sizeof *spans->start_ns);
        add(&all, spans->duration_ns, spans->count * sizeof *spans->duration_ns);
        add(&all, spans->track, spans->count * sizeof *spans->track);
        add_strings(&all, block, spans->name, spans->count);
    }
    vtc_block_close(block);
    *out_digest = vtci_checksum(all.data, all.len_bytes);
    bytes_free(&all);
    return status;
}

static void make_facts(struct facts *facts, int level)
{
    struct vtc_error err;
    vtc_reader *reader;
    struct vtc_summary summary;
    struct vtc_frame frame;
    memset(facts, 0, sizeof *facts);
    make_text(&facts->text);
    assert_int_equal(compress_bytes(facts->text.data, facts->text.len_bytes, 0, level, 1,
                                    &facts->file, NULL, &err),
                     VTC_OK);
    assert_int_equal(vtc_reader_open_memory(facts->file.data, facts->file.len_bytes, NULL, &reader,
                                            &err),
                     VTC_OK);
    assert_int_equal(vtc_verify(reader, NULL, NULL, &err), VTC_OK);
    assert_true(vtc_reader_is_complete(reader));
    vtc_reader_summary(reader, &summary);
    facts->blocks = summary.blocks;
    assert_int_equal(summary.blocks, PARTS);
    assert_int_equal(summary.spans, PARTS * 8 + 4); /* two of the pairs lie in two blocks */
    for (uint64_t i = 0; i < PARTS; i++) {
        struct vtc_zone zone;
        assert_int_equal(vtc_reader_zone(reader, i, &zone), VTC_OK);
        assert_int_equal(digest_block(reader, i, &facts->digest[i], &err), VTC_OK);
        facts->file_end[i] = zone.file_offset + zone.stored_bytes;
        facts->text_end[i] = zone.document_offset + zone.document_bytes;
    }
    for (uint64_t i = 0; vtc_reader_frame(reader, i, &frame) == VTC_OK; i++)
        if (strcmp(frame.type, "INDEX") == 0)
            facts->index_offset = frame.file_offset;
    assert_true(facts->index_offset > facts->file_end[PARTS - 1]);
    vtc_reader_close(reader);
}

static void free_facts(struct facts *facts)
{
    bytes_free(&facts->text);
    bytes_free(&facts->file);
}

static vtc_status write_back(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    (void)err;
    bytes_append(context, bytes, len_bytes);
    return VTC_OK;
}

/* How many of the first blocks a reader gives, each of which must be the very one. */
static uint64_t check_blocks(const vtc_reader *reader, const struct facts *facts)
{
    struct vtc_summary summary;
    vtc_reader_summary(reader, &summary);
    assert_true(summary.blocks <= facts->blocks);
    for (uint64_t i = 0; i < summary.blocks; i++) {
        uint64_t digest;
        struct vtc_error err = {0};
        if (digest_block(reader, i, &digest, &err) != VTC_OK)
            return i;
        assert_int_equal(digest, facts->digest[i]);
    }
    return summary.blocks;
}

static void check_prefix(const struct facts *facts, size_t len_bytes)
{
    struct bytes back = {0};
    struct vtc_error err = {0};
    vtc_reader *reader;
    uint8_t *part = malloc(len_bytes ? len_bytes : 1); /* its length, so that ASan sees its end */
    assert_non_null(part);
    memcpy(part, facts->file.data, len_bytes);
    vtc_status status = vtc_reader_open_memory(part, len_bytes, NULL, &reader, &err);
    if (status != VTC_OK) {
        assert_true(len_bytes < facts->file_end[0]);
        assert_true(status == VTC_ERR_TRUNCATED || status == VTC_ERR_NOT_VTC);
        free(part);
        return;
    }
    uint64_t whole = 0;
    while (whole < PARTS && facts->file_end[whole] <= len_bytes)
        whole++;
    assert_int_equal(check_blocks(reader, facts), whole);
    status = vtc_decompress(reader, write_back, &back, NULL, NULL, &err);
    assert_true(back.len_bytes <= facts->text.len_bytes);
    if (back.len_bytes)
        assert_memory_equal(back.data, facts->text.data, back.len_bytes);
    if (whole)
        assert_true(back.len_bytes >= facts->text_end[whole - 1]);
    if (len_bytes >= facts->index_offset) { /* nothing of the document is lost */
        assert_int_equal(status, VTC_OK);
        assert_int_equal(back.len_bytes, facts->text.len_bytes);
        assert_true(vtc_reader_is_complete(reader));
    } else {
        assert_int_equal(status, VTC_ERR_TRUNCATED);
        assert_false(vtc_reader_is_complete(reader));
        assert_int_equal(vtc_reader_damage(reader, &err), VTC_ERR_TRUNCATED);
        assert_true(err.offset <= len_bytes);
    }
    assert_int_equal(vtc_verify(reader, NULL, NULL, &err), VTC_ERR_TRUNCATED);
    vtc_reader_close(reader);
    bytes_free(&back);
    free(part);
}

static void test_prefix__gives_whole_blocks(void **state)
{
    static const int levels[] = {1, 3, 12};
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        struct facts facts;
        make_facts(&facts, levels[l]);
        for (size_t len_bytes = 0; len_bytes < facts.file.len_bytes; len_bytes++)
            check_prefix(&facts, len_bytes);
        free_facts(&facts);
    }
}

/* Verification finds it, and a block that opens all the same is the very one. */
static void check_flip(const struct facts *facts, size_t at, unsigned bit)
{
    struct vtc_error err = {0};
    vtc_reader *reader;
    facts->file.data[at] ^= (uint8_t)(1u << bit);
    vtc_status status =
        vtc_reader_open_memory(facts->file.data, facts->file.len_bytes, NULL, &reader, &err);
    if (status == VTC_OK) {
        check_blocks(reader, facts);
        status = vtc_verify(reader, NULL, NULL, &err);
        vtc_reader_close(reader);
    }
    if (status != VTC_ERR_CORRUPT && status != VTC_ERR_TRUNCATED && status != VTC_ERR_NOT_VTC &&
        status != VTC_ERR_UNSUPPORTED)
        fail_msg("byte %zu, bit %u: %s", at, bit, vtc_status_name(status));
    if (!err.rule[0] || err.offset > at)
        fail_msg("byte %zu, bit %u: rule '%s', offset %llu: %s", at, bit, err.rule,
                 (unsigned long long)err.offset, err.message);
    facts->file.data[at] ^= (uint8_t)(1u << bit);
}

static void test_verify__finds_flips_in_every_byte(void **state)
{
    static const int levels[] = {1, 12};
    (void)state;
    for (size_t l = 0; l < 2; l++) {
        struct facts facts;
        make_facts(&facts, levels[l]);
        for (size_t at = 0; at < facts.file.len_bytes; at++)
            for (unsigned bit = (unsigned)at % 2; bit < 8; bit += TEST_SCALED(2, 4))
                check_flip(&facts, at, bit);
        free_facts(&facts);
    }
}

/* Without its index a file answers the same. */
static void test_slowest__without_index(void **state)
{
    (void)state;
    struct facts facts;
    make_facts(&facts, 3);
    struct vtc_span found[2][6];
    for (unsigned cut = 0; cut < 2; cut++) {
        vtc_reader *reader;
        struct test_slowest slowest;
        assert_int_equal(vtc_reader_open_memory(facts.file.data,
                                                cut ? facts.index_offset : facts.file.len_bytes,
                                                NULL, &reader, NULL),
                         VTC_OK);
        assert_int_equal(check_blocks(reader, &facts), PARTS);
        assert_int_equal(test_slowest_find(reader, 6, &slowest, NULL), VTC_OK);
        assert_int_equal(slowest.heap.count, 6);
        memcpy(found[cut], slowest.heap.spans, sizeof found[cut]);
        test_slowest_free(&slowest);
        vtc_reader_close(reader);
    }
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(found[0][i].start_ns, found[1][i].start_ns);
        assert_int_equal(found[0][i].duration_ns, found[1][i].duration_ns);
        assert_int_equal(found[0][i].block, found[1][i].block);
        assert_int_equal(found[0][i].row, found[1][i].row);
    }
    free_facts(&facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefix__gives_whole_blocks),
        cmocka_unit_test(test_verify__finds_flips_in_every_byte),
        cmocka_unit_test(test_slowest__without_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
