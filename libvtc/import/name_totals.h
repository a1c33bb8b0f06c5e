/* Whether a file gets name totals (wire/name_totals.h): the encoder's choice. */
#ifndef VTCI_IMPORT_NAME_TOTALS_H
#define VTCI_IMPORT_NAME_TOTALS_H

#include "import/block_builder.h"

/* Appends the totals of what `builder` saw to `out`; nothing where they would be a large part of the
 * file, or blocks are read as quickly. `file_bytes` is the length of the file so far. Nothing is added
 * to `builder` from then on. */
VTC_NODISCARD vtc_status vtci_name_totals_make(struct vtci_block_builder *builder, int level,
                                               uint64_t file_bytes, struct vtci_buffer *out);

#endif
