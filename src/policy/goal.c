/* goal.c - the names of goals. */
#include "policy/goal.h"

#include <string.h>

static const struct {
    const char *name, *meaning;
    int rank;
} goals[GOALS] = {
    [GOAL_LATENCY] = { "latency", "answers come soon, also beside other work", 4 },
    [GOAL_THROUGHPUT] = { "throughput", "the whole work is done soon", 2 },
    [GOAL_PRECISION] = { "precision", "the same bits come out at every run", 1 },
    [GOAL_STABILITY] = { "stability", "every run takes as long as the one before", 3 },
    [GOAL_POWER] = { "power", "as little energy as the work allows", 0 },
};

const char *goal_name(enum goal i)
{
    return goals[i].name;
}

const char *goal_meaning(enum goal i)
{
    return goals[i].meaning;
}

int goal_of(const char *name)
{
    for (int i = 0; i < GOALS; i++)
        if (strcmp(goals[i].name, name) == 0)
            return i;
    return -1;
}

int goal_rank(enum goal i)
{
    return goals[i].rank;
}
