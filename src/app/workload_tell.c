/* workload_tell.c - the answers of `sonde classify`. */
#include "app/workload_tell.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void workload_put_time(struct buf *out, enum stamp how, int64_t wall_ms)
{
    char text[TEXT_TIME_MAX];
    if (how == STAMP_TEXT)
        buf_puts(out, text_time(wall_ms, text));
    else if (how == STAMP_SECONDS)
        buf_double(out, (double)wall_ms * 1e-3);
    else
        buf_printf(out, "%" PRId64, wall_ms);
}

void workload_put_csv(struct buf *out, const struct workload_told *t)
{
    buf_puts(out, "t,category,confidence\n");
    for (size_t i = 0; i < t->n; i++) {
        workload_put_time(out, t->stamp, t->rows[i].wall_ms);
        buf_printf(out, ",%s,%.4f\n", workload_name(t->set, t->rows[i].category), t->rows[i].confidence);
    }
}

void workload_put_json(struct buf *out, const struct workload_told *t)
{
    struct json j;
    const struct workload_summary *s = &t->sum;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_string(&j, "category", workload_name(t->set, s->category));
    json_double(&j, "confidence", s->confidence);
    json_object(&j, "scores");
    for (int k = 0; k < s->n_scores; k++)
        json_double(&j, workload_name(t->set, k), s->scores[k]);
    json_end(&j);
    json_string(&j, "unknown_reason", *s->reason ? s->reason : NULL);
    json_string(&j, "why", *s->why ? s->why : NULL);
    json_double(&j, "interval_s", t->update_s);
    json_int(&j, "changes", s->changes);
    json_array(&j, "shares");
    for (int i = 0; i < s->n_shares; i++) {
        json_object(&j, NULL);
        json_string(&j, "category", workload_name(t->set, s->shares[i].category));
        json_double(&j, "share", s->shares[i].share);
        json_double(&j, "seconds", s->shares[i].seconds);
        json_end(&j);
    }
    json_end(&j);
    json_array(&j, "answers");
    for (size_t i = 0; i < t->n; i++) {
        json_object(&j, NULL);
        json_time(&j, "time", t->rows[i].wall_ms);
        json_string(&j, "category", workload_name(t->set, t->rows[i].category));
        json_double(&j, "confidence", t->rows[i].confidence);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

static const char *tell_help(const struct workload_told *t, int category)
{
    return category == WORKLOAD_UNKNOWN ? "none of the categories is certain" :
           category == WORKLOAD_MIXED ? "two at the same time" : workload_set_at(t->set, category)->help;
}

void workload_put_text(struct buf *out, const struct workload_told *t, const struct screen *screen)
{
    const struct workload_summary *s = &t->sum;
    char line[2 * WORKLOAD_REASON], span[32];
    screen_put(screen, out, TONE_STRONG, workload_name(t->set, s->category));
    if (s->category != WORKLOAD_UNKNOWN)
        buf_printf(out, "  %.0f %%", 100 * s->confidence);
    if (s->category >= 0 && !workload_set_is_learnt(t->set, s->category))
        buf_puts(out, ", by its evidence alone");
    buf_putc(out, '\n');
    if (*s->why || *s->reason) {
        snprintf(line, sizeof line, "%s: %s", *s->why ? "why" : "because", *s->why ? s->why : s->reason);
        screen_wrap(screen, out, 2, line);
    }
    if (s->n_shares)
        buf_putc(out, '\n');
    for (int i = 0; i < s->n_shares; i++) {
        buf_puts(out, "  ");
        screen_cell(screen, out, TONE_PLAIN, workload_name(t->set, s->shares[i].category), 20, true);
        buf_printf(out, " %5.1f %%  %-8s %s\n", 100 * s->shares[i].share,
                   text_span(s->shares[i].seconds, span, sizeof span), tell_help(t, s->shares[i].category));
    }
    if (t->n > 1) {
        snprintf(line, sizeof line, "%zu answers, one every %s; %d change%s. Judged by hardware metrics only.", t->n,
                 text_span(t->update_s, span, sizeof span), s->changes, s->changes == 1 ? "" : "s");
        buf_putc(out, '\n');
        screen_wrap(screen, out, 0, line);
    }
}
