#include "exit_code.h"

enum exit_code exit_code_of(vtc_status status)
{
    switch (status) {
    case VTC_OK:
    case VTC_END: return CODE_OK;
    case VTC_ERR_ARGUMENT: return CODE_USAGE;
    case VTC_ERR_NOT_VTC:
    case VTC_ERR_NOT_TRACE:
    case VTC_ERR_NOT_JSON: return CODE_INPUT;
    case VTC_ERR_CORRUPT:
    case VTC_ERR_TRUNCATED: return CODE_DAMAGED;
    case VTC_ERR_UNSUPPORTED: return CODE_UNSUPPORTED;
    case VTC_ERR_IO:
    case VTC_ERR_CANCELLED: return CODE_IO;
    case VTC_ERR_LIMIT:
    case VTC_ERR_NO_MEMORY: return CODE_RESOURCES;
    case VTC_ERR_INTERNAL: break;
    }
    return CODE_INTERNAL;
}
