/* The codecs alone: unpacking takes any bytes, and packing comes back. The first byte says which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codec/mix_codec.h"
#include "codec/zstd_wrapper.h"
#include "column/definitions.h"
#include "column/event_time.h"
#include "column/float_factor.h"
#include "import/scan.h"

#define VALUES_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static uint64_t values[VALUES_MAX], back[VALUES_MAX];
static uint32_t context[VALUES_MAX];

static void *workspace(void)
{
    static void *room;
    if (!room)
        room = aligned_alloc(64, (vtci_mix_workspace_bytes(VALUES_MAX) + 63) / 64 * 64);
    return room;
}

static void mix_any(const uint8_t *data, size_t size)
{
    const uint32_t *contexts[VTCI_MIX_CONTEXTS_MAX] = {context, context, context, context};
    if (size < 2)
        return;
    size_t count = (size_t)vtci_load_u16(data) % VALUES_MAX;
    (void)vtci_mix_decode(data + 2, size - 2, contexts, VTCI_MIX_CONTEXTS_MAX, count, workspace(),
                          back);
}

static void mix_back(const uint8_t *data, size_t size)
{
    static uint8_t packed[VALUES_MAX * 16];
    if (size < 10)
        return;
    struct vtci_mix_model model = {.plain = data[0] & 1, .match_order = data[0] & 32};
    model.term_count = data[1] % (VTCI_MIX_TERMS_MAX + 1);
    for (unsigned i = 0; i < model.term_count; i++) {
        model.terms[i].inputs = data[2 + i] & VTCI_MIX_E0;
        model.terms[i].order = (data[2 + i] >> 1) % (VTCI_MIX_ORDER_MAX + 1);
    }
    unsigned width = 1u << (data[8] & 3);
    size_t count = (size - 9) / width;
    count = count > VALUES_MAX ? VALUES_MAX : count;
    for (size_t i = 0; i < count; i++) {
        values[i] = 0;
        memcpy(&values[i], data + 9 + i * width, width);
        context[i] = (uint32_t)(i ? values[i - 1] & 7 : 0);
    }
    const uint32_t *contexts[1] = {context};
    size_t len_bytes =
        vtci_mix_encode(&model, values, contexts, 1, count, workspace(), packed, sizeof packed);
    if (len_bytes == 0)
        return;
    require(!vtci_mix_decode(packed, len_bytes, contexts, 1, count, workspace(), back),
            "mix refuses what it made");
    require(count == 0 || memcmp(values, back, count * sizeof *values) == 0,
            "mix gives other values back");
}

static void zstd_any(const uint8_t *data, size_t size)
{
    static uint8_t out[1 << 16];
    struct vtci_memory memory;
    struct vtci_zstd *zstd;
    if (size < 2)
        return;
    vtci_memory_init(&memory, NULL, (size_t)64 << 20);
    if (vtci_zstd_create(&memory, &zstd) != VTC_OK)
        return;
    (void)!vtci_zstd_decompress(zstd, data + 2, size - 2, out, vtci_load_u16(data), NULL);
    vtci_zstd_free(zstd);
}

static void definitions_any(const uint8_t *data, size_t size)
{
    struct vtci_memory memory;
    struct vtci_schema schema;
    vtci_memory_init(&memory, NULL, (size_t)64 << 20);
    if (vtci_schema_init(&schema, &memory) != VTC_OK)
        return;
    (void)!vtci_definitions_decode(&schema, data, size, 0, NULL);
    vtci_schema_free(&schema);
}

/* A decimal that is taken must come back from mantissa and scale; a time must be read without fault. */
static void number_any(const uint8_t *data, size_t size)
{
    uint8_t text[64 + VTCI_SCAN_PADDING] = {0};
    int64_t mantissa, ns;
    uint8_t scale;
    memcpy(text, data, size < 64 ? size : 64);
    const uint8_t *end = vtci_scan_decimal(text, &mantissa, &scale);
    if (end) {
        char digits[32], written[48];
        uint64_t value = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
        int len = snprintf(digits, sizeof digits, "%0*llu", scale + 1, (unsigned long long)value);
        int whole = len - scale;
        snprintf(written, sizeof written, "%s%.*s%s%s", mantissa < 0 ? "-" : "", whole, digits,
                 scale ? "." : "", digits + whole);
        require((size_t)(end - text) == strlen(written) &&
                    memcmp(text, written, strlen(written)) == 0,
                "a decimal is not what was written");
        (void)vtci_time_ns(mantissa, scale);
    }
    (void)vtci_time_ns_from_text(data, size, &ns);
}

/* The shortest decimal of a double reads back as it, and none is shorter. */
static void float_any(const uint8_t *data, size_t size)
{
    double value;
    int64_t mantissa;
    uint8_t scale;
    if (size < sizeof value)
        return;
    memcpy(&value, data, sizeof value);
    if (!vtci_float_shortest(value, &mantissa, &scale))
        return;
    char text[48], longer[64];
    snprintf(text, sizeof text, "%llde-%u", (long long)mantissa, scale);
    require(strtod(text, NULL) == value, "a decimal reads back as another double");
    snprintf(longer, sizeof longer, "%.*f", scale > 1 ? scale - 1 : 0, value);
    require(scale == 1 || strtod(longer, NULL) != value, "a shorter decimal would have done");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const uint8_t *, size_t) = {mix_any,    mix_back,
                                                               zstd_any,   definitions_any,
                                                               number_any, float_any};
    if (size)
        targets[data[0] % 6](data + 1, size - 1);
    return 0;
}
