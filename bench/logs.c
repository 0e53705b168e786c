/*
 * logs.c - what it costs to follow a log: logs CONFIG SECONDS opens the logs that CONFIG names, follows them as the
 * recorder does, every two seconds, with an anomaly every minute, and prints the CPU time of the thread.
 */
#include "analyze/logs/log_follow.h"
#include "app/logs_open.h"
#include "base/buf.h"
#include "core/config.h"
#include "os/os.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define POLL_NS INT64_C(2000000000)

static double bench_cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int bench_follow(struct log_follow *f, double seconds)
{
    struct log_finding found;
    int64_t begin_ns = os_mono_ns(), next_ns = begin_ns, lines = 0, polls = 0;
    double cpu_s = bench_cpu_s();
    while ((double)(next_ns - begin_ns) * 1e-9 < seconds) {
        next_ns += POLL_NS;
        os_sleep_until(next_ns);
        if (polls++ % 30 == 15)
            log_follow_watch(f, os_wall_ms());
        lines += log_follow_read(f, INT64_MAX, 100000, NULL, NULL);
        while (log_follow_find(f, os_wall_ms(), false, &found))
            ;
    }
    cpu_s = bench_cpu_s() - cpu_s;
    double length_s = (double)(os_mono_ns() - begin_ns) * 1e-9;
    printf("%" PRId64 " lines in %.0f s, %.1f a second: %.3f %% of a core, %.1f us for a line\n", lines, length_s,
           (double)lines / length_s, 100 * cpu_s / length_s, 1e6 * cpu_s / (double)(lines ? lines : 1));
    return lines ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct buf complaints = { 0 };
    struct log_reader *reader;
    char why[LOG_REASON] = "";
    if (argc != 3) {
        fprintf(stderr, "usage: logs CONFIG SECONDS\n");
        return 2;
    }
    struct config *c = config_new();
    int rc = config_read(c, argv[1], &complaints);
    if (rc < 0 || logs_open_machine(c, true, &reader, why) < 0) {
        fprintf(stderr, "%s%s\n", buf_text(&complaints), why);
        return 1;
    }
    struct log_follow *f = log_follow_new(reader, logs_window_ms(c));
    rc = bench_follow(f, strtod(argv[2], NULL));
    log_follow_free(f);
    config_free(c);
    buf_done(&complaints);
    return rc;
}
