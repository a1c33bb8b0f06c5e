/* What goes to stderr: `vtc: FILE: message`, one line each, file names and text escaped. */
#ifndef VTC_TOOLS_MESSAGE_H
#define VTC_TOOLS_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>

#include "exit_code.h"
#include "vtc/status.h"

/* `subject` (a file, or the command) may be NULL. */
void message_print(const char *subject, const char *format, ...) VTC_PRINTF(2, 3);

/* Prints a failure with its place (line, column and byte, or byte and rule); gives its exit code. */
enum exit_code message_failure(const char *subject, vtc_status status, const struct vtc_error *err);

/* What --memory is, for the failures that it is the cause of. */
void message_set_memory_limit(size_t limit_bytes);

/* An error record that says nothing yet. */
void failure_init(struct vtc_error *err);
/* Fills `err` and returns `code`. */
vtc_status failure_set(struct vtc_error *err, vtc_status code, uint64_t offset, const char *format,
                       ...) VTC_PRINTF(4, 5);
/* The same for errno; `what` (may be NULL) says what was tried. */
vtc_status failure_errno(struct vtc_error *err, int sys_errno, const char *what);

/* "standard input" and "standard output" for "-". */
const char *message_input_name(const char *path);
const char *message_output_name(const char *path);

#endif
