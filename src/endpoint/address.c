/* address.c - a URL, read strictly (RFC 3986): what two readers could understand differently is refused. */
#include "endpoint/address.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUESTION "/chat/completions"

/* 127.x.y.z in full: neither 127.1 nor 127.example.com. */
static bool host_is_loopback(const char *host, size_t n)
{
    unsigned part[4];
    char text[64], more;
    if (n == 9 && strncasecmp(host, "localhost", 9) == 0)
        return true;
    if (n == 5 && strncmp(host, "[::1]", 5) == 0)
        return true;
    if (n >= sizeof text || strspn(host, "0123456789.") < n)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)n, host);
    return sscanf(text, "%3u.%3u.%3u.%3u%c", &part[0], &part[1], &part[2], &part[3], &more) == 4 && part[0] == 127 &&
           part[1] < 256 && part[2] < 256 && part[3] < 256;
}

/* How long the host is that a text begins with; 0: it is none. */
static size_t host_length(const char *p)
{
    size_t n = 0;
    if (*p == '[') {
        n = 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
        return n > 2 && p[n] == ']' ? n + 1 : 0;
    }
    while (isalnum((unsigned char)p[n]) || p[n] == '-' || p[n] == '.')
        n++;
    return n > 253 ? 0 : n;
}

static bool port_is_good(const char *p, size_t n)
{
    long port = n && n <= 5 && strspn(p, "0123456789") >= n ? strtol(p, NULL, 10) : 0;
    return port >= 1 && port <= 65535;
}

/* The path without blanks at its end; what else may stand in it is plain. */
static bool path_is_good(const char *p)
{
    for (; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("/-._~:%", *p))
            return false;
    return true;
}

const char *address_read(const char *text, struct address *out)
{
    struct address a;
    bool tls = strncasecmp(text, "https://", 8) == 0;
    if (!tls && strncasecmp(text, "http://", 7) != 0)
        return "begins neither with http:// nor with https://";
    const char *host = text + (tls ? 8 : 7);
    if (strchr(host, '@') || strpbrk(host, "?#"))
        return "holds more than host, port and path; a key belongs into ask.key_file";
    size_t n = host_length(host), port = 0;
    if (!n)
        return "has no host";
    if (host[n] == ':') {
        port = 1 + strcspn(host + n + 1, "/");
        if (!port_is_good(host + n + 1, port - 1))
            return "has no port from 1 to 65535 behind the colon";
    }
    const char *path = host + n + port;
    if ((*path && *path != '/') || !path_is_good(path))
        return "has signs in it that belong into no address";
    a.local = host_is_loopback(host, n);
    if (!tls && !a.local)
        return "leads beyond this machine without encryption; use https";
    size_t end = strlen(path);
    while (end && path[end - 1] == '/')
        end--;
    size_t q = strlen(QUESTION);
    bool whole = end >= q && strncmp(path + end - q, QUESTION, q) == 0;
    int rc = snprintf(a.url, sizeof a.url, "%s://%.*s%s", tls ? "https" : "http", (int)(n + port + end), host,
                      whole ? "" : QUESTION);
    if (rc < 0 || (size_t)rc >= sizeof a.url)
        return "is longer than an address may be";
    snprintf(a.host, sizeof a.host, "%.*s", (int)(n + port), host);
    *out = a;
    return NULL;
}
