/* event.c - names of kinds and severities, and how the end of something unusual is said. */
#include "core/event.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define OVER "over after "

static const char *const kinds[EVENT_KINDS] = { "gap", "clock", "adapter", "budget", "archive", "anomaly",
                                                  "workload", "log", "change", "alert",
                                                  "policy" };
static const char *const severities[] = { "unknown", "info", "notice", "warning", "critical" };

const char *event_kind_name(enum event_kind k)
{
    return kinds[k];
}

const char *severity_name(enum severity s)
{
    return severities[s];
}

int event_kind_of(const char *name)
{
    for (int i = 0; i < EVENT_KINDS; i++)
        if (strcmp(kinds[i], name) == 0)
            return i;
    return -1;
}

int severity_of(const char *name)
{
    for (int i = SEVERITY_INFO; i <= SEVERITY_CRITICAL; i++)
        if (strcmp(severities[i], name) == 0)
            return i;
    return -1;
}

void event_put_over(struct event *e, const char *summary)
{
    char span[32];
    e->severity = SEVERITY_INFO;
    text_span((double)(e->end_ms - e->wall_ms) * 1e-3, span, sizeof span);
    snprintf(e->text, sizeof e->text, OVER "%s: %.170s", span, summary);
}

bool event_is_over(const struct event *e)
{
    return e->kind == EVENT_ANOMALY && e->severity == SEVERITY_INFO && strncmp(e->text, OVER, sizeof OVER - 1) == 0;
}
