/* Live files as the tests of the writer see them: a walker written from SPEC annex B, as plainly as
 * can be, that stops the test at anything that is not as specified.
 */
#ifndef VTC_TESTS_SUPPORT_LIVE_WALK_H
#define VTC_TESTS_SUPPORT_LIVE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live_event {
    uint32_t writer;
    uint32_t kind; /* of the record: 1 EVENT, 2 END, 3 DATA */
    uint32_t site;
    uint64_t ticks;
    const uint8_t *payload;
    uint32_t payload_bytes;
};

struct live_definition {
    uint32_t type;
    uint32_t id; /* or 0 */
    const uint8_t *body;
    uint32_t body_bytes;
};

struct live_walk {
    uint8_t *bytes;
    size_t len_bytes;
    uint64_t family;
    uint32_t pid, segment, state, clock;
    uint64_t lost[8];
    struct live_event *events; /* by writer, in their order */
    size_t event_count;
    struct live_definition *definitions;
    size_t definition_count;
    size_t log_pages, event_pages;
    char fault[200]; /* "" when all is as specified */
};

/* Reads and checks a file; false, with `fault`, when it is not as specified. */
bool live_walk_open(struct live_walk *walk, const char *path);
void live_walk_close(struct live_walk *walk);

/* The definition with this type and id; NULL: none. */
const struct live_definition *live_walk_find(const struct live_walk *walk, uint32_t type,
                                             uint32_t id);
/* Whether `site` has the name. */
bool live_walk_site_is(const struct live_walk *walk, uint32_t site, const char *name);
uint64_t live_walk_lost(const struct live_walk *walk);

#endif
