/* Memory that serves as a file: borrowed and read-only, or a buffer that grows. */
#include "base/error.h"
#include "io/file.h"

struct memory_file {
    struct vtci_file file;
    struct vtci_memory *memory;
    struct vtci_buffer *buffer; /* NULL: read-only, `bytes` it is */
    const uint8_t *bytes;
    size_t len_bytes;
    size_t read_pos;
};

static struct memory_file *cast(struct vtci_file *file)
{
    return (struct memory_file *)file;
}

static size_t length(const struct memory_file *self)
{
    return self->buffer ? self->buffer->len_bytes : self->len_bytes;
}

static const uint8_t *content(const struct memory_file *self)
{
    return self->buffer ? self->buffer->data : self->bytes;
}

static vtc_status memory_append(struct vtci_file *file, const void *bytes, size_t len_bytes,
                                struct vtc_error *err)
{
    if (vtci_buffer_append(cast(file)->buffer, bytes, len_bytes) != VTC_OK)
        return vtci_error_memory(err, len_bytes);
    return VTC_OK;
}

static vtc_status memory_pread(struct vtci_file *file, uint64_t offset, void *to, size_t len_bytes,
                               size_t *out_len_bytes, struct vtc_error *err)
{
    struct memory_file *self = cast(file);
    (void)err;
    size_t left = offset < length(self) ? length(self) - (size_t)offset : 0;
    size_t given = len_bytes < left ? len_bytes : left;
    if (given)
        memcpy(to, content(self) + offset, given);
    *out_len_bytes = given;
    return VTC_OK;
}

static vtc_status memory_read(struct vtci_file *file, void *to, size_t len_bytes,
                              size_t *out_len_bytes, struct vtc_error *err)
{
    struct memory_file *self = cast(file);
    VTC_TRY(memory_pread(file, self->read_pos, to, len_bytes, out_len_bytes, err));
    self->read_pos += *out_len_bytes;
    return VTC_OK;
}

static const uint8_t *memory_borrow(struct vtci_file *file, uint64_t offset, size_t len_bytes)
{
    struct memory_file *self = cast(file);
    bool inside = content(self) && offset <= length(self) && len_bytes <= length(self) - offset;
    return inside ? content(self) + offset : NULL;
}

static vtc_status memory_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err)
{
    (void)err;
    *out_bytes = length(cast(file));
    return VTC_OK;
}

static vtc_status memory_nothing(struct vtci_file *file, struct vtc_error *err)
{
    (void)file;
    (void)err;
    return VTC_OK;
}

static void memory_close(struct vtci_file *file)
{
    vtci_release(cast(file)->memory, file, sizeof(struct memory_file));
}

static const struct vtci_file_vtable bytes_vtable = {
    .pread = memory_pread,
    .read = memory_read,
    .size = memory_size,
    .close = memory_close,
    .borrow = memory_borrow,
};

static const struct vtci_file_vtable buffer_vtable = {
    .append = memory_append,
    .pread = memory_pread,
    .read = memory_read,
    .size = memory_size,
    .sync = memory_nothing,
    .publish = memory_nothing,
    .close = memory_close,
    .borrow = memory_borrow,
};

static vtc_status create(struct vtci_memory *memory, const struct memory_file *from,
                         struct vtci_file **out_file, struct vtc_error *err)
{
    struct memory_file *self = vtci_allocate(memory, sizeof *self);
    if (!self)
        return vtci_error_memory(err, sizeof *self);
    *self = *from;
    *out_file = &self->file;
    return VTC_OK;
}

vtc_status vtci_file_from_bytes(struct vtci_memory *memory, const void *bytes, size_t len_bytes,
                                struct vtci_file **out_file, struct vtc_error *err)
{
    struct memory_file from = {.file = {&bytes_vtable},
                               .memory = memory,
                               .bytes = bytes,
                               .len_bytes = len_bytes};
    return create(memory, &from, out_file, err);
}

vtc_status vtci_file_from_buffer(struct vtci_memory *memory, struct vtci_buffer *buffer,
                                 struct vtci_file **out_file, struct vtc_error *err)
{
    struct memory_file from = {.file = {&buffer_vtable}, .memory = memory, .buffer = buffer};
    return create(memory, &from, out_file, err);
}
