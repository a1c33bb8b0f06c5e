/* The frames of a file: what there is and where. Found by the INDEX, or by walking the chain
 * (SPEC 7.8, 12).
 *
 * A chain that was cut off or damaged is a chain all the same: it holds the frames before the
 * damage, and those behind it that can be found again. What is wrong is kept in `damage`. Whether a
 * block behind the damage can be read depends on what was lost: when it may have been definitions,
 * it cannot (`blind_from_offset`).
 */
#ifndef VTCI_READ_CHAIN_H
#define VTCI_READ_CHAIN_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "column/packer.h"
#include "io/file.h"
#include "read/frame_read.h"
#include "read/name_totals.h"
#include "read/top_list.h"
#include "wire/zone_map.h"

struct vtci_chain_frame {
    uint64_t offset;
    uint64_t bytes;
    uint32_t block; /* of a BLOCK: its number; else VTCI_NONE */
    uint8_t type;
};

/* A block: what queries look at, unpacked, and its zone map as it stands in the file. */
struct vtci_chain_block {
    uint64_t offset;
    uint64_t bytes;
    uint64_t document_offset;
    uint64_t document_bytes;
    int64_t first_ns;
    int64_t last_ns;
    uint64_t longest_ns;
    uint64_t spans;
    uint32_t rows;
    uint32_t events;
    uint32_t track_count;
    bool has_times;
    size_t zone_pos; /* in `zones` */
    size_t zone_len_bytes;
};

struct vtci_chain {
    struct vtci_memory *memory;
    struct vtci_chain_frame *frames;
    size_t frame_count, frame_capacity;
    struct vtci_chain_block *blocks;
    size_t block_count, block_capacity;
    struct vtci_buffer zones;
    struct vtci_opened_top top; /* of the INDEX that the chain was found by, as are the totals */
    struct vtci_opened_totals totals;
    uint64_t index_offset;      /* of the INDEX that it was found by; UINT64_MAX: by walking */
    uint64_t blind_from_offset; /* blocks behind it may lack definitions; UINT64_MAX: none */
    vtc_status damage_status;   /* VTC_OK, or what `damage` holds */
    struct vtc_error damage;    /* the first */
};

void vtci_chain_init(struct vtci_chain *chain, struct vtci_memory *memory);
void vtci_chain_free(struct vtci_chain *chain);

/* Fills the chain from a file of `file_bytes` bytes whose header was checked. VTC_OK for a damaged
 * file; an error where reading fails, memory is short, or a frame of an unknown type may not be
 * skipped. */
VTC_NODISCARD vtc_status vtci_chain_read(struct vtci_chain *chain, struct vtci_file *file,
                                         uint64_t file_bytes, struct vtci_packer *packer,
                                         struct vtc_error *err);
/* Only by walking. */
VTC_NODISCARD vtc_status vtci_chain_walk(struct vtci_chain *chain, struct vtci_file *file,
                                         uint64_t file_bytes, struct vtc_error *err);

/* Notes damage, if it is the first. */
void vtci_chain_note_damage(struct vtci_chain *chain, const struct vtc_error *damage);

/* The zone map of a block, decoded again from its bytes (they were checked). */
void vtci_chain_zone(const struct vtci_chain *chain, size_t block, struct vtci_zone_map *out_zone);

#endif
