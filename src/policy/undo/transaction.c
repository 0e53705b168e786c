/*
 * transaction.c - sets knobs, each with its old value on disk before.
 *
 * From the look at a knob to what it reads afterwards the journal is held, so that nobody undoes a step that is being
 * made. Two that want the same knob at the same place: the one of higher rank sets it over the other's value; one that
 * wants the value at which it stands shares it; else it is left to whoever has it.
 */
#include "policy/undo/journal_own.h"
#include "policy/tasks.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct transaction {
    struct journal *j;
    struct deed about; /* what its first line says */
    bool begun;        /* that line is in the journal */
};

/* ---- begun ---- */

/* Its first line is put with the first step, so one of the same process and second may not be in the journal yet. */
static void transaction_name(char id[static JOURNAL_ID_MAX])
{
    char stamp[TEXT_TIME_MAX];
    uint16_t random = 0;
    os_random(&random, sizeof random);
    snprintf(id, JOURNAL_ID_MAX, "p%.15s_%d_%04x", text_stamp(os_wall_ms(), stamp), (int)os_pid(), random);
}

int transaction_begin(struct journal *j, const struct transaction_about *a, struct transaction **out)
{
    struct task owner;
    int rc = task_look(j->root, a->owner ? a->owner : os_pid(), &owner);
    rc = rc < 0 ? rc : journal_hold(j);
    if (rc < 0)
        return rc;
    struct transaction *t = mem_new(sizeof *t);
    t->j = j;
    t->about = (struct deed){ .goal = a->goal, .user = os_user(), .owner = owner.pid, .start = owner.start,
                              .begun_ms = os_wall_ms(), .until_ms = a->until_ms };
    text_copy(t->about.command, sizeof t->about.command, a->command);
    text_copy(t->about.what, sizeof t->about.what, a->what);
    text_clean(t->about.what); /* what was cut may end within a character */
    memcpy(t->about.boot, j->boot, sizeof j->boot);
    transaction_name(t->about.id);
    rc = journal_count_open(j) < JOURNAL_OPEN_MAX ? 0 : -EUSERS;
    journal_let_go(j);
    if (rc < 0)
        mem_free(t);
    else
        *out = t;
    return rc;
}

const char *transaction_id(const struct transaction *t)
{
    return t->about.id;
}

/* ---- who has it ---- */

/* Of what a person named before all others; of what nobody asked for, last. */
static int transaction_rank(const struct deed *d)
{
    if (d->goal >= 0)
        return goal_rank((enum goal)d->goal);
    return strcmp(d->command, "run") == 0 || strcmp(d->command, "apply") == 0 ? 100 :
           strcmp(d->command, "fix") == 0 ? 50 : -1;
}

static bool transaction_meets(const struct entry *e, const struct step *s)
{
    return (strcmp(e->knob, s->knob->name) == 0 || (s->knob->pair && strcmp(e->knob, s->knob->pair) == 0)) &&
           strcmp(e->inst, s->place.inst) == 0 && e->pid == s->place.pid && e->start == s->place.start;
}

/* The newest step of another transaction that stands there; of holds, of this process. */
static const struct entry *transaction_holder(struct transaction *t, const struct step *s, const struct deed **holder)
{
    const struct entry *newest = NULL;
    for (size_t i = 0; i < t->j->n; i++) {
        const struct deed *d = &t->j->deed[i];
        bool apart = s->knob->held && d->owner != t->about.owner;
        for (size_t k = 0; k < d->n && !apart && strcmp(d->id, t->about.id) != 0; k++)
            if (journal_stands(d, &d->entry[k]) && transaction_meets(&d->entry[k], s) &&
                (!newest || d->entry[k].seq > newest->seq)) {
                newest = &d->entry[k];
                *holder = d;
            }
    }
    return newest;
}

/* ---- a step ---- */

__attribute__((format(printf, 2, 3))) static bool transaction_leave(struct step *s, const char *fmt, ...)
{
    va_list list;
    va_start(list, fmt);
    vsnprintf(s->note, KNOB_WHY, fmt, list);
    va_end(list);
    s->state = STEP_LEFT;
    return false;
}

/* Is there anything that could be set, and may it be? Else the step says why not. */
static bool transaction_may(struct transaction *t, struct step *s)
{
    const struct knob *k = s->knob;
    const struct deed *own = journal_find(t->j, t->about.id);
    char value[KNOB_VALUE_MAX];
    if (t->begun && (!own || own->ended))
        return transaction_leave(s, "this transaction was undone meanwhile");
    if (own && own->n >= JOURNAL_STEPS_MAX)
        return transaction_leave(s, "this transaction has too many steps");
    if (k->back && strcmp(k->back, s->value) == 0)
        return transaction_leave(s, "it is only gone back to, and could not be undone");
    if (k->class == KNOB_ENV || !k->read || !k->write)
        return transaction_leave(s, "it can be set of a program that is about to start only");
    if (k->class == KNOB_PROCESS && !s->place.start)
        s->place.start = knob_task_start(t->j->root, s->place.pid);
    if (k->class == KNOB_PROCESS && (!s->place.start || !knob_task_is(&s->place)))
        return transaction_leave(s, "the process has ended");
    if (strlen(k->name) >= JOURNAL_NAME_MAX || !text_is_plain(s->place.inst))
        return transaction_leave(s, "its name cannot be kept in the journal");
    if (knob_check(k, &s->place, s->value, value, s->note) < 0)
        return false; /* which said why */
    memcpy(s->value, value, sizeof value);
    return true;
}

static bool transaction_look(struct journal *j, struct step *s, struct entry *e)
{
    char why[KNOB_WHY];
    int rc = s->knob->read(s->knob, &s->place, s->old);
    if (rc < 0) {
        *s->old = '\0';
        return transaction_leave(s, "what it is now cannot be read: %s", strerror(-rc));
    }
    const struct knob *pair = s->knob->pair ? j->find(s->knob->pair) : NULL;
    if (pair && pair->read(pair, &s->place, e->pair) < 0)
        return transaction_leave(s, "%s, which changes with it, cannot be read", pair->name);
    if (!text_is_plain(s->old) || !text_is_plain(e->pair))
        return transaction_leave(s, "what it is now cannot be kept in the journal");
    /* In the service's journal the way back is held against the limits (undo.c), so it is known beforehand. A 0 is what
     * the other of a pair makes of it, and is never written. */
    bool zero = pair && strcmp(s->old, "0") == 0;
    if (!zero && !undo_may_write(j, s->knob, &s->place, s->old, why))
        return transaction_leave(s, "it is %s now, and could not be set back: %.120s", s->old, why);
    if (s->place.pid && s->knob->allowed && s->knob->allowed(s->knob, &s->place, s->old) < 0)
        return transaction_leave(s, "it is %s now, and to set it back would take %s", s->old, s->knob->needs);
    return true;
}

/* True: it is to be written. *over: above a step of another one. */
static bool transaction_wins(struct transaction *t, struct step *s, bool *over)
{
    const struct deed *holder;
    const struct entry *stands = transaction_holder(t, s, &holder);
    *over = stands;
    bool same = strcmp(s->old, s->value) == 0;
    if (!stands && same) {
        s->state = STEP_SAME;
        memcpy(s->now, s->old, sizeof s->now);
    }
    if (!stands || (same && strcmp(stands->knob, s->knob->name) == 0))
        return stands || !same;
    if (transaction_rank(&t->about) > transaction_rank(holder))
        return true;
    return transaction_leave(s, "%s holds %s at %s for %s; `sonde policy revert %s` lets go of it", holder->id,
                             stands->knob, journal_standing(stands), *holder->what ? holder->what : holder->command,
                             holder->id);
}

static void transaction_describe(const struct step *s, struct entry *e)
{
    text_copy(e->knob, sizeof e->knob, s->knob->name);
    memcpy(e->inst, s->place.inst, sizeof e->inst);
    e->pid = s->place.pid;
    e->start = s->place.start;
    memcpy(e->old, s->old, sizeof e->old);
    memcpy(e->set, s->value, sizeof e->set);
}

/*
 * What has become of it. That this line comes to the disk is not needed: without it, it is asked (undo.c). Where two
 * want more than the kernel gives, both stand at the same.
 */
static void transaction_read_back(struct transaction *t, struct step *s, size_t n, int written, bool over)
{
    bool read = s->knob->read(s->knob, &s->place, s->now) >= 0 && text_is_plain(s->now);
    if (!read)
        *s->now = '\0';
    bool stayed = read ? strcmp(s->now, s->old) == 0 : written < 0;
    bool refused = stayed && strcmp(s->old, s->value) != 0 && !(over && written >= 0);
    s->state = refused ? STEP_REFUSED : STEP_DONE;
    if (refused && written < 0)
        snprintf(s->note, KNOB_WHY, "%s", strerror(-written));
    else if (refused)
        snprintf(s->note, KNOB_WHY, "the kernel left it at %s", s->old);
    if (refused)
        journal_say_refused(t->j, t->about.id, n);
    else if (read)
        journal_say_now(t->j, t->about.id, n, s->now);
    if (t->j->out.n)
        journal_put(t->j, false);
}

static int transaction_set(struct transaction *t, struct step *s)
{
    struct entry e = { 0 };
    struct journal *j = t->j;
    bool over;
    s->state = STEP_LEFT;
    *s->note = *s->now = '\0';
    s->place.root = j->root;
    while (!t->begun && journal_find(j, t->about.id))
        transaction_name(t->about.id);
    if (!transaction_may(t, s) || !transaction_look(j, s, &e) || !transaction_wins(t, s, &over))
        return 0;
    transaction_describe(s, &e);
    const struct deed *own = journal_find(j, t->about.id);
    size_t n = own ? own->n : 0;
    if (!own)
        journal_say_begin(j, &t->about);
    journal_say_write(j, t->about.id, n, &e);
    int rc = journal_put(j, true);
    if (rc < 0) {
        transaction_leave(s, "the journal cannot be written: %s", strerror(-rc));
        return rc;
    }
    t->begun = true;
    transaction_read_back(t, s, n, s->knob->write(s->knob, &s->place, s->value), over);
    return 0;
}

int transaction_apply(struct transaction *t, struct step *s)
{
    int rc = journal_hold(t->j);
    if (rc < 0) {
        transaction_leave(s, "the journal cannot be written: %s", strerror(-rc));
        return rc;
    }
    undo_due(t->j, NULL); /* nothing is set over what a dead one left */
    rc = transaction_set(t, s);
    journal_let_go(t->j);
    return rc;
}

bool transaction_stands(struct transaction *t)
{
    if (!t->begun || journal_hold(t->j) < 0)
        return t->begun;
    const struct deed *own = journal_find(t->j, t->about.id);
    bool stands = own && !own->ended;
    journal_let_go(t->j);
    return stands;
}

/* What this process holds and another closed: only we can let go of it. Where one more of ours holds it, that stays. */
static void transaction_let_go(struct transaction *t, const struct deed *own)
{
    for (size_t i = 0; i < own->n; i++) {
        const struct entry *e = &own->entry[i];
        const struct knob *k = t->j->find(e->knob);
        struct step s = { .knob = k, .place = { .root = t->j->root } };
        const struct deed *holder;
        text_copy(s.place.inst, sizeof s.place.inst, e->inst);
        if (k && k->held && e->how != HOW_REFUSED && !transaction_holder(t, &s, &holder))
            k->write(k, &s.place, e->old);
    }
}

static void transaction_say_open(int rc, struct undone *out)
{
    if (!out)
        return;
    buf_printf(&out->lines, "what was set is not set back yet (%s): the next command of Sonde does it\n",
               rc == -EBUSY ? "another process holds the journal" : strerror(-rc));
    out->failed++;
}

int transaction_end(struct transaction *t, struct undone *out)
{
    int rc = t->begun ? journal_hold(t->j) : 0;
    bool held = rc == 0 && t->begun;
    if (held)
        undo_due(t->j, NULL);
    struct deed *own = journal_find(t->j, t->about.id);
    if (rc == -EBUSY || (rc < 0 && !own)) {
        transaction_say_open(rc, out);
    } else if (own) { /* of a journal that was removed we know what it said */
        if (!own->ended)
            own->marked = true;
        else
            transaction_let_go(t, own);
        rc = undo_marked(t->j, out);
    }
    if (held) {
        journal_shorten(t->j);
        journal_let_go(t->j);
    }
    mem_free(t);
    return rc;
}

int transaction_tell(struct transaction *t, const char *text)
{
    return journal_tell(t->j, t->about.id, text);
}
