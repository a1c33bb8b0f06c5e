/* Signals of the program's that arrive while the tracer calls a function of the program's (a __repr__,
 * asyncio's current_task): their handlers run there, and what they raise would be taken for what the
 * function raised. It is raised again where the main thread goes on.
 *
 * It is told by its traceback: a handler is given the frame that it interrupts, which is the one below its
 * own. The handler that Python begins with has no frame: its KeyboardInterrupt is taken for what it is.
 */
#include "python/tracer.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Whether a value is the object, or a tuple that has it. */
static bool is_or_has(PyObject *value, PyObject *object)
{
    if (value == object)
        return true;
    if (!PyTuple_CheckExact(value))
        return false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); i++)
        if (PyTuple_GET_ITEM(value, i) == object)
            return true;
    return false;
}

static bool is_handler(PyFrameObject *frame)
{
    PyObject *below = (PyObject *)PyFrame_GetBack(frame);
    PyObject *locals = below ? PyFrame_GetLocals(frame) : NULL;
    PyObject *values = locals ? PyMapping_Values(locals) : NULL;
    bool is_found = false;
    for (Py_ssize_t i = 0; values && !is_found && i < PyList_GET_SIZE(values); i++)
        is_found = is_or_has(PyList_GET_ITEM(values, i), below);
    PyErr_Clear();
    Py_XDECREF(values);
    Py_XDECREF(locals);
    Py_XDECREF(below);
    return is_found;
}

static bool is_from_handler(PyObject *traceback)
{
    for (PyTracebackObject *at = (PyTracebackObject *)traceback; at; at = at->tb_next)
        if (is_handler(at->tb_frame))
            return true;
    return false;
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
