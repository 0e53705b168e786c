/*
 * state_book.c - a text: its head, then for each state a line with id, rows, last time and name, and a line for each
 * value of its centroid, in the metric's unit.
 */
#include "analyze/states/state_book.h"

#include "analyze/areas.h"
#include "analyze/states/states.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "sonde states 1"
#define NEAR 1.5          /* changes that matter, over all metrics: further apart it is another state */
#define ROWS_MAX 20000.0  /* that a centroid remembers; it follows slowly what comes later */
#define VALUES_MAX 16
#define STEADY "steady, " /* in front of the only state of a run */

struct known_value {
    char metric[64];
    double v;
};

struct known {
    int id;
    double rows;
    int64_t last_ms;
    char name[64];
    struct known_value value[VALUES_MAX];
    int n_values;
};

struct state_book {
    struct known state[STATE_BOOK_MAX];
    int n, next; /* the next id */
};

struct state_book *state_book_new(void)
{
    struct state_book *b = mem_new(sizeof *b);
    b->next = 1;
    return b;
}

void state_book_free(struct state_book *b)
{
    mem_free(b);
}

int state_book_size(const struct state_book *b)
{
    return b->n;
}

/* ---- matching ---- */

/* As states.c compares: rates of bytes by how often they double. */
static double book_scaled(double v, double scale, enum unit unit)
{
    double x = v / scale;
    return unit == UNIT_BYTE_PER_S ? log2(1 + fmax(x, 0)) : x;
}

static const struct known_value *known_value(const struct known *k, const char *metric)
{
    for (int i = 0; i < k->n_values; i++)
        if (strcmp(k->value[i].metric, metric) == 0)
            return &k->value[i];
    return NULL;
}

static bool named_by_memory(const char *name)
{
    return strstr(name, "memory") != NULL;
}

/* Infinite where they have nothing in common to compare. */
static double book_distance(const struct recording *r, const struct states *s, int item, const struct known *k)
{
    double sum = 0;
    int compared = 0;
    for (int j = 0; j < s->n_features; j++) {
        const struct metric *m = schema_at(r->schema, s->feature[j]);
        const struct known_value *v = known_value(k, schema_id(r->schema, s->feature[j]));
        struct area_rule rule = area_of(r, s->feature[j]);
        if (!v || !(rule.change > 0) || rule.area == AREA_MEMORY)
            continue;
        double d = book_scaled(v->v, rule.change, m->unit) -
                   book_scaled(s->items[item].centroid[j], rule.change, m->unit);
        sum += d * d;
        compared++;
    }
    return compared && named_by_memory(k->name) == named_by_memory(s->items[item].name) ? sqrt(sum) : INFINITY;
}

static const char *book_name(const char *name)
{
    return strncmp(name, STEADY, strlen(STEADY)) == 0 ? name + strlen(STEADY) : name;
}

/* Has another state of the run this name already? */
static bool name_is_taken(const struct states *s, int item, const char *name)
{
    for (int i = 0; i < s->k; i++)
        if (i != item && strcmp(book_name(s->items[i].name), name) == 0)
            return true;
    return false;
}

/* The pair that is nearest among those that are left; -1: none is near. */
static int book_nearest(const struct state_book *b, const struct recording *r, const struct states *s,
                        const int *given, int *item)
{
    double best = NEAR;
    int at = -1;
    for (int i = 0; i < s->k; i++) {
        for (int k = 0; k < b->n && given[i] < 0; k++) {
            bool taken = name_is_taken(s, i, b->state[k].name);
            for (int other = 0; other < s->k; other++)
                taken |= given[other] == k;
            double d = taken ? INFINITY : book_distance(r, s, i, &b->state[k]);
            if (d < best) {
                best = d;
                at = k;
                *item = i;
            }
        }
    }
    return at;
}

/* ---- learning ---- */

static void known_learn(struct known *k, const struct recording *r, const struct states *s, int item)
{
    double rows = fmax(s->items[item].share * (double)r->n, 1);
    double weight = rows / fmin(k->rows + rows, ROWS_MAX);
    for (int j = 0; j < s->n_features; j++) {
        const char *id = schema_id(r->schema, s->feature[j]);
        struct known_value *v = (struct known_value *)known_value(k, id);
        double now = s->items[item].centroid[j];
        if (v)
            v->v += fmin(weight, 1) * (now - v->v);
        else if (k->n_values < VALUES_MAX && strlen(id) < sizeof v->metric && !strchr(id, ' ')) {
            v = &k->value[k->n_values++];
            text_copy(v->metric, sizeof v->metric, id);
            v->v = now;
        }
    }
    k->rows = fmin(k->rows + rows, ROWS_MAX);
    k->last_ms = r->n ? r->wall_ms[r->n - 1] : 0;
}

static bool book_gave(const int *given, int n, int at)
{
    for (int i = 0; i < n; i++)
        if (given[i] == at)
            return true;
    return false;
}

/* A new one, in place of the one seen longest ago, but for those that are `given`, where the book is full. */
static int book_add(struct state_book *b, const char *name, const int *given, int n)
{
    int at = b->n;
    if (b->n < STATE_BOOK_MAX) {
        b->n++;
    } else {
        at = 0;
        while (book_gave(given, n, at)) /* a run has fewer states than a book */
            at++;
        for (int k = at + 1; k < b->n; k++)
            if (!book_gave(given, n, k) && b->state[k].last_ms < b->state[at].last_ms)
                at = k;
    }
    b->state[at] = (struct known){ .id = b->next++ };
    text_copy(b->state[at].name, sizeof b->state[at].name, book_name(name));
    return at;
}

static bool book_knows(const struct recording *r, const struct states *s)
{
    for (int j = 0; j < s->n_features; j++)
        if (area_of(r, s->feature[j]).change > 0 && area_of(r, s->feature[j]).area != AREA_MEMORY)
            return true;
    return false;
}

void state_book_recognise(struct state_book *b, const struct recording *r, struct states *s)
{
    int given[STATES_MAX], item = 0, at;
    if (s->k > STATES_MAX || !book_knows(r, s))
        return;
    for (int i = 0; i < s->k; i++)
        given[i] = -1;
    while ((at = book_nearest(b, r, s, given, &item)) >= 0) {
        given[item] = at;
        snprintf(s->items[item].name, sizeof s->items[item].name, "%s%.50s", s->k == 1 ? STEADY : "",
                 b->state[at].name);
    }
    for (int i = 0; i < s->k; i++) {
        if (given[i] < 0)
            given[i] = book_add(b, s->items[i].name, given, s->k);
        struct known *k = &b->state[given[i]];
        known_learn(k, r, s, i);
        s->items[i].id = k->id;
    }
}

/* ---- text ---- */

void state_book_put(const struct state_book *b, struct buf *out)
{
    buf_printf(out, HEAD " %d\n", b->next);
    for (int k = 0; k < b->n; k++) {
        const struct known *s = &b->state[k];
        buf_printf(out, "%d %.17g %" PRId64 " %s\n", s->id, s->rows, s->last_ms, s->name);
        for (int i = 0; i < s->n_values; i++)
            buf_printf(out, " %s %.17g\n", s->value[i].metric, s->value[i].v);
    }
}

static bool book_read_value(struct state_book *b, const char *line)
{
    struct known *k = b->n ? &b->state[b->n - 1] : NULL;
    struct known_value v = { 0 };
    if (!k || k->n_values == VALUES_MAX || sscanf(line, " %63s %lf", v.metric, &v.v) != 2 || !isfinite(v.v))
        return false;
    k->value[k->n_values++] = v;
    return true;
}

static bool book_read_state(struct state_book *b, const char *line)
{
    struct known k = { 0 };
    if (b->n == STATE_BOOK_MAX ||
        sscanf(line, "%d %lf %" SCNd64 " %63[^\n]", &k.id, &k.rows, &k.last_ms, k.name) != 4)
        return false;
    if (k.id < 1 || k.id >= b->next || !(k.rows > 0 && k.rows <= ROWS_MAX))
        return false;
    b->state[b->n++] = k;
    return true;
}

int state_book_read(struct state_book *b, const char *text)
{
    *b = (struct state_book){ .next = 1 };
    bool good = sscanf(text, HEAD " %d", &b->next) == 1 && b->next >= 1;
    for (const char *line = strchr(text, '\n'); good && line && line[1]; line = strchr(line + 1, '\n'))
        good = line[1] == ' ' ? book_read_value(b, line + 1) : book_read_state(b, line + 1);
    if (!good)
        *b = (struct state_book){ .next = 1 };
    return good ? 0 : -EINVAL;
}
