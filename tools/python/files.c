/* Files that were recorded: compact, merge, and the errors of the library as Python's. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "python/tracer.h"
#include "vtc/decompress.h"
#include "vtc/reader.h"

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
    Py_BEGIN_ALLOW_THREADS
    status = vtc_compact(PyBytes_AS_STRING(path), out_path ? PyBytes_AS_STRING(out_path) : NULL,
                         &opts, NULL, &err);
    Py_END_ALLOW_THREADS
    PyObject *result =
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
    Py_BEGIN_ALLOW_THREADS
    status = vtc_merge(paths, (size_t)count, out_path, &opts, NULL, &err);
    Py_END_ALLOW_THREADS
    free(paths);
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

static vtc_status write_file(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    (void)err;
    return fwrite(bytes, 1, len_bytes, context) == len_bytes ? VTC_OK : VTC_ERR_IO;
}

static vtc_status export_live(const char *path, FILE *out, struct vtc_error *err)
{
    enum { PIECE_BYTES = 1 << 20 };
    const struct vtc_live_opts opts = {.struct_size = sizeof opts};
    vtc_live *live = NULL;
    char *piece = malloc(PIECE_BYTES);
    vtc_status status = piece ? vtc_live_open(path, &opts, &live, err) : VTC_ERR_NO_MEMORY;
    for (size_t len = 1; status == VTC_OK && len > 0;) {
        status = vtc_live_read(live, piece, PIECE_BYTES, &len, err);
        if (status == VTC_OK)
            status = write_file(out, piece, len, err);
    }
    vtc_live_close(live);
    free(piece);
    return status;
}

static vtc_status export_compacted(const char *path, FILE *out, struct vtc_error *err)
{
    vtc_reader *reader = NULL;
    vtc_status status = vtc_reader_open(path, NULL, &reader, err);
    if (status == VTC_OK)
        status = vtc_decompress(reader, write_file, out, NULL, NULL, err);
    vtc_reader_close(reader);
    return status;
}

static vtc_status export(const char *path, const char *out_path, struct vtc_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    FILE *out = fd < 0 ? NULL : fopen(out_path, "wbe");
    vtc_status status = VTC_ERR_IO;
    if (out)
        status = vtc_live_is(fd) ? export_live(path, out, err) : export_compacted(path, out, err);
    if (status == VTC_ERR_IO && err->sys_errno == 0)
        err->sys_errno = errno;
    if (out && fclose(out) != 0 && status == VTC_OK) {
        err->sys_errno = errno;
        status = VTC_ERR_IO;
    }
    if (fd >= 0)
        close(fd);
    return status;
}

/* export(path, out_path): what was recorded, as Chrome's JSON. */
PyObject *files_export(PyObject *module, PyObject *args)
{
    PyObject *path = NULL, *out_path = NULL;
    struct vtc_error err = {0};
    vtc_status status;
    (void)module;
    if (!PyArg_ParseTuple(args, "O&O&", PyUnicode_FSConverter, &path, PyUnicode_FSConverter,
                          &out_path)) {
        Py_XDECREF(path);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    status = export(PyBytes_AS_STRING(path), PyBytes_AS_STRING(out_path), &err);
    Py_END_ALLOW_THREADS
    PyObject *result = status == VTC_OK ? Py_NewRef(Py_None)
                                        : files_raise(status, &err, PyBytes_AS_STRING(out_path));
    Py_DECREF(path);
    Py_DECREF(out_path);
    return result;
}
