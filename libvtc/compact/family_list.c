/* See family.h. */
#include "compact/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "io/file.h"
#include "read/live_process.h"
#include "wire/file_header.h"
#include "wire/live_decode.h"

static const char ending[] = ".vtc";

static bool ends_in(const char *name, size_t name_bytes)
{
    size_t ending_bytes = sizeof ending - 1;
    return name_bytes >= ending_bytes &&
           memcmp(name + name_bytes - ending_bytes, ending, ending_bytes) == 0;
}

static size_t digits(const char *at, size_t len_bytes)
{
    size_t count = 0;
    while (count < len_bytes && at[count] >= '0' && at[count] <= '9')
        count++;
    return count;
}

/* Whether this is a chain of `.pPID`, `.SEGMENT`, each perhaps with `-COPY`: SPEC annex B.9. */
static bool is_chain(const char *at, size_t len_bytes)
{
    const char *end = at + len_bytes;
    while (at < end) {
        if (*at++ != '.')
            return false;
        at += at < end && *at == 'p';
        for (size_t number = 0; number < 2; number++) {
            size_t count = digits(at, (size_t)(end - at));
            if (count == 0)
                return false;
            at += count;
            if (at == end || *at != '-')
                break;
            at += number == 0;
        }
    }
    return true;
}

/* Whether `entry` is `name` or one of its family. */
static bool is_of_family(const char *entry, const char *name)
{
    size_t entry_bytes = strlen(entry);
    size_t name_bytes = strlen(name);
    if (strcmp(entry, name) == 0)
        return true;
    size_t stem_bytes = ends_in(name, name_bytes) ? name_bytes - (sizeof ending - 1) : name_bytes;
    if (entry_bytes < stem_bytes + sizeof ending || !ends_in(entry, entry_bytes) ||
        memcmp(entry, name, stem_bytes) != 0 || entry[stem_bytes] != '.')
        return false;
    return is_chain(entry + stem_bytes, entry_bytes - stem_bytes - (sizeof ending - 1));
}

static enum vtci_family_kind look(int fd)
{
    uint8_t page[VTCI_LIVE_PAGE_BYTES];
    struct vtci_file_header header;
    struct vtci_live_session session;
    struct vtci_live_counters counters;
    ssize_t got_bytes = pread(fd, page, sizeof page, 0);
    if (got_bytes <= 0 || vtci_file_header_decode(page, (size_t)got_bytes, &header, NULL) != VTC_OK)
        return VTCI_FAMILY_OTHER;
    if (!(header.incompatible & VTCI_FEATURE_LIVE))
        return VTCI_FAMILY_BLOCKS;
    if (got_bytes < (ssize_t)sizeof page ||
        vtci_live_session_decode(page, sizeof page, &session, NULL) != VTC_OK ||
        vtci_live_counters_decode(page, &counters, NULL) != VTC_OK)
        return VTCI_FAMILY_OTHER;
    return vtci_live_is_recording(&session, &counters, vtci_fd_is_locked(fd))
               ? VTCI_FAMILY_RECORDING
               : VTCI_FAMILY_CLOSED;
}

static vtc_status add(struct vtci_family *family, int directory_fd, const char *directory,
                      size_t directory_bytes, const char *entry)
{
    struct stat about;
    int fd = openat(directory_fd, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return VTC_OK;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return VTC_OK;
    }
    struct vtci_family_file file = {
        .kind = look(fd),
        .file_bytes = (uint64_t)about.st_size,
        .changed_ns = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec,
        .path_bytes = directory_bytes + strlen(entry) + 1,
    };
    close(fd);
    VTC_TRY(VTCI_ARRAY_RESERVE(family->memory, family->files, family->capacity, family->count + 1));
    file.path = vtci_allocate(family->memory, file.path_bytes);
    if (!file.path)
        return VTC_ERR_NO_MEMORY;
    memcpy(file.path, directory, directory_bytes);
    memcpy(file.path + directory_bytes, entry, file.path_bytes - directory_bytes);
    family->files[family->count++] = file;
    return VTC_OK;
}

static int by_age(const void *a, const void *b)
{
    const struct vtci_family_file *left = a, *right = b;
    if (left->changed_ns != right->changed_ns)
        return left->changed_ns < right->changed_ns ? -1 : 1;
    return strcmp(left->path, right->path);
}

vtc_status vtci_family_list(struct vtci_memory *memory, const char *path,
                            struct vtci_family *out_family, struct vtc_error *err)
{
    struct vtci_family family = {.memory = memory};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t directory_bytes = (size_t)(name - path);
    char *directory = vtci_allocate_zeroed(memory, directory_bytes + 2);
    if (!directory)
        return vtci_error_memory(err, directory_bytes + 2);
    memcpy(directory, slash ? path : ".", slash ? directory_bytes : 1);
    DIR *stream = opendir(directory);
    vtc_status status = VTC_OK;
    if (!stream)
        status = vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot read the directory");
    for (const struct dirent *entry; status == VTC_OK && (entry = readdir(stream)) != NULL;)
        if (is_of_family(entry->d_name, name) &&
            add(&family, dirfd(stream), path, directory_bytes, entry->d_name) != VTC_OK)
            status = vtci_error_memory(err, sizeof *family.files);
    if (stream)
        closedir(stream);
    vtci_release(memory, directory, directory_bytes + 2);
    if (status != VTC_OK) {
        vtci_family_free(&family);
        return status;
    }
    if (family.count)
        qsort(family.files, family.count, sizeof *family.files, by_age);
    *out_family = family;
    return VTC_OK;
}

void vtci_family_free(struct vtci_family *family)
{
    for (size_t i = 0; i < family->count; i++)
        vtci_release(family->memory, family->files[i].path, family->files[i].path_bytes);
    VTCI_ARRAY_FREE(family->memory, family->files, family->capacity);
}
