/* The two halves of the commit protocol: a word that makes what stands behind it valid, and bytes
 * that a reader may see at any moment.
 */
#ifndef VTCI_WRITE_PUBLISH_H
#define VTCI_WRITE_PUBLISH_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/bytes.h"

/* Stores a word of mapped memory with release order: pairs with the acquiring load of whoever reads
 * the file (SPEC: LIV-4, LIV-7, LIV-10). `to` is a multiple of 4. */
static inline void vtci_publish_u32(uint8_t *to, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)to, VTCI_LE32(value), __ATOMIC_RELEASE);
}

#endif
