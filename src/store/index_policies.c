/* index_policies.c - what was learned of policies: one row for each time, and the trials that it rests on. */
#include "store/index_own.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const char *index_policy_state_name(enum index_policy_state s)
{
    static const char *const name[] = { "default", "learned", "stopped" };
    return name[s];
}

struct policy_put {
    const struct index_policy *p;
    const struct index_trial *t;
    size_t n;
    int64_t number;
};

static int policies_put_trials(struct index *x, const struct policy_put *w)
{
    int rc = 0;
    for (size_t i = 0; i < w->n && rc >= 0; i++) {
        const struct index_trial *t = &w->t[i];
        rc = index_run(x, "INSERT INTO trials VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                       VALUES(I(w->number), I((int64_t)i), T(t->phase), T(t->arm), D(t->value), D(t->wall_s),
                              I(t->at_ms)));
    }
    return rc;
}

static int policies_drop_old(struct index *x, const struct index_policy *p)
{
    int rc = index_run(x, "DELETE FROM policies WHERE n IN (SELECT n FROM policies WHERE workload = ?1 AND machine = "
                       "?2 AND goal = ?3 AND contention = ?4 AND metric = ?5 ORDER BY n DESC LIMIT -1 OFFSET ?6)",
                       VALUES(T(p->workload), T(p->machine), T(p->goal), T(p->contention), T(p->metric),
                              I(INDEX_POLICIES_OF_ONE)));
    if (rc >= 0)
        rc = index_run(x, "DELETE FROM policies WHERE n IN (SELECT n FROM policies ORDER BY n DESC LIMIT -1 OFFSET ?1)",
                       VALUES(I(INDEX_POLICIES_KEPT)));
    return rc < 0 ? rc : index_run(x, "DELETE FROM trials WHERE policy NOT IN (SELECT n FROM policies ORDER BY n DESC "
                                   "LIMIT ?1)", VALUES(I(INDEX_POLICY_TRIALS_KEPT)));
}

static int policies_put(struct index *x, void *self)
{
    struct policy_put *w = self;
    const struct index_policy *p = w->p;
    int rc = index_run(x, "INSERT INTO policies (machine, workload, class, goal, contention, metric, state, arm, "
                       "reason, ratio, lo, hi, p, pairs, won, at_ms, version, name) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
                       VALUES(T(p->machine), T(p->workload), T(p->class), T(p->goal), T(p->contention), T(p->metric),
                              I(p->state), T(p->arm), T(p->reason), D(p->ratio), D(p->lo), D(p->hi), D(p->p),
                              I(p->pairs), I(p->won), I(p->at_ms), T(p->version), T(p->name)));
    if (rc < 0)
        return rc;
    w->number = sqlite3_last_insert_rowid(x->db);
    rc = policies_put_trials(x, w);
    return rc < 0 ? rc : policies_drop_old(x, p);
}

static bool policies_is_key(const struct index_policy *p)
{
    return *p->workload && index_is_text(p->machine, 160) && index_is_text(p->workload, 40) &&
           index_is_text(p->class, 40) && index_is_text(p->name, 64) && index_is_text(p->goal, 20) &&
           index_is_text(p->contention, 20) && index_is_text(p->metric, 256);
}

int64_t index_add_policy(struct index *x, const struct index_policy *p, const struct index_trial *t, size_t n)
{
    bool fits = policies_is_key(p) && index_is_text(p->arm, INDEX_ARM_MAX) &&
                index_is_text(p->reason, INDEX_NOTE_MAX) && index_is_text(p->version, 40) &&
                n <= INDEX_POLICY_TRIALS_MAX;
    for (size_t i = 0; i < n && fits; i++)
        fits = index_is_text(t[i].phase, 20) && index_is_text(t[i].arm, INDEX_ARM_MAX);
    if (!fits)
        return -EINVAL;
    struct policy_put w = { p, t, n, 0 };
    int rc = index_write(x, policies_put, &w);
    return rc < 0 ? rc : w.number;
}

/* ---- reading ---- */

static double policies_number(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(s, column);
}

#define POLICIES_SELECT "SELECT n, machine, workload, class, goal, contention, metric, state, arm, reason, ratio, " \
    "lo, hi, p, pairs, won, at_ms, version, name FROM policies "

static void policies_tell(sqlite3_stmt *s, void (*each)(void *self, const struct index_policy *p), void *self)
{
    int state = sqlite3_column_int(s, 7);
    bool known = state >= INDEX_POLICY_STANDARD && state <= INDEX_POLICY_STOPPED;
    each(self, &(struct index_policy){
        .n = sqlite3_column_int64(s, 0), .machine = index_text(s, 1), .workload = index_text(s, 2),
        .class = index_text(s, 3), .goal = index_text(s, 4), .contention = index_text(s, 5), .metric = index_text(s, 6),
        .state = known ? (enum index_policy_state)state : INDEX_POLICY_STOPPED, .arm = index_text(s, 8),
        .reason = index_text(s, 9), .ratio = policies_number(s, 10), .lo = policies_number(s, 11),
        .hi = policies_number(s, 12), .p = policies_number(s, 13), .pairs = sqlite3_column_int(s, 14),
        .won = sqlite3_column_int(s, 15), .at_ms = sqlite3_column_int64(s, 16), .version = index_text(s, 17),
        .name = index_text(s, 18) });
}

static int policies_each(struct index *x, sqlite3_stmt *s, int rc,
                         void (*each)(void *self, const struct index_policy *p), void *self)
{
    int n = 0;
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        policies_tell(s, each, self);
        rc = 0;
        n++;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

int index_find_policy(struct index *x, const struct index_policy *key,
                      void (*each)(void *self, const struct index_policy *p), void *self)
{
    sqlite3_stmt *s = NULL;
    int rc = index_bind(x, POLICIES_SELECT "WHERE workload = ?1 AND machine = ?2 AND goal = ?3 AND contention = ?4 AND "
                        "metric = ifnull(?5, metric) AND state <> 2 "
                        "ORDER BY ?5 IS NULL AND state = 1 DESC, n DESC LIMIT 1",
                        VALUES(T(key->workload), T(key->machine), T(key->goal), T(key->contention), T(key->metric)),
                        &s);
    rc = policies_each(x, s, rc, each, self);
    return rc < 0 ? rc : rc ? 0 : -ENODATA;
}

int index_policies(struct index *x, int64_t limit, void (*each)(void *self, const struct index_policy *p), void *self)
{
    sqlite3_stmt *s = NULL;
    int rc = index_bind(x, POLICIES_SELECT "ORDER BY n DESC LIMIT ?1", VALUES(I(limit ? limit : -1)), &s);
    return policies_each(x, s, rc, each, self);
}

int index_trials(struct index *x, int64_t policy, void (*each)(void *self, const struct index_trial *t), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT phase, arm, value, wall_s, at_ms FROM trials WHERE policy = ?1 ORDER BY i",
                               VALUES(I(policy)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, &(struct index_trial){ .phase = index_text(s, 0), .arm = index_text(s, 1),
                                          .value = policies_number(s, 2), .wall_s = policies_number(s, 3),
                                          .at_ms = sqlite3_column_int64(s, 4) });
        rc = 0;
        n++;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

static int policies_forget(struct index *x, void *self)
{
    return index_run(x, "DELETE FROM policies WHERE n = ?1", VALUES(I(*(const int64_t *)self)));
}

int index_forget_policy(struct index *x, int64_t n)
{
    int rc = index_write(x, policies_forget, &n);
    return rc < 0 ? rc : rc ? 0 : -ENODATA;
}
