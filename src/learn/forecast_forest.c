/*
 * forecast_forest.c - a Random Forest over the autoregression's features and the hour, for several steps ahead at once.
 *
 * The forecaster of the first seed, made fair: direct instead of step by step, of changes instead of levels, and grown
 * only of rows whose future came before the rows that it is asked at. It costs a hundred times what the others cost
 * together, so it competes only where it is asked for.
 */
#include "learn/forecast_own.h"

#include "base/mem.h"

#include <math.h>

#define FOREST_ROWS 1440
#define FOREST_MIN_ROWS 60
#define FOREST_DIM (FC_LAGS + 1)

static void forest_features(const struct fc *f, size_t i, double *out)
{
    fc_features(f, i, out);
    out[FC_LAGS] = f->day ? (double)(i % (size_t)f->day) / f->day : 0;
}

static void forest_learn(struct fc *f, size_t upto, struct fc_forest *to)
{
    trees_free(to->trees);
    *to = (struct fc_forest){ .upto = upto };
    int steps[FC_AR_KNOTS], n = fc_ar_steps(f, steps);
    size_t far = (size_t)steps[n - 1];
    if (upto < far + FC_REACH + FOREST_MIN_ROWS)
        return;
    size_t last = upto - far, first = last - FC_REACH > FOREST_ROWS ? last - FOREST_ROWS : FC_REACH, m = 0;
    double *x = mem_new((last - first) * FOREST_DIM * sizeof *x);
    double *y = mem_new((last - first) * (size_t)n * sizeof *y);
    for (size_t i = first; i < last; i++) {
        if (!f->known[i])
            continue;
        forest_features(f, i, x + m * FOREST_DIM);
        for (int s = 0; s < n; s++)
            y[m * (size_t)n + (size_t)s] = f->z[i + (size_t)steps[s]] - f->z[i];
        m++;
    }
    struct trees_options o = { .trees = 50, .max_depth = 8, .min_leaf = 5, .features = FOREST_DIM / 2, .bins = 64,
                               .outputs = n, .seed = f->seed };
    if (m >= FOREST_MIN_ROWS && trees_grow(x, y, m, FOREST_DIM, &o, &to->trees) == 0) {
        to->n = n;
        for (int s = 0; s < n; s++)
            to->step[s] = steps[s];
    }
    mem_free(x);
    mem_free(y);
}

bool fc_forest_say(struct fc *f, size_t i, const int *step, int n, double *out)
{
    double x[FOREST_DIM], change[FC_AR_KNOTS];
    size_t due = fc_fit_due(f, i);
    if (!due)
        return false;
    if (f->forest.upto != due)
        forest_learn(f, due, &f->forest);
    if (!f->forest.n)
        return false;
    forest_features(f, i, x);
    trees_predict(f->forest.trees, x, 1, change);
    fc_between_steps(f, i, f->forest.step, change, f->forest.n, step, n, out);
    return true;
}
