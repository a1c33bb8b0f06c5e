/** @file vtc/reader.h
 *  Reading a vtc file: opening it, what it is about, its tracks, and where its events are.
 *
 *  A file is a run of *blocks* of up to a million rows. Opening reads the index and the definitions
 *  (names, shapes), not the events; each block has a *zone map* (times, longest span, tracks, phases,
 *  names) that tells whether it is worth opening. Events and spans of a block come as arrays, see
 *  vtc/block.h.
 *
 *  A file that was cut off or damaged opens all the same, as long as its header is right: everything
 *  before the damage can be read. `vtc_reader_is_complete` and `vtc_reader_damage` tell.
 *
 *  After it was opened a reader does not change; calls marked `@thread any` may come from several
 *  threads at once.
 */
#ifndef VTC_READER_H
#define VTC_READER_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/allocator.h"
#include "vtc/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An opened file. */
typedef struct vtc_reader vtc_reader;

/** Bytes of a document or a name, as they stand there: JSON escapes are kept, UTF-8 is not checked,
 *  there is no NUL behind them. `data` NULL: absent. @since 1.0 */
struct vtc_text {
    const char *data;
    size_t len_bytes;
};

/** Undoes the JSON escapes of a text, as it stood between quotes. What is no escape stays as it is; a
 *  lone surrogate becomes its three bytes.
 *  @param out  room for text.len_bytes, which is never passed; may be NULL for an absent text
 *  @return how many bytes were written
 *  @thread any
 *  @since 1.0 */
VTC_API size_t vtc_text_decode(struct vtc_text text, char *out);

/** A string by number. Of two that are taken from the same column of a file (all names, say), the
 *  same number means the same text; a number below VTC_STRING_LOCAL is good for the whole file, one
 *  above it only for its block. See vtc_reader_string and vtc_block_string. @since 1.0 */
typedef uint64_t vtc_string;
#define VTC_NO_STRING ((vtc_string)0)          /**< absent */
#define VTC_STRING_LOCAL ((vtc_string)1 << 63) /**< from here on: of one block */

#define VTC_NO_TIME INT64_MIN   /**< a time or duration that the event does not have */
#define VTC_NO_TRACK UINT32_MAX /**< the event is on no track that the file knows */

/** Options; zero means the default everywhere. @since 1.0 */
struct vtc_reader_opts {
    size_t struct_size;                    /**< sizeof(struct vtc_reader_opts) */
    size_t memory_limit_bytes;             /**< for all that the reader does; 0: 512 MiB */
    const struct vtc_allocator *allocator; /**< NULL: malloc */
};

/** Opens a file by its name.
 *  What is no regular file (a pipe) is read into memory first, within the memory limit.
 *  @param path        borrowed for the call
 *  @param opts        may be NULL
 *  @param out_reader  to be closed with vtc_reader_close; written on success
 *  @param err         may be NULL
 *  @return VTC_OK; VTC_ERR_NOT_VTC, VTC_ERR_UNSUPPORTED (a newer version), VTC_ERR_TRUNCATED (within
 *          the header), VTC_ERR_CORRUPT (the header), VTC_ERR_IO, VTC_ERR_NO_MEMORY (the limit too)
 *  @thread any  @allocates within the limit  @blocks on reading
 *  @spec HDR-1, HDR-2, HDR-3, IDX-1
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_open(const char *path,
                                                 const struct vtc_reader_opts *opts,
                                                 vtc_reader **out_reader, struct vtc_error *err);

/** Opens what a descriptor stands for. Reading is by offset, so that the descriptor's position plays
 *  no part; only a pipe is read from where it is.
 *  @param fd  borrowed until vtc_reader_close
 *  @return as vtc_reader_open
 *  @thread any  @allocates within the limit  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_open_fd(int fd, const struct vtc_reader_opts *opts,
                                                    vtc_reader **out_reader, struct vtc_error *err);

/** Opens a file that lies in memory.
 *  @param bytes  borrowed, and not to be changed, until vtc_reader_close
 *  @return as vtc_reader_open
 *  @thread any  @allocates within the limit
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_open_memory(const void *bytes, size_t len_bytes,
                                                        const struct vtc_reader_opts *opts,
                                                        vtc_reader **out_reader,
                                                        struct vtc_error *err);

/** Closes. Blocks and iterators of the reader are to be closed before.
 *  @param reader  NULL is accepted
 *  @thread any (one, and no other call at the same time)
 *  @since 1.0 */
VTC_API void vtc_reader_close(vtc_reader *reader);

/** What a file is about. @since 1.0 */
struct vtc_summary {
    uint16_t version_major;
    uint16_t version_minor;
    uint64_t file_bytes;
    uint64_t frames; /**< parts of the file; see vtc_reader_frame */
    uint64_t blocks;
    uint64_t tracks;
    uint64_t rows; /**< objects kept in columns; most are events */
    uint64_t events;
    uint64_t spans;            /**< X, and pairs of B and E */
    int has_times;             /**< not 0: the next three are set */
    int64_t first_ns;          /**< the least time; clamped to 63 bits */
    int64_t last_ns;           /**< the greatest time or end */
    uint64_t longest_ns;       /**< the longest span */
    uint64_t phases[256];      /**< events by phase ('X', 'B', …); [0]: without one */
    int has_document;          /**< not 0: the next ones are set */
    uint64_t document_bytes;   /**< the text that the trace came from */
    uint64_t document_hash[2]; /**< XXH3-128 of it: low, high */
    int cut_off;               /**< not 0: the text ends before it is closed */
    uint64_t issues;           /**< places of the text that are no event: all … */
    uint64_t issues_listed;    /**< … and those that vtc_reader_issue gives */
};

/** Tells what the file is about. From the index: no block is read.
 *  @param out_summary  written
 *  @thread any
 *  @since 1.0 */
VTC_API void vtc_reader_summary(const vtc_reader *reader, struct vtc_summary *out_summary);

/** Whether everything that the writer meant to write is there.
 *  @return 1, or 0 for a file that was cut off or damaged (as far as opening could tell: checksums
 *          of blocks are checked when they are read)
 *  @thread any  @spec DOC-1
 *  @since 1.0 */
VTC_API int vtc_reader_is_complete(const vtc_reader *reader);

/** Tells why a file is not complete.
 *  @param out_damage  the first damage: VTC_ERR_TRUNCATED or VTC_ERR_CORRUPT, offset, rule, message.
 *                     May be NULL. Written when the result is not VTC_OK
 *  @return VTC_OK when the file is complete, else the code of the damage
 *  @thread any
 *  @since 1.0 */
VTC_API vtc_status vtc_reader_damage(const vtc_reader *reader, struct vtc_error *out_damage);

/** A part of the file. @since 1.0 */
struct vtc_frame {
    const char *type; /**< "DEFINITIONS", "BLOCK", "TEXT", "DOCUMENT", "INDEX", "?"; static */
    uint64_t file_offset;
    uint64_t stored_bytes; /**< all of it, with head and checksums */
};

/** Describes a frame.
 *  @param index  below vtc_summary.frames
 *  @return VTC_OK, or VTC_ERR_ARGUMENT when there is no such frame
 *  @thread any
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_frame(const vtc_reader *reader, uint64_t index,
                                                  struct vtc_frame *out_frame);

/** A place of the document that is no event. @since 1.0 */
struct vtc_issue {
    uint64_t offset;     /**< in the document */
    uint64_t len_bytes;  /**< of a malformed object: up to where it goes wrong */
    const char *cause;   /**< a static sentence */
    unsigned cause_code; /**< as in format/SPEC.md, section 7.7 */
};

/** Gives one of the places that are no events, in the order of the document.
 *  @param index  below vtc_summary.issues_listed
 *  @return VTC_OK, or VTC_ERR_ARGUMENT when there is no such issue
 *  @thread any
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_issue(const vtc_reader *reader, uint64_t index,
                                                  struct vtc_issue *out_issue);

/** A thread of a process, as the JSON text of the two values: `12`, `"main"` with its quotes, or
 *  absent. Borrowed until vtc_reader_close. @since 1.0 */
struct vtc_track {
    struct vtc_text pid;
    struct vtc_text tid;
};

/** Gives a track.
 *  @param track  below vtc_summary.tracks
 *  @return VTC_OK, or VTC_ERR_ARGUMENT when there is no such track
 *  @thread any
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_track(const vtc_reader *reader, uint32_t track,
                                                  struct vtc_track *out_track);

/** Gives the names that the trace's metadata (`process_name`, `thread_name`) gives a track; the last
 *  ones win. Reads the blocks that may hold them, from the end on, and remembers what it found.
 *  @param track        below vtc_summary.tracks
 *  @param out_process  text between quotes, borrowed until vtc_reader_close; absent if there is none
 *  @param out_thread   the same
 *  @return VTC_OK, VTC_ERR_ARGUMENT, or as vtc_block_open
 *  @thread owner  @allocates within the limit  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_track_names(vtc_reader *reader, uint32_t track,
                                                        struct vtc_text *out_process,
                                                        struct vtc_text *out_thread,
                                                        struct vtc_error *err);

/** Gives the text of a string that is good for the whole file.
 *  @param string  below VTC_STRING_LOCAL; VTC_NO_STRING and one that is not known give absent text
 *  @return text, borrowed until vtc_reader_close
 *  @thread any
 *  @since 1.0 */
VTC_API struct vtc_text vtc_reader_string(const vtc_reader *reader, vtc_string string);

/** What is known of a block without reading it. Bounds are inclusive. @since 1.0 */
struct vtc_zone {
    uint32_t rows;
    uint32_t events;
    uint64_t document_offset; /**< where its text begins in the document … */
    uint64_t document_bytes;  /**< … and its length */
    int has_times;            /**< not 0: first_ns and last_ns are set */
    int64_t first_ns;
    int64_t last_ns;       /**< the greatest time or end */
    uint64_t longest_ns;   /**< the longest span that ends here */
    uint64_t spans;        /**< how many spans end here */
    uint64_t tracks;       /**< how many tracks have events here */
    uint64_t file_offset;  /**< where the block is in the file … */
    uint64_t stored_bytes; /**< … and its length */
};

/** Gives the zone map of a block.
 *  @param block  below vtc_summary.blocks
 *  @return VTC_OK, or VTC_ERR_ARGUMENT when there is no such block
 *  @thread any  @spec ZON-1, ZON-2
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_zone(const vtc_reader *reader, uint64_t block,
                                                 struct vtc_zone *out_zone);

/** How many events of a phase a block has; 0 for a block that there is not.
 *  @param phase  'X', 'B', … or 0: events without one
 *  @thread any
 *  @since 1.0 */
VTC_API uint32_t vtc_reader_zone_phase(const vtc_reader *reader, uint64_t block, uint8_t phase);

/** Whether a track has events in a block.
 *  @return 1 or 0
 *  @thread any
 *  @since 1.0 */
VTC_API int vtc_reader_zone_has_track(const vtc_reader *reader, uint64_t block, uint32_t track);

/** Whether a block may have events of a name.
 *  @param name  a string of vtc_events.name, or VTC_NO_STRING for one that no dictionary has
 *  @return 0: it has none; 1: it may have some
 *  @thread any  @spec ZON-3
 *  @since 1.0 */
VTC_API int vtc_reader_zone_may_have_name(const vtc_reader *reader, uint64_t block,
                                          vtc_string name);

/** A column: the values of one type at one place within the events. @since 1.0 */
struct vtc_column {
    uint32_t column;
    char path[256];     /**< such as `args.data[].size`; NUL-terminated, cut off with "..." */
    const char *type;   /**< "NUMBER", "STRING", …; static */
    char encoding[160]; /**< the most frequent one, such as `GROUP(DELTA(PLANES 2))` */
    uint32_t encodings; /**< how many different ones there are */
    uint64_t blocks;    /**< how many blocks have it */
    uint64_t values;
    uint64_t raw_bytes;    /**< unpacked */
    uint64_t stored_bytes; /**< in the blocks */
    uint64_t strings;      /**< in its dictionary */
    uint64_t string_bytes; /**< their text */
};

/** Takes one column; anything but VTC_OK ends the enumeration and is passed on. */
typedef vtc_status (*vtc_column_fn)(void *context, const struct vtc_column *column);

/** Describes all columns of the file, in the order of their definition. Reads every block's
 *  directory.
 *  @param each  called with a description that is borrowed for the call
 *  @return VTC_OK, what `each` returned, or as vtc_block_open
 *  @thread any  @allocates within the limit  @blocks on reading
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_columns(const vtc_reader *reader, vtc_column_fn each,
                                                    void *context, struct vtc_error *err);

/** Finds a column by its path, as vtc_column.path has it (not cut off).
 *  @param type        "NUMBER", "STRING", …
 *  @param out_column  written on success
 *  @return VTC_OK, or VTC_END when there is no such column
 *  @thread any
 *  @since 1.0 */
VTC_API VTC_NODISCARD vtc_status vtc_reader_find_column(const vtc_reader *reader, const char *path,
                                                        const char *type, uint32_t *out_column);

#ifdef __cplusplus
}
#endif
#endif
