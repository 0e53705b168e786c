/* detections.c - episodes of flagged rows, as CSV, JSON and text. */
#include "app/detections.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

#define DIGITS 9       /* of a score */
#define EPISODES 40    /* told in a text */

enum { COLUMN_TIME = 24, COLUMN_SPAN = 8, COLUMN_PEAK = 8, COLUMN_SCORE = 10 };

void detections_find(struct detections *d)
{
    size_t cap = 0;
    for (size_t i = 0; i < d->rec->n; i++) {
        if (!d->row[i].alarm)
            continue;
        if (i == 0 || !d->row[i - 1].alarm) {
            d->episode = mem_grow(d->episode, d->n, &cap, sizeof *d->episode);
            d->episode[d->n++] = (struct detection){ i, i, i };
        }
        struct detection *e = &d->episode[d->n - 1];
        e->end = i;
        e->peak = d->row[i].score > d->row[e->peak].score ? i : e->peak;
    }
}

void detections_done(struct detections *d)
{
    mem_free(d->episode);
    d->episode = NULL;
    d->n = 0;
}

static const char *detections_cause(const struct detections *d, size_t row)
{
    int cause = d->row[row].cause;
    return cause < 0 ? NULL : d->columns->name[cause];
}

static double detections_days(const struct detections *d)
{
    const struct columns *c = d->columns;
    return (c->t_s[c->n - 1] - c->t_s[0] + c->step_s) / 86400;
}

void detections_put_csv(const struct detections *d, struct buf *out)
{
    char number[TEXT_NUMBER_MAX];
    buf_puts(out, "score,flag,cause\n");
    for (size_t i = 0; i < d->rec->n; i++) {
        const char *cause = detections_cause(d, i);
        buf_put(out, number, text_number(d->row[i].score, DIGITS, number));
        buf_puts(out, d->row[i].alarm ? ",1," : ",0,");
        if (cause)
            buf_csv(out, cause);
        buf_putc(out, '\n');
    }
}

void detections_put_json(const struct detections *d, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_string(&j, "method", d->method->name);
    json_int(&j, "rows", (int64_t)d->rec->n);
    json_int(&j, "metrics", d->columns->d);
    json_double(&j, "days", detections_days(d));
    json_double(&j, "budget_per_day", d->budget_per_day);
    json_double(&j, "episodes_per_day", (double)d->n / detections_days(d));
    json_array(&j, "episodes");
    for (size_t k = 0; k < d->n; k++) {
        const struct detection *e = &d->episode[k];
        json_object(&j, NULL);
        json_time(&j, "start", d->rec->wall_ms[e->start]);
        json_time(&j, "end", d->rec->wall_ms[e->end]);
        json_time(&j, "peak", d->rec->wall_ms[e->peak]);
        json_int(&j, "rows", (int64_t)(e->end - e->start + 1));
        json_double(&j, "score", d->row[e->peak].score);
        json_double(&j, "probability", d->row[e->peak].probability);
        json_string(&j, "cause", detections_cause(d, e->peak));
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

static void detections_episode(const struct detections *d, const struct detection *e, const struct screen *s,
                               struct buf *out)
{
    char start[TEXT_TIME_MAX], peak[TEXT_TIME_MAX], span[32], score[TEXT_NUMBER_MAX];
    const char *cause = detections_cause(d, e->peak);
    text_span(d->columns->t_s[e->end] - d->columns->t_s[e->start] + d->columns->step_s, span, sizeof span);
    text_number(d->row[e->peak].score, 3, score);
    buf_printf(out, "%-*s %*s  %-*s %*s  ", COLUMN_TIME, text_time(d->rec->wall_ms[e->start], start), COLUMN_SPAN, span,
               COLUMN_PEAK, text_clock(d->rec->wall_ms[e->peak], peak), COLUMN_SCORE, score);
    int left = s->width - COLUMN_TIME - COLUMN_SPAN - COLUMN_PEAK - COLUMN_SCORE - 6;
    screen_cell(s, out, TONE_STRONG, cause ? cause : "-", left, false);
    buf_putc(out, '\n');
}

void detections_put_text(const struct detections *d, const struct screen *s, struct buf *out)
{
    char span[32];
    size_t told = d->n < EPISODES ? d->n : EPISODES;
    buf_printf(out, "%zu row%s of %d metric%s over %s, judged by %s: %zu episode%s, %.2g a day; "
               "a budget of %g false a day.\n", d->rec->n, d->rec->n == 1 ? "" : "s", d->columns->d, d->columns->d == 1 ? "" : "s",
               text_span(detections_days(d) * 86400, span, sizeof span), d->method->name, d->n, d->n == 1 ? "" : "s",
               (double)d->n / detections_days(d), d->budget_per_day);
    if (!d->n)
        return;
    buf_printf(out, "\n%-*s %*s  %-*s %*s  %s\n", COLUMN_TIME, "start, UTC", COLUMN_SPAN, "length", COLUMN_PEAK, "peak",
               COLUMN_SCORE, "score", "cause");
    for (size_t k = 0; k < told; k++)
        detections_episode(d, &d->episode[k], s, out);
    if (told < d->n)
        buf_printf(out, "... and %zu more; --json has them all\n", d->n - told);
}
