/* none.c - a build without the page: npm had not brought uPlot into web/node_modules. */
#include "serve/assets.h"

const struct asset *asset_find(const char *path)
{
    (void)path;
    return NULL;
}

const struct asset_shell *asset_shell(void)
{
    return NULL;
}
