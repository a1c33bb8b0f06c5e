/* Guesses at what arrays will cost, from samples: for choices that must be quick. Integers only, so
 * that the choice is the same everywhere. */
#ifndef VTCI_COLUMN_ESTIMATE_H
#define VTCI_COLUMN_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

/* Σ c × log2(total / c) over the counts, in 1/16 bits. */
uint64_t vtci_entropy_sixteenths(const uint32_t *counts, size_t count_of_counts, uint64_t total);

#define VTCI_SAMPLE_WINDOW 64
#define VTCI_SAMPLE_WINDOWS 16
#define VTCI_SAMPLE_MAX (VTCI_SAMPLE_WINDOW * VTCI_SAMPLE_WINDOWS)

/* Windows of an array, evenly spread, end to end in `out`; `index` may be NULL. Returns how many
 * values (a multiple of the window, or all of a short array). */
size_t vtci_sample_take(const int64_t *values, const uint32_t *index, size_t count,
                        int64_t out[VTCI_SAMPLE_MAX]);

/* The rows of the same values. */
void vtci_sample_take_rows(const uint32_t *rows, const uint32_t *index, size_t count,
                           uint32_t out[VTCI_SAMPLE_MAX]);

/* 1/16 bits for a sample as it is (less its least value), and for the differences within windows. */
uint64_t vtci_sample_plain_cost(const int64_t *sample, size_t count);
uint64_t vtci_sample_delta_cost(const int64_t *sample, size_t count);

#endif
