/* tape_rows.c - between frames and the rows of numbers that are stored. */
#include "store/tape.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>

#define LATEST_MS 1e14      /* the year 5138 */
#define LATEST_US 4e15      /* whoever counts from 1970 has until 2096 */

void tape_map_fit(struct tape_map *map, const struct schema *s)
{
    int slots = schema_size(s);
    map->sources = schema_sources(s);
    if (slots == map->slots)
        return;
    map->slot = mem_resize(map->slot, (size_t)slots * sizeof *map->slot);
    map->column = mem_resize(map->column, (size_t)slots * sizeof *map->column);
    for (; map->slots < slots; map->slots++) {
        bool stored = schema_at(s, map->slots)->kind != KIND_RATIO;
        map->column[map->slots] = stored ? map->columns : -1;
        if (stored)
            map->slot[map->columns++] = map->slots;
    }
}

void tape_map_done(struct tape_map *map)
{
    mem_free(map->slot);
    mem_free(map->column);
    *map = (struct tape_map){ 0 };
}

int tape_width(const struct tape_map *map, int part)
{
    return part ? map->columns : 2 + map->sources;
}

/* Whole ms, rounded down, so that a source that was not read again keeps its time whatever the tick's is. */
static int64_t tape_ms(int64_t ns)
{
    return (ns - (ns < 0 ? 999999 : 0)) / 1000000;
}

void tape_row(const struct tape_map *map, int part, const struct frame *f, double *out)
{
    if (part) {
        for (int c = 0; c < map->columns; c++)
            out[c] = frame_get(f, map->slot[c]);
        return;
    }
    out[0] = (double)f->wall_ms;
    out[1] = (double)(f->mono_ns / 1000);
    for (int i = 0; i < map->sources; i++) {
        bool read = i < f->n_sources && f->read_ns[i];
        out[2 + i] = read ? (double)(tape_ms(f->mono_ns) - tape_ms(f->read_ns[i])) : (double)NAN;
    }
}

/* Written and read by one rule: what a reader refuses must not be kept for it. */
bool tape_times_fit(double wall_ms, double mono_us)
{
    return fabs(wall_ms) < LATEST_MS && mono_us >= 0 && mono_us < LATEST_US;
}

static int tape_unrow_times(const struct tape_map *map, const double *row, int n, struct frame *f)
{
    if (n < 2 || !tape_times_fit(row[0], row[1]))
        return -EBADMSG;
    f->wall_ms = (int64_t)row[0];
    f->mono_ns = (int64_t)row[1] * 1000;
    for (int i = 0; i < f->n_sources; i++) {
        bool read = i < map->sources && 2 + i < n && fabs(row[2 + i]) < LATEST_US / 1e3;
        f->read_ns[i] = read ? (tape_ms(f->mono_ns) - (int64_t)row[2 + i]) * 1000000 : 0;
    }
    return 0;
}

int tape_unrow(const struct tape_map *map, int part, const double *row, int n, struct frame *f)
{
    if (!part)
        return tape_unrow_times(map, row, n, f);
    for (int c = 0; c < n && c < map->columns; c++)
        frame_set(f, map->slot[c], row[c]);
    return 0;
}
