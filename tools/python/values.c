/* Arguments and return values, as their repr. */
#include <string.h>

#include "python/tracer.h"

size_t values_fit(const char *text, size_t len_bytes, size_t room_bytes)
{
    if (len_bytes <= room_bytes)
        return len_bytes;
    len_bytes = room_bytes;
    while (len_bytes > 0 && ((unsigned char)text[len_bytes] & 0xC0) == 0x80)
        len_bytes--;
    return len_bytes;
}

size_t values_text(PyObject *object, char out_text[VALUE_BYTES])
{
    static const char *const UNPRINTABLE = "<no repr>";
    PyObject *repr = object ? PyObject_Repr(object) : NULL;
    PyObject *bytes = repr ? PyUnicode_AsEncodedString(repr, "utf-8", "backslashreplace") : NULL;
    const char *text = bytes ? PyBytes_AS_STRING(bytes) : object ? UNPRINTABLE : "<unbound>";
    size_t len_bytes = values_fit(text, strlen(text), VALUE_BYTES);
    memcpy(out_text, text, len_bytes);
    signals_hand_on();
    Py_XDECREF(bytes);
    Py_XDECREF(repr);
    return len_bytes;
}

int values_argument_count(PyCodeObject *code)
{
    int count = code->co_argcount + code->co_kwonlyargcount + !!(code->co_flags & CO_VARARGS) +
                !!(code->co_flags & CO_VARKEYWORDS);
    return count < VALUES_MAX ? count : VALUES_MAX;
}

/* A new reference; NULL where the variable has no value. */
static PyObject *argument(PyFrameObject *frame, PyObject *locals, PyObject *name)
{
#if PY_VERSION_HEX >= 0x030C0000
    (void)locals;
    return PyFrame_GetVar(frame, name);
#else
    (void)frame;
    return locals ? Py_XNewRef(PyDict_GetItemWithError(locals, name)) : NULL;
#endif
}

static PyObject *locals_of(PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030C0000
    (void)frame;
    return NULL;
#else
    return PyFrame_GetLocals(frame);
#endif
}

static int gather(PyCodeObject *code, char texts[VALUES_MAX][VALUE_BYTES],
                  struct vtc_value values[VALUES_MAX])
{
    PyFrameObject *frame = PyThreadState_GetFrame(PyThreadState_Get());
    PyObject *names = PyCode_GetVarnames(code);
    int count = frame && names ? values_argument_count(code) : 0;
    PyObject *locals = frame ? locals_of(frame) : NULL;
    for (int i = 0; i < count; i++) {
        PyObject *object = argument(frame, locals, PyTuple_GET_ITEM(names, i));
        PyErr_Clear();
        size_t len_bytes = values_text(object, texts[i]);
        values[i] =
            (struct vtc_value){.type = VTC_ARG_STRING, .of.as_bytes = {texts[i], len_bytes}};
        Py_XDECREF(object);
    }
    Py_XDECREF(locals);
    Py_XDECREF(names);
    Py_XDECREF(frame);
    return count;
}

bool values_begin(struct thread *thread, PyCodeObject *code, vtc_site plain)
{
    char texts[VALUES_MAX][VALUE_BYTES];
    struct vtc_value values[VALUES_MAX];
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    uint32_t session = thread->session_number;
    uint32_t site = sites_find((uintptr_t)code + 1, thread->generation);
    if (site == SITE_UNKNOWN)
        site = functions_meet_arguments(code, thread->generation);
    int count = site != 0 ? gather(code, texts, values) : 0;
    bool is_same = thread->session_number == session; /* else it has no such site */
    if (is_same && count > 0)
        (void)vtc_event(thread->writer, site, values, (size_t)count);
    else if (is_same)
        (void)vtc_begin(thread->writer, plain);
    PyErr_Restore(type, value, traceback);
    return is_same;
}

void values_end(struct thread *thread, PyObject *value)
{
    char text[VALUE_BYTES];
    struct vtc_value written = {.type = VTC_ARG_STRING};
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    uint32_t session = thread->session_number;
    vtc_site site = tracer.return_site;
    written.of.as_bytes.len_bytes = values_text(value, text);
    written.of.as_bytes.data = text;
    if (thread->session_number == session) /* else as above */
        (void)vtc_end_with(thread->writer, site, &written, 1);
    PyErr_Restore(type, error, traceback);
}
