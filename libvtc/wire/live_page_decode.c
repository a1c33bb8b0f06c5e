#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "wire/live.h"

static const uint32_t EVENTS_MARK = 0x00015056,
                      LOG_MARK = 0x00025056; /* 56 50 01 00, 56 50 02 00 */

/* SPEC: LIV-4: how many pages an empty one stands for. */
static uint32_t empty_pages(const uint8_t *bytes, uint64_t pages_left, uint64_t family)
{
    uint8_t begun[VTCI_LIVE_PAGE_HEADER_BYTES];
    uint32_t pages = vtci_load_u32(bytes + 4);
    if (pages < 2 || pages > VTCI_LIVE_GROUP_PAGES_MAX || pages > pages_left)
        return 1;
    memcpy(begun, bytes, sizeof begun);
    vtci_store_u32(begun, LOG_MARK);
    return vtci_load_u64(begun + 24) == vtci_checksum_seeded(begun, 24, family) ? pages : 1;
}

/* SPEC: LIV-4, LIV-5. */
vtc_status vtci_live_page_decode(const uint8_t *bytes, uint64_t pages_left, uint64_t family,
                                 uint64_t offset, struct vtci_live_page *out_page,
                                 struct vtc_error *err)
{
    uint32_t mark = vtci_load_u32(bytes);
    if (mark == 0) {
        out_page->pages = empty_pages(bytes, pages_left, family);
        return VTC_END;
    }
    if (mark != EVENTS_MARK && mark != LOG_MARK)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIV-5",
                              "expected the mark of a page, found %08x", mark);
    uint64_t expected = vtci_load_u64(bytes + 24);
    uint64_t found = vtci_checksum_seeded(bytes, 24, family);
    if (expected != found)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIV-5",
                              "expected checksum %016llx of a page's header, found %016llx",
                              (unsigned long long)expected, (unsigned long long)found);
    struct vtci_live_page page = {
        .kind = mark == LOG_MARK ? VTCI_LIVE_LOG : VTCI_LIVE_EVENTS,
        .pages = vtci_load_u32(bytes + 4),
        .writer = vtci_load_u32(bytes + 8),
        .sequence = vtci_load_u32(bytes + 12),
        .base_ticks = vtci_load_u64(bytes + 16),
    };
    uint32_t pages_max = page.kind == VTCI_LIVE_LOG ? VTCI_LIVE_GROUP_PAGES_MAX : 1;
    if (page.pages == 0 || page.pages > pages_max || page.pages > pages_left)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIV-5",
                              "expected 1 to %u pages, and %llu are left; found %u", pages_max,
                              (unsigned long long)pages_left, page.pages);
    if (page.kind == VTCI_LIVE_EVENTS && (page.writer == 0 || page.writer > VTCI_LIVE_ID_MAX))
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "LIV-5",
                              "expected a writer from 1 to %u, found %u", VTCI_LIVE_ID_MAX,
                              page.writer);
    *out_page = page;
    return VTC_OK;
}
