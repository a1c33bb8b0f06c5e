/* Start, pause, resume, stop: the one session of the process.
 *
 * One at a time: see busy.c. Else the GIL is kept: opening and closing a session takes about a
 * millisecond, and to get the GIL back among 100 busy threads took half a second to two (3.11, 3.13).
 * The order is what makes stopping safe: first the generation, after which callbacks do nothing; then
 * the interpreter's hooks, which are switched off while no thread is within a callback; then the session.
 */
#include <string.h>

#include "python/tracer.h"

enum { SEGMENT_BYTES = 64 << 20 };

struct tracer tracer = {.lock = PTHREAD_MUTEX_INITIALIZER};
static uint32_t last_generation;
static vtc_compactor *compactor;

/* --- settings */

struct settings {
    const char *path;
    struct tracer_filter filter;
    int overwrite, compact;
    unsigned long long min_duration_ns, keep_ns, max_bytes;
};

static void free_list(char **list)
{
    for (char **entry = list; entry && *entry; entry++)
        free(*entry);
    free(list);
}

/* A sequence of paths, or None. */
static int read_list(PyObject *object, char ***out_list)
{
    *out_list = NULL;
    if (!object || object == Py_None)
        return 0;
    PyObject *items = PySequence_Fast(object, "include and exclude take lists of paths");
    if (!items)
        return -1;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(items);
    char **list = calloc((size_t)count + 1, sizeof *list);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *path = NULL;
        if (!PyUnicode_FSConverter(PySequence_Fast_GET_ITEM(items, i), &path))
            break;
        list[i] = strdup(PyBytes_AS_STRING(path));
        Py_DECREF(path);
    }
    Py_DECREF(items);
    if (!list && !PyErr_Occurred())
        PyErr_NoMemory();
    if (PyErr_Occurred()) {
        free_list(list);
        return -1;
    }
    *out_list = list;
    return 0;
}

static int read_settings(PyObject *args, PyObject *kwargs, struct settings *out,
                         PyObject **out_path)
{
    static const char *const names[] = {"path",          "overwrite",        "include",
                                        "exclude",       "ignore_c",         "ignore_frozen",
                                        "log_arguments", "log_return_value", "log_async",
                                        "depth_max",     "min_duration_ns",  "keep_ns",
                                        "max_bytes",     "compact",          NULL};
    PyObject *include = NULL, *exclude = NULL;
    int ignore_c = 0, ignore_frozen = 0, log_arguments = 0, log_return_value = 0, log_async = 0;
    unsigned int depth_max = UINT32_MAX;
    memset(out, 0, sizeof *out);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O&|pOOpppppIKKKp", (char **)(uintptr_t)names,
                                     PyUnicode_FSConverter, out_path, &out->overwrite, &include,
                                     &exclude, &ignore_c, &ignore_frozen, &log_arguments,
                                     &log_return_value, &log_async, &depth_max,
                                     &out->min_duration_ns, &out->keep_ns, &out->max_bytes,
                                     &out->compact))
        return -1;
    out->path = PyBytes_AS_STRING(*out_path);
    out->filter = (struct tracer_filter){.ignore_c = ignore_c,
                                         .ignore_frozen = ignore_frozen,
                                         .log_arguments = log_arguments,
                                         .log_return_value = log_return_value,
                                         .log_async = log_async,
                                         .depth_max = depth_max};
    if (read_list(include, &out->filter.include) < 0)
        return -1;
    if (read_list(exclude, &out->filter.exclude) < 0) {
        free_list(out->filter.include);
        return -1;
    }
    return 0;
}

/* --- the session */

static vtc_status open_session(const struct settings *settings, vtc_session **out_session,
                               struct vtc_error *err)
{
    struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = settings->overwrite};
    if (settings->keep_ns || settings->max_bytes) {
        opts.policy = VTC_POLICY_FLIGHT;
        opts.keep_ns = settings->keep_ns;
        opts.keep_bytes = settings->max_bytes;
    }
    if (settings->compact)
        opts.segment_bytes = SEGMENT_BYTES;
    return vtc_session_open(settings->path, &opts, out_session, err);
}

static vtc_status make_sites(vtc_session *session, struct vtc_error *err)
{
    const struct vtc_param value = {"return_value", VTC_ARG_STRING};
    struct vtc_site_opts opts = {.struct_size = sizeof opts,
                                 .phase = tracer.min_ticks ? 'X' : 'B',
                                 .name = "(functions without a name)",
                                 .category = "python"};
    vtc_status status = vtc_session_site(session, &opts, &tracer.other, err);
    if (status != VTC_OK)
        return status;
    opts = (struct vtc_site_opts){.struct_size = sizeof opts,
                                  .phase = 'E',
                                  .params = &value,
                                  .param_count = 1};
    return vtc_session_site(session, &opts, &tracer.return_site, err);
}

static vtc_status begin(struct settings *settings, struct vtc_error *err)
{
    vtc_session *session = NULL;
    vtc_status status = open_session(settings, &session, err);
    if (status != VTC_OK)
        return status;
    if (!thread_watch_fork()) {
        vtc_session_close(session, NULL);
        return VTC_ERR_NO_MEMORY;
    }
    pthread_mutex_lock(&tracer.lock);
    free_list(tracer.filter.include);
    free_list(tracer.filter.exclude);
    tracer.filter = settings->filter;
    tracer.min_ticks = vtc_session_ticks_of(session, settings->min_duration_ns);
    status = make_sites(session, err);
    tracer.session = session;
    tracer.session_count++;
    pthread_mutex_unlock(&tracer.lock);
    const struct vtc_compactor_opts opts = {.struct_size = sizeof opts, .interval_ns = 1000000000};
    if (status == VTC_OK && settings->compact)
        status = vtc_compactor_start(session, &opts, &compactor, err);
    return status;
}

static vtc_session *take_session(void)
{
    pthread_mutex_lock(&tracer.lock);
    vtc_session *session = tracer.session;
    tracer.session = NULL;
    pthread_mutex_unlock(&tracer.lock);
    return session;
}

static vtc_status end(struct vtc_error *err)
{
    vtc_session *session = take_session();
    if (compactor) { /* which may be in the midst of a file */
        Py_BEGIN_ALLOW_THREADS
        vtc_compactor_stop(compactor);
        Py_END_ALLOW_THREADS
        compactor = NULL;
    }
    return vtc_session_close(session, err);
}

/* A program that ends without stop() is recorded to the last: its daemon threads, and what runs while its
 * modules are taken down. So the file is closed behind the interpreter. */
static void close_at_exit(void)
{
    atomic_store_explicit(&tracer.generation, 0, memory_order_relaxed);
    vtc_session *session = take_session();
    if (session && compactor)
        vtc_compactor_stop(compactor);
    if (session)
        vtc_session_close(session, NULL);
}

int control_init(void)
{
    if (Py_AtExit(close_at_exit) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return busy_init();
}

/* --- methods */

static int turn_on(void)
{
    last_generation++;
    if (last_generation == 0)
        last_generation = 1;
    atomic_store_explicit(&tracer.generation, last_generation, memory_order_release);
    if (hook_on() == 0)
        return 0;
    atomic_store_explicit(&tracer.generation, 0, memory_order_relaxed);
    return -1;
}

static int turn_off(void)
{
    atomic_store_explicit(&tracer.generation, 0, memory_order_relaxed);
    return hook_off();
}

/* Closes the session; what was being raised stays. */
static PyObject *give_up(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    (void)end(NULL);
    PyErr_Restore(type, value, traceback);
    return NULL;
}

static PyObject *start(struct settings *settings)
{
    struct vtc_error err = {0};
    vtc_status status;
    if (tracer.session) {
        free_list(settings->filter.include);
        free_list(settings->filter.exclude);
        PyErr_SetString(PyExc_RuntimeError, "a tracer of this process is recording");
        return NULL;
    }
    status = begin(settings, &err);
    if (status != VTC_OK) {
        if (!tracer.session) {
            free_list(settings->filter.include);
            free_list(settings->filter.exclude);
        }
        files_raise(status, &err, settings->path);
        return tracer.session ? give_up() : NULL;
    }
    if (turn_on() < 0)
        return give_up();
    Py_RETURN_NONE;
}

PyObject *control_start(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct settings settings;
    PyObject *path = NULL, *result = NULL;
    (void)module;
    if (read_settings(args, kwargs, &settings, &path) == 0) {
        if (busy_enter()) {
            result = start(&settings);
            busy_leave();
        } else {
            free_list(settings.filter.include);
            free_list(settings.filter.exclude);
        }
    }
    Py_XDECREF(path);
    return result;
}

PyObject *control_stop(PyObject *module, PyObject *unused)
{
    struct vtc_error err = {0};
    vtc_status status = VTC_OK;
    (void)module, (void)unused;
    if (!busy_enter())
        return NULL;
    int hooks = tracer.session ? turn_off() : 0;
    if (hooks == 0 && tracer.session)
        status = end(&err);
    busy_leave();
    if (hooks < 0)
        return NULL;
    if (status != VTC_OK)
        return files_raise(status, &err, NULL);
    Py_RETURN_NONE;
}

PyObject *control_pause(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    if (!busy_enter())
        return NULL;
    int hooks = turn_off();
    busy_leave();
    if (hooks < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *control_resume(PyObject *module, PyObject *unused)
{
    int hooks = 0;
    (void)module, (void)unused;
    if (!busy_enter())
        return NULL;
    if (!tracer.session) {
        PyErr_SetString(PyExc_RuntimeError, "no tracer is started");
        hooks = -1;
    } else if (atomic_load_explicit(&tracer.generation, memory_order_relaxed) == 0) {
        hooks = turn_on();
    }
    busy_leave();
    if (hooks < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* {cause: events}, and how large the files are; None when no session is open. */
PyObject *control_statistics(PyObject *module, PyObject *unused)
{
    struct vtc_session_stats stats;
    (void)module, (void)unused;
    pthread_mutex_lock(&tracer.lock);
    bool has_session = tracer.session != NULL;
    if (has_session)
        vtc_session_statistics(tracer.session, &stats);
    pthread_mutex_unlock(&tracer.lock);
    if (!has_session)
        Py_RETURN_NONE;
    uint64_t lost = 0;
    for (int cause = 0; cause < VTC_LOSS_CAUSES; cause++)
        lost += stats.lost[cause];
    return Py_BuildValue("{sKsKsI}", "lost", (unsigned long long)lost, "file_bytes",
                         (unsigned long long)stats.file_bytes, "threads", stats.writers);
}

/* While a session is open: until it is closed. */
PyObject *control_log_exceptions(PyObject *module, PyObject *on)
{
    (void)module;
    int wanted = PyObject_IsTrue(on);
    if (wanted < 0)
        return NULL;
    if (!busy_enter())
        return NULL;
    int hooks = hook_log_exceptions(wanted);
    busy_leave();
    if (hooks < 0)
        return NULL;
    Py_RETURN_NONE;
}
