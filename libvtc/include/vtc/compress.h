/** @file vtc/compress.h
 *  From the text of a trace (Chrome trace-event JSON) to a vtc file, in one pass and bounded memory.
 *
 *  The text may come in any layout that tracers write, from a pipe or a file; all of it is kept, so
 *  that `vtc_decompress` gives back the very bytes. What can be read as an event is kept in columns.
 */
#ifndef VTC_COMPRESS_H
#define VTC_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VTC_LEVEL_MIN 1
#define VTC_LEVEL_DEFAULT 3
#define VTC_LEVEL_MAX 19

/** Where input comes from: fills `buffer` with up to `capacity_bytes` bytes (65,536 or more) and
 *  stores how many; 0 means the end. A status other than VTC_OK is passed on. Compressed input is
 *  unpacked by the caller. */
typedef vtc_status (*vtc_read_fn)(void *context, void *buffer, size_t capacity_bytes,
                                  size_t *out_bytes, struct vtc_error *err);

/** Where output goes: takes all of `bytes` or fails. Called in order from one thread at a time. */
typedef vtc_status (*vtc_write_fn)(void *context, const void *bytes, size_t len_bytes,
                                   struct vtc_error *err);

/** Tells how far the work is: bytes of input taken, bytes of output given. Return VTC_OK to go on,
 *  VTC_ERR_CANCELLED to stop. Called at most a few times per MiB, from the calling thread. */
typedef vtc_status (*vtc_progress_fn)(void *context, uint64_t input_bytes, uint64_t output_bytes);

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_compress_opts {
    size_t struct_size;        /**< sizeof(struct vtc_compress_opts) */
    int level;                 /**< 1 (fast) to 19 (small); 0: VTC_LEVEL_DEFAULT */
    unsigned threads;          /**< workers beside the scanner; 0 and 1: all in the caller */
    size_t memory_limit_bytes; /**< 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    vtc_progress_fn progress;              /**< may be NULL */
    void *progress_context;
};

/** What was met. @since 1.0 */
struct vtc_compress_result {
    uint64_t input_bytes;
    uint64_t output_bytes;
    uint64_t rows;       /**< objects kept in columns */
    uint64_t events;     /**< rows that are events */
    uint64_t raw_events; /**< events kept as raw text, since no shape could be made for them */
    uint64_t issues;     /**< places that are no event; see `vtc info` */
    uint64_t first_issue_offset;   /**< in the document, of the first of them */
    const char *first_issue_cause; /**< in words; NULL without issues */
    int cut_off;                   /**< not 0: the document ends before it is closed */
    uint64_t cut_off_offset;       /**< then: of the event that is not ended; else input_bytes */
    const char *cut_off_within;    /**< then: what is not closed, in words; else NULL */
};

/** Compresses one document.
 *  The output is the same for the same input, level and version, whatever the number of threads.
 *  @param read, read_context    the input, read to its end
 *  @param write, write_context  the output; after an error what was written is to be thrown away
 *  @param opts        may be NULL
 *  @param out_result  may be NULL; written on success
 *  @param err         may be NULL
 *  @return VTC_OK; VTC_ERR_NOT_JSON or VTC_ERR_NOT_TRACE with line, column and offset;
 *          VTC_ERR_LIMIT, VTC_ERR_NO_MEMORY, VTC_ERR_ARGUMENT, VTC_ERR_CANCELLED, or what a callback
 *          returned
 *  @thread any (each call stands alone)
 *  @allocates within memory_limit_bytes  @blocks on read and write
 *  @spec the whole of format/SPEC.md
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_compress(vtc_read_fn read, void *read_context,
                                              vtc_write_fn write, void *write_context,
                                              const struct vtc_compress_opts *opts,
                                              struct vtc_compress_result *out_result,
                                              struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
