/* An event: something that happened, with time, kind, severity and text; anyone may emit one. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EVENT_GAP,     /* ticks that were not taken: late, suspended */
    EVENT_CLOCK,   /* the wall clock was set */
    EVENT_ADAPTER, /* a source came, went, hung or failed */
    EVENT_BUDGET,  /* Sonde costs more than it may, or no longer does */
    EVENT_ARCHIVE, /* what was seen could not be kept, or can be again */
    EVENT_ANOMALY, /* something unusual began, or is over */
    EVENT_WORKLOAD, /* another kind of work is done */
    EVENT_LOG,     /* a line of a log of the system that may explain something unusual */
    EVENT_CHANGE,  /* something on the machine is not as it was: a start, a package, a mount, a service */
    EVENT_ALERT,   /* a rule of a person began to hold, or does no longer */
    EVENT_POLICY,  /* Sonde set something on the machine, or set it back */
};

#define EVENT_KINDS (EVENT_POLICY + 1)
/* For a choice of one. */
#define EVENT_KIND_NAMES "gap clock adapter budget archive anomaly workload log change alert policy"

enum severity { SEVERITY_INFO = 1, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };

struct event {
    int64_t wall_ms;  /* when it began */
    int64_t end_ms;   /* when it ended; equal to wall_ms for an instant */
    enum event_kind kind;
    enum severity severity;
    char source[32];  /* who says so: an adapter, "sampler", a rule */
    char text[224];   /* one sentence for people */
};

const char *event_kind_name(enum event_kind k);   /* "gap" of EVENT_GAP ... */
const char *severity_name(enum severity s);       /* "info", "notice", "warning", "critical" */

/* The opposite; -1 for any other text. */
int event_kind_of(const char *name);
int severity_of(const char *name);

/*
 * Of EVENT_ANOMALY, which is said when something unusual begins and again, with the same start, when it is over.
 * event_put_over() makes the second of what is in wall_ms and end_ms: its severity and text, "over after 3 min:
 * SUMMARY", by which event_is_over() knows it.
 */
void event_put_over(struct event *e, const char *summary);
bool event_is_over(const struct event *e);

#endif
