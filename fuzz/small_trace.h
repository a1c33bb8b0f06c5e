/* A small trace that has something for every verb and every table, for the targets that ask. */
#ifndef VTC_FUZZ_SMALL_TRACE_H
#define VTC_FUZZ_SMALL_TRACE_H

#include <stdlib.h>

#include "memory_io.h"
#include "vtc/query.h"

static const char SMALL_TRACE[] =
    "[{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"ts\":0,\"name\":\"thread_name\",\"args\":{\"name\":"
    "\"main\"}},\n"
    "{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":11,\"dur\":10,\"name\":\"read\",\"cat\":\"io\","
    "\"args\":{\"size\":1.5}},\n"
    "{\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":10,\"dur\":20,\"name\":\"parse\",\"args\":{\"size\":"
    "1e3}},\n"
    "{\"ph\":\"B\",\"pid\":1,\"tid\":\"w\",\"ts\":12,\"name\":\"wait\",\"args\":{\"lock\":"
    "\"a\\u0000\\n\"}},\n"
    "{\"ph\":\"E\",\"pid\":1,\"tid\":\"w\",\"ts\":13},\n"
    "{\"ph\":\"X\",\"pid\":1,\"tid\":3,\"ts\":5,\"dur\":9,\"name\":\"\\u001b[31m\"},\n"
    "{\"ph\":\"X\",\"pid\":1,\"tid\":3,\"ts\":7,\"dur\":9,\"name\":\"over\"},\n"
    "{\"ph\":\"X\",\"pid\":1,\"tid\":3,\"ts\":1,\"dur\":-9,\"name\":\"\"},\n"
    "{\"ph\":\"C\",\"pid\":1,\"tid\":1,\"ts\":11,\"name\":\"mem\",\"args\":{\"used\":5}},\n"
    "{\"ph\":\"b\",\"pid\":1,\"tid\":1,\"ts\":12,\"name\":\"load\",\"cat\":\"net\",\"id\":\"0x1\"},"
    "\n"
    "{\"ph\":\"n\",\"pid\":1,\"tid\":1,\"ts\":12,\"name\":\"got\",\"cat\":\"net\",\"id\":\"0x1\"},"
    "\n"
    "{\"ph\":\"e\",\"pid\":1,\"tid\":2,\"ts\":13,\"name\":\"load\",\"cat\":\"net\",\"id\":\"0x1\"},"
    "\n"
    "{\"ph\":\"s\",\"pid\":1,\"tid\":1,\"ts\":13,\"name\":\"go\",\"id2\":{\"local\":7}},\n"
    "{\"ph\":\"f\",\"pid\":1,\"tid\":2,\"ts\":14,\"name\":\"go\",\"id2\":{\"local\":7}}]";

static vtc_reader *small_trace_reader(void)
{
    static struct memory_out file;
    static vtc_reader *reader;
    struct memory_in in = {(const uint8_t *)SMALL_TRACE, sizeof SMALL_TRACE - 1, 0};
    if (reader)
        return reader;
    if (vtc_compress(memory_read, &in, memory_write, &file, NULL, NULL, NULL) != VTC_OK ||
        vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, NULL) != VTC_OK)
        abort();
    return reader;
}

/* A text with an end, which the caller frees; NULL: no memory. */
static char *question_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return NULL;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* Texts are there. */
static void check_row(const struct vtc_query_value *values, size_t column_count)
{
    volatile char sink = 0;
    for (size_t i = 0; i < column_count; i++) {
        if (values[i].type != VTC_VALUE_TEXT)
            continue;
        if (!values[i].text.data)
            abort();
        for (size_t j = 0; j < values[i].text.len_bytes; j++)
            sink = (char)(sink ^ values[i].text.data[j]);
    }
}

#endif
