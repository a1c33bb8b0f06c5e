/* Pieces of rows of the text of a live file. SPEC B.8. All fail with NO_MEMORY only. */
#ifndef VTCI_READ_LIVE_ROW_H
#define VTCI_READ_LIVE_ROW_H

#include "base/buffer.h"
#include "read/live_names.h"

VTC_NODISCARD vtc_status vtci_row_literal(struct vtci_buffer *row, const char *literal);
VTC_NODISCARD vtc_status vtci_row_unsigned(struct vtci_buffer *row, uint64_t value);
VTC_NODISCARD vtc_status vtci_row_signed(struct vtci_buffer *row, int64_t value);
VTC_NODISCARD vtc_status vtci_row_hex(struct vtci_buffer *row, uint64_t value); /* 0x… */
/* ns as µs with three decimals */
VTC_NODISCARD vtc_status vtci_row_time(struct vtci_buffer *row, int64_t ns);
/* The text between quotes, escaped. */
VTC_NODISCARD vtc_status vtci_row_escaped(struct vtci_buffer *row, const void *text,
                                          size_t len_bytes);
/* A number, or "NaN" and the like in quotes. */
VTC_NODISCARD vtc_status vtci_row_double(struct vtci_buffer *row, double value);
/* `"name":value` of each argument of a payload, with commas between them and, unless `*is_first`,
 * before the first one. A payload that does not fit gives what comes before. */
VTC_NODISCARD vtc_status vtci_row_args(struct vtci_buffer *row, const struct vtci_live_names *names,
                                       const struct vtci_known_site *site, const uint8_t *payload,
                                       uint32_t payload_bytes, bool *is_first);
/* Makes sure that the site has its piece. */
VTC_NODISCARD vtc_status vtci_row_piece(struct vtci_live_names *names, struct vtci_known_site *site,
                                        struct vtci_buffer *room);
/* `{"ph":"…","pid":…,"tid":…,"ts":` */
VTC_NODISCARD vtc_status vtci_row_head(struct vtci_buffer *row, uint8_t phase, uint64_t pid,
                                       uint64_t thread_id);

#endif
