/*
 * assets.c - what is shown where the page is not built in: one line that says so.
 */
#include "serve/assets.h"

#include <string.h>

/* <p>This build of Sonde has no page. ... */
static const unsigned char none[] = {
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 77, 143, 61, 14, 194, 48, 12, 133, 119, 78,
    97, 178, 211, 136, 141, 33, 205, 206, 12, 23, 48, 141, 83, 71, 74, 147, 168, 113, 43, 193,
    233, 73, 169, 144, 58, 249, 253, 124, 131, 159, 57, 187, 60, 200, 187, 16, 176, 76, 209, 158,
    204, 118, 32, 98, 26, 123, 69, 73, 181, 96, 34, 65, 24, 24, 231, 74, 210, 171, 69, 252,
    229, 182, 197, 18, 36, 146, 125, 228, 228, 200, 232, 221, 156, 76, 177, 79, 14, 21, 94, 75,
    136, 14, 178, 135, 95, 13, 140, 21, 82, 134, 130, 35, 117, 112, 151, 10, 33, 9, 205, 30,
    7, 130, 6, 163, 128, 65, 224, 153, 124, 175, 52, 19, 70, 225, 143, 178, 127, 101, 52, 90,
    192, 228, 14, 12, 150, 160, 215, 171, 142, 97, 165, 198, 29, 220, 198, 118, 70, 151, 246, 136,
    222, 215, 124, 1, 19, 157, 132, 236, 222, 0, 0, 0,
};

const struct asset *asset_find(const char *path)
{
    static const struct asset page = { "/", "text/html; charset=utf-8", "\"none\"", none, sizeof none };
    return strcmp(path, page.path) == 0 ? &page : NULL;
}

const struct asset_shell *asset_shell(void)
{
    return NULL;
}
