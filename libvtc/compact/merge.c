/* vtc_merge: many files into one, sorted by track.
 *
 *     inputs, in the order of their times --> rows --> sorter --> vtc_compress --> file
 *                                             (row_split)  (row_sorter, by lane)
 *
 * The order of the inputs within a track comes from the order in which they are read, as the sort is
 * stable. Memory: lanes and sorter a quarter of the limit, one input at a time half of it; afterwards
 * the compressor takes that half.
 */
#include "vtc/compact.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/checksum.h"
#include "base/error.h"
#include "compact/input.h"
#include "compact/lanes.h"
#include "compact/row_sorter.h"
#include "compact/row_split.h"

#define REPEAT_SLOTS ((size_t)1 << 16) /* rows of metadata that are remembered */

/* What is known of an input before all of them are read. */
struct candidate {
    const char *path;
    size_t index; /* as given */
    dev_t device;
    ino_t inode;
    bool is_recorded;
    uint64_t family[2];
    uint32_t pid;
    uint32_t segment;
    int64_t first_ns;
    int64_t chain_first_ns; /* the least of the segments of its process */
};

struct repeat {
    uint64_t key; /* lane and name; 0: none */
    uint64_t text;
};

struct merge {
    struct vtci_compact_work *work;
    struct candidate *candidates;
    size_t count;
    struct vtci_merge_lanes lanes;
    struct vtci_row_sorter *sorter;
    struct vtci_row_split split;
    uint32_t lane; /* of the row before */
    struct repeat *repeats;
    const char *out_path;
    struct vtc_merge_result result;
};

/* --- the order of the inputs ------------------------------------------------------------------ */

static int compare_u64(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_chain(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    int order = compare_u64(left->is_recorded, right->is_recorded);
    if (order == 0 && !left->is_recorded)
        return compare_u64(left->index, right->index);
    order = order ? order : compare_u64(left->family[0], right->family[0]);
    order = order ? order : compare_u64(left->family[1], right->family[1]);
    order = order ? order : compare_u64(left->pid, right->pid);
    order = order ? order : compare_u64(left->segment, right->segment);
    return order ? order : compare_u64(left->index, right->index);
}

static bool same_chain(const struct candidate *a, const struct candidate *b)
{
    return a->is_recorded && b->is_recorded && a->family[0] == b->family[0] &&
           a->family[1] == b->family[1] && a->pid == b->pid;
}

static int by_time(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->chain_first_ns != right->chain_first_ns)
        return left->chain_first_ns < right->chain_first_ns ? -1 : 1;
    return by_chain(a, b);
}

static int by_file(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    int order = compare_u64(left->device, right->device);
    order = order ? order : compare_u64(left->inode, right->inode);
    return order ? order : compare_u64(left->index, right->index);
}

static vtc_status order_inputs(struct merge *merge, struct vtc_error *err)
{
    struct candidate *all = merge->candidates;
    size_t count = merge->count;
    qsort(all, count, sizeof *all, by_file);
    for (size_t i = 1; i < count; i++)
        if (all[i].device == all[i - 1].device && all[i].inode == all[i - 1].inode)
            return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                                  "'%.100s' and '%.100s' are the same file", all[i - 1].path,
                                  all[i].path);
    qsort(all, count, sizeof *all, by_chain);
    for (size_t i = 0, end; i < count; i = end) {
        int64_t least_ns = all[i].first_ns;
        for (end = i + 1; end < count && same_chain(&all[i], &all[end]); end++)
            least_ns = all[end].first_ns < least_ns ? all[end].first_ns : least_ns;
        for (size_t k = i; k < end; k++)
            all[k].chain_first_ns = least_ns;
    }
    qsort(all, count, sizeof *all, by_time);
    return VTC_OK;
}

static vtc_status name_input(const struct merge *merge, struct vtc_error *err, const char *path,
                             vtc_status status)
{
    char message[sizeof err->message];
    if (!err)
        return status;
    vtci_compact_notice(merge->work, path, err);
    memcpy(message, err->message, sizeof message);
    snprintf(err->message, sizeof err->message, "%.100s: %.150s", path, message);
    return status;
}

static vtc_status look_at_inputs(struct merge *merge, const char *const *paths,
                                 struct vtc_error *err)
{
    for (size_t i = 0; i < merge->count; i++) {
        struct vtci_compact_input input;
        vtc_status status = vtci_compact_input_open(merge->work, paths[i], &input, err);
        if (status != VTC_OK)
            return name_input(merge, err, paths[i], status);
        merge->candidates[i] = (struct candidate){
            .path = paths[i],
            .index = i,
            .device = input.stat.st_dev,
            .inode = input.stat.st_ino,
            .is_recorded = input.is_recorded,
            .family = {input.family[0], input.family[1]},
            .pid = input.pid,
            .segment = input.segment,
            .first_ns = input.first_ns,
        };
        vtci_compact_input_close(&input);
        VTC_TRY(vtci_compact_poll(merge->work, 0, err));
    }
    return order_inputs(merge, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Whether a row of metadata is the same as the last of its lane and name. Of different names that meet
 * in a slot the older is forgotten: then a row that repeats stays. */
static bool is_repeat(struct merge *merge, uint32_t lane, const uint8_t *row, size_t len_bytes,
                      const struct vtci_row_facts *facts)
{
    uint64_t key = vtci_checksum_seeded(facts->name.data, facts->name.len_bytes, lane) | 1;
    uint64_t text = vtci_checksum(row, len_bytes);
    struct repeat *slot = &merge->repeats[key >> 48 & (REPEAT_SLOTS - 1)];
    bool repeats = slot->key == key && slot->text == text;
    *slot = (struct repeat){key, text};
    return repeats;
}

static vtc_status take_row(void *context, const uint8_t *row, size_t len_bytes,
                           const struct vtci_row_facts *facts, struct vtc_error *err)
{
    struct merge *merge = context;
    if (facts) {
        bool is_metadata = facts->phase.len_bytes == 3 && facts->phase.data[1] == 'M';
        if (vtci_merge_lane_find(&merge->lanes, is_metadata, facts->pid, facts->tid,
                                 &merge->lane) != VTC_OK)
            return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                                  "the memory limit is too low for %zu tracks", merge->lanes.count);
        if (is_metadata && is_repeat(merge, merge->lane, row, len_bytes, facts)) {
            merge->result.repeated++;
            return VTC_OK;
        }
    }
    return vtci_row_sorter_put(merge->sorter, merge->lane, row, len_bytes, err);
}

static vtc_status feed(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    return vtci_row_split_feed(context, bytes, len_bytes, err);
}

static void put_escaped(char *to, size_t capacity, const char *text)
{
    size_t len = 0;
    for (; *text && len + 7 < capacity; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            to[len++] = '\\';
        if (c < 0x20)
            len += (size_t)snprintf(to + len, 7, "\\u%04x", c);
        else
            to[len++] = (char)c;
    }
    to[len] = '\0';
}

/* Says in the new file, and to the caller, that only a part of an input could be read. */
static vtc_status note_damage(struct merge *merge, const char *path, const struct vtc_error *damage,
                              struct vtc_error *err)
{
    char name[512], message[512], row[1200];
    const char *slash = strrchr(path, '/');
    merge->result.damaged++;
    vtci_compact_notice(merge->work, path, damage);
    put_escaped(name, sizeof name, slash ? slash + 1 : path);
    put_escaped(message, sizeof message, damage->message);
    int len = snprintf(row, sizeof row,
                       "{\"ph\":\"M\",\"pid\":0,\"tid\":0,\"ts\":0,\"name\":\"vtc_damage\","
                       "\"args\":{\"file\":\"%s\",\"offset\":%lld,\"message\":\"%s\"}}",
                       name, (long long)damage->offset, message);
    struct vtci_row_facts facts;
    vtci_row_facts_read((const uint8_t *)row, (size_t)len, &facts);
    return take_row(merge, (const uint8_t *)row, (size_t)len, &facts, err);
}

static vtc_status read_input(struct merge *merge, const char *path, struct vtc_error *err)
{
    struct vtci_compact_input input;
    struct vtc_error damage;
    memset(&damage, 0, sizeof damage);
    vtc_status status = vtci_compact_input_open(merge->work, path, &input, err);
    if (status != VTC_OK)
        return name_input(merge, err, path, status);
    status = vtci_compact_input_push(merge->work, &input, feed, &merge->split, &damage);
    vtci_row_split_end(&merge->split);
    for (unsigned i = 0; input.live && i < VTC_LIVE_CAUSES; i++)
        merge->result.lost[i] += input.facts.lost[i];
    merge->result.lost_pages += input.facts.lost_pages;
    merge->result.lost_records += input.facts.lost_records;
    bool is_damaged =
        status == VTC_ERR_TRUNCATED || status == VTC_ERR_CORRUPT ||
        (status == VTC_OK && input.live && vtc_live_damage(input.live, 0, &damage) == VTC_OK);
    vtci_compact_input_close(&input);
    if (is_damaged)
        return note_damage(merge, path, &damage, err);
    if (status != VTC_OK && err)
        *err = damage;
    return status;
}

/* --- all of it -------------------------------------------------------------------------------- */

static vtc_status open_spill(void *context, struct vtci_file **out_file, struct vtc_error *err)
{
    struct merge *merge = context;
    struct vtci_file_create_opts how = {.overwrite = true, .mode = 0600};
    return vtci_file_create(&merge->work->memory, merge->out_path, &how, out_file, err);
}

static vtc_status write_sorted(struct merge *merge, struct vtc_error *err)
{
    struct vtci_file_create_opts how = {.overwrite = merge->work->opts.overwrite != 0};
    struct vtc_compress_result written;
    struct vtci_file *to;
    VTC_TRY(vtci_row_sorter_finish(merge->sorter, err));
    VTC_TRY(vtci_file_create(&merge->work->memory, merge->out_path, &how, &to, err));
    vtc_status status =
        vtci_compact_write(merge->work, vtci_row_sorter_read, merge->sorter, to, &written, err);
    if (status == VTC_OK)
        status = vtci_file_publish(to, err);
    vtci_file_close(to);
    VTC_TRY(status);
    struct vtc_merge_result *result = &merge->result;
    result->inputs = merge->count;
    result->events = vtci_row_sorter_rows(merge->sorter);
    result->left_out = merge->split.left_out;
    result->spilled_bytes = vtci_row_sorter_spilled_bytes(merge->sorter);
    result->document_bytes = written.input_bytes;
    result->output_bytes = written.output_bytes;
    for (size_t i = 0; i < merge->lanes.count; i++)
        result->tracks += !merge->lanes.lanes[i].is_metadata;
    return VTC_OK;
}

/* Nothing is read for a target that cannot be written in the end. */
static vtc_status check_target(struct merge *merge, struct vtc_error *err)
{
    struct vtci_file_create_opts how = {.overwrite = merge->work->opts.overwrite != 0};
    struct vtci_file *to;
    (void)vtci_file_clear_temporaries(merge->out_path);
    VTC_TRY(vtci_file_create(&merge->work->memory, merge->out_path, &how, &to, err));
    vtci_file_close(to);
    return VTC_OK;
}

static vtc_status run(struct merge *merge, const char *const *paths, struct vtc_error *err)
{
    struct vtci_memory *memory = &merge->work->memory;
    merge->candidates = vtci_allocate_zeroed(memory, merge->count * sizeof *merge->candidates);
    merge->repeats = vtci_allocate_zeroed(memory, REPEAT_SLOTS * sizeof *merge->repeats);
    if (!merge->candidates || !merge->repeats)
        return vtci_error_memory(err, REPEAT_SLOTS * sizeof *merge->repeats);
    VTC_TRY(check_target(merge, err));
    VTC_TRY(look_at_inputs(merge, paths, err));
    VTC_TRY(vtci_row_sorter_create(memory, &merge->lanes, merge->work->opts.memory_limit_bytes / 4,
                                   open_spill, merge, &merge->sorter, err));
    for (size_t i = 0; i < merge->count; i++)
        VTC_TRY(read_input(merge, merge->candidates[i].path, err));
    return write_sorted(merge, err);
}

vtc_status vtc_merge(const char *const *paths, size_t count, const char *out_path,
                     const struct vtc_compact_opts *opts, struct vtc_merge_result *out_result,
                     struct vtc_error *err)
{
    struct vtci_compact_work work;
    struct merge merge;
    if (!paths || count == 0 || !out_path || count > SIZE_MAX / sizeof(struct candidate))
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected inputs and an output");
    VTC_TRY(vtci_compact_work_init(&work, opts, err));
    memset(&merge, 0, sizeof merge);
    merge.work = &work;
    merge.count = count;
    merge.out_path = out_path;
    vtci_merge_lanes_init(&merge.lanes, &work.memory);
    vtci_row_split_init(&merge.split, &work.memory, take_row, &merge);
    vtc_status status = run(&merge, paths, err);
    vtci_row_sorter_free(merge.sorter);
    vtci_row_split_free(&merge.split);
    vtci_merge_lanes_free(&merge.lanes);
    vtci_release(&work.memory, merge.repeats, REPEAT_SLOTS * sizeof *merge.repeats);
    vtci_release(&work.memory, merge.candidates, count * sizeof *merge.candidates);
    if (status == VTC_OK && out_result)
        *out_result = merge.result;
    return status;
}
