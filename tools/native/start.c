/* Begin and end of tracing, of a thread and of a process.
 *
 * Everything waits for the first call that is traced, so that a program that was not compiled for it
 * leaves no file, and hooks that run before this library's constructors would are no exception.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "native/tracer.h"

enum {
    CALLS_MAX = 1 << 18, /* that a thread can have open; address space, not memory */
    MISSED_A_TRY = 1024, /* calls of a thread without memory until it tries again */
    NAMES_MAX = 100      /* of files that may be there already */
};

struct tracer tracer;
_Thread_local struct thread_state tracer_thread;

/* Or the id of the process that is at it: one word, as a child may be made at any moment. */
enum { START_NONE = 0, START_DONE = -1, START_OFF = -2 };
static _Atomic int start_phase; /* release with what it says; pairs with acquire in start */
static _Atomic int slow_lock;   /* 0: free */
static pthread_key_t thread_key;

void *tracer_map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* By the system call: the program may have put something before pthread_sigmask. */
void tracer_pause(struct tracer_pause *pause)
{
    sigset_t all;
    sigfillset(&all);
    pause->phase = tracer_thread.phase;
    tracer_thread.phase = THREAD_BUSY;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, pause->signals, _NSIG / 8);
}

void tracer_resume(const struct tracer_pause *pause)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, pause->signals, NULL, _NSIG / 8);
    tracer_thread.phase = pause->phase;
}

void tracer_spin_lock(_Atomic int *lock)
{
    int nobody = 0;
    while (!atomic_compare_exchange_weak_explicit(lock, &nobody, 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
        nobody = 0;
        sched_yield();
    }
}

void tracer_spin_unlock(_Atomic int *lock)
{
    atomic_store_explicit(lock, 0, memory_order_release); /* pairs with the acquire above */
}

void tracer_lock(void)
{
    tracer_spin_lock(&slow_lock);
}

void tracer_unlock(void)
{
    tracer_spin_unlock(&slow_lock);
}

/* The session's allocator: never the program's malloc, which may be what is being traced. */
static void *allocate(void *context, size_t bytes)
{
    (void)context;
    return tracer_map(bytes);
}

static void release(void *context, void *block, size_t bytes)
{
    (void)context;
    munmap(block, bytes);
}

static void *reallocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    void *moved = mremap(block, old_bytes, new_bytes, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}

/* NAME.vtc, or NAME.pPID.vtc where that exists, or NAME.pPID-2.vtc and on: exec keeps the process id. */
static void name_file(const char *file, int attempt, char out_name[SETTINGS_PATH_BYTES + 32])
{
    size_t stem = strlen(file);
    if (stem > 4 && strcmp(file + stem - 4, ".vtc") == 0)
        stem -= 4;
    if (attempt == 0)
        snprintf(out_name, SETTINGS_PATH_BYTES + 32, "%s", file);
    else if (attempt == 1)
        snprintf(out_name, SETTINGS_PATH_BYTES + 32, "%.*s.p%d.vtc", (int)stem, file, getpid());
    else
        snprintf(out_name, SETTINGS_PATH_BYTES + 32, "%.*s.p%d-%d.vtc", (int)stem, file, getpid(),
                 attempt);
}

static bool open_session(void)
{
    static char name[SETTINGS_PATH_BYTES + 32];
    const struct settings *settings = &tracer.settings;
    const struct vtc_allocator allocator = {NULL, allocate, reallocate, release};
    struct vtc_session_opts opts;
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.allocator = &allocator;
    opts.policy = settings->flight ? VTC_POLICY_FLIGHT : VTC_POLICY_DROP;
    if (settings->flight)
        opts.keep_bytes = settings->max_bytes;
    else
        opts.disk_limit_bytes = settings->max_bytes;
    for (int attempt = 0; attempt < NAMES_MAX; attempt++) {
        struct vtc_error err;
        memset(&err, 0, sizeof err);
        name_file(settings->file, attempt, name);
        vtc_status status = vtc_session_open(name, &opts, &tracer.session, &err);
        if (status == VTC_OK)
            return true;
        if (status != VTC_ERR_IO || err.sys_errno != EEXIST)
            return false;
    }
    return false;
}

/* --- threads */

static void close_thread(struct thread_state *thread)
{
    thread->phase = THREAD_OVER;
    tracer_end_above(thread, thread->calls); /* pthread_exit went past them */
    vtc_writer_close(thread->writer);
    munmap(thread->calls, CALLS_MAX * sizeof *thread->calls);
}

/* Other destructors of the thread may be traced: so this one has itself called again, up to the last
 * round that there is. */
static void on_thread_end(void *value)
{
    struct thread_state *thread = value;
    if (++thread->rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(thread_key, thread);
        return;
    }
    struct tracer_pause pause;
    tracer_pause(&pause);
    if (pause.phase == THREAD_READY)
        close_thread(thread);
    pause.phase = THREAD_OVER;
    tracer_resume(&pause);
}

static bool open_thread(struct thread_state *thread)
{
    thread->calls = tracer_map(CALLS_MAX * sizeof *thread->calls);
    if (!thread->calls)
        return false;
    thread->top = thread->calls;
    thread->end = thread->calls + CALLS_MAX;
    if (vtc_writer_open(tracer.session, 0, NULL, &thread->writer, NULL) != VTC_OK) {
        munmap(thread->calls, CALLS_MAX * sizeof *thread->calls);
        return false;
    }
    pthread_setspecific(thread_key, thread);
    return true;
}

/* --- the process */

/* The child returns from calls that its parent entered: they are no events of its own. */
static void after_fork_in_child(void)
{
    struct thread_state *thread = &tracer_thread;
    atomic_store_explicit(&slow_lock, 0, memory_order_relaxed);
    if (thread->phase == THREAD_READY)
        for (struct call *call = thread->calls; call < thread->top; call++)
            call->site = 0;
}

/* Before the program registers handlers of its own: see modules.c. */
static __attribute__((constructor)) void prepare(void)
{
    (void)modules_watch_fork();
}

/* Destructors of the program have run by now, those of libraries that know nothing of this one
 * perhaps not: what they call is counted as late. */
static __attribute__((destructor)) void finish(void)
{
    if (atomic_load_explicit(&start_phase, memory_order_acquire) != START_DONE)
        return;
    struct tracer_pause pause;
    tracer_pause(&pause);
    vtc_session_close(tracer.session, NULL);
    tracer_resume(&pause);
}

static bool begin(void)
{
    settings_read(&tracer.settings);
    if (tracer.settings.off || !sites_init() ||
        pthread_atfork(NULL, NULL, after_fork_in_child) != 0 ||
        pthread_key_create(&thread_key, on_thread_end) != 0)
        return false;
    if (!open_session()) {
        pthread_key_delete(thread_key);
        return false;
    }
    tracer.by_duration = tracer.settings.min_duration_ns > 0;
    tracer.by_name = tracer.settings.include || tracer.settings.exclude;
    tracer.min_ticks = vtc_session_ticks_of(tracer.session, tracer.settings.min_duration_ns);
    const struct vtc_site_opts opts = {.struct_size = sizeof opts,
                                       .phase = tracer.by_duration ? 'X' : 'B',
                                       .name = "(functions beyond the table's size)"};
    if (vtc_session_site(tracer.session, &opts, &tracer.other, NULL) != VTC_OK)
        tracer.other = 0;
    tracer_lock();
    modules_forget();
    modules_note();
    tracer_unlock();
    return true;
}

/* Called within a pause. Another thread that is at it is waited for; where it is the parent's, this child
 * begins anew: what the other had half done is nobody's. */
static bool start(void)
{
    int self = getpid();
    for (;;) {
        int phase = atomic_load_explicit(&start_phase, memory_order_acquire);
        if (phase == START_DONE || phase == START_OFF)
            return phase == START_DONE;
        if (phase == self) {
            sched_yield();
            continue;
        }
        if (!atomic_compare_exchange_strong_explicit(&start_phase, &phase, self,
                                                     memory_order_relaxed, memory_order_relaxed))
            continue;
        if (phase != START_NONE)
            tracer_unlock();
        phase = begin() ? START_DONE : START_OFF;
        atomic_store_explicit(&start_phase, phase, memory_order_release);
    }
}

static enum thread_phase make_ready(struct thread_state *thread)
{
    if (!start())
        return THREAD_OVER;
    return open_thread(thread) ? THREAD_READY : THREAD_BARE;
}

bool tracer_thread_ready(struct thread_state *thread)
{
    bool is_bare = thread->phase == THREAD_BARE;
    if (!is_bare && thread->phase != THREAD_FRESH)
        return false;
    if (!is_bare || ++thread->missed % MISSED_A_TRY == 0) {
        struct tracer_pause pause;
        tracer_pause(&pause);
        pause.phase = make_ready(thread);
        tracer_resume(&pause);
    }
    if (thread->phase == THREAD_BARE)
        tracer_lose();
    return thread->phase == THREAD_READY;
}
