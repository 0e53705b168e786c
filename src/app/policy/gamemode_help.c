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

static int helping_apply(struct helping *h, struct plan *p, const char *program, struct transaction **t)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        if (p->step[i].state != STEP_PLANNED)
            continue;
        if (!*t)
            rc = transaction_begin(h->journal, &(struct transaction_about){ .command = "gamemode", .what = program,
                                                                           .goal = GOAL_LATENCY }, t);
        rc = rc < 0 ? rc : transaction_apply(*t, &p->step[i]);
    }
    return rc;
}

struct transaction *helping_begin(struct helping *h, int32_t pid, const char *program, struct buf *line)
{
    struct planning p = { 0 };
    struct transaction *t = NULL;
    char why[KNOB_WHY] = "";
    if (!h->journal)
        return NULL;
    machine_look("", &p.machine);
    struct plan_options o = { .machine = &p.machine, .goal = GOAL_LATENCY, .arm = h->set,
                              .arm_evidence = EVIDENCE_ASKED, .pid = pid };
    int rc = plan_make(&o, &p.plan, why);
    if (rc < 0)
        log_warn(0, "policy gamemode: %s", why);
    rc = rc < 0 ? rc : helping_apply(h, &p.plan, program, &t);
    if (rc < 0 && !*why)
        log_warn(rc, "policy gamemode: a change for %s (%d) could not be kept in the journal and was not made", program,
                 pid);
    planning_line(&p.plan, line);
    planning_done(&p);
    return t;
}

void helping_end(struct transaction *t)
{
    struct undone u = { 0 };
    if (!t)
        return;
    int rc = transaction_end(t, &u);
    if (rc < 0 || u.kept || u.failed)
        log_warn(rc, "policy gamemode: not everything is set back: %s", buf_text(&u.lines));
    undone_done(&u);
}
