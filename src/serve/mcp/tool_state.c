/* tool_state.c - how the machine is: now, and in which states it was. */
#include "serve/mcp/mcp_own.h"

#include "base/text.h"
#include "core/amount.h"
#include "look/minutes.h"
#include "output/report_now.h"
#include "output/report_verdict.h"
#include "serve/api/stays.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define LOOKED_MS (10 * MINUTE_MS) /* what lasts is judged by so much */
#define STALE_MS (2 * MINUTE_MS)   /* what is older is not "now" */
#define FOUND_MAX 8
#define STAYS_MAX 40
#define SHORT_MS LOOKED_MS          /* a longer range is judged by its minutes */
#define STATES_ROWS 500            /* of them, or of so many longer steps */

/* ---- current_state ---- */

static void state_put_host(struct told *t, const struct report_host *h)
{
    json_object(&t->j, "machine");
    json_said(&t->j, "os", h->os);
    json_said(&t->j, "cpu", h->cpu);
    told_number(t, "cores", h->cores ? h->cores : NAN);
    told_number(t, "memory_bytes", h->memory_bytes);
    json_end(&t->j);
}

static void state_put_time(struct told *t, int64_t last_ms)
{
    char when[TOLD_TIME_MAX], age[24];
    int64_t age_ms = api_now_ms(t->api) - last_ms;
    bool recording = !t->api->s.replay && archive_is_recorded(t->api->dir);
    told_time(t, "time", last_ms);
    told_number(t, "age_s", (double)(age_ms > 0 ? age_ms : 0) / 1000);
    json_bool(&t->j, "recording", recording);
    told_when(last_ms, when);
    if (age_ms > STALE_MS)
        told_say(t, "This is how it was at %s, %s ago; nothing was recorded since%s.\n", when,
                 text_span((double)age_ms / 1000, age, sizeof age), recording ? "" : ", and no recorder runs");
    else
        told_say(t, "At %s%s.\n", when, t->api->s.replay ? ", the end of a recording" : "");
}

static void state_put_verdict(struct told *t, const struct judged *judged)
{
    struct verdict v = report_judge(judged->report);
    told_say(t, "%s: %s.\n", verdict_word(v.level), v.text);
    json_object(&t->j, "verdict");
    json_string(&t->j, "level", verdict_level_name(v.level));
    json_string(&t->j, "severity", v.level == VERDICT_LOOK ? severity_name(v.severity) : NULL);
    told_text(t, "text", v.text);
    told_number(t, "over_s", report_length_s(judged->rec));
    json_end(&t->j);
}

static void state_put_number(struct told *t, const struct now_row *row)
{
    char shown[AMOUNT_MAX], low[AMOUNT_MAX], high[AMOUNT_MAX];
    bool usual = isfinite(row->usual[0]);
    amount_text(row->value, row->unit, shown);
    json_object(&t->j, NULL);
    told_text(t, "label", row->label);
    told_text(t, "metric", row->metric);
    told_number(t, "value", row->value);
    json_string(&t->j, "unit", unit_code(row->unit));
    json_string(&t->j, "shown", shown);
    told_number(t, "usual_low", row->usual[0]);
    told_number(t, "usual_high", row->usual[1]);
    json_end(&t->j);
    told_say(t, "%s %s", row->label, shown);
    if (usual)
        told_say(t, " (%s to %s)", amount_text(row->usual[0], row->unit, low),
                 amount_text(row->usual[1], row->unit, high));
    told_say(t, "\n");
}

static void state_put_numbers(struct told *t, const struct recording *rec)
{
    struct now_row rows[NOW_ROWS];
    int n = report_now_rows(rec, rows);
    if (n)
        told_say(t, "Numbers now (in brackets: where nine tenths of these minutes lay):\n");
    json_array(&t->j, "numbers");
    for (int i = 0; i < n; i++)
        state_put_number(t, &rows[i]);
    json_end(&t->j);
    report_now_done(rows, n);
}

static void state_put_findings(struct told *t, const struct report *r)
{
    json_array(&t->j, "findings");
    for (size_t i = 0; i < r->n_insights && i < FOUND_MAX; i++) {
        const struct insight *x = &r->insights[i];
        json_object(&t->j, NULL);
        json_string(&t->j, "severity", severity_name(x->severity));
        json_string(&t->j, "area", area_name(x->area));
        told_text(t, "title", x->title);
        json_array(&t->j, "evidence");
        for (int k = 0; k < x->n_evidence; k++)
            told_text(t, NULL, x->evidence[k]);
        json_end(&t->j);
        told_text(t, "advice", x->advice);
        told_time(t, "since", x->since_ms);
        json_bool(&t->j, "lasts", !x->until_ms);
        json_end(&t->j);
        told_say(t, "Finding (%s): %s. Advice: %s\n", severity_name(x->severity), x->title, x->advice);
    }
    json_end(&t->j);
}

struct day {
    int n;
    int64_t start_ms;
    char last[256];
};

static void day_anomaly(void *self, const struct index_anomaly *x)
{
    struct day *d = self;
    d->n++;
    d->start_ms = x->time_ms;
    text_copy(d->last, sizeof d->last, x->summary);
}

static void state_put_day(struct told *t, int64_t last_ms)
{
    struct day d = { 0 };
    char when[TOLD_TIME_MAX];
    index_anomalies(t->api->look.index, NULL, last_ms - DAY_MS, last_ms, 0, day_anomaly, &d);
    json_int(&t->j, "anomalies_24h", d.n);
    told_said(t, "last_anomaly", d.last);
    told_time(t, "last_anomaly_start", d.start_ms);
    if (d.n)
        told_say(t, "Anomalies in the 24 h before: %d, the last at %s: %s\n", d.n, told_when(d.start_ms, when), d.last);
    else
        told_say(t, "No anomaly is on record in the 24 h before.\n");
}

/* Nothing is recorded yet: a glance says at least where the numbers stand. */
static void state_sampled(struct told *t)
{
    struct judged now;
    const struct mcp_options *o = &t->mcp->o;
    if (t->refusal.status != 404 || t->api->open || !o->sample || o->sample(o->self, &now) < 0)
        return;
    http_reply_done(&t->refusal);
    t->refusal = (struct http_reply){ 0 };
    told_say(t, "Nothing is recorded here yet, so this is a glance of %.0f s, too short to say what is unusual; "
                "`sonde record` keeps what it sees, and then every tool has answers.\n", report_length_s(now.rec));
    state_put_time(t, now.rec->wall_ms[now.rec->n - 1]);
    state_put_verdict(t, &now);
    state_put_findings(t, now.report);
    state_put_numbers(t, now.rec);
    json_int(&t->j, "anomalies_24h", 0);
    json_null(&t->j, "last_anomaly");
    json_null(&t->j, "last_anomaly_start");
    state_put_host(t, &now.report->host);
    judged_done(&now);
}

static void state_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct report_host host;
    if (!told_range(t, r, LOOKED_MS, &range)) {
        state_sampled(t);
        return;
    }
    const struct judged *judged = api_judge(t->api, &range, 0, &t->refusal);
    if (!judged)
        return;
    told_learn(t, range.to_ms);
    state_put_time(t, range.to_ms);
    state_put_verdict(t, judged);
    state_put_findings(t, judged->report);
    state_put_numbers(t, judged->rec);
    state_put_day(t, range.to_ms);
    judged_host(&t->api->look, NULL, &host);
    state_put_host(t, &host);
}

const struct tool tool_current_state = {
    .name = "current_state", .title = "How the machine is now",
    .help = "Is this machine well right now? The verdict over the last ten minutes, what lasts with advice, the main "
            "numbers (processor, memory, disks, network, temperatures, GPU) with their usual range, and how many "
            "anomalies there were in 24 h. The first tool to call. May name processes and mount points.",
    .shape = "time:t age_s:n recording:b verdict:{level:s severity:S text:s over_s:n} "
             "findings:[{severity:s area:s title:s evidence:[s] advice:s since:T lasts:b}] "
             "numbers:[{label:s metric:s value:n unit:s shown:s usual_low:n usual_high:n}] "
             "anomalies_24h:i last_anomaly:S last_anomaly_start:T machine:{os:S cpu:S cores:n memory_bytes:n}",
    .run = state_run,
};

/* ---- states ---- */

struct staying {
    struct told *t;
    const struct states *states;
    int told, left_out;
};

static const char *staying_name(const struct states *s, int id)
{
    for (int i = 0; i < s->k; i++)
        if (s->items[i].id == id)
            return s->items[i].name;
    return "";
}

static bool staying_begin(struct staying *s, const struct stay *x)
{
    if (s->told >= STAYS_MAX) {
        s->left_out++;
        return false;
    }
    s->told++;
    json_object(&s->t->j, NULL);
    told_time(s->t, "from", x->from_ms);
    told_time(s->t, "to", x->to_ms);
    return true;
}

static void states_stay(void *self, const struct stay *x)
{
    struct staying *s = self;
    if (!staying_begin(s, x))
        return;
    json_int(&s->t->j, "state", x->state);
    json_string(&s->t->j, "name", staying_name(s->states, x->state));
    json_end(&s->t->j);
}

static void states_work(void *self, const struct stay *x)
{
    struct staying *s = self;
    char from[TOLD_TIME_MAX], to[TOLD_TIME_MAX];
    if (!staying_begin(s, x))
        return;
    json_string(&s->t->j, "kind", x->category);
    told_number(s->t, "confidence", x->confidence);
    json_end(&s->t->j);
    told_say(s->t, "Kind of work %s to %s: %s (confidence %.2f)\n", told_when(x->from_ms, from),
             told_when(x->to_ms, to), x->category, x->confidence);
}

static void states_put(struct told *t, const struct states *s)
{
    char dwell[24];
    json_array(&t->j, "states");
    for (int k = 0; k < s->k; k++) {
        json_object(&t->j, NULL);
        json_int(&t->j, "state", s->items[k].id);
        json_string(&t->j, "name", s->items[k].name);
        told_number(t, "share", s->items[k].share);
        told_number(t, "dwell_s", s->items[k].dwell_s);
        json_end(&t->j);
        told_say(t, "State %d \"%s\": %.0f %% of the time, %s at a stretch\n", s->items[k].id, s->items[k].name,
                 100 * s->items[k].share, text_span(s->items[k].dwell_s, dwell, sizeof dwell));
    }
    json_end(&t->j);
    told_said(t, "reason", s->reason);
    if (*s->reason)
        told_say(t, "No states: %s.\n", s->reason);
}

static void states_event(void *self, const struct index_event *e)
{
    struct staying *s = self;
    char when[TOLD_TIME_MAX];
    if (strcmp(e->kind, event_kind_name(EVENT_WORKLOAD)) != 0 || s->told++ >= STAYS_MAX) {
        s->left_out += s->told > STAYS_MAX;
        return;
    }
    json_object(&s->t->j, NULL);
    told_time(s->t, "time", e->time_ms);
    told_text(s->t, "text", e->text);
    json_end(&s->t->j);
    told_say(s->t, "Kind of work at %s: %s\n", told_when(e->time_ms, when), e->text);
}

/* rec may be empty, of a range in which nothing was recorded. */
static void states_put_all(struct told *t, const struct api_range *range, const struct recording *rec,
                           const struct states *states, bool short_range)
{
    struct staying stays = { .t = t, .states = states }, work = { .t = t }, events = { .t = t };
    told_time(t, "from", range->from_ms);
    told_time(t, "to", range->to_ms);
    states_put(t, states);
    json_array(&t->j, "timeline");
    stays_of_states(rec, states, states_stay, &stays);
    json_end(&t->j);
    json_array(&t->j, "work");
    if (short_range)
        stays_of_work(rec, &t->api->s.how, states_work, &work);
    json_end(&t->j);
    json_array(&t->j, "work_events");
    if (!short_range)
        index_events(t->api->look.index, range->session, range->from_ms, range->to_ms, 0, states_event, &events);
    json_end(&t->j);
    int left_out = stays.left_out + work.left_out + events.left_out;
    json_int(&t->j, "left_out", left_out);
    if (!work.told && !events.told)
        told_say(t, "No kind of work was told%s.\n", short_range ? "" : " while it was recorded; a range of at most "
                 "ten minutes is judged anew");
    if (left_out)
        told_say(t, "%d further stretches are left out: ask for a shorter range.\n", left_out);
}

/* Of a long range the states are those of its minutes: to read each instant of a day takes seconds. */
static void states_of_minutes(struct told *t, const struct api_range *range)
{
    struct recording *rec;
    int64_t step_s = 60, minutes = (range->to_ms - range->from_ms) / MINUTE_MS + 1;
    while (minutes * 60 / step_s > STATES_ROWS)
        step_s *= 2;
    int rc = minutes_read(t->api->look.files, range->session, range->to_ms + 1, (double)step_s,
                          (int)(minutes * 60 / step_s), NULL, &rec);
    if (rc < 0) {
        api_fail(&t->refusal, rc);
        return;
    }
    struct report *r = analyze_states(rec, &t->api->s.how);
    states_put_all(t, range, rec, &r->states, false);
    report_free(r);
    recording_free(rec);
}

static void states_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    if (!told_range(t, r, SHORT_MS, &range))
        return;
    if (range.to_ms - range.from_ms > SHORT_MS) {
        states_of_minutes(t, &range);
        return;
    }
    const struct judged *judged = api_judge(t->api, &range, 0, &t->refusal);
    if (judged)
        states_put_all(t, &range, judged->rec, &judged->report->states, true);
}

static const struct tool_arg states_args[] = { TOOL_FROM("ten minutes before its end"), TOOL_TO, TOOL_SESSION, { 0 } };

const struct tool tool_states = {
    .name = "states", .title = "States and kinds of work",
    .help = "Which recurring states the machine was in over a range (idle, busy disks ...), and which kind of work "
            "was done (gaming, compiling, video editing ...), as stretches of time. Told by hardware metrics only. "
            "Over more than ten minutes the states are those of its minutes, and kinds of work as they were told "
            "while recording. For what is unusual use anomalies.",
    .args = states_args,
    .shape = "from:t to:t states:[{state:i name:s share:n dwell_s:n}] reason:S timeline:[{from:t to:t state:i name:s}] "
             "work:[{from:t to:t kind:s confidence:n}] work_events:[{time:t text:s}] left_out:i",
    .run = states_run,
};
