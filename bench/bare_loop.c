/*
 * bare_loop.c - how late a loop that does nothing wakes up: the floor for the sampler's lateness.
 *
 *   bare_loop INTERVAL_S TICKS     prints the lateness of each tick in seconds, one per line
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bare_loop INTERVAL_S TICKS\n");
        return 2;
    }
    int64_t step = (int64_t)(atof(argv[1]) * 1e9), deadline = now_ns();
    for (int i = 0; i < atoi(argv[2]); i++) {
        deadline += step;
        struct timespec t = { .tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000 };
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
            ;
        printf("%.9f\n", (double)(now_ns() - deadline) * 1e-9);
    }
    return 0;
}
