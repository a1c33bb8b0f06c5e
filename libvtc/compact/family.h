/* The files that a session and its children leave in a directory, by their names. */
#ifndef VTCI_COMPACT_FAMILY_H
#define VTCI_COMPACT_FAMILY_H

#include <sys/stat.h>

#include "compact/work.h"

enum vtci_family_kind {
    VTCI_FAMILY_OTHER,     /* no vtc file, or one that cannot be looked at: left alone */
    VTCI_FAMILY_RECORDING, /* a live file of a process that runs and has not closed it */
    VTCI_FAMILY_CLOSED,    /* a live file that nobody writes to any more */
    VTCI_FAMILY_BLOCKS     /* a file of blocks: compacted, or from another source */
};

struct vtci_family_file {
    char *path;
    size_t path_bytes;
    enum vtci_family_kind kind;
    uint64_t file_bytes;
    int64_t changed_ns; /* since 1970 */
    bool is_gone;
};

struct vtci_family {
    struct vtci_memory *memory;
    struct vtci_family_file *files; /* the one that was changed longest ago first */
    size_t count;
    size_t capacity;
};

/* Finds the regular files NAME.vtc and those of its segments and children (SPEC annex B.9), and looks at
 * the first page of each. VTC_ERR_IO when the directory cannot be read. */
VTC_NODISCARD vtc_status vtci_family_list(struct vtci_memory *memory, const char *path,
                                          struct vtci_family *out_family, struct vtc_error *err);
void vtci_family_free(struct vtci_family *family);

#endif
