/* Arbitrary bytes as a live file: the scan and the text. The checksums of page 0 and of each page are
 * made right first, so that a mutation reaches what lies behind them; the input's first byte says
 * whether. */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "vtc/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(uint8_t *file, size_t len_bytes)
{
    enum { PAGE = 4096 };
    if (len_bytes < PAGE)
        return;
    vtci_store_u64(file + 24, vtci_checksum(file, 24));
    vtci_store_u64(file + 128, vtci_checksum(file + 32, 96));
    uint64_t family = vtci_load_u64(file + 32);
    for (size_t at = PAGE; at + PAGE <= len_bytes; at += PAGE) {
        vtci_store_u64(file + at + 24, vtci_checksum_seeded(file + at, 24, family));
        if (file[at + 2] != 2)
            continue;
        for (size_t pos = at + 32; pos + 16 <= at + PAGE; pos += 8) {
            uint32_t body_bytes = vtci_load_u32(file + pos + 4);
            if (file[pos] == 0x4C && file[pos + 1] == 0x56 && body_bytes <= at + PAGE - pos - 16)
                vtci_store_u64(file + pos + 8,
                               vtci_checksum_seeded(file + pos + 16, body_bytes, file[pos + 2]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[1 << 16];
    vtc_live *live = NULL;
    struct vtc_live_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = 64u << 20};
    if (size == 0)
        return 0;
    uint8_t *file = malloc(size);
    if (!file)
        return 0;
    memcpy(file, data + 1, size - 1);
    if (data[0] & 1)
        repair(file, size - 1);
    if (vtc_live_open_memory(file, size - 1, &opts, &live, NULL) == VTC_OK) {
        size_t given = 0;
        while (vtc_live_read(live, buffer, sizeof buffer, &given, NULL) == VTC_OK && given)
            ;
        struct vtc_live_facts facts;
        struct vtc_error damage;
        vtc_live_info(live, &facts);
        for (uint64_t i = 0; i < facts.damage_listed; i++)
            if (vtc_live_damage(live, i, &damage) != VTC_OK || damage.rule[0] == '\0')
                abort();
    }
    vtc_live_close(live);
    free(file);
    return 0;
}
