/* The text of a question as words, taken as the grammar wants them; every error points at one.
 *
 * A word ends at white space. Where a name or a pattern is wanted (vtci_words_pattern), it may be
 * quoted ('it''s' or "it""s"), be a regular expression between slashes (/^a\/b/), and hold parentheses
 * that match: `(name = f(int) or dur > 1s)`. Within conditions (vtci_words_term) operators and
 * parentheses are words of their own: `dur>5ms`.
 */
#ifndef VTCI_QUERY_WORDS_H
#define VTCI_QUERY_WORDS_H

#include <stdbool.h>

#include "query/text_store.h"
#include "vtc/status.h"

struct vtci_word {
    const char *text; /* as it stands in the question, quotes included */
    size_t len_bytes; /* 0: the end */
    size_t pos;
    bool is_quoted;
    bool is_regex;
};

struct vtci_words {
    const char *text;
    size_t pos;
    struct vtc_error *err;
};

/* The next word by each rule; the position moves behind it. */
struct vtci_word vtci_words_plain(struct vtci_words *words);
struct vtci_word vtci_words_pattern(struct vtci_words *words);
struct vtci_word vtci_words_term(struct vtci_words *words);
/* Goes back to where a word begins. */
static inline void vtci_words_back(struct vtci_words *words, const struct vtci_word *word)
{
    words->pos = word->pos;
}

bool vtci_word_is(const struct vtci_word *word, const char *text);
/* What a pattern says, without quotes or slashes. ARGUMENT when its end is missing; NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_word_content(const struct vtci_words *words,
                                           const struct vtci_word *word,
                                           struct vtci_text_store *texts, struct vtc_text *out);

/* "expected WHAT, found 'WORD'"; with the nearest of the known words where one is near. */
vtc_status vtci_words_refuse(const struct vtci_words *words, const struct vtci_word *word,
                             const char *expected, const char *const *known, size_t known_count);
/* A sentence of its own about a word. */
vtc_status vtci_words_complain(const struct vtci_words *words, const struct vtci_word *word,
                               const char *message);

#endif
