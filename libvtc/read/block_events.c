/* From columns to arrays by event.
 *
 * For one field after the other: first where the value of each event is (`places`: its index in the
 * NUMBER or the STRING column, by walking the shapes of the rows), then what it is.
 */
#include "base/error.h"
#include "column/event_time.h"
#include "read/block_internal.h"
#include "read/number_format.h"

/* Where the value of a field is: index << 3 | quoted << 2 | type; 0: absent. */
typedef uint32_t place;
enum { PLACE_TYPE = 3, PLACE_QUOTED = 4, PLACE_SHIFT = 3 };

/* The plain strings of a column. */
struct plain_places {
    vtc_string first; /* the number of the first … */
    uint32_t *before; /* … and how many come before a value; NULL when there are none */
};

/* A field in work. */
struct field {
    const struct vtci_values *numbers;
    const struct vtci_values *strings;
    place *places; /* by event; NULL: that of event i is i << PLACE_SHIFT | direct */
    place direct;
    struct plain_places string_plain, number_plain;
};

static inline place place_of(const struct field *field, size_t event)
{
    return field->places ? field->places[event] : (place)event << PLACE_SHIFT | field->direct;
}

/* What a row of a shape means for one field: small, as it is looked up row by row. */
struct step {
    uint32_t numbers, strings; /* values that the row takes */
    place base;                /* quoted, type and, in units of values, nth; 0: absent */
    uint8_t is_event;
    uint8_t is_string;
};

/* Rows one after the other that have the same shape; a trace has long ones. */
struct run {
    uint32_t local;
    uint32_t rows;
};

struct vtci_event_maker {
    vtc_block *block;
    struct run *runs;
    size_t run_count;
    uint8_t *used;      /* by local id: whether a row has it */
    struct step *steps; /* by local id: of the field in work */
    uint8_t *phases;    /* by event */
    struct vtc_error *err;
};

static void *array(const struct vtci_event_maker *maker, size_t count, size_t item_bytes)
{
    return vtci_arena_array(&maker->block->arena, count ? count : 1, item_bytes);
}

/* Which rows are events, and their phases. */
static vtc_status make_rows(struct vtci_event_maker *maker, uint8_t **out_phases)
{
    vtc_block *block = maker->block;
    const struct vtci_event_plan *plan = &block->definitions->events;
    const struct vtci_values *root;
    VTC_TRY(vtci_block_decoder_column(block->decoder, VTCI_COLUMN_ROOT, &root, maker->err));
    if (root->count != block->rows)
        return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-4",
                              "expected %zu rows, found %zu", block->rows, root->count);
    maker->used = vtci_arena_array_zeroed(&block->arena, plan->shape_count, 1);
    maker->steps = array(maker, plan->shape_count, sizeof *maker->steps);
    maker->runs = array(maker, block->rows, sizeof *maker->runs);
    uint32_t *rows = array(maker, block->rows, sizeof *rows);
    uint8_t *phases = array(maker, block->rows, sizeof *phases);
    if (!rows || !phases || !maker->used || !maker->steps || !maker->runs)
        return VTC_ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t row = 0; row < block->rows;) {
        uint64_t local = (uint64_t)root->values[row];
        if (local >= plan->shape_count)
            return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                                  "expected one of %zu shapes, found %llu", plan->shape_count - 1,
                                  (unsigned long long)local);
        size_t first = row;
        while (row < block->rows && (uint64_t)root->values[row] == local)
            row++;
        maker->used[local] = 1;
        maker->runs[maker->run_count++] = (struct run){(uint32_t)local, (uint32_t)(row - first)};
        if (!plan->shapes[local].is_event)
            continue;
        memset(phases + count, plan->shapes[local].phase, row - first);
        for (size_t i = first; i < row; i++)
            rows[count++] = (uint32_t)i;
    }
    block->all.count = count;
    block->all.row = rows;
    *out_phases = phases;
    return VTC_OK;
}

static vtc_status decode_column(const struct vtci_event_maker *maker, unsigned tracked,
                                const struct vtci_values **out_values)
{
    static const struct vtci_values none;
    uint32_t column = vtci_event_column(&maker->block->definitions->schema, tracked);
    *out_values = &none;
    if (column == VTCI_NONE)
        return VTC_OK;
    return vtci_block_decoder_column(maker->block->decoder, column, out_values, maker->err);
}

/* How many plain strings come before each value of a column. */
static vtc_status count_plain(const struct vtci_event_maker *maker,
                              const struct vtci_values *values, struct plain_places *out)
{
    out->before = NULL;
    if (values->plain_count == 0)
        return VTC_OK;
    VTC_TRY(vtci_block_plain_strings(maker->block, values, &out->first));
    out->before = array(maker, values->count, sizeof *out->before);
    if (!out->before)
        return VTC_ERR_NO_MEMORY;
    uint32_t plain = 0;
    for (size_t i = 0; i < values->count; i++) {
        out->before[i] = plain;
        plain += vtci_value_is_plain(values, i);
    }
    if (plain == values->plain_count)
        return VTC_OK;
    return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "STR-1",
                          "expected %u plain strings, found %zu", plain, values->plain_count);
}

/* Fills the steps of the shapes that occur. True when the value of event i is value i of one column,
 * as in a block whose events are all alike. */
static bool make_steps(const struct vtci_event_maker *maker, enum vtci_event_field which,
                       place *out_direct)
{
    const struct vtci_event_plan *plan = &maker->block->definitions->events;
    bool is_direct = true;
    place direct = 0;
    for (size_t i = 0; i < plan->shape_count; i++) {
        if (!maker->used[i])
            continue;
        const struct vtci_event_shape *shape = &plan->shapes[i];
        const struct vtci_event_slot *slot = &shape->fields[which];
        struct step *step = &maker->steps[i];
        step->numbers = shape->counts[VTCI_TRACKED(which, 0)];
        step->strings = shape->counts[VTCI_TRACKED(which, 1)];
        step->is_event = shape->is_event;
        step->is_string = slot->type == VTCI_STRING;
        place kind = slot->type ? (place)slot->quoted << 2 | slot->type : 0;
        step->base = kind ? (place)slot->nth << PLACE_SHIFT | kind : 0;
        uint32_t own = step->is_string ? step->strings : step->numbers;
        is_direct &= step->is_event && kind && own == 1 && (!direct || direct == kind);
        direct = kind;
    }
    *out_direct = direct;
    return is_direct;
}

static vtc_status find_places(const struct vtci_event_maker *maker, enum vtci_event_field which,
                              struct field *field)
{
    vtc_block *block = maker->block;
    memset(field, 0, sizeof *field);
    VTC_TRY(decode_column(maker, VTCI_TRACKED(which, 0), &field->numbers));
    VTC_TRY(decode_column(maker, VTCI_TRACKED(which, 1), &field->strings));
    VTC_TRY(count_plain(maker, field->numbers, &field->number_plain));
    VTC_TRY(count_plain(maker, field->strings, &field->string_plain));
    bool is_direct = make_steps(maker, which, &field->direct);
    const struct vtci_values *values =
        (field->direct & PLACE_TYPE) == VTCI_STRING ? field->strings : field->numbers;
    if (is_direct && values->count == block->all.count)
        return VTC_OK;
    field->places = array(maker, block->all.count, sizeof *field->places);
    if (!field->places)
        return VTC_ERR_NO_MEMORY;
    size_t numbers = 0, strings = 0; /* the row's first values */
    place *to = field->places;
    for (size_t i = 0; i < maker->run_count; i++) {
        const struct step *step = &maker->steps[maker->runs[i].local];
        size_t rows = maker->runs[i].rows;
        if (step->is_event) {
            size_t first = step->is_string ? strings : numbers;
            place stride = step->is_string ? step->strings : step->numbers;
            place next = step->base ? step->base + ((place)first << PLACE_SHIFT) : 0;
            stride = step->base ? stride << PLACE_SHIFT : 0;
            for (size_t k = 0; k < rows; k++)
                to[k] = next + (place)k * stride;
            to += rows;
        }
        numbers += rows * step->numbers;
        strings += rows * step->strings;
    }
    /* SPEC: BLK-5. So every place is below its column's count. */
    if (numbers != field->numbers->count || strings != field->strings->count)
        return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-5",
                              "expected %zu and %zu values of a field, found %zu and %zu", numbers,
                              strings, field->numbers->count, field->strings->count);
    return VTC_OK;
}

static vtc_string string_of(const struct vtci_values *values, const struct plain_places *plain,
                            size_t index)
{
    uint64_t id = (uint64_t)values->values[index];
    return id ? vtci_dictionary_string(values->column, id) : plain->first + plain->before[index];
}

/* A string of the field; the caller knows that the place is one. */
static vtc_string string_at(const struct field *field, size_t index)
{
    return string_of(field->strings, &field->string_plain, index);
}

/* The same of a number that is a token. */
static vtc_string token_at(const struct field *field, size_t index)
{
    return string_of(field->numbers, &field->number_plain, index);
}

static struct vtci_bytes bytes_of(const vtc_block *block, vtc_string string)
{
    struct vtc_text text = vtc_block_string(block, string);
    return (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
}

/* SPEC 7.11. */
static int64_t time_of(const struct vtci_event_maker *maker, const struct field *field, place at)
{
    size_t index = at >> PLACE_SHIFT;
    vtc_string string;
    int64_t ns;
    if (at == 0)
        return VTC_NO_TIME;
    if ((at & PLACE_TYPE) == VTCI_NUMBER) {
        uint8_t scale = field->numbers->scales[index];
        int64_t value = field->numbers->values[index];
        if (scale != VTCI_SCALE_TOKEN)
            return vtci_time_ns(value, scale);
        string = token_at(field, index);
    } else {
        string = string_at(field, index);
    }
    struct vtci_bytes text = bytes_of(maker->block, string);
    return vtci_time_ns_from_text(text.data, text.len_bytes, &ns) ? ns : VTC_NO_TIME;
}

static vtc_status make_times(const struct vtci_event_maker *maker, enum vtci_event_field which,
                             int64_t **out_times)
{
    struct field field;
    VTC_TRY(find_places(maker, which, &field));
    size_t count = maker->block->all.count;
    int64_t *times = array(maker, count, sizeof *times);
    if (!times)
        return VTC_ERR_NO_MEMORY;
    const int64_t *values = field.numbers->values;
    const uint8_t *scales = field.numbers->scales;
    for (size_t i = 0; i < count; i++) {
        place at = place_of(&field, i);
        size_t index = at >> PLACE_SHIFT;
        /* Mostly microseconds with three decimals: the mantissas are the nanoseconds. */
        if ((at & PLACE_TYPE) == VTCI_NUMBER && scales[index] == 3)
            times[i] = vtci_time_clamp(values[index]);
        else
            times[i] = time_of(maker, &field, at);
    }
    *out_times = times;
    return VTC_OK;
}

/* The text of a number, with its quotes if it has them. */
static vtc_status number_text(const struct vtci_event_maker *maker, const struct field *field,
                              place at, bool with_quotes, struct vtci_bytes *out)
{
    size_t index = at >> PLACE_SHIFT;
    int64_t value = field->numbers->values[index];
    uint8_t scale = field->numbers->scales[index];
    uint8_t room[VTCI_NUMBER_ROOM + 2];
    struct vtci_bytes token = {NULL, 0};
    uint8_t *end = room + 1;
    if (scale != VTCI_SCALE_TOKEN)
        end = vtci_number_format(end, value, scale);
    else
        token = bytes_of(maker->block, token_at(field, index));
    bool quoted = with_quotes && (at & PLACE_QUOTED);
    size_t len_bytes = token.len_bytes + (size_t)(end - room - 1);
    uint8_t *text = array(maker, len_bytes + 2, 1);
    if (!text)
        return VTC_ERR_NO_MEMORY;
    text[0] = '"';
    if (len_bytes)
        memcpy(text + quoted, token.len_bytes ? token.data : room + 1, len_bytes);
    if (quoted)
        text[len_bytes + 1] = '"';
    *out = (struct vtci_bytes){text, len_bytes + 2u * quoted};
    return VTC_OK;
}

/* With `only_strings` a value without quotes counts as absent; one between them is a string even where
 * its column is one of numbers. SPEC 7.10. */
static vtc_status make_strings(const struct vtci_event_maker *maker, enum vtci_event_field which,
                               bool only_strings, vtc_string **out_strings)
{
    struct field field;
    VTC_TRY(find_places(maker, which, &field));
    size_t count = maker->block->all.count;
    vtc_string *strings = array(maker, count, sizeof *strings);
    if (!strings)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        place at = place_of(&field, i);
        strings[i] = VTC_NO_STRING;
        if ((at & PLACE_TYPE) == VTCI_STRING) {
            strings[i] = string_at(&field, at >> PLACE_SHIFT);
        } else if (at && (!only_strings || (at & PLACE_QUOTED))) {
            struct vtci_bytes text;
            VTC_TRY(number_text(maker, &field, at, false, &text));
            VTC_TRY(vtci_block_local(maker->block, text, &strings[i]));
        }
    }
    *out_strings = strings;
    return VTC_OK;
}

/* --- tracks ---------------------------------------------------------------------------------- */

/* What tells a pid or tid from another without its text; but for HALF_TEXT, where only that does. */
enum { HALF_TEXT = 255 };

struct track_half {
    int64_t value;
    uint16_t scale;
    uint16_t kind;
};

struct track_entry {
    struct track_half pid, tid;
    uint32_t track;
    bool used;
};

struct track_cache {
    struct track_entry *entries;
    size_t entry_count; /* a power of two */
    size_t used_count;
};

static inline struct track_half half_of(const struct field *field, place at)
{
    struct track_half half = {0, 0, (uint16_t)(at & 7)};
    size_t index = at >> PLACE_SHIFT;
    if ((at & PLACE_TYPE) == VTCI_NUMBER) {
        half.value = field->numbers->values[index];
        half.scale = field->numbers->scales[index];
        if (vtci_value_is_plain(field->numbers, index))
            half.kind = HALF_TEXT;
    } else if (at) {
        half.value = field->strings->values[index];
        if (half.value == 0)
            half.kind = HALF_TEXT;
    }
    return half;
}

static inline bool halves_equal(struct track_half a, struct track_half b)
{
    return a.value == b.value && a.scale == b.scale && a.kind == b.kind && a.kind != HALF_TEXT;
}

static vtc_status half_text(const struct vtci_event_maker *maker, const struct field *field,
                            place at, struct vtci_bytes *out)
{
    *out = (struct vtci_bytes){NULL, 0};
    if (at == 0)
        return VTC_OK;
    if ((at & PLACE_TYPE) == VTCI_NUMBER)
        return number_text(maker, field, at, true, out);
    struct vtci_bytes bytes = bytes_of(maker->block, string_at(field, at >> PLACE_SHIFT));
    uint8_t *text = array(maker, bytes.len_bytes + 2, 1);
    if (!text)
        return VTC_ERR_NO_MEMORY;
    text[0] = text[bytes.len_bytes + 1] = '"';
    if (bytes.len_bytes)
        memcpy(text + 1, bytes.data, bytes.len_bytes);
    *out = (struct vtci_bytes){text, bytes.len_bytes + 2};
    return VTC_OK;
}

static struct track_entry *cache_slot(const struct track_cache *cache, struct track_half pid,
                                      struct track_half tid)
{
    uint64_t hash = ((uint64_t)pid.value * 0x9E3779B97F4A7C15u + pid.scale + pid.kind) ^
                    ((uint64_t)tid.value * 0xC2B2AE3D27D4EB4Fu + tid.scale * 7u + tid.kind);
    size_t mask = cache->entry_count - 1;
    size_t at = (size_t)(hash ^ hash >> 29) & mask;
    while (cache->entries[at].used && !(halves_equal(cache->entries[at].pid, pid) &&
                                        halves_equal(cache->entries[at].tid, tid)))
        at = (at + 1) & mask;
    return &cache->entries[at];
}

static vtc_status cache_grow(const struct vtci_event_maker *maker, struct track_cache *cache)
{
    struct track_cache larger = {NULL, cache->entry_count ? cache->entry_count * 4 : 64, 0};
    larger.entries =
        vtci_arena_array_zeroed(&maker->block->arena, larger.entry_count, sizeof *larger.entries);
    if (!larger.entries)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < cache->entry_count; i++)
        if (cache->entries[i].used)
            *cache_slot(&larger, cache->entries[i].pid, cache->entries[i].tid) = cache->entries[i];
    larger.used_count = cache->used_count;
    *cache = larger;
    return VTC_OK;
}

static vtc_status find_track(const struct vtci_event_maker *maker, const struct field *pid_field,
                             const struct field *tid_field, size_t event, uint32_t *out_track)
{
    const struct vtci_definitions *definitions = maker->block->definitions;
    struct vtci_arena_mark mark = vtci_arena_mark(&maker->block->arena);
    struct vtci_bytes pid, tid;
    VTC_TRY(half_text(maker, pid_field, place_of(pid_field, event), &pid));
    VTC_TRY(half_text(maker, tid_field, place_of(tid_field, event), &tid));
    *out_track = vtci_track_table_find(&definitions->tracks, &definitions->schema, pid, tid);
    vtci_arena_rewind(&maker->block->arena, mark);
    return VTC_OK;
}

static vtc_status make_tracks(const struct vtci_event_maker *maker, uint32_t **out_tracks)
{
    struct field pids, tids;
    VTC_TRY(find_places(maker, VTCI_EVENT_PID, &pids));
    VTC_TRY(find_places(maker, VTCI_EVENT_TID, &tids));
    size_t count = maker->block->all.count;
    uint32_t *tracks = array(maker, count, sizeof *tracks);
    struct track_cache cache = {NULL, 0, 0};
    if (!tracks || cache_grow(maker, &cache) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    struct track_half last_pid = {0, 0, HALF_TEXT}, last_tid = last_pid;
    for (size_t i = 0; i < count; i++) {
        struct track_half pid = half_of(&pids, place_of(&pids, i));
        struct track_half tid = half_of(&tids, place_of(&tids, i));
        if (i && halves_equal(pid, last_pid) && halves_equal(tid, last_tid)) {
            tracks[i] = tracks[i - 1];
            continue;
        }
        last_pid = pid;
        last_tid = tid;
        if (pid.kind == HALF_TEXT || tid.kind == HALF_TEXT) {
            VTC_TRY(find_track(maker, &pids, &tids, i, &tracks[i]));
            continue;
        }
        struct track_entry *entry = cache_slot(&cache, pid, tid);
        if (!entry->used) {
            uint32_t track;
            VTC_TRY(find_track(maker, &pids, &tids, i, &track));
            *entry = (struct track_entry){pid, tid, track, true};
            if (++cache.used_count * 2 > cache.entry_count) {
                VTC_TRY(cache_grow(maker, &cache));
                entry = cache_slot(&cache, pid, tid);
            }
        }
        tracks[i] = entry->track;
    }
    *out_tracks = tracks;
    return VTC_OK;
}

/* The arrays of `fields`, which the block does not have yet. */
static vtc_status make_arrays(struct vtci_event_maker *maker, unsigned fields)
{
    struct vtci_event_arrays arrays = {.phase = maker->phases};
    struct vtc_events *all = &maker->block->all;
    if (fields & VTC_FIELD_TIME)
        VTC_TRY(make_times(maker, VTCI_EVENT_TS, &arrays.time_ns));
    if (fields & VTC_FIELD_DURATION)
        VTC_TRY(make_times(maker, VTCI_EVENT_DUR, &arrays.duration_ns));
    if (fields & VTC_FIELD_TRACK)
        VTC_TRY(make_tracks(maker, &arrays.track));
    if (fields & VTC_FIELD_NAME)
        VTC_TRY(make_strings(maker, VTCI_EVENT_NAME, true, &arrays.name));
    if (fields & VTC_FIELD_CATEGORY)
        VTC_TRY(make_strings(maker, VTCI_EVENT_CAT, true, &arrays.category));
    if (fields & VTC_FIELD_ID)
        VTC_TRY(make_strings(maker, VTCI_EVENT_ID, false, &arrays.id));
    if (maker->used[0])
        VTC_TRY(vtci_block_fill_raw(maker->block, &arrays, maker->err));
    all->time_ns = arrays.time_ns ? arrays.time_ns : all->time_ns;
    all->duration_ns = arrays.duration_ns ? arrays.duration_ns : all->duration_ns;
    all->track = arrays.track ? arrays.track : all->track;
    all->name = arrays.name ? arrays.name : all->name;
    all->category = arrays.category ? arrays.category : all->category;
    all->id = arrays.id ? arrays.id : all->id;
    return VTC_OK;
}

vtc_status vtci_block_make_events(vtc_block *block, struct vtc_error *err)
{
    struct vtci_event_maker *maker = vtci_arena_array_zeroed(&block->arena, 1, sizeof *maker);
    if (!maker)
        return VTC_ERR_NO_MEMORY;
    maker->block = block;
    maker->err = err;
    VTC_TRY(make_rows(maker, &maker->phases));
    block->all.phase = maker->phases;
    VTC_TRY(make_arrays(maker, block->fields));
    block->events = block->all;
    block->maker = maker;
    return VTC_OK;
}

vtc_status vtc_block_add_fields(vtc_block *block, unsigned fields, struct vtc_error *err)
{
    if ((fields & ~(unsigned)VTC_FIELD_ALL) || block->filter.has_track || block->filter.has_range)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a block without a filter and known fields, found %#x",
                              fields);
    block->maker->err = err;
    vtc_status status = make_arrays(block->maker, fields & ~block->fields);
    if (status != VTC_OK)
        return vtci_block_fail(block, status, err);
    block->fields |= fields;
    block->events = block->all;
    return VTC_OK;
}
