#include "query/thread_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void vtci_thread_list_init(struct vtci_thread_list *list, struct vtci_memory *memory)
{
    memset(list, 0, sizeof *list);
    list->memory = memory;
    vtci_text_store_init(&list->texts, memory);
}

void vtci_thread_list_free(struct vtci_thread_list *list)
{
    VTCI_ARRAY_FREE(list->memory, list->threads, list->capacity);
    vtci_text_store_free(&list->texts);
}

static int compare_tracks(const void *a, const void *b)
{
    uint32_t left = ((const struct vtci_thread *)a)->track;
    uint32_t right = ((const struct vtci_thread *)b)->track;
    return left < right ? -1 : left > right;
}

static int compare_names(const void *a, const void *b)
{
    const struct vtc_text *left = &(*(struct vtci_thread *const *)a)->name;
    const struct vtc_text *right = &(*(struct vtci_thread *const *)b)->name;
    if (left->len_bytes != right->len_bytes)
        return left->len_bytes < right->len_bytes ? -1 : 1;
    return left->len_bytes ? memcmp(left->data, right->data, left->len_bytes) : 0;
}

/* One entry a track. */
static vtc_status list_tracks(struct vtci_thread_list *list, const uint32_t *tracks,
                              size_t track_count, uint64_t known_count)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(list->memory, list->threads, list->capacity, track_count));
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < track_count; i++)
        if (tracks[i] < known_count)
            list->threads[count++] = (struct vtci_thread){.track = tracks[i]};
    if (count > 0)
        qsort(list->threads, count, sizeof *list->threads, compare_tracks);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || list->threads[i].track != list->threads[kept - 1].track)
            list->threads[kept++] = list->threads[i];
    list->count = kept;
    return VTC_OK;
}

/* What a pid or tid says; returns the bytes written to `out`, which has room for all of it. */
static size_t put_number(struct vtc_text json, char *out)
{
    if (json.len_bytes >= 2 && json.data[0] == '"')
        return vtc_text_decode((struct vtc_text){json.data + 1, json.len_bytes - 2}, out);
    if (json.len_bytes)
        memcpy(out, json.data, json.len_bytes);
    return json.len_bytes;
}

static vtc_status make_label(struct vtci_thread_list *list, struct vtci_thread *thread,
                             bool is_ambiguous)
{
    if (thread->name.data && !is_ambiguous) {
        thread->label = thread->name;
        return VTC_OK;
    }
    size_t room_bytes = thread->name.len_bytes + thread->pid.len_bytes + thread->tid.len_bytes + 4;
    char *label = vtci_text_store_take(&list->texts, room_bytes), *end = label;
    if (!label)
        return VTC_ERR_NO_MEMORY;
    if (thread->name.len_bytes)
        memcpy(end, thread->name.data, thread->name.len_bytes);
    end += thread->name.len_bytes;
    if (thread->name.data) {
        *end++ = ' ';
        *end++ = '(';
    }
    end += put_number(thread->pid, end);
    if (thread->pid.data && thread->tid.data)
        *end++ = '/';
    end += put_number(thread->tid, end);
    if (thread->name.data)
        *end++ = ')';
    thread->label = (struct vtc_text){label, (size_t)(end - label)};
    return VTC_OK;
}

static vtc_status make_labels(struct vtci_thread_list *list)
{
    size_t count = 0;
    struct vtci_thread **by_name =
        vtci_allocate(list->memory, (list->count + 1) * sizeof(struct vtci_thread *));
    if (!by_name)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < list->count; i++)
        if (list->threads[i].name.data)
            by_name[count++] = &list->threads[i];
    qsort(by_name, count, sizeof(struct vtci_thread *), compare_names);
    vtc_status status = VTC_OK;
    for (size_t i = 0; i < count && status == VTC_OK; i++) {
        bool is_ambiguous = (i > 0 && compare_names(&by_name[i - 1], &by_name[i]) == 0) ||
                            (i + 1 < count && compare_names(&by_name[i], &by_name[i + 1]) == 0);
        status = make_label(list, by_name[i], is_ambiguous);
    }
    for (size_t i = 0; i < list->count && status == VTC_OK; i++)
        if (!list->threads[i].name.data)
            status = make_label(list, &list->threads[i], false);
    vtci_release(list->memory, by_name, (list->count + 1) * sizeof(struct vtci_thread *));
    return status;
}

vtc_status vtci_thread_list_load(struct vtci_thread_list *list, vtc_reader *reader,
                                 const uint32_t *tracks, size_t track_count, struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(reader, &summary);
    if (list_tracks(list, tracks, track_count, summary.tracks) != VTC_OK)
        return vtci_error_memory(err, track_count * sizeof *list->threads);
    for (size_t i = 0; i < list->count; i++) {
        struct vtci_thread *thread = &list->threads[i];
        struct vtc_track track;
        struct vtc_text process, name;
        if (vtc_reader_track(reader, thread->track, &track) != VTC_OK)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                                  "track %u is not defined", (unsigned)thread->track);
        thread->pid = track.pid;
        thread->tid = track.tid;
        VTC_TRY(vtc_reader_track_names(reader, thread->track, &process, &name, err));
        if (vtci_text_store_decode(&list->texts, process, &thread->process) != VTC_OK ||
            vtci_text_store_decode(&list->texts, name, &thread->name) != VTC_OK)
            return vtci_error_memory(err, process.len_bytes + name.len_bytes);
    }
    return make_labels(list) == VTC_OK ? VTC_OK : vtci_error_memory(err, list->count);
}

const struct vtci_thread *vtci_thread_list_find(const struct vtci_thread_list *list, uint32_t track)
{
    static const struct vtci_thread nowhere;
    struct vtci_thread wanted = {.track = track};
    const struct vtci_thread *found =
        list->count && track != VTC_NO_TRACK
            ? bsearch(&wanted, list->threads, list->count, sizeof wanted, compare_tracks)
            : NULL;
    return found ? found : &nowhere;
}

void vtci_thread_put_label(struct vtci_answer_rows *rows, const struct vtci_thread *thread)
{
    vtci_answer_rows_text(rows, thread->label);
    vtci_answer_rows_text(rows, thread->name);
}

void vtci_thread_put_numbers(struct vtci_answer_rows *rows, const struct vtci_thread *thread)
{
    vtci_answer_rows_json(rows, thread->pid);
    vtci_answer_rows_json(rows, thread->tid);
    vtci_answer_rows_text(rows, thread->process);
}
