/* The parts of block_builder.c. A status is OK or NO_MEMORY. */
#ifndef VTCI_IMPORT_BLOCK_BUILDER_INTERNAL_H
#define VTCI_IMPORT_BLOCK_BUILDER_INTERNAL_H

#include "import/block_builder.h"

/* --- block_builder_values.c: what a row is made of, to the columns and the dictionaries --- */

/* Gives tokens their ids, or their texts to the plain strings of their columns. */
VTC_NODISCARD vtc_status vtci_builder_resolve_tokens(struct vtci_block_builder *builder,
                                                     struct vtci_entry *entries, size_t count);
VTC_NODISCARD vtc_status vtci_builder_push_entries(struct vtci_block_builder *builder,
                                                   struct vtci_entry *entries, size_t count);
/* A row without a shape: its whole text is one value. */
VTC_NODISCARD vtc_status vtci_builder_push_raw(struct vtci_block_builder *builder,
                                               struct vtci_bytes text);

/* --- block_builder_tracks.c --- */

/* The id of the track that the row's pid and tid name, which the block now has. */
VTC_NODISCARD vtc_status vtci_builder_note_track(struct vtci_block_builder *builder,
                                                 const struct vtci_row *row, uint32_t *out_track);

/* --- block_builder_events.c: what the zone map and the top list want to know of an event --- */

/* `raw` is the event's text if that is all there is, else absent. */
VTC_NODISCARD vtc_status vtci_builder_note_event(struct vtci_block_builder *builder,
                                                 const struct vtci_row *row, uint8_t phase,
                                                 struct vtci_bytes raw);
/* The same of a row that is kept as text. */
VTC_NODISCARD vtc_status vtci_builder_note_raw_event(struct vtci_block_builder *builder,
                                                     struct vtci_bytes text);

#endif
