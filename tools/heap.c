#include "heap.h"

#include <stdlib.h> /* defines __GLIBC__ */

#ifdef __GLIBC__
#include <malloc.h>

enum { KEPT_BYTES = 128 << 20, MAPPED_FROM_BYTES = 32 << 20 /* the most that glibc takes */ };

void heap_tune(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
}
#else
void heap_tune(void)
{
}
#endif
