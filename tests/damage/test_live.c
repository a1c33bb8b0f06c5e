/* Damage to live files: what is lost is said, and takes nothing from the rest. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "support/round_trip.h"
#include "vtc/live.h"
#include "wire/live.h"

enum { PAGE = 4096, WRITERS = 2, PAGES = 6, EVENTS = 10, FILE_PAGES = 2 + WRITERS * PAGES };
static const uint64_t FAMILY = 0x1122334455667788u;

/* --- a file: page 0, the LOG, the pages of two writers in turn --------------------------------- */

static void build_head(uint8_t *page)
{
    static const uint8_t magic[8] = {0x89, 'V', 'T', 'C', '\r', '\n', 0x1a, '\n'};
    memcpy(page, magic, sizeof magic);
    vtci_store_u16(page + 8, 1);
    vtci_store_u32(page + 16, 1);
    vtci_store_u64(page + 24, vtci_checksum(page, 24));
    vtci_store_u64(page + 32, FAMILY);
    vtci_store_u32(page + 48, 4242);
    vtci_store_u64(page + 64, 1); /* a boot that there is not */
    vtci_store_u32(page + 72, 2);
    vtci_store_u64(page + 128, vtci_checksum(page + 32, 96));
    vtci_store_u32(page + 192, 2);
}

static void build_page(uint8_t *page, uint32_t mark, uint32_t writer, uint32_t sequence,
                       uint64_t base)
{
    vtci_store_u32(page, mark);
    vtci_store_u32(page + 4, 1);
    vtci_store_u32(page + 8, writer);
    vtci_store_u32(page + 12, sequence);
    vtci_store_u64(page + 16, base);
    vtci_store_u64(page + 24, vtci_checksum_seeded(page, 24, FAMILY));
}

static size_t log_record(uint8_t *at, uint8_t type, const uint8_t *body, uint32_t body_bytes)
{
    at[0] = 0x4C;
    at[1] = 0x56;
    at[2] = type;
    vtci_store_u32(at + 4, body_bytes);
    vtci_store_u64(at + 8, vtci_checksum_seeded(body, body_bytes, type));
    memcpy(at + 16, body, body_bytes);
    return vtci_live_log_bytes(body_bytes);
}

static void build_log(uint8_t *page)
{
    uint8_t name[] = {1, 0, 0, 0, 't', 'i', 'c', 'k'};
    uint8_t site[24] = {1, 0, 0, 0, 'i', 0, 0, 0, 1};
    uint8_t *at = page + 32;
    build_page(page, 0x00025056, 0, 0, 0);
    at += log_record(at, 1, name, sizeof name);
    at += log_record(at, 2, site, sizeof site);
    for (uint8_t writer = 1; writer <= WRITERS; writer++) {
        uint8_t body[16] = {writer, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(10 * writer)};
        at += log_record(at, 3, body, sizeof body);
    }
}

/* Event number i of page p of writer w is at 1000 w + 100 p + i µs. */
static uint64_t event_us(unsigned writer, unsigned page, unsigned event)
{
    return 1000 * writer + 100 * page + event;
}

static unsigned page_of(unsigned writer, unsigned sequence)
{
    return 2 + sequence * WRITERS + writer - 1;
}

static uint8_t *build_file(void)
{
    uint8_t *file = calloc(FILE_PAGES, PAGE);
    assert_non_null(file);
    build_head(file);
    build_log(file + PAGE);
    for (unsigned writer = 1; writer <= WRITERS; writer++)
        for (unsigned sequence = 0; sequence < PAGES; sequence++) {
            uint8_t *page = file + (size_t)page_of(writer, sequence) * PAGE;
            build_page(page, 0x00015056, writer, sequence, 1000 * event_us(writer, sequence, 0));
            for (unsigned i = 0; i < EVENTS; i++) {
                vtci_store_u32(page + 32 + 8 * i, (1000 * i) << 4 | 1);
                vtci_store_u32(page + 36 + 8 * i, 1);
            }
        }
    return file;
}

/* --- reading it -------------------------------------------------------------------------------- */

static vtc_status read_live(const void *file, size_t len_bytes, size_t piece_bytes,
                            struct bytes *text, struct vtc_live_facts *facts)
{
    vtc_live *live = NULL;
    uint8_t *buffer = malloc(piece_bytes);
    size_t given = 0;
    assert_non_null(buffer);
    vtc_status status = vtc_live_open_memory(file, len_bytes, NULL, &live, NULL);
    if (status == VTC_OK) {
        do {
            assert_int_equal(vtc_live_read(live, buffer, piece_bytes, &given, NULL), VTC_OK);
            bytes_append(text, buffer, given);
        } while (given);
        vtc_live_info(live, facts);
        vtc_live_close(live);
    }
    free(buffer);
    bytes_append(text, "", 1);
    return status;
}

static bool has_event(const struct bytes *text, unsigned writer, unsigned page, unsigned event)
{
    char row[160];
    snprintf(row, sizeof row, "\"tid\":%u,\"ts\":%llu.000,\"s\":\"t\",\"name\":\"tick\"}",
             10 * writer, (unsigned long long)event_us(writer, page, event));
    return strstr((const char *)text->data, row) != NULL;
}

static void test_live__any_capacity_gives_the_same(void **state)
{
    (void)state;
    uint8_t *file = build_file();
    struct bytes whole = {0};
    struct vtc_live_facts facts;
    assert_int_equal(read_live(file, (size_t)FILE_PAGES * PAGE, 1 << 20, &whole, &facts), VTC_OK);
    assert_int_equal(facts.events, WRITERS * PAGES * EVENTS);
    assert_int_equal(facts.damage, 0);
    static const size_t capacities[] = {1, 7, 100, 65535, 65536};
    for (size_t i = 0; i < 5; i++) {
        struct bytes text = {0};
        assert_int_equal(read_live(file, (size_t)FILE_PAGES * PAGE, capacities[i], &text, &facts),
                         VTC_OK);
        assert_int_equal(text.len_bytes, whole.len_bytes);
        assert_memory_equal(text.data, whole.data, whole.len_bytes);
        bytes_free(&text);
    }
    bytes_free(&whole);
    free(file);
}

/* SPEC: LIV-2 */
static void test_live__every_prefix(void **state)
{
    (void)state;
    uint8_t *file = build_file();
    for (size_t len_bytes = 0; len_bytes <= (size_t)FILE_PAGES * PAGE;
         len_bytes += len_bytes < 300 ? 1 : 257) {
        /* Of its own, so that a sanitizer sees a read past its end. */
        uint8_t *copy = malloc(len_bytes ? len_bytes : 1);
        struct bytes text = {0};
        struct vtc_live_facts facts;
        assert_non_null(copy);
        memcpy(copy, file, len_bytes);
        vtc_status status = read_live(copy, len_bytes, 1 << 20, &text, &facts);
        assert_int_equal(status, len_bytes == 0     ? VTC_ERR_NOT_VTC
                                 : len_bytes < PAGE ? VTC_ERR_TRUNCATED
                                                    : VTC_OK);
        for (unsigned sequence = 0; sequence < PAGES; sequence++)
            for (unsigned writer = 1; writer <= WRITERS; writer++)
                assert_int_equal(has_event(&text, writer, sequence, EVENTS - 1),
                                 (page_of(writer, sequence) + 1) * PAGE <= len_bytes);
        bytes_free(&text);
        free(copy);
    }
    free(file);
}

/* SPEC: LIV-3, LIV-5, LIV-11. What a checksum covers is detected; what it does not, is one page's. */
static void test_live__every_flipped_bit(void **state)
{
    (void)state;
    uint8_t *file = build_file();
    struct bytes whole = {0};
    struct vtc_live_facts facts;
    size_t len_bytes = (size_t)page_of(2, 0) * PAGE + PAGE; /* a page of each writer */
    assert_int_equal(read_live(file, len_bytes, 1 << 20, &whole, &facts), VTC_OK);
    for (size_t page = 0; page < len_bytes / PAGE; page++)
        for (size_t bit = 0; bit < 208 * 8; bit++) {
            size_t pos = page * PAGE + bit / 8;
            struct bytes text = {0};
            file[pos] ^= (uint8_t)(1 << bit % 8);
            vtc_status status = read_live(file, len_bytes, 1 << 20, &text, &facts);
            bool is_same = status == VTC_OK && text.len_bytes == whole.len_bytes &&
                           memcmp(text.data, whole.data, whole.len_bytes) == 0;
            if (page == 0 && bit / 8 < 136)
                assert_int_not_equal(status, VTC_OK);
            else if (page == 0)
                assert_true(status == VTC_OK || status == VTC_ERR_UNSUPPORTED);
            else if (bit / 8 < 4)
                assert_true(status == VTC_OK && (is_same || facts.damage > 0));
            else if (bit / 8 < 32)
                assert_true(status == VTC_OK && facts.damage > 0);
            else if (page >= 2) /* no checksum; the other writer loses nothing */
                for (unsigned i = 0; i < EVENTS; i++)
                    assert_true(has_event(&text, page == 2 ? 2 : 1, 0, i));
            else
                assert_true(status == VTC_OK);
            file[pos] ^= (uint8_t)(1 << bit % 8);
            bytes_free(&text);
        }
    bytes_free(&whole);
    free(file);
}

/* SPEC: LIV-6. A power cut: any pages did not reach the disk. */
static void test_live__pages_lost(void **state)
{
    (void)state;
    uint8_t *file = build_file(), *cut = malloc((size_t)FILE_PAGES * PAGE);
    uint32_t random = 1;
    assert_non_null(cut);
    for (unsigned round = 0; round < 300; round++) {
        bool is_there[WRITERS + 1][PAGES];
        uint64_t missing = 0;
        memcpy(cut, file, (size_t)FILE_PAGES * PAGE);
        for (unsigned writer = 1; writer <= WRITERS; writer++) {
            unsigned gap = 0;
            for (unsigned sequence = 0; sequence < PAGES; sequence++) {
                random = random * 1664525u + 1013904223u;
                is_there[writer][sequence] = random >> 30 != 0;
                if (!is_there[writer][sequence]) {
                    memset(cut + (size_t)page_of(writer, sequence) * PAGE, 0, PAGE);
                    gap++;
                } else {
                    missing += gap;
                    gap = 0;
                }
            }
        }
        struct bytes text = {0};
        struct vtc_live_facts facts;
        assert_int_equal(read_live(cut, (size_t)FILE_PAGES * PAGE, 1 << 20, &text, &facts), VTC_OK);
        assert_int_equal(facts.lost_pages, missing);
        for (unsigned writer = 1; writer <= WRITERS; writer++)
            for (unsigned sequence = 0; sequence < PAGES; sequence++)
                for (unsigned i = 0; i < EVENTS; i++)
                    assert_int_equal(has_event(&text, writer, sequence, i),
                                     is_there[writer][sequence]);
        bytes_free(&text);
    }
    free(cut);
    free(file);
}

/* SPEC: LIV-6, LIV-14. Pages in any order give the same text. */
static void test_live__pages_in_any_order(void **state)
{
    (void)state;
    uint8_t *file = build_file();
    struct bytes whole = {0};
    struct vtc_live_facts facts;
    uint8_t room[PAGE];
    uint32_t random = 7;
    assert_int_equal(read_live(file, (size_t)FILE_PAGES * PAGE, 1 << 20, &whole, &facts), VTC_OK);
    for (unsigned round = 0; round < 300; round++) {
        random = random * 1664525u + 1013904223u;
        uint8_t *a = file + (size_t)(1 + (random >> 8) % (FILE_PAGES - 1)) * PAGE;
        uint8_t *b = file + (size_t)(1 + (random >> 20) % (FILE_PAGES - 1)) * PAGE;
        memcpy(room, a, PAGE);
        memmove(a, b, PAGE);
        memcpy(b, room, PAGE);
        struct bytes text = {0};
        assert_int_equal(read_live(file, (size_t)FILE_PAGES * PAGE, 1 << 20, &text, &facts),
                         VTC_OK);
        assert_int_equal(facts.damage, 0);
        assert_int_equal(text.len_bytes, whole.len_bytes);
        assert_memory_equal(text.data, whole.data, whole.len_bytes);
        bytes_free(&text);
    }
    bytes_free(&whole);
    free(file);
}

/* SPEC: LIV-13. Events of site 1 with one of a phase that asks for more in their midst, in a file that
 * grows: each is reported once, where it is, and costs nothing but itself. */
static void test_live__steps_over_what_does_not_fit(void **state)
{
    (void)state;
    uint8_t *file = build_file();
    uint8_t site[24] = {2, 0, 0, 0, 'X', 0, 0, 0, 1};
    uint8_t *page = file + (size_t)page_of(1, PAGES - 1) * PAGE;
    vtc_live *live;
    struct vtc_live_facts facts;
    struct vtc_error damage;
    /* It runs: this process, whenever it began. */
    vtci_store_u32(file + 48, (uint32_t)getpid());
    vtci_store_u64(file + 64, 0);
    vtci_store_u64(file + 128, vtci_checksum(file + 32, 96));
    vtci_store_u32(file + 192, 0);
    log_record(file + PAGE + 32 + 24 + 40 + WRITERS * 32, 2, site, sizeof site);
    vtci_store_u32(page + 36 + 8 * 3, 2); /* the fourth event */
    int fd = memfd_create("live", MFD_CLOEXEC);
    assert_int_equal(pwrite(fd, file, (size_t)FILE_PAGES * PAGE, 0), (size_t)FILE_PAGES * PAGE);
    assert_int_equal(vtc_live_open_fd(fd, NULL, &live, NULL), VTC_OK);
    for (unsigned bad = 1; bad <= 3; bad++) {
        struct bytes text = {0};
        static char piece[1 << 16];
        size_t given;
        do {
            assert_int_equal(vtc_live_read(live, piece, sizeof piece, &given, NULL), VTC_OK);
            bytes_append(&text, piece, given);
        } while (given);
        bytes_append(&text, "", 1);
        for (unsigned i = 0; i < EVENTS + 2 * (bad - 1); i++)
            assert_int_equal(has_event(&text, 1, PAGES - 1, i),
                             i != 3 && !(i >= EVENTS && i % 2 == 0));
        bytes_free(&text);
        vtc_live_info(live, &facts);
        assert_int_equal(facts.lost_records, bad);
        assert_int_equal(facts.lost_pages, 0);
        assert_int_equal(facts.damage, bad);
        assert_int_equal(facts.events, WRITERS * PAGES * EVENTS - 1 + bad - 1);
        assert_int_equal(vtc_live_damage(live, bad - 1, &damage), VTC_OK);
        unsigned at = bad == 1 ? 3 : EVENTS + 2 * (bad - 2);
        assert_string_equal(damage.rule, "LIV-13");
        assert_int_equal(damage.offset, (uint64_t)(page - file) + 32 + 8 * at);
        /* One more that does not fit, and one behind it that does. */
        for (unsigned i = EVENTS + 2 * (bad - 1); i < EVENTS + 2 * bad; i++) {
            vtci_store_u32(page + 36 + 8 * i, i % 2 ? 1 : 2);
            vtci_store_u32(page + 32 + 8 * i, (1000 * i) << 4 | 1);
        }
        assert_int_equal(pwrite(fd, page, PAGE, page - file), PAGE);
        assert_int_equal(vtc_live_refresh(live, NULL), VTC_OK);
    }
    vtc_live_close(live);
    close(fd);
    free(file);
}

/* Pages far apart in a file of 1 TiB: what is between takes no time, and no memory. */
static void test_live__steps_over_holes(void **state)
{
    (void)state;
    static const uint64_t far_pages[PAGES] = {
        2, 500, (1u << 18) + 3, 1u << 24, (1u << 27) + 77, (1u << 28) - 1};
    uint8_t *file = build_file();
    char piece[1 << 16];
    struct bytes text = {0};
    struct vtc_live_facts facts;
    vtc_live *live;
    struct timespec start, end;
    int fd = memfd_create("live", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    assert_int_equal(pwrite(fd, file, 2 * PAGE, 0), 2 * PAGE);
    for (unsigned sequence = 0; sequence < PAGES; sequence++)
        assert_int_equal(pwrite(fd, file + (size_t)page_of(1, sequence) * PAGE, PAGE,
                                (off_t)(far_pages[sequence] * PAGE)),
                         PAGE);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    assert_int_equal(vtc_live_open_fd(fd, NULL, &live, NULL), VTC_OK);
    for (size_t given = 1; given;) {
        assert_int_equal(vtc_live_read(live, piece, sizeof piece, &given, NULL), VTC_OK);
        bytes_append(&text, piece, given);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_true(end.tv_sec - start.tv_sec < 10);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    bytes_append(&text, "", 1);
    vtc_live_info(live, &facts);
    assert_int_equal(facts.pages, UINT64_C(1) << 28);
    assert_int_equal(facts.events, PAGES * EVENTS);
    assert_int_equal(facts.damage, 0);
    for (unsigned sequence = 0; sequence < PAGES; sequence++)
        for (unsigned i = 0; i < EVENTS; i++)
            assert_true(has_event(&text, 1, sequence, i));
    /* What fills a hole later is found. */
    assert_int_equal(pwrite(fd, file + (size_t)page_of(2, 0) * PAGE, PAGE, (off_t)1 << 35), PAGE);
    assert_int_equal(vtc_live_refresh(live, NULL), VTC_OK);
    vtc_live_info(live, &facts);
    assert_int_equal(facts.events, (PAGES + 1) * EVENTS);
    vtc_live_close(live);
    close(fd);
    bytes_free(&text);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live__any_capacity_gives_the_same),
        cmocka_unit_test(test_live__every_prefix),
        cmocka_unit_test(test_live__every_flipped_bit),
        cmocka_unit_test(test_live__pages_lost),
        cmocka_unit_test(test_live__pages_in_any_order),
        cmocka_unit_test(test_live__steps_over_what_does_not_fit),
        cmocka_unit_test(test_live__steps_over_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
