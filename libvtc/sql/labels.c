#include "sql/labels.h"

#include "base/error.h"
#include "base/table_hash.h"
#include "sql/json.h"

/* More texts than this are refused: their numbers would not do. */
#define LABELS_MAX (UINT32_MAX - 1)
#define SLOTS_FIRST 1024

vtc_status vtci_labels_init(struct vtci_labels *labels, struct vtci_memory *memory)
{
    memset(labels, 0, sizeof *labels);
    labels->memory = memory;
    vtci_buffer_init(&labels->scratch, memory);
    labels->slots = vtci_allocate_zeroed(memory, SLOTS_FIRST * sizeof *labels->slots);
    if (!labels->slots)
        return VTC_ERR_NO_MEMORY;
    labels->slot_count = SLOTS_FIRST;
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, labels->texts, labels->capacity, 1));
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, labels->is_owned, labels->owned_capacity, 1));
    labels->texts[0] = (struct vtc_text){NULL, 0};
    labels->is_owned[0] = 0;
    labels->count = 1;
    return VTC_OK;
}

static void release_text(struct vtci_labels *labels, struct vtc_text text)
{
    vtci_release(labels->memory, (void *)(uintptr_t)text.data, text.len_bytes + 1);
}

void vtci_labels_free(struct vtci_labels *labels)
{
    if (!labels->memory)
        return;
    for (size_t i = 0; i < labels->count; i++)
        if (labels->is_owned[i])
            release_text(labels, labels->texts[i]);
    for (size_t i = 0; i < labels->memo_capacity; i++)
        VTCI_ARRAY_FREE(labels->memory, labels->memos[i].labels, labels->memos[i].capacity);
    VTCI_ARRAY_FREE(labels->memory, labels->memos, labels->memo_capacity);
    VTCI_ARRAY_FREE(labels->memory, labels->texts, labels->capacity);
    VTCI_ARRAY_FREE(labels->memory, labels->is_owned, labels->owned_capacity);
    VTCI_ARRAY_FREE(labels->memory, labels->slots, labels->slot_count);
    vtci_buffer_free(&labels->scratch);
    memset(labels, 0, sizeof *labels);
}

/* The slot of a text, or the free one where it would be. */
static size_t find_slot(const struct vtci_labels *labels, const char *data, size_t len_bytes)
{
    size_t mask = labels->slot_count - 1;
    size_t slot = (size_t)vtci_table_hash_text(0, data, len_bytes) & mask;
    for (; labels->slots[slot]; slot = (slot + 1) & mask) {
        struct vtc_text text = labels->texts[labels->slots[slot]];
        if (text.len_bytes == len_bytes && memcmp(text.data, data, len_bytes) == 0)
            break;
    }
    return slot;
}

static vtc_status grow_slots(struct vtci_labels *labels)
{
    size_t old_count = labels->slot_count;
    vtci_label *old = labels->slots;
    vtci_label *slots = vtci_allocate_zeroed(labels->memory, 2 * old_count * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    labels->slots = slots;
    labels->slot_count = 2 * old_count;
    for (size_t i = 1; i < labels->count; i++) {
        struct vtc_text text = labels->texts[i];
        labels->slots[find_slot(labels, text.data, text.len_bytes)] = (vtci_label)i;
    }
    VTCI_ARRAY_FREE(labels->memory, old, old_count);
    return VTC_OK;
}

static vtc_status add_text(struct vtci_labels *labels, const char *data, size_t len_bytes,
                           bool is_lasting, vtci_label *out_label)
{
    size_t slot = find_slot(labels, data, len_bytes);
    if (labels->slots[slot]) {
        *out_label = labels->slots[slot];
        return VTC_OK;
    }
    if (labels->count >= LABELS_MAX)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(VTCI_ARRAY_RESERVE(labels->memory, labels->texts, labels->capacity, labels->count + 1));
    VTC_TRY(VTCI_ARRAY_RESERVE(labels->memory, labels->is_owned, labels->owned_capacity,
                               labels->count + 1));
    if (!is_lasting) {
        char *copy = vtci_allocate(labels->memory, len_bytes + 1);
        if (!copy)
            return VTC_ERR_NO_MEMORY;
        memcpy(copy, data, len_bytes);
        copy[len_bytes] = '\0';
        data = copy;
    }
    size_t label = labels->count++;
    labels->texts[label] = (struct vtc_text){data, len_bytes};
    labels->is_owned[label] = !is_lasting;
    labels->slots[slot] = (vtci_label)label;
    *out_label = (vtci_label)label;
    return 2 * labels->count > labels->slot_count ? grow_slots(labels) : VTC_OK;
}

vtc_status vtci_labels_add(struct vtci_labels *labels, const char *data, size_t len_bytes,
                           bool is_escaped, bool is_lasting, vtci_label *out_label)
{
    if (!is_escaped || len_bytes == 0 || !memchr(data, '\\', len_bytes))
        return add_text(labels, len_bytes ? data : "", len_bytes, is_lasting, out_label);
    labels->scratch.len_bytes = 0;
    VTC_TRY(vtci_json_unescape(&labels->scratch, data, len_bytes));
    return add_text(labels, (const char *)labels->scratch.data, labels->scratch.len_bytes, false,
                    out_label);
}

static vtc_status remember(struct vtci_labels *labels, vtc_string string, vtci_label label)
{
    size_t column = (size_t)(string >> 32), id = (size_t)(string & UINT32_MAX);
    size_t before = labels->memo_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(labels->memory, labels->memos, labels->memo_capacity, column + 1));
    if (before < labels->memo_capacity)
        memset(labels->memos + before, 0, (labels->memo_capacity - before) * sizeof *labels->memos);
    struct vtci_label_memo *memo = &labels->memos[column];
    before = memo->capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(labels->memory, memo->labels, memo->capacity, id + 1));
    for (size_t i = before; i < memo->capacity; i++)
        memo->labels[i] = VTCI_LABEL_UNKNOWN;
    memo->labels[id] = label;
    return VTC_OK;
}

vtc_status vtci_labels_of_string(struct vtci_labels *labels, const vtc_block *block,
                                 vtc_string string, vtci_label *out_label)
{
    vtci_label known =
        string < VTC_STRING_LOCAL ? vtci_labels_known(labels, string) : VTCI_LABEL_UNKNOWN;
    if (known != VTCI_LABEL_UNKNOWN) {
        *out_label = known;
        return VTC_OK;
    }
    return vtci_labels_of_text(labels, string, vtc_block_string(block, string), out_label);
}

vtc_status vtci_labels_of_text(struct vtci_labels *labels, vtc_string string, struct vtc_text text,
                               vtci_label *out_label)
{
    bool is_lasting = string < VTC_STRING_LOCAL;
    if (!text.data) {
        *out_label = 0;
        return VTC_OK;
    }
    VTC_TRY(vtci_labels_add(labels, text.data, text.len_bytes, true, is_lasting, out_label));
    return is_lasting ? remember(labels, string, *out_label) : VTC_OK;
}
