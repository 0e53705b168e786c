/* cpu.c - rules about processors: all busy, one busy, taken away, slowed down. */
#include "analyze/insights/rules.h"

#include "base/mem.h"
#include "core/amount.h"

#define BUSY 90.0          /* %: beyond this the queue grows without bound (M/M/1: 9 waiting per one served) */
#define WAITING 20.0       /* % of the time that some task waited for a core */
#define QUEUE_PER_CORE 2.0
#define STOLEN 10.0        /* % */
#define STOLEN_MUCH 25.0
#define PINNED 95.0
#define OTHERS_IDLE 30.0
#define THROTTLED 5.0      /* % of the periods in which a control group was stopped */

void rule_cpu_saturated(struct inspection *in)
{
    struct held busy, waiting;
    char mean[AMOUNT_MAX];
    const double *pressure = column(in, "pressure.cpu.some", NULL);
    if (!held_above(in, column(in, "cpu.util", NULL), BUSY, &busy))
        return;
    bool waited = held_above(in, pressure, WAITING, &waiting);
    if (pressure && !isnan(last_value(in, pressure)) && !waited)
        return; /* everybody who wants a core has one */
    struct insight *i = insight_new(in, "cpu-saturated", NULL, SEVERITY_WARNING, AREA_CPU,
                                    busy.since);
    insight_title(i, "All processor cores %s busy%s: %s on average", busy.is_over ? "were" : "are",
                  busy.on_and_off ? " on and off" : "", amount_text(busy.mean, UNIT_PERCENT, mean));
    insight_held(in, i, "cpu.util above 90 %", &busy);
    if (waited)
        insight_evidence(i, "a task waited for a core %s of that time (pressure.cpu.some)",
                         amount_text(mean_during(pressure, &busy), UNIT_PERCENT, mean));
    insight_culprit(in, i, AREA_CPU, &busy);
    insight_advice(
        i,
        "Stop or lower the priority of what you do not need now, or give the rest fewer threads.");
}

/* The load average also falls slowly from work that ended before the recording began. */
static bool queue_is_there(struct inspection *in, int cores)
{
    struct held h;
    return held_above(in, column(in, "process.running", NULL), QUEUE_PER_CORE * cores, &h) ||
           held_above(in, column(in, "pressure.cpu.some", NULL), WAITING, &h) ||
           held_above(in, column(in, "cpu.util", NULL), BUSY, &h);
}

void rule_run_queue(struct inspection *in)
{
    struct held h;
    int cores = cores_of(in);
    if (cores == 0 || !held_above(in, column(in, "cpu.load", "1m"), QUEUE_PER_CORE * cores, &h) ||
        !queue_is_there(in, cores))
        return;
    struct insight *i = insight_new(in, "run-queue", NULL, SEVERITY_NOTICE, AREA_CPU, h.since);
    insight_title(i, "%.1f tasks run or wait on %d cores", h.mean, cores);
    insight_held(in, i, "cpu.load{1m} above 2 per core", &h);
    insight_advice(i, "Run fewer jobs at a time: as many as there are cores is usually fastest.");
}

void rule_steal(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "cpu.steal", NULL), STOLEN, &h))
        return;
    enum severity severity = h.mean >= STOLEN_MUCH ? SEVERITY_WARNING : SEVERITY_NOTICE;
    struct insight *i = insight_new(in, "steal", NULL, severity, AREA_CPU, h.since);
    insight_title(i, "The host takes %.0f %% of the processor time away", h.mean);
    insight_held(in, i, "cpu.steal above 10 %", &h);
    insight_advice(i, "Ask the provider about the host, or move this machine: nothing inside it "
                      "can change that.");
}

/* Per row the busiest core, and the mean of the others; a core that is offline is none of them. */
static bool core_pinned(struct inspection *in, size_t row)
{
    double most = 0, sum = 0;
    int cores = 0;
    for (int slot = -1; (slot = next_instance(in, "cpu.core.util", slot)) >= 0;) {
        double v = recording_col(in->r, slot)[row];
        if (isnan(v))
            continue;
        most = v > most ? v : most;
        sum += v;
        cores++;
    }
    return cores > 1 && most >= PINNED && (sum - most) / (cores - 1) <= OTHERS_IDLE;
}

void rule_one_core(struct inspection *in)
{
    int cores = cores_of(in);
    if (cores < 2)
        return;
    struct held h;
    double *pinned = mem_new(in->n * sizeof *pinned);
    for (size_t i = in->from; i < in->n; i++)
        pinned[i] = core_pinned(in, i);
    bool lasts = held_above(in, pinned, 1, &h);
    mem_free(pinned);
    if (!lasts)
        return;
    struct insight *i = insight_new(in, "one-core", NULL, SEVERITY_NOTICE, AREA_CPU, h.since);
    insight_title(i, "One core of %d does all the work, the others are idle", cores);
    insight_held(in, i, "one core above 95 %, the others below 30 %", &h);
    insight_culprit(in, i, AREA_CPU, &h);
    insight_advice(
        i,
        "If the program can use several threads, let it; more cores will not help it otherwise.");
}

void rule_cgroup_throttled(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "cgroup.cpu.throttled", NULL), THROTTLED, &h))
        return;
    struct insight *i = insight_new(in, "cgroup-throttled", NULL, SEVERITY_WARNING, AREA_CPU,
                                    h.since);
    insight_title(i, "The CPU limit of this container stops it in %.0f %% of its periods", h.mean);
    insight_held(in, i, "cgroup.cpu.throttled above 5 %", &h);
    insight_advice(i, "Raise the limit (cpu.max of the control group), or use fewer threads than "
                      "it allows cores.");
}
