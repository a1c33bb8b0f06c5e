/* What the file keeps in which column, and how: for `vtc info`. */
#include <stdio.h>

#include "base/error.h"
#include "read/block_internal.h"

#define ENCODINGS_KEPT 8

/* An encoding that a column has, and in how many blocks. */
struct encoding_use {
    char text[sizeof((struct vtci_column_description *)0)->encoding];
    uint64_t blocks;
};

struct column_use {
    struct vtc_column column;
    struct encoding_use *encodings; /* ENCODINGS_KEPT; made when the column is met */
    uint32_t encoding_count;        /* may be more than are kept */
};

static const char *const type_names[VTCI_TYPES] = {"?",     "NUMBER", "STRING", "NODE",
                                                   "COUNT", "TAG",    "RAW",    "SEPARATOR"};

/* Writes `args.data[].size`: a key after a point, elements as `[]`; the row itself is empty. The
 * text grows from its end, as a path knows its parent; it is cut off on the left. */
static void path_text(const struct vtci_schema *schema, uint32_t path, char *out, size_t out_bytes)
{
    size_t pos = out_bytes - 1;
    out[pos] = '\0';
    for (; path != 0; path = schema->paths[path].parent) {
        const struct vtci_path *of = &schema->paths[path];
        bool is_member = of->kind == VTCI_MEMBER;
        bool dot = is_member && of->parent != 0;
        size_t len_bytes = is_member ? of->key_len_bytes + dot : 2;
        if (len_bytes + 3 > pos) { /* room for the dots */
            memcpy(out + pos - 3, "...", 3);
            pos -= 3;
            break;
        }
        pos -= len_bytes;
        if (dot)
            out[pos] = '.';
        if (len_bytes > dot)
            memcpy(out + pos + dot, is_member ? (const char *)of->key : "[]", len_bytes - dot);
    }
    memmove(out, out + pos, out_bytes - pos);
}

static vtc_status note_encoding(struct vtci_memory *memory, struct column_use *use,
                                const char *text)
{
    if (!use->encodings) {
        use->encodings = vtci_allocate_zeroed(memory, ENCODINGS_KEPT * sizeof *use->encodings);
        if (!use->encodings)
            return VTC_ERR_NO_MEMORY;
    }
    uint32_t i = 0;
    while (i < use->encoding_count && i < ENCODINGS_KEPT &&
           strcmp(use->encodings[i].text, text) != 0)
        i++;
    if (i == use->encoding_count) {
        use->encoding_count++;
        if (i < ENCODINGS_KEPT)
            snprintf(use->encodings[i].text, sizeof use->encodings[i].text, "%s", text);
    }
    if (i < ENCODINGS_KEPT)
        use->encodings[i].blocks++;
    return VTC_OK;
}

static vtc_status note_block(const vtc_reader *reader, vtc_block *block, struct column_use *uses,
                             struct vtc_error *err)
{
    struct vtci_column_description description;
    for (size_t i = 0;; i++) {
        vtc_status status = vtci_block_decoder_describe(block->decoder, i, &description, err);
        if (status == VTC_END)
            return VTC_OK;
        if (status != VTC_OK)
            return status;
        if (description.column >= reader->definitions.schema.column_count)
            continue;
        struct column_use *use = &uses[description.column];
        use->column.blocks++;
        use->column.values += description.values;
        use->column.raw_bytes += description.raw_bytes;
        use->column.stored_bytes += description.stored_bytes;
        VTC_TRY(note_encoding(block->memory, use, description.encoding));
    }
}

static vtc_status note_blocks(const vtc_reader *reader, struct column_use *uses,
                              struct vtc_error *err)
{
    for (uint64_t i = 0; i < reader->chain.block_count; i++) {
        vtc_block *block;
        VTC_TRY(vtc_block_open(reader, i, 0, &block, err));
        vtc_status status = vtci_block_fail(block, note_block(reader, block, uses, err), err);
        vtc_block_close(block);
        if (status != VTC_OK)
            return status;
    }
    return VTC_OK;
}

static vtc_status give_column(const vtc_reader *reader, uint32_t id, struct column_use *use,
                              vtc_column_fn each, void *context)
{
    const struct vtci_schema *schema = &reader->definitions.schema;
    const struct vtci_column *of = &schema->columns[id];
    struct vtc_column *column = &use->column;
    column->column = id;
    column->type = type_names[of->type];
    column->encodings = use->encoding_count;
    column->strings = of->string_count;
    column->string_bytes = of->text_bytes;
    path_text(schema, of->path, column->path, sizeof column->path);
    uint64_t most = 0;
    for (uint32_t i = 0; i < use->encoding_count && i < ENCODINGS_KEPT; i++) {
        if (use->encodings[i].blocks <= most)
            continue;
        most = use->encodings[i].blocks;
        memcpy(column->encoding, use->encodings[i].text, sizeof column->encoding);
    }
    return each(context, column);
}

vtc_status vtc_reader_columns(const vtc_reader *reader, vtc_column_fn each, void *context,
                              struct vtc_error *err)
{
    struct vtci_memory *memory = (struct vtci_memory *)(uintptr_t)&reader->memory;
    size_t column_count = reader->definitions.schema.column_count;
    struct column_use *uses = vtci_allocate_zeroed(memory, column_count * sizeof *uses);
    if (!uses)
        return vtci_error_memory(err, column_count * sizeof *uses);
    vtc_status status = note_blocks(reader, uses, err);
    for (uint32_t i = 0; i < column_count && status == VTC_OK; i++)
        status = give_column(reader, i, &uses[i], each, context);
    for (size_t i = 0; i < column_count; i++)
        vtci_release(memory, uses[i].encodings, ENCODINGS_KEPT * sizeof *uses[i].encodings);
    vtci_release(memory, uses, column_count * sizeof *uses);
    return status;
}

/* Whether a text names a path. Matched from its end up the parents: keys may have points within. */
static bool path_is(const struct vtci_schema *schema, uint32_t path, const char *text)
{
    size_t len_bytes = strlen(text);
    for (; path != 0; path = schema->paths[path].parent) {
        const struct vtci_path *of = &schema->paths[path];
        bool is_member = of->kind == VTCI_MEMBER;
        const void *key = is_member ? (const void *)of->key : "[]";
        size_t key_bytes = is_member ? of->key_len_bytes : 2;
        bool dot = is_member && of->parent != 0;
        if (key_bytes + dot > len_bytes)
            return false;
        len_bytes -= key_bytes;
        if (key_bytes && memcmp(text + len_bytes, key, key_bytes) != 0)
            return false;
        if (dot && text[--len_bytes] != '.')
            return false;
    }
    return len_bytes == 0;
}

vtc_status vtc_reader_find_column(const vtc_reader *reader, const char *path, const char *type,
                                  uint32_t *out_column)
{
    const struct vtci_schema *schema = &reader->definitions.schema;
    for (uint32_t i = 0; i < schema->column_count; i++) {
        const struct vtci_column *column = &schema->columns[i];
        if (strcmp(type_names[column->type], type) != 0 || !path_is(schema, column->path, path))
            continue;
        *out_column = i;
        return VTC_OK;
    }
    return VTC_END;
}
