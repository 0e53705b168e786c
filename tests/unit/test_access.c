/* Who may ask: names against DNS rebinding, origins, tokens, sessions, and what too many wrong tokens bring. */
#include "test.h"

#include "base/mem.h"
#include "os/os.h"
#include "serve/access.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

static char dir[64];
static int64_t now_ns;

static int64_t clock_ns(void)
{
    return now_ns;
}

/* Stands for SHA-256: these tests are about what is done with it. */
static int digest(const char *algorithm, const void *bytes, size_t n, char *hex, size_t cap)
{
    uint64_t h = 14695981039346656037u;
    assert_string_equal(algorithm, "sha256");
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
    return snprintf(hex, cap, "%016llx%016llx%016llx%016llx", (unsigned long long)h, (unsigned long long)~h,
                    (unsigned long long)h * 3, (unsigned long long)h * 5);
}

static const struct crypto fake = { .digest = digest };

static struct access *make(const char *address, bool guarded, bool tls, const char *host)
{
    char path[96];
    const char *hosts[] = { host, NULL };
    struct access *a = NULL;
    now_ns = 1000000000;
    snprintf(path, sizeof path, "%s/keys/web", dir);
    assert_int_equal(access_open(&(struct access_options){ .address = address, .port = 7860, .tls = tls,
        .guarded = guarded, .hosts = hosts, .path = path, .crypto = &fake, .now_ns = clock_ns }, &a), 0);
    return a;
}

static int admit(struct access *a, struct http_request *r, struct http_reply *reply)
{
    http_reply_done(reply);
    if (!r->header[HTTP_HOST])
        r->header[HTTP_HOST] = "localhost:7860";
    r->query = r->query ? r->query : "";
    r->body = r->body ? r->body : "";
    r->peer = r->peer ? r->peer : "10.0.0.1";
    bool ok = access_admit(a, r, reply);
    assert_int_equal(ok, reply->status == 0);
    return reply->status;
}

static void names(void **state)
{
    (void)state;
    static const struct { const char *address, *host; bool tls; int status; } cases[] = {
        { "127.0.0.1", "localhost:7860", false, 0 }, { "127.0.0.1", "127.0.0.1:7860", false, 0 },
        { "127.0.0.1", "[::1]:7860", false, 0 }, { "127.0.0.1", "LOCALHOST:7860", false, 0 },
        { "127.0.0.1", "box.lan:7860", false, 0 }, { "127.0.0.1", "other.lan:7860", false, 421 },
        { "127.0.0.1", "localhost", false, 421 }, { "127.0.0.1", "localhost:80", false, 421 },
        { "127.0.0.1", "localhost:7860.evil.com", false, 421 }, { "127.0.0.1", "evil.com:7860", false, 421 },
        { "127.0.0.1", "localhost.evil.com:7860", false, 421 }, { "127.0.0.1", "", false, 421 },
        { "127.0.0.1", "10.0.0.7:7860", false, 421 }, { "127.0.0.1", "localhost:", false, 421 },
        { "127.0.0.1", "localhost:07860x", false, 421 }, { "127.0.0.1", ":7860", false, 421 },
        { "0.0.0.0", "10.0.0.7:7860", false, 0 }, { "0.0.0.0", "[fe80::1]:7860", true, 0 },
        { "0.0.0.0", "10.0.0.7.evil.com:7860", false, 421 }, { "0.0.0.0", "10.0.0:7860", false, 421 },
        { "0.0.0.0", "[evil.com]:7860", false, 421 }, { "192.168.1.2", "192.168.1.2:7860", false, 0 },
        { "0.0.0.0", "box.lan:7860", true, 0 }, { "0.0.0.0", "other.lan:7860", true, 421 },
    };
    struct http_reply reply = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access *a = make(cases[i].address, false, cases[i].tls, "box.lan");
        struct http_request r = { .header[HTTP_HOST] = cases[i].host };
        if (admit(a, &r, &reply) != cases[i].status)
            fail_msg("%s on %s: %d", cases[i].host, cases[i].address, reply.status);
        access_close(a);
    }
    struct access *a = make("127.0.0.1", false, false, "localhost:9000"); /* as through a tunnel */
    struct http_request r = { .header[HTTP_HOST] = "localhost:9000" };
    assert_int_equal(admit(a, &r, &reply), 0);
    access_close(a);
    http_reply_done(&reply);
    assert_true(access_is_local("127.0.0.1") && access_is_local("127.3.2.1") && access_is_local("::1"));
    assert_true(!access_is_local("0.0.0.0") && !access_is_local("::") && !access_is_local("127.evil.com"));
}

static void origins(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *origin, *site, *type;
        int status, allowed; /* by access_admit(); then by access_allows() for a role */
    } cases[] = {
        { HTTP_GET, NULL, NULL, NULL, 0, 0 },
        { HTTP_GET, "http://localhost:7860", "same-origin", NULL, 0, 0 },
        { HTTP_GET, "https://localhost:7860", NULL, NULL, 403, 0 },
        { HTTP_GET, "http://evil.com", NULL, NULL, 403, 0 },
        { HTTP_GET, "http://localhost:78601", NULL, NULL, 403, 0 },
        { HTTP_GET, "http://localhost", NULL, NULL, 403, 0 },
        { HTTP_GET, "null", NULL, NULL, 403, 0 },
        { HTTP_GET, NULL, "none", NULL, 0, 0 },
        { HTTP_GET, NULL, "cross-site", NULL, 0, 403 },
        { HTTP_GET, NULL, "same-site", NULL, 0, 403 }, /* another port of this machine */
        { HTTP_POST, "http://localhost:7860", "same-origin", HTTP_JSON, 0, 0 },
        { HTTP_POST, "http://localhost:3000", "same-site", HTTP_JSON, 403, 0 },
        { HTTP_POST, NULL, NULL, NULL, 403, 0 },
        { HTTP_POST, NULL, NULL, "text/plain", 403, 0 }, /* as a form may */
        { HTTP_POST, NULL, NULL, "application/json; charset=utf-8", 0, 0 },
        { HTTP_POST, NULL, "cross-site", HTTP_JSON, 403, 0 },
        { HTTP_DELETE, NULL, NULL, NULL, 0, 0 },
        { HTTP_DELETE, "http://evil.com", NULL, NULL, 403, 0 },
    };
    struct access *a = make("127.0.0.1", false, false, NULL);
    struct http_reply reply = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request r = { .method = cases[i].method, .header[HTTP_ORIGIN] = cases[i].origin,
            .header[HTTP_FETCH_SITE] = cases[i].site, .header[HTTP_CONTENT_TYPE] = cases[i].type };
        if (admit(a, &r, &reply) != cases[i].status)
            fail_msg("case %zu: %d", i, reply.status);
        if (cases[i].status)
            continue;
        assert_int_equal(access_allows(&r, HTTP_READ_ONLY, &reply), cases[i].allowed == 0);
        assert_int_equal(reply.status, cases[i].allowed);
        assert_true(access_allows(&r, HTTP_NOBODY, &reply)); /* the page itself may be linked to */
    }
    access_close(a);
    http_reply_done(&reply);
}

static void bearer(struct http_request *r, const char *token)
{
    static char header[128];
    snprintf(header, sizeof header, "Bearer %s", token);
    *r = (struct http_request){ .header[HTTP_AUTHORIZATION] = header };
}

static void tokens(void **state)
{
    (void)state;
    char full[ACCESS_TOKEN_MAX], reads[ACCESS_TOKEN_MAX], path[96], *text;
    size_t n;
    struct http_request r;
    struct http_reply reply = { 0 };
    struct access *a = make("0.0.0.0", true, false, NULL);
    assert_false(access_has_tokens(a));
    assert_int_equal(access_make(a, HTTP_FULL, full), 0);
    assert_int_equal(access_make(a, HTTP_READ_ONLY, reads), 0);
    assert_true(strlen(full) == 64 && strcmp(full, reads) != 0);
    access_close(a);

    snprintf(path, sizeof path, "%s/keys/web", dir);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(os_read_file(path, 4096, &text, &n), 0);
    assert_null(strstr(text, full));
    assert_null(strstr(text, reads));
    mem_free(text);

    a = make("0.0.0.0", true, false, NULL); /* again: from the file */
    assert_true(access_has_tokens(a));
    r = (struct http_request){ 0 };
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_NOBODY);
    assert_false(access_allows(&r, HTTP_READ_ONLY, &reply));
    assert_int_equal(reply.status, 401);
    bearer(&r, full);
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_FULL);
    assert_true(access_allows(&r, HTTP_FULL, &reply));
    bearer(&r, reads);
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_READ_ONLY);
    assert_false(access_allows(&r, HTTP_FULL, &reply));
    assert_int_equal(reply.status, 403);
    bearer(&r, "wrong");
    assert_int_equal(admit(a, &r, &reply), 401);
    r = (struct http_request){ .query = "metrics=*\0token=x\0" };
    assert_int_equal(admit(a, &r, &reply), 400);

    char again[ACCESS_TOKEN_MAX]; /* a new one replaces the old one */
    assert_int_equal(access_make(a, HTTP_FULL, again), 0);
    bearer(&r, full);
    assert_int_equal(admit(a, &r, &reply), 401);
    access_close(a);
    http_reply_done(&reply);
}

static int login(struct access *a, const char *body, const char *peer, struct http_reply *reply)
{
    struct http_request r = { .method = HTTP_POST, .header[HTTP_CONTENT_TYPE] = HTTP_JSON, .body = body,
                              .body_n = strlen(body), .peer = peer };
    if (admit(a, &r, reply) == 0)
        access_login(a, &r, reply);
    return reply->status;
}

static void sessions(void **state)
{
    (void)state;
    char token[ACCESS_TOKEN_MAX], body[128], cookie[256] = "other=1; ";
    struct http_reply reply = { 0 };
    struct access *a = make("0.0.0.0", true, true, "box.lan");
    assert_int_equal(access_make(a, HTTP_READ_ONLY, token), 0);
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
    assert_int_equal(login(a, body, "10.0.0.1", &reply), 204);
    const char *set = http_field(&reply, "Set-Cookie");
    assert_non_null(strstr(set, "; HttpOnly; SameSite=Strict; "));
    assert_non_null(strstr(set, "; Secure"));
    assert_null(strstr(set, token));
    strncat(cookie, set, strcspn(set, ";"));

    struct http_request r = { .header[HTTP_COOKIE] = cookie };
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_READ_ONLY);
    uint64_t session = r.session;
    assert_true(session != 0);
    now_ns += (int64_t)(ACCESS_SESSION_S - 1) * 1000000000;
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_READ_ONLY);
    assert_true(r.session == session && access_lasts(a, session) && access_lasts(a, 0));
    now_ns += (int64_t)2 * 1000000000; /* it lasts from its login on, as the browser's cookie does */
    assert_false(access_lasts(a, session));
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_NOBODY);

    assert_int_equal(login(a, body, "10.0.0.1", &reply), 204);
    set = http_field(&reply, "Set-Cookie");
    snprintf(cookie, sizeof cookie, "%.*s", (int)strcspn(set, ";"), set);
    http_reply_done(&reply);
    r = (struct http_request){ .header[HTTP_COOKIE] = cookie };
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_true(r.session != session && access_lasts(a, r.session));
    session = r.session;
    access_logout(a, &r, &reply);
    assert_int_equal(reply.status, 204);
    assert_false(access_lasts(a, session));
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_NOBODY);
    static const char *const bad[] = { "", "{}", "[1]", "{\"token\":1}", "token=x", "{\"token\":" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(login(a, bad[i], "10.0.0.1", &reply), 400);
    access_close(a);
    http_reply_done(&reply);
}

/* Who may only read logs in as often as he likes, and ends no session but those of his role. */
static void roles_end_their_own_sessions(void **state)
{
    (void)state;
    char full[ACCESS_TOKEN_MAX], reads[ACCESS_TOKEN_MAX], body[128], cookie[256];
    struct http_reply reply = { 0 };
    struct access *a = make("0.0.0.0", true, false, "box.lan");
    assert_int_equal(access_make(a, HTTP_FULL, full), 0);
    assert_int_equal(access_make(a, HTTP_READ_ONLY, reads), 0);
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", full);
    assert_int_equal(login(a, body, "10.0.0.1", &reply), 204);
    const char *set = http_field(&reply, "Set-Cookie");
    snprintf(cookie, sizeof cookie, "%.*s", (int)strcspn(set, ";"), set);
    struct http_request r = { .header[HTTP_COOKIE] = cookie };
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", reads);
    for (int i = 0; i < 200; i++) {
        now_ns += 1000000000;
        assert_int_equal(login(a, body, "10.0.0.2", &reply), 204);
    }
    assert_int_equal(admit(a, &r, &reply), 0);
    assert_int_equal(r.role, HTTP_FULL);
    access_close(a);
    http_reply_done(&reply);
}

static void too_many_tries(void **state)
{
    (void)state;
    char token[ACCESS_TOKEN_MAX], body[128], peer[32];
    struct http_reply reply = { 0 };
    struct http_request r;
    struct access *a = make("0.0.0.0", true, false, NULL);
    assert_int_equal(access_make(a, HTTP_FULL, token), 0);
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
    for (int i = 0; i < ACCESS_TRIES_PEER; i++)
        assert_int_equal(login(a, "{\"token\":\"x\"}", "10.0.0.9", &reply), 401);
    assert_int_equal(login(a, "{\"token\":\"x\"}", "10.0.0.9", &reply), 429);
    assert_string_equal(http_field(&reply, "Retry-After"), "60");
    assert_int_equal(login(a, body, "10.0.0.9", &reply), 204); /* who has one does not wait for those who guess */
    bearer(&r, token);
    r.peer = "10.0.0.9";
    assert_int_equal(admit(a, &r, &reply), 0);
    for (int i = ACCESS_TRIES_PEER; i < ACCESS_TRIES; i++) {
        snprintf(peer, sizeof peer, "10.0.1.%d", i);
        assert_int_equal(login(a, "{\"token\":\"x\"}", peer, &reply), 401);
    }
    assert_int_equal(login(a, "{\"token\":\"x\"}", "10.0.0.8", &reply), 429); /* there were too many of all */
    now_ns += (int64_t)ACCESS_TRIES_S * 1000000000;
    assert_int_equal(login(a, "{\"token\":\"x\"}", "10.0.0.9", &reply), 401);
    access_close(a);
    http_reply_done(&reply);
}

static void bad_files(void **state)
{
    (void)state;
    static const char *const bad[] = { "full abc\n", "x\n", "root 00\n", "full " };
    char path[96], text[256];
    struct access *a;
    struct access_options o = { .address = "::1", .path = path, .now_ns = clock_ns };
    snprintf(path, sizeof path, "%s/bad", dir);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(os_write_file(path, bad[i], strlen(bad[i])), 0);
        assert_int_equal(access_open(&o, &a), -EBADMSG);
    }
    snprintf(text, sizeof text, "# a note\n\nfull %064d\n", 0);
    assert_int_equal(os_write_file(path, text, strlen(text)), 0);
    assert_int_equal(access_open(&o, &a), 0);
    assert_true(access_has_tokens(a));
    assert_int_equal(access_make(a, HTTP_FULL, text), -ENOSYS); /* without the module */
    access_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test(origins), cmocka_unit_test(tokens), cmocka_unit_test(sessions),
        cmocka_unit_test(roles_end_their_own_sessions),
        cmocka_unit_test(too_many_tries), cmocka_unit_test(bad_files),
    };
    assert(os_make_temp_dir(false, dir, sizeof dir) == 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    os_remove_dir(dir);
    return failed;
}
