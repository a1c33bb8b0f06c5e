/* A small document with some of everything, for the suites that damage files. */
#ifndef VTC_TESTS_DAMAGE_SAMPLE_H
#define VTC_TESTS_DAMAGE_SAMPLE_H

#include <stdio.h>

#include "support/round_trip.h"

static inline void sample_document(struct bytes *out, unsigned events)
{
    bytes_text(out, "{\"otherData\":{\"a\":[1,{\"b\":\"c\"}]},\"traceEvents\":[\n");
    for (unsigned i = 0; i < events; i++) {
        char text[300];
        if (i % 3 == 0)
            snprintf(
                text, sizeof text,
                "{\"ph\":\"X\",\"pid\":1,\"tid\":%u,\"ts\":%u.%03u,\"dur\":%u.5,\"name\":\"f%u\","
                "\"args\":{\"n\":%u,\"s\":\"0x%x\",\"l\":[%u,\"t\",{}]}},\n",
                i % 2, i * 11, i % 1000, i % 17, i % 7, i, i * 7919u, i % 5);
        else
            snprintf(
                text, sizeof text,
                "{\"ph\":\"%c\",\"pid\":1,\"tid\":%u,\"ts\":%u,\"name\":\"g%u\",\"cat\":\"c\"},\n",
                i % 3 == 1 ? 'B' : 'E', 2 + i / 3 % 2, i * 11, i / 9);
        bytes_text(out, text);
    }
    bytes_text(out,
               "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"p\"}}\n],"
               "\"z\":1e5}\n");
}

static inline void sample_file(struct bytes *text, struct bytes *file, unsigned events, int level)
{
    struct vtc_error err;
    sample_document(text, events);
    if (compress_bytes(text->data, text->len_bytes, 0, level, 1, file, NULL, &err) != VTC_OK)
        fprintf(stderr, "%s\n", err.message);
}

#endif
