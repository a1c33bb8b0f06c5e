/* Checking a file from its first byte to its last.
 *
 * Nothing that opening found out is used: the chain is walked once more, and definitions are applied
 * as they come, so that a block which uses what is only defined behind it is found too. What is
 * broken is reported, and the walk goes on: behind the frame when its head is right, else at the next
 * sync mark. What cannot be known any more (blocks behind lost definitions, the hash of a text that
 * lacks a part) is not checked.
 */
#include "base/error.h"
#include "base/limits.h"
#include "read/verify_internal.h"
#include "wire/index.h"
#include "wire/packed.h"
#include "wire/trailer.h"

vtc_status vtci_verify_problem(struct vtci_verify *verify, const struct vtc_error *problem)
{
    if (verify->result.problems++ == 0)
        verify->first = *problem;
    if (!verify->opts.problem)
        return VTC_OK;
    return verify->opts.problem(verify->opts.problem_context, problem);
}

vtc_status vtci_verify_status(struct vtci_verify *verify, vtc_status status,
                              const struct vtc_error *err)
{
    struct vtc_error problem = *err;
    if (status == VTC_OK)
        return VTC_OK;
    problem.code = status;
    bool is_the_files = status == VTC_ERR_CORRUPT || status == VTC_ERR_TRUNCATED ||
                        status == VTC_ERR_UNSUPPORTED || status == VTC_ERR_LIMIT;
    if (!is_the_files) {
        verify->first = problem;
        return status;
    }
    if (problem.offset == VTC_NO_OFFSET)
        problem.offset = verify->offset;
    return vtci_verify_problem(verify, &problem);
}

static vtc_status hash_text(void *context, const uint8_t *bytes, size_t len_bytes,
                            struct vtc_error *err)
{
    struct vtci_verify *verify = context;
    (void)err;
    vtci_hasher_update(verify->hasher, bytes, len_bytes);
    verify->result.document_bytes += len_bytes;
    return VTC_OK;
}

static vtc_status note_met(struct vtci_verify *verify, const struct vtci_frame_view *view)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(verify->memory, verify->met, verify->met_capacity,
                               verify->met_count + 1));
    struct vtci_met_frame *met = &verify->met[verify->met_count++];
    met->type = view->frame.type;
    met->bytes = vtci_frame_total_bytes(&view->frame);
    met->zone_sum = 0;
    if (met->type == VTCI_FRAME_BLOCK) {
        struct vtci_cursor cursor = vtci_cursor_make(view->head, view->frame.head_bytes);
        vtci_cursor_take(&cursor, vtci_cursor_varint(&cursor));
        met->zone_sum = vtci_checksum(view->head, (size_t)(cursor.pos - view->head));
    }
    return VTC_OK;
}

/* A frame that holds text. SPEC: DOC-1: there is none behind the DOCUMENT. */
static vtc_status check_order(struct vtci_verify *verify, struct vtc_error *err)
{
    if (!verify->has_document || verify->text_after_document)
        return VTC_OK;
    verify->text_after_document = true;
    return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "DOC-1",
                          "expected no text behind the DOCUMENT frame, found a frame with some");
}

static vtc_status verify_definitions(struct vtci_verify *verify, const struct vtci_frame_view *view,
                                     struct vtc_error *err)
{
    vtc_status status = VTC_OK;
    if (verify->definitions_lost)
        return VTC_OK;
    status = vtci_definitions_add(&verify->definitions, verify->maker.packer, view, err);
    if (status == VTC_OK &&
        (vtci_definitions_update(&verify->definitions) != VTC_OK ||
         vtci_text_plan_update(&verify->plan, &verify->definitions.schema) != VTC_OK))
        status = vtci_error_memory(err, 0);
    verify->definitions_lost |= status != VTC_OK;
    return status;
}

static vtc_status verify_block(struct vtci_verify *verify, const struct vtci_frame_view *view,
                               struct vtc_error *err)
{
    verify->result.blocks++;
    vtc_status status = check_order(verify, err);
    if (status == VTC_OK && verify->definitions_lost)
        status = vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "FRM-3",
                                "the block needs definitions that are damaged");
    if (status == VTC_OK)
        status = vtci_verify_block(verify, view, err);
    verify->text_lost |= status != VTC_OK;
    verify->spans_lost |= status != VTC_OK;
    return status;
}

static vtc_status verify_text(struct vtci_verify *verify, const struct vtci_frame_view *view,
                              struct vtc_error *err)
{
    struct vtci_bytes text;
    vtc_status status = check_order(verify, err);
    if (status == VTC_OK)
        status = vtci_frame_text_plain(&verify->maker, view, &text, err);
    if (status == VTC_OK)
        status = hash_text(verify, text.data, text.len_bytes, err);
    verify->text_lost |= status != VTC_OK;
    return status;
}

static vtc_status verify_document(struct vtci_verify *verify, const struct vtci_frame_view *view,
                                  struct vtc_error *err)
{
    if (verify->has_document)
        return vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "DOC-1",
                              "expected one DOCUMENT frame, found another");
    VTC_TRY(vtci_document_decode(view->head, view->frame.head_bytes, view->offset,
                                 &verify->document, err));
    verify->has_document = true;
    verify->document_offset = view->offset;
    if (view->frame.payload_bytes != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "FRM-5",
                              "expected a DOCUMENT frame without payload, found %u bytes",
                              view->frame.payload_bytes);
    return VTC_OK;
}

/* What stands behind the frames. */
static vtc_status compare_lists(struct vtci_verify *verify, const struct vtci_index_cursor *cursor,
                                struct vtc_error *err)
{
    if (cursor->top.data)
        VTC_TRY(vtci_verify_top(verify, cursor->top, err));
    return cursor->totals.data ? vtci_verify_totals(verify, cursor->totals, err) : VTC_OK;
}

/* SPEC: IDX-2. */
static vtc_status compare_index(struct vtci_verify *verify, const uint8_t *payload,
                                size_t len_bytes, struct vtc_error *err)
{
    struct vtci_index_cursor cursor;
    struct vtci_index_entry entry;
    VTC_TRY(vtci_index_decode_begin(payload, len_bytes, verify->offset, &cursor, err));
    for (size_t i = 0;; i++) {
        vtc_status status = vtci_index_decode_next(&cursor, &entry, err);
        if (status == VTC_END && (i == verify->met_count || verify->met_lost))
            return compare_lists(verify, &cursor, err);
        if (status != VTC_OK && status != VTC_END)
            return status;
        if (verify->met_lost)
            continue;
        const struct vtci_met_frame *met = i < verify->met_count ? &verify->met[i] : NULL;
        if (status == VTC_END || !met || met->type != entry.type ||
            met->bytes != entry.frame_bytes ||
            (met->type == VTCI_FRAME_BLOCK &&
             met->zone_sum != vtci_checksum(entry.zone_bytes, entry.zone_len_bytes)))
            return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-2",
                                  "expected the INDEX to agree with frame %zu, found that it does "
                                  "not",
                                  i);
    }
}

static vtc_status verify_index(struct vtci_verify *verify, const struct vtci_frame_view *view,
                               struct vtc_error *err)
{
    struct vtci_packed packed;
    VTC_TRY(vtci_packed_head_decode(view->head, view->frame.head_bytes, view->frame.payload_bytes,
                                    0, VTCI_PAYLOAD_BYTES_MAX, "PCK-2", view->offset, &packed,
                                    err));
    size_t room_bytes = (size_t)packed.original_bytes + 1;
    uint8_t *payload = vtci_allocate(verify->memory, room_bytes);
    if (!payload)
        return vtci_error_memory(err, room_bytes);
    vtc_status status =
        vtci_unpack(verify->maker.packer, &packed, view->payload, payload, view->offset, err);
    if (status == VTC_OK)
        status = compare_index(verify, payload, (size_t)packed.original_bytes, err);
    vtci_release(verify->memory, payload, room_bytes);
    return status;
}

static vtc_status verify_frame(struct vtci_verify *verify, const struct vtci_frame_view *view,
                               struct vtc_error *err)
{
    switch (view->frame.type) {
    case VTCI_FRAME_DEFINITIONS: return verify_definitions(verify, view, err);
    case VTCI_FRAME_BLOCK: return verify_block(verify, view, err);
    case VTCI_FRAME_TEXT: return verify_text(verify, view, err);
    case VTCI_FRAME_DOCUMENT: return verify_document(verify, view, err);
    case VTCI_FRAME_INDEX: return verify_index(verify, view, err);
    default:
        /* SPEC: FRM-4. */
        if (view->frame.flags & VTCI_FRAME_SKIPPABLE)
            return VTC_OK;
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, view->offset, "FRM-4",
                              "expected a frame of a known type, found %u", view->frame.type);
    }
}

/* What is lost with a frame whose payload is damaged, or whose head is (`type` 0). */
static void note_loss(struct vtci_verify *verify, uint8_t type)
{
    verify->definitions_lost |= type == 0 || type == VTCI_FRAME_DEFINITIONS;
    verify->text_lost |= type == 0 || type == VTCI_FRAME_TEXT || type == VTCI_FRAME_BLOCK;
    verify->met_lost |= type == 0;
    verify->spans_lost |= type == 0 || type == VTCI_FRAME_BLOCK;
}

static vtc_status walk_frame(struct vtci_verify *verify, const struct vtci_frame_view *head)
{
    struct vtc_error err;
    struct vtci_frame_view view;
    memset(&err, 0, sizeof err);
    err.offset = VTC_NO_OFFSET;
    verify->result.frames++;
    verify->has_index |= head->frame.type == VTCI_FRAME_INDEX;
    if (head->frame.type != VTCI_FRAME_INDEX && note_met(verify, head) != VTC_OK)
        return vtci_verify_status(verify, VTC_ERR_NO_MEMORY, &err);
    uint8_t type = head->frame.type;
    vtc_status status =
        vtci_frame_read(verify->reader->file, head->offset, vtci_frame_total_bytes(&head->frame),
                        type, &verify->room, &view, &err);
    if (status == VTC_OK)
        status = verify_frame(verify, &view, &err);
    else
        note_loss(verify, type);
    return vtci_verify_status(verify, status, &err);
}

/* What stands behind an INDEX and is no frame. A reader does without a right one. SPEC: IDX-1. */
static vtc_status verify_trailer(struct vtci_verify *verify, uint64_t index_offset)
{
    uint64_t left_bytes = verify->reader->file_bytes - verify->offset;
    uint8_t trailer[VTCI_TRAILER_BYTES];
    uint64_t found_offset = 0;
    struct vtc_error err;
    memset(&err, 0, sizeof err);
    vtc_status status = VTC_OK;
    if (left_bytes < sizeof trailer)
        status = vtci_error_set(&err, VTC_ERR_TRUNCATED, verify->offset, "IDX-1",
                                "expected a trailer of 24 bytes, found %llu",
                                (unsigned long long)left_bytes);
    if (status == VTC_OK)
        status = vtci_file_pread_exact(verify->reader->file, verify->offset, trailer,
                                       sizeof trailer, &err);
    if (status == VTC_OK && (!vtci_trailer_decode(trailer, &found_offset) ||
                             found_offset != index_offset || left_bytes != sizeof trailer))
        status = vtci_error_set(&err, VTC_ERR_CORRUPT, verify->offset, "IDX-1",
                                "expected a trailer that names the INDEX at %llu, found %llu bytes "
                                "that do not",
                                (unsigned long long)index_offset, (unsigned long long)left_bytes);
    return vtci_verify_status(verify, status, &err);
}

static vtc_status walk(struct vtci_verify *verify)
{
    struct vtci_file *file = verify->reader->file;
    uint64_t file_bytes = verify->reader->file_bytes;
    uint64_t budget_bytes = vtci_frame_resync_budget(file_bytes);
    verify->offset = VTCI_FILE_HEADER_BYTES;
    while (verify->offset < file_bytes) {
        struct vtci_frame_view head;
        struct vtc_error err;
        memset(&err, 0, sizeof err);
        vtc_status status =
            vtci_frame_read_head(file, file_bytes, verify->offset, &verify->room, &head, &err);
        if (status != VTC_OK) {
            note_loss(verify, 0);
            VTC_TRY(vtci_verify_status(verify, status, &err));
            status = vtci_frame_resync(file, file_bytes, verify->offset + 1, &budget_bytes,
                                       &verify->room, &verify->offset, &err);
            VTC_TRY(vtci_verify_status(verify, status, &err));
            if (status != VTC_OK) /* the file became shorter: there is nowhere to go on from */
                break;
            continue;
        }
        uint8_t type = head.frame.type;
        uint64_t frame_bytes = vtci_frame_total_bytes(&head.frame);
        VTC_TRY(walk_frame(verify, &head));
        verify->offset += frame_bytes;
        if (verify->opts.progress)
            VTC_TRY(verify->opts.progress(verify->opts.progress_context, verify->offset,
                                          verify->result.document_bytes));
        /* SPEC: IDX-1: what follows an INDEX and is no frame is a trailer, in whatever state. */
        if (type != VTCI_FRAME_INDEX)
            continue;
        bool more = false;
        status = vtci_frame_follows(file, file_bytes, verify->offset, &more, &err);
        VTC_TRY(vtci_verify_status(verify, status, &err));
        if (!more)
            return verify_trailer(verify, verify->offset - frame_bytes);
    }
    return VTC_OK;
}

/* SPEC: IDX-1. What is damaged where it should stand was reported. */
static vtc_status check_index(struct vtci_verify *verify)
{
    struct vtc_error err;
    if (!verify->has_document || verify->has_index || verify->met_lost)
        return VTC_OK;
    return vtci_verify_status(verify,
                              vtci_error_set(&err, VTC_ERR_TRUNCATED, verify->offset, "IDX-1",
                                             "expected an INDEX frame, found the end of the file"),
                              &err);
}

/* SPEC: DOC-1, DOC-2. */
static vtc_status check_document(struct vtci_verify *verify)
{
    const struct vtci_document *document = &verify->document;
    const struct vtc_verify_result *result = &verify->result;
    struct vtc_error err;
    vtc_status status = VTC_OK;
    if (!verify->has_document && !verify->text_lost && !verify->definitions_lost)
        status = vtci_error_set(&err, VTC_ERR_TRUNCATED, verify->offset, "DOC-1",
                                "expected a DOCUMENT frame, found the end of the file");
    if (!verify->has_document || verify->text_lost)
        return vtci_verify_status(verify, status, &err);
    struct vtci_hash128 hash = vtci_hasher_value(verify->hasher);
    if (document->rows != result->rows || document->events != result->events)
        status =
            vtci_error_set(&err, VTC_ERR_CORRUPT, verify->document_offset, "DOC-1",
                           "expected %llu rows and %llu events, found %llu and %llu",
                           (unsigned long long)result->rows, (unsigned long long)result->events,
                           (unsigned long long)document->rows,
                           (unsigned long long)document->events);
    VTC_TRY(vtci_verify_status(verify, status, &err));
    status = VTC_OK;
    if (document->bytes != result->document_bytes || document->hash.low != hash.low ||
        document->hash.high != hash.high)
        status =
            vtci_error_set(&err, VTC_ERR_CORRUPT, verify->document_offset, "DOC-2",
                           "expected a document of %llu bytes and its hash, rebuilt %llu "
                           "bytes%s",
                           (unsigned long long)document->bytes,
                           (unsigned long long)result->document_bytes,
                           document->bytes == result->document_bytes ? " with another hash" : "");
    return vtci_verify_status(verify, status, &err);
}

static vtc_status begin(struct vtci_verify *verify)
{
    vtci_buffer_init(&verify->room, verify->memory);
    vtci_text_plan_init(&verify->plan, verify->memory);
    vtci_open_spans_init(&verify->open, verify->memory, &verify->definitions.schema,
                         VTCI_OPEN_SPANS);
    vtci_top_spans_init(&verify->top, verify->memory, VTCI_TOP_SPANS_MAX);
    vtci_name_sums_init(&verify->sums, verify->memory);
    vtci_track_labels_init(&verify->labels, verify->memory, SIZE_MAX);
    verify->hasher = vtci_hasher_create(verify->memory);
    verify->sink.data = vtci_allocate(verify->memory, VTCI_SINK_BYTES);
    verify->sink.capacity_bytes = VTCI_SINK_BYTES;
    verify->sink.flush = hash_text;
    verify->sink.context = verify;
    if (!verify->hasher || !verify->sink.data)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(vtci_definitions_init(&verify->definitions, verify->memory));
    VTC_TRY(vtci_definitions_update(&verify->definitions));
    VTC_TRY(vtci_text_plan_update(&verify->plan, &verify->definitions.schema));
    return vtci_frame_text_init(&verify->maker, verify->memory);
}

static void end(struct vtci_verify *verify)
{
    vtci_frame_text_free(&verify->maker);
    vtci_definitions_free(&verify->definitions);
    vtci_text_plan_free(&verify->plan);
    vtci_open_spans_free(&verify->open);
    vtci_top_spans_free(&verify->top);
    vtci_name_sums_free(&verify->sums);
    vtci_track_labels_free(&verify->labels);
    VTCI_ARRAY_FREE(verify->memory, verify->met, verify->met_capacity);
    vtci_release(verify->memory, verify->sink.data, VTCI_SINK_BYTES);
    vtci_hasher_free(verify->hasher);
    vtci_buffer_free(&verify->room);
}

vtc_status vtc_verify(const vtc_reader *reader, const struct vtc_verify_opts *opts,
                      struct vtc_verify_result *out_result, struct vtc_error *err)
{
    if (!reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no reader");
    struct vtci_memory *memory = (struct vtci_memory *)(uintptr_t)&reader->memory;
    struct vtci_verify *verify = vtci_allocate_zeroed(memory, sizeof *verify);
    if (!verify)
        return vtci_error_memory(err, sizeof *verify);
    verify->reader = reader;
    verify->memory = memory;
    if (opts)
        memcpy(&verify->opts, opts,
               opts->struct_size < sizeof verify->opts ? opts->struct_size : sizeof verify->opts);
    vtc_status status = begin(verify);
    if (status != VTC_OK)
        vtci_error_memory(&verify->first, 0);
    if (status == VTC_OK)
        status = walk(verify);
    if (status == VTC_OK)
        status = check_document(verify);
    if (status == VTC_OK)
        status = check_index(verify);
    if (status == VTC_OK && out_result)
        *out_result = verify->result;
    if (status == VTC_OK)
        status = verify->first.code;
    if (status != VTC_OK && err) {
        *err = verify->first;
        err->code = status;
    }
    end(verify);
    vtci_release(memory, verify, sizeof *verify);
    return status;
}
