/*
 * query_lanes.c - adds what blocks, journals and summaries hold to the points of a question.
 *
 * Of a block only the columns that the metrics need are decoded, each once: a rate needs its counters and
 * when their source was read. A block that lies in one point needs no times at all.
 */
#include "store/query_own.h"

#include "base/mem.h"
#include "core/rate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LATEST 9e15 /* of any time in ms or us, as in store/tape_rows.c */

/* ---- series ---- */

static void series_metric(struct query_series *to, const struct metric *m, const char *id)
{
    struct metric old = to->metric;
    const char *old_id = to->id;
    to->id = mem_dup(id);
    to->metric = *m;
    to->metric.name = mem_dup(m->name);
    to->metric.inst = mem_dup(m->inst);
    to->metric.help = mem_dup(m->help);
    to->metric.rate = mem_dup(m->rate);
    mem_free((char *)old_id);
    mem_free((char *)old.name);
    mem_free((char *)old.inst);
    mem_free((char *)old.help);
    mem_free((char *)old.rate);
}

/* The number of a metric's series, which is made where there is none. */
static int lanes_series(struct asking *q, const struct metric *m, const char *id)
{
    struct query_result *r = q->r;
    int number = schema_add(q->known, &(struct metric){ .name = m->name, .inst = m->inst, .kind = KIND_GAUGE });
    if ((size_t)number == r->n) {
        if ((r->n + 1) * (size_t)r->points > QUERY_MAX / 5)
            return -E2BIG;
        struct query_point *p = mem_try((size_t)r->points * sizeof *p);
        if (!p)
            return -ENOMEM;
        for (int i = 0; i < r->points; i++)
            p[i] = (struct query_point){ q->edge[i], INFINITY, -INFINITY, 0, NAN, 0 };
        r->series = mem_grow(r->series, r->n, &q->cap_series, sizeof *r->series);
        r->series[r->n++] = (struct query_series){ .point = p };
    }
    series_metric(&r->series[number], m, id);
    return number;
}

int lanes_fit(struct asking *q, const char *session, const struct schema *s)
{
    if (strcmp(q->session, session) != 0) {
        snprintf(q->session, sizeof q->session, "%s", session);
        q->n_lanes = 0;
        q->slots = 0;
        q->derived = false;
    }
    for (; q->slots < schema_size(s); q->slots++) {
        if (q->globs && !schema_match(s, q->slots, q->globs))
            continue;
        const struct metric *m = schema_at(s, q->slots);
        int series = lanes_series(q, m, schema_id(s, q->slots));
        if (series < 0)
            return series;
        bool derived = m->kind == KIND_RATIO;
        q->lane = mem_grow(q->lane, q->n_lanes, &q->cap_lanes, sizeof *q->lane);
        q->lane[q->n_lanes++] = (struct lane){
            .series = (size_t)series, .slot = q->slots, .num = derived ? m->num : -1, .den = derived ? m->den : -1,
            .source = derived ? schema_at(s, m->num)->source : -1, .state = { NAN, NAN, NAN, 0 } };
        q->derived |= derived;
    }
    return 0;
}

void lanes_break(struct asking *q)
{
    for (size_t i = 0; i < q->n_lanes; i++)
        q->lane[i].state = (struct lane_state){ NAN, NAN, NAN, 0 };
    q->next_block = -1;
}

/* ---- points ---- */

/* The point of a time, from the one before on; -1 outside of the range. */
static int point_of(const struct asking *q, int64_t ms, int near)
{
    int points = q->r->points;
    if (ms < q->r->from_ms || ms > q->r->to_ms)
        return -1;
    int low = 0, high = points - 1;
    if (near >= 0 && ms >= q->edge[near] && (near == high || ms < q->edge[near + 1]))
        return near;
    while (low < high) {
        int mid = low + (high - low + 1) / 2;
        if (q->edge[mid] <= ms)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

static void point_add(struct query_point *p, double v)
{
    if (!isfinite(v))
        return;
    p->min = v < p->min ? v : p->min;
    p->max = v > p->max ? v : p->max;
    p->mean += v; /* the sum, for now */
    p->last = v;
    p->count++;
}

static void point_add_row(struct query_point *p, const struct summary_row *w)
{
    if (!(w->count > 0))
        return;
    p->min = w->min < p->min ? w->min : p->min;
    p->max = w->max > p->max ? w->max : p->max;
    p->mean += w->mean * w->count;
    p->last = w->last;
    p->count += w->count;
}

/* ---- blocks ---- */

static int block_begin(struct asking *q, const struct segment_block *b)
{
    int columns = b->table.cols;
    if (columns > q->n_columns) {
        double **p = mem_try_resize(q->column, (size_t)columns * sizeof(double *));
        if (!p)
            return -ENOMEM;
        q->column = p;
        q->n_columns = columns;
    }
    size_t most = 3 + 3 * q->n_lanes; /* columns that may be needed */
    most = most < (size_t)columns + 1 ? most : (size_t)columns + 1;
    if (most * (size_t)b->table.rows > q->cap_pool) {
        mem_free(q->pool);
        q->cap_pool = most * (size_t)b->table.rows;
        q->pool = mem_try(q->cap_pool * sizeof *q->pool);
        q->cap_pool = q->pool ? q->cap_pool : 0;
        if (!q->pool)
            return -ENOMEM;
    }
    memset(q->column, 0, (size_t)columns * sizeof(double *));
    q->used_pool = 0;
    return 0;
}

/* A column, decoded; NULL where the block has none of it. -EBADMSG. */
static int block_get(struct asking *q, const struct segment_block *b, int part, int c, const double **out)
{
    *out = NULL;
    if (c < 0 || c >= b->columns[part])
        return 0;
    int at = part ? b->columns[0] + c : c;
    if (!q->column[at]) {
        double *room = q->pool + q->used_pool;
        int rc = block_column(&b->table, at, room);
        if (rc < 0)
            return rc;
        q->used_pool += (size_t)b->table.rows;
        q->column[at] = room;
    }
    *out = q->column[at];
    return 0;
}

static bool times_are_sane(const double *ms, const double *us, int rows)
{
    for (int r = 0; r < rows; r++)
        if ((ms && !(fabs(ms[r]) < LATEST)) || (us && !(fabs(us[r]) < LATEST)))
            return false;
    return true;
}

/* When a source was read, in whole ms, as tape_unrow() has it; 0 = never. */
static int64_t read_time(double mono_us, double age_ms)
{
    return fabs(age_ms) < LATEST / 1e6 ? (int64_t)floor(mono_us / 1000) - (int64_t)age_ms : 0;
}

/* The next instant of a derived slot. */
static double lane_step(struct lane *l, const struct schema *s, int64_t read_ms, double num, double den)
{
    struct lane_state *a = &l->state;
    if (read_ms != a->read_ms) {
        double span_s = (double)((read_ms - a->read_ms) * 1000000) * 1e-9;
        a->rate = a->read_ms ? rate_between(s, l->slot, span_s, (double[2]){ a->num, num }, (double[2]){ a->den, den })
                             : (double)NAN;
        a->read_ms = read_ms;
    }
    a->num = num;
    a->den = den;
    return a->rate;
}

/* The values of a lane in a block; NULL where it has none. */
static int lane_values(struct asking *q, const struct segment *s, struct lane *l, const struct segment_block *b,
                       const double **out)
{
    const struct tape_map *map = &s->map;
    *out = NULL;
    if (l->slot >= map->slots)
        return 0;
    if (l->num < 0)
        return block_get(q, b, 1, map->column[l->slot], out);
    const double *us, *age, *num, *den;
    int rc = block_get(q, b, 0, 1, &us);
    rc = rc < 0 ? rc : block_get(q, b, 0, 2 + l->source, &age);
    rc = rc < 0 ? rc : block_get(q, b, 1, map->column[l->num], &num);
    rc = rc < 0 ? rc : block_get(q, b, 1, l->den < 0 ? -1 : map->column[l->den], &den);
    if (rc < 0 || !us || !age || !num)
        return rc;
    for (int r = 0; r < b->table.rows; r++)
        q->derive[r] = lane_step(l, s->schema, read_time(us[r], age[r]), num[r], den ? den[r] : (double)NAN);
    *out = q->derive;
    return 0;
}

static void lane_gather(const struct asking *q, struct query_point *points, const double *v, const double *ms, int rows,
                        int whole)
{
    if (whole >= 0) {
        for (int r = 0; r < rows; r++)
            point_add(&points[whole], v[r]);
        return;
    }
    for (int r = 0, p = -1; r < rows; r++) {
        p = point_of(q, (int64_t)ms[r], p);
        if (p >= 0)
            point_add(&points[p], v[r]);
    }
}

/* Decodes first what all lanes need, so that a damaged column leaves nothing half added. */
static int block_decode(struct asking *q, const struct segment *s, const struct segment_block *b, bool timed,
                        const double **ms)
{
    const double *us = NULL, *any;
    *ms = NULL;
    int rc = timed ? block_get(q, b, 0, 0, ms) : 0;
    if (rc == 0 && q->derived)
        rc = block_get(q, b, 0, 1, &us);
    for (size_t i = 0; i < q->n_lanes && rc == 0; i++) {
        const struct lane *l = &q->lane[i];
        if (l->slot >= s->map.slots)
            continue;
        rc = block_get(q, b, 1, s->map.column[l->num < 0 ? l->slot : l->num], &any);
        if (rc == 0 && l->den >= 0)
            rc = block_get(q, b, 1, s->map.column[l->den], &any);
        if (rc == 0 && l->num >= 0)
            rc = block_get(q, b, 0, 2 + l->source, &any);
    }
    if (rc == 0 && ((timed && !*ms) || !times_are_sane(*ms, us, b->table.rows)))
        rc = -EBADMSG;
    return rc;
}

static int block_add(struct asking *q, const struct segment *s, const struct segment_block *b, bool only_states)
{
    int first = point_of(q, b->first_ms, -1), last = point_of(q, b->last_ms, -1);
    int whole = first >= 0 && first == last ? first : -1;
    const double *ms, *v;
    int rc = block_begin(q, b);
    rc = rc < 0 ? rc : block_decode(q, s, b, whole < 0 && !only_states, &ms);
    if (rc < 0)
        return rc;
    if (q->next_block != (int64_t)b->number)
        lanes_break(q);
    for (size_t i = 0; i < q->n_lanes; i++) {
        struct lane *l = &q->lane[i];
        rc = lane_values(q, s, l, b, &v);
        if (rc == 0 && v && !only_states)
            lane_gather(q, q->r->series[l->series].point, v, ms, b->table.rows, whole);
    }
    q->next_block = (int64_t)b->number + 1;
    q->r->rows += only_states ? 0 : (uint64_t)b->table.rows;
    return 0;
}

int lanes_add_block(struct asking *q, const struct segment *s, const struct chunk *c, bool only_states)
{
    struct segment_block b = { 0 };
    int rc = segment_block_open(&b, c);
    if (rc == 0)
        rc = block_add(q, s, &b, only_states);
    if (rc < 0)
        lanes_break(q);
    block_done(&b.table);
    return rc;
}

/* ---- instants of a journal ---- */

int lanes_add_frame(struct asking *q, const struct schema *s, const struct frame *f)
{
    int p = point_of(q, f->wall_ms, -1);
    for (size_t i = 0; i < q->n_lanes; i++) {
        struct lane *l = &q->lane[i];
        double v = frame_get(f, l->slot);
        if (l->num >= 0)
            v = lane_step(l, s, l->source < f->n_sources ? f->read_ns[l->source] / 1000000 : 0, frame_get(f, l->num),
                          frame_get(f, l->den));
        if (p >= 0)
            point_add(&q->r->series[l->series].point[p], v);
    }
    q->r->rows += p >= 0;
    return 0;
}

/* ---- rows of summaries ---- */

static int summary_add_rows(struct asking *q, const struct lane *l, int64_t window_ms,
                            bool (*skip)(void *self, int64_t begin_ms, int64_t end_ms), void *self)
{
    const struct summary_view *v = &q->view;
    int rc = summary_slot(v, l->slot, q->rows);
    if (rc < 0)
        return rc;
    struct query_point *points = q->r->series[l->series].point;
    for (int r = 0, p = -1; r < v->rows; r++) {
        int64_t begin = q->rows[r].start_ms;
        p = point_of(q, begin + window_ms / 2, p);
        if (p >= 0 && !(skip && skip(self, begin, begin + window_ms - 1)))
            point_add_row(&points[p], &q->rows[r]);
    }
    return 0;
}

int lanes_add_summary(struct asking *q, const struct segment *s, const struct chunk *c,
                      bool (*skip)(void *self, int64_t begin_ms, int64_t end_ms), void *self)
{
    int rc = summary_open(&q->view, s->schema, c);
    if (rc < 0)
        return rc;
    int64_t window_ms = (int64_t)q->view.window_s * 1000;
    for (size_t i = 0; i < q->n_lanes && rc == 0; i++)
        rc = summary_add_rows(q, &q->lane[i], window_ms, skip, self);
    for (int r = 0; r < q->view.rows; r++)
        q->r->rows += point_of(q, q->view.start_ms[r] + window_ms / 2, -1) >= 0;
    return rc;
}

void asking_done(struct asking *q)
{
    schema_free(q->known);
    mem_free(q->edge);
    mem_free(q->lane);
    mem_free(q->column);
    mem_free(q->pool);
    mem_free(q->derive);
    mem_free(q->rows);
    summary_view_done(&q->view);
    buf_done(&q->buf);
}
