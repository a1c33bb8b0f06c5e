#include "write/writer.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/error.h"
#include "wire/live_encode.h"
#include "write/process.h"

#define NAME_ON_STACK 256u

static void note(struct vtc_writer *writer, vtc_status status)
{
    int none = VTC_OK;
    atomic_compare_exchange_strong_explicit(&writer->status, &none, (int)status,
                                            memory_order_relaxed, memory_order_relaxed);
}

void vtci_writer_lose(struct vtc_writer *writer, enum vtc_loss cause, vtc_status status)
{
    if (status != VTC_OK)
        note(writer, status);
    vtci_session_lose(writer->session, cause, 1);
}

__attribute__((cold, noinline)) vtc_status vtci_writer_refuse(struct vtc_writer *writer)
{
    if (!writer)
        return VTC_END;
    note(writer, VTC_ERR_ARGUMENT);
    return VTC_ERR_ARGUMENT;
}

__attribute__((cold, noinline)) struct vtci_lane *vtci_writer_enter_aside(struct vtc_writer *writer,
                                                                          vtc_status *out_status)
{
    *out_status = VTC_END;
    if (!writer)
        return NULL;
    vtci_process_check();
    if (vtci_lane_enter(&writer->signals))
        return &writer->signals;
    vtci_writer_lose(writer, VTC_LOSS_INTERRUPTED, VTC_ERR_LIMIT);
    *out_status = VTC_ERR_LIMIT;
    return NULL;
}

int vtci_writer_log(struct vtci_lane *lane, struct vtci_live_file *file)
{
    const struct vtc_writer *writer = lane->writer;
    const char *name = writer->long_name ? writer->long_name : writer->short_name;
    uint8_t record[VTCI_LIVE_LOG_HEADER_BYTES + VTCI_LIVE_WRITER_BYTES + NAME_ON_STACK];
    /* A longer name is cut: this may be a signal handler's stack. */
    size_t name_bytes = writer->name_bytes < NAME_ON_STACK ? writer->name_bytes : NAME_ON_STACK - 8;
    uint8_t *body = record + VTCI_LIVE_LOG_HEADER_BYTES;
    vtci_live_writer_encode(body, lane->id, lane->flags, writer->thread_id);
    memcpy(body + VTCI_LIVE_WRITER_BYTES, name, name_bytes);
    return vtci_log_append(file, record, VTCI_LIVE_LOG_WRITER, VTCI_LIVE_WRITER_BYTES + name_bytes);
}

static void lane_init(struct vtci_lane *lane, struct vtc_writer *writer, uint32_t flags,
                      uint8_t *shadow)
{
    struct vtc_session *session = writer->session;
    lane->pos = lane->page_end = lane->chunk_next = NULL;
    lane->base = 0;
    lane->clock = session->clock;
    lane->chunk_pages = 1;
    lane->shadow = shadow;
    lane->session = session;
    lane->writer = writer;
    lane->flags = flags;
    lane->id = 1 + atomic_fetch_add_explicit(&session->next_writer, 1, memory_order_relaxed);
    lane->serial = 0;
    lane->sequence = 0;
    lane->retry_ns = 0;
    lane->has_waited = false;
    atomic_store_explicit(&lane->busy, 0, memory_order_relaxed);
    atomic_store_explicit(&lane->control, 0, memory_order_seq_cst);
}

/* A writer that nobody uses, or a new one, which is pushed on the session's list. */
static struct vtc_writer *take_writer(struct vtc_session *session)
{
    struct vtc_writer *writer = atomic_load_explicit(&session->writers, memory_order_acquire);
    for (; writer; writer = writer->next) {
        uint32_t unused = 0;
        if (atomic_compare_exchange_strong_explicit(&writer->in_use, &unused, 1,
                                                    memory_order_acquire, memory_order_relaxed))
            return writer;
    }
    size_t align = _Alignof(struct vtc_writer), bytes = sizeof *writer + align;
    void *allocation = vtci_allocate_zeroed(&session->memory, bytes);
    if (!allocation)
        return NULL;
    writer = (struct vtc_writer *)(((uintptr_t)allocation + align - 1) & ~(uintptr_t)(align - 1));
    writer->allocation = allocation;
    writer->allocation_bytes = bytes;
    writer->session = session;
    atomic_store_explicit(&writer->in_use, 1, memory_order_relaxed);
    atomic_store_explicit(&writer->lane.control, VTCI_LANE_CLOSED, memory_order_relaxed);
    atomic_store_explicit(&writer->signals.control, VTCI_LANE_CLOSED, memory_order_relaxed);
    writer->next = atomic_load_explicit(&session->writers, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&session->writers, &writer->next, writer,
                                                  memory_order_acq_rel, memory_order_relaxed))
        ;
    return writer;
}

static vtc_status set_name(struct vtc_writer *writer, const char *name, struct vtc_error *err)
{
    memset(writer->short_name, 0, sizeof writer->short_name);
    writer->long_name = NULL;
#ifdef __linux__
    if (!name) {
        prctl(PR_GET_NAME, writer->short_name);
        writer->name_bytes = strlen(writer->short_name);
        return VTC_OK;
    }
#endif
    writer->name_bytes = name ? strlen(name) : 0;
    if (writer->name_bytes > NAME_ON_STACK - 8)
        writer->name_bytes = NAME_ON_STACK - 8;
    char *to = writer->short_name;
    if (writer->name_bytes >= sizeof writer->short_name) {
        to = writer->long_name = vtci_allocate(&writer->session->memory, writer->name_bytes);
        if (!to)
            return vtci_error_memory(err, writer->name_bytes);
    }
    if (writer->name_bytes)
        memcpy(to, name, writer->name_bytes);
    return VTC_OK;
}

static void give_up(struct vtc_writer *writer)
{
    struct vtc_session *session = writer->session;
    atomic_fetch_or_explicit(&writer->lane.control, VTCI_LANE_CLOSED, memory_order_relaxed);
    atomic_fetch_or_explicit(&writer->signals.control, VTCI_LANE_CLOSED, memory_order_relaxed);
    if (writer->long_name)
        vtci_release(&session->memory, writer->long_name, writer->name_bytes);
    writer->long_name = NULL;
    atomic_fetch_sub_explicit(&session->writers_open, 1, memory_order_relaxed);
    atomic_store_explicit(&writer->in_use, 0, memory_order_release);
    vtci_session_unref(session);
}

vtc_status vtci_writer_open(struct vtc_session *session, uint64_t thread_id, const char *name,
                            const void *thread, struct vtc_writer **out_writer,
                            struct vtc_error *err)
{
    vtci_process_check();
    if (!session || !vtci_session_try_ref(session))
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected an open session, found a closed one");
    if (atomic_load_explicit(&session->next_writer, memory_order_relaxed) > VTCI_LIVE_ID_MAX - 4) {
        vtci_session_unref(session);
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIV-12",
                              "expected at most %u writers, found more", VTCI_LIVE_ID_MAX);
    }
    struct vtc_writer *writer = take_writer(session);
    if (!writer) {
        vtci_session_unref(session);
        return vtci_error_memory(err, sizeof *writer);
    }
    atomic_fetch_add_explicit(&session->writers_open, 1, memory_order_relaxed);
    writer->thread = thread;
    writer->next_in_thread = NULL;
    writer->thread_id_given = thread_id != 0;
    writer->thread_id = thread_id ? thread_id : (uint64_t)syscall(SYS_gettid);
    atomic_store_explicit(&writer->status, VTC_OK, memory_order_relaxed);
    lane_init(&writer->lane, writer, 0, writer->shadow[0]);
    lane_init(&writer->signals, writer, VTCI_LIVE_WRITER_SIGNALS, writer->shadow[1]);
    vtc_status status = set_name(writer, name, err);
    if (status != VTC_OK) {
        give_up(writer);
        return status;
    }
    /* Sequentially consistent on both sides: either stop() found this writer in the list and sets its
     * control, or it is seen here. */
    uint32_t control = 0;
    if (atomic_load_explicit(&session->stopped, memory_order_seq_cst))
        control = VTCI_LANE_STOP;
    else if (atomic_load_explicit(&session->child, memory_order_seq_cst) != VTCI_CHILD_NO)
        control = VTCI_LANE_FORK;
    atomic_fetch_or_explicit(&writer->lane.control, control, memory_order_relaxed);
    atomic_fetch_or_explicit(&writer->signals.control, control, memory_order_relaxed);
    *out_writer = writer;
    return VTC_OK;
}

void vtci_writer_close(struct vtc_writer *writer)
{
    vtci_lane_leave(&writer->lane);
    vtci_lane_leave(&writer->signals);
    give_up(writer);
}

vtc_status vtc_writer_open(vtc_session *session, uint64_t thread_id, const char *name,
                           vtc_writer **out_writer, struct vtc_error *err)
{
    return vtci_writer_open(session, thread_id, name, NULL, out_writer, err);
}

void vtc_writer_close(vtc_writer *writer)
{
    vtci_process_check();
    if (writer)
        vtci_writer_close(writer);
}

vtc_status vtc_writer_status(const vtc_writer *writer)
{
    return writer ? (vtc_status)atomic_load_explicit(&writer->status, memory_order_relaxed)
                  : VTC_END;
}
