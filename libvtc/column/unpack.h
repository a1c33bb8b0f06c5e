/* The way back from column/packer.h: the payload of a TEXT, DEFINITIONS or INDEX frame.
 * SPEC: PCK-1, PCK-2
 */
#ifndef VTCI_COLUMN_UNPACK_H
#define VTCI_COLUMN_UNPACK_H

#include "codec/zstd_wrapper.h"
#include "vtc/status.h"
#include "wire/packed.h"

/* Unpacks packed->stored_bytes at `stored` into packed->original_bytes at `to`. `offset` is that of
 * the frame, for errors. */
VTC_NODISCARD vtc_status vtci_unpack(struct vtci_zstd *zstd, const struct vtci_packed *packed,
                                     const void *stored, void *to, uint64_t offset,
                                     struct vtc_error *err);

#endif
