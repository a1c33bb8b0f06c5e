/* The events of a block whose rows are kept as text: their entries in the arrays, which the shapes
 * leave empty, come from the text (column/raw_event.h). There are few such rows, or the trace has
 * nothing that shapes could make quick. */
#include "base/error.h"
#include "read/block_internal.h"

static vtc_status put_string(vtc_block *block, const struct vtci_raw_value *value,
                             bool only_strings, vtc_string *out_string)
{
    if (value->type != VTCI_STRING && (only_strings || value->type != VTCI_NUMBER))
        return VTC_OK;
    return vtci_block_local(block, value->text, out_string);
}

static vtc_status put_event(vtc_block *block, const struct vtci_event_arrays *arrays, size_t event,
                            struct vtci_bytes text)
{
    const struct vtci_definitions *definitions = block->definitions;
    struct vtci_raw_event raw;
    int64_t ns;
    vtci_raw_event_read(text, &raw);
    const struct vtci_raw_value *fields = raw.fields;
    arrays->phase[event] = raw.phase;
    if (arrays->time_ns && vtci_raw_time(&fields[VTCI_EVENT_TS], &ns))
        arrays->time_ns[event] = ns;
    if (arrays->duration_ns && vtci_raw_time(&fields[VTCI_EVENT_DUR], &ns))
        arrays->duration_ns[event] = ns;
    if (arrays->track)
        arrays->track[event] = vtci_track_table_find(&definitions->tracks, &definitions->schema,
                                                     vtci_raw_json(&fields[VTCI_EVENT_PID]),
                                                     vtci_raw_json(&fields[VTCI_EVENT_TID]));
    if (arrays->name)
        VTC_TRY(put_string(block, &fields[VTCI_EVENT_NAME], true, &arrays->name[event]));
    if (arrays->category)
        VTC_TRY(put_string(block, &fields[VTCI_EVENT_CAT], true, &arrays->category[event]));
    if (arrays->id)
        VTC_TRY(put_string(block, &fields[VTCI_EVENT_ID], false, &arrays->id[event]));
    return VTC_OK;
}

vtc_status vtci_block_fill_raw(vtc_block *block, const struct vtci_event_arrays *arrays,
                               struct vtc_error *err)
{
    struct vtc_values texts;
    const struct vtci_values *root;
    VTC_TRY(vtci_block_decoder_column(block->decoder, VTCI_COLUMN_ROOT, &root, err));
    VTC_TRY(vtc_block_values(block, VTCI_COLUMN_ROOT_RAW, &texts, err));
    size_t next = 0;
    for (size_t event = 0; event < block->all.count; event++) {
        uint32_t row = block->all.row[event];
        if (root->values[row] != 0)
            continue;
        if (next >= texts.count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-5",
                                  "expected the text of row %u, found none", row);
        struct vtc_text text = vtc_block_string(block, texts.string[next++]);
        struct vtci_bytes bytes = {(const uint8_t *)text.data, text.len_bytes};
        VTC_TRY(put_event(block, arrays, event, bytes));
    }
    return VTC_OK;
}
