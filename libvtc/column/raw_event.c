#include "column/raw_event.h"

#include <string.h>

#include "column/event_time.h"

#define PHASE_BYTES_MAX 8 /* SPEC: EVT-1 */

const char *const vtci_event_keys[VTCI_EVENT_FIELDS] = {"ts",   "dur", "pid", "tid",
                                                        "name", "cat", "id"};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_bare(uint8_t c)
{
    return c <= ' ' || c == '"' || c == ',' || c == ':' || c == '[' || c == ']' || c == '{' ||
           c == '}';
}

static const uint8_t *skip_space(const uint8_t *pos, const uint8_t *end)
{
    while (pos < end && is_space(*pos))
        pos++;
    return pos;
}

/* At an opening quote: the byte after the closing one, or NULL when there is none. */
static const uint8_t *take_string(const uint8_t *pos, const uint8_t *end, struct vtci_bytes *out)
{
    const uint8_t *start = ++pos;
    while (pos < end && *pos != '"')
        pos += *pos == '\\' ? 2 : 1;
    if (pos >= end)
        return NULL;
    *out = (struct vtci_bytes){start, (size_t)(pos - start)};
    return pos + 1;
}

/* At an opening bracket: the byte after the one that closes it, or NULL when there is none. */
static const uint8_t *take_node(const uint8_t *pos, const uint8_t *end, struct vtci_bytes *out)
{
    const uint8_t *start = pos;
    struct vtci_bytes string;
    size_t depth = 0;
    while (pos && pos < end) {
        uint8_t c = *pos;
        if (c == '"') {
            pos = take_string(pos, end, &string);
            continue;
        }
        pos++;
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && --depth == 0) {
            *out = (struct vtci_bytes){start, (size_t)(pos - start)};
            return pos;
        }
    }
    return NULL;
}

static const uint8_t *take_bare(const uint8_t *pos, const uint8_t *end, struct vtci_bytes *out)
{
    const uint8_t *start = pos;
    while (pos < end && !ends_bare(*pos))
        pos++;
    *out = (struct vtci_bytes){start, (size_t)(pos - start)};
    return pos > start ? pos : NULL;
}

struct member {
    struct vtci_bytes key;
    struct vtci_raw_value value;
};

/* The member at `pos`; the byte behind it, or NULL where there is none. */
static const uint8_t *next_member(const uint8_t *pos, const uint8_t *end, struct member *out)
{
    while (pos < end && (is_space(*pos) || *pos == ','))
        pos++;
    if (pos >= end || *pos != '"' || !(pos = take_string(pos, end, &out->key)))
        return NULL;
    pos = skip_space(pos, end);
    if (pos >= end || *pos != ':')
        return NULL;
    pos = skip_space(pos + 1, end);
    if (pos >= end)
        return NULL;
    if (*pos == '"') {
        out->value.type = VTCI_STRING;
        return take_string(pos, end, &out->value.text);
    }
    if (*pos == '{' || *pos == '[') {
        out->value.type = VTCI_NODE;
        return take_node(pos, end, &out->value.text);
    }
    out->value.type = VTCI_NUMBER;
    return take_bare(pos, end, &out->value.text);
}

static bool key_is(struct vtci_bytes key, const char *text)
{
    return key.len_bytes == strlen(text) && memcmp(key.data, text, key.len_bytes) == 0;
}

static void take_phase(const struct vtci_raw_value *value, uint8_t *phase)
{
    struct vtci_bytes text = value->text;
    if (value->type != VTCI_STRING || text.len_bytes > PHASE_BYTES_MAX ||
        memchr(text.data, '\\', text.len_bytes))
        return;
    *phase = text.len_bytes ? text.data[0] : 0;
}

void vtci_raw_event_read(struct vtci_bytes text, struct vtci_raw_event *out)
{
    const uint8_t *pos = text.data, *end = text.data + text.len_bytes;
    struct member member;
    memset(out, 0, sizeof *out);
    if (text.len_bytes == 0)
        return;
    pos++;
    while ((pos = next_member(pos, end, &member))) {
        if (key_is(member.key, "ph"))
            take_phase(&member.value, &out->phase);
        for (unsigned field = 0; field < VTCI_EVENT_FIELDS; field++)
            if (key_is(member.key, vtci_event_keys[field]))
                out->fields[field] = member.value;
    }
}

struct vtci_raw_value vtci_raw_member(struct vtci_bytes text, const char *key)
{
    const uint8_t *pos = text.data, *end = text.data + text.len_bytes;
    struct vtci_raw_value value = {{NULL, 0}, 0};
    struct member member;
    if (text.len_bytes == 0)
        return value;
    pos++;
    while ((pos = next_member(pos, end, &member)))
        if (key_is(member.key, key))
            value = member.value;
    return value;
}

bool vtci_raw_time(const struct vtci_raw_value *value, int64_t *out_ns)
{
    return (value->type == VTCI_NUMBER || value->type == VTCI_STRING) &&
           vtci_time_ns_from_text(value->text.data, value->text.len_bytes, out_ns);
}
