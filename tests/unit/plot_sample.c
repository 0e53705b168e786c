/* plot_sample.c - plots made by hand. */
#include "plot_sample.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct plot_series *sample_line(struct plot *p, const char *name, const char *inst, enum unit unit, double low,
                                double step, double spread)
{
    char id[SCHEMA_MAX_NAME];
    snprintf(id, sizeof id, inst ? "%s{%s}" : "%s", name, inst);
    struct plot_series *s = plot_add(p, id, &(struct metric){
        .name = name, .inst = inst, .unit = unit, .kind = KIND_GAUGE, .help = "a line of the test" });
    for (int i = 0; i < p->n; i++) {
        double v = low + i % 10 * step;
        s->point[i] = (struct plot_point){ v, v - spread, v + spread };
        s->last = v;
    }
    return s;
}

static void sample_gap(struct plot *p, int from, int to)
{
    for (size_t k = 0; k < p->n_series; k++)
        for (int i = from; i < to; i++)
            p->series[k]->point[i] = (struct plot_point){ NAN, NAN, NAN };
}

static void sample_episode(struct plot *p, int from_min, enum severity severity, enum area area, const char *text,
                           const struct plot_cause *c, int n)
{
    struct plot_episode *e = plot_add_episode(p);
    e->start_ms = e->peak_ms = p->from_ms + from_min * 60000;
    e->end_ms = e->start_ms + 120000;
    e->severity = severity;
    e->area = area;
    text_copy(e->text, sizeof e->text, text);
    memcpy(e->causes, c, (size_t)n * sizeof *c);
    e->n_causes = n;
}

struct plot *sample_plot(void)
{
    struct plot *p = plot_new(PLOT_SAMPLE_MS + 36000000, PLOT_SAMPLE_MS + 39600000, 120);
    p->interval_ms = 1000;
    p->zone_s = 3600;
    strcpy(p->title, "AMD EPYC 7B13, 2 cores, 4.10 GB memory");
    struct plot_series *cpu = sample_line(p, "cpu.util", NULL, UNIT_PERCENT, 20, 2, 5);
    sample_line(p, "memory.util", NULL, UNIT_PERCENT, 40, 0, 0);
    sample_line(p, "swap.util", NULL, UNIT_PERCENT, 0, 0, 0);
    sample_line(p, "disk.read.rate", "total", UNIT_BYTE_PER_S, 0, 1e6, 0);
    sample_line(p, "disk.write.rate", "total", UNIT_BYTE_PER_S, 2e6, 5e5, 1e6);
    sample_line(p, "sensor.temp", "pci-0000:00:18.3/k10temp/Tctl", UNIT_CELSIUS, 47.5, 0.1, 0.05);
    sample_gap(p, 50, 58);
    plot_look_ahead(cpu, 4);
    p->ahead_ms = p->to_ms;
    p->ahead_step_ms = 150000;
    for (int i = 0; i < 4; i++) {
        cpu->p10[i] = 15 - i;
        cpu->p50[i] = 25;
        cpu->p90[i] = 30 + 2 * i;
    }
    sample_episode(p, 10, SEVERITY_WARNING, AREA_CPU, "cpu: util rose from 20 % to 38 %, by <evil> & co (pid 812)",
                   (struct plot_cause[]){ { "cpu.util", 18, 26 }, { "memory.util", NAN, NAN } }, 2);
    sample_episode(p, 40, SEVERITY_CRITICAL, AREA_DISK, "disk: sda waits for 2 s",
                   (struct plot_cause[]){ { "disk.latency{sda}", 0.001, 0.01 } }, 1);
    return p;
}
