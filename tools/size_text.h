/* Sizes and times as people write and read them. */
#ifndef VTC_TOOLS_SIZE_TEXT_H
#define VTC_TOOLS_SIZE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIZE_TEXT_BYTES = 40 };

/* "4096", "256M", "1G", "64KiB", "64KB": powers of 1024. */
bool size_text_parse(const char *text, uint64_t *out_bytes);

/* "500ms", "90s", "30m", "12h", "7d", "2w". */
bool duration_text_parse(const char *text, uint64_t *out_ns);

/* "12 B", "1.21 KiB", "12.3 MiB": three digits. */
const char *size_text_format(uint64_t bytes, char out[SIZE_TEXT_BYTES]);

/* "417 ns", "1.262 ms", "3.534 s". */
const char *duration_text_format(uint64_t duration_ns, char out[SIZE_TEXT_BYTES]);

/* "-12.345678901 s" with `decimals` of them (0 to 9), cut off, not rounded. */
const char *seconds_text_format(int64_t time_ns, int decimals, char out[SIZE_TEXT_BYTES]);

/* "1,234,567" */
const char *count_text_format(uint64_t count, char out[SIZE_TEXT_BYTES]);

#endif
