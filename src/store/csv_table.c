/* csv_table.c - rows into a buffer, the buffer into files; which column stands where. */
#include "store/csv_table.h"

#include "base/auto.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "store/csv_band.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLUSH_BYTES 65536
#define LEARN_FIRST 60  /* rows from which an order of the columns can be learned */
#define WORTH 0.1       /* share of the bytes that another order must save to be worth a file */
#define DAY_MS 86400000

struct column {
    char *name, *unit;
    struct csv_rule rule;
    bool always;
    int from;         /* where its value stands in a row of csv_table_row() */
    int rank;         /* where it stands in the file, unless more is learned */
    uint64_t changes; /* rows that told one, of `learned` */
};

struct cell {
    struct csv_cell number;
    uint64_t text; /* hash of what was written */
};

/* Rows of a run after which the order may begin a file; later ones do so by themselves. */
static const uint64_t looks[] = { LEARN_FIRST, 180, CSV_TABLE_FULL };

/* What the rows of one device said. */
struct key {
    struct cell *cell; /* [column] */
    int rows;          /* since its last full one; 0 = the next is full */
};

struct csv_table {
    struct csv_table_options o;
    struct csv_roll *roll;
    struct column *col;  /* in the order of the file */
    int n;
    struct key key[CSV_TABLE_KEYS];
    struct buf rows;     /* not written yet */
    int64_t rows_ms;     /* time of the first of them */
    bool fresh;          /* they begin a file */
    bool resumed;        /* files of earlier runs were looked at */
    size_t longest;      /* row so far */
    uint64_t learned;    /* rows behind column.changes */
    uint64_t seen, bytes, filled; /* rows of this file but full ones, their bytes, their cells up to the last */
    uint64_t age;        /* rows of this run */
};

int csv_table_open(const struct csv_table_options *o, struct space *space, struct csv_table **out)
{
    struct csv_table *t = mem_new(sizeof *t);
    t->o = *o;
    t->fresh = true;
    int rc = csv_roll_open(&o->roll, space, &t->roll);
    if (rc < 0)
        mem_free(t);
    else
        *out = t;
    return rc;
}

static void table_forget_columns(struct csv_table *t)
{
    for (int i = 0; i < t->n; i++) {
        mem_free(t->col[i].name);
        mem_free(t->col[i].unit);
    }
    mem_free(t->col);
    for (int k = 0; k < CSV_TABLE_KEYS; k++) {
        mem_free(t->key[k].cell);
        t->key[k] = (struct key){ 0 };
    }
}

void csv_table_close(struct csv_table *t)
{
    if (!t)
        return;
    table_forget_columns(t);
    csv_roll_close(t->roll);
    buf_done(&t->rows);
    mem_free(t);
}

int csv_table_columns(const struct csv_table *t)
{
    return t->n;
}

/* From now on nothing was said: the next row of each device is a full one. */
static void table_forget_rows(struct csv_table *t)
{
    for (int k = 0; k < CSV_TABLE_KEYS; k++)
        t->key[k].rows = 0;
}

/* ---- the order of the columns ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct column *)a)->name, ((const struct column *)b)->name);
}

static int by_rank(const void *a, const void *b)
{
    return ((const struct column *)a)->rank - ((const struct column *)b)->rank;
}

static int by_changes(const void *a, const void *b)
{
    const struct column *x = a, *y = b;
    if (x->changes != y->changes)
        return x->changes > y->changes ? -1 : 1;
    return by_rank(a, b);
}

/* What changed most in the last hours first; what was learned long ago fades with each file. */
static void table_sort(struct csv_table *t)
{
    bool learned = !t->o.fixed && t->learned >= LEARN_FIRST;
    if (t->n)
        qsort(t->col, (size_t)t->n, sizeof *t->col, learned ? by_changes : by_rank);
    for (int i = 0; i < t->n; i++) {
        t->col[i].rank = i;
        t->col[i].changes /= 2;
    }
    t->learned /= 2;
    t->seen = t->bytes = t->filled = 0;
    table_forget_rows(t);
}

/*
 * Cells up to the last one that is told, in a mean row of the best order, were columns independent: a row
 * reaches column k when any from k on changes. As they change together, it is less: a cautious guess.
 */
static double table_best_fill(const struct csv_table *t)
{
    auto_free struct column *col = mem_new((size_t)t->n * sizeof *col);
    memcpy(col, t->col, (size_t)t->n * sizeof *col);
    qsort(col, (size_t)t->n, sizeof *col, by_changes);
    double fill = 0, none = 1;
    for (int i = t->n - 1; i >= 0; i--) {
        none *= 1 - (double)col[i].changes / (double)t->learned;
        fill += 1 - none;
    }
    return fill;
}

static bool table_wants_order(const struct csv_table *t)
{
    bool look = false;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        look |= t->age == looks[i];
    if (!look || t->fresh || t->o.fixed || t->o.exact || t->learned == 0)
        return false;
    double gain = (double)t->filled - (double)t->seen * table_best_fill(t);
    return gain > WORTH * (double)t->bytes;
}

/* ---- files ---- */

static void put_head(struct csv_table *t)
{
    buf_puts(&t->rows, "timestamp");
    for (int i = 0; i < t->n; i++) {
        buf_putc(&t->rows, ',');
        buf_csv(&t->rows, t->col[i].name);
    }
    buf_puts(&t->rows, t->o.exact ? "\n" : "," CSV_TABLE_MARK "\n");
}

/* What the columns mean, for a file beside it. */
static void put_columns(const struct csv_table *t, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_double(&j, "percent", t->o.exact ? 0 : t->o.percent);
    json_int(&j, "full_row_every", CSV_TABLE_FULL);
    json_array(&j, "columns");
    for (int i = 0; i < t->n; i++) {
        const struct column *c = &t->col[i];
        json_object(&j, NULL);
        json_string(&j, "name", c->name);
        if (*c->unit) {
            json_string(&j, "unit", c->unit);
            json_double(&j, "floor", t->o.exact ? 0 : c->rule.floor);
        }
        if (c->rule.total)
            json_bool(&j, "total", true);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

static int table_begin(struct csv_table *t)
{
    auto_buf struct buf columns = { 0 };
    put_columns(t, &columns);
    int rc = csv_roll_begin(t->roll, t->rows_ms, &columns);
    if (rc == 0)
        t->fresh = false;
    return rc;
}

/* Writes what waits, or drops it. */
static int table_write(struct csv_table *t)
{
    if (t->rows.n == 0)
        return 0;
    int rc = t->fresh ? table_begin(t) : 0;
    if (rc == 0)
        rc = csv_roll_append(t->roll, &t->rows);
    buf_clear(&t->rows);
    if (rc < 0)
        table_forget_rows(t);
    return rc;
}

/* The row to come begins another file. */
static int table_turn(struct csv_table *t)
{
    int rc = table_write(t);
    t->fresh = true;
    table_sort(t);
    return rc;
}

static struct column column_of(const struct csv_table *t, const struct csv_column *c, int from)
{
    struct csv_rule rule = {
        .share = t->o.percent / 100, .floor = c->floor, .total = c->total, .exact = t->o.exact,
    };
    return (struct column){ .name = mem_dup(c->name), .unit = mem_dup(c->unit), .rule = rule, .always = c->always,
                            .from = from, .rank = from };
}

int csv_table_set_columns(struct csv_table *t, const struct csv_column *c, int n)
{
    int rc = table_write(t);
    struct column *col = mem_new((size_t)n * sizeof *col);
    if (t->n)
        qsort(t->col, (size_t)t->n, sizeof *t->col, by_name);
    for (int i = 0; i < n; i++) {
        col[i] = column_of(t, &c[i], i);
        const struct column *old = t->n ? bsearch(&col[i], t->col, (size_t)t->n, sizeof *t->col, by_name) : NULL;
        col[i].changes = old ? old->changes : 0;
        if (!t->o.fixed)
            col[i].rank = old ? old->rank : t->n + i;
    }
    table_forget_columns(t);
    t->col = col;
    t->n = n;
    t->fresh = true;
    table_sort(t);
    return rc;
}

bool csv_table_may_grow(const struct csv_table *t, int64_t wall_ms)
{
    int max = t->o.roll.max_files;
    return csv_roll_size(t->roll) < 0 || csv_roll_index(t->roll) < max / 2 ||
           wall_ms - csv_roll_begun_ms(t->roll) >= DAY_MS / max;
}

/* A name at *p, unquoted in place and terminated; *p is behind the comma, NULL after the last one. */
static char *take_name(char **p, char *end)
{
    char *name = *p, *to = *p, *q = *p;
    bool quoted = q < end && *q == '"', closed = !quoted;
    for (q += quoted; q < end && !(closed && *q == ','); q++) {
        if (!closed && *q == '"' && !(q + 1 < end && q[1] == '"')) {
            closed = true;
            continue;
        }
        if (*q == '\0' || (quoted && closed))
            return NULL;
        q += !closed && *q == '"';
        *to++ = *q;
    }
    *p = q < end ? q + 1 : NULL;
    *to = '\0';
    return closed ? name : NULL;
}

int csv_table_names(char *line, size_t n, char ***names)
{
    char **list = NULL;
    size_t count = 0, cap = 0;
    for (char *p = line; p;) {
        char *name = take_name(&p, line + n);
        if (!name) {
            mem_free(list);
            return -EBADMSG;
        }
        list = mem_grow(list, count, &cap, sizeof *list);
        list[count++] = name;
    }
    *names = list;
    return (int)count;
}

/* Takes over the order of a header of before. Are its columns ours, and no others? */
static bool table_take_order(struct csv_table *t, struct buf *head)
{
    auto_free char **names = NULL;
    int n = csv_table_names(head->p, head->n, &names), found = 0;
    if (n < 0 || t->n == 0)
        return false;
    qsort(t->col, (size_t)t->n, sizeof *t->col, by_name);
    for (int i = 0; i < t->n; i++)
        t->col[i].rank = n + t->col[i].from;
    for (int i = 1; i < n; i++) {
        struct column wanted = { .name = names[i] };
        struct column *c = bsearch(&wanted, t->col, (size_t)t->n, sizeof *t->col, by_name);
        if (c)
            c->rank = i;
        found += c != NULL;
    }
    for (int i = 0; i < t->n && t->o.fixed; i++)
        t->col[i].rank = t->col[i].from;
    table_sort(t);
    return found == t->n && n == found + 1 + !t->o.exact;
}

/* Goes on in the newest file where its columns mean what ours do; else learns their order from it. */
static void table_resume(struct csv_table *t, int64_t wall_ms)
{
    auto_buf struct buf head = { 0 }, columns = { 0 }, ours = { 0 };
    bool open = false;
    t->resumed = true;
    if (csv_roll_resume(t->roll, wall_ms, &head, &columns, &open) < 0 || !table_take_order(t, &head) || !open)
        return;
    put_columns(t, &ours);
    t->fresh = strcmp(buf_text(&ours), buf_text(&columns)) != 0;
}

/* ---- rows ---- */

/* "2026-11-22 10:26:16.12": spreadsheets know it as a time without being told. */
static void put_time(struct buf *out, int64_t wall_ms)
{
    char text[TEXT_TIME_MAX];
    text_time(wall_ms, text);
    size_t n = strlen(text) - 1; /* without the Z */
    text[10] = ' ';
    while (text[n - 1] == '0' && n > 20)
        n--;
    buf_put(out, text, text[n - 1] == '.' ? n - 1 : n);
}

static bool put_text(struct cell *c, const char *text, bool full, struct buf *out)
{
    uint64_t hash = hash_text(HASH_START, text);
    if (!full && hash == c->text)
        return false;
    c->text = hash;
    buf_csv(out, text);
    return true;
}

static bool put_cell(struct csv_table *t, int i, struct cell *cell, const struct csv_value *v, bool full)
{
    struct column *c = &t->col[i];
    bool all = full || c->always;
    bool told = v->text ? put_text(cell, v->text, all, &t->rows)
                        : csv_band_put(&cell->number, &c->rule, v->v, all, &t->rows);
    c->changes += told && !full && !c->always;
    return told;
}

/* Puts the cells of a row up to the last one that is told. Returns how many tell a change. */
static int put_cells(struct csv_table *t, struct key *k, const struct csv_value *v, bool full)
{
    size_t end = t->rows.n;
    int told = 0, last = 0;
    for (int i = 0; i < t->n; i++) {
        buf_putc(&t->rows, ',');
        if (!put_cell(t, i, &k->cell[i], &v[t->col[i].from], full))
            continue;
        told += !t->col[i].always;
        last = i + 1;
        end = t->rows.n;
    }
    t->rows.n = end;
    if (!full) {
        t->learned++;
        t->seen++;
        t->filled += (uint64_t)last;
    }
    return told;
}

static void put_row(struct csv_table *t, int64_t wall_ms, struct key *k, const struct csv_value *v)
{
    bool full = k->rows == 0 || t->o.exact;
    size_t start = t->rows.n;
    put_time(&t->rows, wall_ms);
    int told = put_cells(t, k, v, full);
    k->rows = (k->rows + 1) % CSV_TABLE_FULL;
    if (full && !t->o.exact) {
        buf_putc(&t->rows, ',');
        buf_double(&t->rows, t->o.percent);
    }
    buf_putc(&t->rows, '\n');
    size_t n = t->rows.n - start;
    t->longest = n > t->longest ? n : t->longest;
    t->bytes += full ? 0 : n;
    if (told == 0 && !full && t->o.skip_same)
        t->rows.n = start;
}

static bool table_is_due(const struct csv_table *t, int64_t wall_ms)
{
    if (t->fresh)
        return t->rows.n && t->rows_ms / DAY_MS != wall_ms / DAY_MS;
    return csv_roll_due(t->roll, wall_ms, t->rows.n + t->longest);
}

int csv_table_row(struct csv_table *t, int64_t wall_ms, int key, const struct csv_value *v)
{
    int rc = 0;
    if (!t->resumed)
        table_resume(t, wall_ms);
    if (table_wants_order(t) || table_is_due(t, wall_ms))
        rc = table_turn(t);
    t->age++;
    struct key *k = &t->key[key];
    if (!k->cell)
        k->cell = mem_new((size_t)t->n * sizeof *k->cell);
    if (t->rows.n == 0) {
        t->rows_ms = wall_ms;
        if (t->fresh || csv_roll_size(t->roll) == 0)
            put_head(t);
    }
    put_row(t, wall_ms, k, v);
    int wrote = t->rows.n >= FLUSH_BYTES ? table_write(t) : 0;
    return rc < 0 ? rc : wrote;
}

int csv_table_flush(struct csv_table *t)
{
    int rc = table_write(t);
    return rc < 0 ? rc : csv_roll_sync(t->roll);
}

int csv_table_tidy(struct csv_table *t, int64_t wall_ms)
{
    return csv_roll_tidy(t->roll, wall_ms);
}

int csv_table_expire(struct csv_table *t, double keep_days, int64_t now_ms)
{
    return csv_roll_expire(t->roll, keep_days, now_ms);
}
