/* vtc shell: questions to a trace, one after the other. What is found out about the trace for one is
 * kept for the next. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "answer_output.h"
#include "commands.h"
#include "descriptor.h"
#include "message.h"
#include "session_list.h"
#include "shell_input.h"
#include "text_buffer.h"
#include "trace_file.h"
#include "vtc/query.h"
#include "vtc/sql.h"

enum { TABLE_ROWS_DEFAULT = 1000 };

struct shell {
    const struct options *options;
    struct trace_file file;
    vtc_sql *sql;
    struct shell_input *input;
    bool is_interactive;
    enum exit_code code; /* of the first question that failed, where nobody is there to see it */
    bool is_over;        /* Ctrl-C ended a question of a script: it is not gone on with */
};

static vtc_query *volatile interruptible;

/* Ctrl-C ends a question, and while there is none, nothing. */
static void on_interrupt(int number)
{
    vtc_query *query = interruptible;
    (void)number;
    if (query)
        vtc_query_interrupt(query);
}

static vtc_status print_answer(struct shell *shell, vtc_query *query, struct vtc_error *err)
{
    const struct options *options = shell->options;
    struct vtc_summary summary;
    struct answer_facts facts;
    vtc_reader_summary(shell->file.reader, &summary);
    struct answer_format format = {options->format, options->is_raw,
                                   summary.has_times ? summary.first_ns : 0, options->limit_rows};
    if (!options->has_limit && options->format == FORMAT_TABLE)
        format.limit_rows = TABLE_ROWS_DEFAULT;
    interruptible = query;
    vtc_status status = answer_output_print(query, &format, &facts, err);
    interruptible = NULL;
    fflush(stdout);
    if (status == VTC_OK && facts.rows == 0 && options->format == FORMAT_TABLE &&
        options->verbosity >= 0)
        message_print(shell->file.name, "the answer is empty");
    if (status == VTC_OK && (facts.is_cut || vtc_query_is_cut(query)) && options->verbosity >= 0)
        message_print(shell->file.name, "cut after %" PRIu64 " rows: there are more", facts.rows);
    return status;
}

static void ask(struct shell *shell, const char *text)
{
    struct vtc_error err;
    vtc_query *query = NULL;
    struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                  .memory_limit_bytes = shell->options->memory_bytes,
                                  .threads = shell->options->threads,
                                  .timeout_ns = shell->options->timeout_ns};
    failure_init(&err);
    vtc_status status = vtc_query_is_sql(text)
                            ? vtc_sql_query(shell->sql, text, &opts, &query, &err)
                            : vtc_query_open(shell->file.reader, text, &opts, &query, &err);
    if (status == VTC_OK)
        status = print_answer(shell, query, &err);
    vtc_query_close(query);
    if (status == VTC_OK)
        return;
    enum exit_code code = CODE_USAGE;
    if (status == VTC_ERR_ARGUMENT)
        message_print("shell", "%s", err.message);
    else
        code = message_failure(shell->file.name, status, &err);
    if (shell->code == CODE_OK)
        shell->code = code;
    shell->is_over = status == VTC_ERR_CANCELLED && !shell->is_interactive;
}

static void print_tables(struct shell *shell, const char *table)
{
    char text[256];
    if (strlen(table) > 60 || strpbrk(table, "'\"")) {
        message_print("shell", "there is no such table");
        return;
    }
    if (*table)
        snprintf(text, sizeof text, "SELECT name, type FROM pragma_table_info('%s')", table);
    else
        snprintf(text, sizeof text,
                 "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE "
                 "'sqlite%%' ORDER BY name");
    ask(shell, text);
}

static void print_help(void)
{
    puts("A verb, such as: slowest 20           'vtc query --help verbs' has them all\n"
         "SQL, which ends with a semicolon      format/SQL.md has the tables\n"
         ".tables        the tables             .tables NAME   the columns of one\n"
         ".help          this                   .quit          the end");
    fflush(stdout);
}

/* A line that begins with a dot. False: it is the end. */
static bool command(struct shell *shell, char *line)
{
    size_t word = strcspn(line, " \t");
    char *rest = line + word + strspn(line + word, " \t");
    rest[strcspn(rest, " \t;")] = '\0';
    line[word] = '\0';
    if (strcmp(line, ".quit") == 0 || strcmp(line, ".exit") == 0)
        return false;
    if (strcmp(line, ".tables") == 0)
        print_tables(shell, rest);
    else if (strcmp(line, ".help") == 0)
        print_help();
    else
        message_print("shell", "expected .tables, .help or .quit");
    return true;
}

static bool ends_statement(const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]))
        len--;
    return len > 0 && text[len - 1] == ';';
}

/* The text ends with a NUL, which the next line replaces. */
static void add_line(struct text_buffer *text, const char *line)
{
    if (text->len_bytes > 0) {
        text->len_bytes--;
        text_buffer_add(text, "\n", 1);
    }
    text_buffer_add(text, line, strlen(line) + 1);
}

/* One question, over as many lines as it takes. False: it is the end. */
static bool take_question(struct shell *shell)
{
    struct text_buffer text = {0};
    bool goes_on = true, is_whole = false;
    while (!is_whole) {
        char *line = shell_input_line(shell->input, text.data ? "...> " : "vtc> ");
        if (!line) {
            goes_on = false;
            break;
        }
        if (!text.data && line[strspn(line, " \t")] == '.') {
            goes_on = command(shell, line + strspn(line, " \t"));
            free(line);
            break;
        }
        add_line(&text, line);
        free(line);
        is_whole = text.has_failed || !vtc_query_is_sql(text.data) || ends_statement(text.data);
    }
    if (text.data && !text.has_failed && text.data[strspn(text.data, " \t\r\n;")]) {
        shell_input_remember(shell->input, text.data);
        ask(shell, text.data);
    }
    text_buffer_free(&text);
    return goes_on;
}

static void add_words(struct shell *shell)
{
    static const char names[] =
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%' "
        "UNION "
        "SELECT c.name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE schema = 'main'";
    const struct vtc_query_value *values;
    vtc_query *query;
    if (vtc_sql_query(shell->sql, names, NULL, &query, NULL) != VTC_OK)
        return;
    while (vtc_query_next(query, &values, NULL) == VTC_OK)
        shell_input_add_word(shell->input, values[0].text.data, values[0].text.len_bytes);
    vtc_query_close(query);
}

static enum exit_code run_shell(struct shell *shell)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    shell->input = shell_input_open(shell->is_interactive);
    if (!shell->input) {
        message_print("shell", "no memory");
        return CODE_RESOURCES;
    }
    if (shell->is_interactive) {
        add_words(shell);
        message_print(shell->file.name, ".help says what can be asked");
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    while (take_question(shell) && !shell->is_over)
        ;
    signal(SIGINT, SIG_DFL);
    shell_input_close(shell->input);
    enum exit_code code = descriptor_finish_stdout();
    if (shell->is_over)
        raise(SIGINT); /* so that whoever has started the script sees how it ended */
    return code != CODE_OK ? code : shell->is_interactive ? CODE_OK : shell->code;
}

enum exit_code cmd_shell(int argc, char **argv)
{
    struct options options;
    struct shell shell;
    struct vtc_error err;
    enum exit_code code = options_parse(argc, argv, COMMAND_SHELL, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("shell");
    if (options.operand_count != 1) {
        message_print("shell", "expected a file; see 'vtc shell --help'");
        return CODE_USAGE;
    }
    memset(&shell, 0, sizeof shell);
    failure_init(&err);
    shell.options = &options;
    shell.is_interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    const char *path = options.operands[0];
    vtc_status status = trace_file_open(&shell.file, path, options.memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                  .memory_limit_bytes = options.memory_bytes};
    status = vtc_sql_connect(shell.file.reader, &opts, &shell.sql, &err);
    if (options.verbosity >= 0)
        session_warn_of_losses(&shell.file);
    code = status == VTC_OK ? run_shell(&shell) : message_failure(shell.file.name, status, &err);
    vtc_sql_close(shell.sql);
    trace_file_close(&shell.file);
    return code;
}
