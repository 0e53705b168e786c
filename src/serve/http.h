/*
 * A request and the reply to it, as plain data: what answers requests knows neither sockets nor the library that
 * reads them, so that a test, a fuzzer or another library can ask it the same way.
 */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_PARTS_MAX 4
#define HTTP_HEADERS_MAX 16
#define HTTP_JSON "application/json"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER };

extern const char *const http_methods[HTTP_OTHER]; /* "GET" ... */

/* What changes something must come from our own page: see access.h. */
static inline bool http_changes(enum http_method m)
{
    return m != HTTP_GET && m != HTTP_HEAD;
}

enum http_header { HTTP_HOST, HTTP_ORIGIN, HTTP_FETCH_SITE, HTTP_COOKIE, HTTP_AUTHORIZATION, HTTP_ACCEPT_ENCODING,
                   HTTP_IF_NONE_MATCH, HTTP_CONTENT_TYPE, HTTP_ACCEPT, HTTP_HEADERS };

/* The name of a header that is handed over, in lower case, as "host"; "" for none. */
const char *http_header_name(enum http_header h);

/*
 * Who may what: nothing but to log in, to read, everything. In the order of what they may.
 */
enum http_role { HTTP_NOBODY, HTTP_READ_ONLY, HTTP_FULL };

struct http_request {
    enum http_method method;
    const char *path;                  /* decoded, begins with '/' */
    const char *query;                 /* decoded, "from=1\0to=2\0": each "name=value" with its NUL, then one more */
    const char *header[HTTP_HEADERS];  /* NULL where it was not sent */
    const char *body;                  /* NUL-terminated, body_n bytes; "" where there is none */
    size_t body_n;
    const char *peer;                  /* numeric address */

    /* Filled in by access_admit(). */
    enum http_role role;               /* of who asks */
    uint64_t session;                  /* that it belongs to, see access.h; 0: none */

    /* Filled in by router_find(). */
    const char *part[HTTP_PARTS_MAX];  /* what stands for each {} and {*} of the route, decoded; "" beyond */
};

/* Has a path a part "." or "..", or a backslash, which some take for a slash? Such a request is not answered. */
bool http_goes_up(const char *path);

/* The value of the first "name=..." of the query; NULL where it is not given. */
const char *http_query(const struct http_request *r, const char *name);

/*
 * How much a list as in Accept ("a/b;q=0.5, c/d") wants a media type, 0..1: what it says of exactly this one; 0
 * where it does not name it, is NULL, or says nothing that makes sense (RFC 9110, 12.5.1).
 */
double http_accepts(const char *list, const char *type);

struct http_field {
    const char *name; /* static */
    char *value;
};

struct http_reply;

/* The rest of a reply, for which somebody else is waited. */
struct http_later {
    void (*finish)(void *self, struct http_reply *r); /* on a thread that may wait; NULL: there is no rest */
    void (*drop)(void *self);                         /* frees self, finished or not */
    void *self;
};

struct http_reply {
    int status;                        /* 0 until somebody sets it: it will be 200 */
    const char *type;                  /* static; NULL: HTTP_JSON where there is a body */
    const char *cache;                 /* static, Cache-Control; NULL: "no-store" */
    struct http_field field[HTTP_HEADERS_MAX]; /* further headers; n_fields of them */
    int n_fields;
    struct buf body;
    const void *bytes;                 /* a static body of n_bytes in place of it; NULL */
    size_t n_bytes;
    struct http_later later;           /* of handlers of ROUTE_WORKER only */
};

/* Adds a header; control characters of the value become '?'. */
__attribute__((format(printf, 3, 4))) void http_put(struct http_reply *r, const char *name, const char *fmt, ...);
const char *http_field(const struct http_reply *r, const char *name); /* NULL */

/* In place of whatever was put so far: the status and {"error": ..., "remedy": ...}; remedy NULL: none is known. */
void http_fail(struct http_reply *r, int status, const char *error, const char *remedy);

void http_reply_done(struct http_reply *r);

#endif
