/*
 * panels.c - which metrics each area shows: processors, memory, disks, network. What a machine does
 * not have leaves its row, fact or panel out.
 */
#include "app/top/panels.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void panel_done(struct panel *p)
{
    mem_free(p->row);
    *p = (struct panel){ 0 };
}

void panel_add_fact(struct panel *p, const char *fmt, ...)
{
    if (p->n_facts == PANEL_FACTS)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->fact[p->n_facts++], PANEL_TEXT, fmt, ap);
    va_end(ap);
}

void panel_add_series(struct panel *p, const struct live *l, const char *label, const char *name,
                      const char *inst, double top)
{
    int slot = schema_find(l->rec->schema, name, inst);
    if (slot < 0 || p->n_series == PANEL_SERIES)
        return;
    struct panel_series *s = &p->series[p->n_series++];
    *s = (struct panel_series){ .slot = slot, .top = top };
    snprintf(s->label, sizeof s->label, "%s", label);
    p->present = true;
}

struct panel_row *panel_add_row(struct panel *p, const char *label)
{
    if (p->n_rows == p->cap_rows) {
        p->cap_rows = p->cap_rows ? 2 * p->cap_rows : 16;
        p->row = mem_resize(p->row, (size_t)p->cap_rows * sizeof *p->row);
    }
    struct panel_row *r = &p->row[p->n_rows++];
    *r = (struct panel_row){ .share = NAN };
    snprintf(r->label, sizeof r->label, "%s", label);
    p->present = true;
    return r;
}

/* "2.10 GHz" under a label, where it is known. */
static void add_known(struct panel *p, const char *before, double v, enum unit unit,
                      const char *after)
{
    char text[AMOUNT_MAX];
    if (!isnan(v))
        panel_add_fact(p, "%s%s%s", before, amount_text(v, unit, text), after);
}

static void fill_core(struct panel *p, const struct live *l, int slot)
{
    const char *inst = schema_at(l->rec->schema, slot)->inst;
    double util = live_value(l, slot), freq = live_find(l, "cpu.core.freq", inst),
           temp = live_find(l, "cpu.core.temp", inst);
    char hz[AMOUNT_MAX], degrees[AMOUNT_MAX];
    struct panel_row *r = panel_add_row(p, inst ? inst : "");
    r->share = util / 100;
    amount_text(util, UNIT_PERCENT, r->value);
    snprintf(r->note, sizeof r->note, "%s%s%s",
             isnan(freq) ? "" : amount_text(freq, UNIT_HERTZ, hz),
             isnan(freq) || isnan(temp) ? "" : "  ",
             isnan(temp) ? "" : amount_text(temp, UNIT_CELSIUS, degrees));
}

static void fill_cpu(struct panel *p, const struct live *l)
{
    const struct schema *s = l->rec->schema;
    panel_add_series(p, l, "", "cpu.util", NULL, 100);
    p->cores = true;
    for (int slot = -1; (slot = schema_next(s, "cpu.core.util", slot)) >= 0;)
        if (!isnan(live_value(l, slot)))
            fill_core(p, l, slot);
    double one = live_find(l, "cpu.load", "1m"), five = live_find(l, "cpu.load", "5m"),
           more = live_find(l, "cpu.load", "15m");
    int places = fmax(one, fmax(five, more)) < 10 ? 2 : 1;
    if (!isnan(one))
        panel_add_fact(p, "load %.*f %.*f %.*f", places, one, places, five, places, more);
    add_known(p, "", live_find(l, "cpu.freq", NULL), UNIT_HERTZ, "");
    add_known(p, "", live_find(l, "cpu.temp", NULL), UNIT_CELSIUS, "");
    add_known(p, "system ", live_find(l, "cpu.system", NULL), UNIT_PERCENT, "");
    add_known(p, "iowait ", live_find(l, "cpu.iowait", NULL), UNIT_PERCENT, "");
    double steal = live_find(l, "cpu.steal", NULL);
    if (steal > 0)
        add_known(p, "steal ", steal, UNIT_PERCENT, "");
}

static void fill_part(struct panel *p, const struct live *l, const char *label, const char *name,
                      double whole)
{
    double v = live_find(l, name, NULL);
    if (isnan(v))
        return;
    struct panel_row *r = panel_add_row(p, label);
    r->share = v / whole;
    amount_text(v, UNIT_BYTE, r->value);
}

static void fill_memory(struct panel *p, const struct live *l)
{
    double total = live_find(l, "memory.total", NULL), swap = live_find(l, "swap.total", NULL);
    char used[AMOUNT_MAX], all[AMOUNT_MAX];
    panel_add_series(p, l, "", "memory.util", NULL, 100);
    if (!isnan(total))
        panel_add_fact(p, "%s of %s",
                       amount_text(live_find(l, "memory.used", NULL), UNIT_BYTE, used),
                       amount_text(total, UNIT_BYTE, all));
    if (swap > 0)
        panel_add_fact(p, "swap %s of %s",
                       amount_text(live_find(l, "swap.used", NULL), UNIT_BYTE, used),
                       amount_text(swap, UNIT_BYTE, all));
    add_known(p, "cache ", live_find(l, "memory.cached", NULL), UNIT_BYTE, "");
    add_known(p, "dirty ", live_find(l, "memory.dirty", NULL), UNIT_BYTE, "");
    fill_part(p, l, "used", "memory.used", total);
    fill_part(p, l, "available", "memory.available", total);
    fill_part(p, l, "cache", "memory.cached", total);
    fill_part(p, l, "programs", "memory.anon", total);
    fill_part(p, l, "shared", "memory.shared", total);
    fill_part(p, l, "dirty", "memory.dirty", total);
    fill_part(p, l, "slab", "memory.slab", total);
    if (swap > 0)
        fill_part(p, l, "swap", "swap.used", swap);
}

static bool is_total(const char *inst)
{
    return inst && strcmp(inst, "total") == 0;
}

static void fill_disks(struct panel *p, const struct live *l)
{
    const struct schema *s = l->rec->schema;
    for (int slot = -1; (slot = schema_next(s, "disk.util", slot)) >= 0;) {
        const char *inst = schema_at(s, slot)->inst;
        double busy = live_value(l, slot), latency = live_find(l, "disk.latency", inst);
        if (isnan(busy) || is_total(inst))
            continue;
        char text[AMOUNT_MAX];
        struct panel_row *r = panel_add_row(p, inst ? inst : "");
        r->share = busy / 100;
        amount_text(busy, UNIT_PERCENT, r->value);
        snprintf(r->note, sizeof r->note, "busy%s%s", isnan(latency) ? "" : ", ",
                 isnan(latency) ? "" : amount_text(latency, UNIT_SECOND, text));
    }
}

static int by_share(const void *a, const void *b)
{
    double x = ((const struct panel_row *)a)->share, y = ((const struct panel_row *)b)->share;
    return x < y ?
               1 :
           x > y ?
               -1 :
               strcmp(((const struct panel_row *)a)->label, ((const struct panel_row *)b)->label);
}

/* The fullest first. */
static void fill_mounts(struct panel *p, const struct live *l)
{
    const struct schema *s = l->rec->schema;
    int first = p->n_rows;
    for (int slot = -1; (slot = schema_next(s, "fs.util", slot)) >= 0;) {
        const char *inst = schema_at(s, slot)->inst;
        char text[AMOUNT_MAX];
        if (isnan(live_value(l, slot)))
            continue;
        struct panel_row *r = panel_add_row(p, inst ? inst : "");
        r->share = live_value(l, slot) / 100;
        amount_text(live_value(l, slot), UNIT_PERCENT, r->value);
        snprintf(r->note, sizeof r->note, "of %s",
                 amount_text(live_find(l, "fs.total", inst), UNIT_BYTE, text));
    }
    if (p->n_rows > first)
        qsort(p->row + first, (size_t)(p->n_rows - first), sizeof *p->row, by_share);
}

static void fill_disk(struct panel *p, const struct live *l)
{
    panel_add_series(p, l, "read", "disk.read.rate", "total", 0);
    panel_add_series(p, l, "write", "disk.write.rate", "total", 0);
    fill_disks(p, l);
    int disks = p->n_rows;
    fill_mounts(p, l);
    if (disks)
        add_known(p, "busy ", live_find(l, "disk.util", "total"), UNIT_PERCENT, "");
    if (p->n_rows > disks && p->row[disks].share * 0 == 0)
        panel_add_fact(p, "%.28s %s full", p->row[disks].label, p->row[disks].value);
    add_known(p, "latency ", live_find(l, "disk.latency", "total"), UNIT_SECOND, "");
}

static void fill_network(struct panel *p, const struct live *l)
{
    const struct schema *s = l->rec->schema;
    panel_add_series(p, l, "in", "net.recv.rate", "total", 0);
    panel_add_series(p, l, "out", "net.send.rate", "total", 0);
    for (int slot = -1; (slot = schema_next(s, "net.recv.rate", slot)) >= 0;) {
        const char *inst = schema_at(s, slot)->inst;
        char in[AMOUNT_MAX], out[AMOUNT_MAX];
        double recv = live_value(l, slot), send = live_find(l, "net.send.rate", inst);
        if (is_total(inst) || isnan(recv))
            continue;
        struct panel_row *r = panel_add_row(p, inst ? inst : "");
        amount_text(isnan(send) ? recv : recv + send, UNIT_BYTE_PER_S, r->value);
        snprintf(r->note, sizeof r->note, "in %s, out %s", amount_text(recv, UNIT_BYTE_PER_S, in),
                 amount_text(send, UNIT_BYTE_PER_S, out));
    }
    add_known(p, "connections ", live_find(l, "net.connections", "established"), UNIT_NONE, "");
    add_known(p, "retransmits ", live_find(l, "net.tcp.retransmits.rate", NULL), UNIT_PER_S, "");
    add_known(p, "drops ", live_find(l, "net.drops.rate", "total"), UNIT_PER_S, "");
    add_known(p, "errors ", live_find(l, "net.errors.rate", "total"), UNIT_PER_S, "");
}

const char *panel_title(enum panel_id id)
{
    static const char *const title[PANELS] = {
        "cpu", "memory", "disk", "network", "gpu", "sensors", "pressure", "sonde",
    };
    return title[id];
}

static bool panel_is_alert(enum panel_id id, const struct live *l)
{
    switch (id) {
    case PANEL_CPU: return l->alert[AREA_CPU];
    case PANEL_MEMORY: return l->alert[AREA_MEMORY];
    case PANEL_DISK: return l->alert[AREA_DISK];
    case PANEL_NETWORK: return l->alert[AREA_NETWORK];
    case PANEL_SENSORS: return l->alert[AREA_THERMAL] || l->alert[AREA_POWER];
    default: return false;
    }
}

void panel_fill(struct panel *p, enum panel_id id, const struct live *l)
{
    *p = (struct panel){ .id = id, .row = p->row, .cap_rows = p->cap_rows, .alert = panel_is_alert(id, l) };
    switch (id) {
    case PANEL_CPU: fill_cpu(p, l); break;
    case PANEL_MEMORY: fill_memory(p, l); break;
    case PANEL_DISK: fill_disk(p, l); break;
    case PANEL_NETWORK: fill_network(p, l); break;
    case PANEL_GPU: case PANEL_SENSORS: panel_fill_devices(p, l); break;
    case PANEL_PRESSURE: case PANEL_SONDE: panel_fill_load(p, l); break;
    case PANELS: break;
    }
}
