/* tool_doctor.c - what is measured, and what is not, and why: an assistant is not to take silence for health. */
#include "serve/mcp/mcp_own.h"

#include "analyze/areas.h"

#include <math.h>
#include <string.h>

static void doctor_source(void *self, const struct row *r)
{
    struct told *t = self;
    const char *adapter = row_text(r, "adapter"), *reason = row_text(r, "reason");
    json_object(&t->j, NULL);
    told_text(t, "source", adapter ? adapter : "");
    told_said(t, "reason", reason);
    json_end(&t->j);
    told_say(t, "Not measured, %s: %s\n", adapter ? adapter : "?", reason && *reason ? reason : "not known why");
}

static void doctor_put_missing(struct told *t)
{
    const char *missing = t->api->s.missing ? t->api->s.missing(t->api->s.self) : NULL;
    json_bool(&t->j, "is_known", missing != NULL);
    json_array(&t->j, "not_measured");
    if (missing)
        rows_each(missing, doctor_source, t);
    json_end(&t->j);
    if (!missing)
        told_say(t, "What is not measured is not known here: %s.\n", t->api->s.replay ? "it is a recording" :
                 "ask `sonde doctor` on the machine");
}

static void doctor_put_areas(void *self, const struct schema *s)
{
    struct told *t = self;
    int n[AREAS] = { 0 };
    for (int slot = 0; slot < schema_size(s); slot++)
        n[area_in(s, slot)]++;
    told_say(t, "Measured:");
    for (int i = 0; i < AREAS; i++) {
        json_object(&t->j, NULL);
        json_string(&t->j, "area", area_name((enum area)i));
        json_int(&t->j, "metrics", n[i]);
        json_end(&t->j);
        told_say(t, " %s %d%s", area_name((enum area)i), n[i], i < AREAS - 1 ? "," : " metrics.\n");
    }
}

static void doctor_count(void *self, const struct index_session *s)
{
    (void)s;
    ++*(int *)self;
}

/* An archive in which nothing is yet is no error here: that is what is to be told. */
static bool doctor_put_data(struct told *t, struct api_range *range)
{
    struct http_reply none = { 0 };
    struct index_filter all = INDEX_ALL;
    char from[TOLD_TIME_MAX], to[TOLD_TIME_MAX];
    int sessions = 0;
    bool any = api_look(t->api, &none) && look_span(&t->api->look, NULL, &range->from_ms, &range->to_ms);
    if (any)
        look_sessions(&t->api->look, &all, doctor_count, &sessions);
    http_reply_done(&none);
    bool recording = !t->api->s.replay && archive_is_recorded(t->api->dir);
    told_time(t, "first", range->from_ms);
    told_time(t, "last", range->to_ms);
    json_int(&t->j, "sessions", sessions);
    json_bool(&t->j, "recording", recording);
    if (any)
        told_say(t, "Recorded: %s to %s, in %d session%s; %s.\n", told_when(range->from_ms, from),
                 told_when(range->to_ms, to), sessions, sessions == 1 ? "" : "s",
                 recording ? "a recorder runs now" : t->api->s.replay ? "it is a recording" :
                 "no recorder runs now: `sonde record` starts one");
    else
        told_say(t, "Nothing is recorded yet%s: `sonde record` keeps what it sees, and then every tool has answers.\n",
                 recording ? ", but a recorder has just begun" : "");
    return any;
}

static void doctor_run(struct told *t, const struct http_request *r)
{
    struct api_range range = { 0 };
    (void)r;
    bool any = doctor_put_data(t, &range);
    json_array(&t->j, "measured");
    if (any)
        api_catalog(t->api, &range, doctor_put_areas, t);
    json_end(&t->j);
    doctor_put_missing(t);
    told_say(t, "Told here: names of processes and services %s, mount points %s, lines of logs %s.\n",
             t->mcp->o.process_names ? "yes" : "no", t->mcp->o.mount_points ? "yes" : "no",
             t->mcp->o.log_lines ? "yes" : "no");
}

const struct tool tool_doctor = {
    .name = "doctor", .title = "What is measured and what is not",
    .help = "What is measured on this machine and what is not, and why (no such hardware, no permission, switched "
            "off), how far back recordings reach and whether a recorder runs. Use it when a metric is missing, or "
            "before saying that something is not there. The first call takes a second or two.",
    .shape = "first:T last:T sessions:i recording:b measured:[{area:s metrics:i}] is_known:b "
             "not_measured:[{source:s reason:S}]",
    .run = doctor_run,
};
