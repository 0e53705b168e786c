/* knob.c - what all knobs share: the list, types and limits, probing. */
#include "policy/knob.h"

#include "base/text.h"
#include "os/os.h"
#include "policy/cpus.h"
#include "policy/registry.h"
#include "policy/tasks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct knob *const families[] = { KNOBS };

const struct knob *knob_at(size_t i)
{
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (const struct knob *k = families[f]; k->name; k++)
            if (i-- == 0)
                return k;
    return NULL;
}

const struct knob *knob_find(const char *name)
{
    const struct knob *k;
    for (size_t i = 0; (k = knob_at(i)) != NULL; i++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

const struct knob *knob_nearest(const char *wrong)
{
    const char *names[256];
    size_t n = 0;
    for (const struct knob *k; n < 256 && (k = knob_at(n)) != NULL; n++)
        names[n] = k->name;
    const char *nearest = text_nearest(wrong, names, n, sizeof *names);
    return nearest ? knob_find(nearest) : NULL;
}

const char *knob_class_name(enum knob_class c)
{
    static const char *const name[] = { "environment", "process", "group", "system", "gpu" };
    return name[c];
}

const char *knob_risk_name(enum knob_risk r)
{
    static const char *const name[] = { "none", "self", "others", "machine" };
    return name[r];
}

enum knob_cost knob_cost(const struct knob *k)
{
    static const enum knob_cost cost[] = { [KNOB_ENV] = COST_LAUNCH, [KNOB_PROCESS] = COST_PROCESS,
                                           [KNOB_GROUP] = COST_GROUP, [KNOB_SYSTEM] = COST_SYSTEM,
                                           [KNOB_GPU] = COST_SYSTEM };
    return cost[k->class];
}

/* ---- values ---- */

static int knob_check_whole(const struct knob *k, const char *value, char out[static KNOB_VALUE_MAX],
                            char why[static KNOB_WHY])
{
    double v;
    const char *unit = k->unit ? k->unit : "";
    const char *blank = k->unit ? " " : "";
    if (!text_double(value, &v) || v != trunc(v)) {
        snprintf(why, KNOB_WHY, "%s takes a whole number, %.0f to %.0f%s%s; this is \"%.40s\"", k->name, k->min, k->max,
                 blank, unit, value);
        return -EINVAL;
    }
    if (v < k->min || v > k->max) {
        snprintf(why, KNOB_WHY, "%s may be %.0f to %.0f%s%s; this is %.0f", k->name, k->min, k->max, blank, unit, v);
        return -ERANGE;
    }
    snprintf(out, KNOB_VALUE_MAX, "%.0f", v + 0.0); /* -0 is 0 */
    return 0;
}

static int knob_check_choice(const struct knob *k, const char *value, char out[static KNOB_VALUE_MAX],
                             char why[static KNOB_WHY])
{
    if (text_lists(k->choices, " ", value)) {
        text_copy(out, KNOB_VALUE_MAX, value);
        return 0;
    }
    snprintf(why, KNOB_WHY, "%s is one of %s; this is \"%.40s\"", k->name, k->choices, value);
    return -EINVAL;
}

static int knob_check_cpus(const struct knob *k, const char *value, char out[static KNOB_VALUE_MAX],
                           char why[static KNOB_WHY])
{
    struct cpus c;
    if (cpus_parse(value, &c) < 0 || cpus_count(&c) == 0 || cpus_put(&c, out, KNOB_VALUE_MAX) < 0) {
        snprintf(why, KNOB_WHY, "%s takes a list of processors like 0-3,8; this is \"%.40s\"", k->name, value);
        return -EINVAL;
    }
    return 0;
}

int knob_check(const struct knob *k, const struct place *p, const char *value, char out[static KNOB_VALUE_MAX],
               char why[static KNOB_WHY])
{
    char own[KNOB_VALUE_MAX];
    int rc = -EINVAL;
    if (!*value || strlen(value) >= KNOB_VALUE_MAX || !text_is_plain(value)) {
        snprintf(why, KNOB_WHY, "%s takes a short word or number", k->name);
        return rc;
    }
    if (*p->inst && (!k->list || k->class == KNOB_PROCESS || k->class == KNOB_ENV)) {
        snprintf(why, KNOB_WHY, "%s has no instances; this is of \"%.40s\"", k->name, p->inst);
        return rc;
    }
    text_copy(own, sizeof own, value);
    switch (k->type) {
    case KNOB_WHOLE: rc = knob_check_whole(k, value, own, why); break;
    case KNOB_CHOICE: rc = knob_check_choice(k, value, own, why); break;
    case KNOB_CPUS: rc = knob_check_cpus(k, value, own, why); break;
    case KNOB_TEXT: rc = 0; break;
    }
    if (rc == 0 && k->check)
        rc = k->check(k, p, own, why);
    if (rc == 0)
        memcpy(out, own, sizeof own);
    return rc;
}

/* ---- tasks ---- */

uint64_t knob_task_start(const char *root, int32_t pid)
{
    struct task t;
    return task_look(root, pid, &t) == 0 ? t.start : 0;
}

bool knob_task_is(const struct place *p)
{
    uint64_t start = knob_task_start(p->root, p->pid);
    return start && (!p->start || p->start == start);
}

/* ---- probing ---- */

void knob_probe(const struct knob *k, const struct place *p, struct knob_probe *out)
{
    *out = (struct knob_probe){ 0 };
    int rc = k->probe ? k->probe(k, p, out->why) : 0;
    if (rc == 0 && k->read) {
        rc = k->read(k, p, out->value);
        out->readable = rc >= 0 || rc == -ENODATA;
    }
    out->exists = out->readable || rc >= 0 || rc == -EACCES || rc == -EPERM;
    if (!out->exists && !*out->why)
        snprintf(out->why, KNOB_WHY, "%s",
                 rc == -ENODEV || rc == -ENOENT ? "there is no such thing here" : strerror(-rc));
    if (!out->exists)
        return;
    rc = k->writable ? k->writable(k, p) : 0;
    out->writable = rc == 0;
    out->lacks_right = rc < 0 && rc != -EBUSY && *k->needs && !os_is_root();
    if (rc < 0)
        snprintf(out->why, KNOB_WHY, "%s",
                 rc == -EBUSY       ? "others than the program itself and what it started share it"
                 : out->lacks_right ? k->needs
                                    : strerror(-rc));
}
