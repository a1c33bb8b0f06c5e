/* The powers of ten that 64 bits hold: of digits (import, read) and of scales (column). */
#ifndef VTCI_BASE_POWER10_H
#define VTCI_BASE_POWER10_H

#include <stdint.h>

#define VTCI_POWER10_MAX 19u

extern const uint64_t vtci_power10[VTCI_POWER10_MAX + 1];

/* The same of an exponent up to 18, as a signed number. */
static inline int64_t vtci_power10_signed(unsigned exponent)
{
    return (int64_t)vtci_power10[exponent];
}

#endif
