/* Strings and sites by what they are: the same content has the same id.
 *
 * Both are records of the log whose body is `u32 id`, then the content; the table points at them in
 * the journal. Open addressing, at most three quarters full.
 *
 * What events need to know of a site (phase, types) is looked up by id, without a lock, in a table of
 * two levels that points at the same records.
 */
#ifndef VTCI_WRITE_DEFINED_H
#define VTCI_WRITE_DEFINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/status.h"

struct vtc_session;

struct vtci_definition {
    uint64_t hash;
    uint8_t *record; /* NULL: free */
    uint32_t content_bytes;
    uint8_t type;
    bool pending; /* it could not be written to the file yet */
};

struct vtci_defined {
    struct vtci_definition *slots;
    size_t slot_count;
    size_t used;
    uint32_t strings;
};

#define VTCI_SITE_BLOCK 1024u  /* [choice] */
#define VTCI_SITE_BLOCKS 4096u /* [choice] sites with a description: 2^22 */

/* Gives the id of a content, which is defined if it was not. The session's lock is held. */
VTC_NODISCARD vtc_status vtci_define(struct vtc_session *session, uint8_t type, const void *content,
                                     size_t content_bytes, uint32_t *out_id, struct vtc_error *err);

/* What programs hold as a site: its id, and above that what its events begin with, so that a call that
 * is not for it is refused without looking anything up. A payload that its site does not allow would
 * end the page for whoever reads it (SPEC: LIV-8). */
enum vtci_site_kind {
    VTCI_SITE_PLAIN = 0,
    VTCI_SITE_SPAN = 1,   /* start and duration: phase X */
    VTCI_SITE_WITH_ID = 2 /* an id: see vtci_live_phase_has_id */
};
#define VTCI_SITE_KIND_SHIFT 28 /* ids are up to VTCI_LIVE_ID_MAX */

static inline uint32_t vtci_site_id(uint32_t site)
{
    return site & ((1u << VTCI_SITE_KIND_SHIFT) - 1);
}

/* The body of the SITE record; NULL for an id that has none (or an address's). */
const uint8_t *vtci_site_body(const struct vtc_session *session, uint32_t id);

void vtci_defined_free(struct vtc_session *session);

#endif
