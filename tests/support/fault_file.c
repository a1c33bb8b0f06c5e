#include "support/fault_file.h"

#include <errno.h>

#include "base/error.h"

static struct test_fault_file *cast(struct vtci_file *file)
{
    return (struct test_fault_file *)file;
}

static bool fails(struct test_fault_file *faults, unsigned operation)
{
    if (!(faults->fail_in & operation))
        return false;
    faults->calls++;
    if (faults->fail_at == 0)
        return false;
    return faults->fail_ever_after ? faults->calls >= faults->fail_at
                                   : faults->calls == faults->fail_at;
}

static vtc_status failure(struct test_fault_file *faults, uint64_t offset, const char *what,
                          struct vtc_error *err)
{
    return vtci_error_errno(err, faults->sys_errno, offset, what);
}

static vtc_status fault_append(struct vtci_file *file, const void *bytes, size_t len_bytes,
                               struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    bool failing = fails(faults, TEST_FAULT_APPEND);
    if (failing && len_bytes > faults->partial_bytes)
        len_bytes = faults->partial_bytes;
    VTC_TRY(vtci_file_append(faults->inner, bytes, len_bytes, err));
    faults->appended_bytes += len_bytes;
    return failing ? failure(faults, faults->appended_bytes, "cannot write", err) : VTC_OK;
}

static vtc_status fault_pread(struct vtci_file *file, uint64_t offset, void *to, size_t len_bytes,
                              size_t *out_len_bytes, struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    if (fails(faults, TEST_FAULT_PREAD))
        return failure(faults, offset, "cannot read", err);
    return vtci_file_pread(faults->inner, offset, to, len_bytes, out_len_bytes, err);
}

static vtc_status fault_read(struct vtci_file *file, void *to, size_t len_bytes,
                             size_t *out_len_bytes, struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    if (fails(faults, TEST_FAULT_READ))
        return failure(faults, VTC_NO_OFFSET, "cannot read", err);
    if (faults->read_piece_bytes && len_bytes > faults->read_piece_bytes)
        len_bytes = faults->read_piece_bytes;
    return vtci_file_read(faults->inner, to, len_bytes, out_len_bytes, err);
}

static vtc_status fault_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    if (fails(faults, TEST_FAULT_SIZE))
        return failure(faults, VTC_NO_OFFSET, "cannot tell the size", err);
    return vtci_file_size(faults->inner, out_bytes, err);
}

static vtc_status fault_sync(struct vtci_file *file, struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    if (fails(faults, TEST_FAULT_SYNC))
        return failure(faults, faults->appended_bytes, "cannot sync", err);
    if (faults->lose_syncs)
        return VTC_OK;
    VTC_TRY(vtci_file_sync(faults->inner, err));
    faults->synced_bytes = faults->appended_bytes;
    return VTC_OK;
}

static vtc_status fault_publish(struct vtci_file *file, struct vtc_error *err)
{
    struct test_fault_file *faults = cast(file);
    if (fails(faults, TEST_FAULT_PUBLISH))
        return failure(faults, VTC_NO_OFFSET, "cannot create", err);
    VTC_TRY(vtci_file_publish(faults->inner, err));
    faults->synced_bytes = faults->appended_bytes;
    faults->published = true;
    return VTC_OK;
}

static void fault_close(struct vtci_file *file)
{
    vtci_file_close(cast(file)->inner);
    cast(file)->closed = true;
}

/* No borrow: so that what reads is made to go through pread, where it can fail. */
static const struct vtci_file_vtable fault_vtable = {
    .append = fault_append,
    .pread = fault_pread,
    .read = fault_read,
    .size = fault_size,
    .sync = fault_sync,
    .publish = fault_publish,
    .close = fault_close,
};

void test_fault_file_init(struct test_fault_file *faults, struct vtci_file *inner)
{
    *faults = (struct test_fault_file){.file = {&fault_vtable},
                                       .inner = inner,
                                       .fail_in = TEST_FAULT_ANY,
                                       .sys_errno = EIO};
}
