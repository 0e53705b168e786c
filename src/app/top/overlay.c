/*
 * overlay.c - help, events and details. Each is made as lines of text, wrapped to the window like the
 * report; what is longer than the window scrolls.
 */
#include "app/top/overlay.h"

#include "base/auto.h"
#include "core/amount.h"
#include "output/screen.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *key, *what; } keys[] = {
    { "1 .. 8", "one panel large: cpu, memory, disk, network, gpu, sensors, pressure, sonde" },
    { "9", "processes only" },
    { "0, Esc", "all panels again; Esc clears the filter first" },
    { "Tab", "the next panel; Shift-Tab the last one" },
    { "c", "all cores" },
    { "", "" },
    { "Up Down PgUp PgDn Home End", "choose a process; the choice follows it" },
    { "P M I N p G", "sort by cpu, memory, read and written, name, pid, gpu memory" },
    { "r", "reverse the order" },
    { "/, f", "show only processes with this in their name or pid" },
    { "t", "tree of parents and children" },
    { "d, Enter", "details of the chosen process" },
    { "k", "end the chosen process (SIGTERM), after a question" },
    { "", "" },
    { "e", "findings and events of the last minutes" },
    { "+ -", "longer, shorter interval" },
    { "Space", "hold the screen; it is recorded on meanwhile" },
    { "q, Ctrl-C", "quit" },
    { "", "" },
    { "", "A chart goes from left, earlier, to right, now; a gap is a gap. ! marks an area with a finding. The first "
          "line says what is unusual, against the last minutes." },
};

static void put_help(struct buf *out, const struct screen *s)
{
    enum { KEY = 16 };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *key = keys[i].key, *what = keys[i].what;
        if (!*what) {
            buf_putc(out, '\n');
        } else if (!*key) {
            screen_wrap(s, out, 0, what);
        } else {
            if (strlen(key) > KEY - 2) {
                buf_printf(out, "%s\n", key);
                key = "";
            }
            buf_printf(out, "%-*s", KEY, key);
            screen_flow(s, out, KEY, KEY, what);
        }
    }
}

static void put_finding(struct buf *out, const struct screen *s, int64_t from_ms, const char *what,
                        const char *more)
{
    char time[TEXT_TIME_MAX];
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "%s UTC  %s", text_clock(from_ms, time), what);
    screen_wrap(s, out, 0, line.p);
    if (*more)
        screen_wrap(s, out, 4, more);
}

static void put_events(struct buf *out, const struct screen *s, const struct live *l)
{
    const struct report *r = l->report;
    for (size_t i = 0; r && i < r->n_insights; i++)
        put_finding(out, s, r->insights[i].since_ms, r->insights[i].title, r->insights[i].advice);
    for (size_t i = r ? r->n_anomalies : 0; i > 0; i--)
        put_finding(out, s, r->anomalies[i - 1].start_ms, r->anomalies[i - 1].summary, "");
    for (size_t i = l->rec->n_events; i > 0; i--)
        put_finding(out, s, l->rec->events[i - 1].wall_ms, l->rec->events[i - 1].text, "");
    if (!out->n)
        buf_puts(out, "nothing happened yet\n");
}

static const char *state_words(char state)
{
    switch (state) {
    case 'R': return "running, or ready to";
    case 'S': return "sleeping";
    case 'D': return "waiting for a device; cannot be interrupted";
    case 'Z': return "has ended; its parent has not asked how";
    case 'T': case 't': return "stopped";
    case 'I': return "idle thread of the kernel";
    default: return "unknown";
    }
}

static void put_number(struct buf *out, const char *label, double v, enum unit unit,
                       const char *after)
{
    char text[AMOUNT_MAX];
    buf_printf(out, "%-16s%11s%s\n", label, amount_text(v, unit, text), after);
}

static void put_details(struct buf *out, const struct live_proc *p, const struct live *l)
{
    if (!p) {
        buf_puts(out, "no process is chosen\n");
        return;
    }
    const char *parent = "";
    for (size_t i = 0; i < l->n_procs; i++)
        if (l->procs[i].p.pid == p->p.ppid)
            parent = l->procs[i].p.name;
    buf_printf(out, "%s (pid %d)\n", p->p.name, (int)p->p.pid);
    buf_printf(out, "%s\n", state_words(p->p.state));
    buf_printf(out, "parent %d %s\n\n", (int)p->p.ppid, parent);
    put_number(out, "cpu", p->use.cpu_percent, UNIT_PERCENT, " of a core");
    put_number(out, "cpu so far", p->p.cpu_s, UNIT_SECOND, "");
    put_number(out, "ended children", p->p.children_cpu_s, UNIT_SECOND, " of cpu so far");
    put_number(out, "memory", p->p.rss_bytes, UNIT_BYTE, "");
    put_number(out, "grew by", p->use.rss_growth_bytes, UNIT_BYTE, " since the last sample");
    put_number(out, "read", p->use.read_rate, UNIT_BYTE_PER_S, "");
    put_number(out, "read so far", p->p.read_bytes, UNIT_BYTE, "");
    put_number(out, "written", p->use.write_rate, UNIT_BYTE_PER_S, "");
    put_number(out, "written so far", p->p.write_bytes, UNIT_BYTE, "");
    put_number(out, "threads", p->p.threads, UNIT_NONE, "");
    put_number(out, "gpu memory", p->p.gpu_bytes, UNIT_BYTE, "");
    if (isnan(p->p.read_bytes))
        buf_puts(out, "\nreading and writing: only its owner and root may see that\n");
}

static int count_lines(const struct buf *text)
{
    int n = 0;
    for (size_t i = 0; i < text->n; i++)
        n += text->p[i] == '\n';
    return n;
}

/* The lines from v->scroll on; the last window at most. */
static void put_lines(struct view *v, struct grid *g, struct rect at, const struct buf *text)
{
    int lines = count_lines(text), most = lines > at.rows ? lines - at.rows : 0, line = 0;
    v->scroll = v->scroll > most ? most : v->scroll;
    const char *p = buf_text(text);
    for (const char *end; (end = strchr(p, '\n')); p = end + 1, line++) {
        auto_buf struct buf one = { 0 };
        buf_put(&one, p, (size_t)(end - p));
        if (line >= v->scroll && line < v->scroll + at.rows)
            grid_put(g, at.row + line - v->scroll, at.column, at.columns, INK_PLAIN,
                     buf_text(&one));
    }
}

void overlay_draw(struct view *v, struct grid *g, const struct live *l, struct rect at)
{
    static const char *const titles[] = { "", "keys", "findings and events", "process" };
    auto_buf struct buf text = { 0 };
    int columns = at.columns > 84 ? 84 : at.columns;
    const struct screen s = { .utf8 = g->utf8, .width = columns - 4 };
    if (v->overlay == OVERLAY_HELP)
        put_help(&text, &s);
    else if (v->overlay == OVERLAY_EVENTS)
        put_events(&text, &s, l);
    else
        put_details(&text, proclist_selected(&v->list), l);
    int rows = count_lines(&text) + 2;
    struct rect box = { at.row, at.column + (at.columns - columns) / 2,
                        rows > at.rows ? at.rows : rows, columns };
    grid_clear(g, box);
    grid_box(g, box, titles[v->overlay], INK_STRONG);
    put_lines(v, g, (struct rect){ box.row + 1, box.column + 2, box.rows - 2, box.columns - 4 },
              &text);
    if (rows > at.rows)
        grid_put(g, box.row + box.rows - 1, box.column + 3, 24, INK_QUIET, " Up, Down: more ");
}
