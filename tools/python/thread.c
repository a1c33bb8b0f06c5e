/* A thread: its writer, its name, its stack of open calls. */
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "python/tracer.h"

enum { CALLS_MAX = 1 << 18 /* address space, not memory */, NAME_BYTES = 256 };

_Thread_local struct thread tracer_thread;
static pthread_key_t thread_key;

/* The stack is given back with the thread; a writer counts as closed then. What the thread left open
 * has not returned: it stays open in the file. */
static void on_thread_end(void *value)
{
    struct thread *thread = value;
    vtc_writer_close(thread->writer);
    munmap(thread->calls, CALLS_MAX * sizeof *thread->calls);
    memset(thread, 0, sizeof *thread);
}

static void before_fork(void)
{
    pthread_mutex_lock(&tracer.lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&tracer.lock);
}

bool thread_init(void)
{
    return pthread_key_create(&thread_key, on_thread_end) == 0;
}

/* What is registered last is run first before a fork: so this comes behind the library's, whose locks
 * are taken under ours. */
bool thread_watch_fork(void)
{
    static bool is_watched;
    if (!is_watched)
        is_watched = pthread_atfork(before_fork, after_fork, after_fork) == 0;
    return is_watched;
}

static bool make_stack(struct thread *thread)
{
    void *memory = mmap(NULL, CALLS_MAX * sizeof *thread->calls, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    if (pthread_setspecific(thread_key, thread) != 0) {
        munmap(memory, CALLS_MAX * sizeof *thread->calls);
        return false;
    }
    thread->calls = thread->top = memory;
    thread->end = thread->calls + CALLS_MAX;
    return true;
}

/* --- the name: that of the threading.Thread whose method is the thread's outermost frame */

/* A new reference; NULL, with an exception, if there is none. */
static PyObject *member(PyObject *fields, const char *name)
{
    return fields ? PyMapping_GetItemString(fields, name) : NULL;
}

static PyObject *outermost_self(void)
{
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get()), *back;
    PyObject *self = NULL;
    while (frame && (back = PyFrame_GetBack(frame)) != NULL) {
        Py_DECREF(frame);
        frame = back;
    }
    if (!frame)
        return NULL;
#if PY_VERSION_HEX >= 0x030C0000
    self = PyFrame_GetVarString(frame, "self");
#else
    PyObject *locals = PyFrame_GetLocals(frame);
    self = member(locals, "self");
    Py_XDECREF(locals);
#endif
    Py_DECREF(frame);
    return self;
}

/* Looks into the instance's own dictionary: no code of the program's runs. */
static bool thread_name(char out_name[NAME_BYTES])
{
    PyObject *self = outermost_self();
    PyObject *fields = self ? PyObject_GenericGetDict(self, NULL) : NULL;
    PyObject *daemonic = member(fields, "_daemonic"); /* what a Thread has, and little else */
    PyObject *name = daemonic ? member(fields, "_name") : NULL;
    const char *text = name && PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    if (text) {
        strncpy(out_name, text, NAME_BYTES - 1);
        out_name[NAME_BYTES - 1] = '\0';
    }
    Py_XDECREF(name);
    Py_XDECREF(daemonic);
    Py_XDECREF(fields);
    Py_XDECREF(self);
    return text != NULL;
}

static bool name_this_thread(char out_name[NAME_BYTES])
{
    if (syscall(SYS_gettid) == getpid()) {
        strcpy(out_name, "MainThread");
        return true;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    bool has_name = thread_name(out_name);
    PyErr_Restore(type, value, traceback); /* and away with what looking for it raised */
    return has_name;
}

/* --- what changed */

/* Borrows a writer of the current session, unless that is over by now. */
static vtc_status open_writer(struct thread *thread, const char *name, uint32_t generation)
{
    vtc_writer *writer, *before = thread->writer;
    vtc_status status = VTC_END;
    pthread_mutex_lock(&tracer.lock);
    if (atomic_load_explicit(&tracer.generation, memory_order_acquire) == generation) {
        status = vtc_writer_open(tracer.session, 0, name, &writer, NULL);
        if (status != VTC_OK)
            vtc_session_count_loss(tracer.session, VTC_LOSS_NO_MEMORY, 1);
    }
    if (status == VTC_OK) {
        thread->writer = writer;
        thread->session = tracer.session;
        thread->session_number = tracer.session_count;
    }
    pthread_mutex_unlock(&tracer.lock);
    if (status == VTC_OK)
        vtc_writer_close(before);
    return status;
}

/* Nobody opens another session while this generation lasts; if it is over, the writer is one of a
 * closed session, which takes records as late. */
static bool is_after_pause(const struct thread *thread, uint32_t generation)
{
    pthread_mutex_lock(&tracer.lock);
    bool is_same = thread->writer && thread->session_number == tracer.session_count &&
                   atomic_load_explicit(&tracer.generation, memory_order_acquire) == generation;
    pthread_mutex_unlock(&tracer.lock);
    return is_same;
}

bool thread_renew(struct thread *thread, uint32_t generation, bool is_entering)
{
    char name[NAME_BYTES];
    if (generation == 0 || (!thread->calls && !make_stack(thread)))
        return false;
    if (is_after_pause(thread, generation)) {
        calls_catch_up(thread, is_entering);
    } else {
        bool has_name = name_this_thread(name);
        if (open_writer(thread, has_name ? name : NULL, generation) != VTC_OK)
            return false;
        thread->top = thread->calls;
        thread->deeper = 0;
        thread->task_depth = 0;
    }
    thread->generation = generation;
    return true;
}
