/* Addresses: where they lead, and what is refused because two readers could understand it differently. */
#include "test.h"

#include "base/url.h"

#include <string.h>

static void where_it_leads(void **state)
{
    (void)state;
    static const struct { const char *text, *host, *rest; int port; bool local; } good[] = {
        { "https://example.org", "example.org", "", 0, false },
        { "HTTPS://example.org:8443/a/b?c=d", "example.org", "/a/b?c=d", 8443, false },
        { "http://localhost?x", "localhost", "?x", 0, true },
        { "tcp://LOCALHOST:65535", "LOCALHOST", "", 65535, true },
        { "mqtt://127.8.9.255:1/a", "127.8.9.255", "/a", 1, true },
        { "http://[::1]:9000/", "[::1]", "/", 9000, true },
        { "https://[2001:db8::1]/v1", "[2001:db8::1]", "/v1", 0, false },
        { "http://my_service.lan/@x", "my_service.lan", "/@x", 0, false },
        { "http://localhost.example/", "localhost.example", "/", 0, false },
        { "http://127.1", "127.1", "", 0, false },
        { "http://127.0.0.256", "127.0.0.256", "", 0, false },
        { "http://127.0.0.1.example.org", "127.0.0.1.example.org", "", 0, false },
        { "http://[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", "", 0, false },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct url u;
        const char *why = url_read(good[i].text, &u);
        if (why)
            fail_msg("%s %s", good[i].text, why);
        assert_int_equal(u.host_n, strlen(good[i].host));
        assert_memory_equal(u.host, good[i].host, u.host_n);
        assert_string_equal(u.rest, good[i].rest);
        assert_int_equal(u.port, good[i].port);
        assert_int_equal(u.local, good[i].local);
    }
}

static void what_is_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *why; } bad[] = {
        { "", "no scheme" }, { "://x", "no scheme" }, { "example.org", "no scheme" }, { "http:/x", "no scheme" },
        { "http://", "no host" }, { "http:///a", "no host" }, { "http://[::1", "no host" }, { "http://[]/", "no host" },
        { "http://a:b@example.org/", "a name or a secret" }, { "http://127.0.0.1@example.org", "a name or a secret" },
        { "http://x:", "no port" }, { "http://x:0/", "no port" }, { "http://x:65536/", "no port" },
        { "http://x:123456/", "no port" }, { "http://x:80a/", "no port" }, { "http://x:80\\y", "no port" },
        { "http://x\\y/", "signs" }, { "http://x#y", "signs" }, { "http://x y/", "signs" },
        { "http://m\xc3\xb6.example/", "signs" },
    };
    struct url u;
    char longest[300] = "http://";
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = url_read(bad[i].text, &u);
        if (!why || !strstr(why, bad[i].why))
            fail_msg("%s: %s", bad[i].text, why ? why : "taken");
    }
    memset(longest + 7, 'a', 254);
    assert_non_null(url_read(longest, &u));
    longest[7 + 253] = '\0';
    assert_null(url_read(longest, &u));
}

static void plain_http_stays_here(void **state)
{
    (void)state;
    static const char *const good[] = { "https://example.org", "https://example.org:8443/a/b?c=d&e=f",
                                        "http://127.0.0.1:80/x", "http://[::1]:9000/", "http://localhost/x",
                                        "HTTPS://example.org/%20" };
    static const char *const bad[] = { "", "ftp://localhost/", "file:///etc", "http://example.org/", "http://127.1/",
                                       "HTTP://example.org/", "https://x/ y", "https://x/#y", "https://x/\ny",
                                       "http://0.0.0.0/", "http://2130706433/" };
    struct url u;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(url_read_http(good[i], "/%?&=", &u));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!url_read_http(bad[i], "/%?&=", &u))
            fail_msg("%s is taken", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_it_leads),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(plain_http_stays_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
