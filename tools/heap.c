#include "heap.h"

#include <stdlib.h> /* defines __GLIBC__ */

#if defined(__GLIBC__)
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Work on a trace takes arrays of megabytes, gives them back and takes them again, block by block.
 * By default glibc would map and unmap each, and the kernel clear every page anew. So freed memory is
 * kept, and the heap grows in steps that huge pages fit, which halves what page faults cost: of the
 * CPU time of compressing a trace, a fifth. */
#define KEPT_BYTES (512 << 20)
#define MAPPED_FROM_BYTES (32 << 20) /* the most that glibc takes */
#define STEP_BYTES (256 << 20)       /* of address space; pages are taken as they are touched */
#define HUGE_PAGE_BYTES ((uintptr_t)2 << 20)

void heap_tune(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TOP_PAD, STEP_BYTES);
#if defined(MADV_HUGEPAGE)
    uintptr_t from = ((uintptr_t)sbrk(0) + HUGE_PAGE_BYTES - 1) & ~(HUGE_PAGE_BYTES - 1);
    void *volatile block =
        malloc(MAPPED_FROM_BYTES / 2); /* the heap grows; none of it is touched */
    free(block);
    uintptr_t end = (uintptr_t)sbrk(0);
    if (from < end)
        (void)madvise((void *)from, end - from, MADV_HUGEPAGE);
#endif
}
#else
void heap_tune(void)
{
}
#endif
