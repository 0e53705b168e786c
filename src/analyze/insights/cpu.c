/* cpu.c - rules about processors: all busy, one busy, taken away, slowed down. */
#include "analyze/insights/rules.h"

#include "base/auto.h"
#include "core/amount.h"

#include <string.h>

#define BUSY 90.0          /* %: beyond this the queue grows without bound (M/M/1: 9 waiting per one served) */
#define WAITING 20.0       /* % of the time that some task waited for a core */
#define QUEUE_PER_CORE 2.0
#define STOLEN 10.0        /* % */
#define STOLEN_MUCH 25.0
#define PINNED 95.0
#define OTHERS_IDLE 30.0
#define SWITCHES 3000.0    /* 1/s and core: a desktop at rest makes some hundreds */
#define LITTLE_WORK 25.0   /* % */
#define TRAFFIC_SHARE 0.2  /* packets and requests of disks, of the switches: those are woken for */
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

/* What a row's packets and requests of disks account for. */
static double traffic_of(struct inspection *in, size_t row)
{
    static const char *const families[] = { "net.recv.packets.rate", "net.send.packets.rate", "disk.reads.rate",
                                            "disk.writes.rate" };
    double sum = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (int slot = -1; (slot = next_instance(in, families[f], slot)) >= 0;) {
            double v = recording_col(in->r, slot)[row];
            sum += isnan(v) || !strcmp(instance_of(in, slot), "total") ? 0 : v;
        }
    return sum;
}

void rule_wake_ups(struct inspection *in)
{
    struct held h;
    char rate[AMOUNT_MAX], work[AMOUNT_MAX];
    int cores = cores_of(in);
    const double *switches = column(in, "cpu.context_switches.rate", NULL), *util = column(in, "cpu.util", NULL);
    if (cores == 0 || !switches || !util)
        return;
    auto_free double *idle = mem_new(in->n * sizeof *idle);
    for (size_t i = in->from; i < in->n; i++)
        idle[i] = isnan(switches[i]) || isnan(util[i]) ? NAN :
                  util[i] <= LITTLE_WORK && traffic_of(in, i) <= TRAFFIC_SHARE * switches[i] ? switches[i] : 0;
    if (!held_above(in, idle, SWITCHES * cores, &h))
        return;
    struct insight *i = insight_new(in, "wake-ups", NULL, SEVERITY_NOTICE, AREA_POWER, h.since);
    insight_title(i, "Programs wake up all the time for little work: %s task switches",
                  amount_text(h.mean, UNIT_PER_S, rate));
    insight_held(in, i, "cpu.context_switches.rate above 3000/s and core", &h);
    insight_evidence(i, "cpu.util %s at the same time", amount_text(mean_during(util, &h), UNIT_PERCENT, work));
    insight_advice(i, "See who looks so often (`pidstat -w 1`), and let it wait for an event or look less often.");
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
