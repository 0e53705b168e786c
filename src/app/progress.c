/* progress.c - one line while samples are gathered. */
#include "app/progress.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "output/report_now.h"

#include <limits.h>
#include <math.h>

#define BAR 20   /* columns */
#define CLOCK 10 /* "10:30:00  " */

static void progress_bar(const struct progress *p, struct buf *out, double share)
{
    const char *full = p->screen.utf8 ? "\xe2\x96\x88" : "#",
               *rest = p->screen.utf8 ? "\xe2\x96\x91" : ".";
    char left[32];
    for (int i = 0; i < BAR; i++)
        buf_puts(out, i < (int)(share * BAR + 0.5) ? full : rest);
    buf_printf(out, " %3.0f %%", 100 * share);
    if (isfinite(p->duration_s))
        buf_printf(out, ", %s left", text_span(p->duration_s * (1 - share), left, sizeof left));
    buf_puts(out, "  ");
}

#define ROOM 3 /* columns at the end, for the ^C that a terminal writes when it is pressed */

/* Over the line before; what that had more is blanked, which needs no escape sequence. */
static void progress_draw(const struct progress *p, const char *line, int columns)
{
    auto_buf struct buf out = { 0 };
    buf_putc(&out, '\r');
    screen_cell(&p->screen, &out, TONE_PLAIN, line, columns, true);
    fputs(out.p, p->to);
    fflush(p->to);
}

void progress_tick(void *self, double share, const struct frame *f)
{
    struct progress *p = self;
    p->ticks++;
    if (!p->to || !(p->terminal || p->lines))
        return;
    if (p->terminal && p->width)
        p->screen.width = p->width();
    /* Of a line in a file nothing is cut; of the bar, by progress_draw(). */
    int room = p->terminal && p->lines ? p->screen.width - ROOM - CLOCK : INT_MAX;
    struct buf *line = &p->last;
    buf_clear(line);
    char time[TEXT_TIME_MAX];
    if (p->lines)
        buf_printf(line, "%s  ", text_clock(f->wall_ms, time));
    else
        progress_bar(p, line, share);
    report_live(line, p->schema, f, p->lines ? REPORT_LIVE : 2, room);
    if (p->terminal) {
        progress_draw(p, buf_text(line), p->screen.width - ROOM);
    } else {
        fprintf(p->to, "%s\n", buf_text(line));
        fflush(p->to);
    }
    if (p->lines && os_reader_left(fileno(p->to)))
        os_stop(); /* `| head`: the numbers were what was asked for */
}

void progress_end(struct progress *p)
{
    if (p->to && p->terminal && p->ticks) {
        progress_draw(p, p->lines ? buf_text(&p->last) : "", p->screen.width - 1);
        fputs(p->lines ? "\n\n" : "\r", p->to);
        fflush(p->to);
    }
    buf_done(&p->last);
}
