/* Lines that name receivers: what each says, and every way to say it wrong. */
#include "test.h"

#include "push/target.h"

#include <errno.h>

static void test_good(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name, *format, *host, *path;
        enum target_way way;
        int port;
        bool tls, local;
        double interval_s;
    } good[] = {
        { "a jsonl http://127.0.0.1:8080/in", "a", "jsonl", "127.0.0.1", "", TARGET_HTTP, 8080, false, true, 10 },
        { "prom remote-write https://prom.example/api/v1/write interval=30", "prom", "remote-write", "prom.example", "",
          TARGET_HTTP, 443, true, false, 30 },
        { "i-2 influx http://LOCALHOST:8086/api/v2/write?org=o&bucket=b&precision=ms interval=1m", "i-2", "influx",
          "LOCALHOST", "", TARGET_HTTP, 8086, false, true, 60 },
        { "g graphite tcp://[::1]", "g", "graphite", "::1", "", TARGET_TCP, 2003, false, true, 10 },
        { "g graphite tcp://carbon.lan:2103 insecure", "g", "graphite", "carbon.lan", "", TARGET_TCP, 2103, false, false,
          10 },
        { "m mqtt mqtts://broker.example/house/desk/", "m", "mqtt", "broker.example", "house/desk", TARGET_MQTT, 8883,
          true, false, 10 },
        { "m mqtt mqtt://127.0.0.1", "m", "mqtt", "127.0.0.1", "", TARGET_MQTT, 1883, false, true, 10 },
        { "  o   otlp  http://[::1]:4318/v1/metrics   insecure ", "o", "otlp", "::1", "", TARGET_HTTP, 4318, false, true,
          10 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct target t;
        char why[TARGET_WHY];
        if (target_read(good[i].line, &t, why) < 0)
            fail_msg("%s: %s", good[i].line, why);
        assert_string_equal(t.name, good[i].name);
        assert_string_equal(t.exporter->name, good[i].format);
        assert_string_equal(t.host, good[i].host);
        assert_string_equal(t.path, good[i].path);
        assert_int_equal(t.way, good[i].way);
        assert_int_equal(t.port, good[i].port);
        assert_int_equal(t.tls, good[i].tls);
        assert_int_equal(t.local, good[i].local);
        assert_near(t.interval_s, good[i].interval_s, 0);
        assert_string_equal(t.label, ""); /* no name leaves the machine that was not given */
    }
}

static void test_options(void **state)
{
    (void)state;
    struct target t;
    char why[TARGET_WHY];
    assert_int_equal(target_read("x influx https://h/write?db=d&p=secret metrics=cpu.*,disk.read{sda} user=u "
                                 "password_file=/p ca_file=/c host=desk", &t, why), 0);
    assert_string_equal(t.metrics, "cpu.*,disk.read{sda}");
    assert_string_equal(t.user, "u");
    assert_string_equal(t.password_file, "/p");
    assert_string_equal(t.ca_file, "/c");
    assert_string_equal(t.label, "desk");
    assert_string_equal(t.shown, "https://h/write"); /* what stands behind may be secret */
    assert_string_equal(t.url, "https://h/write?db=d&p=secret");
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct { const char *line, *why; } wrong[] = {
        { "", "begins with no name" },
        { "../x jsonl http://127.0.0.1/", "begins with no name" },
        { "x/y jsonl http://127.0.0.1/", "begins with no name" },
        { "-x jsonl http://127.0.0.1/", "begins with no name" },
        { "a23456789012345678901234567890123 jsonl http://127.0.0.1/", "begins with no name" },
        { "x", "needs a name, a format and a URL" },
        { "x jsonl", "needs a name, a format and a URL" },
        { "x nonsense http://127.0.0.1/", "has no format" },
        { "x csv http://127.0.0.1/", "has no format" },
        { "x jsonl 127.0.0.1", "no URL that begins" },
        { "x jsonl ftp://127.0.0.1/", "no URL that begins" },
        { "x jsonl http://u:p@127.0.0.1/", "a name or a secret in its URL" },
        { "x jsonl http:///in", "has no host" },
        { "x jsonl http://[::1/in", "has no host" },
        { "x jsonl http://127.0.0.1:0/", "no port" },
        { "x jsonl http://127.0.0.1:65536/", "no port" },
        { "x jsonl http://127.0.0.1:8x/", "no port" },
        { "x jsonl http://127.0.0.1/a#b", "signs in its URL" },
        { "x jsonl http://127.0.0.1/a\\b", "signs in its URL" },
        { "x jsonl http://example.org/", "without encryption" },
        { "x jsonl http://127.0.0.1.example.org/", "without encryption" },
        { "x jsonl http://127.1/", "without encryption" },
        { "x graphite tcp://example.org", "without encryption" },
        { "x mqtt mqtt://example.org", "without encryption" },
        { "x graphite http://127.0.0.1/", "does not go by http" },
        { "x mqtt tcp://127.0.0.1", "goes by http" },
        { "x jsonl mqtt://127.0.0.1", "goes by http" },
        { "x graphite tcp://127.0.0.1/in", "has a path" },
        { "x mqtt mqtt://127.0.0.1/a/+/b", "has a topic" },
        { "x jsonl http://127.0.0.1/ interval=0", "interval is no time" },
        { "x jsonl http://127.0.0.1/ interval=2h", "interval is no time" },
        { "x jsonl http://127.0.0.1/ interval", "interval is no time" },
        { "x jsonl http://127.0.0.1/ metrics=", "metrics is empty" },
        { "x jsonl http://127.0.0.1/ token_file=rel", "token_file is no path" },
        { "x jsonl http://127.0.0.1/ token=abc", "token is not known" },
        { "x jsonl http://127.0.0.1/ password_file=/p", "no user" },
        { "x jsonl http://127.0.0.1/ token_file=/t user=u", "one of them" },
        { "x graphite tcp://127.0.0.1 user=u", "tcp:// does not know" },
        { "x mqtt mqtt://127.0.0.1 token_file=/t", "only HTTP knows" },
        { "x jsonl http://127.0.0.1/\n", "cannot be shown" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct target t = { .port = 42 };
        char why[TARGET_WHY];
        assert_int_equal(target_read(wrong[i].line, &t, why), -EINVAL);
        if (!strstr(why, wrong[i].why))
            fail_msg("%s: %s", wrong[i].line, why);
        assert_int_equal(t.port, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good), cmocka_unit_test(test_options), cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
