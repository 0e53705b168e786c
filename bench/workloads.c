/*
 * workloads.c - learns the workload classifier's model from windows of labelled runs, for bench/workloads.py.
 *
 *   workloads WINDOWS > data/workload.yaml
 *
 * WINDOWS is CSV with a header: label, program (a number), name of the program, run (a number), then a value for each
 * feature (src/analyze/workload/workload_features.c).
 */
#include "analyze/workload/workload.h"
#include "analyze/workload/workload_features.h"
#include "analyze/workload/workload_model.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000

struct windows {
    const struct workload_set *set;
    int n;
    double *x;
    int *label, *program, *run;
    char (*name)[WORKLOAD_OF_MAX]; /* by run */
    int runs;
};

static int windows_label(const struct windows *w, const char *name)
{
    int k = workload_set_find(w->set, name);
    return k >= 0 ? k : strcmp(name, "unknown") == 0 ? CLASSES_NONE : -ENOENT;
}

/* Splits a line in place; empty cells count. */
static int windows_cells(char *line, char **cell, int most)
{
    int n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *p = line; p && n < most;)
        cell[n++] = strsep(&p, ",");
    return n;
}

static int windows_row(struct windows *w, char *line)
{
    char *cell[4 + CLASSES_MAX_DIM];
    int d = workload_features(), n = windows_cells(line, cell, 4 + CLASSES_MAX_DIM);
    if (n != 4 + d || w->n == ROWS_MAX)
        return -EINVAL;
    int label = windows_label(w, cell[0]), run = atoi(cell[3]);
    if (label == -ENOENT || run < 0 || run >= ROWS_MAX)
        return -EINVAL;
    for (int j = 0; j < d; j++)
        if (!text_double(cell[4 + j], &w->x[(size_t)w->n * (size_t)d + (size_t)j]))
            w->x[(size_t)w->n * (size_t)d + (size_t)j] = NAN;
    w->label[w->n] = label;
    w->program[w->n] = atoi(cell[1]);
    w->run[w->n++] = run;
    w->runs = run >= w->runs ? run + 1 : w->runs;
    text_copy(w->name[run], sizeof w->name[run], cell[2]);
    return 0;
}

static int windows_read(struct windows *w, const char *path)
{
    static char line[1 << 14];
    auto_fclose FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f))
        return f ? -ENODATA : -errno;
    while (fgets(line, sizeof line, f)) {
        int rc = windows_row(w, line);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Prototypes come in the order of the runs that have any row: see classes_learn(). */
static void windows_model(const struct windows *w, const struct classes *c, struct workload_model *m)
{
    int at = 0;
    *m = (struct workload_model){ .tuned = true, .sharpness = c->sharpness, .reach = c->reach };
    memcpy(m->scale, c->scale, (size_t)c->d * sizeof *c->scale);
    m->prototype = mem_new((size_t)(c->n + 1) * sizeof *m->prototype);
    for (int run = 0; run < w->runs; run++) {
        if (!*w->name[run] || at == c->n)
            continue;
        struct workload_prototype *p = &m->prototype[at];
        int k = c->label[at];
        text_copy(p->category, sizeof p->category, k < 0 ? "unknown" : workload_set_at(w->set, k)->name);
        text_copy(p->of, sizeof p->of, w->name[run]);
        for (int j = 0; j < c->d; j++)
            p->point[j] = c->point[(size_t)at * (size_t)c->d + (size_t)j];
        at++;
    }
    m->n = at;
}

static void windows_put(const struct windows *w, const struct classes *c)
{
    struct workload_model m;
    auto_buf struct buf out = { 0 };
    windows_model(w, c, &m);
    buf_puts(&out, "# What the workload classifier learnt of the programs named here; made by bench/workloads.sh\n"
                   "# --judge.\n");
    workload_model_put(&m, &out);
    fwrite(out.p, 1, out.n, stdout);
    workload_model_done(&m);
}

int main(int argc, char **argv)
{
    struct windows w = { .set = workload_set_new() };
    struct classes *c = NULL;
    bool hard[CLASSES_MAX_DIM];
    double floor[CLASSES_MAX_DIM];
    size_t d = (size_t)workload_features();
    w.x = mem_new(ROWS_MAX * d * sizeof *w.x);
    w.label = mem_new(ROWS_MAX * sizeof *w.label);
    w.program = mem_new(ROWS_MAX * sizeof *w.program);
    w.run = mem_new(ROWS_MAX * sizeof *w.run);
    w.name = mem_new(ROWS_MAX * sizeof *w.name);
    for (int j = 0; j < workload_features(); j++) {
        hard[j] = workload_feature_is_hard(j);
        floor[j] = workload_feature_floor(j);
    }
    int rc = argc == 2 ? windows_read(&w, argv[1]) : -EINVAL;
    if (rc == 0)
        rc = classes_learn(&(struct classes_rows){ .n = w.n, .d = (int)d, .x = w.x, .label = w.label, .run = w.run,
                                                   .program = w.program }, hard, floor, &c);
    if (rc == 0)
        windows_put(&w, c);
    else
        log_error(rc, "workloads: row %d of %s", w.n + 1, argc > 1 ? argv[1] : "WINDOWS, which is to be named");
    classes_free(c);
    workload_set_free((struct workload_set *)w.set);
    mem_free(w.x);
    mem_free(w.label);
    mem_free(w.program);
    mem_free(w.run);
    mem_free(w.name);
    return rc == 0 ? 0 : 1;
}
