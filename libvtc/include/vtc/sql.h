/** @file vtc/sql.h
 *  SQL over a trace, in place: SQLite with virtual tables that read its blocks. Nothing is imported;
 *  tables and columns have the names that Perfetto's trace processor gives them. Part of the library
 *  `vtc::query`.
 *
 *      status = vtc_sql_open(reader, "SELECT name, sum(dur) FROM slice GROUP BY name", NULL, &query,
 *                            &err);
 *
 *  The answer is a vtc_query like that of a verb. format/SQL.md has the tables. Only reading is
 *  possible: statements that write, attach, load or set anything are refused.
 */
#ifndef VTC_SQL_H
#define VTC_SQL_H

#include "vtc/compress.h"
#include "vtc/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Tells whether a question is SQL: whether it begins with SELECT, WITH, EXPLAIN or VALUES, behind
 *  blanks and comments.
 *  @param text  borrowed for the call
 *  @return 1 or 0
 *  @thread any
 *  @since 1.0 */
VTC_API int vtc_query_is_sql(const char *text);

/** A trace that was opened for SQL. What is found out about it (nesting, threads) is kept between
 *  questions. */
typedef struct vtc_sql vtc_sql;

/** Opens a trace for SQL. No block is read.
 *  @param reader   borrowed until vtc_sql_close; no other call may use it meanwhile from another
 *                  thread, but for those marked `@thread any`
 *  @param opts     may be NULL. The memory limit is for what is kept of the trace, the default is 256
 *                  MiB; SQLite's own page caches come on top, 16 MiB at most for a table that it makes
 *  @param out_sql  to be closed with vtc_sql_close; written on success
 *  @param err      may be NULL
 *  @return VTC_OK; VTC_ERR_NO_MEMORY (the limit too); VTC_ERR_LIMIT (2^32 slices and more);
 *          VTC_ERR_INTERNAL (SQLite refuses what is built on)
 *  @thread any; what it gives is then @thread owner  @allocates within the limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_sql_connect(vtc_reader *reader,
                                                 const struct vtc_query_opts *opts,
                                                 vtc_sql **out_sql, struct vtc_error *err);

/** Closes. Its queries are to be closed before. NULL is accepted.
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_sql_close(vtc_sql *sql);

/** Asks one statement of a trace.
 *  @param text       one statement, borrowed for the call
 *  @param opts       may be NULL; only its timeout counts here
 *  @param out_query  to be closed with vtc_query_close before the next one is asked; written on success
 *  @param err        may be NULL; for VTC_ERR_ARGUMENT `offset` and `column` (from 1) point into the
 *                    text, where SQLite tells the place
 *  @return VTC_OK; VTC_ERR_ARGUMENT (no SQL, more than one statement, a table or column that there is
 *          not, or a statement that is not for reading); VTC_ERR_NO_MEMORY
 *          vtc_query_next then gives as for verbs; and VTC_ERR_ARGUMENT for what goes wrong in SQL only
 *          as it runs (an integer overflow, a text that is too long)
 *  @thread owner  @allocates within the limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_sql_query(vtc_sql *sql, const char *text,
                                               const struct vtc_query_opts *opts,
                                               vtc_query **out_query, struct vtc_error *err);

/** Opens a trace for one question: vtc_sql_connect and vtc_sql_query in one.
 *  @param reader     borrowed until vtc_query_close
 *  @return as those two
 *  @thread any; the query is then @thread owner  @allocates within the limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_sql_open(vtc_reader *reader, const char *text,
                                              const struct vtc_query_opts *opts,
                                              vtc_query **out_query, struct vtc_error *err);

/** Options of an export; zero means the default everywhere. @since 1.0 */
struct vtc_sql_export_opts {
    size_t struct_size;                    /**< sizeof(struct vtc_sql_export_opts) */
    size_t memory_limit_bytes;             /**< as for vtc_sql_connect */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    const char
        *tables;   /**< names, divided by commas, each with its columns in parentheses where not
                             all are wanted: `slice(ts,dur,name),thread`; NULL: all */
    int has_range; /**< not 0: only slices, counters and events that touch from_ns … to_ns */
    int64_t from_ns;
    int64_t to_ns;
    vtc_progress_fn progress; /**< may be NULL; the input is the file's bytes, the output rows */
    void *progress_context;
};

/** Writes the tables of a trace into a plain SQLite database, with indexes and views, in one
 *  transaction.
 *  @param reader    borrowed for the call
 *  @param path      a file that is not there yet, or is empty; after a failure it is to be thrown away
 *  @param opts      may be NULL
 *  @param out_rows  may be NULL; how many rows were written
 *  @return VTC_OK; VTC_ERR_ARGUMENT (a table or column that there is not); VTC_ERR_IO (also: the disk is
 *          full); VTC_ERR_CANCELLED; or as vtc_query_next
 *  @thread any  @allocates within the limit  @blocks on reading and writing
 *  @durability none: the caller syncs
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_sql_export(vtc_reader *reader, const char *path,
                                                const struct vtc_sql_export_opts *opts,
                                                uint64_t *out_rows, struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
