/*
 * plan.c - from a goal and what a person named to the knobs that are to be set.
 *
 * What the goal asks for is in presets.c. Here every step is held against the machine: is there such a knob, may we
 * write it, does somebody else turn it, did the user set it already? What cannot be done stays in the plan, with the
 * reason, because a person wants to know what a right more would bring.
 */
#include "policy/plan.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/owners.h"
#include "policy/presets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *step_state_name(enum step_state s)
{
    static const char *const name[] = { "planned", "done", "same", "left", "refused" };
    return name[s];
}

const char *evidence_name(enum evidence e)
{
    static const char *const name[] = { "principle", "measured", "learned", "asked" };
    return name[e];
}

struct step *plan_add(struct plan *p, const struct knob *k, const char *value, enum evidence e, const char *why)
{
    p->step = mem_grow(p->step, p->n, &p->cap, sizeof *p->step);
    struct step *s = &p->step[p->n++];
    *s = (struct step){ .knob = k, .place = { .root = p->root }, .evidence = e };
    text_copy(s->value, sizeof s->value, value);
    text_copy(s->why, sizeof s->why, why);
    return s;
}

struct step *plan_find(struct plan *p, const char *knob, const char *inst)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->step[i].knob->name, knob) == 0 && strcmp(p->step[i].place.inst, inst) == 0)
            return &p->step[i];
    return NULL;
}

struct step *plan_add_grouped(struct plan *p, const struct machine *m, const struct knob *k, const char *value,
                              enum evidence e, const char *why)
{
    if (!*p->group) {
        bool top = strcmp(m->group, "/") == 0;
        snprintf(p->group, sizeof p->group, "%.200s/sonde-%d", top ? "" : m->group, os_pid());
        struct step *s = plan_add(p, knob_find("group"), "present", e, "a group of its own, which goes with it");
        text_copy(s->place.inst, sizeof s->place.inst, p->group);
        plan_add(p, knob_find("group.member"), p->group, e, "it and all that it starts are in that group");
    }
    struct step *s = plan_add(p, k, value, e, why);
    text_copy(s->place.inst, sizeof s->place.inst, p->group);
    return s;
}

bool step_is_left(const struct step *s)
{
    return s->state == STEP_LEFT || s->state == STEP_REFUSED;
}

bool step_is_shared(const struct step *s)
{
    return s->state == STEP_PLANNED && s->knob->class != KNOB_ENV && s->knob->class != KNOB_PROCESS;
}

void plan_put_step(const struct plan *p, const struct step *s, struct buf *out)
{
    buf_printf(out, "%s%s", out->n ? " " : "", s->knob->name);
    if (*s->place.inst && strcmp(s->place.inst, p->group) != 0)
        buf_printf(out, "@%s", s->place.inst);
    buf_printf(out, "=%s", s->value);
}

/* Of a group of the plan's own, that it is made goes without saying. */
static bool step_is_implied(const struct plan *p, const struct step *s)
{
    bool own = *p->group && (strcmp(s->place.inst, p->group) == 0 || strcmp(s->value, p->group) == 0);
    return own && (strcmp(s->knob->name, "group") == 0 || strcmp(s->knob->name, "group.member") == 0);
}

void plan_put_arm(const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++)
        if (!step_is_implied(p, &p->step[i]) && !step_is_left(&p->step[i]))
            plan_put_step(p, &p->step[i], out);
}

/* ---- what a person named ---- */

static int arm_unknown(const char *name, char why[static KNOB_WHY])
{
    const struct knob *near = knob_nearest(name);
    snprintf(why, KNOB_WHY, "there is no knob \"%.40s\"; %s%s%s`sonde policy probe` lists them", name,
             near ? "did you mean " : "", near ? near->name : "", near ? "? " : "");
    return -EINVAL;
}

struct arm {
    struct plan *plan;
    const struct plan_options *o;
    const struct knob *knob;
    const char *value;
    char *why;
    int rc, n;
};

/* Of one instance; "" of a control group is that of the program. */
static void arm_set(void *self, const char *inst)
{
    struct arm *a = self;
    struct plan *p = a->plan;
    const struct knob *k = a->knob;
    struct place place = { .root = p->root };
    char checked[KNOB_VALUE_MAX];
    text_copy(place.inst, sizeof place.inst, inst);
    a->n++;
    a->rc = a->rc < 0 ? a->rc : knob_check(k, &place, a->value, checked, a->why);
    if (a->rc < 0)
        return;
    bool grouped = k->class == KNOB_GROUP && !*inst;
    struct step *s = plan_find(p, k->name, grouped ? p->group : inst);
    const char *reason = a->o->arm_evidence == EVIDENCE_LEARNED ? "it won the trials of this work here"
                                                                : "it was named";
    if (!s && grouped && !a->o->pid)
        s = plan_add_grouped(p, a->o->machine, k, checked, a->o->arm_evidence, reason);
    else if (!s)
        s = plan_add(p, k, checked, a->o->arm_evidence, reason);
    if (*inst)
        text_copy(s->place.inst, sizeof s->place.inst, inst);
    text_copy(s->value, sizeof s->value, checked);
    text_copy(s->why, sizeof s->why, reason);
    s->evidence = a->o->arm_evidence;
}

/* One word: KNOB=VALUE or KNOB@INSTANCE=VALUE. */
static int arm_word(struct plan *p, const struct plan_options *o, char *word, char why[static KNOB_WHY])
{
    const char *inst = "";
    char *value = strchr(word, '=');
    if (!value) {
        snprintf(why, KNOB_WHY, "\"%.60s\": a knob is set as KNOB=VALUE", word);
        return -EINVAL;
    }
    *value++ = '\0';
    char *at = strchr(word, '@');
    if (at) {
        *at = '\0';
        inst = at + 1;
        if (strlen(inst) >= KNOB_INST_MAX || !text_is_plain(inst)) { /* what is cut would be another one */
            snprintf(why, KNOB_WHY, "%.40s: an instance is a plain name of %d bytes at most", word, KNOB_INST_MAX - 1);
            return -EINVAL;
        }
    }
    const struct knob *k = knob_find(word);
    if (!k)
        return arm_unknown(word, why);
    struct arm a = { .plan = p, .o = o, .knob = k, .value = value, .why = why };
    if (!*inst && k->list && (k->class == KNOB_SYSTEM || k->class == KNOB_GPU))
        k->list(k, p->root, arm_set, &a); /* of all that there are */
    if (!a.n)
        arm_set(&a, inst);
    return a.rc;
}

static int plan_add_arm(struct plan *p, const struct plan_options *o, char why[static KNOB_WHY])
{
    char text[PLAN_ARM_MAX];
    if (strlen(o->arm) >= sizeof text) {
        snprintf(why, KNOB_WHY, "these are more knobs than %d bytes hold", PLAN_ARM_MAX);
        return -EINVAL;
    }
    snprintf(text, sizeof text, "%s", o->arm);
    char *rest = text, *word;
    int rc = 0;
    while (rc == 0 && (word = strsep(&rest, " ")) != NULL)
        if (*word)
            rc = arm_word(p, o, word, why);
    return rc;
}

/* ---- against the machine ---- */

static void step_leave(struct step *s, const char *note)
{
    s->state = STEP_LEFT;
    text_copy(s->note, sizeof s->note, note);
}

/* The user's own variable stands, whatever a goal would have. */
static bool step_is_users(const struct step *s, const struct knob_probe *now)
{
    return s->knob->class == KNOB_ENV && *now->value && s->evidence != EVIDENCE_ASKED;
}

/* Who turns what the last step asked about: to look for it takes a walk of /proc, and of one family there are many. */
struct asked {
    const char *held;
    const struct owner *owner;
};

static const struct owner *step_owner(const struct step *s, struct asked *last)
{
    const char *held = s->evidence != EVIDENCE_ASKED ? s->knob->owner : NULL;
    if (held && (!last->held || strcmp(held, last->held) != 0))
        *last = (struct asked){ held, owner_of(s->place.root, held) };
    return held ? last->owner : NULL;
}

static void step_judge(struct step *s, const struct plan_options *o, bool new_group, struct asked *last)
{
    const struct knob *k = s->knob;
    bool wide = k->class == KNOB_SYSTEM || k->class == KNOB_GPU;
    struct knob_probe now;
    char note[KNOB_WHY];
    if (new_group && (k->class == KNOB_GROUP || strcmp(k->name, "group.member") == 0))
        return; /* the group is yet to be made: making it will tell */
    knob_probe(k, &s->place, &now);
    if (k->anew && !o->pid && now.readable)
        text_copy(now.value, sizeof now.value, k->anew);
    text_copy(s->old, sizeof s->old, now.value);
    const struct owner *other = wide && !o->system ? NULL : step_owner(s, last);
    if (!now.exists) {
        step_leave(s, now.why);
        s->is_spare = true;
    } else if (step_is_users(s, &now)) {
        snprintf(note, sizeof note, "%s=%.60s is set already and stands", k->arg, now.value);
        step_leave(s, note);
    } else if (strcmp(now.value, s->value) == 0) {
        s->state = STEP_SAME;
    } else if (k->back && strcmp(k->back, s->value) == 0) {
        step_leave(s, "it is only gone back to, and could not be undone");
    } else if (k->opt_in && !o->rt) {
        step_leave(s, "a real-time class can lock a machine up: only with --rt");
    } else if (k->self_only && s->place.pid) {
        step_leave(s, "only a program that is about to start can set it");
    } else if (wide && !o->system) {
        step_leave(s, "it concerns the whole machine: only with --system");
        s->is_spare = true;
    } else if (other) {
        snprintf(note, sizeof note, "%s turns it here: %s", other->name, other->advice);
        step_leave(s, note);
    } else if (!now.writable && !now.lacks_right) {
        step_leave(s, now.why);
    } else if (!now.writable || (k->allowed && k->allowed(k, &s->place, s->value) < 0)) {
        snprintf(note, sizeof note, "it takes %s", *k->needs ? k->needs : "more rights");
        step_leave(s, note);
        s->lacks_right = true;
    }
}

/* Environment variables of a program that runs already cannot be changed. */
static void plan_judge(struct plan *p, const struct plan_options *o)
{
    struct asked last = { 0 };
    bool new_group = *p->group != '\0';
    for (size_t i = 0; i < p->n; i++) {
        struct step *s = &p->step[i];
        if (s->knob->class == KNOB_PROCESS)
            s->place.pid = o->pid;
        if (o->pid && s->knob->class == KNOB_ENV)
            step_leave(s, "only a program that is about to start can be given it");
        else
            step_judge(s, o, new_group, &last);
    }
}

int plan_make(const struct plan_options *o, struct plan *out, char why[static KNOB_WHY])
{
    *out = (struct plan){ .cost_factor = 1, .root = o->machine->root };
    if (o->goal >= 0) {
        out->has_goal = true;
        out->goal = (enum goal)o->goal;
        if (!o->arm || o->arm_evidence != EVIDENCE_LEARNED) /* which is in place of what the goal has for all work */
            presets_add(out, o);
    }
    int rc = o->arm ? plan_add_arm(out, o, why) : 0;
    if (rc == 0)
        plan_judge(out, o);
    return rc;
}

void plan_done(struct plan *p)
{
    mem_free(p->step);
    buf_done(&p->notes);
    *p = (struct plan){ 0 };
}
