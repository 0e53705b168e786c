/* panels_more.c - graphics processors, sensors and power, pressure, and what Sonde itself costs. */
#include "app/top/panels.h"


#include <stdio.h>
#include <string.h>

/* Adds ", 62.0 C" to a note, where it is known. */
static void add_note(struct panel_row *r, const char *label, double v, enum unit unit)
{
    char text[AMOUNT_MAX];
    size_t n = strlen(r->note);
    if (!isnan(v))
        snprintf(r->note + n, sizeof r->note - n, "%s%s%s", n ? "  " : "", label,
                 amount_text(v, unit, text));
}

/* Two rows for each: what it does, and its memory. */
static void fill_gpu_one(struct panel *p, const struct live *l, const char *inst)
{
    char label[32], used[AMOUNT_MAX], total[AMOUNT_MAX];
    snprintf(label, sizeof label, "gpu %s", inst);
    struct panel_row *r = panel_add_row(p, label);
    double util = live_find(l, "gpu.util", inst), vram = live_find(l, "gpu.vram.used", inst);
    r->share = util / 100;
    amount_text(util, UNIT_PERCENT, r->value);
    add_note(r, "", live_find(l, "gpu.temp", inst), UNIT_CELSIUS);
    add_note(r, "", live_find(l, "gpu.power", inst), UNIT_WATT);
    add_note(r, "", live_find(l, "gpu.clock.core", inst), UNIT_HERTZ);
    if (live_find(l, "gpu.asleep", inst) > 0)
        snprintf(r->note, sizeof r->note, "asleep");
    if (isnan(vram))
        return;
    r = panel_add_row(p, "vram");
    r->share = live_find(l, "gpu.vram.util", inst) / 100;
    amount_text(vram, UNIT_BYTE, r->value);
    snprintf(r->note, sizeof r->note, "of %s",
             amount_text(live_find(l, "gpu.vram.total", inst), UNIT_BYTE, total));
    panel_add_fact(p, "vram %s of %s", amount_text(vram, UNIT_BYTE, used), total);
}

/* The chart is of the first; with several, each has its rows. */
static void fill_gpu(struct panel *p, const struct live *l)
{
    const struct schema *s = l->rec->schema;
    int first = schema_next(s, "gpu.util", -1);
    if (first < 0)
        first = schema_next(s, "gpu.temp", -1);
    if (first < 0)
        return;
    const char *inst = schema_at(s, first)->inst, *family = schema_at(s, first)->name;
    panel_add_series(p, l, "", family, inst, strcmp(family, "gpu.util") == 0 ? 100 : 0);
    for (int slot = -1; (slot = schema_next(s, family, slot)) >= 0;)
        fill_gpu_one(p, l, schema_at(s, slot)->inst ? schema_at(s, slot)->inst : "");
    char text[AMOUNT_MAX];
    static const struct { const char *name; enum unit unit; } facts[] = {
        { "gpu.temp", UNIT_CELSIUS }, { "gpu.power", UNIT_WATT }, { "gpu.clock.core", UNIT_HERTZ },
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!isnan(live_find(l, facts[i].name, inst)))
            panel_add_fact(p, "%s",
                           amount_text(live_find(l, facts[i].name, inst), facts[i].unit, text));
}

/* "coretemp/Package id 0", "gpu 0", "package 0": of "place/chip/label" the place is left out, because
 * on which bus it is, few people know. */
static void sensor_name(const struct metric *m, char *out, size_t cap)
{
    const char *inst = m->inst ? m->inst : "", *label = strrchr(inst, '/'), *chip = label;
    while (chip && chip > inst && chip[-1] != '/')
        chip--;
    const char *kind = strncmp(m->name, "gpu.", 4) == 0   ? "gpu " :
                       strncmp(m->name, "power.", 6) == 0 ? "package " :
                       strncmp(m->name, "cpu.", 4) == 0   ? "cpu" :
                                                            "";
    snprintf(out, cap, "%s%s", kind, chip ? chip : inst);
}

/* All of a family, each against `full`, or where that is 0 against nothing. */
static void fill_sensors_of(struct panel *p, const struct live *l, const char *family, double full)
{
    const struct schema *s = l->rec->schema;
    for (int slot = -1; (slot = schema_next(s, family, slot)) >= 0;) {
        const struct metric *m = schema_at(s, slot);
        double v = live_value(l, slot);
        if (isnan(v))
            continue;
        char name[SCHEMA_MAX_NAME];
        sensor_name(m, name, sizeof name);
        struct panel_row *r = panel_add_row(p, name);
        r->share = full > 0 ? v / full : NAN;
        amount_text(v, m->unit, r->value);
    }
}

static int hottest(const struct live *l)
{
    static const char *const families[] = { "cpu.temp", "sensor.temp", "gpu.temp" };
    const struct schema *s = l->rec->schema;
    int best = -1;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int slot = -1; (slot = schema_next(s, families[i], slot)) >= 0;)
            if (!isnan(live_value(l, slot)) &&
                (best < 0 || live_value(l, slot) > live_value(l, best)))
                best = slot;
    return best;
}

static double sum_of(const struct live *l, const char *family)
{
    double sum = NAN;
    for (int slot = -1; (slot = schema_next(l->rec->schema, family, slot)) >= 0;)
        if (!isnan(live_value(l, slot)))
            sum = (isnan(sum) ? 0 : sum) + live_value(l, slot);
    return sum;
}

/* 100 C and 50 W stand for full where nothing says what would be. */
static void fill_sensors(struct panel *p, const struct live *l)
{
    int hot = hottest(l);
    char text[AMOUNT_MAX];
    if (hot >= 0) {
        const struct metric *m = schema_at(l->rec->schema, hot);
        panel_add_series(p, l, "", m->name, m->inst, 100);
        char name[SCHEMA_MAX_NAME];
        sensor_name(m, name, sizeof name);
        panel_add_fact(p, "%.38s", name); /* whose temperature stands in the title */
    }
    double power = sum_of(l, "power.package");
    if (!isnan(power)) {
        panel_add_fact(p, "%s", amount_text(power, UNIT_WATT, text));
        p->present = true;
    }
    for (int slot = -1; (slot = schema_next(l->rec->schema, "battery.charge", slot)) >= 0;)
        if (!isnan(live_value(l, slot))) {
            panel_add_fact(p, "battery %s", amount_text(live_value(l, slot), UNIT_PERCENT, text));
            p->present = true;
        }
    fill_sensors_of(p, l, "sensor.temp", 100);
    fill_sensors_of(p, l, "sensor.fan", 0);
    fill_sensors_of(p, l, "power.package", 0);
    fill_sensors_of(p, l, "battery.charge", 100);
    fill_sensors_of(p, l, "battery.power", 0);
    fill_sensors_of(p, l, "sensor.power", 0);
}

void panel_fill_devices(struct panel *p, const struct live *l)
{
    if (p->id == PANEL_GPU)
        fill_gpu(p, l);
    else
        fill_sensors(p, l);
}

static void fill_pressure(struct panel *p, const struct live *l)
{
    static const struct { const char *label, *name; } rows[] = {
        { "cpu some", "pressure.cpu.some" }, { "mem some", "pressure.memory.some" },
        { "mem all", "pressure.memory.full" }, { "io some", "pressure.io.some" },
        { "io all", "pressure.io.full" },
    };
    panel_add_series(p, l, "cpu", "pressure.cpu.some", NULL, 100);
    panel_add_series(p, l, "memory", "pressure.memory.some", NULL, 100);
    panel_add_series(p, l, "io", "pressure.io.some", NULL, 100);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v = live_find(l, rows[i].name, NULL);
        if (isnan(v))
            continue;
        struct panel_row *r = panel_add_row(p, rows[i].label);
        r->share = v / 100;
        amount_text(v, UNIT_PERCENT, r->value);
        snprintf(r->note, sizeof r->note, "of tasks wait");
    }
}

/* What the last ticks cost, each: the growth of the processor time over those that are shown. */
static double cost_per_tick(const struct live *l)
{
    size_t n, span = 30;
    const double *cpu = live_series(l, schema_find(l->rec->schema, "sonde.cpu.time", NULL), &n);
    if (!cpu || n < 2)
        return NAN;
    if (span >= n)
        span = n - 1;
    return (cpu[n - 1] - cpu[n - 1 - span]) / (double)span;
}

static void fill_sonde(struct panel *p, const struct live *l)
{
    char text[AMOUNT_MAX];
    const struct schema *s = l->rec->schema;
    double tick = cost_per_tick(l), rss = live_find(l, "sonde.rss", NULL);
    panel_add_series(p, l, "", "sonde.cpu", NULL, 0);
    if (!isnan(tick))
        panel_add_fact(p, "%s a sample", amount_text(tick, UNIT_SECOND, text));
    if (!isnan(rss))
        panel_add_fact(p, "%s", amount_text(rss, UNIT_BYTE, text));
    if (*l->missing)
        panel_add_fact(p, "without %.39s", l->missing);
    panel_add_fact(p, "judging %s", amount_text(l->judge_s, UNIT_SECOND, text));
    for (int slot = -1; (slot = schema_next(s, "sonde.adapter.time", slot)) >= 0;)
        if (!isnan(live_value(l, slot))) {
            struct panel_row *r = panel_add_row(p, schema_at(s, slot)->inst);
            r->share = live_value(l, slot) / 0.010; /* of 10 ms: a hundredth of the default interval */
            amount_text(live_value(l, slot), UNIT_SECOND, r->value);
        }
}

void panel_fill_load(struct panel *p, const struct live *l)
{
    if (p->id == PANEL_PRESSURE)
        fill_pressure(p, l);
    else
        fill_sonde(p, l);
}
