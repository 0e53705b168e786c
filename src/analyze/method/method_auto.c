/* method_auto.c - the default: learn/detector/detector, row after row. */
#include "analyze/method/method.h"

#include "base/mem.h"

#include <math.h>

struct learner {
    struct detector *detector;
    double *row;
    double last_s; /* time of the row before; NaN = there was none */
    double ahead_s; /* added to times, so that what is judged follows what was learned from */
};

static void learner_row(struct learner *m, const struct columns *c, size_t i, struct detector_verdict *out)
{
    columns_row(c, i, m->row);
    detector_row(m->detector, c->t_s[i] + m->ahead_s, m->row, out);
    m->last_s = c->t_s[i] + m->ahead_s;
}

static void learner_free(void *self)
{
    struct learner *m = self;
    detector_free(m->detector);
    mem_free(m->row);
    mem_free(m);
}

static int learner_learn(const struct columns *train, double step_s, const struct method_options *o, void **self)
{
    struct learner *m = mem_new(sizeof *m);
    *m = (struct learner){ .row = mem_new((size_t)(train->d + 1) * sizeof *m->row), .last_s = NAN };
    struct detector_verdict verdict;
    int rc = detector_new(train->d, &(struct detector_options){ step_s, o->budget_per_day }, &m->detector);
    if (rc < 0) {
        learner_free(m);
        return rc;
    }
    for (size_t i = 0; i < train->n; i++)
        learner_row(m, train, i, &verdict);
    *self = m;
    return 0;
}

static void learner_judge(void *self, const struct columns *c, struct detector_verdict *out)
{
    struct learner *m = self;
    if (c->n && !(c->t_s[0] > m->last_s) && !isnan(m->last_s))
        m->ahead_s = m->last_s + c->step_s - c->t_s[0]; /* as if it followed at once */
    for (size_t i = 0; i < c->n; i++)
        learner_row(m, c, i, &out[i]);
}

const struct method method_auto = {
    .name = "auto", .doc = "learns as it goes; the best on every suite",
    .online = true, .max_dim = DETECTOR_MAX_DIM,
    .learn = learner_learn, .judge = learner_judge, .free = learner_free,
};
