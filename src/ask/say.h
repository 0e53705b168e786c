/* say.h - who writes which answer, and what they share. For the room only. */
#ifndef ASK_SAY_H
#define ASK_SAY_H

#include "ask/calendar.h"
#include "ask/figures.h"

#define NOW_MS (10 * MINUTE_MS) /* "now" where a time is meant and not an instant */

/* ---- answers: each fills q->out; what is asked is in q->m ---- */

void say_value(struct asked *q);      /* say_value.c: value */
void say_period(struct asked *q);     /* say_period.c: highest, lowest, average, total, when-highest, when-lowest */
void say_beyond(struct asked *q);     /* say_beyond.c */
void say_processes(struct asked *q);  /* say_processes.c */
void say_process(struct asked *q);
void say_why(struct asked *q);        /* say_trouble.c: why, happened, anomalies */
void say_happened(struct asked *q);
void say_anomalies(struct asked *q);
void say_logs(struct asked *q);       /* say_logs.c */
void say_ran_out(struct asked *q);    /* say_noted.c: ran-out, alerts, installed */
void say_alerts(struct asked *q);
void say_installed(struct asked *q);

/* The lines of logs among the events of a period, beside the answer; how many. */
int say_noted_logs(struct asked *q, const struct span *s);

/* The events of a period, what weighs most first, and those of Sonde itself last. */
void say_happened_events(struct asked *q, const struct span *s);

/* The worst episode of a period, in a sentence; the number of all. */
int say_worst(struct asked *q, const struct span *s);

/* The episodes of a week that name a process: how many; each in a sentence. */
int say_episodes_of(struct asked *q, const char *process);

/* What rules find in the last minutes before a time, at most so many sentences; how many there are. */
int say_findings(struct asked *q, int64_t to_ms, int most);

void say_throttle(struct asked *q);   /* say_throttle.c */
void say_forecast(struct asked *q);   /* say_coming.c */
void say_trend(struct asked *q);
void say_compare(struct asked *q);    /* say_compare.c */
void say_changed(struct asked *q);
void say_ageing(struct asked *q);     /* say_ageing.c */

/* What changed on the machine itself, in a sentence; the number of all. */
int say_machine_changes(struct asked *q, const struct span *s); /* say_machine_changes.c */
void say_status(struct asked *q);     /* say_status.c: status, advice, workload */
void say_advice(struct asked *q);
void say_workload(struct asked *q);
void say_cost(struct asked *q);       /* say_about.c: about Sonde and what it recorded */
void say_recorded(struct asked *q);
void say_metrics(struct asked *q);
void say_machine(struct asked *q);
void say_help(struct asked *q);
void say_not_understood(struct asked *q); /* off-topic, too */

/* ---- shared: say.c ---- */

/* The period that was asked about, else the one up to now that is so long; 0: the last ten minutes, as "now". */
struct span say_span(const struct asked *q, int64_t default_ms);

/* Is the last that was recorded older than "now" may be? */
bool say_is_stale(const struct asked *q);

/* The period in which a cause lies: that which was asked about, and around an instant the minutes before it; else the
 * last day. */
struct span say_around(const struct asked *q); /* say_trouble.c */

/* A line of a log beside the answer, with its local time; ident: who said it, or "". */
void say_log_line(struct asked *q, int64_t wall_ms, const char *ident, const char *text); /* say_logs.c */

/* The same period as the answer's own. */
void say_within(struct asked *q, const struct span *s);

/* "Memory in use", of "memory in use", with its device behind it. Puts "Processor core 3". */
void say_name(struct asked *q, const struct subject *u, const struct figure *f, bool first);

/* A time into the text, local, noted with what was then. */
void say_time(struct asked *q, int64_t ms);

/* " from 22:00 to 06:00 UTC" and the like. */
void say_when(struct asked *q, const struct span *s);

/* Chart and link of a figure over a period. */
void say_chart(struct asked *q, const struct figure *f, const struct span *s);
void say_link(struct asked *q, const char *view, const char *ids, const struct span *s);

/* It is not measured here: why. */
void say_not_measured(struct asked *q, const struct subject *u);

/* Nothing of it was recorded in that time: what there is. */
void say_not_recorded(struct asked *q, const struct span *s);

/* Does the time lie outside of what was recorded? Then that is said. */
bool say_lacks(struct asked *q, const struct span *s);

/* Reads a subject's figures; where there are none says why not, and is 0. */
int say_figures(struct asked *q, const struct subject *u, const struct span *s, bool whole,
                struct figure out[static FIGURES_MAX]);

/* The amount asked about in the unit of a subject, which may become another of the same thing. False: it has none. */
bool say_in_unit(struct asked *q, struct subject *u);

/*
 * "Usually it is between 5 and 30 %: higher than usual.", and what the amount that was asked about would be. Where that
 * is not known nothing, or that it is not known, where somebody asked.
 */
void say_usual(struct asked *q, const struct figure *f, double value, double highest, int64_t before_ms);

/* Of all that fills or runs out, what does within a month by its trend: as many sentences as it returns. */
int say_filling(struct asked *q);

/* Did a process of that name, or number, run at the end of the time that is asked about? */
bool say_knows_process(struct asked *q, const char *name);

/* Is a process named in what was unusual in the week? */
bool say_knows_episode(struct asked *q, const char *process);

/* Processes that used the most of a subject at a time: "Then the most was used by ...". False where none is known. */
bool say_top(struct asked *q, const struct subject *u, int64_t at_ms, const char *lead, int most);

/* Sessions and events of the index, where there is one. */
void say_sessions(struct asked *q, const struct index_filter *f,
                  void (*each)(void *self, const struct index_session *s), void *self);
void say_events(struct asked *q, const struct span *s, void (*each)(void *self, const struct index_event *e),
                void *self);

/* A subject by its topic's key. */
struct subject say_topic(const struct asked *q, const char *key);

#endif
