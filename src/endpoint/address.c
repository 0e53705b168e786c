/* address.c - where the question goes: the path of an API, with the name of the question behind it. */
#include "endpoint/address.h"

#include "base/url.h"

#include <stdio.h>
#include <string.h>

#define QUESTION "/chat/completions"

const char *address_read(const char *text, struct address *out)
{
    struct address a;
    struct url u;
    const char *host = strstr(text, "://");
    if (host && strpbrk(host, "@?#"))
        return "holds more than host, port and path; a key belongs into ask.key_file";
    const char *wrong = url_read_http(text, "/-._~:%", &u);
    if (wrong)
        return wrong;
    size_t n = strlen(u.rest), q = strlen(QUESTION);
    while (n && u.rest[n - 1] == '/')
        n--;
    bool whole = n >= q && strncmp(u.rest + n - q, QUESTION, q) == 0;
    int rc = snprintf(a.url, sizeof a.url, "%s://%.*s%s", url_has_scheme(text, &u, "https") ? "https" : "http",
                      (int)(u.rest + n - u.host), u.host, whole ? "" : QUESTION);
    if (rc < 0 || (size_t)rc >= sizeof a.url)
        return "is longer than an address may be";
    snprintf(a.host, sizeof a.host, "%.*s", (int)(u.rest - u.host), u.host);
    a.local = u.local;
    *out = a;
    return NULL;
}
