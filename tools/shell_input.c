#define _POSIX_C_SOURCE 200809L

#include "shell_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifdef VTC_HAVE_LIBEDIT
#include <editline/readline.h>
#endif

enum { HISTORY_LINES = 1000 };

struct shell_input {
    bool is_interactive;
    char **words;
    size_t word_count, word_capacity;
    char *history; /* the file; NULL: none */
    char *line;    /* of getline */
    size_t line_capacity;
};

#ifdef VTC_HAVE_LIBEDIT

static struct shell_input *current; /* its callbacks have no context */

/* What questions are made of, beside the tables and columns of the trace. */
static const char *const fixed_words[] = {"slowest", "top",      "count",    "histogram", "calls",
                                          "tree",    "timeline", "gaps",     "counters",  "async",
                                          "flows",   "threads",  "stats",    "by",        "of",
                                          "where",   "between",  "limit",    "SELECT",    "FROM",
                                          "WHERE",   "GROUP BY", "ORDER BY", "JOIN",      "USING",
                                          "LIMIT",   "DESC",     "GLOB",     ".tables",   ".help",
                                          ".quit"};
enum { FIXED_WORDS = sizeof fixed_words / sizeof fixed_words[0] };

/* The next word that begins so, as libedit wants it: on the heap, NULL at the end. */
static char *next_word(const char *beginning, int state)
{
    static size_t at;
    size_t len = strlen(beginning);
    if (state == 0)
        at = 0;
    while (current && at < FIXED_WORDS + current->word_count) {
        const char *word = at < FIXED_WORDS ? fixed_words[at] : current->words[at - FIXED_WORDS];
        at++;
        if (strncasecmp(word, beginning, len) == 0)
            return strdup(word);
    }
    return NULL;
}

static char **complete(const char *beginning, int start, int end)
{
    (void)start;
    (void)end;
    rl_attempted_completion_over = 1; /* no names of files */
    return rl_completion_matches(beginning, next_word);
}

static void begin_editing(struct shell_input *input)
{
    const char *home = getenv("HOME");
    static const char name[] = "/.vtc_history";
    current = input;
    rl_readline_name = "vtc";
    rl_attempted_completion_function = complete;
    using_history();
    stifle_history(HISTORY_LINES);
    if (home && *home && (input->history = malloc(strlen(home) + sizeof name)) != NULL) {
        strcpy(input->history, home);
        strcat(input->history, name);
        read_history(input->history);
    }
}

static void end_editing(struct shell_input *input)
{
    if (input->history)
        write_history(input->history);
    current = NULL;
}

static char *edit_line(const char *prompt)
{
    return readline(prompt);
}

void shell_input_remember(struct shell_input *input, const char *text)
{
    if (!input->is_interactive)
        return;
    char *line = strdup(text);
    for (char *at = line; at && (at = strchr(at, '\n')) != NULL;)
        *at = ' ';
    if (line)
        add_history(line);
    free(line);
}

#else

static void begin_editing(struct shell_input *input)
{
    (void)input;
}

static void end_editing(struct shell_input *input)
{
    (void)input;
}

static char *edit_line(const char *prompt)
{
    fputs(prompt, stdout);
    fflush(stdout);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len = getline(&line, &capacity, stdin);
    if (len < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

void shell_input_remember(struct shell_input *input, const char *text)
{
    (void)input;
    (void)text;
}

#endif

struct shell_input *shell_input_open(bool is_interactive)
{
    struct shell_input *input = calloc(1, sizeof *input);
    if (!input)
        return NULL;
    input->is_interactive = is_interactive;
    if (is_interactive)
        begin_editing(input);
    return input;
}

char *shell_input_line(struct shell_input *input, const char *prompt)
{
    if (input->is_interactive)
        return edit_line(prompt);
    ssize_t len = getline(&input->line, &input->line_capacity, stdin);
    if (len < 0)
        return NULL;
    input->line[strcspn(input->line, "\r\n")] = '\0';
    return strdup(input->line);
}

void shell_input_add_word(struct shell_input *input, const char *word, size_t len_bytes)
{
    if (input->word_count == input->word_capacity) {
        size_t capacity = input->word_capacity ? 2 * input->word_capacity : 64;
        char **words = realloc(input->words, capacity * sizeof *words);
        if (!words)
            return;
        input->words = words;
        input->word_capacity = capacity;
    }
    char *copy = strndup(word, len_bytes);
    if (copy)
        input->words[input->word_count++] = copy;
}

void shell_input_close(struct shell_input *input)
{
    if (!input)
        return;
    if (input->is_interactive)
        end_editing(input);
    for (size_t i = 0; i < input->word_count; i++)
        free(input->words[i]);
    free(input->words);
    free(input->history);
    free(input->line);
    free(input);
}
