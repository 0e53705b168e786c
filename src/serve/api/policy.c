/* policy.c - what is set on this machine, what was, what was learned, and who else tunes; and setting one back. */
#include "serve/api/api_own.h"

#include "policy/owners.h"
#include "policy/undo/journal.h"
#include "store/index.h"

#include <errno.h>

#define PAST 100

static void policy_time(struct json *j, const char *key, int64_t at_ms)
{
    if (at_ms)
        json_int(j, key, at_ms);
    else
        json_null(j, key);
}

static void policy_row(struct json *j, const struct journal_transaction *t)
{
    json_object(j, NULL);
    journal_json_about(j, t);
    json_int(j, "begun_ms", t->begun_ms);
    policy_time(j, "until_ms", t->until_ms);
    policy_time(j, "ended_ms", t->ended_ms);
    json_array(j, "steps");
    for (size_t i = 0; i < t->n; i++) {
        json_object(j, NULL);
        journal_json_step(j, &t->step[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

/* ---- what is set, and what was ---- */

struct policy_rows {
    struct json *j;
    bool open;     /* those that are; else those that are over */
    int64_t skip;  /* so many of them are left out: the newest ones are wanted */
};

static void policy_count(void *self, const struct journal_transaction *t)
{
    *(int64_t *)self += t->ended_ms != 0;
}

static void policy_each(void *self, const struct journal_transaction *t)
{
    struct policy_rows *rows = self;
    if ((t->ended_ms == 0) == rows->open && rows->skip-- <= 0)
        policy_row(rows->j, t);
}

static int policy_journal(const struct api *a, struct json *j)
{
    struct journal *journal = NULL;
    int64_t ended = 0;
    int rc = journal_open_read(a->dir, "", &journal);
    if (rc == 0)
        rc = journal_each(journal, true, policy_count, &ended);
    for (int open = 1; open >= 0; open--) {
        struct policy_rows rows = { j, open, open || ended < PAST ? 0 : ended - PAST };
        json_array(j, open ? "open" : "past");
        if (rc >= 0)
            rc = journal_each(journal, true, policy_each, &rows);
        json_end(j);
    }
    journal_close(journal);
    return rc == -ENOENT ? 0 : rc;
}

/* ---- what was learned ---- */

static void policy_learned(void *self, const struct index_policy *p)
{
    struct json *j = self;
    bool accepted = p->state == INDEX_POLICY_LEARNED;
    json_object(j, NULL);
    json_string(j, "workload", p->workload);
    json_said(j, "name", p->name);
    json_string(j, "intent", p->goal);
    json_string(j, "metric", p->metric);
    json_string(j, "arm", accepted ? p->arm : NULL);
    json_digits(j, "ratio", p->ratio, 4);
    json_digits(j, "low", p->lo, 4);
    json_digits(j, "high", p->hi, 4);
    json_int(j, "pairs", p->pairs);
    json_int(j, "won", p->won);
    json_int(j, "at_ms", p->at_ms);
    json_string(j, "verdict", p->reason);
    json_end(j);
}

/* Nothing needs to be recorded for something to be set, so no archive is no error. */
static int policy_index(const struct api *a, struct json *j)
{
    struct index *x;
    int rc = index_open_read(a->dir, &x);
    if (rc == 0) {
        rc = index_policies(x, PAST, policy_learned, j);
        index_close(x);
    }
    return rc == -ENOENT ? 0 : rc;
}

/* ---- the others ---- */

static void policy_neighbour(void *self, const struct owner *o, int32_t pid)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "name", o->name);
    if (pid)
        json_int(j, "pid", pid);
    else
        json_null(j, "pid");
    json_string(j, "holds", o->holds);
    json_string(j, "advice", o->advice);
    json_end(j);
}

void api_policy(void *self, const struct http_request *r, struct http_reply *out)
{
    const struct api *a = self;
    struct json j;
    (void)r;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    int rc = policy_journal(a, &j);
    json_array(&j, "learned");
    rc = rc < 0 ? rc : policy_index(a, &j);
    json_end(&j);
    json_array(&j, "neighbours");
    if (!a->s.replay)
        owner_running("", policy_neighbour, &j);
    json_end(&j);
    json_end(&j);
    if (rc < 0)
        api_fail(out, rc);
}

/* ---- setting back ---- */

static void policy_undone(const struct undone *u, struct http_reply *out)
{
    struct json j;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    undone_json(&j, u, buf_text(&u->lines));
    json_end(&j);
}

static void policy_fail(struct http_reply *out, int rc)
{
    if (rc == -ENOENT)
        http_fail(out, 404, "nothing of that name is set", "/api/v1/policy has what is");
    else if (rc == -EBUSY)
        http_fail(out, 503, "the journal is held by another process", "try again in a moment");
    else if (rc == -EROFS || rc == -EACCES || rc == -EPERM)
        http_fail(out, 403, "this user may not set it back", "`sonde policy revert` as the user who set it");
    else
        api_fail(out, rc);
}

void api_revert(void *self, const struct http_request *r, struct http_reply *out)
{
    const struct api *a = self;
    struct journal *journal;
    struct undone u = { 0 };
    int rc = journal_open(a->dir, "", &journal);
    if (rc == 0) {
        rc = journal_revert(journal, r->part[0], &u);
        journal_close(journal);
    }
    if (rc < 0)
        policy_fail(out, rc);
    else
        policy_undone(&u, out);
    undone_done(&u);
}
