/* Filters by name: is a function let through? Asked once for each function.
 *
 * Names are those of the module's own file: of its .symtab, or else its .dynsym. The file is mapped
 * and its functions sorted by address when the first one is asked for. Everything in it is checked
 * against its length: it may have been replaced since it was loaded.
 */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native/tracer.h"

enum { GLOB_BYTES = 1024 };

struct name {
    uintptr_t start; /* as the file says */
    const char *text;
};

struct names {
    size_t count;
    struct name items[];
};

struct image {
    const uint8_t *bytes;
    size_t len_bytes;
};

/* `count` things of `item_bytes` at `offset`, or NULL. */
static const void *image_part(const struct image *image, uint64_t offset, uint64_t count,
                              size_t item_bytes)
{
    if (offset > image->len_bytes || offset % 8 != 0 ||
        count > (image->len_bytes - offset) / item_bytes)
        return NULL;
    return image->bytes + offset;
}

/* By heap: qsort of glibc may allocate. */
static void sift(struct name *items, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && items[child + 1].start > items[child].start)
            child++;
        if (items[root].start >= items[child].start)
            return;
        struct name moved = items[root];
        items[root] = items[child];
        items[child] = moved;
    }
}

static void sort(struct name *items, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift(items, i, count);
    for (size_t i = count; i-- > 1;) {
        struct name moved = items[0];
        items[0] = items[i];
        items[i] = moved;
        sift(items, 0, i);
    }
}

static struct names *collect(const struct image *image, const ElfW(Shdr) * symbols,
                             const ElfW(Shdr) * strings)
{
    size_t count = symbols->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *symbol = image_part(image, symbols->sh_offset, count, sizeof *symbol);
    if (!symbol || strings->sh_offset > image->len_bytes || strings->sh_size == 0 ||
        strings->sh_size > image->len_bytes - strings->sh_offset)
        return NULL;
    const char *text = (const char *)image->bytes + strings->sh_offset;
    if (text[strings->sh_size - 1] != '\0')
        return NULL;
    struct names *names = tracer_map(sizeof *names + count * sizeof names->items[0]);
    if (!names)
        return NULL;
    for (; count > 0; count--, symbol++)
        if ((symbol->st_info & 15) == STT_FUNC && symbol->st_shndx != SHN_UNDEF &&
            symbol->st_name < strings->sh_size)
            names->items[names->count++] = (struct name){symbol->st_value, text + symbol->st_name};
    sort(names->items, names->count);
    return names;
}

static struct names *read_image(const struct image *image)
{
    const ElfW(Ehdr) *header = image_part(image, 0, 1, sizeof *header);
    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    const ElfW(Shdr) *sections =
        image_part(image, header->e_shoff, header->e_shnum, sizeof *sections);
    if (!sections)
        return NULL;
    static const uint32_t kinds[] = {SHT_SYMTAB, SHT_DYNSYM};
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < header->e_shnum; i++)
            if (sections[i].sh_type == kinds[kind] && sections[i].sh_link < header->e_shnum)
                return collect(image, &sections[i], &sections[sections[i].sh_link]);
    return NULL;
}

/* The mapping stays: names point into it. */
static struct names *read_names(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct image image = {NULL, 0};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        image.len_bytes = (size_t)status.st_size;
        void *bytes = mmap(NULL, image.len_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        image.bytes = bytes == MAP_FAILED ? NULL : bytes;
    }
    close(fd);
    return image.bytes ? read_image(&image) : NULL;
}

static const char *find_name(uintptr_t function)
{
    struct module *module = modules_find(function);
    if (!module)
        return NULL;
    if (!module->names_tried) {
        module->names_tried = true;
        module->names = read_names(module->path);
    }
    const struct names *names = module->names;
    size_t low = 0, high = names ? names->count : 0;
    uintptr_t start = function - module->bias;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->items[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return names && low < names->count && names->items[low].start == start ? names->items[low].text
                                                                           : NULL;
}

/* True if one of the globs, separated by ';', fits one of the names (of which one may be NULL). */
static bool fits(const char *globs, const char *name, const char *other)
{
    while (*globs) {
        char glob[GLOB_BYTES];
        size_t len = strcspn(globs, ";");
        if (len > 0 && len < sizeof glob) {
            memcpy(glob, globs, len);
            glob[len] = '\0';
            if (fnmatch(glob, name, 0) == 0 || (other && fnmatch(glob, other, 0) == 0))
                return true;
        }
        globs += len + (globs[len] == ';');
    }
    return false;
}

/* A C++ program brings its library's demangler along. NULL if there is none, or it is no C++ name. */
static char *demangle(const char *name)
{
    typedef char *demangler(const char *mangled, char *buffer, size_t *length, int *status);
    static demangler *found;
    int status;
    if (strncmp(name, "_Z", 2) != 0)
        return NULL;
    if (!found)
        *(void **)&found = dlsym(RTLD_DEFAULT, "__cxa_demangle");
    return found ? found(name, NULL, NULL, &status) : NULL;
}

bool names_allow(uintptr_t function)
{
    const struct settings *settings = &tracer.settings;
    const char *name = find_name(function);
    if (!name) /* it has none that could be asked for */
        return !settings->include;
    char *plain = demangle(name);
    bool allowed = (!settings->include || fits(settings->include, name, plain)) &&
                   !(settings->exclude && fits(settings->exclude, name, plain));
    free(plain);
    return allowed;
}
