/* vtc query: questions to a trace. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "descriptor.h"
#include "escape.h"
#include "message.h"
#include "session_list.h"
#include "span_output.h"
#include "text_buffer.h"
#include "thread_label.h"
#include "trace_file.h"
#include "vtc/query.h"

/* Shows the question with a mark under the word that is wrong. */
static void point_at(const char *text, uint64_t pos)
{
    size_t len_bytes = strlen(text);
    size_t word_bytes = strcspn(text + pos, " \t\r\n\v\f");
    char *before = escape_copy(text, (size_t)pos);
    char *word = escape_copy(text + pos, word_bytes);
    fputs("  ", stderr);
    escape_print(stderr, text, len_bytes);
    if (before && word) {
        fprintf(stderr, "\n  %*s", (int)strlen(before), "");
        for (size_t i = 0; i == 0 || i < strlen(word); i++)
            fputc('^', stderr);
    }
    fputc('\n', stderr);
    free(before);
    free(word);
}

static enum exit_code parse_question(const char *text, struct vtc_query *out_query)
{
    struct vtc_error err;
    failure_init(&err);
    if (vtc_query_parse(text, out_query, &err) == VTC_OK)
        return CODE_OK;
    message_print("query", "%s", err.message);
    if (err.offset <= strlen(text))
        point_at(text, err.offset);
    return CODE_USAGE;
}

static vtc_status load_labels(struct thread_labels *labels, vtc_reader *reader,
                              const struct vtc_span *spans, size_t count, struct vtc_error *err)
{
    uint32_t *tracks = malloc((count + 1) * sizeof *tracks);
    if (!tracks)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for thread names");
    for (size_t i = 0; i < count; i++)
        tracks[i] = spans[i].track;
    vtc_status result = thread_labels_load(labels, reader, tracks, count, err);
    free(tracks);
    return result;
}

static vtc_status answer_slowest(const struct options *options, struct trace_file *file,
                                 uint64_t count, struct vtc_error *err)
{
    vtc_slowest *slowest = NULL;
    struct vtc_slowest_opts opts = {.struct_size = sizeof opts,
                                    .memory_limit_bytes = options->memory_bytes,
                                    .threads = options->threads};
    vtc_status result = vtc_slowest_find(file->reader, count, &opts, &slowest, err);
    if (result != VTC_OK)
        return result;
    struct vtc_summary summary;
    struct thread_labels labels = {0};
    struct span_answer answer = {.labels = &labels};
    vtc_reader_summary(file->reader, &summary);
    answer.first_ns = summary.has_times ? summary.first_ns : 0;
    answer.spans = vtc_slowest_spans(slowest, &answer.count);
    result = load_labels(&labels, file->reader, answer.spans, answer.count, err);
    if (result == VTC_OK)
        result = span_output_print(&answer, options->format, err);
    if (result == VTC_OK && answer.count == 0 && options->format == FORMAT_TABLE &&
        options->verbosity >= 0)
        message_print(file->name, "the trace has no spans");
    if (result == VTC_OK && options->verbosity > 0)
        message_print(file->name, "%" PRIu64 " of %" PRIu64 " blocks read",
                      vtc_slowest_blocks_read(slowest), summary.blocks);
    thread_labels_free(&labels);
    vtc_slowest_close(slowest);
    return result;
}

/* An answer from a part of the trace is given, and said to be one. */
static enum exit_code tell_damage(const struct trace_file *file)
{
    struct vtc_error damage;
    failure_init(&damage);
    vtc_status status = vtc_reader_damage(file->reader, &damage);
    if (status == VTC_OK)
        return CODE_OK;
    message_print(file->name, "the file is not complete: the answer is from what comes before");
    return message_failure(file->name, status, &damage);
}

static enum exit_code run_query(const struct options *options, const char *path,
                                const struct vtc_query *query)
{
    struct trace_file file;
    struct vtc_error err;
    failure_init(&err);
    vtc_status status = trace_file_open(&file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    status = answer_slowest(options, &file, query->count, &err);
    enum exit_code code =
        status == VTC_OK ? descriptor_finish_stdout() : message_failure(file.name, status, &err);
    if (options->verbosity >= 0)
        session_warn_of_losses(&file);
    if (code == CODE_OK)
        code = tell_damage(&file);
    trace_file_close(&file);
    return code;
}

enum exit_code cmd_query(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_QUERY, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("query");
    if (options.operand_count < 2) {
        message_print("query", "expected a file and a question, as in: vtc query trace.vtc "
                               "'slowest 20'");
        return CODE_USAGE;
    }
    /* The words of the question may come as one argument or as several. */
    struct text_buffer text = {0};
    for (int i = 1; i < options.operand_count; i++) {
        text_buffer_add(&text, options.operands[i], strlen(options.operands[i]));
        text_buffer_add(&text, i + 1 < options.operand_count ? " " : "", 1);
    }
    struct vtc_query query;
    if (text.has_failed) {
        message_print("query", "no memory");
        code = CODE_RESOURCES;
    } else {
        code = parse_question(text.data, &query);
    }
    text_buffer_free(&text);
    return code == CODE_OK ? run_query(&options, options.operands[0], &query) : code;
}
