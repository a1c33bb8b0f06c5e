/* Where real traces are found. */
#ifndef VTC_TESTS_SUPPORT_CORPUS_H
#define VTC_TESTS_SUPPORT_CORPUS_H

/* The directory of the traces that ship, from $VTC_TRACES or the place of the sources. */
const char *test_traces_directory(void);

/* The directory of the large corpus: $VTC_CORPUS, or ../shared/corpus beside the sources. NULL, after
 * a line on stderr that says so, when there is none. */
const char *test_corpus_directory(void);

#endif
