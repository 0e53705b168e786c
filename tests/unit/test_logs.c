/* Lines of logs: stamps and tags, templates, what is rare, and which line explains an anomaly. */
#include "test.h"

#include "analyze/logs/kernel_line.h"
#include "analyze/logs/log_follow.h"
#include "analyze/logs/log_memory.h"
#include "analyze/logs/log_picks.h"
#include "analyze/logs/log_range.h"
#include "analyze/logs/log_template.h"
#include "analyze/logs/log_trust.h"
#include "analyze/logs/log_weight.h"
#include "analyze/logs/syslog_line.h"
#include "base/mem.h"
#include "base/text.h"


#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000)
#define NOON INT64_C(1795780800000) /* 2026-11-27 12:00 UTC */

static int no_zone(int64_t wall_ms)
{
    (void)wall_ms;
    return 0;
}

static int berlin(int64_t wall_ms)
{
    (void)wall_ms;
    return 3600;
}

/* An hour more from NOON on. */
static int summer(int64_t wall_ms)
{
    return wall_ms < NOON ? 3600 : 7200;
}

/* ---- lines of syslog ---- */

struct said {
    const char *line, *time, *ident, *text;
    int priority;
};

static void check_said(const struct said *s, const struct syslog_clock *c)
{
    struct log_line l = { 0 };
    char time[TEXT_TIME_MAX];
    assert_true(syslog_line(s->line, strlen(s->line), c, &l));
    assert_string_equal(text_time(l.wall_ms, time), s->time);
    assert_string_equal(l.ident, s->ident);
    assert_string_equal(l.text, s->text);
    assert_int_equal(l.priority, s->priority);
}

static void lines_are_read(void **state)
{
    (void)state;
    struct syslog_clock c = { NOON, no_zone };
    static const struct said cases[] = {
        { "Nov 27 02:45:57 host sshd[812]: Failed password for root", "2026-11-27T02:45:57.000Z", "sshd",
          "Failed password for root", -1 },
        { "Nov  7 02:45:57 host kernel: [  123.456789] Out of memory: Killed process 812 (mysqld)",
          "2026-11-07T02:45:57.000Z", "kernel", "Out of memory: Killed process 812 (mysqld)", -1 },
        { "Nov 27 02:45:57 host kernel: [sda] no medium", "2026-11-27T02:45:57.000Z", "kernel", "[sda] no medium", -1 },
        { "2026-11-27T02:45:57.123456+01:00 host app[1]: x", "2026-11-27T01:45:57.123Z", "app", "x", -1 },
        { "2026-11-27T02:45:57Z host app: x", "2026-11-27T02:45:57.000Z", "app", "x", -1 },
        { "2026-11-27T02:45:57.5-0530 host app: x", "2026-11-27T08:15:57.500Z", "app", "x", -1 },
        { "<11>Nov 27 02:45:57 host app: bad", "2026-11-27T02:45:57.000Z", "app", "bad", 3 },
        { "Nov 27 2024 02:45:57 host app: of a router", "2024-11-27T02:45:57.000Z", "app", "of a router", -1 },
        { "Nov 27 02:45:57 host no tag here, just words", "2026-11-27T02:45:57.000Z", "", "no tag here, just words", -1 },
        { "Nov 27 02:45:57 postfix/smtpd[9]: warning: x", "2026-11-27T02:45:57.000Z", "postfix/smtpd", "warning: x", -1 },
        { "Nov 27 02:45:57 host app: caf\xc3\xa9 \xff\x1b[31m", "2026-11-27T02:45:57.000Z", "app",
          "caf\xc3\xa9 ??[31m", -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_said(&cases[i], &c);
    static const char *const bad[] = { "", "    at java.lang.Thread.run", "Nov 31 02:45:57 host a: x",
                                       "Foo 27 02:45:57 h a: x",
                                       "Nov 27 25:45:57 host a: x", "2026-02-30T00:00:00Z h a: x", "Nov 27", "Nov 27 02:45:57 host app: " };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct log_line l;
        assert_false(syslog_line(bad[i], strlen(bad[i]), &c, &l));
    }
}

/*
 * In January the log of December is that of the year before; a leap day is of a leap year; zones are those of the
 * time.
 */
static void years_and_zones_are_found(void **state)
{
    (void)state;
    struct syslog_clock january = { NOON + 36 * 24 * 60 * MINUTE, no_zone }; /* 2027-01-02 */
    check_said(&(struct said){ "Dec 31 23:59:59 h a: x", "2026-12-31T23:59:59.000Z", "a", "x", -1 }, &january);
    check_said(&(struct said){ "Jan  1 00:00:01 h a: x", "2027-01-01T00:00:01.000Z", "a", "x", -1 }, &january);
    check_said(&(struct said){ "Feb 29 12:00:00 h a: x", "2024-02-29T12:00:00.000Z", "a", "x", -1 }, &january);
    struct syslog_clock zone = { NOON, berlin };
    check_said(&(struct said){ "Nov 27 13:00:00 h a: x", "2026-11-27T12:00:00.000Z", "a", "x", -1 }, &zone);
    check_said(&(struct said){ "2026-11-27T13:00:00 h a: x", "2026-11-27T12:00:00.000Z", "a", "x", -1 }, &zone);
    struct syslog_clock change = { NOON, summer };
    check_said(&(struct said){ "Nov 27 12:59:59 h a: x", "2026-11-27T11:59:59.000Z", "a", "x", -1 }, &change);
    check_said(&(struct said){ "Nov 27 14:00:00 h a: x", "2026-11-27T12:00:00.000Z", "a", "x", -1 }, &change);
}

/* Blocks of NULs after a crash, NULs within, and texts that are too long, cut between characters. */
static void odd_bytes_are_bounded(void **state)
{
    (void)state;
    struct syslog_clock c = { NOON, no_zone };
    struct log_line l;
    static const char nuls[] = "\0\0\0\0Nov 27 02:45:57 host app: a\0b\0";
    assert_true(syslog_line(nuls, sizeof nuls - 1, &c, &l));
    assert_string_equal(l.text, "a b");
    char longer[4096] = "Nov 27 02:45:57 host app: x";
    for (size_t n = strlen(longer); n + 2 < sizeof longer; n += 2)
        memcpy(longer + n, "\xc3\xa9", 2);
    assert_true(syslog_line(longer, sizeof longer - 2, &c, &l));
    assert_true(strlen(l.text) == sizeof l.text - 1 || strlen(l.text) == sizeof l.text - 2);
    assert_true(text_is_plain(l.text));
    assert_null(strchr(l.text, '?'));
}

static void records_of_the_kernel_are_read(void **state)
{
    (void)state;
    struct log_line l;
    uint64_t number;
    static const char oom[] = "3,1234,5678901,-;Out of memory: Killed process 1\n SUBSYSTEM=x\n";
    assert_true(kernel_line(oom, sizeof oom - 1, NOON, &number, &l));
    assert_int_equal(number, 1234);
    assert_int_equal(l.wall_ms, NOON + 5678);
    assert_int_equal(l.priority, 3);
    assert_string_equal(l.ident, "kernel");
    assert_string_equal(l.text, "Out of memory: Killed process 1");
    static const char program[] = "30,7,1,-;systemd[1]: Started x.\n";
    assert_true(kernel_line(program, sizeof program - 1, NOON, &number, &l));
    assert_string_equal(l.ident, "systemd");
    assert_string_equal(l.text, "Started x.");
    assert_int_equal(l.priority, 6);
    assert_false(l.claimed); /* only root writes there */
    static const char forged[] = "11,8,1,-;kernel: Out of memory: Killed process 1\n";
    assert_true(kernel_line(forged, sizeof forged - 1, NOON, &number, &l));
    assert_string_equal(l.ident, "kernel");
    assert_true(l.claimed);
    static const char untagged[] = "12,9,1,-;Out of memory\n";
    assert_true(kernel_line(untagged, sizeof untagged - 1, NOON, &number, &l) && l.claimed);
    assert_true(kernel_line(oom, sizeof oom - 1, NOON, &number, &l) && !l.claimed);
    static const char *const bad[] = { "", "6", "6,1", "6,1,2,-", "x,1,2,-;y", "6,1,2,-;" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(kernel_line(bad[i], strlen(bad[i]), NOON, &number, &l));
}

/* Any user may take the name of the kernel; the journal knows who it was. */
static void names_of_the_system_are_asked_after(void **state)
{
    (void)state;
    static const struct { const char *ident, *transport, *pid, *uid, *unit; bool claimed; } cases[] = {
        { "kernel", "kernel", "", "", "", false }, { "kernel", "syslog", "812", "1000", "session-1.scope", true },
        { "kernel", "journal", "1", "0", "init.scope", true }, { "kernel", "", "", "", "", true },
        { "systemd", "journal", "1", "0", "init.scope", false }, { "systemd", "kernel", "", "", "", false },
        { "systemd", "journal", "900", "1000", "user@1000.service", true },
        { "systemd", "syslog", "900", "0", "user@0.service", true }, { "systemd", "stdout", "11", "1000", "", true },
        { "systemd-networkd", "journal", "300", "998", "systemd-networkd.service", false },
        { "systemd-networkd", "syslog", "300", "1000", "user@1000.service", true },
        { "NetworkManager", "syslog", "300", "0", "NetworkManager.service", false },
        { "NetworkManager", "syslog", "300", "33", "NetworkManager.service", true },
        { "chronyd", "syslog", "300", "105", "chrony.service", false },
        { "chronyd", "syslog", "300", "33", "apache2.service", true },
        { "ntpd", "syslog", "300", "105", "ntpsec.service", false }, { "sshd", "syslog", "300", "1000", "", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log_writer w = { cases[i].transport, cases[i].pid, cases[i].uid, cases[i].unit };
        if (log_name_is_claimed(cases[i].ident, &w) != cases[i].claimed)
            fail_msg("%s by %s %s %s", cases[i].ident, w.transport, w.pid, w.uid);
    }
    assert_false(log_name_is_system("kerneloops"));
    assert_true(log_name_is_system("ntpsec"));
}

/* ---- templates and weights ---- */

static void templates_mask_what_differs(void **state)
{
    (void)state;
    static const struct { const char *text, *template; } cases[] = {
        { "I/O error, dev sda, sector 4711", "I/O error, dev sda, sector #" },
        { "from 10.0.0.1 port 22 ssh2", "from # port # ssh#" },
        { "gfp_mask=0x140cca(GFP)", "gfp_mask=#(GFP)" },
        { "id 3f2a9c81d0 gone", "id # gone" },
        { "user \"bob b\" and 'eve'", "user # and #" },
        { "don't stop", "don't stop" },
        { "facade dead beef", "facade dead beef" },
        { "took 12.5 s at 10:00:01", "took # s at #" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[LOG_TEMPLATE_MAX];
        assert_string_equal(log_template_text(cases[i].text, out), cases[i].template);
    }
    struct log_line a = { .ident = "kernel", .text = "sector 1" }, b = { .ident = "kernel", .text = "sector 2" },
                    c = { .ident = "md", .text = "sector 1" };
    assert_true(log_template(&a) == log_template(&b));
    assert_false(log_template(&a) == log_template(&c));
    b.claimed = true;
    assert_false(log_template(&a) == log_template(&b));
}

static double weight_of(int priority, const char *text)
{
    struct log_line l = { .priority = priority };
    text_copy(l.text, sizeof l.text, text);
    return log_weight(&l);
}

static void weights_go_by_priority_words_and_nature(void **state)
{
    (void)state;
    for (int p = 1; p < 8; p++)
        assert_true(weight_of(p - 1, "x") >= weight_of(p, "x"));
    assert_true(weight_of(-1, "an error came") > weight_of(-1, "terrors of the deep"));
    assert_true(weight_of(6, "eth0: NIC Link is Down") > weight_of(4, "some warning"));
    assert_true(weight_of(3, "Out of memory: Killed process 1") >= 0.95);
    struct log_line l = { .priority = 6, .text = "x", .message_id = "d9b373ed55a64feb8242e02dbe79a49c" };
    assert_true(log_weight(&l) > 0.5);
    l = (struct log_line){ .priority = 6, .text = "Out of memory: Killed process 1", .claimed = true };
    assert_true(log_weight(&l) == weight_of(6, "x"));
    assert_int_equal(log_severity(&(struct log_line){ .priority = 3 }), SEVERITY_WARNING);
    assert_int_equal(log_severity(&(struct log_line){ .priority = -1, .text = "kernel panic" }), SEVERITY_CRITICAL);
}

/* ---- counting ---- */

static void counts_forget(void **state)
{
    (void)state;
    struct log_counts *c = log_counts_new();
    for (int i = 0; i < 100; i++)
        log_counts_add(c, 7, NOON + i * 1000);
    assert_true(fabs(log_counts_of(c, 7) - 100) < 0.1);
    assert_true(fabs(log_counts_seconds(c) - 99) < 0.1);
    log_counts_skip(c, NOON + LOG_COUNTS_HALF_MS);
    assert_true(fabs(log_counts_of(c, 7) - 50) < 0.1);
    assert_true(fabs(log_counts_seconds(c) - 49.5) < 0.1);
    assert_true(log_counts_of(c, 8) == 0);
    struct buf text = { 0 };
    struct log_counts *again = log_counts_new();
    log_counts_save(c, &text);
    assert_true(log_counts_load(again, text.p));
    assert_true(fabs(log_counts_of(again, 7) - log_counts_of(c, 7)) < 0.1);
    assert_false(log_counts_load(again, "nonsense"));
    assert_true(log_counts_of(again, 7) == 0);
    buf_done(&text);
    log_counts_free(again);
    log_counts_free(c);
}

/* More templates than there is room for: what is frequent stays known. */
static void counts_are_bounded(void **state)
{
    (void)state;
    struct log_counts *c = log_counts_new();
    for (uint64_t i = 0; i < 20 * LOG_COUNTS_MAX; i++) {
        log_counts_add(c, 1000 + i * 2654435761u, NOON + (int64_t)i);
        if (i % 10 == 0)
            log_counts_add(c, 5, NOON + (int64_t)i);
    }
    assert_true(log_counts_of(c, 5) > 1.9 * LOG_COUNTS_MAX);
    log_counts_free(c);
}

/* ---- a source of lines in memory ---- */

struct made {
    const struct log_line *line;
    size_t n, at;
    int errors; /* so many times it cannot be read */
};

static int made_next(void *self, struct log_line *out)
{
    struct made *m = self;
    if (m->errors && m->errors--)
        return -EIO;
    if (m->at == m->n)
        return 0;
    *out = m->line[m->at++];
    return 1;
}

static int made_seek_time(void *self, int64_t wall_ms)
{
    struct made *m = self;
    for (m->at = 0; m->at < m->n && m->line[m->at].wall_ms < wall_ms; m->at++)
        ;
    return 0;
}

static int made_seek(void *self, const char *cursor)
{
    struct made *m = self;
    return sscanf(cursor, "%zu", &m->at) == 1 && m->at <= m->n ? 0 : -ENOENT;
}

static int made_cursor(void *self, struct buf *out)
{
    buf_printf(out, "%zu", ((struct made *)self)->at);
    return 0;
}

static void made_close(void *self)
{
    (void)self;
}

static void made_add(struct log_reader *r, struct made *m, const char *name, int delay_ms)
{
    struct log_source s = { .name = name, .delay_ms = delay_ms, .next = made_next, .seek = made_seek,
                            .seek_time = made_seek_time, .cursor = made_cursor, .close = made_close, .self = m };
    assert_int_equal(log_reader_add(r, &s), 0);
}

static struct log_line line_of(int64_t wall_ms, int priority, const char *ident, const char *text)
{
    struct log_line l = { .wall_ms = wall_ms, .priority = priority, .log = "made" };
    text_copy(l.ident, sizeof l.ident, ident);
    text_copy(l.text, sizeof l.text, text);
    return l;
}

/* The journal and two files have the same lines, with coarser stamps: each comes once, with its priority. */
static void copies_come_once(void **state)
{
    (void)state;
    struct log_line fine[20], coarse[20], third[20];
    for (int i = 0; i < 20; i++) {
        fine[i] = line_of(NOON + i * 700 + 650, 3, "kernel", i % 3 ? "again" : "link down");
        coarse[i] = fine[i];
        coarse[i].wall_ms = fine[i].wall_ms / 1000 * 1000;
        coarse[i].priority = -1;
        third[i] = coarse[i];
    }
    struct made a = { .line = fine, .n = 20 }, b = { .line = coarse, .n = 20 }, c = { .line = third, .n = 20 };
    struct log_reader *r = log_reader_new();
    made_add(r, &b, "/var/log/syslog", 2000);
    made_add(r, &a, "journal", 0);
    struct log_line l;
    int n = 0;
    for (; log_reader_next(r, INT64_MAX, &l); n++)
        assert_int_equal(l.priority, 3);
    assert_int_equal(n, 20);
    log_reader_free(r);

    r = log_reader_new();
    b.at = 0;
    made_add(r, &b, "/var/log/syslog", 2000);
    made_add(r, &c, "/var/log/kern.log", 2000);
    for (n = 0; log_reader_next(r, INT64_MAX, &l); n++)
        ;
    assert_int_equal(n, 20);
    log_reader_free(r);
}

static void places_are_kept(void **state)
{
    (void)state;
    struct log_line line[6];
    for (int i = 0; i < 6; i++)
        line[i] = line_of(NOON + i * MINUTE, 6, "a", "x");
    struct made m = { .line = line, .n = 6 };
    struct log_reader *r = log_reader_new();
    struct log_line l;
    struct buf place = { 0 };
    made_add(r, &m, "journal", 0);
    assert_int_equal(log_reader_next(r, NOON, &l), 1);
    assert_int_equal(log_reader_next(r, NOON, &l), 0);
    log_reader_seek_time(r, NOON + 3 * MINUTE);
    assert_int_equal(log_reader_next(r, INT64_MAX, &l), 1);
    assert_int_equal(l.wall_ms, NOON + 3 * MINUTE);
    log_reader_save(r, &place);
    assert_string_equal(place.p, "journal\t4\n");
    assert_int_equal(log_reader_load(r, "other\t1\njournal\t2\n", NOON), 1);
    assert_int_equal(log_reader_next(r, INT64_MAX, &l), 1);
    assert_int_equal(l.wall_ms, NOON + 2 * MINUTE);
    assert_int_equal(log_reader_load(r, "journal\t99\n", NOON + 5 * MINUTE), 0);
    assert_int_equal(log_reader_next(r, INT64_MAX, &l), 1);
    assert_int_equal(l.wall_ms, NOON + 5 * MINUTE);
    buf_done(&place);
    log_reader_free(r);
}

/* What cannot be read in one poll is read in the next, and holds nobody else up. */
static void what_failed_is_tried_again(void **state)
{
    (void)state;
    struct log_line good[2] = { line_of(NOON, 6, "a", "x"), line_of(NOON + MINUTE, 6, "a", "y") };
    struct log_line odd[1] = { line_of(NOON, 6, "b", "z") };
    struct made m = { .line = good, .n = 2 }, broken = { .line = odd, .n = 1, .errors = 1 };
    struct log_reader *r = log_reader_new();
    struct log_line l;
    made_add(r, &broken, "/var/log/b", 0);
    made_add(r, &m, "/var/log/a", 0);
    assert_int_equal(log_reader_next(r, NOON, &l), 1);
    assert_string_equal(l.ident, "a");
    assert_int_equal(log_reader_next(r, NOON, &l), 0);
    assert_int_equal(log_reader_next(r, NOON, &l), 1);
    assert_string_equal(l.ident, "b");
    assert_int_equal(log_reader_next(r, INT64_MAX, &l), 1);
    assert_string_equal(l.text, "y");
    log_reader_free(r);
}

/* ---- which line explains it ---- */

#define DAY_LINES 3000

/*
 * Twelve hours: errors every 15 s and a critical line every minute, one old warning, and at `at` the line that says
 * why.
 */
static size_t day(struct log_line *out, int64_t at, const char *why, int priority)
{
    size_t n = 0;
    bool said = false;
    for (int64_t t = NOON - 720 * MINUTE; t < NOON && n < DAY_LINES - 4; t += 15000) {
        char text[64];
        if (!said && t >= at) {
            out[n++] = line_of(at, priority, "kernel", why);
            said = true;
        }
        snprintf(text, sizeof text, t % MINUTE ? "error %d of a client" : "critical: battery %d", (int)(t % 977));
        out[n++] = line_of(t, t % MINUTE ? 3 : 2, t % MINUTE ? "nginx" : "ups", text);
    }
    return n;
}

static void the_rare_line_comes_first(void **state)
{
    (void)state;
    struct log_line *line = mem_new(DAY_LINES * sizeof *line);
    static const struct { const char *why; int priority; } cases[] = {
        { "Out of memory: Killed process 1 (x)", 3 }, { "eth0: NIC Link is Down", 6 }, { "x.service: Failed with result 'signal'.", 4 },
        { "a warning that was never seen", 4 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t start = NOON - 100 * MINUTE - 7000;
        struct made m = { .line = line, .n = day(line, start - 20000, cases[i].why, cases[i].priority) };
        struct log_reader *r = log_reader_new();
        struct anomaly_logs found;
        made_add(r, &m, "journal", 0);
        log_range(r, &(struct log_episode){ start, start + 2 * MINUTE }, 1, 5 * MINUTE, &found);
        assert_int_equal(found.n, 1); /* and nothing of what comes all the time */
        assert_string_equal(found.match[0].line.text, cases[i].why);
        assert_true(found.read > 30 && found.read < 40);
        log_reader_free(r);
    }
    mem_free(line);
}

/* More anomalies, minute by minute, than have their windows open together: each has the line before it. */
static void many_anomalies_are_read_together(void **state)
{
    (void)state;
    enum { MANY = 100 };
    struct log_line *line = mem_new(MANY * sizeof *line);
    struct log_episode *of = mem_new(MANY * sizeof *of);
    struct anomaly_logs *found = mem_new(MANY * sizeof *found);
    for (int i = 0; i < MANY; i++) {
        char text[64] = "Out of memory: process ?";
        text[23] = (char)('A' + i % 58); /* punctuation and letters: another template each */
        of[i] = (struct log_episode){ NOON + i * MINUTE, NOON + i * MINUTE + 20000 };
        line[i] = line_of(of[i].start_ms - 5000, 3, i < 58 ? "kernel" : "lxcfs", text);
    }
    struct made m = { .line = line, .n = MANY };
    struct log_reader *r = log_reader_new();
    made_add(r, &m, "journal", 0);
    assert_int_equal(log_range(r, of, MANY, 5 * MINUTE, found), MANY);
    for (int i = 0; i < MANY; i++) {
        assert_true(found[i].n > 0);
        assert_int_equal(found[i].match[0].line.wall_ms, line[i].wall_ms);
    }
    log_reader_free(r);
    mem_free(line);
    mem_free(of);
    mem_free(found);
}

/* Nothing logged; only what comes all the time; and a line that is said again and again counts once. */
static void reasons_and_counts_are_told(void **state)
{
    (void)state;
    struct log_line *line = mem_new(DAY_LINES * sizeof *line);
    struct made m = { .line = line, .n = day(line, INT64_MAX, "", 0) };
    struct log_reader *r = log_reader_new();
    struct anomaly_logs found[2];
    made_add(r, &m, "journal", 0);
    struct log_episode of[2] = { { NOON - 90 * MINUTE, NOON - 89 * MINUTE },
                                 { NOON + 600 * MINUTE, NOON + 601 * MINUTE } };
    log_range(r, of, 2, 5 * MINUTE, found);
    assert_int_equal(found[0].n, 0);
    assert_non_null(strstr(found[0].reason, "none is rare"));
    assert_int_equal(found[1].n, 0);
    assert_int_equal(found[1].read, 0);
    assert_non_null(strstr(found[1].reason, "nothing was logged"));
    log_reader_free(r);
    mem_free(line);

    struct log_counts *c = log_counts_new();
    struct log_picks *p = log_picks_new(NOON, NOON + MINUTE, 5 * MINUTE, MINUTE);
    log_counts_until(c, NOON - 300 * MINUTE);
    for (int i = 0; i < 7; i++) {
        struct log_line l = line_of(NOON - 10000 + i * 1000, 3, "kernel", "I/O error, sector 1");
        l.text[18] = (char)('1' + i);
        log_counts_add(c, log_template(&l), l.wall_ms);
        log_picks_offer(p, &l, log_template(&l));
    }
    log_picks_rank(p, c, &found[0]);
    assert_int_equal(found[0].n, 1);
    assert_int_equal(found[0].match[0].count, 7);
    assert_int_equal(found[0].match[0].line.wall_ms, NOON - 4000); /* the closest */
    assert_true(found[0].match[0].score > 0.8);
    log_picks_free(p);
    log_counts_free(c);
}

/* Of a log that just began, a line that comes again and again is taken for one that always does. */
static void a_short_history_proves_nothing(void **state)
{
    (void)state;
    struct log_counts *c = log_counts_new();
    struct log_picks *p = log_picks_new(NOON, NOON + MINUTE, 5 * MINUTE, MINUTE);
    struct anomaly_logs found;
    for (int i = 0; i < 5; i++) {
        struct log_line l = line_of(NOON - 15000 + i * 3000, 2, "ups", "battery at 1 %");
        struct log_line why = line_of(NOON - 4000, 4, "kernel", "link down");
        log_counts_add(c, log_template(&l), l.wall_ms);
        log_picks_offer(p, &l, log_template(&l));
        if (i == 3) {
            log_counts_add(c, log_template(&why), why.wall_ms);
            log_picks_offer(p, &why, log_template(&why));
        }
    }
    log_picks_rank(p, c, &found);
    assert_string_equal(found.match[0].line.text, "link down");
    assert_true(found.n == 1 || found.match[1].score < found.match[0].score / 2);
    log_picks_free(p);
    log_counts_free(c);
}

/* ---- following ---- */

struct heard {
    int n;
};

static void hear(void *self, const struct log_line *l)
{
    (void)l;
    ((struct heard *)self)->n++;
}

/* What came before is found when an anomaly is noticed, what came after when it is over. */
static void anomalies_are_followed(void **state)
{
    (void)state;
    struct log_line line[200];
    size_t n = 0;
    for (int64_t t = NOON - 60 * MINUTE; t < NOON + 10 * MINUTE; t += 30000)
        line[n++] = line_of(t, 6, "cron", "tick");
    line[115] = line_of(line[115].wall_ms, 4, "kernel", "link is down");     /* 2.5 minutes before noon */
    line[124] = line_of(line[124].wall_ms, 3, "kernel", "Out of memory: x"); /* 2 minutes after */
    struct made m = { .line = line, .n = n };
    struct log_reader *r = log_reader_new();
    struct heard heard = { 0 };
    struct log_finding f;
    made_add(r, &m, "journal", 0);
    struct log_follow *w = log_follow_new(r, 5 * MINUTE);
    int before = log_follow_read(w, NOON + 10000, 10000, hear, &heard);
    assert_int_equal(before, heard.n);
    assert_false(log_follow_find(w, NOON + 10000, false, &f));
    log_follow_watch(w, NOON);
    assert_true(log_follow_find(w, NOON + 12000, false, &f));
    assert_false(f.last);
    assert_int_equal(f.logs.n, 1);
    assert_string_equal(f.logs.match[0].line.text, "link is down");
    assert_false(log_follow_find(w, NOON + 12000, false, &f));
    log_follow_read(w, NOON + 3 * MINUTE, 10000, NULL, NULL);
    log_follow_over(w, NOON, NOON + 150000);
    assert_false(log_follow_find(w, NOON + 3 * MINUTE, false, &f));
    log_follow_read(w, NOON + 4 * MINUTE, 10000, NULL, NULL);
    assert_true(log_follow_find(w, NOON + 4 * MINUTE, false, &f));
    assert_true(f.last);
    assert_int_equal(f.logs.n, 2);
    assert_false(log_follow_find(w, NOON + 99 * MINUTE, true, &f));
    log_follow_free(w);
}

static void offer(void *self, const struct log_line *l, uint64_t template)
{
    log_picks_offer(self, l, template);
}

/* Many lines of one kind do not push the others out, and memory is bounded. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct log_memory *m = log_memory_new();
    struct log_line rare = line_of(NOON, 3, "kernel", "rare"), often = line_of(NOON, 6, "a", "often");
    log_memory_add(m, &rare, 1);
    for (int i = 0; i < 3 * LOG_MEMORY_MAX; i++) {
        often.wall_ms = NOON + i;
        log_memory_add(m, &often, 2);
    }
    struct log_picks *p = log_picks_new(NOON + 1000, NOON + 2000, 5 * MINUTE, MINUTE);
    struct log_counts *c = log_counts_new();
    struct anomaly_logs found;
    log_memory_each(m, offer, p);
    log_picks_rank(p, c, &found);
    assert_int_equal(found.read, 1 + LOG_MEMORY_SAME);
    assert_string_equal(found.match[0].line.text, "rare");
    log_memory_forget(m, NOON + 1);
    log_picks_free(p);
    log_counts_free(c);
    log_memory_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read), cmocka_unit_test(years_and_zones_are_found),
        cmocka_unit_test(odd_bytes_are_bounded),
        cmocka_unit_test(records_of_the_kernel_are_read),
        cmocka_unit_test(names_of_the_system_are_asked_after), cmocka_unit_test(templates_mask_what_differs),
        cmocka_unit_test(weights_go_by_priority_words_and_nature), cmocka_unit_test(counts_forget),
        cmocka_unit_test(counts_are_bounded), cmocka_unit_test(copies_come_once), cmocka_unit_test(places_are_kept),
        cmocka_unit_test(the_rare_line_comes_first), cmocka_unit_test(reasons_and_counts_are_told),
        cmocka_unit_test(many_anomalies_are_read_together), cmocka_unit_test(what_failed_is_tried_again),
        cmocka_unit_test(a_short_history_proves_nothing), cmocka_unit_test(anomalies_are_followed),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
