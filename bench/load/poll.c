/*
 * poll.c - processes that sleep for some milliseconds, look whether there is something to do, and sleep again.
 *
 * What it costs the machine is its timer interrupts: each takes a processor out of its idle state.
 */
#include "load.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct poll {
    double every_ms;
    int64_t until_ns;
    volatile double *polls; /* of each process, in memory of all */
};

static void poll_work(void *self, int i)
{
    struct poll *p = self;
    struct timespec t = { .tv_nsec = (long)(p->every_ms * 1e6) };
    for (; os_mono_ns() < p->until_ns; p->polls[i]++)
        nanosleep(&t, NULL);
}

/* Timer interrupts of all processors since boot, by the line "LOC:" of /proc/interrupts; NaN where there is none. */
static double poll_interrupts(void)
{
    char line[16384];
    double sum = NAN;
    FILE *f = fopen("/proc/interrupts", "r");
    while (f && isnan(sum) && fgets(line, sizeof line, f)) {
        char *at = strstr(line, "LOC:");
        double v;
        int n;
        if (!at)
            continue;
        sum = 0;
        for (at += 4; sscanf(at, "%lf%n", &v, &n) == 1; at += n)
            sum += v;
    }
    if (f)
        fclose(f);
    return sum;
}

static int poll_run(const struct load_args *a, struct load_result *r)
{
    int n = (int)load_number(a, "processes");
    double seconds = load_number(a, "seconds"), polls = 0;
    size_t bytes = (size_t)n * sizeof(double);
    double *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        load_complain(-ENOMEM, "memory of all processes");
        return -ENOMEM;
    }
    double before = poll_interrupts();
    int64_t begin = os_mono_ns();
    struct poll p = { load_number(a, "every"), begin + (int64_t)(seconds * 1e9), shared };
    int rc = load_processes(n, poll_work, &p);
    double wall_s = (double)(os_mono_ns() - begin) / 1e9, interrupts = poll_interrupts() - before;
    for (int i = 0; i < n; i++)
        polls += shared[i];
    munmap(shared, bytes);
    struct load_used used = load_used();
    load_put(r, "processes", n);
    load_put(r, "polls", polls / n);
    load_put(r, "poll_ms", 1e3 * wall_s * n / polls);
    load_put(r, "cpu_s", used.user_s + used.system_s);
    load_put(r, "interrupts", interrupts / wall_s);
    load_put(r, "a_round", interrupts * n / polls); /* of them while each process polls once */
    return rc;
}

static const struct load_option options[] = {
    { "processes", LOAD_NUMBER, 40, 1, 10000, "processes" },
    { "seconds", LOAD_NUMBER, 2, 0.01, 3600, "for how long" },
    { "every", LOAD_NUMBER, 3, 0.1, 999, "milliseconds that each sleeps" },
    { 0 },
};

const struct load load_poll = {
    .name = "poll", .doc = "processes that sleep and look; interrupts are those of the machine, a second",
    .options = options, .run = poll_run,
};
