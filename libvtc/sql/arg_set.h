/* The arguments of a slice as rows: every leaf of its event's `args`, and of its end's. */
#ifndef VTCI_SQL_ARG_SET_H
#define VTCI_SQL_ARG_SET_H

#include "sql/id_map.h"
#include "sql/slice.h"

struct vtci_arg {
    size_t flat_key_pos, flat_key_bytes; /* in the set's text */
    size_t key_pos, key_bytes;
    enum vtci_json_kind kind;
    size_t text_pos, text_bytes; /* of a STRING, unescaped */
    bool is_integer;             /* of a NUMBER */
    int64_t integer;             /* also of a BOOL */
    double real;
};

struct vtci_arg_set {
    struct vtci_memory *memory;
    struct vtci_arg *args;
    size_t count, capacity;
    struct vtci_buffer text;
    struct vtci_buffer keys[2];
    struct vtci_id_map places; /* by the hash of a key; filled when there are many */
};

void vtci_arg_set_init(struct vtci_arg_set *set, struct vtci_memory *memory);
void vtci_arg_set_free(struct vtci_arg_set *set);
/* Takes the arguments of a slice whose block has its texts. Of a key that comes twice the last one
 * stays. */
VTC_NODISCARD vtc_status vtci_arg_set_load(struct vtci_arg_set *set, struct vtci_sql_trace *trace,
                                           const struct vtci_slice_ref *at);

#endif
