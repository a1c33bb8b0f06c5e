#include "query/linked_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/row_values.h"

enum { NUMBER_BYTES = 32 };

/* The parts of an id that stand outside of `id`. */
enum part { SCOPE, LOCAL, LOCAL_NUMBER, GLOBAL, GLOBAL_NUMBER, PARTS };

struct loader {
    struct vtci_linked_events *linked;
    vtc_reader *reader;
    const char *phases;
    const char *named;
    bool has_part[PARTS];
    uint32_t columns[PARTS];
    struct vtc_values values[PARTS]; /* of the block in work */
    struct vtci_buffer key;
};

static void find_parts(struct loader *loader)
{
    static const char *const PATHS[PARTS] = {"scope", "id2.local", "id2.local", "id2.global",
                                             "id2.global"};
    static const char *const TYPES[PARTS] = {"STRING", "STRING", "NUMBER", "STRING", "NUMBER"};
    for (size_t i = 0; i < PARTS; i++)
        loader->has_part[i] = vtc_reader_find_column(loader->reader, PATHS[i], TYPES[i],
                                                     &loader->columns[i]) == VTC_OK;
}

/* The last value of a row, as it is printed. */
static bool part_text(const struct loader *loader, const vtc_block *block, enum part part,
                      uint32_t row, char number[NUMBER_BYTES], struct vtc_text *out)
{
    const struct vtc_values *values = &loader->values[part];
    size_t at = values->count ? vtci_values_first(values, row) : 0;
    if (at >= values->count || values->row[at] != row)
        return false;
    if (values->string && values->string[at] != VTC_NO_STRING) {
        *out = vtc_block_string(block, values->string[at]);
    } else {
        int length = snprintf(number, NUMBER_BYTES, "%lld", (long long)values->number[at]);
        *out = (struct vtc_text){number, (size_t)length};
    }
    return true;
}

/* Length first, so that no two lists of texts are the same key. */
static vtc_status add_part(struct vtci_buffer *key, struct vtc_text text)
{
    VTC_TRY(vtci_buffer_varint(key, text.data ? text.len_bytes + 1 : 0));
    return text.len_bytes ? vtci_buffer_append(key, text.data, text.len_bytes) : VTC_OK;
}

static bool is_one_of(uint8_t phase, const char *phases)
{
    return phase != 0 && strchr(phases, phase) != NULL;
}

static vtc_status make_key(struct loader *loader, const struct vtci_batch *batch, size_t at,
                           struct vtci_linked_event *event)
{
    struct vtci_linked_events *linked = loader->linked;
    char number[NUMBER_BYTES];
    struct vtc_text id = linked->texts.names[event->id], scope = {NULL, 0}, other;
    struct vtc_track track = {{NULL, 0}, {NULL, 0}};
    uint32_t row = batch->row[at];
    bool is_local = false, is_named = is_one_of(batch->phase[at], loader->named);
    if (!id.data) {
        is_local = part_text(loader, batch->block, LOCAL, row, number, &id) ||
                   part_text(loader, batch->block, LOCAL_NUMBER, row, number, &id);
        if (is_local && vtc_reader_track(loader->reader, batch->track[at], &track) != VTC_OK)
            track.pid = (struct vtc_text){NULL, 0};
        if (!is_local && (part_text(loader, batch->block, GLOBAL, row, number, &other) ||
                          part_text(loader, batch->block, GLOBAL_NUMBER, row, number, &other)))
            id = other;
        VTC_TRY(vtci_name_table_add(&linked->texts, id, &event->id));
    }
    (void)part_text(loader, batch->block, SCOPE, row, number, &scope);
    loader->key.len_bytes = 0;
    VTC_TRY(vtci_buffer_u8(&loader->key, (uint8_t)(is_local * 2 + is_named)));
    VTC_TRY(add_part(&loader->key, linked->texts.names[event->category]));
    VTC_TRY(add_part(&loader->key, linked->texts.names[event->id]));
    VTC_TRY(add_part(&loader->key, scope));
    VTC_TRY(add_part(&loader->key, track.pid));
    if (is_named)
        VTC_TRY(add_part(&loader->key, linked->texts.names[event->name]));
    return vtci_name_table_add(&linked->keys,
                               (struct vtc_text){(const char *)loader->key.data,
                                                 loader->key.len_bytes},
                               &event->key);
}

static vtc_status take_event(struct loader *loader, const struct vtci_batch *batch, size_t at,
                             bool selected)
{
    struct vtci_linked_events *linked = loader->linked;
    struct vtci_linked_event event = {.time_ns = batch->time_ns[at],
                                      .order = linked->count,
                                      .track = batch->track[at],
                                      .phase = batch->phase[at],
                                      .selected = selected};
    if (event.time_ns == VTC_NO_TIME)
        return VTC_OK;
    VTC_TRY(vtci_name_table_group(&linked->texts, batch->block, batch->name[at], &event.name));
    VTC_TRY(
        vtci_name_table_group(&linked->texts, batch->block, batch->category[at], &event.category));
    VTC_TRY(vtci_name_table_group(&linked->texts, batch->block, batch->id[at], &event.id));
    VTC_TRY(make_key(loader, batch, at, &event));
    VTC_TRY(
        VTCI_ARRAY_RESERVE(linked->memory, linked->events, linked->capacity, linked->count + 1));
    linked->events[linked->count++] = event;
    return VTC_OK;
}

static vtc_status take_batch(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct loader *loader = state;
    size_t next = 0;
    memset(loader->values, 0, sizeof loader->values);
    for (size_t i = 0; i < PARTS; i++)
        if (loader->has_part[i])
            VTC_TRY(vtc_block_values(batch->block, loader->columns[i], &loader->values[i], err));
    for (size_t i = 0; i < batch->count; i++) {
        bool selected = next < batch->selected_count && batch->selected[next] == i;
        next += selected;
        if (is_one_of(batch->phase[i], loader->phases))
            VTC_TRY(take_event(loader, batch, i, selected));
    }
    return VTC_OK;
}

static int compare(const void *a, const void *b)
{
    const struct vtci_linked_event *left = a, *right = b;
    if (left->time_ns != right->time_ns)
        return left->time_ns < right->time_ns ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

vtc_status vtci_linked_events_load(struct vtci_linked_events *linked, struct vtci_verbs *verbs,
                                   const struct vtci_filter *filter, const char *phases,
                                   const char *named, struct vtc_error *err)
{
    struct vtci_memory *memory = &verbs->query.memory;
    struct loader loader = {.linked = linked,
                            .reader = verbs->reader,
                            .phases = phases,
                            .named = named};
    void *states[1] = {&loader};
    struct vtci_scan scan = {.wish = {.everything = true, .fields = VTC_FIELD_ALL, .only = phases},
                             .work = take_batch,
                             .in_order = true,
                             .states = states,
                             .state_count = 1};
    memset(linked, 0, sizeof *linked);
    linked->memory = memory;
    vtci_buffer_init(&loader.key, memory);
    find_parts(&loader);
    vtc_status status = VTC_OK;
    if (vtci_name_table_init(&linked->texts, memory) != VTC_OK ||
        vtci_name_table_init(&linked->keys, memory) != VTC_OK)
        status = vtci_error_memory(err, 0);
    if (status == VTC_OK)
        status = vtci_scan_run(verbs, filter, &scan, err);
    if (linked->count > 0)
        qsort(linked->events, linked->count, sizeof *linked->events, compare);
    vtci_buffer_free(&loader.key);
    if (status != VTC_OK)
        vtci_linked_events_free(linked);
    return status;
}

void vtci_linked_events_free(struct vtci_linked_events *linked)
{
    vtci_name_table_free(&linked->texts);
    vtci_name_table_free(&linked->keys);
    VTCI_ARRAY_FREE(linked->memory, linked->events, linked->capacity);
}
