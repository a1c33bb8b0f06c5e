/** @file vtc/compact.h
 *  Compacting what was recorded: live files (vtc/live.h) become small files of blocks, which are read
 *  and queried like any other; many files become one; the history of a service stays within bounds.
 *
 *      vtc_compact("app.vtc", NULL, NULL, NULL, &err);              // in place
 *      vtc_merge(paths, count, "all.vtc", NULL, NULL, &err);        // many into one
 *
 *      vtc_compactor *compactor;                                    // in the traced process
 *      vtc_compactor_start(session, NULL, &compactor, &err);
 *
 *  A compacted file is a document like every other: the text of the live file (format/SPEC.md, annex
 *  B.8) with its hash, so that decompress, export, query and verify work on it. What the live file
 *  lost or had damaged is in its row `vtc_session`, and stays there.
 *
 *  Files are replaced at once and whole: killed at any point, the old file is there or the new one. A
 *  temporary file that a killed run left behind (only where the file system has no unnamed files) is
 *  `.NAME.XXXXXXXXXXXX.tmp`, and goes with the next run for the same file.
 */
#ifndef VTC_COMPACT_H
#define VTC_COMPACT_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/compress.h"
#include "vtc/live.h"
#include "vtc/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VTC_COMPACT_LEVEL_DEFAULT 3

/** Takes what is worth knowing of one file while work goes on: an input that is damaged and of which
 *  the readable part was taken, an input that cannot be opened, with which vtc_merge fails, a file that retention removed (VTC_OK), a file that could not be
 *  compacted. `what` is borrowed for the call. */
typedef void (*vtc_notice_fn)(void *context, const char *path, const struct vtc_error *what);

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_compact_opts {
    size_t struct_size;        /**< sizeof(struct vtc_compact_opts) */
    int level;                 /**< 1 (fast) to 19 (small); 0: VTC_COMPACT_LEVEL_DEFAULT, and files
                                    that are compacted are left alone */
    unsigned threads;          /**< workers beside the caller, as in vtc/compress.h */
    size_t memory_limit_bytes; /**< for all that is done; 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
    int overwrite;                         /**< not 0: replace an existing `out_path` */
    vtc_progress_fn progress; /**< may be NULL; may cancel. Input is text, output the new file */
    void *progress_context;
    vtc_notice_fn notice; /**< may be NULL */
    void *notice_context;
};

/** What was done with a file. @since 1.0 */
struct vtc_compact_result {
    int left_alone; /**< not 0: it is compacted, and no level was asked for */
    int is_live;    /**< not 0: it was a live file, and `facts` is set */
    struct vtc_live_facts facts;
    uint64_t input_bytes;    /**< of the file as it was */
    uint64_t output_bytes;   /**< of the new one */
    uint64_t document_bytes; /**< of the text between them */
    uint64_t events;         /**< rows of the text; a span is one */
    unsigned cleared;        /**< temporary files of killed runs that were removed */
};

/** Compacts a live file, or compresses a compacted one again.
 *  The new file is synced, read back and compared with the text's hash before it takes its name. In
 *  place it gets the old one's owner, permissions and times.
 *  @param path        the file
 *  @param out_path    NULL: in place. Else a new file; of a session that records it is a snapshot
 *  @param opts        may be NULL
 *  @param out_result  may be NULL; written on success
 *  @param err         may be NULL
 *  @return VTC_OK (also left_alone); VTC_ERR_ARGUMENT with EBUSY in sys_errno: in place, and the
 *          process still records to it; VTC_ERR_IO (EEXIST: out_path exists; ENOSPC: disk full;
 *          ENOENT: the file was removed meanwhile); VTC_ERR_CORRUPT or VTC_ERR_TRUNCATED (a compacted
 *          file that is damaged is not replaced); VTC_ERR_CANCELLED; or as vtc_live_open,
 *          vtc_reader_open and vtc_compress. Then nothing was changed
 *  @thread any (two at once on one file do the work twice)
 *  @allocates within memory_limit_bytes: half for the file that is read, half for the new one
 *  @blocks on reading and writing  @durability the new file is on the disk before it takes its name
 *  @spec annex B.8, LIV-14, DOC-2
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_compact(const char *path, const char *out_path,
                                             const struct vtc_compact_opts *opts,
                                             struct vtc_compact_result *out_result,
                                             struct vtc_error *err);

/** What was merged. @since 1.0 */
struct vtc_merge_result {
    uint64_t inputs;
    uint64_t damaged;               /**< inputs of which only a part could be read; see `notice` */
    uint64_t lost[VTC_LIVE_CAUSES]; /**< events that live inputs could not record, by cause */
    uint64_t lost_pages;            /**< pages that live inputs miss */
    uint64_t lost_records;          /**< records of live inputs that are damaged */
    uint64_t events;                /**< rows in the new file */
    uint64_t repeated;      /**< rows of metadata that said what was said before, left out */
    uint64_t left_out;      /**< members and elements of documents that are no events, left out */
    uint64_t tracks;        /**< pairs of pid and tid */
    uint64_t spilled_bytes; /**< written to a temporary file for sorting; 0: all fit in memory */
    uint64_t document_bytes;
    uint64_t output_bytes;
};

/** Merges files of any kind (live, crashed, closed, compacted, imported from JSON) into one.
 *  Rows are kept to the byte, and sorted by track: metadata (phase M) first, then each track, by pid
 *  and tid. Within a track inputs come in the order of their first time, but the segments of a
 *  process in their own; and then as in the input. A row of metadata that repeats the last one of its
 *  name and track is left out. A span that begins in one segment and ends in a later one stays a row B
 *  and a row E on one track, which every query pairs. Times are not shifted.
 *  An input that is damaged gives what can be read of it, a notice, and a row `vtc_damage` of phase M
 *  that says so in the new file.
 *  @param paths, count  the inputs; at least one
 *  @param out_path      the new file
 *  @param opts          may be NULL
 *  @param out_result    may be NULL; written on success
 *  @param err           may be NULL
 *  @return VTC_OK (also with damaged inputs); VTC_ERR_ARGUMENT (no inputs, the same one twice);
 *          VTC_ERR_IO, VTC_ERR_NO_MEMORY, VTC_ERR_CANCELLED; or why an input cannot be opened:
 *          VTC_ERR_NOT_VTC, VTC_ERR_UNSUPPORTED, …. Then nothing was written
 *  @thread any
 *  @allocates within memory_limit_bytes whatever the size of the inputs: a quarter for sorting, half
 *  for what is read and then for what is written
 *  @blocks on reading and writing; and, where the rows do not fit, on a temporary file beside
 *  `out_path` of about the size of the text
 *  @durability as vtc_compact
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_merge(const char *const *paths, size_t count,
                                           const char *out_path,
                                           const struct vtc_compact_opts *opts,
                                           struct vtc_merge_result *out_result,
                                           struct vtc_error *err);

/** How much history to keep; 0: all. @since 1.0 */
struct vtc_retention {
    uint64_t keep_ns;    /**< files whose last change is longer ago are removed */
    uint64_t keep_bytes; /**< of the closed files together; the oldest are removed first */
};

/** What a round over a family did. @since 1.0 */
struct vtc_compact_round {
    uint64_t files;     /**< that were found */
    uint64_t recording; /**< that a process still records to: not touched */
    uint64_t compacted;
    uint64_t failed; /**< that could not be compacted, and stay as they are; see `notice` */
    uint64_t input_bytes, output_bytes; /**< of those that were compacted */
    uint64_t removed, removed_bytes;    /**< by retention */
    uint64_t kept_bytes;                /**< of closed files that are left */
    unsigned cleared;                   /**< temporary files of killed runs that were removed */
};

/** Compacts in place all that a session and its children have left behind, one file at a time, the
 *  oldest first, and removes what is more than is to be kept.
 *  The family of `NAME.vtc` is that file and `NAME.*.vtc` in the same directory where * is digits and
 *  dots (segments, children), as far as they were recorded: a file that was compressed from another
 *  source, or is no vtc file, is never touched. A file that a process records to is never removed.
 *  @param path       the name that the session was opened with; the file itself may be gone
 *  @param opts       may be NULL
 *  @param keep       may be NULL: everything
 *  @param out_round  may be NULL; written on success
 *  @return VTC_OK, also where single files failed; VTC_ERR_IO (the directory), VTC_ERR_NO_MEMORY,
 *          VTC_ERR_CANCELLED
 *  @thread any  @allocates as vtc_compact  @blocks as vtc_compact
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_compact_family(const char *path,
                                                    const struct vtc_compact_opts *opts,
                                                    const struct vtc_retention *keep,
                                                    struct vtc_compact_round *out_round,
                                                    struct vtc_error *err);

/** A thread that compacts behind a session. @thread any */
typedef struct vtc_compactor vtc_compactor;

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_compactor_opts {
    size_t struct_size;   /**< sizeof(struct vtc_compactor_opts) */
    uint64_t interval_ns; /**< between two rounds; 0: 10 s */
    struct vtc_compact_opts
        compact; /**< struct_size 0: the default. Callbacks come from the thread */
    struct vtc_retention keep;
};

/** Starts a thread of the traced process that, every interval, compacts the segments that the session
 *  has left (vtc_session_opts.segment_bytes) and applies retention. It runs with low priority and all
 *  signals blocked, and takes no lock that recording takes.
 *  @param session        kept open until vtc_compactor_stop; to be stopped before it is closed
 *  @param opts           may be NULL; copied
 *  @param out_compactor  written on success
 *  @return VTC_OK; VTC_ERR_ARGUMENT, VTC_ERR_NO_MEMORY (also: no thread)
 *  @thread any  @allocates
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_compactor_start(vtc_session *session,
                                                     const struct vtc_compactor_opts *opts,
                                                     vtc_compactor **out_compactor,
                                                     struct vtc_error *err);

/** Wakes the thread for a round now. @thread any @since 1.0 */
VTC_API void vtc_compactor_wake(vtc_compactor *compactor);

/** What all rounds did together; files, recording and kept_bytes are those of the last.
 *  @param out_rounds  may be NULL: how many there were
 *  @thread any
 *  @since 1.0 */
VTC_API void vtc_compactor_statistics(vtc_compactor *compactor, struct vtc_compact_round *out_total,
                                      uint64_t *out_rounds);

/** Stops the thread and waits for it; a file that is being compacted is given up and stays as it was.
 *  In a child of fork, which has no such thread, only the memory is given back.
 *  @param compactor  NULL is accepted
 *  @thread any, once  @blocks until the thread ends: some 100 ms
 *  @since 1.0 */
VTC_API void vtc_compactor_stop(vtc_compactor *compactor);

#ifdef __cplusplus
}
#endif
#endif
