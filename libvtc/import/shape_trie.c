#include "import/shape_trie.h"

#include "base/error.h"
#include "base/limits.h"

vtc_status vtci_trie_node(struct vtci_row_parser *parser, uint32_t *out_node)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(parser->memory, parser->nodes, parser->node_capacity,
                               parser->node_count + 1));
    parser->nodes[parser->node_count] = (struct vtci_trie_node){VTCI_NONE, 0};
    *out_node = (uint32_t)parser->node_count++;
    return VTC_OK;
}

vtc_status vtci_trie_path_make(struct vtci_row_parser *parser, uint32_t path)
{
    size_t before = parser->path_capacity;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(parser->memory, parser->paths, parser->path_capacity, (size_t)path + 1));
    if (parser->path_capacity > before)
        memset(parser->paths + before, 0xff,
               (parser->path_capacity - before) * sizeof *parser->paths);
    struct vtci_trie_path *state = &parser->paths[path];
    if (state->root != VTCI_NONE)
        return VTC_OK;
    state->last_element.len_bytes = 0;
    return vtci_trie_node(parser, &state->root);
}

vtc_status vtci_trie_column(struct vtci_row_parser *parser, uint32_t path, uint8_t type,
                            uint32_t *out_column, struct vtc_error *err)
{
    struct vtci_schema *schema = parser->schema;
    uint32_t column = vtci_schema_find_column(schema, path, type);
    if (column == VTCI_NONE) {
        VTC_TRY(vtci_schema_add_column(schema, path, type, &column, err));
        uint32_t raw;
        if (type == VTCI_NODE)
            VTC_TRY(vtci_schema_add_column(schema, path, VTCI_RAW, &raw, err));
    }
    *out_column = column;
    size_t before = parser->predictor_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(parser->memory, parser->predictors, parser->predictor_capacity,
                               schema->column_count));
    if (parser->predictor_capacity > before)
        memset(parser->predictors + before, 0,
               (parser->predictor_capacity - before) * sizeof *parser->predictors);
    return VTC_OK;
}

vtc_status vtci_trie_list_columns(struct vtci_row_parser *parser, uint32_t path,
                                  struct vtc_error *err)
{
    struct vtci_trie_path *state = vtci_trie_path(parser, path);
    if (!state)
        return VTC_ERR_NO_MEMORY;
    if (state->elements != VTCI_NONE)
        return VTC_OK;
    struct vtci_trie_path made = *state;
    made.elements = vtci_schema_find_path(parser->schema, path, VTCI_ELEMENTS, NULL, 0);
    if (made.elements == VTCI_NONE)
        VTC_TRY(vtci_schema_add_path(parser->schema, path, VTCI_ELEMENTS, NULL, 0, &made.elements,
                                     err));
    VTC_TRY(vtci_trie_column(parser, path, VTCI_COUNT, &made.count_column, err));
    VTC_TRY(vtci_trie_column(parser, made.elements, VTCI_TAG, &made.tag_column, err));
    VTC_TRY(vtci_trie_column(parser, made.elements, VTCI_NUMBER, &made.number_column, err));
    VTC_TRY(vtci_trie_column(parser, made.elements, VTCI_STRING, &made.string_column, err));
    VTC_TRY(vtci_trie_column(parser, made.elements, VTCI_NODE, &made.node_column, err));
    parser->paths[path] = made;
    return VTC_OK;
}

/* Does the value behind the literal fit the edge? */
static bool slot_fits(const struct vtci_trie_edge *edge, const uint8_t *value, const uint8_t *end)
{
    int64_t mantissa;
    uint8_t scale;
    switch (edge->kind) {
    case VTCI_SLOT_NUMBER: return value < end && !vtci_ends_bare(*value);
    case VTCI_SLOT_NODE: return value < end && (*value == '{' || *value == '[');
    case VTCI_SLOT_QUOTED: {
        const uint8_t *after = vtci_scan_decimal(value, &mantissa, &scale);
        return after && after < end && *after == '"';
    }
    case VTCI_SLOT_STRING: {
        if (!edge->not_decimal)
            return true;
        const uint8_t *after = vtci_scan_decimal(value, &mantissa, &scale);
        return !after || *after != '"';
    }
    default: return true;
    }
}

uint32_t vtci_trie_search(struct vtci_row_parser *parser, uint32_t node, const uint8_t *pos,
                          const uint8_t *end)
{
    uint32_t previous = VTCI_NONE, before_previous = VTCI_NONE;
    for (uint32_t id = parser->nodes[node].first; id != VTCI_NONE; id = parser->edges[id].next) {
        struct vtci_trie_edge *edge = &parser->edges[id];
        if (edge->literal_len_bytes <= (size_t)(end - pos) &&
            vtci_trie_literal_is(parser, edge, pos) &&
            slot_fits(edge, pos + edge->literal_len_bytes, end)) {
            if (before_previous != VTCI_NONE) { /* from the third place on: to the front */
                parser->edges[previous].next = edge->next;
                edge->next = parser->nodes[node].first;
                parser->nodes[node].first = id;
            }
            return id;
        }
        before_previous = previous;
        previous = id;
    }
    return VTCI_NONE;
}

/* The literals and slots on the way from the root to an END, in order. */
static vtc_status collect_way(struct vtci_row_parser *parser, uint32_t edge_id, uint32_t *slots,
                              struct vtci_bytes *literals)
{
    for (uint32_t id = edge_id; id != VTCI_NONE; id = parser->edges[id].before) {
        const struct vtci_trie_edge *edge = &parser->edges[id];
        literals[edge->depth] =
            (struct vtci_bytes){parser->literals.data + edge->literal_pos, edge->literal_len_bytes};
        if (edge->kind != VTCI_SLOT_END)
            slots[edge->depth] = edge->column;
    }
    return VTC_OK;
}

static bool shapes_are_full(const struct vtci_row_parser *parser, uint32_t path)
{
    return parser->schema->paths[path].shape_count >= VTCI_SHAPES_PER_PATH ||
           parser->schema->shape_count >= VTCI_SHAPES;
}

vtc_status vtci_trie_shape(struct vtci_row_parser *parser, uint32_t path, uint32_t edge,
                           bool is_event, uint32_t *out_shape, struct vtc_error *err)
{
    struct vtci_trie_edge *end = &parser->edges[edge];
    *out_shape = end->shape;
    if (end->shape != VTCI_NONE || shapes_are_full(parser, path))
        return VTC_OK;
    size_t slots_bytes = ((size_t)end->depth + 1) * sizeof(uint32_t);
    size_t literals_bytes = ((size_t)end->depth + 1) * sizeof(struct vtci_bytes);
    uint32_t *slots = vtci_allocate(parser->memory, slots_bytes);
    struct vtci_bytes *literals = vtci_allocate(parser->memory, literals_bytes);
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (slots && literals) {
        status = collect_way(parser, edge, slots, literals);
        if (status == VTC_OK)
            status = vtci_schema_add_shape(parser->schema, path, VTCI_FIXED, is_event, slots,
                                           end->depth, literals, out_shape, err);
    }
    vtci_release(parser->memory, slots, slots_bytes);
    vtci_release(parser->memory, literals, literals_bytes);
    if (status == VTC_OK)
        parser->edges[edge].shape = *out_shape;
    return status;
}

static bool is_list_of(const struct vtci_shape *shape, const struct vtci_bytes literals[3])
{
    return shape->kind == VTCI_LIST &&
           vtci_bytes_equal(vtci_shape_literal(shape, 0), literals[0]) &&
           vtci_bytes_equal(vtci_shape_literal(shape, 2), literals[2]) &&
           (!literals[1].data || vtci_bytes_equal(vtci_shape_literal(shape, 1), literals[1]));
}

vtc_status vtci_trie_list_shape(struct vtci_row_parser *parser, uint32_t path,
                                const struct vtci_bytes literals[3], uint32_t *out_shape,
                                struct vtc_error *err)
{
    struct vtci_schema *schema = parser->schema;
    const struct vtci_path *of = &schema->paths[path];
    /* Of one element there may be several: it is always the first, whatever came before. */
    uint32_t *last = &parser->paths[path].last_shape[literals[1].data != NULL];
    *out_shape = *last;
    if (*last != VTCI_NONE && is_list_of(&schema->shapes[*last], literals))
        return VTC_OK;
    for (size_t i = 0; i < of->shape_count; i++) {
        if (is_list_of(&schema->shapes[of->shapes[i]], literals)) {
            *out_shape = *last = of->shapes[i];
            return VTC_OK;
        }
    }
    *out_shape = VTCI_NONE;
    if (shapes_are_full(parser, path))
        return VTC_OK;
    static const uint8_t comma = ',';
    struct vtci_bytes whole[3] = {literals[0], literals[1], literals[2]};
    if (!whole[1].data)
        whole[1] = (struct vtci_bytes){&comma, 1};
    return vtci_schema_add_shape(schema, path, VTCI_LIST, false, NULL, 0, whole, out_shape, err);
}
