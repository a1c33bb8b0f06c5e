/* Names of processes and threads: metadata events (phase M) named process_name and thread_name,
 * whose args.name is the name.
 *
 * The last one in the file wins, so blocks are read from the end, and only those that have metadata
 * and, for a thread, its track, or, for a process, any track of it. Each block is read once and all
 * that it says is kept. Which blocks those are is noted once (name_blocks.h), and each list is walked
 * once: so to ask for the names of all tracks costs as much as there is, whether they have any or not.
 */
#include "base/error.h"
#include "read/block_internal.h"
#include "read/label_values.h"
#include "read/name_blocks.h"
#include "read/top_list.h"

/* A name. One from a block may give way to one from a later block, but not after it was handed out:
 * by then all later blocks that may have it were read. */
struct name {
    struct vtci_bytes text; /* owned */
    size_t from_block;      /* FROM_LIST: the INDEX says it, which is the last word */
    bool is_known;
    bool is_absent;  /* known, and there is none */
    bool was_sought; /* in all blocks that may have it */
};

#define FROM_LIST SIZE_MAX

struct named {
    struct name process; /* by track, of which the process is one */
    struct name thread;
};

struct vtci_track_names {
    struct named *tracks;
    size_t track_count;
    uint8_t *block_state; /* by block */
    size_t block_count;
    uint32_t *same_process;            /* by track: the first track with the same pid */
    struct vtci_name_blocks threads;   /* by track */
    struct vtci_name_blocks processes; /* by the first track of the process */
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
        free_bytes(memory, names->tracks[i].process.text);
        free_bytes(memory, names->tracks[i].thread.text);
    }
    vtci_release(memory, names->tracks, names->track_count * sizeof *names->tracks);
    vtci_release(memory, names->same_process, names->track_count * sizeof *names->same_process);
    vtci_release(memory, names->block_state, names->block_count);
    vtci_name_blocks_free(&names->threads, memory);
    vtci_name_blocks_free(&names->processes, memory);
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

/* Keeps a copy, unless the name comes from as late a block already: a block is read from its end. */
static vtc_status keep(struct vtci_memory *memory, struct vtc_text text, size_t from_block,
                       struct name *name)
{
    if (!text.data || (name->is_known && name->from_block >= from_block))
        return VTC_OK;
    uint8_t *copy = vtci_allocate(memory, text.len_bytes ? text.len_bytes : 1);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    if (text.len_bytes)
        memcpy(copy, text.data, text.len_bytes);
    free_bytes(memory, name->text);
    *name = (struct name){{copy, text.len_bytes}, from_block, true, false, name->was_sought};
    return VTC_OK;
}

static vtc_status keep_said(struct vtci_memory *memory, const struct vtci_top_text *text,
                            struct name *name)
{
    if (text->code == VTCI_TOP_NO_NAME && !name->is_known)
        *name = (struct name){{NULL, 0}, FROM_LIST, true, true, false};
    if (text->code != VTCI_TOP_TEXT)
        return VTC_OK;
    struct vtc_text said = {text->text.len_bytes ? (const char *)text->text.data : "",
                            text->text.len_bytes};
    return keep(memory, said, FROM_LIST, name);
}

static vtc_status take_list(vtc_reader *reader)
{
    struct vtci_track_names *names = reader->names;
    const struct vtci_top_list *list = vtci_reader_top_list(reader);
    for (size_t i = 0; list && i < list->track_count; i++) {
        const struct vtci_top_track *track = &list->tracks[i];
        if (track->track >= names->track_count)
            break;
        struct named *thread = &names->tracks[track->track];
        struct named *process = &names->tracks[names->same_process[track->track]];
        VTC_TRY(keep_said(&reader->memory, &track->thread, &thread->thread));
        VTC_TRY(keep_said(&reader->memory, &track->process, &process->process));
    }
    return VTC_OK;
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
    if (status == VTC_OK)
        status = vtci_name_blocks_make(&reader->chain, NULL, names->track_count, memory,
                                       &names->threads);
    if (status == VTC_OK)
        status = vtci_name_blocks_make(&reader->chain, names->same_process, names->track_count,
                                       memory, &names->processes);
    if (status == VTC_OK)
        status = take_list(reader);
    if (status != VTC_OK)
        vtci_track_names_free(reader);
    return status;
}

/* All that a block says, from its last event to its first. */
static vtc_status take_block(vtc_reader *reader, vtc_block *block, struct vtc_error *err)
{
    struct vtci_track_names *names = reader->names;
    const struct vtc_events *events = &block->all;
    struct vtci_label_values labels;
    VTC_TRY(vtci_label_values_find(block, &labels, err));
    for (size_t i = events->count; i-- > 0;) {
        if (events->phase[i] != 'M' || events->track[i] >= names->track_count)
            continue;
        struct vtc_text text = vtci_label_values_text(&labels, events->row[i]);
        uint32_t track = events->track[i];
        struct named *process = &names->tracks[names->same_process[track]];
        struct named *thread = &names->tracks[track];
        vtc_status status = VTC_OK;
        enum vtci_label_kind kind = vtci_event_label_kind(block, events->name[i]);
        if (kind == VTCI_LABEL_PROCESS)
            status = keep(&reader->memory, text, (size_t)block->index, &process->process);
        else if (kind == VTCI_LABEL_THREAD)
            status = keep(&reader->memory, text, (size_t)block->index, &thread->thread);
        if (status != VTC_OK)
            return vtci_block_fail(block, status, err);
    }
    return VTC_OK;
}

static vtc_status read_block(vtc_reader *reader, size_t index, struct vtc_error *err)
{
    vtc_block *block;
    if (reader->names->block_state[index] == BLOCK_READ)
        return VTC_OK;
    VTC_TRY(vtc_block_open(reader, index, VTC_FIELD_TRACK | VTC_FIELD_NAME, &block, err));
    vtc_status status = take_block(reader, block, err);
    vtc_block_close(block);
    if (status == VTC_OK)
        reader->names->block_state[index] = BLOCK_READ;
    return status;
}

/* Reads the blocks that may have the name, from the last, until one has it. */
static vtc_status seek(vtc_reader *reader, const struct vtci_name_blocks *lists, uint32_t key,
                       struct name *name, struct vtc_error *err)
{
    if (name->was_sought)
        return VTC_OK;
    for (size_t i = lists->starts[key]; i < lists->starts[key + 1]; i++) {
        if (name->is_known && name->from_block >= lists->blocks[i])
            break;
        VTC_TRY(read_block(reader, lists->blocks[i], err));
    }
    name->was_sought = true;
    return VTC_OK;
}

static struct vtc_text text_of(const struct name *name)
{
    if (!name->is_known || name->is_absent)
        return (struct vtc_text){NULL, 0};
    return (struct vtc_text){(const char *)name->text.data, name->text.len_bytes};
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
    struct vtci_track_names *names = reader->names;
    uint32_t pid = names->same_process[track];
    VTC_TRY(seek(reader, &names->threads, track, &names->tracks[track].thread, err));
    VTC_TRY(seek(reader, &names->processes, pid, &names->tracks[pid].process, err));
    *out_process = text_of(&names->tracks[pid].process);
    *out_thread = text_of(&names->tracks[track].thread);
    return VTC_OK;
}
