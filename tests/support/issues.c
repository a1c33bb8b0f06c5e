#include "support/issues.h"

#include <stdio.h>

static bool issue_is(const vtc_reader *reader, uint64_t index, const struct issue *expected,
                     const char *what)
{
    struct vtc_issue found = {0};
    if (vtc_reader_issue(reader, index, &found) == VTC_OK && found.offset == expected->offset &&
        found.offset + found.len_bytes == expected->end && found.cause_code == expected->cause)
        return true;
    fprintf(stderr,
            "%s, issue %llu: expected %llu to %llu, cause %u; found %llu to %llu, cause %u\n", what,
            (unsigned long long)index, (unsigned long long)expected->offset,
            (unsigned long long)expected->end, expected->cause, (unsigned long long)found.offset,
            (unsigned long long)(found.offset + found.len_bytes), found.cause_code);
    return false;
}

bool file_has(const struct bytes *file, uint64_t events, const struct issue *issues, size_t count,
              const char *what)
{
    struct vtc_error err;
    struct vtc_summary summary;
    vtc_reader *reader;
    if (vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, &err) != VTC_OK) {
        fprintf(stderr, "%s: %s\n", what, err.message);
        return false;
    }
    vtc_reader_summary(reader, &summary);
    bool same = true;
    for (uint64_t i = 0; same && i < count && i < summary.issues_listed; i++)
        same = issue_is(reader, i, &issues[i], what);
    if (summary.events != events || summary.issues != count) {
        fprintf(stderr, "%s: expected %llu events and %zu issues, found %llu and %llu\n", what,
                (unsigned long long)events, count, (unsigned long long)summary.events,
                (unsigned long long)summary.issues);
        same = false;
    }
    vtc_reader_close(reader);
    return same;
}

bool document_has(const struct bytes *text, uint64_t events, const struct issue *issues,
                  size_t count, const char *what)
{
    struct bytes file = {0};
    struct vtc_error err;
    struct vtc_compress_result result;
    bool same = compress_bytes(text->data, text->len_bytes, 0, 1, 1, &file, NULL, &err) == VTC_OK;
    if (!same)
        fprintf(stderr, "%s: %s\n", what, err.message);
    same = same && file_has(&file, events, issues, count, what);
    bytes_free(&file);
    return same && round_trips(text->data, text->len_bytes, 1000, 3, &result);
}
