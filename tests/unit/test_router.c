/* Routes: which one answers, what stands for its parts, and what is said where none does. */
#include "test.h"

#include "serve/router.h"

static void nothing(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self, (void)r, (void)out;
}

static const struct route first[] = {
    { HTTP_GET, "/api/v1/sessions", HTTP_READ_ONLY, ROUTE_WORKER, nothing },
    { HTTP_GET, "/api/v1/sessions/{}", HTTP_READ_ONLY, ROUTE_WORKER, nothing },
    { HTTP_POST, "/api/v1/sessions/{}/labels", HTTP_FULL, ROUTE_WORKER, nothing },
    { HTTP_DELETE, "/api/v1/sessions/{}/labels/{*}", HTTP_FULL, ROUTE_WORKER, nothing },
    { 0 },
};
static const struct route second[] = {
    { HTTP_POST, "/api/v1/sessions", HTTP_FULL, ROUTE_WORKER, nothing },
    { HTTP_GET, "/", HTTP_NOBODY, ROUTE_AT_ONCE, nothing },
    { 0 },
};
static int self;
static const struct router_table tables[] = { { first, NULL }, { second, &self } };

static const struct route *find(enum http_method m, const char *path, struct http_request *r,
                                struct http_reply *refusal)
{
    static struct buf room;
    struct router_match match = { 0 };
    *r = (struct http_request){ .method = m, .path = path };
    http_reply_done(refusal);
    bool found = router_find(tables, 2, r, &room, &match, refusal);
    assert_int_equal(found, refusal->status == 0);
    assert_true(!found || match.self == (match.route >= second && match.route < second + 2 ? &self : NULL));
    const struct route *route = found ? match.route : NULL;
    return route;
}

static void finds(void **state)
{
    (void)state;
    struct http_request r;
    struct http_reply refusal = { 0 };
    assert_ptr_equal(find(HTTP_GET, "/api/v1/sessions", &r, &refusal), &first[0]);
    assert_string_equal(r.part[0], "");
    assert_ptr_equal(find(HTTP_HEAD, "/api/v1/sessions", &r, &refusal), &first[0]);
    assert_ptr_equal(find(HTTP_POST, "/api/v1/sessions", &r, &refusal), &second[0]);
    assert_ptr_equal(find(HTTP_GET, "/api/v1/sessions/last", &r, &refusal), &first[1]);
    assert_string_equal(r.part[0], "last");
    assert_ptr_equal(find(HTTP_DELETE, "/api/v1/sessions/a/labels/new fan/2", &r, &refusal), &first[3]);
    assert_string_equal(r.part[0], "a");
    assert_string_equal(r.part[1], "new fan/2"); /* {*} takes all that is left */
    assert_string_equal(r.part[2], "");
    assert_ptr_equal(find(HTTP_GET, "/", &r, &refusal), &second[1]);
    http_reply_done(&refusal);
}

static void refuses(void **state)
{
    (void)state;
    static const struct { enum http_method m; const char *path; int status; const char *allow; } cases[] = {
        { HTTP_GET, "/api/v1/session", 404, NULL },
        { HTTP_GET, "/api/v1/sessions/", 404, NULL },
        { HTTP_GET, "/api/v1/sessions/a/b", 404, NULL },
        { HTTP_DELETE, "/api/v1/sessions/a/labels/", 404, NULL },
        { HTTP_POST, "/api/v1/sessions//labels", 404, NULL },
        { HTTP_GET, "", 404, NULL },
        { HTTP_GET, "//", 404, NULL },
        { HTTP_DELETE, "/api/v1/sessions", 405, "GET, HEAD, POST" },
        { HTTP_OTHER, "/", 405, "GET, HEAD" },
        { HTTP_PUT, "/api/v1/sessions/x/labels/y", 405, "DELETE" },
    };
    struct http_request r;
    struct http_reply refusal = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(find(cases[i].m, cases[i].path, &r, &refusal));
        assert_int_equal(refusal.status, cases[i].status);
        const char *allow = http_field(&refusal, "allow");
        if (cases[i].allow)
            assert_string_equal(allow, cases[i].allow);
        else
            assert_null(allow);
    }
    http_reply_done(&refusal);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds), cmocka_unit_test(refuses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
