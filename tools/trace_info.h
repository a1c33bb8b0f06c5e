/* What `vtc info` says of a file, gathered before anything is printed. */
#ifndef VTC_TOOLS_TRACE_INFO_H
#define VTC_TOOLS_TRACE_INFO_H

#include <stddef.h>
#include <stdint.h>

#include "json_out.h"
#include "session_list.h"
#include "trace_file.h"

struct frame_kind {
    const char *type;
    uint64_t count;
    uint64_t bytes;
};

enum { FRAME_KINDS = 8 };

struct trace_info {
    const struct trace_file *file;
    struct vtc_summary summary;
    vtc_status damage_status; /* VTC_OK: the file is complete */
    struct vtc_error damage;
    struct frame_kind frames[FRAME_KINDS];
    size_t frame_kinds;
    struct vtc_column *columns;
    size_t column_count;
    size_t column_capacity;
    vtc_status columns_status; /* a block may be damaged though opening found nothing */
    struct vtc_error columns_error;
    uint64_t raw_events;
    struct session_list sessions; /* that recorded it */
};

/* NO_MEMORY is the only failure. */
vtc_status trace_info_gather(struct trace_info *info, const struct trace_file *file,
                             struct vtc_error *err);
void trace_info_free(struct trace_info *info);

/* XXH3-128 as xxhsum writes it. */
enum { HASH_TEXT_BYTES = 33 };
const char *trace_info_hash(const struct vtc_summary *summary, char out[HASH_TEXT_BYTES]);
/* "X" for 'X'; a phase that is no printable character is written in octal. */
const char *trace_info_phase(unsigned phase, char out[8]);

/* `print_all`: lists as long as they are; else the first places, and the largest columns. */
void trace_info_print_text(const struct trace_info *info, bool print_all);
void trace_info_print_columns(const struct trace_info *info, bool print_all);
void trace_info_print_json(struct json_out *out, const struct trace_info *info);

#endif
