/* remedy.c - the list of remedies, and what is the same for all of them. */
#include "policy/remedies/remedy.h"

#include "os/os.h"
#include "policy/remedies/aim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct remedy *const remedies[] = {
    &remedy_neighbour, &remedy_swapping, &remedy_writer, &remedy_poller, &remedy_quota, &remedy_frequency,
};

const struct remedy *remedy_at(size_t i)
{
    return i < sizeof remedies / sizeof *remedies ? remedies[i] : NULL;
}

const struct remedy *remedy_find(const char *name)
{
    const struct remedy *r;
    for (size_t i = 0; (r = remedy_at(i)) != NULL; i++)
        if (strcmp(r->name, name) == 0)
            return r;
    return NULL;
}

/* ---- points ---- */

void remedy_look(const struct remedy *r, const char *root, struct remedy_point *p)
{
    static const char *const what[3] = { "cpu", "memory", "io" };
    p->number = NAN;
    p->mono_ns = os_mono_ns();
    if (r->wants_doings)
        doings_read(root, &p->doings);
    if (r->read)
        r->read(root, p);
    for (size_t i = 0; i < 3; i++)
        p->pressure[i] = machine_pressure_s(root, what[i], "some");
}

void remedy_point_done(struct remedy_point *p)
{
    doings_done(&p->doings);
    limited_done(&p->limited);
}

void remedy_pressures(const struct remedy_point *a, const struct remedy_point *b, double out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = (b->pressure[i] - a->pressure[i]) / aim_seconds(a, b);
}

/* ---- plans ---- */

/* The steps of a plan that are to be taken. */
static size_t remedy_planned(const struct plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->step[i].state == STEP_PLANNED;
    return n;
}

/* Why none of its steps is to be taken. */
static int remedy_excuse(const struct plan *p, char why[static KNOB_WHY])
{
    for (size_t i = 0; i < p->n; i++)
        if (p->step[i].state == STEP_LEFT) {
            snprintf(why, KNOB_WHY, "%s may not be set: %.150s", p->step[i].knob->name, p->step[i].note);
            return -EACCES;
        }
    if (p->n)
        snprintf(why, KNOB_WHY, "it is set so already: %s is %.100s", p->step[0].knob->name, p->step[0].old);
    else
        snprintf(why, KNOB_WHY, "there is no knob for it here: %.*s", (int)strcspn(buf_text(&p->notes), "\n"),
                 buf_text(&p->notes));
    return p->n ? -EALREADY : -ENODEV;
}

int remedy_plan(const struct remedy *r, const struct remedy_scene *s, struct remedy_target *t, struct plan *p,
                char why[static KNOB_WHY])
{
    *p = (struct plan){ .cost_factor = 1, .root = s->root };
    *t = (struct remedy_target){ 0 };
    int rc = r->aim(s, t, p, why);
    return rc < 0 ? rc : remedy_planned(p) ? 0 : remedy_excuse(p, why);
}
