/** @file vtc/writer.h
 *  Recording: what a tracer links to write down what a program does.
 *
 *      vtc_session *session;
 *      vtc_session_open("app.vtc", NULL, &session, &err);
 *      vtc_session_make_default(session);          // what the macros of vtc/trace.h record to
 *
 *      const struct vtc_site_opts opts = {sizeof opts, 'B', "parse", "io", NULL, 0};
 *      vtc_site site;
 *      vtc_session_site(session, &opts, &site, &err);        // once per place in the program
 *
 *      vtc_writer *writer = vtc_session_writer(session);     // this thread's
 *      vtc_begin(writer, site);
 *      ...
 *      vtc_end(writer);
 *
 *      vtc_session_close(session, &err);
 *
 *  An event that a call accepted (VTC_OK) is in the file, even if the process is killed in the next
 *  instruction: the file is mapped, and a store is all that a record takes. Recording takes no lock,
 *  allocates nothing, never prints, never aborts, and makes no system call but when a thread needs
 *  new pages. What cannot be kept is counted by cause, in the file.
 *
 *  The shared library stays loaded when a plugin that uses it is unloaded: threads that have recorded run
 *  some of it when they end, and so does fork. A plugin that has the static library in it must be linked
 *  with `-Wl,-z,nodelete` for the same reason (vtc::vtc_static and `pkg-config --static` do so).
 *
 *  A session outlives vtc_session_close for as long as a writer of it is held by a thread: recording
 *  to a closed session is safe, and counted as late. After fork the child records to a file of its
 *  own, `NAME.pPID.vtc` for `NAME.vtc`, which is made with its first event; where that name is taken
 *  (process ids come again) it is `NAME.pPID-2.vtc` and on: no file of another process is replaced.
 *  A child by _Fork() or clone(2), which run no handlers, does so too (from Linux 4.14 on; before, it would
 *  record over its parent's events); if another thread was defining something at that moment, the child
 *  records nothing, and counts that as VTC_LOSS_FORK.
 *
 *  Nobody may make the file shorter while it is recorded to: a store to a page that is gone is SIGBUS, as
 *  with every mapped file. Removing or renaming it does no harm.
 */
#ifndef VTC_WRITER_H
#define VTC_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One recording of one process. @thread any */
typedef struct vtc_session vtc_session;
/** What one thread records through. @thread bound (and the signal handlers that run on it) */
typedef struct vtc_writer vtc_writer;
/** A place in the program that events come from: phase, name, category, types of arguments. Good for
 *  one session (and for what its process forks); 0 is none. */
typedef uint32_t vtc_site;
/** An interned string. Good for one session likewise; 0 is none. */
typedef uint32_t vtc_interned;

/** What to do when there is no room: see the limits below. @since 1.0 */
enum vtc_policy {
    VTC_POLICY_DROP = 0, /**< drop the event and count it */
    VTC_POLICY_WAIT = 1, /**< wait until there is room, at most wait_ns; then drop, and do not wait
                              again before there was room */
    VTC_POLICY_FLIGHT =
        2 /**< a flight recorder: give up the oldest segment, and count its events */
};

/** Where ticks come from. @since 1.0 */
enum vtc_clock {
    VTC_CLOCK_DEFAULT = 0,   /**< TSC where it is invariant, else MONOTONIC */
    VTC_CLOCK_TSC = 1,       /**< VTC_ERR_UNSUPPORTED where it is not invariant */
    VTC_CLOCK_MONOTONIC = 2, /**< clock_gettime(CLOCK_MONOTONIC), in ns */
    VTC_CLOCK_CALLBACK = 3   /**< `now`, in ns */
};

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_session_opts {
    size_t struct_size; /**< sizeof(struct vtc_session_opts) */
    enum vtc_policy policy;
    enum vtc_clock clock;
    uint64_t (*now)(
        void *context); /**< VTC_CLOCK_CALLBACK: called for each event, must not block */
    void *now_context;
    size_t chunk_bytes; /**< what a thread reserves at a time: a power of two from 4 KiB to 16 MiB;
                             0: 256 KiB. A thread's first chunks are smaller */
    uint64_t segment_bytes; /**< begin a new file, `NAME.0001.vtc` and on (`NAME.0001-2.vtc` where
                                 that is taken), when one has this size; 0: one file, or with a
                                 limit below an eighth of it */
    uint64_t keep_bytes;    /**< VTC_POLICY_FLIGHT: how much to keep, all segments together. Threads
                                 may exceed it by an eighth while one of them removes the oldest;
                                 what would exceed that is dropped, and counted as no page */
    uint64_t keep_ns;       /**< VTC_POLICY_FLIGHT: how long to keep; either limit may be 0 */
    uint64_t
        disk_limit_bytes; /**< DROP and WAIT: the most that the session's files may take on the disk,
                               also while they are recorded to. When it is used up, definitions go
                               beyond it, and so may a page of 4 KiB for a clock point, as one is
                               recorded once a second and at close. 0: none. Strings, sites and
                               modules are in each segment; they may take a quarter of this limit, an
                               eighth of keep_bytes; what is beyond is VTC_ERR_LIMIT. Where they
                               take more than segment_bytes, segments are longer: at least as much
                               as they take is recorded to each */
    uint64_t wait_ns;     /**< VTC_POLICY_WAIT; 0: one second */
    const struct vtc_allocator *allocator; /**< NULL: malloc. Not used while recording */
    int overwrite; /**< not 0: replace an existing file, and existing segments; children replace none */
};

/** Causes of loss. The values are those of the format. @spec LIV-3 @since 1.0 */
enum vtc_loss {
    VTC_LOSS_NO_PAGE = 0,     /**< the budget is used up */
    VTC_LOSS_DISK_FULL = 1,   /**< the file system is */
    VTC_LOSS_TOO_BIG = 2,     /**< one event with more than 3,900 bytes of arguments */
    VTC_LOSS_LATE = 3,        /**< after vtc_session_stop */
    VTC_LOSS_OVERWRITTEN = 4, /**< by the flight recorder */
    VTC_LOSS_INTERRUPTED = 5, /**< by signal handlers within signal handlers within a record */
    VTC_LOSS_NO_MEMORY = 6,   /**< no mapping, no descriptor, no memory for a thread */
    VTC_LOSS_FORK = 7,        /**< in a child that could not open its file (yet: it tries again) */
    VTC_LOSS_CAUSES = 8
};

/** What a session has done so far. @since 1.0 */
struct vtc_session_stats {
    uint64_t lost[VTC_LOSS_CAUSES]; /**< events, by enum vtc_loss; in this process */
    uint64_t file_bytes;            /**< all segments that are still there */
    uint32_t segment;               /**< number of the current file */
    uint32_t writers;               /**< threads that have a writer now */
};

/** Opens a session: creates the file, with its name, ready to be read by others.
 *  @param path         the file; `%p` stands for the process id. An existing one is VTC_ERR_IO with
 *                      EEXIST unless `overwrite`
 *  @param opts         may be NULL; copied
 *  @param out_session  closed by vtc_session_close; written on success
 *  @return VTC_OK; VTC_ERR_IO with errno (directory missing, not writable, disk full, …);
 *          VTC_ERR_ARGUMENT (options that cannot be met), VTC_ERR_UNSUPPORTED (the clock),
 *          VTC_ERR_NO_MEMORY
 *  @thread any  @allocates  @blocks on creating the file, and about 1 ms to calibrate the clock
 *  @durability what was recorded survives the death of the process; for that of the machine see
 *  vtc_session_sync
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_session_open(const char *path,
                                                  const struct vtc_session_opts *opts,
                                                  vtc_session **out_session, struct vtc_error *err);

/** Stops recording, at once, while other threads go on: no later event is kept; each is counted as
 *  late. Waits for no thread and frees nothing. A session does not start again: open another.
 *  @thread any, also a signal handler
 *  @since 1.0 */
VTC_API void vtc_session_stop(vtc_session *session);

/** Brings everything that was recorded before the call to the disk.
 *  @return VTC_OK, VTC_ERR_IO
 *  @thread any  @blocks on the disk
 *  @durability survives the death of the machine
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_session_sync(vtc_session *session, struct vtc_error *err);

/** Stops, cuts off what was reserved and not used, marks the file as closed, and lets go of the
 *  session. Other threads may go on recording through their writers meanwhile and afterwards: that is
 *  counted as late. The memory is given back when the last thread that has a writer ends or closes it.
 *  @param session  NULL is accepted
 *  @return VTC_OK, or the first error of the session (VTC_ERR_IO, …), which cost events; it is closed
 *          in any case
 *  @thread any, once  @blocks on file system calls, and up to 10 ms on a thread that is within a record
 *  @since 1.0 */
VTC_API vtc_status vtc_session_close(vtc_session *session, struct vtc_error *err);

/** Counts events that the caller could not record for reasons of its own, as those of the library are:
 *  here and in the file. For tracers that have limits of their own.
 *  @param cause   the closest, as VTC_LOSS_NO_MEMORY for a thread that could not be set up
 *  @param events  how many
 *  @thread any, and async-signal-safe
 *  @since 1.0 */
VTC_API void vtc_session_count_loss(vtc_session *session, enum vtc_loss cause, uint64_t events);

/** Tells what was lost, and how large the files are.
 *  @param out_stats  written
 *  @thread any
 *  @since 1.0 */
VTC_API void vtc_session_statistics(const vtc_session *session,
                                    struct vtc_session_stats *out_stats);

/** Makes a session the one that the macros of vtc/trace.h record to. NULL: none. Closing a session
 *  that is the default takes it away.
 *  @thread any
 *  @since 1.0 */
VTC_API void vtc_session_make_default(vtc_session *session);

/** Reads the session's clock.
 *  @return ticks
 *  @thread any, also a signal handler
 *  @since 1.0 */
VTC_API uint64_t vtc_session_ticks(const vtc_session *session);

/** How many ticks of the session's clock a duration takes, by the rate that was measured when the
 *  session was opened: for limits, such as the shortest span that a tracer keeps. A clock of the
 *  program's own (VTC_CLOCK_CALLBACK) counts as one of nanoseconds.
 *  @return ticks, UINT64_MAX if there are more
 *  @thread any, also a signal handler
 *  @since 1.0 */
VTC_API uint64_t vtc_session_ticks_of(const vtc_session *session, uint64_t duration_ns);

/** Interns a string; the same text has the same id.
 *  @param text       borrowed; any bytes
 *  @param len_bytes  up to 16 MiB - 64
 *  @param out_id     written on success
 *  @return VTC_OK; VTC_ERR_LIMIT (too long, too many, or too much: see disk_limit_bytes); VTC_ERR_IO, VTC_ERR_NO_MEMORY
 *  @thread any, not a signal handler  @allocates  @blocks on a lock and on the file
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_session_intern(vtc_session *session, const char *text,
                                                    size_t len_bytes, vtc_interned *out_id,
                                                    struct vtc_error *err);

/** Types of arguments. The values are those of the format. @spec LIV-12 @since 1.0 */
enum vtc_arg_type {
    VTC_ARG_INT = 1,     /**< int64_t */
    VTC_ARG_UINT = 2,    /**< uint64_t */
    VTC_ARG_DOUBLE = 3,  /**< double */
    VTC_ARG_BOOL = 4,    /**< int, not 0: true */
    VTC_ARG_STRING = 5,  /**< text, stored with the event */
    VTC_ARG_BYTES = 6,   /**< bytes, likewise */
    VTC_ARG_INTERNED = 7 /**< vtc_interned */
};

/** An argument of a site. @since 1.0 */
struct vtc_param {
    const char *name; /**< NUL-terminated */
    enum vtc_arg_type type;
};

/** A place in the program. @since 1.0 */
struct vtc_site_opts {
    size_t struct_size;             /**< sizeof(struct vtc_site_opts) */
    char phase;                     /**< of the trace-event format: B E X i C b n e s t f M N O D */
    const char *name;               /**< NUL-terminated; NULL: see address */
    const char *category;           /**< NUL-terminated, or NULL */
    const struct vtc_param *params; /**< copied */
    unsigned param_count;           /**< up to 255, of different names */
    uint64_t address; /**< where name is NULL: of the function, to be given a name later */
};

/** Registers a site. The same description gives the same site.
 *  @return VTC_OK; VTC_ERR_ARGUMENT, VTC_ERR_LIMIT; VTC_ERR_IO, VTC_ERR_NO_MEMORY
 *  @thread any, not a signal handler  @allocates  @blocks on a lock and on the file
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_session_site(vtc_session *session,
                                                  const struct vtc_site_opts *opts,
                                                  vtc_site *out_site, struct vtc_error *err);

/** Registers a site that is an address, without a lock and without memory: for instrumentation that
 *  meets functions in any place. The same address may be given several sites.
 *  @return the site; 0 if there is no room
 *  @thread any, also a signal handler
 *  @since 1.0 */
VTC_API vtc_site vtc_session_address_site(vtc_session *session, char phase, uint64_t address);

/** Notes a module of the process, so that addresses can be given names later.
 *  @param build_id  may be NULL
 *  @return VTC_OK; VTC_ERR_IO, VTC_ERR_LIMIT
 *  @thread any, not a signal handler
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_session_module(vtc_session *session, const char *path,
                                                    uint64_t start, uint64_t end, uint64_t offset,
                                                    const void *build_id, size_t build_id_bytes,
                                                    struct vtc_error *err);

/** Borrows this thread's writer, which it opens at the first call; it is closed when the thread ends,
 *  or, if its session was closed meanwhile, when the thread opens its writer of another session.
 *  @return NULL when there is no memory for one, or the session was stopped; every recording call
 *          accepts NULL (and counts nothing)
 *  @thread any, also a signal handler on a thread that has one
 *  @since 1.0 */
VTC_API vtc_writer *vtc_session_writer(vtc_session *session);

/** Opens a writer by hand: for threads that come from elsewhere, for fibers, for what only looks like
 *  a thread.
 *  @param thread_id  what the events' tid is to be; 0: the calling thread's
 *  @param name       the thread's name, NUL-terminated; NULL: what the system says. After 248 bytes
 *                    it is cut
 *  @return VTC_OK; VTC_ERR_NO_MEMORY, VTC_ERR_LIMIT
 *  @thread any  @allocates
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_writer_open(vtc_session *session, uint64_t thread_id,
                                                 const char *name, vtc_writer **out_writer,
                                                 struct vtc_error *err);

/** Closes a writer of vtc_writer_open. NULL is accepted.
 *  @thread bound
 *  @since 1.0 */
VTC_API void vtc_writer_close(vtc_writer *writer);

/** The first error that cost this writer events, or the first call that was refused.
 *  @return VTC_OK when there was none
 *  @thread bound
 *  @since 1.0 */
VTC_API vtc_status vtc_writer_status(const vtc_writer *writer);

/* --- recording -------------------------------------------------------------------------------
 * All of these: @thread bound, also a signal handler on that thread; no allocation, no lock; a system
 * call only where new pages are needed. They return VTC_OK when the event is in the file; else it was
 * counted, and they return VTC_END (stopped: late), VTC_ERR_LIMIT (too big, no room) or VTC_ERR_IO.
 * A call that is not for the site's phase, or values that are not those of its parameters, are
 * VTC_ERR_ARGUMENT: nothing is recorded or counted, but vtc_writer_status tells. That a site without
 * arguments is one of this session is not looked at: whoever reads the file takes an event of a site
 * that it does not have for damage (LIV-9).
 * `writer` NULL: VTC_END. @since 1.0 */

/** Begins a span. @param site  of phase B; else as vtc_instant */
VTC_API vtc_status vtc_begin(vtc_writer *writer, vtc_site site);
/** Ends the innermost open span of this writer. */
VTC_API vtc_status vtc_end(vtc_writer *writer);
/** Records an event without arguments. @param site  of any phase but X and those that have an id */
VTC_API vtc_status vtc_instant(vtc_writer *writer, vtc_site site);

/** A value of an argument. @since 1.0 */
struct vtc_value {
    enum vtc_arg_type type;
    union {
        int64_t as_int;
        uint64_t as_uint;
        double as_double;
        int as_bool;
        struct {
            const void *data;
            size_t len_bytes;
        } as_bytes; /**< VTC_ARG_STRING, VTC_ARG_BYTES; borrowed for the call */
        vtc_interned as_interned;
    } of;
};

/** Records an event with arguments.
 *  @param values  those of the site's parameters, in order; a type that differs is VTC_ERR_ARGUMENT */
VTC_API vtc_status vtc_event(vtc_writer *writer, vtc_site site, const struct vtc_value *values,
                             size_t value_count);
/** Records a span that is over. @param site  of phase X
 *  @param start_ticks  of vtc_session_ticks  @param duration_ticks  below 0 is kept as it is */
VTC_API vtc_status vtc_complete(vtc_writer *writer, vtc_site site, uint64_t start_ticks,
                                int64_t duration_ticks, const struct vtc_value *values,
                                size_t value_count);
/** Records an event of a phase that has an id: async (b n e), flow (s t f), object (N O D). */
VTC_API vtc_status vtc_event_with_id(vtc_writer *writer, vtc_site site, uint64_t id,
                                     const struct vtc_value *values, size_t value_count);
/** Ends the innermost open span with further arguments. @param site  of phase E */
VTC_API vtc_status vtc_end_with(vtc_writer *writer, vtc_site site, const struct vtc_value *values,
                                size_t value_count);

#ifdef __cplusplus
}
#endif
#endif
