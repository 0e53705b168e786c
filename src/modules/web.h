/*
 * What the module sonde-web offers, on top of libwebsockets: connections over TCP and TLS, many of them on one thread,
 * each with a bounded queue of what is to be sent. What the bytes mean is not its affair. It is opened through
 * os_module():
 *
 *     const struct web *w = os_module("sonde-web", "sonde_web");
 *
 * NULL where the program was built without it, or it is not installed. All functions but wake() are for one thread,
 * that of run(). The callbacks are made on it, too.
 */
#ifndef MODULES_WEB_H
#define MODULES_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define WEB_QUEUE 64         /* texts that wait for a client; with one more it is dropped */
#define WEB_QUEUE_BYTES (1 << 20) /* and as many bytes, unless one text alone is longer */
#define WEB_PEER_MAX 64

/* Bytes to be sent, perhaps to many. Counted on the thread of run() only; made by whomever. */
struct web_text {
    int refs;
    size_t n;
    char bytes[];
};

/* With one reference, the caller's; NULL where there is no memory. */
static inline struct web_text *web_text_new(size_t n)
{
    struct web_text *t = malloc(sizeof *t + n);
    if (t) {
        t->refs = 1;
        t->n = n;
    }
    return t;
}

static inline void web_text_drop(struct web_text *t)
{
    if (t && --t->refs == 0)
        free(t);
}

struct web_server;
struct web_conn;

struct web_options {
    const char *address;     /* numeric, of IPv4 or IPv6 */
    int port;                /* 0: a free one */
    const char *cert, *key;  /* files in PEM; NULL: no TLS */
    int connections;         /* most at a time; further ones are closed at once */
    double stall_s;          /* who takes nothing for so long, though something waits for it, is dropped */
    void *self;              /* of the callbacks */

    /* A connection. What it returns stands for it from now on; NULL: it is closed. peer: numeric address. */
    void *(*opened)(void *self, struct web_conn *c, const char *peer);
    void (*received)(void *self, void *who, const char *bytes, size_t n);
    void (*drained)(void *self, void *who); /* all that was to be sent to it is on its way */
    void (*closed)(void *self, void *who);  /* always at the end, also after drop() */

    /* After whatever happened, and at least once a second. False ends run(). */
    bool (*turn)(void *self);

    /* What the library says, one line; may be NULL. */
    void (*said)(const char *line);
};

struct web {
    /*
     * Listens. -EADDRINUSE, -EADDRNOTAVAIL, -EACCES and what else bind(2) says; -EINVAL no numeric address; -EPROTO
     * certificate and key cannot be used.
     */
    int (*listen)(const struct web_options *o, struct web_server **out);
    int (*port)(const struct web_server *s);
    void (*run)(struct web_server *s);
    void (*wake)(struct web_server *s);  /* any thread: turn() is called soon */
    void (*close)(struct web_server *s); /* with all connections */

    /*
     * Sends a text behind all others, as the client takes it; takes a reference of its own. -ENOBUFS: too much
     * waits for it already; -EPIPE: it left. In both cases closed() comes soon.
     */
    int (*send)(struct web_conn *c, struct web_text *t);
    bool (*busy)(const struct web_conn *c);         /* does something wait to be sent? */
    void (*deadline)(struct web_conn *c, double s); /* it is dropped then, unless set anew; 0: no more */
    void (*finish)(struct web_conn *c);             /* closes it when all is sent; nothing more is received */
    void (*drop)(struct web_conn *c);               /* closes it; closed() comes soon */
};

#endif
