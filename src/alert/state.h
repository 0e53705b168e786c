/*
 * Which rules hold, since when, and what is told of it: the state machine of all alerts. It has no clock, no files and
 * no threads: times come in, messages and changes go out.
 *
 * A condition that holds for its time raises an alert; one that is well for its time clears it. What receivers believe
 * is another matter: they are told so that it becomes true, as soon as nothing stands against it:
 *
 *   grace       after the start nothing is raised
 *   quiet hours, silences   nothing is told, but what is critical in quiet hours; what is over by then is never told
 *   cool-downs  of one alert, between two raises that are told, and between two clears
 *   group       alerts of one rule that come within so long are told in one message
 *
 * While it lasts it is told again, every so often.
 */
#ifndef ALERT_STATE_H
#define ALERT_STATE_H

#include "alert/message.h"
#include "core/moment.h"

#define ALERTS_MAX 1024       /* that hold, or are told of; more are not looked at */
#define ALERT_SILENCES 64

struct alert_policy {
    double grace_s, group_s, remind_s, raise_cooldown_s, clear_cooldown_s; /* remind_s 0: never again */
    int quiet_from, quiet_to; /* minutes of the local day; equal: there are none */
};

/* "22:00-07:00", or "" for none. -EINVAL. */
int alert_quiet_hours(const char *text, int *from, int *to);

/* Is it within the quiet hours? Local time is zone_s ahead of UTC. */
bool alert_is_quiet(const struct alert_policy *p, int64_t wall_ms, int zone_s);

struct alert_clock {
    int64_t wall_ms, mono_ns;
    int zone_s;               /* local time ahead of UTC */
};

/* One alert, as it is kept and listed. */
struct alert {
    char rule[RULE_NAME_MAX];
    char metric[SCHEMA_MAX_NAME]; /* its id, plain: what hides or is no UTF-8 is '?' */
    double value;             /* when it was raised, the last one since then; NaN: not known */
    enum unit unit;
    enum severity severity;
    int64_t since_ms, end_ms; /* end_ms 0: it holds */
    int64_t told_ms;          /* when it was told last; 0: receivers do not know of it */
    char text[MESSAGE_TEXT];  /* what it is now, within a minute, or was; with times or values of the raise named so */
};

struct alert_hooks {
    /* Raised or over, told or not; and that as a sentence. */
    void (*change)(void *self, const struct alert *a, bool begins, const char *sentence);
    void (*tell)(void *self, const struct message *m);
    void (*told)(void *self, const struct alert *a); /* a row whose told_ms or text is another now */
    void *self;
};

struct alerts;

/* The rules are copied. */
struct alerts *alerts_new(const struct rule *rules, size_t n, const struct alert_policy *p, const struct alert_hooks *h,
                          const struct alert_clock *now);
void alerts_free(struct alerts *a);

/* One that was raised before, before anything else; it is not raised again. With end_ms its end is still to be told.
 * -ENOENT: there is no such rule. */
int alerts_restore(struct alerts *a, const struct alert *row, const struct alert_clock *now);

/* An instant: conditions on metrics and events. Then whatever is due is told. */
void alerts_take(struct alerts *a, const struct schema *s, const struct moment *m, int zone_s);

/* What a forecast says to a rule of that kind: seconds until the level is reached (INFINITY: never), or the level of
 * risk, 0 to 2; NaN: not known. The metric is "" for a risk; the unit is that of the metric. Told with the next
 * instant. */
void alerts_foresee(struct alerts *a, const char *rule, const char *metric, enum unit unit, double value,
                    const struct alert_clock *now);

bool alerts_is_full(const struct alerts *a); /* ALERTS_MAX are at work: nothing more is raised */

/* Nothing is told of a rule ("all": of all) until then; a time that is past ends it. False: there are too many. */
bool alerts_silence(struct alerts *a, const char *rule, int64_t until_ms);
void alerts_silence_as(struct alerts *a, const struct alerts *other); /* what is silenced there is silenced here */
void alerts_unsilence_all(struct alerts *a); /* before the ones that are in force now are given */
bool alerts_is_silenced(const struct alerts *a, const char *rule, int64_t now_ms);

/* Those that hold, in the order in which they began to; and those, with end_ms, whose end is still to be told. */
void alerts_each(const struct alerts *a, void (*each)(void *self, const struct alert *row), void *self);

/* As a message to one who has just come: an alert as it is now. */
void alert_message(const struct alerts *a, const struct alert *row, enum news news, int64_t now_ms,
                   struct message *out);

const struct rule *alerts_rules(const struct alerts *a, size_t *n);

#endif
