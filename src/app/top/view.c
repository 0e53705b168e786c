/* view.c - what each key does. The help overlay (app/top/overlay.c) lists them for people. */
#include "app/top/view.h"

#include "core/sampler.h"

#include <stdio.h>
#include <string.h>

#define ESCAPE 27

void view_init(struct view *v, double interval_s)
{
    *v = (struct view){ .zoom = VIEW_ALL, .interval_s = interval_s, .page = 10 };
}

void view_done(struct view *v)
{
    proclist_done(&v->list);
}

double view_interval_s(const struct view *v)
{
    double s = v->interval_s;
    for (int i = 0; i < v->pace; i++)
        s *= 2;
    for (int i = 0; i > v->pace; i--)
        s /= 2;
    return s;
}

static enum view_act view_sort(struct view *v, enum proc_sort sort)
{
    if (v->list.sort == sort)
        v->list.reverse = !v->list.reverse; /* the same key again */
    else
        v->list.reverse = false;
    v->list.sort = sort;
    return VIEW_CHANGED;
}

static enum view_act view_zoom(struct view *v, const bool present[static PANELS], int zoom)
{
    if (zoom >= 0 && zoom < PANELS && !present[zoom]) {
        snprintf(v->message, sizeof v->message, "%s: not measured here; `sonde doctor` says why",
                 panel_title((enum panel_id)zoom));
        return VIEW_CHANGED;
    }
    v->zoom = v->zoom == zoom && !v->cores ? VIEW_ALL : zoom;
    v->cores = false;
    return VIEW_CHANGED;
}

/* To the next or last panel that there is, by way of all of them. */
static enum view_act view_tab(struct view *v, const bool present[static PANELS], int step)
{
    int all = PANELS + 2, at = v->zoom + 1; /* VIEW_ALL is 0 then */
    do
        at = (at + step + all) % all;
    while (at > 0 && at <= PANELS && !present[at - 1]);
    v->zoom = at - 1;
    v->cores = false;
    return VIEW_CHANGED;
}

static enum view_act view_pace(struct view *v, int step)
{
    int pace = v->pace + step, before = v->pace;
    v->pace = pace > VIEW_SLOWEST ? VIEW_SLOWEST : pace < VIEW_FASTEST ? VIEW_FASTEST : pace;
    if (view_interval_s(v) < SAMPLER_MIN_S || view_interval_s(v) > SAMPLER_MAX_S)
        v->pace = before;
    return v->pace == before ? VIEW_NOTHING : VIEW_PACE;
}

/* Back, one step at a time. */
static enum view_act view_escape(struct view *v)
{
    if (*v->list.filter)
        v->list.filter[0] = '\0';
    else if (v->zoom != VIEW_ALL)
        v->zoom = VIEW_ALL;
    else
        v->list.selected = (struct proc_id){ 0 };
    v->cores = false;
    return VIEW_CHANGED;
}

static enum view_act view_ask(struct view *v)
{
    const struct live_proc *p = proclist_selected(&v->list);
    if (!v->may_end) {
        snprintf(v->message, sizeof v->message,
                 "a recorded machine: its processes cannot be ended");
        return VIEW_CHANGED;
    }
    if (!p)
        return VIEW_NOTHING;
    if (!p->p.state) { /* one of the busiest only: without its start its number might be another's by now */
        snprintf(v->message, sizeof v->message, "too little is known of %s to end it", p->p.name);
        return VIEW_CHANGED;
    }
    v->ask = (struct proc_id){ p->p.pid, p->p.start_s };
    memcpy(v->ask_name, p->p.name, sizeof v->ask_name);
    return VIEW_CHANGED;
}

static enum view_act view_answer(struct view *v, int32_t key)
{
    if (key == 'y' || key == 'Y')
        return VIEW_END; /* whoever does it forgets `ask` */
    v->ask.pid = 0;
    return VIEW_CHANGED;
}

/* Text of the filter is ASCII: so are the names of nearly all processes. */
static enum view_act view_type(struct view *v, int32_t key)
{
    char *filter = v->list.filter;
    size_t n = strlen(filter);
    if (key == ESCAPE) {
        filter[0] = '\0';
        v->filtering = false;
    } else if (key == '\n') {
        v->filtering = false;
    } else if (key == TERMINAL_BACKSPACE) {
        if (n)
            filter[n - 1] = '\0';
        else
            v->filtering = false;
    } else if (key >= ' ' && key < 0x7f && n + 1 < sizeof v->list.filter) {
        filter[n] = (char)key;
        filter[n + 1] = '\0';
    } else {
        return VIEW_NOTHING;
    }
    return VIEW_CHANGED;
}

/* Rows that a key moves by; 0 where it is no such key. */
static long view_step(const struct view *v, int32_t key)
{
    long page = v->page > 1 ? v->page - 1 : 1, far = 1L << 30;
    switch (key) {
    case TERMINAL_UP: return -1;
    case TERMINAL_DOWN: return 1;
    case TERMINAL_PAGE_UP: return -page;
    case TERMINAL_PAGE_DOWN: return page;
    case TERMINAL_HOME: return -far;
    case TERMINAL_END: return far;
    default: return 0;
    }
}

static enum view_act view_overlay(struct view *v, enum overlay o)
{
    v->overlay = v->overlay == o ? OVERLAY_NONE : o;
    v->scroll = 0;
    if (v->overlay == OVERLAY_DETAILS)
        proclist_move(&v->list, 0); /* stay with this process */
    return VIEW_CHANGED;
}

static enum view_act view_command(struct view *v, const bool present[static PANELS], int32_t key)
{
    switch (key) {
    case 'q': return VIEW_QUIT;
    case '?': case 'h': return view_overlay(v, OVERLAY_HELP);
    case 'e': return view_overlay(v, OVERLAY_EVENTS);
    case 'd': case '\n': return view_overlay(v, OVERLAY_DETAILS);
    case 'P': return view_sort(v, SORT_CPU);
    case 'M': return view_sort(v, SORT_MEMORY);
    case 'I': return view_sort(v, SORT_IO);
    case 'N': return view_sort(v, SORT_NAME);
    case 'p': return view_sort(v, SORT_PID);
    case 'G': return view_sort(v, SORT_GPU);
    case 'r': v->list.reverse = !v->list.reverse; return VIEW_CHANGED;
    case 't': v->list.tree = !v->list.tree; return VIEW_CHANGED;
    case '/': case 'f': v->filtering = true; return VIEW_CHANGED;
    case 'c':
        v->cores = !(v->zoom == PANEL_CPU && v->cores);
        v->zoom = v->cores ? PANEL_CPU : VIEW_ALL;
        return VIEW_CHANGED;
    case ' ': v->paused = !v->paused; return VIEW_PAUSE;
    case '+': case '=': return view_pace(v, 1);
    case '-': return view_pace(v, -1);
    case 'k': return view_ask(v);
    case '0': v->zoom = VIEW_ALL; v->cores = false; return VIEW_CHANGED;
    case '9': return view_zoom(v, present, VIEW_PROCESSES);
    case '\t': return view_tab(v, present, 1);
    case TERMINAL_BACK_TAB: return view_tab(v, present, -1);
    case ESCAPE: return view_escape(v);
    default: break;
    }
    return key >= '1' && key <= '8' ? view_zoom(v, present, key - '1') : VIEW_NOTHING;
}

/* An overlay takes the keys that scroll, and any other key that has no meaning of its own ends it. */
static enum view_act view_read(struct view *v, const bool present[static PANELS], int32_t key)
{
    long step = view_step(v, key);
    if (step && v->overlay != OVERLAY_DETAILS) {
        long to = v->scroll + step;
        v->scroll = to < 0 ? 0 : to > 100000 ? 100000 : (int)to;
        return VIEW_CHANGED;
    }
    if (step) {
        proclist_move(&v->list, step);
        return VIEW_CHANGED;
    }
    if (key == 'q' || key == ESCAPE)
        return view_overlay(v, v->overlay);
    enum view_act act = view_command(v, present, key);
    return act == VIEW_NOTHING ? view_overlay(v, v->overlay) : act;
}

enum view_act view_key(struct view *v, const bool present[static PANELS], int32_t key)
{
    bool said = *v->message;
    v->message[0] = '\0';
    if (key == TERMINAL_REDRAW || key == 0)
        return key ? VIEW_CHANGED : VIEW_NOTHING;
    if (v->ask.pid)
        return view_answer(v, key);
    long step = view_step(v, key);
    if (v->filtering && !step)
        return view_type(v, key);
    if (v->overlay != OVERLAY_NONE)
        return view_read(v, present, key);
    if (step) {
        proclist_move(&v->list, step);
        return VIEW_CHANGED;
    }
    enum view_act act = view_command(v, present, key);
    return act == VIEW_NOTHING && said ? VIEW_CHANGED : act;
}
