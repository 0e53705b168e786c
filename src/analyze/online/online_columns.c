/* online_columns.c - picks columns by what area rules say of them, those that may open an episode first. */
#include "analyze/online/online_columns.h"

#include "analyze/anomaly/moved_groups.h"
#include "analyze/features.h"
#include "analyze/online/online.h"
#include "base/mem.h"

#include <string.h>

#define CONTEXT_MAX 256     /* columns that are kept for the ring only */
#define FIT_NS 60000000000  /* before the next new columns: a minute, then twice as long with each that came ... */
#define FIT_DOUBLINGS 8     /* ... so often: what comes and goes all day is not to be learned again and again */

/* Sizes that tell how much a change of others matters, and control groups. */
#define CONTEXT "memory.total,swap.total," MOVED_GROUPS_FAMILIES

void online_columns_forget_names(struct online_columns *c)
{
    for (int j = 0; c->names && c->names[j]; j++)
        mem_free(c->names[j]);
    mem_free(c->names);
    c->names = NULL;
}

void online_columns_done(struct online_columns *c)
{
    online_columns_forget_names(c);
    mem_free(c->column);
    mem_free(c->of);
    *c = (struct online_columns){ 0 };
}

static bool columns_has(const struct online_columns *c, int slot)
{
    for (int i = 0; i < c->n; i++)
        if (c->column[i].slot == slot)
            return true;
    return false;
}

/* The ring keeps values only: all its metrics are gauges. */
static void columns_add(struct online_columns *c, const struct schema *s, int slot, bool learned)
{
    const struct metric *m = schema_at(s, slot);
    schema_add(c->ring, &(struct metric){ .name = m->name, .inst = m->inst, .help = m->help, .unit = m->unit });
    c->column = mem_resize(c->column, (size_t)(c->n + 1) * sizeof *c->column);
    c->column[c->n++] = (struct online_column){ slot, learned ? c->n_learned++ : -1 };
    c->n_context += !learned;
}

static bool columns_wants(const struct schema *s, int slot)
{
    return feature_wanted(s, slot) && area_use_of(s, slot) != AREA_SILENT;
}

/* In the order in which an earlier run had them, so that its detector can go on with them. */
static void columns_add_known(struct online_columns *c, const struct schema *s)
{
    for (int j = 0; c->names && c->names[j] && c->n_learned < ONLINE_COLUMNS_MAX; j++)
        for (int slot = 0; slot < schema_size(s); slot++)
            if (strcmp(schema_id(s, slot), c->names[j]) == 0 && columns_wants(s, slot) && !columns_has(c, slot))
                columns_add(c, s, slot, true);
}

static void columns_add_used(struct online_columns *c, const struct schema *s, enum area_use use)
{
    for (int slot = c->seen; slot < schema_size(s) && c->n_learned < ONLINE_COLUMNS_MAX; slot++)
        if (feature_wanted(s, slot) && area_use_of(s, slot) == use && !columns_has(c, slot))
            columns_add(c, s, slot, true);
}

bool online_columns_context(const struct schema *s, int slot)
{
    return schema_at(s, slot)->kind != KIND_COUNTER && schema_match(s, slot, CONTEXT);
}

static void columns_add_context(struct online_columns *c, const struct schema *s)
{
    for (int slot = c->seen; slot < schema_size(s) && c->n_context < CONTEXT_MAX; slot++)
        if (online_columns_context(s, slot) && !columns_has(c, slot))
            columns_add(c, s, slot, false);
}

bool online_columns_fit(struct online_columns *c, const struct schema *s, int64_t now_ns)
{
    int before = c->n;
    if (schema_size(s) == c->seen || (c->fit_ns && now_ns - c->fit_ns < FIT_NS << c->fits))
        return false;
    c->fits += c->fit_ns && c->fits < FIT_DOUBLINGS;
    c->fit_ns = now_ns;
    columns_add_known(c, s);
    columns_add_used(c, s, AREA_DECIDES);
    columns_add_used(c, s, AREA_FOLLOWS);
    columns_add_context(c, s);
    c->seen = schema_size(s);
    c->of = mem_resize(c->of, (size_t)(c->n_learned + 1) * sizeof *c->of);
    for (int i = before; i < c->n; i++)
        if (c->column[i].learned >= 0)
            c->of[c->column[i].learned] = i;
    return c->n > before;
}

const char *online_columns_id(const struct online_columns *c, int learned)
{
    return schema_id(c->ring, c->of[learned]);
}

/* Which column of an earlier run has this name? */
static int columns_named(const struct online_columns *c, const char *id)
{
    for (int j = 0; c->names[j]; j++)
        if (strcmp(c->names[j], id) == 0)
            return j;
    return -1;
}

static int columns_names(const struct online_columns *c)
{
    int n = 0;
    while (c->names && c->names[n])
        n++;
    return n;
}

bool online_columns_from(const struct online_columns *c, int before, int *from, int *known)
{
    bool same = c->names && columns_names(c) == c->n_learned;
    *known = 0;
    for (int j = 0; j < c->n_learned; j++) {
        from[j] = !c->names ? (j < before ? j : -1) : columns_named(c, online_columns_id(c, j));
        *known += from[j] >= 0;
        same &= from[j] == j;
    }
    return same;
}
