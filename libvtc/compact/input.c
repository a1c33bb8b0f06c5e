/* See input.h. */
#include "compact/input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "compact/row_split.h"
#include "vtc/decompress.h"
#include "wire/file_header.h"
#include "wire/live.h"

#define PUSH_BYTES ((size_t)1 << 20)

/* --- what a document says of itself ----------------------------------------------------------- */

struct head {
    struct vtci_row_split split;
    size_t bytes;
    unsigned sessions; /* rows vtc_session */
    bool has_first;
    struct vtci_compact_input *input;
};

static const char *find(const char *text, size_t len_bytes, const char *word)
{
    const char *found = memmem(text, len_bytes, word, strlen(word));
    return found ? found + strlen(word) : NULL;
}

/* Decimal digits up to `max`; the row goes on behind them, so they end within it. */
static uint64_t digits(const char *text, uint64_t max)
{
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9' && value <= max; text++)
        value = 10 * value + (uint64_t)(*text - '0');
    return value <= max ? value : 0;
}

static bool hexadecimal(const char *text, uint64_t *out_value)
{
    uint64_t value = 0;
    for (int i = 0; i < 16; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out_value = value;
    return true;
}

/* SPEC B.8: the row vtc_session. */
static void read_session(struct head *head, const char *row, size_t len_bytes,
                         const struct vtci_row_facts *facts)
{
    struct vtci_compact_input *input = head->input;
    const char *family = find(row, len_bytes, "\"family\":\"");
    const char *segment = find(row, len_bytes, "\"segment\":");
    if (!family || !segment || !facts->pid.data || row + len_bytes - family < 33 ||
        !hexadecimal(family, &input->family[0]) || !hexadecimal(family + 16, &input->family[1]))
        return;
    input->pid = (uint32_t)digits((const char *)facts->pid.data, UINT32_MAX);
    input->segment = (uint32_t)digits(segment, UINT32_MAX);
    head->sessions++;
}

static vtc_status look_at_row(void *context, const uint8_t *row, size_t len_bytes,
                              const struct vtci_row_facts *facts, struct vtc_error *err)
{
    static const char session[] = "\"vtc_session\"";
    struct head *head = context;
    const char *text = (const char *)row;
    (void)err;
    if (facts && facts->name.len_bytes == sizeof session - 1 &&
        memcmp(facts->name.data, session, sizeof session - 1) == 0)
        read_session(head, text, len_bytes, facts);
    bool is_metadata = facts && facts->phase.len_bytes == 3 && facts->phase.data[1] == 'M';
    const char *time = is_metadata || head->has_first ? NULL : find(text, len_bytes, "\"ts\":");
    if (time) {
        /* Whole microseconds are exact enough to tell which of two files is the older one. */
        head->input->first_ns = (int64_t)(digits(time, (uint64_t)INT64_MAX / 1000) * 1000);
        head->has_first = true;
    }
    return VTC_OK;
}

static vtc_status take_head(void *context, const void *bytes, size_t len_bytes,
                            struct vtc_error *err)
{
    struct head *head = context;
    size_t left_bytes = VTCI_INPUT_HEAD_BYTES - head->bytes;
    if (len_bytes < left_bytes)
        left_bytes = len_bytes;
    head->bytes += left_bytes;
    VTC_TRY(vtci_row_split_feed(&head->split, bytes, left_bytes, err));
    return head->bytes < VTCI_INPUT_HEAD_BYTES ? VTC_OK : VTC_ERR_CANCELLED;
}

/* Damage is met again when all of it is read; what else fails must not pass for a file without times. */
static vtc_status read_head(struct vtci_memory *memory, struct vtci_compact_input *input,
                            struct vtc_error *err)
{
    struct vtc_summary summary;
    struct head head;
    memset(&head, 0, sizeof head);
    head.input = input;
    vtci_row_split_init(&head.split, memory, look_at_row, &head);
    vtc_status status = vtc_decompress(input->reader, take_head, &head, NULL, NULL, err);
    vtci_row_split_free(&head.split);
    input->is_recorded = head.sessions == 1;
    vtc_reader_summary(input->reader, &summary);
    if (!input->is_recorded)
        input->first_ns = summary.has_times ? summary.first_ns : 0;
    return status == VTC_ERR_NO_MEMORY || status == VTC_ERR_IO ? status : VTC_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* The first bytes of a file, as far as it has them. */
struct first_page {
    uint8_t bytes[VTCI_LIVE_PAGE_BYTES];
    size_t len_bytes;
};

static vtc_status read_first_page(int fd, struct first_page *page, struct vtc_error *err)
{
    ssize_t got_bytes;
    do
        got_bytes = pread(fd, page->bytes, sizeof page->bytes, 0);
    while (got_bytes < 0 && errno == EINTR);
    if (got_bytes < 0)
        return vtci_error_errno(err, errno, 0, "cannot read");
    page->len_bytes = (size_t)got_bytes;
    return VTC_OK;
}

static bool is_live(const struct first_page *page)
{
    struct vtci_file_header header;
    return vtci_file_header_decode(page->bytes, page->len_bytes, &header, NULL) == VTC_OK &&
           (header.incompatible & VTCI_FEATURE_LIVE);
}

static vtc_status open_live(const struct vtci_compact_work *work, struct vtci_compact_input *input,
                            const struct first_page *page, struct vtc_error *err)
{
    struct vtci_live_session session;
    struct vtc_live_opts opts = vtci_compact_live_opts(work);
    VTC_TRY(vtc_live_open_fd(input->fd, &opts, &input->live, err));
    vtc_live_info(input->live, &input->facts);
    input->is_recorded = true;
    input->family[0] = input->facts.family[0];
    input->family[1] = input->facts.family[1];
    input->pid = input->facts.pid;
    input->segment = input->facts.segment;
    input->is_recording =
        input->facts.state == VTC_LIVE_RECORDING || input->facts.state == VTC_LIVE_STOPPED;
    if (vtci_live_session_decode(page->bytes, page->len_bytes, &session, NULL) == VTC_OK)
        input->first_ns = session.points[0].monotonic_ns;
    return VTC_OK;
}

static vtc_status open_blocks(struct vtci_memory *memory, const struct vtci_compact_work *work,
                              struct vtci_compact_input *input, struct vtc_error *err)
{
    struct vtc_reader_opts opts = vtci_compact_reader_opts(work);
    VTC_TRY(vtc_reader_open_fd(input->fd, &opts, &input->reader, err));
    return read_head(memory, input, err);
}

static vtc_status open_regular(struct vtci_memory *memory, const struct vtci_compact_work *work,
                               struct vtci_compact_input *input, struct vtc_error *err)
{
    struct first_page page;
    VTC_TRY(read_first_page(input->fd, &page, err));
    return is_live(&page) ? open_live(work, input, &page, err)
                          : open_blocks(memory, work, input, err);
}

vtc_status vtci_compact_input_open(const struct vtci_compact_work *work, const char *path,
                                   struct vtci_compact_input *out_input, struct vtc_error *err)
{
    struct vtci_compact_input input;
    struct vtci_memory memory;
    memset(&input, 0, sizeof input);
    vtci_memory_init(&memory, work->opts.allocator, 0);
    do /* O_NONBLOCK: a FIFO is refused and not waited for */
        input.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    while (input.fd < 0 && errno == EINTR);
    if (input.fd < 0 || fstat(input.fd, &input.stat) != 0) {
        vtc_status status = vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot open");
        vtci_compact_input_close(&input);
        return status;
    }
    vtc_status status;
    if (S_ISDIR(input.stat.st_mode))
        status = vtci_error_errno(err, EISDIR, VTC_NO_OFFSET, "cannot open");
    else if (!S_ISREG(input.stat.st_mode))
        status = vtci_error_set(err, VTC_ERR_NOT_VTC, VTC_NO_OFFSET, NULL, "not a regular file");
    else
        status = open_regular(&memory, work, &input, err);
    if (status == VTC_OK)
        *out_input = input;
    else
        vtci_compact_input_close(&input);
    return status;
}

void vtci_compact_input_close(struct vtci_compact_input *input)
{
    vtc_live_close(input->live);
    vtc_reader_close(input->reader);
    if (input->fd >= 0)
        close(input->fd);
    input->live = NULL;
    input->reader = NULL;
    input->fd = -1;
}

/* --- reading ---------------------------------------------------------------------------------- */

static vtc_status push_live(const struct vtci_compact_work *work, vtc_live *live, uint8_t *buffer,
                            vtc_write_fn write, void *write_context, struct vtc_error *err)
{
    uint64_t done_bytes = 0;
    for (;;) {
        size_t got_bytes = 0;
        VTC_TRY(vtc_live_read(live, buffer, PUSH_BYTES, &got_bytes, err));
        if (got_bytes == 0)
            return VTC_OK;
        VTC_TRY(write(write_context, buffer, got_bytes, err));
        done_bytes += got_bytes;
        VTC_TRY(vtci_compact_poll(work, done_bytes, err));
    }
}

vtc_status vtci_compact_input_push(const struct vtci_compact_work *work,
                                   struct vtci_compact_input *input, vtc_write_fn write,
                                   void *write_context, struct vtc_error *err)
{
    if (input->reader) {
        struct vtc_decompress_opts opts = {
            .struct_size = sizeof opts,
            .threads = work->opts.threads,
            .progress = work->opts.progress,
            .progress_context = work->opts.progress_context,
        };
        return vtc_decompress(input->reader, write, write_context, &opts, NULL, err);
    }
    struct vtci_memory memory;
    vtci_memory_init(&memory, work->opts.allocator, 0);
    uint8_t *buffer = vtci_allocate(&memory, PUSH_BYTES);
    if (!buffer)
        return vtci_error_memory(err, PUSH_BYTES);
    vtc_status status = push_live(work, input->live, buffer, write, write_context, err);
    vtci_release(&memory, buffer, PUSH_BYTES);
    return status;
}
