#include <float.h>

#include "base/error.h"
#include "base/limits.h"
#include "column/directory.h"
#include "column/factors.h"
#include "column/number.h"

struct parser {
    struct vtci_cursor at;
    const struct vtci_schema *schema;
    const struct vtci_segment *segments;
    size_t segment_count;
    struct vtci_arena *arena;
    struct vtci_directory *directory;
    size_t done; /* columns before the one that is parsed */
    struct vtc_error *err;
};

static vtc_status broken(struct parser *p, const char *rule, const char *what, uint64_t found)
{
    return vtci_error_set(p->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, rule, "expected %s, found %llu",
                          what, (unsigned long long)found);
}

static vtc_status cut_off(struct parser *p)
{
    return vtci_error_set(p->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "FRM-5",
                          "the directory of a block ends within a column");
}

/* `bytes` at (segment, offset) lie within a segment that is not the directory. */
static vtc_status parse_place(struct parser *p, const char *rule, uint32_t *out_segment,
                              uint64_t *out_offset, uint64_t bytes)
{
    uint64_t segment = vtci_cursor_varint(&p->at);
    uint64_t offset = vtci_cursor_varint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (segment == 0 || segment >= p->segment_count)
        return broken(p, rule, "a segment of the block", segment);
    uint64_t raw_bytes = p->segments[segment].raw_bytes;
    if (offset > raw_bytes || bytes > raw_bytes - offset)
        return broken(p, rule, "bytes within their segment", offset + bytes);
    *out_segment = (uint32_t)segment;
    *out_offset = offset;
    return VTC_OK;
}

/* SPEC: BLK-3. */
static vtc_status check_reference(struct parser *p, const char *rule, uint64_t column,
                                  uint32_t *out_column)
{
    if (column >= p->schema->column_count || p->directory->index_of[column] == VTCI_NONE ||
        p->directory->index_of[column] >= p->done)
        return broken(p, rule, "a column that comes before", column);
    *out_column = (uint32_t)column;
    return VTC_OK;
}

static vtc_status parse_reference(struct parser *p, const char *rule, uint32_t *out_column)
{
    uint64_t column = vtci_cursor_varint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    return check_reference(p, rule, column, out_column);
}

/* The number of values of a part, 1 to n. */
static vtc_status parse_part_count(struct parser *p, const char *rule, uint64_t n,
                                   uint64_t *out_count)
{
    uint64_t count = vtci_cursor_varint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (count < 1 || count > n)
        return broken(p, rule, "a part with 1 to n values", count);
    *out_count = count;
    return VTC_OK;
}

static vtc_status parse_array(struct parser *p, uint64_t count, unsigned depth,
                              const struct vtci_op **out_op);

static vtc_status parse_planes(struct parser *p, struct vtci_op *op)
{
    op->flags = vtci_cursor_u8(&p->at);
    op->base = vtci_cursor_svarint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (op->flags < 1 || op->flags > 8)
        return broken(p, "ENC-2", "1 to 8 planes", op->flags);
    op->bytes = op->count * op->flags;
    return parse_place(p, "ENC-2", &op->segment, &op->offset, op->bytes);
}

static vtc_status parse_mix(struct parser *p, struct vtci_op *op)
{
    uint64_t segment = vtci_cursor_varint(&p->at);
    uint64_t offset = vtci_cursor_varint(&p->at);
    op->bytes = vtci_cursor_varint(&p->at);
    op->flags = vtci_cursor_u8(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (segment == 0 || segment >= p->segment_count || offset > p->segments[segment].raw_bytes ||
        op->bytes > p->segments[segment].raw_bytes - offset)
        return broken(p, "ENC-8", "bytes within a segment of the block", segment);
    op->segment = (uint32_t)segment;
    op->offset = offset;
    if (op->flags > VTCI_OP_CONTEXTS_MAX)
        return broken(p, "ENC-8", "at most 4 contexts", op->flags);
    for (unsigned i = 0; i < op->flags; i++) {
        op->contexts[i].lag = vtci_cursor_u8(&p->at);
        uint64_t column = vtci_cursor_varint(&p->at);
        if (p->at.failed)
            return cut_off(p);
        op->contexts[i].column = VTCI_MIX_CHILDREN;
        if (column != VTCI_MIX_CHILDREN)
            VTC_TRY(check_reference(p, "BLK-3", column, &op->contexts[i].column));
        else if (op->contexts[i].lag != 0)
            return broken(p, "ENC-8", "lag 0 for the number of children", op->contexts[i].lag);
    }
    return VTC_OK;
}

static vtc_status parse_nest(struct parser *p, struct vtci_op *op, unsigned depth)
{
    op->flags = vtci_cursor_u8(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (op->flags & ~(VTCI_NEST_REVERSED | VTCI_NEST_HAS_DUR))
        return vtci_error_set(p->err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, "NEST-1",
                              "expected known flags of NEST, found %u", op->flags);
    uint64_t spans = 0;
    if (op->flags & VTCI_NEST_HAS_DUR) {
        uint64_t column = vtci_cursor_varint(&p->at);
        if (p->at.failed)
            return cut_off(p);
        if (column >= p->schema->column_count ||
            column != vtci_schema_root_column(p->schema, "dur", VTCI_NUMBER))
            return broken(p, "NEST-3", "the column of dur", column);
        op->column = (uint32_t)column;
        VTC_TRY(parse_part_count(p, "NEST-1", op->count, &spans));
    }
    VTC_TRY(parse_array(p, spans, depth + 1, &op->parts[0]));
    VTC_TRY(parse_array(p, op->count, depth + 1, &op->parts[1]));
    return parse_array(p, spans, depth + 1, &op->parts[2]);
}

static vtc_status parse_op(struct parser *p, struct vtci_op *op, unsigned depth)
{
    uint64_t m = 0;
    switch (op->code) {
    case VTCI_OP_CONSTANT:
        op->base = vtci_cursor_svarint(&p->at);
        return p->at.failed ? cut_off(p) : VTC_OK;
    case VTCI_OP_PLANES: return parse_planes(p, op);
    case VTCI_OP_DELTA:
    case VTCI_OP_GROUP:
    case VTCI_OP_UNSTACK: return parse_array(p, op->count, depth + 1, &op->parts[0]);
    case VTCI_OP_RUNS:
        VTC_TRY(parse_part_count(p, "ENC-3", op->count, &m));
        VTC_TRY(parse_array(p, m, depth + 1, &op->parts[0]));
        return parse_array(p, m, depth + 1, &op->parts[1]);
    case VTCI_OP_PALETTE:
        VTC_TRY(parse_part_count(p, "ENC-4", op->count, &m));
        VTC_TRY(parse_array(p, m, depth + 1, &op->parts[0]));
        return parse_array(p, op->count, depth + 1, &op->parts[1]);
    case VTCI_OP_MAP:
        VTC_TRY(parse_reference(p, "BLK-3", &op->column));
        VTC_TRY(parse_part_count(p, "ENC-5", op->count, &m));
        return parse_array(p, m, depth + 1, &op->parts[0]);
    case VTCI_OP_LINEAR:
        VTC_TRY(parse_reference(p, "BLK-3", &op->column));
        if (p->schema->columns[op->column].type != VTCI_NUMBER)
            return broken(p, "ENC-7", "a column of type NUMBER", op->column);
        return parse_array(p, op->count, depth + 1, &op->parts[0]);
    case VTCI_OP_NEST: return parse_nest(p, op, depth);
    case VTCI_OP_NESTED: return parse_reference(p, "NEST-3", &op->column);
    case VTCI_OP_SCALE:
        op->factor = vtci_cursor_varint(&p->at);
        op->base = vtci_cursor_svarint(&p->at);
        if (p->at.failed)
            return cut_off(p);
        return parse_array(p, op->count, depth + 1, &op->parts[0]);
    case VTCI_OP_MIX: return parse_mix(p, op);
    default:
        return vtci_error_set(p->err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, "ENC-1",
                              "expected a known operator, found %u", op->code);
    }
}

/* Recursion ends at depth 8. SPEC: ENC-1 */
static vtc_status parse_array(struct parser *p, uint64_t count, unsigned depth,
                              const struct vtci_op **out_op)
{
    if (depth > VTCI_ENCODING_DEPTH_MAX)
        return broken(p, "ENC-1", "operators at most 8 deep", depth);
    struct vtci_op *op = vtci_arena_array_zeroed(p->arena, 1, sizeof *op);
    if (!op)
        return vtci_error_memory(p->err, sizeof *op);
    op->code = vtci_cursor_u8(&p->at);
    if (p->at.failed)
        return cut_off(p);
    op->count = count;
    VTC_TRY(parse_op(p, op, depth));
    *out_op = op;
    return VTC_OK;
}

/* SPEC: NUMB-3. The factors of rule 3: positive and finite. */
static vtc_status parse_factors(struct parser *p, struct vtci_column_code *code)
{
    uint64_t count = vtci_cursor_varint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (count < 1 || count > VTCI_FACTORS_MAX)
        return broken(p, "NUMB-3", "1 to 64 factors", count);
    struct vtci_float_factor *factors =
        vtci_arena_array_zeroed(p->arena, (size_t)count, sizeof *factors);
    if (!factors)
        return vtci_error_memory(p->err, count * sizeof *factors);
    for (size_t i = 0; i < count; i++) {
        uint64_t a = vtci_cursor_u64(&p->at), c = vtci_cursor_u64(&p->at);
        uint64_t stride = vtci_cursor_varint(&p->at);
        if (p->at.failed)
            return cut_off(p);
        memcpy(&factors[i].a, &a, sizeof a);
        memcpy(&factors[i].c, &c, sizeof c);
        factors[i].stride = (uint32_t)stride;
        bool finite = factors[i].a > 0 && factors[i].a <= DBL_MAX && factors[i].c > 0 &&
                      factors[i].c <= DBL_MAX;
        if (!finite || stride < 1 || stride > UINT32_MAX)
            return broken(p, "NUMB-3", "a factor above 0 and finite", i);
    }
    code->factors = factors;
    code->factor_count = (size_t)count;
    VTC_TRY(parse_array(p, code->count, 1, &code->indices));
    return parse_array(p, code->count, 1, &code->residuals);
}

static vtc_status parse_plain(struct parser *p, struct vtci_column_code *code)
{
    code->plain_count = vtci_cursor_varint(&p->at);
    if (!p->at.failed && code->plain_count > code->count)
        return broken(p, "STR-1", "at most n plain strings", code->plain_count);
    if (code->plain_count == 0)
        return p->at.failed ? cut_off(p) : VTC_OK;
    code->form = vtci_cursor_u8(&p->at);
    if (code->form == VTCI_FORM_HEX) {
        uint64_t prefix_bytes = vtci_cursor_varint(&p->at);
        code->prefix = vtci_cursor_take(&p->at, prefix_bytes);
        code->prefix_bytes = (size_t)prefix_bytes;
        code->width = vtci_cursor_u8(&p->at);
    }
    if (p->at.failed)
        return cut_off(p);
    if (code->form > VTCI_FORM_DECIMAL)
        return vtci_error_set(p->err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, "STR-1",
                              "expected a known form of strings, found %u", code->form);
    if (code->width > 16)
        return broken(p, "STR-1", "a width up to 16", code->width);
    VTC_TRY(parse_array(p, code->plain_count, 1, &code->plain));
    return code->form == VTCI_FORM_LENGTHS
               ? parse_place(p, "STR-1", &code->segment, &code->offset, 0)
               : VTC_OK;
}

static vtc_status parse_number(struct parser *p, struct vtci_column_code *code)
{
    uint8_t rule = vtci_cursor_u8(&p->at);
    bool has_plain = rule & VTCI_NUMBER_HAS_PLAIN;
    code->rule = rule & (uint8_t)~VTCI_NUMBER_HAS_PLAIN;
    code->scale = vtci_cursor_u8(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (code->rule > VTCI_NUMBER_RULE_MAX || code->scale > VTCI_NUMBER_SCALE_MAX ||
        (code->rule == 2 && code->scale == 0))
        return broken(p, "NUMB-1", "rule 0 to 3 and scale 0 to 18 (rule 2: from 1)",
                      (uint64_t)code->rule << 8 | code->scale);
    if (code->rule == VTCI_NUMBER_RULE_FACTORS)
        VTC_TRY(parse_factors(p, code));
    VTC_TRY(parse_array(p, code->count, 1, &code->codes));
    VTC_TRY(parse_array(p, code->count, 1, &code->array));
    if (!has_plain)
        return VTC_OK;
    VTC_TRY(parse_plain(p, code));
    return code->plain_count ? VTC_OK : broken(p, "STR-1", "at least 1 plain string", 0);
}

static vtc_status parse_string(struct parser *p, struct vtci_column_code *code)
{
    VTC_TRY(parse_array(p, code->count, 1, &code->array));
    return parse_plain(p, code);
}

static vtc_status parse_column(struct parser *p, struct vtci_column_code *code)
{
    uint64_t column = vtci_cursor_varint(&p->at);
    code->count = vtci_cursor_varint(&p->at);
    if (p->at.failed)
        return cut_off(p);
    if (column >= p->schema->column_count || p->directory->index_of[column] != VTCI_NONE)
        return broken(p, "BLK-2", "a column that is defined, once", column);
    if (p->done == 0 && column != VTCI_COLUMN_ROOT)
        return broken(p, "BLK-3", "column 0 first", column);
    if (code->count < 1 || code->count > VTCI_BLOCK_VALUES_MAX)
        return broken(p, "BLK-2", "1 to 2^26 values", code->count);
    code->column = (uint32_t)column;
    p->directory->index_of[column] = (uint32_t)p->done;
    switch (p->schema->columns[column].type) {
    case VTCI_NUMBER: return parse_number(p, code);
    case VTCI_STRING:
    case VTCI_RAW:
    case VTCI_SEPARATOR: return parse_string(p, code);
    default: return parse_array(p, code->count, 1, &code->array);
    }
}

static vtc_status parse_carried(struct parser *p, size_t rows)
{
    uint64_t count = vtci_cursor_varint(&p->at);
    if (p->at.failed || count > vtci_cursor_left(&p->at) / 4)
        return cut_off(p);
    struct vtci_carried *carried = vtci_arena_array(p->arena, (size_t)count, sizeof *carried);
    if (!carried)
        return vtci_error_memory(p->err, count * sizeof *carried);
    uint64_t row = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = vtci_cursor_varint(&p->at);
        carried[i].start_ns = vtci_cursor_svarint(&p->at);
        uint64_t name_bytes = vtci_cursor_varint(&p->at);
        carried[i].name.data = vtci_cursor_take(&p->at, name_bytes);
        carried[i].name.len_bytes = (size_t)name_bytes;
        uint64_t category_bytes = vtci_cursor_varint(&p->at);
        carried[i].category.data = vtci_cursor_take(&p->at, category_bytes);
        carried[i].category.len_bytes = (size_t)category_bytes;
        if (p->at.failed)
            return cut_off(p);
        if (step >= rows || row + step >= rows)
            return broken(p, "BLK-6", "a row of the block", row + step);
        row += step;
        carried[i].row = (uint32_t)row;
    }
    if (vtci_cursor_left(&p->at))
        return broken(p, "FRM-5", "the end of the directory", vtci_cursor_left(&p->at));
    p->directory->carried = carried;
    p->directory->carried_count = (size_t)count;
    return VTC_OK;
}

vtc_status vtci_directory_decode(const struct vtci_schema *schema, size_t rows,
                                 const struct vtci_segment *segments, size_t segment_count,
                                 const uint8_t *bytes, size_t len_bytes, struct vtci_arena *arena,
                                 struct vtci_directory *out_directory, struct vtc_error *err)
{
    struct vtci_directory directory = {0};
    struct parser p = {vtci_cursor_make(bytes, len_bytes),
                       schema,
                       segments,
                       segment_count,
                       arena,
                       &directory,
                       0,
                       err};
    uint64_t count = vtci_cursor_varint(&p.at);
    /* A column takes at least 4 bytes. */
    if (p.at.failed || count > vtci_cursor_left(&p.at) / 4 || count > schema->column_count)
        return broken(&p, "BLK-2", "no more columns than are defined", count);
    directory.columns = vtci_arena_array_zeroed(arena, (size_t)count, sizeof *directory.columns);
    directory.index_of = vtci_arena_array(arena, schema->column_count, sizeof *directory.index_of);
    if (!directory.columns || !directory.index_of)
        return vtci_error_memory(err, count * sizeof *directory.columns);
    memset(directory.index_of, 0xff, schema->column_count * sizeof *directory.index_of);
    for (; p.done < count; p.done++)
        VTC_TRY(parse_column(&p, &directory.columns[p.done]));
    directory.count = (size_t)count;
    /* SPEC: BLK-3, BLK-4: columns 0 and 1 are there, with a value for each row. */
    for (uint32_t column = VTCI_COLUMN_ROOT; column <= VTCI_COLUMN_SEPARATOR; column++) {
        uint32_t index = directory.index_of[column];
        if (index == VTCI_NONE || directory.columns[index].count != rows)
            return broken(&p, "BLK-4", "a value for each row",
                          index == VTCI_NONE ? 0 : directory.columns[index].count);
    }
    VTC_TRY(parse_carried(&p, rows));
    *out_directory = directory;
    return VTC_OK;
}
