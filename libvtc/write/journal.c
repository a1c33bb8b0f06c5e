#include "write/journal.h"

#include <sys/mman.h>

#include "base/error.h"
#include "wire/live_encode.h"
#include "write/live_file.h"
#include "write/publish.h"

#define BLOCK_BYTES (64u << 10)
#define RECORD_BYTES_A_MARK 64u /* that a byte of marks is for */

static struct vtci_journal_block *block_create(size_t record_bytes)
{
    size_t bytes =
        sizeof(struct vtci_journal_block) + record_bytes + record_bytes / RECORD_BYTES_A_MARK + 1;
    bytes = bytes < BLOCK_BYTES
                ? BLOCK_BYTES
                : (bytes + VTCI_LIVE_PAGE_BYTES - 1) & ~(size_t)(VTCI_LIVE_PAGE_BYTES - 1);
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    struct vtci_journal_block *block = map;
    block->map_bytes = bytes;
    size_t marks_bytes = bytes / RECORD_BYTES_A_MARK;
    block->capacity = record_bytes > BLOCK_BYTES / 2
                          ? record_bytes /* its own group: no more than that may hold */
                          : (bytes - sizeof *block - marks_bytes) & ~(size_t)7;
    block->marks = (_Atomic uint8_t *)(block->records + block->capacity);
    atomic_init(&block->used, 0);
    return block;
}

vtc_status vtci_journal_check(const struct vtci_journal *journal, size_t body_bytes,
                              struct vtc_error *err)
{
    uint64_t used = atomic_load_explicit(&journal->used_bytes, memory_order_relaxed);
    if (!journal->limit_bytes || used + vtci_live_log_bytes(body_bytes) <= journal->limit_bytes)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                          "expected definitions of at most %llu bytes (by the session's limit), "
                          "found more",
                          (unsigned long long)journal->limit_bytes);
}

static uint8_t *take(struct vtci_journal *journal, size_t bytes)
{
    struct vtci_journal_block *block = atomic_load_explicit(&journal->newest, memory_order_acquire);
    for (;;) {
        size_t used = block ? atomic_load_explicit(&block->used, memory_order_relaxed) : 0;
        while (block && bytes <= block->capacity - used)
            if (atomic_compare_exchange_weak_explicit(&block->used, &used, used + bytes,
                                                      memory_order_relaxed, memory_order_relaxed))
                return block->records + used;
        struct vtci_journal_block *fresh = block_create(bytes);
        if (!fresh)
            return NULL;
        fresh->older = block;
        /* Release: its fields before its place in the list; pairs with the load above. */
        if (atomic_compare_exchange_strong_explicit(&journal->newest, &block, fresh,
                                                    memory_order_acq_rel, memory_order_acquire))
            block = fresh;
        else
            munmap(fresh, fresh->map_bytes);
    }
}

uint8_t *vtci_journal_take(struct vtci_journal *journal, size_t body_bytes)
{
    size_t bytes = vtci_live_log_bytes(body_bytes);
    uint64_t used = atomic_fetch_add_explicit(&journal->used_bytes, bytes, memory_order_relaxed);
    bool fits = !journal->limit_bytes || used + bytes <= journal->limit_bytes;
    uint8_t *record = fits ? take(journal, bytes) : NULL;
    if (!record)
        atomic_fetch_sub_explicit(&journal->used_bytes, bytes, memory_order_relaxed);
    return record;
}

static struct vtci_journal_block *block_of(struct vtci_journal *journal, const uint8_t *record)
{
    struct vtci_journal_block *block = atomic_load_explicit(&journal->newest, memory_order_acquire);
    while (record < block->records || record >= block->records + block->capacity)
        block = block->older;
    return block;
}

/* Sequentially consistent, as is the list of files that the caller looks at next: either it sees a
 * file that is being made, or the copy into that file sees this record (session_files.c). */
void vtci_journal_commit(struct vtci_journal *journal, uint8_t *record, uint8_t type,
                         size_t body_bytes)
{
    struct vtci_journal_block *block = block_of(journal, record);
    size_t place = (size_t)(record - block->records) / 8;
    vtci_store_u32(record, vtci_live_log_encode(record, type, body_bytes));
    atomic_fetch_or_explicit(&block->marks[place / 8], (uint8_t)(1u << place % 8),
                             memory_order_seq_cst);
    atomic_thread_fence(memory_order_seq_cst);
}

static bool is_marked(const struct vtci_journal_block *block, size_t at)
{
    return atomic_load_explicit(&block->marks[at / 64], memory_order_acquire) >> at / 8 % 8 & 1;
}

/* Writes the records of a block that are committed, those that stand side by side at once. One that is
 * being written meanwhile is a hole, and is appended by its writer. */
static int write_committed(const struct vtci_journal_block *block, size_t used,
                           const struct vtci_live_file *file, uint64_t offset)
{
    for (size_t at = 0, end; at < used; at = end) {
        for (end = at; end < used && is_marked(block, end);)
            end += vtci_live_log_bytes(vtci_load_u32(block->records + end + 4));
        int error =
            end > at ? vtci_live_file_pwrite(file, block->records + at, end - at, offset + at) : 0;
        if (error)
            return error;
        if (end == at)
            end += 8;
    }
    return 0;
}

int vtci_journal_copy(struct vtci_journal *journal, struct vtci_live_file *file)
{
    atomic_thread_fence(memory_order_seq_cst);
    struct vtci_journal_block *block = atomic_load_explicit(&journal->newest, memory_order_acquire);
    for (; block; block = block->older) {
        uint64_t offset;
        size_t used = atomic_load_explicit(&block->used, memory_order_acquire);
        int error = used ? vtci_log_begin_group(file, used, &offset) : 0;
        if (!error && used)
            error = write_committed(block, used, file, offset);
        if (!error && used)
            error = vtci_log_end_group(file, used, offset);
        if (error)
            return error;
    }
    return 0;
}

uint64_t vtci_journal_file_bytes(const struct vtci_journal *journal)
{
    uint64_t bytes = 0;
    struct vtci_journal_block *block = atomic_load_explicit(&journal->newest, memory_order_acquire);
    for (; block; block = block->older) {
        size_t used = atomic_load_explicit(&block->used, memory_order_relaxed);
        bytes += vtci_log_group_pages(used) * VTCI_LIVE_PAGE_BYTES;
    }
    return bytes;
}

void vtci_journal_free(struct vtci_journal *journal)
{
    struct vtci_journal_block *block =
        atomic_exchange_explicit(&journal->newest, NULL, memory_order_acquire);
    while (block) {
        struct vtci_journal_block *older = block->older;
        munmap(block, block->map_bytes);
        block = older;
    }
    atomic_store_explicit(&journal->used_bytes, 0, memory_order_relaxed);
}
