/* What a program records by itself: instants, counters, async and flow events, spans of its own.
 *
 * A site for each combination of phase, name, category and arguments with their types, which the
 * session finds by their text: slower than a call, and quick enough for what people write by hand.
 */
#include <string.h>

#include "python/tracer.h"

enum { ARGUMENTS_MAX = 32, TEXT_BYTES = 3000 /* of all arguments; an event has 3,900 */ };

struct arguments {
    struct vtc_param params[ARGUMENTS_MAX];
    struct vtc_value values[ARGUMENTS_MAX];
    PyObject *kept[2 * ARGUMENTS_MAX]; /* that the above borrow from */
    unsigned count, kept_count;
    size_t text_bytes;
};

static const char *borrow_text(struct arguments *all, PyObject *string, Py_ssize_t *out_len)
{
    PyObject *bytes = PyUnicode_AsEncodedString(string, "utf-8", "backslashreplace");
    if (!bytes)
        return NULL;
    all->kept[all->kept_count++] = bytes;
    *out_len = PyBytes_GET_SIZE(bytes);
    return PyBytes_AS_STRING(bytes);
}

/* A string, or what str makes of anything else. */
static int add_text(struct arguments *all, PyObject *object, struct vtc_value *value)
{
    PyObject *string = PyUnicode_Check(object) ? Py_NewRef(object) : PyObject_Str(object);
    Py_ssize_t len = 0;
    const char *text = string ? borrow_text(all, string, &len) : NULL;
    Py_XDECREF(string);
    if (!text)
        return -1;
    size_t len_bytes = values_fit(text, (size_t)len, TEXT_BYTES - all->text_bytes);
    all->text_bytes += len_bytes;
    value->type = VTC_ARG_STRING;
    value->of.as_bytes.data = text;
    value->of.as_bytes.len_bytes = len_bytes;
    return 0;
}

static int add_value(struct arguments *all, PyObject *object, struct vtc_value *value)
{
    if (PyBool_Check(object)) {
        *value = (struct vtc_value){.type = VTC_ARG_BOOL, .of.as_bool = object == Py_True};
        return 0;
    }
    if (PyFloat_Check(object)) {
        *value =
            (struct vtc_value){.type = VTC_ARG_DOUBLE, .of.as_double = PyFloat_AS_DOUBLE(object)};
        return 0;
    }
    if (PyLong_Check(object)) {
        int overflow;
        long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
        if (!overflow && !PyErr_Occurred()) {
            *value = (struct vtc_value){.type = VTC_ARG_INT, .of.as_int = number};
            return 0;
        }
        PyErr_Clear();
    }
    return add_text(all, object, value);
}

static int read_arguments(struct arguments *all, PyObject *fields)
{
    PyObject *key, *object;
    Py_ssize_t at = 0, unused;
    all->count = all->kept_count = 0;
    all->text_bytes = 0;
    if (!fields || fields == Py_None)
        return 0;
    if (!PyDict_Check(fields)) {
        PyErr_SetString(PyExc_TypeError, "arguments are a dict");
        return -1;
    }
    PyObject *copy = PyDict_Copy(fields); /* str() of a value may change it, or another thread */
    while (copy && PyDict_Next(copy, &at, &key, &object)) {
        if (all->count == ARGUMENTS_MAX)
            PyErr_Format(PyExc_ValueError, "an event has at most %d arguments", ARGUMENTS_MAX);
        else if (!PyUnicode_Check(key))
            PyErr_SetString(PyExc_TypeError, "names of arguments are strings");
        if (PyErr_Occurred() || add_value(all, object, &all->values[all->count]) < 0)
            break;
        all->params[all->count].name = borrow_text(all, key, &unused);
        all->params[all->count].type = all->values[all->count].type;
        if (!all->params[all->count].name)
            break;
        all->count++;
    }
    Py_XDECREF(copy);
    return PyErr_Occurred() ? -1 : 0;
}

static void free_arguments(struct arguments *all)
{
    for (unsigned i = 0; i < all->kept_count; i++)
        Py_DECREF(all->kept[i]);
}

/* The event's site in the thread's session, 0 if there is none now. */
static vtc_site find_site(struct thread *thread, char phase, const char *name, const char *category,
                          const struct arguments *all)
{
    struct vtc_site_opts opts = {.struct_size = sizeof opts,
                                 .phase = phase,
                                 .name = name,
                                 .category = category,
                                 .params = all->params,
                                 .param_count = all->count};
    vtc_site site = 0;
    pthread_mutex_lock(&tracer.lock);
    if (tracer.session && thread->session_number == tracer.session_count) {
        vtc_status status = vtc_session_site(tracer.session, &opts, &site, NULL);
        if (status != VTC_OK)
            vtc_session_count_loss(tracer.session, VTC_LOSS_NO_MEMORY, 1);
    }
    pthread_mutex_unlock(&tracer.lock);
    return site;
}

static PyObject *record(char phase, const char *name, const char *category, PyObject *id,
                        const struct arguments *all)
{
    uint64_t number = 0;
    if (id != Py_None) {
        number = PyLong_AsUnsignedLongLongMask(id);
        if (PyErr_Occurred())
            return NULL;
    }
    struct thread *thread = thread_current();
    vtc_site site = thread ? find_site(thread, phase, name, category, all) : 0;
    if (site == 0)
        Py_RETURN_FALSE;
    vtc_status status;
    if (id != Py_None)
        status = vtc_event_with_id(thread->writer, site, number, all->values, all->count);
    else
        status = vtc_event(thread->writer, site, all->values, all->count);
    return PyBool_FromLong(status == VTC_OK);
}

static const char *read_category(PyObject *category)
{
    return category == Py_None ? NULL : PyUnicode_AsUTF8(category);
}

/* record(phase, name, category, id, arguments): whether it was recorded. */
PyObject *events_record(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    struct arguments all;
    (void)module;
    if (count != 5) {
        PyErr_SetString(PyExc_TypeError, "record takes phase, name, category, id, arguments");
        return NULL;
    }
    const char *phase = PyUnicode_AsUTF8(args[0]);
    const char *name = phase ? PyUnicode_AsUTF8(args[1]) : NULL;
    const char *category = name ? read_category(args[2]) : NULL;
    if (PyErr_Occurred())
        return NULL;
    if (!*phase || !strchr("iCbnestfMNOD", *phase)) {
        PyErr_Format(PyExc_ValueError, "no phase of an event: '%s'", phase);
        return NULL;
    }
    PyObject *result = NULL;
    if (read_arguments(&all, args[4]) == 0)
        result = record(*phase, name, category, args[3], &all);
    free_arguments(&all);
    return result;
}

/* begin(key, name, category, arguments): a span; `key` is any object that lives until its end. */
PyObject *events_begin(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    struct arguments all;
    (void)module;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "begin takes key, name, category, arguments");
        return NULL;
    }
    const char *name = PyUnicode_AsUTF8(args[1]);
    const char *category = name ? read_category(args[2]) : NULL;
    if (PyErr_Occurred())
        return NULL;
    if (read_arguments(&all, args[3]) == 0) {
        struct thread *thread = thread_current();
        vtc_site site = thread ? find_site(thread, 'B', name, category, &all) : 0;
        if (site != 0)
            calls_begin_span(thread, args[0], site, all.values, all.count);
    }
    free_arguments(&all);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

PyObject *events_end(PyObject *module, PyObject *key)
{
    (void)module;
    struct thread *thread = thread_current();
    if (thread)
        calls_end_span(thread, key);
    else
        calls_note_end_of_span(&tracer_thread, key);
    Py_RETURN_NONE;
}

/* gc(phase, info), in C: a callback in Python would be where the program's signal handlers run, and
 * what they raise is lost there. A span with the generation, and an instant with what was collected. */
PyObject *events_gc(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    static const char span_key __attribute__((aligned(8)));
    struct arguments all;
    (void)module;
    struct thread *thread = count == 2 ? thread_current() : NULL;
    const char *phase = thread ? PyUnicode_AsUTF8(args[0]) : NULL;
    bool is_start = phase && strcmp(phase, "start") == 0;
    if (!phase) {
        if (count == 2 && !PyErr_Occurred())
            calls_note_end_of_span(&tracer_thread, &span_key);
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    if (!is_start)
        calls_end_span(thread, &span_key);
    if (read_arguments(&all, args[1]) == 0) {
        if (is_start)
            all.count = all.count > 0; /* the generation; the rest is nothing yet */
        vtc_site site =
            find_site(thread, is_start ? 'B' : 'i', is_start ? "gc" : "gc collected", "gc", &all);
        if (site != 0 && is_start)
            calls_begin_span(thread, &span_key, site, all.values, all.count);
        else if (site != 0)
            (void)vtc_event(thread->writer, site, all.values, all.count);
    }
    free_arguments(&all);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* Each frame that it passes tells of it; the one that raises it is the first of its traceback. */
static bool is_new(PyObject *exception)
{
    PyObject *traceback = PyException_GetTraceback(exception);
    bool is_first = !traceback || !((PyTracebackObject *)traceback)->tb_next;
    Py_XDECREF(traceback);
    return is_first;
}

void events_exception(PyObject *exception)
{
    char text[VALUE_BYTES];
    struct arguments all = {.count = 1, .params = {{"value", VTC_ARG_STRING}}};
    struct thread *thread = thread_current();
    if (!thread || !PyExceptionInstance_Check(exception) || !is_new(exception))
        return;
    all.values[0].type = VTC_ARG_STRING;
    all.values[0].of.as_bytes.len_bytes = values_text(exception, text);
    all.values[0].of.as_bytes.data = text;
    vtc_site site = find_site(thread, 'i', Py_TYPE(exception)->tp_name, "exception", &all);
    if (site != 0)
        (void)vtc_event(thread->writer, site, all.values, 1);
}
