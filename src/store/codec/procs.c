/*
 * procs.c - the busiest processes of every tick, keyed by pid.
 *
 * Most of those who stand in a tick stood in the one before: for each of them one likely bit says so, and
 * their amounts are told by how much they differ. Whoever was seen earlier in the block returns by his
 * place in a list, last seen first; a stranger by that of the last one of his name, and by all that he did.
 * Probabilities are shared by all processes, so that they are learnt within a few ticks. A tick of its own
 * is coded the same way. Encoder and decoder are one code (store/codec/range.h). docs/FORMAT.md has the bytes.
 */
#include "store/codec/procs.h"

#include "base/mem.h"
#include "store/codec/procs_model.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MAX (2 * PROCS_MAX_KEPT) /* those of the tick before, and as many of before */

enum { CPU, CHILDREN, RSS, GROWTH, READ, WRITE, FIELDS };

/* How a row is known: from the tick before, from earlier, like another of its name, not at all. */
enum relation { STAYS, RETURNS, ALIKE, STRANGE, RELATIONS };

struct row {
    int32_t pid, ppid;
    char name[PROC_NAME_MAX];
    uint32_t ended;
    bool is_new;
    uint8_t unknown;            /* a bit for each field that is NaN; its steps are 0 */
    int64_t steps[FIELDS];
};

struct known {
    struct row row;             /* as it was seen last */
    int64_t usual[FIELDS];      /* where it is not at rest: CPU, a running mean; others, the last that was not 0 */
    uint8_t rested[FIELDS];     /* a bit for each of the last three times: was it 0? */
    uint8_t size[FIELDS];       /* of what its amounts differed by from what was expected */
    uint8_t age;                /* ticks that it was seen in a row: up to 3 */
};

struct procs_model {
    struct bit stays[2][4], stays_by_cpu[9], returns[1 + RELATIONS], alike[1 + RELATIONS], ended[3], ended_after[2],
        same_ppid[2], same_ppid_of[2], is_new[RELATIONS][2], is_new_after[2], same_unknown[RELATIONS],
        same_unknown_of[2], unknown[1 << FIELDS], unknown_by[RELATIONS][1 << FIELDS],
        rests[FIELDS][RELATIONS][8], rests_by[FIELDS][16];
    struct number count, place, pid, ppid, others, more[FIELDS], whole[FIELDS];
    struct naming naming;
};

struct procs {
    struct coder c;
    struct procs_model m;
    struct row last;            /* told before, */
    enum relation last_how;     /* and how */
    int n_known, present;
    uint16_t order[KNOWN_MAX];  /* places in known[]: `present` of the tick before, then the others, last seen first */
    struct known known[KNOWN_MAX];
    struct row rows[PROCS_MAX_KEPT]; /* of one tick */
};

/* ---- steps ---- */

static struct row procs_row(const struct proc_use *u)
{
    const double v[FIELDS] = { u->cpu_percent, u->children_percent, u->rss_bytes, u->rss_growth_bytes,
                               u->read_rate, u->write_rate };
    struct row r = { .pid = u->pid, .ppid = u->ppid, .ended = u->ended, .is_new = u->is_new };
    for (int i = 0; i < FIELDS; i++)
        if (isnan(v[i]))
            r.unknown |= (uint8_t)(1 << i);
        else
            r.steps[i] = i >= READ ? rate_steps(v[i]) : steps_of(v[i], i >= RSS ? 1 / 4096. : 100);
    memcpy(r.name, u->name, strnlen(u->name, PROC_NAME_MAX - 1));
    return r;
}

static struct proc_use procs_use(const struct row *r)
{
    double v[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        v[i] = r->unknown >> i & 1 ? NAN : i >= READ ? rate_of_steps(r->steps[i])
               : i >= RSS ? (double)r->steps[i] * 4096 : (double)r->steps[i] / 100;
    struct proc_use u = { .pid = r->pid, .ppid = r->ppid, .ended = r->ended, .is_new = r->is_new,
                          .cpu_percent = v[CPU], .children_percent = v[CHILDREN], .rss_bytes = v[RSS],
                          .rss_growth_bytes = v[GROWTH], .read_rate = v[READ], .write_rate = v[WRITE] };
    memcpy(u.name, r->name, sizeof u.name);
    return u;
}

void procs_round(struct proc_use *u)
{
    struct row r = procs_row(u);
    *u = procs_use(&r);
}

/* ---- one row ---- */

static struct procs *procs_new(void)
{
    struct procs *p = mem_try(sizeof *p);
    if (p)
        model_forget(&p->m, sizeof p->m);
    return p;
}

/* A number that is told by how much it differs from what is expected. */
static int procs_pid(struct procs *p, struct number *m, bool ended, int32_t expected, int32_t *v)
{
    int64_t got, more = number_code(&p->c, m, ended, p->last_how, (int64_t)*v - expected);
    if (!steps_sum(expected, more, &got) || got < INT32_MIN || got > INT32_MAX)
        return -EBADMSG;
    *v = (int32_t)got;
    return 0;
}

/* A number of bits as one of nine classes. */
static int procs_class(int size)
{
    return size < 16 ? (size + 1) / 2 : 8;
}

/* Memory has grown by its difference, or by all of it; apart from that, those who are known do about what
 * they usually do, and of strangers nothing is expected. */
static int64_t procs_expected(const struct known *k, const struct row *r, enum relation how, int field)
{
    bool known = how <= RETURNS;
    if (field == GROWTH)
        return r->is_new || r->ended ? r->steps[RSS] : known ? r->steps[RSS] - k->row.steps[RSS] : 0;
    return !known ? 0 : field == RSS ? k->row.steps[RSS] : k->usual[field];
}

/* Codes an amount that is not at rest; `beside` is the other context: what is known of the row by now. */
static int procs_code_busy(struct procs *p, struct known *k, enum relation how, struct row *r,
                           int field, int beside)
{
    bool known = how <= RETURNS;
    struct number *m = known ? &p->m.more[field] : &p->m.whole[field];
    int context = how == RETURNS ? 9 : procs_class(known ? k->size[field] : number_size(k->usual[field]));
    int64_t expected = procs_expected(k, r, how, field), *steps = &r->steps[field];
    int64_t more = number_code(&p->c, m, context, beside, *steps - expected);
    if (!steps_sum(expected, more, steps) || (field >= READ && llabs(*steps) > RATE_STEPS_MAX))
        return -EBADMSG;
    k->size[field] = (uint8_t)number_size(more);
    k->usual[field] = field == CPU && known ? (3 * k->usual[field] + *steps) / 4 : *steps;
    return k->size[field];
}

static int procs_code_amount(struct procs *p, struct known *k, enum relation how, struct row *r,
                             int field, int beside)
{
    if (field == RSS || field == GROWTH)
        return procs_code_busy(p, k, how, r, field, beside);
    struct bit *rests = &p->m.rests[field][how][k->rested[field]];
    bool at_rest = coder_bit(&p->c, rests, &p->m.rests_by[field][beside], r->steps[field] == 0);
    k->rested[field] = (uint8_t)((k->rested[field] << 1 | at_rest) & 7);
    if (!at_rest)
        return procs_code_busy(p, k, how, r, field, beside);
    r->steps[field] = 0;
    return 0;
}

/* What is known of a stranger is its name: one of 16 contexts. */
static int procs_name_class(const char *name)
{
    uint32_t sum = 0;
    for (int i = 0; i < PROC_NAME_MAX; i++)
        sum = sum * 31 + (uint8_t)name[i];
    return (int)(sum % NUMBER_CONTEXTS);
}

static int procs_code_amounts(struct procs *p, struct known *k, enum relation how, struct row *r)
{
    const struct row *old = &k->row;
    struct procs_model *m = &p->m;
    bool same = coder_bit(&p->c, &m->same_unknown[how], &m->same_unknown_of[old->ended > 0],
                          r->unknown == old->unknown);
    if (same)
        r->unknown = old->unknown;
    else
        r->unknown = (uint8_t)tree_code(&p->c, m->unknown, m->unknown_by[how], FIELDS, r->unknown);
    int beside = how > RETURNS ? procs_name_class(r->name) : how == RETURNS ? 10 : 0;
    for (int i = 0; i < FIELDS; i++) {
        bool unknown = r->unknown >> i & 1;
        int size = unknown ? 0 : procs_code_amount(p, k, how, r, i, beside);
        if (size < 0)
            return size;
        if (unknown)
            r->steps[i] = 0;
        else if (how == STAYS)
            beside = 1 + procs_class(size);
    }
    return 0;
}

static int procs_code_row(struct procs *p, struct known *k, enum relation how, struct row *r)
{
    bool ended = k->row.ended;
    struct procs_model *m = &p->m;
    if (ended) {
        int64_t others = number_code(&p->c, &m->others, how, p->last.ended > 0, (int64_t)r->ended - 1);
        if (others < 0 || others >= UINT32_MAX || procs_pid(p, &m->pid, true, p->last.pid, &r->pid) < 0)
            return -EBADMSG;
        r->ended = (uint32_t)others + 1;
    }
    r->is_new = coder_bit(&p->c, &m->is_new[how][ended], &m->is_new_after[p->last.is_new], r->is_new);
    int rc = procs_code_amounts(p, k, how, r);
    k->row = *r;
    k->age = how != STAYS ? 0 : k->age < 3 ? k->age + 1 : 3;
    if (how != STAYS || ended)
        p->last = *r;
    p->last_how = how;
    return rc;
}

/* ---- who is there ---- */

/* Rows of those who ended are of one parent and name, whatever number stands for them. */
static bool procs_same(const struct row *a, const struct row *b)
{
    return a->ppid == b->ppid && !a->ended == !b->ended && (a->ended || a->pid == b->pid) &&
           memcmp(a->name, b->name, sizeof a->name) == 0;
}

/* Where the row stands in the list from a place on; n_known when it does not. */
static int procs_find(const struct procs *p, int from, const struct row *r)
{
    while (from < p->n_known && !procs_same(&p->known[p->order[from]].row, r))
        from++;
    return from;
}

static int procs_find_name(const struct procs *p, const char *name)
{
    int at = 0;
    while (at < p->n_known && memcmp(p->known[p->order[at]].row.name, name, PROC_NAME_MAX) != 0)
        at++;
    return at;
}

/* Puts the one at a place of the list in front. */
static void procs_to_front(struct procs *p, int at)
{
    uint16_t place = p->order[at];
    memmove(p->order + 1, p->order, (size_t)at * sizeof *p->order);
    p->order[0] = place;
}

/* The row of this tick, from one on, that is the same process; n when none is. */
static int procs_find_row(const struct procs *p, int from, int n, const struct row *like)
{
    for (int j = from; j < n; j++)
        if (procs_same(like, &p->rows[j]))
            return j;
    return n;
}

/* Those of the tick before who are there again, rows[0..n) of this one: how many. Those who are not follow
 * them in the list. */
static int procs_code_stays(struct procs *p, int n)
{
    uint16_t gone[PROCS_MAX_KEPT] = { 0 };
    int done = 0, left = 0;
    for (int i = 0; i < p->present; i++) {
        struct known *k = &p->known[p->order[i]];
        int j = p->c.decodes ? n : procs_find_row(p, done, n, &k->row);
        int cpu = procs_class(number_size(k->row.steps[CPU]));
        if (!coder_bit(&p->c, &p->m.stays[k->row.ended > 0][k->age], &p->m.stays_by_cpu[cpu], j < n)) {
            gone[left++] = p->order[i];
            continue;
        }
        struct row r = p->c.decodes ? k->row : p->rows[j];
        if (!p->c.decodes)
            p->rows[j] = p->rows[done];
        if (procs_code_row(p, k, STAYS, &r) < 0)
            return -EBADMSG;
        p->rows[done] = r;
        p->order[done++] = p->order[i];
    }
    memcpy(p->order + done, gone, (size_t)left * sizeof *gone);
    return done;
}

/* A stranger: of the name of another, perhaps, whose parent and amounts are expected of him too. */
static int procs_code_stranger(struct procs *p, struct row *r, struct known *like)
{
    struct procs_model *m = &p->m;
    int at = p->c.decodes ? 0 : procs_find_name(p, r->name);
    bool alike = coder_bit(&p->c, &m->alike[0], &m->alike[1 + p->last_how], at < p->n_known);
    if (alike) {
        int64_t place = number_code(&p->c, &m->place, ALIKE, p->last_how, at);
        if (place < 0 || place >= p->n_known)
            return -EBADMSG;
        *like = p->known[p->order[place]];
        memcpy(r->name, like->row.name, sizeof r->name);
    } else {
        naming_code(&p->c, &m->naming, r->name);
        like->row.ppid = p->last.ppid;
    }
    bool ended = coder_bit(&p->c, &m->ended[alike ? like->row.ended > 0 : 2],
                           &m->ended_after[p->last.ended > 0], r->ended > 0);
    if (!ended && procs_pid(p, &m->pid, false, p->last.pid, &r->pid) < 0)
        return -EBADMSG;
    if (coder_bit(&p->c, &m->same_ppid[alike], &m->same_ppid_of[ended], r->ppid == like->row.ppid))
        r->ppid = like->row.ppid;
    else if (procs_pid(p, &m->ppid, ended, ended ? p->last.pid : r->pid, &r->ppid) < 0)
        return -EBADMSG;
    like->row.ended = ended;
    return alike ? ALIKE : STRANGE;
}

/* One who was not there in the tick before. */
static int procs_code_arrival(struct procs *p, int done, struct row *r)
{
    if (p->c.decodes)
        *r = (struct row){ 0 };
    int at = p->c.decodes ? 0 : procs_find(p, done, r);
    if (coder_bit(&p->c, &p->m.returns[0], &p->m.returns[1 + p->last_how], at < p->n_known)) {
        int64_t place = number_code(&p->c, &p->m.place, RETURNS, p->last_how, at - done);
        if (place < 0 || place >= p->n_known - done)
            return -EBADMSG;
        struct known *k = &p->known[p->order[done + place]];
        if (p->c.decodes)
            *r = k->row;
        procs_to_front(p, done + (int)place);
        return procs_code_row(p, k, RETURNS, r);
    }
    struct known like = { 0 };
    int how = procs_code_stranger(p, r, &like);
    if (how < 0)
        return how;
    if (p->n_known < KNOWN_MAX) {
        p->order[p->n_known] = (uint16_t)p->n_known;
        p->n_known++;
    }
    procs_to_front(p, p->n_known - 1); /* a new place, or that of whoever was not seen for longest */
    struct known *k = &p->known[p->order[0]];
    *k = like;
    return procs_code_row(p, k, (enum relation)how, r);
}

static int procs_by_pid(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (x->ended > y->ended) - (x->ended < y->ended);
}

/* Codes a tick of n rows; returns how many it has. */
static int procs_code_tick(struct procs *p, int n)
{
    int done = procs_code_stays(p, n);
    if (done < 0)
        return done;
    if (n > done)
        qsort(p->rows + done, (size_t)(n - done), sizeof *p->rows, procs_by_pid);
    int64_t more = number_code(&p->c, &p->m.count, 0, 0, n - done);
    if (more < 0 || more > PROCS_MAX_KEPT - done)
        return -EBADMSG;
    for (n = done + (int)more; done < n; done++)
        if (procs_code_arrival(p, done, &p->rows[done]) < 0)
            return -EBADMSG;
    p->present = n;
    return n;
}

/* ---- all of it ---- */

static void procs_encode_ticks(struct procs *p, const struct proc_ticks *t)
{
    number_code(&p->c, &p->m.count, 1, 1, t->ticks);
    number_code(&p->c, &p->m.count, 2, 2, (int64_t)t->first[t->ticks]);
    for (int i = 0; i < t->ticks; i++) {
        int n = (int)(t->first[i + 1] - t->first[i]);
        for (int k = 0; k < n; k++)
            p->rows[k] = procs_row(&t->rows[t->first[i] + (size_t)k]);
        procs_code_tick(p, n);
    }
}

int procs_encode(struct buf *out, const struct proc_ticks *t)
{
    assert(t->ticks >= 0 && t->ticks <= PROCS_MAX_TICKS);
    assert(t->first[t->ticks] <= PROCS_MAX_ROWS);
    for (size_t room = 4096 + 64 * t->first[t->ticks];; room *= 2) {
        struct procs *p = procs_new();
        if (!p || buf_reserve(out, room) < 0) {
            mem_free(p);
            return -ENOMEM;
        }
        p->c.range = range_encoder((uint8_t *)out->p + out->n, room);
        procs_encode_ticks(p, t);
        size_t n = range_finish(&p->c.range);
        mem_free(p);
        out->n += n;
        out->p[out->n] = '\0';
        if (n)
            return 0;
    }
}

static int procs_by_cpu(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    bool x_unknown = x->unknown >> CPU & 1, y_unknown = y->unknown >> CPU & 1;
    if (x_unknown != y_unknown)
        return x_unknown - y_unknown;
    if (x->steps[CPU] != y->steps[CPU])
        return x->steps[CPU] < y->steps[CPU] ? 1 : -1;
    return procs_by_pid(a, b);
}

static int procs_decode_ticks(struct procs *p, struct proc_ticks *t, size_t all)
{
    for (int i = 0; i < t->ticks; i++) {
        int n = procs_code_tick(p, 0);
        if (n < 0 || (size_t)n > all - t->first[i])
            return -EBADMSG;
        qsort(p->rows, (size_t)n, sizeof *p->rows, procs_by_cpu);
        for (int k = 0; k < n; k++)
            t->rows[t->first[i] + (size_t)k] = procs_use(&p->rows[k]);
        t->first[i + 1] = t->first[i] + (size_t)n;
    }
    return t->first[t->ticks] == all ? 0 : -EBADMSG;
}

int procs_decode(const void *bytes, size_t n, struct proc_ticks *out)
{
    struct procs *p = procs_new();
    if (!p)
        return -ENOMEM;
    p->c = (struct coder){ range_decoder(bytes, n), true };
    int64_t ticks = number_code(&p->c, &p->m.count, 1, 1, 0), all = number_code(&p->c, &p->m.count, 2, 2, 0);
    struct proc_ticks t = { 0 };
    int rc = ticks < 0 || ticks > PROCS_MAX_TICKS || all < 0 || all > PROCS_MAX_ROWS ? -EBADMSG : 0;
    if (rc == 0) {
        t = (struct proc_ticks){ .ticks = (int)ticks, .first = mem_try((size_t)(ticks + 1) * sizeof *t.first),
                                 .rows = mem_try((size_t)all * sizeof *t.rows) };
        rc = t.first && t.rows ? procs_decode_ticks(p, &t, (size_t)all) : -ENOMEM;
    }
    mem_free(p);
    if (rc < 0)
        procs_done(&t);
    else
        *out = t;
    return rc;
}

void procs_done(struct proc_ticks *t)
{
    mem_free(t->first);
    mem_free(t->rows);
    *t = (struct proc_ticks){ 0 };
}
