/* router.c - finds what answers a request: a walk through tables of a few dozen rows. */
#include "serve/router.h"

#include "base/auto.h"

#include <string.h>

static void router_allow(struct http_reply *refusal, unsigned methods)
{
    auto_buf struct buf list = { 0 };
    if (methods & 1u << HTTP_GET)
        methods |= 1u << HTTP_HEAD;
    for (int m = 0; m < HTTP_OTHER; m++)
        if (methods & 1u << m)
            buf_printf(&list, "%s%s", list.n ? ", " : "", http_methods[m]);
    http_fail(refusal, 405, "this address does not know the method", NULL);
    http_put(refusal, "Allow", "%s", buf_text(&list));
}

/* Does the path fit? The parts that stand for {} and {*} begin at part[] and have part_n[] bytes. */
static bool router_fits(const char *pattern, const char *path, const char **part, size_t *part_n)
{
    int n = 0;
    while (*pattern) {
        bool one = strncmp(pattern, "{}", 2) == 0, all = strcmp(pattern, "{*}") == 0;
        if (!one && !all) {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        pattern += one ? 2 : 3;
        size_t length = one ? strcspn(path, "/") : strlen(path);
        if (length == 0 || n == HTTP_PARTS_MAX)
            return false;
        part[n] = path;
        part_n[n++] = length;
        path += length;
    }
    return !*path;
}

static void router_fill(struct http_request *r, const char *const *part, const size_t *part_n, struct buf *room)
{
    size_t at[HTTP_PARTS_MAX];
    buf_clear(room);
    for (int i = 0; i < HTTP_PARTS_MAX; i++) {
        at[i] = room->n;
        buf_put(room, part[i] ? part[i] : "", part_n[i]);
        buf_putc(room, '\0');
    }
    for (int i = 0; i < HTTP_PARTS_MAX; i++)
        r->part[i] = room->p + at[i];
}

bool router_find(const struct router_table *tables, size_t n, struct http_request *r, struct buf *room,
                 struct router_match *out, struct http_reply *refusal)
{
    unsigned methods = 0; /* that the path would know, as bits */
    for (size_t t = 0; t < n; t++) {
        for (const struct route *route = tables[t].routes; route->path; route++) {
            const char *part[HTTP_PARTS_MAX] = { 0 };
            size_t part_n[HTTP_PARTS_MAX] = { 0 };
            if (!router_fits(route->path, r->path, part, part_n))
                continue;
            if (route->method == r->method || (route->method == HTTP_GET && r->method == HTTP_HEAD)) {
                router_fill(r, part, part_n, room);
                *out = (struct router_match){ route, tables[t].self };
                return true;
            }
            methods |= 1u << route->method;
        }
    }
    if (methods)
        router_allow(refusal, methods);
    else
        http_fail(refusal, 404, "there is nothing at this address", "see /openapi.json for what there is");
    return false;
}
