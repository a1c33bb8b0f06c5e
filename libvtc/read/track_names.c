/* Names of processes and threads: metadata events (phase M) named process_name and thread_name,
 * whose args.name is the name.
 *
 * The last one in the file wins, so blocks are read from the end, and only those that have metadata
 * and, for a thread, its track, or, for a process, any track of it. Each block is read once and all
 * that it says is kept.
 */
#include "base/error.h"
#include "read/block_internal.h"

struct named {
    struct vtci_bytes process; /* owned; by track, of which the process is one */
    struct vtci_bytes thread;
    bool has_process, has_thread;
};

struct vtci_track_names {
    struct named *tracks;
    size_t track_count;
    uint8_t *block_state; /* by block */
    size_t block_count;
    uint32_t *same_process; /* by track: the first track with the same pid */
};

enum block_state { BLOCK_UNKNOWN, BLOCK_READ };

static void free_bytes(struct vtci_memory *memory, struct vtci_bytes bytes)
{
    vtci_release(memory, (void *)(uintptr_t)bytes.data, bytes.len_bytes ? bytes.len_bytes : 1);
}

void vtci_track_names_free(vtc_reader *reader)
{
    struct vtci_track_names *names = reader->names;
    struct vtci_memory *memory = &reader->memory;
    if (!names)
        return;
    for (size_t i = 0; names->tracks && i < names->track_count; i++) {
        free_bytes(memory, names->tracks[i].process);
        free_bytes(memory, names->tracks[i].thread);
    }
    vtci_release(memory, names->tracks, names->track_count * sizeof *names->tracks);
    vtci_release(memory, names->same_process, names->track_count * sizeof *names->same_process);
    vtci_release(memory, names->block_state, names->block_count);
    vtci_release(memory, names, sizeof *names);
    reader->names = NULL;
}

/* Tracks of the same pid share what is kept under the first of them. */
static vtc_status group_processes(const struct vtci_schema *schema, struct vtci_memory *memory,
                                  struct vtci_track_names *names)
{
    struct vtci_schema pids; /* only its tracks are used: each pid once, without a tid */
    struct vtci_track_table table;
    struct vtci_bytes none = {NULL, 0};
    uint32_t *first = vtci_allocate(memory, names->track_count * sizeof *first);
    vtc_status status = first ? vtci_schema_init(&pids, memory) : VTC_ERR_NO_MEMORY;
    if (status != VTC_OK) {
        vtci_release(memory, first, names->track_count * sizeof *first);
        return status;
    }
    vtci_track_table_init(&table, memory);
    for (uint32_t i = 0; i < names->track_count && status == VTC_OK; i++) {
        uint32_t pid = vtci_track_table_find(&table, &pids, schema->tracks[i].pid, none);
        if (pid == VTCI_NONE) {
            status = vtci_schema_add_track(&pids, schema->tracks[i].pid, none, &pid, NULL);
            if (status == VTC_OK)
                status = vtci_track_table_update(&table, &pids);
            if (status == VTC_OK)
                first[pid] = i;
        }
        if (status == VTC_OK)
            names->same_process[i] = first[pid];
    }
    vtci_track_table_free(&table);
    vtci_schema_free(&pids);
    vtci_release(memory, first, names->track_count * sizeof *first);
    return status;
}

static vtc_status names_create(vtc_reader *reader)
{
    struct vtci_memory *memory = &reader->memory;
    const struct vtci_schema *schema = &reader->definitions.schema;
    struct vtci_track_names *names = vtci_allocate_zeroed(memory, sizeof *names);
    if (!names)
        return VTC_ERR_NO_MEMORY;
    reader->names = names;
    names->track_count = schema->track_count;
    names->block_count = reader->chain.block_count;
    names->tracks = vtci_allocate_zeroed(memory, names->track_count * sizeof *names->tracks);
    names->same_process = vtci_allocate(memory, names->track_count * sizeof *names->same_process);
    names->block_state = vtci_allocate_zeroed(memory, names->block_count);
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (names->tracks && names->same_process && (names->block_state || !names->block_count))
        status = group_processes(schema, memory, names);
    if (status != VTC_OK)
        vtci_track_names_free(reader);
    return status;
}

/* Keeps a copy, unless a later event gave a name already. */
static vtc_status keep(struct vtci_memory *memory, struct vtc_text text, bool *has,
                       struct vtci_bytes *out)
{
    if (*has || !text.data)
        return VTC_OK;
    uint8_t *copy = vtci_allocate(memory, text.len_bytes ? text.len_bytes : 1);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    if (text.len_bytes)
        memcpy(copy, text.data, text.len_bytes);
    *out = (struct vtci_bytes){copy, text.len_bytes};
    *has = true;
    return VTC_OK;
}

static bool text_is(struct vtc_text text, const char *word)
{
    return text.len_bytes == strlen(word) && memcmp(text.data, word, text.len_bytes) == 0;
}

/* The values of a column, from the last to the first, with the rows of events. */
struct backwards {
    struct vtc_values values;
    size_t left;
};

static vtc_status begin_backwards(vtc_block *block, uint32_t path, enum vtci_type type,
                                  struct backwards *out, struct vtc_error *err)
{
    uint32_t column = path == VTCI_NONE
                          ? VTCI_NONE
                          : vtci_schema_find_column(&block->definitions->schema, path, type);
    memset(out, 0, sizeof *out);
    if (column == VTCI_NONE)
        return VTC_OK;
    VTC_TRY(vtc_block_values(block, column, &out->values, err));
    out->left = out->values.count;
    return VTC_OK;
}

/* The last value of a row that is not above the one asked for before. */
static struct vtc_text value_in(const vtc_block *block, struct backwards *from, uint32_t row)
{
    const struct vtc_values *values = &from->values;
    while (from->left > 0 && values->row[from->left - 1] > row)
        from->left--;
    if (from->left == 0 || values->row[from->left - 1] != row)
        return (struct vtc_text){NULL, 0};
    return vtc_block_string(block, values->string[from->left - 1]);
}

static struct vtci_bytes bytes_of(struct vtc_text text)
{
    return (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
}

/* Where args.name of an event may be: in its column, or in the text of args or of the whole row. */
struct names_of_block {
    struct backwards names, args, rows;
};

static struct vtc_text name_in(const vtc_block *block, struct names_of_block *of, uint32_t row)
{
    struct vtc_text text = value_in(block, &of->names, row);
    struct vtci_raw_value args = {bytes_of(value_in(block, &of->args, row)), VTCI_NODE};
    struct vtci_bytes whole = bytes_of(value_in(block, &of->rows, row));
    if (whole.data)
        args = vtci_raw_member(whole, "args");
    if (text.data || args.type != VTCI_NODE || !args.text.data || args.text.data[0] != '{')
        return text;
    struct vtci_raw_value name = vtci_raw_member(args.text, "name");
    if (name.type == VTCI_STRING)
        text = (struct vtc_text){(const char *)name.text.data, name.text.len_bytes};
    return text;
}

static vtc_status take_name(vtc_reader *reader, const vtc_block *block, size_t event,
                            struct vtc_text text)
{
    struct vtci_track_names *names = reader->names;
    const struct vtc_events *events = &block->all;
    uint32_t track = events->track[event];
    struct vtc_text kind = vtc_block_string(block, events->name[event]);
    struct named *process = &names->tracks[names->same_process[track]];
    struct named *thread = &names->tracks[track];
    if (text_is(kind, "process_name"))
        return keep(&reader->memory, text, &process->has_process, &process->process);
    if (text_is(kind, "thread_name"))
        return keep(&reader->memory, text, &thread->has_thread, &thread->thread);
    return VTC_OK;
}

/* All that a block says, from its last event to its first. */
static vtc_status take_block(vtc_reader *reader, vtc_block *block, struct vtc_error *err)
{
    const struct vtci_schema *schema = &reader->definitions.schema;
    const struct vtc_events *events = &block->all;
    struct names_of_block of;
    uint32_t args = vtci_schema_find_path(schema, 0, VTCI_MEMBER, "args", 4);
    uint32_t name =
        args == VTCI_NONE ? VTCI_NONE : vtci_schema_find_path(schema, args, VTCI_MEMBER, "name", 4);
    VTC_TRY(begin_backwards(block, name, VTCI_STRING, &of.names, err));
    VTC_TRY(begin_backwards(block, args, VTCI_RAW, &of.args, err));
    VTC_TRY(begin_backwards(block, 0, VTCI_RAW, &of.rows, err));
    for (size_t i = events->count; i-- > 0;) {
        if (events->phase[i] != 'M' || events->track[i] >= reader->names->track_count)
            continue;
        vtc_status status = take_name(reader, block, i, name_in(block, &of, events->row[i]));
        if (status != VTC_OK)
            return vtci_block_fail(block, status, err);
    }
    return VTC_OK;
}

/* Whether a block has the track, or, when `process`, any track of its process. */
static bool may_have(const vtc_reader *reader, size_t block, uint32_t track, bool process)
{
    const struct vtci_track_names *names = reader->names;
    struct vtci_zone_map zone;
    vtci_chain_zone(&reader->chain, block, &zone);
    if (zone.phases['M'] == 0)
        return false;
    if (!process)
        return vtci_zone_map_has_track(&zone, track);
    struct vtci_cursor cursor = vtci_cursor_make(zone.track_bytes, zone.track_len_bytes);
    uint32_t next = 0;
    for (size_t i = 0; i < zone.track_count; i++) {
        uint32_t id = next + (uint32_t)vtci_cursor_varint(&cursor);
        if (id < names->track_count && names->same_process[id] == names->same_process[track])
            return true;
        next = id + 1;
    }
    return false;
}

static vtc_status search(vtc_reader *reader, uint32_t track, struct vtc_error *err)
{
    struct vtci_track_names *names = reader->names;
    const struct named *process = &names->tracks[names->same_process[track]];
    const struct named *thread = &names->tracks[track];
    for (size_t i = names->block_count; i-- > 0;) {
        if (process->has_process && thread->has_thread)
            break;
        if (names->block_state[i] == BLOCK_READ ||
            !((!thread->has_thread && may_have(reader, i, track, false)) ||
              (!process->has_process && may_have(reader, i, track, true))))
            continue;
        vtc_block *block;
        VTC_TRY(vtc_block_open(reader, i, VTC_FIELD_TRACK | VTC_FIELD_NAME, &block, err));
        vtc_status status = take_block(reader, block, err);
        vtc_block_close(block);
        if (status != VTC_OK)
            return status;
        names->block_state[i] = BLOCK_READ;
    }
    return VTC_OK;
}

static struct vtc_text text_of(bool has, struct vtci_bytes bytes)
{
    if (!has)
        return (struct vtc_text){NULL, 0};
    return (struct vtc_text){(const char *)bytes.data, bytes.len_bytes};
}

vtc_status vtc_reader_track_names(vtc_reader *reader, uint32_t track, struct vtc_text *out_process,
                                  struct vtc_text *out_thread, struct vtc_error *err)
{
    if (track >= reader->definitions.schema.track_count)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a track below %zu, found %u",
                              reader->definitions.schema.track_count, track);
    if (!reader->names && names_create(reader) != VTC_OK)
        return vtci_error_memory(err, 0);
    VTC_TRY(search(reader, track, err));
    const struct named *process = &reader->names->tracks[reader->names->same_process[track]];
    const struct named *thread = &reader->names->tracks[track];
    *out_process = text_of(process->has_process, process->process);
    *out_thread = text_of(thread->has_thread, thread->thread);
    return VTC_OK;
}
