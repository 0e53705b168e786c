/* young.c - keeps the deciding features apart, and waits until what departs has lasted. */
#include "analyze/anomaly/young.h"

#include "analyze/anomaly/shift.h"
#include "base/mem.h"

#include <math.h>

struct young {
    const struct features *all;
    struct features f;       /* those that decide ... */
    int *of;                 /* ... and which of all they are */
    struct shift *shift;
    struct reading *own, *reading; /* one for each of f, and of all */
    int *run;                /* rows in a row that each of f has departed */
};

struct young *young_new(const struct features *all, double step_s, double budget)
{
    size_t n = (size_t)all->n + 1;
    bool seen[AREAS] = { false };
    struct young *y = mem_new(sizeof *y);
    *y = (struct young){ .all = all, .f.f = mem_new(n * sizeof *y->f.f), .of = mem_new(n * sizeof *y->of),
                         .own = mem_new(n * sizeof *y->own), .reading = mem_new(n * sizeof *y->reading),
                         .run = mem_new(n * sizeof *y->run) };
    for (int j = 0; j < all->n; j++) {
        enum area area = all->f[j].rule.area;
        if (all->f[j].rule.use != AREA_DECIDES)
            continue;
        y->f.groups += area == AREA_OTHER || !seen[area];
        seen[area] = true;
        y->of[y->f.n] = j;
        y->f.f[y->f.n++] = all->f[j];
    }
    double trials = fmax(YOUNG_S / step_s, 1) / EPISODE_HOLD * fmax(y->f.groups, 1);
    y->shift = shift_new(&y->f, shift_threshold(budget, trials), step_s);
    return y;
}

void young_free(struct young *y)
{
    if (!y)
        return;
    shift_free(y->shift);
    features_done(&y->f);
    mem_free(y->of);
    mem_free(y->own);
    mem_free(y->reading);
    mem_free(y->run);
    mem_free(y);
}

bool young_row(struct young *y, size_t i, const struct reading **reading)
{
    bool alarm = false;
    for (int j = 0; j < y->f.n; j++)
        y->f.f[j].x = y->all->f[y->of[j]].x;
    shift_row(y->shift, i, y->own);
    for (int j = 0; j < y->f.n; j++) {
        const struct reading *r = &y->own[j];
        y->run[j] = r->departs ? y->run[j] + 1 : 0;
        alarm |= r->departs && (y->run[j] >= EPISODE_HOLD || r->huge);
        y->reading[y->of[j]] = *r;
    }
    *reading = y->reading;
    return alarm;
}

void young_restart(struct young *y)
{
    shift_restart(y->shift);
}
