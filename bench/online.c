/*
 * online.c - what learning costs a recorder: processor time and memory for each instant of this machine.
 *
 * The machine is read with all adapters for a while; the instants are then handed over again and again, with the
 * times moved on, as a recorder would: what is measured is all that it does beside reading. One JSON line.
 */
#include "analyze/online/online.h"
#include "app/args.h"
#include "app/observer.h"
#include "app/settings.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/proc_top.h"
#include "store/tape.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

struct instants {
    struct moment *m;
    size_t n;
    struct proctab before;
};

static double thread_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static double heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();
    return (double)(m.uordblks + m.hblkhd);
}

/* The busiest processes, as the recorder finds them. */
static void instants_add(struct instants *in, const struct moment *m)
{
    in->m = mem_resize(in->m, (in->n + 1) * sizeof *in->m);
    struct moment *to = &in->m[in->n++];
    *to = (struct moment){ 0 };
    frame_copy(&to->frame, &m->frame);
    if (in->before.mono_ns && m->table.mono_ns > in->before.mono_ns) {
        to->procs = mem_new((m->table.n + m->table.ended + 1) * sizeof *to->procs);
        to->n_procs = proc_top(to->procs, proctab_use(&in->before, &m->table, to->procs), TAPE_TOP);
    }
    proctab_copy(&in->before, &m->table);
}

static int instants_read(struct instants *in, struct observer *o, size_t n)
{
    const struct moment *m;
    int rc = 0;
    while (in->n < n && (rc = feed_next(o->feed, &m)) == 0)
        instants_add(in, m);
    return rc;
}

static void online_measure(struct instants *in, const struct schema *s, double step_s, size_t rows)
{
    struct anomaly a;
    double heap = heap_bytes(), first = thread_us();
    struct online *o = online_new(&(struct online_options){ .step_s = step_s });
    online_take(o, s, &in->m[0], &a); /* chooses the columns */
    first = thread_us() - first;
    int64_t step_ns = (int64_t)(step_s * 1e9), wall_ms = in->m[0].frame.wall_ms, mono_ns = in->m[0].frame.mono_ns;
    int opened = 0;
    double before = thread_us(), worst = 0, last = before, most = 0;
    for (size_t i = 1; i < rows; i++) {
        struct moment *m = &in->m[1 + i % (in->n - 1)];
        m->frame.mono_ns = mono_ns + (int64_t)i * step_ns;
        m->frame.wall_ms = wall_ms + (int64_t)i * step_ns / 1000000;
        opened += online_take(o, s, m, &a) == ONLINE_OPENED;
        double now = thread_us();
        worst = fmax(worst, now - last);
        if (i % 100 == 0)
            most = fmax(most, heap_bytes() - heap);
        last = thread_us();
    }
    double us = (thread_us() - before) / (double)(rows - 1);
    auto_buf struct buf saved = { 0 };
    most = fmax(most, heap_bytes() - heap);
    double save = thread_us();
    online_save(o, &saved);
    save = thread_us() - save;
    printf("{\"metrics\": %d, \"columns\": %d, \"rows\": %zu, \"us_per_row\": %.1f, \"percent_of_core\": %.4f, "
           "\"first_us\": %.0f, \"worst_us\": %.0f, \"save_us\": %.0f, \"saved_bytes\": %zu, \"detector_bytes\": %zu, "
           "\"heap_bytes\": %.0f, \"episodes\": %d}\n", schema_size(s), online_columns(o), rows, us, us / step_s / 1e4,
           first, worst, save, saved.n, online_bytes(o), most, opened);
    online_free(o);
}

static int online_start(const struct args *a)
{
    struct observer o;
    struct instants in = { 0 };
    double step_s = args_number(a, "interval");
    if (observer_open(&o, a, step_s, 0) < 0)
        return EXIT_FAILED;
    int rc = instants_read(&in, &o, (size_t)args_number(a, "instants"));
    if (in.n > 2)
        online_measure(&in, o.feed->schema, step_s, (size_t)args_number(a, "rows"));
    else
        log_error(rc, "online: too few instants");
    for (size_t i = 0; i < in.n; i++)
        moment_done(&in.m[i]);
    mem_free(in.m);
    proctab_done(&in.before);
    observer_close(&o);
    return in.n > 2 ? EXIT_DONE : EXIT_FAILED;
}

static const struct option options[] = {
    { "instants", 0, OPTION_NUMBER, "N", .min = 3, .max = 3600, .fallback = "30", .help = "that are read of the machine" },
    { "interval", 0, OPTION_NUMBER, "S", .min = 0.1, .max = 60, .fallback = "1", .help = "seconds between them" },
    { "rows", 0, OPTION_NUMBER, "N", .min = 2, .max = 1e7, .fallback = "5000", .help = "that are handed over" },
    { 0 },
};

static const struct command online = { .name = "online", .options = options, .run = online_start };

int main(int argc, char **argv)
{
    auto_buf struct buf complaint = { 0 };
    struct args *a = NULL;
    struct config *config = NULL;
    if (args_parse(&online, argc - 1, argv + 1, &a, &complaint) < 0) {
        log_error(0, "%s", complaint.p);
        return EXIT_USAGE;
    }
    int status = EXIT_USAGE;
    if (settings_read(a, &config) == 0) {
        args_set_config(a, config);
        status = online.run(a);
    }
    config_free(config);
    args_free(a);
    return status;
}
