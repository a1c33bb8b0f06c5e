/* The text of a file of blocks for who wants to read it: vtc_decompress hands text out, vtc_compress
 * asks for it. A thread stands between; it waits until each piece was taken.
 *
 * One lock, which no other is taken under.
 */
#ifndef VTCI_COMPACT_TEXT_RELAY_H
#define VTCI_COMPACT_TEXT_RELAY_H

#include "base/memory.h"
#include "vtc/reader.h"

struct vtci_text_relay;

/* `reader` and `memory` are borrowed until the relay is freed. */
VTC_NODISCARD vtc_status vtci_text_relay_create(struct vtci_memory *memory,
                                                const vtc_reader *reader, unsigned threads,
                                                struct vtci_text_relay **out_relay,
                                                struct vtc_error *err);
/* A vtc_read_fn. After the last byte: what vtc_decompress came to. */
vtc_status vtci_text_relay_read(void *relay, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                                struct vtc_error *err);
/* Stops the thread, wherever it is. NULL is accepted. */
void vtci_text_relay_free(struct vtci_text_relay *relay);

#endif
