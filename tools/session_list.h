/* The recordings that a trace consists of, and what they lost: of a live file what it says itself, of
 * one that was made from live files its rows `vtc_session`.
 */
#ifndef VTC_TOOLS_SESSION_LIST_H
#define VTC_TOOLS_SESSION_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "trace_file.h"

struct session {
    char family[33]; /* hexadecimal */
    char state[16];  /* "recording", "stopped", "closed", "crashed" */
    uint64_t pid;
    uint64_t segment;
    int64_t start_realtime_ns;
    uint64_t lost[VTC_LIVE_CAUSES];
    uint64_t lost_pages;
    uint64_t lost_records;
};

struct session_list {
    struct session *items;
    size_t count;
};

/* A trace that no session recorded has none. */
vtc_status session_list_load(struct session_list *list, const struct trace_file *file,
                             struct vtc_error *err);
void session_list_free(struct session_list *list);

/* "lost_no_page" and so on, as in the row vtc_session. */
const char *session_cause_key(unsigned cause);
uint64_t session_lost_events(const struct session *session);

/* One line on stderr where events were lost or pages are missing. */
void session_list_warn(const struct session_list *list, const char *name);
/* Loads, warns and frees; for commands that have no other use for it. */
void session_warn_of_losses(const struct trace_file *file);

#endif
