/* Conditions: `or` binds less than `and`, that less than `not`; parentheses group.
 *
 *     or   = and { "or" and }         and = not { "and" not }
 *     not  = { "not" } ( "(" or ")" | comparison )
 *
 * One function a level; the depth of parentheses is limited, so the recursion is.
 */
#include <string.h>

#include "base/error.h"
#include "query/question.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const char *const FIELDS[] = {"name", "category", "cat", "thread", "process", "phase", "ph",
                                     "dur",  "duration", "ts",  "start",  "args.KEY"};
static const enum vtci_condition_kind FIELD_KINDS[] = {
    VTCI_CONDITION_NAME,   VTCI_CONDITION_CATEGORY, VTCI_CONDITION_CATEGORY,
    VTCI_CONDITION_THREAD, VTCI_CONDITION_PROCESS,  VTCI_CONDITION_PHASE,
    VTCI_CONDITION_PHASE,  VTCI_CONDITION_DURATION, VTCI_CONDITION_DURATION,
    VTCI_CONDITION_TIME,   VTCI_CONDITION_TIME,
};
static const char *const OPERATORS[] = {"=", "!=", "<", "<=", ">", ">=", "==", "<>", "~", "!~"};

struct parser {
    struct vtci_question *question;
    struct vtci_words *words;
    unsigned depth;
};

static vtc_status add(struct vtci_question *question, const struct vtci_words *words,
                      const struct vtci_word *word, uint16_t *out_index)
{
    if (question->condition_count == VTCI_CONDITIONS_MAX)
        return vtci_words_complain(words, word, "a question has at most 64 conditions");
    *out_index = question->condition_count++;
    return VTC_OK;
}

static vtc_status join(struct parser *parser, enum vtci_condition_kind kind,
                       const struct vtci_word *word, uint16_t left, uint16_t right,
                       uint16_t *out_index)
{
    VTC_TRY(add(parser->question, parser->words, word, out_index));
    parser->question->conditions[*out_index] =
        (struct vtci_condition){.kind = kind, .left = left, .right = right};
    return VTC_OK;
}

static vtc_status take_operator(struct parser *parser, enum vtci_comparison *out_comparison,
                                bool *out_is_regex)
{
    static const enum vtci_comparison COMPARISONS[] = {VTCI_EQUAL,   VTCI_UNEQUAL, VTCI_BELOW,
                                                       VTCI_AT_MOST, VTCI_ABOVE,   VTCI_AT_LEAST,
                                                       VTCI_EQUAL,   VTCI_UNEQUAL, VTCI_EQUAL,
                                                       VTCI_UNEQUAL};
    struct vtci_word word = vtci_words_term(parser->words);
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++) {
        if (!vtci_word_is(&word, OPERATORS[i]))
            continue;
        *out_comparison = COMPARISONS[i];
        *out_is_regex = i >= 8;
        return VTC_OK;
    }
    return vtci_words_refuse(parser->words, &word, "=, !=, <, <=, > or >=", NULL, 0);
}

/* Behind `~` a pattern is a regular expression, with slashes or without. */
static vtc_status take_pattern(struct parser *parser, bool is_regex,
                               struct vtci_pattern **out_pattern)
{
    struct vtci_words *words = parser->words;
    if (!is_regex)
        return vtci_question_take_pattern(parser->question, words, "a name, a glob or /regex/",
                                          out_pattern);
    struct vtci_word word = vtci_words_pattern(words);
    struct vtc_text text;
    struct vtc_error reason;
    if (word.len_bytes == 0)
        return vtci_words_refuse(words, &word, "a regular expression", NULL, 0);
    VTC_TRY(vtci_word_content(words, &word, &parser->question->texts, &text));
    memset(&reason, 0, sizeof reason);
    vtc_status status =
        vtci_pattern_create(parser->question->memory, text, true, out_pattern, &reason);
    if (status == VTC_ERR_ARGUMENT)
        return vtci_words_complain(words, &word, reason.message);
    if (status != VTC_OK && words->err)
        *words->err = reason;
    return status;
}

static vtc_status compare_pattern(struct parser *parser, struct vtci_condition *condition,
                                  const struct vtci_word *field, bool is_regex)
{
    if (condition->comparison != VTCI_EQUAL && condition->comparison != VTCI_UNEQUAL)
        return vtci_words_complain(parser->words, field,
                                   "this field is compared by =, != and ~ only");
    return take_pattern(parser, is_regex, &condition->pattern);
}

static vtc_status compare_time(struct parser *parser, struct vtci_condition *condition)
{
    struct vtci_instant instant;
    bool is_time = condition->kind == VTCI_CONDITION_TIME;
    VTC_TRY(vtci_question_take_time(parser->words, is_time,
                                    is_time ? "a time such as 1.5s" : "a duration such as 1.5ms",
                                    &instant));
    condition->whole_ns = instant.ns;
    condition->is_absolute = instant.is_absolute;
    return VTC_OK;
}

/* A number compares with numbers; what is none, or is quoted, with strings. */
static vtc_status compare_argument(struct parser *parser, struct vtci_condition *condition,
                                   const struct vtci_word *field, bool is_regex)
{
    struct vtci_words *words = parser->words;
    size_t before = words->pos;
    struct vtci_word word = vtci_words_term(words);
    if (!is_regex && vtci_question_take_quantity(words, &word, &condition->quantity))
        return VTC_OK;
    words->pos = before;
    if (condition->comparison != VTCI_EQUAL && condition->comparison != VTCI_UNEQUAL)
        return vtci_words_refuse(words, &word, "a number such as 4096, 5ms or 64KiB", NULL, 0);
    return compare_pattern(parser, condition, field, is_regex);
}

static bool is_argument(const struct vtc_text *field)
{
    return field->len_bytes > 5 && memcmp(field->data, "args.", 5) == 0 &&
           !memchr(field->data, '\0', field->len_bytes);
}

static vtc_status take_field(struct parser *parser, const struct vtci_word *word,
                             struct vtci_condition *out_condition)
{
    struct vtc_text content;
    *out_condition = (struct vtci_condition){.kind = VTCI_CONDITION_ARGUMENT};
    for (size_t i = 0; i < COUNT_OF(FIELD_KINDS); i++) {
        if (!vtci_word_is(word, FIELDS[i]))
            continue;
        out_condition->kind = FIELD_KINDS[i];
        return VTC_OK;
    }
    VTC_TRY(vtci_word_content(parser->words, word, &parser->question->texts, &content));
    if (!is_argument(&content))
        return vtci_words_refuse(parser->words, word,
                                 "name, category, thread, process, phase, dur, ts or args.KEY",
                                 FIELDS, COUNT_OF(FIELDS));
    char *path = vtci_text_store_take(&parser->question->texts, content.len_bytes + 1);
    if (!path)
        return vtci_error_memory(parser->words->err, content.len_bytes);
    size_t len_bytes = 0;
    for (size_t i = 0; i < content.len_bytes; i++)
        if (content.data[i] != '\'') /* args.'a key with blanks' */
            path[len_bytes++] = content.data[i];
    path[len_bytes] = '\0';
    out_condition->path = path;
    return VTC_OK;
}

static vtc_status parse_comparison(struct parser *parser, const struct vtci_word *field,
                                   uint16_t *out_index)
{
    struct vtci_condition condition;
    bool is_regex = false;
    vtc_status status;
    VTC_TRY(take_field(parser, field, &condition));
    VTC_TRY(take_operator(parser, &condition.comparison, &is_regex));
    VTC_TRY(add(parser->question, parser->words, field, out_index));
    struct vtci_condition *added = &parser->question->conditions[*out_index];
    *added = condition;
    if (condition.kind == VTCI_CONDITION_DURATION || condition.kind == VTCI_CONDITION_TIME)
        status = compare_time(parser, added);
    else if (condition.kind == VTCI_CONDITION_ARGUMENT)
        status = compare_argument(parser, added, field, is_regex);
    else
        status = compare_pattern(parser, added, field, is_regex);
    return status;
}

static vtc_status parse_or(struct parser *parser, uint16_t *out_index);

static vtc_status parse_not(struct parser *parser, uint16_t *out_index)
{
    struct vtci_word word = vtci_words_term(parser->words), first = word;
    bool is_inverse = false;
    for (; vtci_word_is(&word, "not"); word = vtci_words_term(parser->words))
        is_inverse = !is_inverse;
    if (vtci_word_is(&word, "(")) {
        if (++parser->depth > VTCI_CONDITION_DEPTH_MAX)
            return vtci_words_complain(parser->words, &word,
                                       "parentheses are nested more than 32 deep");
        VTC_TRY(parse_or(parser, out_index));
        parser->depth--;
        struct vtci_word close = vtci_words_term(parser->words);
        if (!vtci_word_is(&close, ")"))
            return vtci_words_refuse(parser->words, &close, "'and', 'or' or ')'", NULL, 0);
    } else {
        VTC_TRY(parse_comparison(parser, &word, out_index));
    }
    return is_inverse ? join(parser, VTCI_CONDITION_NOT, &first, *out_index, *out_index, out_index)
                      : VTC_OK;
}

static vtc_status parse_and(struct parser *parser, uint16_t *out_index)
{
    VTC_TRY(parse_not(parser, out_index));
    for (;;) {
        uint16_t right = 0;
        struct vtci_word word = vtci_words_term(parser->words);
        if (!vtci_word_is(&word, "and")) {
            vtci_words_back(parser->words, &word);
            return VTC_OK;
        }
        VTC_TRY(parse_not(parser, &right));
        VTC_TRY(join(parser, VTCI_CONDITION_AND, &word, *out_index, right, out_index));
    }
}

static vtc_status parse_or(struct parser *parser, uint16_t *out_index)
{
    VTC_TRY(parse_and(parser, out_index));
    for (;;) {
        uint16_t right = 0;
        struct vtci_word word = vtci_words_term(parser->words);
        if (!vtci_word_is(&word, "or")) {
            vtci_words_back(parser->words, &word);
            return VTC_OK;
        }
        VTC_TRY(parse_and(parser, &right));
        VTC_TRY(join(parser, VTCI_CONDITION_OR, &word, *out_index, right, out_index));
    }
}

/* AND with what the question requires already. */
static vtc_status require(struct parser *parser, const struct vtci_word *word, uint16_t index)
{
    struct vtci_question *question = parser->question;
    if (question->has_condition)
        VTC_TRY(join(parser, VTCI_CONDITION_AND, word, question->condition, index, &index));
    question->condition = index;
    question->has_condition = true;
    return VTC_OK;
}

vtc_status vtci_question_parse_where(struct vtci_question *question, struct vtci_words *words)
{
    struct parser parser = {question, words, 0};
    struct vtci_words ahead = *words;
    struct vtci_word first = vtci_words_plain(&ahead);
    uint16_t index = 0;
    VTC_TRY(parse_or(&parser, &index));
    return require(&parser, &first, index);
}

vtc_status vtci_question_require(struct vtci_question *question, struct vtci_words *words,
                                 enum vtci_condition_kind kind, const char *expected)
{
    struct parser parser = {question, words, 0};
    struct vtci_words ahead = *words;
    struct vtci_word first = vtci_words_plain(&ahead);
    uint16_t index = 0;
    VTC_TRY(add(question, words, &first, &index));
    struct vtci_condition *condition = &question->conditions[index];
    *condition = (struct vtci_condition){.kind = kind, .comparison = VTCI_EQUAL};
    VTC_TRY(vtci_question_take_pattern(question, words, expected, &condition->pattern));
    return require(&parser, &first, index);
}
