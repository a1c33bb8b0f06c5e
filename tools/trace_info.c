#include "trace_info.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static const uint32_t ROOT_RAW_COLUMN = 2; /* SPEC: DEF-3: the text of rows without a shape */

static vtc_status take_column(void *context, const struct vtc_column *column)
{
    struct trace_info *info = context;
    if (info->column_count == info->column_capacity) {
        size_t capacity = info->column_capacity ? 2 * info->column_capacity : 64;
        struct vtc_column *columns = realloc(info->columns, capacity * sizeof *columns);
        if (!columns)
            return VTC_ERR_NO_MEMORY;
        info->columns = columns;
        info->column_capacity = capacity;
    }
    info->columns[info->column_count++] = *column;
    if (column->column == ROOT_RAW_COLUMN)
        info->raw_events = column->values;
    return VTC_OK;
}

static void count_frames(struct trace_info *info)
{
    for (uint64_t i = 0; i < info->summary.frames; i++) {
        struct vtc_frame frame;
        if (vtc_reader_frame(info->file->reader, i, &frame) != VTC_OK)
            break;
        size_t kind = 0;
        while (kind < info->frame_kinds && strcmp(info->frames[kind].type, frame.type) != 0)
            kind++;
        if (kind == FRAME_KINDS)
            continue;
        if (kind == info->frame_kinds)
            info->frames[info->frame_kinds++].type = frame.type;
        info->frames[kind].count++;
        info->frames[kind].bytes += frame.stored_bytes;
    }
}

vtc_status trace_info_gather(struct trace_info *info, const struct trace_file *file,
                             struct vtc_error *err)
{
    memset(info, 0, sizeof *info);
    failure_init(&info->damage);
    failure_init(&info->columns_error);
    info->file = file;
    vtc_reader_summary(file->reader, &info->summary);
    info->damage_status = vtc_reader_damage(file->reader, &info->damage);
    /* What a live file became is whole; the file itself may not be. */
    if (file->live && vtc_live_damage(file->live, 0, &info->damage) == VTC_OK)
        info->damage_status = info->damage.code;
    count_frames(info);
    info->columns_status =
        vtc_reader_columns(file->reader, take_column, info, &info->columns_error);
    if (info->columns_status == VTC_ERR_NO_MEMORY) {
        trace_info_free(info);
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for the columns");
    }
    vtc_status status = session_list_load(&info->sessions, file, err);
    if (status != VTC_OK)
        trace_info_free(info);
    return status;
}

void trace_info_free(struct trace_info *info)
{
    free(info->columns);
    info->columns = NULL;
    session_list_free(&info->sessions);
}

const char *trace_info_hash(const struct vtc_summary *summary, char out[HASH_TEXT_BYTES])
{
    snprintf(out, HASH_TEXT_BYTES, "%016" PRIx64 "%016" PRIx64, summary->document_hash[1],
             summary->document_hash[0]);
    return out;
}

const char *trace_info_phase(unsigned phase, char out[8])
{
    if (phase > 0x20 && phase < 0x7F)
        snprintf(out, 8, "%c", (char)phase);
    else if (phase == 0)
        snprintf(out, 8, "none");
    else
        snprintf(out, 8, "\\%03o", phase & 0xFFu);
    return out;
}
