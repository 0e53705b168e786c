/*
 * fuzz_router.c - raw bytes of a client all the way to replies, without a socket: reading, access, routes, handlers
 * that answer at once, and the reply as bytes.
 */
#include "serve/front.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int64_t standing(void)
{
    return 1;
}

/* Wherever a token is, it is wrong. */
static int digest(const char *algorithm, const void *bytes, size_t n, char *hex, size_t cap)
{
    (void)algorithm, (void)bytes, (void)n;
    hex[0] = cap > 1 ? '0' : '\0';
    hex[1] = '\0';
    return 1;
}

static void handle(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self;
    for (int i = 0; i < HTTP_PARTS_MAX; i++)
        assert(r->part[i] && strlen(r->part[i]) <= strlen(r->path));
    const char *from = http_query(r, "from");
    buf_printf(&out->body, "{\"n\":%zu}", from ? strlen(from) : 0);
    http_put(out, "Content-Disposition", "attachment; filename=\"%s\"", r->part[0]);
}

static const struct route routes[] = {
    { HTTP_GET, "/api/v1/frames", HTTP_READ_ONLY, ROUTE_AT_ONCE, handle },
    { HTTP_POST, "/api/v1/sessions/{}/labels", HTTP_FULL, ROUTE_AT_ONCE, handle },
    { HTTP_DELETE, "/api/v1/sessions/{}/labels/{*}", HTTP_FULL, ROUTE_AT_ONCE, handle },
    { 0 },
};

static void check_request(const struct wire_request *r, size_t n)
{
    assert(r->http.path[0] == '/' && strlen(r->http.path) < n && !strstr(r->http.path, "/../"));
    assert(r->http.body_n <= WIRE_BODY_MAX && r->http.body[r->http.body_n] == '\0');
    for (const char *p = r->http.query; *p; p += strlen(p) + 1)
        assert(p < r->http.query + n);
}

/* One head, which says how long the rest is. */
static void check_reply(const struct http_reply *reply, bool head)
{
    struct buf out = { 0 };
    size_t n;
    wire_put_head(reply, true, false, &out);
    const void *content = wire_body(reply, &n);
    assert(!n || content);
    if (!head && n)
        buf_put(&out, content, n);
    const char *end = strstr(out.p, "\r\n\r\n"), *length = strstr(out.p, "\r\nContent-Length: ");
    assert(strncmp(out.p, "HTTP/1.1 ", 9) == 0 && end);
    size_t body = out.n - (size_t)(end + 4 - out.p);
    assert(length && length < end ? head || (size_t)atol(length + 18) == body : body == 0);
    buf_done(&out);
}

static void answer(struct front *f, struct wire_request *r)
{
    struct http_reply reply = { 0 };
    struct router_match match;
    struct buf room = { 0 };
    r->http.peer = "10.0.0.1";
    if (front_admit(f, &r->http, &room, &match, &reply)) {
        assert(reply.status == 0 && r->http.role >= match.route->role);
        match.route->handle(match.self, &r->http, &reply);
    } else
        assert(reply.status >= 400 && reply.body.n);
    check_reply(&reply, r->http.method == HTTP_HEAD);
    http_reply_done(&reply);
    buf_done(&room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct crypto crypto = { .digest = digest };
    const char *p = (const char *)data;
    struct wire_seen seen = { 0 };
    struct wire_request r;
    struct front f = { 0 };
    bool guarded = n && data[0] == '!'; /* then the rest is the client's */
    if (access_open(&(struct access_options){ .address = guarded ? "0.0.0.0" : "127.0.0.1", .port = 7860,
            .guarded = guarded, .path = "/dev/null", .crypto = &crypto, .now_ns = standing }, &f.access) < 0)
        return 0;
    front_add_own(&f);
    front_add(&f, routes, NULL);
    front_add_assets(&f);
    n -= guarded;
    p += guarded;
    for (int got; (got = wire_read(p, n, &seen, &r)) != 0; p += got, n -= (size_t)got) {
        assert(got > 0 ? (size_t)got <= n : strlen(wire_trouble(-got)) > 0);
        if (got < 0)
            break;
        check_request(&r, (size_t)got);
        answer(&f, &r);
        wire_request_done(&r);
    }
    access_close(f.access);
    return 0;
}
