/* explain.c - `sonde policy explain`: what would be set, why, and what it takes; writes nothing. */
#include "app/policy/verbs.h"

#include "policy/goal.h"

#include <stdio.h>

static int explain_run(const struct args *a)
{
    (void)a;
    for (int i = 0; i < GOALS; i++)
        printf("%-12s%s\n", goal_name(i), goal_meaning(i));
    return EXIT_DONE;
}

const struct command policy_explain = {
    .name = "policy explain", .summary = "what would be set, why, and what it takes", .usage = "",
    .text = "Makes a plan and prints it. Nothing is written.", .run = explain_run,
};
