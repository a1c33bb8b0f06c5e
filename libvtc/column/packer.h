/* Packing a run of bytes for the payload of a TEXT, DEFINITIONS or INDEX frame, as the upper layers
 * need it that do not know zstd. SPEC: PCK-1, PCK-2
 */
#ifndef VTCI_COLUMN_PACKER_H
#define VTCI_COLUMN_PACKER_H

#include "base/buffer.h"
#include "vtc/status.h"
#include "wire/packed.h"

/* One per thread. */
struct vtci_packer;

/* NULL when memory is short. */
struct vtci_packer *vtci_packer_create(struct vtci_memory *memory);
void vtci_packer_free(struct vtci_packer *packer);

/* Appends the packed bytes to `out`; *out_method is 0 when they are stored as they are. `level` is
 * that of the tool, 1 to 19: text takes more effort of zstd than numbers do. */
VTC_NODISCARD vtc_status vtci_pack_text(struct vtci_packer *packer, int level, const void *bytes,
                                        size_t len_bytes, struct vtci_buffer *out,
                                        uint8_t *out_method);

/* The way back: packed->stored_bytes at `stored` become packed->original_bytes at `to`. `offset` is
 * that of the frame, for errors. */
VTC_NODISCARD vtc_status vtci_unpack(struct vtci_packer *packer, const struct vtci_packed *packed,
                                     const void *stored, void *to, uint64_t offset,
                                     struct vtc_error *err);

#endif
