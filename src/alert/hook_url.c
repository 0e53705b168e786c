/* hook_url.c - a URL, read strictly (RFC 3986): what two readers could understand differently is refused. */
#include "alert/hook_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* 127.x.y.z in full: neither 127.1 nor 127.example.com. */
static bool hook_is_loopback(const char *host, size_t n)
{
    unsigned part[4];
    char text[64], more;
    if ((n == 9 && strncasecmp(host, "localhost", 9) == 0) || (n == 5 && strncmp(host, "[::1]", 5) == 0))
        return true;
    if (n >= sizeof text || strspn(host, "0123456789.") < n)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)n, host);
    return sscanf(text, "%3u.%3u.%3u.%3u%c", &part[0], &part[1], &part[2], &part[3], &more) == 4 && part[0] == 127 &&
           part[1] < 256 && part[2] < 256 && part[3] < 256;
}

/* How long the host is that a text begins with; 0: it is none. */
static size_t hook_host(const char *p)
{
    if (*p == '[') {
        size_t n = 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
        return n > 2 && p[n] == ']' ? n + 1 : 0;
    }
    size_t n = strspn(p, LETTERS "-.");
    return n > 253 ? 0 : n;
}

/* How long the port is, its colon included; 0: there is none; -1: it is none. */
static int hook_port(const char *p)
{
    if (*p != ':')
        return 0;
    size_t n = strspn(p + 1, "0123456789");
    long port = n && n <= 5 ? strtol(p + 1, NULL, 10) : 0;
    return port >= 1 && port <= 65535 ? (int)n + 1 : -1;
}

const char *hook_url_read(const char *text, struct hook_url *out)
{
    bool tls = strncasecmp(text, "https://", 8) == 0;
    if (!tls && strncasecmp(text, "http://", 7) != 0)
        return "begins neither with http:// nor with https://";
    if (strlen(text) >= HOOK_URL_MAX)
        return "is longer than an address may be";
    const char *host = text + (tls ? 8 : 7);
    size_t n = hook_host(host);
    int port = n ? hook_port(host + n) : -1;
    if (!n)
        return "has no host";
    if (port < 0)
        return "has no port from 1 to 65535 behind the colon";
    const char *path = host + n + port;
    if ((*path && *path != '/' && *path != '?') || strspn(path, LETTERS "/-._~:%?&=+,;!$'()*@") != strlen(path))
        return "has signs in it that belong into no address";
    bool local = hook_is_loopback(host, n);
    if (!tls && !local)
        return "leads beyond this machine without encryption; use https";
    out->local = local;
    snprintf(out->url, sizeof out->url, "%s", text);
    snprintf(out->host, sizeof out->host, "%.*s", (int)n + port, host);
    return NULL;
}
