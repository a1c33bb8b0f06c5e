/* A file around another one that fails on order: the N-th call with an errno of choice, a write that
 * is done only in part before it fails, reads that come in small pieces, syncs that are lost.
 *
 *     struct test_fault_file faults;
 *     test_fault_file_init(&faults, inner);
 *     faults.fail_at = 3; faults.sys_errno = ENOSPC; faults.fail_in = TEST_FAULT_APPEND;
 *     ... use &faults.file ...
 *
 * close() closes the inner file too; the struct itself is the caller's. @thread owner
 */
#ifndef VTC_TESTS_SUPPORT_FAULT_FILE_H
#define VTC_TESTS_SUPPORT_FAULT_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/file.h"

enum {
    TEST_FAULT_APPEND = 1,
    TEST_FAULT_PREAD = 2,
    TEST_FAULT_READ = 4,
    TEST_FAULT_SIZE = 8,
    TEST_FAULT_SYNC = 16,
    TEST_FAULT_PUBLISH = 32,
    TEST_FAULT_ANY = 63
};

struct test_fault_file {
    struct vtci_file file;
    struct vtci_file *inner;
    unsigned fail_in;        /* the operations that count; TEST_FAULT_ANY at first */
    uint64_t fail_at;        /* 1-based; 0: never */
    bool fail_ever_after;    /* like a disk that stays full */
    int sys_errno;           /* EIO at first */
    size_t partial_bytes;    /* that an append which fails has written before */
    size_t read_piece_bytes; /* the most that one read gives; 0: no bound */
    bool lose_syncs;         /* sync says yes and does nothing */
    uint64_t calls;          /* that counted, so far */
    uint64_t appended_bytes;
    uint64_t synced_bytes; /* what would survive a power cut */
    bool published;
    bool closed;
};

void test_fault_file_init(struct test_fault_file *faults, struct vtci_file *inner);

#endif
