#include "utf8_output.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "message.h"

enum { CHARACTER_BYTES_MAX = 4 };

vtc_status utf8_output_open(struct utf8_output *output, vtc_write_fn write, void *write_context,
                            struct vtc_error *err)
{
    struct utf8_output opened = {.write = write, .write_context = write_context};
    opened.piece = malloc(UTF8_PIECE_BYTES);
    if (!opened.piece)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a buffer");
    *output = opened;
    return VTC_OK;
}

/* How many bytes from `text` on are whole characters. Most are ASCII: eight at a time. */
static size_t good_bytes(const char *text, size_t len_bytes)
{
    size_t pos = 0;
    while (pos < len_bytes) {
        uint64_t eight;
        while (len_bytes - pos >= sizeof eight) {
            memcpy(&eight, text + pos, sizeof eight);
            if (eight & UINT64_C(0x8080808080808080))
                break;
            pos += sizeof eight;
        }
        size_t bytes = pos < len_bytes ? escape_character_bytes(text + pos, len_bytes - pos) : 0;
        if (bytes == 0)
            break;
        pos += bytes;
    }
    return pos;
}

/* Whether a character begins here that what comes next may complete. */
static bool may_go_on(const char *text, size_t len_bytes)
{
    char padded[CHARACTER_BYTES_MAX];
    if (len_bytes >= CHARACTER_BYTES_MAX)
        return false;
    /* With one of these in each place every beginning has an end: 0x90 behind F0 and 0x80 behind F4,
     * 0xA0 behind E0 and 0x80 behind ED. */
    static const char ends[] = {'\x80', '\x90', '\xa0'};
    for (size_t i = 0; i < sizeof ends; i++) {
        memset(padded, ends[i], sizeof padded);
        memcpy(padded, text, len_bytes);
        if (escape_character_bytes(padded, sizeof padded) > len_bytes)
            return true;
    }
    return false;
}

static vtc_status give(struct utf8_output *output, size_t len_bytes, bool is_last,
                       struct vtc_error *err)
{
    size_t pos = 0;
    while (pos < len_bytes) {
        size_t good = good_bytes(output->piece + pos, len_bytes - pos);
        if (good) {
            vtc_status status =
                output->write(output->write_context, output->piece + pos, good, err);
            if (status != VTC_OK)
                return status;
        }
        pos += good;
        if (pos == len_bytes || (!is_last && may_go_on(output->piece + pos, len_bytes - pos)))
            break;
        vtc_status status = output->write(output->write_context, "\xEF\xBF\xBD", 3, err);
        if (status != VTC_OK)
            return status;
        output->replaced++;
        pos++;
    }
    output->held_bytes = len_bytes - pos;
    memmove(output->piece, output->piece + pos, output->held_bytes);
    return VTC_OK;
}

vtc_status utf8_output_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    struct utf8_output *output = context;
    const char *from = bytes;
    while (len_bytes) {
        size_t room = UTF8_PIECE_BYTES - output->held_bytes;
        size_t taken = len_bytes < room ? len_bytes : room;
        memcpy(output->piece + output->held_bytes, from, taken);
        vtc_status status = give(output, output->held_bytes + taken, false, err);
        if (status != VTC_OK)
            return status;
        from += taken;
        len_bytes -= taken;
    }
    return VTC_OK;
}

vtc_status utf8_output_finish(struct utf8_output *output, struct vtc_error *err)
{
    return give(output, output->held_bytes, true, err);
}

void utf8_output_close(struct utf8_output *output)
{
    free(output->piece);
    output->piece = NULL;
}
