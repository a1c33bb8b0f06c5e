/* Values on their way into the columns of a block. */
#ifndef VTCI_IMPORT_VALUES_PUSH_H
#define VTCI_IMPORT_VALUES_PUSH_H

#include <string.h>

#include "base/error.h"
#include "column/block_data.h"

/* Makes room for one more value; the scales of a NUMBER column grow along. */
static inline vtc_status vtci_values_grow(struct vtci_memory *memory, struct vtci_values *values)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->scales, values->scales_capacity, values->count + 1));
    return VTCI_ARRAY_RESERVE(memory, values->values, values->capacity, values->count + 1);
}

static inline vtc_status vtci_values_push(struct vtci_memory *memory, struct vtci_values *values,
                                          int64_t value)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->values, values->capacity, values->count + 1));
    values->values[values->count++] = value;
    return VTC_OK;
}

static inline vtc_status vtci_values_push_number(struct vtci_memory *memory,
                                                 struct vtci_values *values, int64_t value,
                                                 uint8_t scale)
{
    if (values->count >= values->scales_capacity)
        VTC_TRY(vtci_values_grow(memory, values));
    values->scales[values->count] = scale;
    values->values[values->count++] = value;
    return VTC_OK;
}

/* The text alone; its value, 0, is the caller's. */
static inline vtc_status vtci_values_push_plain(struct vtci_memory *memory,
                                                struct vtci_values *values, const uint8_t *text,
                                                size_t len_bytes)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->plain, values->plain_capacity,
                               values->plain_bytes + len_bytes));
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->plain_ends, values->plain_ends_capacity,
                               values->plain_count + 1));
    if (len_bytes)
        memcpy(values->plain + values->plain_bytes, text, len_bytes);
    values->plain_bytes += len_bytes;
    values->plain_ends[values->plain_count++] = values->plain_bytes;
    return VTC_OK;
}

static inline vtc_status vtci_values_push_string(struct vtci_memory *memory,
                                                 struct vtci_values *values, uint32_t id,
                                                 const uint8_t *text, size_t len_bytes)
{
    if (!id)
        VTC_TRY(vtci_values_push_plain(memory, values, text, len_bytes));
    return vtci_values_push(memory, values, id);
}

#endif
