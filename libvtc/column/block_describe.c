/* What `vtc info` says of a column: see block_decode.h. */
#include <stdio.h>

#include "base/error.h"
#include "column/block_decode_internal.h"

static const char *const op_names[] = {"CONSTANT", "PLANES", "DELTA",  "RUNS", "PALETTE",
                                       "MAP",      "GROUP",  "LINEAR", "NEST", "NESTED",
                                       "UNSTACK",  "SCALE",  "MIX"};

struct text {
    char *at;
    size_t capacity;
    size_t len;
};

static void text_add(struct text *text, const char *what)
{
    size_t len = strlen(what), room = text->capacity - 1 - text->len;
    if (len > room)
        len = room;
    memcpy(text->at + text->len, what, len);
    text->len += len;
    text->at[text->len] = '\0';
}

/* A segment's stored bytes are shared by unpacked size. */
static void add_bytes(const struct vtci_block_decoder *decoder, struct vtci_column_description *out,
                      uint32_t segment, uint64_t bytes)
{
    const struct vtci_segment *of = &decoder->segments[segment];
    out->raw_bytes += bytes;
    if (of->raw_bytes)
        out->stored_bytes +=
            (uint64_t)((double)of->stored_bytes * (double)bytes / (double)of->raw_bytes + 0.5);
}

/* Recursion as deep as the tree, 8. */
static void describe_array(const struct vtci_block_decoder *decoder, const struct vtci_op *op,
                           struct text *text, struct vtci_column_description *out)
{
    char number[48];
    text_add(text, op_names[op->code]);
    if (op->code == VTCI_OP_PLANES || op->code == VTCI_OP_MIX) {
        snprintf(number, sizeof number, " %u", op->flags);
        text_add(text, number);
        add_bytes(decoder, out, op->segment, op->bytes);
    } else if (op->code == VTCI_OP_MAP || op->code == VTCI_OP_LINEAR) {
        snprintf(number, sizeof number, " %u", op->column);
        text_add(text, number);
    }
    const char *before = "(";
    for (int part = 0; part < VTCI_OP_PARTS_MAX; part++) {
        if (!op->parts[part])
            continue;
        text_add(text, before);
        describe_array(decoder, op->parts[part], text, out);
        before = ", ";
    }
    if (*before == ',')
        text_add(text, ")");
}

static void describe_plain(struct vtci_block_decoder *decoder, const struct vtci_column_code *code,
                           const struct vtci_values *values, struct text *text,
                           struct vtci_column_description *out)
{
    static const char *const forms[] = {" + text ", " + hex ", " + decimal "};
    text_add(text, forms[code->form]);
    describe_array(decoder, code->plain, text, out);
    if (code->form == VTCI_FORM_LENGTHS)
        add_bytes(decoder, out, code->segment, values->plain_bytes);
}

vtc_status vtci_block_decoder_describe(struct vtci_block_decoder *decoder, size_t index,
                                       struct vtci_column_description *out, struct vtc_error *err)
{
    if (!decoder->is_open || index >= decoder->directory.count)
        return VTC_END;
    const struct vtci_column_code *code = &decoder->directory.columns[index];
    struct vtci_column_description description = {.column = code->column, .values = code->count};
    struct text text = {description.encoding, sizeof description.encoding, 0};
    const struct vtci_values *values = NULL;
    if (code->plain_count && code->form == VTCI_FORM_LENGTHS)
        VTC_TRY(vtci_block_decoder_column(decoder, code->column, &values, err));
    describe_array(decoder, code->array, &text, &description);
    if (code->codes && !(code->codes->code == VTCI_OP_CONSTANT && code->codes->base == 0)) {
        text_add(&text, " + codes ");
        describe_array(decoder, code->codes, &text, &description);
    }
    if (code->plain_count)
        describe_plain(decoder, code, values, &text, &description);
    if (text.len + 1 == text.capacity)
        memcpy(text.at + text.len - 3, "...", 3);
    *out = description;
    return VTC_OK;
}
