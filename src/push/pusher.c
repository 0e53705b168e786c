/*
 * pusher.c - from the cursor to the receiver and back.
 *
 * The cursor moves behind what was acknowledged and is written then, before anything else is sent: a kill at any time
 * loses nothing, and doubles at most what the receiver knows already by its stamps.
 */
#include "push/pusher.h"

#include "base/mem.h"
#include "base/text.h"
#include "push/backlog.h"
#include "push/backoff.h"
#include "push/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS 60000000000      /* between two looks at the backlog */
#define OUTAGE_S 60              /* what is shorter is not told */
#define SETTLING 64
#define TELL_NS 600000000000     /* between two words of what was passed over */

struct pusher {
    struct pusher_options o;
    struct cursor cursor;
    struct source *source;
    struct delivery delivery;
    struct backoff backoff;
    char session[NAMES_SESSION_MAX]; /* that is read; "": none yet */
    bool opened;                  /* the way to the receiver */
    bool behind;                  /* there may be more than was gathered */
    bool dirty;                   /* the cursor is not written */
    bool idle;
    int64_t look_ns, fail_ns, told_ns; /* of the monotonic clock; fail_ns: since when it waits, 0: it does not */
    int64_t fail_ms;
    bool outage_told;
    struct {
        struct place at;
        int64_t ns;
    } settling[SETTLING];         /* acknowledged, and not for long enough: target.settle_s; n_settling of them */
    int n_settling;
    int64_t reached_ms;           /* the newest instant that was ever sent */
    struct delivery_counts told;  /* of what was passed over */
    bool warned;                  /* what it says to what it takes was told */
    struct os_lock *lock;         /* guards state */
    struct pusher_state state;
};

static void pusher_say(struct pusher *p, enum severity severity, int64_t from_ms, const char *text)
{
    if (p->o.say)
        p->o.say(p->o.self, severity, from_ms ? from_ms : os_wall_ms(), text);
}

/* ---- what went wrong ---- */

/* That it is not waited for any longer, at the end, is no news of it. */
static void pusher_set_error(struct pusher *p, const char *why, bool lasting)
{
    bool ends = p->o.stop && p->o.stop(p->o.self);
    os_lock(p->lock);
    if (!*why || !*p->state.error || !ends)
        text_copy(p->state.error, sizeof p->state.error, why);
    p->state.failed = *why ? p->state.failed + 1 : 0;
    p->state.lasting = lasting;
    os_unlock(p->lock);
}

/* When what fails has failed for long enough to be an event. */
static int64_t pusher_outage_ns(const struct pusher *p)
{
    return p->fail_ns + (int64_t)((p->o.outage_s > 0 ? p->o.outage_s : OUTAGE_S) * 1e9);
}

int64_t pusher_tell_outage(struct pusher *p)
{
    char text[224];
    if (!p->fail_ns || p->outage_told)
        return INT64_MAX;
    int64_t due_ns = pusher_outage_ns(p);
    if (os_mono_ns() < due_ns)
        return due_ns;
    snprintf(text, sizeof text, "push: %s takes nothing: %.120s; it waits in the archive", p->o.target->name,
             p->state.error); /* which this thread alone writes */
    pusher_say(p, SEVERITY_NOTICE, p->fail_ms, text);
    p->outage_told = true;
    return INT64_MAX;
}

static int64_t pusher_fail(struct pusher *p, const char *why, double asked_s, bool lasting)
{
    pusher_set_error(p, why, lasting);
    if (!p->fail_ns) {
        p->fail_ns = os_mono_ns();
        p->fail_ms = os_wall_ms();
    }
    pusher_tell_outage(p);
    return (int64_t)(backoff_next(&p->backoff, asked_s) * 1000);
}

/* An outage that began and ended between two looks is told as one. */
static void pusher_works(struct pusher *p)
{
    char text[224], span[32];
    if (p->fail_ns && (p->outage_told || os_mono_ns() >= pusher_outage_ns(p))) {
        snprintf(text, sizeof text, "push: %s had no answer for %s, and takes what is recorded again",
                 p->o.target->name, text_span((double)(os_mono_ns() - p->fail_ns) * 1e-9, span, sizeof span));
        pusher_say(p, p->outage_told ? SEVERITY_INFO : SEVERITY_NOTICE, p->fail_ms, text);
    }
    if (p->fail_ns)
        pusher_set_error(p, "", false);
    p->fail_ns = 0;
    p->outage_told = false;
    backoff_clear(&p->backoff);
}

/* What a receiver refused, at once and then at most every ten minutes. */
static void pusher_tell_refused(struct pusher *p, bool last)
{
    const struct delivery_counts *c = &p->delivery.counts;
    uint64_t old = c->old - p->told.old, refused = c->refused - p->told.refused;
    char text[224];
    if ((!old && !refused) || (!last && p->told_ns && os_mono_ns() - p->told_ns < TELL_NS))
        return;
    snprintf(text, sizeof text, "push: %s refused %llu instant%s for good, which it lacks: %.120s", p->o.target->name,
             (unsigned long long)(old + refused), old + refused == 1 ? "" : "s", p->delivery.said.why);
    pusher_say(p, SEVERITY_WARNING, 0, text);
    p->told.old = c->old;
    p->told.refused = c->refused;
    p->told_ns = os_mono_ns();
}

/* What it says to what it took is told once, as it says so of every batch; and at the end how much it was. */
static void pusher_tell_rejected(struct pusher *p, bool last)
{
    const struct delivery *d = &p->delivery;
    uint64_t n = d->counts.rejected;
    char text[224];
    if (last ? n == p->told.rejected : p->warned || d->said.verdict != VERDICT_TAKEN || !*d->said.why)
        return;
    if (last)
        snprintf(text, sizeof text, "push: %s rejected %llu values in all of what it took", p->o.target->name,
                 (unsigned long long)n);
    else if (n)
        snprintf(text, sizeof text, "push: %s took a batch, but for %llu value%s which it rejected: %.100s",
                 p->o.target->name, (unsigned long long)n, n == 1 ? "," : "s,", d->said.why);
    else
        snprintf(text, sizeof text, "push: %s took a batch, and says: %.120s", p->o.target->name, d->said.why);
    pusher_say(p, n ? SEVERITY_WARNING : SEVERITY_NOTICE, 0, text);
    p->told.rejected = n;
    p->warned = true;
}

static void pusher_note_passed(struct pusher *p, uint64_t instants)
{
    os_lock(p->lock);
    p->state.passed_over += instants;
    os_unlock(p->lock);
}

/* ---- the cursor ---- */

static int pusher_write(struct pusher *p)
{
    if (!p->dirty)
        return 0;
    int rc = cursor_write(p->o.dir, p->o.target->name, &p->cursor, p->o.space);
    if (rc == 0)
        p->dirty = false;
    return rc;
}

static void pusher_read_cursor(struct pusher *p)
{
    char text[224];
    int rc = cursor_read(p->o.dir, p->o.target->name, &p->cursor);
    if (rc < 0)
        cursor_begin(&p->cursor, p->o.about->session);
    if (rc < 0 && rc != -ENOENT) {
        snprintf(text, sizeof text, "push: how far %s was cannot be read (%s): it gets what is recorded from now on",
                 p->o.target->name, rc == -EBADMSG ? "damaged" : strerror(-rc));
        pusher_say(p, SEVERITY_WARNING, 0, text);
    }
    cursor_add(&p->cursor, p->o.about->session);
    p->dirty = true;
}

/* ---- acknowledged, and for how long ---- */

static void pusher_settle_one(struct pusher *p, const struct place *at)
{
    cursor_move(&p->cursor, at);
    p->dirty = true;
}

/* It answers on the connection that it had: what it acknowledged long enough ago is over. */
static void pusher_settle(struct pusher *p)
{
    int64_t now = os_mono_ns();
    int n = 0;
    while (n < p->n_settling && (double)(now - p->settling[n].ns) * 1e-9 >= p->o.target->settle_s)
        pusher_settle_one(p, &p->settling[n++].at);
    p->n_settling -= n;
    memmove(p->settling, p->settling + n, (size_t)p->n_settling * sizeof *p->settling);
}

static void pusher_acknowledged(struct pusher *p, const struct place *at)
{
    p->reached_ms = at->wall_ms > p->reached_ms ? at->wall_ms : p->reached_ms;
    if (p->o.target->settle_s <= 0) {
        pusher_settle_one(p, at);
        return;
    }
    int i = p->n_settling < SETTLING ? p->n_settling++ : SETTLING - 1; /* then it settles with the one before */
    p->settling[i].at = *at;
    p->settling[i].ns = os_mono_ns();
}

/* It may have been started anew, and lack what it had not written: back to what is settled. */
static void pusher_go_back(struct pusher *p)
{
    p->n_settling = 0;
    delivery_clear(&p->delivery);
    *p->session = '\0';
}

/* ---- what is next ---- */

static bool pusher_is_ours(const struct pusher *p, const struct tape_about *a)
{
    return strcmp(a->hardware_id, p->o.about->hardware_id) == 0 && strcmp(a->machine, p->o.about->machine) == 0;
}

/* Chooses the session to read. False: there is none. */
static bool pusher_turn(struct pusher *p)
{
    struct place at;
    char next[NAMES_SESSION_MAX];
    if (!backlog_next(p->o.dir, &p->cursor, p->o.about->session, next) || !cursor_wants(&p->cursor, next, &at))
        return false;
    if (strcmp(next, p->session) != 0) {
        cursor_reach(&p->cursor, next);
        source_seek(p->source, &at);
        memcpy(p->session, next, sizeof p->session);
    }
    return true;
}

static void pusher_hole(struct pusher *p, const struct place *at)
{
    char text[224], when[TEXT_TIME_MAX];
    if (at->wall_ms)
        snprintf(text, sizeof text, "push: what was recorded after %s, up to where the archive goes on, is not kept "
                 "any more and does not reach %s", text_time(at->wall_ms, when), p->o.target->name);
    else
        snprintf(text, sizeof text, "push: the beginning of %s is not kept any more and does not reach %s", at->session,
                 p->o.target->name);
    pusher_say(p, SEVERITY_WARNING, at->wall_ms, text);
}

static void pusher_leave_session(struct pusher *p)
{
    cursor_finish(&p->cursor, p->session);
    p->dirty = true;
    *p->session = '\0';
}

/* Reads one instant into the batch. 1; 0: nothing more, or it must be sent first; an error. */
static int pusher_gather_one(struct pusher *p)
{
    const struct moment *m;
    struct place behind;
    struct delivery *d = &p->delivery;
    if (delivery_is_full(d)) {
        p->behind = true;
        return 0;
    }
    int rc = source_next(p->source, &m, &behind);
    if (rc == -EPIPE) {
        pusher_hole(p, &behind);
        return 1;
    }
    if (rc == 1 && !pusher_is_ours(p, source_about(p->source))) {
        pusher_leave_session(p);
        return 0;
    }
    if (rc == 1) {
        d->unsure |= behind.wall_ms <= p->reached_ms;
        return delivery_add(d, source_schema(p->source), source_about(p->source), &m->frame, &behind);
    }
    if (rc == 0 && !d->n && !p->n_settling && strcmp(p->session, p->o.about->session) != 0) {
        pusher_leave_session(p);
        p->behind = true;
    }
    return rc;
}

static int pusher_gather(struct pusher *p)
{
    p->behind = false;
    int rc = 1;
    while (rc > 0 && !(p->o.stop && p->o.stop(p->o.self))) {
        if (!*p->session && !pusher_turn(p))
            return 0;
        rc = pusher_gather_one(p);
    }
    if (p->delivery.n && strcmp(p->session, p->o.about->session) != 0)
        p->behind = true; /* there are more sessions */
    return rc;
}

/* ---- limits ---- */

/* What is beyond them is passed over, and told. */
static void pusher_trim(struct pusher *p)
{
    struct backlog b;
    char text[224], bytes[32], first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];
    int64_t now = os_mono_ns();
    if (p->look_ns && now - p->look_ns < LOOK_NS)
        return;
    p->look_ns = now;
    int64_t oldest = p->o.backlog_days > 0 ? os_wall_ms() - (int64_t)(p->o.backlog_days * 86400e3) : 0;
    int rc = backlog_trim(p->o.dir, &p->cursor, oldest, (int64_t)(p->o.backlog_mb * 1e6), &b);
    if (rc < 0)
        return;
    os_lock(p->lock);
    p->state.backlog_bytes = b.bytes;
    os_unlock(p->lock);
    if (!b.passed)
        return;
    snprintf(text, sizeof text, "push: %s will not get what was recorded from %s to %s, %llu instants, %s: more waited "
             "than push.backlog_%s", p->o.target->name, text_time(b.first_ms, first), text_time(b.last_ms, last),
             (unsigned long long)b.passed, text_bytes((double)b.passed_bytes, bytes, sizeof bytes),
             b.by_age ? "days" : "mb");
    pusher_say(p, SEVERITY_WARNING, b.first_ms, text);
    pusher_note_passed(p, b.passed);
    pusher_go_back(p);
    p->dirty = true;
}

/* ---- sending ---- */

static void pusher_note(struct pusher *p, uint64_t now)
{
    const struct delivery *d = &p->delivery;
    os_lock(p->lock);
    p->state.now += now;
    p->state.counts = d->counts;
    p->state.bytes = d->bytes;
    p->state.success_ms = p->cursor.success_ms;
    if (d->from)
        p->state.sent_ms = d->behind[d->from - 1].wall_ms;
    os_unlock(p->lock);
}

static void pusher_moved(struct pusher *p, uint64_t taken_before)
{
    struct delivery *d = &p->delivery;
    pusher_acknowledged(p, &d->behind[d->from - 1]);
    p->cursor.accepted = d->accepted;
    if (d->counts.sent > taken_before)
        p->cursor.success_ms = os_wall_ms();
    p->dirty = true;
    pusher_note(p, strcmp(d->session, p->o.about->session) == 0 ? d->counts.sent - taken_before : 0);
    pusher_tell_refused(p, false);
    pusher_tell_rejected(p, false);
}

/* Sends the batch. 0; or for how many ms it has to wait. */
static int64_t pusher_send(struct pusher *p)
{
    struct delivery *d = &p->delivery;
    while (d->from < d->n) {
        size_t from = d->from;
        uint64_t sent = d->counts.sent;
        if (p->o.stop && p->o.stop(p->o.self))
            return 1;
        bool unsettled = p->n_settling > 0;
        int rc = delivery_try(d);
        if (!d->parted)
            pusher_settle(p);
        if (d->from > from) {
            pusher_moved(p, sent);
            pusher_works(p);
        }
        if (d->parted && unsettled) {
            pusher_go_back(p);
            p->behind = true;
        }
        if (!rc)
            return pusher_fail(p, d->said.why, d->said.retry_after_s, d->said.lasting);
        if (pusher_write(p) < 0)
            return pusher_fail(p, "how far it is cannot be written; see whether the disk has room", 0, false);
    }
    delivery_clear(d);
    return 0;
}

/* There is nothing to send, and something to settle: whether it is the one that acknowledged is asked by the last
 * message once more, which changes nothing. */
static void pusher_probe(struct pusher *p)
{
    if (!p->n_settling || (double)(os_mono_ns() - p->settling[0].ns) * 1e-9 < p->o.target->settle_s)
        return;
    if (delivery_repeat(&p->delivery))
        pusher_settle(p);
    else
        pusher_go_back(p);
    p->behind = p->n_settling == 0; /* it goes back, or the cursor is written and it is done */
}

static int pusher_open(struct pusher *p, char why[static ANSWER_WHY])
{
    if (p->opened)
        return 0;
    int rc = sender_open(&p->delivery.sender, p->o.target, p->o.stop, p->o.self, why);
    p->opened = rc == 0;
    return rc;
}

int64_t pusher_step(struct pusher *p)
{
    char why[ANSWER_WHY] = "";
    int64_t pause = (int64_t)(p->o.target->interval_s * 1000);
    p->idle = false;
    pusher_trim(p);
    if (pusher_write(p) < 0)
        return pusher_fail(p, "how far it is cannot be written; see whether the disk has room", 0, false);
    if (pusher_open(p, why) < 0)
        return pusher_fail(p, why, 0, true);
    if (!p->delivery.n) {
        int rc = pusher_gather(p);
        if (rc < 0) {
            *p->session = '\0';
            snprintf(why, sizeof why, "the archive cannot be read: %s", strerror(-rc));
            return pusher_fail(p, why, 0, false);
        }
    }
    if (!p->delivery.n && !p->behind)
        pusher_probe(p);
    p->idle = !p->delivery.n && !p->behind && !p->n_settling;
    int64_t wait = pusher_send(p);
    if (wait)
        return wait;
    return p->behind ? 0 : pause;
}

/* ---- */

bool pusher_is_idle(const struct pusher *p)
{
    return p->idle;
}

struct pusher *pusher_new(const struct pusher_options *o)
{
    struct pusher *p = mem_new(sizeof *p);
    uint64_t seed = 0;
    p->o = *o;
    p->lock = os_lock_new();
    p->source = source_new(o->dir);
    os_random(&seed, sizeof seed);
    backoff_seed(&p->backoff, seed);
    delivery_begin(&p->delivery, o->target);
    pusher_read_cursor(p);
    p->delivery.accepted = p->cursor.accepted;
    p->delivery.unsure = p->cursor.accepted; /* whoever was before us may have been killed behind a batch */
    p->state.success_ms = p->cursor.success_ms;
    return p;
}

void pusher_free(struct pusher *p)
{
    if (!p)
        return;
    pusher_tell_refused(p, true);
    pusher_tell_rejected(p, true);
    pusher_write(p);
    delivery_done(&p->delivery);
    source_free(p->source);
    os_lock_free(p->lock);
    mem_free(p);
}

void pusher_state(struct pusher *p, struct pusher_state *out)
{
    os_lock(p->lock);
    *out = p->state;
    os_unlock(p->lock);
}
