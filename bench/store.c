/*
 * store.c - what the archive needs: bytes and time, on a recorded sample, against the bars.
 *
 * usage: store [--block FILE] < SAMPLE.csv
 *
 * Every figure is a function that prints its line; a missed bar makes the exit status 1. Sizes count
 * all bytes of the blocks. Times are of the process's CPU, the best of several runs, because the machine
 * may be shared. With --block, the sample's first block is written to a file and nothing is measured.
 */
#include "base/auto.h"
#include "base/mem.h"
#include "figures.h"
#include "sample.h"
#include "store/codec/block.h"
#include "store_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS 600
#define RUNS 5

/* The blocks of some columns of a sample. */
struct blocks {
    int n, cols;
    const double **col;
    struct buf *coded;
    size_t bytes;
};

/* ---- the codec ---- */

static int block_rows(const struct sample *s, int block)
{
    int left = s->rows - block * BLOCK_ROWS;
    return left < BLOCK_ROWS ? left : BLOCK_ROWS;
}

static void blocks_code(const struct sample *s, struct blocks *b, int block)
{
    auto_free const double **col = mem_new((size_t)b->cols * sizeof *col);
    for (int c = 0; c < b->cols; c++)
        col[c] = b->col[c] + block * BLOCK_ROWS;
    buf_clear(&b->coded[block]);
    if (block_encode(&b->coded[block], col, b->cols, block_rows(s, block)) < 0)
        exit(EXIT_FAILURE);
}

static void blocks_init(const struct sample *s, bool only_system, struct blocks *b)
{
    *b = (struct blocks){ .n = (s->rows + BLOCK_ROWS - 1) / BLOCK_ROWS };
    b->col = mem_new((size_t)s->cols * sizeof *b->col);
    b->coded = mem_new((size_t)b->n * sizeof *b->coded);
    for (int c = 0; c < s->cols; c++)
        if (s->system[c] || !only_system)
            b->col[b->cols++] = s->v[c];
    for (int i = 0; i < b->n; i++) {
        blocks_code(s, b, i);
        b->bytes += b->coded[i].n;
    }
}

static void blocks_done(struct blocks *b)
{
    for (int i = 0; i < b->n; i++)
        buf_done(&b->coded[i]);
    mem_free(b->coded);
    mem_free(b->col);
}

static void size_figure(const struct sample *s, const struct blocks *b, const char *what, double bar)
{
    figure(what, (double)b->bytes / ((double)b->cols * s->rows), "bytes/value", bar, false);
}

static void exact_figure(const struct sample *s, const struct blocks *b)
{
    struct block open = { 0 };
    double out[BLOCK_ROWS], wrong = 0;
    for (int i = 0; i < b->n; i++) {
        if (block_open(&open, b->coded[i].p, b->coded[i].n) < 0)
            exit(EXIT_FAILURE);
        for (int c = 0; c < b->cols; c++)
            if (block_column(&open, c, out) < 0 ||
                memcmp(out, b->col[c] + i * BLOCK_ROWS, (size_t)block_rows(s, i) * sizeof *out) != 0)
                wrong++;
    }
    block_done(&open);
    figure("columns that came back with another bit", wrong, "columns", 0, false);
}

static void encode_figure(const struct sample *s, struct blocks *b)
{
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        double begin = cpu_ns();
        for (int i = 0; i < b->n; i++)
            blocks_code(s, b, i);
        best = fmin(best, cpu_ns() - begin);
    }
    best /= (double)b->cols * s->rows;
    figure("encode", best, "ns/value", 600, false);
    figure("encode, of a core at 1 Hz", best * 645 / 1e7, "%", 0.1, false);
}

/* Each column of the first block by itself, the best of its runs. */
static void decode_figures(const struct blocks *b)
{
    struct block open = { 0 };
    double out[BLOCK_ROWS], sum = 0, worst = 0, begin;
    if (block_open(&open, b->coded[0].p, b->coded[0].n) < 0)
        exit(EXIT_FAILURE);
    for (int c = 0; c < b->cols; c++) {
        double best = INFINITY;
        for (int run = 0; run < RUNS; run++) {
            begin = cpu_ns();
            block_column(&open, c, out);
            best = fmin(best, cpu_ns() - begin);
        }
        sum += best;
        worst = fmax(worst, best);
    }
    figure("decode, all columns one by one", (double)b->cols * open.rows / sum * 1e3, "M values/s", 20, true);
    figure("decode the slowest column of 600 rows", worst / 1e3, "us", NAN, false);
    block_done(&open);
}

static void write_block(const struct blocks *b, const char *path)
{
    auto_fclose FILE *f = fopen(path, "wb");
    if (!f || fwrite(b->coded[0].p, 1, b->coded[0].n, f) != b->coded[0].n)
        exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    struct sample s = { 0 };
    struct blocks all, system;
    if (sample_read(&s) < 0) {
        fprintf(stderr, "usage: %s [--block FILE] < SAMPLE.csv\n", argv[0]);
        return EXIT_FAILURE;
    }
    blocks_init(&s, false, &all);
    if (argc == 3 && strcmp(argv[1], "--block") == 0) {
        write_block(&all, argv[2]);
        blocks_done(&all);
        sample_done(&s);
        return EXIT_SUCCESS;
    }
    blocks_init(&s, true, &system);
    size_figure(&s, &all, "blocks of 600 rows, all columns", 0.31);
    size_figure(&s, &system, "the same, the system's columns alone", 0.23);
    exact_figure(&s, &all);
    encode_figure(&s, &all);
    decode_figures(&all);
    blocks_done(&all);
    blocks_done(&system);
    record_figures(&s);
    sample_done(&s);
    return figures_missed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
