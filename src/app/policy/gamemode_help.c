/* gamemode_help.c - a plan for the goal latency on a process that runs, and its transaction. */
#include "app/policy/gamemode_help.h"

#include "app/datadir.h"
#include "app/policy/planning.h"
#include "base/auto.h"
#include "base/log.h"
#include "policy/goal.h"

#include <string.h>

void helping_open(struct helping *h, const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    *h = (struct helping){ .set = args_text(a, "set") };
    int rc = datadir_find(a, &dir);
    rc = rc < 0 ? rc : journal_open(buf_text(&dir), "", &h->journal);
    if (rc < 0)
        log_warn(rc, "policy gamemode: the journal of changes cannot be kept in %s, so no knob is set for games",
                 buf_text(&dir));
}

void helping_close(struct helping *h)
{
    journal_close(h->journal);
    h->journal = NULL;
}

static int helping_apply(struct helping *h, const struct transaction_about *about, struct plan *p,
                         struct transaction **t)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        if (p->step[i].state != STEP_PLANNED)
            continue;
        if (!*t)
            rc = transaction_begin(h->journal, about, t);
        rc = rc < 0 ? rc : transaction_apply(*t, &p->step[i]);
    }
    return rc;
}

struct help helping_begin(struct helping *h, int32_t pid, const char *program, struct buf *line)
{
    struct help given = { 0 };
    struct planning p = { 0 };
    char why[KNOB_WHY] = "";
    if (!h->journal)
        return given;
    const struct transaction_about about = { .command = "gamemode", .what = program, .goal = GOAL_LATENCY };
    machine_look("", &p.machine);
    struct plan_options o = { .machine = &p.machine, .goal = GOAL_LATENCY, .arm = h->set,
                              .arm_evidence = EVIDENCE_ASKED, .pid = pid };
    int rc = plan_make(&o, &p.plan, why);
    if (rc < 0) {
        log_warn(0, "policy gamemode: %s", why);
    } else if ((rc = helping_apply(h, &about, &p.plan, &given.transaction)) < 0) {
        log_warn(rc, "policy gamemode: a change for %s (%d) could not be kept in the journal, so it was not made",
                 program, pid);
    } else {
        borrowed_apply(&given.borrowed, &about, &p.plan, &pid, 1);
    }
    planning_line(&p.plan, line);
    planning_done(&p);
    return given;
}

void helping_end(struct help *p)
{
    struct undone u = { 0 };
    borrowed_end(&p->borrowed, &u);
    int rc = p->transaction ? transaction_end(p->transaction, &u) : 0;
    if (rc < 0 || u.kept || u.failed)
        log_warn(rc, "policy gamemode: not everything is set back: %s", buf_text(&u.lines));
    undone_done(&u);
    *p = (struct help){ 0 };
}
