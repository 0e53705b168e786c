/*
 * forest.c - isolation forest, laid out for scoring.
 *
 * A tree is at most ceil(log2 psi) deep, so it is stored as a perfect heap: node i has the children
 * 2i and 2i + 1, and a leaf that is reached early is padded with nodes that send everything left.
 * Walking it is then a fixed number of steps without a branch to mispredict, and 16 rows walk side
 * by side, each hiding the latency of the others (measured: 8 take 1.3 times as long, 4 twice).
 * Rows are taken in blocks that stay in the L1 cache while all trees pass over them.
 *
 * A cut of the extended forest is a plane across a few columns; its rows walk one by one, for four sums along the way
 * hide the latency as well.
 *
 * Unlike scikit-learn, which narrows to float and calls a range below 1e-7 constant, values stay
 * double: the answer does not change when a column is given in bytes instead of gigabytes.
 */
#include "learn/forest.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/stats.h"
#include "learn/lanes.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK_BYTES 16384  /* rows scored at a time: half of a 32 KiB L1 cache, the tree has the rest */

struct forest {
    int d, trees, sample, depth;
    size_t nodes;      /* 2^depth: inner nodes 1 .. nodes-1 of a tree, and as many leaves */
    double *cut;       /* trees * nodes: larger values go right */
    uint16_t *column;  /* trees * nodes: what is compared, times LANES */
    double *path;      /* trees * nodes: path length at each leaf */

    /* Of the extended forest, `slopes` columns for each node instead of one: a sum of them is compared with the cut. */
    int slopes;        /* 0 = plain */
    size_t stride;     /* slopes, and as many more as make it a multiple of four */
    double *slope;     /* trees * nodes * stride: 0 where fewer columns vary */
    uint16_t *across;  /* trees * nodes * stride: columns */
};

/* One tree while it grows: its sample of the rows, and what the recursion shares. */
struct grower {
    struct rng rng;
    const struct forest *f;
    double *cut, *path;  /* of this tree */
    uint16_t *column;
    double *value;       /* d columns of `sample` values */
    uint16_t *row;       /* a permutation of the sample; a node owns a stretch of it */
    int *candidate;      /* a permutation of the columns; the first ones may still vary */
    double *slope;       /* of this tree, as those above ... */
    uint16_t *across;
    double *unit;        /* d: range of each column in the sample ... */
    double *sum;         /* ... and for its rows, where they are along a plane's normal */
};

/* c(n): mean path length of an unsuccessful search in a binary tree of n values. */
static double forest_mean_path(int n)
{
    const double euler = 0.57721566490153286;
    if (n <= 1)
        return 0;
    return n == 2 ? 1 : 2 * (log(n - 1.0) + euler) - 2.0 * (n - 1) / n;
}

static void forest_range(const double *v, const uint16_t *row, int n, double *min, double *max)
{
    double lo = v[row[0]], hi = lo;
    for (int i = 1; i < n; i++) {
        double x = v[row[i]];
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
    }
    *min = lo;
    *max = hi;
}

/*
 * A place between lo and hi, lo < hi, that leaves something on both sides: lo <= cut < hi. Written
 * so that hi - lo may overflow.
 */
static double forest_place(double lo, double hi, double u)
{
    double cut = lo * (1 - u) + hi * u;
    return cut >= lo && cut < hi ? cut : lo;
}

/* Moves the rows that go left to the front. Returns how many. */
static int forest_partition(const double *v, uint16_t *row, int n, double cut)
{
    int left = 0;
    for (int i = 0; i < n; i++) {
        uint16_t r = row[i];
        row[i] = row[left];
        row[left] = r;
        left += v[r] <= cut;
    }
    return left;
}

/* Makes everything that reaches `node`, at `depth`, end with the same path length. */
static void forest_leaf(struct grower *g, size_t node, int depth, int rows)
{
    size_t first = node, width = 1;
    for (int level = depth; level < g->f->depth; level++) {
        for (size_t i = first; i < first + width; i++)
            g->cut[i] = INFINITY; /* column 0: nothing is above infinity, so all go left */
        first *= 2;
        width *= 2;
    }
    for (size_t i = 0; i < width; i++)
        g->path[first - g->f->nodes + i] = depth + forest_mean_path(rows);
}

/*
 * Grows the subtree of the n rows at `row`. The first `varying` candidates may vary in here; a
 * column found constant stays so further down, hence the count and not a list is handed on.
 */
static void forest_split(struct grower *g, size_t node, int depth, uint16_t *row, int n, int varying)
{
    double lo = 0, hi = 0;
    const double *v = NULL;
    int column = 0;
    while (n > 1 && depth < g->f->depth && varying > 0 && lo == hi) {
        int pick = (int)rng_below(&g->rng, (uint32_t)varying);
        column = g->candidate[pick];
        v = g->value + (size_t)column * (size_t)g->f->sample;
        forest_range(v, row, n, &lo, &hi);
        if (lo == hi) {
            g->candidate[pick] = g->candidate[--varying];
            g->candidate[varying] = column;
        }
    }
    if (lo == hi) {
        forest_leaf(g, node, depth, n);
        return;
    }
    g->cut[node] = forest_place(lo, hi, rng_unit(&g->rng));
    g->column[node] = (uint16_t)(column * LANES);
    int left = forest_partition(v, row, n, g->cut[node]);
    forest_split(g, 2 * node, depth + 1, row, left, varying);
    forest_split(g, 2 * node + 1, depth + 1, row + left, n - left, varying);
}

/*
 * A plane across columns that vary in the node, through a random point of the box that holds its rows. False where none
 * varies. Candidates as in forest_split().
 */
static bool forest_plane(struct grower *g, size_t node, const uint16_t *row, int n, int *varying)
{
    size_t first = node * g->f->stride;
    int taken = 0;
    double cut = 0;
    for (int i = 0; i < n; i++)
        g->sum[row[i]] = 0;
    while (taken < g->f->slopes && taken < *varying) {
        int pick = taken + (int)rng_below(&g->rng, (uint32_t)(*varying - taken)), column = g->candidate[pick];
        const double *v = g->value + (size_t)column * (size_t)g->f->sample;
        double lo, hi;
        forest_range(v, row, n, &lo, &hi);
        if (lo == hi) {
            g->candidate[pick] = g->candidate[--*varying];
            g->candidate[*varying] = column;
            continue;
        }
        g->candidate[pick] = g->candidate[taken];
        g->candidate[taken] = column;
        double slope = rng_normal(&g->rng) / g->unit[column], place = forest_place(lo, hi, rng_unit(&g->rng));
        slope = isfinite(slope * lo) && isfinite(slope * hi) ? slope : 0; /* of ranges near the ends of the numbers */
        for (int i = 0; i < n; i++)
            g->sum[row[i]] += slope * v[row[i]];
        g->slope[first + (size_t)taken] = slope;
        g->across[first + (size_t)taken++] = (uint16_t)column;
        cut += slope * place;
    }
    g->cut[node] = cut;
    return taken > 0;
}

/* As forest_split(), by planes. One that no row is beyond leaves an empty side, as in the paper. */
static void forest_slice(struct grower *g, size_t node, int depth, uint16_t *row, int n, int varying)
{
    if (n <= 1 || depth == g->f->depth || !forest_plane(g, node, row, n, &varying)) {
        forest_leaf(g, node, depth, n);
        return;
    }
    int left = forest_partition(g->sum, row, n, g->cut[node]);
    forest_slice(g, 2 * node, depth + 1, row, left, varying);
    forest_slice(g, 2 * node + 1, depth + 1, row + left, n - left, varying);
}

static void forest_units(struct grower *g)
{
    size_t sample = (size_t)g->f->sample;
    for (int c = 0; c < g->f->d; c++) {
        double lo, hi;
        forest_range(g->value + (size_t)c * sample, g->row, (int)sample, &lo, &hi);
        g->unit[c] = hi - lo;
    }
}

/* Puts `sample` random rows of x, without repetition, into the grower;
 * deck is a permutation of all. */
static void forest_draw(struct grower *g, const double *x, size_t n, uint32_t *deck)
{
    int d = g->f->d, sample = g->f->sample;
    for (int i = 0; i < sample; i++) {
        size_t j = (size_t)i + rng_below(&g->rng, (uint32_t)(n - (size_t)i));
        uint32_t drawn = deck[j];
        deck[j] = deck[i];
        deck[i] = drawn;
        const double *from = x + (size_t)drawn * (size_t)d;
        for (int c = 0; c < d; c++)
            g->value[(size_t)c * (size_t)sample + (size_t)i] = from[c];
        g->row[i] = (uint16_t)i;
    }
}

static bool forest_reserve(struct forest *f, struct grower *g, size_t n, uint32_t **deck)
{
    size_t all = (size_t)f->trees * f->nodes, d = (size_t)f->d;
    f->cut = mem_try(all * sizeof *f->cut);
    f->column = mem_try(all * sizeof *f->column);
    f->path = mem_try(all * sizeof *f->path);
    g->value = mem_try(d * (size_t)f->sample * sizeof *g->value);
    g->row = mem_try((size_t)f->sample * sizeof *g->row);
    g->candidate = mem_try(d * sizeof *g->candidate);
    *deck = mem_try(n * sizeof **deck);
    if (f->slopes) {
        f->slope = mem_try(all * f->stride * sizeof *f->slope);
        f->across = mem_try(all * f->stride * sizeof *f->across);
        g->unit = mem_try(d * sizeof *g->unit);
        g->sum = mem_try((size_t)f->sample * sizeof *g->sum);
        if (!f->slope || !f->across || !g->unit || !g->sum)
            return false;
    }
    return f->cut && f->column && f->path && g->value && g->row && g->candidate && *deck;
}

static void forest_grow_all(struct forest *f, struct grower *g, const double *x, size_t n,
                            uint32_t *deck)
{
    for (size_t i = 0; i < n; i++)
        deck[i] = (uint32_t)i;
    for (int c = 0; c < f->d; c++)
        g->candidate[c] = c;
    g->f = f;
    for (int t = 0; t < f->trees; t++) {
        size_t at = (size_t)t * f->nodes;
        g->cut = f->cut + at;
        g->path = f->path + at;
        g->column = f->column + at;
        forest_draw(g, x, n, deck);
        if (!f->slopes) {
            forest_split(g, 1, 0, g->row, f->sample, f->d);
            continue;
        }
        g->slope = f->slope + at * f->stride;
        g->across = f->across + at * f->stride;
        forest_units(g);
        forest_slice(g, 1, 0, g->row, f->sample, f->d);
    }
}

int forest_grow(const double *x, size_t n, int d, const struct forest_options *o,
                struct forest **out)
{
    int trees = o && o->trees ? o->trees : FOREST_TREES;
    int sample = o && o->sample ? o->sample : FOREST_SAMPLE;
    int extension = o ? o->extension : 0;
    if (n < 2 || n > UINT32_MAX || d < 1 || d > FOREST_MAX_DIM || trees < 1 ||
        trees > FOREST_MAX_TREES || sample < 2 || sample > FOREST_MAX_SAMPLE ||
        extension < 0 || extension > FOREST_MAX_EXTENSION || !stats_all_finite(x, n * (size_t)d))
        return -EINVAL;

    struct forest *f = mem_new(sizeof *f);
    f->d = d;
    f->trees = trees;
    f->sample = n < (size_t)sample ? (int)n : sample;
    f->slopes = !extension ? 0 : extension < d ? extension + 1 : d;
    f->stride = ((size_t)f->slopes + 3) / 4 * 4;
    while (1 << f->depth < f->sample)
        f->depth++;
    f->nodes = (size_t)1 << f->depth;

    struct grower g = { 0 };
    rng_seed(&g.rng, o ? o->seed : 0);
    uint32_t *deck = NULL;
    bool fits = forest_reserve(f, &g, n, &deck);
    if (fits)
        forest_grow_all(f, &g, x, n, deck);
    mem_free(g.value);
    mem_free(g.row);
    mem_free(g.candidate);
    mem_free(g.unit);
    mem_free(g.sum);
    mem_free(deck);
    if (!fits) {
        forest_free(f);
        return -ENOMEM;
    }
    *out = f;
    return 0;
}

/* Adds the path lengths of LANES rows in one tree; x[column * LANES + lane]. */
static inline void forest_walk(const double *cut, const uint16_t *column, const double *path,
                               int depth, size_t nodes, const double *x, double *sum)
{
    size_t at[LANES];
    for (int l = 0; l < LANES; l++)
        at[l] = 1;
    for (int level = 0; level < depth; level++)
        for (int l = 0; l < LANES; l++)
            at[l] = at[l] + at[l] + (x[column[at[l]] + l] > cut[at[l]]);
    for (int l = 0; l < LANES; l++)
        sum[l] += path[at[l] - nodes];
}

/* The path length of a row in one tree of an extended forest. */
static double forest_descend(const struct forest *f, size_t tree, const double *x)
{
    size_t at = 1, first = tree * f->nodes;
    for (int level = 0; level < f->depth; level++) {
        const double *slope = f->slope + (first + at) * f->stride;
        const uint16_t *across = f->across + (first + at) * f->stride;
        double sum[4] = { 0 };
        for (size_t k = 0; k < f->stride; k += 4)
            for (size_t l = 0; l < 4; l++)
                sum[l] += slope[k + l] * x[across[k + l]];
        at = at + at + ((sum[0] + sum[1]) + (sum[2] + sum[3]) > f->cut[first + at]);
    }
    return f->path[first + at - f->nodes];
}

static bool forest_has_nan(const double *x, size_t d)
{
    for (size_t c = 0; c < d; c++)
        if (isnan(x[c]))
            return true;
    return false;
}

static void forest_score_extended(const struct forest *f, const double *x, size_t n, double *score)
{
    double unit = -1 / (forest_mean_path(f->sample) * f->trees);
    memset(score, 0, n * sizeof *score);
    for (size_t t = 0; t < (size_t)f->trees; t++)
        for (size_t i = 0; i < n; i++)
            score[i] += forest_descend(f, t, x + i * (size_t)f->d);
    for (size_t i = 0; i < n; i++)
        score[i] = forest_has_nan(x + i * (size_t)f->d, (size_t)f->d) ? NAN : exp2(score[i] * unit);
}

/* Scores the n rows of one block, n <= groups * LANES. */
static void forest_score_block(const struct forest *f, const double *x, size_t n, double *lanes,
                               double *sum, double *score)
{
    size_t d = (size_t)f->d, groups = lanes_groups(n);
    for (size_t g = 0; g < groups; g++)
        lanes_group(x + g * LANES * d, n - g * LANES, d, lanes + g * LANES * d);
    memset(sum, 0, groups * LANES * sizeof *sum);
    for (size_t t = 0; t < (size_t)f->trees; t++) {
        const double *cut = f->cut + t * f->nodes, *path = f->path + t * f->nodes;
        const uint16_t *column = f->column + t * f->nodes;
        for (size_t g = 0; g < groups; g++)
            forest_walk(cut, column, path, f->depth, f->nodes, lanes + g * LANES * d,
                        sum + g * LANES);
    }
    double unit = -1 / (forest_mean_path(f->sample) * f->trees);
    for (size_t i = 0; i < n; i++)
        score[i] = forest_has_nan(x + i * d, d) ? NAN : exp2(sum[i] * unit);
}

void forest_score(const struct forest *f, const double *x, size_t n, double *score)
{
    size_t d = (size_t)f->d;
    size_t rows = BLOCK_BYTES / (d * sizeof *x) / LANES * LANES;
    if (rows < LANES)
        rows = LANES;
    double *lanes = mem_new(rows * d * sizeof *lanes);
    double *sum = mem_new(rows * sizeof *sum);
    for (size_t at = 0; at < n; at += rows) {
        size_t some = n - at < rows ? n - at : rows;
        if (f->slopes)
            forest_score_extended(f, x + at * d, some, score + at);
        else
            forest_score_block(f, x + at * d, some, lanes, sum, score + at);
    }
    mem_free(lanes);
    mem_free(sum);
}

void forest_free(struct forest *f)
{
    if (!f)
        return;
    mem_free(f->cut);
    mem_free(f->column);
    mem_free(f->path);
    mem_free(f->slope);
    mem_free(f->across);
    mem_free(f);
}
