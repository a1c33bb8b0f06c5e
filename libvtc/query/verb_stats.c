/* `stats`: what a file is about, from its index, and what its recordings lost, from their rows. */
#include <string.h>

#include "base/error.h"
#include "query/row_values.h"
#include "query/scan.h"

static const struct vtc_query_column COLUMNS[] = {
    {"what", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"value", VTC_UNIT_NONE, VTC_FOR_ALL},
};

/* The arguments of a row `vtc_session` that count what was lost (SPEC B.8). */
static const char *const LOSSES[] = {"lost_no_page",   "lost_disk_full",   "lost_too_big",
                                     "lost_late",      "lost_overwritten", "lost_interrupted",
                                     "lost_no_memory", "lost_fork",        "lost_pages"};
enum { LOSS_COUNT = sizeof LOSSES / sizeof *LOSSES };

struct losses {
    bool has_column[LOSS_COUNT];
    uint32_t columns[LOSS_COUNT];
    uint64_t sessions;
    uint64_t lost[LOSS_COUNT];
};

void vtci_stats_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static void put_text(struct vtci_answer_rows *rows, const char *what)
{
    vtci_answer_rows_begin(rows);
    vtci_answer_rows_text(rows, (struct vtc_text){what, strlen(what)});
}

static void put(struct vtci_answer_rows *rows, const char *what, uint64_t value)
{
    put_text(rows, what);
    vtci_answer_rows_unsigned(rows, value);
}

static void put_time(struct vtci_answer_rows *rows, const char *what, int64_t time_ns)
{
    put_text(rows, what);
    vtci_answer_rows_integer(rows, time_ns);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static vtc_status count_losses(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    static const char NAME[] = "vtc_session";
    struct losses *losses = state;
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i];
        struct vtc_text name = vtc_block_string(batch->block, batch->name[at]);
        if (name.len_bytes != sizeof NAME - 1 || memcmp(name.data, NAME, name.len_bytes) != 0)
            continue;
        losses->sessions++;
        for (size_t cause = 0; cause < LOSS_COUNT; cause++) {
            struct vtc_values values = {0};
            if (losses->has_column[cause])
                VTC_TRY(vtc_block_values(batch->block, losses->columns[cause], &values, err));
            size_t value = values.count ? vtci_values_first(&values, batch->row[at]) : 0;
            if (value < values.count && values.row[value] == batch->row[at] &&
                values.scale[value] == 0 && values.number[value] > 0)
                losses->lost[cause] = sum(losses->lost[cause], (uint64_t)values.number[value]);
        }
    }
    return VTC_OK;
}

static vtc_status find_losses(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                              struct losses *losses, struct vtc_error *err)
{
    char path[64] = "args.";
    uint32_t column;
    void *states[1] = {losses};
    struct vtci_scan scan = {.wish = {.fields = VTC_FIELD_NAME, .only = "M"},
                             .work = count_losses,
                             .in_order = true,
                             .states = states,
                             .state_count = 1};
    if (vtc_reader_find_column(verbs->reader, "args.family", "STRING", &column) != VTC_OK)
        return VTC_OK; /* no recording has a row here */
    for (size_t i = 0; i < LOSS_COUNT; i++) {
        memcpy(path + 5, LOSSES[i], strlen(LOSSES[i]) + 1);
        losses->has_column[i] =
            vtc_reader_find_column(verbs->reader, path, "NUMBER", &losses->columns[i]) == VTC_OK;
    }
    return vtci_scan_run(verbs, filter, &scan, err);
}

static void put_summary(struct vtci_answer_rows *rows, const vtc_reader *reader)
{
    struct vtc_summary summary;
    char phase[] = "events_X";
    vtc_reader_summary(reader, &summary);
    put(rows, "events", summary.events);
    put(rows, "spans", summary.spans);
    for (unsigned i = 1; i < 256; i++) {
        phase[sizeof phase - 2] = (char)i;
        if (summary.phases[i] > 0)
            put(rows, phase, summary.phases[i]);
    }
    put(rows, "threads", summary.tracks);
    if (summary.has_times) {
        put_time(rows, "first_ns", summary.first_ns);
        put_time(rows, "last_ns", summary.last_ns);
        put(rows, "longest_span_ns", summary.longest_ns);
    }
    put(rows, "blocks", summary.blocks);
    put(rows, "file_bytes", summary.file_bytes);
    if (summary.has_document) {
        put(rows, "document_bytes", summary.document_bytes);
        put(rows, "issues", summary.issues);
    }
    put(rows, "complete", (uint64_t)vtc_reader_is_complete(reader));
}

vtc_status vtci_stats_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct vtc_error *err)
{
    struct losses losses = {0};
    VTC_TRY(find_losses(verbs, filter, &losses, err));
    put_summary(&verbs->rows, verbs->reader);
    if (losses.sessions > 0)
        put(&verbs->rows, "recordings", losses.sessions);
    for (size_t i = 0; i < LOSS_COUNT && losses.sessions > 0; i++)
        if (losses.lost[i] > 0)
            put(&verbs->rows, LOSSES[i], losses.lost[i]);
    return VTC_OK;
}
