/* What is in a row of `slice`. */
#include "base/error.h"
#include "sql/slice.h"

static bool has_begins(const struct vtci_sql_trace *trace)
{
    return trace->summary.phases['B'] || trace->summary.phases['b'];
}

void vtci_slice_needs(const struct vtci_sql_trace *trace, uint64_t columns, unsigned *fields,
                      unsigned *wants)
{
    for (int column = 0; column < VTCI_SLICE_COLUMNS; column++) {
        if (!(columns >> column & 1))
            continue;
        switch ((enum vtci_slice_column)column) {
        case VTCI_SLICE_DUR:
            if (has_begins(trace))
                *wants |= VTCI_WANT_DUR_MODEL;
            break;
        case VTCI_SLICE_SELF_DUR: *wants |= VTCI_WANT_MODEL | VTCI_WANT_WITHIN; break;
        case VTCI_SLICE_NAME: *fields |= VTC_FIELD_NAME; break;
        case VTCI_SLICE_CATEGORY:
        case VTCI_SLICE_CAT: *fields |= VTC_FIELD_CATEGORY; break;
        case VTCI_SLICE_TRACK_ID:
            *fields |= VTC_FIELD_TRACK;
            *wants |= VTCI_WANT_MODEL;
            break;
        case VTCI_SLICE_DEPTH:
        case VTCI_SLICE_PARENT_ID: *wants |= VTCI_WANT_MODEL; break;
        case VTCI_SLICE_ARG_SET_ID:
        case VTCI_SLICE_THREAD_DUR:
            if (has_begins(trace))
                *wants |= VTCI_WANT_DUR_MODEL;
            break;
        default: break;
        }
    }
}

static size_t event_of(const struct vtci_slice_ref *at)
{
    return at->block->slice_event[at->index];
}

static bool is_begin(const struct vtci_slice_ref *at)
{
    return vtci_phase_is_begin(at->block->events->phase[event_of(at)]);
}

int64_t vtci_slice_dur(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at)
{
    if (is_begin(at))
        return trace->model->begin_dur[at->block->slice_begin[at->index]];
    size_t event = event_of(at);
    return at->block->events->phase[event] == 'X' ? at->block->events->duration_ns[event] : 0;
}

bool vtci_slice_self_dur(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at,
                         int64_t *out_ns)
{
    int64_t dur_ns = vtci_slice_dur(trace, at);
    if (dur_ns < 0)
        return false;
    *out_ns = dur_ns - vtci_within(trace->model, vtci_slice_number(trace, at));
    return true;
}

uint32_t vtci_slice_track(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at)
{
    const struct vtci_threads *threads = trace->threads;
    uint8_t flags = at->block->slice_flags[at->index];
    if (flags & VTCI_SLICE_GLOBAL)
        return vtci_first_extra_track(threads) - 1;
    size_t place = vtci_track_place(threads, at->block->events->track[event_of(at)]);
    uint32_t utid = threads->track_utid[place];
    if (flags & VTCI_SLICE_PROCESS)
        return (uint32_t)threads->thread_count + threads->threads[utid].upid;
    if (trace->model->moved_count == 0)
        return utid;
    uint32_t moved = vtci_model_moved(trace->model, vtci_slice_number(trace, at));
    return moved == VTCI_NO_SLICE ? utid : moved;
}

/* What stands for the name of a slice that has none: of instants beyond a thread there is none. */
static vtci_label no_name(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at)
{
    bool is_beyond =
        (at->block->slice_flags[at->index] & (VTCI_SLICE_PROCESS | VTCI_SLICE_GLOBAL)) ||
        at->block->events->phase[event_of(at)] == 'n';
    return is_beyond ? 0 : trace->no_name;
}

vtc_status vtci_slice_name(struct vtci_sql_trace *trace, const struct vtci_slice_ref *at,
                           vtci_label *out_label)
{
    vtc_string string = at->block->events->name[event_of(at)];
    VTC_TRY(vtci_sql_fail(trace, vtci_labels_of_string(&trace->labels, at->block->block, string,
                                                       out_label)));
    if (*out_label == 0 || vtci_label_text(&trace->labels, *out_label).len_bytes == 0)
        *out_label = no_name(trace, at);
    return VTC_OK;
}

/* A text of a block: as it is where nothing is escaped, which is nearly always; SQLite keeps a copy,
 * as the block does not last. */
static vtc_status give_local(sqlite3_context *context, struct vtci_sql_trace *trace,
                             struct vtc_text text)
{
    if (!memchr(text.data, '\\', text.len_bytes)) {
        sqlite3_result_text64(context, text.data, text.len_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
        return VTC_OK;
    }
    struct vtci_buffer *scratch = &trace->labels.scratch;
    scratch->len_bytes = 0;
    VTC_TRY(vtci_json_unescape(scratch, text.data, text.len_bytes));
    sqlite3_result_text64(context, (const char *)scratch->data, scratch->len_bytes,
                          SQLITE_TRANSIENT, SQLITE_UTF8);
    return VTC_OK;
}

static vtc_status give_string(sqlite3_context *context, struct vtci_sql_trace *trace,
                              const struct vtci_slice_ref *at, vtc_string string,
                              vtci_label if_absent)
{
    vtci_label label = 0;
    if (string >= VTC_STRING_LOCAL) {
        struct vtc_text text = vtc_block_string(at->block->block, string);
        if (text.data && text.len_bytes)
            return vtci_sql_fail(trace, give_local(context, trace, text));
    } else {
        VTC_TRY(vtci_sql_fail(trace, vtci_labels_of_string(&trace->labels, at->block->block, string,
                                                           &label)));
    }
    if (label && vtci_label_text(&trace->labels, label).len_bytes)
        vtci_result_label(context, trace, label);
    else
        vtci_result_label(context, trace, if_absent);
    return VTC_OK;
}

vtc_status vtci_slice_end_event(struct vtci_sql_trace *trace, const struct vtci_slice_ref *at,
                                struct vtci_open_block **out_block, size_t *out_event)
{
    uint32_t number = trace->model->begin_end[at->block->slice_begin[at->index]];
    if (number == VTCI_NO_SLICE)
        return VTC_END;
    uint64_t index = vtci_block_of(trace, trace->end_first, number);
    uint64_t left = number - trace->end_first[index];
    VTC_TRY(vtci_open_block_get(trace, index, at->block->fields, out_block));
    vtc_status status = vtci_open_block_end(trace, *out_block, left, out_event);
    if (status == VTC_OK && *out_event == SIZE_MAX)
        status = VTC_END;
    if (status != VTC_OK)
        vtci_open_block_put(trace, *out_block);
    return status;
}

/* A member of the event that ends a slice's begin; kind NONE where nothing does. What it lies in is
 * pinned until `*out_block` is put. */
static vtc_status end_member(struct vtci_sql_trace *trace, const struct vtci_slice_ref *at,
                             enum vtci_member member, struct vtci_open_block **out_block,
                             struct vtci_json *out_value)
{
    size_t event;
    *out_value = (struct vtci_json){VTCI_JSON_NONE, NULL, 0};
    vtc_status status = vtci_slice_end_event(trace, at, out_block, &event);
    if (status != VTC_OK)
        *out_block = NULL;
    if (status != VTC_OK)
        return status == VTC_END ? VTC_OK : status;
    return vtci_open_block_member(trace, *out_block, event, member, out_value);
}

static bool has_leaves(struct vtci_json args)
{
    return args.kind == VTCI_JSON_OBJECT && args.len_bytes > 2;
}

static vtc_status give_arg_set(sqlite3_context *context, struct vtci_sql_trace *trace,
                               const struct vtci_slice_ref *at)
{
    struct vtci_open_block *block = NULL;
    struct vtci_json args;
    VTC_TRY(vtci_open_block_member(trace, at->block, event_of(at), VTCI_MEMBER_ARGS, &args));
    vtc_status status = VTC_OK;
    if (!has_leaves(args) && is_begin(at))
        status = end_member(trace, at, VTCI_MEMBER_ARGS, &block, &args);
    if (status == VTC_OK && has_leaves(args))
        sqlite3_result_int64(context, (int64_t)vtci_slice_number(trace, at) + 1);
    vtci_open_block_put(trace, block);
    return status;
}

static vtc_status give_thread_time(sqlite3_context *context, struct vtci_sql_trace *trace,
                                   const struct vtci_slice_ref *at)
{
    struct vtci_json value;
    int64_t ns;
    uint8_t phase = at->block->events->phase[event_of(at)];
    if (phase == 'b' || phase == 'n')
        return VTC_OK;
    VTC_TRY(vtci_open_block_member(trace, at->block, event_of(at), VTCI_MEMBER_TTS, &value));
    if (vtci_json_time(value, &ns))
        sqlite3_result_int64(context, ns);
    return VTC_OK;
}

static vtc_status give_thread_dur(sqlite3_context *context, struct vtci_sql_trace *trace,
                                  const struct vtci_slice_ref *at)
{
    uint8_t phase = at->block->events->phase[event_of(at)];
    enum vtci_member member = phase == 'X' ? VTCI_MEMBER_TDUR : VTCI_MEMBER_TTS;
    struct vtci_open_block *block = NULL;
    struct vtci_json value;
    int64_t start_ns, end_ns;
    if (phase != 'X' && phase != 'B')
        return VTC_OK;
    VTC_TRY(vtci_open_block_member(trace, at->block, event_of(at), member, &value));
    if (!vtci_json_time(value, &start_ns))
        return VTC_OK;
    if (phase == 'X') {
        sqlite3_result_int64(context, start_ns);
        return VTC_OK;
    }
    vtc_status status = end_member(trace, at, VTCI_MEMBER_TTS, &block, &value);
    if (status == VTC_OK && vtci_json_time(value, &end_ns))
        sqlite3_result_int64(context, end_ns - start_ns);
    vtci_open_block_put(trace, block);
    return status;
}

vtc_status vtci_slice_column(sqlite3_context *context, struct vtci_sql_trace *trace,
                             const struct vtci_slice_ref *at, int column)
{
    const struct vtc_events *events = at->block->events;
    size_t event = event_of(at);
    uint32_t number;
    int64_t self_ns;
    switch ((enum vtci_slice_column)column) {
    case VTCI_SLICE_ID:
    case VTCI_SLICE_SLICE_ID:
        sqlite3_result_int64(context, vtci_slice_number(trace, at));
        return VTC_OK;
    case VTCI_SLICE_TS: sqlite3_result_int64(context, events->time_ns[event]); return VTC_OK;
    case VTCI_SLICE_DUR: sqlite3_result_int64(context, vtci_slice_dur(trace, at)); return VTC_OK;
    case VTCI_SLICE_SELF_DUR:
        if (vtci_slice_self_dur(trace, at, &self_ns))
            sqlite3_result_int64(context, self_ns);
        return VTC_OK;
    case VTCI_SLICE_TRACK_ID:
        sqlite3_result_int64(context, vtci_slice_track(trace, at));
        return VTC_OK;
    case VTCI_SLICE_CATEGORY:
    case VTCI_SLICE_CAT: return give_string(context, trace, at, events->category[event], 0);
    case VTCI_SLICE_NAME:
        return give_string(context, trace, at, events->name[event], no_name(trace, at));
    case VTCI_SLICE_DEPTH:
        sqlite3_result_int64(context, trace->model->depth[vtci_slice_number(trace, at)]);
        return VTC_OK;
    case VTCI_SLICE_PARENT_ID:
        number = trace->model->parent[vtci_slice_number(trace, at)];
        if (number != VTCI_NO_SLICE)
            sqlite3_result_int64(context, number);
        return VTC_OK;
    case VTCI_SLICE_ARG_SET_ID: return give_arg_set(context, trace, at);
    case VTCI_SLICE_THREAD_TS: return give_thread_time(context, trace, at);
    case VTCI_SLICE_THREAD_DUR: return give_thread_dur(context, trace, at);
    default: return VTC_OK; /* no format counts instructions: NULL */
    }
}
