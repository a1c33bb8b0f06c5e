#include "query/string_map.h"

#include <string.h>

void vtci_string_map_init(struct vtci_string_map *map, struct vtci_memory *memory)
{
    memset(map, 0, sizeof *map);
    map->memory = memory;
}

void vtci_string_map_free(struct vtci_string_map *map)
{
    for (size_t i = 0; i < map->column_capacity; i++)
        VTCI_ARRAY_FREE(map->memory, map->columns[i].values, map->columns[i].capacity);
    VTCI_ARRAY_FREE(map->memory, map->columns, map->column_capacity);
    vtci_string_map_init(map, map->memory);
}

uint32_t *vtci_string_map_grow(struct vtci_string_map *map, vtc_string string)
{
    size_t column = (size_t)(string >> 32), id = (size_t)(uint32_t)string;
    size_t before = map->column_capacity;
    if (VTCI_ARRAY_RESERVE(map->memory, map->columns, map->column_capacity, column + 1) != VTC_OK)
        return NULL;
    memset(map->columns + before, 0, (map->column_capacity - before) * sizeof *map->columns);
    struct vtci_string_column *of = &map->columns[column];
    before = of->capacity;
    if (VTCI_ARRAY_RESERVE(map->memory, of->values, of->capacity, id + 1) != VTC_OK)
        return NULL;
    memset(of->values + before, 0, (of->capacity - before) * sizeof *of->values);
    return &of->values[id];
}
