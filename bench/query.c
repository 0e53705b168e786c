/*
 * query.c - what summaries take and how fast questions are answered, on an archive of days that is made of
 * the sample recording: repeated with shifted time, its counters running on.
 *
 *     query make CSV DIR DAYS      segments in DIR/segments, by the writer that the recorder uses
 *     query strip DIR              takes their summaries out: questions are answered from blocks then
 *     query ask DIR METRIC POINTS  how long one question over everything takes, as a JSON line
 *     query sum CSV ROWS           bytes of summaries of so many rows of a minute, as a JSON line
 *
 * Columns of the sample that never fall are taken as counters. bench/query.sh runs all of it.
 */
#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/names.h"
#include "store/query.h"
#include "store/retention.h"
#include "store/segment.h"
#include "store/summary.h"
#include "core/rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20, TICK_MS = 1000 };
#define START_MS INT64_C(1795305600000) /* a midnight */

/* ---- the sample ---- */

struct sample {
    int rows, cols;
    double *v;       /* v[r * cols + c] */
    double *growth;  /* of a counter from one repetition to the next; 0 for a gauge */
    struct schema *schema;
    int *slot;       /* of a column */
};

static double *sample_row(const struct sample *s, int64_t tick, double *out)
{
    const double *row = s->v + (size_t)(tick % s->rows) * (size_t)s->cols;
    for (int c = 0; c < s->cols; c++)
        out[c] = row[c] + (double)(tick / s->rows) * s->growth[c];
    return out;
}

static void sample_kinds(struct sample *s, char *names)
{
    char *rest = names;
    strtok_r(rest, ",", &rest);
    s->schema = schema_new();
    schema_source(s->schema, "sample");
    s->growth = mem_new((size_t)s->cols * sizeof *s->growth);
    s->slot = mem_new((size_t)s->cols * sizeof *s->slot);
    for (int c = 0; c < s->cols; c++) {
        const double *v = s->v + c;
        size_t last = (size_t)(s->rows - 1) * (size_t)s->cols;
        bool falls = false;
        for (size_t i = 0; i < last && !falls; i += (size_t)s->cols)
            falls = v[i + (size_t)s->cols] < v[i];
        bool counter = !falls && v[last] > v[0];
        s->growth[c] = counter ? v[last] - v[0] + rint((v[last] - v[0]) / s->rows) : 0;
        s->slot[c] = schema_add(s->schema, &(struct metric){
            .name = strtok_r(rest, ",\n", &rest), .kind = counter ? KIND_COUNTER : KIND_GAUGE });
    }
}

static void sample_load(struct sample *s, const char *path)
{
    char *text, *line, *rest;
    size_t n;
    int rc = os_read_file(path, (size_t)64 << 20, &text, &n);
    if (rc < 0) {
        log_error(rc, "%s cannot be read", path);
        exit(1);
    }
    char *names = strtok_r(text, "\n", &rest);
    for (const char *p = names; *p; p++)
        s->cols += *p == ',';
    size_t cap = 0;
    while ((line = strtok_r(rest, "\n", &rest))) {
        size_t used = (size_t)s->rows * (size_t)s->cols;
        if (used + (size_t)s->cols > cap)
            s->v = mem_resize(s->v, (cap = 2 * cap + (size_t)s->cols) * sizeof *s->v);
        strtod(line, &line);
        for (int c = 0; c < s->cols; c++)
            s->v[used + (size_t)c] = strtod(line + 1, &line);
        s->rows++;
    }
    sample_kinds(s, names);
    mem_free(text);
}

/* The frame of a tick, with jitter of the clocks as it is seen on a real machine. */
static void sample_frame(const struct sample *s, int64_t tick, double *row, struct frame *f)
{
    frame_fit(f, s->schema);
    sample_row(s, tick, row);
    int64_t jitter_us = (tick * 7919) % 701;
    f->wall_ms = START_MS + tick * TICK_MS;
    f->mono_ns = INT64_C(5000000000000) + tick * TICK_MS * 1000000 + jitter_us * 1000;
    f->read_ns[0] = f->mono_ns;
    for (int c = 0; c < s->cols; c++)
        f->v[s->slot[c]] = row[c];
}

/* ---- making an archive ---- */

static void check(int rc, const char *what)
{
    if (rc >= 0)
        return;
    log_error(rc, "%s", what);
    exit(1);
}

static void make_day(const struct sample *s, const char *dir, int day)
{
    struct names name = { .session = "session_20261122_000000", .part = day, .block = -1 };
    struct tape_about about = { .major = TAPE_MAJOR, .minor = TAPE_MINOR, .session = "session_20261122_000000",
                                .start_ms = START_MS, .part = day, .interval_s = 1 };
    char path[OS_PATH_MAX];
    struct segment_writer *w;
    struct moment m = { 0 };
    auto_free double *row = mem_new((size_t)s->cols * sizeof *row);
    check(names_path(dir, &name, path), "path");
    check(segment_create(path, &about, NULL, &w), path);
    for (int i = 0; i < 86400; i++) {
        sample_frame(s, (int64_t)day * 86400 + i, row, &m.frame);
        check(segment_add(w, s->schema, &m), "add");
        if (segment_gathered(w) == SEGMENT_TICKS)
            check(segment_commit(w, (uint32_t)(i / SEGMENT_TICKS)), "commit");
    }
    check(segment_finish(w), "finish");
    frame_done(&m.frame);
}

static int bench_make(char **argv)
{
    struct sample s = { 0 };
    char folder[OS_PATH_MAX];
    sample_load(&s, argv[0]);
    snprintf(folder, sizeof folder, "%s/segments", argv[1]);
    check(os_make_dir(folder), folder);
    for (int day = 0; day < atoi(argv[2]); day++)
        make_day(&s, argv[1], day);
    return 0;
}

static int bench_strip(char **argv)
{
    static const bool drop[RETENTION_TIERS] = { false, true, true };
    struct retention_rules rules = { .now_ms = START_MS };
    struct names *name;
    int n = names_list(argv[0], false, &name);
    for (int i = 0; i < n; i++) {
        char path[OS_PATH_MAX];
        int64_t freed = 0;
        check(names_path(argv[0], &name[i], path), "path");
        check(retention_rewrite(path, NULL, drop, &rules, true, &freed), path);
    }
    mem_free(name);
    return 0;
}

/* ---- summaries alone ---- */

static size_t sum_tier(const struct sample *s, int window_s, int rows, double *values)
{
    struct summary *sum = summary_new(window_s);
    struct frame before = { 0 }, now = { 0 };
    auto_free double *row = mem_new((size_t)s->cols * sizeof *row);
    auto_buf struct buf out = { 0 };
    for (int64_t i = 0; i < (int64_t)rows * window_s; i++) {
        sample_frame(s, i, row, &now);
        frame_fit(&before, s->schema);
        rate_derive(s->schema, &before, &now);
        check(summary_add(sum, s->schema, now.wall_ms, now.v, now.n), "sum");
        frame_copy(&before, &now);
    }
    check(summary_put(sum, s->schema, &out), "put");
    *values = 0;
    for (int i = 0; i < schema_size(s->schema); i++)
        *values += (schema_at(s->schema, i)->kind == KIND_COUNTER ? 2.0 : 5.0) * rows;
    summary_free(sum);
    frame_done(&before);
    frame_done(&now);
    return out.n;
}

static int bench_sum(char **argv)
{
    struct sample s = { 0 };
    sample_load(&s, argv[0]);
    int rows = atoi(argv[1]);
    double values;
    size_t minutes = sum_tier(&s, 60, rows, &values);
    printf("{\"tier_s\": 60, \"rows\": %d, \"columns\": %d, \"bytes\": %zu, \"bytes_per_value\": %.3f, "
           "\"mb_per_day\": %.3f}\n", rows, s.cols, minutes, (double)minutes / values,
           (double)minutes * 1440 / rows / 1e6);
    size_t tens = sum_tier(&s, 600, rows / 10, &values);
    printf("{\"tier_s\": 600, \"rows\": %d, \"columns\": %d, \"bytes\": %zu, \"bytes_per_value\": %.3f, "
           "\"mb_per_day\": %.3f}\n", rows / 10, s.cols, tens, (double)tens / values,
           (double)tens * 144 / (rows / 10) / 1e6);
    return 0;
}

/* ---- questions ---- */

static double ask(struct archive *a, const char *metric, int points, uint64_t *rows, int *tier)
{
    size_t n;
    const struct archive_part *p = archive_parts(a, &n);
    struct query_result *r;
    int64_t begin = os_mono_ns();
    check(store_query(a, NULL, p[0].first_ms, p[n - 1].last_ms, metric, points, &r), metric);
    double ms = (double)(os_mono_ns() - begin) * 1e-6;
    *rows = r->rows;
    *tier = r->tier_s;
    query_free(r);
    return ms;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int bench_ask(char **argv)
{
    struct archive *a;
    double open_ms[TRIES], all_ms[TRIES], ask_ms[TRIES];
    uint64_t rows;
    int tier, points = atoi(argv[2]);
    for (int i = 0; i < TRIES; i++) {
        int64_t begin = os_mono_ns();
        check(archive_open(argv[0], &a), argv[0]);
        open_ms[i] = (double)(os_mono_ns() - begin) * 1e-6;
        ask(a, argv[1], points, &rows, &tier);
        all_ms[i] = (double)(os_mono_ns() - begin) * 1e-6;
        ask_ms[i] = ask(a, argv[1], points, &rows, &tier);
        archive_free(a);
    }
    qsort(open_ms, TRIES, sizeof *open_ms, by_size);
    qsort(all_ms, TRIES, sizeof *all_ms, by_size);
    qsort(ask_ms, TRIES, sizeof *ask_ms, by_size);
    printf("{\"metric\": \"%s\", \"points\": %d, \"tier_s\": %d, \"rows\": %llu, \"kept_open_ms\": %.3f, "
           "\"whole_call_ms\": %.3f, \"opening_ms\": %.3f}\n", argv[1], points, tier, (unsigned long long)rows,
           ask_ms[TRIES / 2], all_ms[TRIES / 2], open_ms[TRIES / 2]);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct { const char *name; int args; int (*run)(char **argv); } modes[] = {
        { "make", 3, bench_make }, { "ask", 3, bench_ask }, { "sum", 2, bench_sum },
        { "strip", 1, bench_strip },
    };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (argc == modes[i].args + 2 && strcmp(argv[1], modes[i].name) == 0)
            return modes[i].run(argv + 2);
    fputs("usage: query make CSV DIR DAYS | strip DIR | ask DIR METRIC POINTS | sum CSV ROWS\n", stderr);
    return 2;
}
