/* untold.c - why nobody was told of an alert that holds: the one reason that applies, and to whom it goes then. */
#include "app/alerts/untold.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define LATE_S 2.0 /* it is told with an instant */

unsigned untold_receivers(const struct config *c)
{
    size_t mails, words;
    config_list(c, "alerts.email.to", &mails);
    config_list(c, "alerts.command", &words);
    return (config_bool(c, "alerts.desktop") ? RECEIVER_DESKTOP : 0u) |
           (config_bool(c, "alerts.system_log") ? RECEIVER_LOG : 0u) |
           (*config_string(c, "alerts.webhook.url") ? RECEIVER_WEBHOOK : 0u) | (mails ? RECEIVER_EMAIL : 0u) |
           (words ? RECEIVER_COMMAND : 0u);
}

static void untold_time(int64_t at_ms, char out[static TEXT_TIME_MAX])
{
    text_time(at_ms, out)[19] = '\0';
    out[10] = ' ';
}

static void untold_reason(const struct untold *u, const struct alert *a, char *out, size_t cap)
{
    const struct alert_policy *p = u->policy;
    char until[TEXT_TIME_MAX], span[32];
    int64_t raised_ms = a->since_ms + (int64_t)(1000 * (u->rule ? u->rule->for_s : 0));
    int64_t again_ms = u->before_ms + (int64_t)(1000 * p->raise_cooldown_s);
    if (u->silenced_ms > u->now_ms) {
        untold_time(u->silenced_ms, until);
        snprintf(out, cap, "silenced until %.16s UTC", until);
    } else if (a->severity < SEVERITY_CRITICAL && alert_is_quiet(p, u->now_ms, u->zone_s)) {
        snprintf(out, cap, "quiet hours until %02d:%02d, local time", p->quiet_to / 60, p->quiet_to % 60);
    } else if (u->before_ms && again_ms > u->now_ms) {
        untold_time(again_ms, until);
        snprintf(out, cap, "it was told a moment ago already, before it was over; again from %s UTC on", until);
    } else if ((double)(u->now_ms - raised_ms) < 1000 * (p->group_s + LATE_S)) {
        snprintf(out, cap, "for %s what comes of its rule is gathered", text_span(p->group_s, span, sizeof span));
    } else {
        snprintf(out, cap, "the recorder has not told it yet, or none runs");
    }
}

static void untold_to(const struct untold *u, char *out, size_t cap)
{
    unsigned to = u->receivers & (u->rule ? u->rule->receivers : RECEIVER_ANY);
    size_t n = strlen(out);
    n += (size_t)snprintf(out + n, cap - n, "%s", to ? "; it goes to " :
                          "; nobody is configured to hear it but `sonde notify`");
    for (int i = 0, any = 0; i < RECEIVERS && n < cap; i++)
        if (to & (1u << i))
            n += (size_t)snprintf(out + n, cap - n, "%s%s", any++ ? ", " : "", receiver_name((enum receiver)(1 << i)));
}

char *untold_words(const struct untold *u, const struct alert *a, char out[static UNTOLD_MAX])
{
    untold_reason(u, a, out, UNTOLD_MAX);
    untold_to(u, out, UNTOLD_MAX);
    return out;
}
