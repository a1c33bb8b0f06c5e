#include "column/rows.h"

#include "base/error.h"

vtc_status vtci_rows_open(struct vtci_block_rows *rows, struct vtci_arena *arena,
                          const struct vtci_schema *schema, size_t row_count, struct vtc_error *err)
{
    memset(rows, 0, sizeof *rows);
    rows->arena = arena;
    rows->schema = schema;
    rows->rows = row_count;
    rows->column_count = schema->column_count;
    rows->columns = vtci_arena_array_zeroed(arena, rows->column_count, sizeof *rows->columns);
    uint32_t *identity = vtci_arena_array(arena, row_count, sizeof *identity);
    if (!rows->columns || !identity)
        return vtci_error_memory(err, rows->column_count * sizeof *rows->columns);
    for (size_t i = 0; i < rows->column_count; i++)
        rows->columns[i].first_use = VTCI_NONE;
    for (size_t i = 0; i < row_count; i++)
        identity[i] = (uint32_t)i;
    rows->identity = identity;
    return VTC_OK;
}

uint32_t vtci_rows_source(const struct vtci_schema *schema, uint32_t column)
{
    const struct vtci_column *of = &schema->columns[column];
    const struct vtci_path *path = &schema->paths[of->path];
    switch (of->type) {
    case VTCI_NUMBER:
    case VTCI_STRING:
    case VTCI_NODE:
        if (of->path == 0)
            return VTCI_NONE;
        return path->kind == VTCI_MEMBER ? schema->paths[path->parent].columns[VTCI_NODE]
                                         : path->columns[VTCI_TAG];
    case VTCI_TAG:
        return path->kind == VTCI_ELEMENTS ? schema->paths[path->parent].columns[VTCI_COUNT]
                                           : VTCI_NONE;
    case VTCI_COUNT:
    case VTCI_RAW: return path->columns[VTCI_NODE];
    default: return VTCI_NONE;
    }
}

static vtc_status wrong_count(const struct vtci_block_rows *rows, uint32_t column, size_t count,
                              uint64_t expected, struct vtc_error *err)
{
    bool per_row = column == VTCI_COLUMN_ROOT || column == VTCI_COLUMN_SEPARATOR;
    (void)rows;
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, per_row ? "BLK-4" : "BLK-5",
                          "expected %llu values in column %u, found %zu",
                          (unsigned long long)expected, column, count);
}

/* Sorts the rows of nodes by shape: the rows of each member that only one shape has, at once. */
static vtc_status sort_by_shape(struct vtci_block_rows *rows, struct vtci_row_column *nodes,
                                size_t shape_count)
{
    uint32_t *starts = vtci_arena_array(rows->arena, shape_count + 1, sizeof *starts);
    uint32_t *ends = vtci_arena_array(rows->arena, shape_count + 1, sizeof *ends);
    uint32_t *by_shape = vtci_arena_array(rows->arena, nodes->count, sizeof *by_shape);
    if (!starts || !ends || !by_shape)
        return VTC_ERR_NO_MEMORY;
    uint32_t start = 0;
    for (size_t shape = 0; shape <= shape_count; shape++) {
        starts[shape] = ends[shape] = start;
        start += nodes->shape_counts[shape];
    }
    for (size_t i = 0; i < nodes->count; i++)
        by_shape[ends[nodes->values[i]]++] = nodes->rows[i];
    nodes->by_shape = by_shape;
    nodes->shape_starts = starts;
    return VTC_OK;
}

/* Members: a value for each slot of the shape of each node. */
static vtc_status make_member_rows(struct vtci_block_rows *rows, uint32_t column,
                                   struct vtci_row_column *nodes, size_t shape_count, size_t count,
                                   struct vtc_error *err)
{
    struct vtci_row_column *of = &rows->columns[column];
    uint16_t *per_shape = vtci_arena_array_zeroed(rows->arena, shape_count + 1, sizeof *per_shape);
    if (!per_shape)
        return vtci_error_memory(err, shape_count * sizeof *per_shape);
    uint64_t expected = 0, nodes_met = 0;
    uint16_t most = 0;
    for (uint32_t use = of->first_use; use != VTCI_NONE; use = rows->uses[use].next) {
        uint32_t shape = rows->uses[use].shape;
        nodes_met += per_shape[shape] ? 0 : nodes->shape_counts[shape];
        expected += nodes->shape_counts[shape];
        if (++per_shape[shape] > most)
            most = per_shape[shape];
    }
    if (expected != count)
        return wrong_count(rows, column, count, expected, err);
    if (most == 1 && nodes_met == nodes->count) {
        of->rows = nodes->rows;
        return VTC_OK;
    }
    if (most == 1 && rows->uses[of->first_use].next == VTCI_NONE) {
        if (!nodes->by_shape && sort_by_shape(rows, nodes, shape_count) != VTC_OK)
            return vtci_error_memory(err, nodes->count * sizeof *nodes->by_shape);
        of->rows = nodes->by_shape + nodes->shape_starts[rows->uses[of->first_use].shape];
        return VTC_OK;
    }
    uint32_t *out = vtci_arena_array(rows->arena, count + 1, sizeof *out);
    if (!out)
        return vtci_error_memory(err, count * sizeof *out);
    size_t at = 0;
    if (most == 1) {
        for (size_t i = 0; i < nodes->count; i++) {
            out[at] = nodes->rows[i];
            at += per_shape[nodes->values[i]];
        }
    } else {
        for (size_t i = 0; i < nodes->count; i++)
            for (unsigned times = per_shape[nodes->values[i]]; times > 0; times--)
                out[at++] = nodes->rows[i];
    }
    of->rows = out;
    return VTC_OK;
}

/* Columns with a value for each value of the source that equals `key`. */
static vtc_status make_filtered_rows(struct vtci_block_rows *rows, uint32_t column,
                                     const struct vtci_row_column *source, int64_t key,
                                     size_t count, struct vtc_error *err)
{
    uint64_t expected = 0;
    for (size_t i = 0; i < source->count; i++)
        expected += source->values[i] == key;
    if (expected != count)
        return wrong_count(rows, column, count, expected, err);
    if (count == source->count) {
        rows->columns[column].rows = source->rows;
        return VTC_OK;
    }
    uint32_t *out = vtci_arena_array(rows->arena, count + 1, sizeof *out);
    if (!out)
        return vtci_error_memory(err, count * sizeof *out);
    size_t at = 0;
    for (size_t i = 0; i < source->count; i++) {
        out[at] = source->rows[i];
        at += source->values[i] == key;
    }
    rows->columns[column].rows = out;
    return VTC_OK;
}

static vtc_status make_count_rows(struct vtci_block_rows *rows, uint32_t column,
                                  const struct vtci_row_column *nodes, uint32_t path, size_t count,
                                  struct vtc_error *err)
{
    if (nodes->child_lists != count)
        return wrong_count(rows, column, count, nodes->child_lists, err);
    uint32_t *out = vtci_arena_array(rows->arena, count + 1, sizeof *out);
    if (!out)
        return vtci_error_memory(err, count * sizeof *out);
    size_t at = 0;
    for (size_t i = 0; i < nodes->count; i++) {
        const struct vtci_shape *shape =
            vtci_schema_shape(rows->schema, path, (uint64_t)nodes->values[i]);
        out[at] = nodes->rows[i];
        at += shape && shape->kind == VTCI_LIST;
    }
    rows->columns[column].rows = out;
    return VTC_OK;
}

static vtc_status make_tag_rows(struct vtci_block_rows *rows, uint32_t column,
                                const struct vtci_row_column *counts, size_t count,
                                struct vtc_error *err)
{
    if (counts->child_values != count)
        return wrong_count(rows, column, count, counts->child_values, err);
    uint32_t *out = vtci_arena_array(rows->arena, count, sizeof *out);
    if (!out)
        return vtci_error_memory(err, count * sizeof *out);
    size_t at = 0;
    for (size_t i = 0; i < counts->count; i++)
        for (int64_t times = counts->values[i]; times > 0; times--)
            out[at++] = counts->rows[i];
    rows->columns[column].rows = out;
    return VTC_OK;
}

vtc_status vtci_rows_make(struct vtci_block_rows *rows, uint32_t column, size_t count,
                          struct vtc_error *err)
{
    const struct vtci_schema *schema = rows->schema;
    const struct vtci_column *of = &schema->columns[column];
    struct vtci_row_column *made = &rows->columns[column];
    made->count = count;
    if (made->rows)
        return VTC_OK;
    uint32_t source_id = vtci_rows_source(schema, column);
    if (source_id == VTCI_NONE) {
        if (count != rows->rows || (column != VTCI_COLUMN_ROOT && column != VTCI_COLUMN_SEPARATOR))
            return wrong_count(rows, column, count,
                               column <= VTCI_COLUMN_SEPARATOR ? rows->rows : 0, err);
        made->rows = rows->identity;
        return VTC_OK;
    }
    struct vtci_row_column *source = &rows->columns[source_id];
    if (!source->known) /* absent, or after it in the directory */
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROWS-1",
                              "column %u has values, column %u that it hangs on has none before it",
                              column, source_id);
    const struct vtci_path *path = &schema->paths[of->path];
    switch (of->type) {
    case VTCI_TAG: return make_tag_rows(rows, column, source, count, err);
    case VTCI_COUNT: return make_count_rows(rows, column, source, of->path, count, err);
    case VTCI_RAW: return make_filtered_rows(rows, column, source, 0, count, err);
    default:
        if (path->kind == VTCI_ELEMENTS)
            return make_filtered_rows(rows, column, source, of->type, count, err);
        return make_member_rows(rows, column, source, schema->paths[path->parent].shape_count,
                                count, err);
    }
}

static vtc_status provide_nodes(struct vtci_block_rows *rows, struct vtci_row_column *nodes,
                                uint32_t path_id, struct vtc_error *err)
{
    const struct vtci_path *path = &rows->schema->paths[path_id];
    size_t shape_count = path->shape_count;
    uint32_t *counts = vtci_arena_array_zeroed(rows->arena, shape_count + 1, sizeof *counts);
    if (!counts)
        return vtci_error_memory(err, shape_count * sizeof *counts);
    for (size_t i = 0; i < nodes->count; i++) {
        if ((uint64_t)nodes->values[i] > shape_count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                                  "expected a shape of path %u up to %zu, found %llu", path_id,
                                  shape_count, (unsigned long long)nodes->values[i]);
        counts[nodes->values[i]]++;
    }
    nodes->shape_counts = counts;
    nodes->child_raw = counts[0];
    for (uint32_t local = 1; local <= shape_count; local++) {
        const struct vtci_shape *shape = &rows->schema->shapes[path->shapes[local - 1]];
        if (!counts[local])
            continue;
        if (shape->kind == VTCI_LIST)
            nodes->child_lists += counts[local];
        if (rows->use_count + shape->slot_count > rows->use_capacity) {
            size_t capacity = (rows->use_count + shape->slot_count) * 2 + 64;
            struct vtci_slot_use *uses = vtci_arena_array(rows->arena, capacity, sizeof *uses);
            if (!uses)
                return vtci_error_memory(err, capacity * sizeof *uses);
            if (rows->use_count)
                memcpy(uses, rows->uses, rows->use_count * sizeof *uses);
            rows->uses = uses;
            rows->use_capacity = capacity;
        }
        for (uint32_t slot = 0; slot < shape->slot_count; slot++) {
            struct vtci_row_column *child = &rows->columns[shape->slot_columns[slot]];
            struct vtci_slot_use use = {local, child->first_use};
            child->first_use = (uint32_t)rows->use_count;
            rows->uses[rows->use_count++] = use;
        }
    }
    return VTC_OK;
}

vtc_status vtci_rows_provide(struct vtci_block_rows *rows, uint32_t column, const int64_t *values,
                             struct vtc_error *err)
{
    const struct vtci_column *of = &rows->schema->columns[column];
    struct vtci_row_column *provided = &rows->columns[column];
    provided->values = values;
    if (of->type == VTCI_NODE) {
        VTC_TRY(provide_nodes(rows, provided, of->path, err));
    } else if (of->type == VTCI_COUNT) {
        uint64_t sum = 0;
        for (size_t i = 0; i < provided->count; i++) {
            if (values[i] < 1 || values[i] > (int64_t)UINT32_MAX)
                return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                                      "expected a list of at least 1 element, found %lld",
                                      (long long)values[i]);
            sum += (uint64_t)values[i];
        }
        provided->child_values = sum;
    } else if (of->type == VTCI_TAG) {
        for (size_t i = 0; i < provided->count; i++)
            if (values[i] < VTCI_NUMBER || values[i] > VTCI_NODE)
                return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                                      "expected an element of type 1 to 3, found %lld",
                                      (long long)values[i]);
    }
    provided->known = true;
    return VTC_OK;
}
