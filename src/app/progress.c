/* progress.c - one line while samples are gathered. */
#include "app/progress.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "output/report_now.h"

#define BAR 20 /* columns */

static void progress_bar(const struct progress *p, struct buf *out, double share)
{
    const char *full = p->screen.utf8 ? "\xe2\x96\x88" : "#",
               *rest = p->screen.utf8 ? "\xe2\x96\x91" : ".";
    char left[32];
    for (int i = 0; i < BAR; i++)
        buf_puts(out, i < (int)(share * BAR + 0.5) ? full : rest);
    buf_printf(out, " %3.0f %%, %s left  ", 100 * share,
               text_span(p->duration_s * (1 - share), left, sizeof left));
}

/* Over the line before; what that had more is blanked, which needs no escape sequence. */
static void progress_draw(const struct progress *p, const struct buf *line)
{
    auto_buf struct buf out = { 0 };
    buf_putc(&out, '\r');
    screen_cell(&p->screen, &out, TONE_PLAIN, buf_text(line), p->screen.width - 1, true);
    fputs(out.p, p->to);
    fflush(p->to);
}

void progress_tick(void *self, double share, const struct frame *f)
{
    struct progress *p = self;
    p->ticks++;
    if (!p->to || !(p->terminal || p->lines))
        return;
    auto_buf struct buf line = { 0 };
    char time[TEXT_TIME_MAX];
    if (p->lines)
        buf_printf(&line, "%s  ", text_clock(f->wall_ms, time));
    else
        progress_bar(p, &line, share);
    report_live(&line, p->schema, f, p->lines ? REPORT_LIVE : 2, p->screen.width - 11);
    if (p->terminal) {
        progress_draw(p, &line);
    } else {
        fprintf(p->to, "%s\n", line.p);
        fflush(p->to);
    }
    if (p->lines && os_reader_left(fileno(p->to)))
        os_stop(); /* `| head`: the numbers were what was asked for */
}

void progress_end(struct progress *p)
{
    if (!p->to || !p->terminal || !p->ticks)
        return;
    if (p->lines)
        fputs("\n\n", p->to);
    else
        fprintf(p->to, "\r%*s\r", p->screen.width - 1, "");
    fflush(p->to);
}
