/* The text of a TEXT or BLOCK frame: reading, checking, unpacking, rebuilding. One per thread. */
#ifndef VTCI_READ_FRAME_TEXT_H
#define VTCI_READ_FRAME_TEXT_H

#include "column/block_decode.h"
#include "column/packer.h"
#include "read/reader_internal.h"
#include "read/text_plan.h"
#include "read/text_walk.h"

struct vtci_frame_text {
    struct vtci_memory *memory;
    struct vtci_buffer room;     /* the frame */
    struct vtci_buffer unpacked; /* of a TEXT frame */
    struct vtci_packer *packer;
    struct vtci_block_decoder *decoder;
    struct vtci_text_walker walker;
};

VTC_NODISCARD vtc_status vtci_frame_text_init(struct vtci_frame_text *maker,
                                              struct vtci_memory *memory);
void vtci_frame_text_free(struct vtci_frame_text *maker);

/* How much text a frame will give: of a BLOCK as its zone map says, of a TEXT the most there may
 * be. */
uint64_t vtci_frame_text_bytes(const struct vtci_chain *chain,
                               const struct vtci_chain_frame *frame);

/* Writes the text of a BLOCK whose frame was read; sink->left_bytes is what its zone map says, and is
 * used up when this is done and the sink flushed. */
VTC_NODISCARD vtc_status vtci_frame_text_block(struct vtci_frame_text *maker,
                                               const struct vtci_frame_view *view,
                                               const struct vtci_text_plan *plan,
                                               const struct vtci_schema *schema,
                                               struct vtci_text_sink *sink, struct vtc_error *err);
/* The text of a TEXT frame, borrowed until the next call. SPEC: TXT-1 */
VTC_NODISCARD vtc_status vtci_frame_text_plain(struct vtci_frame_text *maker,
                                               const struct vtci_frame_view *view,
                                               struct vtci_bytes *out_text, struct vtc_error *err);
/* Reads the frame and writes its text. */
VTC_NODISCARD vtc_status vtci_frame_text_write(struct vtci_frame_text *maker,
                                               const vtc_reader *reader,
                                               const struct vtci_text_plan *plan,
                                               const struct vtci_chain_frame *frame,
                                               struct vtci_text_sink *sink, struct vtc_error *err);

#endif
