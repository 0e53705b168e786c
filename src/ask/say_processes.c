/* say_processes.c - which processes used the most of something at a time, and what one of them used. */
#include "ask/say.h"

#include "base/mem.h"
#include "base/text.h"
#include "look/instant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is held against what: all processes of a name count as one. */
struct program {
    char name[PROC_NAME_MAX];
    int32_t pid;   /* of the one with most */
    double most, amount;
    int n;
};

enum measure { BY_CPU, BY_MEMORY, BY_DISK, BY_GPU, MEASURES };

static const struct { const char *of; enum unit unit; const char *behind; } measures[MEASURES] = {
    [BY_CPU] = { "cpu", UNIT_PERCENT, " of a core" }, [BY_MEMORY] = { "memory", UNIT_BYTE, " of memory" },
    [BY_DISK] = { "disk", UNIT_BYTE_PER_S, " read and written" }, [BY_GPU] = { "gpu", UNIT_BYTE, " of graphics memory" },
};

static double known(double v)
{
    return isnan(v) ? 0 : v;
}

/* NaN: not known. */
static double program_amount(const struct instant_proc *p, enum measure m)
{
    switch (m) {
    case BY_MEMORY: return p->p.rss_bytes;
    case BY_DISK: return isnan(p->use.read_rate) ? p->use.write_rate : p->use.read_rate + known(p->use.write_rate);
    case BY_GPU: return p->p.gpu_bytes;
    default: return p->use.cpu_percent;
    }
}

static bool programs_are_known(const struct instant_procs *all, enum measure m)
{
    for (size_t i = 0; i < all->n; i++)
        if (!isnan(program_amount(&all->p[i], m)))
            return true;
    return false;
}

static int program_order(const void *a, const void *b)
{
    const struct program *x = a, *y = b;
    return x->amount != y->amount ? (x->amount < y->amount) - (x->amount > y->amount) : strcmp(x->name, y->name);
}

/* By name, the most first; the caller's. */
static struct program *programs_of(const struct instant_procs *all, enum measure m, size_t *n)
{
    struct program *list = mem_new((all->n + 1) * sizeof *list);
    *n = 0;
    for (size_t i = 0; i < all->n; i++) {
        double v = known(program_amount(&all->p[i], m));
        size_t k = 0;
        while (k < *n && strncmp(list[k].name, all->p[i].p.name, sizeof list[k].name) != 0)
            k++;
        if (k == *n) {
            list[k] = (struct program){ .pid = all->p[i].p.pid };
            text_copy(list[k].name, sizeof list[k].name, all->p[i].p.name);
            (*n)++;
        }
        list[k].amount += v;
        list[k].n++;
        if (v > list[k].most) {
            list[k].most = v;
            list[k].pid = all->p[i].p.pid;
        }
    }
    qsort(list, *n, sizeof *list, program_order);
    return list;
}

/* By what processes are told apart for a subject; -1: they are not, for that. */
static int measure_of(const struct subject *u)
{
    static const struct { const char *begins; int measure; } rows[] = {
        { "memory", BY_MEMORY }, { "swap", BY_MEMORY }, { "disk.temperature", BY_CPU }, { "disk", BY_DISK }, { "space", -1 },
        { "gpu.memory", BY_GPU }, { "gpu", BY_GPU }, { "network", -1 }, { "download", -1 }, { "upload", -1 },
        { "connections", -1 }, { "battery.wear", -1 },
    };
    for (size_t i = 0; u && u->topic && i < sizeof rows / sizeof *rows; i++)
        if (strncmp(u->topic->key, rows[i].begins, strlen(rows[i].begins)) == 0)
            return rows[i].measure;
    return u && strncmp(u->globs, "memory.", 7) == 0 ? BY_MEMORY : u && strncmp(u->globs, "disk.", 5) == 0 ? BY_DISK :
           u && strncmp(u->globs, "net.", 4) == 0 ? -1 : BY_CPU;
}

static void program_say(struct asked *q, const struct program *p, enum measure m, int64_t at_ms)
{
    struct answer *a = q->out;
    char label[64];
    snprintf(label, sizeof label, "%s (pid %d)", p->name, (int)p->pid);
    if (p->n > 1) {
        answer_say(a, "%s (", p->name);
        answer_count(a, "processes of that name", p->n, "process");
        answer_say(a, "), ");
    } else {
        answer_say(a, "%s, ", label);
    }
    answer_amount(a, label, p->amount, measures[m].unit, NULL, at_ms);
    answer_say(a, "%s%s", measures[m].behind, p->n > 1 && m == BY_MEMORY ? ", what they share counted for each" : "");
}

/* Of so much or more, the most first. */
static int programs_say(struct asked *q, const struct instant_procs *all, enum measure m, double least, int most)
{
    size_t n, enough = 0;
    int said = 0;
    struct program *list = programs_of(all, m, &n);
    while (enough < n && list[enough].amount > 0 && list[enough].amount >= least)
        enough++;
    if (least > 0 && enough) {
        answer_count(q->out, "programs", (double)enough, "program");
        answer_say(q->out, enough > (size_t)most ? ", first of all " : ": ");
    }
    for (size_t i = 0; i < enough && said < most; i++) {
        if (said)
            answer_say(q->out, "; ");
        program_say(q, &list[i], m, all->wall_ms);
        said++;
    }
    mem_free(list);
    return said;
}

bool say_top(struct asked *q, const struct subject *u, int64_t at_ms, const char *lead, int most)
{
    struct instant_procs all;
    int m = measure_of(u);
    /* up to the end of the second: an instant is not on its beginning */
    if (m < 0 || instant_procs(q->look, NULL, at_ms + 999, &all) < 0)
        return false;
    size_t before = q->out->text.n;
    answer_say(q->out, "%s", lead);
    int said = programs_say(q, &all, (enum measure)m, 0, most);
    if (said) {
        answer_say(q->out, ".");
    } else {
        answer_unsay(q->out, before);
    }
    instant_done(&all);
    return said > 0;
}

/* When to look: at a moment itself, in a period where the subject was highest. */
static int64_t processes_when(struct asked *q, const struct subject *u, const struct span *s)
{
    struct figure f[FIGURES_MAX];
    if (s->kind != SPAN_RANGE)
        return s->to_ms;
    if (!figures_read(q, u, s, true, f))
        return s->to_ms;
    figures_refine(q, f, true);
    return f->max_ms + (int64_t)(q->interval_s * 1000);
}

static void processes_none(struct asked *q, const struct subject *u, const struct span *s)
{
    struct answer *a = q->out;
    a->status = ANSWER_NO_DATA;
    if (words_find(&q->m.words, 0, "file") >= 0)
        answer_say(a, "Single files and folders are not recorded: what reads and writes to disks is, by process.");
    else if (u->topic && strncmp(u->topic->key, "space", 5) == 0)
        answer_say(a,
                   "Which process holds how much of a file system is not recorded: only what it reads and writes is.");
    else
        answer_say(a, "What single processes send and receive is not recorded: the system does not tell.");
    say_within(q, s);
    answer_suggest(a, "what is writing to the disk?");
    answer_suggest(a, "what is using the cpu?");
}

/* "the most cpu was used by a, 41 %; b, 40 %.", or who used at least the amount that was asked about. */
static void processes_tell(struct asked *q, const struct instant_procs *all, enum measure m)
{
    enum { SHOWN = 3, SHOWN_OF_AMOUNT = 8 };
    struct answer *a = q->out;
    if (q->m.has_amount && !q->m.below && q->m.unit == measures[m].unit) {
        answer_say(a, " ");
        answer_amount(a, "amount asked about", q->m.amount, q->m.unit, NULL, 0);
        answer_say(a, "%s or more was used by ", measures[m].behind);
        if (programs_say(q, all, m, q->m.amount, SHOWN_OF_AMOUNT)) {
            answer_say(a, ".");
            return;
        }
        answer_say(a, "no process;");
    }
    answer_say(a, " the most %s was used by ", measures[m].of);
    if (programs_say(q, all, m, 0, q->m.most ? q->m.most : SHOWN)) {
        answer_say(a, ".");
        return;
    }
    answer_unsay(a, 0);
    if (programs_are_known(all, m)) {
        answer_say(a, "No process used any of it then.");
        return;
    }
    a->status = ANSWER_NO_DATA;
    answer_say(a, "How much each process used then is not known: it takes two looks at them, and the right to see it.");
}

/* Of what: what was named, unless the amount is of something else: "which process uses more than 1 GB". */
static struct subject processes_subject(struct asked *q)
{
    const struct subject *named = q->m.n_subjects ? &q->m.subject[0] : NULL;
    int m = measure_of(named);
    bool other = q->m.has_amount && m >= 0 && measures[m].unit != q->m.unit;
    if (named && !other)
        return *named;
    bool bytes = other && q->m.unit == UNIT_BYTE, flow = other && q->m.unit == UNIT_BYTE_PER_S;
    return say_topic(q, bytes ? "memory" : flow ? "disk" : "cpu");
}

void say_processes(struct asked *q)
{
    struct span s = say_span(q, 0);
    struct subject of = processes_subject(q);
    const struct subject *u = &of;
    struct answer *a = q->out;
    int m = measure_of(u);
    if (m < 0 || words_find(&q->m.words, 0, "file") >= 0) {
        processes_none(q, u, &s);
        return;
    }
    if (m == BY_GPU && subject_slot(u, &q->scope) < 0) {
        say_not_measured(q, u);
        return;
    }
    int64_t at = processes_when(q, u, &s);
    struct instant_procs all;
    if (instant_procs(q->look, NULL, at, &all) < 0) {
        say_not_recorded(q, &s);
        return;
    }
    if (s.kind == SPAN_NOW && !say_is_stale(q)) {
        answer_say(a, q->w->replay ? "At the end" : "Now");
    } else {
        answer_say(a, s.kind == SPAN_RANGE ? "When it was highest, at " : "At ");
        say_time(q, all.wall_ms);
    }
    processes_tell(q, &all, (enum measure)m);
    instant_done(&all);
    say_within(q, &s);
    buf_printf(&a->link, "#/processes?at=%lld", (long long)at);
    answer_suggest(a, "why?");
    answer_suggest(a, "and the memory?");
}

/* ---- one process ---- */

struct one {
    int n;
    int32_t pid;
    double cpu, rss, rate;
    char name[PROC_NAME_MAX];
};

/* A person types the beginning, or the name as it is, or the pid; the system cuts names at 15 bytes. */
static bool one_is(const struct proc *p, const char *asked)
{
    size_t n = strlen(asked);
    if (!asked[strspn(asked, "0123456789")])
        return p->pid == atoi(asked);
    n = n > PROC_NAME_MAX - 1 ? PROC_NAME_MAX - 1 : n;
    return strncasecmp(p->name, asked, n) == 0 && (n >= 3 || !p->name[n]);
}

static struct one one_find(const struct instant_procs *all, const char *asked)
{
    struct one o = { 0 };
    double most = -1;
    for (size_t i = 0; i < all->n; i++) {
        const struct instant_proc *p = &all->p[i];
        if (!one_is(&p->p, asked))
            continue;
        o.n++;
        o.cpu += known(p->use.cpu_percent);
        o.rss += known(p->p.rss_bytes);
        o.rate += known(p->use.read_rate) + known(p->use.write_rate);
        if (known(p->p.rss_bytes) > most) {
            most = known(p->p.rss_bytes);
            o.pid = p->p.pid;
            text_copy(o.name, sizeof o.name, p->p.name);
        }
    }
    return o;
}

static void one_say(struct asked *q, const struct one *o, int64_t at_ms)
{
    struct answer *a = q->out;
    char label[64];
    if (o->n > 1) {
        answer_say(a, "%s (", o->name);
        answer_count(a, "processes of that name", o->n, "process");
        answer_say(a, ")");
    } else {
        answer_say(a, "%s (pid %d)", o->name, (int)o->pid);
    }
    snprintf(label, sizeof label, "%s (pid %d)", o->name, (int)o->pid);
    answer_say(a, " used ");
    answer_amount(a, label, o->cpu, UNIT_PERCENT, NULL, at_ms);
    answer_say(a, " of a core and ");
    answer_amount(a, label, o->rss, UNIT_BYTE, NULL, at_ms);
    answer_say(a, " of memory, and read and wrote ");
    answer_amount(a, label, o->rate, UNIT_BYTE_PER_S, NULL, at_ms);
    answer_say(a, ", at ");
    say_time(q, at_ms);
    answer_say(a, ".");
}

bool say_knows_process(struct asked *q, const char *name)
{
    struct span s = say_span(q, 0);
    struct instant_procs all;
    if (instant_procs(q->look, NULL, s.to_ms, &all) < 0)
        return false;
    struct one o = one_find(&all, name);
    instant_done(&all);
    return o.n > 0;
}

void say_process(struct asked *q)
{
    struct span s = say_span(q, 0);
    struct subject cpu = say_topic(q, "cpu");
    const struct subject *u = q->m.n_subjects ? &q->m.subject[0] : &cpu;
    struct instant_procs all;
    if (measure_of(u) < 0) {
        processes_none(q, u, &s);
        return;
    }
    int64_t at = processes_when(q, u, &s);
    if (instant_procs(q->look, NULL, at, &all) < 0) {
        say_not_recorded(q, &s);
        return;
    }
    struct one o = one_find(&all, q->m.process);
    if (o.n) {
        one_say(q, &o, all.wall_ms);
    } else {
        q->out->status = ANSWER_NO_DATA;
        answer_say(q->out, "No process called %s is known at ", q->m.process);
        say_time(q, all.wall_ms);
        answer_say(q->out, ".");
        size_t said = q->out->text.n;
        answer_say(q->out, " The busiest then: ");
        if (programs_say(q, &all, BY_CPU, 0, 3))
            answer_say(q->out, ".");
        else
            answer_unsay(q->out, said);
        if (say_episodes_of(q, q->m.process))
            q->out->status = ANSWER_ANSWERED;
    }
    instant_done(&all);
    say_within(q, &s);
    buf_printf(&q->out->link, "#/processes?at=%lld", (long long)at);
    answer_suggest(q->out, "what used the most memory?");
}
