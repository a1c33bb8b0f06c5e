/* Round trips of the traces of a directory. */
#ifndef VTC_TESTS_CORPUS_ROUND_TRIP_H
#define VTC_TESTS_CORPUS_ROUND_TRIP_H

/* Every .json and .json.zst of `directory`, at `level`; returns how many there were. Fails the test
 * for one that does not come back, or of which 0.1 % or more of the events are raw text. */
unsigned corpus_round_trip(const char *directory, int level, unsigned threads);

#endif
