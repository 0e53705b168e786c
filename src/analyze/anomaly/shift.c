/* shift.c - the default detector: robust scores against a metric's own recent past. */
#include "analyze/anomaly/shift.h"

#include "analyze/anomaly/window.h"
#include "base/mem.h"
#include "base/stats.h"

#define WARM_UP FEATURES_MIN_ROWS /* values before a baseline means anything */
#define FIRST_LOOK 4              /* values before a step within the warm-up can be told */
#define SCORE_MAX 1000.0          /* a constant that moves is infinitely far out; this is far enough */
#define BACK_ROWS 30              /* rows at the usual level that end a departure for good */
#define COARSE_S 3.0              /* from this step on a row is an average over what holds at 1 Hz */
#define HUGE_SCORE 4.0            /* thresholds, for one row of a coarse recording ... */
#define HUGE_ROWS 200             /* ... whose baseline has so many values, rare spikes among them ... */
#define HUGE_RECORD 3.0           /* ... and times the furthest blip that came to nothing so far */

/* A level and how far from it is usual. */
struct level {
    double median, down, up; /* deviation of values below and above */
};

struct shift_metric {
    struct window w;
    struct level former; /* before the last settled shift: coming back to it is no news */
    int former_left;     /* rows for which that holds */
    double held[EPISODE_HOLD - 1]; /* departing values that may still be a blip */
    double held_score, record;     /* the furthest of them, and of all blips */
    int run;             /* values departing in a row, up to now */
    int away, back;      /* values that departed, and values as usual since */
};

struct shift {
    const struct features *f;
    double threshold;
    bool coarse;
    struct shift_metric *m;
};

struct shift *shift_new(const struct features *f, double threshold, double step_s)
{
    struct shift *s = mem_new(sizeof *s);
    *s = (struct shift){ .f = f, .threshold = threshold, .coarse = step_s >= COARSE_S };
    s->m = mem_new((size_t)(f->n + 1) * sizeof *s->m);
    for (int j = 0; j < f->n; j++)
        window_init(&s->m[j].w, SHIFT_WINDOW);
    return s;
}

void shift_free(struct shift *s)
{
    if (!s)
        return;
    for (int j = 0; j < s->f->n; j++)
        window_done(&s->m[j].w);
    mem_free(s->m);
    mem_free(s);
}

void shift_restart(void *shift)
{
    struct shift *s = shift;
    for (int j = 0; j < s->f->n; j++) {
        struct window w = s->m[j].w;
        window_clear(&w);
        s->m[j] = (struct shift_metric){ .w = w };
    }
}

/*
 * Deviations as a normal's quantiles would give them: quartiles, deciles, and the outer 2 % once
 * there are 200 values. Bursts on one side widen that side only. Few values know little: 1 + 8 / n.
 */
static struct level level_of(const struct window *w, double change)
{
    double median = window_quantile(w, 0.5);
    double body = (window_quantile(w, 0.75) - window_quantile(w, 0.25)) / STATS_QUARTILES;
    double up = (window_quantile(w, 0.9) - median) / 1.2816;
    double down = (median - window_quantile(w, 0.1)) / 1.2816;
    if (w->n >= 200) {
        up = fmax(up, (window_quantile(w, 0.98) - median) / 2.0537);
        down = fmax(down, (median - window_quantile(w, 0.02)) / 2.0537);
    }
    double least = fmax(change > 0 ? change / 10 : 1e-3 * fabs(median), body), few = 1 + 8.0 / w->n;
    return (struct level){ median, few * fmax(down, least), few * fmax(up, least) };
}

static double level_score(const struct level *l, double x)
{
    double d = x - l->median, deviation = d < 0 ? l->down : l->up;
    return d == 0 ? 0 : fabs(d) < SCORE_MAX * deviation ? fabs(d) / deviation : SCORE_MAX;
}

static bool level_left(const struct level *l, double x, double change, double threshold)
{
    return level_score(l, x) >= threshold && fabs(x - l->median) >= change;
}

/* A baseline in the making; a step in it starts it anew. */
static void shift_warm_up(struct shift_metric *m, double x, double change, double threshold)
{
    if (m->w.n >= FIRST_LOOK) {
        struct level l = level_of(&m->w, change);
        if (level_left(&l, x, change, threshold))
            window_clear(&m->w);
    }
    window_add(&m->w, x);
}

/* The value is as usual: so were one or two before it that seemed to depart. */
static void shift_absorb(struct shift_metric *m, double x)
{
    if (m->run < EPISODE_HOLD) {
        for (int k = 0; k < m->run; k++)
            window_add(&m->w, m->held[k]);
        m->record = fmax(m->record, m->held_score);
    }
    m->run = 0;
    m->held_score = 0;
    window_add(&m->w, x);
    if (++m->back >= BACK_ROWS)
        m->away = 0;
}

static void shift_hold(struct shift_metric *m, double x, double score)
{
    if (m->run < EPISODE_HOLD - 1)
        m->held[m->run] = x;
    m->held_score = fmax(m->held_score, score);
    m->run++;
    m->away++;
    m->back = 0;
}

/* The level it has had for SHIFT_STAY rows is the usual one from now on. */
static void shift_settle(struct shift_metric *m, const double *x, size_t i, const struct level *before)
{
    m->former = *before;
    m->former_left = SHIFT_WINDOW;
    m->away = m->run = 0;
    window_clear(&m->w);
    for (size_t k = i + 1 - SHIFT_STAY; k <= i; k++) /* so many rows there are */
        if (isfinite(x[k]))
            window_add(&m->w, x[k]);
}

static struct reading shift_value(struct shift *s, int j, size_t i)
{
    struct shift_metric *m = &s->m[j];
    double x = s->f->f[j].x[i], change = s->f->f[j].rule.change;
    if (!isfinite(x))
        return (struct reading){ 0 };
    if (m->w.n < WARM_UP) {
        shift_warm_up(m, x, change, s->threshold);
        return (struct reading){ 0 };
    }
    struct level l = level_of(&m->w, change);
    struct reading r = { .score = level_score(&l, x), .expected = l.median,
                         .low = l.median - STATS_NINE_OF_TEN * l.down, .high = l.median + STATS_NINE_OF_TEN * l.up };
    r.weight = reading_weight(&s->f->f[j], x - l.median, r.score / s->threshold);
    r.departs = level_left(&l, x, change, s->threshold);
    if (m->former_left > 0 && m->former_left-- && !level_left(&m->former, x, change, s->threshold))
        r.departs = false;
    if (!r.departs) {
        shift_absorb(m, x);
        return r;
    }
    r.huge = s->coarse && m->w.n >= HUGE_ROWS && r.score >= HUGE_SCORE * s->threshold &&
             r.score >= HUGE_RECORD * m->record;
    shift_hold(m, x, r.score);
    if (m->away >= SHIFT_STAY) {
        shift_settle(m, s->f->f[j].x, i, &l);
        r.settled = true;
    }
    return r;
}

void shift_row(void *shift, size_t i, struct reading *out)
{
    struct shift *s = shift;
    for (int j = 0; j < s->f->n; j++)
        out[j] = shift_value(s, j, i);
}

/* P(|T| > t) for Student's t with 4 degrees of freedom, without cancellation far out. */
static double shift_tail(double t)
{
    double s = t / sqrt(4 + t * t);
    double rest = 4 / ((4 + t * t) * (1 + s)); /* 1 - s */
    return rest * rest * (2 + s) / 2;
}

double shift_threshold(double budget, double trials)
{
    double p = budget / fmax(trials, 1), lo = 0, hi = SCORE_MAX;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;
        *(shift_tail(mid) > p ? &lo : &hi) = mid;
    }
    return hi;
}

double shift_probability(double score, double trials)
{
    return -expm1(-trials * shift_tail(score));
}
