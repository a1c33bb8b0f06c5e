/* A question in the language of verbs, taken apart. */
#ifndef VTCI_QUERY_QUESTION_H
#define VTCI_QUERY_QUESTION_H

#include "base/memory.h"
#include "vtc/query.h"

enum vtci_verb { VTCI_VERB_SLOWEST };

struct vtci_question {
    enum vtci_verb verb;
    uint64_t count; /* N */
};

/* VTC_ERR_ARGUMENT with the place of the word that is wrong. */
VTC_NODISCARD vtc_status vtci_question_parse(const char *text, struct vtci_question *out_question,
                                             struct vtc_error *err);

#endif
