/* The files that this run has written, so that none of several inputs takes the place of another. */
#ifndef VTC_TOOLS_WRITTEN_FILES_H
#define VTC_TOOLS_WRITTEN_FILES_H

#include <stdbool.h>
#include <sys/stat.h>

/* Remembers the file; what cannot be remembered, for want of memory, is not. */
void written_files_note(int fd);
bool written_files_have(const struct stat *status);

#endif
