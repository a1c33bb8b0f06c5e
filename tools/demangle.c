/* By the demangler that every C++ program uses, which is in libstdc++. It is loaded when the first
 * C++ name is met: most runs of vtc meet none, and a system without the library keeps the names as
 * they are.
 */
#define _POSIX_C_SOURCE 200809L

#include "demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef char *demangler(const char *mangled, char *buffer, size_t *length, int *status);

static demangler *load(void)
{
    static bool tried;
    static demangler *found;
    if (!tried) {
        void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
        if (!library)
            library = dlopen("libc++abi.so.1", RTLD_LAZY | RTLD_LOCAL);
        if (library)
            *(void **)&found = dlsym(library, "__cxa_demangle");
        tried = true;
    }
    return found;
}

char *demangle_name(const char *name)
{
    int status = 0;
    demangler *known = strncmp(name, "_Z", 2) == 0 ? load() : NULL;
    char *plain = known ? known(name, NULL, NULL, &status) : NULL;
    return plain ? plain : strdup(name);
}
