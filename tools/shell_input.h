/* Lines from whoever asks: with editing, history and completion on a terminal, where libedit is there;
 * else, and from a pipe, as they come. */
#ifndef VTC_TOOLS_SHELL_INPUT_H
#define VTC_TOOLS_SHELL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct shell_input;

/* NULL when memory is short. There is one at a time: libedit has one history. */
struct shell_input *shell_input_open(bool is_interactive);
/* The next line, on the heap, without its end; NULL at the end of input. */
char *shell_input_line(struct shell_input *input, const char *prompt);
/* A word that is to be completed. */
void shell_input_add_word(struct shell_input *input, const char *word, size_t len_bytes);
/* For the history: a question, over however many lines. */
void shell_input_remember(struct shell_input *input, const char *text);
void shell_input_close(struct shell_input *input);

#endif
