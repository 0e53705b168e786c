/* helper_may.c - what the helper does for whom; reads, and sets nothing. */
#include "policy/helper/helper_may.h"

#include "base/text.h"
#include "policy/guarded.h"
#include "policy/helper/heat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int may_refuse(int rc, char why[static KNOB_WHY], const char *knob, const char *sentence)
{
    snprintf(why, KNOB_WHY, "%s: %s", knob, sentence);
    return rc;
}

static int may_knob(const struct helper_request *r, const struct knob **out, char why[static KNOB_WHY])
{
    const struct knob *k = knob_find(r->knob);
    *out = k;
    if (!k) {
        snprintf(why, KNOB_WHY, "there is no knob \"%.40s\"", r->knob);
        return -EINVAL;
    }
    if (k->class == KNOB_ENV || k->self_only)
        return may_refuse(-EPERM, why, k->name, "only a program that is about to start can set it, of itself");
    if (k->class == KNOB_GROUP || strcmp(k->name, "group.member") == 0) /* who leaves his group leaves its limits */
        return may_refuse(-EPERM, why, k->name, "control groups are not set through the helper");
    if (k->class != KNOB_PROCESS && !*k->needs)
        return may_refuse(-EPERM, why, k->name, "it takes no right, and is set without the helper");
    if (k->opt_in)
        return may_refuse(-EPERM, why, k->name, "it can lock a machine up, and is not set through the helper");
    return 0;
}

/* The start is read before it is seen whose it is: a number that goes to another task meanwhile is noticed later. */
static int may_task(const struct helper_rules *rules, uint32_t uid, const struct helper_request *r, struct place *p,
                    char why[static KNOB_WHY])
{
    if (*r->inst)
        return may_refuse(-EINVAL, why, r->knob, "it is of a process, and has no instances");
    if (r->pid <= 0)
        return may_refuse(-EINVAL, why, r->knob, "of which process?");
    p->pid = r->pid;
    p->start = knob_task_start(rules->root, r->pid);
    if (!p->start) {
        snprintf(why, KNOB_WHY, "there is no process %d", r->pid);
        return -ESRCH;
    }
    return guarded_is(rules->root, r->pid, uid, why) ? -EPERM : 0;
}

struct may_search {
    const char *inst;
    bool found;
};

static void may_compare(void *self, const char *inst)
{
    struct may_search *s = self;
    s->found = s->found || strcmp(s->inst, inst) == 0;
}

/* A device goes by a name that the knob found itself: what is asked for becomes part of no path. */
static int may_device(const struct helper_rules *rules, const struct knob *k, const struct helper_request *r,
                      char why[static KNOB_WHY])
{
    struct may_search s = { .inst = r->inst };
    if (r->pid)
        return may_refuse(-EINVAL, why, k->name, "it is of the machine, and of no process");
    if (k->list)
        k->list(k, rules->root, may_compare, &s);
    else
        s.found = !*r->inst;
    if (s.found)
        return 0;
    snprintf(why, KNOB_WHY, "%s: there is no \"%.60s\" here", k->name, r->inst);
    return -ENODEV;
}

static int may_heat(const struct helper_rules *rules, const struct step *s, char why[static KNOB_WHY])
{
    char now[KNOB_VALUE_MAX];
    if (rules->heats)
        return 0;
    if (!s->knob->read || s->knob->read(s->knob, &s->place, now) < 0)
        *now = '\0';
    return heat_raises(s->knob, now, s->value) && heat_forbids(rules->root, why) ? -EPERM : 0;
}

int helper_may(const struct helper_rules *rules, uint32_t uid, const struct helper_request *r, struct step *out,
               char why[static KNOB_WHY])
{
    struct step s = { .place = { .root = rules->root }, .evidence = EVIDENCE_ASKED };
    int rc = may_knob(r, &s.knob, why);
    if (rc == 0)
        rc = s.knob->class == KNOB_PROCESS ? may_task(rules, uid, r, &s.place, why)
                                           : may_device(rules, s.knob, r, why);
    if (rc < 0)
        return rc;
    text_copy(s.place.inst, sizeof s.place.inst, r->inst);
    rc = knob_check(s.knob, &s.place, r->value, s.value, why);
    if (rc == 0)
        rc = may_heat(rules, &s, why);
    if (rc == 0)
        *out = s;
    return rc;
}
