/* Learning an edge: the literal at a place is taken apart as JSON, strictly but for white space,
 * and becomes an edge of the trie with the column that its value goes to.
 */
#include "base/error.h"
#include "base/limits.h"
#include "import/shape_trie.h"

struct literal {
    const uint8_t *start;
    const uint8_t *value; /* the byte after the literal */
    const uint8_t *key;   /* of the value; NULL: END */
    size_t key_len_bytes;
    enum vtci_slot_kind kind;
    enum vtci_role role;
    bool numeric_key; /* a decimal in quotes counts as a number */
};

/* Keys of an event whose quoted decimals are numbers. */
static bool key_is(const struct literal *literal, const char *name)
{
    size_t len_bytes = strlen(name);
    return literal->key_len_bytes == len_bytes && memcmp(literal->key, name, len_bytes) == 0;
}

static void classify_root_key(struct literal *literal)
{
    static const struct {
        const char *key;
        enum vtci_role role;
        bool numeric;
    } known[] = {
        {"ts", VTCI_ROLE_TS, true},      {"dur", VTCI_ROLE_DUR, true},
        {"pid", VTCI_ROLE_PID, true},    {"tid", VTCI_ROLE_TID, true},
        {"name", VTCI_ROLE_NAME, false}, {"cat", VTCI_ROLE_CAT, false},
        {"tts", VTCI_ROLE_NONE, true},   {"tdur", VTCI_ROLE_NONE, true},
        {"id", VTCI_ROLE_NONE, true},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (key_is(literal, known[i].key)) {
            literal->role = known[i].role;
            literal->numeric_key = known[i].numeric;
            return;
        }
    }
}

/* `ph` with a short plain value is part of the literal (SPEC: EVT-1). Returns the byte after the
 * value's closing quote; NULL when the value is not of that kind, `end` when it is not all there. */
static const uint8_t *phase_value(const uint8_t *value, const uint8_t *end)
{
    const uint8_t *close = vtci_find_quote_or_escape(value + 1, end);
    if (close >= end)
        return end;
    return *close == '"' && close - value <= 9 ? close + 1 : NULL;
}

static enum vtci_learn fail_at(const uint8_t *pos, const uint8_t *end, const uint8_t **out_fail_pos)
{
    *out_fail_pos = pos;
    return pos >= end ? VTCI_LEARN_MORE : VTCI_LEARN_MALFORMED;
}

/* From a key's opening quote to the value; sets key and value. */
static enum vtci_learn take_key(struct literal *literal, const uint8_t *pos, const uint8_t *end,
                                const uint8_t **out_fail_pos)
{
    const uint8_t *close = vtci_find_string_end(pos + 1, end);
    if (close >= end)
        return fail_at(end, end, out_fail_pos);
    literal->key = pos + 1;
    literal->key_len_bytes = (size_t)(close - literal->key);
    const uint8_t *colon = vtci_skip_space(close + 1);
    if (colon >= end || *colon != ':')
        return fail_at(colon, end, out_fail_pos);
    literal->value = vtci_skip_space(colon + 1);
    return literal->value >= end ? fail_at(end, end, out_fail_pos) : VTCI_LEARNED;
}

static enum vtci_learn classify_value(struct literal *literal, const uint8_t *end,
                                      const uint8_t **out_fail_pos)
{
    uint8_t c = *literal->value;
    if (c == '{' || c == '[') {
        literal->kind = VTCI_SLOT_NODE;
        return VTCI_LEARNED;
    }
    if (c != '"') {
        literal->kind = VTCI_SLOT_NUMBER;
        return vtci_ends_bare(c) ? fail_at(literal->value, end, out_fail_pos) : VTCI_LEARNED;
    }
    literal->value++;
    const uint8_t *close = vtci_find_string_end(literal->value, end);
    if (close >= end)
        return fail_at(end, end, out_fail_pos);
    int64_t mantissa;
    uint8_t scale;
    bool decimal =
        literal->numeric_key && vtci_scan_decimal(literal->value, &mantissa, &scale) == close;
    literal->kind = decimal ? VTCI_SLOT_QUOTED : VTCI_SLOT_STRING;
    return VTCI_LEARNED;
}

/* The literal that begins at `pos`: within an object, right behind its `{` (`is_first`) or behind a
 * value. */
static enum vtci_learn take_literal(struct literal *literal, bool at_root, bool is_first,
                                    const uint8_t *pos, const uint8_t *end,
                                    const uint8_t **out_fail_pos)
{
    memset(literal, 0, sizeof *literal);
    literal->start = pos;
    for (;; is_first = false) {
        pos = vtci_skip_space(pos);
        if (pos < end && *pos == '}') {
            literal->kind = VTCI_SLOT_END;
            literal->value = pos + 1;
            literal->key = NULL;
            return VTCI_LEARNED;
        }
        if (!is_first && *pos == ',')
            pos = vtci_skip_space(pos + 1);
        else if (!is_first)
            return fail_at(pos, end, out_fail_pos);
        if (pos >= end || *pos != '"')
            return fail_at(pos, end, out_fail_pos);
        enum vtci_learn learn = take_key(literal, pos, end, out_fail_pos);
        if (learn != VTCI_LEARNED)
            return learn;
        if (!at_root || !key_is(literal, "ph") || *literal->value != '"')
            break;
        pos = phase_value(literal->value, end);
        if (!pos)
            return VTCI_LEARN_RAW;
        if (pos >= end)
            return fail_at(end, end, out_fail_pos);
    }

    if (at_root)
        classify_root_key(literal);
    return classify_value(literal, end, out_fail_pos);
}

static void fill_head(struct vtci_trie_edge *edge, const uint8_t *literal, size_t len_bytes)
{
    uint8_t head[VTCI_HEAD_BYTES] = {0}, mask[VTCI_HEAD_BYTES] = {0};
    size_t head_bytes = len_bytes < VTCI_HEAD_BYTES ? len_bytes : VTCI_HEAD_BYTES;
    memcpy(head, literal, head_bytes);
    memset(mask, 0xff, head_bytes);
    for (size_t i = 0; i < VTCI_HEAD_WORDS; i++) {
        edge->head[i] = vtci_load_u64(head + 8 * i);
        edge->head_mask[i] = vtci_load_u64(mask + 8 * i);
    }
}

static vtc_status add_edge(struct vtci_row_parser *parser, uint32_t node, uint32_t before,
                           const struct literal *literal, uint32_t column, uint32_t child_path,
                           uint32_t *out_edge)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(parser->memory, parser->edges, parser->edge_capacity,
                               parser->edge_count + 1));
    size_t len_bytes = (size_t)(literal->value - literal->start);
    size_t literal_pos = parser->literals.len_bytes;
    VTC_TRY(vtci_buffer_append(&parser->literals, literal->start, len_bytes));
    struct vtci_trie_edge edge;
    memset(&edge, 0, sizeof edge);
    fill_head(&edge, literal->start, len_bytes);
    edge.before = before;
    edge.literal_pos = (uint32_t)literal_pos;
    edge.literal_len_bytes = (uint32_t)len_bytes;
    edge.column = column;
    edge.child_path = child_path;
    edge.shape = VTCI_NONE;
    edge.target = VTCI_NONE;
    edge.depth = before == VTCI_NONE ? 0 : parser->edges[before].depth + 1;
    edge.kind = (uint8_t)literal->kind;
    edge.role = (uint8_t)literal->role;
    edge.not_decimal = literal->numeric_key && literal->kind == VTCI_SLOT_STRING;
    static const uint8_t fits[] = {[VTCI_SLOT_NUMBER] = VTCI_BEGINS_BARE,
                                   [VTCI_SLOT_STRING] = VTCI_ANY_BYTE,
                                   [VTCI_SLOT_NODE] = VTCI_OPENS,
                                   [VTCI_SLOT_END] = VTCI_ANY_BYTE,
                                   [VTCI_SLOT_QUOTED] = 0};
    edge.fits = edge.not_decimal ? 0 : fits[literal->kind];
    if (literal->kind != VTCI_SLOT_END)
        VTC_TRY(vtci_trie_node(parser, &edge.target));
    edge.next = parser->nodes[node].first;
    uint32_t id = (uint32_t)parser->edge_count++;
    parser->edges[id] = edge;
    parser->nodes[node].first = id;
    parser->nodes[node].edge_count++;
    *out_edge = id;
    return VTC_OK;
}

/* The column and, for a node, the path of the value behind a literal. */
static vtc_status value_place(struct vtci_row_parser *parser, uint32_t path,
                              const struct literal *literal, uint32_t *out_column,
                              uint32_t *out_child_path, struct vtc_error *err)
{
    static const uint8_t type_of[] = {[VTCI_SLOT_NUMBER] = VTCI_NUMBER,
                                      [VTCI_SLOT_QUOTED] = VTCI_NUMBER,
                                      [VTCI_SLOT_STRING] = VTCI_STRING,
                                      [VTCI_SLOT_NODE] = VTCI_NODE};
    uint32_t child = vtci_schema_find_path(parser->schema, path, VTCI_MEMBER, literal->key,
                                           literal->key_len_bytes);
    if (child == VTCI_NONE)
        VTC_TRY(vtci_schema_add_path(parser->schema, path, VTCI_MEMBER, literal->key,
                                     literal->key_len_bytes, &child, err));
    *out_child_path = child;
    return vtci_trie_column(parser, child, type_of[literal->kind], out_column, err);
}

#define EDGES_MAX (8 * VTCI_SHAPES)
#define LITERALS_BYTES_MAX (64u << 20)

vtc_status vtci_trie_learn(struct vtci_row_parser *parser, uint32_t path, uint32_t node,
                           uint32_t before, const uint8_t *pos, const uint8_t *end,
                           enum vtci_learn *out_learn, uint32_t *out_edge,
                           const uint8_t **out_fail_pos, struct vtc_error *err)
{
    struct literal literal;
    const uint8_t *inside = pos;
    if (before == VTCI_NONE) {
        inside = pos + 1; /* the `{` or `[` */
    } else {
        uint8_t kind = parser->edges[before].kind;
        inside = pos + (kind == VTCI_SLOT_STRING || kind == VTCI_SLOT_QUOTED);
    }
    if (before == VTCI_NONE && *pos == '[') { /* only an empty list has a fixed shape */
        memset(&literal, 0, sizeof literal);
        literal.kind = VTCI_SLOT_END;
        literal.value = vtci_skip_space(inside) + 1;
        *out_learn = VTCI_LEARNED;
    } else {
        *out_learn =
            take_literal(&literal, path == 0, before == VTCI_NONE, inside, end, out_fail_pos);
    }
    literal.start = pos;
    if (*out_learn != VTCI_LEARNED)
        return VTC_OK;
    bool too_deep = before != VTCI_NONE && parser->edges[before].depth + 1 >= VTCI_SLOTS_MAX;
    if (too_deep || parser->edge_count >= EDGES_MAX ||
        parser->nodes[node].edge_count >= VTCI_NODE_EDGES ||
        parser->literals.len_bytes + (size_t)(literal.value - pos) > LITERALS_BYTES_MAX) {
        *out_learn = VTCI_LEARN_RAW;
        return VTC_OK;
    }
    uint32_t column = VTCI_NONE, child_path = VTCI_NONE;
    if (literal.kind != VTCI_SLOT_END) {
        vtc_status status = value_place(parser, path, &literal, &column, &child_path, err);
        if (status == VTC_ERR_LIMIT) {
            *out_learn = VTCI_LEARN_RAW;
            return VTC_OK;
        }
        VTC_TRY(status);
    }
    return add_edge(parser, node, before, &literal, column, child_path, out_edge);
}
