/* vtctrace._tracer: the tracer for Python. */
#include <string.h>

#include "python/tracer.h"

/* own_files(directory): the package's own functions are not traced. Once. */
static PyObject *own_files(PyObject *module, PyObject *directory)
{
    PyObject *path = NULL;
    (void)module;
    if (!PyUnicode_FSConverter(directory, &path))
        return NULL;
    pthread_mutex_lock(&tracer.lock);
    if (!tracer.own_files)
        tracer.own_files = strdup(PyBytes_AS_STRING(path));
    pthread_mutex_unlock(&tracer.lock);
    Py_DECREF(path);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"own_files", own_files, METH_O, NULL},
    {"start", (PyCFunction)(void (*)(void))control_start, METH_VARARGS | METH_KEYWORDS, NULL},
    {"stop", control_stop, METH_NOARGS, NULL},
    {"pause", control_pause, METH_NOARGS, NULL},
    {"resume", control_resume, METH_NOARGS, NULL},
    {"statistics", control_statistics, METH_NOARGS, NULL},
    {"record", (PyCFunction)(void (*)(void))events_record, METH_FASTCALL, NULL},
    {"begin", (PyCFunction)(void (*)(void))events_begin, METH_FASTCALL, NULL},
    {"end", events_end, METH_O, NULL},
    {"gc", (PyCFunction)(void (*)(void))events_gc, METH_FASTCALL, NULL},
    {"log_exceptions", control_log_exceptions, METH_O, NULL},
    {"task_finder", tasks_set_finder, METH_O, NULL},
    {"compact", files_compact, METH_VARARGS, NULL},
    {"merge", files_merge, METH_VARARGS, NULL},
    {"export", files_export, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* All state is the process's, as the interpreter's hooks are for its threads: so once, and for the
 * main interpreter only. */
static int run(PyObject *module)
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_ImportError, "vtctrace traces the main interpreter only");
        return -1;
    }
    if (tracer.module)
        return 0;
    if (!sites_init() || !thread_init()) {
        PyErr_NoMemory();
        return -1;
    }
    if (functions_watch() < 0 || hook_init() < 0 || control_init() < 0)
        return -1;
    tracer.module = Py_NewRef(module); /* for good: callbacks compare with it */
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)run},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tracer",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__tracer(void);
PyMODINIT_FUNC PyInit__tracer(void)
{
    return PyModuleDef_Init(&definition);
}
