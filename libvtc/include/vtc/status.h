/** @file vtc/status.h
 *  Status codes and the error record that every fallible call of libvtc uses.
 *
 *  A call returns a `vtc_status`. Zero is success, a positive value is no error (the end of an
 *  iteration), a negative value is one. The numeric values are pinned: they never change meaning.
 *  Details go to a `struct vtc_error` that the caller owns (usually on its stack) and may leave out.
 */
#ifndef VTC_STATUS_H
#define VTC_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define VTC_NODISCARD __attribute__((warn_unused_result))
#define VTC_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#else
#define VTC_NODISCARD
#define VTC_PRINTF(format_index, first_index)
#endif

#if defined(VTC_BUILDING_SHARED) && defined(__GNUC__)
#define VTC_API __attribute__((visibility("default")))
#else
#define VTC_API
#endif

/** What a call came to. NOT_VTC, UNSUPPORTED, CORRUPT and TRUNCATED stay distinct: a torn tail after
 *  a crash is normal, a newer version means "upgrade", corruption is neither.
 *  @since 1.0 */
typedef enum vtc_status {
    VTC_OK = 0,               /**< done */
    VTC_END = 1,              /**< nothing further to give; no error */
    VTC_ERR_NO_MEMORY = -1,   /**< the allocator returned NULL */
    VTC_ERR_IO = -2,          /**< a system call failed; see `sys_errno` */
    VTC_ERR_ARGUMENT = -3,    /**< a parameter breaks the call's contract */
    VTC_ERR_NOT_VTC = -4,     /**< the input is no vtc file */
    VTC_ERR_UNSUPPORTED = -5, /**< a valid file that needs a newer libvtc */
    VTC_ERR_CORRUPT = -6,     /**< a rule of the format is broken, or a checksum differs */
    VTC_ERR_TRUNCATED = -7,   /**< the file ends before the structure at `offset` does */
    VTC_ERR_LIMIT = -8,       /**< a limit (memory, size, depth) would be exceeded */
    VTC_ERR_NOT_TRACE = -9,   /**< well-formed JSON, but no trace in it */
    VTC_ERR_NOT_JSON = -10,   /**< the input is not JSON */
    VTC_ERR_CANCELLED = -11,  /**< a callback asked to stop */
    VTC_ERR_INTERNAL = -12    /**< a bug in libvtc, caught by a check */
} vtc_status;

/** `vtc_error.offset` when the error is about no place in a file. */
#define VTC_NO_OFFSET UINT64_MAX

/** Details of a failure. Plain data, owned by the caller; a call that succeeds leaves it alone.
 *  @since 1.0 */
struct vtc_error {
    vtc_status code;   /**< the status that the call returned */
    int sys_errno;     /**< errno of the system call that failed, or 0 */
    uint64_t offset;   /**< byte offset in the file or document, or VTC_NO_OFFSET */
    uint64_t line;     /**< 1-based line in a text input, or 0 */
    uint64_t column;   /**< 1-based column, in bytes, in a text input, or 0 */
    char rule[16];     /**< id of the rule of format/SPEC.md that is broken, or "" */
    char message[256]; /**< one sentence, "expected X, found Y", NUL-terminated */
};

/** Gives the name of a status as in this header, for example "VTC_ERR_CORRUPT".
 *  @param status any value
 *  @return a static string, never NULL
 *  @thread any
 *  @since 1.0 */
VTC_API const char *vtc_status_name(vtc_status status);

#ifdef __cplusplus
}
#endif
#endif
