/* sample.c - reads the recorded sample. */
#include "sample.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROCESSES "top" /* columns of the busiest processes, top0 to top7; all others are the system's */
#define ROOM 600

static int count(const char *line, char c)
{
    int n = 0;
    for (; *line; line++)
        n += *line == c;
    return n;
}

static void sample_header(struct sample *s, char *line)
{
    s->cols = count(line, ',') + 1;
    s->system = mem_new((size_t)s->cols * sizeof *s->system);
    s->v = mem_new((size_t)s->cols * sizeof *s->v);
    s->name = mem_new((size_t)s->cols * sizeof *s->name);
    for (int c = 0; c < s->cols; c++) {
        char *name = strsep(&line, ",");
        s->name[c] = mem_dup(name);
        s->system[c] = strncmp(name, PROCESSES, 3) != 0 || name[3] < '0' || name[3] > '7';
    }
}

static void sample_row(struct sample *s, char *line, size_t *cap)
{
    bool more = (size_t)s->rows == *cap;
    if (more)
        *cap = *cap ? 2 * *cap : ROOM;
    for (int c = 0; c < s->cols; c++) {
        if (more)
            s->v[c] = mem_resize(s->v[c], *cap * sizeof(double));
        char *cell = strsep(&line, ",");
        s->v[c][s->rows] = cell && *cell ? strtod(cell, NULL) : (double)NAN;
    }
    s->rows++;
}

int sample_read(struct sample *s)
{
    char *line = NULL;
    size_t n = 0, cap = 0;
    while (getline(&line, &n, stdin) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (s->cols == 0)
            sample_header(s, line);
        else
            sample_row(s, line, &cap);
    }
    free(line);
    return s->rows > 0 ? 0 : -1;
}

void sample_done(struct sample *s)
{
    for (int c = 0; c < s->cols; c++) {
        mem_free(s->v[c]);
        mem_free(s->name[c]);
    }
    mem_free(s->v);
    mem_free(s->name);
    mem_free(s->system);
}
