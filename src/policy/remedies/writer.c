/*
 * writer.c - a log or a cache that is written without end makes others wait for the disk. Its requests go last (ioprio,
 * which bfq and mq-deadline heed; io.weight of its own control group), and where much waits to be written the kernel
 * keeps less of that back (vm.dirty_bytes).
 */
#include "policy/remedies/aim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define LEAST_WRITTEN 1e6   /* bytes a second */
#define LEAST_PRESSURE 5.0  /* % */
#define DIRTY_SHARE 0.03    /* of the memory */
#define DIRTY_BYTES "67108864"
#define BACKGROUND_BYTES "16777216"

static double writer_wrote(const struct doing *then, const struct doing *now)
{
    double v = now->write_bytes - (then ? then->write_bytes : 0);
    return isnan(v) ? 0 : v;
}

static double writer_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    double share[3];
    (void)t;
    remedy_pressures(a, b, share);
    return 100 * share[2];
}

static bool writer_is_dirty(const char *root)
{
    double waits = aim_keyed(root, "/proc/meminfo", "Dirty") + aim_keyed(root, "/proc/meminfo", "Writeback");
    return waits > DIRTY_SHARE * aim_keyed(root, "/proc/meminfo", "MemTotal");
}

static void writer_steps(const struct remedy_scene *s, const struct remedy_target *t, struct plan *p)
{
    if (*t->group)
        aim_step(s, p, "io.weight", t->group, 0, "10", "its group gets a tenth of what others get of the disk");
    if (writer_is_dirty(s->root)) {
        aim_step(s, p, "vm.dirty_background_bytes", "", 0, BACKGROUND_BYTES,
                 "what is to be written goes out early, in small parts");
        aim_step(s, p, "vm.dirty_bytes", "", 0, DIRTY_BYTES, "who writes faster than the disk waits himself");
    }
    aim_processes(s, p, t, "ioprio", "idle", "its requests go when no others are there");
}

static int writer_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p, char why[static KNOB_WHY])
{
    double rate;
    char amount[AMOUNT_MAX];
    int rc = aim_find(s, writer_wrote, LEAST_WRITTEN, "writes 1 MB a second or more", t, &rate, why);
    if (rc < 0)
        return rc;
    double pressure = writer_value(t, &s->before, &s->after);
    amount_text(rate, UNIT_BYTE_PER_S, amount);
    if (isnan(pressure) || pressure < LEAST_PRESSURE) {
        if (isnan(pressure))
            snprintf(why, KNOB_WHY, "this kernel does not say how long tasks wait for storage (/proc/pressure/io)");
        else
            snprintf(why, KNOB_WHY, "%.80s writes %s, but hardly anybody waits for storage", t->name, amount);
        return -ENODATA;
    }
    snprintf(t->does, sizeof t->does, "writes %s, while some task waits for storage %.0f %% of the time", amount,
             pressure);
    writer_steps(s, t, p);
    return 0;
}

const struct remedy remedy_writer = {
    .name = "writer", .how = "whoever writes most comes after others who want the disk",
    .risk = "it writes slower while others use the disk", .measure = "time in which some task waits for storage",
    .unit = UNIT_PERCENT, .wants_doings = true, .weighs = 2, .value = writer_value, .aim = writer_aim,
};
