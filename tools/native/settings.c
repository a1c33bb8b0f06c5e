#include "native/settings.h"

#include <stdlib.h>
#include <string.h>

#include "size_text.h"

#define FLIGHT_BYTES (UINT64_C(64) << 20)
#define DEFAULT_FILE "trace.%p.vtc"

/* A decimal with up to nine decimals and a unit. strtod would mind the locale of the program. */
bool settings_parse_duration(const char *text, uint64_t *out_ns)
{
    static const struct {
        const char *name;
        uint64_t factor;
    } units[] = {{"", 1}, {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    uint64_t whole = 0, fraction = 0, divisor = 1;
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        whole = whole * 10 + (uint64_t)(*text - '0');
        if (whole > INT64_MAX / 1000000000)
            return false;
    }
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9' && divisor < 1000000000; text++) {
            fraction = fraction * 10 + (uint64_t)(*text - '0');
            divisor *= 10;
        }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text, units[i].name) != 0)
            continue;
        /* Both factors are below 2^30. */
        *out_ns = whole * units[i].factor + fraction * units[i].factor / divisor;
        return true;
    }
    return false;
}

/* NULL for what is empty. */
static const char *variable(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

void settings_read(struct settings *out_settings)
{
    struct settings *settings = out_settings;
    memset(settings, 0, sizeof *settings);
    const char *text = variable("VTC_TRACE");
    settings->off = text && strcmp(text, "0") == 0;

    text = variable("VTC_TRACE_FILE");
    if (!text || strlen(text) >= sizeof settings->file)
        text = DEFAULT_FILE;
    memcpy(settings->file, text, strlen(text) + 1);

    uint64_t number;
    settings->depth = UINT32_MAX;
    if ((text = variable("VTC_TRACE_DEPTH")) && size_text_parse(text, &number) &&
        number < UINT32_MAX)
        settings->depth = (uint32_t)number;
    if ((text = variable("VTC_TRACE_MIN_DURATION")))
        (void)settings_parse_duration(text, &settings->min_duration_ns);
    settings->include = variable("VTC_TRACE_INCLUDE");
    settings->exclude = variable("VTC_TRACE_EXCLUDE");
    if ((text = variable("VTC_TRACE_MAX_SIZE")))
        (void)size_text_parse(text, &settings->max_bytes);
    text = variable("VTC_TRACE_FLIGHT");
    settings->flight = text && strcmp(text, "0") != 0;
    if (settings->flight && settings->max_bytes == 0)
        settings->max_bytes = FLIGHT_BYTES;
}
