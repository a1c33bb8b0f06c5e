/* Signals of the program's that arrive while the tracer calls a function of the program's (a __repr__,
 * asyncio's current_task): their handlers run there, and what they raise would be taken for what the
 * function raised. It is told by its traceback, which has the handler's frame, and raised again where the
 * main thread goes on; so is KeyboardInterrupt, of the handler that Python begins with.
 */
#include "python/tracer.h"

#include <frameobject.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The code of a function, a bound method, a partial of one, an object that can be called; or NULL. */
static PyObject *code_of(PyObject *handler)
{
    static const char *const WAYS[] = {"__func__", "func", "__call__"};
    Py_INCREF(handler);
    for (int steps = 0; steps < 4; steps++) {
        PyObject *next = NULL;
        if (PyFunction_Check(handler))
            next = Py_NewRef(PyFunction_GET_CODE(handler));
        for (size_t i = 0; !next && i < sizeof WAYS / sizeof *WAYS; i++) {
            next = PyObject_GetAttrString(handler, WAYS[i]);
            PyErr_Clear();
        }
        Py_DECREF(handler);
        if (!next || PyCode_Check(next))
            return next;
        handler = next;
    }
    Py_DECREF(handler);
    return NULL;
}

static bool has_frame_of(PyObject *traceback, PyObject *code)
{
    for (PyTracebackObject *at = (PyTracebackObject *)traceback; at; at = at->tb_next) {
        PyCodeObject *found = PyFrame_GetCode(at->tb_frame);
        Py_DECREF(found);
        if ((PyObject *)found == code)
            return true;
    }
    return false;
}

static bool is_from_handler(PyObject *traceback)
{
    PyObject *module = PyImport_ImportModule("_signal");
    bool is_found = false;
    for (int number = 1; module && !is_found && number < NSIG; number++) {
        PyObject *handler = PyObject_CallMethod(module, "getsignal", "i", number);
        PyObject *code = handler && PyCallable_Check(handler) ? code_of(handler) : NULL;
        is_found = code && has_frame_of(traceback, code);
        Py_XDECREF(code);
        Py_XDECREF(handler);
        PyErr_Clear();
    }
    Py_XDECREF(module);
    return is_found;
}

static int raise_again(void *exception)
{
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF((PyObject *)exception);
    return -1;
}

void signals_hand_on(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!type)
        return;
    PyErr_NormalizeException(&type, &value, &traceback);
    if (value && traceback)
        (void)PyException_SetTraceback(value, traceback);
    bool is_main_thread = syscall(SYS_gettid) == getpid(); /* where handlers run */
    bool is_interrupt = PyErr_GivenExceptionMatches(type, PyExc_KeyboardInterrupt);
    if (value && is_main_thread && (is_interrupt || is_from_handler(traceback)) &&
        Py_AddPendingCall(raise_again, Py_NewRef(value)) < 0)
        Py_DECREF(value);
    PyErr_Clear();
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}
