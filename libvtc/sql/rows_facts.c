/* The tables of what the trace as a whole is: its bounds, where it comes from, what was counted. */
#include <stdio.h>

#include "base/error.h"
#include "sql/counters.h"
#include "sql/model.h"
#include "sql/rows_internal.h"

/* --- trace_bounds ------------------------------------------------------------------------------ */

vtc_status vtci_trace_bounds_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    *out_count = 1;
    return vtci_bounds_find(trace);
}

void vtci_trace_bounds_column(sqlite3_context *context, const struct vtci_sql_trace *trace,
                              size_t row, int column)
{
    (void)row;
    sqlite3_result_int64(context, column == 0 ? trace->start_ns : trace->end_ns);
}

/* --- metadata ---------------------------------------------------------------------------------- */

enum { META_TYPE, META_FORMAT, META_FILE_BYTES, META_DOCUMENT_BYTES, META_HASH, META_COMPLETE };

vtc_status vtci_metadata_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    (void)trace;
    *out_count = META_COMPLETE + 1;
    return VTC_OK;
}

static void give_meta_text(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row)
{
    const struct vtc_summary *summary = &trace->summary;
    char text[64];
    if (row == META_TYPE)
        snprintf(text, sizeof text, "vtc");
    else if (row == META_FORMAT)
        snprintf(text, sizeof text, "%u.%u", summary->version_major, summary->version_minor);
    else if (row == META_HASH && summary->has_document)
        snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)summary->document_hash[1],
                 (unsigned long long)summary->document_hash[0]);
    else
        return;
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

void vtci_metadata_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                          int column)
{
    static const char *const names[] = {"trace_type",
                                        "vtc_format",
                                        "trace_size_bytes",
                                        "vtc_document_size_bytes",
                                        "vtc_document_xxh3_128",
                                        "vtc_is_complete"};
    if (column == 0)
        sqlite3_result_int64(context, (sqlite3_int64)row);
    else if (column == 1)
        sqlite3_result_text(context, names[row], -1, SQLITE_STATIC);
    else if (column == 2)
        sqlite3_result_text(context, "single", -1, SQLITE_STATIC);
    else if (column == 4)
        give_meta_text(context, trace, row);
    else if (row == META_FILE_BYTES)
        sqlite3_result_int64(context, (sqlite3_int64)trace->summary.file_bytes);
    else if (row == META_DOCUMENT_BYTES && trace->summary.has_document)
        sqlite3_result_int64(context, (sqlite3_int64)trace->summary.document_bytes);
    else if (row == META_COMPLETE)
        sqlite3_result_int64(context, vtc_reader_is_complete(trace->reader));
}

/* --- stats ------------------------------------------------------------------------------------- */

struct stat {
    const char *name;
    const char *severity;
    const char *description;
};

static const struct stat stats[] = {
    {"vtc_rows", "info", "Objects of the document that are kept in columns"},
    {"vtc_events", "info", "Events of every phase"},
    {"vtc_spans", "info", "X events, and pairs of B and E"},
    {"vtc_blocks", "info", "Blocks of the file"},
    {"vtc_tracks", "info", "Pairs of pid and tid"},
    {"vtc_issues", "error", "Places of the document that are no event"},
    {"vtc_cut_off", "data_loss", "1: the document ends within an event"},
    {"vtc_incomplete", "data_loss", "1: the file was cut off or damaged"}};

vtc_status vtci_stats_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    (void)trace;
    *out_count = sizeof stats / sizeof *stats;
    return VTC_OK;
}

void vtci_stats_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                       int column)
{
    const struct vtc_summary *summary = &trace->summary;
    const uint64_t values[] = {summary->rows,
                               summary->events,
                               summary->spans,
                               summary->blocks,
                               summary->tracks,
                               summary->issues,
                               (uint64_t)summary->cut_off,
                               (uint64_t)!vtc_reader_is_complete(trace->reader)};
    switch (column) {
    case 0: sqlite3_result_text(context, stats[row].name, -1, SQLITE_STATIC); break;
    case 3: sqlite3_result_text(context, stats[row].severity, -1, SQLITE_STATIC); break;
    case 4: sqlite3_result_text(context, "trace", -1, SQLITE_STATIC); break;
    case 5: sqlite3_result_int64(context, (sqlite3_int64)values[row]); break;
    case 6: sqlite3_result_text(context, stats[row].description, -1, SQLITE_STATIC); break;
    default: /* key, idx */ break;
    }
}
