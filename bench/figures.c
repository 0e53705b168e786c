/* figures.c - prints figures and counts the bars that are missed. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static bool missed;

void figure(const char *what, double is, const char *unit, double bar, bool at_least)
{
    bool bad = at_least ? is < bar : is > bar;
    missed |= bad;
    printf("%-48s %9.4g %-14s", what, is, unit);
    if (isnan(bar))
        printf("\n");
    else
        printf(" %s %-6g %s\n", at_least ? ">=" : "<=", bar, bad ? "MISSED" : "ok");
}

double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

bool figures_missed(void)
{
    return missed;
}
