/* The text of a question. Words, divided by white space; every error points at one. */
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "query/question.h"

struct word {
    const char *text;
    size_t len_bytes;
    size_t pos; /* in the whole text */
};

static const char WHITE[] = " \t\r\n\v\f";

static struct word next_word(const char *text, size_t *pos)
{
    *pos += strspn(text + *pos, WHITE);
    struct word word = {text + *pos, strcspn(text + *pos, WHITE), *pos};
    *pos += word.len_bytes;
    return word;
}

static vtc_status refuse(struct vtc_error *err, const struct word *word, const char *expected)
{
    int shown = word->len_bytes > 64 ? 64 : (int)word->len_bytes;
    if (word->len_bytes == 0)
        vtci_error_set(err, VTC_ERR_ARGUMENT, word->pos, NULL, "expected %s, found the end",
                       expected);
    else
        vtci_error_set(err, VTC_ERR_ARGUMENT, word->pos, NULL, "expected %s, found '%.*s'%s",
                       expected, shown, word->text, word->len_bytes > 64 ? "..." : "");
    if (err) {
        err->line = 1;
        err->column = (uint64_t)word->pos + 1;
    }
    return VTC_ERR_ARGUMENT;
}

static bool is_word(const struct word *word, const char *text)
{
    return word->len_bytes == strlen(text) && memcmp(word->text, text, word->len_bytes) == 0;
}

/* A count from 1 on; one too large for 64 bits is none. */
static bool parse_count(const struct word *word, uint64_t *out_count)
{
    uint64_t count = 0;
    for (size_t i = 0; i < word->len_bytes; i++) {
        char digit = word->text[i];
        if (digit < '0' || digit > '9' || count > (UINT64_MAX - 9) / 10)
            return false;
        count = count * 10 + (uint64_t)(digit - '0');
    }
    *out_count = count;
    return count > 0;
}

vtc_status vtci_question_parse(const char *text, struct vtci_question *out_question,
                               struct vtc_error *err)
{
    size_t pos = 0;
    uint64_t count = 0;
    struct word verb = next_word(text, &pos);
    if (!is_word(&verb, "slowest"))
        return refuse(err, &verb, "'slowest N'");
    struct word number = next_word(text, &pos);
    if (!parse_count(&number, &count))
        return refuse(err, &number, "a number from 1 on after 'slowest'");
    struct word rest = next_word(text, &pos);
    if (rest.len_bytes > 0)
        return refuse(err, &rest, "the end of the question");
    out_question->verb = VTCI_VERB_SLOWEST;
    out_question->count = count;
    return VTC_OK;
}
