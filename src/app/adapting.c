/* adapting.c - what a person wants of the adaptive runtime, from the configuration. */
#include "app/adapting.h"

#include "analyze/workload/workload.h"

#include <errno.h>

#define WHY 200

static bool adapting_knows(void *self, const char *name)
{
    return self && workload_set_find(self, name) >= 0;
}

static int adapting_complain(const struct config *c, const char *why, struct buf *complaints)
{
    const char *where = config_where(c, "policy.classes");
    buf_printf(complaints, "%s%spolicy.classes: %s\n", where, *where ? ": " : "", why);
    return -EINVAL;
}

int adapting_read(const struct config *c, const struct workload_set *kinds, struct adapting *out,
                  struct buf *complaints)
{
    size_t n;
    int rc = 0;
    char why[WHY];
    const char *const *class = config_list(c, "policy.classes", &n);
    *out = (struct adapting){
        .wishes = { .goal = adapt_goal_of(config_string(c, "policy.goal")),
                    .goal_on_battery = adapt_goal_of(config_string(c, "policy.goal_on_battery")) },
        .limits = { .dwell_s = config_number(c, "policy.min_dwell_s"),
                    .changes_per_hour = (int)config_number(c, "policy.max_changes_per_hour"),
                    .thermal_guard = config_bool(c, "policy.thermal_guard") },
        .system = config_bool(c, "policy.system"),
    };
    out->trees = config_list(c, "policy.trees", &out->n_trees);
    if (n && !kinds)
        return adapting_complain(c, "nobody tells kinds of work apart: general.enable_session_classification is off",
                                 complaints);
    for (size_t i = 0; i < n; i++)
        if (adapt_wish(&out->wishes, class[i], adapting_knows, (void *)kinds, why, sizeof why) < 0)
            rc = adapting_complain(c, why, complaints);
    return rc;
}
