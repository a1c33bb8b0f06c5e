/* A writer: what one thread records through. It belongs to its session for as long as that lives, and
 * is used again by another thread when its own is done with it.
 */
#ifndef VTCI_WRITE_WRITER_H
#define VTCI_WRITE_WRITER_H

#include "write/lane.h"
#include "write/session.h"

struct vtc_writer {
    struct vtci_lane lane;
    struct vtci_lane signals; /* for what comes in the middle of a record */
    struct vtc_session *session;
    struct vtc_writer *next; /* constant once pushed */
    _Atomic uint32_t in_use;
    _Atomic int status; /* vtc_status: the first error */
    void *allocation;
    size_t allocation_bytes;

    /* Of the thread that has it. */
    const void *thread; /* whose convenience writer it is: the address of its list; NULL: by hand */
    struct vtc_writer *next_in_thread;
    bool thread_id_given;
    uint64_t thread_id;
    char short_name[32];
    char *long_name; /* NULL: the short one */
    size_t name_bytes;
    _Alignas(8) uint8_t shadow[2][VTCI_LIVE_PAGE_BYTES];
    uint32_t evict_tokens[2]; /* of who holds `making` */
};

VTC_NODISCARD vtc_status vtci_writer_open(struct vtc_session *session, uint64_t thread_id,
                                          const char *name, const void *thread,
                                          struct vtc_writer **out_writer, struct vtc_error *err);
void vtci_writer_close(struct vtc_writer *writer);

/* Appends the WRITER record of a lane. 0 or an errno. */
VTC_NODISCARD int vtci_writer_log(struct vtci_lane *lane, struct vtci_live_file *file);

/* Counts an event that is lost, and notes why. */
void vtci_writer_lose(struct vtc_writer *writer, enum vtc_loss cause, vtc_status status);

/* A call that is not for this site: noted, not counted. VTC_ERR_ARGUMENT, or VTC_END without writer. */
vtc_status vtci_writer_refuse(struct vtc_writer *writer);

/* The lane for what a signal handler records in the middle of a record, entered. NULL, with what the
 * event came to: no writer, or the handler of a handler, which is counted. */
struct vtci_lane *vtci_writer_enter_aside(struct vtc_writer *writer, vtc_status *out_status);

/* The lane to record in, entered: as above. */
static inline struct vtci_lane *vtci_writer_enter(struct vtc_writer *writer, vtc_status *out_status)
{
    if (__builtin_expect(writer && vtci_lane_enter(&writer->lane), 1))
        return &writer->lane;
    return vtci_writer_enter_aside(writer, out_status);
}

/* --- the calling thread's writers (thread_writer.c) */
VTC_NODISCARD int vtci_thread_init(void);
/* In a child: whether `thread` is the list of the one thread that there is. */
bool vtci_thread_is_this(const void *thread);
/* The calling thread's writer of the session with this serial (its low half); NULL: none. */
struct vtc_writer *vtci_thread_writer_of(uint32_t serial);

#endif
