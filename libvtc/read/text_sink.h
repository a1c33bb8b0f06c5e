/* Where rebuilt text goes: a buffer that is handed on whenever it is full. */
#ifndef VTCI_READ_TEXT_SINK_H
#define VTCI_READ_TEXT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/status.h"

#define VTCI_SINK_BYTES (512u << 10)

struct vtci_text_sink {
    uint8_t *data;
    size_t len_bytes;
    size_t capacity_bytes; /* at least VTCI_SINK_BYTES */
    uint64_t left_bytes;   /* how many more may be flushed: what the zone map promised */
    vtc_status (*flush)(void *context, const uint8_t *bytes, size_t len_bytes,
                        struct vtc_error *err);
    void *context;
    bool rows_only; /* rows joined by a comma and a line feed, instead of what stood between them */
    bool has_row;   /* one was put */
    size_t *row_ends; /* NULL, or room for two numbers a row: where its text begins in `data`, and
                         where it ends. For a buffer that is never handed on */
};

/* Hands the buffer on. VTC_ERR_CORRUPT when it is more than `left_bytes`. */
VTC_NODISCARD vtc_status vtci_sink_flush(struct vtci_text_sink *sink, struct vtc_error *err);
/* Adds text of any length. */
VTC_NODISCARD vtc_status vtci_sink_put(struct vtci_text_sink *sink, const void *bytes,
                                       size_t len_bytes, struct vtc_error *err);

#endif
