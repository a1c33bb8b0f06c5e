#include "read/live_names.h"

#include "base/error.h"

void vtci_live_names_init(struct vtci_live_names *names, struct vtci_memory *memory,
                          const struct vtci_live_session *session)
{
    memset(names, 0, sizeof *names);
    names->memory = memory;
    vtci_arena_init(&names->arena, memory);
    vtci_live_map_init(&names->string_ids, memory);
    vtci_live_map_init(&names->site_ids, memory);
    vtci_live_map_init(&names->writer_ids, memory);
    vtci_live_map_init(&names->symbol_addresses, memory);
    vtci_live_clock_init(&names->clock, session);
    vtci_live_clock_finish(&names->clock);
}

void vtci_live_names_free(struct vtci_live_names *names)
{
    struct vtci_memory *memory = names->memory;
    VTCI_ARRAY_FREE(memory, names->strings, names->string_capacity);
    VTCI_ARRAY_FREE(memory, names->symbols, names->symbol_capacity);
    VTCI_ARRAY_FREE(memory, names->sites, names->site_capacity);
    VTCI_ARRAY_FREE(memory, names->writers, names->writer_capacity);
    vtci_live_map_free(&names->string_ids);
    vtci_live_map_free(&names->site_ids);
    vtci_live_map_free(&names->writer_ids);
    vtci_live_map_free(&names->symbol_addresses);
    vtci_arena_free(&names->arena);
}

/* An empty text has an address too. */
static vtc_status keep(struct vtci_live_names *names, const uint8_t *bytes, size_t len_bytes,
                       struct vtc_text *out_text)
{
    char *copy = vtci_arena_array(&names->arena, len_bytes, 1);
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    if (len_bytes)
        memcpy(copy, bytes, len_bytes);
    struct vtc_text text = {copy, len_bytes};
    *out_text = text;
    return VTC_OK;
}

static vtc_status add_string(struct vtci_live_names *names, uint32_t id, const uint8_t *text,
                             size_t text_bytes)
{
    if (vtci_live_map_find(&names->string_ids, id) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(names->memory, names->strings, names->string_capacity,
                               names->string_count + 1));
    VTC_TRY(keep(names, text, text_bytes, &names->strings[names->string_count]));
    VTC_TRY(vtci_live_map_add(&names->string_ids, id, (uint32_t)names->string_count));
    names->string_count++;
    return VTC_OK;
}

static vtc_status add_site(struct vtci_live_names *names, const struct vtci_live_site_body *body)
{
    if (vtci_live_map_find(&names->site_ids, body->id) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(names->memory, names->sites, names->site_capacity,
                               names->site_count + 1));
    struct vtci_live_arg *args = vtci_arena_array(&names->arena, body->arg_count, sizeof *args);
    if (!args)
        return VTC_ERR_NO_MEMORY;
    for (unsigned i = 0; i < body->arg_count; i++) {
        args[i].name = vtci_load_u32(body->args + (size_t)i * 8);
        args[i].type = vtci_load_u32(body->args + (size_t)i * 8 + 4);
    }
    struct vtci_known_site site = {
        .id = body->id,
        .phase = body->phase,
        .is_known = true,
        .has_address = body->flags & VTCI_LIVE_SITE_ADDRESS,
        .arg_count = body->arg_count,
        .name = body->name,
        .category = body->category,
        .address = body->address,
        .args = args,
    };
    VTC_TRY(vtci_live_map_add(&names->site_ids, body->id, (uint32_t)names->site_count));
    names->sites[names->site_count++] = site;
    return VTC_OK;
}

static vtc_status add_writer(struct vtci_live_names *names,
                             const struct vtci_live_writer_body *body)
{
    if (vtci_live_map_find(&names->writer_ids, body->id) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(names->memory, names->writers, names->writer_capacity,
                               names->writer_count + 1));
    struct vtci_live_writer_name writer = {.id = body->id, .thread_id = body->thread_id};
    if (body->name_bytes)
        VTC_TRY(keep(names, body->name, body->name_bytes, &writer.name));
    VTC_TRY(vtci_live_map_add(&names->writer_ids, body->id, (uint32_t)names->writer_count));
    names->writers[names->writer_count++] = writer;
    return VTC_OK;
}

static vtc_status add_symbol(struct vtci_live_names *names,
                             const struct vtci_live_log_record *record)
{
    uint64_t address = vtci_load_u64(record->body);
    if (vtci_live_map_find(&names->symbol_addresses, address) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(names->memory, names->symbols, names->symbol_capacity,
                               names->symbol_count + 1));
    VTC_TRY(keep(names, record->body + 8, record->body_bytes - 8,
                 &names->symbols[names->symbol_count]));
    VTC_TRY(vtci_live_map_add(&names->symbol_addresses, address, (uint32_t)names->symbol_count));
    names->symbol_count++;
    return VTC_OK;
}

static vtc_status malformed(const struct vtci_live_log_record *record, uint64_t offset,
                            struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIV-12",
                          "expected %u bytes that fit the type %u of a record of the LOG, found "
                          "others",
                          record->body_bytes, record->type);
}

/* SPEC: LIV-12. */
vtc_status vtci_live_names_add(struct vtci_live_names *names,
                               const struct vtci_live_log_record *record, uint64_t offset,
                               struct vtc_error *err)
{
    struct vtci_live_string_body string;
    struct vtci_live_site_body site;
    struct vtci_live_writer_body writer;
    struct vtci_live_module_body module;
    struct vtci_clock_point point;
    switch (record->type) {
    case VTCI_LIVE_LOG_STRING:
        return vtci_live_string_decode(record, &string)
                   ? add_string(names, string.id, string.text, string.text_bytes)
                   : malformed(record, offset, err);
    case VTCI_LIVE_LOG_SITE:
        return vtci_live_site_decode(record, &site) ? add_site(names, &site)
                                                    : malformed(record, offset, err);
    case VTCI_LIVE_LOG_WRITER:
        return vtci_live_writer_decode(record, &writer) ? add_writer(names, &writer)
                                                        : malformed(record, offset, err);
    case VTCI_LIVE_LOG_CLOCK:
        if (!vtci_live_clock_decode(record, &point))
            return malformed(record, offset, err);
        vtci_live_clock_add(&names->clock, &point);
        return VTC_OK;
    case VTCI_LIVE_LOG_PROCESS:
        return names->process.data ? VTC_OK
                                   : keep(names, record->body, record->body_bytes, &names->process);
    case VTCI_LIVE_LOG_MODULE:
        if (!vtci_live_module_decode(record, &module))
            return malformed(record, offset, err);
        names->modules++;
        return VTC_OK;
    case VTCI_LIVE_LOG_SYMBOL:
        return record->body_bytes >= 8 ? add_symbol(names, record) : malformed(record, offset, err);
    default: return VTC_OK;
    }
}

const struct vtc_text *vtci_live_names_string(const struct vtci_live_names *names, uint32_t id)
{
    uint32_t index = vtci_live_map_find(&names->string_ids, id);
    return index == VTCI_LIVE_MAP_NONE ? NULL : &names->strings[index];
}
