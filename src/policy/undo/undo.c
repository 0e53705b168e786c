/*
 * undo.c - sets back what transactions set.
 *
 * Whose is a value, when the owner was killed between the line that announces it and the one that says what it became?
 * The kernel may have changed what was written into another value. So it is written once more: reads it then as it was
 * found, it is ours and the old value comes back; else it is somebody else's, and what was found is written back. That
 * it is asked is in the journal before, for whoever is killed in the middle of it: what was found last and is not what
 * the question itself leaves behind is what is written back.
 *
 * Steps of several transactions are undone newest first. One on which a step of another, open one stands is not
 * written: that one goes back to the old value of this one, when it ends.
 */
#include "policy/guarded.h"
#include "policy/undo/journal_own.h"
#include "policy/tasks.h"

#include "base/auto.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

struct undoing {
    struct journal *j;
    struct deed *d;
    struct entry *e;
    const struct knob *k, *pair; /* pair NULL: it has none */
    struct place p;
    char found[KNOB_VALUE_MAX], found_pair[KNOB_VALUE_MAX];
    struct undone *out;
    int error; /* of the journal */
};

static size_t undo_number(const struct undoing *u)
{
    return (size_t)(u->e - u->d->entry);
}

static int undo_put(struct undoing *u, bool synced)
{
    int rc = journal_put(u->j, synced);
    u->error = rc < 0 ? rc : u->error;
    return rc;
}

/* ---- told ---- */

static void undo_name(const struct entry *e, struct buf *out)
{
    buf_puts(out, e->knob);
    if (*e->inst)
        buf_printf(out, " of %s", e->inst);
    if (e->pid)
        buf_printf(out, " of process %d", (int)e->pid);
}

static void undo_explain(struct undoing *u, enum undone_how how, int rc)
{
    struct buf *out = &u->out->lines;
    const struct entry *e = u->e;
    undo_name(e, out);
    if (how == HOW_KEPT && u->k->held)
        buf_printf(out, ": process %d holds it, and lets go of it by itself, at its end at the latest\n", u->d->owner);
    else if (how == HOW_KEPT)
        buf_printf(out, ": left at %s, which somebody set since; Sonde had set %s, before it was %s\n", u->found,
                   journal_standing(e), e->old);
    else if (how == HOW_GONE)
        buf_printf(out, ": %s is no more\n", e->pid ? "it" : "the device");
    else if (how == HOW_FAILED && !u->k)
        buf_puts(out, ": this version of Sonde knows no such knob\n");
    else
        buf_printf(out, ": still at %s, not back at %s: %s\n", journal_standing(e), e->old,
                   rc == -EPERM && u->j->foreign ? "root sets back for a service only what it might set itself"
                                                 : strerror(-rc));
}

static void undo_count(struct undone *out, enum undone_how how)
{
    int *const count[] = { [HOW_FAILED] = &out->failed, [HOW_RESTORED] = &out->restored, [HOW_SAME] = &out->same,
                           [HOW_KEPT] = &out->kept, [HOW_GONE] = &out->gone, [HOW_PASSED] = &out->passed };
    ++*count[how];
}

/* How it ended, into the journal and the account. What failed before and fails again is no news of the journal. */
static void undo_close(struct undoing *u, enum undone_how how, int rc)
{
    u->e->tried = true;
    if (u->out) {
        undo_count(u->out, how);
        if (how == HOW_KEPT || how == HOW_FAILED || how == HOW_GONE)
            undo_explain(u, how, rc);
    }
    if (how == HOW_FAILED && u->e->how == HOW_FAILED)
        return;
    journal_say_undo(u->j, u->d->id, undo_number(u), how, u->found);
    undo_put(u, false);
}

/* ---- another one stands on it ---- */

/* Of what each process holds for itself, only steps of the same one lie on each other. */
static bool undo_may_meet(const struct undoing *u, const struct deed *d)
{
    return d != u->d && (!u->k->held || d->owner == u->d->owner);
}

static bool undo_same_place(const struct entry *a, const struct entry *b)
{
    return strcmp(a->inst, b->inst) == 0 && a->pid == b->pid && a->start == b->start;
}

/* The step of another transaction that was made next at this place and stands. */
static struct entry *undo_above(struct undoing *u, struct deed **whose)
{
    struct entry *next = NULL;
    for (size_t i = 0; i < u->j->n; i++) {
        struct deed *d = &u->j->deed[i];
        for (size_t k = 0; k < d->n && undo_may_meet(u, d); k++) {
            struct entry *e = &d->entry[k];
            if (journal_stands(d, e) && e->seq > u->e->seq && (!next || e->seq < next->seq) &&
                undo_same_place(e, u->e) &&
                (strcmp(e->knob, u->e->knob) == 0 || (u->pair && strcmp(e->knob, u->pair->name) == 0))) {
                next = e;
                *whose = d;
            }
        }
    }
    return next;
}

/*
 * True: there is one, and this step is done with. What that one goes back to is what this one would have gone back to,
 * unless somebody changed the knob before it was set over: then that value was left already.
 */
static bool undo_pass(struct undoing *u)
{
    struct deed *whose;
    struct entry *above = undo_above(u, &whose);
    if (!above)
        return false;
    bool paired = strcmp(above->knob, u->e->knob) != 0; /* it is the pair that is set now */
    const char *was = paired ? above->pair : above->old; /* of our knob, before that one */
    const char *old = paired ? u->e->pair : u->e->old, *pair = paired ? u->e->old : u->e->pair;
    if (strcmp(above->old, old) == 0 && strcmp(above->pair, pair) == 0) {
        undo_close(u, HOW_PASSED, 0); /* it has that already */
    } else if (strcmp(was, journal_standing(u->e)) != 0) {
        memcpy(u->found, was, strlen(was) + 1);
        undo_close(u, HOW_KEPT, 0);
    } else {
        journal_say_old(u->j, whose->id, (size_t)(above - whose->entry), old, pair);
        int rc = undo_put(u, true);
        undo_close(u, rc < 0 ? HOW_FAILED : HOW_PASSED, rc);
    }
    return true;
}

/* ---- written ---- */

bool undo_may_write(const struct journal *j, const struct knob *k, const struct place *p, const char *value,
                    char why[static KNOB_WHY])
{
    char checked[KNOB_VALUE_MAX];
    if (!j->foreign)
        return true;
    bool never = k->opt_in || strcmp(k->name, "group.member") == 0 || (k->back && strcmp(k->back, value) != 0);
    if (never)
        snprintf(why, KNOB_WHY, "%s is not set back out of the journal of a service", k->name);
    return !never && knob_check(k, p, value, checked, why) == 0 &&
           !(p->pid && guarded_is(j->root, p->pid, 0, why));
}

int undo_write(const struct journal *j, const struct knob *k, const struct place *p, const char *value)
{
    char why[KNOB_WHY];
    if (!undo_may_write(j, k, p, value, why))
        return -EPERM;
    int rc = k->write(k, p, value);
    return rc < 0 ? rc : 0;
}

static int undo_read(struct undoing *u, char value[static KNOB_VALUE_MAX])
{
    int rc = u->k->read(u->k, &u->p, value);
    return rc < 0 ? rc : 0;
}

/* Of two of which one is 0 while the other holds, the one that held is written. */
static int undo_write_old(struct undoing *u)
{
    bool other = u->pair && *u->e->pair && strcmp(u->e->pair, "0") != 0;
    int rc = undo_write(u->j, other ? u->pair : u->k, &u->p, other ? u->e->pair : u->e->old);
    if (rc < 0 && u->pair && !other && *u->e->pair)
        rc = undo_write(u->j, u->pair, &u->p, u->e->pair); /* both were 0 */
    return rc;
}

static bool undo_is_gone(int rc)
{
    return rc == -ENODEV || rc == -ENOENT || rc == -ESRCH;
}

static void undo_fail(struct undoing *u, int rc)
{
    undo_close(u, undo_is_gone(rc) ? HOW_GONE : HOW_FAILED, rc);
}

static void undo_restore(struct undoing *u)
{
    char back[KNOB_VALUE_MAX];
    int rc = undo_write_old(u);
    if (rc == 0)
        rc = undo_read(u, back);
    if (rc == 0 && strcmp(back, u->e->old) != 0 && strcmp(back, journal_standing(u->e)) == 0)
        rc = -EIO; /* it was not taken */
    if (rc < 0)
        undo_fail(u, rc);
    else
        undo_close(u, HOW_RESTORED, 0);
}

/* What was found last that is not what the question leaves behind; NULL: there is none, it was ours. */
static const char *undo_foreign(const struct entry *e, const char *ours)
{
    for (int i = 0; i < e->asks; i++)
        if (strcmp(e->ask[i], ours) != 0)
            return e->ask[i];
    return NULL;
}

static void undo_ask(struct undoing *u)
{
    char ours[KNOB_VALUE_MAX];
    if (!u->e->asks || strcmp(u->e->ask[0], u->found) != 0) {
        journal_say_ask(u->j, u->d->id, undo_number(u), u->found);
        int rc = undo_put(u, true);
        if (rc < 0) { /* without that, who is killed now could not tell any more */
            undo_close(u, HOW_FAILED, rc);
            return;
        }
    }
    int rc = undo_write(u->j, u->k, &u->p, u->e->set);
    bool refused = rc < 0 && !undo_is_gone(rc);
    rc = refused ? 0 : rc < 0 ? rc : undo_read(u, ours);
    if (rc < 0) {
        undo_fail(u, rc);
        return;
    }
    const char *foreign = refused ? u->e->ask[0] : undo_foreign(u->e, ours);
    if (!foreign) {
        undo_restore(u);
        return;
    }
    memcpy(u->found, foreign, strlen(foreign) + 1);
    rc = refused ? 0 : undo_write(u->j, u->k, &u->p, u->found);
    if (rc < 0)
        undo_fail(u, rc);
    else
        undo_close(u, HOW_KEPT, 0);
}

/* ---- compared ---- */

/* The pair was set by somebody, which made this one 0: its value is what stands. */
static bool undo_pair_was_set(const struct undoing *u)
{
    return u->pair && strcmp(u->found_pair, u->e->pair) != 0 && strcmp(u->found, "0") == 0 &&
           strcmp(u->found_pair, "0") != 0;
}

static bool undo_was_before(const struct undoing *u, const struct entry *e)
{
    bool paired = strcmp(e->knob, u->e->knob) != 0;
    return strcmp(u->found, paired ? e->pair : e->old) == 0 &&
           (!u->pair || strcmp(u->found_pair, paired ? e->old : e->pair) == 0);
}

/*
 * Does it stand where it was before a step that lies beneath this one? Then both were undone already, by one whose disk
 * was too full to say so.
 */
static bool undo_was_beneath(const struct undoing *u)
{
    for (size_t i = 0; i < u->j->n; i++) {
        const struct deed *d = &u->j->deed[i];
        for (size_t k = 0; k < d->n && (d == u->d || undo_may_meet(u, d)); k++) {
            const struct entry *e = &d->entry[k];
            if (journal_stands(d, e) && e->seq < u->e->seq && undo_same_place(e, u->e) &&
                (strcmp(e->knob, u->e->knob) == 0 || (u->pair && strcmp(e->knob, u->pair->name) == 0)) &&
                undo_was_before(u, e))
                return true;
        }
    }
    return false;
}

static void undo_compare(struct undoing *u)
{
    const struct entry *e = u->e;
    if (undo_was_before(u, e))
        undo_close(u, HOW_SAME, 0);
    else if (strcmp(u->found, journal_standing(e)) == 0 && !e->asks)
        undo_restore(u);
    else if (undo_was_beneath(u))
        undo_close(u, HOW_SAME, 0);
    else if (e->has_now || undo_pair_was_set(u))
        undo_close(u, HOW_KEPT, 0);
    else
        undo_ask(u);
}

static void undo_entry(struct undoing *u)
{
    struct entry *e = u->e;
    int rc = 0;
    u->k = u->j->find(e->knob);
    u->pair = u->k && u->k->pair ? u->j->find(u->k->pair) : NULL;
    u->p = (struct place){ .root = u->j->root, .pid = e->pid, .start = e->start };
    memcpy(u->p.inst, e->inst, sizeof e->inst);
    if (!u->k || u->k->class == KNOB_ENV || !u->k->read || !u->k->write) /* a variable of ours is none to set back */
        undo_close(u, HOW_FAILED, -ENOTSUP);
    else if (e->pid && !task_lives(u->j->root, e->pid, e->start))
        undo_close(u, HOW_GONE, 0);
    else if (undo_pass(u))
        return;
    else if (u->k->held && u->d->owner != (u->j->self ? u->j->self : os_pid()))
        undo_close(u, task_lives(u->j->root, u->d->owner, u->d->start) ? HOW_KEPT : HOW_SAME, 0);
    else {
        rc = undo_read(u, u->found);
        if (rc == 0 && u->pair)
            rc = u->pair->read(u->pair, &u->p, u->found_pair);
        if (rc == -ENODEV && e->pid) { /* the task lives, and somebody made it one of which this cannot be said */
            memcpy(u->found, "another class", sizeof "another class");
            undo_close(u, HOW_KEPT, 0);
        } else if (rc < 0) {
            undo_fail(u, rc);
        } else {
            undo_compare(u);
        }
    }
}

/* ---- several ---- */

static bool undo_newest(struct journal *j, struct undoing *u)
{
    u->e = NULL;
    for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->deed[i].n && j->deed[i].marked; k++) {
            struct entry *e = &j->deed[i].entry[k];
            if (e->how <= HOW_FAILED && !e->tried && (!u->e || e->seq > u->e->seq)) {
                u->e = e;
                u->d = &j->deed[i];
            }
        }
    return u->e;
}

static bool undo_lacks(const struct deed *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->entry[i].how == HOW_FAILED)
            return true;
    return false;
}

static int undo_end(struct journal *j, struct deed *d, const char *why)
{
    d->marked = false;
    journal_say_end(j, d->id, why);
    return journal_put(j, false);
}

/* Of another boot: what it set went with that. No knob of ours outlives one. */
static int undo_boots(struct journal *j)
{
    int error = 0;
    for (size_t i = 0; i < j->n; i++)
        if (j->deed[i].marked && journal_is_past(j, &j->deed[i])) {
            int rc = undo_end(j, &j->deed[i], "boot");
            error = rc < 0 ? rc : error;
        }
    return error;
}

int undo_marked(struct journal *j, struct undone *out)
{
    struct undoing u = { .j = j, .out = out, .error = undo_boots(j) };
    while (undo_newest(j, &u)) {
        *u.found = *u.found_pair = '\0';
        undo_entry(&u);
    }
    for (size_t i = 0; i < j->n; i++) {
        struct deed *d = &j->deed[i];
        if (!d->marked)
            continue;
        undo_tasks(j, d, out);
        for (size_t k = 0; k < d->n; k++)
            d->entry[k].tried = false;
        d->marked = false;
        int rc = undo_lacks(d) ? 0 : undo_end(j, d, "");
        u.error = rc < 0 ? rc : u.error;
    }
    return j->late.n ? u.error : 0;
}

/* What another user set is left to that one and to root: we may not be able to see its owner. */
static bool undo_may(const struct deed *d)
{
    return os_is_root() || d->user == os_user();
}

/* Is its owner gone, its time over, or its boot? */
static bool undo_is_due(const struct journal *j, const struct deed *d)
{
    if (d->ended || journal_is_past(j, d))
        return !d->ended;
    return undo_may(d) && ((d->until_ms && d->until_ms <= os_wall_ms()) ||
                         undo_lacks(d) || !task_lives(j->root, d->owner, d->start));
}

int undo_due(struct journal *j, struct undone *out)
{
    bool any = false;
    for (size_t i = 0; i < j->n; i++) {
        j->deed[i].marked = undo_is_due(j, &j->deed[i]);
        any = any || j->deed[i].marked;
    }
    return any ? undo_marked(j, out) : 0;
}

/* ---- for anybody ---- */

int journal_recover(struct journal *j, struct undone *out)
{
    int rc = journal_hold(j);
    if (rc < 0)
        return rc;
    rc = undo_due(j, out);
    journal_shorten(j);
    journal_let_go(j);
    return rc;
}

int journal_revert(struct journal *j, const char *id, struct undone *out)
{
    int rc = journal_hold(j), n = 0, others = 0;
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < j->n; i++) {
        struct deed *d = &j->deed[i];
        bool meant = !d->ended && (!id || strcmp(d->id, id) == 0);
        d->marked = (meant && undo_may(d)) || undo_is_due(j, d);
        n += meant;
        others += meant && !d->marked;
    }
    rc = undo_marked(j, out);
    journal_shorten(j);
    journal_let_go(j);
    return rc < 0 ? rc : others ? -EPERM : n || !id ? 0 : -ENOENT;
}

void undone_done(struct undone *u)
{
    buf_done(&u->lines);
}
