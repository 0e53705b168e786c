/*
 * scrape.c - /metrics: the last instant, as Prometheus asks for it. Who would rather have OpenMetrics than plain text
 * gets that; who names neither gets text, which everybody reads.
 */
#include "serve/api/api_own.h"

#include "os/os.h"
#include "output/exporter.h"

#include <errno.h>

#define BACK_MS 5000   /* where the last instant is looked for */
#define FRESH_MS 60000 /* older than that it is not told: it would pass for now */

struct scrape {
    const struct exporter *exporter;
    const char *version;
    struct buf *out;
    int64_t wall_ms;
};

static int scrape_take(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct scrape *scrape = self;
    struct selection all = selection_of(s, NULL);
    (void)about;
    buf_clear(scrape->out);
    scrape->wall_ms = m->frame.wall_ms;
    export_instant(scrape->out, scrape->exporter, &all, &m->frame, &(struct export_about){ .host = "" },
                   scrape->version);
    selection_done(&all);
    return 0;
}

static const struct exporter *scrape_wanted(const char *accept)
{
    const struct exporter *open = exporter_find("openmetrics");
    double wanted = http_accepts(accept, "application/openmetrics-text");
    return wanted > 0 && wanted >= http_accepts(accept, "text/plain") ? open : exporter_find("prometheus");
}

void api_scrape(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct scrape scrape = { .out = &out->body, .version = a->s.version,
                             .exporter = scrape_wanted(r->header[HTTP_ACCEPT]) };
    int64_t first_ms, last_ms;
    if (!api_look(a, out))
        return;
    if (!look_span(&a->look, NULL, &first_ms, &last_ms)) {
        api_fail(out, -ENODATA);
        return;
    }
    http_put(out, "Vary", "Accept");
    int rc = archive_play(a->look.files, NULL, last_ms - BACK_MS, last_ms, scrape_take, &scrape, NULL);
    if (rc < 0)
        api_fail(out, rc);
    else if (api_now_ms(a) - scrape.wall_ms > FRESH_MS)
        http_fail(out, 503, "nothing is recorded now", "start `sonde record`, or `sonde serve`, which does");
    else
        out->type = scrape.exporter->type;
}
