/* forecast_text.c - forecasts for people. */
#include "output/forecast_text.h"

#include "base/text.h"
#include "core/amount.h"

#include <math.h>

#define TABLE_ROWS 6 /* steps that a person is shown */

/* A few of the steps, the last one always. */
static void text_steps(struct buf *out, const struct forecasts *all, const struct forecast *f, enum unit unit)
{
    for (int k = 0, before = 0; k < TABLE_ROWS; k++) {
        int step = (int)ceil(pow(f->horizon, (k + 1.0) / TABLE_ROWS) - 1e-9);
        char span[32], p10[AMOUNT_MAX], p50[AMOUNT_MAX], p90[AMOUNT_MAX];
        if (step <= before)
            continue;
        before = step;
        buf_printf(out, "  in %-8s %10s   between %s and %s\n", text_span(all->step_s * step, span, sizeof span),
                   amount_text(f->p50[step - 1], unit, p50), amount_text(f->p10[step - 1], unit, p10),
                   amount_text(f->p90[step - 1], unit, p90));
    }
}

void forecast_text(struct buf *out, const struct screen *screen, const struct schema *s, const struct forecasts *all,
                   void (*more)(void *self, struct buf *out, const char *id), void *self)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct metric_forecast *m = &all->item[i];
        char words[160];
        buf_puts(out, i ? "\n" : "");
        screen_put(screen, out, TONE_STRONG, schema_id(s, m->slot));
        if (*m->reason) {
            buf_printf(out, ": no forecast: %s\n", m->reason);
            continue;
        }
        buf_printf(out, ": %s\n  ", forecast_model_words(m->f.model));
        screen_put(screen, out, m->f.has_skill ? TONE_PLAIN : TONE_QUIET, forecasts_words(&m->f, words, sizeof words));
        buf_putc(out, '\n');
        more(self, out, schema_id(s, m->slot));
        text_steps(out, all, &m->f, schema_at(s, m->slot)->unit);
    }
}

void forecast_text_line(struct buf *out, const struct schema *s, const struct forecasts *all,
                        const struct metric_forecast *m)
{
    enum unit unit = schema_at(s, m->slot)->unit;
    char span[32], p10[AMOUNT_MAX], p50[AMOUNT_MAX], p90[AMOUNT_MAX], words[160];
    int last = all->horizon - 1;
    buf_printf(out, "%s %s in %s, between %s and %s (%s)", schema_id(s, m->slot),
               amount_text(m->f.p50[last], unit, p50), text_span(all->step_s * all->horizon, span, sizeof span),
               amount_text(m->f.p10[last], unit, p10), amount_text(m->f.p90[last], unit, p90),
               forecasts_words(&m->f, words, sizeof words));
}
