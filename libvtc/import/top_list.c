/* A span takes 10 to 14 bytes. One for 8 KiB of the file is a sixth of a percent of it; the least
 * number is for small files that are slow to read all the same, as they are mixed.
 */
#include "import/top_list.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"

static size_t wanted_count(uint64_t file_bytes)
{
    uint64_t count = file_bytes / VTCI_TOP_SPAN_BYTES;
    if (count < VTCI_TOP_SPANS_LEAST)
        return VTCI_TOP_SPANS_LEAST;
    return count < VTCI_TOP_SPANS ? (size_t)count : VTCI_TOP_SPANS;
}

static int compare_tracks(const void *a, const void *b)
{
    uint32_t left = ((const struct vtci_top_track *)a)->track;
    uint32_t right = ((const struct vtci_top_track *)b)->track;
    return (left > right) - (left < right);
}

/* The tracks of the spans, each once, with their names. */
static void list_tracks(const struct vtci_block_builder *builder, struct vtci_top_list *list)
{
    struct vtci_top_track *tracks = list->tracks;
    for (size_t i = 0; i < list->span_count; i++)
        tracks[i].track = list->spans[i].track;
    qsort(tracks, list->span_count, sizeof *tracks, compare_tracks);
    list->track_count = 0;
    for (size_t i = 0; i < list->span_count; i++)
        if (i == 0 || tracks[i].track != tracks[list->track_count - 1].track)
            tracks[list->track_count++].track = tracks[i].track;
    for (size_t i = 0; i < list->track_count; i++)
        vtci_track_labels_find(&builder->labels, builder->schema, &tracks[i]);
}

vtc_status vtci_top_list_make(struct vtci_block_builder *builder, int level, uint64_t file_bytes,
                              struct vtci_buffer *out)
{
    uint64_t rows_least = vtci_level_mixes(level) ? VTCI_TOP_ROWS_MIX : VTCI_TOP_ROWS;
    if (builder->rows < rows_least || builder->top.count == 0)
        return VTC_OK;
    struct vtci_memory *memory = builder->memory;
    size_t wanted = wanted_count(file_bytes);
    struct vtci_top_list list = {0};
    list.spans = vtci_allocate(memory, wanted * sizeof *list.spans);
    list.tracks = vtci_allocate(memory, wanted * sizeof *list.tracks);
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (list.spans && list.tracks) {
        list.span_count = vtci_top_spans_list(&builder->top, wanted, list.spans);
        list_tracks(builder, &list);
        status = vtci_top_list_encode(out, &list);
    }
    vtci_release(memory, list.spans, wanted * sizeof *list.spans);
    vtci_release(memory, list.tracks, wanted * sizeof *list.tracks);
    return status;
}
