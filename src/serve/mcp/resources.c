/* resources.c - what can be read without arguments: the last report, the catalog, the sessions. */
#include "serve/mcp/mcp_own.h"

#include "base/auto.h"
#include "output/report_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SESSIONS_MAX 50
#define REPORT_MS INT64_C(600000)
#define REPORT_BYTES 32000
#define SCHEME "sonde://"

/* ---- the sessions ---- */

struct sessions {
    struct told *t;
    int told;
};

static void session_label(void *self, const struct index_label *l)
{
    struct told *t = self;
    json_object(&t->j, NULL);
    told_label(t, "name", l->name);
    json_said(&t->j, "note", l->note);
    json_end(&t->j);
}

static void session_members(struct told *t, const struct index_session *s)
{
    json_string(&t->j, "id", s->id);
    told_time(t, "start", s->start_ms);
    told_time(t, "end", s->end_ms);
    told_number(t, "interval_s", s->interval_s > 0 ? s->interval_s : NAN);
    json_int(&t->j, "samples", s->samples);
    json_int(&t->j, "metrics", s->metrics);
    json_int(&t->j, "gaps", s->gaps);
    json_int(&t->j, "anomalies", s->anomalies);
    json_int(&t->j, "events", s->events);
    json_string(&t->j, "state", index_state_name(s->state));
    told_said(t, "origin", s->origin);
    told_said(t, "kind_of_work", s->workload);
    told_said(t, "verdict", s->verdict);
    json_array(&t->j, "labels");
    index_labels(t->api->look.index, s->id, session_label, t);
    json_end(&t->j);
}

static void sessions_one(void *self, const struct index_session *s)
{
    struct sessions *all = self;
    if (all->told++ >= SESSIONS_MAX)
        return;
    json_object(&all->t->j, NULL);
    session_members(all->t, s);
    json_end(&all->t->j);
}

static void read_sessions(struct told *t, const char *rest)
{
    struct index_filter f = INDEX_ALL;
    struct sessions all = { .t = t };
    (void)rest;
    f.newest_first = true;
    if (!api_look(t->api, &t->refusal))
        return;
    json_array(&t->j, "sessions");
    int rc = look_sessions(&t->api->look, &f, sessions_one, &all);
    json_end(&t->j);
    json_int(&t->j, "left_out", all.told > SESSIONS_MAX ? all.told - SESSIONS_MAX : 0);
    if (rc < 0)
        api_fail(&t->refusal, rc);
}

static void session_anomaly(void *self, const struct index_anomaly *x)
{
    struct told *t = self;
    json_object(&t->j, NULL);
    told_time(t, "start", x->time_ms);
    told_time(t, "end", x->end_ms);
    json_string(&t->j, "severity", severity_name(x->severity));
    json_string(&t->j, "area", x->area);
    told_text(t, "summary", x->summary);
    json_end(&t->j);
}

static void read_session(struct told *t, const char *id)
{
    struct index_session s;
    if (!api_look(t->api, &t->refusal))
        return;
    if (look_session(&t->api->look, id, &s) < 0) {
        http_fail(&t->refusal, 404, "there is no such session", "sonde://sessions has them");
        return;
    }
    session_members(t, &s);
    json_array(&t->j, "first_anomalies");
    index_anomalies(t->api->look.index, s.id, 0, 0, SESSIONS_MAX, session_anomaly, t);
    json_end(&t->j);
}

/* ---- the report and the catalog ---- */

static void read_report(struct told *t, const char *rest)
{
    struct http_request r = { .query = "" };
    struct api_range range;
    struct screen plain = screen_plain();
    (void)rest;
    if (!told_range(t, &r, REPORT_MS, &range))
        return;
    const struct judged *judged = api_judge(t->api, &range, 0, &t->refusal);
    if (!judged)
        return;
    told_learn(t, range.to_ms);
    report_text(&t->text, judged->report, &plain, &(struct report_text_options){ .nameless = t->hides });
}

static void read_metrics(struct told *t, const char *rest)
{
    static const char all[] = "limit=500\0";
    (void)rest;
    tool_list_metrics.run(t, &(struct http_request){ .query = all });
}

/* ---- the table ---- */

static const struct resource {
    const char *uri; /* one that ends with '/' is a template: what follows is handed to read() */
    const char *name, *title, *help;
    bool is_text;    /* else the object, as JSON */
    void (*read)(struct told *t, const char *rest);
} resources[] = {
    { SCHEME "report", "report", "The last report", "How the machine was in the last ten recorded minutes, in plain "
      "words: verdict, numbers, what is unusual, findings, trends.", true, read_report },
    { SCHEME "metrics", "metrics", "The catalog", "All metrics by family, with unit, instances and meaning.", false,
      read_metrics },
    { SCHEME "sessions", "sessions", "The sessions", "The newest 50 sessions that were recorded, with verdict, kind "
      "of work and labels.", false, read_sessions },
    { SCHEME "session/", "session", "One session", "A session by its id: when, how much, what was found.", false,
      read_session },
};

enum { RESOURCES = sizeof resources / sizeof *resources };

static bool resource_is_template(const struct resource *r)
{
    return r->uri[strlen(r->uri) - 1] == '/';
}

static const char *resource_type(const struct resource *r)
{
    return r->is_text ? "text/plain" : HTTP_JSON;
}

static void resources_put_some(struct json *j, const char *key, bool templates)
{
    json_array(j, key);
    for (int i = 0; i < RESOURCES; i++) {
        const struct resource *r = &resources[i];
        auto_buf struct buf uri = { 0 };
        if (resource_is_template(r) != templates)
            continue;
        buf_printf(&uri, "%s%s", r->uri, templates ? "{id}" : "");
        json_object(j, NULL);
        json_string(j, templates ? "uriTemplate" : "uri", uri.p);
        json_string(j, "name", r->name);
        json_string(j, "title", r->title);
        json_string(j, "description", r->help);
        json_string(j, "mimeType", resource_type(r));
        json_end(j);
    }
    json_end(j);
}

void resources_put(struct json *j)
{
    resources_put_some(j, "resources", false);
}

void resources_put_templates(struct json *j)
{
    resources_put_some(j, "resourceTemplates", true);
}

static const struct resource *resource_find(const char *uri)
{
    for (int i = 0; i < RESOURCES; i++) {
        const struct resource *r = &resources[i];
        size_t n = strlen(r->uri);
        if (resource_is_template(r) ? strncmp(uri, r->uri, n) == 0 && uri[n] : strcmp(uri, r->uri) == 0)
            return r;
    }
    return NULL;
}

static void resource_put(struct told *t, const struct resource *r, const char *uri, struct json *j)
{
    told_finish(t);
    json_array(j, "contents");
    json_object(j, NULL);
    json_string(j, "uri", uri);
    json_string(j, "mimeType", resource_type(r));
    json_string(j, "text", r->is_text ? buf_text(&t->text) : t->object.p);
    json_end(j);
    json_end(j);
}

bool resources_read(const struct mcp *m, const char *uri, struct json *j, struct buf *why)
{
    const struct resource *r = resource_find(uri);
    struct told t;
    if (!r)
        return false;
    told_init(&t, m);
    t.most = REPORT_BYTES;
    r->read(&t, uri + strlen(r->uri));
    bool good = !t.refusal.status;
    if (good)
        resource_put(&t, r, uri, j);
    else
        refusal_words(buf_text(&t.refusal.body), t.refusal.body.n, why);
    told_done(&t);
    return good;
}
