/*
 * What a question wants, told by a table of patterns over its words. The first row that matches counts.
 *
 * A pattern is words separated by blanks, which must all stand in the question in this order, others between them or
 * not. "a|b" is one of several; "+a" right behind the word before; "^a" the first of all, "a$" the last; "!a" is
 * nowhere. Words are those of the lexicon, and:
 *
 *   @what a thing that is measured, @time a period, @ahead one to come, @amount a number with its unit,
 *   @process a process's name, @else a word that nobody knows
 *
 * Words that say nothing ("the", "please") are passed over.
 */
#ifndef ASK_INTENTS_H
#define ASK_INTENTS_H

#include "ask/words.h"

enum intent {
    INTENT_NONE,
    INTENT_VALUE,     /* how is it, how was it */
    INTENT_HIGHEST, INTENT_LOWEST, INTENT_AVERAGE, INTENT_TOTAL,
    INTENT_WHEN_HIGHEST, INTENT_WHEN_LOWEST,
    INTENT_BEYOND,    /* when was it above or below an amount, did it reach it */
    INTENT_PROCESSES, /* which processes used the most of it */
    INTENT_PROCESS,   /* how much did one process use */
    INTENT_WHY,       /* why was it so: anomalies with causes, processes */
    INTENT_HAPPENED,  /* what happened then: anomalies and events */
    INTENT_ANOMALIES, /* is anything unusual */
    INTENT_FORECAST,  /* what is coming, when will it be full */
    INTENT_TREND,     /* does it rise or fall */
    INTENT_COMPARE,   /* one time with another, one thing with another */
    INTENT_CHANGED,   /* what is different */
    INTENT_AGEING,    /* is the hardware getting worse over weeks */
    INTENT_LOGS,      /* what the logs said around what was unusual */
    INTENT_RAN_OUT,   /* what the kernel ended for lack of memory */
    INTENT_ALERTS,    /* what is raised, and was */
    INTENT_INSTALLED, /* packages that were installed, upgraded, removed */
    INTENT_THROTTLE,  /* is it throttled */
    INTENT_ADVICE,    /* recommendations */
    INTENT_STATUS,    /* is it well */
    INTENT_WORKLOAD,  /* what kind of work */
    INTENT_COST,      /* what Sonde costs */
    INTENT_RECORDED,  /* what was recorded: sessions */
    INTENT_METRICS,   /* what is measured */
    INTENT_MACHINE,   /* which machine is it */
    INTENT_HELP,
    INTENTS
};

/* "value", "highest" ...; the opposite, INTENT_NONE for any other text. */
const char *intent_name(enum intent i);
enum intent intent_of(const char *name);

/* The intent of a question whose times, things and amounts were taken already; INTENT_NONE where no row matches. */
enum intent intents_read(const struct words *q, bool ahead);

#endif
