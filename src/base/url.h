/*
 * Where a URL leads, read strictly (RFC 3986): what two readers could understand differently is refused. The one place
 * that knows which hosts are this machine: beyond it nothing of ours goes without encryption, unless a person says so.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct url {
    size_t scheme;            /* bytes of "https", at the beginning of the text */
    const char *host;         /* in the text; an IPv6 address has its brackets */
    size_t host_n;            /* bytes of it */
    int port;                 /* 0: none is named */
    const char *rest;         /* behind host and port: "", or path and query */
    bool local;               /* this machine, by its name: localhost, 127.x.y.z in full, [::1] */
};

/*
 * Takes a text apart. NULL, and *out is set, which points into the text; or what is wrong, in words that follow on its
 * name: "has no host". Names and passwords before the host are no host; of the rest see url_is_plain().
 */
const char *url_read(const char *text, struct url *out);

bool url_has_scheme(const char *text, const struct url *u, const char *scheme); /* in any case */

/* Is there nothing in it but letters, digits and the signs given? */
bool url_is_plain(const char *text, const char *signs);

/* The same as url_read() of an address of HTTP, with nothing but such signs behind the host; plain http leads to this
 * machine only. */
const char *url_read_http(const char *text, const char *signs, struct url *out);

#endif
