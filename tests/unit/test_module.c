/* Modules: found beside the program, absent ones are an answer; digests against FIPS 180-4. */
#include "test.h"

#include "modules/crypto.h"
#include "modules/fetch.h"
#include "modules/mqtt.h"
#include "modules/terminal.h"
#include "modules/web.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static void absent(void **state)
{
    (void)state;
    assert_null(os_module("sonde-nothing", "x"));
    assert_null(os_module("../unit/sonde-crypto", "sonde_crypto"));
    assert_null(os_module("", "x"));
    assert_null(os_module("sonde-crypto", "no_such_symbol"));
}

static void current_folder(void **state)
{
    (void)state;
    char here[OS_PATH_MAX];
    assert_non_null(getcwd(here, sizeof here));
    char dir[] = "/tmp/sonde-module-XXXXXX";
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    FILE *f = fopen("sonde-other.so", "w");
    assert_non_null(f);
    fclose(f);
    assert_null(os_module("sonde-other", "x"));
    assert_int_equal(remove("sonde-other.so"), 0);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void digests(void **state)
{
    (void)state;
    const struct crypto *c = os_module("sonde-crypto", "sonde_crypto");
    assert_int_equal(c != NULL, strstr(getenv("SONDE_MODULES"), "sonde-crypto") != NULL);
    if (!c)
        return; /* built without OpenSSL */
    assert_ptr_equal(c, os_module("sonde-crypto", "sonde_crypto"));

    /* The examples of FIPS 180-4 ("abc") and the well-known digests of nothing. */
    static const struct { const char *algorithm, *text, *want; } cases[] = {
        { "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "sha384", "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
                           "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
        { "sha512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                           "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
    };
    char hex[CRYPTO_HEX_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t want = strlen(cases[i].want);
        assert_int_equal(
            c->digest(cases[i].algorithm, cases[i].text, strlen(cases[i].text), hex, sizeof hex),
            want);
        assert_string_equal(hex, cases[i].want);
        assert_int_equal(c->digest(cases[i].algorithm, "", 0, hex, want + 1), want);
        assert_int_equal(c->digest(cases[i].algorithm, "", 0, hex, want), -ENOSPC);
    }
    assert_int_equal(c->digest("md5", "", 0, hex, sizeof hex), -EINVAL);
    assert_int_equal(c->digest("", "", 0, hex, sizeof hex), -EINVAL);
}

/* Its work is tried by tests/e2e/top.sh, on a terminal. */
static void terminal(void **state)
{
    (void)state;
    const struct terminal *t = os_module("sonde-terminal", "sonde_terminal");
    assert_int_equal(t != NULL, strstr(getenv("SONDE_MODULES"), "sonde-terminal") != NULL);
    bool utf8 = true;
    if (!t || isatty(STDIN_FILENO))
        return;
    assert_int_equal(t->open(&utf8), -ENOTTY);
    t->close(); /* any number of times, also when it is not open */
    t->close();
}

static int fetch_take(void *self, const char *bytes, size_t n)
{
    (void)self;
    (void)bytes;
    return (int)n;
}

static bool fetch_stop(void)
{
    return true;
}

/* Likewise by tests/e2e/endpoint.sh. Here what needs no server: nobody listens, it is not here, it is stopped. */
static void fetch(void **state)
{
    (void)state;
    const struct fetch *f = os_module("sonde-fetch", "sonde_fetch");
    assert_int_equal(f != NULL, strstr(getenv("SONDE_MODULES"), "sonde-fetch") != NULL);
    if (!f)
        return;
    char why[FETCH_WHY];
    struct fetch_request r = { .url = "http://127.0.0.1:1/v1", .body = "{}", .n = 2, .timeout_s = 5, .local = true,
                               .take = fetch_take };
    assert_int_equal(f->post(&r, why), -ECONNREFUSED);
    assert_true(*why);
    r.url = "http://192.0.2.1:1/"; /* RFC 5737: nobody's, and no packet goes there */
    assert_int_equal(f->post(&r, why), -ECONNREFUSED);
    r.url = "ftp://127.0.0.1/";
    assert_int_equal(f->post(&r, why), -EIO);
    r.url = "https://127.0.0.1:1/";
    r.stop = fetch_stop;
    assert_true(f->post(&r, why) < 0);
}

/* Where memory lacks for the key nothing is asked: without it the question would come from nobody. */
static void fetch_without_memory(void **state)
{
    (void)state;
    const struct fetch *f = os_module("sonde-fetch", "sonde_fetch");
    size_t n = (size_t)256 << 20;
    long pages = 0;
    struct rlimit was, few;
    char text[128], why[FETCH_WHY];
    if (!f || TEST_SLOW) /* a sanitizer has an address space of its own */
        return;
    char *bearer = malloc(n + 1);
    assert_non_null(bearer);
    memset(bearer, 'x', n);
    bearer[n] = '\0';
    assert_true(os_read_text("", "/proc/self/statm", text, sizeof text) > 0 && sscanf(text, "%ld", &pages) == 1);
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    few = was;
    few.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + n / 2;
    assert_int_equal(setrlimit(RLIMIT_AS, &few), 0);
    int rc = f->post(&(struct fetch_request){ .url = "http://127.0.0.1:1/v1", .body = "{}", .n = 2, .timeout_s = 5,
                                              .local = true, .take = fetch_take, .bearer = bearer }, why);
    assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
    assert_int_equal(rc, -ENOMEM);
    free(bearer);
}

static bool mqtt_stop(void *self)
{
    (void)self;
    return true;
}

/* Likewise by tests/e2e/full/push.sh. */
static void mqtt(void **state)
{
    (void)state;
    const struct mqtt *m = os_module("sonde-mqtt", "sonde_mqtt");
    assert_int_equal(m != NULL, strstr(getenv("SONDE_MODULES"), "sonde-mqtt") != NULL);
    if (!m)
        return;
    char why[MQTT_WHY];
    void *connection = NULL;
    size_t taken = 42;
    struct mqtt_broker b = { .host = "127.0.0.1", .port = 1, .id = "one", .timeout_s = 5 };
    assert_true(m->publish(&b, &connection, "topic", "a\nb\n", 4, &taken, why) < 0); /* nobody listens */
    assert_true(*why);
    assert_int_equal(taken, 0);
    assert_null(connection);
    b.stop = mqtt_stop;
    assert_true(m->publish(&b, &connection, "topic", "a\n", 2, &taken, why) < 0);
    assert_null(connection);
    m->close(NULL);
}

/* Likewise by tests/e2e/serve.sh. What can be refused is refused without a connection. */
static void web(void **state)
{
    (void)state;
    const struct web *w = os_module("sonde-web", "sonde_web");
    assert_int_equal(w != NULL, strstr(getenv("SONDE_MODULES"), "sonde-web") != NULL);
    if (!w)
        return;
    struct web_server *s, *other;
    struct web_options o = { .address = "localhost", .connections = 4 };
    assert_int_equal(w->listen(&o, &s), -EINVAL); /* a name */
    o.address = "192.0.2.1"; /* RFC 5737: nobody's */
    assert_int_equal(w->listen(&o, &s), -EADDRNOTAVAIL);
    o.address = "127.0.0.1";
    o.cert = o.key = "/dev/null";
    assert_int_equal(w->listen(&o, &s), -EPROTO);
    o.cert = o.key = NULL;
    assert_int_equal(w->listen(&o, &s), 0);
    o.port = w->port(s);
    assert_true(o.port > 0);
    assert_int_equal(w->listen(&o, &other), -EADDRINUSE);
    w->close(s);
    assert_int_equal(w->listen(&o, &s), 0); /* it was given back */
    w->close(s);
    w->close(NULL);
}

/* RFC 4231, 4.2, 4.3 and 4.7: short keys and one that is longer than a block. */
static void hmacs(void **state)
{
    (void)state;
    const struct crypto *c = os_module("sonde-crypto", "sonde_crypto");
    char key[131], hex[CRYPTO_HEX_MAX];
    if (!c)
        return; /* built without OpenSSL */
    static const struct { int fill; size_t n; const char *key, *text, *want; } cases[] = {
        { 0x0b, 20, NULL, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { 0, 4, "Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { 0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(key, cases[i].fill, sizeof key);
        const char *k = cases[i].key ? cases[i].key : key;
        assert_int_equal(c->hmac("sha256", k, cases[i].n, cases[i].text, strlen(cases[i].text), hex, sizeof hex), 64);
        assert_string_equal(hex, cases[i].want);
    }
    assert_int_equal(c->hmac("md5", "a", 1, "b", 1, hex, sizeof hex), -EINVAL);
    assert_int_equal(c->hmac("sha256", "a", 1, "b", 1, hex, 64), -ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent), cmocka_unit_test(current_folder), cmocka_unit_test(digests),
        cmocka_unit_test(hmacs),
        cmocka_unit_test(terminal), cmocka_unit_test(fetch), cmocka_unit_test(fetch_without_memory),
        cmocka_unit_test(mqtt),
        cmocka_unit_test(web),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
