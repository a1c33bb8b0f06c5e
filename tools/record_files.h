/* The files that a recording leaves: NAME.vtc, and NAME.….vtc of later segments, of what the program
 * forked, and of what that executed.
 */
#ifndef VTC_TOOLS_RECORD_FILES_H
#define VTC_TOOLS_RECORD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct record_file {
    char *path;
    dev_t device;
    ino_t inode;
};

struct record_files {
    struct record_file *items;
    size_t count;
};

/* All of the family of `path` that are there. False when memory ran out. */
bool record_files_list(const char *path, struct record_files *out_files);
/* Takes out of `files` what is in `before`. */
void record_files_subtract(struct record_files *files, const struct record_files *before);
void record_files_free(struct record_files *files);

#endif
