#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/live.h"

/* SPEC: LIV-4. The mark is checksummed as it will stand there. */
uint32_t vtci_live_page_encode(uint8_t *to, const struct vtci_live_page *page, uint64_t family)
{
    uint8_t image[VTCI_LIVE_PAGE_HEADER_BYTES] = {'V', 'P', page->kind, 0};
    vtci_store_u32(image + 4, page->pages);
    vtci_store_u32(image + 8, page->writer);
    vtci_store_u32(image + 12, page->sequence);
    vtci_store_u64(image + 16, page->base_ticks);
    vtci_store_u64(image + 24, vtci_checksum_seeded(image, 24, family));
    memcpy(to + 4, image + 4, sizeof image - 4);
    return vtci_load_u32(image);
}
