/* answer_text.c - an answer in lines. */
#include "output/answer_text.h"

#include "base/auto.h"
#include "core/amount.h"
#include "output/spark.h"

#include <stdio.h>
#include <string.h>

enum { CHART_COLUMNS = 48 };

/* The first metric of the chart, as a row of blocks, with the ends of its axis. */
static void answer_text_chart(struct buf *out, const struct answer *a, const struct screen *s)
{
    auto_buf struct buf row = { 0 };
    char low[AMOUNT_MAX], high[AMOUNT_MAX], name[SCHEMA_MAX_NAME];
    if (!s->utf8 || a->n_chart < 8)
        return;
    spark_row(&row, true, a->chart, a->n_chart, CHART_COLUMNS, a->chart_low, a->chart_high);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(a->chart_metrics.p, ","), a->chart_metrics.p);
    buf_printf(out, "  %s  ", buf_text(&row));
    screen_put(s, out, TONE_QUIET, amount_text(a->chart_low, a->chart_unit, low));
    screen_put(s, out, TONE_QUIET, " to ");
    screen_put(s, out, TONE_QUIET, amount_text(a->chart_high, a->chart_unit, high));
    buf_putc(out, '\n');
    buf_puts(out, "  ");
    screen_put(s, out, TONE_QUIET, name);
    buf_putc(out, '\n');
}

static void answer_text_logs(struct buf *out, const struct answer *a, const struct screen *s)
{
    for (const char *p = buf_text(&a->logs); *p;) {
        auto_buf struct buf line = { 0 };
        size_t n = strcspn(p, "\n");
        buf_put(&line, p, n);
        buf_puts(out, "  log ");
        screen_cell(s, out, TONE_QUIET, buf_text(&line), s->width - 6, false);
        buf_putc(out, '\n');
        p += n + (p[n] == '\n');
    }
}

void answer_text(struct buf *out, const struct answer *a, const struct screen *s, bool more)
{
    screen_wrap(s, out, 0, buf_text(&a->text));
    answer_text_logs(out, a, s);
    if (a->chart_metrics.n)
        answer_text_chart(out, a, s);
    bool asks_on = more || a->status == ANSWER_NOT_UNDERSTOOD || a->status == ANSWER_OFF_TOPIC;
    if (!asks_on || !a->n_suggestions)
        return;
    auto_buf struct buf line = { 0 };
    for (int i = 0; i < a->n_suggestions; i++)
        buf_printf(&line, "%s%s", i ? "  |  " : more ? "Ask on: " : "Near questions: ", a->suggestions[i]);
    screen_cell(s, out, TONE_QUIET, line.p, s->width, false);
    buf_putc(out, '\n');
}
