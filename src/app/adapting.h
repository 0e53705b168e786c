/* The adaptive runtime as the configuration has it: policy.*. */
#ifndef APP_ADAPTING_H
#define APP_ADAPTING_H

#include "base/buf.h"
#include "core/config.h"
#include "policy/adapt/adapt.h"

struct workload_set;

struct adapting {
    struct adapt_wishes wishes;
    struct adapt_limits limits;
    const char *const *trees;  /* n_trees globs; borrowed from the configuration */
    size_t n_trees;
    bool system;
};

/*
 * Reads it. What is wrong of policy.classes is left out and put as lines ("FILE:LINE: policy.classes: why"), and
 * -EINVAL comes back; *out has the rest all the same.
 *
 *   kinds  of work there are; NULL: nobody tells them apart, so that a goal by kind is wrong
 */
int adapting_read(const struct config *c, const struct workload_set *kinds, struct adapting *out,
                  struct buf *complaints);

#endif
