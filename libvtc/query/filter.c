#include "query/filter.h"

#include <string.h>

#include "base/error.h"
#include "query/carried_arguments.h"

enum { ZONE_NAMES_MAX = 256, ZONE_TRACKS_MAX = 64 };

static vtc_status matches_json(const struct vtci_filter *filter, const struct vtci_pattern *pattern,
                               struct vtc_text json, bool *out_matches)
{
    if (json.len_bytes < 2 || json.data[0] != '"') {
        return vtci_pattern_match(pattern, json, out_matches);
    }
    struct vtci_text_store texts;
    struct vtc_text text;
    vtci_text_store_init(&texts, filter->memory);
    json.data++;
    json.len_bytes -= 2;
    vtc_status status = vtci_text_store_decode(&texts, json, &text);
    if (status == VTC_OK)
        status = vtci_pattern_match(pattern, text, out_matches);
    vtci_text_store_free(&texts);
    return status;
}

/* A thread goes by its name, its tid, and as answers print it; a process by its name and pid. */
static vtc_status judge_thread(const struct vtci_filter *filter,
                               const struct vtci_condition *condition,
                               const struct vtci_thread *thread, uint8_t *out_verdict)
{
    bool is_thread = condition->kind == VTCI_CONDITION_THREAD, matches = false;
    struct vtc_text name = is_thread ? thread->name : thread->process;
    struct vtc_text number = is_thread ? thread->tid : thread->pid;
    VTC_TRY(matches_json(filter, condition->pattern, number, &matches));
    if (!matches)
        VTC_TRY(vtci_pattern_match(condition->pattern, name, &matches));
    if (!matches && is_thread && thread->label.len_bytes)
        VTC_TRY(vtci_pattern_match(condition->pattern, thread->label, &matches));
    bool is_absent = !name.data && !number.data;
    *out_verdict = !is_absent && matches == (condition->comparison == VTCI_EQUAL);
    return VTC_OK;
}

static vtc_status judge_threads(struct vtci_filter *filter, size_t index)
{
    const struct vtci_condition *condition = &filter->question->conditions[index];
    uint8_t *verdicts = vtci_allocate_zeroed(filter->memory, (size_t)filter->track_count + 1);
    if (!verdicts)
        return VTC_ERR_NO_MEMORY;
    filter->tracks[index] = verdicts;
    for (uint32_t i = 0; i < filter->track_count; i++)
        VTC_TRY(judge_thread(filter, condition, vtci_thread_list_find(&filter->threads, i),
                             &verdicts[i]));
    return VTC_OK;
}

static vtc_status load_threads(struct vtci_filter *filter, vtc_reader *reader,
                               struct vtc_error *err)
{
    size_t count = (size_t)filter->track_count;
    if (filter->threads.count || count == 0)
        return VTC_OK;
    uint32_t *tracks = vtci_allocate(filter->memory, count * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, count * sizeof *tracks);
    for (size_t i = 0; i < count; i++)
        tracks[i] = (uint32_t)i;
    vtc_status status = vtci_thread_list_load(&filter->threads, reader, tracks, count, err);
    vtci_release(filter->memory, tracks, count * sizeof *tracks);
    return status;
}

static void find_columns(struct vtci_filter *filter, size_t index)
{
    const struct vtci_condition *condition = &filter->question->conditions[index];
    struct vtci_argument_columns *columns = &filter->arguments[index];
    columns->has_number =
        !condition->pattern && vtc_reader_find_column(filter->reader, condition->path, "NUMBER",
                                                      &columns->number) == VTC_OK;
    columns->has_string =
        condition->pattern && vtc_reader_find_column(filter->reader, condition->path, "STRING",
                                                     &columns->string) == VTC_OK;
}

/* A time that people count from the trace's first one. */
static int64_t absolute(const struct vtc_summary *summary, struct vtci_instant instant)
{
    int64_t ns = instant.ns, first_ns = summary->has_times ? summary->first_ns : 0;
    if (!instant.is_absolute && __builtin_add_overflow(ns, first_ns, &ns))
        ns = instant.ns < 0 ? INT64_MIN + 1 : INT64_MAX;
    return ns;
}

static vtc_status prepare(struct vtci_filter *filter, vtc_reader *reader, size_t index,
                          const struct vtc_summary *summary, struct vtc_error *err)
{
    const struct vtci_condition *condition = &filter->question->conditions[index];
    switch (condition->kind) {
    case VTCI_CONDITION_THREAD:
    case VTCI_CONDITION_PROCESS:
        VTC_TRY(load_threads(filter, reader, err));
        return judge_threads(filter, index) == VTC_OK ? VTC_OK
                                                      : vtci_error_memory(err, filter->track_count);
    case VTCI_CONDITION_ARGUMENT: find_columns(filter, index); return VTC_OK;
    case VTCI_CONDITION_TIME:
        filter->times[index] =
            absolute(summary, (struct vtci_instant){condition->whole_ns, condition->is_absolute});
        return VTC_OK;
    default: return VTC_OK;
    }
}

static unsigned fields_of(const struct vtci_question *question, uint16_t index)
{
    const struct vtci_condition *condition = &question->conditions[index];
    switch (condition->kind) {
    case VTCI_CONDITION_AND:
    case VTCI_CONDITION_OR:
    case VTCI_CONDITION_NOT:
        return fields_of(question, condition->left) | fields_of(question, condition->right);
    case VTCI_CONDITION_NAME: return VTC_FIELD_NAME;
    case VTCI_CONDITION_CATEGORY: return VTC_FIELD_CATEGORY;
    case VTCI_CONDITION_THREAD:
    case VTCI_CONDITION_PROCESS: return VTC_FIELD_TRACK;
    case VTCI_CONDITION_DURATION: return VTC_FIELD_DURATION;
    case VTCI_CONDITION_TIME: return VTC_FIELD_TIME;
    case VTCI_CONDITION_PHASE:
    case VTCI_CONDITION_ARGUMENT: return 0;
    }
    return VTC_FIELD_ALL;
}

static unsigned rank_of(const struct vtci_question *question, uint16_t index)
{
    switch (question->conditions[index].kind) {
    case VTCI_CONDITION_PHASE: return 0;
    case VTCI_CONDITION_THREAD:
    case VTCI_CONDITION_PROCESS: return 1;
    case VTCI_CONDITION_NAME: return 2;
    case VTCI_CONDITION_DURATION:
    case VTCI_CONDITION_TIME: return 3;
    case VTCI_CONDITION_CATEGORY: return 4;
    case VTCI_CONDITION_ARGUMENT: return 6;
    case VTCI_CONDITION_AND:
    case VTCI_CONDITION_OR:
    case VTCI_CONDITION_NOT: break;
    }
    return 5;
}

/* Takes the ANDs at the top apart, and puts the cheap ones first. */
static void list_conjuncts(struct vtci_filter *filter, uint16_t index)
{
    const struct vtci_question *question = filter->question;
    const struct vtci_condition *condition = &question->conditions[index];
    if (condition->kind == VTCI_CONDITION_AND) {
        list_conjuncts(filter, condition->left);
        list_conjuncts(filter, condition->right);
        return;
    }
    size_t at = filter->conjunct_count++;
    for (; at > 0 && rank_of(question, filter->conjuncts[at - 1]) > rank_of(question, index); at--)
        filter->conjuncts[at] = filter->conjuncts[at - 1];
    filter->conjuncts[at] = index;
}

/* Which strings of the dictionary of names a conjunct wants; too many of them tell blocks apart no
 * more. */
static vtc_status list_names(struct vtci_filter *filter, const struct vtci_condition *condition)
{
    uint32_t column;
    struct vtci_text_store texts;
    vtc_status status = VTC_OK;
    if (vtc_reader_find_column(filter->reader, "name", "STRING", &column) != VTC_OK)
        return VTC_OK;
    vtci_text_store_init(&texts, filter->memory);
    filter->has_names = true;
    for (uint64_t id = 1; status == VTC_OK && filter->has_names; id++) {
        vtc_string string = ((uint64_t)column + 1) << 32 | id;
        struct vtc_text text = vtc_reader_string(filter->reader, string);
        if (!text.data)
            break;
        if (memchr(text.data, '\\', text.len_bytes ? text.len_bytes : 1))
            status = vtci_text_store_decode(&texts, text, &text);
        bool matches = false;
        if (status == VTC_OK)
            status = vtci_pattern_match(condition->pattern, text, &matches);
        if (status != VTC_OK || !matches)
            continue;
        filter->has_names = filter->name_count < ZONE_NAMES_MAX;
        status = VTCI_ARRAY_RESERVE(filter->memory, filter->names, filter->name_capacity,
                                    filter->name_count + 1);
        if (status == VTC_OK && filter->has_names)
            filter->names[filter->name_count++] = string;
    }
    vtci_text_store_free(&texts);
    return status;
}

static vtc_status list_tracks(struct vtci_filter *filter, const uint8_t *verdicts)
{
    filter->has_tracks = true;
    for (uint32_t i = 0; i < filter->track_count; i++) {
        if (!verdicts[i])
            continue;
        if (filter->wanted_track_count == ZONE_TRACKS_MAX) {
            filter->has_tracks = false;
            return VTC_OK;
        }
        VTC_TRY(VTCI_ARRAY_RESERVE(filter->memory, filter->wanted_tracks,
                                   filter->wanted_track_capacity, filter->wanted_track_count + 1));
        filter->wanted_tracks[filter->wanted_track_count++] = i;
    }
    return VTC_OK;
}

static vtc_status list_zone_facts(struct vtci_filter *filter)
{
    for (size_t i = 0; i < filter->conjunct_count; i++) {
        uint16_t index = filter->conjuncts[i];
        const struct vtci_condition *condition = &filter->question->conditions[index];
        bool is_equal = condition->comparison == VTCI_EQUAL;
        filter->fields[i] = fields_of(filter->question, index);
        if (condition->kind == VTCI_CONDITION_NAME && is_equal && !filter->has_names &&
            filter->name_count == 0)
            VTC_TRY(list_names(filter, condition));
        if (filter->tracks[index] && !filter->has_tracks && filter->wanted_track_count == 0)
            VTC_TRY(list_tracks(filter, filter->tracks[index]));
        if (condition->kind == VTCI_CONDITION_DURATION &&
            (is_equal || condition->comparison == VTCI_ABOVE ||
             condition->comparison == VTCI_AT_LEAST) &&
            (!filter->has_least_duration || condition->whole_ns > filter->least_duration_ns)) {
            filter->has_least_duration = true;
            filter->least_duration_ns = condition->whole_ns;
        }
    }
    return VTC_OK;
}

vtc_status vtci_filter_init(struct vtci_filter *filter, struct vtci_memory *memory,
                            const struct vtci_question *question, vtc_reader *reader,
                            struct vtc_error *err)
{
    struct vtc_summary summary;
    memset(filter, 0, sizeof *filter);
    filter->memory = memory;
    filter->question = question;
    filter->reader = reader;
    vtci_thread_list_init(&filter->threads, memory);
    vtc_reader_summary(reader, &summary);
    filter->track_count = summary.tracks;
    vtc_status status = VTC_OK;
    for (size_t i = 0; i < question->condition_count && status == VTC_OK; i++)
        status = prepare(filter, reader, i, &summary, err);
    if (status == VTC_OK && question->has_condition) {
        list_conjuncts(filter, question->condition);
        if (list_zone_facts(filter) != VTC_OK)
            status = vtci_error_memory(err, filter->name_capacity);
    }
    filter->has_range = question->has_range;
    if (question->has_range) {
        filter->from_ns = absolute(&summary, question->from);
        filter->to_ns = absolute(&summary, question->to);
    }
    if (status != VTC_OK)
        vtci_filter_free(filter);
    return status;
}

void vtci_filter_free(struct vtci_filter *filter)
{
    for (size_t i = 0; i < VTCI_CONDITIONS_MAX; i++)
        vtci_release(filter->memory, filter->tracks[i], (size_t)filter->track_count + 1);
    vtci_thread_list_free(&filter->threads);
    vtci_carried_arguments_free(filter->carried);
    VTCI_ARRAY_FREE(filter->memory, filter->names, filter->name_capacity);
    VTCI_ARRAY_FREE(filter->memory, filter->wanted_tracks, filter->wanted_track_capacity);
}

vtc_status vtci_filter_load_carried(struct vtci_filter *filter, vtc_query *query,
                                    vtc_reader *reader, struct vtc_error *err)
{
    struct vtc_summary summary;
    bool has_arguments = false;
    vtc_reader_summary(reader, &summary);
    for (size_t i = 0; i < filter->question->condition_count; i++)
        has_arguments |= filter->question->conditions[i].kind == VTCI_CONDITION_ARGUMENT;
    if (!has_arguments || summary.phases['E'] == 0 || summary.blocks < 2)
        return VTC_OK;
    return vtci_carried_arguments_load(filter, query, reader, &filter->carried, err);
}

static bool may_have_name(const struct vtci_filter *filter, uint64_t block)
{
    if (vtc_reader_zone_may_have_name(filter->reader, block, VTC_NO_STRING))
        return true;
    for (size_t i = 0; i < filter->name_count; i++)
        if (vtc_reader_zone_may_have_name(filter->reader, block, filter->names[i]))
            return true;
    return false;
}

static bool has_track(const struct vtci_filter *filter, uint64_t block)
{
    for (size_t i = 0; i < filter->wanted_track_count; i++)
        if (vtc_reader_zone_has_track(filter->reader, block, filter->wanted_tracks[i]))
            return true;
    return false;
}

/* SPEC: ZON-2. What ends in a block may have begun before it, but by no more than the longest. */
static bool touches(const struct vtci_filter *filter, const struct vtc_zone *zone)
{
    if (!zone->has_times || zone->last_ns < filter->from_ns)
        return false;
    return zone->first_ns <= filter->to_ns ||
           (uint64_t)zone->first_ns - (uint64_t)filter->to_ns <= zone->longest_ns;
}

bool vtci_filter_excludes(const struct vtci_filter *filter, uint64_t block, bool spans)
{
    struct vtc_zone zone;
    if (vtc_reader_zone(filter->reader, block, &zone) != VTC_OK || zone.events == 0)
        return true;
    bool has_ends = vtc_reader_zone_phase(filter->reader, block, 'E') > 0;
    if (spans && zone.spans == 0)
        return true;
    if (spans && filter->has_least_duration && filter->least_duration_ns > 0 &&
        zone.longest_ns < (uint64_t)filter->least_duration_ns)
        return true;
    if (filter->has_range && !touches(filter, &zone))
        return true;
    if (filter->has_tracks && !has_track(filter, block))
        return true;
    /* The name of a pair may be that of a begin in an earlier block. */
    return filter->has_names && !(spans && has_ends) && !may_have_name(filter, block);
}
