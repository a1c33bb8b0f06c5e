/* What a document has of events and of what is none (SPEC 7.7), against what a test expects. */
#ifndef VTC_TESTS_SUPPORT_ISSUES_H
#define VTC_TESTS_SUPPORT_ISSUES_H

#include "support/round_trip.h"

/* The causes of SPEC 7.7. */
enum {
    GARBAGE = 1,
    MALFORMED = 2,
    NOT_AN_OBJECT = 4,
    CUT_OFF = 5,
    SECOND_DOCUMENT = 6,
    WORD = 7,
    COMMA = 8,
    SKIPPED = 9
};

struct issue {
    uint64_t offset;
    uint64_t end; /* the byte behind it: of a malformed object the one that is wrong */
    unsigned cause;
};

/* Says on stderr what else `file`, a compressed document, has. */
bool file_has(const struct bytes *file, uint64_t events, const struct issue *issues, size_t count,
              const char *what);
/* The same of a document, which has to come back byte for byte besides. */
bool document_has(const struct bytes *text, uint64_t events, const struct issue *issues,
                  size_t count, const char *what);

#endif
