/* The tracks that have slices, as the tables list them. */
#include "base/error.h"
#include "sql/model_internal.h"

static struct vtci_track describe(const struct vtci_model_maker *maker, uint32_t id)
{
    const struct vtci_threads *threads = maker->trace->threads;
    uint32_t thread_count = (uint32_t)threads->thread_count;
    uint32_t extra = vtci_first_extra_track(threads);
    if (id < thread_count)
        return (struct vtci_track){id, VTCI_TRACK_THREAD, id, 0};
    if (id < extra - 1)
        return (struct vtci_track){id, VTCI_TRACK_PROCESS_INSTANTS, id - thread_count, 0};
    if (id < extra)
        return (struct vtci_track){id, VTCI_TRACK_INSTANTS, 0, 0};
    const struct vtci_extra_track *of = &maker->model->extra[id - extra];
    return (struct vtci_track){id, of->kind, of->of, of->name};
}

vtc_status vtci_model_list_tracks(struct vtci_model_maker *maker)
{
    struct vtci_model *model = maker->model;
    struct vtci_memory *memory = &maker->trace->memory;
    for (size_t i = 0; i < maker->lane_count; i++) {
        if (!maker->lanes[i].is_used)
            continue;
        struct vtci_track track = describe(maker, (uint32_t)i);
        VTC_TRY(VTCI_ARRAY_RESERVE(memory, model->tracks, model->track_capacity,
                                   model->track_count + 1));
        model->tracks[model->track_count++] = track;
        if (track.kind == VTCI_TRACK_THREAD || track.kind == VTCI_TRACK_SPILL) {
            VTC_TRY(VTCI_ARRAY_RESERVE(memory, model->thread_tracks, model->thread_track_capacity,
                                       model->thread_track_count + 1));
            model->thread_tracks[model->thread_track_count++] = track;
        } else if (track.kind == VTCI_TRACK_PROCESS_INSTANTS ||
                   track.kind == VTCI_TRACK_ASYNC_PROCESS) {
            VTC_TRY(VTCI_ARRAY_RESERVE(memory, model->process_tracks, model->process_track_capacity,
                                       model->process_track_count + 1));
            model->process_tracks[model->process_track_count++] = track;
        }
    }
    return VTC_OK;
}
