#include "base/error.h"
#include "column/definitions.h"

void vtci_schema_mark_init(struct vtci_schema_mark *mark, struct vtci_memory *memory)
{
    memset(mark, 0, sizeof *mark);
    mark->memory = memory;
    mark->path_count = 1;   /* path 0 */
    mark->column_count = 3; /* columns 0, 1, 2: DEF-3 */
}

void vtci_schema_mark_free(struct vtci_schema_mark *mark)
{
    VTCI_ARRAY_FREE(mark->memory, mark->string_counts, mark->string_counts_capacity);
    vtci_schema_mark_init(mark, mark->memory);
}

static size_t written_strings(const struct vtci_schema_mark *mark, size_t column)
{
    return column < mark->string_counts_capacity ? mark->string_counts[column] : 0;
}

static size_t columns_with_strings(const struct vtci_schema *schema,
                                   const struct vtci_schema_mark *mark)
{
    size_t count = 0;
    for (size_t i = 0; i < schema->column_count; i++)
        count += schema->columns[i].string_count > written_strings(mark, i);
    return count;
}

bool vtci_definitions_pending(const struct vtci_schema *schema, const struct vtci_schema_mark *mark)
{
    return schema->path_count > mark->path_count || schema->column_count > mark->column_count ||
           schema->shape_count > mark->shape_count || schema->track_count > mark->track_count ||
           columns_with_strings(schema, mark) > 0;
}

static vtc_status put_string(struct vtci_buffer *out, const void *bytes, size_t len_bytes)
{
    VTC_TRY(vtci_buffer_varint(out, len_bytes));
    return vtci_buffer_append(out, bytes, len_bytes);
}

static vtc_status put_paths_and_columns(const struct vtci_schema *schema,
                                        const struct vtci_schema_mark *mark,
                                        struct vtci_buffer *out)
{
    VTC_TRY(vtci_buffer_varint(out, schema->path_count - mark->path_count));
    for (size_t i = mark->path_count; i < schema->path_count; i++) {
        const struct vtci_path *path = &schema->paths[i];
        VTC_TRY(vtci_buffer_varint(out, path->parent));
        VTC_TRY(vtci_buffer_u8(out, path->kind));
        if (path->kind == VTCI_MEMBER)
            VTC_TRY(put_string(out, path->key, path->key_len_bytes));
    }
    VTC_TRY(vtci_buffer_varint(out, schema->column_count - mark->column_count));
    for (size_t i = mark->column_count; i < schema->column_count; i++) {
        VTC_TRY(vtci_buffer_varint(out, schema->columns[i].path));
        VTC_TRY(vtci_buffer_u8(out, schema->columns[i].type));
    }
    return VTC_OK;
}

static vtc_status put_literal(const struct vtci_shape *shape, uint32_t index,
                              struct vtci_buffer *out)
{
    struct vtci_bytes literal = vtci_shape_literal(shape, index);
    return put_string(out, literal.data, literal.len_bytes);
}

static vtc_status put_shape(const struct vtci_shape *shape, struct vtci_buffer *out)
{
    VTC_TRY(vtci_buffer_varint(out, shape->path));
    VTC_TRY(vtci_buffer_u8(out, shape->kind));
    if (shape->kind == VTCI_LIST) {
        for (uint32_t i = 0; i < 3; i++)
            VTC_TRY(put_literal(shape, i, out));
        return VTC_OK;
    }
    VTC_TRY(vtci_buffer_u8(out, shape->is_event ? 1 : 0));
    VTC_TRY(vtci_buffer_varint(out, shape->slot_count));
    for (uint32_t i = 0; i < shape->slot_count; i++) {
        VTC_TRY(put_literal(shape, i, out));
        VTC_TRY(vtci_buffer_varint(out, shape->slot_columns[i]));
    }
    return put_literal(shape, shape->slot_count, out);
}

static vtc_status put_strings(const struct vtci_schema *schema, const struct vtci_schema_mark *mark,
                              struct vtci_buffer *out)
{
    VTC_TRY(vtci_buffer_varint(out, columns_with_strings(schema, mark)));
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct vtci_column *column = &schema->columns[i];
        size_t written = written_strings(mark, i);
        if (column->string_count <= written)
            continue;
        uint64_t start = written ? column->ends[written - 1] : 0;
        VTC_TRY(vtci_buffer_varint(out, i));
        VTC_TRY(vtci_buffer_varint(out, column->string_count - written));
        uint64_t last = start;
        for (size_t k = written; k < column->string_count; k++) {
            VTC_TRY(vtci_buffer_varint(out, column->ends[k] - last));
            last = column->ends[k];
        }
        VTC_TRY(vtci_buffer_append(out, last > start ? column->text + start : NULL,
                                   (size_t)(last - start)));
    }
    return VTC_OK;
}

static vtc_status put_tracks(const struct vtci_schema *schema, const struct vtci_schema_mark *mark,
                             struct vtci_buffer *out)
{
    VTC_TRY(vtci_buffer_varint(out, schema->track_count - mark->track_count));
    for (size_t i = mark->track_count; i < schema->track_count; i++) {
        const struct vtci_track *track = &schema->tracks[i];
        VTC_TRY(put_string(out, track->pid.data, track->pid.len_bytes));
        VTC_TRY(put_string(out, track->tid.data, track->tid.len_bytes));
    }
    return VTC_OK;
}

static vtc_status move_mark(const struct vtci_schema *schema, struct vtci_schema_mark *mark)
{
    size_t known = mark->string_counts_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(mark->memory, mark->string_counts, mark->string_counts_capacity,
                               schema->column_count));
    if (mark->string_counts_capacity > known)
        memset(mark->string_counts + known, 0,
               (mark->string_counts_capacity - known) * sizeof *mark->string_counts);
    for (size_t i = 0; i < schema->column_count; i++)
        mark->string_counts[i] = schema->columns[i].string_count;
    mark->path_count = schema->path_count;
    mark->column_count = schema->column_count;
    mark->shape_count = schema->shape_count;
    mark->track_count = schema->track_count;
    return VTC_OK;
}

vtc_status vtci_definitions_encode(const struct vtci_schema *schema, struct vtci_schema_mark *mark,
                                   struct vtci_buffer *out)
{
    VTC_TRY(put_paths_and_columns(schema, mark, out));
    VTC_TRY(vtci_buffer_varint(out, schema->shape_count - mark->shape_count));
    for (size_t i = mark->shape_count; i < schema->shape_count; i++)
        VTC_TRY(put_shape(&schema->shapes[i], out));
    VTC_TRY(put_strings(schema, mark, out));
    VTC_TRY(put_tracks(schema, mark, out));
    return move_mark(schema, mark);
}
