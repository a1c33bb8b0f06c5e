/* What is to be traced: the variables VTC_TRACE_…, read once, at the first call that is traced.
 *
 * Nothing is printed in somebody else's process: a value that cannot be understood counts as not set.
 * `vtc record` checks values before it passes them on.
 */
#ifndef VTC_NATIVE_SETTINGS_H
#define VTC_NATIVE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_PATH_BYTES = 4096 };

struct settings {
    bool off;                       /* VTC_TRACE=0 */
    char file[SETTINGS_PATH_BYTES]; /* VTC_TRACE_FILE */
    uint32_t depth;                 /* VTC_TRACE_DEPTH; UINT32_MAX: any */
    uint64_t min_duration_ns;       /* VTC_TRACE_MIN_DURATION; 0: any */
    const char *include;            /* VTC_TRACE_INCLUDE; globs, separated by ';'; NULL: all */
    const char *exclude;            /* VTC_TRACE_EXCLUDE */
    uint64_t max_bytes;             /* VTC_TRACE_MAX_SIZE; 0: any */
    bool flight;                    /* VTC_TRACE_FLIGHT=1: keep the last max_bytes */
};

void settings_read(struct settings *out_settings);

/* "10us", "1.5ms", "2s", "300" (ns). */
bool settings_parse_duration(const char *text, uint64_t *out_ns);

#endif
