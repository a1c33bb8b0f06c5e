/* What a row parser owns: see row_parser.h; the tries are shape_trie.c's. */
#include "base/error.h"
#include "import/row_parse_internal.h"

vtc_status vtci_row_parser_init(struct vtci_row_parser *parser, struct vtci_memory *memory,
                                struct vtci_schema *schema)
{
    memset(parser, 0, sizeof *parser);
    parser->memory = memory;
    parser->schema = schema;
    vtci_buffer_init(&parser->literals, memory);
    vtci_json_walk_init(&parser->walk, memory);
    parser->frames = vtci_allocate(memory, VTCI_ROW_FRAMES_MAX * sizeof *parser->frames);
    struct vtci_trie_path *root = vtci_trie_path(parser, 0);
    uint32_t always;
    if (!parser->frames || !root ||
        vtci_trie_column(parser, 0, VTCI_NODE, &always, NULL) != VTC_OK ||
        vtci_trie_node(parser, &parser->paths[0].record_root) != VTC_OK) {
        vtci_row_parser_free(parser);
        return VTC_ERR_NO_MEMORY;
    }
    return VTC_OK;
}

void vtci_row_parser_free(struct vtci_row_parser *parser)
{
    struct vtci_memory *memory = parser->memory;
    for (size_t i = 0; i < parser->predictor_capacity; i++)
        vtci_release(memory, parser->predictors[i].followers, VTCI_FOLLOWERS * sizeof(uint32_t));
    VTCI_ARRAY_FREE(memory, parser->predictors, parser->predictor_capacity);
    VTCI_ARRAY_FREE(memory, parser->edges, parser->edge_capacity);
    VTCI_ARRAY_FREE(memory, parser->nodes, parser->node_capacity);
    VTCI_ARRAY_FREE(memory, parser->paths, parser->path_capacity);
    VTCI_ARRAY_FREE(memory, parser->entries, parser->entry_capacity);
    vtci_buffer_free(&parser->literals);
    vtci_json_walk_free(&parser->walk);
    if (parser->frames)
        vtci_release(memory, parser->frames, VTCI_ROW_FRAMES_MAX * sizeof *parser->frames);
    memset(parser, 0, sizeof *parser);
    parser->memory = memory;
}
