/* plugin_sample.c - what test_plugin.c loads: one good adapter and, by macros, its bad relatives. */
#include "sonde/adapter.h"

#include <errno.h>
#include <stddef.h>

#ifndef VERSION
#define VERSION SONDE_ADAPTER_VERSION
#endif
#ifndef SIZE
#define SIZE sizeof(struct sonde_adapter)
#endif

#ifdef EMPTY
int nothing_here;
#else

static struct { int level, done, more, ticks; } sample; /* one at a time is opened */

static int sample_open(const struct sonde_host *host, void **self)
{
    if (host->version != SONDE_ADAPTER_VERSION || host->size < sizeof *host || *self)
        return -EINVAL;
#ifdef ABSENT
    host->explain(host, "no such card");
    return -ENODEV;
#endif
    struct sonde_metric m = { .size = sizeof m, .kind = SONDE_GAUGE, .family = "level", .unit = "Cel",
                              .help = "a level", .min = -50, .max = 150 };
    sample.level = host->metric(host, &m);
    if (host->metric(host, &m) != sample.level)
        return -EIO;
    m = (struct sonde_metric){ .size = sizeof m, .kind = SONDE_COUNTER, .family = "done", .instance = host->name,
                               .unit = "By", .help = "work done" };
    sample.done = host->metric(host, &m);
    m.unit = "furlong";
    if (host->metric(host, &m) != -EINVAL)
        return -EIO;
    m.size = 8; /* of before there was anything */
    if (host->metric(host, &m) != -EINVAL)
        return -EIO;
    host->set(host, sample.level, 1); /* out of turn: does nothing */
    sample.more = -1;
    sample.ticks = 0;
    *self = &sample;
    return 0;
}

#ifndef HALF
static void sample_sample(void *self, const struct sonde_host *host)
{
    struct sonde_metric m = { .size = sizeof m, .family = "late", .unit = "1", .help = "out of turn" };
    if (self != &sample || host->metric(host, &m) != -EINVAL)
        return;
    host->set(host, sample.level, 20 + sample.ticks);
    host->set(host, sample.done, 1000.0 * sample.ticks);
    host->set(host, sample.more, 5); /* -1 at first */
    host->set(host, 9999, 5);
    sample.ticks++;
}
#endif

static void sample_rescan(void *self, const struct sonde_host *host)
{
    (void)self;
    if (sample.ticks != 1)
        return;
    struct sonde_metric m = { .size = sizeof m, .family = "more", .unit = "1", .help = "came later" };
    sample.more = host->metric(host, &m);
    host->event(host, SONDE_NOTICE, "something\ncame");
    host->event(host, 77, "no such severity");
}

static void sample_close(void *self)
{
    (void)self;
}

#ifdef LARGER
/* Built against a later header of the same version. */
struct later { struct sonde_adapter adapter; void (*unheard_of)(void); };
const struct later sonde_adapter = {
    .adapter = { SONDE_ADAPTER_VERSION, sizeof(struct later), sample_open, sample_sample, sample_close, sample_rescan },
};
#else
const struct sonde_adapter sonde_adapter = {
    .version = VERSION, .size = SIZE, .open = sample_open, .close = sample_close, .rescan = sample_rescan,
#ifndef HALF
    .sample = sample_sample,
#endif
};
#endif
#endif
