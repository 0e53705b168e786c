/* Who is told, and who is waited for: receivers by the configuration, queues that never hold anybody up. */
#include "test.h"

#include "alert/deliveries.h"
#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"

#include <errno.h>
#include <sys/stat.h>

static struct config *config_of(const char *yaml)
{
    auto_buf struct buf complaints = { 0 };
    struct config *c = config_new();
    if (config_parse(c, "test.yaml", yaml, strlen(yaml), &complaints) < 0)
        fail_msg("%s", complaints.p);
    return c;
}

static void program(const char *path, const char *text)
{
    assert_int_equal(os_write_file(path, text, strlen(text)), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

struct results {
    int rc[32];
    char why[32][RECEIVER_WHY];
};

static void note(void *self, enum receiver r, int rc, const char *why)
{
    struct results *x = self;
    x->rc[r] = rc;
    snprintf(x->why[r], RECEIVER_WHY, "%s", why);
}

static void wrong_receivers_are_told_in_words(void **state)
{
    (void)state;
    static const struct { const char *yaml; enum receiver which; const char *says; } cases[] = {
        { "alerts: { command: [nonsense] }", RECEIVER_COMMAND, "begins with the path of a program" },
        { "alerts: { command: [/nonexistent/x] }", RECEIVER_COMMAND, "is no program" },
        { "alerts: { email: { to: [root], sendmail: /bin/true } }", RECEIVER_EMAIL, "root is no address" },
        { "alerts: { email: { to: ['a@b, c@d'], sendmail: /bin/true } }", RECEIVER_EMAIL, "is no address" },
        { "alerts: { email: { to: ['-oQ/tmp@b'], sendmail: /bin/true } }", RECEIVER_EMAIL, "is no address" },
        { "alerts: { email: { to: ['a b@c'], sendmail: /bin/true } }", RECEIVER_EMAIL, "is no address" },
        { "alerts: { email: { to: [a@b.c], from: 'x', sendmail: /bin/true } }", RECEIVER_EMAIL, "alerts.email.from" },
        { "alerts: { email: { to: [a@b.c], sendmail: /nonexistent/sendmail } }", RECEIVER_EMAIL, "is no program here" },
        { "alerts: { webhook: { url: 'http://example.org/x' } }", RECEIVER_WEBHOOK, "use https" },
        { "alerts: { webhook: { url: 'https://example.org/x', secret_file: x } }", RECEIVER_WEBHOOK, "begin with /" },
        { "alerts: { webhook: { url: 'https://a:b@example.org/' } }", RECEIVER_WEBHOOK, "url has a name or a secret" },
        { "alerts: { webhook: { url: 'https://example.org/#y' } }", RECEIVER_WEBHOOK, "url has signs in it" },
    };
    struct message m;
    message_test(NULL, 0, &m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct results x = { 0 };
        struct config *c = config_of(cases[i].yaml);
        assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), -EIO);
        assert_int_equal(x.rc[cases[i].which], -EINVAL);
        if (!strstr(x.why[cases[i].which], cases[i].says))
            fail_msg("%s: %s", cases[i].yaml, x.why[cases[i].which]);
        config_free(c);
    }
}

static void a_command_gets_it_and_has_its_time(void **state)
{
    (void)state;
    char dir[128], path[160], yaml[512], got[1024] = "";
    struct message m;
    assert_int_equal(os_make_temp_dir(true, dir, sizeof dir), 0);
    snprintf(path, sizeof path, "%s/tell", dir);
    snprintf(yaml, sizeof yaml, "#!/bin/sh\ncat >%s/got\necho \"$1 $SONDE_ALERT_STATE $HOME\" >>%s/got\n", dir, dir);
    program(path, yaml);
    snprintf(yaml, sizeof yaml, "alerts: { command: [%s, 'a $(b)'], command_timeout: 20 }", path);
    struct config *c = config_of(yaml);
    struct results x = { 0 };
    message_test(NULL, 1795342500000, &m);
    snprintf(m.text, sizeof m.text, "x$(touch %s/p) <b>", dir);
    assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), 1);
    assert_int_equal(x.rc[RECEIVER_DESKTOP], -ENODATA);
    snprintf(path, sizeof path, "%s/got", dir);
    assert_true(os_read_text("", path, got, sizeof got) > 0);
    assert_non_null(strstr(got, "\"text\":\"x$(touch "));
    assert_non_null(strstr(got, "\na $(b) test \n"));
    config_free(c);

    snprintf(path, sizeof path, "%s/tell", dir);
    program(path, "#!/bin/sh\necho 'it \033[2J breaks' >&2\nexit 5\n");
    snprintf(yaml, sizeof yaml, "alerts: { command: [%s], command_timeout: 20 }", path);
    c = config_of(yaml);
    assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), -EIO);
    assert_string_equal(x.why[RECEIVER_COMMAND], "the command ended with status 5: it ?[2J breaks");
    config_free(c);

    program(path, "#!/bin/sh\nsleep 100 & sleep 100\n");
    snprintf(yaml, sizeof yaml, "alerts: { command: [%s], command_timeout: 0.3 }", path);
    c = config_of(yaml);
    int64_t begun_ns = os_mono_ns();
    assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), -EIO);
    assert_int_equal(x.rc[RECEIVER_COMMAND], -ETIMEDOUT);
    assert_true(os_mono_ns() - begun_ns < 20 * INT64_C(1000000000));
    config_free(c);
    os_remove_dir(dir);
}

/* As the sendmail interface takes it: lines end as here, and none is longer than mail may have. */
static void a_mail_is_for_sendmail(void **state)
{
    (void)state;
    char dir[128], path[160], text[256], got[8192] = "";
    auto_buf struct buf yaml = { 0 };
    struct message m;
    struct results x = { 0 };
    message_test(NULL, 1795342500000, &m);
    assert_int_equal(os_make_temp_dir(true, dir, sizeof dir), 0);
    snprintf(path, sizeof path, "%s/sendmail", dir);
    snprintf(text, sizeof text, "#!/bin/sh\ncat >%s/got\n", dir);
    program(path, text);
    buf_printf(&yaml, "alerts: { email: { sendmail: %s, to: [", path);
    for (int i = 0; i < 16; i++)
        buf_printf(&yaml, "%s%0120d@example.org", i ? ", " : "", i);
    buf_puts(&yaml, "] } }");
    struct config *c = config_of(yaml.p);
    assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), 1);
    snprintf(text, sizeof text, "%s/got", dir);
    assert_true(os_read_text("", text, got, sizeof got) > 0);
    assert_null(strchr(got, '\r'));
    assert_non_null(strstr(got, "\nSubject: [sonde] notice: sonde: a test\n"));
    assert_non_null(strstr(got, "\n\nthis is a test of Sonde's alerts; nothing is wrong\n"));
    int addresses = 0;
    for (const char *p = got; *p; p += strcspn(p, "\n"), p += *p == '\n') {
        assert_true(strcspn(p, "\n") <= 998);
        addresses += strstr(p, "@example.org") && (strncmp(p, "To: 0", 5) == 0 || strncmp(p, " 0", 2) == 0);
    }
    assert_int_equal(addresses, 16);

    program(path, "#!/bin/sh\nhead -c 200000 /dev/zero\necho 'nobody is called so' >&2\nexit 67\n");
    assert_int_equal(deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x), -EIO);
    snprintf(text, sizeof text, "%s ended with status 67: nobody is called so", path);
    assert_string_equal(x.why[RECEIVER_EMAIL], text);
    program(path, "#!/bin/sh\nexit 75\n");
    deliveries_test(c, 0, RECEIVER_ANY, &m, note, &x);
    assert_int_equal(x.rc[RECEIVER_EMAIL], -EAGAIN);
    config_free(c);
    os_remove_dir(dir);
}

static void whoever_posts_never_waits(void **state)
{
    (void)state;
    char dir[128], path[160], yaml[512];
    struct message m;
    log_set_level(LOG_ERROR);
    assert_int_equal(os_make_temp_dir(true, dir, sizeof dir), 0);
    snprintf(path, sizeof path, "%s/tell", dir);
    program(path, "#!/bin/sh\nsleep 100\n");
    snprintf(yaml, sizeof yaml, "alerts: { command: [%s], command_timeout: 4 }", path);
    struct config *c = config_of(yaml);
    struct deliveries *d = deliveries_new(c, 0, "test");
    assert_int_equal(deliveries_to(d), RECEIVER_COMMAND);
    message_test(NULL, 0, &m);
    int64_t begun_ns = os_mono_ns();
    for (int i = 0; i < 10 * DELIVERIES_QUEUE; i++)
        deliveries_post(d, &m);
    assert_true(os_mono_ns() - begun_ns < 5 * INT64_C(1000000000));
    begun_ns = os_mono_ns();
    deliveries_free(d, 0); /* what is told just now goes on by itself, the others are left out */
    assert_true(os_mono_ns() - begun_ns < 3 * INT64_C(1000000000));
    d = deliveries_new(c, 0, "test");
    deliveries_post(d, &m);
    deliveries_free(d, 60); /* it ends in its own time, and so did the one before */
    config_free(c);
    os_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_receivers_are_told_in_words),
        cmocka_unit_test(a_command_gets_it_and_has_its_time),
        cmocka_unit_test(a_mail_is_for_sendmail),
        cmocka_unit_test(whoever_posts_never_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
