/*
 * What is told of an alert: one struct from the state to every receiver. All texts are plain, without control
 * characters (base/text.h: text_copy, text_clean), and bounded; each receiver escapes them in its own way.
 */
#ifndef ALERT_MESSAGE_H
#define ALERT_MESSAGE_H

#include "alert/rule.h"
#include "base/buf.h"

struct json;

#define MESSAGE_TEXT 480
#define MESSAGE_ID 24         /* bytes of the id with its NUL */

enum news { NEWS_RAISED, NEWS_REMINDED, NEWS_CLEARED, NEWS_TEST };

const char *news_name(enum news n); /* "raised", "reminded", "cleared", "test" */

struct message {
    enum news news;
    char id[MESSAGE_ID];            /* the same of raise, remind and clear */
    char rule[RULE_NAME_MAX];
    char metric[SCHEMA_MAX_NAME];   /* "": the rule is over no metric */
    double value;                   /* NaN: it has none */
    enum unit unit;
    enum severity severity;
    int64_t since_ms, now_ms;       /* since when it holds, and when this was said */
    size_t more;                    /* alerts of the same rule that are told with it, named in the text */
    char text[MESSAGE_TEXT];        /* one sentence */
    unsigned receivers;             /* bits of enum receiver */
};

/* "disk busy", "disk busy, still", "disk busy: over". Returns out. */
char *message_title(const struct message *m, char *out, size_t cap);

/* Puts the members of an open object: state, rule, metric, value, unit, severity, since, time, more, text, id. */
void message_put_json(const struct message *m, struct json *j);

/* The whole object as a line's text, without its end. */
void message_put(const struct message *m, struct buf *out);

/* The opposite. -EINVAL: it is none. What is too long is cut, what is not plain becomes '?'. */
int message_read(const char *json, size_t n, struct message *out);

/* For `sonde alerts test`: of a rule, or with NULL of none. */
void message_test(const struct rule *r, int64_t now_ms, struct message *out);

/* The id of an alert: a digest of rule and metric. */
void message_set_id(struct message *m);

#endif
