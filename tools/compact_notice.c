#include "compact_notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

void compact_notice(void *context, const char *path, const struct vtc_error *what)
{
    struct compact_told *told = context;
    told->last = what->code;
    if (what->code != VTC_OK)
        (void)message_failure(path, what->code, what);
    else if (told->options->verbosity >= 0)
        message_print(path, "%s", what->message);
}

void compact_warn_of_losses(const char *name, const uint64_t lost[VTC_LIVE_CAUSES],
                            uint64_t lost_pages, uint64_t lost_records)
{
    char causes[512] = "";
    uint64_t all = 0;
    for (unsigned i = 0; i < VTC_LIVE_CAUSES; i++) {
        size_t len = strlen(causes);
        if (lost[i])
            snprintf(causes + len, sizeof causes - len, "%s%s: %" PRIu64, all ? ", " : "",
                     vtc_live_cause(i), lost[i]);
        all += lost[i];
    }
    if (all)
        message_print(name, "warning: %" PRIu64 " events were lost while recording (%s)", all,
                      causes);
    if (lost_pages)
        message_print(name, "warning: %" PRIu64 " pages are missing or damaged", lost_pages);
    if (lost_records)
        message_print(name, "warning: %" PRIu64 " records are damaged", lost_records);
}
