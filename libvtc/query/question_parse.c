/* The text of a question: a verb with what belongs to it, then clauses in any order, each once.
 * Recursion is in conditions only (condition_parse.c), and limited there.
 */
#include "query/question.h"

#include <string.h>

#include "base/error.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* In the order of enum vtci_verb. */
static const char *const VERBS[] = {"slowest", "top",      "count", "histogram", "calls",
                                    "tree",    "timeline", "gaps",  "counters",  "async",
                                    "flows",   "threads",  "stats"};
static const char *const MEASURES[] = {"self", "total", "count", "mean", "max"};
static const char *const KEYS[] = {"name", "thread", "process", "category", "phase"};
static const char *const CLAUSES[] = {"of", "where", "between", "in", "limit", "order"};

/* What a verb takes behind it. */
enum clause_bit { TAKES_OF = 1, TAKES_CONDITIONS = 2 };
static const unsigned TAKES[VTCI_VERBS] = {
    [VTCI_VERB_SLOWEST] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_TOP] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_COUNT] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_HISTOGRAM] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_CALLS] = TAKES_CONDITIONS,
    [VTCI_VERB_TREE] = TAKES_CONDITIONS,
    [VTCI_VERB_TIMELINE] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_GAPS] = TAKES_CONDITIONS,
    [VTCI_VERB_COUNTERS] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_ASYNC] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_FLOWS] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_THREADS] = TAKES_OF | TAKES_CONDITIONS,
    [VTCI_VERB_STATS] = 0,
};

static vtc_status find_word(const struct vtci_words *words, const struct vtci_word *word,
                            const char *expected, const char *const *known, size_t known_count,
                            unsigned *out_index)
{
    for (size_t i = 0; i < known_count; i++) {
        if (!vtci_word_is(word, known[i]))
            continue;
        *out_index = (unsigned)i;
        return VTC_OK;
    }
    return vtci_words_refuse(words, word, expected, known, known_count);
}

static vtc_status take_keyword(struct vtci_words *words, const char *keyword)
{
    char expected[64];
    struct vtci_word word = vtci_words_plain(words);
    if (vtci_word_is(&word, keyword))
        return VTC_OK;
    size_t len_bytes = strlen(keyword);
    memcpy(expected, "'", 1);
    memcpy(expected + 1, keyword, len_bytes);
    memcpy(expected + 1 + len_bytes, "'", 2);
    return vtci_words_refuse(words, &word, expected, &keyword, 1);
}

/* From 1 on; one too large for 64 bits is none. */
static vtc_status take_count(struct vtci_words *words, const char *expected, uint64_t *out_count)
{
    uint64_t count = 0;
    struct vtci_word word = vtci_words_plain(words);
    bool is_number = true;
    for (size_t i = 0; i < word.len_bytes && is_number; i++) {
        char digit = word.text[i];
        is_number = digit >= '0' && digit <= '9' && count <= (UINT64_MAX - 9) / 10;
        count = count * 10 + (uint64_t)(digit - '0');
    }
    if (!is_number || count == 0)
        return vtci_words_refuse(words, &word, expected, NULL, 0);
    *out_count = count;
    return VTC_OK;
}

vtc_status vtci_question_take_pattern(struct vtci_question *question, struct vtci_words *words,
                                      const char *expected, struct vtci_pattern **out_pattern)
{
    struct vtci_word word = vtci_words_pattern(words);
    struct vtc_text text;
    if (word.len_bytes == 0)
        return vtci_words_refuse(words, &word, expected, NULL, 0);
    VTC_TRY(vtci_word_content(words, &word, &question->texts, &text));
    struct vtc_error reason;
    memset(&reason, 0, sizeof reason);
    vtc_status status =
        vtci_pattern_create(question->memory, text, word.is_regex, out_pattern, &reason);
    if (status == VTC_ERR_ARGUMENT)
        return vtci_words_complain(words, &word, reason.message);
    if (status != VTC_OK && words->err)
        *words->err = reason;
    return status;
}

bool vtci_question_take_quantity(struct vtci_words *words, struct vtci_word *word,
                                 struct vtci_quantity *out_quantity)
{
    char both[64];
    if (word->is_quoted || !vtci_quantity_parse(word->text, word->len_bytes, out_quantity))
        return false;
    if (out_quantity->kind != VTCI_QUANTITY_PLAIN)
        return true;
    struct vtci_word unit = vtci_words_term(words);
    if (!vtci_quantity_is_unit(unit.text, unit.len_bytes) ||
        word->len_bytes + unit.len_bytes > sizeof both) {
        vtci_words_back(words, &unit);
        words->pos = word->pos + word->len_bytes;
        return true;
    }
    memcpy(both, word->text, word->len_bytes);
    memcpy(both + word->len_bytes, unit.text, unit.len_bytes);
    return vtci_quantity_parse(both, word->len_bytes + unit.len_bytes, out_quantity);
}

vtc_status vtci_question_take_time(struct vtci_words *words, bool may_be_absolute,
                                   const char *expected, struct vtci_instant *out_instant)
{
    struct vtci_quantity quantity;
    struct vtci_word word = vtci_words_term(words), number = word;
    bool is_absolute = may_be_absolute && word.len_bytes > 0 && word.text[0] == '@';
    if (is_absolute) {
        number.text++;
        number.len_bytes--;
        number.pos++;
    }
    if (!vtci_question_take_quantity(words, &number, &quantity) ||
        quantity.kind == VTCI_QUANTITY_BYTES)
        return vtci_words_refuse(words, &word, expected, NULL, 0);
    if (!vtci_quantity_whole(&quantity, &out_instant->ns))
        return vtci_words_complain(words, &word,
                                   "a time is a whole number of ns; is the unit missing?");
    out_instant->is_absolute = is_absolute;
    return VTC_OK;
}

static vtc_status parse_count_by(struct vtci_question *question, struct vtci_words *words)
{
    unsigned key = 0;
    VTC_TRY(take_keyword(words, "by"));
    struct vtci_word word = vtci_words_plain(words);
    VTC_TRY(find_word(words, &word, "name, thread, process, category or phase", KEYS,
                      COUNT_OF(KEYS), &key));
    question->key = (enum vtci_key)key;
    return VTC_OK;
}

static vtc_status parse_top(struct vtci_question *question, struct vtci_words *words)
{
    unsigned measure = 0;
    VTC_TRY(take_count(words, "a number from 1 on after 'top'", &question->count));
    VTC_TRY(take_keyword(words, "by"));
    struct vtci_word word = vtci_words_plain(words);
    VTC_TRY(find_word(words, &word, "self, total, count, mean or max", MEASURES, COUNT_OF(MEASURES),
                      &measure));
    question->measure = (enum vtci_measure)measure;
    return VTC_OK;
}

/* `tree of thread T` */
static vtc_status parse_tree(struct vtci_question *question, struct vtci_words *words)
{
    struct vtci_word word = vtci_words_plain(words);
    if (!vtci_word_is(&word, "of")) {
        vtci_words_back(words, &word);
        return VTC_OK;
    }
    VTC_TRY(take_keyword(words, "thread"));
    return vtci_question_require(question, words, VTCI_CONDITION_THREAD, "a thread");
}

static vtc_status parse_verb(struct vtci_question *question, struct vtci_words *words)
{
    unsigned verb = 0;
    struct vtci_word word = vtci_words_plain(words);
    VTC_TRY(find_word(words, &word, "a verb such as 'slowest 20'", VERBS, COUNT_OF(VERBS), &verb));
    question->verb = (enum vtci_verb)verb;
    switch (question->verb) {
    case VTCI_VERB_SLOWEST:
        return take_count(words, "a number from 1 on after 'slowest'", &question->count);
    case VTCI_VERB_GAPS:
        return take_count(words, "a number from 1 on after 'gaps'", &question->count);
    case VTCI_VERB_TOP: return parse_top(question, words);
    case VTCI_VERB_COUNT: return parse_count_by(question, words);
    case VTCI_VERB_TREE: return parse_tree(question, words);
    case VTCI_VERB_CALLS:
        VTC_TRY(take_keyword(words, "of"));
        return vtci_question_take_pattern(question, words, "a name", &question->calls_of);
    default: return VTC_OK;
    }
}

static vtc_status parse_between(struct vtci_question *question, struct vtci_words *words)
{
    static const char TIME[] = "a time such as 1.5s after 'between'";
    VTC_TRY(vtci_question_take_time(words, true, TIME, &question->from));
    VTC_TRY(take_keyword(words, "and"));
    struct vtci_words before = *words;
    struct vtci_word second = vtci_words_term(&before);
    VTC_TRY(vtci_question_take_time(words, true, "a time such as 1.5s after 'and'", &question->to));
    if (question->from.is_absolute == question->to.is_absolute &&
        question->to.ns < question->from.ns)
        return vtci_words_complain(words, &second, "the second time is before the first");
    question->has_range = true;
    return VTC_OK;
}

static vtc_status parse_in(struct vtci_question *question, struct vtci_words *words)
{
    static const char *const PLACES[] = {"thread", "process"};
    unsigned place = 0;
    struct vtci_word word = vtci_words_plain(words);
    VTC_TRY(find_word(words, &word, "'thread' or 'process'", PLACES, COUNT_OF(PLACES), &place));
    return place == 0 ? vtci_question_require(question, words, VTCI_CONDITION_THREAD, "a thread")
                      : vtci_question_require(question, words, VTCI_CONDITION_PROCESS, "a process");
}

static vtc_status parse_order(struct vtci_question *question, struct vtci_words *words)
{
    VTC_TRY(take_keyword(words, "by"));
    question->order = vtci_words_plain(words);
    if (question->order.len_bytes == 0)
        return vtci_words_refuse(words, &question->order, "a column of the answer", NULL, 0);
    struct vtci_word direction = vtci_words_plain(words);
    question->order_descending = vtci_word_is(&direction, "desc");
    if (!question->order_descending && !vtci_word_is(&direction, "asc"))
        vtci_words_back(words, &direction);
    return VTC_OK;
}

static vtc_status parse_clause(struct vtci_question *question, struct vtci_words *words,
                               unsigned clause)
{
    switch (clause) {
    case 0: return vtci_question_require(question, words, VTCI_CONDITION_NAME, "a name");
    case 1: return vtci_question_parse_where(question, words);
    case 2: return parse_between(question, words);
    case 3: return parse_in(question, words);
    case 4: return take_count(words, "a number from 1 on after 'limit'", &question->limit);
    default: return parse_order(question, words);
    }
}

static vtc_status parse_clauses(struct vtci_question *question, struct vtci_words *words)
{
    unsigned seen = 0;
    for (;;) {
        unsigned clause = 0;
        struct vtci_word word = vtci_words_plain(words);
        if (word.len_bytes == 0)
            return VTC_OK;
        VTC_TRY(find_word(words, &word,
                          TAKES[question->verb] & TAKES_OF
                              ? "of, where, between, in, limit, order or the end"
                              : "where, between, in, limit, order or the end",
                          CLAUSES, COUNT_OF(CLAUSES), &clause));
        if (clause == 0 && !(TAKES[question->verb] & TAKES_OF))
            return vtci_words_complain(words, &word, "this verb takes no 'of'");
        if (clause < 4 && !(TAKES[question->verb] & TAKES_CONDITIONS))
            return vtci_words_complain(words, &word, "this verb takes no conditions");
        /* A thread and a process may both be given. */
        if (seen & 1u << clause && clause != 3)
            return vtci_words_complain(words, &word, "this clause was there before");
        seen |= 1u << clause;
        VTC_TRY(parse_clause(question, words, clause));
    }
}

vtc_status vtci_question_parse(struct vtci_memory *memory, const char *text,
                               struct vtci_question *out_question, struct vtc_error *err)
{
    struct vtci_question *question = out_question;
    struct vtci_words words = {text, 0, err};
    memset(question, 0, sizeof *question);
    question->memory = memory;
    vtci_text_store_init(&question->texts, memory);
    if (strlen(text) > VTCI_QUESTION_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTCI_QUESTION_BYTES_MAX, NULL,
                              "a question has at most %d bytes", VTCI_QUESTION_BYTES_MAX);
    vtc_status status = parse_verb(question, &words);
    if (status == VTC_OK)
        status = parse_clauses(question, &words);
    if (status != VTC_OK)
        vtci_question_free(question);
    return status;
}

void vtci_question_free(struct vtci_question *question)
{
    for (size_t i = 0; i < question->condition_count; i++)
        vtci_pattern_free(question->memory, question->conditions[i].pattern);
    vtci_pattern_free(question->memory, question->calls_of);
    vtci_text_store_free(&question->texts);
}
