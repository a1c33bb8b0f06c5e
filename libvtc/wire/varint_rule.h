/* A varint that knows why it failed: its own form (SPEC: NUM-2), or the end of what holds it (FRM-5).
 * Decoders keep one `struct vtci_fields` for a structure, read on, and ask once.
 */
#ifndef VTCI_WIRE_VARINT_RULE_H
#define VTCI_WIRE_VARINT_RULE_H

#include "base/buffer.h"

struct vtci_fields {
    struct vtci_cursor cursor;
    bool bad_varint;
};

static inline struct vtci_fields vtci_fields_make(const void *bytes, size_t len_bytes)
{
    struct vtci_fields fields = {vtci_cursor_make(bytes, len_bytes), false};
    return fields;
}

/* Reads a varint; a failure that is not just the end of the bytes is the varint's fault. */
static inline uint64_t vtci_fields_varint(struct vtci_fields *fields)
{
    const uint8_t *start = fields->cursor.pos;
    bool failed_before = fields->cursor.failed;
    uint64_t value = vtci_cursor_varint(&fields->cursor);
    if (fields->cursor.failed && !failed_before) {
        size_t read_bytes = (size_t)(fields->cursor.pos - start);
        fields->bad_varint = read_bytes == 10 || (read_bytes && fields->cursor.pos[-1] < 0x80);
    }
    return value;
}

static inline int64_t vtci_fields_svarint(struct vtci_fields *fields)
{
    uint64_t value = vtci_fields_varint(fields);
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

/* The rule that is broken when the cursor has failed. */
static inline const char *vtci_fields_rule(const struct vtci_fields *fields)
{
    return fields->bad_varint ? "NUM-2" : "FRM-5";
}

#endif
