/* table.c - metrics that are rows of tables. */
#include "adapters/linux/table.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

struct opened_file {
    struct keyed keyed;
    const char **key;   /* of each row */
    int *slot;          /* of each row; -1: none */
    double *value;      /* of each row, as last read */
    bool is_open;
};

struct table_reader {
    const struct table *table;
    struct opened_file *file; /* table->n of them */
    double factor[TABLE_BYS];
};

static enum unit table_unit(enum table_by by)
{
    switch (by) {
    case ONES: return UNIT_NONE;
    case MILLISECONDS: case SECONDS: return UNIT_SECOND;
    case MEGABITS_PER_S: return UNIT_BYTE_PER_S;
    default: return UNIT_BYTE;
    }
}

static void table_add_metrics(const struct table_file *tf, struct opened_file *o, struct schema *s)
{
    for (int i = 0; i < tf->n; i++) {
        const struct table_row *r = &tf->row[i];
        o->slot[i] = !r->name || !keyed_has(&o->keyed, i) ? -1 : schema_add(s, &(struct metric){
            .name = r->name, .inst = r->inst ? r->inst : tf->inst, .help = r->help,
            .unit = table_unit(r->by), .kind = r->kind });
    }
}

static int table_open_file(const char *root, const struct table_file *tf, struct opened_file *o, struct schema *s)
{
    size_t n = (size_t)tf->n;
    o->key = mem_new(n * sizeof *o->key);
    o->slot = mem_new(n * sizeof *o->slot);
    o->value = mem_new(n * sizeof *o->value);
    for (size_t i = 0; i < n; i++) {
        o->key[i] = tf->row[i].key;
        o->value[i] = NAN;
    }
    int rc = keyed_open_as(&o->keyed, tf->layout, root, tf->path, o->key, tf->n);
    o->is_open = rc == 0;
    if (o->is_open)
        table_add_metrics(tf, o, s);
    return rc;
}

static void table_read(const struct table_reader *t, int file)
{
    const struct table_file *tf = &t->table->file[file];
    struct opened_file *o = &t->file[file];
    keyed_read(&o->keyed, o->value);
    for (int i = 0; i < tf->n; i++)
        o->value[i] *= t->factor[tf->row[i].by];
}

int table_open(const struct adapter_env *env, const struct table *t, struct schema *s, struct table_reader **out)
{
    struct table_reader *r = mem_new(sizeof *r);
    *r = (struct table_reader){
        .table = t, .file = mem_new((size_t)t->n * sizeof *r->file),
        .factor = { [ONES] = 1, [BYTES] = 1, [KIB] = 1024, [PAGES] = (double)sysconf(_SC_PAGESIZE),
                    [MILLISECONDS] = 1e-3, [SECONDS] = 1, [MEGABITS_PER_S] = 125e3 } };
    int found = 0, why = -ENODEV;
    for (int i = 0; i < t->n; i++) {
        int rc = table_open_file(env->root, &t->file[i], &r->file[i], s);
        found += rc == 0;
        if (rc == 0)
            table_read(r, i);
        why = rc < 0 && rc != -ENOENT ? rc : why;
    }
    if (found) {
        *out = r;
        return 0;
    }
    table_close(r);
    if (t->absent && why == -ENODEV)
        env->explain(env, t->absent);
    return why;
}

void table_close(struct table_reader *t)
{
    if (!t)
        return;
    for (int i = 0; i < t->table->n; i++) {
        keyed_close(&t->file[i].keyed);
        mem_free(t->file[i].key);
        mem_free(t->file[i].slot);
        mem_free(t->file[i].value);
    }
    mem_free(t->file);
    mem_free(t);
}

static void table_sample_file(const struct table_reader *t, int file, struct frame *f)
{
    const struct table_file *tf = &t->table->file[file];
    const struct opened_file *o = &t->file[file];
    table_read(t, file);
    for (int i = 0; i < tf->n; i++) {
        if (isnan(o->value[i]))
            continue;
        double before = frame_get(f, o->slot[i]);
        frame_set(f, o->slot[i], isnan(before) ? o->value[i] : before + o->value[i]);
    }
}

void table_sample(struct table_reader *t, struct frame *f)
{
    for (int i = 0; i < t->table->n; i++)
        if (t->file[i].is_open)
            table_sample_file(t, i, f);
}

double table_value(const struct table_reader *t, int file, int row)
{
    return t->file[file].value[row];
}

int table_adapter_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct table_reader *t;
    int rc = table_open(env, env->of, s, &t);
    if (rc == 0)
        *self = t;
    return rc;
}

void table_adapter_sample(void *self, struct frame *f)
{
    table_sample(self, f);
}

void table_adapter_close(void *self)
{
    table_close(self);
}
