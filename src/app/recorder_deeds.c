/*
 * recorder_deeds.c - what commands set on this machine and set back, as events: `run`, `apply`, `fix` and the others
 * write it into the journal of this data directory. What the recorder sets itself, recorder_policy.c tells.
 *
 * On a thread of its own every few seconds: the size and time of one file, and the file when they changed.
 */
#include "app/recorder_parts.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"
#include "policy/undo/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS (INT64_C(4) * 1000000000)
#define KNOWN_MAX 1088 /* transactions that are remembered: all that a journal can hold, open and over */

struct deeds {
    struct recorder *r;
    char path[OS_PATH_MAX];
    struct journal *journal;      /* NULL as long as there is none */
    int64_t size, changed_ms;     /* of the file, when it was read last */
    int64_t begun_ms;             /* when the recorder began: what is older was not done under its eyes */
    struct {
        char id[JOURNAL_ID_MAX];
        bool over;                /* that was told, too */
    } known[KNOWN_MAX];           /* a ring of those that were seen */
    size_t n_known;               /* so many were seen so far */

    struct os_lock *lock;         /* guards what follows */
    bool ending, running;
};

/* ---- what is said ---- */

static void deeds_say(const struct deeds *d, int64_t at_ms, const char *text)
{
    struct event e = { .wall_ms = at_ms, .end_ms = at_ms, .kind = EVENT_POLICY, .severity = SEVERITY_INFO,
                       .source = "policy" };
    text_copy(e.text, sizeof e.text, text);
    ring_put(d->r->said, &e);
}

static const char *deeds_of(const struct deeds *d, const struct journal_transaction *t)
{
    return config_bool(d->r->config, "privacy.collect_process_names") ? t->what : "a program";
}

/* As it is typed. */
static const char *deeds_verb(const struct journal_transaction *t)
{
    return strcmp(t->command, "run") == 0 || strcmp(t->command, "fix") == 0 ? "" : "policy ";
}

static void deeds_put_steps(const struct journal_transaction *t, struct buf *out)
{
    enum { SHOWN = 3 };
    size_t shown = 0, set = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct journal_step *s = &t->step[i];
        if (strcmp(s->undone, "refused") == 0 || strcmp(s->knob, "group") == 0)
            continue;
        if (set++ < SHOWN)
            buf_printf(out, "%s%s%s%s %s to %s", shown++ ? ", " : ": ", s->knob, *s->inst ? "@" : "", s->inst,
                       *s->old ? s->old : "nothing", *s->now ? s->now : s->set);
    }
    if (set > SHOWN)
        buf_printf(out, " and %zu more", set - SHOWN);
}

static void deeds_say_begun(const struct deeds *d, const struct journal_transaction *t)
{
    auto_buf struct buf text = { 0 };
    buf_printf(&text, "set for %s", deeds_of(d, t));
    if (t->goal >= 0)
        buf_printf(&text, ", goal %s", goal_name((enum goal)t->goal));
    buf_printf(&text, ", by sonde %s%s", deeds_verb(t), t->command);
    deeds_put_steps(t, &text);
    deeds_say(d, t->begun_ms, buf_text(&text));
}

static void deeds_say_over(const struct deeds *d, const struct journal_transaction *t)
{
    auto_buf struct buf text = { 0 };
    int kept = 0, failed = 0, passed = 0, gone = 0, rest = 0;
    for (size_t i = 0; i < t->n; i++) {
        const char *how = t->step[i].undone;
        int *count = strcmp(how, "kept") == 0     ? &kept
                     : strcmp(how, "failed") == 0 ? &failed
                     : strcmp(how, "passed") == 0 ? &passed
                     : strcmp(how, "gone") == 0   ? &gone
                                                  : &rest;
        ++*count;
    }
    const char *over = rest || kept || failed ? "set back for" : passed ? "taken over by another for"
                                                                        : "over with the end of";
    buf_printf(&text, "%s %s, by sonde %s%s", over, deeds_of(d, t), deeds_verb(t), t->command);
    if (kept)
        buf_printf(&text, "; %d left as somebody else set it since", kept);
    if (failed)
        buf_printf(&text, "; %d could not be set back", failed);
    if (*t->effect)
        buf_printf(&text, "; %s", t->effect);
    deeds_say(d, t->ended_ms, buf_text(&text));
}

/* ---- what was done ---- */

/* Its place in the ring, a new one for one that was not seen; *is_new says so. */
static size_t deeds_known(struct deeds *d, const char *id, bool *is_new)
{
    size_t n = d->n_known < KNOWN_MAX ? d->n_known : KNOWN_MAX;
    for (size_t i = 0; i < n; i++)
        if (strcmp(d->known[i].id, id) == 0) {
            *is_new = false;
            return i;
        }
    size_t at = d->n_known++ % KNOWN_MAX;
    *is_new = true;
    text_copy(d->known[at].id, JOURNAL_ID_MAX, id);
    d->known[at].over = false;
    return at;
}

/* By its name and not by its time: a transaction comes into the journal with its first step. */
static void deeds_each(void *self, const struct journal_transaction *t)
{
    struct deeds *d = self;
    bool is_new, before = t->begun_ms < d->begun_ms;
    if (strcmp(t->command, "adapt") == 0 || !t->n || (before && t->ended_ms && t->ended_ms < d->begun_ms))
        return;
    size_t at = deeds_known(d, t->id, &is_new);
    if (is_new && !before)
        deeds_say_begun(d, t);
    if (t->ended_ms && !d->known[at].over)
        deeds_say_over(d, t);
    d->known[at].over = t->ended_ms != 0;
}

static void deeds_look(struct deeds *d)
{
    struct os_disk_entry e;
    if (os_disk_look(d->path, &e) < 0 || (e.size == d->size && e.changed_ms == d->changed_ms))
        return;
    if (!d->journal && journal_open_read(d->r->o.dir, "", &d->journal) < 0)
        return;
    if (journal_each(d->journal, true, deeds_each, d) < 0)
        return;
    d->size = e.size;
    d->changed_ms = e.changed_ms;
}

static void deeds_main(void *arg)
{
    struct deeds *d = arg;
    os_lock(d->lock);
    while (!d->ending) {
        os_unlock(d->lock);
        deeds_look(d);
        os_lock(d->lock);
        int64_t until_ns = os_mono_ns() + LOOK_NS;
        while (!d->ending && os_wait(d->lock, until_ns))
            ;
    }
    d->running = false;
    os_wake(d->lock);
    os_unlock(d->lock);
}

/* ---- beginning and ending ---- */

static void deeds_free(struct deeds *d)
{
    journal_close(d->journal);
    os_lock_free(d->lock);
    mem_free(d);
}

static int deeds_open(struct recorder *r, void **self)
{
    const char *root = r->observer.root.path;
    if (!root || *root || !r->of->is_real)
        return 0;
    struct deeds *d = mem_new(sizeof *d);
    *d = (struct deeds){ .r = r, .begun_ms = r->started_ms, .running = true, .lock = os_lock_new() };
    snprintf(d->path, sizeof d->path, "%.4000s/policy/journal", r->o.dir);
    int rc = os_thread(deeds_main, d);
    if (rc < 0)
        deeds_free(d);
    else
        *self = d;
    return rc;
}

static void deeds_close(void *self)
{
    struct deeds *d = self;
    os_lock(d->lock);
    d->ending = true;
    os_wake(d->lock);
    while (d->running)
        os_wait(d->lock, INT64_MAX);
    os_unlock(d->lock);
    deeds_free(d);
}

const struct recorder_part recorder_deeds = { .name = "deeds", .open = deeds_open, .close = deeds_close };
