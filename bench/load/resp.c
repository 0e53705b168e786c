/* resp.c - a state machine of two states: within the first line of a reply, and within the string that follows it. */
#include "resp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void resp_end(struct resp *r)
{
    r->replies++;
    r->n = 0;
}

/* A whole first line is there, with its line end. */
static int resp_line(struct resp *r)
{
    r->line[r->n - 2] = '\0';
    char kind = r->line[0], *end;
    r->errors += kind == '-';
    if (kind == '-' || kind == '+' || kind == ':') {
        resp_end(r);
        return 0;
    }
    if (kind != '$')
        return -EBADMSG;
    long length = strtol(r->line + 1, &end, 10);
    if (end == r->line + 1 || *end || length < -1 || length > RESP_BODY)
        return -EBADMSG;
    if (length < 0)
        resp_end(r); /* there is no such key */
    else
        r->body = (size_t)length + 2;
    return 0;
}

static int resp_byte(struct resp *r, char c)
{
    r->line[r->n++] = c;
    if (c == '\n' && r->n >= 3 && r->line[r->n - 2] == '\r')
        return resp_line(r);
    return r->n == RESP_LINE || c == '\n' ? -EBADMSG : 0;
}

int resp_take(struct resp *r, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (r->body) {
            size_t take = r->body < n - i ? r->body : n - i;
            r->body -= take;
            i += take;
            if (!r->body)
                resp_end(r);
        } else {
            int rc = resp_byte(r, bytes[i++]);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}
