#include "message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "size_text.h"

static size_t memory_limit_bytes; /* 0: the command has none */

void message_set_memory_limit(size_t limit_bytes)
{
    memory_limit_bytes = limit_bytes;
}

static void print_subject(const char *subject)
{
    fputs("vtc: ", stderr);
    if (subject) {
        escape_print(stderr, subject, strlen(subject));
        fputs(": ", stderr);
    }
}

void message_print(const char *subject, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_subject(subject);
    escape_print(stderr, text, strlen(text));
    fputc('\n', stderr);
}

enum exit_code message_failure(const char *subject, vtc_status status, const struct vtc_error *err)
{
    const char *text = err->message[0] ? err->message : vtc_status_name(status);
    char size[SIZE_TEXT_BYTES];
    print_subject(subject);
    if (err->line > 0)
        fprintf(stderr, "line %" PRIu64 ", column %" PRIu64 " (byte %" PRIu64 "): ", err->line,
                err->column, err->offset);
    else if (err->offset != VTC_NO_OFFSET)
        fprintf(stderr, "byte %" PRIu64 ": ", err->offset);
    escape_print(stderr, text, strlen(text));
    if (err->rule[0])
        fprintf(stderr, " [%s]", err->rule);
    if (status == VTC_ERR_NO_MEMORY && memory_limit_bytes != 0)
        fprintf(stderr, "; the limit is %s, --memory sets another",
                size_text_format(memory_limit_bytes, size));
    if (status == VTC_ERR_UNSUPPORTED && !strstr(text, "newer vtc"))
        fputs("; a newer vtc is needed", stderr);
    fputc('\n', stderr);
    return exit_code_of(status);
}

void failure_init(struct vtc_error *err)
{
    memset(err, 0, sizeof *err);
    err->offset = VTC_NO_OFFSET;
}

vtc_status failure_set(struct vtc_error *err, vtc_status code, uint64_t offset, const char *format,
                       ...)
{
    memset(err, 0, sizeof *err);
    err->code = code;
    err->offset = offset;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return code;
}

vtc_status failure_errno(struct vtc_error *err, int sys_errno, const char *what)
{
    failure_set(err, VTC_ERR_IO, VTC_NO_OFFSET, "%s%s%s", what ? what : "", what ? ": " : "",
                strerror(sys_errno));
    err->sys_errno = sys_errno;
    return VTC_ERR_IO;
}

const char *message_input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

const char *message_output_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}
