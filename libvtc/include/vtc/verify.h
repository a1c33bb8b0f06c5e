/** @file vtc/verify.h
 *  Checking a whole file: every checksum, every rule of the format, the document's hash.
 */
#ifndef VTC_VERIFY_H
#define VTC_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/compress.h"
#include "vtc/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Takes one problem: code, absolute file offset, rule, message. Return VTC_OK to go on,
 *  VTC_ERR_CANCELLED to stop. */
typedef vtc_status (*vtc_problem_fn)(void *context, const struct vtc_error *problem);

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_verify_opts {
    size_t struct_size;     /**< sizeof(struct vtc_verify_opts) */
    vtc_problem_fn problem; /**< may be NULL */
    void *problem_context;
    vtc_progress_fn progress; /**< may be NULL; input is what was read, output the text rebuilt */
    void *progress_context;
};

/** What was looked at. @since 1.0 */
struct vtc_verify_result {
    uint64_t frames;
    uint64_t blocks;
    uint64_t rows;
    uint64_t events;
    uint64_t document_bytes; /**< text that was rebuilt */
    uint64_t problems;
};

/** Checks a file from its first frame to its last byte, and goes on behind a damaged part where it
 *  can: at the next frame, or at the next sync mark. Blocks behind damaged definitions are counted
 *  as one problem each, as they cannot be read.
 *  @param reader      of the file; only its bytes are believed, its index is checked like the rest
 *  @param opts        may be NULL
 *  @param out_result  may be NULL; written whenever the check came to its end
 *  @param err         may be NULL; the first problem
 *  @return VTC_OK: all is right. Else the code of the first problem (VTC_ERR_TRUNCATED,
 *          VTC_ERR_CORRUPT, VTC_ERR_UNSUPPORTED), or VTC_ERR_IO, VTC_ERR_NO_MEMORY,
 *          VTC_ERR_CANCELLED where the check could not go on
 *  @thread any  @allocates within the reader's limit  @blocks on reading
 *  @spec every rule of format/SPEC.md
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_verify(const vtc_reader *reader,
                                            const struct vtc_verify_opts *opts,
                                            struct vtc_verify_result *out_result,
                                            struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
