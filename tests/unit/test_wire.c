/* HTTP/1.1 as bytes: what is read, what is refused and with which status, and replies. */
#include "test.h"

#include "serve/wire.h"

#define HOST "Host: localhost:7860\r\n"

static int take(const char *text, struct wire_request *r)
{
    struct wire_seen seen = { 0 };
    return wire_read(text, strlen(text), &seen, r);
}

static void reads_a_request(void **state)
{
    (void)state;
    static const char text[] = "POST /api/v1/a%20b/%C3%A9?from=1&label=a%26b+c&flag&&to= HTTP/1.1\r\n" HOST
                               "content-TYPE:  application/json \r\nX-Other: x\r\nContent-Length: 4\r\n\r\nbody"
                               "GET / HTTP/1.1\r\n";
    struct wire_request r;
    assert_int_equal(take(text, &r), strstr(text, "GET") - text);
    assert_int_equal(r.http.method, HTTP_POST);
    assert_string_equal(r.http.path, "/api/v1/a b/\xc3\xa9");
    assert_string_equal(http_query(&r.http, "from"), "1");
    assert_string_equal(http_query(&r.http, "label"), "a&b c");
    assert_string_equal(http_query(&r.http, "to"), "");
    assert_null(http_query(&r.http, "flag")); /* it has no value */
    assert_null(http_query(&r.http, "fro"));
    assert_string_equal(r.http.header[HTTP_HOST], "localhost:7860");
    assert_string_equal(r.http.header[HTTP_CONTENT_TYPE], "application/json");
    assert_null(r.http.header[HTTP_ORIGIN]);
    assert_int_equal(r.http.body_n, 4);
    assert_string_equal(r.http.body, "body");
    assert_true(r.keep);
    wire_request_done(&r);
}

/* However the bytes are cut, the same comes out, and each byte is looked at about once. */
static void takes_bytes_as_they_come(void **state)
{
    (void)state;
    static const char text[] = "PUT /x HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789";
    struct wire_seen seen = { 0 };
    struct wire_request r;
    size_t n = sizeof text - 1;
    for (size_t i = 1; i < n; i++)
        assert_int_equal(wire_read(text, i, &seen, &r), 0);
    assert_int_equal(seen.total, n);
    assert_int_equal(wire_read(text, n, &seen, &r), n);
    assert_int_equal(seen.total, 0);
    assert_string_equal(r.http.body, "0123456789");
    wire_request_done(&r);
}

static void knows_when_a_connection_ends(void **state)
{
    (void)state;
    static const struct { const char *text; bool keep; } cases[] = {
        { "GET / HTTP/1.1\r\n" HOST "\r\n", true },
        { "GET / HTTP/1.1\r\n" HOST "Connection: keep-alive\r\n\r\n", true },
        { "GET / HTTP/1.1\r\n" HOST "Connection: TE , Close\r\n\r\n", false },
        { "GET / HTTP/1.0\r\n\r\n", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_request r;
        assert_true(take(cases[i].text, &r) > 0);
        assert_int_equal(r.keep, cases[i].keep);
        wire_request_done(&r);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct { const char *text; int status; } cases[] = {
        { "\r\n\r\n", 400 }, { "GET\r\n\r\n", 400 }, { "GET  / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 }, { "GET / http/1.1\r\n" HOST "\r\n", 400 },
        { "G\x01T / HTTP/1.1\r\n" HOST "\r\n", 400 }, { " GET / HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 }, { "GET / HTTP/1.1\r\n\r\n", 400 }, /* no Host */
        { "GET x HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET http://localhost/ HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET * HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /#a HTTP/1.1\r\n" HOST "\r\n", 400 },
        /* paths that go up, as they are and encoded; control characters; broken codes */
        { "GET /../etc HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /a/.. HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /%2e%2e/etc HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /a%2f..%2fb HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /./a HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /a\\..\\b HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /%0d%0aX: HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /% HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /%2 HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
        { "GET /?a=%1 HTTP/1.1\r\n" HOST "\r\n", 400 }, { "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400 },
        /* lines that other readers understand otherwise */
        { "GET / HTTP/1.1\n" HOST "\r\n\r\n", 400 }, { "GET / HTTP/1.1\r\n" HOST " folded: x\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400 }, { "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST ": empty\r\n\r\n", 400 }, { "GET / HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 }, { "GET / HTTP/1.1\r\n" HOST "Origin: a\r\norigin: b\r\n\r\n", 400 },
        /* bodies */
        { "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 501 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x10\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999999\r\n\r\n", 413 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_request r;
        int rc = take(cases[i].text, &r);
        if (rc != -cases[i].status)
            fail_msg("%d instead of %d: %s", rc, -cases[i].status, cases[i].text);
        assert_true(strlen(wire_trouble(cases[i].status)) > 10);
    }
}

/* With and without an end of the headers: who never ends them is refused, too. */
static void limits_sizes(void **state)
{
    (void)state;
    static char text[2 * WIRE_HEAD_MAX];
    struct wire_request r;
    snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", WIRE_TARGET_MAX, 0);
    assert_int_equal(take(text, &r), -414);
    snprintf(text, sizeof text, "GET /%0*d", WIRE_HEAD_MAX, 0);
    assert_int_equal(take(text, &r), -414);
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "A: %0*d\r\n\r\n", WIRE_HEAD_MAX, 0);
    assert_int_equal(take(text, &r), -431);
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "A: %0*d", WIRE_HEAD_MAX, 0);
    assert_int_equal(take(text, &r), -431);
    snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST "\r\n", WIRE_TARGET_MAX - 1, 0);
    assert_true(take(text, &r) > 0);
    wire_request_done(&r);
}

static void writes_a_reply(void **state)
{
    (void)state;
    struct http_reply r = { 0 };
    struct buf out = { 0 };
    size_t n;
    buf_puts(&r.body, "{}");
    http_put(&r, "X-Name", "a\r\nSet-Cookie: %s", "b");
    wire_put_head(&r, true, false, &out);
    assert_ptr_equal(strstr(out.p, "HTTP/1.1 200 OK\r\n"), out.p);
    assert_non_null(strstr(out.p, "\r\nContent-Security-Policy: default-src 'self'; "));
    assert_non_null(strstr(out.p, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(out.p, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(out.p, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(out.p, "\r\nX-Name: a??Set-Cookie: b\r\n"));
    assert_non_null(strstr(out.p, "\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n"));
    assert_string_equal(strstr(out.p, "\r\n\r\n"), "\r\n\r\n");
    assert_string_equal(wire_body(&r, &n), "{}");
    assert_int_equal(n, 2);

    buf_clear(&out);
    r.status = 304; /* neither a body nor a length */
    wire_put_head(&r, false, false, &out);
    assert_null(strstr(out.p, "Content-Length"));
    assert_non_null(strstr(out.p, "\r\nConnection: close\r\n\r\n"));
    wire_body(&r, &n);
    assert_int_equal(n, 0);

    buf_clear(&out);
    r.status = 0;
    r.type = "text/event-stream";
    wire_put_head(&r, true, true, &out);
    assert_null(strstr(out.p, "Content-Length"));
    assert_non_null(strstr(out.p, "Content-Type: text/event-stream\r\n"));
    assert_non_null(strstr(out.p, "\r\nConnection: close\r\n\r\n"));

    r.bytes = "static";
    r.n_bytes = 6;
    assert_ptr_equal(wire_body(&r, &n), r.bytes);
    assert_int_equal(n, 6);
    http_fail(&r, 404, "there is no \"x\"", NULL);
    assert_string_equal(r.body.p, "{\"error\":\"there is no \\\"x\\\"\",\"remedy\":null}\n");
    assert_int_equal(r.n_fields, 0);
    http_reply_done(&r);
    buf_done(&out);
}

/* What Prometheus sends, what browsers send, and what makes no sense. */
static void weighs_what_is_accepted(void **state)
{
    (void)state;
    static const char prometheus[] = "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
                                     "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    static const struct { const char *list, *type; double want; } cases[] = {
        { NULL, "text/plain", 0 },
        { "", "text/plain", 0 },
        { "text/plain", "text/plain", 1 },
        { "TEXT/Plain", "text/plain", 1 },
        { "text/plainer, text/plai", "text/plain", 0 },
        { prometheus, "application/openmetrics-text", 0.5 },
        { prometheus, "text/plain", 0.3 },
        { "text/html , text/plain ; q=0.25 ,*/*", "text/plain", 0.25 },
        { "a/b;q=0", "a/b", 0 },
        { "a/b;q=0.0, c/d", "a/b", 0 },
        { "a/b;q=0.001", "a/b", 0.001 },
        { "a/b;q=1.000", "a/b", 1 },
        { "a/b;x=1;Q=0.7", "a/b", 0.7 },
        { "a/b;q=0.5;x=1,a/b;q=0.9", "a/b", 0.9 },
        { "a/b;q=", "a/b", 0 },
        { "a/b;q=2", "a/b", 0 },
        { "a/b;q=-1", "a/b", 0 },
        { "a/b;q=nan", "a/b", 0 },
        { "a/b;;;", "a/b", 1 },
        { ",,, ,a/b", "a/b", 1 },
        { "*/*", "a/b", 0 }, /* that is not exactly this one */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(http_accepts(cases[i].list, cases[i].type), cases[i].want, 1e-9);
}

/* A list may come in several headers, of which the first is heard; one that may come once only is refused as before. */
static void hears_accept_once(void **state)
{
    (void)state;
    struct wire_request r;
    static const char twice[] = "GET / HTTP/1.1\r\n" HOST "Accept: a/b\r\nAccept: c/d\r\n\r\n";
    assert_true(take(twice, &r) > 0);
    assert_string_equal(r.http.header[HTTP_ACCEPT], "a/b");
    wire_request_done(&r);
    assert_int_equal(take("GET / HTTP/1.1\r\n" HOST "Cookie: a=1\r\nCookie: b=2\r\n\r\n", &r), -400);
    wire_request_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_request), cmocka_unit_test(takes_bytes_as_they_come),
        cmocka_unit_test(knows_when_a_connection_ends), cmocka_unit_test(refuses), cmocka_unit_test(limits_sizes),
        cmocka_unit_test(writes_a_reply), cmocka_unit_test(weighs_what_is_accepted),
        cmocka_unit_test(hears_accept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
