/*
 * A rule of a person: when is something to be told, how badly, and to whom. One line of text:
 *
 *   disk busy: disk.util{sd*} > 90 for 5m clear 70 for 1m severity critical to desktop, webhook
 *
 *   [NAME:] CONDITION [OPTION ...]
 *
 *   METRIC > NUMBER           a glob as --metrics takes it; >, >=, <, <=; 90%, 500MB, 2.5G. Each metric that matches is
 *                             an alert of its own
 *   anomaly [SEVERITY]        something unusual began, at least that severe (notice)
 *   event KIND [SEVERITY]     an event of a kind of core/event.h, at least that severe (notice)
 *   forecast METRIC reaches NUMBER within TIME
 *   forecast risk LEVEL       how likely an anomaly is within the hour: medium, high
 *
 *   for TIME                  so long it must hold before it is told; behind `clear`: be over before that is told
 *   clear NUMBER              where it is over; without, 3 % of the number back. `clear for TIME` leaves the number
 *   severity SEVERITY         warning where nothing is said; of anomalies and events their own
 *   to RECEIVER, ...          desktop, log, webhook, email, command; without, all that are configured
 */
#ifndef ALERT_RULE_H
#define ALERT_RULE_H

#include "core/event.h"
#include "core/schema.h"

#define RULE_MAX 256          /* bytes of a rule with its NUL */
#define RULE_NAME_MAX 64
#define RULE_WHY 200
#define RULES_MAX 128

enum rule_kind { RULE_METRIC, RULE_ANOMALY, RULE_EVENT, RULE_FORECAST, RULE_RISK };

enum rule_unit { RULE_BARE, RULE_PERCENT, RULE_BYTES }; /* in which its number was written */

enum rule_compare { RULE_ABOVE, RULE_AT_LEAST, RULE_BELOW, RULE_AT_MOST };

/* Bits. */
enum receiver { RECEIVER_DESKTOP = 1, RECEIVER_LOG = 2, RECEIVER_WEBHOOK = 4, RECEIVER_EMAIL = 8,
                RECEIVER_COMMAND = 16 };
#define RECEIVERS 5
#define RECEIVER_ANY 31u

const char *receiver_name(enum receiver r); /* "desktop", "log", "webhook", "email", "command" */

struct rule {
    char name[RULE_NAME_MAX]; /* its own, or the condition, cut */
    char text[RULE_MAX];
    enum rule_kind kind;
    char metric[SCHEMA_MAX_NAME]; /* a glob; of metrics and forecasts */
    enum rule_compare compare;
    enum rule_unit written;
    double level;             /* of a metric, also of a forecast; of a risk 1 medium, 2 high */
    double clear;             /* where it is over */
    double for_s, clear_for_s;
    double within_s;          /* of forecasts */
    enum event_kind event;
    enum severity at_least;   /* of anomalies and events */
    enum severity severity;   /* 0: that of the event */
    unsigned receivers;       /* bits of enum receiver */
};

/* Reads a rule. -EINVAL, and why in one sentence for people; *out is as it was then. */
int rule_parse(const char *text, struct rule *out, char why[static RULE_WHY]);

/* Can it hold here: is there a metric that it is about, in a unit that goes with its number? Rules about no metric do.
 * False: why not, as words that follow on its name. */
bool rule_fits(const struct rule *r, const struct schema *s, char why[static RULE_WHY]);

enum rule_verdict { RULE_WELL, RULE_BETWEEN, RULE_HOLDS, RULE_UNKNOWN };

/* What a value of its metric is to a rule: NaN is RULE_UNKNOWN. Between: not bad enough to begin, nor to be over. */
enum rule_verdict rule_judge(const struct rule *r, double v);

/* The same of a forecast that its level is reached in so many seconds; INFINITY: it is not. */
enum rule_verdict rule_judge_reached(const struct rule *r, double in_s);

/* The rules that everybody has unless alerts.defaults is false; NULL-terminated. */
const char *const *rule_defaults(void);

#endif
