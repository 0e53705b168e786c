/* http.c - requests and replies as data (RFC 9110 for what the headers mean). */
#include "serve/http.h"

#include "base/json.h"
#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *const http_methods[HTTP_OTHER] = { "GET", "HEAD", "POST", "PUT", "DELETE" };

const char *http_header_name(enum http_header h)
{
    static const char *const names[HTTP_HEADERS] = {
        [HTTP_HOST] = "host", [HTTP_ORIGIN] = "origin", [HTTP_FETCH_SITE] = "sec-fetch-site",
        [HTTP_COOKIE] = "cookie", [HTTP_AUTHORIZATION] = "authorization",
        [HTTP_ACCEPT_ENCODING] = "accept-encoding", [HTTP_IF_NONE_MATCH] = "if-none-match",
        [HTTP_CONTENT_TYPE] = "content-type", [HTTP_ACCEPT] = "accept",
    };
    return h < HTTP_HEADERS ? names[h] : "";
}

bool http_goes_up(const char *path)
{
    for (const char *p = path; p; p = strchr(p, '/')) {
        p += *p == '/';
        size_t n = strcspn(p, "/\\");
        if ((n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
            return true;
    }
    return strchr(path, '\\') != NULL;
}

const char *http_query(const struct http_request *r, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = r->query; *p; p += strlen(p) + 1)
        if (strncmp(p, name, n) == 0 && p[n] == '=')
            return p + n + 1;
    return NULL;
}

/* "1", "0.5", "0.001"; of what is none of these 0. */
static double http_weight(const char *p)
{
    double v = *p == '1', unit = 0.1;
    if (*p != '0' || p[1] != '.')
        return v;
    for (p += 2; *p >= '0' && *p <= '9' && unit > 0.0005; p++, unit /= 10)
        v += unit * (*p - '0');
    return v;
}

/* The q among the parameters of one member of a list, which ends at a comma or with the text; 1 where there is none. */
static double http_quality(const char *p)
{
    while (*p == ';') {
        p += 1 + strspn(p + 1, " \t");
        if ((*p == 'q' || *p == 'Q') && p[1] == '=')
            return http_weight(p + 2);
        p += strcspn(p, ";,");
    }
    return 1;
}

double http_accepts(const char *list, const char *type)
{
    double best = 0;
    size_t n = strlen(type);
    for (const char *p = list; p && *p; p += *p == ',') {
        p += strspn(p, " \t");
        const char *end = p + strcspn(p, "; \t,");
        const char *rest = end + strspn(end, " \t");
        if ((size_t)(end - p) == n && strncasecmp(p, type, n) == 0 && http_quality(rest) > best)
            best = http_quality(rest);
        p += strcspn(p, ",");
    }
    return best;
}

void http_put(struct http_reply *r, const char *name, const char *fmt, ...)
{
    char value[1024];
    va_list args;
    assert(r->n_fields < HTTP_HEADERS_MAX);
    va_start(args, fmt);
    vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    for (char *p = value; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    r->field[r->n_fields++] = (struct http_field){ name, mem_dup(value) };
}

const char *http_field(const struct http_reply *r, const char *name)
{
    for (int i = 0; i < r->n_fields; i++)
        if (strcasecmp(r->field[i].name, name) == 0)
            return r->field[i].value;
    return NULL;
}

void http_reply_done(struct http_reply *r)
{
    for (int i = 0; i < r->n_fields; i++)
        mem_free(r->field[i].value);
    buf_done(&r->body);
    if (r->later.drop)
        r->later.drop(r->later.self);
    *r = (struct http_reply){ 0 };
}

void http_fail(struct http_reply *r, int status, const char *error, const char *remedy)
{
    struct json j;
    http_reply_done(r);
    r->status = status;
    json_init(&j, &r->body);
    json_object(&j, NULL);
    json_string(&j, "error", error);
    json_string(&j, "remedy", remedy);
    json_end(&j);
    buf_putc(&r->body, '\n');
}
