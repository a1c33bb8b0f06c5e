/* The Python tracer: what its files share.
 *
 *     monitor.c (3.12 on), profile.c (3.11)   the interpreter's callbacks
 *          -> sites.c     function -> site: a table that all threads read
 *          -> calls.c     the thread's stack of open calls, and what is recorded of them
 *     functions.c         what a function is called, and whether it is traced
 *     control.c, busy.c   start, pause, stop: the one session of the process; one thread at a time
 *     events.c            what a program records by itself
 *     module.c            all of that for Python
 *
 * Nothing is shared on the hot path but lines that all threads only read. A thread finds out by one
 * comparison, of its `generation` with the tracer's, that tracing began, paused or ended; nobody ever
 * touches another thread's state. A session's memory lives until the last thread that has a writer of
 * it closes that, so a thread that is within a callback while another one stops is safe.
 */
#ifndef VTC_PYTHON_TRACER_H
#define VTC_PYTHON_TRACER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "vtc/compact.h"
#include "vtc/writer.h"

#define TRACER_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define TRACER_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* What is traced, and how. Changed under `lock`, while nothing is recorded. */
struct tracer_filter {
    char **include, **exclude; /* absolute paths of files or directories; ended by NULL; or NULL */
    bool ignore_c;             /* functions that are not written in Python */
    bool ignore_frozen;
    bool log_arguments;
    bool log_return_value;
    bool log_async;
    uint32_t depth_max; /* calls that are open at once and recorded; the default is all */
};

struct tracer {
    /* 0: nothing is recorded. Else the number of what was started or resumed last, never the same
     * again. Release with what stands below; pairs with the acquire in thread_renew. */
    _Atomic uint32_t generation;
    vtc_session *session;   /* written under `lock`; borrowed by threads under it */
    uint32_t session_count; /* sessions so far: which one a thread's writer is of */
    uint64_t min_ticks;     /* not 0: spans are recorded when they end, if they took this long */
    vtc_site other;         /* for functions that there is no room for; 0: none */
    vtc_site return_site;   /* of phase E, with the value */
    struct tracer_filter filter;
    char *own_files; /* the package's directory: not traced */
    PyObject *module;
    /* Of sessions and sites. Whoever has it calls nothing of Python's, so no thread can be suspended
     * within, and neither a fork nor a stopped world waits for it for long. */
    pthread_mutex_t lock;
};
extern struct tracer tracer;

/* A call that has not returned. Its key is the address of the code object, of the PyMethodDef, or of the
 * object that stands for a span; the low bits tell them apart. */
enum { CALL_CODE = 0, CALL_SPAN = 1, CALL_C = 2, CALL_KINDS = 3, CALL_OVER = 0 /* in a pause */ };
struct call {
    uintptr_t key;
    uint64_t start_ticks;
    vtc_site site;      /* 0: not recorded */
    vtc_site async_end; /* 0: it is no coroutine of a task */
};

struct thread {
    uint32_t generation;
    uint32_t session_number;
    vtc_session *session; /* lives for as long as `writer` is not closed */
    vtc_writer *writer;
    struct call *calls; /* the bottom */
    struct call *top;   /* the next to be used */
    struct call *end;
    uint64_t deeper;     /* calls beyond the end */
    uint64_t task;       /* log_async: the number of the task whose coroutines are open; */
    uint32_t task_depth; /* and how many are */
};
/* In the static block of a thread's memory: no call to get at it. */
extern _Thread_local struct thread tracer_thread __attribute__((tls_model("initial-exec")));

/* --- thread.c */

/* Once a process. */
bool thread_init(void);
/* Behind the first vtc_session_open, which is what makes the library watch forks. */
bool thread_watch_fork(void);
/* Takes note of what changed since this thread was here last; false: nothing is to be recorded. `is_entering`:
 * its innermost frame is one that has just begun, or goes on. */
bool thread_renew(struct thread *thread, uint32_t generation, bool is_entering);
/* The calling thread, if it is to record now. */
static inline struct thread *thread_find(bool is_entering)
{
    struct thread *thread = &tracer_thread;
    uint32_t now = atomic_load_explicit(&tracer.generation, memory_order_relaxed);
    if (TRACER_LIKELY(thread->generation == now && now != 0))
        return thread;
    return thread_renew(thread, now, is_entering) ? thread : NULL;
}
static inline struct thread *thread_current(void)
{
    return thread_find(false);
}

/* --- calls.c */
/* Begins a call of a Python function, in its frame; of a coroutine also on its task's track. False: it is
 * not traced. */
bool calls_enter(struct thread *thread, PyCodeObject *code, bool with_arguments);
/* Of a C function, by whom it is called; false: nothing of the caller's is traced. */
bool calls_enter_c(struct thread *thread, PyCodeObject *caller, PyObject *callable);
/* Each of these ends the innermost open call of its kind, and what is open within it; false: there is none,
 * as the function, or the caller, is not traced. */
bool calls_leave(struct thread *thread, PyCodeObject *code);
bool calls_leave_with(struct thread *thread, PyCodeObject *code, PyObject *return_value);
void calls_leave_c(struct thread *thread, PyCodeObject *caller, PyObject *callable);
/* A span of the program's own, with its arguments; `key` is any address that is its own until its end. */
void calls_begin_span(struct thread *thread, const void *key, vtc_site site,
                      const struct vtc_value *values, size_t count);
void calls_end_span(struct thread *thread, const void *key);
/* While nothing is recorded, by the thread itself: it is over when recording goes on. */
void calls_note_end_of_span(struct thread *thread, const void *key);
/* After a pause: ends the calls that returned meanwhile, and takes note of those that were entered. */
void calls_catch_up(struct thread *thread, bool is_entering);

/* --- sites.c */
enum { SITE_UNKNOWN = 0, SITE_FILTERED = UINT32_MAX };
bool sites_init(void);
/* The site of a function that this generation has met; SITE_UNKNOWN else. */
static inline uint32_t sites_find(uintptr_t key, uint32_t generation);
void sites_keep(uintptr_t key, uint32_t generation, uint32_t site);
/* The function at this address is gone: whatever comes to lie there is another. */
void sites_forget(uintptr_t key);

/* --- functions.c: off the hot path; a pending exception stays as it is */

/* The site of a code object, or SITE_FILTERED; 0: it cannot be recorded. */
uint32_t functions_meet_code(PyCodeObject *code, uint32_t generation);
/* The sites of a coroutine on its task's track, of phases b and e; 0: none. */
uint32_t functions_async_site(PyCodeObject *code, char phase, uint32_t generation);
/* Of a function that is not written in Python. */
uint32_t functions_meet_c(PyObject *callable, PyMethodDef *method, uint32_t generation);
/* What says which C function it is; NULL: none that is traced. */
static inline PyMethodDef *functions_method(PyObject *callable)
{
    if (TRACER_LIKELY(Py_IS_TYPE(callable, &PyFunction_Type)))
        return NULL; /* the check below is a call for what is no C function */
    if (PyCFunction_Check(callable))
        return ((PyCFunctionObject *)callable)->m_ml;
    if (Py_IS_TYPE(callable, &PyMethodDescr_Type))
        return ((PyMethodDescrObject *)callable)->d_method;
    return NULL;
}
/* Has sites_forget called when code objects are destroyed. -1: a Python exception. */
int functions_watch(void);

/* The same with a string for each of its arguments. */
uint32_t functions_meet_arguments(PyCodeObject *code, uint32_t generation);

/* --- tasks.c */

/* The number of the task that the thread is running, 0: none. Begins its track where it is new. */
uint64_t tasks_current(struct thread *thread);
PyObject *tasks_set_finder(PyObject *module, PyObject *finder);

/* --- signals.c */

/* Takes the exception, if any, of a function of the program's that the tracer called. What its signal
 * handlers raised meanwhile is raised in the main thread once more. */
void signals_hand_on(void);

/* --- values.c: these call the program's __repr__; what it raises goes no further */

enum { VALUE_BYTES = 256, VALUES_MAX = 12 /* so that an event is never too big */ };
/* How many arguments of a function are told, and which is the i-th. */
int values_argument_count(PyCodeObject *code);
/* Records the begin of a call with the arguments of the frame that was just entered; false: the thread has gone
 * on to another session by then. */
bool values_begin(struct thread *thread, PyCodeObject *code, vtc_site site);
void values_end(struct thread *thread, PyObject *value);
/* How much of a text fits into a room, cut before a character that does not. */
size_t values_fit(const char *text, size_t len_bytes, size_t room_bytes);
/* The repr, at most VALUE_BYTES; gives its length. */
size_t values_text(PyObject *object, char out_text[VALUE_BYTES]);

/* --- monitor.c or profile.c: the interpreter's callbacks. -1: a Python exception. */
int hook_init(void);
int hook_on(void);
int hook_off(void);
int hook_log_exceptions(bool on); /* from 3.12 on */

/* --- busy.c: only one thread at a time changes what is recorded */

/* -1: a Python exception. */
int busy_init(void);
/* False, with an exception: this thread is at it further out, and the program has come in between by an audit
 * hook or a callback of the garbage collector. */
bool busy_enter(void);
void busy_leave(void);

/* --- control.c, events.c: methods of the module */
PyObject *control_start(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *control_stop(PyObject *module, PyObject *unused);
PyObject *control_pause(PyObject *module, PyObject *unused);
PyObject *control_resume(PyObject *module, PyObject *unused);
PyObject *control_statistics(PyObject *module, PyObject *unused);
PyObject *control_log_exceptions(PyObject *module, PyObject *on);
int control_init(void);

PyObject *events_record(PyObject *module, PyObject *const *args, Py_ssize_t count);
PyObject *events_begin(PyObject *module, PyObject *const *args, Py_ssize_t count);
PyObject *events_end(PyObject *module, PyObject *key);
/* A callback of the garbage collector's. */
PyObject *events_gc(PyObject *module, PyObject *const *args, Py_ssize_t count);
/* An instant of an exception that is being raised. */
void events_exception(PyObject *exception);

/* --- files.c */
PyObject *files_compact(PyObject *module, PyObject *args);
PyObject *files_merge(PyObject *module, PyObject *args);
PyObject *files_export(PyObject *module, PyObject *args);
PyObject *files_raise(vtc_status status, const struct vtc_error *err, const char *path);

/* The table of sites.c: open addressing, linear probing, never shrinks. A key is stored once, by
 * compare-and-swap; `value` is generation << 32 | site, whole or not at all. */
struct site_slot {
    _Atomic uintptr_t key;
    _Atomic uint64_t value;
};
enum { SITE_SLOT_BITS = 19, SITE_SLOTS = 1 << SITE_SLOT_BITS };
extern struct site_slot *site_slots;

/* Objects of a kind are 16 bytes apart at least, and differ in the bits above. */
static inline size_t site_slot_of(uintptr_t key)
{
    return (size_t)((key >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SITE_SLOT_BITS));
}

static inline uint32_t sites_find(uintptr_t key, uint32_t generation)
{
    for (size_t slot = site_slot_of(key);; slot = (slot + 1) & (SITE_SLOTS - 1)) {
        /* Relaxed: a site says nothing about other memory; the library checks it by itself. */
        uintptr_t found = atomic_load_explicit(&site_slots[slot].key, memory_order_relaxed);
        if (TRACER_LIKELY(found == key)) {
            uint64_t value = atomic_load_explicit(&site_slots[slot].value, memory_order_relaxed);
            return value >> 32 == generation ? (uint32_t)value : SITE_UNKNOWN;
        }
        if (found == 0)
            return SITE_UNKNOWN;
    }
}

#endif
