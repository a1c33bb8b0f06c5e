/* A schema for a worker: arrays copied, what they point to shared. See schema.h. */
#include "column/schema.h"

static void *copy_array(struct vtci_memory *memory, const void *from, size_t bytes)
{
    void *copy = vtci_allocate(memory, bytes ? bytes : 1);
    if (copy && bytes)
        memcpy(copy, from, bytes);
    return copy;
}

static vtc_status copy_path_shapes(struct vtci_schema *snapshot)
{
    size_t done = 0;
    for (; done < snapshot->path_count; done++) {
        struct vtci_path *path = &snapshot->paths[done];
        path->shape_capacity = path->shape_count;
        if (path->shape_count == 0) {
            path->shapes = NULL;
            continue;
        }
        path->shapes =
            copy_array(snapshot->memory, path->shapes, path->shape_count * sizeof *path->shapes);
        if (!path->shapes)
            break;
    }
    if (done == snapshot->path_count)
        return VTC_OK;
    for (size_t i = done; i < snapshot->path_count; i++) {
        snapshot->paths[i].shapes = NULL; /* not ours */
        snapshot->paths[i].shape_capacity = 0;
    }
    return VTC_ERR_NO_MEMORY;
}

vtc_status vtci_schema_snapshot(const struct vtci_schema *schema, struct vtci_schema *out_snapshot)
{
    struct vtci_schema snapshot = *schema;
    struct vtci_memory *memory = schema->memory;
    snapshot.tracks = NULL;
    snapshot.track_count = snapshot.track_capacity = 0;
    snapshot.path_capacity = snapshot.path_count;
    snapshot.column_capacity = snapshot.column_count;
    snapshot.shape_capacity = snapshot.shape_count;
    snapshot.paths = copy_array(memory, schema->paths, schema->path_count * sizeof *schema->paths);
    snapshot.columns =
        copy_array(memory, schema->columns, schema->column_count * sizeof *schema->columns);
    snapshot.shapes =
        copy_array(memory, schema->shapes, schema->shape_count * sizeof *schema->shapes);
    snapshot.path_slots = copy_array(memory, schema->path_slots,
                                     schema->path_slot_count * sizeof *schema->path_slots);
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (snapshot.paths && snapshot.columns && snapshot.shapes && snapshot.path_slots)
        status = copy_path_shapes(&snapshot);
    else
        snapshot.path_count = 0; /* their lists are the original's */
    if (status != VTC_OK) {
        vtci_schema_snapshot_free(&snapshot);
        return status;
    }
    for (size_t i = 0; i < snapshot.column_count; i++) {
        snapshot.columns[i].text = NULL;
        snapshot.columns[i].ends = NULL;
    }
    *out_snapshot = snapshot;
    return VTC_OK;
}

static void release_array(struct vtci_memory *memory, void *array, size_t bytes)
{
    vtci_release(memory, array, bytes ? bytes : 1);
}

void vtci_schema_snapshot_free(struct vtci_schema *snapshot)
{
    struct vtci_memory *memory = snapshot->memory;
    if (snapshot->paths)
        for (size_t i = 0; i < snapshot->path_count; i++)
            VTCI_ARRAY_FREE(memory, snapshot->paths[i].shapes, snapshot->paths[i].shape_capacity);
    release_array(memory, snapshot->paths, snapshot->path_capacity * sizeof *snapshot->paths);
    release_array(memory, snapshot->columns, snapshot->column_capacity * sizeof *snapshot->columns);
    release_array(memory, snapshot->shapes, snapshot->shape_capacity * sizeof *snapshot->shapes);
    release_array(memory, snapshot->path_slots,
                  snapshot->path_slot_count * sizeof *snapshot->path_slots);
    memset(snapshot, 0, sizeof *snapshot);
    snapshot->memory = memory;
}
