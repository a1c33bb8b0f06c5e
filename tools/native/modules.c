/* The program and the libraries that it has loaded: noted in the file, so that addresses can be given
 * names later, and kept here, so that a new one is noticed.
 *
 * The dynamic linker's lock, which a walk over its list takes, stays taken in a child of fork that is
 * made meanwhile. So a fork waits for a walk, and a walk for a fork. It waits last of all, for which
 * its handlers are registered first, and nothing else is taken within a walk.
 */
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "native/tracer.h"

enum { MODULES_MAX = 4096 };

static struct module *modules;
static size_t module_count;
static _Atomic int walk_lock; /* taken with signals blocked, as a handler may walk or fork */
static struct tracer_pause fork_pause; /* of the thread that forks */

struct module *modules_find(uintptr_t address)
{
    /* From the last: where a module was unloaded, its addresses belong to a later one. */
    for (size_t i = module_count; i-- > 0;)
        if (address >= modules[i].start && address < modules[i].end)
            return &modules[i];
    return NULL;
}

/* The module's build id, in its notes as they are mapped. */
static void find_build_id(const struct dl_phdr_info *info, struct module *out_module)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        const uint8_t *at = (const uint8_t *)(info->dlpi_addr + header->p_vaddr); /* NOLINT */
        size_t left = header->p_memsz;
        size_t align = header->p_align == 8 ? 8 : 4;
        while (left >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *note = (const void *)at;
            size_t name = (note->n_namesz + align - 1) & ~(align - 1);
            size_t bytes = sizeof *note + name + ((note->n_descsz + align - 1) & ~(align - 1));
            if (bytes > left)
                break;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
                memcmp(at + sizeof *note, "GNU", 4) == 0) {
                size_t id_bytes = note->n_descsz;
                if (id_bytes > sizeof out_module->id)
                    id_bytes = sizeof out_module->id;
                memcpy(out_module->id, at + sizeof *note + name, id_bytes);
                out_module->id_bytes = id_bytes;
                return;
            }
            at += bytes;
            left -= bytes;
        }
    }
}

/* Where the segments of a module lie, and which part of the file that is. */
static bool find_range(const struct dl_phdr_info *info, struct module *out_module)
{
    bool found = false;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD)
            continue;
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (!found || start < out_module->start) {
            out_module->start = start;
            out_module->offset = header->p_offset;
        }
        if (!found || start + header->p_memsz > out_module->end)
            out_module->end = start + header->p_memsz;
        found = true;
    }
    return found;
}

/* The main program has no name here; /proc has it. */
static void find_path(const struct dl_phdr_info *info, char *out_path, size_t path_bytes)
{
    const char *name = info->dlpi_name;
    if (name && *name) {
        size_t len = strlen(name);
        len = len < path_bytes ? len : path_bytes - 1;
        memcpy(out_path, name, len);
        out_path[len] = '\0';
        return;
    }
    ssize_t len = readlink("/proc/self/exe", out_path, path_bytes - 1);
    out_path[len < 0 ? 0 : len] = '\0';
}

static int add_module(struct dl_phdr_info *info, size_t info_bytes, void *context)
{
    struct module module;
    (void)info_bytes;
    (void)context;
    memset(&module, 0, sizeof module);
    if (!find_range(info, &module) || module_count == MODULES_MAX)
        return 0;
    find_path(info, module.path, sizeof module.path);
    const struct module *known = modules_find(module.start);
    if (known && known->start == module.start && strcmp(known->path, module.path) == 0)
        return 0;
    module.bias = info->dlpi_addr;
    find_build_id(info, &module);
    modules[module_count++] = module;
    return 0;
}

static void before_fork(void)
{
    struct tracer_pause pause;
    tracer_pause(&pause);
    tracer_spin_lock(&walk_lock);
    fork_pause = pause;
}

static void after_fork(void)
{
    struct tracer_pause pause = fork_pause;
    tracer_spin_unlock(&walk_lock);
    tracer_resume(&pause);
}

bool modules_watch_fork(void)
{
    return pthread_atfork(before_fork, after_fork, after_fork) == 0;
}

void modules_forget(void)
{
    module_count = 0;
}

void modules_note(void)
{
    size_t known = module_count;
    if (!modules)
        modules = tracer_map(MODULES_MAX * sizeof *modules);
    if (!modules)
        return;
    tracer_spin_lock(&walk_lock);
    dl_iterate_phdr(add_module, NULL);
    tracer_spin_unlock(&walk_lock);
    /* What cannot be noted stays without names, no more. */
    for (const struct module *module = modules + known; module < modules + module_count; module++)
        (void)!vtc_session_module(tracer.session, module->path, module->start, module->end,
                                  module->offset, module->id_bytes ? module->id : NULL,
                                  module->id_bytes, NULL);
}
