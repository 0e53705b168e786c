/* tool_numbers.c - numbers of a range, and which metrics there are. */
#include "serve/mcp/mcp_own.h"

#include "analyze/areas.h"
#include "base/text.h"
#include "core/amount.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define GLOBS_BYTES 1000
#define SERIES 12
#define SERIES_MAX 40
#define POINTS 12
#define POINTS_MAX 200
#define NUMBERS_MAX 1500 /* of an answer: as many series as fit with their points */

/* ---- query ---- */

struct summary {
    double mean, min, max, last;
    int64_t min_ms, max_ms;
};

static struct summary query_summary(const struct query_series *s, int points)
{
    struct summary x = { NAN, NAN, NAN, NAN, 0, 0 };
    double sum = 0, count = 0;
    for (int i = 0; i < points; i++) {
        const struct query_point *p = &s->point[i];
        if (!(p->count > 0))
            continue;
        x.last = isfinite(p->last) ? p->last : x.last;
        if (!isfinite(p->mean))
            continue;
        sum += p->mean * p->count;
        count += p->count;
        if (!(x.min <= p->min)) {
            x.min = p->min;
            x.min_ms = p->start_ms;
        }
        if (!(x.max >= p->max)) {
            x.max = p->max;
            x.max_ms = p->start_ms;
        }
    }
    x.mean = count > 0 ? sum / count : (double)NAN;
    return x;
}

static void query_say(struct told *t, const struct query_series *s, const struct summary *x)
{
    char last[AMOUNT_MAX], mean[AMOUNT_MAX], min[AMOUNT_MAX], max[AMOUNT_MAX], when[TOLD_TIME_MAX];
    enum unit u = s->metric.unit;
    if (s->metric.kind == KIND_COUNTER || !isfinite(x->mean))
        told_say(t, "%s: %s at the end%s\n", s->id, amount_text(x->last, u, last),
                 s->metric.kind == KIND_COUNTER ? " (a total; its growth is in .rate)" : "");
    else if (x->min == x->max)
        told_say(t, "%s: %s throughout\n", s->id, amount_text(x->mean, u, mean));
    else
        told_say(t, "%s: mean %s, from %s to %s (the highest in the step from %s), %s at the end\n", s->id,
                 amount_text(x->mean, u, mean), amount_text(x->min, u, min), amount_text(x->max, u, max),
                 told_when(x->max_ms, when), amount_text(x->last, u, last));
}

static void query_put_column(struct told *t, const char *key, const struct query_series *s, int points,
                             enum api_column which)
{
    json_array(&t->j, key);
    for (int i = 0; i < points; i++)
        told_number(t, NULL, api_column(&s->point[i], which));
    json_end(&t->j);
}

static void query_put_series(struct told *t, const struct query_series *s, int points)
{
    struct summary x = query_summary(s, points);
    bool counter = s->metric.kind == KIND_COUNTER;
    json_object(&t->j, NULL);
    told_text(t, "metric", s->id);
    json_string(&t->j, "unit", unit_code(s->metric.unit));
    json_string(&t->j, "kind", kind_name(s->metric.kind));
    told_number(t, "mean", x.mean);
    told_number(t, "min", x.min);
    told_number(t, "max", x.max);
    told_time(t, "max_at", x.max_ms);
    told_number(t, "last", x.last);
    query_put_column(t, "points", s, points, counter ? COLUMN_LAST : COLUMN_MEAN);
    json_end(&t->j);
    query_say(t, s, &x);
}

static bool query_is_empty(const struct query_series *s, int points)
{
    for (int i = 0; i < points; i++)
        if (s->point[i].count > 0)
            return false;
    return true;
}

static void query_put(struct told *t, const struct api_range *range, int points, const struct query_result *q, int most)
{
    char from[TOLD_TIME_MAX], to[TOLD_TIME_MAX], step[24];
    int told = 0, known = 0;
    double step_s = (double)(range->to_ms - range->from_ms + 1) / points / 1000;
    told_time(t, "from", range->from_ms);
    told_time(t, "to", range->to_ms);
    told_number(t, "step_s", step_s);
    told_say(t, "%s to %s, in steps of %s\n", told_when(range->from_ms, from), told_when(range->to_ms, to),
             text_span(step_s, step, sizeof step));
    json_array(&t->j, "series");
    for (size_t i = 0; q && i < q->n; i++) {
        if (query_is_empty(&q->series[i], points))
            continue;
        if (known++ < most && ++told)
            query_put_series(t, &q->series[i], points);
    }
    json_end(&t->j);
    json_int(&t->j, "left_out", known - told);
    if (known > told)
        told_say(t, "%d further metrics match and are left out: name fewer, or ask for fewer points and a higher "
                    "limit.\n", known - told);
    else if (!known)
        told_say(t, "Nothing that matches was recorded then: list_metrics says what there is, doctor since when.\n");
}

static void query_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct query_result *q = NULL;
    int points = told_count(t, r, "points", POINTS), most = told_count(t, r, "limit", SERIES);
    if (!told_range(t, r, HOUR_MS, &range))
        return;
    if (points > range.to_ms - range.from_ms + 1)
        points = (int)(range.to_ms - range.from_ms + 1);
    most = most * points > NUMBERS_MAX ? NUMBERS_MAX / points : most;
    int rc = store_query(t->api->look.files, range.session, range.from_ms, range.to_ms, http_query(r, "metrics"),
                         points, &q);
    if (rc < 0 && rc != -ENODATA)
        api_fail(&t->refusal, rc);
    else
        query_put(t, &range, points, q, most);
    query_free(q);
}

static const struct tool_arg query_args[] = {
    { "metrics", TOOL_TEXT, .required = true, .max = GLOBS_BYTES,
      .help = "which: names with globs, separated by commas: cpu.util,memory.util,disk.*.rate{total},gpu.*" },
    TOOL_FROM("an hour before its end"), TOOL_TO,
    { "points", TOOL_COUNT, .min = 1, .max = POINTS_MAX, .help = "of each metric, at equal steps; default 12" },
    { "limit", TOOL_COUNT, .min = 1, .max = SERIES_MAX, .help = "metrics at most; default 12" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_query = {
    .name = "query", .title = "Numbers over a range of time",
    .help = "The values of any metrics over any range, summed up: mean, lowest, highest and when, last, and a few "
            "points (means of equal steps; null is a gap). For \"how high was X\", \"what did X do between A and "
            "B\". list_metrics gives names; counters are totals, their growth is NAME.rate.",
    .args = query_args,
    .shape = "from:t to:t step_s:n series:[{metric:s unit:s kind:s mean:n min:n max:n max_at:T last:n points:[n]}] "
             "left_out:i",
    .run = query_run,
};

/* ---- list_metrics ---- */

#define FAMILIES 60
#define FAMILIES_MAX 500
#define INSTANCES 12

#define GROUPS 64
#define GROUP_NAME 32

struct listing {
    struct told *t;
    struct group { char name[GROUP_NAME]; int metrics; } group[GROUPS]; /* "cpu", "memory": what names begin with */
    int groups;
    const char *globs;
    int most, told, known, metrics;
};

static bool listing_wants(const struct listing *l, const struct schema *s, int slot)
{
    return !l->globs || schema_match(s, slot, l->globs);
}

/* Is it the first of its family that is wanted? */
static bool listing_is_first(const struct listing *l, const struct schema *s, int slot)
{
    const char *family = schema_at(s, slot)->name;
    for (int i = schema_next(s, family, -1); i >= 0 && i < slot; i = schema_next(s, family, i))
        if (listing_wants(l, s, i))
            return false;
    return true;
}

static void listing_put_instances(struct listing *l, const struct schema *s, int slot)
{
    struct told *t = l->t;
    const char *family = schema_at(s, slot)->name;
    int n = 0;
    json_array(&t->j, "instances");
    for (int i = slot; i >= 0; i = schema_next(s, family, i)) {
        const char *inst = schema_at(s, i)->inst;
        if (!inst || !listing_wants(l, s, i) || n++ >= INSTANCES)
            continue;
        told_text(t, NULL, inst);
        told_say(t, "%s%s", n == 1 ? " {" : ", ", inst);
    }
    json_end(&t->j);
    told_say(t, "%s%s", n > INSTANCES ? ", ..." : "", n ? "}" : "");
    json_int(&t->j, "instances_left_out", n > INSTANCES ? n - INSTANCES : 0);
}

static void listing_put_family(struct listing *l, const struct schema *s, int slot)
{
    struct told *t = l->t;
    const struct metric *m = schema_at(s, slot);
    json_object(&t->j, NULL);
    json_string(&t->j, "name", m->name);
    json_string(&t->j, "unit", unit_code(m->unit));
    json_string(&t->j, "kind", kind_name(m->kind));
    json_string(&t->j, "area", area_name(area_in(s, slot)));
    told_said(t, "help", m->help);
    told_say(t, "%s", m->name);
    listing_put_instances(l, s, slot);
    json_end(&t->j);
    told_say(t, " [%s]%s%s\n", unit_code(m->unit), m->help && *m->help ? " " : "", m->help ? m->help : "");
}

static void listing_count(struct listing *l, const char *family)
{
    size_t n = strcspn(family, ".");
    int i = 0;
    while (i < l->groups && (strlen(l->group[i].name) != n || strncmp(l->group[i].name, family, n) != 0))
        i++;
    if (i == GROUPS || n >= GROUP_NAME)
        return;
    if (i == l->groups)
        memcpy(l->group[l->groups++].name, family, n); /* the rest is 0 */
    l->group[i].metrics++;
}

/* What there is at all, whatever is listed: an assistant sees where to look next. */
static void listing_put_groups(struct listing *l)
{
    struct told *t = l->t;
    json_array(&t->j, "groups");
    told_say(t, l->groups ? "All metrics by what their names begin with:" : "No metrics are known.");
    for (int i = 0; i < l->groups; i++) {
        json_object(&t->j, NULL);
        json_string(&t->j, "name", l->group[i].name);
        json_int(&t->j, "metrics", l->group[i].metrics);
        json_end(&t->j);
        told_say(t, "%s %s.* %d", i ? "," : "", l->group[i].name, l->group[i].metrics);
    }
    json_end(&t->j);
    told_say(t, "\n");
}

/* s: NULL, nothing is known. */
static void listing_put(struct listing *l, const struct schema *s)
{
    listing_put_groups(l);
    json_array(&l->t->j, "families");
    for (int slot = 0; s && slot < schema_size(s); slot++) {
        if (!listing_wants(l, s, slot))
            continue;
        l->metrics++;
        if (!listing_is_first(l, s, slot))
            continue;
        if (l->known++ < l->most && ++l->told)
            listing_put_family(l, s, slot);
    }
    json_end(&l->t->j);
}

static void listing_take(void *self, const struct schema *s)
{
    struct listing *l = self;
    for (int slot = 0; slot < schema_size(s); slot++)
        listing_count(l, schema_at(s, slot)->name);
    listing_put(l, s);
}

static void list_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct listing l = { .t = t, .globs = http_query(r, "metrics"), .most = told_count(t, r, "limit", FAMILIES) };
    if (!told_range(t, r, HOUR_MS, &range))
        return;
    int rc = api_catalog(t->api, &range, listing_take, &l);
    if (!l.groups)
        listing_put(&l, NULL); /* nobody told of any */
    json_int(&t->j, "metrics", l.metrics);
    json_int(&t->j, "left_out", l.known - l.told);
    if (rc < 0)
        api_fail(&t->refusal, rc);
    else if (!l.known)
        told_say(t, "No such metric is measured; call without \"metrics\" for all, doctor says what is missing.\n");
    else if (l.known > l.told)
        told_say(t, "%d further families are left out: narrow \"metrics\" (cpu.*, gpu.*), or raise the limit.\n",
                 l.known - l.told);
}

static const struct tool_arg list_args[] = {
    { "metrics", TOOL_TEXT, .max = GLOBS_BYTES, .help = "which: globs, separated by commas: cpu.*,*temp*; default: all" },
    { "limit", TOOL_COUNT, .min = 1, .max = FAMILIES_MAX, .help = "families at most; default 60" },
    { 0 },
};

const struct tool tool_list_metrics = {
    .name = "list_metrics", .title = "Which metrics there are",
    .help = "The metrics of this machine by family, with unit, instances (cores, disks, mount points ...) and "
            "meaning. One is named family{instance}, as disk.read.rate{sda}; for query, compare and forecasts.",
    .args = list_args,
    .shape = "families:[{name:s unit:s kind:s area:s help:S instances:[s] instances_left_out:i}] "
             "groups:[{name:s metrics:i}] metrics:i left_out:i",
    .run = list_run,
};
