/* url.c - takes scheme, host and port from a URL. */
#include "base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define HOST_MAX 253 /* bytes of a name, RFC 1035 */
#define URL_SIGNS "has signs in it that belong into no address"

/* 127.x.y.z in full: neither 127.1 nor 127.example.com. */
static bool url_is_local(const char *host, size_t n)
{
    unsigned part[4];
    char text[64], more;
    if ((n == 9 && strncasecmp(host, "localhost", 9) == 0) || (n == 5 && strncmp(host, "[::1]", 5) == 0))
        return true;
    if (n >= sizeof text || strspn(host, DIGITS ".") < n)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)n, host);
    return sscanf(text, "%3u.%3u.%3u.%3u%c", &part[0], &part[1], &part[2], &part[3], &more) == 4 && part[0] == 127 &&
           part[1] < 256 && part[2] < 256 && part[3] < 256;
}

/* How long the host is that a text begins with; 0: it is none. */
static size_t url_host(const char *p)
{
    if (*p == '[') {
        size_t n = 1 + strspn(p + 1, DIGITS "abcdefABCDEF:.");
        return n > 2 && n <= HOST_MAX && p[n] == ']' ? n + 1 : 0;
    }
    size_t n = strspn(p, LETTERS DIGITS "-._");
    return n > HOST_MAX ? 0 : n;
}

const char *url_read(const char *text, struct url *out)
{
    struct url u = { .scheme = strspn(text, LETTERS) };
    if (!u.scheme || strncmp(text + u.scheme, "://", 3) != 0)
        return "begins with no scheme, as https://";
    u.host = text + u.scheme + 3;
    if (strcspn(u.host, "@") < strcspn(u.host, "/?#"))
        return "has a name or a secret in it";
    u.host_n = url_host(u.host);
    if (!u.host_n)
        return "has no host";
    u.rest = u.host + u.host_n;
    if (*u.rest == ':') {
        size_t n = strspn(u.rest + 1, DIGITS);
        u.port = n && n <= 5 ? (int)strtol(u.rest + 1, NULL, 10) : 0;
        u.rest += 1 + n;
        if (u.port < 1 || u.port > 65535 || (*u.rest && !strchr("/?", *u.rest)))
            return "has no port from 1 to 65535 behind the colon";
    }
    if (*u.rest && !strchr("/?", *u.rest))
        return URL_SIGNS;
    u.local = url_is_local(u.host, u.host_n);
    *out = u;
    return NULL;
}

bool url_has_scheme(const char *text, const struct url *u, const char *scheme)
{
    return strlen(scheme) == u->scheme && strncasecmp(text, scheme, u->scheme) == 0;
}

bool url_is_plain(const char *text, const char *signs)
{
    for (; *text; text++)
        if (!strchr(LETTERS DIGITS, *text) && !strchr(signs, *text))
            return false;
    return true;
}

const char *url_read_http(const char *text, const char *signs, struct url *out)
{
    struct url u;
    if (strncasecmp(text, "https://", 8) != 0 && strncasecmp(text, "http://", 7) != 0)
        return "begins neither with http:// nor with https://";
    const char *wrong = url_read(text, &u);
    if (wrong)
        return wrong;
    if (!url_is_plain(u.rest, signs))
        return URL_SIGNS;
    if (!u.local && url_has_scheme(text, &u, "http"))
        return "leads beyond this machine without encryption; use https";
    *out = u;
    return NULL;
}
