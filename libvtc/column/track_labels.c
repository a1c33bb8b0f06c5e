#include "column/track_labels.h"

#include "base/error.h"
#include "base/limits.h"
#include "column/raw_event.h"

void vtci_track_labels_init(struct vtci_track_labels *labels, struct vtci_memory *memory,
                            size_t text_bytes_max)
{
    memset(labels, 0, sizeof *labels);
    labels->memory = memory;
    labels->text_bytes_max = text_bytes_max;
}

void vtci_track_labels_free(struct vtci_track_labels *labels)
{
    for (size_t i = 0; i < labels->capacity; i++)
        for (int k = 0; k < 2; k++)
            vtci_release(labels->memory, labels->tracks[i][k].text, labels->tracks[i][k].len_bytes);
    VTCI_ARRAY_FREE(labels->memory, labels->tracks, labels->capacity);
    memset(labels, 0, sizeof *labels);
}

enum vtci_label_kind vtci_label_kind_of(struct vtci_bytes event_name)
{
    static const char process[] = "process_name", thread[] = "thread_name";
    if (vtci_bytes_equal(event_name,
                         (struct vtci_bytes){(const uint8_t *)process, sizeof process - 1}))
        return VTCI_LABEL_PROCESS;
    if (vtci_bytes_equal(event_name,
                         (struct vtci_bytes){(const uint8_t *)thread, sizeof thread - 1}))
        return VTCI_LABEL_THREAD;
    return VTCI_LABEL_NONE;
}

uint32_t vtci_label_column(const struct vtci_schema *schema)
{
    uint32_t args = vtci_schema_find_path(schema, 0, VTCI_MEMBER, "args", 4);
    uint32_t name =
        args == VTCI_NONE ? VTCI_NONE : vtci_schema_find_path(schema, args, VTCI_MEMBER, "name", 4);
    return vtci_schema_find_column(schema, name, VTCI_STRING);
}

uint32_t vtci_label_raw_column(const struct vtci_schema *schema)
{
    uint32_t args = vtci_schema_find_path(schema, 0, VTCI_MEMBER, "args", 4);
    return vtci_schema_find_column(schema, args, VTCI_RAW);
}

struct vtci_bytes vtci_label_in_args(struct vtci_bytes args)
{
    struct vtci_raw_value name = {{NULL, 0}, 0};
    if (args.data && args.len_bytes && args.data[0] == '{')
        name = vtci_raw_member(args, "name");
    return name.type == VTCI_STRING ? name.text : (struct vtci_bytes){NULL, 0};
}

struct vtci_bytes vtci_label_in_row(struct vtci_bytes row)
{
    struct vtci_raw_value args = {{NULL, 0}, 0};
    if (row.data)
        args = vtci_raw_member(row, "args");
    return vtci_label_in_args(args.type == VTCI_NODE ? args.text : (struct vtci_bytes){NULL, 0});
}

static vtc_status reserve(struct vtci_track_labels *labels, uint32_t track)
{
    size_t before = labels->capacity;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(labels->memory, labels->tracks, labels->capacity, (size_t)track + 1));
    if (labels->capacity > before)
        memset(labels->tracks + before, 0, (labels->capacity - before) * sizeof *labels->tracks);
    return VTC_OK;
}

vtc_status vtci_track_labels_put(struct vtci_track_labels *labels, uint32_t track,
                                 enum vtci_label_kind kind, struct vtci_bytes text)
{
    if (labels->is_lost)
        return VTC_OK;
    VTC_TRY(reserve(labels, track));
    struct vtci_track_label *label = &labels->tracks[track][kind == VTCI_LABEL_THREAD];
    labels->number++;
    bool is_same = label->number && (label->text || label->len_bytes == 0) &&
                   vtci_bytes_equal(text, (struct vtci_bytes){label->text, label->len_bytes});
    label->number = labels->number;
    if (is_same)
        return VTC_OK;
    size_t owned_bytes = label->text ? label->len_bytes : 0;
    vtci_release(labels->memory, label->text, owned_bytes);
    labels->text_bytes -= owned_bytes;
    label->text = NULL;
    label->len_bytes = text.len_bytes;
    if (text.len_bytes == 0 || text.len_bytes > VTCI_TOP_TEXT_BYTES_MAX)
        return VTC_OK;
    labels->is_lost = text.len_bytes > labels->text_bytes_max - labels->text_bytes;
    if (labels->is_lost)
        return VTC_OK;
    label->text = vtci_allocate(labels->memory, text.len_bytes);
    if (!label->text)
        return VTC_ERR_NO_MEMORY;
    memcpy(label->text, text.data, text.len_bytes);
    labels->text_bytes += text.len_bytes;
    return VTC_OK;
}

static struct vtci_top_text said(const struct vtci_track_label *label)
{
    struct vtci_top_text text = {VTCI_TOP_NO_NAME, {NULL, 0}};
    if (!label || label->number == 0)
        return text;
    text.code = label->text || label->len_bytes == 0 ? VTCI_TOP_TEXT : VTCI_TOP_NOTHING;
    if (text.code == VTCI_TOP_TEXT)
        text.text = (struct vtci_bytes){label->text, label->len_bytes};
    return text;
}

void vtci_track_labels_find(const struct vtci_track_labels *labels,
                            const struct vtci_schema *schema, struct vtci_top_track *out_track)
{
    const struct vtci_track_label *process = NULL;
    uint32_t track = out_track->track;
    memset(out_track, 0, sizeof *out_track);
    out_track->track = track;
    if (labels->is_lost)
        return;
    for (size_t i = 0; i < labels->capacity && i < schema->track_count; i++) {
        const struct vtci_track_label *label = &labels->tracks[i][0];
        if (label->number > (process ? process->number : 0) &&
            vtci_bytes_equal(schema->tracks[i].pid, schema->tracks[track].pid))
            process = label;
    }
    out_track->process = said(process);
    out_track->thread = said(track < labels->capacity ? &labels->tracks[track][1] : NULL);
}
