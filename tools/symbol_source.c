/* By elfutils' libdwfl, which finds separate debug files by build id and by debug link, and reads
 * what distributions leave in stripped files (.gnu_debugdata). A file counts only if it has the build
 * id that was recorded: the program may have been built again since.
 */
#include "symbol_source.h"

#ifdef VTC_HAVE_LIBDW

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demangle.h"

enum { PATH_BYTES = 4096 };

struct symbol_source {
    const struct vtc_module *module;
    const char *debug_directory;
    char *debug_path; /* for libdwfl: directories, separated by ':' */
    Dwfl_Callbacks callbacks;
    Dwfl *dwfl;
    Dwfl_Module *found;
    enum symbol_source_state state;
};

bool symbol_source_available(void)
{
    return true;
}

/* True if the file is of the build that was recorded, or if nothing was recorded to tell by. */
static bool is_of_build(int fd, const struct vtc_module *module)
{
    if (!module->build_id)
        return true;
    const void *id = NULL;
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    ssize_t id_bytes = elf ? dwelf_elf_gnu_build_id(elf, &id) : -1;
    bool same = id_bytes > 0 && (size_t)id_bytes == module->build_id_bytes &&
                memcmp(id, module->build_id, module->build_id_bytes) == 0;
    elf_end(elf);
    return same;
}

/* DIRECTORY/.build-id/ab/cdef….debug. -1: none that fits. */
static int open_by_build_id(const char *directory, const struct vtc_module *module)
{
    char path[PATH_BYTES];
    if (!module->build_id || module->build_id_bytes < 2 || module->build_id_bytes > 64)
        return -1;
    int used = snprintf(path, sizeof path, "%s/.build-id/%02x/", directory, module->build_id[0]);
    for (size_t i = 1; i < module->build_id_bytes && used > 0 && used < PATH_BYTES - 16; i++)
        used += snprintf(path + used, sizeof path - (size_t)used, "%02x", module->build_id[i]);
    if (used < 0 || used >= PATH_BYTES - 16)
        return -1;
    memcpy(path + used, ".debug", 7);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !is_of_build(fd, module)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* DIRECTORY/NAME and DIRECTORY/NAME.debug: what people have who keep unstripped files elsewhere. */
static int open_by_name(const char *directory, const struct vtc_module *module)
{
    static const char *const endings[] = {"", ".debug"};
    const char *slash = strrchr(module->path, '/');
    for (int i = 0; i < 2; i++) {
        char path[PATH_BYTES];
        int used = snprintf(path, sizeof path, "%s/%s%s", directory,
                            slash ? slash + 1 : module->path, endings[i]);
        int fd = used < PATH_BYTES ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (fd >= 0 && module->build_id && is_of_build(fd, module))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

/* libdwfl asks for the module's file. */
static int find_elf(Dwfl_Module *found, void **userdata, const char *name, Dwarf_Addr base,
                    char **file_name, Elf **elf)
{
    struct symbol_source *source = *userdata;
    const struct vtc_module *module = source->module;
    (void)found;
    (void)name;
    (void)base;
    (void)elf;
    int fd = -1;
    /* A directory that was named is asked first: it was named for a reason. */
    if (source->debug_directory) {
        fd = open_by_build_id(source->debug_directory, module);
        if (fd < 0)
            fd = open_by_name(source->debug_directory, module);
    }
    if (fd < 0) {
        source->state = SYMBOLS_NO_FILE;
        fd = open(module->path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && !is_of_build(fd, module)) {
            close(fd);
            source->state = SYMBOLS_OTHER_BUILD;
            fd = -1;
        }
    }
    if (fd < 0)
        fd = open_by_build_id("/usr/lib/debug", module);
    if (fd >= 0) {
        source->state = SYMBOLS_FOUND;
        *file_name = strdup(module->path);
    }
    return fd;
}

static char *make_debug_path(const char *directory)
{
    static const char standard[] = ":.debug:/usr/lib/debug";
    size_t bytes = sizeof standard + (directory ? strlen(directory) : 0) + 1;
    char *path = malloc(bytes);
    if (path)
        snprintf(path, bytes, "%s%s%s", standard, directory ? ":" : "", directory ? directory : "");
    return path;
}

static bool report(struct symbol_source *source)
{
    void **userdata;
    source->dwfl = dwfl_begin(&source->callbacks);
    if (!source->dwfl)
        return false;
    dwfl_report_begin(source->dwfl);
    source->found = dwfl_report_module(source->dwfl, source->module->path, source->module->start,
                                       source->module->end);
    if (!source->found)
        return false;
    dwfl_module_info(source->found, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
    *userdata = source;
    dwfl_report_end(source->dwfl, NULL, NULL);
    int symbols = dwfl_module_getsymtab(source->found);
    if (symbols <= 1 && source->state == SYMBOLS_FOUND)
        source->state = SYMBOLS_NO_TABLE;
    return true;
}

struct symbol_source *symbol_source_open(const struct vtc_module *module,
                                         const char *debug_directory,
                                         enum symbol_source_state *out_state)
{
    struct symbol_source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    source->module = module;
    source->debug_directory = debug_directory;
    source->debug_path = make_debug_path(debug_directory);
    source->callbacks.find_elf = find_elf;
    source->callbacks.find_debuginfo = dwfl_standard_find_debuginfo;
    source->callbacks.debuginfo_path = &source->debug_path;
    source->state = SYMBOLS_NO_FILE;
    elf_version(EV_CURRENT);
    if (!source->debug_path || !report(source)) {
        symbol_source_close(source);
        return NULL;
    }
    *out_state = source->state;
    return source;
}

void symbol_source_close(struct symbol_source *source)
{
    if (!source)
        return;
    dwfl_end(source->dwfl);
    free(source->debug_path);
    free(source);
}

char *symbol_source_name(struct symbol_source *source, uint64_t address)
{
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name =
        dwfl_module_addrinfo(source->found, address, &offset, &symbol, NULL, NULL, NULL);
    /* What is traced is where a function begins: anything else is not its name. */
    return name && *name && offset == 0 ? demangle_name(name) : NULL;
}

#else

#include <stddef.h>

bool symbol_source_available(void)
{
    return false;
}

struct symbol_source *symbol_source_open(const struct vtc_module *module,
                                         const char *debug_directory,
                                         enum symbol_source_state *out_state)
{
    (void)module;
    (void)debug_directory;
    (void)out_state;
    return NULL;
}

void symbol_source_close(struct symbol_source *source)
{
    (void)source;
}

char *symbol_source_name(struct symbol_source *source, uint64_t address)
{
    (void)source;
    (void)address;
    return NULL;
}

#endif
