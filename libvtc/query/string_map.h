/* Numbers by string, for strings of the file's dictionaries: an array for each column that has them,
 * grown up to the largest id that was met. 0: not known yet. The ids are dense, so what it takes is
 * bounded by the dictionaries.
 */
#ifndef VTCI_QUERY_STRING_MAP_H
#define VTCI_QUERY_STRING_MAP_H

#include <stdint.h>

#include "base/memory.h"
#include "vtc/reader.h"

struct vtci_string_column {
    uint32_t *values;
    size_t capacity;
};

struct vtci_string_map {
    struct vtci_memory *memory;
    struct vtci_string_column *columns; /* by the upper half of a string */
    size_t column_capacity;
};

void vtci_string_map_init(struct vtci_string_map *map, struct vtci_memory *memory);
void vtci_string_map_free(struct vtci_string_map *map);
/* Makes room; for vtci_string_map_place. */
uint32_t *vtci_string_map_grow(struct vtci_string_map *map, vtc_string string);

/* The place of a string below VTC_STRING_LOCAL; NULL when memory is short. */
static inline uint32_t *vtci_string_map_place(struct vtci_string_map *map, vtc_string string)
{
    size_t column = (size_t)(string >> 32), id = (size_t)(uint32_t)string;
    if (column < map->column_capacity && id < map->columns[column].capacity)
        return &map->columns[column].values[id];
    return vtci_string_map_grow(map, string);
}

#endif
