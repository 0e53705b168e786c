/* memory.c - rules about memory: full, swapped, waited for, leaking. */
#include "analyze/insights/rules.h"

#include "core/amount.h"

#define SCARCE 0.07          /* of the memory is available */
#define VERY_SCARCE 0.02
#define SWAP_RATE 1e6        /* B/s in and out at the same time: pages go round */
#define PRESSURE 10.0        /* % of the time */
#define MAJOR_FAULTS 100.0   /* 1/s */
#define NEAR_LIMIT 90.0      /* % of a control group's limit */

void rule_memory_full(struct inspection *in)
{
    struct held h;
    const double *available = column(in, "memory.available", NULL);
    double total = last_value(in, column(in, "memory.total", NULL));
    if (!(total > 0) || !held_below(in, available, SCARCE * total, &h))
        return;
    char left[AMOUNT_MAX], all[AMOUNT_MAX];
    enum severity severity = h.extreme < VERY_SCARCE * total ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    struct insight *i = insight_new(in, "memory-full", NULL, severity, AREA_MEMORY, h.since);
    insight_title(i, "Memory %s nearly full: at worst %s of %s available",
                  h.is_over ? "was" : "is", amount_text(h.extreme, UNIT_BYTE, left),
                  amount_text(total, UNIT_BYTE, all));
    insight_held(in, i, "less than 7 % available", &h);
    insight_culprit(in, i, AREA_MEMORY, &h);
    insight_advice(i, "Close the largest program before the kernel ends one of its own choice.");
}

void rule_swap_storm(struct inspection *in)
{
    struct held out, back;
    if (!held_above(in, column(in, "swap.out.rate", NULL), SWAP_RATE, &out) ||
        !held_above(in, column(in, "swap.in.rate", NULL), SWAP_RATE, &back))
        return;
    char a[AMOUNT_MAX], b[AMOUNT_MAX];
    struct insight *i = insight_new(in, "swap-storm", NULL, SEVERITY_WARNING, AREA_MEMORY,
                                    out.since);
    insight_title(i, "Memory is swapped out and back in: %s and %s",
                  amount_text(out.mean, UNIT_BYTE_PER_S, a),
                  amount_text(back.mean, UNIT_BYTE_PER_S, b));
    insight_held(in, i, "swap.out.rate above 1 MB/s", &out);
    insight_culprit(in, i, AREA_MEMORY, &out);
    insight_advice(i, "More is in use than there is memory: close something large, or add memory.");
}

void rule_memory_pressure(struct inspection *in)
{
    struct held h, full;
    char mean[AMOUNT_MAX];
    const double *all_wait = column(in, "pressure.memory.full", NULL);
    if (!held_above(in, column(in, "pressure.memory.some", NULL), PRESSURE, &h))
        return;
    bool all = held_above(in, all_wait, PRESSURE, &full);
    struct insight *i = insight_new(in, "memory-pressure", NULL,
                                    all ? SEVERITY_CRITICAL : SEVERITY_WARNING, AREA_MEMORY,
                                    h.since);
    insight_title(i, "Programs wait for memory %.0f %% of the time", h.mean);
    insight_held(in, i, "pressure.memory.some above 10 %", &h);
    if (all)
        insight_evidence(i, "nothing at all could run %s of that time (pressure.memory.full)",
                         amount_text(mean_during(all_wait, &h), UNIT_PERCENT, mean));
    insight_culprit(in, i, AREA_MEMORY, &h);
    insight_advice(i, "Close the largest program, or limit it (systemd-run -p MemoryHigh=...).");
}

void rule_major_faults(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "memory.faults.major.rate", NULL), MAJOR_FAULTS, &h))
        return;
    struct insight *i = insight_new(in, "major-faults", NULL, SEVERITY_NOTICE, AREA_MEMORY,
                                    h.since);
    insight_title(i, "Programs wait for pages from a disk %.0f times a second", h.mean);
    insight_held(in, i, "memory.faults.major.rate above 100/s", &h);
    insight_advice(i,
                   "If it lasts beyond the start of a program, memory is too small for what runs.");
}

void rule_oom_kill(struct inspection *in)
{
    const double *x = column(in, "memory.oom_kills", NULL);
    double before = NAN, kills = 0;
    size_t since = 0;
    for (size_t i = 0; x && i < in->n; i++) {
        if (isnan(x[i]))
            continue;
        if (x[i] > before) {
            kills += x[i] - before;
            since = i;
        }
        before = x[i];
    }
    if (kills == 0)
        return;
    struct insight *i = insight_new(in, "oom-kill", NULL, SEVERITY_CRITICAL, AREA_MEMORY, since);
    insight_title(i, "The kernel ended %.0f program%s because memory ran out", kills,
                  kills > 1 ? "s" : "");
    insight_evidence(i, "memory.oom_kills rose by %.0f", kills);
    insight_advice(i, "See `journalctl -k -g oom` for which one; give it a memory limit, or the "
                      "machine more memory.");
}

void rule_cgroup_memory(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "cgroup.memory.util", NULL), NEAR_LIMIT, &h))
        return;
    struct insight *i = insight_new(in, "cgroup-memory", NULL, SEVERITY_WARNING, AREA_MEMORY,
                                    h.since);
    insight_title(i, "This container uses up to %.0f %% of its memory limit", h.extreme);
    insight_held(in, i, "cgroup.memory.util above 90 %", &h);
    insight_advice(i, "Raise the limit (memory.max of the control group) before the kernel ends a "
                      "program in it.");
}
