/* Sums the durations of spans by name: reads a trace block by block, as arrays.
 *
 *     cc sum_by_name.c $(pkg-config --cflags --libs vtc) && ./a.out trace.vtc
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vtc/block.h>
#include <vtc/reader.h>

struct total {
    vtc_string name; /* good for the whole file */
    int64_t ns;
    uint64_t count;
};

struct totals {
    struct total *items;
    size_t count, capacity;
};

/* Names are numbers: two spans have the same name if they have the same number. */
static int add(struct totals *totals, vtc_string name, int64_t ns)
{
    size_t i = 0;
    while (i < totals->count && totals->items[i].name != name)
        i++;
    if (i == totals->count) {
        if (totals->count == totals->capacity) {
            size_t capacity = totals->capacity ? 2 * totals->capacity : 64;
            struct total *items = realloc(totals->items, capacity * sizeof *items);
            if (!items)
                return -1;
            totals->items = items;
            totals->capacity = capacity;
        }
        totals->items[totals->count++] = (struct total){name, 0, 0};
    }
    totals->items[i].ns += ns;
    totals->items[i].count++;
    return 0;
}

static vtc_status add_block(struct totals *totals, vtc_block *block, struct vtc_error *err)
{
    const struct vtc_spans *spans;
    vtc_status status = vtc_block_spans(block, &spans, err);
    for (size_t i = 0; status == VTC_OK && i < spans->count; i++)
        if (spans->name[i] < VTC_STRING_LOCAL && /* names of one block only are left out here */
            add(totals, spans->name[i], spans->duration_ns[i]) != 0)
            return VTC_ERR_NO_MEMORY;
    return status;
}

static vtc_status add_file(struct totals *totals, const vtc_reader *reader, struct vtc_error *err)
{
    struct vtc_filter filter = {.struct_size = sizeof filter, .fields = VTC_FIELD_SPANS};
    vtc_iterator *iterator;
    vtc_block *block;
    vtc_status status = vtc_iterator_open(reader, &filter, &iterator, err);
    if (status != VTC_OK)
        return status;
    while ((status = vtc_iterator_next(iterator, &block, err)) == VTC_OK) {
        status = add_block(totals, block, err);
        if (status != VTC_OK)
            break;
    }
    vtc_iterator_close(iterator);
    return status == VTC_END ? VTC_OK : status;
}

static int longest_first(const void *a, const void *b)
{
    const struct total *left = a, *right = b;
    return (left->ns < right->ns) - (left->ns > right->ns);
}

int main(int argc, char **argv)
{
    struct vtc_error err;
    struct totals totals = {NULL, 0, 0};
    vtc_reader *reader;
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE.vtc\n", argv[0]);
        return 1;
    }
    if (vtc_reader_open(argv[1], NULL, &reader, &err) != VTC_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
        return 1;
    }
    if (add_file(&totals, reader, &err) != VTC_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
        vtc_reader_close(reader);
        return 1;
    }
    if (totals.count)
        qsort(totals.items, totals.count, sizeof *totals.items, longest_first);
    for (size_t i = 0; i < totals.count && i < 20; i++) {
        struct vtc_text name = vtc_reader_string(reader, totals.items[i].name);
        printf("%14.3f ms %10llu  %.*s\n", (double)totals.items[i].ns / 1e6,
               (unsigned long long)totals.items[i].count, (int)name.len_bytes, name.data);
    }
    free(totals.items);
    vtc_reader_close(reader);
    return 0;
}
