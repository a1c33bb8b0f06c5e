/* vtc_compress: puts the scanner, the block builder and the archive together. */
#include "vtc/compress.h"

#include "base/error.h"
#include "import/document_walk.h"

struct compressor {
    struct vtci_memory memory;
    struct vtci_schema schema;
    struct vtci_scanner scanner;
};

static vtc_status check_opts(const struct vtc_compress_opts *opts, struct vtc_error *err)
{
    if (!opts)
        return VTC_OK;
    if (opts->struct_size < sizeof *opts)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected struct_size %zu, found %zu", sizeof *opts,
                              opts->struct_size);
    if (opts->level < 0 || opts->level > VTC_LEVEL_MAX)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a level from %d to %d, found %d", VTC_LEVEL_MIN,
                              VTC_LEVEL_MAX, opts->level);
    return VTC_OK;
}

static vtc_status init(struct compressor *compressor, const struct vtc_compress_opts *opts,
                       vtc_read_fn read, void *read_context, vtc_write_fn write,
                       void *write_context, struct vtc_error *err)
{
    struct vtci_scanner *scanner = &compressor->scanner;
    struct vtci_memory *memory = &compressor->memory;
    int level = opts->level ? opts->level : VTC_LEVEL_DEFAULT;
    VTC_TRY(vtci_schema_init(&compressor->schema, memory));
    VTC_TRY(vtci_window_init(&scanner->window, memory, read, read_context));
    VTC_TRY(vtci_row_parser_init(&scanner->parser, memory, &compressor->schema));
    VTC_TRY(
        vtci_block_builder_init(&scanner->builder, memory, &compressor->schema, &scanner->parser));
    scanner->containers = vtci_allocate(memory, VTCI_NESTING_MAX * sizeof *scanner->containers);
    if (!scanner->containers)
        return VTC_ERR_NO_MEMORY;
    bool strong = level >= VTCI_LEVEL_STRONG;
    scanner->block_rows = strong ? VTCI_BLOCK_ROWS_STRONG : VTCI_BLOCK_ROWS;
    scanner->block_source_bytes = strong ? VTCI_BLOCK_SOURCE_BYTES_STRONG : VTCI_BLOCK_SOURCE_BYTES;
    scanner->progress = opts->progress;
    scanner->progress_context = opts->progress_context;
    return vtci_archive_create(memory, &compressor->schema, level, opts->threads, write,
                               write_context, &scanner->archive, err);
}

/* Every part can be freed as it was zeroed, and none holds memory before its init. */
static void free_all(struct compressor *compressor)
{
    struct vtci_scanner *scanner = &compressor->scanner;
    struct vtci_memory *memory = &compressor->memory;
    if (scanner->archive)
        vtci_archive_free(scanner->archive);
    if (scanner->builder.memory)
        vtci_block_builder_free(&scanner->builder);
    if (scanner->parser.memory)
        vtci_row_parser_free(&scanner->parser);
    if (scanner->window.memory)
        vtci_window_free(&scanner->window);
    vtci_release(memory, scanner->containers, VTCI_NESTING_MAX * sizeof *scanner->containers);
    VTCI_ARRAY_FREE(memory, scanner->issues, scanner->issue_capacity);
    VTCI_ARRAY_FREE(memory, scanner->known.opens, scanner->known.capacity);
    if (compressor->schema.memory)
        vtci_schema_free(&compressor->schema);
}

/* Not a trace: says where and why. */
static vtc_status refuse(const struct vtci_scanner *scanner, struct vtc_error *err)
{
    uint64_t bytes = vtci_window_offset(&scanner->window, scanner->window.end);
    if (scanner->first_issue.code != VTC_OK) {
        if (err)
            *err = scanner->first_issue;
        return scanner->first_issue.code;
    }
    if (scanner->no_trace.code != VTC_OK) {
        if (err)
            *err = scanner->no_trace;
        return scanner->no_trace.code;
    }
    vtc_status status = scanner->documents ? VTC_ERR_NOT_TRACE : VTC_ERR_NOT_JSON;
    if (scanner->documents)
        vtci_error_set(err, status, bytes, NULL,
                       "this is JSON without trace events: expected an array of events or "
                       "the member traceEvents");
    else
        vtci_error_set(err, status, bytes, NULL, "expected %s, found the end",
                       vtci_scanner_expected(scanner));
    if (err)
        vtci_window_place(&scanner->window, scanner->window.end, &err->line, &err->column);
    return status;
}

static vtc_status finish(struct compressor *compressor, struct vtc_compress_result *out_result,
                         struct vtc_error *err)
{
    struct vtci_scanner *scanner = &compressor->scanner;
    if (!vtci_scanner_accepts(scanner) &&
        !(scanner->documents == 1 && scanner->builder.rows == 0 && scanner->issue_count == 0 &&
          scanner->containers[0].kind == VTCI_IN_EVENTS))
        return refuse(scanner, err);
    struct vtci_document document = {
        .bytes = vtci_window_offset(&scanner->window, scanner->window.end),
        .hash = vtci_hasher_value(scanner->window.hasher),
        .rows = scanner->builder.rows,
        .events = scanner->builder.events,
        .cut_off = scanner->cut_off,
        .issue_count = scanner->issue_count,
        .listed_count = scanner->listed_count,
        .issues = scanner->issues,
    };
    VTC_TRY(vtci_archive_finish(scanner->archive, &scanner->builder, &document, err));
    if (out_result) {
        memset(out_result, 0, sizeof *out_result);
        out_result->input_bytes = document.bytes;
        out_result->output_bytes = vtci_archive_output_bytes(scanner->archive);
        out_result->rows = document.rows;
        out_result->events = document.events;
        out_result->raw_events = scanner->builder.raw_events;
        out_result->issues = document.issue_count;
        if (document.listed_count) {
            out_result->first_issue_offset = document.issues[0].offset;
            out_result->first_issue_cause = vtci_issue_cause_text(document.issues[0].cause);
        }
        out_result->cut_off = document.cut_off;
        out_result->cut_off_offset = scanner->cut_off_offset;
        out_result->cut_off_within = document.cut_off ? scanner->cut_off_within : NULL;
    }
    return VTC_OK;
}

vtc_status vtc_compress(vtc_read_fn read, void *read_context, vtc_write_fn write,
                        void *write_context, const struct vtc_compress_opts *opts,
                        struct vtc_compress_result *out_result, struct vtc_error *err)
{
    static const struct vtc_compress_opts defaults = {.struct_size = sizeof defaults};
    VTC_TRY(check_opts(opts, err));
    if (!read || !write)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a read and a write function");
    opts = opts ? opts : &defaults;
    struct vtci_memory memory;
    vtci_memory_init(&memory, opts->allocator,
                     opts->memory_limit_bytes ? opts->memory_limit_bytes : (size_t)512 << 20);
    struct compressor *compressor = vtci_allocate_zeroed(&memory, sizeof *compressor);
    if (!compressor)
        return vtci_error_memory(err, sizeof *compressor);
    vtci_memory_init(&compressor->memory, opts->allocator, memory.limit_bytes);
    vtc_status status = init(compressor, opts, read, read_context, write, write_context, err);
    if (status == VTC_ERR_NO_MEMORY)
        vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "the memory limit is too low");
    if (status == VTC_OK)
        status = vtci_document_scan(&compressor->scanner, err);
    if (status == VTC_OK)
        status = finish(compressor, out_result, err);
    free_all(compressor);
    vtci_release(&memory, compressor, sizeof *compressor);
    return status;
}
