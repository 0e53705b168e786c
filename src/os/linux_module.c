/*
 * linux_module.c - opens shared objects, by absolute path only (dlopen(3)).
 *
 * Ours are looked for relative to the program itself (/proc/self/exe), never to the current folder
 * nor along LD_LIBRARY_PATH: whoever may replace a module could as well replace the program.
 */
#include "os/os.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder of the program, without a slash at its end. */
static bool module_home(char home[static OS_PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", home, OS_PATH_MAX - 1);
    if (n <= 0)
        return false;
    home[n] = '\0';
    char *slash = strrchr(home, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

const void *os_module(const char *module, const char *symbol)
{
    static const char *const places[] = { "", "/modules", "/../lib/sonde" };
    char home[OS_PATH_MAX], path[OS_PATH_MAX];
    if (strchr(module, '/') || !module_home(home))
        return NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(path, sizeof path, "%s%s/%s.so", home, places[i], module);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        /* Never closed: the loader keeps one handle to a file, so a second call costs a lookup. */
        void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (handle)
            return dlsym(handle, symbol);
    }
    return NULL;
}

const void *os_symbol(const char *path, const char *symbol, char *why, size_t cap)
{
    dlerror();
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* never closed: it may have started threads */
    const void *found = handle ? dlsym(handle, symbol) : NULL;
    const char *error = dlerror();
    if (!found)
        snprintf(why, cap, "%s", error ? error : "the symbol is NULL");
    return found;
}
