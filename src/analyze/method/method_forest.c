/*
 * method_forest.c - isolation forests, plain and extended.
 *
 * A forest is grown on the older two thirds of what there is to learn from; the newer third, which it has not seen,
 * says how high scores usually are. Then a forest of all of it judges.
 */
#include "analyze/method/alarm.h"
#include "analyze/method/method.h"

#include "base/mem.h"
#include "learn/forest.h"

#include <errno.h>
#include <math.h>

#define BLOCK 512 /* rows judged at a time */

struct wood {
    struct forest *forest;
    struct method_usual *usual;
    struct alarm alarm;
    double *x;         /* BLOCK rows */
    double score[BLOCK];
};

static void wood_row(const struct wood *w, const struct columns *c, size_t i, double *out)
{
    columns_row(c, i, out);
    for (int j = 0; j < c->d; j++)
        out[j] = isnan(out[j]) ? w->usual[j].center : out[j];
}

static void wood_free(void *self)
{
    struct wood *w = self;
    forest_free(w->forest);
    alarm_done(&w->alarm);
    mem_free(w->usual);
    mem_free(w->x);
    mem_free(w);
}

/* Scores of rows that a forest of the rows before them has not seen. */
static int wood_calibrate(struct wood *w, const double *x, size_t n, int d, const struct forest_options *o)
{
    size_t known = n - n / 3, fresh = n / 3;
    struct forest *older;
    int rc = forest_grow(x, known, d, o, &older);
    if (rc < 0)
        return rc;
    double *score = mem_new(fresh * sizeof *score);
    forest_score(older, x + known * (size_t)d, fresh, score);
    alarm_learn(&w->alarm, score, fresh);
    mem_free(score);
    forest_free(older);
    return 0;
}

static int wood_grow(struct wood *w, const struct columns *train, const struct forest_options *o)
{
    size_t d = (size_t)train->d, stride = method_stride(train->n, d), n = (train->n + stride - 1) / stride;
    double *x = mem_try(n * d * sizeof *x);
    if (!x)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        wood_row(w, train, i * stride, x + i * d);
    int rc = wood_calibrate(w, x, n, train->d, o);
    rc = rc < 0 ? rc : forest_grow(x, n, train->d, o, &w->forest);
    mem_free(x);
    return rc;
}

static int wood_learn(const struct columns *train, double step_s, const struct method_options *o, int extension,
                      void **self)
{
    struct forest_options options = { .extension = extension, .seed = o->seed };
    struct wood *w = mem_new(sizeof *w);
    w->usual = mem_new((size_t)train->d * sizeof *w->usual);
    w->x = mem_new(BLOCK * (size_t)train->d * sizeof *w->x);
    method_usual(train, w->usual);
    alarm_init(&w->alarm, method_chance(o, step_s), 1);
    int rc = wood_grow(w, train, &options);
    if (rc < 0)
        wood_free(w);
    else
        *self = w;
    return rc;
}

static int plain_learn(const struct columns *train, double step_s, const struct method_options *o, void **self)
{
    return wood_learn(train, step_s, o, 0, self);
}

static int extended_learn(const struct columns *train, double step_s, const struct method_options *o, void **self)
{
    return wood_learn(train, step_s, o, FOREST_MAX_EXTENSION, self);
}

static void wood_judge(void *self, const struct columns *c, struct detector_verdict *out)
{
    struct wood *w = self;
    size_t d = (size_t)c->d;
    for (size_t from = 0; from < c->n; from += BLOCK) {
        size_t n = c->n - from < BLOCK ? c->n - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            wood_row(w, c, from + i, w->x + i * d);
        forest_score(w->forest, w->x, n, w->score);
        for (size_t i = 0; i < n; i++)
            out[from + i] = alarm_judge(&w->alarm, w->score[i], method_furthest(w->usual, w->x + i * d, c->d));
    }
}

const struct method method_forest = {
    .name = "forest", .doc = "Isolation Forest, of 100 trees",
    .max_dim = FOREST_MAX_DIM, .learn = plain_learn, .judge = wood_judge, .free = wood_free,
};

const struct method method_extended = {
    .name = "extended", .doc = "Extended Isolation Forest: cuts across many columns at once",
    .max_dim = FOREST_MAX_DIM, .learn = extended_learn, .judge = wood_judge, .free = wood_free,
};
