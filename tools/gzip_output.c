#include "gzip_output.h"

#include <string.h>

#include "message.h"

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, ROOM_BYTES = 64 << 10, PIECE_BYTES = 1 << 30 };

vtc_status gzip_output_open(struct gzip_output *output, vtc_write_fn write, void *write_context,
                            struct vtc_error *err)
{
    memset(output, 0, sizeof *output);
    output->write = write;
    output->write_context = write_context;
    if (deflateInit2(&output->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to pack by gzip");
    return VTC_OK;
}

static vtc_status run(struct gzip_output *output, int flush, struct vtc_error *err)
{
    unsigned char room[ROOM_BYTES];
    do {
        output->stream.next_out = room;
        output->stream.avail_out = sizeof room;
        if (deflate(&output->stream, flush) == Z_STREAM_ERROR)
            return failure_set(err, VTC_ERR_INTERNAL, VTC_NO_OFFSET, "gzip failed");
        size_t made = sizeof room - output->stream.avail_out;
        vtc_status status = made ? output->write(output->write_context, room, made, err) : VTC_OK;
        if (status != VTC_OK)
            return status;
    } while (output->stream.avail_out == 0);
    return VTC_OK;
}

vtc_status gzip_output_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    struct gzip_output *output = context;
    const unsigned char *from = bytes;
    while (len_bytes > 0) {
        size_t piece = len_bytes < PIECE_BYTES ? len_bytes : PIECE_BYTES;
        output->stream.next_in = (unsigned char *)(uintptr_t)from;
        output->stream.avail_in = (unsigned)piece;
        vtc_status status = run(output, Z_NO_FLUSH, err);
        if (status != VTC_OK)
            return status;
        from += piece;
        len_bytes -= piece;
    }
    return VTC_OK;
}

vtc_status gzip_output_finish(struct gzip_output *output, struct vtc_error *err)
{
    return run(output, Z_FINISH, err);
}

void gzip_output_close(struct gzip_output *output)
{
    deflateEnd(&output->stream);
}
