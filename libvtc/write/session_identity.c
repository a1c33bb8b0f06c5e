/* Which process this is, so that a reader can tell a file whose writer died from one that is alive:
 * process ids come again, but not with the same start in the same boot. SPEC annex B.2.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/checksum.h"
#include "wire/live_encode.h"
#include "write/session_open.h"

static size_t read_file(const char *path, char *to, size_t size_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, to, size_bytes - 1);
    close(fd);
    to[len > 0 ? len : 0] = 0;
    return len > 0 ? (size_t)len : 0;
}

/* Field 22 of the line; the second, a name in parentheses, may hold anything. */
static uint64_t process_start(void)
{
    char line[512];
    if (!read_file("/proc/self/stat", line, sizeof line))
        return 0;
    const char *at = strrchr(line, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    uint64_t start = 0;
    for (at = at ? at + 1 : ""; *at >= '0' && *at <= '9'; at++)
        start = start * 10 + (uint64_t)(*at - '0');
    return start;
}

static uint64_t boot(void)
{
    char id[64];
    size_t len = read_file("/proc/sys/kernel/random/boot_id", id, sizeof id);
    while (len && id[len - 1] == '\n')
        len--;
    return len ? vtci_checksum(id, len) : 0;
}

void vtci_session_identify(struct vtc_session *session)
{
    struct vtci_live_session *facts = &session->facts;
    facts->pid = (uint32_t)getpid();
    facts->process_start = process_start();
    facts->boot = boot();
    facts->clock = session->clock.kind;
    if (facts->family[0] || facts->family[1])
        return;
    if (getrandom(facts->family, sizeof facts->family, GRND_NONBLOCK) !=
        (ssize_t)sizeof facts->family) {
        facts->family[0] = (uint64_t)vtci_clock_ns(CLOCK_REALTIME);
        facts->family[1] = (uint64_t)facts->pid << 32 ^ facts->process_start;
    }
}

void vtci_session_log_process(struct vtc_session *session)
{
    char name[64];
    size_t len = read_file("/proc/self/comm", name, sizeof name);
    while (len && name[len - 1] == '\n')
        len--;
    uint8_t *record = len ? vtci_journal_take(&session->journal, len) : NULL;
    if (!record)
        return; /* a name is a help, no more */
    memcpy(record + VTCI_LIVE_LOG_HEADER_BYTES, name, len);
    vtci_journal_commit(&session->journal, record, VTCI_LIVE_LOG_PROCESS, len);
}
