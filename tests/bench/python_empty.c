/* Callbacks that do nothing, of the kinds that tracers of Python use: what the interpreter itself takes
 * for each call, and so the least that any tracer can add. Built by python.py.
 */
#include <Python.h>
#include <stddef.h>

struct callback {
    PyObject_HEAD vectorcallfunc call;
};

static PyObject *nothing(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    (void)self, (void)args, (void)count, (void)names;
    return Py_NewRef(Py_None);
}

static int profile_nothing(PyObject *self, PyFrameObject *frame, int what, PyObject *value)
{
    (void)self, (void)frame, (void)what, (void)value;
    return 0;
}

static PyTypeObject callback_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "empty.callback",
    .tp_basicsize = sizeof(struct callback),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(struct callback, call),
    .tp_call = PyVectorcall_Call,
};
static struct callback callback = {PyObject_HEAD_INIT(&callback_type) nothing};

/* profile(on): for the calling thread. */
static PyObject *profile(PyObject *module, PyObject *on)
{
    (void)module;
    PyEval_SetProfile(PyObject_IsTrue(on) ? profile_nothing : NULL, NULL);
    Py_RETURN_NONE;
}

/* spin(n): arithmetic alone, without the GIL: how far the processors are apart. */
static PyObject *spin(PyObject *module, PyObject *count)
{
    (void)module;
    unsigned long rounds = PyLong_AsUnsignedLong(count);
    Py_BEGIN_ALLOW_THREADS
    for (unsigned long i = 0; i < rounds; i++)
        __asm__ volatile("");
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"profile", profile, METH_O, NULL},
                                {"spin", spin, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "python_empty",
                                        .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_python_empty(void);
PyMODINIT_FUNC PyInit_python_empty(void)
{
    if (PyType_Ready(&callback_type) < 0)
        return NULL;
    PyObject *module = PyModule_Create(&definition);
    if (!module)
        return NULL;
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
    if (PyModule_AddObjectRef(module, "callback", (PyObject *)&callback) < 0)
        return NULL;
    return module;
}
