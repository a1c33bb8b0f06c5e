/* Traces made by chance: numbers, strings and values as tracers spell them, in a layout. */
#ifndef VTC_TESTS_SUPPORT_GENERATED_VALUES_H
#define VTC_TESTS_SUPPORT_GENERATED_VALUES_H

#include <stdint.h>

#include "support/round_trip.h"

struct chance {
    uint64_t state;
};

uint32_t draw(struct chance *chance, uint32_t below);
const char *pick(struct chance *chance, const char *const *from, uint32_t count);

#define PICK(chance, ...)                              \
    pick((chance), (const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

struct layout {
    const char *separator, *colon, *comma, *open, *close;
};

struct layout make_layout(struct chance *chance);
void put_number(struct chance *chance, struct bytes *out);
void put_string(struct chance *chance, struct bytes *out);
/* Of any type; no object in it has a `ph`. */
void put_value(struct chance *chance, const struct layout *layout, struct bytes *out,
               unsigned depth);

#endif
