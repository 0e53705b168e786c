/* tool_findings.c - what was unusual, with what explains it; and what happened. */
#include "serve/mcp/mcp_own.h"

#include "analyze/changes/before.h"
#include "analyze/changes/nameless.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"
#include "look/instant.h"
#include "look/logs.h"
#include "look/machine_changes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define ANOMALIES 6
#define ANOMALIES_MAX 30
#define EXPLAINED 6              /* of them have processes, lines and changes */
#define BESIDE 3
#define EVENTS 25
#define EVENTS_MAX 200
#define TEXT_BYTES 300

/* An event or an anomaly that outlives the call that gave it. */
struct kept {
    int64_t time_ms, end_ms, peak_ms;
    double score, probability;
    enum severity severity;
    char kind[16], source[40], text[TEXT_BYTES], session[INDEX_ID_MAX];
    char *causes;
};

/* The newest `most` of what comes by time. */
struct newest {
    struct kept *p;
    size_t most, n;              /* n: all that came */
    const char *kind;            /* of events; NULL = any */
    int least;                   /* severity */
    bool log_lines;
};

static struct kept *newest_add(struct newest *x)
{
    struct kept *k = &x->p[x->n++ % x->most];
    mem_free(k->causes);
    *k = (struct kept){ 0 };
    return k;
}

static size_t newest_n(const struct newest *x)
{
    return x->n < x->most ? x->n : x->most;
}

/* The i-th, the newest first. */
static const struct kept *newest_at(const struct newest *x, size_t i)
{
    return &x->p[(x->n - 1 - i) % x->most];
}

static void newest_done(struct newest *x)
{
    for (size_t i = 0; i < newest_n(x); i++)
        mem_free(x->p[i].causes);
    mem_free(x->p);
}

static void newest_anomaly(void *self, const struct index_anomaly *a)
{
    struct newest *x = self;
    if ((int)a->severity < x->least)
        return;
    struct kept *k = newest_add(x);
    k->time_ms = a->time_ms;
    k->end_ms = a->end_ms;
    k->peak_ms = a->peak_ms;
    k->score = a->score;
    k->probability = a->probability;
    k->severity = a->severity;
    text_copy(k->kind, sizeof k->kind, a->area);
    text_copy(k->text, sizeof k->text, a->summary);
    text_copy(k->session, sizeof k->session, a->session);
    k->causes = mem_dup(a->causes);
}

static void newest_event(void *self, const struct index_event *e)
{
    struct newest *x = self;
    bool is_line = strcmp(e->kind, event_kind_name(EVENT_LOG)) == 0;
    if ((int)e->severity < x->least || (x->kind && strcmp(x->kind, e->kind) != 0) || (is_line && !x->log_lines))
        return;
    struct kept *k = newest_add(x);
    k->time_ms = e->time_ms;
    k->end_ms = e->end_ms;
    k->severity = e->severity;
    text_copy(k->kind, sizeof k->kind, e->kind);
    text_copy(k->source, sizeof k->source, e->source);
    text_copy(k->text, sizeof k->text, e->text);
    text_copy(k->session, sizeof k->session, e->session);
}

static int severity_least(const struct http_request *r)
{
    const char *least = http_query(r, "severity");
    return least ? severity_of(least) : SEVERITY_INFO;
}

/* ---- anomalies ---- */

static void cause_put(void *self, const struct row *r)
{
    struct told *t = self;
    const char *metric = row_text(r, "metric"), *code = row_text(r, "unit");
    double value = row_number(r, "value"), expected = row_number(r, "expected");
    char is[AMOUNT_MAX], was[AMOUNT_MAX];
    int unit = code ? unit_of(code) : UNIT_NONE;
    json_object(&t->j, NULL);
    told_text(t, "metric", metric ? metric : "");
    json_string(&t->j, "unit", code ? code : "1");
    told_number(t, "value", value);
    told_number(t, "expected", expected);
    told_number(t, "contribution", row_number(r, "contribution"));
    json_end(&t->j);
    told_say(t, "  cause: %s %s, usual %s\n", metric ? metric : "?",
             amount_text(value, unit < 0 ? UNIT_NONE : (enum unit)unit, is),
             amount_text(expected, unit < 0 ? UNIT_NONE : (enum unit)unit, was));
}

static void anomaly_put_processes(struct told *t, const struct kept *k, bool explained)
{
    struct instant_procs all = { 0 };
    char cpu[AMOUNT_MAX];
    json_array(&t->j, "busiest");
    if (explained && instant_procs(&t->api->look, NULL, k->peak_ms, &all) == 0) {
        for (size_t i = 0; i < all.n && !t->mcp->o.process_names; i++)
            hide_name(&t->hide, HIDE_PROCESS, all.p[i].p.name);
        for (size_t i = 0; i < all.n && i < BESIDE; i++) {
            json_object(&t->j, NULL);
            json_int(&t->j, "pid", all.p[i].p.pid);
            told_name(t, "name", all.p[i].p.name);
            told_number(t, "cpu_percent", all.p[i].use.cpu_percent);
            told_number(t, "memory_bytes", all.p[i].p.rss_bytes);
            json_end(&t->j);
            told_say(t, "%s%s (pid %d) %s of a core", i ? ", " : "  busiest at the peak: ", all.p[i].p.name,
                     (int)all.p[i].p.pid, amount_text(all.p[i].use.cpu_percent, UNIT_PERCENT, cpu));
        }
        told_say(t, all.n ? "\n" : "");
        instant_done(&all);
    }
    json_end(&t->j);
}

/* The lines of logs that were found for it. */
static void anomaly_put_lines(struct told *t, const struct kept *k, bool explained)
{
    char when[TOLD_TIME_MAX];
    struct anomaly_logs logs = { 0 };
    bool known = explained && t->mcp->o.log_lines && look_logs(t->api->look.index, k->session, k->time_ms, &logs) == 0;
    json_array(&t->j, "log_lines");
    for (int i = 0; known && i < logs.n && i < BESIDE; i++) {
        const struct log_line *l = &logs.match[i].line;
        json_object(&t->j, NULL);
        told_time(t, "time", l->wall_ms);
        told_text(t, "source", l->ident);
        told_text(t, "text", l->text);
        json_end(&t->j);
        told_say(t, "  log at %s, %s: %s\n", told_when(l->wall_ms, when), l->ident, l->text);
    }
    json_end(&t->j);
}

/* What changed on the machine in the day before it, the likeliest to matter first. */
static void anomaly_put_changes(struct told *t, const struct kept *k, const struct machine_changes *all, bool explained)
{
    char when[TOLD_TIME_MAX];
    struct before_change best[BEFORE_MOST];
    struct before_episode of = { .start_ms = k->time_ms, .area = k->kind, .words = k->text };
    int n = explained ? before_rank(all->event, all->n, &of, best, 0) : 0;
    json_array(&t->j, "changes");
    for (int i = 0; i < n; i++) {
        json_object(&t->j, NULL);
        told_time(t, "time", best[i].time_ms);
        told_change(t, "text", best[i].text);
        json_end(&t->j);
        told_say(t, "  before it, at %s: %s\n", told_when(best[i].time_ms, when),
                 t->hides ? change_nameless(best[i].text) : best[i].text);
    }
    json_end(&t->j);
}

static void anomaly_put(struct told *t, const struct kept *k, const struct machine_changes *changes, bool explained)
{
    char from[TOLD_TIME_MAX], length[24];
    told_say(t, "%s for %s, %s, %s: %s\n", told_when(k->time_ms, from),
             text_span((double)(k->end_ms - k->time_ms) / 1000, length, sizeof length), severity_name(k->severity),
             k->kind, k->text);
    json_object(&t->j, NULL);
    told_time(t, "start", k->time_ms);
    told_time(t, "end", k->end_ms);
    told_time(t, "peak", k->peak_ms);
    json_string(&t->j, "severity", severity_name(k->severity));
    json_string(&t->j, "area", k->kind);
    anomaly_put_processes(t, k, explained); /* first: it learns names that are not to be told */
    told_text(t, "summary", k->text);
    told_number(t, "score", k->score);
    told_number(t, "probability", k->probability);
    json_array(&t->j, "causes");
    rows_each(k->causes ? k->causes : "[]", cause_put, t);
    json_end(&t->j);
    anomaly_put_lines(t, k, explained);
    anomaly_put_changes(t, k, changes, explained);
    json_string(&t->j, "session", k->session);
    json_end(&t->j);
}

static void anomalies_say_none(struct told *t, const struct api_range *range)
{
    char from[TOLD_TIME_MAX], to[TOLD_TIME_MAX];
    told_say(t, "No anomaly is on record from %s to %s. Sonde may say \"nothing\": it has a budget of false alarms "
                "(%g a day). For slow changes try compare or forecasts.\n", told_when(range->from_ms, from),
             told_when(range->to_ms, to), config_number(t->api->s.config, "analysis.budget_per_day"));
}

static void anomalies_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct machine_changes changes = { 0 };
    struct newest all = { .most = (size_t)told_count(t, r, "limit", ANOMALIES), .least = severity_least(r) };
    if (!told_range(t, r, DAY_MS, &range))
        return;
    all.p = mem_new(all.most * sizeof *all.p);
    int rc = index_anomalies(t->api->look.index, range.session, range.from_ms, range.to_ms, 0, newest_anomaly, &all);
    if (rc < 0)
        api_fail(&t->refusal, rc);
    told_time(t, "from", range.from_ms);
    told_time(t, "to", range.to_ms);
    json_array(&t->j, "anomalies");
    machine_changes_read(t->api->look.index, range.from_ms - BEFORE_MS, range.to_ms, &changes);
    for (size_t i = 0; i < newest_n(&all); i++)
        anomaly_put(t, newest_at(&all, i), &changes, i < EXPLAINED);
    machine_changes_done(&changes);
    json_end(&t->j);
    json_int(&t->j, "left_out", (int64_t)(all.n - newest_n(&all)));
    if (!all.n)
        anomalies_say_none(t, &range);
    else if (all.n > all.most)
        told_say(t, "%zu older ones are left out: ask for an earlier \"to\", or raise the limit.\n", all.n - all.most);
    newest_done(&all);
}

#define SEVERITIES "info notice warning critical"

static const struct tool_arg anomalies_args[] = {
    TOOL_FROM("24 h before its end"), TOOL_TO,
    { "severity", TOOL_CHOICE, .choices = SEVERITIES, .help = "at least so severe; default info" },
    { "limit", TOOL_COUNT, .min = 1, .max = ANOMALIES_MAX, .help = "the newest so many; default 6" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_anomalies = {
    .name = "anomalies", .title = "What was unusual, and why",
    .help = "Episodes in which the machine did what it usually does not, newest first: when, how severe, which "
            "metrics moved against what is usual, the busiest processes at the peak, lines of the system's logs that "
            "may explain it, and what changed (packages, services, mounts) in the day before. For \"why was it slow\", \"what happened "
            "last night\". Names processes and may quote logs.",
    .args = anomalies_args,
    .shape = "from:t to:t anomalies:[{start:t end:t peak:T severity:s area:s "
             "busiest:[{pid:i name:s cpu_percent:n memory_bytes:n}] summary:s score:n probability:n "
             "causes:[{metric:s unit:s value:n expected:n contribution:n}] log_lines:[{time:t source:s text:s}] "
             "changes:[{time:t text:s}] session:s}] left_out:i",
    .run = anomalies_run,
};

/* ---- events ---- */

static void event_put(struct told *t, const struct kept *e)
{
    char when[TOLD_TIME_MAX];
    const char *plain = t->hides ? event_nameless(e->kind, e->text) : NULL;
    json_object(&t->j, NULL);
    told_time(t, "time", e->time_ms);
    told_time(t, "end", e->end_ms);
    json_string(&t->j, "kind", e->kind);
    json_string(&t->j, "severity", severity_name(e->severity));
    told_text(t, "source", plain ? e->kind : e->source);
    if (plain)
        json_string(&t->j, "text", plain);
    else
        told_text(t, "text", e->text);
    json_end(&t->j);
    told_say(t, "%s %s (%s, %s): %s\n", told_when(e->time_ms, when), e->kind, severity_name(e->severity),
             plain ? e->kind : e->source, plain ? plain : e->text);
}

static void events_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct newest all = { .most = (size_t)told_count(t, r, "limit", EVENTS), .least = severity_least(r),
                          .kind = http_query(r, "kind"), .log_lines = t->mcp->o.log_lines };
    if (!told_range(t, r, DAY_MS, &range))
        return;
    all.p = mem_new(all.most * sizeof *all.p);
    int rc = index_events(t->api->look.index, range.session, range.from_ms, range.to_ms, 0, newest_event, &all);
    if (rc < 0)
        api_fail(&t->refusal, rc);
    told_learn(t, range.to_ms);
    told_time(t, "from", range.from_ms);
    told_time(t, "to", range.to_ms);
    json_array(&t->j, "events");
    for (size_t i = 0; i < newest_n(&all); i++)
        event_put(t, newest_at(&all, i));
    json_end(&t->j);
    json_int(&t->j, "left_out", (int64_t)(all.n - newest_n(&all)));
    if (!all.n)
        told_say(t, "No such event is on record in that range.\n");
    else if (all.n > all.most)
        told_say(t, "%zu older ones are left out: narrow by kind, severity or \"to\", or raise the limit.\n",
                 all.n - all.most);
    newest_done(&all);
}

static const struct tool_arg events_args[] = {
    TOOL_FROM("24 h before its end"), TOOL_TO,
    { "kind", TOOL_CHOICE, .choices = EVENT_KIND_NAMES,
      .help = "only of this kind: gap (not sampled), clock (set), adapter (a source came or went), budget and "
              "archive (of Sonde itself), anomaly, workload, log (a line of a log), change (package, service, "
              "mount), alert" },
    { "severity", TOOL_CHOICE, .choices = SEVERITIES, .help = "at least so severe; default info" },
    { "limit", TOOL_COUNT, .min = 1, .max = EVENTS_MAX, .help = "the newest so many; default 25" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_events = {
    .name = "events", .title = "What happened",
    .help = "What happened in a range, newest first: gaps in the recording, sources that came or went, changes of "
            "the machine, lines of logs, alerts, another kind of work. For anomalies with their causes use "
            "anomalies.",
    .args = events_args,
    .shape = "from:t to:t events:[{time:t end:T kind:s severity:s source:s text:s}] left_out:i",
    .run = events_run,
};
