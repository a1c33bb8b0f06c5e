#include "base/found_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static bool is_text(const uint8_t *bytes, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++)
        if (bytes[i] < 0x20 || bytes[i] > 0x7e || bytes[i] == '`')
            return false;
    return true;
}

const char *vtci_found_text(struct vtci_found_text *out, const void *bytes, size_t len_bytes)
{
    const uint8_t *at = bytes;
    size_t shown = len_bytes < VTCI_FOUND_SHOWN ? len_bytes : VTCI_FOUND_SHOWN;
    const char *more = shown < len_bytes ? " ..." : "";
    if (shown == 0) {
        snprintf(out->text, sizeof out->text, "the end");
    } else if (is_text(at, shown)) {
        snprintf(out->text, sizeof out->text, "`%.*s`%s", (int)shown, (const char *)bytes, more);
    } else {
        int used = 0;
        for (size_t i = 0; i < shown; i++)
            used += snprintf(out->text + used, sizeof out->text - (size_t)used,
                             i ? " %02x" : "%02x", at[i]);
        snprintf(out->text + used, sizeof out->text - (size_t)used, "%s", more);
    }
    return out->text;
}
