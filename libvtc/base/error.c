#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *vtc_status_name(vtc_status status)
{
    switch (status) {
    case VTC_OK: return "VTC_OK";
    case VTC_END: return "VTC_END";
    case VTC_ERR_NO_MEMORY: return "VTC_ERR_NO_MEMORY";
    case VTC_ERR_IO: return "VTC_ERR_IO";
    case VTC_ERR_ARGUMENT: return "VTC_ERR_ARGUMENT";
    case VTC_ERR_NOT_VTC: return "VTC_ERR_NOT_VTC";
    case VTC_ERR_UNSUPPORTED: return "VTC_ERR_UNSUPPORTED";
    case VTC_ERR_CORRUPT: return "VTC_ERR_CORRUPT";
    case VTC_ERR_TRUNCATED: return "VTC_ERR_TRUNCATED";
    case VTC_ERR_LIMIT: return "VTC_ERR_LIMIT";
    case VTC_ERR_NOT_TRACE: return "VTC_ERR_NOT_TRACE";
    case VTC_ERR_NOT_JSON: return "VTC_ERR_NOT_JSON";
    case VTC_ERR_CANCELLED: return "VTC_ERR_CANCELLED";
    case VTC_ERR_INTERNAL: return "VTC_ERR_INTERNAL";
    }
    return "VTC_ERR_UNKNOWN";
}

vtc_status vtci_error_set(struct vtc_error *err, vtc_status code, uint64_t offset, const char *rule,
                          const char *format, ...)
{
    if (!err)
        return code;
    memset(err, 0, sizeof *err);
    err->code = code;
    err->offset = offset;
    if (rule)
        snprintf(err->rule, sizeof err->rule, "%s", rule);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return code;
}

vtc_status vtci_error_errno(struct vtc_error *err, int sys_errno, uint64_t offset, const char *what)
{
    if (err) {
        vtci_error_set(err, VTC_ERR_IO, offset, NULL, "%s: %s", what, strerror(sys_errno));
        err->sys_errno = sys_errno;
    }
    return VTC_ERR_IO;
}

vtc_status vtci_error_memory(struct vtc_error *err, uint64_t bytes)
{
    /* 0: how many was not kept. What was refused is the last straw, and may be small. */
    if (bytes == 0)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL, "not enough memory");
    return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                          "not enough memory: %llu bytes more were needed",
                          (unsigned long long)bytes);
}
