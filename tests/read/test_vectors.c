/* libvtc agrees with every vector of format/vectors: what comes of a file, the rule that it breaks,
 * where, and the text. The reference decoder does too (tests/checks/reference_vectors.py), so the
 * two implementations agree.
 *
 * NAME.hex is hexadecimal bytes with `#` comments, and lines `zeros N`; NAME.expect has lines `key: value`, and at its
 * end `document:` with the text (format/vectors/make_vectors.py tells).
 *
 * ctest: timeout 900
 */
#include "support/cmocka_all.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vtc/decompress.h>
#include <vtc/live.h>
#include <vtc/reader.h>
#include <vtc/status.h>
#include <vtc/verify.h>

struct bytes {
    uint8_t *data;
    size_t len;
    size_t capacity;
};

struct expectation {
    vtc_status status;
    vtc_status also_status; /* what a reader may say instead … */
    char rule[16];
    char also_rule[16]; /* … and here, or "" */
    uint64_t offset;
    uint64_t within;
    int verify_only; /* only a reader that checks everything need notice */
    int has_document;
    const uint8_t *document;
    size_t document_len;
};

static void bytes_add(struct bytes *b, const void *data, size_t len)
{
    if (b->len + len > b->capacity) {
        b->capacity = 2 * (b->len + len) + 4096;
        b->data = realloc(b->data, b->capacity);
        assert_non_null(b->data);
    }
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
}

static int file_read(const char *path, struct bytes *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    char buffer[65536];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        bytes_add(out, buffer, n);
    fclose(file);
    return 1;
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Returns 0 where the text is no such file. */
static int hex_parse(const struct bytes *text, struct bytes *out)
{
    int high = -1;
    for (size_t i = 0; i < text->len; i++) {
        int c = text->data[i];
        if (c == '#') {
            while (i < text->len && text->data[i] != '\n')
                i++;
            continue;
        }
        if (c == ' ' || c == '\n')
            continue;
        if (c == 'z' && text->len - i > 6 && memcmp(text->data + i, "zeros ", 6) == 0) {
            static const uint8_t zero;
            size_t count = 0;
            for (i += 6; i < text->len && text->data[i] >= '0' && text->data[i] <= '9'; i++)
                count = count * 10 + (size_t)(text->data[i] - '0');
            while (count-- > 0)
                bytes_add(out, &zero, 1);
            continue;
        }
        int digit = hex_digit(c);
        if (digit < 0)
            return 0;
        if (high < 0) {
            high = digit;
            continue;
        }
        uint8_t byte = (uint8_t)(high << 4 | digit);
        bytes_add(out, &byte, 1);
        high = -1;
    }
    return high < 0;
}

static vtc_status status_of(const char *name)
{
    static const struct {
        const char *name;
        vtc_status status;
    } names[] = {
        {"GOOD", VTC_OK},
        {"CORRUPT", VTC_ERR_CORRUPT},
        {"UNSUPPORTED", VTC_ERR_UNSUPPORTED},
        {"NOT_VTC", VTC_ERR_NOT_VTC},
        {"TRUNCATED", VTC_ERR_TRUNCATED},
        {"LIMIT", VTC_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].status;
    return VTC_ERR_INTERNAL;
}

/* Cuts the second word off, which says what a reader may say instead. */
static const char *second_word(char *value)
{
    char *space = strchr(value, ' ');
    if (!space)
        return "";
    *space = 0;
    return space + 1;
}

/* `text` is changed: its lines are cut into strings. */
static int expect_parse(struct bytes *text, struct expectation *out)
{
    memset(out, 0, sizeof *out);
    size_t pos = 0;
    int have_status = 0;
    while (pos < text->len) {
        char *line = (char *)text->data + pos;
        char *end = memchr(line, '\n', text->len - pos);
        if (!end)
            return 0;
        *end = 0;
        pos = (size_t)(end + 1 - (char *)text->data);
        if (strcmp(line, "document:") == 0) {
            out->has_document = 1;
            out->document = text->data + pos;
            out->document_len = text->len - pos - 1;
            return have_status;
        }
        char *value = strstr(line, ": ");
        if (!value)
            return 0;
        *value = 0;
        value += 2;
        if (strcmp(line, "status") == 0) {
            const char *also = second_word(value);
            out->status = status_of(value);
            out->also_status = *also ? status_of(also) : out->status;
            have_status = out->status != VTC_ERR_INTERNAL;
        } else if (strcmp(line, "rule") == 0) {
            const char *also = second_word(value);
            snprintf(out->rule, sizeof out->rule, "%s", value);
            snprintf(out->also_rule, sizeof out->also_rule, "%s", also);
        } else if (strcmp(line, "offset") == 0) {
            out->offset = strtoull(value, NULL, 10);
        } else if (strcmp(line, "within") == 0) {
            out->within = strtoull(value, NULL, 10);
        } else if (strcmp(line, "verify-only") == 0) {
            out->verify_only = 1;
        } else {
            return 0;
        }
    }
    return have_status;
}

static vtc_status collect(void *context, const void *data, size_t len, struct vtc_error *err)
{
    (void)err;
    bytes_add(context, data, len);
    return VTC_OK;
}

static unsigned faults;

static void fault(const char *name, const char *step, const char *expected, const char *found)
{
    print_error("%s: %s: expected %s, found %s\n", name, step, expected, found);
    faults++;
}

/* What a call came to against what was to be expected. */
static void judge(const char *name, const char *step, const struct expectation *expect,
                  vtc_status status, const struct vtc_error *err)
{
    char expected[128], found[512];
    snprintf(expected, sizeof expected, "%s %s at %llu", vtc_status_name(expect->status),
             expect->rule, (unsigned long long)expect->offset);
    snprintf(found, sizeof found, "%s %s at %llu (%s)", vtc_status_name(status),
             status ? err->rule : "", status ? (unsigned long long)err->offset : 0,
             status ? err->message : "");
    int right = status == expect->status || status == expect->also_status;
    if (right && status != VTC_OK) {
        right = strcmp(err->rule, expect->rule) == 0 ||
                (expect->also_rule[0] && strcmp(err->rule, expect->also_rule) == 0);
        /* That the document is another one is about no place. */
        if (strcmp(err->rule, "DOC-2") != 0 || err->offset != VTC_NO_OFFSET)
            right = right && err->offset >= expect->offset &&
                    err->offset <= expect->offset + expect->within;
    }
    if (!right)
        fault(name, step, expected, found);
}

static void check_opened(const char *name, const struct expectation *expect,
                         const vtc_reader *reader)
{
    struct vtc_error err;
    struct bytes text = {0};
    memset(&err, 0, sizeof err);
    vtc_status status = vtc_decompress(reader, collect, &text, NULL, NULL, &err);
    if (!expect->verify_only || status != VTC_OK)
        judge(name, "vtc_decompress", expect, status, &err);
    if (expect->has_document && (text.len != expect->document_len ||
                                 (text.len && memcmp(text.data, expect->document, text.len) != 0)))
        fault(name, "vtc_decompress", "the document", "another text");
    free(text.data);

    memset(&err, 0, sizeof err);
    status = vtc_verify(reader, NULL, NULL, &err);
    judge(name, "vtc_verify", expect, status, &err);
}

/* A live file: its text, and the first place that breaks a rule. */
static vtc_status check_live(const char *name, const struct expectation *expect, const void *bytes,
                             size_t len, struct vtc_error *err)
{
    vtc_live *live = NULL;
    vtc_status status = vtc_live_open_memory(bytes, len, NULL, &live, err);
    if (status != VTC_OK)
        return status;
    struct bytes text = {0};
    static uint8_t buffer[1 << 16];
    size_t given;
    do {
        assert_int_equal(vtc_live_read(live, buffer, sizeof buffer, &given, NULL), VTC_OK);
        bytes_add(&text, buffer, given);
    } while (given);
    if (!expect->has_document || text.len != expect->document_len ||
        memcmp(text.data, expect->document, text.len) != 0) {
        print_error("%.*s", (int)text.len, (const char *)text.data);
        fault(name, "vtc_live_read", "the document", "another text");
    }
    free(text.data);
    if (vtc_live_damage(live, 0, err) == VTC_OK)
        status = err->code;
    vtc_live_close(live);
    return status;
}

static void check_vector(const char *name, const char *stem)
{
    char path[4096];
    struct bytes hex = {0}, expect_text = {0}, file = {0};
    struct expectation expect;
    snprintf(path, sizeof path, "%s.hex", stem);
    int right = file_read(path, &hex) && hex_parse(&hex, &file);
    snprintf(path, sizeof path, "%s.expect", stem);
    right = right && file_read(path, &expect_text) && expect_parse(&expect_text, &expect);
    if (!right) {
        fault(name, "the vector", "hexadecimal text and an .expect", "something else");
    } else {
        /* A block of its own, so that a sanitizer sees a read past its end. */
        uint8_t *copy = malloc(file.len ? file.len : 1);
        assert_non_null(copy);
        if (file.len)
            memcpy(copy, file.data, file.len);
        vtc_reader *reader = NULL;
        struct vtc_error err;
        memset(&err, 0, sizeof err);
        vtc_status status = vtc_reader_open_memory(copy, file.len, NULL, &reader, &err);
        if (status == VTC_ERR_UNSUPPORTED && strcmp(err.rule, "LIV-1") == 0)
            judge(name, "vtc_live_open_memory", &expect,
                  check_live(name, &expect, copy, file.len, &err), &err);
        else if (status != VTC_OK)
            judge(name, "vtc_reader_open_memory", &expect, status, &err);
        else
            check_opened(name, &expect, reader);
        vtc_reader_close(reader);
        free(copy);
    }
    free(hex.data);
    free(expect_text.data);
    free(file.data);
}

static int is_hex(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".hex") == 0;
}

static void check_directory(const char *directory)
{
    const char *source = getenv("VTC_SOURCE_DIR");
    char path[2048], stem[3072], name[600];
    struct dirent **entries = NULL;
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/format/vectors/%s", source, directory);
    int n = scandir(path, &entries, is_hex, alphasort);
    assert_true(n > 0);
    faults = 0;
    for (int i = 0; i < n; i++) {
        char *file = entries[i]->d_name;
        file[strlen(file) - 4] = 0;
        snprintf(stem, sizeof stem, "%s/%s", path, file);
        snprintf(name, sizeof name, "%s/%s", directory, file);
        check_vector(name, stem);
        free(entries[i]);
    }
    free(entries);
    print_message("%s: %d vectors, %u faults\n", directory, n, faults);
    assert_int_equal(faults, 0);
}

static void test_vectors__good(void **state)
{
    (void)state;
    check_directory("good");
}

static void test_vectors__bad(void **state)
{
    (void)state;
    check_directory("bad");
}

static void test_vectors__unsupported(void **state)
{
    (void)state;
    check_directory("unsupported");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors__good),
        cmocka_unit_test(test_vectors__bad),
        cmocka_unit_test(test_vectors__unsupported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
