#include "column/unstack.h"

void vtci_unstack_decode_lane(size_t count, const uint8_t *phases, const int64_t *x,
                              uint64_t *stack, int64_t *values)
{
    size_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = (uint64_t)x[i];
        if (phases[i] == 'B') {
            stack[depth++] = value;
        } else if (phases[i] == 'E' && depth > 0) {
            uint64_t top = stack[--depth];
            if (value == 0)
                value = top;
            else if (value <= top)
                value--;
        }
        values[i] = (int64_t)value;
    }
}

void vtci_unstack_encode_lane(size_t count, const uint8_t *phases, const int64_t *values,
                              uint64_t *stack, int64_t *x)
{
    size_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = (uint64_t)values[i];
        if (phases[i] == 'B') {
            stack[depth++] = value;
        } else if (phases[i] == 'E' && depth > 0) {
            uint64_t top = stack[--depth];
            if (value == top)
                value = 0;
            else if (value < top)
                value++;
        }
        x[i] = (int64_t)value;
    }
}
