#include "record_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* True for STEM.vtc and STEM.….vtc. */
static bool is_of_family(const char *name, const char *stem, size_t stem_bytes)
{
    size_t len = strlen(name);
    return len >= stem_bytes + 4 && memcmp(name, stem, stem_bytes) == 0 &&
           name[stem_bytes] == '.' && strcmp(name + len - 4, ".vtc") == 0;
}

static bool add(struct record_files *files, const char *directory, const char *name)
{
    struct stat status;
    size_t bytes = strlen(directory) + strlen(name) + 2;
    char *path = malloc(bytes);
    struct record_file *items = realloc(files->items, (files->count + 1) * sizeof *items);
    if (items)
        files->items = items;
    if (!path || !items) {
        free(path);
        return false;
    }
    snprintf(path, bytes, "%s%s", directory, name);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        free(path);
        return true;
    }
    items[files->count++] = (struct record_file){path, status.st_dev, status.st_ino};
    return true;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(((const struct record_file *)left)->path,
                  ((const struct record_file *)right)->path);
}

bool record_files_list(const char *path, struct record_files *out_files)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t stem_bytes = strlen(name);
    if (stem_bytes > 4 && strcmp(name + stem_bytes - 4, ".vtc") == 0)
        stem_bytes -= 4;
    char *directory = strndup(path, (size_t)(name - path));
    struct record_files files = {NULL, 0};
    bool fine = directory != NULL;
    DIR *stream = fine ? opendir(*directory ? directory : ".") : NULL;
    for (struct dirent *entry; fine && stream && (entry = readdir(stream));)
        if (is_of_family(entry->d_name, name, stem_bytes) || strcmp(entry->d_name, name) == 0)
            fine = add(&files, directory, entry->d_name);
    if (stream)
        closedir(stream);
    free(directory);
    if (!fine) {
        record_files_free(&files);
        return false;
    }
    if (files.count > 0)
        qsort(files.items, files.count, sizeof *files.items, compare_paths);
    *out_files = files;
    return true;
}

void record_files_subtract(struct record_files *files, const struct record_files *before)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        bool known = false;
        for (size_t j = 0; j < before->count; j++)
            known = known || (files->items[i].device == before->items[j].device &&
                              files->items[i].inode == before->items[j].inode);
        if (known)
            free(files->items[i].path);
        else
            files->items[kept++] = files->items[i];
    }
    files->count = kept;
}

void record_files_free(struct record_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].path);
    free(files->items);
    *files = (struct record_files){NULL, 0};
}
