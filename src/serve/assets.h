/* The files of the page, as they lie in the program: compressed by gzip, made by web/'s build. */
#ifndef SERVE_ASSETS_H
#define SERVE_ASSETS_H

#include <stddef.h>

struct asset {
    const char *path;        /* "/app.js"; "/" for the page itself */
    const char *type;        /* "text/javascript; charset=utf-8" */
    const char *etag;        /* of its content, with the quotes: "\"5d41402a\"" */
    const unsigned char *gz; /* n bytes */
    size_t n;
};

const struct asset *asset_find(const char *path); /* NULL */

/* The page as one file, around the data of a report. */
struct asset_shell {
    const char *before, *after;
};

const struct asset_shell *asset_shell(void); /* NULL: there is no page */

#endif
