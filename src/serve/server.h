/*
 * The server: connections of modules/web.h, requests of wire.h, routes of front.h, the worker for what takes long, the
 * hub for streams.
 *
 * Everything runs on the thread that calls server_run(), but for ROUTE_WORKER handlers (the worker's thread), what they
 * leave for later (that of a second one, so that nobody waits for it at the archive), and hub_post(). Replies to
 * clients of slow reading are bounded together by SERVER_OWED_BYTES, a stream by WEB_QUEUE.
 */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include "modules/web.h"
#include "serve/front.h"
#include "serve/stream.h"

#define SERVER_CONNECTIONS 2048
#define SERVER_CONNECTIONS_LEAST 16 /* with room for fewer it does not begin */
#define SERVER_OTHER_FILES 256      /* descriptors that are not for clients */
#define SERVER_PEER_CONNECTIONS 64  /* of them from one address, unless it is this machine's own */
#define SERVER_QUEUE 32      /* requests that wait for the worker; then 503 */
#define SERVER_LATER 4       /* that wait for the second worker; then 503 */
#define SERVER_REQUEST_S 10  /* a request is complete by then, or the connection is closed */
#define SERVER_IDLE_S 60     /* between two requests */
#define SERVER_STALL_S 30    /* who takes nothing for so long is dropped */
#define SERVER_OWED_BYTES ((size_t)64 << 20) /* of replies that clients take slowly; with more, 503 */

struct server_options {
    const struct web *web;     /* the module */
    const char *address;       /* numeric */
    int port;
    const char *cert, *key;    /* NULL: no TLS */
    bool (*turn)(void *self);  /* after whatever happened, at least once a second; false ends server_run() */
    void *self;
};

struct server;

/* Listens. Errors of web.listen(); -EMFILE: the process may not open as many files as the fewest connections need. */
int server_open(const struct server_options *o, struct server **out);
int server_port(const struct server *s);

/*
 * What it answers with; before server_run(). Of ROUTE_STREAM, the handler checks the request; then the client joins
 * the topic that `metrics` of its query names.
 */
void server_set_access(struct server *s, struct access *a);
void server_add(struct server *s, const struct route *routes, void *self);

struct hub *server_hub(struct server *s); /* to post to */

void server_run(struct server *s);
/* False: a handler of the worker runs on, with all that it uses; the process is to end. NULL: nothing to do. */
bool server_close(struct server *s);

#endif
