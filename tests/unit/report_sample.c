/* report_sample.c - a report made by hand. */
#include "report_sample.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START_MS 1795343400000 /* 2026-11-22T10:30:00Z */

enum { CPU, MEMORY, USED, READ, WRITE, RECV, TEMP, POWER, PRESSURE, ABSENT, METRICS };

static const struct metric sample_metrics[METRICS] = {
    [CPU] = { .name = "cpu.util", .unit = UNIT_PERCENT, .max = 100, .help = "busy share of all cores" },
    [MEMORY] = { .name = "memory.util", .unit = UNIT_PERCENT, .max = 100, .help = "share in use" },
    [USED] = { .name = "memory.used", .unit = UNIT_BYTE, .help = "in use" },
    [READ] = { .name = "disk.read.rate", .inst = "total", .unit = UNIT_BYTE_PER_S, .help = "read" },
    [WRITE] = { .name = "disk.write.rate", .inst = "total", .unit = UNIT_BYTE_PER_S, .help = "written" },
    [RECV] = { .name = "net.recv.rate", .inst = "total", .unit = UNIT_BYTE_PER_S, .help = "received" },
    [TEMP] = { .name = "sensor.temp", .inst = "pci-0000:00:18.3/k10temp/\"Tctl\", die", .unit = UNIT_CELSIUS, .help = "temperature" },
    [POWER] = { .name = "power.package", .inst = "0", .unit = UNIT_WATT, .help = "package" },
    [PRESSURE] = { .name = "pressure.memory.full", .unit = UNIT_PERCENT, .max = 100, .help = "all tasks wait for memory" },
    [ABSENT] = { .name = "battery.charge", .inst = "BAT0", .unit = UNIT_PERCENT, .max = 100, .help = "charge" },
};

static void sample_values(int i, double v[METRICS])
{
    bool grown = i >= 40;
    v[CPU] = 10 + i % 5 + (grown ? 50 : 0);
    v[MEMORY] = grown ? 92 : 30 + 0.1 * (i % 3);
    v[USED] = v[MEMORY] * 4.1e7;
    v[READ] = 0;
    v[WRITE] = i % 10 ? 0 : 1.25e6;
    v[RECV] = 2048.5;
    v[TEMP] = i % 7 ? 48 + 0.25 * (i % 4) : NAN;
    v[POWER] = 34.125;
    v[PRESSURE] = grown ? 12.5 : 0;
    v[ABSENT] = NAN;
}

struct recording *sample_recording(void)
{
    struct recording *rec = recording_new();
    schema_source(rec->schema, "sample");
    for (int m = 0; m < METRICS; m++)
        schema_add(rec->schema, &sample_metrics[m]);
    rec->interval_s = 1;
    rec->origin = mem_dup("this machine");
    double v[METRICS];
    for (int i = 0; i < 60; i++) {
        sample_values(i, v);
        recording_add(rec, START_MS + 1000 * i, 1000000000LL * (i + 5), v, METRICS);
    }
    static const struct { const char *name; struct source source; } sources[] = {
        { "cpu", { .state = SOURCE_OK, .metrics = 1, .slowed = 4 } },
        { "battery", { .state = SOURCE_ABSENT, .reason = "no battery in /sys/class/power_supply", .slowed = 1 } },
        { "rapl", { .state = SOURCE_DENIED, .reason = "energy_uj is readable by root only", .slowed = 1 } },
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        recording_add_source(rec, sources[i].name, &sources[i].source);
    struct proctab before = { .mono_ns = 1000000000 }, now = { .mono_ns = 2000000000 };
    *proctab_add(&before) = *proctab_add(&now) = (struct proc){
        .pid = 812, .name = "evil\x1b[2Jname", .rss_bytes = 2.6e9 };
    now.p[0].cpu_s = 0.625;
    recording_add_procs(rec, &before);
    recording_add_procs(rec, &now);
    proctab_done(&before);
    proctab_done(&now);
    recording_add_event(rec, &(struct event){ .wall_ms = START_MS + 20000, .end_ms = START_MS + 22000,
        .kind = EVENT_GAP, .severity = SEVERITY_NOTICE, .source = "sampler", .text = "2 ticks were missed" });
    return rec;
}

static struct anomaly sample_anomaly(void)
{
    struct anomaly a = {
        .start_ms = START_MS + 40000, .end_ms = START_MS + 59000, .peak_ms = START_MS + 41000,
        .start = 40, .end = 59, .score = 12.5, .probability = 0.0001, .severity = SEVERITY_CRITICAL,
        .area = AREA_MEMORY, .n_causes = 2, .n_suspects = 1,
        .causes = { { USED, 3.772e9, 1.234e9, 1.2e9, 1.3e9, 0.75, false },
                    { PRESSURE, 12.5, 0, NAN, NAN, 0.25, false } },
        .suspects = { { .pid = 812, .name = "evil\x1b[2Jname", .amount = 2.5e9, .unit = UNIT_BYTE } },
        .n_groups = 1, .groups = { { "web.service", 2.4e9, UNIT_BYTE } },
    };
    strcpy(a.summary,
           "memory: used rose from 1.23 GB to 3.77 GB at 10:30:40, by evil\x1b[2Jname (pid 812)");
    return a;
}

static void sample_states(struct states *st)
{
    static const char *const names[] = { "idle", "memory busy" };
    st->k = 2;
    st->silhouette = 0.91;
    st->n_features = 2;
    st->feature = mem_new(2 * sizeof *st->feature);
    st->feature[1] = MEMORY;
    st->items = mem_new(2 * sizeof *st->items);
    st->transitions = mem_new(4 * sizeof *st->transitions);
    st->transitions[1] = 1;
    for (int i = 0; i < st->k; i++) {
        strcpy(st->items[i].name, names[i]);
        st->items[i].id = i;
        st->items[i].share = i ? 1.0 / 3 : 2.0 / 3;
        st->items[i].dwell_s = i ? 20 : 40;
        st->items[i].centroid = mem_new(2 * sizeof(double));
        st->items[i].centroid[0] = i ? 62 : 12;
        st->items[i].centroid[1] = i ? 92 : 30.1;
    }
}

struct report *sample_report(const struct recording *rec)
{
    struct report *r = mem_new(sizeof *r);
    *r = (struct report){
        .rec = rec, .gaps = 1, .session = "session_20261122_103000", .method = "shift",
        .budget_per_day = 1, .budget_run = 0.1, .threshold = 6.25,
        .forecast = { .reason = "this version makes no forecasts" },
        .workload = { .category = "web_browsing", .confidence = 0.75, .n = 2,
                      .why = "net.recv.rate{total} 120 kB/s, cpu.util 12.0 %" },
        .cpu_us_per_sample = 1234.5, .rss_bytes = 5.1e6, .written_bytes = 4096,
        .host = { .hardware_id = "0123456789abcdef0123456789abcdef", .os = "Debian GNU/Linux 12 (bookworm)",
                  .cpu = "AMD EPYC 7B13", .board = "20L5", .cores = 2, .threads = 4, .memory_bytes = 4.1e9 },
    };
    r->n_anomalies = r->n_insights = r->n_trends = 1;
    r->anomalies = mem_new(sizeof *r->anomalies);
    r->anomalies[0] = sample_anomaly();
    r->insights = mem_new(sizeof *r->insights);
    r->insights[0] = (struct insight){
        .id = "memory-pressure", .severity = SEVERITY_WARNING, .area = AREA_MEMORY, .since_ms = START_MS + 40000,
        .title = "all tasks waited for memory 12.5 % of the time for 20 s", .n_evidence = 1,
        .evidence = { "pressure.memory.full 12.5 %, above 5 % since 10:30:40" },
        .advice = "close what is not needed, or add memory: this machine works at the edge of its 4.10 GB" };
    r->trends = mem_new(sizeof *r->trends);
    r->trends[0] = (struct trend){ .slot = USED, .direction = DIRECTION_RISING,
                                   .slope_per_hour = 1.5e9, .p_value = 0.001,
        .first = 1.23e9, .last = 3.77e9, .limit = 4.1e9, .reaches_limit_s = 792, .interval_s = { 600, NAN } };
    sample_states(&r->states);
    r->workload.scores = mem_new(2 * sizeof *r->workload.scores);
    r->workload.scores[0] = (struct workload_score){ "web_browsing", 0.75 };
    r->workload.scores[1] = (struct workload_score){ "idle", 0.125 };
    return r;
}
