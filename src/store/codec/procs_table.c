/*
 * procs_table.c - whole tables of processes.
 *
 * Most of a minute's processes did nothing since the table before: one likely bit each. The others are told
 * by their growth, those who came by what differs from one of the same name among the last that were told.
 * Encoder and decoder are one code (store/codec/range.h). docs/FORMAT.md has the bytes.
 */
#include "base/mem.h"
#include "store/codec/procs.h"
#include "store/codec/procs_model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 256 /* of those told last, where one of the same name is looked for */

enum { START, CPU, CHILDREN, RSS, READ, WRITE, THREADS, GPU, FIELDS };

static const double per_unit[FIELDS] = { 100, 100, 100, 1 / 4096., 1 / 512., 1 / 512., 1, 1 / 4096. };

/* Running, sleeping, a sleeping thread of the kernel, another. */
enum { RUNS, SLEEPS, IDLES, OTHER, STATES };

enum relation { STAYS, ALIKE, STRANGE, RELATIONS };

struct row {
    int32_t pid, ppid;
    uint8_t state;
    uint8_t unknown;        /* a bit for each field that is NaN; its steps are 0 */
    char name[PROC_NAME_MAX];
    int64_t steps[FIELDS];
};

struct table_model {
    struct bit there[2], there_by_state[STATES], rests[9], rests_by_state[STATES], alike[2][2],
        same_state[RELATIONS][STATES], same_state_by_cpu[9], state[256], state_after[STATES][256],
        same_ppid[RELATIONS], same_ppid_of[STATES], same_name[RELATIONS], same_name_of[STATES],
        same_unknown[RELATIONS], same_unknown_of[STATES], unknown[1 << FIELDS], unknown_by[RELATIONS][1 << FIELDS];
    struct number head, place, pid, ppid, field[FIELDS];
    struct naming naming;
};

struct table {
    struct coder c;
    struct table_model m;
    struct row *before, *given, *told; /* the table before; that to encode; rows in the order of telling */
    size_t n_before, n_given, n_told;
};

/* ---- steps ---- */

static struct row table_row(const struct proc *p)
{
    const double v[FIELDS] = { p->start_s, p->cpu_s, p->children_cpu_s, p->rss_bytes, p->read_bytes, p->write_bytes,
                               p->threads, p->gpu_bytes };
    struct row r = { .pid = p->pid, .ppid = p->ppid, .state = (uint8_t)p->state };
    for (int i = 0; i < FIELDS; i++) {
        r.unknown |= (uint8_t)(isnan(v[i]) << i);
        r.steps[i] = steps_of(v[i], per_unit[i]);
    }
    memcpy(r.name, p->name, strnlen(p->name, PROC_NAME_MAX - 1));
    return r;
}

static struct proc table_proc(const struct row *r)
{
    double v[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        v[i] = r->unknown >> i & 1 ? NAN : (double)r->steps[i] / per_unit[i];
    struct proc p = { .pid = r->pid, .ppid = r->ppid, .state = (char)r->state, .start_s = v[START], .cpu_s = v[CPU],
                      .children_cpu_s = v[CHILDREN], .rss_bytes = v[RSS], .read_bytes = v[READ],
                      .write_bytes = v[WRITE], .threads = v[THREADS], .gpu_bytes = v[GPU] };
    memcpy(p.name, r->name, sizeof p.name);
    return p;
}

/* ---- one row ---- */

static struct table *table_new(void)
{
    struct table *t = mem_try(sizeof *t);
    if (t)
        model_forget(&t->m, sizeof t->m);
    return t;
}

static int table_state(const struct row *r)
{
    return r->state == 'R' ? RUNS : r->state == 'S' ? SLEEPS : r->state == 'I' ? IDLES : OTHER;
}

/* Steps as one of nine classes, by how many bits they have. */
static int table_class(int64_t steps)
{
    int size = number_size(steps);
    return size < 16 ? (size + 1) / 2 : 8;
}

static int table_pid(struct table *t, struct number *m, enum relation how, int32_t expected, int32_t *v)
{
    int64_t got, more = number_code(&t->c, m, 0, how, (int64_t)*v - expected);
    if (!steps_sum(expected, more, &got) || got < INT32_MIN || got > INT32_MAX)
        return -EBADMSG;
    *v = (int32_t)got;
    return 0;
}

static int table_amounts(struct table *t, const struct row *old, enum relation how, struct row *r)
{
    struct table_model *m = &t->m;
    bool same = coder_bit(&t->c, &m->same_unknown[how], &m->same_unknown_of[table_state(old)],
                          r->unknown == old->unknown);
    if (same)
        r->unknown = old->unknown;
    else
        r->unknown = (uint8_t)tree_code(&t->c, m->unknown, m->unknown_by[how], FIELDS, r->unknown);
    int beside = 9 + table_state(r);
    for (int i = how == STAYS ? CPU : START; i < FIELDS; i++) {
        if (r->unknown >> i & 1) {
            r->steps[i] = 0;
            continue;
        }
        int context = how == STAYS ? table_class(old->steps[i]) : 9 + (int)how;
        int64_t more = number_code(&t->c, &m->field[i], context, beside, r->steps[i] - old->steps[i]);
        if (!steps_sum(old->steps[i], more, &r->steps[i]))
            return -EBADMSG;
        if (i != START)
            beside = table_class(more);
    }
    return 0;
}

/* What differs from the row that it is told by. */
static int table_code_row(struct table *t, const struct row *old, enum relation how, struct row *r)
{
    struct table_model *m = &t->m;
    int of = table_state(old);
    bool same = coder_bit(&t->c, &m->same_state[how][of], &m->same_state_by_cpu[table_class(old->steps[CPU])],
                          r->state == old->state);
    r->state = same ? old->state : (uint8_t)tree_code(&t->c, m->state, m->state_after[of], 8, r->state);
    if (coder_bit(&t->c, &m->same_ppid[how], &m->same_ppid_of[of], r->ppid == old->ppid))
        r->ppid = old->ppid;
    else if (table_pid(t, &m->ppid, how, r->pid, &r->ppid) < 0)
        return -EBADMSG;
    same = memcmp(r->name, old->name, sizeof r->name) == 0;
    if (how != STRANGE && coder_bit(&t->c, &m->same_name[how], &m->same_name_of[of], same))
        memcpy(r->name, old->name, sizeof r->name);
    else
        naming_code(&t->c, &m->naming, r->name);
    return table_amounts(t, old, how, r);
}

static bool table_equal(const struct row *a, const struct row *b)
{
    return a->pid == b->pid && a->ppid == b->ppid && a->state == b->state && a->unknown == b->unknown &&
           memcmp(a->name, b->name, sizeof a->name) == 0 && memcmp(a->steps, b->steps, sizeof a->steps) == 0;
}

/* ---- who stays, who came ---- */

/* Moves those that are given and not told to the front of given[]: `came` of them so far, from `at` on. */
static size_t table_skip(struct table *t, size_t came, size_t *at, int64_t below_pid)
{
    while (*at < t->n_given && t->given[*at].pid < below_pid)
        t->given[came++] = t->given[(*at)++];
    return came;
}

/* Those of the table before, there or not; how many are given beside them. */
static int64_t table_code_stays(struct table *t)
{
    size_t at = 0, came = 0;
    bool there = true;
    for (size_t i = 0; i < t->n_before; i++) {
        const struct row *old = &t->before[i];
        came = table_skip(t, came, &at, old->pid);
        const struct row *next = at < t->n_given ? &t->given[at] : NULL;
        bool same = next && next->pid == old->pid && next->steps[START] == old->steps[START];
        there = coder_bit(&t->c, &t->m.there[there], &t->m.there_by_state[table_state(old)], same);
        if (!there)
            continue;
        struct row r = t->c.decodes ? *old : t->given[at++];
        struct bit *rests = &t->m.rests[table_class(old->steps[CPU])];
        struct bit *by_state = &t->m.rests_by_state[table_state(old)];
        if (!coder_bit(&t->c, rests, by_state, table_equal(old, &r)) && table_code_row(t, old, STAYS, &r) < 0)
            return -EBADMSG;
        t->told[t->n_told++] = r;
    }
    return (int64_t)table_skip(t, came, &at, INT64_MAX);
}

/* How far back one of the name was told; 0 when none of the window has it. */
static size_t table_find_name(const struct table *t, const char *name)
{
    for (size_t back = 1; back <= t->n_told && back <= WINDOW; back++)
        if (memcmp(t->told[t->n_told - back].name, name, PROC_NAME_MAX) == 0)
            return back;
    return 0;
}

static int table_code_came(struct table *t, struct row *last, struct row *r)
{
    size_t back = t->c.decodes ? 0 : table_find_name(t, r->name);
    struct row like = { .unknown = last->unknown, .ppid = last->ppid, .state = last->state };
    bool some = t->n_told > 0, alike = coder_bit(&t->c, &t->m.alike[0][some], &t->m.alike[1][some], back > 0);
    if (alike) {
        int64_t place = number_code(&t->c, &t->m.place, 0, 0, (int64_t)back);
        if (place < 1 || place > WINDOW || (size_t)place > t->n_told)
            return -EBADMSG;
        like = t->told[t->n_told - (size_t)place];
    }
    like.steps[START] = last->steps[START]; /* numbers are mostly given in the order of time */
    enum relation how = alike ? ALIKE : STRANGE;
    if (table_pid(t, &t->m.pid, how, last->pid, &r->pid) < 0 || table_code_row(t, &like, how, r) < 0)
        return -EBADMSG;
    t->told[t->n_told++] = *last = *r;
    return 0;
}

static int table_code(struct table *t)
{
    t->told = mem_try(t->n_before * sizeof *t->told);
    int64_t came = t->told ? table_code_stays(t) : -ENOMEM;
    if (came < 0)
        return (int)came;
    came = number_code(&t->c, &t->m.head, 1, 1, came);
    if (came < 0 || came > PROCTAB_MAX_ROWS - (int64_t)t->n_told)
        return -EBADMSG;
    struct row *told = mem_try_resize(t->told, (t->n_told + (size_t)came) * sizeof *told);
    if (!told)
        return -ENOMEM;
    t->told = told;
    struct row last = { 0 };
    for (int64_t i = 0; i < came; i++) {
        struct row r = { 0 };
        if (!t->c.decodes)
            r = t->given[i];
        if (table_code_came(t, &last, &r) < 0)
            return -EBADMSG;
    }
    return 0;
}

/* ---- all of it ---- */

static void table_free(struct table *t)
{
    if (t) {
        mem_free(t->before);
        mem_free(t->given);
        mem_free(t->told);
    }
    mem_free(t);
}

static struct row *table_rows(const struct proctab *of)
{
    struct row *r = mem_try(of->n * sizeof *r);
    for (size_t i = 0; r && i < of->n; i++)
        r[i] = table_row(&of->p[i]);
    return r;
}

/* With the tables that are there before it begins; NULL when memory is short. */
static struct table *table_start(const struct proctab *before, const struct proctab *now)
{
    static const struct proctab none;
    struct table *t = table_new();
    if (!t)
        return NULL;
    before = before ? before : &none;
    now = now ? now : &none;
    t->n_before = before->n;
    t->n_given = now->n;
    t->before = table_rows(before);
    t->given = table_rows(now);
    if (t->before && t->given)
        return t;
    table_free(t);
    return NULL;
}

int proctab_encode(struct buf *out, const struct proctab *before, const struct proctab *now)
{
    if (now->n > PROCTAB_MAX_ROWS)
        return -E2BIG;
    for (size_t room = 4096 + 16 * now->n;; room *= 2) {
        struct table *t = table_start(before, now);
        if (!t || buf_reserve(out, room) < 0) {
            table_free(t);
            return -ENOMEM;
        }
        t->c.range = range_encoder((uint8_t *)out->p + out->n, room);
        number_code(&t->c, &t->m.head, 0, 0, now->mono_ns - (before ? before->mono_ns : 0));
        int rc = table_code(t);
        size_t n = rc < 0 ? 0 : range_finish(&t->c.range);
        table_free(t);
        out->n += n;
        out->p[out->n] = '\0';
        if (rc < 0 || n)
            return rc;
    }
}

static int table_by_pid(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Rows that were told become a table; no pid may stand in it twice. */
static int table_finish(struct table *t, struct proctab *now)
{
    qsort(t->told, t->n_told, sizeof *t->told, table_by_pid);
    for (size_t i = 1; i < t->n_told; i++)
        if (t->told[i - 1].pid == t->told[i].pid)
            return -EBADMSG;
    if (t->n_told > now->cap) {
        struct proc *p = mem_try_resize(now->p, t->n_told * sizeof *p);
        if (!p)
            return -ENOMEM;
        now->p = p;
        now->cap = t->n_told;
    }
    for (size_t i = 0; i < t->n_told; i++)
        now->p[i] = table_proc(&t->told[i]);
    now->n = t->n_told;
    now->ended = 0;
    return 0;
}

int proctab_decode(const void *bytes, size_t n, const struct proctab *before, struct proctab *now)
{
    struct table *t = table_start(before, NULL);
    if (!t)
        return -ENOMEM;
    t->c = (struct coder){ range_decoder(bytes, n), true };
    int64_t mono_ns = before ? before->mono_ns : 0, more = number_code(&t->c, &t->m.head, 0, 0, 0);
    int rc = __builtin_add_overflow(mono_ns, more, &mono_ns) ? -EBADMSG : table_code(t);
    if (rc == 0)
        rc = table_finish(t, now);
    if (rc == 0)
        now->mono_ns = mono_ns;
    table_free(t);
    return rc;
}
