/* csvlog.c - which metrics are columns, and where their values come from. */
#include "store/csvlog.h"

#include "base/mem.h"
#include "store/csv_band.h"
#include "store/csv_optimetrics.h"
#include "store/csv_table.h"

struct csvlog {
    struct csv_optimetrics *seed; /* its layout; NULL for ours, which is the rest */
    struct csv_table *table;
    char *metrics;
    int schema_size;              /* that the columns were made of */
    int *slot;                    /* of each column */
    struct csv_value *v;
};

static struct csv_table_options csvlog_table(const struct csvlog_options *o)
{
    return (struct csv_table_options){
        .roll = { .dir = o->dir, .stem = "sonde", .max_bytes = o->max_bytes, .max_files = o->max_files,
                  .compress_days = o->compress_days },
        .percent = o->percent, .exact = !o->filter,
    };
}

int csvlog_open(const struct csvlog_options *o, struct space *space, struct csvlog **out)
{
    struct csvlog *l = mem_new(sizeof *l);
    struct csv_table_options t = csvlog_table(o);
    l->metrics = mem_dup(o->metrics);
    int rc = o->layout == CSVLOG_OPTIMETRICS ? csv_optimetrics_open(&t, o->hardware_id, space, &l->seed)
                                             : csv_table_open(&t, space, &l->table);
    if (rc < 0)
        csvlog_close(l);
    else
        *out = l;
    return rc;
}

static bool csvlog_wants(const struct csvlog *l, const struct schema *s, int slot)
{
    return schema_at(s, slot)->kind != KIND_COUNTER && (!l->metrics || schema_match(s, slot, l->metrics));
}

static int csvlog_columns(struct csvlog *l, const struct schema *s)
{
    int all = schema_size(s), n = 0;
    struct csv_column *c = mem_new((size_t)all * sizeof *c);
    l->slot = mem_resize(l->slot, (size_t)all * sizeof *l->slot);
    for (int i = 0; i < all; i++) {
        const struct metric *m = schema_at(s, i);
        if (!csvlog_wants(l, s, i))
            continue;
        c[n] = (struct csv_column){ .name = schema_id(s, i), .unit = unit_code(m->unit), .floor = csv_band_floor(m) };
        l->slot[n++] = i;
    }
    l->schema_size = all;
    l->v = mem_resize(l->v, (size_t)(n + 1) * sizeof *l->v);
    int rc = n == csv_table_columns(l->table) ? 0 : csv_table_set_columns(l->table, c, n);
    mem_free(c);
    return rc;
}

int csvlog_add(struct csvlog *l, const struct schema *s, const struct frame *f)
{
    if (l->seed)
        return csv_optimetrics_add(l->seed, s, f);
    int rc = 0;
    if (schema_size(s) != l->schema_size && (!l->slot || csv_table_may_grow(l->table, f->wall_ms)))
        rc = csvlog_columns(l, s);
    int n = csv_table_columns(l->table);
    if (n == 0)
        return rc;
    for (int i = 0; i < n; i++)
        l->v[i] = (struct csv_value){ .v = frame_get(f, l->slot[i]) };
    int wrote = csv_table_row(l->table, f->wall_ms, 0, l->v);
    return rc < 0 ? rc : wrote;
}

int csvlog_flush(struct csvlog *l)
{
    return l->seed ? csv_optimetrics_flush(l->seed) : csv_table_flush(l->table);
}

int csvlog_tidy(struct csvlog *l, int64_t wall_ms)
{
    return l->seed ? csv_optimetrics_tidy(l->seed, wall_ms) : csv_table_tidy(l->table, wall_ms);
}

int csvlog_expire(struct csvlog *l, double keep_days, int64_t now_ms)
{
    return l->seed ? csv_optimetrics_expire(l->seed, keep_days, now_ms) : csv_table_expire(l->table, keep_days, now_ms);
}

void csvlog_close(struct csvlog *l)
{
    if (!l)
        return;
    if (l->seed || l->table)
        csvlog_flush(l);
    csv_optimetrics_close(l->seed);
    csv_table_close(l->table);
    mem_free(l->metrics);
    mem_free(l->slot);
    mem_free(l->v);
    mem_free(l);
}
