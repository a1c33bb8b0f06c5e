/* Numbers as people write them in a question: `4096`, `1.5ms`, `-3`, `64KiB`.
 *
 *     unit            times                          unit           bytes
 *     ns us µs ms s   1, 10^3, 10^3, 10^6, 10^9 ns   B              1
 *     m h             60 s, 3600 s                   KB MB GB TB    10^3, 10^6, 10^9, 10^12
 *                                                    KiB MiB GiB TiB   2^10, 2^20, 2^30, 2^40
 */
#ifndef VTCI_QUERY_QUANTITY_H
#define VTCI_QUERY_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vtci_quantity_kind { VTCI_QUANTITY_PLAIN, VTCI_QUANTITY_TIME, VTCI_QUANTITY_BYTES };

/* number × 10^-scale, the unit multiplied in: exact. */
struct vtci_quantity {
    int64_t number;
    unsigned scale; /* at most 18 */
    enum vtci_quantity_kind kind;
};

/* A number with or without a unit right behind it. False when it is none, or too large. */
bool vtci_quantity_parse(const char *text, size_t len_bytes, struct vtci_quantity *out_quantity);
/* Whether the text is a unit by itself: `1.5 ms` comes in two words. */
bool vtci_quantity_is_unit(const char *text, size_t len_bytes);
/* As a whole number; false when there are decimals left. */
bool vtci_quantity_whole(const struct vtci_quantity *quantity, int64_t *out_number);
/* Compares number × 10^-scale with a quantity: below 0, 0, above 0. */
int vtci_quantity_compare(int64_t number, unsigned scale, const struct vtci_quantity *quantity);

#endif
