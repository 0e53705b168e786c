/* front.c - access, then the route, then the role; and the few routes that need nothing else. */
#include "serve/front.h"

#include "serve/assets.h"

#include <assert.h>
#include <string.h>

void front_add(struct front *f, const struct route *routes, void *self)
{
    assert(f->n_tables < FRONT_TABLES);
    f->table[f->n_tables++] = (struct router_table){ routes, self };
}

static void front_health(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self, (void)r;
    out->type = "text/plain; charset=utf-8";
    buf_puts(&out->body, "ok\n");
}

/* Does a list like "gzip, br;q=0.5" name gzip, other than to refuse it? */
static bool front_takes_gzip(const char *list)
{
    const char *at = list ? strstr(list, "gzip") : NULL;
    return at ? strncmp(at + 4, ";q=0", 4) != 0 || strncmp(at + 4, ";q=0.", 5) == 0 : list && strchr(list, '*');
}

static void front_asset(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self;
    const struct asset *a = asset_find(r->path);
    const char *have = r->header[HTTP_IF_NONE_MATCH];
    if (!a) {
        bool page = strcmp(r->path, "/") == 0;
        http_fail(out, 404, page ? "this build has no page" : "there is nothing at this address",
                  page ? "install uPlot and build again: ./dev run" : "see /openapi.json for what there is");
        return;
    }
    if (!front_takes_gzip(r->header[HTTP_ACCEPT_ENCODING])) {
        http_fail(out, 406, "the page is kept compressed and sent so",
                  "send the header Accept-Encoding: gzip (curl --compressed)");
        return;
    }
    out->cache = "no-cache"; /* kept, and asked for every time whether it is the same */
    out->type = a->type;
    http_put(out, "ETag", "%s", a->etag);
    http_put(out, "Vary", "Accept-Encoding");
    if (have && strstr(have, a->etag)) {
        out->status = 304;
        return;
    }
    http_put(out, "Content-Encoding", "gzip");
    out->bytes = a->gz;
    out->n_bytes = a->n;
}

void front_add_own(struct front *f)
{
    static const struct route guarded[] = {
        { HTTP_POST, "/login", HTTP_NOBODY, ROUTE_AT_ONCE, access_login },
        { HTTP_POST, "/logout", HTTP_NOBODY, ROUTE_AT_ONCE, access_logout },
        { HTTP_GET, "/healthz", HTTP_NOBODY, ROUTE_AT_ONCE, front_health },
        { 0 },
    };
    front_add(f, guarded, f->access);
}

void front_add_assets(struct front *f)
{
    static const struct route assets[] = {
        { HTTP_GET, "/", HTTP_NOBODY, ROUTE_AT_ONCE, front_asset },
        { HTTP_GET, "/{*}", HTTP_NOBODY, ROUTE_AT_ONCE, front_asset },
        { 0 },
    };
    front_add(f, assets, NULL);
}

bool front_admit(struct front *f, struct http_request *r, struct buf *room, struct router_match *out,
                 struct http_reply *refusal)
{
    return access_admit(f->access, r, refusal) &&
           router_find(f->table, f->n_tables, r, room, out, refusal) &&
           access_allows(r, out->route->role, refusal);
}
