/* insights.c - asks every rule, and puts the answers in the order of their weight. */
#include "analyze/insights/insights.h"

#include "analyze/insights/rules.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rule *const rules[] = {
    rule_oom_kill, rule_memory_full, rule_memory_pressure, rule_swap_storm, rule_process_grows, rule_cgroup_memory,
    rule_major_faults,
    rule_mount_silent, rule_disk_full, rule_inodes_full,
    rule_io_pressure, rule_disk_slow, rule_disk_saturated, rule_iowait, rule_stuck,
    rule_cpu_saturated, rule_steal, rule_cgroup_throttled, rule_one_core, rule_run_queue,
    rule_wake_ups,
    rule_temperature, rule_throttling, rule_battery_low, rule_battery_worn, rule_knob_conflict,
    rule_two_tuners,
    rule_net_errors, rule_net_drops, rule_retransmits,
    rule_fork_storm, rule_zombies,
    rule_gaps,
};

/* A rule that looks at another one adds it here, and to the healthy machine of its test. */
static const char wanted[] =
    "cpu.context_switches.rate,"
    "cpu.util,cpu.steal,cpu.iowait,cpu.load,cpu.temp,cpu.freq,cpu.freq.max,cpu.core.util,pressure.*.some,pressure.*.full,"
    "memory.available,memory.total,memory.oom_kills,memory.faults.major.rate,swap.in.rate,swap.out.rate,"
    "cgroup.cpu.throttled,cgroup.memory.util,"
    "fs.*,disk.util,disk.latency,disk.reads.rate,disk.writes.rate,"
    "net.errors.rate,net.drops.rate,net.recv.packets.rate,net.send.packets.rate,net.tcp.send.rate,"
    "net.tcp.retransmits.share,"
    "process.running,process.uninterruptible,process.zombies,process.forks.rate,"
    "sensor.temp,sensor.temp.critical,battery.*,ac.online,cpu.power,cpu.throttle.core,cpu.throttle.package,tuning.*";

bool insights_want(const struct schema *s, int slot)
{
    return schema_match(s, slot, wanted);
}

static int insight_order(const void *a, const void *b)
{
    const struct insight *x = a, *y = b;
    if (x->severity != y->severity)
        return (int)y->severity - (int)x->severity;
    return x->since_ms < y->since_ms ? -1 : x->since_ms > y->since_ms ? 1 : strcmp(x->id, y->id);
}

/* In so few rows nothing lasts: then "none" would claim what nobody looked at. */
static void insights_excuse(struct report *out, double step)
{
    size_t n = out->rec->n;
    if (out->n_insights || (step > 0 && rule_lasts(n, step)))
        return;
    snprintf(out->insights_reason, sizeof out->insights_reason,
             "needs at least %d samples over %.0f s, has %zu in %.1f s", RULE_ROWS, RULE_SECONDS, n,
             step > 0 ? (double)n * step : 0);
}

static void insights_ask(struct report *out, double step)
{
    const struct recording *r = out->rec;
    double rows = RULE_WINDOW_S / step;
    size_t window = rows < RULE_ROWS ? RULE_ROWS : rows < (double)r->n ? (size_t)rows : r->n;
    struct inspection in = { .r = r, .out = out, .step = step, .n = r->n, .from = r->n > window ? r->n - window : 0 };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        rules[i](&in);
    if (out->n_insights)
        qsort(out->insights, out->n_insights, sizeof *out->insights, insight_order);
}

void insights_find(struct report *out)
{
    double step = recording_interval(out->rec);
    if (out->rec->n)
        insights_ask(out, step > 0 ? step : 0); /* one sample: nothing lasts, but levels stand */
    insights_excuse(out, step);
}

void insights_add(struct report *out, const struct insight *in)
{
    size_t at = out->n_insights;
    out->insights = mem_resize(out->insights, (out->n_insights + 1) * sizeof *out->insights);
    while (at > 0 && insight_order(in, &out->insights[at - 1]) < 0) {
        out->insights[at] = out->insights[at - 1];
        at--;
    }
    out->insights[at] = *in;
    out->n_insights++;
    *out->insights_reason = '\0';
}
