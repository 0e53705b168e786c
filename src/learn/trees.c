/*
 * trees.c - regression trees over binned columns.
 *
 * Each value is a byte: the number of its column's bin. A node makes of each column a histogram of its rows' targets,
 * one pass over bytes that lie in the order of the rows, and looks for the best cut in at most 256 sums; sorting, where
 * an exact search spends its time, is done once for all trees. Rows stay in their order within a node, so that memory
 * is read forwards.
 *
 * Targets are centred and scaled before, so that no sum of squares overflows and those in different units count alike.
 */
#include "learn/trees.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SORT_ROWS 65536     /* the quantiles of more rows are those of so many of them, evenly spread */
#define SQUARES_LEAST 1e-12 /* of a node's sum of squares left over: less is rounding */
#define ENDS 4              /* near the ends of a column a bin has at most this part of the rows beyond it */
#define NARROW 8            /* ... but as many as other bins have, by this */
#define BLOCK_ROWS 64       /* predicted at a time */

struct node {
    double cut;      /* larger values go to child + 1, others to child */
    int32_t column;  /* -1 = a leaf */
    uint32_t child;  /* of a leaf: its number */
};

struct trees {
    int d, trees, outputs;
    size_t *root;  /* trees: their first nodes */
    struct node *node;
    double *leaf;  /* of each leaf `outputs` values */
    size_t nodes, leaves, cap_nodes, cap_leaves;
};

/* The columns as bins, and the targets; the same for all trees. */
struct binned {
    size_t n, d, outputs;
    uint8_t *bin;  /* bin[j * n + i] */
    double *edge;  /* edge[j * TREES_BINS + b]: between the bins b and b + 1 of column j */
    int *bins;     /* d: how many bins a column has, at least 1 */
    double *y;     /* n * outputs, centred and scaled */
    struct scale { double most, mean, unit; } *scale; /* outputs: y = most * (mean + unit * (scaled y)) */
};

/*
 * Sums of rows, `width` numbers side by side: the first counts the rows, those that differ in units of TALLY_ROW and
 * those drawn in units of 1 (exact: both are below 2^25); the others are the targets, times as often as drawn. The
 * width is even, with a 0 at the end where there is need, so that two numbers are added at once.
 */
#define TALLY_ROW 0x1p26
typedef double two __attribute__((vector_size(16), may_alias));

/* One tree while it grows. */
struct grower {
    const struct binned *b;
    struct trees *f;
    struct rng rng;
    int max_depth, features, candidates;
    double enough;     /* rows on each side of a cut, in TALLY_ROWs */
    int *candidate;    /* a permutation of the columns that vary at all */
    uint32_t *times;   /* n: how often each row was drawn */
    uint32_t *row;     /* n: those that were; a node owns a stretch of them ... */
    uint32_t *aside;   /* n: ... and those of it that go right */
    size_t width;      /* 1 + outputs, and one more if that is odd */
    double *own;       /* n * width: the rows of a node, in their order, targets less their means */
    double *total;     /* width: sum of the rows, targets as they are */
    double *left;      /* width: that of those left of a cut */
    double *sum;       /* TREES_BINS * width: the sums of a column's bins; zeros between two columns */
    bool fits;
};

/* A cut explains gain / per of the sum of squares, but for a factor of the node: compared without a division. */
struct split {
    double gain, per;
    int column;
    int bin, next; /* bins up to this one go left; the next one that has rows */
};

/* ---- bins ---- */

/* Sorts by the bits, which for finite doubles, made to keep their order, is by size. */
static void trees_sort(uint64_t *a, uint64_t *b, size_t n)
{
    for (int shift = 0; shift < 64; shift += 8) {
        size_t start[257] = { 0 };
        for (size_t i = 0; i < n; i++)
            start[(a[i] >> shift & 255) + 1]++;
        if (start[(a[0] >> shift & 255) + 1] == n)
            continue;
        for (int k = 0; k < 256; k++)
            start[k + 1] += start[k];
        for (size_t i = 0; i < n; i++)
            b[start[a[i] >> shift & 255]++] = a[i];
        memcpy(a, b, n * sizeof *a);
    }
}

static uint64_t trees_key(double v)
{
    uint64_t u;
    v += 0.0; /* of -0 and 0 one */
    memcpy(&u, &v, sizeof u);
    return u >> 63 ? ~u : u | UINT64_C(1) << 63;
}

static double trees_value(uint64_t key)
{
    uint64_t u = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

/* A place between a < b such that a <= place < b. */
static double trees_between(double a, double b)
{
    double m = a / 2 + b / 2;
    return m >= a && m < b ? m : a;
}

/*
 * Where the m sorted values are cut into at most `bins` bins of about as many rows, fewer near the
 * ends, where cuts of spikes are. Returns how many bins.
 */
static int trees_edges(const uint64_t *key, size_t m, int bins, double *edge)
{
    size_t different = 1;
    for (size_t i = 1; i < m; i++)
        different += key[i] != key[i - 1];
    bool all = different <= (size_t)bins;
    int made = 0;
    for (size_t i = 1, next = 1; i < m && made < bins - 1; i++) {
        if (key[i] == key[i - 1] || (!all && i < next))
            continue;
        edge[made++] = trees_between(trees_value(key[i - 1]), trees_value(key[i]));
        size_t even = (m - i) / (size_t)(bins - made), beyond = (i < m - i ? i : m - i) / ENDS;
        beyond = beyond > even / NARROW ? beyond : even / NARROW;
        next = i + 1 + (even < beyond ? even : beyond);
    }
    return made + 1;
}

/* The number of edges that v is above. */
static uint8_t trees_bin(const double *edge, int edges, double v)
{
    int at = 0, n = edges;
    while (n > 0) {
        int half = n / 2;
        bool above = v > edge[at + half];
        at = above ? at + half + 1 : at;
        n = above ? n - half - 1 : half;
    }
    return (uint8_t)at;
}

static bool trees_bin_columns(struct binned *b, const double *x, int bins)
{
    size_t m = b->n < SORT_ROWS ? b->n : SORT_ROWS;
    uint64_t *key = mem_try(2 * m * sizeof *key);
    if (!key)
        return false;
    for (size_t j = 0; j < b->d; j++) {
        double *edge = b->edge + j * TREES_BINS;
        for (size_t k = 0; k < m; k++)
            key[k] = trees_key(x[k * b->n / m * b->d + j]);
        trees_sort(key, key + m, m);
        b->bins[j] = trees_edges(key, m, bins, edge);
        for (size_t i = 0; i < b->n; i++)
            b->bin[j * b->n + i] = trees_bin(edge, b->bins[j] - 1, x[i * b->d + j]);
    }
    mem_free(key);
    return true;
}

/* ---- targets ---- */

static void trees_scale(struct binned *b, const double *y)
{
    for (size_t o = 0; o < b->outputs; o++) {
        double most = 0, mean = 0, square = 0, n = (double)b->n;
        for (size_t i = 0; i < b->n; i++)
            most = fmax(most, fabs(y[i * b->outputs + o]));
        most = most > 0 ? most : 1;
        for (size_t i = 0; i < b->n; i++)
            mean += y[i * b->outputs + o] / most / n;
        for (size_t i = 0; i < b->n; i++) {
            double v = y[i * b->outputs + o] / most - mean;
            square += v * v / n;
        }
        double unit = square > 0 ? sqrt(square) : 1;
        for (size_t i = 0; i < b->n; i++)
            b->y[i * b->outputs + o] = (y[i * b->outputs + o] / most - mean) / unit;
        b->scale[o] = (struct scale){ most, mean, unit };
    }
}

/* ---- growing ---- */

static double trees_drawn(double tally)
{
    return tally - TALLY_ROW * (double)(int64_t)(tally / TALLY_ROW);
}

/*
 * Lays the rows of a node side by side. Returns what share of the sum of squares their mean does not explain: 0 where
 * all targets are the same.
 */
static double trees_gather(struct grower *g, const uint32_t *row, size_t n)
{
    size_t outputs = g->b->outputs;
    double square = 0, left_over = 0, *own = g->own;
    memset(g->total, 0, g->width * sizeof *g->total);
    for (size_t i = 0; i < n; i++) {
        const double *y = g->b->y + row[i] * outputs;
        double times = g->times[row[i]];
        g->total[0] += TALLY_ROW + times;
        for (size_t o = 0; o < outputs; o++) {
            g->total[o + 1] += times * y[o];
            square += times * y[o] * y[o];
        }
    }
    for (size_t i = 0; i < n; i++, own += g->width) {
        const double *y = g->b->y + row[i] * outputs;
        double times = g->times[row[i]];
        own[0] = TALLY_ROW + times;
        for (size_t o = 0; o < outputs; o++) {
            double off = y[o] - g->total[o + 1] / trees_drawn(g->total[0]);
            own[o + 1] = times * off;
            left_over += times * off * off;
        }
    }
    return square > 0 ? left_over / square : 0;
}

/* The functions below take the width apart from g, for one that the compiler knows makes them twice as fast. */
#define KNOWN static inline __attribute__((always_inline))

KNOWN void trees_histogram(struct grower *g, size_t width, const uint8_t *bin, const uint32_t *row, size_t n)
{
    const two *own = (const two *)g->own;
    for (size_t i = 0; i < n; i++, own += width / 2) {
        two *sum = (two *)g->sum + bin[row[i]] * (width / 2);
        for (size_t k = 0; k < width / 2; k++)
            sum[k] += own[k];
    }
}

/* The cut whose left side has these sums. Those of the right side are the same with the other sign. */
KNOWN struct split trees_cut(size_t width, const double *left, double drawn)
{
    double l = trees_drawn(left[0]), square = 0;
    for (size_t o = 1; o < width; o++)
        square += left[o] * left[o];
    return (struct split){ .gain = square, .per = l * (drawn - l) };
}

/* The bins that have rows. Returns how many. */
static int trees_filled(const uint8_t *bin, const uint32_t *row, size_t n, uint8_t filled[static TREES_BINS])
{
    uint64_t set[TREES_BINS / 64] = { 0 };
    int m = 0;
    for (size_t i = 0; i < n; i++)
        set[bin[row[i]] / 64] |= UINT64_C(1) << bin[row[i]] % 64;
    for (int k = 0; k < TREES_BINS / 64; k++)
        for (uint64_t left = set[k]; left; left &= left - 1)
            filled[m++] = (uint8_t)(64 * k + __builtin_ctzll(left));
    return m;
}

/* The same by looking at all: faster where there are many rows. */
KNOWN int trees_filled_all(const struct grower *g, size_t width, int bins, uint8_t filled[static TREES_BINS + 1])
{
    int n = 0;
    for (int k = 0; k < bins; k++) {
        filled[n] = (uint8_t)k;
        n += g->sum[(size_t)k * width] != 0;
    }
    return n;
}

/* Puts the best cut of a column into *best if it beats that, and empties the sums of its bins. */
KNOWN void trees_best_cut(struct grower *g, size_t width, int column, const uint8_t *filled, int n,
                          struct split *best)
{
    double two_left[2], *left = width == 2 ? two_left : g->left; /* the former stay in registers */
    double room = g->total[0] - g->enough, drawn = trees_drawn(g->total[0]);
    memset(left, 0, width * sizeof *left);
    for (int m = 0; m < n; m++) {
        double *sum = g->sum + filled[m] * width;
        for (size_t o = 0; o < width; o++) {
            left[o] += sum[o];
            sum[o] = 0;
        }
        if (m + 1 == n || left[0] < g->enough || left[0] > room)
            continue;
        struct split s = trees_cut(width, left, drawn);
        if (s.gain * best->per > best->gain * s.per)
            *best = (struct split){ s.gain, s.per, column, filled[m], filled[m + 1] };
    }
}

KNOWN void trees_try(struct grower *g, size_t width, int column, const uint32_t *row, size_t n, struct split *best)
{
    const uint8_t *bin = g->b->bin + (size_t)column * g->b->n;
    uint8_t filled[TREES_BINS + 1];
    trees_histogram(g, width, bin, row, n);
    int m = n < TREES_BINS / 2 ? trees_filled(bin, row, n, filled) :
                                 trees_filled_all(g, width, g->b->bins[column], filled);
    trees_best_cut(g, width, column, filled, m, best);
}

static struct split trees_search(struct grower *g, const uint32_t *row, size_t n)
{
    struct split best = { .gain = -1, .per = 1, .column = -1 };
    for (int i = 0; i < g->candidates && (i < g->features || best.column < 0); i++) {
        int pick = i + (int)rng_below(&g->rng, (uint32_t)(g->candidates - i)), column = g->candidate[pick];
        g->candidate[pick] = g->candidate[i];
        g->candidate[i] = column;
        if (g->width == 2)
            trees_try(g, 2, column, row, n, &best);
        else
            trees_try(g, g->width, column, row, n, &best);
    }
    return best;
}

/* Rows up to the bin to the front, the others behind, each in their order. Returns how many go left. */
static size_t trees_partition(struct grower *g, const struct split *s, uint32_t *row, size_t n)
{
    const uint8_t *bin = g->b->bin + (size_t)s->column * g->b->n;
    size_t left = 0, right = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t r = row[i];
        bool goes = bin[r] > s->bin;
        row[left] = r;
        g->aside[right] = r;
        left += !goes;
        right += goes;
    }
    memcpy(row + left, g->aside, right * sizeof *row);
    return left;
}

static void *trees_room(void *p, size_t need, size_t *cap, size_t size)
{
    size_t more = need > *cap + *cap / 2 ? need : *cap + *cap / 2;
    p = need <= *cap ? p : mem_try_resize(p, more * size);
    *cap = p && need > *cap ? more : *cap;
    return p;
}

/* So many nodes side by side; the first one's number, or SIZE_MAX where there is no memory. */
static size_t trees_add_nodes(struct trees *f, size_t n)
{
    struct node *node = trees_room(f->node, f->nodes + n, &f->cap_nodes, sizeof *f->node);
    if (!node)
        return SIZE_MAX;
    f->node = node;
    f->nodes += n;
    return f->nodes - n;
}

static void trees_leaf(struct grower *g, size_t node)
{
    struct trees *f = g->f;
    size_t outputs = g->b->outputs;
    double *leaf = trees_room(f->leaf, (f->leaves + 1) * outputs, &f->cap_leaves, sizeof *f->leaf);
    g->fits &= leaf != NULL;
    if (!leaf)
        return;
    f->leaf = leaf;
    f->node[node] = (struct node){ .column = -1, .child = (uint32_t)f->leaves };
    for (size_t o = 0; o < outputs; o++) {
        const struct scale *s = &g->b->scale[o];
        double v = s->mean + s->unit * (g->total[o + 1] / trees_drawn(g->total[0]));
        leaf[f->leaves * outputs + o] = s->most * fmin(fmax(v, -1), 1);
    }
    f->leaves++;
}

static void trees_split(struct grower *g, size_t node, int depth, uint32_t *row, size_t n)
{
    double left_over = trees_gather(g, row, n);
    struct split s = { .column = -1 };
    if (depth < g->max_depth && left_over > SQUARES_LEAST && (double)n * TALLY_ROW >= 2 * g->enough)
        s = trees_search(g, row, n);
    if (s.column < 0) {
        trees_leaf(g, node);
        return;
    }
    size_t left = trees_partition(g, &s, row, n), child = trees_add_nodes(g->f, 2);
    g->fits &= child != SIZE_MAX;
    if (child == SIZE_MAX)
        return;
    const double *edge = g->b->edge + s.column * TREES_BINS;
    double cut = edge[s.bin] / 2 + edge[s.next - 1] / 2; /* no row is between: midway */
    g->f->node[node] = (struct node){ .cut = fmin(fmax(cut, edge[s.bin]), edge[s.next - 1]), .column = s.column,
                                      .child = (uint32_t)child };
    trees_split(g, child, depth + 1, row, left);
    trees_split(g, child + 1, depth + 1, row + left, n - left);
}

/* One tree, of n rows drawn with repetition. */
static void trees_grow_one(struct grower *g, int t)
{
    size_t n = g->b->n, drawn = 0, root = trees_add_nodes(g->f, 1);
    g->fits &= root != SIZE_MAX;
    if (root == SIZE_MAX)
        return;
    memset(g->times, 0, n * sizeof *g->times);
    for (size_t i = 0; i < n; i++)
        g->times[rng_below(&g->rng, (uint32_t)n)]++;
    for (size_t i = 0; i < n; i++)
        if (g->times[i])
            g->row[drawn++] = (uint32_t)i;
    g->f->root[t] = root;
    trees_split(g, root, 0, g->row, drawn);
}

static bool trees_binned(struct binned *b, const double *x, const double *y, int bins)
{
    b->bin = mem_try(b->n * b->d);
    b->edge = mem_try(b->d * TREES_BINS * sizeof *b->edge);
    b->bins = mem_try(b->d * sizeof *b->bins);
    b->y = mem_try(b->n * b->outputs * sizeof *b->y);
    b->scale = mem_try(b->outputs * sizeof *b->scale);
    if (!b->bin || !b->edge || !b->bins || !b->y || !b->scale || !trees_bin_columns(b, x, bins))
        return false;
    trees_scale(b, y);
    return true;
}

static bool trees_grown(struct grower *g)
{
    const struct binned *b = g->b;
    g->candidate = mem_try(b->d * sizeof *g->candidate);
    g->times = mem_try(b->n * sizeof *g->times);
    g->row = mem_try(b->n * sizeof *g->row);
    g->aside = mem_try(b->n * sizeof *g->aside);
    g->own = mem_try(b->n * g->width * sizeof *g->own);
    g->total = mem_try(g->width * sizeof *g->total);
    g->left = mem_try(g->width * sizeof *g->left);
    g->sum = mem_try(TREES_BINS * g->width * sizeof *g->sum);
    g->fits = g->candidate && g->times && g->row && g->aside && g->own && g->total && g->left && g->sum;
    for (size_t j = 0; g->fits && j < b->d; j++)
        if (b->bins[j] > 1)
            g->candidate[g->candidates++] = (int)j;
    for (int t = 0; g->fits && t < g->f->trees; t++)
        trees_grow_one(g, t);
    return g->fits;
}

static void trees_done(struct binned *b, struct grower *g)
{
    void *own[] = { b->bin, b->edge, b->bins, b->y, b->scale, g->candidate, g->times, g->row, g->aside, g->own,
                    g->total, g->left, g->sum };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        mem_free(own[i]);
}

static int trees_option(int given, int otherwise)
{
    return given ? given : otherwise;
}

int trees_grow(const double *x, const double *y, size_t n, int d, const struct trees_options *o, struct trees **out)
{
    const struct trees_options none = { 0 };
    o = o ? o : &none;
    int trees = trees_option(o->trees, TREES_COUNT), depth = trees_option(o->max_depth, TREES_DEPTH);
    int bins = trees_option(o->bins, TREES_BINS), outputs = trees_option(o->outputs, 1);
    int min_leaf = trees_option(o->min_leaf, 1), features = trees_option(o->features, d);
    if (n < 1 || n > TREES_MAX_ROWS || d < 1 || d > TREES_MAX_DIM || trees < 1 || trees > TREES_MAX_COUNT ||
        depth < 1 || depth > TREES_MAX_DEPTH || bins < 2 || bins > TREES_BINS || outputs < 1 ||
        outputs > TREES_MAX_OUTPUTS || min_leaf < 1 || features < 1 || features > d ||
        !stats_all_finite(x, n * (size_t)d) || !stats_all_finite(y, n * (size_t)outputs))
        return -EINVAL;

    struct trees *f = mem_new(sizeof *f);
    *f = (struct trees){ .d = d, .trees = trees, .outputs = outputs };
    f->root = mem_new((size_t)trees * sizeof *f->root);
    struct binned b = { .n = n, .d = (size_t)d, .outputs = (size_t)outputs };
    struct grower g = { .b = &b, .f = f, .max_depth = depth, .features = features,
                        .enough = min_leaf * TALLY_ROW, .width = (b.outputs + 2) / 2 * 2 };
    rng_seed(&g.rng, o->seed);
    bool fits = trees_binned(&b, x, y, bins) && trees_grown(&g);
    trees_done(&b, &g);
    if (!fits) {
        trees_free(f);
        return -ENOMEM;
    }
    *out = f;
    return 0;
}

void trees_predict(const struct trees *f, const double *x, size_t n, double *out)
{
    size_t d = (size_t)f->d, outputs = (size_t)f->outputs;
    memset(out, 0, n * outputs * sizeof *out);
    for (size_t from = 0; from < n; from += BLOCK_ROWS)
        for (int t = 0; t < f->trees; t++)
            for (size_t i = from; i < n && i < from + BLOCK_ROWS; i++) {
                const struct node *at = &f->node[f->root[t]];
                while (at->column >= 0)
                    at = &f->node[at->child + (x[i * d + (size_t)at->column] > at->cut)];
                for (size_t o = 0; o < outputs; o++)
                    out[i * outputs + o] += f->leaf[at->child * outputs + o] / f->trees;
            }
}

void trees_free(struct trees *f)
{
    if (!f)
        return;
    mem_free(f->root);
    mem_free(f->node);
    mem_free(f->leaf);
    mem_free(f);
}
