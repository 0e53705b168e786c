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
        [HTTP_CONTENT_TYPE] = "content-type", [HTTP_MCP_VERSION] = "mcp-protocol-version",
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
