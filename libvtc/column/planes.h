/* Kernel: integers to planes of bytes and back (SPEC 8.1, op 1). Plane 0 holds the lowest bytes of
 * all values, plane 1 the next, and so on: what is alike stands together, for the entropy coder.
 *
 * Preconditions: width 1 to 8; count × width bytes at `planes`; every value - base, as an unsigned
 * number, fits width bytes (pack).
 */
#ifndef VTCI_COLUMN_PLANES_H
#define VTCI_COLUMN_PLANES_H

#include <stddef.h>
#include <stdint.h>

void vtci_planes_pack(const int64_t *values, size_t count, int64_t base, unsigned width,
                      uint8_t *planes);
void vtci_planes_unpack(const uint8_t *planes, size_t count, int64_t base, unsigned width,
                        int64_t *values);

#endif
