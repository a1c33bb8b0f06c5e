/* Names of functions from the symbol tables of a program and its libraries: those in their files, or
 * in separate debug files that belong to the same build.
 */
#ifndef VTC_TOOLS_SYMBOL_SOURCE_H
#define VTC_TOOLS_SYMBOL_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "vtc/symbols.h"

/* What came of looking for a module's file. */
enum symbol_source_state {
    SYMBOLS_FOUND,
    SYMBOLS_NO_FILE,     /* none that is of this build */
    SYMBOLS_OTHER_BUILD, /* the file is there, but another build id is in it */
    SYMBOLS_NO_TABLE     /* a file without any symbols */
};

struct symbol_source;

/* False when vtc was built without what it takes (libdw of elfutils). */
bool symbol_source_available(void);

/* Opens a module. `debug_directory` may be NULL. NULL when memory ran out. */
struct symbol_source *symbol_source_open(const struct vtc_module *module,
                                         const char *debug_directory,
                                         enum symbol_source_state *out_state);
void symbol_source_close(struct symbol_source *source);

/* The name of the function at an address, demangled where it is a C++ name: malloc'ed; NULL when
 * there is none. */
char *symbol_source_name(struct symbol_source *source, uint64_t address);

#endif
