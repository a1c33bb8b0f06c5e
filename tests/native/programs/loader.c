/* A library that comes later. loader PLUGIN */
#include <dlfcn.h>
#include <stdlib.h>

#include "counted.h"

static __attribute__((noinline)) void before(void)
{
    COUNTED(0);
}

int main(int argc, char **argv)
{
    COUNTED(1);
    before();
    void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!plugin)
        return 9;
    unsigned long long (*work)(int);
    *(void **)&work = dlsym(plugin, "plugin_work");
    printf("hidden_in_plugin %llu\n", work(1234));
    printf("plugin_work 1\n");
    fflush(stdout);
    say_counts(1);
    return 0;
}
