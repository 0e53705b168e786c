/*
 * What the module sonde-cairo offers, on top of cairo and pango: a canvas whose picture becomes PNG. What is drawn is
 * not its affair. It is opened through os_module():
 *
 *     const struct cairo *c = os_module("sonde-cairo", "sonde_cairo");
 *
 * NULL where the program was built without it, or it is not installed.
 */
#ifndef MODULES_CAIRO_H
#define MODULES_CAIRO_H

#include "base/canvas.h"

struct cairo {
    /* A canvas of so many pixels, filled with a colour; the caller's, for close(). NULL: there is no memory for it. */
    struct canvas *(*open)(int width, int height, struct canvas_ink background);
    /* Gives the picture piece by piece. put() returns 0, or a negative errno value that ends it and is returned. */
    int (*png)(struct canvas *c, int (*put)(void *self, const unsigned char *bytes, unsigned n), void *self);
    void (*close)(struct canvas *c); /* NULL: nothing to do */
};

#endif
