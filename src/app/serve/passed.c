/* passed.c - options as words, paths made absolute. */
#include "app/serve/passed.h"

#include <stdio.h>

int passed_put(const struct args *a, struct passed_paths *p, const char **argv)
{
    static const char *const name[PASSED_PATHS] = { "config", "root" }, *const word[] = { "--config", "--root" };
    int n = 0;
    for (int i = 0; i < PASSED_PATHS; i++) {
        if (!args_given(a, name[i]))
            continue;
        if (os_real_path(args_text(a, name[i]), p->path[i]) < 0) /* the program that is started says what is wrong */
            snprintf(p->path[i], sizeof p->path[i], "%s", args_text(a, name[i]));
        argv[n++] = word[i];
        argv[n++] = p->path[i];
    }
    return n;
}
