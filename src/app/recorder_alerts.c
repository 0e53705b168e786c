/*
 * recorder_alerts.c - holds every instant against the rules, and tells what comes of it.
 *
 * take() works in memory only. A thread of its own keeps what was raised in the index, at once, so that a recorder that
 * is killed and starts again raises nothing twice, and reads there which rules somebody silenced meanwhile. Receivers
 * have their own threads (alert/deliveries.h); whoever asks at the socket gets the same messages.
 */
#include "app/recorder_alerts.h"

#include "alert/deliveries.h"
#include "app/alerting.h"
#include "app/alerts_ahead.h"
#include "app/foretold.h"
#include "app/recorder_parts.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define LOOK_NS (5 * SECOND_NS)  /* how often the index is asked for silences */
#define ROWS_MAX 4096            /* that wait for the index */
#define LATEST 64                /* messages for those who ask at the socket */
#define FITS_NS (5 * SECOND_NS)  /* after the first instant every source has said what it has */
#define UNTOLD_MS INT64_C(86400000) /* an end that an earlier recorder did not tell is told for so long */
#define END_WAIT_S 3.0           /* for receivers, at the end */

struct alarms {
    struct recorder *r;
    struct os_lock *lock;        /* guards what follows */
    struct alerts *alerts;
    struct alert *rows;          /* that the index does not have yet, in their order */
    size_t n_rows, cap_rows;
    struct message latest[LATEST]; /* message i lies in latest[i % LATEST] */
    uint64_t n_latest;
    int zone_s;
    int followers;
    bool running, ending;

    size_t own;                  /* of the sampling thread: how many rules are the person's, the first ones */
    int64_t fits_ns;             /* and when it is looked whether they can hold here; 0: not known yet */
    bool fits_known;
    bool full_said;              /* that there are too many */

    struct deliveries *deliveries; /* of the sampling thread, which reloads */
    struct alert *batch;         /* of the keeping thread */
    size_t cap_batch;
    struct index *index;
    int error;                   /* that was said last */
    int64_t ahead_ns;            /* when is looked ahead next; of the thread that tidies */
};

/* ---- what the state says; under the lock ---- */

static void alarms_put_row(struct alarms *a, const struct alert *row)
{
    if (a->n_rows == ROWS_MAX || a->r->o.csv_only)
        return;
    a->rows = mem_grow(a->rows, a->n_rows, &a->cap_rows, sizeof *a->rows);
    a->rows[a->n_rows++] = *row;
    os_wake(a->lock);
}

/* Either is an instant of its own: an end stands where it came, and says how long it was. */
static void alarms_on_change(void *self, const struct alert *row, bool begins, const char *sentence)
{
    struct alarms *a = self;
    char text[MESSAGE_TEXT + RULE_NAME_MAX + 64];
    int64_t at_ms = begins ? row->since_ms : row->end_ms;
    struct event e = { .wall_ms = at_ms, .end_ms = at_ms, .kind = EVENT_ALERT,
                       .severity = begins ? row->severity : SEVERITY_INFO, .source = "alerts" };
    snprintf(text, sizeof text, "%s: %s%s", row->rule, begins ? "" : "over: ", sentence);
    text_copy(e.text, sizeof e.text, text);
    text_clean(e.text);
    ring_put(a->r->said, &e);
    alarms_put_row(a, row);
}

static void alarms_on_told(void *self, const struct alert *row)
{
    alarms_put_row(self, row);
}

static void alarms_on_tell(void *self, const struct message *m)
{
    struct alarms *a = self;
    deliveries_post(a->deliveries, m);
    a->latest[a->n_latest++ % LATEST] = *m;
    os_wake(a->lock);
}

/* ---- the index ---- */

struct silences {
    struct { char rule[RULE_NAME_MAX]; int64_t until_ms; } one[ALERT_SILENCES];
    size_t n;
};

static void silences_note(void *self, const char *rule, int64_t until_ms)
{
    struct silences *s = self;
    if (s->n == ALERT_SILENCES)
        return;
    text_copy(s->one[s->n].rule, sizeof s->one[0].rule, rule);
    s->one[s->n++].until_ms = until_ms;
}

/* What is in force takes the place of what was. Under the lock. */
static void alarms_silence(struct alarms *a, const struct silences *s)
{
    alerts_unsilence_all(a->alerts);
    for (size_t i = 0; i < s->n; i++)
        alerts_silence(a->alerts, s->one[i].rule, s->one[i].until_ms);
}

/* Without the lock: it waits for the disk. */
static int alarms_write(struct alarms *a, size_t n)
{
    int rc = a->index || a->r->o.csv_only ? 0 : index_open(a->r->o.dir, &(struct index_options){ 0 }, &a->index);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct index_alert row = alerting_row(&a->batch[i]);
        rc = index_put_alert(a->index, &row);
        if (rc == -EINVAL) { /* what never fits must not keep out what follows */
            log_warn(0, "record: an alert of the rule %s does not fit the index", row.rule);
            rc = 0;
        }
    }
    if (rc < 0 || !a->index)
        return rc;
    struct silences now = { 0 };
    rc = index_silences(a->index, os_wall_ms(), silences_note, &now);
    if (rc < 0)
        return rc;
    os_lock(a->lock);
    alarms_silence(a, &now);
    os_unlock(a->lock);
    return 0;
}

/* What could not be written is written before what came since. Under the lock. */
static void alarms_put_back(struct alarms *a, size_t n)
{
    size_t fits = ROWS_MAX - a->n_rows < n ? ROWS_MAX - a->n_rows : n;
    struct alert *all = mem_new((fits + a->n_rows + 1) * sizeof *all);
    memcpy(all, a->batch + (n - fits), fits * sizeof *all);
    if (a->n_rows)
        memcpy(all + fits, a->rows, a->n_rows * sizeof *all);
    mem_free(a->rows);
    a->rows = all;
    a->n_rows += fits;
    a->cap_rows = a->n_rows + 1;
}

/* Takes what waits, with the lock let go of; the lock is held before and after. */
static void alarms_keep(struct alarms *a)
{
    size_t n = a->n_rows, cap = a->cap_batch;
    struct alert *batch = a->batch;
    a->batch = a->rows;
    a->cap_batch = a->cap_rows;
    a->rows = batch;
    a->cap_rows = cap;
    a->n_rows = 0;
    os_unlock(a->lock);
    int rc = alarms_write(a, n);
    if (rc < 0) {
        if (rc != a->error)
            log_warn(rc, "record: the index does not learn of alerts, which a restart may tell again; trying on");
        index_close(a->index);
        a->index = NULL;
    }
    a->error = rc < 0 ? rc : 0;
    os_lock(a->lock);
    if (rc < 0 && n)
        alarms_put_back(a, n);
}

static void alarms_main(void *arg)
{
    struct alarms *a = arg;
    os_lock(a->lock);
    while (!a->ending) {
        int64_t until = os_mono_ns() + LOOK_NS;
        while (!a->ending && (!a->n_rows || a->error) && os_mono_ns() < until)
            os_wait(a->lock, until);
        alarms_keep(a);
    }
    if (a->n_rows)
        alarms_keep(a);
    a->running = false;
    os_wake(a->lock);
    os_unlock(a->lock);
}

/* ---- an instant, and the minute ---- */

/* A rule that can never hold says nothing, for ever: its person has to hear of that. Those that Sonde brings are for
 * machines of every kind. Under the lock. */
static void alarms_fit(struct alarms *a, const struct schema *s)
{
    char why[RULE_WHY];
    size_t n;
    const struct rule *r = alerts_rules(a->alerts, &n);
    for (size_t i = 0; i < n && i < a->own; i++)
        if (!rule_fits(&r[i], s, why))
            log_warn(0, "record: the rule '%s' cannot hold: %s", r[i].name, why);
    a->fits_known = true;
}

/* Silence would look like health. Under the lock. */
static void alarms_say_full(struct alarms *a, int64_t wall_ms)
{
    static const char text[] = "as many alerts as can be are raised, and no more will be; rules that hold for many "
                               "metrics at once want a narrower name (sonde alerts)";
    if (a->full_said || !alerts_is_full(a->alerts))
        return;
    a->full_said = true;
    log_warn(0, "record: %s", text);
    recorder_say(a->r, EVENT_BUDGET, SEVERITY_WARNING, wall_ms, text); /* no rule of Sonde's own waits for these */
}

static void alarms_take(void *self, const struct schema *s, const struct moment *m)
{
    struct alarms *a = self;
    a->fits_ns = a->fits_ns ? a->fits_ns : m->frame.mono_ns + FITS_NS;
    os_lock(a->lock);
    if (!a->fits_known && m->frame.mono_ns >= a->fits_ns)
        alarms_fit(a, s);
    alerts_take(a->alerts, s, m, a->zone_s);
    alarms_say_full(a, m->frame.wall_ms);
    os_unlock(a->lock);
}

static void alarms_foresee(void *self, const struct rule *r, const char *metric, enum unit unit, double value)
{
    struct alarms *a = self;
    struct instant now = a->r->of->now(a->r->of);
    os_lock(a->lock);
    alerts_foresee(a->alerts, r->name, metric, unit, value,
                   &(struct alert_clock){ now.wall_ms, now.mono_ns, a->zone_s });
    os_unlock(a->lock);
}

/* The rules are copied: a reload may come meanwhile. */
static void alarms_look_ahead(struct alarms *a)
{
    size_t n;
    os_lock(a->lock);
    const struct rule *rules = alerts_rules(a->alerts, &n);
    struct rule *copy = mem_new((n + 1) * sizeof *copy);
    memcpy(copy, rules, n * sizeof *copy);
    os_unlock(a->lock);
    alerts_ahead(a->r->o.dir, copy, n, alarms_foresee, a);
    mem_free(copy);
}

static void alarms_tidy(void *self)
{
    struct alarms *a = self;
    int64_t now_ns = os_mono_ns();
    int zone_s = os_zone_s(os_wall_ms());
    os_lock(a->lock);
    a->zone_s = zone_s;
    os_unlock(a->lock);
    if (now_ns < a->ahead_ns || a->r->o.csv_only)
        return;
    a->ahead_ns = now_ns + FORETOLD_EVERY_MS * INT64_C(1000000);
    alarms_look_ahead(a);
}

/* ---- for the socket ---- */

struct lasting {
    struct alarms *a;
    void (*each)(void *self, const struct message *m);
    void *self;
    int64_t now_ms;
};

static void alarms_last(void *self, const struct alert *row)
{
    struct lasting *l = self;
    struct message m;
    if (!row->told_ms || row->end_ms)
        return;
    alert_message(l->a->alerts, row, NEWS_RAISED, l->now_ms, &m);
    l->each(l->self, &m);
}

void alarms_lasting(struct alarms *a, void (*each)(void *self, const struct message *m), void *self, uint64_t *next)
{
    os_lock(a->lock);
    *next = a->n_latest;
    alerts_each(a->alerts, alarms_last, &(struct lasting){ a, each, self, os_wall_ms() });
    os_unlock(a->lock);
}

int alarms_next(struct alarms *a, uint64_t *next, struct message *out, int64_t until_ns)
{
    os_lock(a->lock);
    a->followers++;
    while (!a->ending && *next >= a->n_latest && os_mono_ns() < until_ns)
        os_wait(a->lock, until_ns);
    if (a->n_latest > LATEST && *next < a->n_latest - LATEST)
        *next = a->n_latest - LATEST;
    int rc = *next < a->n_latest ? 0 : a->ending ? -EPIPE : -ETIMEDOUT;
    if (rc == 0)
        *out = a->latest[(*next)++ % LATEST];
    a->followers--;
    os_wake(a->lock);
    os_unlock(a->lock);
    return rc;
}

/* ---- beginning and ending ---- */

struct restoring {
    struct alarms *a;
    struct alert_clock now;
};

/* Of a rule that is no longer there it is over: nobody would ever say so. */
static void alarms_restore(void *self, const struct index_alert *row)
{
    struct restoring *s = self;
    struct alert a;
    alerting_of_row(row, &a);
    if (alerts_restore(s->a->alerts, &a, &s->now) == 0 || a.end_ms)
        return;
    a.end_ms = s->now.wall_ms > a.since_ms ? s->now.wall_ms : a.since_ms;
    alarms_put_row(s->a, &a);
}

static struct alert_clock alarms_now(const struct alarms *a)
{
    struct instant now = a->r->of->now(a->r->of);
    return (struct alert_clock){ now.wall_ms, now.mono_ns, a->zone_s };
}

/* The index has what an earlier recorder raised. Before there are threads. */
static void alarms_remember(struct alarms *a)
{
    struct index *x;
    struct restoring s = { a, alarms_now(a) };
    struct silences silences = { 0 };
    if (a->r->o.csv_only || index_open_read(a->r->o.dir, &x) < 0)
        return;
    int rc = index_alerts(x, INDEX_ALERTS_RAISED, 0, ALERTS_MAX, alarms_restore, &s);
    rc = rc < 0 ? rc : index_alerts(x, INDEX_ALERTS_UNTOLD, s.now.wall_ms - UNTOLD_MS, ALERTS_MAX, alarms_restore, &s);
    rc = rc < 0 ? rc : index_silences(x, s.now.wall_ms, silences_note, &silences);
    alarms_silence(a, &silences);
    if (rc < 0)
        log_warn(rc, "record: what was raised before is not known, and may be told again");
    index_close(x);
}

static struct alerts *alarms_begin(struct alarms *a, const struct alerting *rules, bool grace)
{
    struct alert_hooks hooks = { alarms_on_change, alarms_on_tell, alarms_on_told, a };
    struct alert_clock now = alarms_now(a);
    struct alert_policy p = rules->policy;
    p.grace_s = grace ? p.grace_s : 0;
    return alerts_new(rules->rule, rules->n, &p, &hooks, &now);
}

static int alarms_open(struct recorder *r, void **self)
{
    if (!config_bool(r->config, "alerts.enabled"))
        return 0;
    struct alerting *rules = mem_new(sizeof *rules);
    struct alarms *a = mem_new(sizeof *a);
    *a = (struct alarms){ .r = r, .lock = os_lock_new(), .zone_s = os_zone_s(os_wall_ms()),
                          .ahead_ns = os_mono_ns() + FORETOLD_EVERY_MS * INT64_C(1000000) };
    alerting_read_said(r->config, "record", rules); /* rules that are wrong are left out */
    a->alerts = alarms_begin(a, rules, true);
    a->own = rules->own;
    mem_free(rules);
    a->deliveries = deliveries_new(r->config, alerting_wanted(r->o.args), "record");
    alarms_remember(a);
    a->running = true;
    int rc = os_thread(alarms_main, a);
    if (rc < 0) {
        log_warn(rc, "record: there is no thread that would keep alerts; a restart may tell them again");
        a->running = false;
    }
    r->alarms = a;
    *self = a;
    return 0;
}

struct moving {
    struct alerts *from, *to;
    struct alert_clock now;
    struct alarms *a;
};

/* Of a rule that is no longer there it is over, and whoever was told of it is told so: nobody else ever would. */
static void alarms_move(void *self, const struct alert *row)
{
    struct moving *m = self;
    struct alert gone = *row;
    struct message over;
    if (alerts_restore(m->to, row, &m->now) == 0)
        return;
    alert_message(m->from, &gone, NEWS_CLEARED, m->now.wall_ms, &over);
    snprintf(over.text, sizeof over.text, "its rule is no longer there; it was: %.400s", gone.text);
    text_clean(over.text);
    if (!gone.end_ms) {
        gone.end_ms = m->now.wall_ms > gone.since_ms ? m->now.wall_ms : gone.since_ms;
        alarms_on_change(m->a, &gone, false, over.text);
    }
    if (!gone.told_ms)
        return;
    alarms_on_tell(m->a, &over);
}

/* What is raised stays so, where its rule stays; receivers begin anew. */
static void alarms_reload(void *self, const struct config *c)
{
    struct alarms *a = self;
    struct alerting *rules = mem_new(sizeof *rules);
    if (alerting_read_said(c, "record", rules) == 0) {
        struct deliveries *before = a->deliveries, *now = deliveries_new(c, alerting_wanted(a->r->o.args), "record");
        os_lock(a->lock);
        a->deliveries = now;
        struct moving m = { a->alerts, alarms_begin(a, rules, false), alarms_now(a), a };
        alerts_each(m.from, alarms_move, &m);
        alerts_silence_as(m.to, m.from);
        alerts_free(m.from);
        a->alerts = m.to;
        a->own = rules->own;
        a->fits_known = a->full_said = false;
        os_unlock(a->lock);
        deliveries_free(before, 0);
    } else {
        log_warn(0, "record: the rules of alerts stay as they were");
    }
    mem_free(rules);
}

static void alarms_put(void *self, struct json *j)
{
    struct alarms *a = self;
    size_t n;
    os_lock(a->lock);
    alerts_rules(a->alerts, &n);
    os_unlock(a->lock);
    json_int(j, "alert_rules", (int64_t)n);
}

static void alarms_close(void *self)
{
    struct alarms *a = self;
    os_lock(a->lock);
    a->ending = true;
    os_wake(a->lock);
    while (a->running || a->followers)
        os_wait(a->lock, INT64_MAX);
    os_unlock(a->lock);
    a->r->alarms = NULL;
    deliveries_free(a->deliveries, END_WAIT_S);
    index_close(a->index);
    alerts_free(a->alerts);
    os_lock_free(a->lock);
    mem_free(a->rows);
    mem_free(a->batch);
    mem_free(a);
}

struct alarms *alarms_of(const struct recorder *r)
{
    return r->alarms;
}

const struct recorder_part recorder_alerts = {
    .name = "alerts", .open = alarms_open, .take = alarms_take, .tidy = alarms_tidy, .reload = alarms_reload,
    .put = alarms_put, .close = alarms_close,
};
