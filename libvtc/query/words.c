#include "query/words.h"

#include <string.h>

#include "base/error.h"
#include "query/suggest.h"

enum { SHOWN_BYTES = 64 };

static const char WHITE[] = " \t\r\n\v\f";

static struct vtci_word begin(struct vtci_words *words)
{
    words->pos += strspn(words->text + words->pos, WHITE);
    return (struct vtci_word){words->text + words->pos, 0, words->pos, false, false};
}

static struct vtci_word end(struct vtci_words *words, struct vtci_word word, size_t len_bytes)
{
    word.len_bytes = len_bytes;
    words->pos = word.pos + len_bytes;
    return word;
}

struct vtci_word vtci_words_plain(struct vtci_words *words)
{
    struct vtci_word word = begin(words);
    return end(words, word, strcspn(word.text, WHITE));
}

/* Up to and with the quote that ends it, which stands for itself where it is doubled. Without an end,
 * up to the end of the text. */
static struct vtci_word take_quoted(struct vtci_words *words, struct vtci_word word)
{
    char quote = word.text[0];
    size_t at = 1;
    word.is_quoted = true;
    for (; word.text[at]; at++) {
        if (word.text[at] != quote)
            continue;
        if (word.text[at + 1] != quote)
            return end(words, word, at + 1);
        at++;
    }
    return end(words, word, at);
}

/* A slash within is escaped; where there is no second one, the word is no regular expression. */
static bool take_regex(struct vtci_words *words, struct vtci_word *word)
{
    for (size_t at = 1; word->text[at]; at++) {
        if (word->text[at] == '\\' && word->text[at + 1]) {
            at++;
        } else if (word->text[at] == '/') {
            char after = word->text[at + 1];
            if (after && after != ')' && !strchr(WHITE, after))
                return false;
            word->is_regex = true;
            *word = end(words, *word, at + 1);
            return true;
        }
    }
    return false;
}

struct vtci_word vtci_words_pattern(struct vtci_words *words)
{
    struct vtci_word word = begin(words);
    if (word.text[0] == '\'' || word.text[0] == '"')
        return take_quoted(words, word);
    if (word.text[0] == '/' && take_regex(words, &word))
        return word;
    size_t at = 0, open = 0;
    for (; word.text[at] && !strchr(WHITE, word.text[at]); at++) {
        if (word.text[at] == ')' && open == 0)
            break;
        open += word.text[at] == '(';
        open -= word.text[at] == ')';
    }
    if (at == 0 && word.text[0]) /* a parenthesis that closes what is before */
        at = 1;
    return end(words, word, at);
}

struct vtci_word vtci_words_term(struct vtci_words *words)
{
    static const char OPERATORS[] = "=!<>~()";
    struct vtci_word word = begin(words);
    char first = word.text[0], second = first ? word.text[1] : '\0';
    if (first == '\'' || first == '"')
        return take_quoted(words, word);
    if (first && strchr("!<>=", first) && second == '=')
        return end(words, word, 2);
    if ((first == '!' && second == '~') || (first == '<' && second == '>'))
        return end(words, word, 2);
    if (first && strchr(OPERATORS, first))
        return end(words, word, 1);
    size_t at = 0;
    while (word.text[at] && !strchr(WHITE, word.text[at]) && !strchr(OPERATORS, word.text[at])) {
        /* args.'a key with blanks' */
        const char *close = word.text[at] == '\'' ? strchr(word.text + at + 1, '\'') : NULL;
        at = close ? (size_t)(close - word.text) + 1 : at + 1;
    }
    return end(words, word, at);
}

bool vtci_word_is(const struct vtci_word *word, const char *text)
{
    return !word->is_quoted && word->len_bytes == strlen(text) &&
           memcmp(word->text, text, word->len_bytes) == 0;
}

vtc_status vtci_word_content(const struct vtci_words *words, const struct vtci_word *word,
                             struct vtci_text_store *texts, struct vtc_text *out)
{
    struct vtc_text text = {word->text, word->len_bytes};
    char quote = word->is_quoted || word->is_regex ? word->text[0] : '\0';
    if (quote && (word->len_bytes < 2 || word->text[word->len_bytes - 1] != quote))
        return vtci_words_complain(words, word, "the quote has no end");
    if (quote) {
        text.data++;
        text.len_bytes -= 2;
    }
    char *copy = vtci_text_store_take(texts, text.len_bytes);
    if (!copy)
        return vtci_error_memory(words->err, text.len_bytes);
    size_t len_bytes = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        bool is_pair =
            i + 1 < text.len_bytes && text.data[i + 1] == quote &&
            (word->is_quoted ? text.data[i] == quote : word->is_regex && text.data[i] == '\\');
        copy[len_bytes++] = text.data[i += is_pair];
    }
    *out = (struct vtc_text){copy, len_bytes};
    return VTC_OK;
}

static void point(const struct vtci_words *words, const struct vtci_word *word)
{
    if (!words->err)
        return;
    words->err->line = 1;
    words->err->column = (uint64_t)word->pos + 1;
}

vtc_status vtci_words_refuse(const struct vtci_words *words, const struct vtci_word *word,
                             const char *expected, const char *const *known, size_t known_count)
{
    bool is_long = word->len_bytes > SHOWN_BYTES;
    int shown = is_long ? SHOWN_BYTES : (int)word->len_bytes;
    const char *near = vtci_suggest(word->text, word->len_bytes, known, known_count);
    if (word->len_bytes == 0)
        vtci_error_set(words->err, VTC_ERR_ARGUMENT, word->pos, NULL,
                       "expected %.100s, found the end", expected);
    else
        vtci_error_set(words->err, VTC_ERR_ARGUMENT, word->pos, NULL,
                       "expected %.100s, found '%.*s'%s%s%s%s", expected, shown, word->text,
                       is_long ? "..." : "", near ? "; did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    point(words, word);
    return VTC_ERR_ARGUMENT;
}

vtc_status vtci_words_complain(const struct vtci_words *words, const struct vtci_word *word,
                               const char *message)
{
    vtci_error_set(words->err, VTC_ERR_ARGUMENT, word->pos, NULL, "%s", message);
    point(words, word);
    return VTC_ERR_ARGUMENT;
}
