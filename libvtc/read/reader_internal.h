/* What an opened file consists of. See reader_open.c.
 *
 *     file -> chain (frames, zone maps) -> schema (definitions) -> plans (shapes as programs)
 *
 * All of it is made by opening and then only read, but for `names`, which vtc_reader_track_names
 * fills, and `spare`.
 */
#ifndef VTCI_READ_READER_INTERNAL_H
#define VTCI_READ_READER_INTERNAL_H

#include "column/schema.h"
#include "io/file.h"
#include "read/chain.h"
#include "read/event_plan.h"
#include "read/track_table.h"
#include "vtc/block.h"
#include "wire/document.h"
#include "wire/file_header.h"

#define VTCI_READER_MEMORY_BYTES ((size_t)512 << 20)

/* What the definitions say, ready for use: the schema and what is made from it. */
struct vtci_definitions {
    struct vtci_memory *memory;
    struct vtci_schema schema;
    struct vtci_event_plan events;
    struct vtci_track_table tracks;
};

VTC_NODISCARD vtc_status vtci_definitions_init(struct vtci_definitions *definitions,
                                               struct vtci_memory *memory);
void vtci_definitions_free(struct vtci_definitions *definitions);
/* Adds what a DEFINITIONS frame says. */
VTC_NODISCARD vtc_status vtci_definitions_add(struct vtci_definitions *definitions,
                                              struct vtci_packer *packer,
                                              const struct vtci_frame_view *view,
                                              struct vtc_error *err);
/* Brings plans and tracks up to the schema. */
VTC_NODISCARD vtc_status vtci_definitions_update(struct vtci_definitions *definitions);

/* As vtc_reader_open_fd; the file is the reader's, also when it fails. */
VTC_NODISCARD vtc_status vtci_reader_open_file(struct vtci_file *file,
                                               const struct vtc_reader_opts *opts,
                                               vtc_reader **out_reader, struct vtc_error *err);

struct vtci_track_names;

/* Closed blocks, whose memory the next ones take over: going through a file, page faults would cost
 * several times what decoding does. Slots are taken and filled by single atomic exchanges, as blocks
 * are opened and closed by any thread. */
#define VTCI_SPARE_BLOCKS 4
struct vtci_spare_blocks {
    _Atomic(vtc_block *) slots[VTCI_SPARE_BLOCKS];
};

/* NULL when there is none. */
vtc_block *vtci_spare_blocks_take(struct vtci_spare_blocks *spare);
/* Takes a closed block over, if memory allows to keep it; else frees it. */
void vtci_spare_blocks_put(struct vtci_spare_blocks *spare, vtc_block *block);
void vtci_spare_blocks_free(struct vtci_spare_blocks *spare);

struct vtc_reader {
    struct vtci_memory memory;
    struct vtci_file *file;
    struct vtci_buffer stream; /* what came through a pipe: the file lies here */
    uint64_t file_bytes;
    struct vtci_file_header header;
    struct vtci_chain chain;
    struct vtci_definitions definitions;
    struct vtc_error definitions_error; /* why blocks behind chain.blind_from_offset are refused */
    bool has_document;
    struct vtci_document document;
    uint64_t document_offset; /* of its frame */
    struct vtci_issue *issues;
    struct vtc_summary summary;
    struct vtci_track_names *names;
    struct vtci_spare_blocks spare;
};

void vtci_track_names_free(vtc_reader *reader);

/* As vtc_reader_open_fd; the descriptor is the reader's, also when it fails. */
VTC_NODISCARD vtc_status vtci_reader_open_take(int fd, const struct vtc_reader_opts *opts,
                                               vtc_reader **out_reader, struct vtc_error *err);

#endif
