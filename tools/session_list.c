#include "session_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "vtc/block.h"

static const char *const cause_keys[VTC_LIVE_CAUSES] = {"lost_no_page",     "lost_disk_full",
                                                        "lost_too_big",     "lost_late",
                                                        "lost_overwritten", "lost_interrupted",
                                                        "lost_no_memory",   "lost_fork"};

const char *session_cause_key(unsigned cause)
{
    return cause_keys[cause];
}

static struct session *add_session(struct session_list *list)
{
    struct session *items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items)
        return NULL;
    list->items = items;
    struct session *session = &items[list->count++];
    memset(session, 0, sizeof *session);
    return session;
}

static vtc_status no_memory(struct vtc_error *err)
{
    return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for sessions");
}

static vtc_status load_live(struct session_list *list, const vtc_live *live, struct vtc_error *err)
{
    static const char *const states[] = {"recording", "stopped", "closed", "crashed"};
    struct vtc_live_facts facts;
    struct session *session = add_session(list);
    if (!session)
        return no_memory(err);
    vtc_live_info(live, &facts);
    snprintf(session->family, sizeof session->family, "%016" PRIx64 "%016" PRIx64, facts.family[0],
             facts.family[1]);
    snprintf(session->state, sizeof session->state, "%s", states[facts.state]);
    session->pid = facts.pid;
    session->segment = facts.segment;
    session->start_realtime_ns = facts.start_realtime_ns;
    memcpy(session->lost, facts.lost, sizeof session->lost);
    session->lost_pages = facts.lost_pages;
    session->lost_records = facts.lost_records;
    return VTC_OK;
}

/* --- the rows vtc_session of a block ----------------------------------------------------------- */

/* The place of the value of `row` among the values of a column, or SIZE_MAX. */
static size_t find_value(const struct vtc_values *values, uint32_t row)
{
    for (size_t i = 0; i < values->count && values->row[i] <= row; i++)
        if (values->row[i] == row)
            return i;
    return SIZE_MAX;
}

static vtc_status read_text(const vtc_reader *reader, vtc_block *block, const char *key,
                            uint32_t row, char *out, size_t capacity_bytes, struct vtc_error *err)
{
    char path[64];
    uint32_t column;
    struct vtc_values values;
    snprintf(path, sizeof path, "args.%s", key);
    if (vtc_reader_find_column(reader, path, "STRING", &column) != VTC_OK)
        return VTC_OK;
    vtc_status status = vtc_block_values(block, column, &values, err);
    size_t at = status == VTC_OK ? find_value(&values, row) : SIZE_MAX;
    if (at == SIZE_MAX)
        return status;
    struct vtc_text text = vtc_block_string(block, values.string[at]);
    snprintf(out, capacity_bytes, "%.*s", (int)(text.len_bytes < 64 ? text.len_bytes : 64),
             text.data ? text.data : "");
    return VTC_OK;
}

static vtc_status read_number(const vtc_reader *reader, vtc_block *block, const char *path,
                              uint32_t row, int64_t *out, struct vtc_error *err)
{
    uint32_t column;
    struct vtc_values values;
    if (vtc_reader_find_column(reader, path, "NUMBER", &column) != VTC_OK)
        return VTC_OK;
    vtc_status status = vtc_block_values(block, column, &values, err);
    size_t at = status == VTC_OK ? find_value(&values, row) : SIZE_MAX;
    if (at == SIZE_MAX)
        return status;
    if (values.scale[at] == 0)
        *out = values.number[at];
    else if (values.scale[at] == 255) { /* beyond 63 bits */
        char digits[32];
        struct vtc_text text = vtc_block_string(block, values.string[at]);
        snprintf(digits, sizeof digits, "%.*s", (int)(text.len_bytes < 31 ? text.len_bytes : 31),
                 text.data ? text.data : "");
        *out = (int64_t)strtoull(digits, NULL, 10);
    }
    return VTC_OK;
}

static vtc_status read_session(struct session *session, const vtc_reader *reader, vtc_block *block,
                               uint32_t row, struct vtc_error *err)
{
    char path[64];
    int64_t number = 0;
    vtc_status status =
        read_text(reader, block, "family", row, session->family, sizeof session->family, err);
    if (status == VTC_OK)
        status = read_text(reader, block, "state", row, session->state, sizeof session->state, err);
    if (status == VTC_OK)
        status = read_number(reader, block, "pid", row, &number, err);
    session->pid = (uint64_t)number;
    number = 0;
    if (status == VTC_OK)
        status = read_number(reader, block, "args.segment", row, &number, err);
    session->segment = (uint64_t)number;
    if (status == VTC_OK)
        status = read_number(reader, block, "args.start_realtime_ns", row,
                             &session->start_realtime_ns, err);
    for (unsigned i = 0; i < VTC_LIVE_CAUSES && status == VTC_OK; i++) {
        snprintf(path, sizeof path, "args.%s", cause_keys[i]);
        number = 0;
        status = read_number(reader, block, path, row, &number, err);
        session->lost[i] = (uint64_t)number;
    }
    number = 0;
    if (status == VTC_OK)
        status = read_number(reader, block, "args.lost_pages", row, &number, err);
    session->lost_pages = (uint64_t)number;
    number = 0;
    if (status == VTC_OK)
        status = read_number(reader, block, "args.lost_records", row, &number, err);
    session->lost_records = (uint64_t)number;
    return status;
}

static vtc_status load_block(struct session_list *list, const vtc_reader *reader, uint64_t index,
                             struct vtc_error *err)
{
    static const char name[] = "vtc_session";
    vtc_block *block = NULL;
    vtc_status status = vtc_block_open(reader, index, VTC_FIELD_NAME, &block, err);
    if (status != VTC_OK)
        return status;
    const struct vtc_events *events = vtc_block_events(block);
    for (size_t i = 0; i < events->count && status == VTC_OK; i++) {
        if (events->phase[i] != 'M')
            continue;
        struct vtc_text text = vtc_block_string(block, events->name[i]);
        if (text.len_bytes != sizeof name - 1 || memcmp(text.data, name, text.len_bytes) != 0)
            continue;
        struct session *session = add_session(list);
        status =
            session ? read_session(session, reader, block, events->row[i], err) : no_memory(err);
    }
    vtc_block_close(block);
    return status;
}

/* Blocks that are damaged are told elsewhere. */
static vtc_status load_rows(struct session_list *list, const vtc_reader *reader,
                            struct vtc_error *err)
{
    struct vtc_summary summary;
    uint32_t column;
    if (vtc_reader_find_column(reader, "args.family", "STRING", &column) != VTC_OK)
        return VTC_OK;
    vtc_reader_summary(reader, &summary);
    for (uint64_t i = 0; i < summary.blocks; i++) {
        if (vtc_reader_zone_phase(reader, i, 'M') == 0)
            continue;
        vtc_status status = load_block(list, reader, i, err);
        if (status != VTC_OK && status != VTC_ERR_CORRUPT && status != VTC_ERR_TRUNCATED)
            return status;
    }
    return VTC_OK;
}

vtc_status session_list_load(struct session_list *list, const struct trace_file *file,
                             struct vtc_error *err)
{
    memset(list, 0, sizeof *list);
    vtc_status status =
        file->live ? load_live(list, file->live, err) : load_rows(list, file->reader, err);
    if (status != VTC_OK)
        session_list_free(list);
    return status;
}

void session_list_free(struct session_list *list)
{
    free(list->items);
    memset(list, 0, sizeof *list);
}

uint64_t session_lost_events(const struct session *session)
{
    uint64_t events = 0;
    for (unsigned i = 0; i < VTC_LIVE_CAUSES; i++)
        events += session->lost[i];
    return events;
}

void session_list_warn(const struct session_list *list, const char *name)
{
    uint64_t lost[VTC_LIVE_CAUSES] = {0}, events = 0, pages = 0, records = 0;
    char causes[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++) {
        events += session_lost_events(&list->items[i]);
        pages += list->items[i].lost_pages;
        records += list->items[i].lost_records;
        for (unsigned cause = 0; cause < VTC_LIVE_CAUSES; cause++)
            lost[cause] += list->items[i].lost[cause];
    }
    for (unsigned cause = 0; cause < VTC_LIVE_CAUSES; cause++)
        if (lost[cause])
            used += (size_t)snprintf(causes + used, sizeof causes - used, "%s%s %" PRIu64,
                                     used ? ", " : ": ", vtc_live_cause(cause), lost[cause]);
    if (events && pages)
        message_print(name,
                      "warning: %" PRIu64 " pages are missing or damaged, and %" PRIu64
                      " events were not recorded%s",
                      pages, events, causes);
    else if (events)
        message_print(name, "warning: %" PRIu64 " events were not recorded%s", events, causes);
    else if (pages)
        message_print(name, "warning: %" PRIu64 " pages are missing or damaged", pages);
    if (records)
        message_print(name, "warning: %" PRIu64 " records are damaged", records);
}

void session_warn_of_losses(const struct trace_file *file)
{
    struct session_list list;
    struct vtc_error err;
    if (session_list_load(&list, file, &err) != VTC_OK)
        return;
    session_list_warn(&list, file->name);
    session_list_free(&list);
}
