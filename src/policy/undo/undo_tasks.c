/*
 * undo_tasks.c - what tasks inherited goes back, too.
 *
 * A process or thread that was started by one of which something was set has what was set, and nobody wrote a line of
 * it. It is known by its parents. One whose parents have ended belongs to nobody, and keeps what it has.
 *
 * New ones may be started while this goes on by one that was not reached yet; so it is gone round until nothing is
 * left.
 */
#include "policy/undo/journal_own.h"
#include "policy/tasks.h"

#include "base/auto.h"
#include "base/mem.h"

#include <string.h>

#define ROUNDS 8
#define GENERATIONS 64
#define STUBBORN 64 /* tasks that would not take it: those of another user, say */

struct heirs {
    struct journal *j;
    struct deed *d;
    struct task *task;
    int n;
    struct undone *out;
    int32_t stubborn[STUBBORN];
    int stubborn_n;
};

static bool heirs_tried(const struct heirs *h, const struct task *t)
{
    for (int i = 0; i < h->stubborn_n; i++)
        if (h->stubborn[i] == t->pid)
            return true;
    return h->stubborn_n == STUBBORN;
}

static const struct task *heirs_find(const struct heirs *h, int32_t pid)
{
    for (int i = 0; i < h->n; i++)
        if (h->task[i].pid == pid)
            return &h->task[i];
    return NULL;
}

/* The step of this knob that a transaction made of a task: its last one, or its first. */
static struct entry *heirs_step(const struct deed *d, const char *knob, const struct task *t, bool last)
{
    struct entry *found = NULL;
    for (size_t i = 0; i < d->n && (last || !found); i++) {
        struct entry *e = &d->entry[i];
        if (e->pid == t->pid && e->start == t->start && e->how != HOW_REFUSED && strcmp(e->knob, knob) == 0)
            found = e;
    }
    return found;
}

/* The nearest of those that started a task of which the transaction set this knob. */
static const struct task *heirs_ancestor(const struct heirs *h, const char *knob, const struct task *t)
{
    const struct task *a = t->pid != t->process ? heirs_find(h, t->process) : heirs_find(h, t->parent);
    for (int i = 0; a && i < GENERATIONS; i++) {
        if (heirs_step(h->d, knob, a, true))
            return a;
        a = heirs_find(h, a->parent);
    }
    return NULL;
}

/* Has another open transaction set it of this task, or of its ancestor to the same value? Then it is that one's. */
static bool heirs_is_held(const struct heirs *h, const char *knob, const struct task *t, const struct task *ancestor,
                          const char *value)
{
    for (size_t i = 0; i < h->j->n; i++) {
        const struct deed *d = &h->j->deed[i];
        for (size_t k = 0; k < d->n && d != h->d; k++) {
            const struct entry *e = &d->entry[k];
            if (!journal_stands(d, e) || strcmp(e->knob, knob) != 0)
                continue;
            if ((e->pid == t->pid && e->start == t->start) ||
                (e->pid == ancestor->pid && e->start == ancestor->start && strcmp(journal_standing(e), value) == 0))
                return true;
        }
    }
    return false;
}

static void heirs_fail(struct heirs *h, const char *knob, const struct task *t, const char *value, int rc)
{
    h->stubborn[h->stubborn_n++] = t->pid;
    if (!h->out)
        return;
    buf_printf(&h->out->lines, "%s of process %d: still at %s, which it has from the one that started it: %s\n", knob,
               (int)t->pid, value, strerror(-rc));
    h->out->failed++;
}

/* True: it had what was set, and has the old value now. */
static bool heirs_restore(struct heirs *h, const char *knob, const struct task *t)
{
    const struct task *ancestor = heirs_step(h->d, knob, t, true) ? NULL : heirs_ancestor(h, knob, t);
    const struct knob *k = ancestor && !heirs_tried(h, t) ? h->j->find(knob) : NULL;
    if (!k || !k->read || !k->write)
        return false;
    const struct entry *set = heirs_step(h->d, knob, ancestor, true), *old = heirs_step(h->d, knob, ancestor, false);
    struct place p = { .root = h->j->root, .pid = t->pid, .start = t->start };
    char value[KNOB_VALUE_MAX];
    if (k->read(k, &p, value) < 0 || strcmp(value, journal_standing(set)) != 0 || strcmp(value, old->old) == 0 ||
        heirs_is_held(h, knob, t, ancestor, value) || !knob_task_is(&p))
        return false;
    int rc = undo_write(h->j, k, &p, old->old);
    if (rc < 0)
        heirs_fail(h, knob, t, value, rc);
    return rc >= 0;
}

/* The i-th of the knobs of tasks that the transaction set, each once; NULL past the end. */
static const char *heirs_knob(const struct deed *d, size_t i)
{
    for (size_t k = 0; k < d->n; k++) {
        bool new = d->entry[k].pid && d->entry[k].how != HOW_REFUSED;
        for (size_t before = 0; before < k && new; before++)
            new = strcmp(d->entry[before].knob, d->entry[k].knob) != 0 || !d->entry[before].pid;
        if (new && i-- == 0)
            return d->entry[k].knob;
    }
    return NULL;
}

static bool heirs_round(struct heirs *h)
{
    bool changed = false;
    const char *knob;
    for (size_t i = 0; (knob = heirs_knob(h->d, i)) != NULL; i++)
        for (int t = 0; t < h->n; t++)
            changed = heirs_restore(h, knob, &h->task[t]) || changed;
    return changed;
}

static bool heirs_may_be(const struct journal *j, const struct deed *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->entry[i].pid && d->entry[i].how != HOW_REFUSED &&
            task_lives(j->root, d->entry[i].pid, d->entry[i].start))
            return true;
    return false;
}

void undo_tasks(struct journal *j, struct deed *d, struct undone *out)
{
    auto_free struct heirs *h = mem_new(sizeof *h);
    bool again = heirs_may_be(j, d);
    *h = (struct heirs){ .j = j, .d = d, .out = out };
    for (int i = 0; again && i < ROUNDS; i++) {
        h->n = tasks_list(j->root, true, &h->task);
        again = h->n > 0 && heirs_round(h);
        if (h->n >= 0)
            mem_free(h->task);
    }
}
