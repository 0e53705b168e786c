/*
 * From a request to what answers it: tables of routes.
 *
 * A handler is a plain function. It knows its room's state and the request, and fills the reply; it may be called from
 * a test as well as by the server.
 *
 *     static void api_host(void *self, const struct http_request *r, struct http_reply *out)
 *     {
 *         struct api *api = self;
 *         struct json j;
 *         json_init(&j, &out->body);
 *         ...
 *     }
 *
 *     static const struct route routes[] = {
 *         { HTTP_GET, "/api/v1/host", HTTP_READ_ONLY, ROUTE_WORKER, api_host },
 *         { HTTP_POST, "/api/v1/sessions/{}/labels", HTTP_FULL, ROUTE_WORKER, api_label },
 *         { 0 },
 *     };
 *     const struct router_table api_table = { routes, &api };
 */
#ifndef SERVE_ROUTER_H
#define SERVE_ROUTER_H

#include "serve/http.h"

enum route_where {
    ROUTE_AT_ONCE, /* on the thread of the sockets: takes microseconds, waits for nothing */
    ROUTE_WORKER,  /* on the one thread that reads the archive, one request after the other: needs no lock there; what
                      has to wait for others leaves that for later (http_later) */
    ROUTE_STREAM,  /* AT_ONCE; where the handler leaves the status 0 the reply becomes a stream: see server.h */
};

struct route {
    enum http_method method;  /* GET answers HEAD, too */
    const char *path;         /* "/a/{}/b": {} is one part, not empty; {*} at the end all that is left */
    enum http_role role;      /* the least that is needed */
    enum route_where where;

    /*
     * Puts the body, and the type where it is not JSON; or http_fail(). What is borrowed from the request ends with
     * it. The reply is empty before.
     */
    void (*handle)(void *self, const struct http_request *r, struct http_reply *out);
};

struct router_table {
    const struct route *routes; /* to one whose path is NULL */
    void *self;                 /* for its handlers */
};

struct router_match {
    const struct route *route;
    void *self;
};

/*
 * Finds the route of a request in n tables, the first that fits, and fills its part[].
 *
 *   room  keeps the parts as long as the request is used; emptied before
 *
 * True, or the reply says what is wrong: 404, or 405 with Allow.
 */
bool router_find(const struct router_table *tables, size_t n, struct http_request *r, struct buf *room,
                 struct router_match *out, struct http_reply *refusal);

#endif
