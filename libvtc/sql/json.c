#include "sql/json.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_space(const char *pos, const char *end)
{
    while (pos < end && is_space(*pos))
        pos++;
    return pos;
}

/* Behind the quote that ends the string whose first quote is at `pos`; `end` when there is none. Quote by
 * quote: what is escaped has an odd number of backslashes before it. */
static const char *skip_string(const char *pos, const char *end)
{
    const char *begin = pos + 1;
    for (pos = begin; pos < end; pos++) {
        pos = memchr(pos, '"', (size_t)(end - pos));
        if (!pos)
            return end;
        size_t backslashes = 0;
        while (pos - backslashes > begin && pos[-1 - (ptrdiff_t)backslashes] == '\\')
            backslashes++;
        if (backslashes % 2 == 0)
            return pos + 1;
    }
    return end;
}

static const char *skip_container(const char *pos, const char *end)
{
    size_t depth = 0;
    while (pos < end) {
        char c = *pos;
        if (c == '"') {
            pos = skip_string(pos, end);
            continue;
        }
        pos++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return pos;
    }
    return end;
}

static const char *skip_word(const char *pos, const char *end)
{
    while (pos < end && !is_space(*pos) && *pos != ',' && *pos != '}' && *pos != ']' && *pos != ':')
        pos++;
    return pos;
}

static enum vtci_json_kind word_kind(char first)
{
    switch (first) {
    case 't':
    case 'f': return VTCI_JSON_BOOL;
    case 'n': return VTCI_JSON_NULL;
    default: return VTCI_JSON_NUMBER;
    }
}

/* Takes the value at *pos and steps over it; false when there is none. */
static bool take_value(const char **pos, const char *end, struct vtci_json *out)
{
    const char *start = skip_space(*pos, end);
    if (start == end)
        return false;
    const char *behind;
    if (*start == '"') {
        behind = skip_string(start, end);
        bool is_closed = behind > start + 1 && behind[-1] == '"';
        *out = (struct vtci_json){VTCI_JSON_STRING, start + 1,
                                  (size_t)(behind - start) - 1 - is_closed};
    } else if (*start == '{' || *start == '[') {
        behind = skip_container(start, end);
        *out = (struct vtci_json){*start == '{' ? VTCI_JSON_OBJECT : VTCI_JSON_LIST, start,
                                  (size_t)(behind - start)};
    } else {
        behind = skip_word(start, end);
        if (behind == start)
            return false;
        *out = (struct vtci_json){word_kind(*start), start, (size_t)(behind - start)};
    }
    *pos = behind;
    return true;
}

struct vtci_json vtci_json_value(const char *data, size_t len_bytes)
{
    struct vtci_json value = {VTCI_JSON_NONE, NULL, 0};
    const char *pos = data;
    if (data)
        take_value(&pos, data + len_bytes, &value);
    return value;
}

struct vtci_json_walk vtci_json_walk_into(struct vtci_json container)
{
    struct vtci_json_walk walk = {NULL, NULL};
    if (container.kind == VTCI_JSON_OBJECT || container.kind == VTCI_JSON_LIST) {
        walk.pos = container.data + 1;
        walk.end = container.data + container.len_bytes;
    }
    return walk;
}

bool vtci_json_walk_next(struct vtci_json_walk *walk, struct vtci_json *out_key,
                         struct vtci_json *out_value)
{
    const char *pos = walk->pos ? skip_space(walk->pos, walk->end) : NULL;
    if (pos && pos < walk->end && *pos == ',')
        pos++;
    struct vtci_json value;
    if (!pos || !take_value(&pos, walk->end, &value))
        return false;
    const char *next = skip_space(pos, walk->end);
    if (next < walk->end && *next == ':') {
        pos = next + 1;
        if (out_key)
            *out_key = value;
        if (!take_value(&pos, walk->end, &value))
            return false;
    }
    walk->pos = pos;
    *out_value = value;
    return true;
}

struct vtci_json vtci_json_member(struct vtci_json object, const char *key)
{
    struct vtci_json found = {VTCI_JSON_NONE, NULL, 0}, name = found, value;
    struct vtci_json_walk walk = vtci_json_walk_into(object);
    while (vtci_json_walk_next(&walk, &name, &value))
        if (vtci_json_is(name, key))
            found = value;
    return found;
}
