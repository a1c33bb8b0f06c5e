/* Opening a file.
 *
 *     header -> INDEX by the trailer, or a walk of the chain -> all DEFINITIONS -> DOCUMENT
 *
 * All definitions are read at once: ids only grow, so what a block needs is a prefix of them, and
 * what was opened never changes again, so that blocks can be opened from several threads. Blocks are
 * not touched. Damage does not fail the opening; it is noted, and blocks that may lack definitions
 * are refused when they are opened.
 */
#include <unistd.h>

#include "base/error.h"
#include "read/reader_internal.h"
#include "wire/live.h"

/* Definitions of one frame after the other, until one is damaged. */
static vtc_status load_definitions(vtc_reader *reader, struct vtci_packer *packer,
                                   struct vtci_buffer *room, struct vtc_error *err)
{
    struct vtci_chain *chain = &reader->chain;
    if (chain->blind_from_offset != UINT64_MAX)
        reader->definitions_error = chain->damage;
    for (size_t i = 0; i < chain->frame_count; i++) {
        const struct vtci_chain_frame *frame = &chain->frames[i];
        if (frame->offset > chain->blind_from_offset)
            break;
        if (frame->type != VTCI_FRAME_DEFINITIONS)
            continue;
        struct vtci_frame_view view;
        struct vtc_error damage;
        memset(&damage, 0, sizeof damage);
        vtc_status status = vtci_frame_read(reader->file, frame->offset, frame->bytes,
                                            VTCI_FRAME_DEFINITIONS, room, &view, &damage);
        if (status == VTC_OK)
            status = vtci_definitions_add(&reader->definitions, packer, &view, &damage);
        if (status == VTC_OK)
            continue;
        if (status != VTC_ERR_CORRUPT && status != VTC_ERR_TRUNCATED && status != VTC_ERR_LIMIT) {
            if (err)
                *err = damage;
            return status;
        }
        chain->blind_from_offset = frame->offset;
        reader->definitions_error = damage;
        vtci_chain_note_damage(chain, &damage);
        break;
    }
    if (vtci_definitions_update(&reader->definitions) != VTC_OK)
        return vtci_error_memory(err, 0);
    return VTC_OK;
}

static vtc_status take_document(vtc_reader *reader, const struct vtci_frame_view *view,
                                struct vtc_error *err)
{
    VTC_TRY(vtci_document_decode(view->head, view->frame.head_bytes, view->offset,
                                 &reader->document, err));
    if (view->frame.payload_bytes != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "FRM-5",
                              "expected a DOCUMENT frame without payload, found %u bytes",
                              view->frame.payload_bytes);
    reader->document_offset = view->offset;
    size_t listed_count = reader->document.listed_count;
    if (listed_count) {
        reader->issues = vtci_allocate(&reader->memory, listed_count * sizeof *reader->issues);
        if (!reader->issues)
            return vtci_error_memory(err, listed_count * sizeof *reader->issues);
        vtci_document_issues(&reader->document, reader->issues);
    }
    reader->document.issue_bytes = NULL; /* borrowed from what is read over */
    reader->has_document = true;
    return VTC_OK;
}

/* SPEC: DOC-1. */
static vtc_status load_document(vtc_reader *reader, struct vtci_buffer *room, struct vtc_error *err)
{
    struct vtci_chain *chain = &reader->chain;
    struct vtc_error damage;
    for (size_t i = chain->frame_count; i-- > 0;) {
        const struct vtci_chain_frame *frame = &chain->frames[i];
        struct vtci_frame_view view;
        if (frame->type != VTCI_FRAME_DOCUMENT)
            continue;
        memset(&damage, 0, sizeof damage);
        vtc_status status = vtci_frame_read(reader->file, frame->offset, frame->bytes,
                                            VTCI_FRAME_DOCUMENT, room, &view, &damage);
        if (status == VTC_OK)
            status = take_document(reader, &view, &damage);
        if (status == VTC_OK)
            return VTC_OK;
        if (status != VTC_ERR_CORRUPT && status != VTC_ERR_TRUNCATED) {
            if (err)
                *err = damage;
            return status;
        }
        memset(&reader->document, 0, sizeof reader->document);
        vtci_chain_note_damage(chain, &damage);
        return VTC_OK;
    }
    vtci_error_set(&damage, VTC_ERR_TRUNCATED, reader->file_bytes, "DOC-1",
                   "expected a DOCUMENT frame, found the end of the file");
    vtci_chain_note_damage(chain, &damage);
    return VTC_OK;
}

static void summarize(vtc_reader *reader)
{
    struct vtc_summary *summary = &reader->summary;
    const struct vtci_chain *chain = &reader->chain;
    summary->version_major = reader->header.major;
    summary->version_minor = reader->header.minor;
    summary->file_bytes = reader->file_bytes;
    summary->frames = chain->frame_count;
    summary->blocks = chain->block_count;
    summary->tracks = reader->definitions.schema.track_count;
    for (size_t i = 0; i < chain->block_count; i++) {
        const struct vtci_chain_block *block = &chain->blocks[i];
        struct vtci_zone_map zone;
        vtci_chain_zone(chain, i, &zone);
        for (unsigned phase = 0; phase < 256; phase++)
            summary->phases[phase] += zone.phases[phase];
        summary->rows += block->rows;
        summary->events += block->events;
        summary->spans += block->spans;
        if (block->longest_ns > summary->longest_ns)
            summary->longest_ns = block->longest_ns;
        if (!block->has_times)
            continue;
        if (!summary->has_times || block->first_ns < summary->first_ns)
            summary->first_ns = block->first_ns;
        if (!summary->has_times || block->last_ns > summary->last_ns)
            summary->last_ns = block->last_ns;
        summary->has_times = 1;
    }
    summary->has_document = reader->has_document;
    summary->document_bytes = reader->document.bytes;
    summary->document_hash[0] = reader->document.hash.low;
    summary->document_hash[1] = reader->document.hash.high;
    summary->cut_off = reader->document.cut_off;
    summary->issues = reader->document.issue_count;
    summary->issues_listed = reader->document.listed_count;
}

static vtc_status load(vtc_reader *reader, struct vtci_buffer *room, struct vtc_error *err)
{
    uint8_t header[VTCI_FILE_HEADER_BYTES];
    size_t header_bytes = 0;
    VTC_TRY(vtci_file_pread(reader->file, 0, header, sizeof header, &header_bytes, err));
    VTC_TRY(vtci_file_header_decode(header, header_bytes, &reader->header, err));
    if (reader->header.incompatible & VTCI_FEATURE_LIVE)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, 16, "LIV-1",
                              "expected a file of frames, found a live file: "
                              "vtc_live_reader_open reads it");
    struct vtci_packer *packer = vtci_packer_create(&reader->memory);
    if (!packer)
        return vtci_error_memory(err, 0);
    vtc_status status =
        vtci_chain_read(&reader->chain, reader->file, reader->file_bytes, packer, err);
    if (status == VTC_OK && vtci_definitions_init(&reader->definitions, &reader->memory) != VTC_OK)
        status = vtci_error_memory(err, 0);
    if (status == VTC_OK)
        status = load_definitions(reader, packer, room, err);
    if (status == VTC_OK)
        status = load_document(reader, room, err);
    vtci_packer_free(packer);
    if (status == VTC_OK)
        summarize(reader);
    return status;
}

/* What cannot be read by offset is read into memory, and is then the file. */
static vtc_status slurp(vtc_reader *reader, struct vtc_error *err)
{
    enum { PIECE_BYTES = 1 << 20 };
    size_t read_bytes = 1;
    while (read_bytes) {
        if (vtci_buffer_reserve(&reader->stream, PIECE_BYTES) != VTC_OK)
            return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                                  "expected a pipe's file to fit the memory limit, found more than "
                                  "%zu bytes",
                                  reader->stream.len_bytes);
        VTC_TRY(vtci_file_read(reader->file, reader->stream.data + reader->stream.len_bytes,
                               PIECE_BYTES, &read_bytes, err));
        reader->stream.len_bytes += read_bytes;
    }
    vtci_file_close(reader->file);
    reader->file = NULL;
    return vtci_file_from_bytes(&reader->memory, reader->stream.data, reader->stream.len_bytes,
                                &reader->file, err);
}

/* Takes over `reader`, whose file is opened. */
static vtc_status open_reader(vtc_reader *reader, vtc_status status, vtc_reader **out_reader,
                              struct vtc_error *err)
{
    struct vtci_buffer room;
    struct vtc_error size_error;
    vtci_buffer_init(&room, &reader->memory);
    if (status == VTC_OK &&
        vtci_file_size(reader->file, &reader->file_bytes, &size_error) != VTC_OK) {
        status = slurp(reader, err);
        reader->file_bytes = reader->stream.len_bytes;
    }
    if (status == VTC_OK)
        status = load(reader, &room, err);
    vtci_buffer_free(&room);
    if (status != VTC_OK) {
        vtc_reader_close(reader);
        return status;
    }
    *out_reader = reader;
    return VTC_OK;
}

static vtc_reader *create_reader(const struct vtc_reader_opts *opts, struct vtc_error *err)
{
    struct vtc_reader_opts chosen = {sizeof chosen, 0, NULL};
    if (opts)
        memcpy(&chosen, opts,
               opts->struct_size < sizeof chosen ? opts->struct_size : sizeof chosen);
    struct vtci_memory memory;
    vtci_memory_init(&memory, chosen.allocator, 0);
    vtc_reader *reader = vtci_allocate_zeroed(&memory, sizeof *reader);
    if (!reader) {
        vtci_error_memory(err, sizeof *reader);
        return NULL;
    }
    vtci_memory_init(&reader->memory, chosen.allocator,
                     chosen.memory_limit_bytes ? chosen.memory_limit_bytes
                                               : VTCI_READER_MEMORY_BYTES);
    vtci_buffer_init(&reader->stream, &reader->memory);
    vtci_chain_init(&reader->chain, &reader->memory);
    return reader;
}

vtc_status vtc_reader_open(const char *path, const struct vtc_reader_opts *opts,
                           vtc_reader **out_reader, struct vtc_error *err)
{
    if (!path || !out_reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no path");
    vtc_reader *reader = create_reader(opts, err);
    if (!reader)
        return VTC_ERR_NO_MEMORY;
    return open_reader(reader, vtci_file_open(&reader->memory, path, &reader->file, err),
                       out_reader, err);
}

vtc_status vtc_reader_open_fd(int fd, const struct vtc_reader_opts *opts, vtc_reader **out_reader,
                              struct vtc_error *err)
{
    if (fd < 0 || !out_reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no descriptor");
    vtc_reader *reader = create_reader(opts, err);
    if (!reader)
        return VTC_ERR_NO_MEMORY;
    return open_reader(reader, vtci_file_from_fd(&reader->memory, fd, false, &reader->file, err),
                       out_reader, err);
}

vtc_status vtci_reader_open_take(int fd, const struct vtc_reader_opts *opts,
                                 vtc_reader **out_reader, struct vtc_error *err)
{
    vtc_reader *reader = create_reader(opts, err);
    if (!reader) {
        close(fd);
        return VTC_ERR_NO_MEMORY;
    }
    vtc_status status = vtci_file_from_fd(&reader->memory, fd, true, &reader->file, err);
    if (status != VTC_OK)
        close(fd);
    return open_reader(reader, status, out_reader, err);
}

vtc_status vtc_reader_open_memory(const void *bytes, size_t len_bytes,
                                  const struct vtc_reader_opts *opts, vtc_reader **out_reader,
                                  struct vtc_error *err)
{
    if ((!bytes && len_bytes) || !out_reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no bytes");
    vtc_reader *reader = create_reader(opts, err);
    if (!reader)
        return VTC_ERR_NO_MEMORY;
    return open_reader(reader,
                       vtci_file_from_bytes(&reader->memory, bytes, len_bytes, &reader->file, err),
                       out_reader, err);
}

void vtc_reader_close(vtc_reader *reader)
{
    if (!reader)
        return;
    vtci_track_names_free(reader);
    vtci_spare_blocks_free(&reader->spare);
    if (reader->issues)
        vtci_release(&reader->memory, reader->issues,
                     reader->document.listed_count * sizeof *reader->issues);
    vtci_definitions_free(&reader->definitions);
    vtci_chain_free(&reader->chain);
    vtci_file_close(reader->file);
    vtci_buffer_free(&reader->stream);
    struct vtci_memory memory;
    vtci_memory_init(&memory, &reader->memory.allocator, 0);
    vtci_release(&memory, reader, sizeof *reader);
}

vtc_status vtci_reader_open_file(struct vtci_file *file, const struct vtc_reader_opts *opts,
                                 vtc_reader **out_reader, struct vtc_error *err)
{
    vtc_reader *reader = create_reader(opts, err);
    if (!reader) {
        vtci_file_close(file);
        return VTC_ERR_NO_MEMORY;
    }
    reader->file = file;
    return open_reader(reader, VTC_OK, out_reader, err);
}
