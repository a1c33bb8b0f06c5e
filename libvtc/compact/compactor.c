/* The thread that compacts behind a session.
 *
 *     wait for the interval, for vtc_compactor_wake, or for the end
 *     ask the session to leave old segments      under its flag `making`, which is tried, never awaited
 *     vtc_compact_family                         like any other process would
 *
 * Recording never waits for any of it: the files that are worked on are closed, and nobody writes to
 * them. One lock, for what _wake, _statistics and _stop share with the thread; no other is taken
 * under it, and it is not held while a round runs.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "vtc/compact.h"
#include "write/lane.h"
#include "write/session.h"

#define DEFAULT_INTERVAL_NS UINT64_C(10000000000)
#define PRIORITY 10                              /* a tenth of what a thread at 0 gets */
#define DEFAULT_MEMORY_BYTES ((size_t)128 << 20) /* of somebody else's process */

struct vtc_compactor {
    struct vtci_memory memory;
    vtc_session *session;
    struct vtc_compactor_opts opts;
    pid_t pid; /* of the process that has the thread */
    pthread_t thread;
    atomic_bool stopping; /* relaxed: asks to give up; the lock orders the rest */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock */
    bool is_woken;
    uint64_t rounds;
    struct vtc_compact_round total;
};

/* The caller's progress function, and the end. */
static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    struct vtc_compactor *self = context;
    if (atomic_load_explicit(&self->stopping, memory_order_relaxed))
        return VTC_ERR_CANCELLED;
    if (!self->opts.compact.progress)
        return VTC_OK;
    return self->opts.compact.progress(self->opts.compact.progress_context, input_bytes,
                                       output_bytes);
}

/* A thread that was within a record when its segment was left, and has recorded nothing since, keeps
 * that segment open: ask again. */
static void settle(vtc_session *session)
{
    unsigned open_files = 0;
    if (!vtci_session_try_make(session))
        return;
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++)
        open_files += atomic_load_explicit(&session->files[i].refs, memory_order_relaxed) != 0;
    if (open_files > 1)
        vtci_session_shoo(session, VTCI_LANE_MOVE);
    vtci_session_settle(session);
    vtci_session_end_make(session);
}

static void work_once(struct vtc_compactor *self)
{
    struct vtc_compact_opts opts = self->opts.compact;
    struct vtc_compact_round round;
    struct vtc_error err = {.offset = VTC_NO_OFFSET};
    opts.progress = on_progress;
    opts.progress_context = self;
    settle(self->session);
    vtc_status status =
        vtc_compact_family(self->session->path, &opts, &self->opts.keep, &round, &err);
    if (status != VTC_OK && status != VTC_ERR_CANCELLED && opts.notice)
        opts.notice(opts.notice_context, self->session->path, &err);
    pthread_mutex_lock(&self->lock);
    self->rounds++;
    if (status == VTC_OK) {
        struct vtc_compact_round *total = &self->total;
        total->files = round.files;
        total->recording = round.recording;
        total->kept_bytes = round.kept_bytes;
        total->compacted += round.compacted;
        total->failed += round.failed;
        total->input_bytes += round.input_bytes;
        total->output_bytes += round.output_bytes;
        total->removed += round.removed;
        total->removed_bytes += round.removed_bytes;
        total->cleared += round.cleared;
    }
    pthread_mutex_unlock(&self->lock);
}

/* Waits; false at the end. */
static bool wait_for_round(struct vtc_compactor *self)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(self->opts.interval_ns / 1000000000);
    until.tv_nsec += (long)(self->opts.interval_ns % 1000000000);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&self->lock);
    int timed_out = 0;
    while (!self->is_woken && !timed_out &&
           !atomic_load_explicit(&self->stopping, memory_order_relaxed))
        timed_out = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    self->is_woken = false;
    pthread_mutex_unlock(&self->lock);
    return !atomic_load_explicit(&self->stopping, memory_order_relaxed);
}

static void *run(void *context)
{
    struct vtc_compactor *self = context;
    /* Of this thread alone, on Linux; where it is refused the work is done all the same. Not the lowest
     * of all: with that, a machine that is busy for long would never compact, and fill its disk. */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), PRIORITY);
    while (wait_for_round(self))
        work_once(self);
    return NULL;
}

static vtc_status start_thread(struct vtc_compactor *self, struct vtc_error *err)
{
    pthread_condattr_t attributes;
    sigset_t all, before;
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    /* Signals are for the threads of the program. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&self->thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        return VTC_OK;
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL, "cannot start a thread (%d)",
                          failed);
}

static vtc_status take_opts(struct vtc_compactor *self, const struct vtc_compactor_opts *opts,
                            struct vtc_error *err)
{
    if (opts && opts->struct_size < sizeof *opts)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected struct_size %zu, found %zu", sizeof *opts,
                              opts->struct_size);
    if (opts)
        self->opts = *opts;
    if (!self->opts.interval_ns)
        self->opts.interval_ns = DEFAULT_INTERVAL_NS;
    if (!self->opts.compact.struct_size)
        memset(&self->opts.compact, 0, sizeof self->opts.compact);
    else if (self->opts.compact.struct_size < sizeof self->opts.compact)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected compact.struct_size %zu, found %zu",
                              sizeof self->opts.compact, self->opts.compact.struct_size);
    self->opts.compact.struct_size = sizeof self->opts.compact;
    if (!self->opts.compact.memory_limit_bytes)
        self->opts.compact.memory_limit_bytes = DEFAULT_MEMORY_BYTES;
    return VTC_OK;
}

vtc_status vtc_compactor_start(vtc_session *session, const struct vtc_compactor_opts *opts,
                               vtc_compactor **out_compactor, struct vtc_error *err)
{
    const struct vtc_allocator *allocator = opts ? opts->compact.allocator : NULL;
    struct vtci_memory memory;
    if (!session || !vtci_session_try_ref(session))
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a session that is open");
    vtci_memory_init(&memory, allocator, 0);
    struct vtc_compactor *self = vtci_allocate_zeroed(&memory, sizeof *self);
    if (!self) {
        vtci_session_unref(session);
        return vtci_error_memory(err, sizeof *self);
    }
    vtci_memory_init(&self->memory, allocator, 0);
    self->session = session;
    self->pid = getpid();
    vtc_status status = take_opts(self, opts, err);
    if (status == VTC_OK)
        status = start_thread(self, err);
    if (status != VTC_OK) {
        vtci_release(&memory, self, sizeof *self);
        vtci_session_unref(session);
        return status;
    }
    *out_compactor = self;
    return VTC_OK;
}

void vtc_compactor_wake(vtc_compactor *compactor)
{
    pthread_mutex_lock(&compactor->lock);
    compactor->is_woken = true;
    pthread_cond_signal(&compactor->changed);
    pthread_mutex_unlock(&compactor->lock);
}

void vtc_compactor_statistics(vtc_compactor *compactor, struct vtc_compact_round *out_total,
                              uint64_t *out_rounds)
{
    pthread_mutex_lock(&compactor->lock);
    *out_total = compactor->total;
    if (out_rounds)
        *out_rounds = compactor->rounds;
    pthread_mutex_unlock(&compactor->lock);
}

void vtc_compactor_stop(vtc_compactor *compactor)
{
    if (!compactor)
        return;
    if (compactor->pid == getpid()) {
        pthread_mutex_lock(&compactor->lock);
        atomic_store_explicit(&compactor->stopping, true, memory_order_relaxed);
        pthread_cond_signal(&compactor->changed);
        pthread_mutex_unlock(&compactor->lock);
        pthread_join(compactor->thread, NULL);
        pthread_cond_destroy(&compactor->changed);
        pthread_mutex_destroy(&compactor->lock);
    } /* else: a child, in which the lock may be held by a thread that it does not have */
    vtci_session_unref(compactor->session);
    struct vtci_memory memory = compactor->memory;
    vtci_release(&memory, compactor, sizeof *compactor);
}
