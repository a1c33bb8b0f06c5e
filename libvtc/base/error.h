/* Filling a struct vtc_error, and passing a status on.
 *
 * Every failing path names what was expected and what was found. `err` may be NULL everywhere.
 */
#ifndef VTCI_BASE_ERROR_H
#define VTCI_BASE_ERROR_H

#include "vtc/status.h"

/* Fills `err` (when not NULL) and returns `code`. `rule` may be NULL. */
vtc_status vtci_error_set(struct vtc_error *err, vtc_status code, uint64_t offset, const char *rule,
                          const char *format, ...) VTC_PRINTF(5, 6);

/* The same for a failed system call: takes errno, names `what` was tried. */
vtc_status vtci_error_errno(struct vtc_error *err, int sys_errno, uint64_t offset,
                            const char *what);

/* Out of memory: one wording. */
vtc_status vtci_error_memory(struct vtc_error *err, uint64_t bytes);

/* Propagates a status that is not VTC_OK. The only macro of its kind. */
#define VTC_TRY(call)                        \
    do {                                     \
        vtc_status vtc_try_status_ = (call); \
        if (vtc_try_status_ != VTC_OK)       \
            return vtc_try_status_;          \
    } while (0)

#endif
