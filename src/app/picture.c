/* picture.c - draws plots into files. */
#include "app/picture.h"

#include "base/log.h"
#include "modules/cairo.h"
#include "os/os.h"

#include <errno.h>

const char *picture_ending(enum picture_format f)
{
    return f == PICTURE_PNG ? "png" : "svg";
}

static const struct cairo *picture_cairo(void)
{
    return os_module("sonde-cairo", "sonde_cairo");
}

bool picture_has_png(void)
{
    return picture_cairo() != NULL;
}

static int picture_take(void *self, const unsigned char *bytes, unsigned n)
{
    buf_put(self, bytes, n);
    return 0;
}

static int picture_png(const struct plot *p, const struct plot_options *o, struct buf *out, int *left_out)
{
    const struct cairo *cairo = picture_cairo();
    if (!cairo) {
        log_error(0, "a PNG needs the module sonde-cairo, which is not here (`sonde doctor`); an SVG needs nothing: "
                  "name a file that ends in .svg");
        return -ENOTSUP;
    }
    struct canvas *c = cairo->open(o->width, o->height, plot_background(o->dark));
    if (!c) {
        log_error(0, "there is no memory for a picture of %d x %d pixels", o->width, o->height);
        return -ENOMEM;
    }
    *left_out = plot_draw(p, o, c);
    int rc = cairo->png(c, picture_take, out);
    cairo->close(c);
    if (rc < 0)
        log_error(rc, "the picture could not be made");
    return rc;
}

int picture_make(const struct plot *p, const struct plot_options *o, enum picture_format f, struct buf *out,
                 int *left_out)
{
    int unseen = 0, *left = left_out ? left_out : &unseen;
    if (f == PICTURE_PNG)
        return picture_png(p, o, out, left);
    *left = plot_svg(p, o, out);
    return 0;
}

void picture_show(const char *path)
{
    int rc = os_show_file(path);
    if (rc == -ENODEV)
        log_warn(0, "%s is not shown: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)", path);
    else if (rc == -ENOENT)
        log_warn(0, "%s is not shown: there is no xdg-open here (package xdg-utils)", path);
    else if (rc < 0)
        log_warn(rc, "%s is not shown", path);
}
