/* method.c - the table of methods, and how one is run. */
#include "analyze/method/method.h"

#include "base/mem.h"
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define OWN_SHARE 5        /* of the input one in so many rows is learned from where there is nothing else ... */
#define OWN_ROWS_MAX 20000 /* ... and at most so many */

extern const struct method method_auto, method_forest, method_extended, method_kmeans;

static const struct method *const methods[] = { &method_auto, &method_forest, &method_extended, &method_kmeans };

const struct method *const *method_all(size_t *n)
{
    *n = sizeof methods / sizeof *methods;
    return methods;
}

const struct method *method_find(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i]->name, name) == 0)
            return methods[i];
    return NULL;
}

static int method_may(const struct method *m, const struct columns *train, const struct columns *input, char *message)
{
    if (input->d == 0) {
        snprintf(message, METHOD_MESSAGE, "it holds times and no metric: there is nothing to judge");
        return -ENODATA;
    }
    if (input->d > m->max_dim) {
        snprintf(message, METHOD_MESSAGE, "%d columns, and %s takes at most %d; leave some out, or take --method %s",
                 input->d, m->name, m->max_dim, methods[0]->name);
        return -E2BIG;
    }
    if (!m->online && train->n < METHOD_MIN_ROWS) {
        snprintf(message, METHOD_MESSAGE,
                 "%zu row%s to learn from, and %s takes at least %d; give more, or take --method %s", train->n,
                 train->n == 1 ? "" : "s", m->name, METHOD_MIN_ROWS, methods[0]->name);
        return -ENODATA;
    }
    return 0;
}

int method_run(const struct method *m, const struct columns *train, const struct columns *input,
               const struct method_options *o, struct detector_verdict *out, char *message)
{
    struct columns known = *train, rest = *input;
    size_t own = 0;
    if (!known.n && !m->online) {
        own = input->n / OWN_SHARE < OWN_ROWS_MAX ? input->n / OWN_SHARE : OWN_ROWS_MAX;
        own = own < METHOD_MIN_ROWS ? METHOD_MIN_ROWS : own;
        own = own < input->n ? own : input->n;
        known = columns_part(input, 0, own);
        rest = columns_part(input, own, input->n - own);
    }
    int rc = method_may(m, &known, input, message);
    if (rc < 0)
        return rc;
    void *self;
    rc = m->learn(&known, input->step_s, o, &self);
    if (rc < 0) {
        snprintf(message, METHOD_MESSAGE, "%s",
                 rc == -ENOMEM ? "no memory to learn from so many numbers; leave some columns out" : strerror(-rc));
        return rc;
    }
    for (size_t i = 0; i < own; i++)
        out[i] = (struct detector_verdict){ .probability = 1, .cause = -1 };
    m->judge(self, &rest, out + own);
    m->free(self);
    return 0;
}

void method_usual(const struct columns *c, struct method_usual *out)
{
    double *v = mem_new((c->n + 1) * sizeof *v);
    for (int j = 0; j < c->d; j++) {
        for (size_t i = 0; i < c->n; i++)
            v[i] = columns_at(c, j, i);
        double center = stats_median(v, c->n);
        double spread = (stats_quantile(v, c->n, 0.75) / 2 - stats_quantile(v, c->n, 0.25) / 2) / (STATS_QUARTILES / 2);
        spread = fmax(spread, METHOD_SPREAD_LEAST * fabs(center));
        spread = spread > 0 ? spread : METHOD_NO_SPREAD;
        out[j] = isnan(center) ? METHOD_UNKNOWN : (struct method_usual){ center, spread };
    }
    mem_free(v);
}

int method_furthest(const struct method_usual *u, const double *row, int d)
{
    int which = -1;
    double most = 0;
    for (int j = 0; j < d; j++) {
        double far = fabs(row[j] / u[j].spread - u[j].center / u[j].spread);
        if (far > most) { /* false for NaN */
            most = far;
            which = j;
        }
    }
    return which;
}

double method_chance(const struct method_options *o, double step_s)
{
    return fmin(o->budget_per_day * step_s / 86400, 0.5);
}

size_t method_stride(size_t n, size_t cells)
{
    size_t most = METHOD_MAX_CELLS / cells;
    most = most > METHOD_MIN_ROWS ? most : METHOD_MIN_ROWS;
    return n > most ? (n + most - 1) / most : 1;
}
