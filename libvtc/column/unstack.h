/* Kernel: the names of ends, from the names of their begins (SPEC 8.6). One lane at a time.
 * `stack` has room for `count`; phases are those of the rows, 'B' and 'E' count. Cannot fail. */
#ifndef VTCI_COLUMN_UNSTACK_H
#define VTCI_COLUMN_UNSTACK_H

#include <stddef.h>
#include <stdint.h>

void vtci_unstack_decode_lane(size_t count, const uint8_t *phases, const int64_t *x,
                              uint64_t *stack, int64_t *values);
void vtci_unstack_encode_lane(size_t count, const uint8_t *phases, const int64_t *values,
                              uint64_t *stack, int64_t *x);

#endif
