/* Whether this process is the one that the sessions are of. fork() runs handlers, which make a child of
 * its own of it (fork.c); _Fork() and clone(2) run none, and the child has the parent's pages mapped.
 *
 * A word on a page of its own tells them apart: the kernel gives every child a copy of it that is zero
 * (MADV_WIPEONFORK, Linux 4.14). Each record looks at it, beside its lane's control. Threads, and a
 * child that shares its parent's memory until exec (vfork, posix_spawn), see the parent's.
 *
 * Rejected: getpid at each record, a system call; the lanes' own memory wiped, which saves the look but
 * takes from the child what it has to let go of.
 */
#ifndef VTCI_WRITE_PROCESS_H
#define VTCI_WRITE_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define VTCI_PROCESS_PAGE_BYTES 65536u /* of the largest pages that Linux has */

struct vtci_process_page {
    _Alignas(VTCI_PROCESS_PAGE_BYTES) _Atomic uint32_t known;
    _Atomic uint32_t adopting; /* a thread of the child is at it */
};

extern struct vtci_process_page vtci_process_page;

static inline bool vtci_process_is_known(void)
{
    return __builtin_expect(atomic_load_explicit(&vtci_process_page.known, memory_order_relaxed) !=
                                0,
                            1);
}

/* Does in a child what the handler would have done that was not run. Async-signal-safe. */
void vtci_process_adopt(void);

/* By every call that may be the first of a child. */
static inline void vtci_process_check(void)
{
    if (!vtci_process_is_known())
        vtci_process_adopt();
}

#endif
