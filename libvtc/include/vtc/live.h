/** @file vtc/live.h
 *  Reading live files: what a traced process records into (see vtc/writer.h), while it runs, after
 *  it ended, or after it was killed.
 *
 *  A live file is not read like a file of blocks; its events come as the text of a trace, in the
 *  layout that format/SPEC.md, annex B.8, fixes to the byte. That text is what is compressed to keep:
 *
 *      vtc_live *live;
 *      vtc_live_open("app.vtc", NULL, &live, &err);
 *      vtc_compress(vtc_live_read, live, write, context, NULL, NULL, &err);
 *      vtc_live_close(live);
 *
 *  `vtc_live_reader_open` does that on the side, and opens any vtc file alike.
 *
 *  A damaged page takes nothing from the others: damage is listed, and never fails a call.
 */
#ifndef VTC_LIVE_H
#define VTC_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/reader.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An opened live file. @thread owner */
typedef struct vtc_live vtc_live;

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_live_opts {
    size_t struct_size;                    /**< sizeof(struct vtc_live_opts) */
    size_t memory_limit_bytes;             /**< for all that is held; 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    int follow; /**< not 0: give rows as they come, see vtc_live_refresh */
};

/** Whether a file is a live one, by its first 32 bytes.
 *  @param fd  any descriptor; only a regular file can be one
 *  @return 1, or 0 also for what cannot be read
 *  @thread any  @blocks on reading  @spec LIV-1
 *  @since 1.0 */
VTC_API int vtc_live_is(int fd);

/** Opens a live file by its name, and looks at all of its pages.
 *  The file may be written to meanwhile: of each thread what it has recorded up to some moment is
 *  seen, without a gap.
 *  @param path      borrowed for the call
 *  @param opts      may be NULL; copied
 *  @param out_live  to be closed with vtc_live_close; written on success
 *  @return VTC_OK; VTC_ERR_NOT_VTC; VTC_ERR_UNSUPPORTED (a newer version; a file that is not live),
 *          VTC_ERR_TRUNCATED or VTC_ERR_CORRUPT (page 0), VTC_ERR_LIMIT, VTC_ERR_IO,
 *          VTC_ERR_NO_MEMORY (the limit too), VTC_ERR_ARGUMENT
 *  @thread any  @allocates 12 bytes for each page and the definitions, within the limit
 *  @blocks on reading
 *  @spec LIV-1, LIV-2, LIV-3, LIV-5, LIV-6
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_open(const char *path, const struct vtc_live_opts *opts,
                                               vtc_live **out_live, struct vtc_error *err);

/** Opens what a descriptor stands for. Reading is by offset.
 *  @param fd  borrowed until vtc_live_close
 *  @return as vtc_live_open
 *  @thread any  @allocates as vtc_live_open  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_open_fd(int fd, const struct vtc_live_opts *opts,
                                                  vtc_live **out_live, struct vtc_error *err);

/** Opens a file that lies in memory.
 *  @param bytes  borrowed, and not to be changed, until vtc_live_close
 *  @return as vtc_live_open
 *  @thread any  @allocates as vtc_live_open
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_open_memory(const void *bytes, size_t len_bytes,
                                                      const struct vtc_live_opts *opts,
                                                      vtc_live **out_live, struct vtc_error *err);

/** Closes.
 *  @param live  NULL is accepted
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_live_close(vtc_live *live);

/** How far a session is. @since 1.0 */
enum vtc_live_state {
    VTC_LIVE_RECORDING = 0, /**< the process runs and records */
    VTC_LIVE_STOPPED = 1,   /**< it runs, and has stopped the session */
    VTC_LIVE_CLOSED = 2,    /**< the session was closed */
    VTC_LIVE_CRASHED = 3    /**< the process is gone, and did not close it */
};

#define VTC_LIVE_CAUSES 8 /**< of loss: enum vtc_loss of vtc/writer.h */

/** What a live file is about. @since 1.0 */
struct vtc_live_facts {
    uint64_t family[2]; /**< shared by the segments of a session and its children */
    uint32_t pid;
    uint32_t segment;
    enum vtc_live_state state;
    int64_t start_realtime_ns; /**< since 1970 */
    uint64_t file_bytes;
    uint64_t pages; /**< of 4,096 bytes, the first one included … */
    uint64_t event_pages;
    uint64_t log_pages;
    uint64_t writers;
    uint64_t events;                /**< records; a span is two */
    uint64_t lost[VTC_LIVE_CAUSES]; /**< events that the process could not record, by cause */
    uint64_t lost_pages;    /**< missing, damaged, or ended by damage: LIV-5, LIV-6, LIV-8 */
    uint64_t lost_records;  /**< within pages: those that do not fit their site: LIV-13 */
    uint64_t damage;        /**< everything that breaks a rule: all … */
    uint64_t damage_listed; /**< … and those that vtc_live_damage gives */
};

/** Tells what was found when the file was opened or refreshed last.
 *  @param out_facts  written
 *  @thread owner
 *  @since 1.0 */
VTC_API void vtc_live_info(const vtc_live *live, struct vtc_live_facts *out_facts);

/** Names a cause of loss: "no page", "disk full", …
 *  @param cause  enum vtc_loss
 *  @return a static string; "?" for a cause that there is not
 *  @thread any
 *  @since 1.0 */
VTC_API const char *vtc_live_cause(unsigned cause);

/** Gives one of the places that break a rule, by ascending offset.
 *  @param index       below vtc_live_facts.damage_listed
 *  @param out_damage  code, offset, rule and message; written on success
 *  @return VTC_OK, or VTC_ERR_ARGUMENT when there is no such place
 *  @thread owner
 *  @spec LIV-5, LIV-6, LIV-8, LIV-9, LIV-11, LIV-12, LIV-13
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_damage(const vtc_live *live, uint64_t index,
                                                 struct vtc_error *out_damage);

/** Gives the next bytes of the text: a vtc_read_fn, whose context is the vtc_live.
 *  @param live            a vtc_live
 *  @param buffer          filled
 *  @param capacity_bytes  best a megabyte; any will do
 *  @param out_bytes       how many; 0 at the end
 *  @return VTC_OK, VTC_ERR_IO, VTC_ERR_NO_MEMORY
 *  @thread owner  @allocates open spans, within the limit  @blocks on reading
 *  @spec LIV-14, annex B.8
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_read(void *live, void *buffer, size_t capacity_bytes,
                                               size_t *out_bytes, struct vtc_error *err);

/** Looks at what the file has gained.
 *  Opened without `follow`: the text begins anew, and has everything. With `follow`: vtc_live_read
 *  gives the rows that are new, by ascending thread, each thread's in the order in which they were
 *  recorded, each on a line of its own without the frame and without commas. Rows that were given do
 *  not come again. A span comes when it ended; when the session is over, the spans that are open
 *  come as rows of phase B, and at last the row vtc_session once more.
 *  What vtc_live_read has not given yet is to be read first.
 *  @return VTC_OK; VTC_END (with `follow`): the session was over before, and everything was given;
 *          else as vtc_live_open
 *  @thread owner  @allocates as vtc_live_open  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_refresh(vtc_live *live, struct vtc_error *err);

/** Opens any vtc file for vtc/reader.h: one of blocks as vtc_reader_open does, a live one by
 *  compressing its text at level 1 into a temporary file that nobody else sees (in memory where it is
 *  small).
 *  @param path        borrowed for the call
 *  @param opts        may be NULL
 *  @param out_reader  to be closed with vtc_reader_close; written on success
 *  @return as vtc_reader_open and vtc_live_open
 *  @thread any  @allocates within the limit, for each of the two steps
 *  @blocks on reading, and on the temporary file ($TMPDIR, /var/tmp)
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_reader_open(const char *path,
                                                      const struct vtc_reader_opts *opts,
                                                      vtc_reader **out_reader,
                                                      struct vtc_error *err);

/** The same for what a descriptor stands for.
 *  @param fd  borrowed until vtc_reader_close
 *  @return as vtc_live_reader_open
 *  @thread any  @allocates as vtc_live_reader_open  @blocks as vtc_live_reader_open
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_reader_open_fd(int fd, const struct vtc_reader_opts *opts,
                                                         vtc_reader **out_reader,
                                                         struct vtc_error *err);

/** The same for a live file that is opened already; its text begins anew.
 *  @param live  borrowed for the call, opened without `follow`
 *  @return as vtc_live_reader_open
 *  @thread owner  @allocates as vtc_live_reader_open  @blocks as vtc_live_reader_open
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_live_reader_make(vtc_live *live,
                                                      const struct vtc_reader_opts *opts,
                                                      vtc_reader **out_reader,
                                                      struct vtc_error *err);

#ifdef __cplusplus
}
#endif
#endif
