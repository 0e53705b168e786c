/*
 * HTTP/1.1 as bytes (RFC 9112): a request out of what a client sent, a reply into what it is sent. Nothing here knows
 * sockets.
 *
 * Strict, because what two readers understand differently is how one request is smuggled in another: lines end with
 * CR LF, no header that counts comes twice, a body has a Content-Length and nothing else, and no path goes up ("..").
 */
#ifndef SERVE_WIRE_H
#define SERVE_WIRE_H

#include "serve/http.h"

#define WIRE_HEAD_MAX 16384   /* bytes of request line and headers */
#define WIRE_TARGET_MAX 8192  /* of path and query, as sent */
#define WIRE_BODY_MAX 65536
#define WIRE_REQUEST_MAX (WIRE_HEAD_MAX + WIRE_BODY_MAX)

struct wire_request {
    struct http_request http; /* its texts lie below; peer and tls are the caller's to set */
    bool keep;                /* the connection goes on after the reply */
    char *room, *body;
};

/* What is known of a request that is not all there: bytes that come one by one cost no more than all at once. */
struct wire_seen {
    size_t head;  /* bytes that hold no end of the headers */
    size_t total; /* the length of the whole request; 0: not known yet */
};

/*
 * Reads the request that bytes begin with.
 *
 *   seen  in and out; all 0 before the first byte of a request
 *
 * Returns its length, and *out is the caller's, to be freed with wire_request_done(); 0 when more bytes are needed;
 * or the negative status of the reply after which the connection is closed: -400, -413, -414, -431, -501, -505.
 */
int wire_read(const char *bytes, size_t n, struct wire_seen *seen, struct wire_request *out);
void wire_request_done(struct wire_request *r);

/* In words, for a status that wire_read() gives. */
const char *wire_trouble(int status);

/*
 * Puts what stands before the body of a reply.
 *
 *   keep  the connection goes on
 *
 * A reply of a stream has no length: what follows until the end of the connection is its body.
 */
void wire_put_head(const struct http_reply *r, bool keep, bool stream, struct buf *out);

/* The body, *n bytes of it; borrowed. */
const void *wire_body(const struct http_reply *r, size_t *n);

#endif
