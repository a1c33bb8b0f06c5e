/** @file vtc/decompress.h
 *  From a vtc file back to the text that it came from, byte for byte.
 */
#ifndef VTC_DECOMPRESS_H
#define VTC_DECOMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/compress.h"
#include "vtc/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_decompress_opts {
    size_t struct_size; /**< sizeof(struct vtc_decompress_opts) */
    unsigned threads;   /**< workers that unpack blocks ahead; 0 and 1: all in the caller */
    vtc_progress_fn
        progress; /**< may be NULL; input is what was read of the file, output the text */
    void *progress_context;
    int rows_only; /**< not 0: only the rows (events, above all), a comma and a line feed between
                           them, and nothing of what stands around them; no hash is compared. For
                           documents that are cut off or have garbage in them: between brackets what
                           comes is JSON. In the caller's thread */
    int skip_damaged; /**< with rows_only: leave out blocks that are damaged, or of a later version, count
                           them and go on */
};

/** What was done. @since 1.0 */
struct vtc_decompress_result {
    uint64_t output_bytes;
    uint64_t rows;
    uint64_t document_hash[2]; /**< XXH3-128 of what was written: low, high */
    uint64_t skipped_blocks;   /**< with skip_damaged; so far as they could be found … */
    uint64_t skipped_rows;     /**< … and their rows */
};

/** Writes the document and compares it with the length and the hash that the file gives.
 *  The bytes are the same with any number of threads.
 *  @param reader      borrowed
 *  @param write, write_context  the output: pieces of 512 KiB, with threads of a block, in order,
 *                     from the caller's thread
 *  @param opts        may be NULL
 *  @param out_result  may be NULL; also written when the document is not complete
 *  @param err         may be NULL
 *  @return VTC_OK: the very document was written. VTC_ERR_TRUNCATED: the file is not complete, what
 *          there is was written. VTC_ERR_CORRUPT: a checksum or a rule is broken; or (DOC-2) all was
 *          written and is not the document. VTC_ERR_UNSUPPORTED, VTC_ERR_IO, VTC_ERR_NO_MEMORY,
 *          VTC_ERR_CANCELLED, or what the callback returned
 *  @thread any (several may run on one reader)  @allocates within the reader's limit
 *  @blocks on reading and on write
 *  @spec DOC-1, DOC-2, CON-1, section 7.9
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_decompress(const vtc_reader *reader, vtc_write_fn write,
                                                void *write_context,
                                                const struct vtc_decompress_opts *opts,
                                                struct vtc_decompress_result *out_result,
                                                struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
