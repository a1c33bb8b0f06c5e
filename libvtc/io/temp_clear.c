/* Removing temporary files whose process was killed.
 *
 * file_create.c keeps a lock on each that it has open; the kernel lets go of it when the process
 * ends. So one that can be locked is nobody's. The lock is held while the name is removed: a process
 * that creates the same file just now fails to lock it, or finds that it has no name, and takes
 * another (`hold` there).
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_posix.h"

static bool is_temporary_of(const char *entry, const char *name, size_t name_bytes)
{
    if (strlen(entry) != 1 + name_bytes + 1 + VTCI_TEMP_DIGITS + 4 || entry[0] != '.' ||
        memcmp(entry + 1, name, name_bytes) != 0 || entry[1 + name_bytes] != '.')
        return false;
    const char *digits = entry + 1 + name_bytes + 1;
    return strspn(digits, "0123456789abcdef") == VTCI_TEMP_DIGITS &&
           strcmp(digits + VTCI_TEMP_DIGITS, ".tmp") == 0;
}

static bool remove_if_free(int directory_fd, const char *entry)
{
    struct stat about;
    int fd = openat(directory_fd, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool removed = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
                   flock(fd, LOCK_EX | LOCK_NB) == 0 && unlinkat(directory_fd, entry, 0) == 0;
    close(fd);
    return removed;
}

unsigned vtci_file_clear_temporaries(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t name_bytes = strnlen(name, VTCI_TEMP_NAME_BYTES_MAX);
    char directory[4096];
    size_t directory_bytes = slash ? (size_t)(slash - path) + 1 : 1;
    if (directory_bytes >= sizeof directory || name_bytes == 0)
        return 0;
    memcpy(directory, slash ? path : ".", directory_bytes);
    directory[directory_bytes] = '\0';
    DIR *stream = opendir(directory);
    if (!stream)
        return 0;
    unsigned removed = 0;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;)
        if (is_temporary_of(entry->d_name, name, name_bytes))
            removed += remove_if_free(dirfd(stream), entry->d_name);
    closedir(stream);
    return removed;
}
