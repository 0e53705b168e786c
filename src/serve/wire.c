/* wire.c - reads and writes HTTP/1.1 (RFC 9112, RFC 3986 section 3 for the target). */
#include "serve/wire.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct reader {
    const char *p, *end;        /* what is left of the head, of which each line has its CR LF */
    struct wire_request *out;
    char *room;                 /* where the next text goes */
    int64_t length;             /* of the body; -1: not said */
    bool close, old;            /* "Connection: close"; HTTP/1.0 */
};

/* ---- pieces ---- */

static bool wire_is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static int wire_hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
           c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool wire_same(const char *p, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

/* Appends the text with its NUL. */
static const char *reader_keep(struct reader *r, const char *p, size_t n)
{
    char *at = memcpy(r->room, p, n);
    at[n] = '\0';
    r->room += n + 1;
    return at;
}

/* The same, with %XX decoded, and + as a blank in a query. NULL: it is no such text, or has control characters. */
static const char *reader_decode(struct reader *r, const char *p, size_t n, bool query)
{
    char *at = r->room, *to = at;
    for (const char *end = p + n; p < end; p++) {
        int high = *p == '%' && end - p > 2 ? wire_hex(p[1]) : -1, low = high < 0 ? -1 : wire_hex(p[2]);
        if (*p == '%' && low < 0)
            return NULL;
        char c = *p == '%' ? (char)(high << 4 | low) : *p == '+' && query ? ' ' : *p;
        if ((unsigned char)c < ' ' || c == 127)
            return NULL;
        p += *p == '%' ? 2 : 0;
        *to++ = c;
    }
    *to++ = '\0';
    r->room = to;
    return at;
}

/* ---- the request line ---- */

static bool reader_query(struct reader *r, const char *p, const char *end)
{
    r->out->http.query = r->room;
    while (p < end) {
        const char *and = memchr(p, '&', (size_t)(end - p)), *stop = and ? and : end;
        if (stop > p && !reader_decode(r, p, (size_t)(stop - p), true))
            return false;
        p = stop + 1;
    }
    *r->room++ = '\0';
    return true;
}

static int reader_target(struct reader *r, const char *p, size_t n)
{
    if (n > WIRE_TARGET_MAX)
        return -414;
    if (n == 0 || *p != '/' || memchr(p, '#', n))
        return -400;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] <= ' ' || (unsigned char)p[i] >= 127)
            return -400;
    const char *mark = memchr(p, '?', n), *end = p + n, *stop = mark ? mark : end;
    const char *path = r->out->http.path = reader_decode(r, p, (size_t)(stop - p), false);
    return path && !http_goes_up(path) && reader_query(r, mark ? mark + 1 : end, end) ? 0 : -400;
}

static enum http_method wire_method(const char *p, size_t n)
{
    for (int i = 0; i < HTTP_OTHER; i++)
        if (strlen(http_methods[i]) == n && memcmp(http_methods[i], p, n) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

static int reader_first(struct reader *r, const char *p, size_t n)
{
    size_t method = 0;
    while (method < n && wire_is_token(p[method]))
        method++;
    const char *target = p + method + 1, *blank = method && method < n && p[method] == ' ' ?
                         memchr(target, ' ', n - method - 1) : NULL;
    if (!blank)
        return n > WIRE_TARGET_MAX ? -414 : -400;
    const char *version = blank + 1;
    size_t left = (size_t)(p + n - version);
    if (left != 8 || memcmp(version, "HTTP/", 5) != 0)
        return -400;
    if (memcmp(version + 5, "1.1", 3) != 0 && memcmp(version + 5, "1.0", 3) != 0)
        return -505;
    r->old = version[7] == '0';
    r->out->http.method = wire_method(p, method);
    return reader_target(r, target, (size_t)(blank - target));
}

/* ---- headers ---- */

static int reader_length(struct reader *r, const char *p, size_t n)
{
    if (r->length >= 0 || n == 0)
        return -400;
    r->length = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -400;
        r->length = r->length * 10 + (p[i] - '0');
        if (r->length > WIRE_BODY_MAX)
            return -413;
    }
    return 0;
}

/* Is the word one of a list with commas? */
static bool wire_lists(const char *p, size_t n, const char *word)
{
    for (const char *end = p + n; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end, *last = stop;
        while (p < last && (*p == ' ' || *p == '\t'))
            p++;
        while (last > p && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (wire_same(p, (size_t)(last - p), word))
            return true;
        p = stop + 1;
    }
    return false;
}

static int reader_header(struct reader *r, const char *name, size_t n, const char *value, size_t length)
{
    if (wire_same(name, n, "content-length"))
        return reader_length(r, value, length);
    if (wire_same(name, n, "transfer-encoding"))
        return -501;
    if (wire_same(name, n, "connection"))
        r->close |= wire_lists(value, length, "close");
    for (int h = 0; h < HTTP_HEADERS; h++) {
        if (!wire_same(name, n, http_header_name((enum http_header)h)))
            continue;
        if (r->out->http.header[h] && h == HTTP_ACCEPT) /* a list may be in several; the first part of it does */
            continue;
        if (r->out->http.header[h])
            return -400;
        r->out->http.header[h] = reader_keep(r, value, length);
    }
    return 0;
}

static int reader_line(struct reader *r, const char *p, size_t n)
{
    size_t name = 0, at;
    while (name < n && wire_is_token(p[name]))
        name++;
    if (name == 0 || name == n || p[name] != ':')
        return -400;
    for (at = name + 1; at < n && (p[at] == ' ' || p[at] == '\t'); at++)
        ;
    while (n > at && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    for (size_t i = at; i < n; i++)
        if (((unsigned char)p[i] < ' ' && p[i] != '\t') || p[i] == 127)
            return -400;
    return reader_header(r, p, name, p + at, n - at);
}

static int reader_head(struct reader *r)
{
    bool first = true;
    int rc = 0;
    while (rc == 0 && r->p < r->end) {
        const char *line = r->p, *stop = memchr(line, '\n', (size_t)(r->end - line));
        if (!stop || stop == line || stop[-1] != '\r')
            return -400;
        size_t n = (size_t)(stop - 1 - line);
        rc = first ? reader_first(r, line, n) : reader_line(r, line, n);
        first = false;
        r->p = stop + 1;
    }
    if (rc == 0 && !r->old && !r->out->http.header[HTTP_HOST])
        return -400;
    return rc;
}

/* ---- a request ---- */

/* Where the empty line begins; NULL when there is none yet. */
static const char *wire_head_end(const char *bytes, size_t n, struct wire_seen *seen)
{
    size_t from = seen->head > 3 ? seen->head - 3 : 0;
    const char *end = memmem(bytes + from, n - from, "\r\n\r\n", 4);
    if (!end)
        seen->head = n;
    return end;
}

int wire_read(const char *bytes, size_t n, struct wire_seen *seen, struct wire_request *out)
{
    if (n < seen->total)
        return 0;
    const char *stop = wire_head_end(bytes, n, seen);
    size_t head = stop ? (size_t)(stop - bytes) + 4 : n;
    if (head > WIRE_HEAD_MAX)
        return memchr(bytes, '\n', WIRE_TARGET_MAX + 64) ? -431 : -414;
    if (!stop)
        return 0;
    *out = (struct wire_request){ .room = mem_new(head + 16) }; /* no text grows when it is decoded */
    struct reader r = { .p = bytes, .end = stop + 2, .out = out, .room = out->room, .length = -1 };
    int rc = reader_head(&r);
    size_t body = r.length > 0 ? (size_t)r.length : 0;
    seen->total = head + body;
    if (rc < 0 || n < seen->total) {
        wire_request_done(out);
        return rc;
    }
    *seen = (struct wire_seen){ 0 };
    out->body = memcpy(mem_new(body + 1), bytes + head, body);
    out->http.body = out->body;
    out->http.body_n = body;
    out->keep = !r.close && !r.old;
    return (int)(head + body);
}

void wire_request_done(struct wire_request *r)
{
    mem_free(r->body);
    mem_free(r->room);
    *r = (struct wire_request){ 0 };
}

const char *wire_trouble(int status)
{
    switch (status) {
    case 413: return "the body is longer than 65536 bytes";
    case 414: return "the address is longer than 8192 bytes";
    case 431: return "the headers are longer than 16384 bytes";
    case 501: return "a body needs a Content-Length; Transfer-Encoding is not understood";
    case 505: return "only HTTP/1.1 and HTTP/1.0 are understood";
    default: return "this is no request of HTTP/1.1";
    }
}

/* ---- a reply ---- */

static const char *wire_reason(int status)
{
    static const struct { int status; const char *reason; } known[] = {
        { 200, "OK" }, { 204, "No Content" }, { 302, "Found" }, { 304, "Not Modified" }, { 400, "Bad Request" },
        { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" }, { 409, "Conflict" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" }, { 421, "Misdirected Request" }, { 422, "Unprocessable Content" },
        { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
        { 501, "Not Implemented" }, { 503, "Service Unavailable" }, { 505, "HTTP Version Not Supported" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].reason;
    return "Status";
}

/*
 * What every reply says: scripts, styles and connections from here only, no frame around it, no guessing of types,
 * no word to others of where a link was clicked, and no use of it by other sites.
 */
static const char wire_security[] =
    "Content-Security-Policy: default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

static bool wire_is_bare(const struct http_reply *r)
{
    return r->status == 204 || r->status == 304;
}

const void *wire_body(const struct http_reply *r, size_t *n)
{
    *n = wire_is_bare(r) ? 0 : r->bytes ? r->n_bytes : r->body.n;
    return r->bytes ? r->bytes : r->body.p;
}

void wire_put_head(const struct http_reply *r, bool keep, bool stream, struct buf *out)
{
    int status = r->status ? r->status : 200;
    bool bare = wire_is_bare(r);
    size_t n;
    wire_body(r, &n);
    buf_printf(out, "HTTP/1.1 %d %s\r\n%s", status, wire_reason(status), wire_security);
    buf_printf(out, "Cache-Control: %s\r\n", r->cache ? r->cache : "no-store");
    if (!bare && (n || stream))
        buf_printf(out, "Content-Type: %s\r\n", r->type ? r->type : HTTP_JSON);
    for (int i = 0; i < r->n_fields; i++)
        buf_printf(out, "%s: %s\r\n", r->field[i].name, r->field[i].value);
    if (!bare && !stream)
        buf_printf(out, "Content-Length: %zu\r\n", n);
    buf_printf(out, "Connection: %s\r\n\r\n", keep && !stream ? "keep-alive" : "close");
}
