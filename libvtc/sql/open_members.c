/* Members of events that are found in the texts of their rows: whether a row may have one is told by the
 * columns at its path, so that the texts of a block, which cost more than all of its columns, are made
 * for blocks that need them.
 */
#include "base/error.h"
#include "sql/open_block.h"

static const char *const keys[VTCI_MEMBERS] = {
    [VTCI_MEMBER_ARGS] = "args", [VTCI_MEMBER_TTS] = "tts", [VTCI_MEMBER_TDUR] = "tdur"};

void vtci_open_members_free(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    vtci_release(&trace->memory, block->may_have, block->row_count);
    block->may_have = NULL;
}

static vtc_status mark_rows(struct vtci_sql_trace *trace, struct vtci_open_block *block,
                            const char *path, const char *type, uint8_t mark)
{
    struct vtc_values values;
    uint32_t column;
    if (vtc_reader_find_column(trace->reader, path, type, &column) != VTC_OK)
        return VTC_OK;
    VTC_TRY(vtci_sql_fail(trace, vtc_block_values(block->block, column, &values, &trace->err)));
    for (size_t i = 0; i < values.count; i++)
        if (values.row[i] < block->row_count)
            block->may_have[values.row[i]] |= mark;
    return VTC_OK;
}

/* What is a word alone (null, true) is in no column, and none of these members then. */
static vtc_status find_rows(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    static const char *const types[] = {"NUMBER", "STRING", "NODE", "RAW"};
    struct vtc_zone zone;
    VTC_TRY(vtci_sql_fail(trace, vtc_reader_zone(trace->reader, block->index, &zone)));
    block->row_count = zone.rows;
    block->may_have = vtci_allocate_zeroed(&trace->memory, block->row_count);
    if (!block->may_have)
        return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
    for (unsigned member = 0; member < VTCI_MEMBERS; member++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            VTC_TRY(mark_rows(trace, block, keys[member], types[i], (uint8_t)(1u << member)));
    return mark_rows(trace, block, "", "RAW", UINT8_MAX);
}

static void read_members(struct vtci_open_block *block, size_t event)
{
    struct vtci_json key = {VTCI_JSON_NONE, NULL, 0}, value;
    struct vtci_json_walk walk = vtci_json_walk_into(vtci_open_block_event(block, event));
    for (unsigned member = 0; member < VTCI_MEMBERS; member++)
        block->members[member] = key;
    while (vtci_json_walk_next(&walk, &key, &value))
        for (unsigned member = 0; member < VTCI_MEMBERS; member++)
            if (vtci_json_is(key, keys[member]))
                block->members[member] = value;
    block->members_of = event + 1;
}

vtc_status vtci_open_block_member(struct vtci_sql_trace *trace, struct vtci_open_block *block,
                                  size_t event, enum vtci_member member,
                                  struct vtci_json *out_value)
{
    size_t row = block->events->row[event];
    *out_value = (struct vtci_json){VTCI_JSON_NONE, NULL, 0};
    if (!block->may_have)
        VTC_TRY(find_rows(trace, block));
    if (row >= block->row_count || !(block->may_have[row] >> member & 1))
        return VTC_OK;
    if (block->members_of != event + 1) {
        VTC_TRY(vtci_open_block_texts(trace, block));
        read_members(block, event);
    }
    *out_value = block->members[member];
    return VTC_OK;
}
