#include "support/live_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"

#define PAGE 4096u

static bool fault(struct live_walk *walk, const char *what, size_t offset)
{
    if (!walk->fault[0])
        snprintf(walk->fault, sizeof walk->fault, "%s at %zu", what, offset);
    return false;
}

static bool load(struct live_walk *walk, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return fault(walk, path, 0);
    fseek(file, 0, SEEK_END);
    walk->len_bytes = (size_t)ftell(file);
    rewind(file);
    walk->bytes = malloc(walk->len_bytes + 1);
    /* It may be cut meanwhile, by a thread that was within a record when its session was closed. */
    walk->len_bytes = walk->bytes ? fread(walk->bytes, 1, walk->len_bytes, file) : 0;
    fclose(file);
    return true;
}

static bool page0(struct live_walk *walk)
{
    const uint8_t *page = walk->bytes;
    if (walk->len_bytes < PAGE)
        return fault(walk, "no page 0", walk->len_bytes);
    if (memcmp(page, "\x89VTC\r\n\x1a\n", 8) != 0 || vtci_load_u32(page + 16) != 1 ||
        vtci_load_u64(page + 24) != vtci_checksum(page, 24))
        return fault(walk, "file header", 0);
    if (vtci_load_u64(page + 128) != vtci_checksum(page + 32, 96))
        return fault(walk, "session checksum", 128);
    walk->family = vtci_load_u64(page + 32);
    walk->pid = vtci_load_u32(page + 48);
    walk->segment = vtci_load_u32(page + 52);
    walk->clock = vtci_load_u32(page + 72);
    walk->state = vtci_load_u32(page + 192);
    for (int i = 0; i < 8; i++)
        walk->lost[i] = vtci_load_u64(page + 200 + 8 * i);
    return true;
}

static void add_event(struct live_walk *walk, const struct live_event *event)
{
    if ((walk->event_count & (walk->event_count + 1)) == 0 || walk->event_count == 0)
        walk->events = realloc(walk->events, 2 * (walk->event_count + 1) * sizeof *walk->events);
    walk->events[walk->event_count++] = *event;
}

static bool event_page(struct live_walk *walk, size_t offset)
{
    const uint8_t *page = walk->bytes + offset;
    struct live_event event = {.writer = vtci_load_u32(page + 8)};
    uint64_t base = vtci_load_u64(page + 16);
    for (size_t at = 32; at + 4 <= PAGE;) {
        uint32_t first = vtci_load_u32(page + at);
        event.kind = first & 15;
        event.ticks = base + (first >> 4);
        event.site = event.payload_bytes = 0;
        event.payload = NULL;
        size_t bytes = event.kind == 1 ? 8 : event.kind == 2 ? 4 : 12;
        if (event.kind == 0) {
            /* Nothing may stand behind the end. */
            for (; at < PAGE; at += 4)
                if (vtci_load_u32(page + at) & 15 && walk->state == 2)
                    return fault(walk, "a record behind the end", offset + at);
            return true;
        }
        if (event.kind > 4 || at + bytes > PAGE)
            return fault(walk, "record", offset + at);
        if (event.kind == 4) {
            base = vtci_load_u64(page + at + 4);
            at += bytes;
            continue;
        }
        if (event.kind != 2)
            event.site = vtci_load_u32(page + at + 4);
        if (event.kind == 3) {
            event.payload = page + at + 12;
            event.payload_bytes = vtci_load_u32(page + at + 8);
            bytes += (event.payload_bytes + 3) & ~(size_t)3;
            if (event.payload_bytes > PAGE || at + bytes > PAGE)
                return fault(walk, "payload", offset + at);
        }
        add_event(walk, &event);
        at += bytes;
    }
    return true;
}

static void log_group(struct live_walk *walk, size_t offset, size_t bytes)
{
    const uint8_t *page = walk->bytes + offset;
    for (size_t at = 32; at + 16 <= bytes;) {
        const uint8_t *record = page + at;
        uint64_t n = vtci_load_u32(record + 4);
        if (record[0] != 'L' || record[1] != 'V' || record[3] != 0 || at + 16 + n > bytes ||
            vtci_checksum_seeded(record + 16, n, record[2]) != vtci_load_u64(record + 8)) {
            at += 8;
            continue;
        }
        if ((walk->definition_count & (walk->definition_count + 1)) == 0)
            walk->definitions = realloc(walk->definitions, 2 * (walk->definition_count + 1) *
                                                               sizeof *walk->definitions);
        walk->definitions[walk->definition_count++] =
            (struct live_definition){record[2],
                                     record[2] <= 3 && n >= 4 ? vtci_load_u32(record + 16) : 0,
                                     record + 16, (uint32_t)n};
        at += 16 + ((n + 7) & ~7ull);
    }
}

struct place {
    uint32_t writer, sequence;
    size_t offset;
};

static int by_writer(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->writer != y->writer)
        return x->writer < y->writer ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static bool pages(struct live_walk *walk)
{
    struct place *places = malloc((walk->len_bytes / PAGE + 1) * sizeof *places);
    size_t count = 0;
    for (size_t offset = PAGE; offset + PAGE <= walk->len_bytes;) {
        const uint8_t *page = walk->bytes + offset;
        uint32_t mark = vtci_load_u32(page), n = vtci_load_u32(page + 4);
        if (mark == 0) {
            uint8_t begun[32];
            memcpy(begun, page, sizeof begun);
            vtci_store_u32(begun, 0x00025056);
            bool is_group =
                n > 1 && n <= 4096 && offset + (size_t)n * PAGE <= walk->len_bytes &&
                vtci_load_u64(begun + 24) == vtci_checksum_seeded(begun, 24, walk->family);
            offset += is_group ? (size_t)n * PAGE : PAGE;
            continue;
        }
        if ((mark != 0x00015056 && mark != 0x00025056) || n == 0 || n > 4096 ||
            (mark == 0x00015056 && n != 1) || offset + (size_t)n * PAGE > walk->len_bytes ||
            vtci_load_u64(page + 24) != vtci_checksum_seeded(page, 24, walk->family)) {
            free(places);
            return fault(walk, "page header", offset);
        }
        if (mark == 0x00025056) {
            log_group(walk, offset, (size_t)n * PAGE);
            walk->log_pages += n;
        } else {
            places[count++] =
                (struct place){vtci_load_u32(page + 8), vtci_load_u32(page + 12), offset};
        }
        offset += (size_t)n * PAGE;
    }
    walk->event_pages = count;
    qsort(places, count, sizeof *places, by_writer);
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        uint32_t expected =
            i && places[i - 1].writer == places[i].writer ? places[i - 1].sequence + 1 : 0;
        good = places[i].sequence == expected ? event_page(walk, places[i].offset)
                                              : fault(walk, "sequence", places[i].offset);
    }
    free(places);
    return good;
}

bool live_walk_open(struct live_walk *walk, const char *path)
{
    memset(walk, 0, sizeof *walk);
    if (!load(walk, path) || !page0(walk) || !pages(walk))
        return false;
    for (size_t i = 0; i < walk->event_count; i++) {
        const struct live_event *event = &walk->events[i], *before = i ? event - 1 : NULL;
        if ((!before || before->writer != event->writer) && !live_walk_find(walk, 3, event->writer))
            return fault(walk, "an unknown writer", event->writer);
        if (event->kind != 2 && (!before || before->site != event->site) &&
            !live_walk_find(walk, 2, event->site))
            return fault(walk, "an unknown site", event->site);
    }
    return true;
}

void live_walk_close(struct live_walk *walk)
{
    free(walk->bytes);
    free(walk->events);
    free(walk->definitions);
    memset(walk, 0, sizeof *walk);
}

const struct live_definition *live_walk_find(const struct live_walk *walk, uint32_t type,
                                             uint32_t id)
{
    static size_t last; /* most look for what the one before looked for */
    if (last < walk->definition_count && walk->definitions[last].type == type &&
        walk->definitions[last].id == id)
        return &walk->definitions[last];
    for (size_t i = 0; i < walk->definition_count; i++)
        if (walk->definitions[i].type == type && walk->definitions[i].id == id)
            return &walk->definitions[last = i];
    return NULL;
}

bool live_walk_site_is(const struct live_walk *walk, uint32_t site, const char *name)
{
    const struct live_definition *found = live_walk_find(walk, 2, site);
    const struct live_definition *string =
        found ? live_walk_find(walk, 1, vtci_load_u32(found->body + 8)) : NULL;
    return string && string->body_bytes == 4 + strlen(name) &&
           memcmp(string->body + 4, name, strlen(name)) == 0;
}

uint64_t live_walk_lost(const struct live_walk *walk)
{
    uint64_t lost = 0;
    for (int i = 0; i < 8; i++)
        lost += walk->lost[i];
    return lost;
}
