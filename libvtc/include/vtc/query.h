/** @file vtc/query.h
 *  Questions to a trace, answered on its columns: only the blocks that can matter are read.
 *  A library of its own (`vtc::query`, -lvtcquery): who records or reads does not link it.
 *
 *      vtc_query *query;
 *      const struct vtc_query_value *values;
 *      status = vtc_query_open(reader, "slowest 20", NULL, &query, &err);
 *      columns = vtc_query_columns(query, &count);
 *      while ((status = vtc_query_next(query, &values, &err)) == VTC_OK)
 *          use(values[0].text, values[1].integer);
 *      vtc_query_close(query);
 *
 *  format/QUERY.md has the questions, with the columns of each answer.
 */
#ifndef VTC_QUERY_H
#define VTC_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/reader.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A question and its answer. */
typedef struct vtc_query vtc_query;

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_query_opts {
    size_t struct_size;                    /**< sizeof(struct vtc_query_opts) */
    size_t memory_limit_bytes;             /**< beside the reader's; 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    unsigned threads; /**< that read blocks, the caller among them; 0 and 1: the caller alone. The
                                              answer does not depend on it */
    uint64_t timeout_ns; /**< from vtc_query_open on; 0: none */
};

/** What a value is. @since 1.0 */
enum vtc_value_type {
    VTC_VALUE_NONE,    /**< absent */
    VTC_VALUE_INTEGER, /**< `integer` */
    VTC_VALUE_REAL,    /**< `real` */
    VTC_VALUE_TEXT /**< `text`: UTF-8 as the trace means it, its JSON escapes decoded; bytes that
                                     are no UTF-8 are kept. Anything may be in it, NUL and control
                                     characters too */
};

/** How a column is meant to be shown. @since 1.0 */
enum vtc_unit {
    VTC_UNIT_NONE,
    VTC_UNIT_TIME,     /**< ns as in the trace; for people, counted from its first time */
    VTC_UNIT_DURATION, /**< ns */
    VTC_UNIT_BYTES,
    VTC_UNIT_SHARE, /**< 0 to 1; for people, a percentage and a bar */
    VTC_UNIT_DEPTH  /**< the next column is shown with so many steps of indentation */
};

/** For whom a column is. @since 1.0 */
enum vtc_audience {
    VTC_FOR_ALL,
    VTC_FOR_PEOPLE,  /**< a summary of others: in tables only */
    VTC_FOR_PROGRAMS /**< a detail: not in tables */
};

/** A column of an answer. @since 1.0 */
struct vtc_query_column {
    const char *name; /**< NUL-terminated; `duration_ns`; SQL may give several the same name */
    enum vtc_unit unit;
    enum vtc_audience audience;
};

/** A value of an answer. @since 1.0 */
struct vtc_query_value {
    enum vtc_value_type type;
    int64_t integer;
    double real;
    struct vtc_text text; /**< never NULL for TEXT */
};

/** Asks. The question is checked and made ready; what takes time comes with vtc_query_next.
 *  @param reader     borrowed until vtc_query_close; no other call may use it meanwhile from another
 *                    thread, but for those marked `@thread any`
 *  @param text       a question in the language of format/QUERY.md, borrowed for the call
 *  @param opts       may be NULL
 *  @param out_query  to be closed with vtc_query_close; written on success
 *  @param err        may be NULL; for VTC_ERR_ARGUMENT `offset` and `column` (from 1) point into the
 *                    text at the word that is wrong, or behind it where one is missing
 *  @return VTC_OK; VTC_ERR_ARGUMENT (the question is wrong); VTC_ERR_NO_MEMORY (the limit too)
 *  @thread any; the query is then @thread owner  @allocates within memory_limit_bytes
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_query_open(vtc_reader *reader, const char *text,
                                                const struct vtc_query_opts *opts,
                                                vtc_query **out_query, struct vtc_error *err);

/** Borrow the columns of the answer, until vtc_query_close.
 *  @param out_count  written
 *  @thread owner
 *  @since 1.0 */
VTC_API const struct vtc_query_column *vtc_query_columns(const vtc_query *query, size_t *out_count);

/** Gives the next row of the answer.
 *  @param out_values  one a column, borrowed until the next call; written on success
 *  @return VTC_OK; VTC_END after the last row; VTC_ERR_CANCELLED after vtc_query_interrupt;
 *          VTC_ERR_LIMIT (the timeout); VTC_ERR_NO_MEMORY (the limit too, by name);
 *          VTC_ERR_CORRUPT (ZON-4) when a block that is read is not what its zone map says, (IDX-3)
 *          when the list in the INDEX uses what is not defined; or as vtc_block_open. After a failure
 *          there is nothing further
 *  @thread owner  @allocates within memory_limit_bytes  @blocks on reading  @spec ZON-4, IDX-3
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_query_next(vtc_query *query,
                                                const struct vtc_query_value **out_values,
                                                struct vtc_error *err);

/** How many blocks were read for the answer so far.
 *  @thread owner
 *  @since 1.0 */
VTC_API uint64_t vtc_query_blocks_read(const vtc_query *query);

/** Whether a limit cut rows off. Known after VTC_END.
 *  @return 1 or 0
 *  @thread owner
 *  @since 1.0 */
VTC_API int vtc_query_is_cut(const vtc_query *query);

/** Has the call of vtc_query_next that is under way, or else the next one, return VTC_ERR_CANCELLED
 *  soon. May be called from a signal handler.
 *  @thread any (not after vtc_query_close)
 *  @since 1.0 */
VTC_API void vtc_query_interrupt(vtc_query *query);

/** Gives back the memory. NULL is accepted.
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_query_close(vtc_query *query);

#ifdef __cplusplus
}
#endif
#endif
