/* Files that were recorded: compact, merge, and the errors of the library as Python's. */
#include <errno.h>
#include <stdlib.h>

#include "python/tracer.h"

PyObject *files_raise(vtc_status status, const struct vtc_error *err, const char *path)
{
    if (status == VTC_ERR_NO_MEMORY)
        return PyErr_NoMemory();
    if (err->sys_errno != 0) {
        errno = err->sys_errno;
        return path ? PyErr_SetFromErrnoWithFilename(PyExc_OSError, path)
                    : PyErr_SetFromErrno(PyExc_OSError);
    }
    PyErr_Format(status == VTC_ERR_ARGUMENT ? PyExc_ValueError : PyExc_RuntimeError, "%s%s%s",
                 path ? path : "", path ? ": " : "", err->message);
    return NULL;
}

/* compact(path, out_path or None, overwrite) */
PyObject *files_compact(PyObject *module, PyObject *args)
{
    PyObject *path = NULL, *out_path = NULL, *out = Py_None;
    int overwrite = 0;
    struct vtc_error err = {0};
    vtc_status status = VTC_ERR_ARGUMENT;
    (void)module;
    if (!PyArg_ParseTuple(args, "O&|Op", PyUnicode_FSConverter, &path, &out, &overwrite))
        return NULL;
    if (out != Py_None && !PyUnicode_FSConverter(out, &out_path)) {
        Py_DECREF(path);
        return NULL;
    }
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts, .overwrite = overwrite};
    Py_BEGIN_ALLOW_THREADS status =
        vtc_compact(PyBytes_AS_STRING(path), out_path ? PyBytes_AS_STRING(out_path) : NULL, &opts,
                    NULL, &err);
    Py_END_ALLOW_THREADS PyObject *result =
        status == VTC_OK ? Py_NewRef(Py_None) : files_raise(status, &err, PyBytes_AS_STRING(path));
    Py_DECREF(path);
    Py_XDECREF(out_path);
    return result;
}

static PyObject *merge(PyObject *inputs, const char *out_path, int overwrite)
{
    Py_ssize_t count = PyList_GET_SIZE(inputs);
    const char **paths = calloc((size_t)count + 1, sizeof *paths);
    struct vtc_error err = {0};
    vtc_status status;
    if (!paths)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count; i++)
        paths[i] = PyBytes_AS_STRING(PyList_GET_ITEM(inputs, i));
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts, .overwrite = overwrite};
    Py_BEGIN_ALLOW_THREADS status = vtc_merge(paths, (size_t)count, out_path, &opts, NULL, &err);
    Py_END_ALLOW_THREADS free(paths);
    if (status != VTC_OK)
        return files_raise(status, &err, out_path);
    Py_RETURN_NONE;
}

/* merge(paths, out_path, overwrite) */
PyObject *files_merge(PyObject *module, PyObject *args)
{
    PyObject *paths, *out_path = NULL, *item, *result = NULL;
    int overwrite = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO&|p", &paths, PyUnicode_FSConverter, &out_path, &overwrite))
        return NULL;
    PyObject *inputs = PyList_New(0), *iterator = PyObject_GetIter(paths);
    while (inputs && iterator && (item = PyIter_Next(iterator)) != NULL) {
        PyObject *path = NULL;
        if (PyUnicode_FSConverter(item, &path)) {
            (void)PyList_Append(inputs, path);
            Py_DECREF(path);
        }
        Py_DECREF(item);
        if (PyErr_Occurred())
            break;
    }
    if (!PyErr_Occurred())
        result = merge(inputs, PyBytes_AS_STRING(out_path), overwrite);
    Py_XDECREF(iterator);
    Py_XDECREF(inputs);
    Py_DECREF(out_path);
    return result;
}

/* export(path, out_path): the text of a live file, as Chrome's JSON. */
PyObject *files_export(PyObject *module, PyObject *args)
{
    enum { PIECE_BYTES = 1 << 20 };
    PyObject *path = NULL, *out_path = NULL;
    struct vtc_error err = {0};
    vtc_live *live = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&", PyUnicode_FSConverter, &path, PyUnicode_FSConverter,
                          &out_path)) {
        Py_XDECREF(path);
        return NULL;
    }
    const struct vtc_live_opts opts = {.struct_size = sizeof opts};
    const char *failed = PyBytes_AS_STRING(path);
    vtc_status status;
    Py_BEGIN_ALLOW_THREADS char *piece = malloc(PIECE_BYTES);
    FILE *out = NULL;
    status = piece ? vtc_live_open(failed, &opts, &live, &err) : VTC_ERR_NO_MEMORY;
    if (status == VTC_OK && !(out = fopen(PyBytes_AS_STRING(out_path), "wb")))
        status = VTC_ERR_IO;
    for (size_t len = 1; status == VTC_OK && len > 0;) {
        status = vtc_live_read(live, piece, PIECE_BYTES, &len, &err);
        if (status == VTC_OK && fwrite(piece, 1, len, out) != len)
            status = VTC_ERR_IO;
    }
    if (out && fclose(out) != 0 && status == VTC_OK)
        status = VTC_ERR_IO;
    if (status == VTC_ERR_IO && err.sys_errno == 0) {
        err.sys_errno = errno;
        failed = PyBytes_AS_STRING(out_path);
    }
    vtc_live_close(live);
    free(piece);
    Py_END_ALLOW_THREADS PyObject *result =
        status == VTC_OK ? Py_NewRef(Py_None) : files_raise(status, &err, failed);
    Py_DECREF(path);
    Py_DECREF(out_path);
    return result;
}
