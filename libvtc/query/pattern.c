/* Matching a glob goes back to the last `*` only, so it takes at most text times pattern steps. */

#include "query/pattern.h"

#include <regex.h>
#include <string.h>

#include "base/error.h"

enum { REGEX_BYTES_MAX = 1024, REPEATS_MAX = 1000, TEXT_BYTES = 512 };

struct vtci_pattern {
    struct vtci_memory *memory;
    struct vtc_text glob;
    bool is_regex;
    regex_t regex;
};

/* How often the interval behind a `{` at `*at` repeats; moves behind it. `{1,}` is twice: as `+`, the
 * once that must be and the rest that may. */
static uint64_t interval_repeats(struct vtc_text text, size_t *at)
{
    uint64_t number = 0, most = 2;
    for (++*at; *at < text.len_bytes && text.data[*at] != '}'; ++*at) {
        char letter = text.data[*at];
        number = letter >= '0' && letter <= '9' ? number * 10 + (uint64_t)(letter - '0') : 0;
        most = number > most ? number : most;
        if (most > REPEATS_MAX)
            break;
    }
    return most;
}

/* Repetitions multiply when they are nested, and regcomp writes them out: intervals, and each `+`
 * behind a group or another repetition. */
static bool repeats_too_often(struct vtc_text text)
{
    uint64_t product = 1;
    for (size_t i = 0; i < text.len_bytes && product <= REPEATS_MAX; i++) {
        if (text.data[i] == '{')
            product *= interval_repeats(text, &i);
        else if (text.data[i] == '+' && i > 0 && memchr(")}*+?", text.data[i - 1], 5))
            product *= 2;
    }
    return product > REPEATS_MAX;
}

static vtc_status compile(struct vtci_pattern *pattern, struct vtc_text text, struct vtc_error *err)
{
    char copy[REGEX_BYTES_MAX + 1], reason[128];
    if (text.len_bytes > REGEX_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "a regular expression has at most %d bytes", REGEX_BYTES_MAX);
    if (repeats_too_often(text))
        return vtci_error_set(
            err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
            "a regular expression repeats at most %d times, all {} and )+ multiplied", REPEATS_MAX);
    memcpy(copy, text.data, text.len_bytes);
    copy[text.len_bytes] = '\0';
    int failure = regcomp(&pattern->regex, copy, REG_EXTENDED | REG_NOSUB);
    if (failure == 0)
        return VTC_OK;
    regerror(failure, &pattern->regex, reason, sizeof reason);
    return vtci_error_set(err, failure == REG_ESPACE ? VTC_ERR_NO_MEMORY : VTC_ERR_ARGUMENT,
                          VTC_NO_OFFSET, NULL, "no regular expression: %s", reason);
}

vtc_status vtci_pattern_create(struct vtci_memory *memory, struct vtc_text text, bool is_regex,
                               struct vtci_pattern **out_pattern, struct vtc_error *err)
{
    struct vtci_pattern *pattern = vtci_allocate_zeroed(memory, sizeof *pattern);
    if (!pattern)
        return vtci_error_memory(err, sizeof *pattern);
    pattern->memory = memory;
    pattern->glob = text;
    vtc_status status = is_regex ? compile(pattern, text, err) : VTC_OK;
    if (status != VTC_OK) {
        vtci_release(memory, pattern, sizeof *pattern);
        return status;
    }
    pattern->is_regex = is_regex;
    *out_pattern = pattern;
    return VTC_OK;
}

void vtci_pattern_free(struct vtci_memory *memory, struct vtci_pattern *pattern)
{
    if (pattern && pattern->is_regex)
        regfree(&pattern->regex);
    vtci_release(memory, pattern, sizeof *pattern);
}

static size_t character_bytes(struct vtc_text text, size_t at)
{
    size_t end = at + 1;
    if (((unsigned char)text.data[at] & 0xC0) == 0xC0)
        while (end < text.len_bytes && end < at + 4 &&
               ((unsigned char)text.data[end] & 0xC0) == 0x80)
            end++;
    return end - at;
}

/* `at` is behind a `[`. Returns the place behind its `]`, 0 when there is none: then it is a plain
 * bracket. */
static size_t match_set(struct vtc_text glob, size_t at, unsigned char byte, bool *out_matches)
{
    bool inverse = at < glob.len_bytes && (glob.data[at] == '!' || glob.data[at] == '^');
    bool matches = false;
    size_t first = at + inverse;
    for (at = first; at < glob.len_bytes; at++) {
        if (glob.data[at] == ']' && at > first) {
            *out_matches = matches != inverse;
            return at + 1;
        }
        unsigned char low = (unsigned char)glob.data[at], high = low;
        if (at + 2 < glob.len_bytes && glob.data[at + 1] == '-' && glob.data[at + 2] != ']') {
            high = (unsigned char)glob.data[at + 2];
            at += 2;
        }
        matches |= byte >= low && byte <= high;
    }
    return 0;
}

/* Whether the part of the glob at `*at` takes the text at `*pos`; moves both on. */
static bool match_one(struct vtc_text glob, size_t *at, struct vtc_text text, size_t *pos)
{
    char part = glob.data[*at];
    bool matches = false;
    if (part == '?') {
        *pos += character_bytes(text, *pos);
        (*at)++;
        return true;
    }
    if (part == '[') {
        size_t end = match_set(glob, *at + 1, (unsigned char)text.data[*pos], &matches);
        if (end > 0) {
            *at = end;
            (*pos)++;
            return matches;
        }
    }
    if (part == '\\' && *at + 1 < glob.len_bytes)
        part = glob.data[++*at];
    (*at)++;
    return text.data[(*pos)++] == part;
}

static bool glob_matches(struct vtc_text glob, struct vtc_text text)
{
    size_t at = 0, pos = 0, star_at = SIZE_MAX, star_pos = 0;
    for (;;) {
        if (at < glob.len_bytes && glob.data[at] == '*') {
            star_at = ++at;
            star_pos = pos;
            continue;
        }
        if (pos == text.len_bytes)
            break;
        if (at < glob.len_bytes && match_one(glob, &at, text, &pos))
            continue;
        if (star_at == SIZE_MAX)
            return false;
        at = star_at;
        pos = ++star_pos;
    }
    return at == glob.len_bytes;
}

/* `text` ends with a NUL. Where there is REG_STARTEND, others may stand before it. */
static bool regex_matches(const struct vtci_pattern *pattern, const char *text, size_t len_bytes)
{
#ifdef REG_STARTEND
    regmatch_t bounds = {.rm_so = 0, .rm_eo = (regoff_t)len_bytes};
    return regexec(&pattern->regex, text, 1, &bounds, REG_STARTEND) == 0;
#else
    (void)len_bytes;
    return regexec(&pattern->regex, text, 0, NULL, 0) == 0;
#endif
}

vtc_status vtci_pattern_match(const struct vtci_pattern *pattern, struct vtc_text text,
                              bool *out_matches)
{
    char room[TEXT_BYTES], *copy = room;
    *out_matches = false;
    if (!text.data)
        return VTC_OK;
    if (!pattern->is_regex) {
        *out_matches = glob_matches(pattern->glob, text);
        return VTC_OK;
    }
    if (text.len_bytes >= sizeof room)
        copy = vtci_allocate(pattern->memory, text.len_bytes + 1);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    if (text.len_bytes)
        memcpy(copy, text.data, text.len_bytes);
    copy[text.len_bytes] = '\0';
    *out_matches = regex_matches(pattern, copy, text.len_bytes);
    if (copy != room)
        vtci_release(pattern->memory, copy, text.len_bytes + 1);
    return VTC_OK;
}
