/*
 * An answer: sentences, the facts that they are made of, the period, and where to see more.
 *
 * Whoever writes one puts numbers into the text by answer_amount() and its like only, which note the fact as well.
 */
#ifndef ASK_ANSWER_H
#define ASK_ANSWER_H

#include "base/buf.h"
#include "core/schema.h"

#include <stdbool.h>
#include <stdint.h>

enum answer_status {
    ANSWER_ANSWERED,
    ANSWER_NO_DATA,        /* not measured, or not recorded then */
    ANSWER_NOT_UNDERSTOOD,
    ANSWER_OFF_TOPIC,      /* of other matters than this machine */
};

const char *answer_status_name(enum answer_status s); /* "answered", "no-data", "not-understood", "off-topic" */

struct answer_fact {
    char label[160];
    double value;
    enum unit unit;
    char metric[SCHEMA_MAX_NAME]; /* its id; "" where it is of none */
    int64_t time_ms;              /* when; 0 where it is of no instant */
};

/* Bytes from..to of the text are what an event says; `plain`: the same without names. */
struct answer_said {
    size_t from, to;
    const char *plain;
};

#define ANSWER_SUGGESTIONS 3
#define ANSWER_CHART 72 /* values of a small chart */

struct answer {
    enum answer_status status;
    const char *intent;           /* "value", "why" ...: what was understood */
    struct buf text;
    struct buf logs;              /* what logs said then, a line each: for people here, never sent anywhere */
    struct answer_said *said;     /* by their place in the text */
    size_t n_said, cap_said;
    struct answer_fact *facts;
    size_t n_facts, cap_facts;
    int64_t from_ms, to_ms;       /* the period; both 0 where there is none */
    struct buf link;              /* "#/explore?m=cpu.util&from=1&to=2"; empty for none */
    struct buf chart_metrics;     /* ids, separated by commas; empty: there is no chart */
    double chart[ANSWER_CHART];   /* means of the first of them, in equal steps; NaN in gaps */
    size_t n_chart;
    double chart_low, chart_high; /* the ends of its axis */
    enum unit chart_unit;
    char suggestions[ANSWER_SUGGESTIONS][96];
    int n_suggestions;
    struct buf context;           /* for the next question */
};

void answer_done(struct answer *a);

/* ---- writing ---- */

__attribute__((format(printf, 2, 3))) void answer_say(struct answer *a, const char *fmt, ...);

/* Takes back what was said from byte `from` on; the facts stay. */
void answer_unsay(struct answer *a, size_t from);

/* Puts a number with its unit into the text, and notes it. metric: NULL for none. */
void answer_amount(struct answer *a, const char *label, double value, enum unit unit, const char *metric,
                   int64_t time_ms);

/* "3" and the word behind it, in the plural where it is not one. */
void answer_count(struct answer *a, const char *label, double n, const char *one);

/* "12 min", a length of time. */
void answer_length(struct answer *a, const char *label, double seconds);

/* Notes a number that the text does not have. */
void answer_note(struct answer *a, const char *label, double value, enum unit unit, const char *metric,
                 int64_t time_ms);

/* A text that others wrote, with their numbers ("memory used 4.95 GB at 10:31"): each becomes a fact of that label. */
void answer_quote(struct answer *a, const char *label, const char *text);

/* The same as a sentence, with a point at its end. */
void answer_quote_sentence(struct answer *a, const char *label, const char *text);

/* What an event says, with a form of it that names nothing; a text of ours. No number of it becomes a fact. */
void answer_event(struct answer *a, const char *text, const char *plain);

/* Appends the text with all events in their plain form, as those get it who are not to learn names. */
void answer_nameless(const struct answer *a, struct buf *out);

void answer_suggest(struct answer *a, const char *question);

#endif
