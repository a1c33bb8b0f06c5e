/* The lock of start, stop, pause and resume: waited for without the GIL, and held by a thread as often as it
 * comes to it. A fork waits for it, too.
 */
#include "python/tracer.h"

static PyThread_type_lock busy;
static _Atomic unsigned long busy_thread; /* that holds it; 0: none */
static unsigned busy_depth;               /* its own: how often it holds it */
static bool is_changing; /* its own: it is within start, stop, …, not only in a fork */

static void hold(void)
{
    unsigned long self = PyThread_get_thread_ident();
    if (atomic_load_explicit(&busy_thread, memory_order_relaxed) == self) {
        busy_depth++;
        return;
    }
    if (PyThread_acquire_lock(busy, NOWAIT_LOCK) != PY_LOCK_ACQUIRED) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(busy, WAIT_LOCK);
        Py_END_ALLOW_THREADS
    }
    atomic_store_explicit(&busy_thread, self, memory_order_relaxed);
    busy_depth = 1;
}

static void let_go(void)
{
    if (--busy_depth > 0)
        return;
    atomic_store_explicit(&busy_thread, 0, memory_order_relaxed);
    PyThread_release_lock(busy);
}

bool busy_enter(void)
{
    hold();
    if (is_changing) {
        let_go();
        PyErr_SetString(PyExc_RuntimeError, "tracing is being started or stopped by this thread");
        return false;
    }
    is_changing = true;
    return true;
}

void busy_leave(void)
{
    is_changing = false;
    let_go();
}

/* --- fork: waits for a thread that is at it. Else the child would have half a session; and, without a
 * GIL, an interpreter whose threads are to be stopped by a thread that is not there: it would hang
 * when it next collects garbage (3.13). What hooks of the program's do in between, they may. */

static PyObject *before_fork(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    hold();
    Py_RETURN_NONE;
}

static PyObject *after_fork(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    let_go();
    Py_RETURN_NONE;
}

static PyMethodDef fork_methods[] = {
    {"before_fork", before_fork, METH_NOARGS, NULL},
    {"after_fork", after_fork, METH_NOARGS, NULL},
};

static int watch_fork(void)
{
    PyObject *before = PyCFunction_New(&fork_methods[0], NULL);
    PyObject *after = PyCFunction_New(&fork_methods[1], NULL);
    PyObject *os = PyImport_ImportModule("os");
    PyObject *function = os ? PyObject_GetAttrString(os, "register_at_fork") : NULL;
    PyObject *none = PyTuple_New(0), *names = NULL, *result = NULL;
    if (before && after)
        names = Py_BuildValue("{sOsOsO}", "before", before, "after_in_parent", after,
                              "after_in_child", after);
    if (function && none && names)
        result = PyObject_Call(function, none, names);
    Py_XDECREF(names);
    Py_XDECREF(none);
    Py_XDECREF(function);
    Py_XDECREF(os);
    Py_XDECREF(after);
    Py_XDECREF(before);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int busy_init(void)
{
    busy = PyThread_allocate_lock();
    if (!busy) {
        PyErr_NoMemory();
        return -1;
    }
    return watch_fork();
}
