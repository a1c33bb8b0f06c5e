/* Whether a file gets a top list (wire/top_list.h), and how long a one: the encoder's choice. */
#ifndef VTCI_IMPORT_TOP_LIST_H
#define VTCI_IMPORT_TOP_LIST_H

#include "import/block_builder.h"

/* Appends the list of what `builder` saw to `out`; nothing where blocks are read as quickly.
 * `file_bytes` is the length of the file so far. */
VTC_NODISCARD vtc_status vtci_top_list_make(struct vtci_block_builder *builder, int level,
                                            uint64_t file_bytes, struct vtci_buffer *out);

#endif
