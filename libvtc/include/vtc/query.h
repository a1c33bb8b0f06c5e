/** @file vtc/query.h
 *  Questions that run on the columns, reading only the blocks that can matter.
 *  A library of its own (`vtc::query`, -lvtcquery): who records or reads does not link it.
 *
 *      struct vtc_query query;
 *      status = vtc_query_parse("slowest 20", &query, &err);
 *      status = vtc_slowest_find(reader, query.count, NULL, &slowest, &err);
 *      spans = vtc_slowest_spans(slowest, &count);
 *      ...
 *      vtc_slowest_close(slowest);
 */
#ifndef VTC_QUERY_H
#define VTC_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/block.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is asked for. @since 1.0 */
enum vtc_query_verb {
    VTC_QUERY_SLOWEST = 1 /**< `slowest N`: the N longest spans */
};

/** A question, taken apart. @since 1.0 */
struct vtc_query {
    enum vtc_query_verb verb;
    uint64_t count; /**< N */
};

/** Takes the text of a question apart.
 *  @param text       borrowed for the call; words are divided by white space
 *  @param out_query  written on success
 *  @param err        may be NULL; `offset` and `column` (from 1) point at the word that is wrong, or
 *                    behind the text where one is missing
 *  @return VTC_OK, or VTC_ERR_ARGUMENT
 *  @thread any
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_query_parse(const char *text, struct vtc_query *out_query,
                                                 struct vtc_error *err);

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_slowest_opts {
    size_t struct_size;                    /**< sizeof(struct vtc_slowest_opts) */
    size_t memory_limit_bytes;             /**< for the answer, beside the reader's; 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    unsigned threads; /**< that read blocks, the caller among them; 0 and 1: the
                                                caller alone. The answer does not depend on it */
};

/** The longest spans of a file. */
typedef struct vtc_slowest vtc_slowest;

/** Finds the longest spans: X events and pairs of B and E alike.
 *  Where the file's INDEX lists as many of the longest, no block is read. Else blocks are, in
 *  descending order of the longest span that their zone maps tell, until none can change the answer. Spans of the same duration come by start, then as in the trace.
 *  @param reader       borrowed for the call, and as long as vtc_slowest_spans is used
 *  @param count        how many, at least 1; fewer are found where the trace has fewer
 *  @param opts         may be NULL
 *  @param out_slowest  to be closed with vtc_slowest_close; written on success
 *  @param err          may be NULL
 *  @return VTC_OK; VTC_ERR_ARGUMENT (count is 0); VTC_ERR_NO_MEMORY (the limit too); VTC_ERR_CORRUPT
 *          (ZON-4) when a block that is read is not what its zone map says, (IDX-3) when the list
 *          uses what is not defined; or as vtc_block_open
 *  @thread any  @allocates within memory_limit_bytes  @blocks on reading  @spec ZON-4, IDX-3
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_slowest_find(const vtc_reader *reader, uint64_t count,
                                                  const struct vtc_slowest_opts *opts,
                                                  vtc_slowest **out_slowest, struct vtc_error *err);

/** Borrow the spans, the longest first, until vtc_slowest_close.
 *  @param out_count  written
 *  @thread any
 *  @since 1.0 */
VTC_API const struct vtc_span *vtc_slowest_spans(const vtc_slowest *slowest, size_t *out_count);

/** How many blocks were read for the answer.
 *  @thread any
 *  @since 1.0 */
VTC_API uint64_t vtc_slowest_blocks_read(const vtc_slowest *slowest);

/** Gives back the memory. NULL is accepted.
 *  @thread any (one, and no other call at the same time)
 *  @since 1.0 */
VTC_API void vtc_slowest_close(vtc_slowest *slowest);

#ifdef __cplusplus
}
#endif
#endif
