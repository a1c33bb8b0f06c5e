#include "column/estimate.h"

#include <string.h>

#include "base/bytes.h"

/* log2 in 1/16: the bit length, and the next four bits read as the fraction (at most 0.09 off). */
static inline uint64_t log2_sixteenths(uint64_t value)
{
    unsigned bits = vtci_bit_length(value) - 1;
    uint64_t fraction = bits >= 4 ? value >> (bits - 4) & 15 : value << (4 - bits) & 15;
    return bits * 16 + fraction;
}

uint64_t vtci_entropy_sixteenths(const uint32_t *counts, size_t count_of_counts, uint64_t total)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count_of_counts; i++)
        if (counts[i])
            sum += counts[i] * (log2_sixteenths((total << 8) / counts[i]) - 128);
    return sum;
}

/* Where value number i of a sample is. */
struct sampling {
    size_t windows, length, stride;
};

static struct sampling sampling_of(size_t count)
{
    struct sampling sampling = {VTCI_SAMPLE_WINDOWS, VTCI_SAMPLE_WINDOW,
                                count / VTCI_SAMPLE_WINDOWS};
    if (count <= VTCI_SAMPLE_MAX) {
        sampling.windows = 1;
        sampling.length = count;
    }
    return sampling;
}

size_t vtci_sample_take(const int64_t *values, const uint32_t *index, size_t count,
                        int64_t out[VTCI_SAMPLE_MAX])
{
    struct sampling sampling = sampling_of(count);
    for (size_t window = 0; window < sampling.windows; window++)
        for (size_t i = 0; i < sampling.length; i++) {
            size_t at = window * sampling.stride + i;
            *out++ = values[index ? index[at] : at];
        }
    return sampling.windows * sampling.length;
}

void vtci_sample_take_rows(const uint32_t *rows, const uint32_t *index, size_t count,
                           uint32_t out[VTCI_SAMPLE_MAX])
{
    struct sampling sampling = sampling_of(count);
    for (size_t window = 0; window < sampling.windows; window++)
        for (size_t i = 0; i < sampling.length; i++) {
            size_t at = window * sampling.stride + i;
            *out++ = rows[index ? index[at] : at];
        }
}

/* Numbers of `bits` bits cost bits - 1, and what it takes to tell bit lengths apart; numbers below
 * 256 what it takes to tell them apart, if that is less. */
static uint64_t class_cost(const uint64_t *numbers, size_t count)
{
    uint32_t classes[65] = {0}, bytes[256] = {0};
    uint64_t mantissas = 0, above = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned bits = vtci_bit_length(numbers[i]);
        classes[bits]++;
        mantissas += bits > 1 ? bits - 1 : 0;
        bytes[numbers[i] & 255]++;
        above |= numbers[i] >> 8;
    }
    uint64_t cost = vtci_entropy_sixteenths(classes, 65, count) + 16 * mantissas;
    if (above == 0) {
        uint64_t by_byte = vtci_entropy_sixteenths(bytes, 256, count);
        cost = by_byte < cost ? by_byte : cost;
    }
    return cost;
}

uint64_t vtci_sample_plain_cost(const int64_t *sample, size_t count)
{
    uint64_t numbers[VTCI_SAMPLE_MAX];
    int64_t least = sample[0];
    for (size_t i = 1; i < count; i++)
        least = sample[i] < least ? sample[i] : least;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint64_t)sample[i] - (uint64_t)least;
    return class_cost(numbers, count);
}

uint64_t vtci_sample_delta_cost(const int64_t *sample, size_t count)
{
    uint64_t numbers[VTCI_SAMPLE_MAX];
    size_t length = count == VTCI_SAMPLE_MAX ? VTCI_SAMPLE_WINDOW : count, at = 0;
    for (size_t i = 0; i < count; i++)
        if (i % length)
            numbers[at++] = vtci_zigzag((int64_t)((uint64_t)sample[i] - (uint64_t)sample[i - 1]));
    /* The first of each window is not known: as if it cost the average. */
    return at ? class_cost(numbers, at) * count / at : 0;
}
