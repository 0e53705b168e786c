/* show.c - `sonde sessions show`: one session, with what happened in it. */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "look/logs.h"
#include "output/logs_out.h"
#include "output/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 20 /* events, anomalies: the rest is in --json */
#define SHOWN_LOGS 3 /* of each */

struct showing {
    struct index *index;
    struct screen screen;
    struct buf out;
    struct json json;
};

static void show_line(struct showing *v, const char *name, const char *text)
{
    if (!*text)
        return;
    buf_puts(&v->out, "  ");
    screen_cell(&v->screen, &v->out, TONE_QUIET, name, 10, true);
    screen_flow(&v->screen, &v->out, 12, 12, text);
}

/* "2026-11-22 10:15:00" of a time. */
static const char *show_time(int64_t ms, char out[static TEXT_TIME_MAX])
{
    text_time(ms, out);
    out[10] = ' ';
    out[19] = '\0';
    return out;
}

static void show_times(struct showing *v, const struct index_session *s)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX], length[32];
    auto_buf struct buf line = { 0 };
    bool one_day = strncmp(show_time(s->start_ms, from), show_time(s->end_ms, to), 10) == 0;
    buf_printf(&line, "%s to %s UTC, %s", from, to + (one_day ? 11 : 0),
               text_span(sessions_length_s(s), length, sizeof length));
    show_line(v, "time", line.p);
    buf_clear(&line);
    buf_printf(&line, "%" PRId64, s->samples);
    if (s->interval_s > 0)
        buf_printf(&line, " every %.6g s", s->interval_s);
    buf_printf(&line, ", %" PRId64 " metric%s, %" PRId64 " gap%s", s->metrics, s->metrics == 1 ? "" : "s", s->gaps,
               s->gaps == 1 ? "" : "s");
    show_line(v, "samples", line.p);
}

static void show_host(struct showing *v, const struct index_session *s)
{
    auto_buf struct buf line = { 0 };
    char memory[32];
    buf_printf(&line, "%s%s%s", s->os, *s->os && *s->cpu ? ", " : "", s->cpu);
    if (s->cores)
        buf_printf(&line, "%s%d core%s", line.n ? ", " : "", s->cores, s->cores == 1 ? "" : "s");
    if (s->memory_bytes)
        buf_printf(&line, "%s%s", line.n ? ", " : "", text_bytes((double)s->memory_bytes, memory, sizeof memory));
    show_line(v, "host", buf_text(&line));
}

static void show_label(void *self, const struct index_label *l)
{
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "%s%s%s", l->name, *l->note ? ": " : "", l->note);
    show_line(self, "label", line.p);
}

static enum tone show_tone(enum severity s)
{
    return s == SEVERITY_CRITICAL ? TONE_BAD : s == SEVERITY_WARNING ? TONE_WARN : TONE_PLAIN;
}

static void show_happened(struct showing *v, int64_t ms, enum severity severity, const char *what, const char *text)
{
    char time[TEXT_TIME_MAX];
    buf_printf(&v->out, "    %s  ", show_time(ms, time));
    screen_cell(&v->screen, &v->out, show_tone(severity), severity_name(severity), 9, true);
    screen_cell(&v->screen, &v->out, TONE_PLAIN, what, 9, true);
    screen_flow(&v->screen, &v->out, 43, 12, text);
}

/* The best lines of logs of an anomaly. */
static void show_logs(struct showing *v, const struct index_anomaly *a)
{
    struct anomaly_logs logs;
    if (look_logs(v->index, a->session, a->time_ms, &logs) < 0)
        return;
    for (int i = 0; i < logs.n && i < SHOWN_LOGS; i++) {
        auto_buf struct buf line = { 0 };
        logs_text(&logs.match[i], &line);
        buf_puts(&v->out, "            ");
        screen_cell(&v->screen, &v->out, TONE_QUIET, line.p, v->screen.width - 12, false);
        buf_putc(&v->out, '\n');
    }
}

static void show_anomaly(void *self, const struct index_anomaly *a)
{
    show_happened(self, a->time_ms, a->severity, a->area, a->summary);
    show_logs(self, a);
}

static void show_event(void *self, const struct index_event *e)
{
    show_happened(self, e->time_ms, e->severity, e->kind, e->text);
}

static void show_head(struct showing *v, const char *name, int64_t n)
{
    char text[96];
    snprintf(text, sizeof text, "%" PRId64 "%s", n, n > SHOWN
             ? ", the first of them (--json has all that are kept):" : "");
    show_line(v, name, text);
}

/* ---- its files ---- */

struct parts {
    const struct archive_part *part; /* of all sessions */
    size_t n;
    const char *session;
};

/* The next part of the session from *i on; NULL at the end. */
static const struct archive_part *show_part(const struct parts *p, size_t *i)
{
    while (*i < p->n)
        if (strcmp(p->part[(*i)++].about.session, p->session) == 0)
            return &p->part[*i - 1];
    return NULL;
}

static void show_parts(struct showing *v, const struct parts *parts)
{
    int segments = 0, journals = 0;
    int64_t sum = 0;
    const struct archive_part *p;
    char bytes[32], text[96];
    for (size_t i = 0; (p = show_part(parts, &i));) {
        segments += p->segment != NULL;
        journals += p->n_journals;
        sum += p->bytes;
    }
    snprintf(text, sizeof text, "%s in %d segment%s and %d journal%s", text_bytes((double)sum, bytes, sizeof bytes),
             segments, segments == 1 ? "" : "s", journals, journals == 1 ? "" : "s");
    show_line(v, "files", text);
}

static int show_text(struct showing *v, struct index *x, const struct index_session *s, const struct parts *parts)
{
    screen_put(&v->screen, &v->out, TONE_STRONG, s->id);
    buf_printf(&v->out, "  %s\n", index_state_name(s->state));
    show_times(v, s);
    show_parts(v, parts);
    show_host(v, s);
    show_line(v, "origin", s->origin);
    show_line(v, "workload", s->workload);
    show_line(v, "verdict", s->verdict);
    int rc = index_labels(x, s->id, show_label, v);
    if (sessions_is_judged(s))
        show_head(v, "anomalies", s->anomalies);
    else
        show_line(v, "anomalies", "not analysed yet: `sonde analyze` does");
    if (rc >= 0)
        rc = index_anomalies(x, s->id, 0, 0, SHOWN, show_anomaly, v);
    show_head(v, "events", s->events);
    return rc < 0 ? rc : index_events(x, s->id, 0, 0, SHOWN, show_event, v);
}

static void show_json_anomaly(void *self, const struct index_anomaly *a)
{
    struct showing *v = self;
    struct json *j = &v->json;
    struct anomaly_logs logs;
    json_object(j, NULL);
    json_time(j, "time", a->time_ms);
    json_time(j, "end", a->end_ms);
    json_time(j, "peak", a->peak_ms);
    json_double(j, "score", a->score);
    json_double(j, "probability", a->probability);
    json_string(j, "severity", severity_name(a->severity));
    json_string(j, "area", a->area);
    json_string(j, "summary", a->summary);
    json_raw(j, "causes", a->causes);
    logs_json(j, look_logs(v->index, a->session, a->time_ms, &logs) == 0 ? &logs : NULL, "", false);
    json_end(j);
}

static void show_json_event(void *self, const struct index_event *e)
{
    struct json *j = &((struct showing *)self)->json;
    json_object(j, NULL);
    json_time(j, "time", e->time_ms);
    json_time(j, "end", e->end_ms);
    json_string(j, "kind", e->kind);
    json_string(j, "severity", severity_name(e->severity));
    json_string(j, "source", e->source);
    json_string(j, "text", e->text);
    json_end(j);
}

static void show_json_part(struct json *j, const struct archive_part *p)
{
    json_object(j, NULL);
    json_string(j, "name", p->name);
    json_int(j, "journals", p->n_journals);
    p->last_ms ? json_time(j, "first", p->first_ms) : json_null(j, "first");
    p->last_ms ? json_time(j, "last", p->last_ms) : json_null(j, "last");
    json_int(j, "samples", (int64_t)p->ticks);
    json_int(j, "bytes", p->bytes);
    json_end(j);
}

static int show_json(struct showing *v, struct index *x, const struct index_session *s, const struct parts *parts)
{
    const struct archive_part *p;
    struct json *j = &v->json;
    json_init(j, &v->out);
    j->indent = true;
    json_object(j, NULL);
    sessions_put_json(j, x, s);
    json_array(j, "anomaly_items");
    int rc = index_anomalies(x, s->id, 0, 0, 0, show_json_anomaly, v);
    json_end(j);
    json_array(j, "event_items");
    if (rc >= 0)
        rc = index_events(x, s->id, 0, 0, 0, show_json_event, v);
    json_end(j);
    json_array(j, "parts");
    for (size_t i = 0; (p = show_part(parts, &i));)
        show_json_part(j, p);
    json_end(j);
    json_end(j);
    buf_putc(&v->out, '\n');
    return rc;
}

static int show_session(const struct args *a, struct look *of)
{
    char id[INDEX_ID_MAX];
    struct index_session s;
    const char *text = args_positional(a, 0);
    int status = archived_find(of, text ? text : "last", id);
    if (status != EXIT_DONE)
        return status;
    struct showing v = { .index = of->index, .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    struct parts parts = { .session = id };
    int rc = look_files(of);
    if (rc == 0)
        parts.part = archive_parts(of->files, &parts.n);
    if (rc == 0 || rc == -ENOENT) /* the index may outlive the files */
        rc = look_session(of, id, &s);
    if (rc == 0)
        rc = args_flag(a, "json") ? show_json(&v, of->index, &s, &parts) : show_text(&v, of->index, &s, &parts);
    if (rc >= 0)
        fwrite(v.out.p, 1, v.out.n, stdout);
    buf_done(&v.out);
    return archived_say(of->dir.p, rc);
}

static int show_run(const struct args *a)
{
    struct look of;
    int rc = archived_open(&of, a, false);
    int status = rc < 0 ? archived_say(buf_text(&of.dir), rc) : show_session(a, &of);
    look_close(&of);
    return status;
}

static const struct option options[] = { ARCHIVED_OPTION, { 0 } };

static const struct example examples[] = {
    { "sonde sessions show", "the newest session" },
    { "sonde sessions show 20261122", "the one of that day, where there is only one" },
    { 0 },
};

const struct command sessions_show = {
    .name = "sessions show", .summary = "one session, with its anomalies and events",
    .usage = "[ID | last]",
    .text = "Without an ID, the newest. The beginning of an id is enough where only one session has it.",
    .options = options, .examples = examples, .max_positional = 1, .run = show_run,
};
