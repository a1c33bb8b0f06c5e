/* The definitions of a file in memory: paths, columns, shapes, dictionaries and tracks.
 *
 * The importer adds to it as it meets new things, the reader as it reads DEFINITIONS frames; both
 * go through the same checks. Ids only grow, and nothing is ever changed or removed, so a prefix
 * (`struct vtci_schema_mark`) names a state: what lies between two marks is one DEFINITIONS frame.
 *
 * One thread adds. Another that reads meanwhile works on a snapshot.
 *
 * SPEC: DEF-1, DEF-2, DEF-3, DEF-4, DEF-5, DEF-6, DEF-7
 */
#ifndef VTCI_COLUMN_SCHEMA_H
#define VTCI_COLUMN_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "vtc/status.h"

#define VTCI_NONE UINT32_MAX

enum vtci_type {
    VTCI_NUMBER = 1,
    VTCI_STRING = 2,
    VTCI_NODE = 3,
    VTCI_COUNT = 4,
    VTCI_TAG = 5,
    VTCI_RAW = 6,
    VTCI_SEPARATOR = 7,
    VTCI_TYPES = 8
};

enum vtci_path_kind { VTCI_MEMBER = 1, VTCI_ELEMENTS = 2 };
enum vtci_shape_kind { VTCI_FIXED = 1, VTCI_LIST = 2 };

/* Columns that are always there. */
enum { VTCI_COLUMN_ROOT = 0, VTCI_COLUMN_SEPARATOR = 1, VTCI_COLUMN_ROOT_RAW = 2 };

struct vtci_path {
    uint32_t parent;
    uint32_t depth; /* 0 for path 0 */
    uint8_t kind;   /* enum vtci_path_kind; 0 for path 0 */
    uint32_t key_len_bytes;
    uint8_t *key;                 /* owned; NULL for elements and for an empty key */
    uint32_t columns[VTCI_TYPES]; /* by enum vtci_type; VTCI_NONE */
    uint32_t *shapes;             /* global shape ids in order of definition: local id - 1 */
    size_t shape_count;
    size_t shape_capacity;
};

struct vtci_column {
    uint32_t path;
    uint8_t type;
    /* The dictionary: string i (id i + 1) is text[ends[i-1] .. ends[i]). */
    uint8_t *text;
    size_t text_bytes;
    size_t text_capacity;
    uint64_t *ends;
    size_t string_count;
    size_t ends_capacity;
};

struct vtci_shape {
    uint32_t path;
    uint32_t local; /* 1, 2, … within its path: the value in the NODE column */
    uint8_t kind;
    uint8_t is_event; /* path 0 only */
    uint8_t phase;    /* path 0 only: 'X', 'B', …; 0 without one (first byte of a longer one) */
    uint32_t slot_count;
    uint32_t *slot_columns; /* slot_count */
    uint8_t *literals;      /* slot_count + 1 (fixed) or 3 (list) literals, end to end */
    uint32_t *literal_ends; /* where each ends in `literals` */
};

struct vtci_track {
    struct vtci_bytes pid; /* JSON text, borrowed from `text`; empty: absent */
    struct vtci_bytes tid;
    uint8_t *text; /* owned: pid then tid */
};

struct vtci_schema {
    struct vtci_memory *memory;
    struct vtci_path *paths;
    size_t path_count, path_capacity;
    struct vtci_column *columns;
    size_t column_count, column_capacity;
    struct vtci_shape *shapes;
    size_t shape_count, shape_capacity;
    struct vtci_track *tracks;
    size_t track_count, track_capacity;
    size_t dictionary_bytes; /* text of all dictionaries */
    uint32_t *path_slots;    /* hash table over (parent, kind, key); VTCI_NONE is free */
    size_t path_slot_count;  /* a power of two */
};

/* Sets up path 0 and columns 0, 1, 2. On failure nothing is held. */
VTC_NODISCARD vtc_status vtci_schema_init(struct vtci_schema *schema, struct vtci_memory *memory);
void vtci_schema_free(struct vtci_schema *schema);

/* VTCI_NONE when there is none. */
uint32_t vtci_schema_find_path(const struct vtci_schema *schema, uint32_t parent, uint8_t kind,
                               const void *key, size_t key_len_bytes);
static inline uint32_t vtci_schema_find_column(const struct vtci_schema *schema, uint32_t path,
                                               uint8_t type)
{
    return path == VTCI_NONE ? VTCI_NONE : schema->paths[path].columns[type];
}
/* The column of a member of path 0, e.g. ("ts", VTCI_NUMBER); VTCI_NONE. */
uint32_t vtci_schema_root_column(const struct vtci_schema *schema, const char *key, uint8_t type);

/* Add one thing. Each checks its rule; on a broken one `err` names it and nothing changes. */
VTC_NODISCARD vtc_status vtci_schema_add_path(struct vtci_schema *schema, uint32_t parent,
                                              uint8_t kind, const void *key, size_t key_len_bytes,
                                              uint32_t *out_path, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_schema_add_column(struct vtci_schema *schema, uint32_t path,
                                                uint8_t type, uint32_t *out_column,
                                                struct vtc_error *err);
/* `literals` are slot_count + 1 (fixed) or 3 (list); they are copied. */
VTC_NODISCARD vtc_status vtci_schema_add_shape(struct vtci_schema *schema, uint32_t path,
                                               uint8_t kind, bool is_event,
                                               const uint32_t *slot_columns, uint32_t slot_count,
                                               const struct vtci_bytes *literals,
                                               uint32_t *out_shape, struct vtc_error *err);
/* Gives the string the next id of the column (1, 2, …). */
VTC_NODISCARD vtc_status vtci_schema_add_string(struct vtci_schema *schema, uint32_t column,
                                                const void *text, size_t len_bytes,
                                                uint32_t *out_id, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_schema_add_track(struct vtci_schema *schema, struct vtci_bytes pid,
                                               struct vtci_bytes tid, uint32_t *out_track,
                                               struct vtc_error *err);

/* Borrow the string with `id` (1 … string_count). The caller has checked the id. */
static inline struct vtci_bytes vtci_column_string(const struct vtci_column *column, uint64_t id)
{
    uint64_t start = id > 1 ? column->ends[id - 2] : 0;
    struct vtci_bytes string = {column->text + start, (size_t)(column->ends[id - 1] - start)};
    return string;
}

/* Borrow literal number `index` of a shape. */
static inline struct vtci_bytes vtci_shape_literal(const struct vtci_shape *shape, uint32_t index)
{
    uint32_t start = index ? shape->literal_ends[index - 1] : 0;
    struct vtci_bytes literal = {shape->literals + start, shape->literal_ends[index] - start};
    return literal;
}

/* The shape that a NODE value stands for; NULL for raw text (0) and for a local id not defined. */
static inline const struct vtci_shape *vtci_schema_shape(const struct vtci_schema *schema,
                                                         uint32_t path, uint64_t local)
{
    const struct vtci_path *of = &schema->paths[path];
    return local == 0 || local > of->shape_count ? NULL : &schema->shapes[of->shapes[local - 1]];
}

/* A copy of everything but the dictionaries' text, tracks and hash of strings, for a worker that
 * encodes a block while the importer goes on adding. What a shape and a path own (literals, slots,
 * keys) is shared, as it never moves; columns keep their string_count only. */
VTC_NODISCARD vtc_status vtci_schema_snapshot(const struct vtci_schema *schema,
                                              struct vtci_schema *out_snapshot);
void vtci_schema_snapshot_free(struct vtci_schema *snapshot);

#endif
