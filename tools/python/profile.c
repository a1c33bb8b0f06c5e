/* The interpreter's callback before 3.12: the profile function, which each thread has for itself.
 *
 * Threads that are there get it from here, one after the other, with the GIL held. Threads that come
 * get it by threading.setprofile: its function is called for the first event, and puts the C function
 * in its own place. Threads that were made by _thread alone stay as they are.
 */
#include "python/tracer.h"

#if PY_VERSION_HEX < 0x030C0000
#include <frameobject.h>

/* `value` NULL: by an exception. */
static void end_code(struct thread *thread, PyCodeObject *code, PyObject *value)
{
    if (value && tracer.filter.log_return_value)
        calls_leave_with(thread, code, value);
    else
        calls_leave(thread, code);
}

static int on_event(PyObject *self, PyFrameObject *frame, int what, PyObject *value)
{
    (void)self;
    struct thread *thread = thread_find(what == PyTrace_CALL);
    if (!thread)
        return 0;
    bool is_c = what == PyTrace_C_CALL || what == PyTrace_C_RETURN || what == PyTrace_C_EXCEPTION;
    if (is_c && tracer.filter.ignore_c)
        return 0;
    PyCodeObject *code = PyFrame_GetCode(frame);
    switch (what) {
    case PyTrace_CALL: calls_enter(thread, code, true); break;
    case PyTrace_RETURN: end_code(thread, code, value); break;
    case PyTrace_C_CALL: calls_enter_c(thread, code, value); break;
    case PyTrace_C_RETURN:
    case PyTrace_C_EXCEPTION: calls_leave_c(thread, code, value); break;
    default: break;
    }
    Py_DECREF(code);
    return 0;
}

/* The function of threading.setprofile: frame, event, value. */
static PyObject *on_first_event(PyObject *self, PyObject *args)
{
    PyObject *frame, *value;
    const char *event;
    (void)self;
    if (!PyArg_ParseTuple(args, "OsO", &frame, &event, &value))
        return NULL;
    if (atomic_load(&tracer.generation) == 0) {
        PyEval_SetProfile(NULL, NULL);
        Py_RETURN_NONE;
    }
    PyEval_SetProfile(on_event, NULL);
    if (PyFrame_Check(frame) && event[0] == 'c' && event[1] == 'a')
        on_event(NULL, (PyFrameObject *)frame, PyTrace_CALL, value);
    Py_RETURN_NONE;
}

static PyMethodDef first_event_method = {"first_event", on_first_event, METH_VARARGS, NULL};
static PyObject *first_event, *hook_before, *threading;

int hook_init(void)
{
    first_event = PyCFunction_New(&first_event_method, NULL);
    threading = PyImport_ImportModule("threading"); /* a program may hide it by another */
    return first_event && threading ? 0 : -1;
}

static int set_threads(Py_tracefunc function)
{
    PyThreadState *own = PyThreadState_Get();
    PyThreadState *thread = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(own));
    for (; thread; thread = PyThreadState_Next(thread))
        /* Another profiler's stays, unless tracing begins. */
        if ((function || thread->c_profilefunc == on_event) &&
            _PyEval_SetProfile(thread, function, NULL) < 0)
            return -1;
    return 0;
}

/* Gives threading's hook and takes the one before. */
static PyObject *exchange_hook(PyObject *hook)
{
    PyObject *before = PyObject_GetAttrString(threading, "_profile_hook");
    if (before && PyObject_SetAttrString(threading, "_profile_hook", hook) < 0)
        Py_CLEAR(before);
    return before;
}

int hook_on(void)
{
    PyObject *before = exchange_hook(first_event);
    if (!before)
        return -1;
    if (before == first_event)
        Py_DECREF(before);
    else
        Py_XSETREF(hook_before, before);
    return set_threads(on_event);
}

/* Unless the program has set another since. */
static int give_hook_back(void)
{
    PyObject *now = hook_before ? exchange_hook(hook_before) : NULL;
    if (hook_before && !now)
        return -1;
    PyObject *mistaken = now && now != first_event ? exchange_hook(now) : NULL;
    Py_XDECREF(mistaken);
    Py_XDECREF(now);
    Py_CLEAR(hook_before);
    return 0;
}

int hook_off(void)
{
    if (give_hook_back() < 0)
        return -1;
    return set_threads(NULL);
}

int hook_log_exceptions(bool on)
{
    (void)on; /* a profile function is not told of them */
    return 0;
}
#endif
