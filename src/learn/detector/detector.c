/*
 * detector.c - what is new (innovation.h), where things are (level.h), and when that is worth telling (tail.h).
 *
 * Five channels look for five kinds of trouble, each with its share of the budget:
 *
 *   sudden   squared errors and levels of this row: spikes, steps
 *   lasting  the same over 10, 30 and 90 rows: trouble that is never far out
 *   drift    levels that creep away
 *   calm     what moves less than it ever did: stuck sensors, rhythms that are gone
 *   ties     errors that do not fit each other: what moved together and no longer does
 *
 * The score says how unusual the last minutes were, between 0 and 1, and exceeds 1 in a row that suddenly brings
 * news: what lasts is worth a look again and again, but only once an alarm.
 */
#include "learn/detector/detector_own.h"

#include "base/mem.h"
#include "base/stats.h"
#include "learn/detector/mean.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define DAY_S 86400.0
#define MEMORY_DAYS 14.0
#define MEMORY_LEAST 20000.0   /* rows */
#define MEMORY_MOST 1200000.0
#define GAP_S 30.0             /* an outage is longer than this ... */
#define GAP_STEPS 10.0         /* ... and than so many steps; it counts as so many */
#define GAP_ROWS 30            /* after it nothing is news for so long */
#define NEWS 2.0               /* log energy from which news shows in the score: seven times as usual */
#define RARE 0.3               /* what was not seen before counts more than what is as high and common */
#define EPISODE_ROWS 60.0      /* news closer than that is one piece */

/* The shares are of the budget; they exceed 1 together, for most trouble shows in more than one channel. */
static const struct {
    double share;
    double excused;    /* how much of what is usual at this hour is no news */
    double rows, step; /* of its news ... */
    bool follows;
    double prior;      /* ... and where an alarm begins before there was any: tail.h */
} channel[CHANNELS] = {
    [SUDDEN] = { 0.5, 1, 50, 1, true, 2.5 },
    [LASTING] = { 0.7, 0.5, 300, 0.5, false, 1.5 },
    [DRIFT] = { 0.1, 1, 300, 1, false, 2 },
    [CALM] = { 0.1, 1, 300, 1, false, 2 },
    [TIES] = { 0.2, 1, 300, 0.5, false, 1 },
};

/* From how many variances on a column counts in the channels that look at single columns. */
#define DRIFT_FROM 16.0
#define TIES_FROM 4.0

static const double span[SPANS] = { 10, 30, 90 };

int detector_new(int d, const struct detector_options *o, struct detector **out)
{
    struct detector_options with = o ? *o : (struct detector_options){ 0 };
    if (with.step_s == 0)
        with.step_s = 1;
    if (with.budget_per_day == 0)
        with.budget_per_day = DETECTOR_BUDGET;
    if (d < 1 || d > DETECTOR_MAX_DIM || !(with.step_s > 0) || !(with.budget_per_day > 0) ||
        !isfinite(with.step_s) || !isfinite(with.budget_per_day))
        return -EINVAL;
    struct detector *m = mem_try(sizeof *m);
    if (!m)
        return -ENOMEM;
    double memory = fmin(MEMORY_MOST, fmax(MEMORY_LEAST, MEMORY_DAYS * DAY_S / with.step_s));
    *m = (struct detector){ .d = d, .step_s = with.step_s, .budget = with.budget_per_day, .last_s = NAN,
                            .level_mean = 1, .muted = DETECTOR_WARM_ROWS };
    for (int c = 0; c < CHANNELS; c++) {
        tail_init(&m->tail[c], channel[c].rows, channel[c].step, channel[c].follows, channel[c].prior,
                  EPISODE_ROWS * m->step_s);
        hours_init(&m->hours[c]);
        m->floor[c] = INFINITY;
    }
    for (int s = 0; s < SPANS; s++)
        m->energy[s] = 1;
    m->lately = mem_try(DETECTOR_ARRAYS * (size_t)d * sizeof *m->lately);
    if (!m->lately || innovation_init(&m->innovation, d, memory) < 0 || level_init(&m->level, d, memory) < 0 ||
        season_init(&m->season, d, memory) < 0) {
        detector_free(m);
        return -ENOMEM;
    }
    m->errors = m->lately + d;
    m->aparts = m->errors + d;
    *out = m;
    return 0;
}

void detector_free(struct detector *m)
{
    if (!m)
        return;
    innovation_done(&m->innovation);
    level_done(&m->level);
    season_done(&m->season);
    mem_free(m->lately);
    mem_free(m);
}

static void detector_time(struct detector *m, double t_s)
{
    double passed = isnan(m->last_s) ? m->step_s : t_s - m->last_s, most = fmax(GAP_S, GAP_STEPS * m->step_s);
    if (passed > most) {
        innovation_gap(&m->innovation);
        level_gap(&m->level);
        m->muted = m->muted > GAP_ROWS ? m->muted : GAP_ROWS;
    }
    m->seen_s += fmin(fmax(passed, 0), most);
    m->last_s = t_s;
}

/* A column's part in the channels that look at single columns. */
static inline double detector_drift(const struct detector *m, int j)
{
    return mean_most(0, mean_most(m->level.drift[j], m->season.away[j]) - DRIFT_FROM);
}

static inline double detector_tie(const struct detector *m, int j)
{
    return mean_most(0, m->aparts[j] / mean_most(1, m->errors[j]) - TIES_FROM);
}

/* Sums up a row's columns and moves the means of what lasts. Columns that never moved do not dilute the others. */
static void detector_heights(struct detector *m)
{
    double error = 0, level = 0, drift = 0, calm = 0, ties = 0, moving = 1e-9;
    for (int j = 0; j < m->d; j++) {
        double e = m->innovation.error[j], a = m->innovation.apart[j], square = e * e;
        mean_next(&m->lately[j], square + m->level.level[j], 1 / span[0]);
        mean_next(&m->errors[j], square, 1 / span[1]);
        mean_next(&m->aparts[j], a * a, 1 / span[1]);
        error += square;
        moving += m->innovation.var[j] > 0 ? 1 : 0;
        level += m->level.level[j];
        drift += detector_drift(m, j);
        calm += m->level.calm[j];
        ties += detector_tie(m, j);
    }
    error /= moving;
    level /= moving;
    mean_next(&m->level_mean, level, 1 / span[1]);
    double lasting = log(0.1 + m->level_mean);
    for (int s = 0; s < SPANS; s++) {
        mean_next(&m->energy[s], error, 1 / span[s]);
        lasting += log(1e-3 + m->energy[s]);
    }
    m->height[SUDDEN] = log(1e-3 + error + level);
    m->height[LASTING] = lasting / SPANS;
    m->height[DRIFT] = log(0.1 + drift);
    m->height[CALM] = log(0.1 + calm);
    m->height[TIES] = log(0.1 + ties);
}

static bool detector_channel(struct detector *m, enum channel c, struct detector_verdict *out)
{
    struct tail *t = &m->tail[c];
    double budget = m->budget * channel[c].share;
    double v = m->height[c] - channel[c].excused * hours_next(&m->hours[c], m->last_s, m->height[c]);
    m->news[c] = v;
    if (m->muted) {
        tail_mute(t, v);
        return false;
    }
    bool news = tail_next(t, m->seen_s, v, budget);
    if (news && v > t->level) {
        m->floor[c] = fmin(m->floor[c], v - channel[c].step);
        m->floor[c] = fmax(m->floor[c], t->level - channel[c].step);
        out->score = fmax(out->score, (1 + out->score) / 2);
    }
    if (c == SUDDEN && news && v > NEWS)
        out->score = fmax(out->score, 1 + v - NEWS + RARE * log((m->rows + 1) / fmax(1, tail_alike(t, v))));
    if (v <= m->floor[c])
        m->floor[c] = INFINITY;
    return m->floor[c] < INFINITY;
}

/* A column's part in the loudest channel of the last row. */
static double detector_part(const struct detector *m, int j)
{
    double e = m->innovation.error[j];
    switch (m->loudest) {
    case DRIFT:
        return detector_drift(m, j);
    case CALM:
        return m->level.calm[j];
    case TIES:
        return detector_tie(m, j);
    case LASTING:
        return m->lately[j];
    default:
        return e * e + m->level.level[j];
    }
}

static int detector_cause(const struct detector *m)
{
    int cause = -1;
    double most = 0;
    for (int j = 0; j < m->d; j++) {
        double part = detector_part(m, j);
        if (part > most) {
            most = part;
            cause = j;
        }
    }
    return cause;
}

void detector_row(struct detector *m, double t_s, const double *x, struct detector_verdict *out)
{
    *out = (struct detector_verdict){ .probability = 1, .cause = -1 };
    detector_time(m, t_s);
    bool model = innovation_row(&m->innovation, x);
    level_row(&m->level, x);
    season_row(&m->season, t_s, m->level.steady, m->level.n);
    m->rows++;
    if (!model)
        return;
    detector_heights(m);
    out->score = 1 / (1 + exp(-m->height[LASTING]));
    double rate = INFINITY, loudest = -INFINITY;
    for (enum channel c = 0; c < CHANNELS; c++) {
        out->alarm |= detector_channel(m, c, out);
        rate = fmin(rate, tail_rate(&m->tail[c], m->news[c]));
        double over = m->news[c] - m->tail[c].level;
        if (isfinite(over) && over > loudest) {
            loudest = over;
            m->loudest = c;
        }
    }
    out->probability = 1 - exp(-rate);
    out->cause = detector_cause(m);
    m->muted -= m->muted > 0;
}

static int detector_more(const void *a, const void *b)
{
    const struct detector_cause *x = a, *y = b;
    return x->share < y->share ? 1 : x->share > y->share ? -1 : (x->column > y->column) - (x->column < y->column);
}

int detector_causes(const struct detector *m, struct detector_cause *out, int max)
{
    struct detector_cause *all = mem_new((size_t)m->d * sizeof *all);
    double sum = 0;
    int n = 0;
    for (int j = 0; j < m->d; j++) {
        double part = detector_part(m, j);
        if (!(part > 0))
            continue;
        double expected = innovation_expected(&m->innovation, j);
        double half = STATS_NINE_OF_TEN * innovation_deviation(&m->innovation, j);
        all[n++] = (struct detector_cause){ .column = j, .share = part, .value = innovation_value(&m->innovation, j),
                                            .expected = expected, .low = expected - half, .high = expected + half,
                                            .calm = m->loudest == CALM };
        sum += part;
    }
    qsort(all, (size_t)n, sizeof *all, detector_more);
    n = n < max ? n : max;
    for (int i = 0; i < n; i++) {
        out[i] = all[i];
        out[i].share /= sum;
    }
    mem_free(all);
    return n;
}

void detector_set_budget(struct detector *m, double per_day)
{
    m->budget = per_day;
}

int detector_dim(const struct detector *m)
{
    return m->d;
}

size_t detector_rows(const struct detector *m)
{
    return (size_t)m->rows;
}

size_t detector_bytes(const struct detector *m)
{
    return sizeof *m + DETECTOR_ARRAYS * (size_t)m->d * sizeof *m->lately + innovation_bytes(&m->innovation) +
           level_bytes(&m->level) + season_bytes(&m->season);
}
