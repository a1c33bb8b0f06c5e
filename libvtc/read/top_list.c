#include "read/top_list.h"

#include "base/error.h"
#include "read/reader_internal.h"

void vtci_opened_top_init(struct vtci_opened_top *top, struct vtci_memory *memory)
{
    memset(top, 0, sizeof *top);
    top->memory = memory;
}

void vtci_opened_top_free(struct vtci_opened_top *top)
{
    vtci_release(top->memory, top->list.spans, top->room * sizeof *top->list.spans);
    vtci_release(top->memory, top->list.tracks, top->room * sizeof *top->list.tracks);
    vtci_release(top->memory, top->bytes, top->len_bytes);
    vtci_opened_top_init(top, top->memory);
}

vtc_status vtci_opened_top_load(struct vtci_opened_top *top, struct vtci_bytes bytes,
                                uint64_t offset, struct vtc_error *err)
{
    size_t span_count;
    VTC_TRY(vtci_top_list_peek(bytes.data, bytes.len_bytes, offset, &span_count, err));
    top->room = span_count + 1;
    top->len_bytes = bytes.len_bytes;
    top->bytes = vtci_allocate(top->memory, bytes.len_bytes);
    top->list.spans = vtci_allocate_zeroed(top->memory, top->room * sizeof *top->list.spans);
    top->list.tracks = vtci_allocate_zeroed(top->memory, top->room * sizeof *top->list.tracks);
    if (!top->bytes || !top->list.spans || !top->list.tracks)
        return vtci_error_memory(err, top->room * sizeof *top->list.spans);
    memcpy(top->bytes, bytes.data, bytes.len_bytes);
    return vtci_top_list_decode(top->bytes, bytes.len_bytes, offset, &top->list, err);
}

bool vtci_top_text_find(const struct vtci_schema *schema, const char *key,
                        const struct vtci_top_text *text, struct vtci_bytes *out_text)
{
    *out_text = (struct vtci_bytes){NULL, 0};
    if (text->code == VTCI_TOP_NOTHING)
        return true;
    if (text->code == VTCI_TOP_TEXT) {
        *out_text = text->text;
    } else {
        uint32_t column = vtci_schema_root_column(schema, key, VTCI_STRING);
        uint64_t id = text->code - VTCI_TOP_TEXT;
        if (column == VTCI_NONE || id > schema->columns[column].string_count)
            return false;
        *out_text = vtci_column_string(&schema->columns[column], id);
    }
    if (out_text->len_bytes == 0)
        out_text->data = (const uint8_t *)"";
    return true;
}

const struct vtci_top_list *vtci_reader_top_list(const struct vtc_reader *reader)
{
    const struct vtci_chain *chain = &reader->chain;
    /* Where definitions are damaged, so may be what ids stand for. */
    if (chain->top.list.span_count == 0 || chain->blind_from_offset != UINT64_MAX)
        return NULL;
    return &chain->top.list;
}
