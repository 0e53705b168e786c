/* alerts.c - what lasts now, what was raised by rules, which there are, and which are silenced. */
#include "serve/api/api_own.h"

#include "base/auto.h"
#include "os/os.h"
#include "output/report_json.h"
#include "serve/api/body.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LASTING_MS 600000 /* what lasts is judged by the last ten minutes */
#define RAISED_MAX 500
#define PAST 100
#define SILENCE_MINUTES 120.0
#define SILENCE_MINUTES_MAX (366 * 1440.0)

static void alerts_one(struct json *j, const struct insight *f)
{
    json_object(j, NULL);
    report_json_insight(j, f);
    json_int(j, "since_ms", f->since_ms);
    json_end(j);
}

static void alerts_put_row(void *self, const struct index_alert *a)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "rule", a->rule);
    json_said(j, "metric", a->metric);
    json_string(j, "severity", severity_name(a->severity));
    json_int(j, "since_ms", a->since_ms);
    if (a->end_ms)
        json_int(j, "end_ms", a->end_ms);
    else
        json_null(j, "end_ms");
    json_bool(j, "told", a->told_ms != 0);
    json_digits(j, "value", a->value, 6);
    json_string(j, "unit", a->unit);
    json_string(j, "text", a->text);
    json_end(j);
}

static void alerts_put_silence(void *self, const char *rule, int64_t until_ms)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "rule", rule);
    json_int(j, "until_ms", until_ms);
    json_end(j);
}

/* A recorder reads its rules again when it is told to; what is configured now is what it has, or is about to have. */
static const struct api_rule *alerts_rules_now(const struct api *a, size_t *n)
{
    *n = a->s.n_rules;
    return a->s.rules_now ? a->s.rules_now(a->s.rules_self, n) : a->s.rules;
}

/* What the recorder of this archive raised; and the rules that are configured. */
static int alerts_put_kept(struct api *a, struct json *j)
{
    json_array(j, "raised");
    int rc = index_alerts(a->look.index, INDEX_ALERTS_RAISED, 0, RAISED_MAX, alerts_put_row, j);
    json_end(j);
    json_array(j, "past");
    rc = rc < 0 ? rc : index_alerts(a->look.index, INDEX_ALERTS_PAST, 0, PAST, alerts_put_row, j);
    json_end(j);
    json_array(j, "silences");
    rc = rc < 0 ? rc : index_silences(a->look.index, os_wall_ms(), alerts_put_silence, j);
    json_end(j);
    json_array(j, "rules");
    size_t n;
    const struct api_rule *rules = alerts_rules_now(a, &n);
    for (size_t i = 0; i < n; i++) {
        json_object(j, NULL);
        json_string(j, "name", rules[i].name);
        json_string(j, "text", rules[i].text);
        json_bool(j, "own", rules[i].own);
        json_end(j);
    }
    json_end(j);
    return rc;
}

/* NULL where there is nothing to judge, as where recording stopped, which a rule may have raised: that is shown all the
 * same. False: it failed otherwise. */
static bool alerts_judge(struct api *a, const struct api_range *range, const struct judged **out,
                         struct http_reply *reply)
{
    *out = api_judge(a, range, 0, reply);
    if (*out)
        return true;
    if (range->session || (reply->status != 404 && reply->status != 409))
        return false;
    http_reply_done(reply);
    return true;
}

void api_alerts(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct json j;
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    range.from_ms = range.to_ms - LASTING_MS;
    const struct judged *judged;
    if (!alerts_judge(a, &range, &judged, out))
        return;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "alerts");
    for (size_t i = 0; judged && i < judged->report->n_insights; i++)
        if (!judged->report->insights[i].until_ms)
            alerts_one(&j, &judged->report->insights[i]);
    json_end(&j);
    int rc = alerts_put_kept(a, &j);
    json_end(&j);
    if (rc < 0)
        api_fail(out, rc);
}

/* ---- silences ---- */

static void silence_fail(struct http_reply *out, int rc)
{
    if (rc == -ENODATA)
        http_fail(out, 404, "that rule is not silenced", "/api/v1/alerts has those that are");
    else if (rc == -EBUSY || rc == -EAGAIN)
        http_fail(out, 503, "the index is held by another process", "try again in a moment");
    else if (rc == -EROFS || rc == -EACCES)
        http_fail(out, 403, "the archive may only be read by this user", "start `sonde serve` as the user who records");
    else
        api_fail(out, rc);
}

/* By an index that is opened to write for it; the recorder looks there every few seconds. until_ms 0 ends it. */
static int silence_set(struct api *a, const char *rule, int64_t until_ms)
{
    struct index *x;
    int rc = index_open(a->dir, &(struct index_options){ 0 }, &x);
    if (rc < 0)
        return rc;
    rc = until_ms ? index_silence(x, rule, until_ms) : index_unsilence(x, rule);
    index_close(x);
    return rc;
}

static bool silence_knows(const struct api *a, const char *rule)
{
    bool known = strcmp(rule, "all") == 0;
    size_t n;
    const struct api_rule *rules = alerts_rules_now(a, &n);
    for (size_t i = 0; i < n; i++)
        known = known || strcmp(rules[i].name, rule) == 0;
    return known;
}

void api_silence(void *self, const struct http_request *r, struct http_reply *out)
{
    auto_buf struct buf rule = { 0 };
    double minutes = body_has(r, "minutes") ? body_number(r, "minutes") : SILENCE_MINUTES;
    if (!body_text(r, "rule", &rule) || !(minutes > 0 && minutes <= SILENCE_MINUTES_MAX)) {
        http_fail(out, 400, "the body is no JSON object with a \"rule\", and minutes up to a year",
                  "send {\"rule\": \"...\", \"minutes\": 120}");
        return;
    }
    if (!silence_knows(self, buf_text(&rule))) {
        http_fail(out, 404, "there is no such rule", "/api/v1/alerts has them; \"all\" means every one");
        return;
    }
    int rc = silence_set(self, rule.p, os_wall_ms() + (int64_t)(60e3 * minutes));
    if (rc < 0)
        silence_fail(out, rc);
    else
        out->status = 204;
}

void api_unsilence(void *self, const struct http_request *r, struct http_reply *out)
{
    int rc = silence_set(self, r->part[0], 0);
    if (rc < 0)
        silence_fail(out, rc);
    else
        out->status = 204;
}
