/* event.c - names of kinds and severities. */
#include "core/event.h"

const char *event_kind_name(enum event_kind k)
{
    static const char *const name[] = { "gap", "clock", "adapter", "budget" };
    return name[k];
}

const char *severity_name(enum severity s)
{
    static const char *const name[] = { "unknown", "info", "notice", "warning", "critical" };
    return name[s];
}
