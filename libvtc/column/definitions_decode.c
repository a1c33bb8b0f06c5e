/* Every count is checked against the bytes that are left before anything is done for it (CON-2);
 * what a definition may refer to is checked by schema.c as it is added.
 */
#include "base/error.h"
#include "base/limits.h"
#include "column/definitions.h"

static vtc_status malformed(uint64_t offset, struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-5", "DEFINITIONS are malformed: %s",
                          what);
}

/* A status of schema.c: its errors know no offset. */
static vtc_status at_offset(vtc_status status, uint64_t offset, struct vtc_error *err)
{
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_memory(err, 0);
    /* To whoever adds, a limit of the format is a limit; in a file it is a broken rule. */
    if (status == VTC_ERR_LIMIT)
        status = VTC_ERR_CORRUPT;
    if (status != VTC_OK && err) {
        err->code = status;
        err->offset = offset;
    }
    return status;
}

static struct vtci_bytes take_string(struct vtci_cursor *cursor)
{
    uint64_t len_bytes = vtci_cursor_varint(cursor);
    struct vtci_bytes string;
    string.data = vtci_cursor_take(cursor, len_bytes);
    string.len_bytes = cursor->failed ? 0 : (size_t)len_bytes;
    return string;
}

static bool take_count(struct vtci_cursor *cursor, size_t item_bytes, uint64_t *out_count)
{
    *out_count = vtci_cursor_varint(cursor);
    return !cursor->failed && *out_count <= vtci_cursor_left(cursor) / item_bytes;
}

static vtc_status decode_paths(struct vtci_schema *schema, struct vtci_cursor *cursor,
                               uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 2, &count))
        return malformed(offset, err, "the number of paths");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t parent = vtci_cursor_varint(cursor);
        uint8_t kind = vtci_cursor_u8(cursor);
        struct vtci_bytes key = {NULL, 0};
        if (kind == VTCI_MEMBER)
            key = take_string(cursor);
        if (cursor->failed)
            return malformed(offset, err, "the paths");
        uint32_t id;
        uint32_t within = parent < VTCI_NONE ? (uint32_t)parent : VTCI_NONE;
        VTC_TRY(
            at_offset(vtci_schema_add_path(schema, within, kind, key.data, key.len_bytes, &id, err),
                      offset, err));
    }
    return VTC_OK;
}

static vtc_status decode_columns(struct vtci_schema *schema, struct vtci_cursor *cursor,
                                 uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 2, &count))
        return malformed(offset, err, "the number of columns");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t path = vtci_cursor_varint(cursor);
        uint8_t type = vtci_cursor_u8(cursor);
        if (cursor->failed)
            return malformed(offset, err, "the columns");
        uint32_t id;
        VTC_TRY(
            at_offset(vtci_schema_add_column(schema, path < VTCI_NONE ? (uint32_t)path : VTCI_NONE,
                                             type, &id, err),
                      offset, err));
    }
    return VTC_OK;
}

/* Room for the literals and slots of one shape while it is read. */
struct shape_parts {
    struct vtci_bytes *literals;
    size_t literals_capacity;
    uint32_t *slots;
    size_t slots_capacity;
};

static vtc_status decode_slots(struct vtci_memory *memory, struct vtci_cursor *cursor,
                               struct shape_parts *parts, uint64_t slot_count, uint64_t offset,
                               struct vtc_error *err)
{
    VTC_TRY(at_offset(VTCI_ARRAY_RESERVE(memory, parts->literals, parts->literals_capacity,
                                         (size_t)slot_count + 1),
                      offset, err));
    VTC_TRY(at_offset(VTCI_ARRAY_RESERVE(memory, parts->slots, parts->slots_capacity,
                                         (size_t)slot_count + 1),
                      offset, err));
    for (uint64_t i = 0; i < slot_count; i++) {
        parts->literals[i] = take_string(cursor);
        uint64_t column = vtci_cursor_varint(cursor);
        parts->slots[i] = column < VTCI_NONE ? (uint32_t)column : VTCI_NONE;
    }
    parts->literals[slot_count] = take_string(cursor);
    return cursor->failed ? malformed(offset, err, "a shape") : VTC_OK;
}

/* SPEC: DEF-4: slots hold members; elements stand in lists. What else the rule says, schema.c checks
 * as the shape is added. */
static vtc_status check_slots(const struct vtci_schema *schema, const struct shape_parts *parts,
                              uint64_t slot_count, uint64_t offset, struct vtc_error *err)
{
    for (uint64_t i = 0; i < slot_count; i++) {
        uint32_t column = parts->slots[i];
        if (column < schema->column_count &&
            schema->paths[schema->columns[column].path].kind == VTCI_ELEMENTS)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "DEF-4",
                                  "expected a column of a member in a slot, found %u", column);
    }
    return VTC_OK;
}

static vtc_status decode_shape(struct vtci_schema *schema, struct vtci_cursor *cursor,
                               struct shape_parts *parts, uint64_t offset, struct vtc_error *err)
{
    uint64_t path = vtci_cursor_varint(cursor);
    uint8_t kind = vtci_cursor_u8(cursor);
    struct vtci_bytes three[3];
    const struct vtci_bytes *literals = three;
    uint64_t slot_count = 0;
    bool is_event = false;
    if (kind == VTCI_LIST) {
        for (unsigned i = 0; i < 3; i++)
            three[i] = take_string(cursor);
    } else if (kind == VTCI_FIXED) {
        is_event = vtci_cursor_u8(cursor) & 1;
        if (!take_count(cursor, 2, &slot_count))
            return malformed(offset, err, "the number of slots");
        if (slot_count > VTCI_SLOTS_MAX)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIM-1",
                                  "expected at most %u slots, found %llu", VTCI_SLOTS_MAX,
                                  (unsigned long long)slot_count);
        VTC_TRY(decode_slots(schema->memory, cursor, parts, slot_count, offset, err));
        VTC_TRY(check_slots(schema, parts, slot_count, offset, err));
        literals = parts->literals;
    }
    if (cursor->failed)
        return malformed(offset, err, "the shapes");
    uint32_t id;
    uint32_t at_path = path < VTCI_NONE ? (uint32_t)path : VTCI_NONE;
    return at_offset(vtci_schema_add_shape(schema, at_path, kind, is_event, parts->slots,
                                           (uint32_t)slot_count, literals, &id, err),
                     offset, err);
}

static vtc_status decode_shapes(struct vtci_schema *schema, struct vtci_cursor *cursor,
                                uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 4, &count))
        return malformed(offset, err, "the number of shapes");
    struct shape_parts parts;
    memset(&parts, 0, sizeof parts);
    vtc_status status = VTC_OK;
    for (uint64_t i = 0; i < count && status == VTC_OK; i++)
        status = decode_shape(schema, cursor, &parts, offset, err);
    VTCI_ARRAY_FREE(schema->memory, parts.literals, parts.literals_capacity);
    VTCI_ARRAY_FREE(schema->memory, parts.slots, parts.slots_capacity);
    return status;
}

/* SPEC: DEF-7. The lengths stand before the strings, so they are read twice: to find where the
 * strings begin, then with them. */
static vtc_status decode_column_strings(struct vtci_schema *schema, struct vtci_cursor *cursor,
                                        uint64_t column, uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 1, &count) || count == 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "DEF-7",
                              "expected at least one string of column %llu that is there",
                              (unsigned long long)column);
    struct vtci_cursor lengths = *cursor;
    for (uint64_t i = 0; i < count; i++)
        vtci_cursor_varint(cursor);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t len_bytes = vtci_cursor_varint(&lengths);
        const uint8_t *text = vtci_cursor_take(cursor, len_bytes);
        if (cursor->failed)
            return malformed(offset, err, "the strings");
        uint32_t id;
        VTC_TRY(at_offset(vtci_schema_add_string(schema, (uint32_t)column, text, (size_t)len_bytes,
                                                 &id, err),
                          offset, err));
    }
    return VTC_OK;
}

static vtc_status decode_strings(struct vtci_schema *schema, struct vtci_cursor *cursor,
                                 uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 3, &count))
        return malformed(offset, err, "the number of columns with strings");
    uint64_t next = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t column = vtci_cursor_varint(cursor);
        if (cursor->failed || column < next || column >= schema->column_count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "DEF-7",
                                  "expected columns in ascending order, found %llu",
                                  (unsigned long long)column);
        next = column + 1;
        VTC_TRY(decode_column_strings(schema, cursor, column, offset, err));
    }
    return VTC_OK;
}

static vtc_status decode_tracks(struct vtci_schema *schema, struct vtci_cursor *cursor,
                                uint64_t offset, struct vtc_error *err)
{
    uint64_t count;
    if (!take_count(cursor, 2, &count))
        return malformed(offset, err, "the number of tracks");
    for (uint64_t i = 0; i < count; i++) {
        struct vtci_bytes pid = take_string(cursor);
        struct vtci_bytes tid = take_string(cursor);
        if (cursor->failed)
            return malformed(offset, err, "the tracks");
        uint32_t id;
        VTC_TRY(at_offset(vtci_schema_add_track(schema, pid, tid, &id, err), offset, err));
    }
    return VTC_OK;
}

/* SPEC: DEF-5, its last clause: a node that fits no shape must have a place to be. */
static vtc_status check_raw_columns(const struct vtci_schema *schema, size_t first_column,
                                    uint64_t offset, struct vtc_error *err)
{
    for (size_t i = first_column; i < schema->column_count; i++) {
        const struct vtci_column *column = &schema->columns[i];
        if (column->type == VTCI_NODE && schema->paths[column->path].columns[VTCI_RAW] == VTCI_NONE)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "DEF-5",
                                  "path %u has a NODE column but none for RAW", column->path);
    }
    return VTC_OK;
}

vtc_status vtci_definitions_decode(struct vtci_schema *schema, const void *bytes, size_t len_bytes,
                                   uint64_t offset, struct vtc_error *err)
{
    struct vtci_cursor cursor = vtci_cursor_make(bytes, len_bytes);
    size_t first_column = schema->column_count;
    VTC_TRY(decode_paths(schema, &cursor, offset, err));
    VTC_TRY(decode_columns(schema, &cursor, offset, err));
    VTC_TRY(check_raw_columns(schema, first_column, offset, err));
    VTC_TRY(decode_shapes(schema, &cursor, offset, err));
    VTC_TRY(decode_strings(schema, &cursor, offset, err));
    VTC_TRY(decode_tracks(schema, &cursor, offset, err));
    if (vtci_cursor_left(&cursor) != 0)
        return malformed(offset, err, "bytes are left");
    return VTC_OK;
}
