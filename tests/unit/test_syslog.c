/* What goes to the journal and to syslog, byte for byte, by sockets of the test. */
#include "test.h"

#include "alert/to_log.h"
#include "base/text.h"
#include "os/os.h"
#include "os/syslog.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct place {
    char dir[64], journal[96], dev_log[96];
};

static void place_init(struct place *p)
{
    assert_int_equal(os_make_temp_dir(false, p->dir, sizeof p->dir), 0);
    snprintf(p->journal, sizeof p->journal, "%s/journal", p->dir);
    snprintf(p->dev_log, sizeof p->dev_log, "%s/log", p->dir);
}

static int listen_at(const char *path, int type)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, type, 0);
    assert_int_equal(bind(fd, (const void *)&a, sizeof a), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static void fields_are_written_as_the_protocol_has_them(void **state)
{
    (void)state;
    struct place p;
    char got[512];
    place_init(&p);
    const struct os_log_field f[] = { { "MESSAGE", "two\nlines" }, { "PRIORITY", "4" }, { "SONDE_RULE", "a=b" } };
    assert_int_equal(os_journal_send(p.journal, f, 3), -ENOENT);
    int fd = listen_at(p.journal, SOCK_DGRAM);
    assert_int_equal(os_journal_send(p.journal, f, 3), 0);
    static const char want[] = "MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\nPRIORITY=4\nSONDE_RULE=a=b\n";
    assert_int_equal(recv(fd, got, sizeof got, 0), sizeof want - 1);
    assert_memory_equal(got, want, sizeof want - 1);
    static const char *const wrong[] = { "", "message", "1A", "_A", "A B", "A=B", "A\nB" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(os_journal_send(p.journal, &(struct os_log_field){ wrong[i], "x" }, 1), -EINVAL);
    close(fd);
    assert_int_equal(os_journal_send(p.journal, f, 3), -ECONNREFUSED);
    os_remove_dir(p.dir);
}

static void syslog_gets_a_line(void **state)
{
    (void)state;
    struct place p;
    char got[2048], longest[4096];
    place_init(&p);
    int fd = listen_at(p.dev_log, SOCK_DGRAM);
    assert_int_equal(os_syslog_send(p.dev_log, 4, "sonde", "hot\nand \033[2J loud"), 0);
    ssize_t n = recv(fd, got, sizeof got - 1, 0);
    assert_true(n > 0);
    got[n] = '\0';
    assert_int_equal(strncmp(got, "<28>", 4), 0); /* daemon, warning */
    char *text = strstr(got, " sonde[");
    assert_non_null(text);
    assert_int_equal(text - got, 4 + 15); /* "Nov 22 10:26:16" */
    assert_non_null(strstr(text, "]: hot?and ?[2J loud"));
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(os_syslog_send(p.dev_log, 4, "sonde", longest), 0);
    assert_true(recv(fd, got, sizeof got, 0) <= 1024);
    for (size_t i = 0; i < 2; i++) { /* cut in the middle of a character in one of the two, as it may be */
        for (size_t k = i; k + 1 < sizeof longest - 1; k += 2)
            memcpy(longest + k, k % 4 < 2 ? "\xc2\x9b" : "\xc3\xb6", 2);
        assert_int_equal(os_syslog_send(p.dev_log, 4, "sonde", longest), 0);
        n = recv(fd, got, sizeof got - 1, 0);
        got[n] = '\0';
        assert_true(n > 500 && text_is_plain(got));
    }
    close(fd);
    os_remove_dir(p.dir);
}

static void syslog_over_a_stream_ends_its_line(void **state)
{
    (void)state;
    struct place p;
    char got[512];
    place_init(&p);
    int fd = listen_at(p.dev_log, SOCK_STREAM);
    assert_int_equal(os_syslog_send(p.dev_log, 2, "sonde", "x"), 0);
    int from = accept(fd, NULL, NULL);
    ssize_t n = recv(from, got, sizeof got, 0);
    assert_true(n > 4 && got[n - 1] == '\0' && strncmp(got, "<26>", 4) == 0);
    close(from);
    close(fd);
    os_remove_dir(p.dir);
}

static const char *entry(const struct place *p, const struct log_words *w)
{
    int rc;
    return log_entry(&(struct log_paths){ p->journal, p->dev_log }, w, &rc);
}

static void the_first_that_listens_is_told(void **state)
{
    (void)state;
    struct place p;
    char got[2048];
    place_init(&p);
    struct log_words w = { .text = "busy: it is", .priority = log_priority(SEVERITY_CRITICAL, NEWS_RAISED),
                           .kind = "alert",
                           .severity = "critical", .rule = "busy", .metric = "", .value = "95" };
    int log = listen_at(p.dev_log, SOCK_DGRAM);
    assert_string_equal(entry(&p, &w), "syslog");
    int journal = listen_at(p.journal, SOCK_DGRAM);
    assert_string_equal(entry(&p, &w), "the journal");
    ssize_t n = recv(journal, got, sizeof got - 1, 0);
    got[n > 0 ? n : 0] = '\0';
    assert_string_equal(got, "MESSAGE=busy: it is\nPRIORITY=2\nSYSLOG_IDENTIFIER=sonde\nSONDE_KIND=alert\n"
                             "SONDE_SEVERITY=critical\nSONDE_RULE=busy\nSONDE_VALUE=95\n");
    close(journal);
    close(log);
    os_remove_dir(p.dir);
}

static void without_either_it_is_stderr(void **state)
{
    (void)state;
    struct place p;
    char path[200], got[200] = "";
    place_init(&p);
    snprintf(path, sizeof path, "%s/err", p.dir);
    fflush(stderr);
    int before = dup(2);
    assert_non_null(freopen(path, "w", stderr));
    struct log_words w = { .text = "hot", .priority = 4, .kind = "alert", .severity = "warning" };
    const char *where = entry(&p, &w);
    fflush(stderr);
    dup2(before, 2);
    close(before);
    assert_string_equal(where, "stderr");
    assert_true(os_read_text("", path, got, sizeof got) > 0);
    assert_string_equal(got, "<4>sonde: hot\n");
    os_remove_dir(p.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_written_as_the_protocol_has_them),
        cmocka_unit_test(syslog_gets_a_line),
        cmocka_unit_test(syslog_over_a_stream_ends_its_line),
        cmocka_unit_test(the_first_that_listens_is_told),
        cmocka_unit_test(without_either_it_is_stderr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
