#include "sql/arg_set.h"

#include "base/error.h"
#include "base/table_hash.h"

/* With fewer, looking through all is quicker than a table. */
#define FEW_ARGS 16

void vtci_arg_set_init(struct vtci_arg_set *set, struct vtci_memory *memory)
{
    memset(set, 0, sizeof *set);
    set->memory = memory;
    vtci_buffer_init(&set->text, memory);
    vtci_buffer_init(&set->keys[0], memory);
    vtci_buffer_init(&set->keys[1], memory);
    vtci_id_map_init(&set->places, memory);
}

void vtci_arg_set_free(struct vtci_arg_set *set)
{
    if (!set->memory)
        return;
    VTCI_ARRAY_FREE(set->memory, set->args, set->capacity);
    vtci_buffer_free(&set->text);
    vtci_buffer_free(&set->keys[0]);
    vtci_buffer_free(&set->keys[1]);
    vtci_id_map_free(&set->places);
}

static bool has_key(const struct vtci_arg_set *set, size_t i, struct vtc_text key)
{
    const struct vtci_arg *arg = &set->args[i];
    return arg->key_bytes == key.len_bytes &&
           memcmp(set->text.data + arg->key_pos, key.data, key.len_bytes) == 0;
}

/* The place of a key; the count where it is new. */
static vtc_status find_place(struct vtci_arg_set *set, struct vtc_text key, size_t *out_place)
{
    *out_place = set->count;
    if (set->count < FEW_ARGS) {
        for (size_t i = 0; i < set->count; i++)
            if (has_key(set, i, key))
                *out_place = i;
        return VTC_OK;
    }
    for (size_t i = set->places.count ? set->count - 1 : 0; i < set->count; i++) {
        const struct vtci_arg *arg = &set->args[i];
        uint64_t hash = vtci_table_hash_text(0, set->text.data + arg->key_pos, arg->key_bytes);
        VTC_TRY(vtci_id_map_put(&set->places, hash, (uint32_t)i));
    }
    uint32_t found =
        vtci_id_map_get(&set->places, vtci_table_hash_text(0, key.data, key.len_bytes));
    if (found != VTCI_ID_NONE && has_key(set, found, key))
        *out_place = found;
    return VTC_OK;
}

static vtc_status add_text(struct vtci_arg_set *set, struct vtc_text text, bool is_escaped,
                           size_t *out_pos, size_t *out_bytes)
{
    *out_pos = set->text.len_bytes;
    VTC_TRY(is_escaped ? vtci_json_unescape(&set->text, text.data, text.len_bytes)
                       : vtci_buffer_append(&set->text, text.data, text.len_bytes));
    *out_bytes = set->text.len_bytes - *out_pos;
    return VTC_OK;
}

static vtc_status add_leaf(void *context, const struct vtci_json_leaf *leaf)
{
    struct vtci_arg_set *set = context;
    struct vtci_arg arg = {.kind = leaf->value.kind};
    size_t place;
    if (set->count >= UINT32_MAX - 1)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(find_place(set, leaf->key, &place));
    VTC_TRY(add_text(set, leaf->flat_key, false, &arg.flat_key_pos, &arg.flat_key_bytes));
    VTC_TRY(add_text(set, leaf->key, false, &arg.key_pos, &arg.key_bytes));
    if (arg.kind == VTCI_JSON_STRING) {
        struct vtc_text text = {leaf->value.data, leaf->value.len_bytes};
        VTC_TRY(add_text(set, text, true, &arg.text_pos, &arg.text_bytes));
    } else if (arg.kind == VTCI_JSON_BOOL) {
        arg.integer = leaf->value.data[0] == 't';
    } else {
        struct vtci_json_number number = vtci_json_number(leaf->value.data, leaf->value.len_bytes);
        arg.is_integer = number.is_integer;
        arg.integer = number.integer;
        arg.real = number.real;
    }
    VTC_TRY(VTCI_ARRAY_RESERVE(set->memory, set->args, set->capacity, place + 1));
    set->args[place] = arg;
    set->count += place == set->count;
    return VTC_OK;
}

static vtc_status add_event(struct vtci_arg_set *set, struct vtci_sql_trace *trace,
                            struct vtci_open_block *block, size_t event)
{
    struct vtci_json args;
    VTC_TRY(vtci_open_block_member(trace, block, event, VTCI_MEMBER_ARGS, &args));
    if (args.kind != VTCI_JSON_OBJECT)
        return VTC_OK;
    for (int i = 0; i < 2; i++) {
        set->keys[i].len_bytes = 0;
        VTC_TRY(vtci_buffer_append(&set->keys[i], "args", 4));
    }
    return vtci_json_leaves(args, set->keys, add_leaf, set);
}

vtc_status vtci_arg_set_load(struct vtci_arg_set *set, struct vtci_sql_trace *trace,
                             const struct vtci_slice_ref *at)
{
    struct vtci_open_block *block;
    size_t ending, event = at->block->slice_event[at->index];
    set->count = 0;
    set->text.len_bytes = 0;
    vtci_id_map_free(&set->places);
    VTC_TRY(vtci_sql_fail(trace, add_event(set, trace, at->block, event)));
    if (!vtci_phase_is_begin(at->block->events->phase[event]))
        return VTC_OK;
    vtc_status status = vtci_slice_end_event(trace, at, &block, &ending);
    if (status != VTC_OK)
        return status == VTC_END ? VTC_OK : status;
    status = add_event(set, trace, block, ending);
    vtci_open_block_put(trace, block);
    return vtci_sql_fail(trace, status);
}
