/* All leaves of a value, and strings without their escapes. */
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "sql/json.h"

vtc_status vtci_json_unescape(struct vtci_buffer *out, const char *data, size_t len_bytes)
{
    if (len_bytes == 0 || !memchr(data, '\\', len_bytes))
        return vtci_buffer_append(out, data, len_bytes);
    VTC_TRY(vtci_buffer_reserve(out, len_bytes));
    out->len_bytes +=
        vtc_text_decode((struct vtc_text){data, len_bytes}, (char *)out->data + out->len_bytes);
    return VTC_OK;
}

/* A container that is being gone through. */
struct level {
    struct vtci_json_walk walk;
    size_t key_bytes[2]; /* of its own keys: flat, full */
    uint64_t index;
    bool is_list;
};

static void open_level(struct level *level, struct vtci_json value,
                       const struct vtci_buffer keys[2])
{
    level->walk = vtci_json_walk_into(value);
    level->key_bytes[0] = keys[0].len_bytes;
    level->key_bytes[1] = keys[1].len_bytes;
    level->index = 0;
    level->is_list = value.kind == VTCI_JSON_LIST;
}

/* The keys of the next member or element: what the level's own are, and one step more. */
static vtc_status extend_keys(struct level *level, struct vtci_json key, struct vtci_buffer keys[2])
{
    keys[0].len_bytes = level->key_bytes[0];
    keys[1].len_bytes = level->key_bytes[1];
    if (level->is_list) {
        char index[32];
        int len = snprintf(index, sizeof index, "[%llu]", (unsigned long long)level->index++);
        return vtci_buffer_append(&keys[1], index, (size_t)len);
    }
    for (int i = 0; i < 2; i++) {
        VTC_TRY(vtci_buffer_u8(&keys[i], '.'));
        VTC_TRY(vtci_json_unescape(&keys[i], key.data, key.len_bytes));
    }
    return VTC_OK;
}

static vtc_status give_leaf(struct vtci_json value, const struct vtci_buffer keys[2],
                            vtci_json_leaf_fn each, void *context)
{
    struct vtci_json_leaf leaf = {{(const char *)keys[0].data, keys[0].len_bytes},
                                  {(const char *)keys[1].data, keys[1].len_bytes},
                                  value};
    return value.kind == VTCI_JSON_NULL ? VTC_OK : each(context, &leaf);
}

static bool is_container(struct vtci_json value)
{
    return value.kind == VTCI_JSON_OBJECT || value.kind == VTCI_JSON_LIST;
}

static vtc_status walk_levels(struct level *levels, struct vtci_json value,
                              struct vtci_buffer keys[2], vtci_json_leaf_fn each, void *context)
{
    size_t depth = 1;
    open_level(&levels[0], value, keys);
    while (depth > 0) {
        struct level *level = &levels[depth - 1];
        struct vtci_json key = {VTCI_JSON_STRING, "", 0};
        if (!vtci_json_walk_next(&level->walk, &key, &value)) {
            depth--;
            continue;
        }
        if (value.kind == VTCI_JSON_NULL)
            continue;
        VTC_TRY(extend_keys(level, key, keys));
        if (!is_container(value))
            VTC_TRY(give_leaf(value, keys, each, context));
        else if (depth < VTCI_NESTING_MAX)
            open_level(&levels[depth++], value, keys);
    }
    return VTC_OK;
}

vtc_status vtci_json_leaves(struct vtci_json value, struct vtci_buffer keys[2],
                            vtci_json_leaf_fn each, void *context)
{
    if (value.kind == VTCI_JSON_NONE)
        return VTC_OK;
    if (!is_container(value))
        return give_leaf(value, keys, each, context);
    struct vtci_memory *memory = keys[0].memory;
    struct level *levels = vtci_allocate(memory, VTCI_NESTING_MAX * sizeof *levels);
    if (!levels)
        return VTC_ERR_NO_MEMORY;
    vtc_status status = walk_levels(levels, value, keys, each, context);
    vtci_release(memory, levels, VTCI_NESTING_MAX * sizeof *levels);
    return status;
}
