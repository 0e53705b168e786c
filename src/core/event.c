/* event.c - names of kinds and severities. */
#include "core/event.h"

#include <string.h>

static const char *const kinds[EVENT_KINDS] = { "gap", "clock", "adapter", "budget", "archive", "anomaly",
                                                  "workload", "log", "change", "alert" };
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

bool event_is_end(const struct event *e)
{
    return e->kind == EVENT_ANOMALY && e->severity == SEVERITY_INFO &&
           strncmp(e->text, EVENT_OVER, strlen(EVENT_OVER)) == 0;
}
