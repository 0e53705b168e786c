/* tool_compare.c - one range against another: what moved, by more than it moves anyway. */
#include "serve/mcp/mcp_own.h"

#include "core/amount.h"
#include "serve/api/compare.h"

#include <math.h>

#define GLOBS_BYTES 1000
#define COMPARED_POINTS 60
#define MOVED_SPREADS 0.5
#define MOVED_SHARE 0.02
#define ROWS 12
#define ROWS_MAX 60

static void compare_put_side(struct told *t, const char *key, const struct compare_side *s)
{
    json_object(&t->j, key);
    told_number(t, "median", s->median);
    told_number(t, "p05", s->p05);
    told_number(t, "p95", s->p95);
    json_end(&t->j);
}

static void compare_put_row(struct told *t, const struct compare_row *row)
{
    char a[AMOUNT_MAX], b[AMOUNT_MAX];
    enum unit u = row->a->metric.unit;
    json_object(&t->j, NULL);
    told_text(t, "metric", row->a->id);
    json_string(&t->j, "unit", unit_code(u));
    compare_put_side(t, "a", &row->of[0]);
    compare_put_side(t, "b", &row->of[1]);
    told_number(t, "shift", row->shift);
    json_end(&t->j);
    told_say(t, "%s: %s in A, %s in B (%.1f times the spread)\n", row->a->id,
             amount_text(row->of[0].median, u, a), amount_text(row->of[1].median, u, b), fabs(row->shift));
}

/* Did it move by more than it moves anyway, and by as much as anybody would care about? */
static bool compare_moved(const struct compare_row *row)
{
    double a = row->of[0].median, b = row->of[1].median;
    return fabs(row->shift) >= MOVED_SPREADS && fabs(a - b) >= MOVED_SHARE * fmax(fabs(a), fabs(b));
}

static void compare_put_range(struct told *t, const char *key, const char *name, int64_t from_ms, int64_t to_ms)
{
    char from[TOLD_TIME_MAX], to[TOLD_TIME_MAX];
    json_object(&t->j, key);
    told_time(t, "from", from_ms);
    told_time(t, "to", to_ms);
    json_end(&t->j);
    told_say(t, "%s: %s to %s\n", name, told_when(from_ms, from), told_when(to_ms, to));
}

static void compare_put(struct told *t, const struct compare *c, size_t most)
{
    size_t moved = 0, told = 0;
    compare_put_range(t, "a", "A", c->from_ms[0], c->to_ms[0]);
    compare_put_range(t, "b", "B", c->from_ms[1], c->to_ms[1]);
    json_array(&t->j, "metrics");
    for (size_t i = 0; i < c->n; i++)
        if (compare_moved(&c->row[i]) && moved++ < most && ++told)
            compare_put_row(t, &c->row[i]);
    json_end(&t->j);
    json_int(&t->j, "compared", (int64_t)c->n);
    json_int(&t->j, "moved", (int64_t)moved);
    json_int(&t->j, "left_out", (int64_t)(moved - told));
    json_string(&t->j, "reason", c->reason);
    if (c->reason)
        told_say(t, "There is nothing to compare: %s.\n", c->reason);
    else
        told_say(t, "Of %zu metrics %zu moved%s (their median, by half of its spread and 2 %% at least)%s.\n", c->n,
                 moved, moved ? "" : ": both times were alike",
                 moved > told ? "; further ones are left out: raise the limit" : "");
}

static void compare_run(struct told *t, const struct http_request *r)
{
    struct compare c;
    int most = told_count(t, r, "limit", ROWS);
    if (compare_make(t->api, r, COMPARED_POINTS, &c, &t->refusal))
        compare_put(t, &c, (size_t)most);
    compare_done(&c);
}

static const struct tool_arg compare_args[] = {
    { "from", TOOL_TIME, .required = true, .help = "where range A begins" },
    { "to", TOOL_TIME, .required = true, .help = "where range A ends" },
    { "with_from", TOOL_TIME, .help = "where range B begins; default: B is as long as A, right before it" },
    { "with_to", TOOL_TIME, .help = "where range B ends" },
    { "metrics", TOOL_TEXT, .max = GLOBS_BYTES, .help = "only these: globs, separated by commas; default: all" },
    { "limit", TOOL_COUNT, .min = 1, .max = ROWS_MAX, .help = "metrics at most; default 12" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_compare = {
    .name = "compare", .title = "One time against another",
    .help = "Two ranges of time, A and B: the metrics whose median moved, with where nine tenths of each lay, what "
            "moved most first (shift: from A to B, in spreads). For \"what is different since ...\", \"was it the "
            "same yesterday\", a good run against a bad one.",
    .args = compare_args,
    .shape = "a:{from:t to:t} b:{from:t to:t} metrics:[{metric:s unit:s a:{median:n p05:n p95:n} b:{median:n p05:n "
             "p95:n} shift:n}] compared:i moved:i left_out:i reason:S",
    .run = compare_run,
};
