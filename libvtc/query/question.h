/* A question in the language of verbs, taken apart. format/QUERY.md has the grammar. */
#ifndef VTCI_QUERY_QUESTION_H
#define VTCI_QUERY_QUESTION_H

#include "query/pattern.h"
#include "query/quantity.h"
#include "query/words.h"
#include "vtc/query.h"

enum vtci_verb {
    VTCI_VERB_SLOWEST,
    VTCI_VERB_TOP,
    VTCI_VERB_COUNT,
    VTCI_VERB_HISTOGRAM,
    VTCI_VERB_CALLS,
    VTCI_VERB_TREE,
    VTCI_VERB_TIMELINE,
    VTCI_VERB_GAPS,
    VTCI_VERB_COUNTERS,
    VTCI_VERB_ASYNC,
    VTCI_VERB_FLOWS,
    VTCI_VERB_THREADS,
    VTCI_VERB_STATS,
    VTCI_VERBS
};

/* `top N by …`, in the order of MEASURES in question_parse.c. */
enum vtci_measure {
    VTCI_BY_SELF,
    VTCI_BY_TOTAL,
    VTCI_BY_COUNT,
    VTCI_BY_MEAN,
    VTCI_BY_MAX,
    VTCI_MEASURES
};

/* `count by …` */
enum vtci_key {
    VTCI_KEY_NAME,
    VTCI_KEY_THREAD,
    VTCI_KEY_PROCESS,
    VTCI_KEY_CATEGORY,
    VTCI_KEY_PHASE,
    VTCI_KEYS
};

enum vtci_condition_kind {
    VTCI_CONDITION_AND,
    VTCI_CONDITION_OR,
    VTCI_CONDITION_NOT,
    VTCI_CONDITION_NAME, /* these five: pattern */
    VTCI_CONDITION_CATEGORY,
    VTCI_CONDITION_THREAD,
    VTCI_CONDITION_PROCESS,
    VTCI_CONDITION_PHASE,
    VTCI_CONDITION_DURATION, /* these two: compare with quantity, whole ns */
    VTCI_CONDITION_TIME,
    VTCI_CONDITION_ARGUMENT /* path; pattern or quantity */
};

enum vtci_comparison {
    VTCI_EQUAL,
    VTCI_UNEQUAL,
    VTCI_BELOW,
    VTCI_AT_MOST,
    VTCI_ABOVE,
    VTCI_AT_LEAST
};

struct vtci_condition {
    enum vtci_condition_kind kind;
    enum vtci_comparison comparison;
    uint16_t left, right; /* AND, OR, NOT: of vtci_question.conditions */
    struct vtci_pattern *pattern;
    struct vtci_quantity quantity;
    int64_t whole_ns; /* DURATION, TIME: the quantity */
    bool is_absolute; /* TIME: not counted from the first time of the trace */
    const char *path; /* ARGUMENT: "args.KEY" */
};

/* [choice] A question is typed by a person. */
#define VTCI_CONDITIONS_MAX 64
#define VTCI_CONDITION_DEPTH_MAX 32
#define VTCI_QUESTION_BYTES_MAX 16384

struct vtci_instant {
    int64_t ns;
    bool is_absolute;
};

struct vtci_question {
    struct vtci_memory *memory;
    struct vtci_text_store texts;
    enum vtci_verb verb;
    uint64_t count; /* N, where the verb has one */
    enum vtci_measure measure;
    enum vtci_key key;
    struct vtci_pattern *calls_of; /* `calls of …` */
    struct vtci_condition conditions[VTCI_CONDITIONS_MAX];
    uint16_t condition_count;
    bool has_condition;
    uint16_t condition; /* the whole: `of`, `where`, `in thread` and `in process` joined by AND */
    bool has_range;
    struct vtci_instant from, to;
    uint64_t limit;         /* 0: none */
    struct vtci_word order; /* the column as it was written; empty: none */
    bool order_descending;
};

/* VTC_ERR_ARGUMENT with the place of the word that is wrong; NO_MEMORY. On success `out_question` is
 * to be freed; it does not refer to the text but for `order`. */
VTC_NODISCARD vtc_status vtci_question_parse(struct vtci_memory *memory, const char *text,
                                             struct vtci_question *out_question,
                                             struct vtc_error *err);
void vtci_question_free(struct vtci_question *question);

/* Parts of the parser. */

/* What follows `where`. */
VTC_NODISCARD vtc_status vtci_question_parse_where(struct vtci_question *question,
                                                   struct vtci_words *words);
/* A pattern as the next word, into a condition that is joined to what there is by AND. */
VTC_NODISCARD vtc_status vtci_question_require(struct vtci_question *question,
                                               struct vtci_words *words,
                                               enum vtci_condition_kind kind, const char *expected);
VTC_NODISCARD vtc_status vtci_question_take_pattern(struct vtci_question *question,
                                                    struct vtci_words *words, const char *expected,
                                                    struct vtci_pattern **out_pattern);
/* `1.5ms`, `1.5 ms`, and with `may_be_absolute` also `@123456789`, `@1.5 s`. */
VTC_NODISCARD vtc_status vtci_question_take_time(struct vtci_words *words, bool may_be_absolute,
                                                 const char *expected,
                                                 struct vtci_instant *out_instant);
/* A number with its unit, the next word too where that is a unit by itself. */
bool vtci_question_take_quantity(struct vtci_words *words, struct vtci_word *word,
                                 struct vtci_quantity *out_quantity);

#endif
