/* devices.c - counters of devices that come and go, and their total. */
#include "adapters/linux/devices.h"

#include "base/mem.h"
#include "base/text.h"
#include "core/rate.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void devices_add_metrics(const struct devices_layout *l, struct schema *s, const char *inst,
                                int *slot)
{
    for (int i = 0; i < l->n_counters; i++) {
        const struct devices_counter *c = &l->counter[i];
        slot[i] = schema_add(s, &(struct metric){
            .name = c->name, .inst = inst, .help = c->help, .unit = c->unit, .kind = KIND_COUNTER,
            .wrap = c->wrap, .rate = c->rate });
    }
    for (int i = 0; i < l->n_ratios; i++) {
        const struct devices_ratio *r = &l->ratio[i];
        schema_add(s, &(struct metric){
            .name = r->name, .inst = inst, .help = r->help, .unit = r->unit, .kind = KIND_RATIO,
            .num = slot[r->num], .den = r->den == SCHEMA_TIME ? SCHEMA_TIME : slot[r->den],
            .scale = r->scale, .max = r->max });
    }
}

static int devices_most(const struct devices_layout *l)
{
    return l->most ? l->most : DEVICES_MAX;
}

void devices_init(struct devices *d, const struct devices_layout *layout, struct schema *s)
{
    assert(layout->n_counters <= DEVICES_COUNTERS);
    *d = (struct devices){ .layout = layout };
    for (int i = 0; i < DEVICES_COUNTERS; i++)
        d->total[i] = NAN;
    devices_add_metrics(layout, s, "total", d->total_slot);
}

void devices_done(struct devices *d)
{
    mem_free(d->d);
    d->d = NULL;
}

static struct device *devices_new(struct devices *d, const char *name)
{
    if (d->n == devices_most(d->layout))
        return NULL;
    d->d = mem_grow(d->d, (size_t)d->n, &d->cap, sizeof *d->d);
    struct device *e = &d->d[d->n++];
    *e = (struct device){ 0 };
    text_copy(e->name, sizeof e->name, name);
    for (int i = 0; i < DEVICES_COUNTERS; i++)
        e->before[i] = NAN;
    return e;
}

bool devices_add(struct devices *d, struct schema *s, const char *name, bool in_total)
{
    struct device *e = devices_new(d, name);
    if (!e)
        return false;
    e->in_total = in_total;
    devices_add_metrics(d->layout, s, e->name, e->slot);
    return true;
}

bool devices_ignore(struct devices *d, const char *name)
{
    struct device *e = devices_new(d, name);
    if (e)
        e->ignored = true;
    return e != NULL;
}

bool devices_count(struct devices *d, const char *name)
{
    struct device *e = devices_new(d, name);
    if (!e)
        return false;
    e->in_total = true;
    for (int i = 0; i < DEVICES_COUNTERS; i++)
        e->slot[i] = -1;
    return true;
}

int devices_find(struct devices *d, const char *name)
{
    for (int k = 0; k < d->n; k++) {
        int i = d->cursor + k < d->n ? d->cursor + k : d->cursor + k - d->n;
        if (strncmp(d->d[i].name, name, DEVICES_NAME - 1) == 0) {
            d->cursor = i + 1 < d->n ? i + 1 : 0;
            return i;
        }
    }
    return -1;
}

void devices_begin(struct devices *d)
{
    for (int i = 0; i < DEVICES_COUNTERS; i++)
        d->growth[i] = NAN;
    for (int i = 0; i < d->n; i++)
        d->d[i].seen = false;
    d->cursor = 0;
}

static void devices_grow(double *sum, double growth, bool busiest)
{
    if (isnan(growth))
        return;
    if (isnan(*sum))
        *sum = growth;
    else if (!busiest)
        *sum += growth;
    else if (growth > *sum)
        *sum = growth;
}

void devices_set(struct devices *d, struct frame *f, int i, const double *v)
{
    struct device *e = &d->d[i];
    if (e->ignored || e->seen)
        return;
    e->seen = true;
    for (int c = 0; c < d->layout->n_counters; c++) {
        const struct devices_counter *counter = &d->layout->counter[c];
        frame_set(f, e->slot[c], v[c]);
        /* What the first devices did before counts;
         * what a later one did before it came does not. */
        double before = d->started ? e->before[c] : 0;
        if (e->in_total)
            devices_grow(&d->growth[c], rate_growth(before, v[c], counter->wrap), counter->busiest);
        e->before[c] = v[c];
    }
}

void devices_end(struct devices *d, struct frame *f)
{
    for (int i = 0; i < d->n; i++)
        for (int c = 0; !d->d[i].seen && c < DEVICES_COUNTERS; c++)
            d->d[i].before[c] = NAN;
    for (int c = 0; c < d->layout->n_counters; c++) {
        devices_grow(&d->total[c], d->growth[c], false);
        frame_set(f, d->total_slot[c], d->total[c]);
    }
    d->started = true;
}
