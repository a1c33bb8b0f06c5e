/* Which asyncio task a thread is running. The package's `tasks` module tells, as only Python knows: it
 * is asked when a task's outermost coroutine begins or goes on.
 */
#include "python/tracer.h"

static PyObject *finder;

/* find() gives the number of the current task, or 0. Once. */
PyObject *tasks_set_finder(PyObject *module, PyObject *function)
{
    (void)module;
    if (!finder)
        finder = Py_NewRef(function);
    Py_RETURN_NONE;
}

uint64_t tasks_current(struct thread *thread)
{
    uint64_t number = 0;
    PyObject *type, *value, *traceback;
    if (!finder)
        return 0;
    PyErr_Fetch(&type, &value, &traceback);
    uint32_t generation = thread->generation;
    PyObject *found = PyObject_CallNoArgs(finder);
    if (found)
        number = PyLong_AsUnsignedLongLong(found);
    if (PyErr_Occurred())
        number = 0;
    signals_hand_on();
    Py_XDECREF(found);
    PyErr_Restore(type, value, traceback);
    return thread->generation == generation ? number : 0;
}
