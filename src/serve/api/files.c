/* files.c - what is looked at apart from the page: a picture of a range, and a report in one file. */
#include "serve/api/api_own.h"

#include "base/text.h"
#include "output/plot/plot_look.h"
#include "serve/api/onefile.h"

#include <errno.h>

#define WIDTH 1200
#define HEIGHT 800

void api_plot(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct plot *plot;
    const char *globs;
    int64_t width = WIDTH, height = HEIGHT, dark = 0;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out) ||
        !api_count(r, "width", PLOT_MIN_WIDTH, PLOT_MAX_SIZE, &width, out) ||
        !api_count(r, "height", PLOT_MIN_HEIGHT, PLOT_MAX_SIZE, &height, out) ||
        !api_count(r, "dark", 0, 1, &dark, out))
        return;
    struct plot_options options = { .width = (int)width, .height = (int)height, .dark = dark != 0 };
    int rc = plot_of_look(&a->look, &(struct plot_wish){
        .session = range.session, .from_ms = range.from_ms, .to_ms = range.to_ms + 1, .globs = globs,
        .points = (int)width, .title = a->s.replay ? a->s.replay : "" }, &plot);
    if (rc < 0) {
        api_fail(out, rc);
        return;
    }
    plot_svg(plot, &options, &out->body);
    plot_free(plot);
    out->type = "image/svg+xml";
}

void api_report(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    char stamp[TEXT_TIME_MAX];
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    int rc = onefile_put(a, range.session, range.from_ms, range.to_ms, NULL, NULL, &out->body);
    if (rc == -ENOTSUP) {
        http_fail(out, 501, "this build has no page inside", "build it with web/node_modules: ./dev setup run");
        return;
    }
    if (rc < 0) {
        api_fail(out, rc);
        return;
    }
    out->type = "text/html; charset=utf-8";
    http_put(out, "Content-Disposition", "attachment; filename=\"sonde_report_%s.html\"",
             text_stamp(range.to_ms, stamp));
}
