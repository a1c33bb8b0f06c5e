#include "import/interner.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/table_hash.h"

#define WINDOW_STRINGS 4096u
#define CLOSED_STRINGS 32768u

vtc_status vtci_interner_init(struct vtci_interner *interner, struct vtci_memory *memory,
                              struct vtci_schema *schema)
{
    memset(interner, 0, sizeof *interner);
    interner->memory = memory;
    interner->schema = schema;
    interner->slot_count = 1024;
    interner->slots = vtci_allocate_zeroed(memory, interner->slot_count * sizeof *interner->slots);
    return interner->slots ? VTC_OK : VTC_ERR_NO_MEMORY;
}

void vtci_interner_free(struct vtci_interner *interner)
{
    VTCI_ARRAY_FREE(interner->memory, interner->slots, interner->slot_count);
    VTCI_ARRAY_FREE(interner->memory, interner->columns, interner->column_capacity);
    interner->slots = NULL;
    interner->columns = NULL;
}

static size_t free_slot(const struct vtci_intern_slot *slots, size_t slot_count, uint32_t hash)
{
    size_t at = hash & (slot_count - 1);
    while (slots[at].id)
        at = (at + 1) & (slot_count - 1);
    return at;
}

static vtc_status grow_slots(struct vtci_interner *interner)
{
    size_t wanted = interner->slot_count * 2;
    struct vtci_intern_slot *slots = vtci_allocate_zeroed(interner->memory, wanted * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < interner->slot_count; i++)
        if (interner->slots[i].id)
            slots[free_slot(slots, wanted, interner->slots[i].hash)] = interner->slots[i];
    VTCI_ARRAY_FREE(interner->memory, interner->slots, interner->slot_count);
    interner->slots = slots;
    interner->slot_count = wanted;
    return VTC_OK;
}

static vtc_status column_state(struct vtci_interner *interner, uint32_t column,
                               struct vtci_intern_column **out_state)
{
    size_t before = interner->column_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(interner->memory, interner->columns, interner->column_capacity,
                               (size_t)column + 1));
    if (interner->column_capacity > before)
        memset(interner->columns + before, 0,
               (interner->column_capacity - before) * sizeof *interner->columns);
    *out_state = &interner->columns[column];
    return VTC_OK;
}

/* Opens and closes the dictionary of a column by what the last window of strings was like. */
static bool may_add(struct vtci_intern_column *state)
{
    state->seen++;
    if (state->closed_for) {
        if (--state->closed_for)
            return false;
        state->seen = state->added = 0;
    }
    if (state->seen >= WINDOW_STRINGS) {
        if (state->added > state->seen / 2)
            state->closed_for = CLOSED_STRINGS;
        state->seen = state->added = 0;
    }
    return state->closed_for == 0;
}

vtc_status vtci_intern(struct vtci_interner *interner, uint32_t column, const uint8_t *text,
                       size_t len_bytes, uint32_t *out_id)
{
    struct vtci_schema *schema = interner->schema;
    struct vtci_intern_column *state;
    *out_id = 0;
    if (len_bytes > VTCI_DICTIONARY_STRING_BYTES)
        return VTC_OK;
    VTC_TRY(column_state(interner, column, &state));
    bool open = may_add(state);
    if (!open)
        return VTC_OK;
    uint32_t hash = (uint32_t)vtci_table_hash_text(column, text, len_bytes);
    size_t mask = interner->slot_count - 1;
    size_t at = hash & mask;
    for (; interner->slots[at].id; at = (at + 1) & mask) {
        const struct vtci_intern_slot *slot = &interner->slots[at];
        if (slot->hash != hash || slot->id > schema->columns[column].string_count)
            continue;
        struct vtci_bytes known = vtci_column_string(&schema->columns[column], slot->id);
        if (vtci_bytes_equal(known, (struct vtci_bytes){text, len_bytes})) {
            *out_id = slot->id;
            return VTC_OK;
        }
    }
    if (schema->dictionary_bytes >= VTCI_DICTIONARY_BYTES)
        return VTC_OK;
    if ((interner->used_count + 1) * 2 > interner->slot_count) {
        VTC_TRY(grow_slots(interner));
        at = free_slot(interner->slots, interner->slot_count, hash);
    }
    VTC_TRY(vtci_schema_add_string(schema, column, text, len_bytes, out_id, NULL));
    interner->slots[at] = (struct vtci_intern_slot){hash, *out_id};
    interner->used_count++;
    state->added++;
    return VTC_OK;
}
