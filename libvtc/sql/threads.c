#include "sql/threads.h"

#include "base/error.h"
#include "sql/id_map.h"
#include "sql/json.h"

/* A pid or tid while threads are made. `key` is the same for what Perfetto takes for the same. */
struct spec {
    struct vtci_sql_pid pid;
    vtci_label key;
    bool exists;
};

struct making {
    struct vtci_sql_trace *trace;
    struct vtci_threads *threads;
    struct vtci_id_map processes, by_pair; /* pid key; pid key << 32 | tid key */
};

/* Texts of keys: a letter that no other label of a trace needs to differ by, as these labels are
 * used for nothing else. */
static vtc_status make_key(struct making *making, char kind, const char *data, size_t len_bytes,
                           vtci_label *out_key)
{
    struct vtci_buffer text;
    vtci_buffer_init(&text, &making->trace->memory);
    vtc_status status = vtci_buffer_u8(&text, (uint8_t)kind);
    if (status == VTC_OK)
        status = vtci_buffer_append(&text, data, len_bytes);
    if (status == VTC_OK)
        status = vtci_labels_add(&making->trace->labels, (const char *)text.data, text.len_bytes,
                                 false, false, out_key);
    vtci_buffer_free(&text);
    return status;
}

static vtc_status number_key(struct making *making, int64_t number, struct spec *out)
{
    out->pid.has_number = true;
    out->pid.number = number;
    return make_key(making, 'n', (const char *)&number, sizeof number, &out->key);
}

static vtc_status take_spec(struct making *making, struct vtc_text text, struct spec *out)
{
    struct vtci_json value = vtci_json_value(text.data, text.len_bytes);
    memset(out, 0, sizeof *out);
    out->exists = value.kind == VTCI_JSON_NUMBER || value.kind == VTCI_JSON_STRING;
    if (!out->exists)
        return number_key(making, 0, out);
    struct vtci_json_number number = vtci_json_number(value.data, value.len_bytes);
    if (value.kind == VTCI_JSON_NUMBER) {
        bool fits = number.real > -9e18 && number.real < 9e18;
        return number_key(making,
                          number.is_integer ? number.integer
                          : fits            ? (int64_t)number.real
                                            : 0,
                          out);
    }
    VTC_TRY(vtci_labels_add(&making->trace->labels, value.data, value.len_bytes, true, true,
                            &out->pid.text));
    out->pid.has_number = number.is_integer;
    out->pid.number = number.integer;
    return make_key(making, 's', value.data, value.len_bytes, &out->key);
}

static vtc_status add_thread(struct making *making, const struct spec *pid, const struct spec *tid,
                             uint32_t upid, uint32_t *out_utid)
{
    struct vtci_threads *threads = making->threads;
    uint64_t pair = (uint64_t)pid->key << 32 | tid->key;
    *out_utid = vtci_id_map_get(&making->by_pair, pair);
    if (*out_utid != VTCI_ID_NONE)
        return VTC_OK;
    *out_utid = (uint32_t)threads->thread_count;
    VTC_TRY(vtci_id_map_put(&making->by_pair, pair, *out_utid));
    VTC_TRY(VTCI_ARRAY_RESERVE(&making->trace->memory, threads->threads, threads->thread_capacity,
                               threads->thread_count + 1));
    threads->threads[threads->thread_count++] =
        (struct vtci_thread){tid->pid, 0, upid, pid->key == tid->key};
    return VTC_OK;
}

/* A process that is new gets its main thread, behind the thread that shows it. */
static vtc_status add_process(struct making *making, const struct spec *pid, uint32_t *out_upid,
                              bool *out_is_new)
{
    struct vtci_threads *threads = making->threads;
    *out_upid = vtci_id_map_get(&making->processes, pid->key);
    *out_is_new = *out_upid == VTCI_ID_NONE;
    if (!*out_is_new)
        return VTC_OK;
    *out_upid = (uint32_t)threads->process_count;
    VTC_TRY(vtci_id_map_put(&making->processes, pid->key, *out_upid));
    VTC_TRY(VTCI_ARRAY_RESERVE(&making->trace->memory, threads->processes,
                               threads->process_capacity, threads->process_count + 1));
    threads->processes[threads->process_count++] = (struct vtci_process){pid->pid, 0};
    return VTC_OK;
}

static vtc_status add_track(struct making *making, size_t place, struct vtc_text pid_text,
                            struct vtc_text tid_text)
{
    struct spec pid, tid;
    uint32_t upid, utid, main_utid;
    bool is_new;
    VTC_TRY(take_spec(making, pid_text, &pid));
    VTC_TRY(take_spec(making, tid_text, &tid));
    bool is_zero = !tid.pid.text && tid.pid.number == 0;
    bool has_tid = tid.exists;
    if (is_zero && (pid.pid.text || pid.pid.number != 0))
        tid = pid;
    VTC_TRY(add_process(making, &pid, &upid, &is_new));
    VTC_TRY(add_thread(making, &pid, &tid, upid, &utid));
    if (is_new)
        VTC_TRY(add_thread(making, &pid, &pid, upid, &main_utid));
    making->threads->track_utid[place] = utid;
    making->threads->track_has[place] =
        (uint8_t)((pid.exists ? VTCI_HAS_PID : 0) | (has_tid ? VTCI_HAS_TID : 0));
    return VTC_OK;
}

/* The idle thread of the idle process, which no event is on. */
static vtc_status add_idle(struct making *making)
{
    struct vtci_threads *threads = making->threads;
    struct vtci_memory *memory = &making->trace->memory;
    struct vtci_sql_pid zero = {true, 0, 0};
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, threads->processes, threads->process_capacity, 1));
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, threads->threads, threads->thread_capacity, 1));
    threads->processes[threads->process_count++] = (struct vtci_process){zero, 0};
    threads->threads[threads->thread_count++] = (struct vtci_thread){zero, 0, 0, true};
    return VTC_OK;
}

static vtc_status make_all(struct making *making)
{
    struct vtci_sql_trace *trace = making->trace;
    struct vtci_threads *threads = making->threads;
    threads->track_count = (size_t)trace->summary.tracks + 1;
    threads->track_utid =
        vtci_allocate_zeroed(&trace->memory, threads->track_count * sizeof *threads->track_utid);
    threads->track_has = vtci_allocate_zeroed(&trace->memory, threads->track_count);
    if (!threads->track_utid || !threads->track_has)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(add_idle(making));
    for (size_t i = 0; i + 1 < threads->track_count; i++) {
        struct vtc_track track;
        VTC_TRY(vtc_reader_track(trace->reader, (uint32_t)i, &track));
        VTC_TRY(add_track(making, i, track.pid, track.tid));
    }
    return VTC_OK;
}

vtc_status vtci_threads_make(struct vtci_sql_trace *trace)
{
    if (trace->threads)
        return VTC_OK;
    struct making making = {.trace = trace};
    making.threads = trace->threads = vtci_allocate_zeroed(&trace->memory, sizeof *trace->threads);
    if (!trace->threads)
        return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
    vtci_id_map_init(&making.processes, &trace->memory);
    vtci_id_map_init(&making.by_pair, &trace->memory);
    vtc_status status = make_all(&making);
    vtci_id_map_free(&making.processes);
    vtci_id_map_free(&making.by_pair);
    if (status != VTC_OK)
        vtci_threads_free(trace);
    return vtci_sql_fail(trace, status);
}

/* Whether the track's own tid is the thread's, which it is not where a tid of 0 stands for the main
 * thread: the name of the thread itself goes first. */
static bool is_own_track(const struct vtci_sql_trace *trace, size_t place)
{
    struct vtc_track track;
    const struct vtci_thread *thread = &trace->threads->threads[trace->threads->track_utid[place]];
    if (vtc_reader_track(trace->reader, (uint32_t)place, &track) != VTC_OK)
        return false;
    struct vtci_json tid = vtci_json_value(track.tid.data, track.tid.len_bytes);
    return tid.kind == VTCI_JSON_STRING ||
           (tid.kind == VTCI_JSON_NUMBER &&
            vtci_json_number(tid.data, tid.len_bytes).integer == thread->tid.number);
}

static vtc_status name_track(struct vtci_sql_trace *trace, size_t place)
{
    struct vtc_text process_name, thread_name;
    struct vtci_thread *thread = &trace->threads->threads[trace->threads->track_utid[place]];
    struct vtci_process *process = &trace->threads->processes[thread->upid];
    VTC_TRY(vtc_reader_track_names(trace->reader, (uint32_t)place, &process_name, &thread_name,
                                   &trace->err));
    if (!process->name && process_name.data)
        VTC_TRY(vtci_labels_add(&trace->labels, process_name.data, process_name.len_bytes, true,
                                true, &process->name));
    if (thread_name.data && !thread->tid.text && (!thread->name || is_own_track(trace, place)))
        VTC_TRY(vtci_labels_add(&trace->labels, thread_name.data, thread_name.len_bytes, true, true,
                                &thread->name));
    return VTC_OK;
}

vtc_status vtci_threads_name(struct vtci_sql_trace *trace)
{
    VTC_TRY(vtci_threads_make(trace));
    struct vtci_threads *threads = trace->threads;
    if (threads->has_names)
        return VTC_OK;
    for (size_t i = 0; i < threads->process_count; i++)
        threads->processes[i].name = threads->processes[i].pid.text;
    for (size_t i = 0; i < threads->thread_count; i++)
        threads->threads[i].name = threads->threads[i].tid.text;
    for (size_t i = 0; i + 1 < threads->track_count; i++) {
        vtc_status status = name_track(trace, i);
        if (status != VTC_OK)
            return vtci_sql_fail(trace, status);
    }
    threads->has_names = true;
    return VTC_OK;
}

void vtci_threads_free(struct vtci_sql_trace *trace)
{
    struct vtci_threads *threads = trace->threads;
    struct vtci_memory *memory = &trace->memory;
    if (!threads)
        return;
    VTCI_ARRAY_FREE(memory, threads->processes, threads->process_capacity);
    VTCI_ARRAY_FREE(memory, threads->threads, threads->thread_capacity);
    vtci_release(memory, threads->track_utid, threads->track_count * sizeof *threads->track_utid);
    vtci_release(memory, threads->track_has, threads->track_count);
    vtci_release(memory, threads, sizeof *threads);
    trace->threads = NULL;
}
