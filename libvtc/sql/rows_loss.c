/* The table of losses: what recording sessions say of themselves in their rows `vtc_session`. */
#include "base/error.h"
#include "sql/open_block.h"
#include "sql/rows_internal.h"

struct vtci_loss {
    uint32_t session;
    vtci_label family;
    int64_t pid;
    int64_t segment;
    vtci_label cause;
    int64_t events;
};

static int64_t number_of(struct vtci_json value)
{
    return value.kind == VTCI_JSON_NUMBER ? vtci_json_number(value.data, value.len_bytes).integer
                                          : 0;
}

static vtc_status add_losses(struct vtci_sql_trace *trace, struct vtci_json event)
{
    static const char prefix[] = "lost_";
    struct vtci_json args = vtci_json_member(event, "args"), key, value;
    struct vtci_json family = vtci_json_member(args, "family");
    struct vtci_loss loss = {.session = trace->session_count++,
                             .pid = number_of(vtci_json_member(event, "pid")),
                             .segment = number_of(vtci_json_member(args, "segment"))};
    if (family.kind == VTCI_JSON_STRING)
        VTC_TRY(vtci_labels_add(&trace->labels, family.data, family.len_bytes, true, false,
                                &loss.family));
    struct vtci_json_walk walk = vtci_json_walk_into(args);
    while (vtci_json_walk_next(&walk, &key, &value)) {
        size_t prefix_bytes = sizeof prefix - 1;
        if (key.len_bytes <= prefix_bytes || memcmp(key.data, prefix, prefix_bytes) != 0)
            continue;
        loss.events = number_of(value);
        if (loss.events == 0)
            continue;
        VTC_TRY(vtci_labels_add(&trace->labels, key.data + prefix_bytes,
                                key.len_bytes - prefix_bytes, true, false, &loss.cause));
        VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, trace->losses, trace->loss_capacity,
                                   trace->loss_count + 1));
        trace->losses[trace->loss_count++] = loss;
    }
    return VTC_OK;
}

static vtc_status add_block(struct vtci_sql_trace *trace, uint64_t index)
{
    static const char name[] = "vtc_session";
    struct vtci_open_block *block;
    VTC_TRY(vtci_open_block_get(trace, index, VTC_FIELD_TIME | VTC_FIELD_NAME, &block));
    vtc_status status = vtci_open_block_texts(trace, block);
    for (size_t event = 0; status == VTC_OK && event < block->events->count; event++) {
        struct vtc_text text = vtc_block_string(block->block, block->events->name[event]);
        if (block->events->phase[event] == 'M' && text.len_bytes == sizeof name - 1 &&
            memcmp(text.data, name, text.len_bytes) == 0)
            status = add_losses(trace, vtci_open_block_event(block, event));
    }
    vtci_open_block_put(trace, block);
    return status;
}

vtc_status vtci_loss_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    uint32_t column;
    if (!trace->has_losses &&
        vtc_reader_find_column(trace->reader, "args.family", "STRING", &column) == VTC_OK) {
        trace->loss_count = 0;
        trace->session_count = 0;
        for (uint64_t block = 0; block < trace->summary.blocks; block++)
            if (vtc_reader_zone_phase(trace->reader, block, 'M'))
                VTC_TRY(vtci_sql_fail(trace, add_block(trace, block)));
    }
    trace->has_losses = true;
    *out_count = trace->loss_count;
    return VTC_OK;
}

void vtci_loss_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                      int column)
{
    const struct vtci_loss *loss = &trace->losses[row];
    switch (column) {
    case 0: sqlite3_result_int64(context, loss->session); break;
    case 1: vtci_result_label(context, trace, loss->family); break;
    case 2: sqlite3_result_int64(context, loss->pid); break;
    case 3: sqlite3_result_int64(context, loss->segment); break;
    case 4: vtci_result_label(context, trace, loss->cause); break;
    default: sqlite3_result_int64(context, loss->events); break;
    }
}

void vtci_losses_free(struct vtci_sql_trace *trace)
{
    VTCI_ARRAY_FREE(&trace->memory, trace->losses, trace->loss_capacity);
    trace->losses = NULL;
}
