#include "read/live_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"

/* The first bytes of a small file of /proc as a string; "" where there is none. */
static size_t read_small(const char *path, char *out, size_t capacity_bytes)
{
    ssize_t bytes = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        do
            bytes = read(fd, out, capacity_bytes - 1);
        while (bytes < 0 && errno == EINTR);
        close(fd);
    }
    out[bytes > 0 ? bytes : 0] = '\0';
    return bytes > 0 ? (size_t)bytes : 0;
}

/* The text is what the kernel gives without its line break. */
static uint64_t boot_hash(void)
{
    char text[128];
    size_t bytes = read_small("/proc/sys/kernel/random/boot_id", text, sizeof text);
    while (bytes && text[bytes - 1] == '\n')
        bytes--;
    return bytes ? vtci_checksum(text, bytes) : 0;
}

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so fields are counted behind
 * its last bracket. A zombie does not run. 0: unknown. */
static uint64_t process_start(uint32_t pid, bool *out_is_zombie)
{
    char path[64], text[1024];
    *out_is_zombie = false;
    snprintf(path, sizeof path, "/proc/%lu/stat", (unsigned long)pid);
    read_small(path, text, sizeof text);
    const char *at = strrchr(text, ')');
    if (!at)
        return 0;
    *out_is_zombie = at[1] == ' ' && (at[2] == 'Z' || at[2] == 'X');
    for (unsigned field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

static bool process_runs(const struct vtci_live_session *session)
{
    if (session->pid == 0 || session->pid > INT32_MAX)
        return false;
    uint64_t boot = session->boot ? boot_hash() : 0;
    if (boot && boot != session->boot)
        return false;
    if (kill((pid_t)session->pid, 0) != 0 && errno != EPERM)
        return false;
    bool is_zombie;
    uint64_t start = process_start(session->pid, &is_zombie);
    if (is_zombie)
        return false;
    return !session->process_start || !start || start == session->process_start;
}

bool vtci_live_is_recording(const struct vtci_live_session *session,
                            const struct vtci_live_counters *counters, bool is_locked)
{
    return counters->state != VTCI_LIVE_CLOSED && (is_locked || process_runs(session));
}
