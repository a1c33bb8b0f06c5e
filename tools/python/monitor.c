/* The interpreter's callbacks from 3.12 on: sys.monitoring.
 *
 * Measured against PyEval_SetProfile, which is made of the same events with a frame object on top:
 * see tests/bench/python.py. Events hold for all threads, also those that come later, and the
 * interpreter switches them while it has stopped all threads, so none is within a callback when
 * hook_off returns.
 *
 * The callbacks are objects that are never freed, as a thread may be within one at any time. Where a
 * code object is not traced they say so, and the interpreter takes them out of it until tracing
 * begins the next time.
 */
#include "python/tracer.h"

#if PY_VERSION_HEX >= 0x030C0000

struct callback {
    PyObject_HEAD vectorcallfunc call;
};

static PyTypeObject callback_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "vtctrace.callback",
    .tp_basicsize = sizeof(struct callback),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(struct callback, call),
    .tp_call = PyVectorcall_Call,
};

static PyObject *monitoring, *disable;

/* Tools that others are known for, a debugger, coverage, a profiler, come last. */
static const int TOOL_IDS[] = {4, 3, 5, 2};
static int tool_id = -1;

static PyObject *nothing(void)
{
    return Py_None; /* immortal */
}

/* For this place in the code, until tracing begins again. */
static PyObject *never_again(void)
{
    return Py_NewRef(disable);
}

static PyObject *enter(PyObject *code, bool with_arguments)
{
    struct thread *thread = thread_find(true);
    if (TRACER_UNLIKELY(!thread) ||
        TRACER_LIKELY(calls_enter(thread, (PyCodeObject *)code, with_arguments)))
        return nothing();
    return never_again();
}

static PyObject *on_start(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    return enter(args[0], true);
}

/* A generator or coroutine goes on. */
static PyObject *on_resume(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    return enter(args[0], false);
}

/* The same by an exception: an event that cannot be disabled. */
static PyObject *on_throw(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    PyObject *wish = on_resume(self, args, count, names);
    if (wish == disable)
        Py_DECREF(wish);
    return nothing();
}

/* Over by return or yield. What is not traced is not on the stack. */
static PyObject *on_return(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)names, (void)count;
    struct thread *thread = thread_current();
    if (TRACER_UNLIKELY(!thread))
        return nothing();
    PyCodeObject *code = (PyCodeObject *)args[0];
    bool was_open = TRACER_UNLIKELY(tracer.filter.log_return_value)
                        ? calls_leave_with(thread, code, args[2])
                        : calls_leave(thread, code);
    if (TRACER_LIKELY(was_open) ||
        sites_find((uintptr_t)args[0], thread->generation) != SITE_FILTERED)
        return nothing();
    return never_again();
}

static PyObject *on_unwind(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    struct thread *thread = thread_current();
    if (TRACER_LIKELY(thread != NULL))
        calls_leave(thread, (PyCodeObject *)args[0]);
    return nothing();
}

/* code, offset, callable, first argument */
static PyObject *on_call(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    struct thread *thread = functions_method(args[2]) ? thread_current() : NULL;
    if (!thread || TRACER_LIKELY(calls_enter_c(thread, (PyCodeObject *)args[0], args[2])))
        return nothing();
    return never_again();
}

static PyObject *on_c_end(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    struct thread *thread = functions_method(args[2]) ? thread_current() : NULL;
    if (thread)
        calls_leave_c(thread, (PyCodeObject *)args[0], args[2]);
    return nothing();
}

static PyObject *on_raise(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)count, (void)names;
    events_exception(args[2]);
    return nothing();
}

/* RAISE is first, and what is of C functions last. */
enum { EVENT_COUNT = 10, C_EVENT_COUNT = 3 };
static struct {
    const char *name;
    struct callback callback;
    long bit;
} events[EVENT_COUNT] = {
    {"RAISE", {PyObject_HEAD_INIT(&callback_type) on_raise}, 0},
    {"PY_START", {PyObject_HEAD_INIT(&callback_type) on_start}, 0},
    {"PY_RESUME", {PyObject_HEAD_INIT(&callback_type) on_resume}, 0},
    {"PY_THROW", {PyObject_HEAD_INIT(&callback_type) on_throw}, 0},
    {"PY_RETURN", {PyObject_HEAD_INIT(&callback_type) on_return}, 0},
    {"PY_YIELD", {PyObject_HEAD_INIT(&callback_type) on_return}, 0},
    {"PY_UNWIND", {PyObject_HEAD_INIT(&callback_type) on_unwind}, 0},
    {"C_RETURN", {PyObject_HEAD_INIT(&callback_type) on_c_end}, 0},
    {"C_RAISE", {PyObject_HEAD_INIT(&callback_type) on_c_end}, 0},
    {"CALL", {PyObject_HEAD_INIT(&callback_type) on_call}, 0},
};
static bool is_on, logs_exceptions;

static int find_bits(void)
{
    PyObject *all = PyObject_GetAttrString(monitoring, "events");
    for (int i = 0; all && i < EVENT_COUNT; i++) {
        PyObject *bit = PyObject_GetAttrString(all, events[i].name);
        events[i].bit = bit ? PyLong_AsLong(bit) : 0;
        Py_XDECREF(bit);
    }
    Py_XDECREF(all);
    return PyErr_Occurred() ? -1 : 0;
}

int hook_init(void)
{
    if (PyType_Ready(&callback_type) < 0)
        return -1;
    PyObject *sys_monitoring = PySys_GetObject("monitoring");
    if (!sys_monitoring) {
        PyErr_SetString(PyExc_ImportError, "vtctrace needs sys.monitoring");
        return -1;
    }
    monitoring = Py_NewRef(sys_monitoring);
    disable = PyObject_GetAttrString(monitoring, "DISABLE");
    return disable ? find_bits() : -1;
}

/* One that nobody uses, kept for good. */
static int take_tool(void)
{
    for (size_t i = 0; i < sizeof TOOL_IDS / sizeof *TOOL_IDS; i++) {
        PyObject *result =
            PyObject_CallMethod(monitoring, "use_tool_id", "is", TOOL_IDS[i], "vtctrace");
        if (!result && PyErr_ExceptionMatches(PyExc_ValueError)) {
            PyErr_Clear();
            continue;
        }
        if (!result)
            return -1;
        Py_DECREF(result);
        tool_id = TOOL_IDS[i];
        return 0;
    }
    PyErr_SetString(PyExc_RuntimeError, "vtctrace: other tools use all of sys.monitoring");
    return -1;
}

static int register_callbacks(void)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        PyObject *before = PyObject_CallMethod(monitoring, "register_callback", "ilO", tool_id,
                                               events[i].bit, (PyObject *)&events[i].callback);
        if (!before)
            return -1;
        Py_DECREF(before);
    }
    return 0;
}

static int set_events(void)
{
    int first = logs_exceptions ? 0 : 1;
    int end = tracer.filter.ignore_c ? EVENT_COUNT - C_EVENT_COUNT : EVENT_COUNT;
    long bits = 0;
    for (int i = first; is_on && i < end; i++)
        bits |= events[i].bit;
    PyObject *result = PyObject_CallMethod(monitoring, "set_events", "il", tool_id, bits);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int hook_on(void)
{
    if ((tool_id < 0 && take_tool() < 0) || register_callbacks() < 0)
        return -1;
    PyObject *restarted = PyObject_CallMethod(monitoring, "restart_events", NULL);
    if (!restarted)
        return -1;
    Py_DECREF(restarted);
    is_on = true;
    return set_events();
}

int hook_off(void)
{
    if (tool_id < 0)
        return 0;
    is_on = false;
    return set_events();
}

int hook_log_exceptions(bool on)
{
    if (tool_id < 0)
        return 0;
    logs_exceptions = on;
    return set_events();
}
#endif
