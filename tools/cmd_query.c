/* vtc query: questions to a trace. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_output.h"
#include "commands.h"
#include "descriptor.h"
#include "escape.h"
#include "message.h"
#include "session_list.h"
#include "text_buffer.h"
#include "trace_file.h"
#include "vtc/query.h"
#include "vtc/sql.h"

/* More rows in a table are for programs: --limit all gives them. */
enum { TABLE_ROWS_DEFAULT = 1000 };

static vtc_query *volatile interruptible; /* what the handler interrupts */

/* A second signal ends the process at once. */
static void on_interrupt(int number)
{
    vtc_query *query = interruptible;
    if (query) {
        vtc_query_interrupt(query);
        return;
    }
    raise(number);
}

static void interrupt_catch(void)
{
    struct sigaction action;
    if (sigaction(SIGINT, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    action = (struct sigaction){.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

/* The process ends by the signal that cancelled the question, so that a shell sees what happened. */
static void interrupt_pass_on(void)
{
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
}

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

/* A wrong question is shown with the place. */
static enum exit_code tell_failure(const struct trace_file *file, const char *text,
                                   vtc_status status, const struct vtc_error *err)
{
    if (status != VTC_ERR_ARGUMENT)
        return message_failure(file->name, status, err);
    message_print("query", "%s", err->message);
    if (err->offset <= strlen(text))
        point_at(text, err->offset);
    return CODE_USAGE;
}

static void tell_facts(const struct options *options, const struct trace_file *file,
                       const vtc_query *query, const struct answer_facts *facts)
{
    struct vtc_summary summary;
    vtc_reader_summary(file->reader, &summary);
    if (facts->rows == 0 && options->format == FORMAT_TABLE && options->verbosity >= 0)
        message_print(file->name, "the answer is empty");
    if ((facts->is_cut || vtc_query_is_cut(query)) && options->verbosity >= 0)
        message_print(file->name, "cut after %" PRIu64 " rows: there are more", facts->rows);
    if (options->verbosity > 0)
        message_print(file->name, "%" PRIu64 " of %" PRIu64 " blocks read",
                      vtc_query_blocks_read(query), summary.blocks);
}

static vtc_status answer(const struct options *options, const struct trace_file *file,
                         const char *text, struct vtc_error *err)
{
    vtc_query *query = NULL;
    struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                  .memory_limit_bytes = options->memory_bytes,
                                  .threads = options->threads,
                                  .timeout_ns = options->timeout_ns};
    vtc_status status = vtc_query_is_sql(text)
                            ? vtc_sql_open(file->reader, text, &opts, &query, err)
                            : vtc_query_open(file->reader, text, &opts, &query, err);
    if (status != VTC_OK)
        return status;
    struct vtc_summary summary;
    struct answer_facts facts;
    vtc_reader_summary(file->reader, &summary);
    struct answer_format format = {options->format, options->is_raw,
                                   summary.has_times ? summary.first_ns : 0, options->limit_rows};
    if (!options->has_limit && options->format == FORMAT_TABLE)
        format.limit_rows = TABLE_ROWS_DEFAULT;
    interruptible = query;
    status = answer_output_print(query, &format, &facts, err);
    interruptible = NULL;
    if (status == VTC_OK)
        tell_facts(options, file, query, &facts);
    vtc_query_close(query);
    return status;
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

static enum exit_code run_query(const struct options *options, const char *path, const char *text)
{
    struct trace_file file;
    struct vtc_error err;
    failure_init(&err);
    vtc_status status = trace_file_open(&file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    interrupt_catch();
    status = answer(options, &file, text, &err);
    enum exit_code code =
        status == VTC_OK ? descriptor_finish_stdout() : tell_failure(&file, text, status, &err);
    if (status == VTC_ERR_CANCELLED)
        interrupt_pass_on();
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
        return help_print(
            options.operand_count && strcmp(options.operands[0], "verbs") == 0 ? "verbs" : "query");
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
    if (text.has_failed) {
        message_print("query", "no memory");
        code = CODE_RESOURCES;
    } else {
        code = run_query(&options, options.operands[0], text.data);
    }
    text_buffer_free(&text);
    return code;
}
