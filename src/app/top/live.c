/* live.c - the last minutes in memory, and how they are judged. */
#include "app/top/live.h"

#include "base/mem.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_SLACK 60 /* ticks more than are kept: forgetting moves all of them, so it is done seldom */

void live_init(struct live *l)
{
    *l = (struct live){ .rec = recording_new() };
    l->rec->origin = mem_dup("this machine");
    snprintf(l->verdict.text, sizeof l->verdict.text, "learning what is usual");
    l->verdict.level = VERDICT_UNKNOWN;
}

void live_done(struct live *l)
{
    report_free(l->report);
    recording_free(l->rec);
    proctab_done(&l->before);
    mem_free(l->procs);
    mem_free(l->use);
    *l = (struct live){ 0 };
}

static size_t live_most(const struct recording *r)
{
    size_t most = (size_t)(LIVE_BYTES / (8.0 * (r->n_cols + 1)));
    return most < LIVE_SLACK ? LIVE_SLACK : most > LIVE_TICKS ? LIVE_TICKS : most;
}

static void live_forget(struct live *l)
{
    size_t most = live_most(l->rec);
    if (l->rec->n <= most + LIVE_SLACK)
        return;
    size_t n = l->rec->n - most;
    recording_forget(l->rec, n);
    l->shown = l->shown > n ? l->shown - n : 1;
}

/* What did it do, as far as one table tells? */
static void live_first(struct proc_use *use, const struct proctab *now)
{
    for (size_t i = 0; i < now->n; i++) {
        const struct proc *p = &now->p[i];
        use[i] = (struct proc_use){ .pid = p->pid,
                                    .ppid = p->ppid,
                                    .cpu_percent = NAN,
                                    .children_percent = NAN,
                                    .rss_bytes = p->rss_bytes,
                                    .rss_growth_bytes = NAN,
                                    .read_rate = NAN,
                                    .write_rate = NAN };
        memcpy(use[i].name, p->name, sizeof p->name);
    }
}

static void live_remember(struct proctab *to, const struct proctab *from)
{
    to->n = 0;
    for (size_t i = 0; i < from->n; i++)
        *proctab_add(to) = from->p[i];
    to->mono_ns = from->mono_ns;
}

static void live_procs_room(struct live *l, size_t n)
{
    if (n > l->cap_procs) {
        l->cap_procs = n + 64;
        l->procs = mem_resize(l->procs, l->cap_procs * sizeof *l->procs);
    }
}

static void live_show_procs(struct live *l, const struct proctab *now)
{
    live_procs_room(l, now->n);
    for (size_t i = 0; i < now->n; i++)
        l->procs[i] = (struct live_proc){ .p = now->p[i], .use = l->use[i] };
    l->n_procs = now->n;
}

void live_take_procs(struct live *l, const struct proctab *now)
{
    if (now->n == 0 || now->mono_ns <= l->before.mono_ns)
        return;
    if (now->n + now->ended > l->cap_use) {
        l->cap_use = now->n + now->ended + 64;
        l->use = mem_resize(l->use, l->cap_use * sizeof *l->use);
    }
    if (l->before.n)
        proctab_use(&l->before, now, l->use);
    else
        live_first(l->use, now);
    if (!l->held)
        live_show_procs(l, now);
    live_remember(&l->before, now);
}

static int live_by_pid(const void *a, const void *b)
{
    int32_t x = ((const struct live_proc *)a)->p.pid, y = ((const struct live_proc *)b)->p.pid;
    return (x > y) - (x < y);
}

void live_take_uses(struct live *l, const struct proc_use *use, size_t n)
{
    if (l->held)
        return;
    live_procs_room(l, n);
    l->n_procs = 0;
    for (size_t i = 0; i < n; i++) {
        if (use[i].ended)
            continue;
        struct live_proc *to = &l->procs[l->n_procs++];
        *to = (struct live_proc){ .use = use[i], .p = {
            .pid = use[i].pid, .ppid = use[i].ppid, .rss_bytes = use[i].rss_bytes, .cpu_s = NAN,
            .children_cpu_s = NAN, .read_bytes = NAN, .write_bytes = NAN, .threads = NAN, .gpu_bytes = NAN } };
        memcpy(to->p.name, use[i].name, sizeof to->p.name);
    }
    if (l->n_procs)
        qsort(l->procs, l->n_procs, sizeof *l->procs, live_by_pid);
}

/* Which areas have something that is so now, not only some minutes ago? */
static void live_note_alerts(struct live *l)
{
    const struct report *r = l->report;
    memset(l->alert, 0, sizeof l->alert);
    for (size_t i = 0; i < r->n_anomalies; i++)
        l->alert[r->anomalies[i].area] |= r->anomalies[i].end + 1 >= r->rec->n;
    for (size_t i = 0; i < r->n_insights; i++)
        l->alert[r->insights[i].area] |= r->insights[i].severity >= SEVERITY_WARNING &&
                                         r->insights[i].until_ms == 0;
}

void live_judge(struct live *l)
{
    int64_t start = os_mono_ns();
    report_free(l->report);
    l->report = analyze_verdict(l->rec,
                                &(struct analyze_options){ .method = "shift", .budget_per_day = l->budget_per_day });
    l->verdict = report_judge(l->report);
    if (l->verdict.level == VERDICT_UNKNOWN) {
        char span[32];
        snprintf(l->verdict.text, sizeof l->verdict.text, "learning what is usual, %s",
                 text_span(report_length_s(l->rec), span, sizeof span));
    }
    live_note_alerts(l);
    l->judge_s = (double)(os_mono_ns() - start) * 1e-9;
}

static void live_note_missing(struct live *l, const struct feed *f)
{
    size_t used = 0;
    l->missing[0] = '\0';
    for (int i = 0; i < f->n_sources && used < sizeof l->missing; i++)
        if (f->sources[i].state != SOURCE_OK)
            used += (size_t)snprintf(l->missing + used, sizeof l->missing - used, "%s%s",
                                     used ? ", " : "", f->sources[i].adapter->name);
}

/* The sampler calls every tick missed that was left out because a person asked for fewer. */
static void live_drop_gaps(const struct live *l, size_t from)
{
    struct recording *r = l->rec;
    size_t kept = from;
    for (size_t i = from; i < r->n_events; i++)
        if (r->events[i].kind != EVENT_GAP ||
            r->events[i].end_ms - r->events[i].wall_ms > l->gap_ms)
            r->events[kept++] = r->events[i];
    r->n_events = kept;
}

int live_take(struct live *l, const struct feed *f, const struct moment *m)
{
    size_t events = l->rec->n_events;
    int rc = recording_take(l->rec, f, m);
    if (rc < 0)
        return rc;
    live_drop_gaps(l, events);
    live_forget(l);
    if (m->n_procs && !(f->live && m->table.n))
        live_take_uses(l, m->procs, m->n_procs);
    else
        live_take_procs(l, &m->table);
    if (!l->held)
        l->shown = l->rec->n;
    if (f->behind)
        return 0;
    if (m->frame.mono_ns >= l->judge_ns || l->verdict.level == VERDICT_UNKNOWN) {
        live_judge(l);
        live_note_missing(l, f);
        l->judge_ns = m->frame.mono_ns + (int64_t)(1e9 * fmax(LIVE_JUDGE_S, l->judge_s / LIVE_SHARE));
    }
    return 0;
}

void live_hold(struct live *l, bool held)
{
    l->held = held;
    if (!held)
        l->shown = l->rec->n;
}

double live_value(const struct live *l, int slot)
{
    const double *col = recording_col(l->rec, slot);
    return col && l->shown ? col[l->shown - 1] : NAN;
}

double live_find(const struct live *l, const char *name, const char *inst)
{
    return live_value(l, schema_find(l->rec->schema, name, inst));
}

const double *live_series(const struct live *l, int slot, size_t *n)
{
    *n = l->shown;
    return recording_col(l->rec, slot);
}

double live_span(const struct live *l, size_t n)
{
    if (n > l->shown)
        n = l->shown;
    return n < 2 ? 0 :
                   (double)(l->rec->mono_ns[l->shown - 1] - l->rec->mono_ns[l->shown - n]) * 1e-9;
}

int64_t live_wall_ms(const struct live *l)
{
    return l->shown ? l->rec->wall_ms[l->shown - 1] : 0;
}
