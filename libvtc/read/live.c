/* vtc_live: a scan and a text of it. */
#include "vtc/live.h"

#include "base/error.h"
#include "read/live_scan.h"
#include "read/live_text.h"
#include "read/reader_internal.h"

struct vtc_live {
    struct vtci_memory memory;
    struct vtci_file *file;
    struct vtci_live_scan scan;
    struct vtci_live_text text;
    bool follow;
    bool was_over; /* at the last look */
};

int vtc_live_is(int fd)
{
    struct vtci_memory memory;
    struct vtci_file *file = NULL;
    struct vtci_file_header header;
    uint8_t bytes[VTCI_FILE_HEADER_BYTES];
    size_t found_bytes = 0;
    uint64_t file_bytes;
    vtci_memory_init(&memory, NULL, 0);
    if (fd < 0 || vtci_file_from_fd(&memory, fd, false, &file, NULL) != VTC_OK)
        return 0;
    int is_live = vtci_file_size(file, &file_bytes, NULL) == VTC_OK &&
                  vtci_file_pread(file, 0, bytes, sizeof bytes, &found_bytes, NULL) == VTC_OK &&
                  vtci_file_header_decode(bytes, found_bytes, &header, NULL) == VTC_OK &&
                  (header.incompatible & VTCI_FEATURE_LIVE);
    vtci_file_close(file);
    return is_live;
}

static vtc_live *create_live(const struct vtc_live_opts *opts, struct vtc_error *err)
{
    struct vtc_live_opts chosen = {sizeof chosen, 0, NULL, 0};
    if (opts)
        memcpy(&chosen, opts,
               opts->struct_size < sizeof chosen ? opts->struct_size : sizeof chosen);
    struct vtci_memory memory;
    vtci_memory_init(&memory, chosen.allocator, 0);
    vtc_live *live = vtci_allocate_zeroed(&memory, sizeof *live);
    if (!live) {
        vtci_error_memory(err, sizeof *live);
        return NULL;
    }
    vtci_memory_init(&live->memory, chosen.allocator,
                     chosen.memory_limit_bytes ? chosen.memory_limit_bytes
                                               : VTCI_READER_MEMORY_BYTES);
    live->follow = chosen.follow != 0;
    return live;
}

/* Takes over `live`, whose file is opened if `status` says so. */
static vtc_status open_live(vtc_live *live, vtc_status status, vtc_live **out_live,
                            struct vtc_error *err)
{
    uint64_t file_bytes;
    if (status == VTC_OK)
        status = vtci_file_size(live->file, &file_bytes, err);
    if (status == VTC_OK)
        status = vtci_live_scan_init(&live->scan, &live->memory, live->file, err);
    if (status == VTC_OK) {
        vtci_live_text_init(&live->text, &live->memory, &live->scan, live->follow);
        status = vtci_live_scan_update(&live->scan, err);
    }
    if (status == VTC_OK)
        status = vtci_live_text_start(&live->text, err);
    if (status != VTC_OK) {
        vtc_live_close(live);
        return status;
    }
    live->was_over = !live->scan.is_running;
    *out_live = live;
    return VTC_OK;
}

vtc_status vtc_live_open(const char *path, const struct vtc_live_opts *opts, vtc_live **out_live,
                         struct vtc_error *err)
{
    if (!path || !out_live)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no path");
    vtc_live *live = create_live(opts, err);
    if (!live)
        return VTC_ERR_NO_MEMORY;
    return open_live(live, vtci_file_open(&live->memory, path, &live->file, err), out_live, err);
}

vtc_status vtc_live_open_fd(int fd, const struct vtc_live_opts *opts, vtc_live **out_live,
                            struct vtc_error *err)
{
    if (fd < 0 || !out_live)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no descriptor");
    vtc_live *live = create_live(opts, err);
    if (!live)
        return VTC_ERR_NO_MEMORY;
    return open_live(live, vtci_file_from_fd(&live->memory, fd, false, &live->file, err), out_live,
                     err);
}

vtc_status vtc_live_open_memory(const void *bytes, size_t len_bytes,
                                const struct vtc_live_opts *opts, vtc_live **out_live,
                                struct vtc_error *err)
{
    if ((!bytes && len_bytes) || !out_live)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no bytes");
    vtc_live *live = create_live(opts, err);
    if (!live)
        return VTC_ERR_NO_MEMORY;
    return open_live(live, vtci_file_from_bytes(&live->memory, bytes, len_bytes, &live->file, err),
                     out_live, err);
}

void vtc_live_close(vtc_live *live)
{
    if (!live)
        return;
    if (live->text.memory)
        vtci_live_text_free(&live->text);
    if (live->scan.memory)
        vtci_live_scan_free(&live->scan);
    vtci_file_close(live->file);
    struct vtci_memory memory;
    vtci_memory_init(&memory, &live->memory.allocator, 0);
    vtci_release(&memory, live, sizeof *live);
}

void vtc_live_info(const vtc_live *live, struct vtc_live_facts *out_facts)
{
    const struct vtci_live_scan *scan = &live->scan;
    struct vtc_live_facts facts = {
        .family = {scan->session.family[0], scan->session.family[1]},
        .pid = scan->session.pid,
        .segment = scan->session.segment,
        .state = (enum vtc_live_state)scan->counters.state,
        .start_realtime_ns = scan->session.points[0].realtime_ns,
        .file_bytes = scan->pages * VTCI_LIVE_PAGE_BYTES,
        .pages = scan->pages,
        .event_pages = scan->event_pages,
        .log_pages = scan->log_pages,
        .writers = live->text.track_count,
        .events = scan->events,
        .lost_pages = scan->lost_pages,
        .lost_records = scan->lost_records,
        .damage = scan->damage.count,
        .damage_listed = scan->damage.listed,
    };
    if (facts.state != VTC_LIVE_CLOSED && !scan->is_running)
        facts.state = VTC_LIVE_CRASHED;
    memcpy(facts.lost, scan->counters.lost, sizeof facts.lost);
    *out_facts = facts;
}

const char *vtc_live_cause(unsigned cause)
{
    static const char *const causes[VTC_LIVE_CAUSES] = {"no page",     "disk full",
                                                        "too big",     "late",
                                                        "overwritten", "interrupted",
                                                        "no memory",   "in a child without a file"};
    return cause < VTC_LIVE_CAUSES ? causes[cause] : "?";
}

vtc_status vtc_live_damage(const vtc_live *live, uint64_t index, struct vtc_error *out_damage)
{
    if (index >= live->scan.damage.listed)
        return VTC_ERR_ARGUMENT;
    *out_damage = live->scan.damage.items[index];
    return VTC_OK;
}

vtc_status vtc_live_read(void *live, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                         struct vtc_error *err)
{
    vtc_live *self = live;
    return vtci_live_text_fill(&self->text, buffer, capacity_bytes, out_bytes, err);
}

vtc_status vtc_live_refresh(vtc_live *live, struct vtc_error *err)
{
    if (live->follow && live->was_over)
        return VTC_END;
    VTC_TRY(vtci_live_scan_update(&live->scan, err));
    if (!live->follow) {
        vtci_live_text_free(&live->text);
        vtci_live_text_init(&live->text, &live->memory, &live->scan, false);
    }
    live->was_over = !live->scan.is_running;
    return vtci_live_text_start(&live->text, err);
}
