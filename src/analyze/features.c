/* features.c - which columns of a recording are worth a look. */
#include "analyze/features.h"

#include "base/mem.h"

#include <string.h>

static bool feature_varies(const double *x, size_t n)
{
    double first = NAN;
    size_t known = 0;
    bool varies = false;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            continue;
        if (known++ == 0)
            first = x[i];
        varies |= x[i] != first;
    }
    return varies && known >= FEATURES_MIN_ROWS;
}

bool feature_wanted(const struct schema *s, int slot)
{
    const struct metric *m = schema_at(s, slot);
    bool loopback = m->inst && !strcmp(m->inst, "lo");
    return m->kind != KIND_COUNTER && (loopback || !schema_is_part(s, slot));
}

/* Metrics of one area move together; of columns without a known meaning nothing is known. */
static int features_groups(const struct features *f)
{
    bool seen[AREAS] = { false };
    int groups = 0;
    for (int j = 0; j < f->n; j++) {
        const struct area_rule *rule = &f->f[j].rule;
        if (rule->area == AREA_OTHER || !seen[rule->area])
            groups++;
        seen[rule->area] = true;
    }
    return groups;
}

void features_find(const struct recording *r, struct features *out)
{
    struct features f = { .f = mem_new((size_t)(r->n_cols + 1) * sizeof *f.f) };
    for (int slot = 0; slot < r->n_cols; slot++) {
        const double *x = recording_col(r, slot);
        if (!feature_wanted(r->schema, slot) || !feature_varies(x, r->n))
            continue;
        struct area_rule rule = area_of(r, slot);
        if (rule.use != AREA_SILENT)
            f.f[f.n++] = (struct feature){ slot, x, rule };
    }
    f.groups = features_groups(&f);
    *out = f;
}

void features_done(struct features *f)
{
    mem_free(f->f);
    *f = (struct features){ 0 };
}
