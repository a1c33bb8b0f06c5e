/* The walk is a small machine: `op` says which literal comes next and which value behind it. A node
 * within a node pushes where to go on; nothing recurses. Paths are at most VTCI_NESTING_MAX deep and
 * every push goes one path deeper, so the stack has a fixed size.
 *
 * Speed is in three habits: room in the buffer is asked for once an op, literals and short strings
 * are copied by two 16-byte moves without a look at their length, and the state of the machine
 * (`out`, `op`) lives in registers: it is stored in the sink only around what may flush.
 */
#include "read/text_walk.h"

#include "base/error.h"
#include "base/limits.h"
#include "read/number_format.h"

/* The values of a column that are still to come. */
struct vtci_text_column {
    const int64_t *next;
    const int64_t *end;
    const uint8_t *scales; /* of `next` */
    const uint8_t *dictionary;
    const uint64_t *ends;
    size_t string_count;
    size_t safe_bytes; /* a string that begins below may be copied with slack */
    const uint8_t *plain;
    const uint64_t *plain_ends;
    size_t plain_next;
    size_t plain_count;
    const uint32_t *shapes; /* NODE: global ids by local id - 1 */
    size_t shape_count;
    uint32_t path;
    uint8_t type;
};

/* An open node: where to go on behind it, or which element of a list comes next. */
struct vtci_text_frame {
    const struct vtci_text_op *next_op; /* behind a fixed shape; NULL: a list's next element */
    const struct vtci_text_op *list;    /* its three literals */
    uint64_t elements_left;
    struct vtci_text_column *tag, *number, *string, *node;
};

vtc_status vtci_text_walker_init(struct vtci_text_walker *walker, struct vtci_memory *memory)
{
    memset(walker, 0, sizeof *walker);
    walker->memory = memory;
    walker->frames = vtci_allocate(memory, (VTCI_NESTING_MAX + 2) * sizeof(struct vtci_text_frame));
    return walker->frames ? VTC_OK : VTC_ERR_NO_MEMORY;
}

void vtci_text_walker_free(struct vtci_text_walker *walker)
{
    if (!walker->memory)
        return;
    VTCI_ARRAY_FREE(walker->memory, walker->columns, walker->column_capacity);
    vtci_release(walker->memory, walker->frames,
                 (VTCI_NESTING_MAX + 2) * sizeof(struct vtci_text_frame));
    memset(walker, 0, sizeof *walker);
}

static void bind_column(struct vtci_text_column *to, const struct vtci_schema *schema,
                        uint32_t column, const struct vtci_values *values)
{
    const struct vtci_column *of = &schema->columns[column];
    const struct vtci_path *path = &schema->paths[of->path];
    memset(to, 0, sizeof *to);
    to->type = of->type;
    to->path = of->path;
    if (of->type == VTCI_NODE) {
        to->shapes = path->shapes;
        to->shape_count = path->shape_count;
    }
    if (values->count == 0)
        return;
    to->next = values->values;
    to->end = values->values + values->count;
    to->scales = values->scales;
    to->dictionary = of->text;
    to->ends = of->ends;
    to->string_count = of->string_count;
    to->safe_bytes = of->text_capacity > VTCI_TEXT_SLACK ? of->text_capacity - VTCI_TEXT_SLACK : 0;
    to->plain = values->plain;
    to->plain_ends = values->plain_ends;
    to->plain_count = values->plain_count;
}

static vtc_status bind_columns(struct vtci_text_walker *walker, const struct vtci_schema *schema,
                               struct vtci_block_decoder *decoder, struct vtc_error *err)
{
    if (VTCI_ARRAY_RESERVE(walker->memory, walker->columns, walker->column_capacity,
                           schema->column_count) != VTC_OK)
        return vtci_error_memory(err, schema->column_count * sizeof *walker->columns);
    for (uint32_t i = 0; i < schema->column_count; i++) {
        const struct vtci_values *values;
        VTC_TRY(vtci_block_decoder_column(decoder, i, &values, err));
        bind_column(&walker->columns[i], schema, i, values);
    }
    return VTC_OK;
}

static vtc_status used_up(const struct vtci_text_column *column, struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-5",
                          "expected one more value of type %u at path %u, found none", column->type,
                          column->path);
}

/* SPEC: BLK-5. */
static vtc_status check_rest(const struct vtci_text_walker *walker,
                             const struct vtci_schema *schema, struct vtc_error *err)
{
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct vtci_text_column *column = &walker->columns[i];
        if (column->next != column->end || column->plain_next != column->plain_count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-5",
                                  "expected all values of column %zu to be used, found %zu left", i,
                                  (size_t)(column->end - column->next));
    }
    return VTC_OK;
}

/* The next string of a column; false when there is none, or its id is not defined. */
static inline bool next_string(struct vtci_text_column *column, int64_t id,
                               const uint8_t **out_text, size_t *out_len_bytes, bool *out_safe)
{
    uint64_t index = (uint64_t)id - 1;
    if (index < column->string_count) {
        uint64_t start = index ? column->ends[index - 1] : 0;
        *out_text = column->dictionary + start;
        *out_len_bytes = (size_t)(column->ends[index] - start);
        *out_safe = start < column->safe_bytes;
        return true;
    }
    if (id != 0 || column->plain_next >= column->plain_count)
        return false;
    uint64_t start = column->plain_next ? column->plain_ends[column->plain_next - 1] : 0;
    *out_text = column->plain + start;
    *out_len_bytes = (size_t)(column->plain_ends[column->plain_next] - start);
    *out_safe = false;
    column->plain_next++;
    return true;
}

static inline void copy_slack(uint8_t *out, const uint8_t *from)
{
    memcpy(out, from, 16);
    memcpy(out + 16, from + 16, 16);
}

/* What one op may write beside its literal and a long string. */
#define ROOM_BYTES (VTCI_NUMBER_ROOM + 2 * VTCI_TEXT_SLACK)

enum { TAG_NUMBER = 1, TAG_STRING = 2, TAG_NODE = 3 };
static const uint8_t quote[VTCI_TEXT_SLACK] = {'"'};

/* The machine. `out` is the sink's end; it is stored back around whatever may flush. */
struct machine {
    struct vtci_text_walker *walker;
    const struct vtci_text_plan *plan;
    const struct vtci_schema *schema;
    struct vtci_text_sink *sink;
    struct vtc_error *err;
    uint8_t *limit; /* as long as out is below, ROOM_BYTES may be written */
};

static vtc_status put_long(const struct machine *machine, uint8_t **out, const void *bytes,
                           size_t len_bytes)
{
    struct vtci_text_sink *sink = machine->sink;
    sink->len_bytes = (size_t)(*out - sink->data);
    vtc_status status = vtci_sink_put(sink, bytes, len_bytes, machine->err);
    if (status == VTC_OK && sink->capacity_bytes - sink->len_bytes < ROOM_BYTES)
        status = vtci_sink_flush(sink, machine->err);
    *out = sink->data + sink->len_bytes;
    return status;
}

/* A literal or a string; afterwards there is room for ROOM_BYTES. */
static inline vtc_status put_text(const struct machine *machine, uint8_t **out, const uint8_t *text,
                                  size_t len_bytes, bool safe)
{
    if (len_bytes <= 32 && safe && *out < machine->limit) {
        copy_slack(*out, text);
        *out += len_bytes;
        return VTC_OK;
    }
    if (*out < machine->limit && len_bytes < (size_t)(machine->limit - *out)) {
        if (len_bytes)
            memcpy(*out, text, len_bytes);
        *out += len_bytes;
        return VTC_OK;
    }
    return put_long(machine, out, text, len_bytes);
}

static inline vtc_status put_literal(const struct machine *machine, uint8_t **out,
                                     const struct vtci_text_op *op)
{
    return put_text(machine, out, machine->plan->literals.data + op->literal_pos,
                    op->literal_len_bytes, true);
}

static vtc_status bad_string(struct vtci_text_column *column, int64_t id, struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET,
                          column->type == VTCI_NUMBER ? "NUMB-1" : "STR-1",
                          "expected a string that is defined at path %u, found %lld", column->path,
                          (long long)id);
}

static inline vtc_status put_string(const struct machine *machine, uint8_t **out,
                                    struct vtci_text_column *column)
{
    const uint8_t *text;
    size_t len_bytes;
    bool safe;
    if (column->next == column->end)
        return used_up(column, machine->err);
    int64_t id = *column->next++;
    if (!next_string(column, id, &text, &len_bytes, &safe))
        return bad_string(column, id, machine->err);
    return put_text(machine, out, text, len_bytes, safe);
}

static inline vtc_status put_number(const struct machine *machine, uint8_t **out,
                                    struct vtci_text_column *column)
{
    if (column->next == column->end)
        return used_up(column, machine->err);
    int64_t value = *column->next++;
    uint8_t scale = *column->scales++;
    if (scale <= 18) {
        if (*out >= machine->limit)
            VTC_TRY(put_long(machine, out, NULL, 0));
        *out = vtci_number_format(*out, value, scale);
        return VTC_OK;
    }
    const uint8_t *text;
    size_t len_bytes;
    bool safe;
    if (scale != VTCI_SCALE_TOKEN || !next_string(column, value, &text, &len_bytes, &safe))
        return bad_string(column, value, machine->err);
    return put_text(machine, out, text, len_bytes, safe);
}

/* Begins a list: the frame of its elements. Its columns are there: SPEC: DEF-5. */
static vtc_status open_list(const struct machine *machine, uint32_t path,
                            const struct vtci_text_op *ops, struct vtci_text_frame *frame)
{
    const struct vtci_schema *schema = machine->schema;
    struct vtci_text_column *columns = machine->walker->columns;
    uint32_t elements = vtci_schema_find_path(schema, path, VTCI_ELEMENTS, NULL, 0);
    const uint32_t *of = schema->paths[elements].columns;
    struct vtci_text_column *count = &columns[schema->paths[path].columns[VTCI_COUNT]];
    if (count->next == count->end)
        return used_up(count, machine->err);
    frame->next_op = NULL;
    frame->list = ops;
    frame->elements_left = (uint64_t)*count->next++;
    frame->tag = &columns[of[VTCI_TAG]];
    frame->number = &columns[of[VTCI_NUMBER]];
    frame->string = &columns[of[VTCI_STRING]];
    frame->node = &columns[of[VTCI_NODE]];
    if (frame->elements_left == 0 ||
        frame->elements_left > (uint64_t)(frame->tag->end - frame->tag->next))
        return vtci_error_set(machine->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET,
                              frame->elements_left ? "BLK-5" : "ROW-1",
                              "expected a list of 1 to %zu elements at path %u, found %llu",
                              (size_t)(frame->tag->end - frame->tag->next), path,
                              (unsigned long long)frame->elements_left);
    return VTC_OK;
}

static vtc_status no_shape(const struct vtci_text_column *column, int64_t local,
                           struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                          "expected one of %zu shapes of path %u, found %lld", column->shape_count,
                          column->path, (long long)local);
}

static vtc_status bad_tag(int64_t tag, struct vtc_error *err)
{
    return vtci_error_set(
        err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
        "expected an element that is a number, a string or a node, found tag %lld", (long long)tag);
}

/* The text of one row. Longer than STYLE asks for: one machine, with its state in registers.
 *
 *     begin ---fixed shape---> run ---NODE slot: push where to go on---> begin
 *       |                       `-----END------.
 *       |---raw text---------------------> resume ---nothing left---> the row is done
 *       `---list: push its state--> element   `-----> run or the list's next element
 */
static vtc_status walk_row(const struct machine *machine, uint8_t **out_pos)
{
    struct vtci_text_column *columns = machine->walker->columns;
    struct vtci_text_frame *bottom = machine->walker->frames, *frame = bottom;
    const struct vtci_text_op *ops = machine->plan->ops, *op;
    struct vtci_text_column *node = &columns[VTCI_COLUMN_ROOT];
    uint8_t *out = *out_pos;
    uint64_t local;

begin: /* the node that `node` gives next; where to go on behind it is on the stack */
    if (node->next == node->end)
        return used_up(node, machine->err);
    local = (uint64_t)*node->next++;
    if (local == 0) {
        uint32_t raw = machine->schema->paths[node->path].columns[VTCI_RAW];
        VTC_TRY(put_string(machine, &out, &columns[raw]));
        goto resume;
    }
    if (local > node->shape_count)
        return no_shape(node, (int64_t)local, machine->err);
    op = &ops[machine->plan->shape_ops[node->shapes[local - 1]]];
    if (op->type == VTCI_TEXT_LIST) {
        VTC_TRY(open_list(machine, node->path, op, ++frame));
        VTC_TRY(put_literal(machine, &out, op));
        goto element;
    }

run: /* the ops of a fixed shape */
    for (;; op++) {
        VTC_TRY(put_literal(machine, &out, op));
        if (op->type == VTCI_NUMBER) {
            VTC_TRY(put_number(machine, &out, &columns[op->column]));
        } else if (op->type == VTCI_STRING) {
            VTC_TRY(put_string(machine, &out, &columns[op->column]));
        } else if (op->type == VTCI_NODE) {
            (++frame)->next_op = op + 1;
            node = &columns[op->column];
            goto begin;
        } else {
            break;
        }
    }

resume: /* a node has ended */
    if (frame == bottom) {
        *out_pos = out;
        return VTC_OK;
    }
    if (frame->next_op) {
        op = (frame--)->next_op;
        goto run;
    }
    goto separator;

element:
    for (;;) {
        int64_t tag = *frame->tag->next++; /* open_list saw that there are enough */
        frame->elements_left--;
        if (tag == TAG_NUMBER) {
            VTC_TRY(put_number(machine, &out, frame->number));
        } else if (tag == TAG_STRING) {
            VTC_TRY(put_text(machine, &out, quote, 1, true));
            VTC_TRY(put_string(machine, &out, frame->string));
            VTC_TRY(put_text(machine, &out, quote, 1, true));
        } else if (tag == TAG_NODE) {
            node = frame->node;
            goto begin;
        } else {
            return bad_tag(tag, machine->err);
        }
    separator:
        if (frame->elements_left == 0)
            break;
        VTC_TRY(put_literal(machine, &out, frame->list + 1));
    }
    VTC_TRY(put_literal(machine, &out, frame->list + 2));
    frame--;
    goto resume;
}

vtc_status vtci_text_walk(struct vtci_text_walker *walker, const struct vtci_text_plan *plan,
                          const struct vtci_schema *schema, struct vtci_block_decoder *decoder,
                          size_t rows, struct vtci_text_sink *sink, struct vtc_error *err)
{
    VTC_TRY(bind_columns(walker, schema, decoder, err));
    struct machine machine = {walker, plan, schema,
                              sink,   err,  sink->data + sink->capacity_bytes - ROOM_BYTES};
    struct vtci_text_column *separator = &walker->columns[VTCI_COLUMN_SEPARATOR];
    uint8_t *out = sink->data + sink->len_bytes;
    for (size_t row = 0; row < rows; row++) {
        if (sink->rows_only) {
            if (sink->has_row)
                VTC_TRY(put_text(&machine, &out, (const uint8_t *)",\n", 2, false));
            sink->has_row = true;
            VTC_TRY(walk_row(&machine, &out));
            if (separator->next++ == separator->end)
                return used_up(separator, err);
            continue;
        }
        if (sink->row_ends)
            sink->row_ends[2 * row] = (size_t)(out - sink->data);
        VTC_TRY(walk_row(&machine, &out));
        if (sink->row_ends)
            sink->row_ends[2 * row + 1] = (size_t)(out - sink->data);
        VTC_TRY(put_string(&machine, &out, separator));
    }
    sink->len_bytes = (size_t)(out - sink->data);
    return check_rest(walker, schema, err);
}
