/* vtc tail: follows a program that records. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "descriptor.h"
#include "event_line.h"
#include "input_file.h"
#include "message.h"
#include "session_list.h"
#include "text_buffer.h"
#include "trace_file.h"

enum { PIECE_BYTES = 1 << 18, POLL_NS = 100000000 };

/* The last rows of those that are there at first, before any is printed. */
struct backlog {
    char **rows; /* a ring */
    uint64_t capacity;
    uint64_t count;
};

struct tail {
    const struct options *options;
    struct trace_file file;
    struct event_lines lines;
    struct text_buffer partial; /* a row that has not ended */
    struct backlog backlog;
    bool is_live; /* the backlog is behind us */
};

static void print_row(struct tail *work, const char *row, size_t row_bytes)
{
    if (work->options->format == FORMAT_JSON) {
        fwrite(row, 1, row_bytes, stdout);
        putchar('\n');
    } else {
        event_lines_print(&work->lines, row, row_bytes);
    }
}

static vtc_status keep_row(struct backlog *backlog, const char *row, size_t row_bytes,
                           struct vtc_error *err)
{
    if (backlog->capacity == 0)
        return VTC_OK;
    if (!backlog->rows)
        backlog->rows = calloc(backlog->capacity, sizeof *backlog->rows);
    char *copy = malloc(row_bytes + 1);
    if (!backlog->rows || !copy) {
        free(copy);
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for rows");
    }
    memcpy(copy, row, row_bytes);
    copy[row_bytes] = '\0';
    char **slot = &backlog->rows[backlog->count++ % backlog->capacity];
    free(*slot);
    *slot = copy;
    return VTC_OK;
}

static void flush_backlog(struct tail *work)
{
    struct backlog *backlog = &work->backlog;
    uint64_t first = backlog->count > backlog->capacity ? backlog->count - backlog->capacity : 0;
    for (uint64_t i = first; backlog->rows && i < backlog->count; i++) {
        const char *row = backlog->rows[i % backlog->capacity];
        print_row(work, row, strlen(row));
    }
    for (uint64_t i = 0; backlog->rows && i < backlog->capacity; i++)
        free(backlog->rows[i]);
    free(backlog->rows);
    memset(backlog, 0, sizeof *backlog);
    work->is_live = true;
}

static vtc_status take_row(struct tail *work, const char *row, size_t row_bytes,
                           struct vtc_error *err)
{
    int has_line = event_lines_note(&work->lines, row, row_bytes);
    if (!has_line && work->options->format != FORMAT_JSON)
        return VTC_OK;
    if (!work->is_live && work->options->tail_rows != UINT64_MAX)
        return keep_row(&work->backlog, row, row_bytes, err);
    print_row(work, row, row_bytes);
    return VTC_OK;
}

static vtc_status take_text(struct tail *work, const char *text, size_t len_bytes,
                            struct vtc_error *err)
{
    while (len_bytes > 0) {
        const char *end = memchr(text, '\n', len_bytes);
        size_t bytes = end ? (size_t)(end - text) : len_bytes;
        vtc_status status = VTC_OK;
        if (end && work->partial.len_bytes == 0) {
            status = take_row(work, text, bytes, err);
        } else {
            text_buffer_add(&work->partial, text, bytes);
            if (work->partial.has_failed)
                return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a row");
            if (end) {
                status = take_row(work, work->partial.data, work->partial.len_bytes, err);
                work->partial.len_bytes = 0;
            }
        }
        if (status != VTC_OK)
            return status;
        bytes += end != NULL;
        text += bytes;
        len_bytes -= bytes;
    }
    return VTC_OK;
}

/* Everything that is there now. */
static vtc_status take_all(struct tail *work, char *buffer, struct vtc_error *err)
{
    size_t bytes = 0;
    do {
        vtc_status status = vtc_live_read(work->file.live, buffer, PIECE_BYTES, &bytes, err);
        if (status == VTC_OK)
            status = take_text(work, buffer, bytes, err);
        if (status != VTC_OK)
            return status;
        descriptor_watch_stdout();
    } while (bytes);
    if (!work->is_live)
        flush_backlog(work);
    return VTC_OK;
}

static vtc_status follow(struct tail *work, struct vtc_error *err)
{
    const struct timespec pause = {0, POLL_NS};
    char *buffer = malloc(PIECE_BYTES);
    if (!buffer)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a buffer");
    vtc_status status = take_all(work, buffer, err);
    while (status == VTC_OK) {
        (void)fflush(stdout);
        status = vtc_live_refresh(work->file.live, err);
        if (status == VTC_OK)
            status = take_all(work, buffer, err);
        if (ferror(stdout) || !descriptor_stdout_has_reader())
            break;
        if (status == VTC_OK)
            nanosleep(&pause, NULL);
    }
    free(buffer);
    return status == VTC_END ? VTC_OK : status;
}

/* What is no vtc file, or a newer one, is told as by every other command. */
static vtc_status refuse_other(const struct tail *work, struct vtc_error *err)
{
    vtc_reader *reader = NULL;
    struct vtc_reader_opts opts = trace_file_reader_opts(work->options->memory_bytes);
    vtc_status status = vtc_reader_open_fd(work->file.fd, &opts, &reader, err);
    vtc_reader_close(reader);
    return status != VTC_OK
               ? status
               : failure_set(err, VTC_ERR_NOT_VTC, 0, "expected a live file, found another");
}

static vtc_status open_followed(struct tail *work, const char *path, struct vtc_error *err)
{
    struct vtc_live_opts opts = {.struct_size = sizeof opts,
                                 .memory_limit_bytes = work->options->memory_bytes,
                                 .follow = 1};
    work->file.name = message_input_name(path);
    vtc_status status = input_file_open(path, false, &work->file.fd, &work->file.status, err);
    if (status != VTC_OK)
        return status;
    status = vtc_live_is(work->file.fd)
                 ? vtc_live_open_fd(work->file.fd, &opts, &work->file.live, err)
                 : refuse_other(work, err);
    if (status != VTC_OK)
        close(work->file.fd);
    return status;
}

static enum exit_code tail_file(const struct options *options, const char *path)
{
    struct tail work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    work.backlog.capacity = options->tail_rows == UINT64_MAX ? 0 : options->tail_rows;
    vtc_status status = open_followed(&work, path, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    status = follow(&work, &err);
    (void)fflush(stdout);
    enum exit_code code =
        status == VTC_OK ? CODE_OK : message_failure(work.file.name, status, &err);
    struct vtc_live_facts facts;
    vtc_live_info(work.file.live, &facts);
    if (options->verbosity >= 0 && facts.state == VTC_LIVE_CRASHED)
        message_print(work.file.name, "process %" PRIu32 " is gone; it did not close the session",
                      facts.pid);
    if (options->verbosity >= 0)
        session_warn_of_losses(&work.file);
    text_buffer_free(&work.partial);
    event_lines_free(&work.lines);
    trace_file_close(&work.file);
    return code;
}

enum exit_code cmd_tail(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_TAIL, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("tail");
    if (options.operand_count != 1) {
        message_print("tail", "expected one file; see 'vtc tail --help'");
        return CODE_USAGE;
    }
    if (options.format == FORMAT_CSV) {
        message_print("tail", "the formats are table and json");
        return CODE_USAGE;
    }
    code = tail_file(&options, options.operands[0]);
    enum exit_code written = descriptor_finish_stdout();
    return code != CODE_OK ? code : written;
}
