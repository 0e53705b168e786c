/* A plot as a file: SVG, or PNG where the module for it is there; and shown to the person. */
#ifndef APP_PICTURE_H
#define APP_PICTURE_H

#include "base/buf.h"
#include "output/plot/plot.h"

enum picture_format { PICTURE_PNG, PICTURE_SVG };

#define PICTURE_WIDTH 1200
#define PICTURE_HEIGHT 800

const char *picture_ending(enum picture_format f); /* "png" */

bool picture_has_png(void); /* is the module there? */

/* Puts the bytes. 0, or what is wrong, which was said. *left_out: panels that had no room; NULL if not asked. */
int picture_make(const struct plot *p, const struct plot_options *o, enum picture_format f, struct buf *out,
                 int *left_out);

/* Opens a written file with the desktop's viewer; says so where that cannot be. */
void picture_show(const char *path);

#endif
