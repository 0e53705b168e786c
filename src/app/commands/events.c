/* events.c - `sonde events`: what happened, by time; what was unusual with its causes, and what the logs said then. */
#include "app/archived.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "look/logs.h"
#include "output/logs_out.h"
#include "output/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMN_TIME = 19, COLUMN_SEVERITY = 9, COLUMN_KIND = 9,
    COLUMN_TEXT = COLUMN_TIME + COLUMN_SEVERITY + COLUMN_KIND + 4,
};

struct happened {
    int64_t time_ms, end_ms, peak_ms;
    enum severity severity;
    bool is_anomaly;            /* of the table of anomalies, with what follows */
    double score, probability;
    char *session, *kind, *source, *text, *area, *causes;
};

struct listing {
    const struct args *a;
    struct look *of;
    const char *kind;           /* NULL: any */
    enum severity least;
    struct happened *item;
    size_t n, cap;
    size_t anomalies;           /* the first of them are anomalies, by time */
    struct screen screen;
    struct buf out;
    struct json json;
};

static struct happened *events_add(struct listing *l)
{
    l->item = mem_grow(l->item, l->n, &l->cap, sizeof *l->item);
    return &l->item[l->n++];
}

static bool events_wants(const struct listing *l, const char *kind, enum severity s)
{
    return (!l->kind || strcmp(l->kind, kind) == 0) && s >= l->least;
}

static void events_anomaly(void *self, const struct index_anomaly *a)
{
    struct listing *l = self;
    if (!events_wants(l, "anomaly", a->severity))
        return;
    *events_add(l) = (struct happened){
        .time_ms = a->time_ms, .end_ms = a->end_ms, .peak_ms = a->peak_ms, .severity = a->severity, .is_anomaly = true,
        .score = a->score, .probability = a->probability, .session = mem_dup(a->session), .kind = mem_dup("anomaly"),
        .source = mem_dup("learning"), .text = mem_dup(a->summary), .area = mem_dup(a->area),
        .causes = mem_dup(a->causes) };
    l->anomalies = l->n;
}

/* That an anomaly begins and is over are events, too: where it is in the table, they say nothing new. */
static bool events_is_told(const struct listing *l, const struct index_event *e)
{
    for (size_t i = 0; i < l->anomalies && strcmp(e->kind, "anomaly") == 0; i++)
        if (l->item[i].time_ms == e->time_ms && strcmp(l->item[i].session, e->session) == 0)
            return true;
    return false;
}

static void events_event(void *self, const struct index_event *e)
{
    struct listing *l = self;
    if (!events_wants(l, e->kind, e->severity) || events_is_told(l, e))
        return;
    *events_add(l) = (struct happened){
        .time_ms = e->time_ms, .end_ms = e->end_ms, .severity = e->severity, .session = mem_dup(e->session),
        .kind = mem_dup(e->kind), .source = mem_dup(e->source), .text = mem_dup(e->text) };
}

static int events_order(const void *a, const void *b)
{
    const struct happened *x = a, *y = b;
    return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

static void events_done(struct listing *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct happened *h = &l->item[i];
        char *const text[] = { h->session, h->kind, h->source, h->text, h->area, h->causes };
        for (size_t k = 0; k < sizeof text / sizeof *text; k++)
            mem_free(text[k]);
    }
    mem_free(l->item);
    buf_done(&l->out);
}

/* ---- told ---- */

static enum tone events_tone(enum severity s)
{
    return s == SEVERITY_CRITICAL ? TONE_BAD : s == SEVERITY_WARNING ? TONE_WARN : TONE_PLAIN;
}

static void events_text_logs(struct listing *l, const struct happened *h)
{
    struct anomaly_logs logs;
    auto_buf struct buf line = { 0 };
    int rc = look_logs(l->of->index, h->session, h->time_ms, &logs);
    if (rc < 0 || !logs.n) {
        buf_printf(&line, "no line of a log: %s", rc < 0 ? "nobody looked" : logs.reason);
        buf_printf(&l->out, "%*s", COLUMN_TEXT, "");
        screen_cell(&l->screen, &l->out, TONE_QUIET, line.p, l->screen.width - COLUMN_TEXT, false);
        buf_putc(&l->out, '\n');
    }
    for (int i = 0; rc == 0 && i < logs.n; i++) {
        buf_clear(&line);
        logs_text(&logs.match[i], &line);
        buf_puts(&l->out, "    ");
        screen_cell(&l->screen, &l->out, TONE_QUIET, line.p, l->screen.width - 4, false);
        buf_putc(&l->out, '\n');
    }
}

static void events_text(struct listing *l, const struct happened *h)
{
    char time[TEXT_TIME_MAX];
    text_time(h->time_ms, time);
    time[10] = ' ';
    time[19] = '\0';
    buf_printf(&l->out, "%s  ", time);
    screen_cell(&l->screen, &l->out, events_tone(h->severity), severity_name(h->severity), COLUMN_SEVERITY, true);
    buf_putc(&l->out, ' ');
    screen_cell(&l->screen, &l->out, TONE_PLAIN, h->kind, COLUMN_KIND, true);
    buf_putc(&l->out, ' ');
    screen_flow(&l->screen, &l->out, COLUMN_TEXT, 4, h->text);
    if (h->is_anomaly && args_flag(l->a, "logs"))
        events_text_logs(l, h);
}

static void events_json(struct listing *l, const struct happened *h)
{
    struct json *j = &l->json;
    json_object(j, NULL);
    json_string(j, "session", h->session);
    json_time(j, "time", h->time_ms);
    json_time(j, "end", h->end_ms);
    json_string(j, "kind", h->kind);
    json_string(j, "severity", severity_name(h->severity));
    json_string(j, "source", h->source);
    json_string(j, "text", h->text);
    if (h->is_anomaly) {
        struct anomaly_logs logs;
        json_string(j, "area", h->area);
        json_time(j, "peak", h->peak_ms);
        json_double(j, "score", h->score);
        json_double(j, "probability", h->probability);
        json_raw(j, "causes", *h->causes ? h->causes : "[]");
        logs_json(j, look_logs(l->of->index, h->session, h->time_ms, &logs) == 0 ? &logs : NULL, "", false);
    }
    json_end(j);
}

static void events_print(struct listing *l)
{
    size_t limit = (size_t)args_number(l->a, "limit"), skip = l->n > limit ? l->n - limit : 0;
    if (args_flag(l->a, "json")) {
        json_init(&l->json, &l->out);
        l->json.indent = true;
        json_object(&l->json, NULL);
        json_array(&l->json, "events");
        for (size_t i = skip; i < l->n; i++)
            events_json(l, &l->item[i]);
        json_end(&l->json);
        json_int(&l->json, "left_out", (int64_t)skip);
        json_end(&l->json);
        buf_putc(&l->out, '\n');
    } else {
        for (size_t i = skip; i < l->n; i++)
            events_text(l, &l->item[i]);
        if (skip)
            buf_printf(&l->out, "... and %zu before them: --limit, --from and --to say which\n", skip);
        if (!l->n)
            buf_puts(&l->out, "Nothing of that kind happened in that time.\n");
    }
    fwrite(buf_text(&l->out), 1, l->out.n, stdout);
}

static int events_gather(struct listing *l, const char *session)
{
    int64_t from_ms = args_time(l->a, "from"), to_ms = args_time(l->a, "to");
    int rc = index_anomalies(l->of->index, session, from_ms, to_ms, 0, events_anomaly, l);
    rc = rc < 0 ? rc : index_events(l->of->index, session, from_ms, to_ms, 0, events_event, l);
    if (l->n)
        qsort(l->item, l->n, sizeof *l->item, events_order);
    return rc < 0 ? rc : 0;
}

static int events_of(const struct args *a, struct look *of)
{
    char id[INDEX_ID_MAX] = "";
    const char *text = args_positional(a, 0), *least = args_text(a, "severity");
    struct listing l = { .a = a, .of = of, .kind = args_text(a, "kind"), .least = SEVERITY_INFO,
                         .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    int status = text ? archived_find(of, text, id) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    if (least)
        l.least = (enum severity)severity_of(least);
    int rc = events_gather(&l, *id ? id : NULL);
    if (rc == 0)
        events_print(&l);
    events_done(&l);
    return archived_say(of->dir.p, rc);
}

static int events_run(const struct args *a)
{
    struct look of;
    if (archived_runs_backwards(a, "events"))
        return EXIT_USAGE;
    int rc = archived_open(&of, a, false);
    int status = rc < 0 ? archived_say(buf_text(&of.dir), rc) : events_of(a, &of);
    look_close(&of);
    return status;
}

static const struct option options[] = {
    { "kind",     0, OPTION_CHOICE, "KIND", .choices = EVENT_KIND_NAMES, .help = "only events of a kind" },
    { "severity", 0, OPTION_CHOICE, "SEVERITY", .choices = "info notice warning critical",
      .help = "only events at least so severe" },
    { "from",     0, OPTION_TIME, "TIME", .help = "only what went on after this time" },
    { "to",       0, OPTION_TIME, "TIME", .help = "only what began before this time" },
    { "limit",   'n', OPTION_COUNT, "N", 1, 1e6, .fallback = "50", .help = "only the newest N" },
    { "logs",     0, OPTION_FLAG, .help = "with each anomaly the lines of logs that may explain it (--json has them always)" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde events --from -1d --logs", "what happened since yesterday, and what the logs said" },
    { "sonde events last --kind anomaly --severity warning --json", "of the newest session, for a script" },
    { 0 },
};

const struct command command_events = {
    .name = "events", .summary = "what happened, by time: anomalies, gaps, changes, lines of logs",
    .usage = "[SESSION]",
    .text = "Of all sessions, or of one: an id, how it begins, or 'last'. Anomalies come with their causes in --json. "
            "The lines of logs are those that a recorder or `sonde analyze` found around an anomaly: close to it, severe and rare. "
            "What a running recorder noted stands here within a minute. "
            "TIME is 2026-11-22T14:05, 14:05 (the last one), 'yesterday 14:05', -2h, '3 days ago' or now, in UTC.",
    .options = options, .examples = examples, .max_positional = 1, .run = events_run,
};
