/* Values of a column by row: rows ascend, and may have none or several. */
#ifndef VTCI_QUERY_ROW_VALUES_H
#define VTCI_QUERY_ROW_VALUES_H

#include "vtc/block.h"

/* The scale of a number that is another token than a decimal. */
enum { VTCI_SCALE_OF_TOKEN = 255 };

/* The first value of a row or, where it has none, of a later one. */
static inline size_t vtci_values_first(const struct vtc_values *values, uint32_t row)
{
    size_t least = 0, end = values->count;
    while (least < end) {
        size_t middle = least + (end - least) / 2;
        if (values->row[middle] < row)
            least = middle + 1;
        else
            end = middle;
    }
    return least;
}

#endif
