/* What a function is called, and whether it is traced: once for each function and session.
 *
 * Names are those that users of Python's tracers know: `Class.method (/dir/file.py:12)`, and
 * `list.append`, `time.sleep` for what is written in C. Types and modules are asked by their C
 * structures, not by attributes, so that no code of the program runs.
 */
#include <string.h>
#include <unistd.h>

#include "python/tracer.h"

enum {
    NAME_BYTES = 2048,
    PATH_BYTES = 4096,
    CODE_KEYS = 4 /* of a code object: its address; and the next ones, which are nobody's */
};

static void copy_text(PyObject *string, char *out_text, size_t capacity)
{
    PyObject *bytes = string && PyUnicode_Check(string)
                          ? PyUnicode_AsEncodedString(string, "utf-8", "backslashreplace")
                          : NULL;
    snprintf(out_text, capacity, "%s", bytes ? PyBytes_AS_STRING(bytes) : "?");
    Py_XDECREF(bytes);
}

/* --- functions that go */

static void forget(void *code)
{
    for (uintptr_t kind = 0; kind < CODE_KEYS; kind++)
        sites_forget((uintptr_t)code + kind);
}

#if PY_VERSION_HEX >= 0x030C0000
static int on_code_event(PyCodeEvent event, PyCodeObject *code)
{
    if (event == PY_CODE_EVENT_DESTROY)
        forget(code);
    return 0;
}

static void watch_code(PyCodeObject *code)
{
    (void)code;
}

int functions_watch(void)
{
    return PyCode_AddWatcher(on_code_event) < 0 ? -1 : 0;
}
#else
/* Before there were watchers: what hangs on a code object is freed with it, and is its address. */
static Py_ssize_t extra_index = -1;

static void watch_code(PyCodeObject *code)
{
    void *known = NULL;
    /* Setting it once more would free what is there, which says that the code object is gone. */
    if (_PyCode_GetExtra((PyObject *)code, extra_index, &known) == 0 && !known)
        (void)_PyCode_SetExtra((PyObject *)code, extra_index, code);
}

int functions_watch(void)
{
    extra_index = _PyEval_RequestCodeExtraIndex(forget);
    if (extra_index < 0)
        PyErr_SetString(PyExc_RuntimeError, "vtctrace: no room for another code extra");
    return extra_index < 0 ? -1 : 0;
}
#endif

/* --- whether */

static bool is_within(const char *path, const char *place)
{
    size_t len = strlen(place);
    return strncmp(path, place, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' || (len > 0 && place[len - 1] == '/'));
}

static bool is_in_list(const char *path, char *const *places)
{
    for (; *places; places++)
        if (is_within(path, *places))
            return true;
    return false;
}

/* Under the lock. */
static bool is_file_traced(const char *file)
{
    const struct tracer_filter *filter = &tracer.filter;
    char path[PATH_BYTES];
    if (tracer.own_files && is_within(file, tracer.own_files))
        return false;
    if (strcmp(file, "<frozen runpy>") ==
        0) /* by which -m runs: not the program's, and takes depth */
        return false;
    if (filter->ignore_frozen && strncmp(file, "<frozen ", 8) == 0)
        return false;
    if (!filter->include && !filter->exclude)
        return true;
    if (file[0] != '/' && file[0] != '<' && getcwd(path, sizeof path)) {
        size_t len = strlen(path);
        snprintf(path + len, sizeof path - len, "/%s", strncmp(file, "./", 2) ? file : file + 2);
        file = path;
    }
    if (filter->include && !is_in_list(file, filter->include))
        return false;
    return !filter->exclude || !is_in_list(file, filter->exclude);
}

/* --- sites */

/* `file` NULL: of no file. */
static uint32_t make_site(char phase, const char *name, const char *file,
                          const struct vtc_param *params, unsigned param_count, uint32_t generation)
{
    struct vtc_site_opts opts = {.struct_size = sizeof opts,
                                 .name = name,
                                 .category = file ? "python" : "c",
                                 .params = params,
                                 .param_count = param_count};
    vtc_site site = 0;
    pthread_mutex_lock(&tracer.lock);
    if (file && !is_file_traced(file))
        site = SITE_FILTERED;
    opts.phase = phase == 'B' && tracer.min_ticks ? 'X' : phase;
    if (phase != 'B')
        opts.category = "async";
    if (atomic_load_explicit(&tracer.generation, memory_order_relaxed) != generation)
        site = 0; /* it is over: the site would be one of another session */
    else if (site == 0 && vtc_session_site(tracer.session, &opts, &site, NULL) != VTC_OK)
        site = param_count || phase != 'B' ? 0 : tracer.other;
    pthread_mutex_unlock(&tracer.lock);
    return site;
}

static uint32_t meet(char phase, PyCodeObject *code, const struct vtc_param *params,
                     unsigned param_count, uint32_t generation)
{
    char name[NAME_BYTES + PATH_BYTES], file[PATH_BYTES];
    copy_text(code->co_filename, file, sizeof file);
    copy_text(code->co_qualname, name, NAME_BYTES);
    size_t len = strlen(name);
    snprintf(name + len, sizeof name - len, " (%s:%d)", file, code->co_firstlineno);
    return make_site(phase, name, file, params, param_count, generation);
}

uint32_t functions_meet_code(PyCodeObject *code, uint32_t generation)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    uint32_t site = meet('B', code, NULL, 0, generation);
    if (site != 0) {
        sites_keep((uintptr_t)code, generation, site);
        watch_code(code);
    }
    PyErr_Restore(type, value, traceback);
    return site;
}

uint32_t functions_meet_arguments(PyCodeObject *code, uint32_t generation)
{
    static const char *const ENCODING = "utf-8";
    struct vtc_param params[VALUES_MAX];
    PyObject *texts[VALUES_MAX];
    PyObject *names = PyCode_GetVarnames(code);
    int count = names ? values_argument_count(code) : 0;
    uint32_t site = 0;
    for (int i = 0; i < count; i++) {
        texts[i] =
            PyUnicode_AsEncodedString(PyTuple_GET_ITEM(names, i), ENCODING, "backslashreplace");
        params[i] =
            (struct vtc_param){texts[i] ? PyBytes_AS_STRING(texts[i]) : "?", VTC_ARG_STRING};
    }
    site = meet('B', code, params, (unsigned)count, generation);
    if (site != 0) /* code objects are aligned, so the next address is nobody's */
        sites_keep((uintptr_t)code + 1, generation, site);
    for (int i = 0; i < count; i++)
        Py_XDECREF(texts[i]);
    Py_XDECREF(names);
    return site;
}

uint32_t functions_async_site(PyCodeObject *code, char phase, uint32_t generation)
{
    uintptr_t key = (uintptr_t)code + (phase == 'b' ? 2 : 3);
    uint32_t site = sites_find(key, generation);
    if (site != SITE_UNKNOWN)
        return site;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    site = meet(phase, code, NULL, 0, generation);
    if (site != 0)
        sites_keep(key, generation, site);
    PyErr_Restore(type, value, traceback);
    return site;
}

/* Of what kind of object a method is one. */
static const char *owner_of(PyObject *callable)
{
    if (!PyCFunction_Check(callable))
        return PyDescr_TYPE(callable)->tp_name;
    PyObject *self = ((PyCFunctionObject *)callable)->m_self;
    if (self && PyModule_Check(self))
        return PyModule_GetName(self);
    if (self && PyType_Check(self))
        return ((PyTypeObject *)self)->tp_name;
    return self ? Py_TYPE(self)->tp_name : NULL;
}

uint32_t functions_meet_c(PyObject *callable, PyMethodDef *method, uint32_t generation)
{
    char name[NAME_BYTES];
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    const char *owner = owner_of(callable);
    uint32_t site = SITE_FILTERED;
    if (!tracer.module || !PyCFunction_Check(callable) ||
        ((PyCFunctionObject *)callable)->m_self != tracer.module) {
        snprintf(name, sizeof name, "%s%s%s", owner ? owner : "", owner ? "." : "",
                 method->ml_name);
        site = make_site('B', name, NULL, NULL, 0, generation);
    }
    if (site != 0)
        sites_keep((uintptr_t)method, generation, site);
    PyErr_Restore(type, value, traceback);
    return site;
}
