/* The front of the vtable: what holds for every kind of file is checked here, once. */
#include "io/file.h"

#include "base/error.h"

static vtc_status missing(struct vtc_error *err, const char *operation)
{
    return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                          "this file cannot be asked to %s", operation);
}

vtc_status vtci_file_append(struct vtci_file *file, const void *bytes, size_t len_bytes,
                            struct vtc_error *err)
{
    if (!file->vtable->append)
        return missing(err, "append");
    return len_bytes ? file->vtable->append(file, bytes, len_bytes, err) : VTC_OK;
}

vtc_status vtci_file_pread(struct vtci_file *file, uint64_t offset, void *to, size_t len_bytes,
                           size_t *out_len_bytes, struct vtc_error *err)
{
    if (!file->vtable->pread)
        return missing(err, "read at an offset");
    return file->vtable->pread(file, offset, to, len_bytes, out_len_bytes, err);
}

vtc_status vtci_file_pread_exact(struct vtci_file *file, uint64_t offset, void *to,
                                 size_t len_bytes, struct vtc_error *err)
{
    size_t found_bytes = 0;
    VTC_TRY(vtci_file_pread(file, offset, to, len_bytes, &found_bytes, err));
    if (found_bytes == len_bytes)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_TRUNCATED, offset, NULL,
                          "expected %zu bytes, found %zu before the end of the file", len_bytes,
                          found_bytes);
}

vtc_status vtci_file_read(struct vtci_file *file, void *to, size_t len_bytes, size_t *out_len_bytes,
                          struct vtc_error *err)
{
    if (!file->vtable->read)
        return missing(err, "read in order");
    return file->vtable->read(file, to, len_bytes, out_len_bytes, err);
}

const uint8_t *vtci_file_borrow(struct vtci_file *file, uint64_t offset, size_t len_bytes)
{
    return file->vtable->borrow ? file->vtable->borrow(file, offset, len_bytes) : NULL;
}

uint64_t vtci_file_skip_hole(struct vtci_file *file, uint64_t offset)
{
    return file->vtable->skip_hole ? file->vtable->skip_hole(file, offset) : offset;
}

bool vtci_file_is_locked(struct vtci_file *file)
{
    return file->vtable->is_locked && file->vtable->is_locked(file);
}

vtc_status vtci_file_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err)
{
    if (!file->vtable->size)
        return missing(err, "tell its size");
    return file->vtable->size(file, out_bytes, err);
}

vtc_status vtci_file_sync(struct vtci_file *file, struct vtc_error *err)
{
    if (!file->vtable->sync)
        return missing(err, "sync");
    return file->vtable->sync(file, err);
}

vtc_status vtci_file_publish(struct vtci_file *file, struct vtc_error *err)
{
    if (!file->vtable->publish)
        return missing(err, "publish");
    return file->vtable->publish(file, err);
}

void vtci_file_close(struct vtci_file *file)
{
    if (file)
        file->vtable->close(file);
}
