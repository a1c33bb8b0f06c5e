/* A file that nobody else sees, for what does not fit into memory. */
#ifndef VTCI_BASE_UNNAMED_FILE_H
#define VTCI_BASE_UNNAMED_FILE_H

/* Makes one in the directory that TMPDIR names, in /var/tmp or in /tmp, the first that takes it; it goes
 * with its descriptor, which is the caller's. Returns -1 and sets errno on failure. */
int vtci_unnamed_file_open(void);

#endif
