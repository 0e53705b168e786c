/* Raised, reminded, cleared: the state machine, with time passed in. */
#include "test.h"

#include "alert/state.h"
#include "base/text.h"

#include <errno.h>

#define SECOND INT64_C(1000000000)
#define WALL INT64_C(1795342500000) /* 2026-11-22T10:15:00Z */

struct lab {
    struct schema *s;
    struct moment m;
    struct alerts *a;
    int slot[3];
    double t;              /* seconds since the start */
    int64_t wall_ms;       /* at t = 0 */
    struct message told[64];
    size_t n_told;
    int begun, over, rows;
    struct alert last;
    char sentence[MESSAGE_TEXT]; /* of the last change */
};

static void on_change(void *self, const struct alert *a, bool begins, const char *sentence)
{
    struct lab *l = self;
    text_copy(l->sentence, sizeof l->sentence, sentence);
    l->begun += begins;
    l->over += !begins;
    l->last = *a;
}

static void on_tell(void *self, const struct message *m)
{
    struct lab *l = self;
    assert_true(l->n_told < 64);
    l->told[l->n_told++] = *m;
}

static void on_told(void *self, const struct alert *a)
{
    struct lab *l = self;
    l->rows++;
    l->last = *a;
}

static struct alert_clock clock_of(const struct lab *l)
{
    return (struct alert_clock){ l->wall_ms + (int64_t)(1000 * l->t), (int64_t)(1e9 * l->t) + 5 * SECOND, 0 };
}

static void lab_open(struct lab *l, const struct alert_policy *p, const char *const *rules)
{
    struct rule parsed[8];
    char why[RULE_WHY];
    size_t n = 0;
    *l = (struct lab){ .s = schema_new(), .wall_ms = WALL };
    for (; rules[n]; n++)
        assert_int_equal(rule_parse(rules[n], &parsed[n], why), 0);
    static const char *const disk[] = { "sda", "sdb", "sdc" };
    for (int i = 0; i < 3; i++)
        l->slot[i] = schema_add(l->s, &(struct metric){ .name = "disk.util", .inst = disk[i], .unit = UNIT_PERCENT });
    frame_fit(&l->m.frame, l->s);
    struct alert_hooks hooks = { on_change, on_tell, on_told, l };
    struct alert_clock now = clock_of(l);
    l->a = alerts_new(parsed, n, p, &hooks, &now);
}

static void lab_close(struct lab *l)
{
    alerts_free(l->a);
    schema_free(l->s);
    frame_done(&l->m.frame);
}

static void lab_step(struct lab *l)
{
    struct alert_clock now = clock_of(l);
    l->m.frame.wall_ms = now.wall_ms;
    l->m.frame.mono_ns = now.mono_ns;
    alerts_take(l->a, l->s, &l->m, 0);
    l->m.n_events = 0;
    l->t++;
}

/* So many seconds with these values. */
static void lab_run(struct lab *l, int seconds, double sda, double sdb, double sdc)
{
    const double v[3] = { sda, sdb, sdc };
    for (int i = 0; i < seconds; i++) {
        for (int k = 0; k < 3; k++)
            frame_set(&l->m.frame, l->slot[k], v[k]);
        lab_step(l);
    }
}

static void lab_event(struct lab *l, enum event_kind kind, enum severity severity, const char *text)
{
    static struct event e;
    e = (struct event){ .kind = kind, .severity = severity };
    text_copy(e.text, sizeof e.text, text);
    l->m.events = &e;
    l->m.n_events = 1;
    lab_step(l);
}

static void it_raises_reminds_and_clears(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .remind_s = 100 }, (const char *const[]){ "busy: disk.util > 90 for 10s "
                                                                                   "clear 50", NULL });
    lab_run(&l, 10, 95, 0, NAN);
    assert_int_equal(l.n_told, 0);
    lab_run(&l, 1, 95, 0, NAN); /* the eleventh second since it began */
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].news, NEWS_RAISED);
    assert_string_equal(l.told[0].rule, "busy");
    assert_string_equal(l.told[0].metric, "disk.util{sda}");
    assert_string_equal(l.told[0].text, "disk.util{sda} is 95.0 %, above 90.0 % for 10 s");
    assert_int_equal(l.told[0].since_ms, WALL);
    assert_int_equal(l.told[0].receivers, RECEIVER_ANY);
    lab_run(&l, 99, 60, 0, NAN); /* below the level, above where it is over */
    assert_int_equal(l.n_told, 1);
    lab_run(&l, 1, 97, 0, NAN);
    assert_int_equal(l.n_told, 2);
    assert_int_equal(l.told[1].news, NEWS_REMINDED);
    assert_string_equal(l.told[1].text, "disk.util{sda} is still 97.0 %, above 90.0 % for 110 s");
    assert_string_equal(l.told[1].id, l.told[0].id);
    lab_run(&l, 1, 50, 0, NAN);
    assert_int_equal(l.n_told, 3);
    assert_int_equal(l.told[2].news, NEWS_CLEARED);
    assert_string_equal(l.told[2].text, "disk.util{sda} is 50.0 %, no longer above 90.0 %; it was for 111 s");
    assert_string_equal(l.told[2].id, l.told[0].id);
    lab_run(&l, 300, 50, 0, NAN);
    assert_int_equal(l.n_told, 3);
    assert_true(l.begun == 1 && l.over == 1 && l.last.end_ms == WALL + 111000);
    lab_close(&l);
}

/* What is listed, and who comes later, hears of now; what was when it was raised is named so. */
static void words_are_of_now(void **state)
{
    (void)state;
    struct lab l;
    struct message m;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "busy: disk.util > 40 for 4s clear 20", NULL });
    lab_run(&l, 5, 57.25, 0, 0);
    assert_string_equal(l.sentence, "disk.util{sda} is 57.2 %, above 40.0 % for 4.0 s");
    assert_string_equal(l.last.text, "disk.util{sda} was 57.2 % when it was raised, above 40.0 %");
    lab_run(&l, 60, 100, 0, 0);
    assert_string_equal(l.last.text, "disk.util{sda} is 100 %, above 40.0 %; it was 57.2 % when it was raised");
    alert_message(l.a, &l.last, NEWS_RAISED, WALL + 600000, &m);
    assert_string_equal(m.text, "disk.util{sda} is 100 %, above 40.0 % for 10 min");
    lab_run(&l, 60, 30, 0, 0);
    assert_string_equal(l.last.text, "disk.util{sda} is 30.0 %, and was above 40.0 %; it was 57.2 % when it was "
                                     "raised");
    alert_message(l.a, &l.last, NEWS_REMINDED, WALL + 600000, &m);
    assert_string_equal(m.text, "disk.util{sda} is 30.0 %; it was above 40.0 %, and is not back at 20.0 % for 10 min");
    lab_run(&l, 1, 10.8, 0, 0);
    assert_string_equal(l.sentence, "disk.util{sda} is 10.8 %, no longer above 40.0 %; it was for 2 min");
    assert_string_equal(l.last.text, "disk.util{sda} was 57.2 % when it was raised, above 40.0 %; 10.8 % when it "
                                     "was over");
    lab_close(&l);
}

static void what_is_short_is_not_told(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "disk.util > 90 for 10s clear 80 for 5s", NULL });
    for (int i = 0; i < 5; i++) {
        lab_run(&l, 9, 99, 0, 0);
        lab_run(&l, 1, 85, 0, 0); /* not raised: it begins anew */
    }
    assert_int_equal(l.begun, 0);
    lab_run(&l, 11, 99, 0, 0);
    assert_int_equal(l.begun, 1);
    lab_run(&l, 5, 10, 0, 0); /* five seconds are over with the sixth */
    lab_run(&l, 1, 85, 0, 0);
    lab_run(&l, 5, 10, 0, 0);
    assert_int_equal(l.over, 0);
    lab_run(&l, 1, 10, 0, 0);
    assert_int_equal(l.over, 1);
    lab_close(&l);
}

static void each_cool_down_is_its_own(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .raise_cooldown_s = 60, .clear_cooldown_s = 30 },
             (const char *const[]){ "disk.util > 90", NULL });
    lab_run(&l, 1, 99, 0, 0);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 2); /* raised and over */
    for (int i = 0; i < 10; i++) { /* it flaps: nothing of it is told */
        lab_run(&l, 1, 99, 0, 0);
        lab_run(&l, 1, 0, 0, 0);
    }
    assert_int_equal(l.n_told, 2);
    assert_int_equal(l.begun, 11); /* but known */
    lab_run(&l, 38, 99, 0, 0);
    assert_int_equal(l.n_told, 2);
    lab_run(&l, 1, 99, 0, 0); /* a minute after the first was told it holds still */
    assert_int_equal(l.n_told, 3);
    assert_int_equal(l.told[2].news, NEWS_RAISED);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 4); /* the clear was told longer ago than its own cool-down */
    lab_close(&l);
}

/* Its end was not told, so that receivers believe rightly that it holds: who comes now must hear of it, too. */
static void raised_again_before_its_end_was_told_it_counts_as_told(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .clear_cooldown_s = 30 }, (const char *const[]){ "disk.util > 90", NULL });
    lab_run(&l, 1, 99, 0, 0);
    lab_run(&l, 1, 0, 0, 0);
    lab_run(&l, 1, 99, 0, 0);
    assert_int_equal(l.n_told, 3);
    lab_run(&l, 1, 0, 0, 0);
    lab_run(&l, 5, 99, 0, 0);
    assert_int_equal(l.n_told, 3);
    assert_true(l.begun == 3 && l.over == 2 && !l.last.end_ms && l.last.told_ms);
    lab_close(&l);
}

static void restore_each(void *self, const struct alert *row)
{
    struct lab *l = self;
    struct alert_clock now = clock_of(l);
    assert_int_equal(alerts_restore(l->a, row, &now), 0);
}

/* The state is made anew, as by a reload, when an end is still to be told: it is told all the same, and once. */
static void an_end_outlives_a_reload(void **state)
{
    (void)state;
    static const struct alert_policy p = { .group_s = 5 };
    static const char *const rules[] = { "a: disk.util > 90", NULL };
    struct lab l, before;
    lab_open(&before, &p, rules);
    lab_run(&before, 6, 99, 98, 0);
    lab_run(&before, 2, 0, 98, 0);
    assert_int_equal(before.n_told, 1);
    lab_open(&l, &p, rules);
    l.t = before.t;
    alerts_each(before.a, restore_each, &l);
    lab_close(&before);
    lab_run(&l, 20, 0, 98, 0);
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].news, NEWS_CLEARED);
    assert_string_equal(l.told[0].text, "disk.util{sda} is 0 %, no longer above 90.0 %; it was for 6.0 s");
    assert_true(l.begun == 0 && l.over == 0);
    lab_run(&l, 20, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    lab_close(&l);
}

/* As the index takes them; what an earlier process kept so is found again. */
static void names_of_metrics_are_kept_plain(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "fs.util > 90", NULL });
    int slot = schema_add(l.s, &(struct metric){ .name = "fs.util", .inst = "/a\x9b\xc2\x9b\x1b",
                                                 .unit = UNIT_PERCENT });
    struct alert row = { .rule = "fs.util > 90", .metric = "fs.util{/a???}", .since_ms = WALL - 5000,
                         .severity = SEVERITY_WARNING, .text = "x" };
    struct alert_clock now = clock_of(&l);
    assert_int_equal(alerts_restore(l.a, &row, &now), 0);
    frame_fit(&l.m.frame, l.s);
    frame_set(&l.m.frame, slot, 99);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.begun, 0);
    assert_string_equal(l.told[0].metric, "fs.util{/a???}");
    frame_set(&l.m.frame, slot, 0);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.over, 1);
    assert_string_equal(l.last.metric, "fs.util{/a???}");
    lab_close(&l);
}

static void alerts_of_a_rule_come_together(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .group_s = 5 }, (const char *const[]){ "disk.util > 90", NULL });
    lab_run(&l, 2, 99, 0, 0);
    lab_run(&l, 3, 99, 98, 0);
    assert_int_equal(l.n_told, 0);
    lab_run(&l, 1, 99, 98, 97);
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].more, 2);
    assert_string_equal(l.told[0].text, "disk.util{sda} is 99.0 %, above 90.0 % for 5.0 s; also disk.util{sdb}, "
                                        "disk.util{sdc}");
    lab_run(&l, 5, 0, 0, 0);
    assert_int_equal(l.n_told, 1);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    assert_true(l.told[1].news == NEWS_CLEARED && l.told[1].more == 2);
    lab_run(&l, 2, 99, 0, 0); /* over before the group is: nothing of it */
    lab_run(&l, 20, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    lab_close(&l);
}

static void at_the_start_nothing_is_raised(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .grace_s = 60 }, (const char *const[]){ "disk.util > 90", "event archive",
                                                                                 NULL });
    lab_event(&l, EVENT_ARCHIVE, SEVERITY_WARNING, "the disk is full");
    lab_run(&l, 59, 99, 0, 0);
    assert_int_equal(l.begun, 0);
    lab_run(&l, 1, 99, 0, 0); /* what holds still, and what happened meanwhile */
    assert_int_equal(l.begun, 2);
    lab_close(&l);
}

static void quiet_hours_let_only_critical_through(void **state)
{
    (void)state;
    struct alert_policy p = { 0 };
    assert_int_equal(alert_quiet_hours("10:00-10:16", &p.quiet_from, &p.quiet_to), 0);
    struct lab l;
    lab_open(&l, &p, (const char *const[]){ "disk.util{sda} > 90", "disk.util{sdb} > 90 severity critical",
                                            "disk.util{sdc} > 90", NULL });
    lab_run(&l, 1, 99, 99, 99); /* 10:15:00 */
    assert_int_equal(l.n_told, 1);
    assert_string_equal(l.told[0].metric, "disk.util{sdb}");
    assert_int_equal(l.begun, 3);
    lab_run(&l, 59, 99, 99, 0);
    assert_int_equal(l.n_told, 1);
    lab_run(&l, 1, 99, 99, 0); /* 10:16:00: what still holds */
    assert_int_equal(l.n_told, 2);
    assert_string_equal(l.told[1].metric, "disk.util{sda}");
    lab_close(&l);
}

static void quiet_hours_are_read(void **state)
{
    (void)state;
    int from, to;
    assert_int_equal(alert_quiet_hours("22:00-07:30", &from, &to), 0);
    assert_true(from == 22 * 60 && to == 7 * 60 + 30);
    assert_int_equal(alert_quiet_hours("", &from, &to), 0);
    assert_int_equal(from, to);
    assert_int_equal(alert_quiet_hours("20:00-24:00", &from, &to), 0);
    assert_true(from == 20 * 60 && to == 0);
    static const char *const wrong[] = { "22", "22-7", "22:00", "25:00-07:00", "22:61-07:00", "22:00-07:00x",
                                         "-1:00-07:00", "22:00-22:00",
                                         "24:01-07:00", " 22:00-07:00" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(alert_quiet_hours(wrong[i], &from, &to), -EINVAL);
}

static void a_silenced_rule_says_nothing(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "a: disk.util{sda} > 90",
                                                                     "b: disk.util{sdb} > 90", NULL });
    assert_true(alerts_silence(l.a, "a", WALL + 10000));
    lab_run(&l, 10, 99, 99, 0);
    assert_int_equal(l.n_told, 1);
    assert_string_equal(l.told[0].rule, "b");
    lab_run(&l, 1, 99, 99, 0);
    assert_int_equal(l.n_told, 2); /* it holds still */
    assert_true(alerts_silence(l.a, "all", WALL + 100000));
    lab_run(&l, 5, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    alerts_unsilence_all(l.a);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 4);
    lab_close(&l);
}

static void what_was_raised_before_is_not_raised_again(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ .remind_s = 3600 }, (const char *const[]){ "a: disk.util > 90", "e: anomaly",
                                                                                    NULL });
    struct alert row = { .rule = "a", .metric = "disk.util{sda}", .severity = SEVERITY_WARNING,
                         .since_ms = WALL - 7000000,
                         .told_ms = WALL - 3500000, .text = "x" };
    struct alert odd = { .rule = "e", .severity = SEVERITY_NOTICE, .since_ms = WALL - 5000, .told_ms = WALL - 5000,
                         .text = "cpu is odd" }, gone = { .rule = "nobody's" };
    struct alert_clock now = clock_of(&l);
    assert_int_equal(alerts_restore(l.a, &row, &now), 0);
    assert_int_equal(alerts_restore(l.a, &odd, &now), 0);
    assert_int_equal(alerts_restore(l.a, &gone, &now), -ENOENT);
    lab_run(&l, 100, 99, 0, 0);
    assert_int_equal(l.begun, 0);
    assert_int_equal(l.n_told, 0);
    lab_run(&l, 1, 99, 0, 0); /* an hour after it was told last, by whomever */
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].news, NEWS_REMINDED);
    assert_int_equal(l.told[0].since_ms, WALL - 7000000);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    assert_int_equal(l.told[1].news, NEWS_CLEARED);
    lab_run(&l, 600, 0, 0, 0); /* of what an earlier process saw the end may have been missed */
    assert_int_equal(l.n_told, 3);
    assert_string_equal(l.told[2].text, "it lasted 10 min: cpu is odd");
    lab_close(&l);
}

static void an_end_that_was_not_told_is_told_after_a_restart(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "a: disk.util > 90", NULL });
    struct alert row = { .rule = "a", .metric = "disk.util{sda}", .severity = SEVERITY_WARNING, .value = 12,
                         .unit = UNIT_PERCENT, .since_ms = WALL - 90000, .end_ms = WALL - 30000,
                         .told_ms = WALL - 60000, .text = "x" };
    struct alert_clock now = clock_of(&l);
    assert_int_equal(alerts_restore(l.a, &row, &now), 0);
    lab_run(&l, 3, 0, 0, 0);
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].news, NEWS_CLEARED);
    assert_true(l.last.end_ms == WALL - 30000 && l.last.told_ms >= WALL);
    assert_int_equal(l.over, 0); /* that was said when it came */
    lab_close(&l);
}

static void anomalies_begin_and_end(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "anomaly warning", NULL });
    lab_event(&l, EVENT_ANOMALY, SEVERITY_NOTICE, "a little odd");
    lab_event(&l, EVENT_ARCHIVE, SEVERITY_CRITICAL, "something else");
    assert_int_equal(l.n_told, 0);
    lab_event(&l, EVENT_ANOMALY, SEVERITY_CRITICAL, "very odd: x$(touch /tmp/p) <b>");
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].severity, SEVERITY_CRITICAL);
    assert_string_equal(l.told[0].text, "very odd: x$(touch /tmp/p) <b>");
    lab_run(&l, 2000, 0, 0, 0);
    assert_int_equal(l.over, 0);
    struct event end = { .end_ms = 33 * 60000, .kind = EVENT_ANOMALY, .severity = SEVERITY_CRITICAL };
    assert_false(event_is_over(&end));
    event_put_over(&end, "very odd");
    assert_string_equal(end.text, "over after 33 min: very odd");
    assert_true(event_is_over(&end));
    lab_event(&l, end.kind, end.severity, end.text);
    assert_int_equal(l.over, 1);
    assert_int_equal(l.told[1].news, NEWS_CLEARED);
    lab_close(&l);
}

static void events_are_over_when_they_do_not_come_again(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "event archive clear for 100s", NULL });
    lab_event(&l, EVENT_ARCHIVE, SEVERITY_WARNING, "the disk is full");
    assert_int_equal(l.n_told, 1);
    lab_run(&l, 98, 0, 0, 0);
    lab_event(&l, EVENT_ARCHIVE, SEVERITY_WARNING, "the disk is full");
    lab_run(&l, 99, 0, 0, 0);
    assert_int_equal(l.n_told, 1);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    lab_close(&l);
}

static void forecasts_hold_until_the_next_says_otherwise(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 },
             (const char *const[]){ "full: forecast fs.util reaches 100 within 6h", "forecast risk high", NULL });
    struct alert_clock now = clock_of(&l);
    alerts_foresee(l.a, "full", "fs.util{/}", UNIT_PERCENT, 7200, &now);
    alerts_foresee(l.a, "full", "fs.util{/home}", UNIT_PERCENT, INFINITY, &now);
    alerts_foresee(l.a, "forecast risk high", "", UNIT_NONE, 1, &now);
    lab_run(&l, 700, 0, 0, 0);
    assert_int_equal(l.n_told, 1);
    assert_string_equal(l.told[0].text, "fs.util{/} is forecast to reach 100 % in 2.0 h");
    now = clock_of(&l);
    alerts_foresee(l.a, "full", "fs.util{/}", UNIT_PERCENT, 6.5 * 3600, &now);
    alerts_foresee(l.a, "forecast risk high", "", UNIT_NONE, 2, &now);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 2);
    assert_string_equal(l.told[1].text, "the risk of something unusual within the hour is high");
    now = clock_of(&l);
    alerts_foresee(l.a, "full", "fs.util{/}", UNIT_PERCENT, INFINITY, &now);
    lab_run(&l, 1, 0, 0, 0);
    assert_int_equal(l.n_told, 3);
    assert_string_equal(l.told[2].text, "fs.util{/} is no longer forecast to reach 100 % within 6.0 h");
    lab_run(&l, 8000, 0, 0, 0); /* nothing was heard of the risk any more */
    assert_int_equal(l.n_told, 4);
    lab_close(&l);
}

static void what_is_no_longer_measured_is_over(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "disk.util > 90", NULL });
    lab_run(&l, 1, 99, 0, 0);
    lab_run(&l, 800, NAN, 0, 0);
    assert_int_equal(l.over, 0);
    lab_run(&l, 200, NAN, 0, 0);
    assert_int_equal(l.over, 1);
    assert_non_null(strstr(l.told[1].text, "no longer measured"));
    lab_close(&l);
}

static void there_is_a_limit(void **state)
{
    (void)state;
    struct lab l;
    lab_open(&l, &(struct alert_policy){ 0 }, (const char *const[]){ "many: many.x > 0", NULL });
    for (int i = 0; i < ALERTS_MAX + 100; i++) {
        char inst[32];
        snprintf(inst, sizeof inst, "%d", i);
        schema_add(l.s, &(struct metric){ .name = "many.x", .inst = inst });
    }
    frame_fit(&l.m.frame, l.s);
    for (int i = 3; i < l.m.frame.n; i++)
        l.m.frame.v[i] = 1;
    lab_step(&l);
    assert_true(alerts_is_full(l.a));
    assert_int_equal(l.begun, ALERTS_MAX);
    assert_int_equal(l.n_told, 1);
    assert_int_equal(l.told[0].more, ALERTS_MAX - 1);
    assert_true(strlen(l.told[0].text) < MESSAGE_TEXT);
    lab_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_raises_reminds_and_clears),
        cmocka_unit_test(words_are_of_now),
        cmocka_unit_test(what_is_short_is_not_told),
        cmocka_unit_test(each_cool_down_is_its_own),
        cmocka_unit_test(raised_again_before_its_end_was_told_it_counts_as_told),
        cmocka_unit_test(an_end_outlives_a_reload),
        cmocka_unit_test(names_of_metrics_are_kept_plain),
        cmocka_unit_test(alerts_of_a_rule_come_together),
        cmocka_unit_test(at_the_start_nothing_is_raised),
        cmocka_unit_test(quiet_hours_let_only_critical_through),
        cmocka_unit_test(quiet_hours_are_read),
        cmocka_unit_test(a_silenced_rule_says_nothing),
        cmocka_unit_test(what_was_raised_before_is_not_raised_again),
        cmocka_unit_test(an_end_that_was_not_told_is_told_after_a_restart),
        cmocka_unit_test(anomalies_begin_and_end),
        cmocka_unit_test(events_are_over_when_they_do_not_come_again),
        cmocka_unit_test(forecasts_hold_until_the_next_says_otherwise),
        cmocka_unit_test(what_is_no_longer_measured_is_over),
        cmocka_unit_test(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
