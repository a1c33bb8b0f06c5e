/* The members of a row that say where it belongs. The row is an object whose brackets match outside of
 * strings; nothing else is taken for granted. */
#include "compact/row_split.h"

struct walk {
    const uint8_t *pos;
    const uint8_t *end;
};

static void skip_space(struct walk *walk)
{
    while (walk->pos < walk->end &&
           (*walk->pos == ' ' || *walk->pos == '\n' || *walk->pos == '\r' || *walk->pos == '\t'))
        walk->pos++;
}

/* From an opening quote to behind the closing one. */
static void skip_string(struct walk *walk)
{
    for (walk->pos++; walk->pos < walk->end; walk->pos++) {
        if (*walk->pos == '\\')
            walk->pos++;
        else if (*walk->pos == '"')
            break;
    }
    walk->pos = walk->pos < walk->end ? walk->pos + 1 : walk->end;
}

static struct vtci_span_text take_value(struct walk *walk)
{
    const uint8_t *start = walk->pos;
    uint64_t depth = 0;
    while (walk->pos < walk->end) {
        uint8_t c = *walk->pos;
        if (c == '"') {
            skip_string(walk);
            if (depth == 0)
                break;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t'))
            break;
        walk->pos++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && (depth == 0 || --depth == 0))
            break;
    }
    struct vtci_span_text value = {start, (size_t)(walk->pos - start)};
    return value;
}

static bool is_key(struct vtci_span_text key, const char *word)
{
    size_t len_bytes = strlen(word);
    return key.len_bytes == len_bytes + 2 && memcmp(key.data + 1, word, len_bytes) == 0;
}

static struct vtci_span_text *member_of(struct vtci_row_facts *facts, struct vtci_span_text key)
{
    return is_key(key, "pid")    ? &facts->pid
           : is_key(key, "tid")  ? &facts->tid
           : is_key(key, "ph")   ? &facts->phase
           : is_key(key, "name") ? &facts->name
                                 : NULL;
}

void vtci_row_facts_read(const uint8_t *row, size_t len_bytes, struct vtci_row_facts *out_facts)
{
    struct walk walk = {row + 1, row + len_bytes};
    memset(out_facts, 0, sizeof *out_facts);
    while (walk.pos < walk.end) {
        skip_space(&walk);
        if (walk.pos >= walk.end || *walk.pos != '"') {
            walk.pos++; /* a comma, or what is no member */
            continue;
        }
        struct vtci_span_text key = {walk.pos, 0};
        skip_string(&walk);
        key.len_bytes = (size_t)(walk.pos - key.data);
        skip_space(&walk);
        if (walk.pos >= walk.end || *walk.pos != ':')
            continue;
        walk.pos++;
        skip_space(&walk);
        struct vtci_span_text value = take_value(&walk);
        struct vtci_span_text *member = member_of(out_facts, key);
        if (!member || member->data || !value.len_bytes)
            continue;
        *member = value;
        if (out_facts->pid.data && out_facts->tid.data && out_facts->phase.data &&
            out_facts->name.data)
            return;
    }
}
