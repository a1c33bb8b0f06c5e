/* Page 0 while the file is written, and the end of a file. */
#include "write/live_file.h"

#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "write/publish.h"

bool vtci_live_file_try_ref(struct vtci_live_file *file)
{
    uint32_t refs = atomic_load_explicit(&file->refs, memory_order_relaxed);
    while (refs != 0)
        if (atomic_compare_exchange_weak_explicit(&file->refs, &refs, refs + 1,
                                                  memory_order_acq_rel, memory_order_relaxed))
            return true;
    return false;
}

void vtci_live_file_set_state(struct vtci_live_file *file, uint32_t state)
{
    uint8_t *page0 = atomic_load_explicit(&file->page0, memory_order_acquire);
    uint8_t bytes[4];
    if (page0) {
        vtci_publish_u32(page0 + VTCI_LIVE_STATE_OFFSET, state);
        return;
    }
    vtci_store_u32(bytes, state);
    int error = vtci_live_file_pwrite(file, bytes, sizeof bytes, VTCI_LIVE_STATE_OFFSET);
    (void)error; /* the state is a help for readers, who can do without */
}

/* Relaxed: a counter that orders nothing. */
void vtci_live_file_count_loss(struct vtci_live_file *file, enum vtc_loss cause, uint64_t events)
{
    uint64_t offset = VTCI_LIVE_LOST_OFFSET + 8 * (uint64_t)cause;
    uint8_t *page0 = atomic_load_explicit(&file->page0, memory_order_acquire);
    if (page0) {
        uint64_t *counter = (uint64_t *)(void *)(page0 + offset);
        uint64_t old = __atomic_load_n(counter, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(counter, &old, VTCI_LE64(VTCI_LE64(old) + events), 1,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            ;
        return;
    }
    uint8_t bytes[8];
    if (!vtci_live_file_is_ours(file) || pread(file->fd, bytes, 8, (off_t)offset) != 8)
        return;
    vtci_store_u64(bytes, vtci_load_u64(bytes) + events);
    int error = vtci_live_file_pwrite(file, bytes, sizeof bytes, offset);
    (void)error;
}

/* Others may be counting: what comes late to a file that is closed is lost to it. */
void vtci_live_file_losses(const struct vtci_live_file *file, uint64_t out_lost[VTC_LOSS_CAUSES])
{
    const uint8_t *page0 = atomic_load_explicit(&file->page0, memory_order_acquire);
    uint8_t bytes[8 * VTC_LOSS_CAUSES] = {0};
    if (page0) {
        const uint64_t *counters = (const void *)(page0 + VTCI_LIVE_LOST_OFFSET);
        for (size_t cause = 0; cause < VTC_LOSS_CAUSES; cause++)
            out_lost[cause] = VTCI_LE64(__atomic_load_n(&counters[cause], __ATOMIC_RELAXED));
        return;
    }
    if (!vtci_live_file_is_ours(file) ||
        pread(file->fd, bytes, sizeof bytes, VTCI_LIVE_LOST_OFFSET) != sizeof bytes)
        memset(bytes, 0, sizeof bytes);
    for (size_t cause = 0; cause < VTC_LOSS_CAUSES; cause++)
        out_lost[cause] = vtci_load_u64(bytes + 8 * cause);
}

uint64_t vtci_live_file_bytes(const struct vtci_live_file *file)
{
    uint64_t next = atomic_load_explicit(&file->next_page, memory_order_relaxed);
    uint64_t allocated = atomic_load_explicit(&file->allocated_pages, memory_order_relaxed);
    return (next < allocated ? next : allocated) * VTCI_LIVE_PAGE_BYTES;
}

void vtci_live_file_finish(struct vtci_live_file *file)
{
    vtci_log_unmap(file);
    if (vtci_live_file_is_ours(file)) {
        int failed = ftruncate(file->fd, (off_t)vtci_live_file_bytes(file));
        (void)failed; /* then it is longer than it needs to be: zeros, which are empty pages */
        vtci_live_file_set_state(file, VTCI_LIVE_CLOSED);
        (void)flock(file->fd, LOCK_UN); /* page 0 may stay mapped, and would keep it */
        close(file->fd);
    }
    file->fd = -1;
}

void vtci_live_file_forget(struct vtci_live_file *file)
{
    uint8_t *page0 = atomic_exchange_explicit(&file->page0, NULL, memory_order_acq_rel);
    vtci_log_unmap(file);
    if (page0)
        munmap(page0, VTCI_LIVE_PAGE_BYTES);
    if (file->fd >= 0 && vtci_live_file_is_ours(file))
        close(file->fd);
    file->fd = -1;
    /* It counts no more, and not yet when the slot is taken next (vtci_session_bytes). */
    atomic_store_explicit(&file->next_page, 0, memory_order_relaxed);
    atomic_store_explicit(&file->taken, 0, memory_order_release);
}
