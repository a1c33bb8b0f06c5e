#include "support/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *source_directory(void)
{
    const char *source = getenv("VTC_SOURCE_DIR");
    return source ? source : ".";
}

const char *test_traces_directory(void)
{
    static char path[4096];
    const char *traces = getenv("VTC_TRACES");
    if (traces)
        return traces;
    snprintf(path, sizeof path, "%s/tests/traces", source_directory());
    return path;
}

const char *test_corpus_directory(void)
{
    static char path[4096];
    const char *corpus = getenv("VTC_CORPUS");
    if (!corpus) {
        snprintf(path, sizeof path, "%s/../shared/corpus", source_directory());
        corpus = path;
    }
    if (access(corpus, R_OK | X_OK) == 0)
        return corpus;
    fprintf(stderr, "no corpus in %s (see tests/traces/README.md): not tried\n", corpus);
    return NULL;
}
