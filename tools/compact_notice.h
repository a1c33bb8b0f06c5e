/* What `vtc compact` and `vtc merge` say of single files while they work. */
#ifndef VTC_TOOLS_COMPACT_NOTICE_H
#define VTC_TOOLS_COMPACT_NOTICE_H

#include <stdint.h>

#include "options.h"
#include "vtc/compact.h"

struct compact_told {
    const struct options *options;
    vtc_status last; /* the code of what was told of last */
};

/* A vtc_notice_fn; `context` is a struct compact_told. */
void compact_notice(void *context, const char *path, const struct vtc_error *what);

/* One line on stderr where events were lost or pages are missing. */
void compact_warn_of_losses(const char *name, const uint64_t lost[VTC_LIVE_CAUSES],
                            uint64_t lost_pages, uint64_t lost_records);

#endif
