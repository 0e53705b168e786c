/*
 * forecast_forest.c - a Random Forest over means of the past and the time of the day, for several steps ahead at once.
 *
 * The forecaster of the first seed, made fair: direct instead of step by step, of changes instead of levels, and grown
 * only of rows whose future came before the rows that it is asked at. It costs thirty times what the others cost
 * together, so it competes only where it is asked for.
 */
#include "learn/forecast/forecast_own.h"

#include "base/mem.h"

#include <math.h>

#define FOREST_ROWS 1440
#define FOREST_MIN_ROWS 60
#define FOREST_MEANS 8
#define FOREST_DIM (FOREST_MEANS + 1)

/* Means of stretches of the past, each less the last value. */
static void forest_features(const struct fc *f, size_t i, double *out)
{
    static const int width[FOREST_MEANS] = { 1, 1, 1, 2, 3, 4, 8, 12 }; /* FC_LAGS in all */
    size_t end = i;
    for (int j = 0; j < FOREST_MEANS; j++) {
        out[j] = (f->sum[end] - f->sum[end - (size_t)width[j]]) / width[j] - f->z[i];
        end -= (size_t)width[j];
    }
    out[FOREST_MEANS] = f->day ? (double)(i % (size_t)f->day) / f->day : 0;
}

/* Grown of rows whose future came before row `upto`. */
static void forest_learn(struct fc *f, size_t upto, struct fc_forest *to)
{
    trees_free(to->trees);
    *to = (struct fc_forest){ .upto = upto };
    int n = 0;
    for (int k = 0; k < f->knots && (!k || f->knot[k] <= FC_STEPS); k++)
        to->step[n++] = f->knot[k];
    size_t far = (size_t)to->step[n - 1];
    if (upto < far + FC_LAGS + FOREST_MIN_ROWS)
        return;
    size_t last = upto - far, first = last - FC_LAGS > FOREST_ROWS ? last - FOREST_ROWS : FC_LAGS, m = 0;
    double *x = mem_new((last - first) * FOREST_DIM * sizeof *x);
    double *y = mem_new((last - first) * (size_t)n * sizeof *y);
    for (size_t i = first; i < last; i++) {
        if (!f->known[i])
            continue;
        forest_features(f, i, x + m * FOREST_DIM);
        for (int s = 0; s < n; s++)
            y[m * (size_t)n + (size_t)s] = f->z[i + (size_t)to->step[s]] - f->z[i];
        m++;
    }
    struct trees_options o = { .trees = 50, .max_depth = 8, .min_leaf = 5, .features = FOREST_DIM / 2, .bins = 64,
                               .outputs = n, .seed = f->seed };
    if (m >= FOREST_MIN_ROWS && trees_grow(x, y, m, FOREST_DIM, &o, &to->trees) == 0)
        to->n = n;
    mem_free(x);
    mem_free(y);
}

bool fc_forest_say(struct fc *f, size_t i, const int *step, int n, double *out)
{
    double x[FOREST_DIM], change[FC_KNOTS];
    const struct fc_forest *forest = &f->forest;
    size_t due = fc_fit_due(f, i);
    if (!due)
        return false;
    if (forest->upto != due)
        forest_learn(f, due, &f->forest);
    if (!forest->n)
        return false;
    forest_features(f, i, x);
    trees_predict(forest->trees, x, 1, change);
    for (int k = 0, s = 0; k < n; k++) { /* between the steps that it knows in a straight line */
        while (s < forest->n - 1 && forest->step[s] < step[k])
            s++;
        double from = s ? change[s - 1] : 0, left = s ? forest->step[s - 1] : 0;
        double share = fmin((step[k] - left) / (forest->step[s] - left), 1);
        out[k] = fc_near_seen(f, i, f->z[i] + from + (change[s] - from) * share);
    }
    return true;
}
