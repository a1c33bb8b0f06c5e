/* Names of a session's files:
 *
 *     NAME.vtc           what the session was opened with; without `.vtc` as it stands
 *     NAME.0001.vtc      its segments
 *     NAME.p123.vtc      of a child that fork made, by its process id
 *     NAME.p123.0001.vtc the segments of that child
 *     NAME.p123-2.vtc    where that name was taken: process ids come again
 *
 * So no file of one process has the name of another's. Without stdio, which is not for signal handlers.
 */
#include <string.h>

#include "write/session.h"

static char *append_number(char *to, const char *before, uint32_t number, unsigned least_digits)
{
    char digits[10];
    unsigned count = 0;
    while (*before)
        *to++ = *before++;
    for (; number || count < least_digits; number /= 10)
        digits[count++] = (char)('0' + number % 10);
    while (count)
        *to++ = digits[--count];
    return to;
}

void vtci_session_path(struct vtc_session *session, uint32_t segment)
{
    static const char suffix[] = ".vtc";
    size_t len = strlen(session->path), tail = sizeof suffix - 1;
    bool has_suffix = len > tail && strcmp(session->path + len - tail, suffix) == 0;
    size_t stem = has_suffix ? len - tail : len;
    const struct vtci_closed_file *entry = &session->closed_files[segment % VTCI_CLOSED_FILES];
    uint32_t copy = atomic_load_explicit(&entry->copy, memory_order_relaxed);
    char *to = session->path_work;
    memcpy(to, session->path, stem);
    to += stem;
    if (session->facts.pid != session->root_pid)
        to = append_number(to, ".p", session->facts.pid, 1);
    if (segment)
        to = append_number(to, ".", segment, 4);
    if (copy)
        to = append_number(to, "-", copy, 1);
    if (has_suffix || to != session->path_work + len)
        memcpy(to, suffix, sizeof suffix);
    else
        *to = 0;
}
