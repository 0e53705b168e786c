/* check_tell.c - the verdict as a notification, the findings as entries of the system's log. */
#include "app/check_tell.h"

#include "alert/desktop.h"
#include "alert/to_log.h"
#include "app/alerting.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "output/report_verdict.h"

#include <stdio.h>

#define LINES 4      /* findings in a notification */
#define ENTRIES 32   /* in the log */
#define KIND_ID "5b9e0c7d2f814e3aa0c6d7f1e8b3429c" /* made once, at random */

/* Names of processes are in them: line ends are ours, everything else is made plain. */
static void tell_line(struct buf *out, const char *text)
{
    char plain[2 * REPORT_TEXT];
    snprintf(plain, sizeof plain, "%s", text);
    buf_printf(out, "%s%s", out->n ? "\n" : "", text_clean(plain));
}

/* Of each finding the first words. */
static void tell_body(const struct report *r, struct buf *out)
{
    int n = 0;
    for (size_t i = 0; i < r->n_insights && n < LINES; i++, n++)
        tell_line(out, r->insights[i].title);
    for (size_t i = 0; i < r->n_anomalies && n < LINES; i++, n++)
        tell_line(out, r->anomalies[i].summary);
    size_t left = r->n_insights + r->n_anomalies - (size_t)n;
    if (left)
        buf_printf(out, "\nand %zu more", left);
}

static void tell_desktop(const struct report *r, const struct verdict *v)
{
    static const char *const words[] = { "well", "something to look at", "too little was seen" };
    struct desktop *d = desktop_new();
    auto_buf struct buf body = { 0 };
    char title[64], why[RECEIVER_WHY] = "";
    snprintf(title, sizeof title, "Sonde: %s", words[v->level]);
    tell_body(r, &body);
    if (!body.n)
        tell_line(&body, v->text);
    enum severity severity = v->level == VERDICT_LOOK ? v->severity : SEVERITY_INFO;
    if (desktop_say(d, "check", title, body.p, severity, why) < 0)
        log_warn(0, "check: --notifications: %s", why);
    desktop_free(d);
}

static bool tell_entry(const char *kind, enum severity severity, const char *metric, const char *text)
{
    char plain[2 * REPORT_TEXT + 32];
    int rc;
    snprintf(plain, sizeof plain, "check: %s", text);
    text_clean(plain);
    struct log_words w = { .text = plain, .priority = log_priority(severity, NEWS_RAISED), .kind = kind,
                           .severity = severity_name(severity), .metric = metric, .id = KIND_ID };
    if (log_entry(&LOG_PATHS, &w, &rc))
        return true;
    log_warn(rc, "check: --system-logging: the log of the system takes nothing");
    return false;
}

static void tell_log(const struct report *r, const struct verdict *v)
{
    int n = 0;
    bool good = tell_entry("verdict", v->level == VERDICT_LOOK ? v->severity : SEVERITY_INFO, NULL, v->text);
    for (size_t i = 0; i < r->n_insights && good && n++ < ENTRIES; i++)
        good = tell_entry("insight", r->insights[i].severity, NULL, r->insights[i].title);
    for (size_t i = 0; i < r->n_anomalies && good && n++ < ENTRIES; i++)
        good = tell_entry("anomaly", r->anomalies[i].severity, r->anomalies[i].n_causes ?
                          schema_id(r->rec->schema, r->anomalies[i].causes[0].slot) : NULL, r->anomalies[i].summary);
}

void check_tell(const struct args *a, const struct report *r)
{
    unsigned to = alerting_wanted(a);
    if (!to)
        return;
    struct verdict v = report_judge(r);
    if (to & RECEIVER_DESKTOP)
        tell_desktop(r, &v);
    if (to & RECEIVER_LOG)
        tell_log(r, &v);
}
