/*
 * tail.c - peaks over a threshold, for alarms by a budget.
 *
 * Source of the method: peaks over threshold with declustering and an exponential tail (Davison and
 * Smith, "Models for Exceedances over High Thresholds", JRSS B 1990). The values are logarithms of
 * energies, so the exponential tail is a power law of the energies themselves.
 */
#include "learn/detector/tail.h"

#include <math.h>
#include <string.h>

#define DAY_S 86400.0
#define LEAST 4        /* pieces of news before an alarm */
#define LEAST_SCALE 0.2
#define PRIOR_SCALE 0.5 /* of the tail, as if so many pieces of news had shown it */
#define PRIOR_NEWS 4
#define TOP_LEAST 4    /* the tail is fitted to so many pieces of news at least, ... */
#define TOP_TIMES 3.0  /* ... and to so many times the budget's worth */
#define SHARP 2.0      /* times the budget */
#define ALIKE 0.5
#define MARGIN 0.25

void tail_init(struct tail *t, double rows, double step, bool follows, double prior, double apart_s)
{
    *t = (struct tail){ .fall = step / rows, .step = step, .follows = follows, .prior = prior, .apart_s = apart_s,
                        .reference = NAN, .level = INFINITY,
                        .first_s = NAN, .last_s = -INFINITY, .last = -1 };
}

static double tail_days(const struct tail *t, double t_s)
{
    return fmin(TAIL_DAYS, (t_s - t->first_s) / DAY_S);
}

static bool tail_old(const struct tail *t, int i, double t_s)
{
    return t_s - t->when[i] > TAIL_DAYS * DAY_S;
}

/* The heights that still count, highest first. */
static int tail_sorted(const struct tail *t, double t_s, double *out)
{
    int n = 0;
    for (int i = 0; i < t->n; i++) {
        if (tail_old(t, i, t_s))
            continue;
        int at = n++;
        for (; at > 0 && out[at - 1] < t->height[i]; at--)
            out[at] = out[at - 1];
        out[at] = t->height[i];
    }
    return n;
}

/*
 * An alarm is above both of two levels. One is where an exponential tail leaves the wanted number of pieces of news;
 * it is fitted to those below the highest ones, which may be trouble and must not hide more of it. But what
 * is fitted may be wrong, so the other is what so many of the past news exceeded. MARGIN then keeps quiet what
 * has light tails, where all news are alike; it costs little where they differ.
 */
static void tail_fit(struct tail *t, double t_s, double budget)
{
    double sorted[TAIL_KEPT], days = tail_days(t, t_s), sum = 0;
    int n = tail_sorted(t, t_s, sorted);
    if (n < LEAST || days <= 0) {
        t->level = fmax(t->prior, n ? sorted[0] + MARGIN : -INFINITY) + PRIOR_SCALE * fmax(0, -log(budget * days));
        t->rate = budget;
        t->top = t->level;
        t->scale = PRIOR_SCALE;
        return;
    }
    double wanted = budget * days;
    int above = (int)fmin(n / 2, fmax(1, ceil(wanted))); /* left out of the fit */
    int top = (int)fmin(n, above + fmax(TOP_LEAST, ceil(TOP_TIMES * wanted)));
    t->top = sorted[top - 1];
    for (int i = 0; i < top; i++)
        sum += sorted[i < above ? above : i] - t->top;
    t->scale = fmax(LEAST_SCALE, (sum + PRIOR_NEWS * PRIOR_SCALE) / (top - above + PRIOR_NEWS));
    t->rate = top / days;
    double fitted = t->top + t->scale * fmax(0, log(top / (SHARP * wanted)));
    t->level = fmax(fitted, sorted[(int)fmin(n - 1, SHARP * wanted)]) + MARGIN;
}

double tail_rate(const struct tail *t, double v)
{
    return t->rate > 0 ? t->rate * exp(-fmax(0, v - t->top) / t->scale) : INFINITY;
}

/* Where a new piece of news of height v goes: instead of an old one, else of the lowest; -1 if it is lower still. */
static int tail_place(struct tail *t, double t_s, double v)
{
    if (t->n < TAIL_KEPT)
        return t->n++;
    int lowest = 0;
    for (int i = 0; i < TAIL_KEPT; i++) {
        if (tail_old(t, i, t_s))
            return i;
        if (t->height[i] < t->height[lowest])
            lowest = i;
    }
    return t->height[lowest] < v ? lowest : -1;
}

static void tail_remember(struct tail *t, double t_s, double v)
{
    bool same = t->last >= 0 && (!t->fallen || t_s - t->last_s < t->apart_s);
    if (!same)
        t->last = tail_place(t, t_s, v);
    if (t->last >= 0) {
        t->height[t->last] = same ? fmax(t->height[t->last], v) : v;
        t->when[t->last] = t_s;
    }
    t->last_s = t_s;
    t->last_height = v;
    t->fallen = false;
}

int tail_alike(const struct tail *t, double v)
{
    int n = 0;
    for (int i = 0; i < t->n; i++)
        n += t->height[i] >= v - ALIKE;
    return n;
}

void tail_mute(struct tail *t, double v)
{
    t->reference = isnan(t->reference) ? v : fmax(t->reference - t->fall, v);
}

bool tail_next(struct tail *t, double t_s, double v, double budget)
{
    if (isnan(t->first_s))
        t->first_s = t_s;
    if (isnan(t->reference))
        t->reference = v;
    if (t->follows || v < t->reference)
        t->reference -= t->fall;
    t->fallen |= v < t->last_height - t->step;
    bool news = v > t->reference + t->step;
    if (news) {
        tail_fit(t, t_s, budget);
        tail_remember(t, t_s, v);
    }
    if (news || (t->follows && v > t->reference))
        t->reference = v;
    return news;
}

void tail_pack(struct tail *t, struct pack *p)
{
    pack_doubles(p, &t->reference, 1);
    pack_doubles(p, &t->first_s, 1);
    pack_doubles(p, &t->last_s, 1);
    pack_doubles(p, &t->last_height, 1);
    pack_bool(p, &t->fallen);
    pack_doubles(p, &t->level, 1);
    pack_doubles(p, &t->rate, 1);
    pack_doubles(p, &t->top, 1);
    pack_doubles(p, &t->scale, 1);
    pack_int(p, &t->n, TAIL_KEPT);
    t->last++; /* -1 is none */
    pack_int(p, &t->last, TAIL_KEPT);
    t->last--;
    pack_doubles(p, t->when, TAIL_KEPT);
    pack_doubles(p, t->height, TAIL_KEPT);
}
