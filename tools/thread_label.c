#include "thread_label.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

static int compare_tracks(const void *a, const void *b)
{
    uint32_t left = ((const struct thread_label *)a)->track;
    uint32_t right = ((const struct thread_label *)b)->track;
    return left < right ? -1 : left > right;
}

static int compare_names(const void *a, const void *b)
{
    const struct vtc_text *left = &(*(struct thread_label *const *)a)->thread;
    const struct vtc_text *right = &(*(struct thread_label *const *)b)->thread;
    if (left->len_bytes != right->len_bytes)
        return left->len_bytes < right->len_bytes ? -1 : 1;
    return left->len_bytes ? memcmp(left->data, right->data, left->len_bytes) : 0;
}

/* One entry a track. */
static void remove_repeats(struct thread_labels *labels)
{
    size_t kept = 0;
    qsort(labels->labels, labels->count, sizeof *labels->labels, compare_tracks);
    for (size_t i = 0; i < labels->count; i++)
        if (i == 0 || labels->labels[i].track != labels->labels[kept - 1].track)
            labels->labels[kept++] = labels->labels[i];
    labels->count = kept;
}

static vtc_status mark_ambiguous(struct thread_labels *labels, struct vtc_error *err)
{
    struct thread_label **by_name = malloc((labels->count + 1) * sizeof *by_name);
    if (!by_name)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for thread names");
    size_t count = 0;
    for (size_t i = 0; i < labels->count; i++)
        if (labels->labels[i].thread.data)
            by_name[count++] = &labels->labels[i];
    qsort(by_name, count, sizeof *by_name, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&by_name[i - 1], &by_name[i]) == 0)
            by_name[i - 1]->is_ambiguous = by_name[i]->is_ambiguous = true;
    free(by_name);
    return VTC_OK;
}

vtc_status thread_labels_load(struct thread_labels *labels, vtc_reader *reader,
                              const uint32_t *tracks, size_t track_count, struct vtc_error *err)
{
    labels->count = 0;
    labels->labels = calloc(track_count + 1, sizeof *labels->labels);
    if (!labels->labels)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for thread names");
    for (size_t i = 0; i < track_count; i++)
        if (tracks[i] != VTC_NO_TRACK)
            labels->labels[labels->count++].track = tracks[i];
    remove_repeats(labels);
    for (size_t i = 0; i < labels->count; i++) {
        struct thread_label *label = &labels->labels[i];
        struct vtc_track track;
        vtc_status result = vtc_reader_track(reader, label->track, &track);
        if (result != VTC_OK)
            return failure_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "track %u is not defined",
                               (unsigned)label->track);
        label->pid = track.pid;
        label->tid = track.tid;
        result = vtc_reader_track_names(reader, label->track, &label->process, &label->thread, err);
        if (result != VTC_OK)
            return result;
    }
    return mark_ambiguous(labels, err);
}

void thread_labels_free(struct thread_labels *labels)
{
    free(labels->labels);
    labels->labels = NULL;
    labels->count = 0;
}

const struct thread_label *thread_labels_find(const struct thread_labels *labels, uint32_t track)
{
    struct thread_label wanted = {.track = track};
    if (track == VTC_NO_TRACK || labels->count == 0)
        return NULL;
    return bsearch(&wanted, labels->labels, labels->count, sizeof wanted, compare_tracks);
}
