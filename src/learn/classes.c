/* classes.c - nearest prototypes with rejection, and how they are learnt. */
#include "learn/classes.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define WITHIN 0.8 /* of a scale: spread within classes; the rest of it is the spread of all, against few programs */
#define NOISE 0.02      /* variance within classes that few programs may hide */
#define WEIGHT_MIN 0.01 /* of a feature: between and within so few programs, ratios are wild */
#define WEIGHT_MAX 25.0
#define LEAST 1e-6 /* probability, so that one sure mistake does not decide alone */

struct classes *classes_new(int d)
{
    struct classes *c = mem_new(sizeof *c);
    *c = (struct classes){ .d = d, .sharpness = CLASSES_SHARPNESS, .reach = CLASSES_REACH };
    c->scale = mem_new((size_t)d * sizeof *c->scale);
    c->weight = mem_new((size_t)d * sizeof *c->weight);
    c->hard = mem_new((size_t)d * sizeof *c->hard);
    for (int j = 0; j < d; j++)
        c->scale[j] = c->weight[j] = 1;
    return c;
}

void classes_free(struct classes *c)
{
    if (!c)
        return;
    mem_free(c->scale);
    mem_free(c->weight);
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
    double sum = 0, known = 0, all = 0;
    for (int j = 0; j < c->d; j++) {
        double z = (x[j] - p[j]) / c->scale[j], z2 = z * z;
        all += c->weight[j];
        if (isnan(z2))
            continue;
        sum += c->weight[j] * (c->hard[j] ? z2 : fmin(z2, CLASSES_CLIP));
        known += c->weight[j];
    }
    return known >= CLASSES_KNOWN * all ? sum / known : (double)INFINITY;
}

/* Within: those of the program `without` are passed over, by its number in program[]; NULL: none are. */
static double classes_weigh_without(const struct classes *c, const double *x, int n_classes, double *out, int *nearest,
                                    const int *program, int without)
{
    double none = INFINITY, seen = INFINITY;
    for (int k = 0; k < n_classes; k++) {
        out[k] = INFINITY;
        if (nearest)
            nearest[k] = -1;
    }
    for (int i = 0; i < c->n; i++) {
        if (program && program[i] == without)
            continue;
        double d2 = classes_distance2(c, x, i);
        int k = c->label[i];
        seen = fmin(seen, d2);
        if (k == CLASSES_NONE) {
            none = fmin(none, d2);
        } else if (k < n_classes && d2 < out[k]) {
            out[k] = d2;
            if (nearest)
                nearest[k] = i;
        }
    }
    double zero = c->reach * c->reach;
    for (int k = 0; k < n_classes; k++)
        out[k] = exp(-0.5 * c->sharpness * (out[k] - zero));
    return isinf(seen) ? (double)NAN : exp(-0.5 * c->sharpness * (none - zero));
}

double classes_weigh(const struct classes *c, const double *x, int n_classes, double *out, int *nearest)
{
    return classes_weigh_without(c, x, n_classes, out, nearest, NULL, 0);
}

/* ---- learning ---- */

struct lesson {
    const struct classes_rows *rows;
    int n_classes, n_runs;
    struct classes *c;
    int *program; /* of each prototype */
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

/* Variances of a feature over the prototypes. */
struct spread {
    double within;  /* around the mean of their class; classes count the same */
    double between; /* of those means */
    double all;
};

static struct spread lesson_spread(const struct lesson *l, int j)
{
    const struct classes *c = l->c;
    double mean = 0, total = 0, inside = 0, middle = 0, middle2 = 0;
    int classes = 0, seen = 0, known = 0;
    for (int k = 0; k < l->n_classes; k++) {
        double sum = 0, sum2 = 0;
        int n = 0;
        for (int i = 0; i < c->n; i++) {
            double v = c->point[(size_t)i * (size_t)c->d + (size_t)j];
            if (c->label[i] != k || isnan(v))
                continue;
            sum += v;
            sum2 += v * v;
            n++;
        }
        if (n > 1) {
            inside += fmax(sum2 - sum * sum / n, 0) / (n - 1);
            classes++;
        }
        if (n > 0) {
            middle += sum / n;
            middle2 += sum / n * (sum / n);
            seen++;
        }
        mean += sum;
        total += sum2;
        known += n;
    }
    return (struct spread){
        .within = classes ? inside / classes : 0,
        .between = seen ? fmax(middle2 / seen - middle / seen * (middle / seen), 0) : 0,
        .all = known ? fmax(total / known - mean / known * (mean / known), 0) : 0,
    };
}

static void lesson_scales(struct lesson *l, const bool *hard, const double *floor)
{
    struct classes *c = l->c;
    double sum = 0, soft = 0;
    for (int j = 0; j < c->d; j++) {
        struct spread s = lesson_spread(l, j);
        c->scale[j] = fmax(sqrt(WITHIN * s.within + (1 - WITHIN) * s.all), floor[j]);
        c->hard[j] = hard[j];
        c->weight[j] = fmax(fmin(s.between / (s.within + NOISE), WEIGHT_MAX), WEIGHT_MIN);
        sum += hard[j] ? 0 : c->weight[j];
        soft += !hard[j];
    }
    for (int j = 0; j < c->d; j++) /* what was the same in all programs may be hard all the same */
        c->weight[j] = hard[j] ? 1 : c->weight[j] * soft / sum;
}

/* Mean over classes of the log loss on rows whose program no prototype is of. */
static double lesson_loss(const struct lesson *l, double *weight)
{
    const struct classes_rows *r = l->rows;
    double loss = 0;
    int classes = 0;
    for (int k = CLASSES_NONE; k < l->n_classes; k++) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < r->n; i++) {
            if (r->label[i] != k)
                continue;
            double none = classes_weigh_without(l->c, r->x + (size_t)i * (size_t)r->d, l->n_classes, weight, NULL,
                                                l->program, r->program[i]);
            double all = 1 + (isnan(none) ? 0 : none);
            for (int m = 0; m < l->n_classes; m++)
                all += weight[m];
            double own = k == CLASSES_NONE ? 1 + (isnan(none) ? 0 : none) : weight[k];
            sum -= log(fmax(own / all, LEAST));
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
    double *weight = mem_new((size_t)l->n_classes * sizeof *weight), best = INFINITY, sharpness = 1, reach = 1;
    for (double s = 0.5; s < 40; s *= 1.25)
        for (double r = 0.3; r < 4; r += 0.1) {
            l->c->sharpness = s;
            l->c->reach = r;
            double loss = lesson_loss(l, weight);
            if (loss < best) {
                best = loss;
                sharpness = s;
                reach = r;
            }
        }
    l->c->sharpness = sharpness;
    l->c->reach = reach;
    mem_free(weight);
}

int classes_learn(const struct classes_rows *rows, const bool *hard, const double *floor, struct classes **out)
{
    struct lesson l = { .rows = rows };
    if (rows->n < 1 || rows->d < 1 || rows->d > CLASSES_MAX_DIM)
        return -EINVAL;
    for (int i = 0; i < rows->n; i++) {
        if (rows->label[i] < CLASSES_NONE || rows->run[i] < 0 || rows->program[i] < 0)
            return -EINVAL;
        l.n_classes = rows->label[i] >= l.n_classes ? rows->label[i] + 1 : l.n_classes;
        l.n_runs = rows->run[i] >= l.n_runs ? rows->run[i] + 1 : l.n_runs;
    }
    if (l.n_classes < 2)
        return -EINVAL;
    l.c = classes_new(rows->d);
    lesson_prototypes(&l);
    lesson_scales(&l, hard, floor);
    lesson_calibrate(&l);
    mem_free(l.program);
    *out = l.c;
    return 0;
}
