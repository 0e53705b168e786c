/* classes.c - prototypes with rejection, and how they are learnt. */
#include "learn/classes.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#define WITHIN 0.8 /* of a scale: spread within classes; the rest of it is the spread of all, against few programs */
#define REACH_MAX 2.25 /* what is farther is like nothing that was seen, whatever helps on what was */
#define OTHERS 2   /* what is of no class is of more kinds than a class has */
#define EXPONENT_MAX 600 /* many sums of it are finite */
#define LEAST 1e-3 /* probability, so that one sure mistake does not decide alone */

struct classes *classes_new(int d)
{
    struct classes *c = mem_new(sizeof *c);
    *c = (struct classes){ .d = d, .sharpness = CLASSES_SHARPNESS, .reach = CLASSES_REACH };
    c->scale = mem_new((size_t)d * sizeof *c->scale);
    c->hard = mem_new((size_t)d * sizeof *c->hard);
    for (int j = 0; j < d; j++)
        c->scale[j] = 1;
    return c;
}

void classes_free(struct classes *c)
{
    if (!c)
        return;
    mem_free(c->scale);
    mem_free(c->hard);
    mem_free(c->label);
    mem_free(c->point);
    mem_free(c);
}

void classes_add(struct classes *c, int label, const double *point)
{
    size_t n = (size_t)c->n + 1, d = (size_t)c->d;
    c->label = mem_resize(c->label, n * sizeof *c->label);
    c->point = mem_resize(c->point, n * d * sizeof *c->point);
    c->label[c->n] = label;
    memcpy(c->point + (size_t)c->n * d, point, d * sizeof *point);
    c->n++;
}

double classes_distance2(const struct classes *c, const double *x, int prototype)
{
    const double *p = c->point + (size_t)prototype * (size_t)c->d;
    double sum = 0, hard = 0;
    int known = 0;
    for (int j = 0; j < c->d; j++) {
        double z = (x[j] - p[j]) / c->scale[j], z2 = z * z;
        if (isnan(z2))
            continue;
        if (c->hard[j])
            hard += z2;
        else
            sum += fmin(z2, CLASSES_CLIP);
        known++;
    }
    return known >= CLASSES_KNOWN * c->d ? sum / known + hard : (double)INFINITY;
}

/* Densities being summed up. */
struct weighing {
    double *out, none;
    int n_classes, n[CLASSES_MAX], others;
    bool seen;
};

static void weigh_begin(struct weighing *w, int n_classes, double *out)
{
    *w = (struct weighing){ .out = out, .n_classes = n_classes < CLASSES_MAX ? n_classes : CLASSES_MAX };
    memset(out, 0, (size_t)n_classes * sizeof *out);
}

/* A prototype of label k in its distance; INFINITY: it is passed over. */
static void weigh_add(struct weighing *w, const struct classes *c, int k, double d2)
{
    double likely = exp(fmin(-0.5 * c->sharpness * (d2 - c->reach * c->reach), EXPONENT_MAX));
    if (isinf(d2))
        return;
    w->seen = true;
    if (k == CLASSES_NONE) {
        w->none += likely;
        w->others++;
    } else if (k < w->n_classes) {
        w->out[k] += likely;
        w->n[k]++;
    }
}

static double weigh_end(struct weighing *w)
{
    for (int k = 0; k < w->n_classes; k++)
        w->out[k] /= w->n[k] ? w->n[k] : 1;
    return !w->seen ? (double)NAN : w->others ? OTHERS * w->none / w->others : 0;
}

double classes_weigh(const struct classes *c, const double *x, int n_classes, double *out)
{
    struct weighing w;
    weigh_begin(&w, n_classes, out);
    for (int i = 0; i < c->n; i++)
        weigh_add(&w, c, c->label[i], classes_distance2(c, x, i));
    return weigh_end(&w);
}

/* ---- learning ---- */

struct lesson {
    const struct classes_rows *rows;
    int n_classes, n_runs;
    struct classes *c;
    int *program; /* of each prototype */
    double *d2;   /* of each row to each prototype, by scales that were learnt without the program of the row */
};

/* Mean of the rows of a run, feature by feature. */
static bool lesson_mean(const struct classes_rows *r, int run, double *out, int *first)
{
    *first = -1;
    for (int j = 0; j < r->d; j++) {
        double sum = 0;
        int known = 0;
        for (int i = 0; i < r->n; i++) {
            double v = r->x[(size_t)i * (size_t)r->d + (size_t)j];
            if (r->run[i] != run)
                continue;
            *first = *first < 0 ? i : *first;
            if (!isnan(v)) {
                sum += v;
                known++;
            }
        }
        out[j] = known ? sum / known : (double)NAN;
    }
    return *first >= 0;
}

static void lesson_prototypes(struct lesson *l)
{
    double *mean = mem_new((size_t)l->rows->d * sizeof *mean);
    l->program = mem_new((size_t)(l->n_runs + 1) * sizeof *l->program);
    for (int run = 0, first; run < l->n_runs; run++)
        if (lesson_mean(l->rows, run, mean, &first)) {
            l->program[l->c->n] = l->rows->program[first];
            classes_add(l->c, l->rows->label[first], mean);
        }
    mem_free(mean);
}

/* Variance of a feature over the prototypes of known classes: around the mean of their class, where classes count the
 * same, and of all. Those of one program are passed over, -1 = of none. */
static void lesson_spread(const struct lesson *l, int j, int without, double *within, double *all)
{
    const struct classes *c = l->c;
    double mean = 0, total = 0, inside = 0;
    int classes = 0, known = 0;
    for (int k = 0; k < l->n_classes; k++) {
        double sum = 0, sum2 = 0;
        int n = 0;
        for (int i = 0; i < c->n; i++) {
            double v = c->point[(size_t)i * (size_t)c->d + (size_t)j];
            if (c->label[i] != k || l->program[i] == without || isnan(v))
                continue;
            sum += v;
            sum2 += v * v;
            n++;
        }
        if (n > 1) {
            inside += fmax(sum2 - sum * sum / n, 0) / (n - 1);
            classes++;
        }
        mean += sum;
        total += sum2;
        known += n;
    }
    *within = classes ? inside / classes : 0;
    *all = known ? fmax(total / known - mean / known * (mean / known), 0) : 0;
}

static void lesson_scales(struct lesson *l, const double *floor, int without)
{
    for (int j = 0; j < l->c->d; j++) {
        double within, all;
        lesson_spread(l, j, without, &within, &all);
        l->c->scale[j] = fmax(sqrt(WITHIN * within + (1 - WITHIN) * all), floor[j]);
    }
}

/* What is known of each row by the others: nothing of its program is in it. */
static void lesson_distances(struct lesson *l, const double *floor)
{
    const struct classes_rows *r = l->rows;
    size_t n = (size_t)l->c->n;
    int last = -1;
    l->d2 = mem_new((size_t)r->n * n * sizeof *l->d2);
    for (int i = 0; i < r->n; i++) {
        if (r->program[i] != last)
            lesson_scales(l, floor, r->program[i]);
        last = r->program[i];
        for (int k = 0; k < l->c->n; k++)
            l->d2[(size_t)i * n + (size_t)k] = l->program[k] == last ? (double)INFINITY :
                                               classes_distance2(l->c, r->x + (size_t)i * (size_t)r->d, k);
    }
}

/* Mean over classes of the log loss on rows. */
static double lesson_loss(const struct lesson *l)
{
    const struct classes_rows *r = l->rows;
    double loss = 0, weight[CLASSES_MAX];
    int classes = 0;
    for (int k = CLASSES_NONE; k < l->n_classes; k++) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < r->n; i++) {
            if (r->label[i] != k)
                continue;
            struct weighing w;
            weigh_begin(&w, l->n_classes, weight);
            for (int p = 0; p < l->c->n; p++)
                weigh_add(&w, l->c, l->c->label[p], l->d2[(size_t)i * (size_t)l->c->n + (size_t)p]);
            double others = weigh_end(&w), none = 1 + (isnan(others) ? 0 : others), all = none;
            for (int m = 0; m < l->n_classes; m++)
                all += weight[m];
            sum -= log(fmax((k == CLASSES_NONE ? none : weight[k]) / all, LEAST));
            n++;
        }
        if (n) {
            loss += sum / n;
            classes++;
        }
    }
    return loss / classes;
}

static void lesson_calibrate(struct lesson *l)
{
    double best = INFINITY, sharpness = 1, reach = 1;
    for (double s = 0.5; s < 40; s *= 1.25)
        for (double r = 0.3; r < REACH_MAX; r += 0.1) {
            l->c->sharpness = s;
            l->c->reach = r;
            double loss = lesson_loss(l);
            if (loss < best) {
                best = loss;
                sharpness = s;
                reach = r;
            }
        }
    l->c->sharpness = sharpness;
    l->c->reach = reach;
}

int classes_learn(const struct classes_rows *rows, const bool *hard, const double *floor, struct classes **out)
{
    struct lesson l = { .rows = rows };
    if (rows->n < 1 || rows->d < 1 || rows->d > CLASSES_MAX_DIM)
        return -EINVAL;
    for (int i = 0; i < rows->n; i++) {
        if (rows->label[i] < CLASSES_NONE || rows->label[i] >= CLASSES_MAX || rows->run[i] < 0 ||
            rows->run[i] == INT_MAX || rows->program[i] < 0)
            return -EINVAL;
        l.n_classes = rows->label[i] >= l.n_classes ? rows->label[i] + 1 : l.n_classes;
        l.n_runs = rows->run[i] >= l.n_runs ? rows->run[i] + 1 : l.n_runs;
    }
    if (l.n_classes < 2)
        return -EINVAL;
    l.c = classes_new(rows->d);
    memcpy(l.c->hard, hard, (size_t)rows->d * sizeof *hard);
    lesson_prototypes(&l);
    lesson_distances(&l, floor);
    lesson_calibrate(&l);
    lesson_scales(&l, floor, -1);
    mem_free(l.program);
    mem_free(l.d2);
    *out = l.c;
    return 0;
}
