#include "column/schema.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/table_hash.h"

static uint64_t path_hash(uint32_t parent, uint8_t kind, const void *key, size_t key_len_bytes)
{
    return vtci_table_hash_text((uint64_t)parent << 8 | kind, key, key_len_bytes);
}

static bool path_equals(const struct vtci_path *path, uint32_t parent, uint8_t kind,
                        const void *key, size_t key_len_bytes)
{
    return path->parent == parent && path->kind == kind && path->key_len_bytes == key_len_bytes &&
           (key_len_bytes == 0 || memcmp(path->key, key, key_len_bytes) == 0);
}

uint32_t vtci_schema_find_path(const struct vtci_schema *schema, uint32_t parent, uint8_t kind,
                               const void *key, size_t key_len_bytes)
{
    size_t mask = schema->path_slot_count - 1;
    size_t slot = (size_t)path_hash(parent, kind, key, key_len_bytes) & mask;
    while (schema->path_slots[slot] != VTCI_NONE) {
        uint32_t id = schema->path_slots[slot];
        if (path_equals(&schema->paths[id], parent, kind, key, key_len_bytes))
            return id;
        slot = (slot + 1) & mask;
    }
    return VTCI_NONE;
}

uint32_t vtci_schema_root_column(const struct vtci_schema *schema, const char *key, uint8_t type)
{
    uint32_t path = vtci_schema_find_path(schema, 0, VTCI_MEMBER, key, strlen(key));
    return vtci_schema_find_column(schema, path, type);
}

static void path_slots_insert(struct vtci_schema *schema, uint32_t id)
{
    const struct vtci_path *path = &schema->paths[id];
    size_t mask = schema->path_slot_count - 1;
    size_t slot =
        (size_t)path_hash(path->parent, path->kind, path->key, path->key_len_bytes) & mask;
    while (schema->path_slots[slot] != VTCI_NONE)
        slot = (slot + 1) & mask;
    schema->path_slots[slot] = id;
}

static vtc_status path_slots_resize(struct vtci_schema *schema, size_t slot_count)
{
    uint32_t *slots = vtci_allocate(schema->memory, slot_count * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    memset(slots, 0xff, slot_count * sizeof *slots);
    vtci_release(schema->memory, schema->path_slots, schema->path_slot_count * sizeof *slots);
    schema->path_slots = slots;
    schema->path_slot_count = slot_count;
    for (uint32_t id = 1; id < schema->path_count; id++)
        path_slots_insert(schema, id);
    return VTC_OK;
}

static uint8_t *copy_bytes(struct vtci_memory *memory, const void *bytes, size_t len_bytes)
{
    uint8_t *copy = vtci_allocate(memory, len_bytes ? len_bytes : 1);
    if (copy && len_bytes)
        memcpy(copy, bytes, len_bytes);
    return copy;
}

vtc_status vtci_schema_init(struct vtci_schema *schema, struct vtci_memory *memory)
{
    static const uint8_t always[3] = {VTCI_NODE, VTCI_SEPARATOR, VTCI_RAW};
    memset(schema, 0, sizeof *schema);
    schema->memory = memory;
    vtc_status status = path_slots_resize(schema, 64);
    if (status == VTC_OK)
        status = VTCI_ARRAY_RESERVE(memory, schema->paths, schema->path_capacity, 1);
    if (status == VTC_OK)
        status = VTCI_ARRAY_RESERVE(memory, schema->columns, schema->column_capacity, 3);
    if (status != VTC_OK) {
        vtci_schema_free(schema);
        return status;
    }
    struct vtci_path *root = &schema->paths[schema->path_count++];
    memset(root, 0, sizeof *root);
    memset(root->columns, 0xff, sizeof root->columns);
    for (uint32_t id = 0; id < 3; id++) {
        struct vtci_column *column = &schema->columns[schema->column_count++];
        memset(column, 0, sizeof *column);
        column->type = always[id];
        root->columns[always[id]] = id;
    }
    return VTC_OK;
}

static void column_free(struct vtci_memory *memory, struct vtci_column *column)
{
    VTCI_ARRAY_FREE(memory, column->text, column->text_capacity);
    VTCI_ARRAY_FREE(memory, column->ends, column->ends_capacity);
}

static size_t shape_literal_count(const struct vtci_shape *shape)
{
    return shape->kind == VTCI_LIST ? 3 : (size_t)shape->slot_count + 1;
}

static void shape_free(struct vtci_memory *memory, struct vtci_shape *shape)
{
    size_t literal_count = shape_literal_count(shape);
    if (shape->literal_ends) {
        uint32_t text_bytes = shape->literal_ends[literal_count - 1];
        vtci_release(memory, shape->literals, text_bytes ? text_bytes : 1);
    }
    vtci_release(memory, shape->literal_ends, literal_count * sizeof *shape->literal_ends);
    vtci_release(memory, shape->slot_columns, shape->slot_count * sizeof *shape->slot_columns);
}

void vtci_schema_free(struct vtci_schema *schema)
{
    struct vtci_memory *memory = schema->memory;
    for (size_t i = 0; i < schema->path_count; i++) {
        struct vtci_path *path = &schema->paths[i];
        vtci_release(memory, path->key, path->key_len_bytes);
        VTCI_ARRAY_FREE(memory, path->shapes, path->shape_capacity);
    }
    for (size_t i = 0; i < schema->column_count; i++)
        column_free(memory, &schema->columns[i]);
    for (size_t i = 0; i < schema->shape_count; i++)
        shape_free(memory, &schema->shapes[i]);
    for (size_t i = 0; i < schema->track_count; i++) {
        struct vtci_track *track = &schema->tracks[i];
        size_t len_bytes = track->pid.len_bytes + track->tid.len_bytes;
        vtci_release(memory, track->text, len_bytes ? len_bytes : 1);
    }
    VTCI_ARRAY_FREE(memory, schema->paths, schema->path_capacity);
    VTCI_ARRAY_FREE(memory, schema->columns, schema->column_capacity);
    VTCI_ARRAY_FREE(memory, schema->shapes, schema->shape_capacity);
    VTCI_ARRAY_FREE(memory, schema->tracks, schema->track_capacity);
    vtci_release(memory, schema->path_slots, schema->path_slot_count * sizeof *schema->path_slots);
    memset(schema, 0, sizeof *schema);
    schema->memory = memory;
}

vtc_status vtci_schema_add_path(struct vtci_schema *schema, uint32_t parent, uint8_t kind,
                                const void *key, size_t key_len_bytes, uint32_t *out_path,
                                struct vtc_error *err)
{
    struct vtci_memory *memory = schema->memory;
    if (parent >= schema->path_count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-1",
                              "expected a parent path below %zu, found %u", schema->path_count,
                              parent);
    if ((kind != VTCI_MEMBER && kind != VTCI_ELEMENTS) || key_len_bytes > UINT32_MAX ||
        (kind == VTCI_ELEMENTS && key_len_bytes))
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-1",
                              "expected a path of kind 1 or 2, found %u", kind);
    if (schema->path_count >= VTCI_PATHS_MAX || schema->paths[parent].depth + 1 > VTCI_NESTING_MAX)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIM-1", "too many paths");
    if (vtci_schema_find_path(schema, parent, kind, key, key_len_bytes) != VTCI_NONE)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-2",
                              "a path is defined twice");
    if ((schema->path_count + 1) * 2 > schema->path_slot_count)
        VTC_TRY(path_slots_resize(schema, schema->path_slot_count * 2));
    VTC_TRY(
        VTCI_ARRAY_RESERVE(memory, schema->paths, schema->path_capacity, schema->path_count + 1));
    struct vtci_path path;
    memset(&path, 0, sizeof path);
    path.parent = parent;
    path.kind = kind;
    path.depth = schema->paths[parent].depth + 1;
    memset(path.columns, 0xff, sizeof path.columns);
    if (key_len_bytes) {
        path.key = copy_bytes(memory, key, key_len_bytes);
        if (!path.key)
            return vtci_error_memory(err, key_len_bytes);
        path.key_len_bytes = (uint32_t)key_len_bytes;
    }
    uint32_t id = (uint32_t)schema->path_count++;
    schema->paths[id] = path;
    path_slots_insert(schema, id);
    *out_path = id;
    return VTC_OK;
}

vtc_status vtci_schema_add_column(struct vtci_schema *schema, uint32_t path, uint8_t type,
                                  uint32_t *out_column, struct vtc_error *err)
{
    if (path >= schema->path_count || type < VTCI_NUMBER || type > VTCI_RAW ||
        schema->paths[path].columns[type] != VTCI_NONE)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-3",
                              "expected a new column of a known path and type, found path %u, "
                              "type %u",
                              path, type);
    if (schema->column_count >= VTCI_COLUMNS_MAX)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIM-1", "too many columns");
    VTC_TRY(VTCI_ARRAY_RESERVE(schema->memory, schema->columns, schema->column_capacity,
                               schema->column_count + 1));
    uint32_t id = (uint32_t)schema->column_count++;
    memset(&schema->columns[id], 0, sizeof schema->columns[id]);
    schema->columns[id].path = path;
    schema->columns[id].type = type;
    schema->paths[path].columns[type] = id;
    *out_column = id;
    return VTC_OK;
}

/* SPEC: DEF-4. */
static bool slot_is_valid(const struct vtci_schema *schema, uint32_t path, uint32_t column)
{
    if (column >= schema->column_count)
        return false;
    const struct vtci_column *of = &schema->columns[column];
    return of->type >= VTCI_NUMBER && of->type <= VTCI_NODE && of->path != 0 &&
           schema->paths[of->path].kind == VTCI_MEMBER && schema->paths[of->path].parent == path;
}

/* SPEC: DEF-5. */
static bool list_is_complete(const struct vtci_schema *schema, uint32_t path)
{
    uint32_t elements = vtci_schema_find_path(schema, path, VTCI_ELEMENTS, NULL, 0);
    if (elements == VTCI_NONE || schema->paths[path].columns[VTCI_COUNT] == VTCI_NONE)
        return false;
    const uint32_t *columns = schema->paths[elements].columns;
    return columns[VTCI_TAG] != VTCI_NONE && columns[VTCI_NUMBER] != VTCI_NONE &&
           columns[VTCI_STRING] != VTCI_NONE && columns[VTCI_NODE] != VTCI_NONE &&
           columns[VTCI_RAW] != VTCI_NONE;
}

/* The phase of a shape: SPEC: EVT-1. The last `"ph":"…"` that the literals hold. */
static uint8_t shape_phase(const struct vtci_shape *shape, size_t literal_count)
{
    uint8_t phase = 0;
    const uint8_t *text = shape->literals;
    size_t len_bytes = shape->literal_ends[literal_count - 1];
    for (size_t i = 0; i + 6 < len_bytes; i++) {
        if (memcmp(text + i, "\"ph\"", 4) != 0)
            continue;
        size_t at = i + 4;
        while (at < len_bytes && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' ||
                                  text[at] == '\n' || text[at] == ':'))
            at++;
        if (at + 2 < len_bytes && text[at] == '"')
            phase = text[at + 1] == '"' ? 0 : text[at + 1];
    }
    return phase;
}

static vtc_status shape_check(const struct vtci_schema *schema, uint32_t path, uint8_t kind,
                              const uint32_t *slot_columns, uint32_t slot_count,
                              struct vtc_error *err)
{
    if (path >= schema->path_count || (kind != VTCI_FIXED && kind != VTCI_LIST))
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-4",
                              "expected a shape of a known path and kind, found path %u, kind %u",
                              path, kind);
    if (kind == VTCI_LIST && path == 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-6", "a row is a list");
    if (kind == VTCI_LIST && !list_is_complete(schema, path))
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-5",
                              "a list at path %u lacks columns", path);
    if (slot_count > VTCI_SLOTS_MAX || schema->shape_count >= VTCI_SHAPES_MAX)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIM-1",
                              "too many shapes or slots");
    for (uint32_t i = 0; i < slot_count; i++)
        if (!slot_is_valid(schema, path, slot_columns[i]))
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-4",
                                  "expected a column below path %u, found %u", path,
                                  slot_columns[i]);
    return VTC_OK;
}

static vtc_status shape_fill(struct vtci_memory *memory, struct vtci_shape *shape,
                             const uint32_t *slot_columns, const struct vtci_bytes *literals)
{
    size_t literal_count = shape_literal_count(shape);
    size_t text_bytes = 0;
    for (size_t i = 0; i < literal_count; i++)
        text_bytes += literals[i].len_bytes;
    if (text_bytes > VTCI_META_BYTES_MAX)
        return VTC_ERR_LIMIT;
    if (shape->slot_count) {
        shape->slot_columns =
            vtci_allocate(memory, shape->slot_count * sizeof *shape->slot_columns);
        if (!shape->slot_columns)
            return VTC_ERR_NO_MEMORY;
        memcpy(shape->slot_columns, slot_columns, shape->slot_count * sizeof *slot_columns);
    }
    uint8_t *text = vtci_allocate(memory, text_bytes ? text_bytes : 1);
    uint32_t *ends = vtci_allocate(memory, literal_count * sizeof *ends);
    if (!text || !ends) {
        vtci_release(memory, text, text_bytes ? text_bytes : 1);
        vtci_release(memory, ends, literal_count * sizeof *ends);
        return VTC_ERR_NO_MEMORY;
    }
    uint32_t end = 0;
    for (size_t i = 0; i < literal_count; i++) {
        if (literals[i].len_bytes)
            memcpy(text + end, literals[i].data, literals[i].len_bytes);
        end += (uint32_t)literals[i].len_bytes;
        ends[i] = end;
    }
    shape->literals = text;
    shape->literal_ends = ends;
    return VTC_OK;
}

vtc_status vtci_schema_add_shape(struct vtci_schema *schema, uint32_t path, uint8_t kind,
                                 bool is_event, const uint32_t *slot_columns, uint32_t slot_count,
                                 const struct vtci_bytes *literals, uint32_t *out_shape,
                                 struct vtc_error *err)
{
    struct vtci_memory *memory = schema->memory;
    VTC_TRY(shape_check(schema, path, kind, slot_columns, slot_count, err));
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, schema->shapes, schema->shape_capacity,
                               schema->shape_count + 1));
    struct vtci_path *of = &schema->paths[path];
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, of->shapes, of->shape_capacity, of->shape_count + 1));
    struct vtci_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.path = path;
    shape.kind = kind;
    shape.is_event = is_event;
    shape.slot_count = slot_count;
    vtc_status status = shape_fill(memory, &shape, slot_columns, literals);
    if (status != VTC_OK) {
        shape_free(memory, &shape);
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "a shape cannot be held");
    }
    if (path == 0)
        shape.phase = shape_phase(&shape, shape_literal_count(&shape));
    shape.local = (uint32_t)of->shape_count + 1;
    uint32_t id = (uint32_t)schema->shape_count++;
    of->shapes[of->shape_count++] = id;
    schema->shapes[id] = shape;
    *out_shape = id;
    return VTC_OK;
}

vtc_status vtci_schema_add_string(struct vtci_schema *schema, uint32_t column, const void *text,
                                  size_t len_bytes, uint32_t *out_id, struct vtc_error *err)
{
    static const uint8_t has_dictionary[VTCI_TYPES] = {
        [VTCI_NUMBER] = 1, [VTCI_STRING] = 1, [VTCI_RAW] = 1, [VTCI_SEPARATOR] = 1};
    if (column >= schema->column_count || !has_dictionary[schema->columns[column].type])
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "DEF-7",
                              "expected a column with a dictionary, found %u", column);
    struct vtci_column *of = &schema->columns[column];
    if (of->string_count >= UINT32_MAX - 1)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIM-1", "too many strings");
    /* Eight bytes more, which may be loaded past a string; there is an address even for a lone empty
     * one. */
    VTC_TRY(VTCI_ARRAY_RESERVE(schema->memory, of->text, of->text_capacity,
                               of->text_bytes + len_bytes + 8));
    VTC_TRY(VTCI_ARRAY_RESERVE(schema->memory, of->ends, of->ends_capacity, of->string_count + 1));
    if (len_bytes)
        memcpy(of->text + of->text_bytes, text, len_bytes);
    of->text_bytes += len_bytes;
    of->ends[of->string_count++] = of->text_bytes;
    schema->dictionary_bytes += len_bytes;
    *out_id = (uint32_t)of->string_count;
    return VTC_OK;
}

vtc_status vtci_schema_add_track(struct vtci_schema *schema, struct vtci_bytes pid,
                                 struct vtci_bytes tid, uint32_t *out_track, struct vtc_error *err)
{
    if (schema->track_count >= UINT32_MAX - 1)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIM-1", "too many tracks");
    VTC_TRY(VTCI_ARRAY_RESERVE(schema->memory, schema->tracks, schema->track_capacity,
                               schema->track_count + 1));
    size_t len_bytes = pid.len_bytes + tid.len_bytes;
    uint8_t *text = vtci_allocate(schema->memory, len_bytes ? len_bytes : 1);
    if (!text)
        return vtci_error_memory(err, len_bytes);
    if (pid.len_bytes)
        memcpy(text, pid.data, pid.len_bytes);
    if (tid.len_bytes)
        memcpy(text + pid.len_bytes, tid.data, tid.len_bytes);
    uint32_t id = (uint32_t)schema->track_count++;
    schema->tracks[id].text = text;
    schema->tracks[id].pid = (struct vtci_bytes){text, pid.len_bytes};
    schema->tracks[id].tid = (struct vtci_bytes){text + pid.len_bytes, tid.len_bytes};
    *out_track = id;
    return VTC_OK;
}
