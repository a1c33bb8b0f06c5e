/* Reading the JSON of an event: members of objects, elements of lists, and all leaves of a value.
 *
 * The text is that of a row that the file's own scanner took for an object, so nothing is validated
 * here; what is no JSON ends the walk, and never leads past the end. Nothing recurses.
 */
#ifndef VTCI_SQL_JSON_H
#define VTCI_SQL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "vtc/reader.h"

enum vtci_json_kind {
    VTCI_JSON_NONE, /* there is none */
    VTCI_JSON_NULL,
    VTCI_JSON_BOOL,
    VTCI_JSON_NUMBER,
    VTCI_JSON_STRING,
    VTCI_JSON_OBJECT,
    VTCI_JSON_LIST
};

/* A value where it stands; of a string what is between the quotes, escapes and all. */
struct vtci_json {
    enum vtci_json_kind kind;
    const char *data;
    size_t len_bytes;
};

/* A value that takes up the whole of a text, white space aside. */
struct vtci_json vtci_json_value(const char *data, size_t len_bytes);

/* Goes through an object or a list. */
struct vtci_json_walk {
    const char *pos;
    const char *end;
};

struct vtci_json_walk vtci_json_walk_into(struct vtci_json container);
/* False at the end. Of a list `out_key` stays as it was; it may be NULL. */
bool vtci_json_walk_next(struct vtci_json_walk *walk, struct vtci_json *out_key,
                         struct vtci_json *out_value);

/* The last member of an object with a key; kind NONE when there is none. */
struct vtci_json vtci_json_member(struct vtci_json object, const char *key);

static inline bool vtci_json_is(struct vtci_json value, const char *text)
{
    size_t len_bytes = strlen(text);
    return value.kind == VTCI_JSON_STRING && value.len_bytes == len_bytes &&
           memcmp(value.data, text, len_bytes) == 0;
}

/* What a number is: an integer of 64 bits where it is written as one, else a double. */
struct vtci_json_number {
    bool is_integer;
    int64_t integer;
    double real; /* also of an integer */
};

struct vtci_json_number vtci_json_number(const char *data, size_t len_bytes);

/* Nanoseconds of a time in microseconds, a number or one between quotes: exact, rounded towards
 * minus infinity. False where it is none, or beyond 63 bits. */
bool vtci_json_time(struct vtci_json value, int64_t *out_ns);

/* Adds a string with its escapes decoded to UTF-8; what is no escape stays as it is. */
VTC_NODISCARD vtc_status vtci_json_unescape(struct vtci_buffer *out, const char *data,
                                            size_t len_bytes);

/* A leaf of a value. Keys are joined by dots, elements of lists counted: `args.a[3].b`, and flat
 * `args.a.b`. Borrowed for the call. */
struct vtci_json_leaf {
    struct vtc_text flat_key;
    struct vtc_text key;
    struct vtci_json value;
};
typedef vtc_status (*vtci_json_leaf_fn)(void *context, const struct vtci_json_leaf *leaf);

/* Calls `each` for every leaf but null. `keys` are two buffers for its use; both begin with the
 * root's name. Deeper than the format's nesting is left out. */
VTC_NODISCARD vtc_status vtci_json_leaves(struct vtci_json value, struct vtci_buffer keys[2],
                                          vtci_json_leaf_fn each, void *context);

#endif
