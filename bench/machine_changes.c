/*
 * machine_changes.c - what it costs to look for changes of the machine: one JSON line.
 *
 *     machine_changes [ROOT]
 *
 * As app/recorder_changes.c does it with the kernel's notices: twelve cheap looks a minute, one of them with mounts;
 * every fifth minute the versions; and the sizes of the logs of packages each time. At most 0.05 % of a core.
 */
#include "app/changes_look.h"
#include "app/changes_packages.h"
#include "base/log.h"
#include "os/os.h"

#include <stdio.h>

enum { MINUTES = 50, LOOKS = 12 };
#define BAR_PERCENT 0.05

static void count(void *self, const struct event *e)
{
    (void)e;
    ++*(int *)self;
}

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : "";
    struct changes_cursor cursor[CHANGES_LOGS] = { { 0 } };
    struct machine_state before = { 0 }, now;
    int told = 0;
    struct changes_packages p = { .root = root, .cursor = cursor, .tell = count, .self = &told };
    changes_packages(&p, os_wall_ms()); /* the first time the logs are read */
    double begin_s = os_cpu_s();
    for (int i = 0; i < MINUTES * LOOKS; i++) {
        int which = CHANGES_LOOK_SERVICES | (i % LOOKS == 0 ? CHANGES_LOOK_MOUNTS : 0) |
            (i % (5 * LOOKS) == 0 ? CHANGES_LOOK_VERSIONS : 0);
        changes_look(root, which, &before, &now);
        changes_packages(&p, os_wall_ms());
        machine_state_done(&before);
        before = now;
    }
    double minute_s = (os_cpu_s() - begin_s) / MINUTES, percent = minute_s / 60 * 100;
    printf("{\"cpu_ms_per_minute\":%.3f,\"percent_of_core\":%.5f,\"items\":%zu,\"runs_of_the_day\":%d}\n",
           minute_s * 1e3, percent, before.n, told);
    machine_state_done(&before);
    if (percent > BAR_PERCENT)
        log_error(0, "machine_changes: %.3f %% of a core, %.3f are allowed", percent, BAR_PERCENT);
    return percent > BAR_PERCENT;
}
