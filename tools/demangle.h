/* C++ names as people write them. */
#ifndef VTC_TOOLS_DEMANGLE_H
#define VTC_TOOLS_DEMANGLE_H

/* malloc'ed: the demangled name, or a copy of what is no C++ name. NULL: no memory. */
char *demangle_name(const char *name);

#endif
