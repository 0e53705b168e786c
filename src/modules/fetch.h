/*
 * What the module sonde-fetch offers, on top of libcurl: one POST to one address, and what came back. No redirect is
 * followed, no cookie kept, certificates are checked. It is opened through os_module():
 *
 *     const struct fetch *f = os_module("sonde-fetch", "sonde_fetch");
 *
 * NULL where the program was built without it, or it is not installed.
 */
#ifndef MODULES_FETCH_H
#define MODULES_FETCH_H

#include <stdbool.h>
#include <stddef.h>

struct fetch_request {
    const char *url;         /* http or https */
    const char *body;        /* n bytes */
    size_t n;
    const char *type;        /* of the body; NULL: "application/json", which is the reply that is wanted then, too */
    const char *const *headers; /* "Name: value" ..., ends with NULL; NULL: none */
    const char *bearer;      /* the secret of `Authorization: Bearer`; NULL: none */
    const char *user, *password; /* of `Authorization: Basic`; NULL: none */
    const char *authorities; /* file of the certificates that are trusted, PEM; NULL: those of the system */
    double timeout_s;        /* for all of it */
    bool local;              /* connects to this machine only, whatever a name leads to, and through no proxy */
    bool (*stop)(void);      /* asked several times a second; true ends it */
    bool (*ends)(void *self); /* the same, for whoever has more than one */
    void **kept;             /* begins as NULL: its connection serves the next request, until drop(); NULL: closes it */
    bool *fresh;             /* was another connection made than the one that was kept? NULL: is not asked */
    double *retry_after_s;   /* what the reply asks for, 0: nothing; NULL: is not asked */

    size_t most;             /* bytes of the reply: one that is longer is ended there, and its status counts; 0: any */

    /* Takes what comes, piece by piece. A negative errno value ends it and is returned. */
    int (*take)(void *self, const char *bytes, size_t n);
    void *self;
};

#define FETCH_WHY 256

struct fetch {
    /*
     * Sends it and waits for the reply.
     *
     *   why  what the library says of a failure; "" where it says nothing
     *
     * Returns the status of the reply, 100..599. Errors: -ECONNREFUSED nobody listens, -EHOSTUNREACH the name or the
     * way there is not known, -EPROTO no TLS that can be trusted, -ETIMEDOUT, -ECANCELED stop() said so, -ENOMEM,
     * -EIO others; what take() returned.
     */
    int (*post)(const struct fetch_request *r, char why[static FETCH_WHY]);

    void (*drop)(void *kept); /* of NULL: nothing */
};

#endif
