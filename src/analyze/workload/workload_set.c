/* workload_set.c - the categories and prototypes that a classifier judges by. */
#include "analyze/workload/workload_own.h"

#include "analyze/workload/workload_features.h"
#include "base/log.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* data/categories/NAME.yaml, then data/workload.yaml: name, text. */
static const struct { const char *name, *text; } builtin[] = {
#include "analyze/workload_builtin.inc"
};

#define BUILTIN_CATEGORIES ((int)(sizeof builtin / sizeof *builtin) - 1)

int workload_builtin(int i, const char **name)
{
    if (i < 0 || i >= BUILTIN_CATEGORIES)
        return -ENOENT;
    *name = builtin[i].name;
    return 0;
}

int workload_set_find(const struct workload_set *s, const char *name)
{
    for (int k = 0; k < s->n; k++)
        if (strcmp(s->category[k].name, name) == 0)
            return k;
    return -ENOENT;
}

int workload_set_size(const struct workload_set *s)
{
    return s->n;
}

const struct category *workload_set_at(const struct workload_set *s, int k)
{
    return &s->category[k];
}

bool workload_set_is_learnt(const struct workload_set *s, int k)
{
    for (int i = 0; i < s->learnt->n; i++)
        if (s->learnt->label[i] == k)
            return true;
    return false;
}

static int set_put(struct workload_set *s, const struct category *c)
{
    int k = workload_set_find(s, c->name);
    if (k < 0 && s->n == WORKLOAD_CATEGORIES)
        return -E2BIG;
    k = k < 0 ? s->n++ : k;
    s->category[k] = *c;
    return k;
}

int workload_set_add(struct workload_set *s, int from, const char *path, const char *text, size_t n,
                     struct buf *complaint)
{
    struct category c;
    int rc = category_parse(path, text, n, &c, complaint);
    if (rc < 0)
        return rc;
    int k = workload_set_find(s, c.name);
    if (k >= 0 && from && s->from[k] == from) {
        buf_printf(complaint, "%s: another file beside it has the category %s; give this one another name", path,
                   c.name);
        return -EEXIST;
    }
    k = set_put(s, &c);
    if (k < 0) {
        buf_printf(complaint, "%s: there are %d categories already; remove one", path, WORKLOAD_CATEGORIES);
        return k;
    }
    s->from[k] = from;
    return 0;
}

#define NO_LABEL (CLASSES_NONE - 1)

/* Forgets the prototypes of one category, and of one program or session (NULL = of none). */
static void set_forget(struct workload_set *s, int k, const char *of)
{
    struct classes *c = s->learnt;
    int kept = 0;
    for (int i = 0; i < c->n; i++) {
        if (c->label[i] == k || (of && strcmp(s->of[i], of) == 0))
            continue;
        c->label[kept] = c->label[i];
        memmove(s->of[kept], s->of[i], sizeof *s->of);
        memmove(c->point + (size_t)kept++ * (size_t)c->d, c->point + (size_t)i * (size_t)c->d,
                (size_t)c->d * sizeof *c->point);
    }
    c->n = kept;
}

void workload_set_hold_out(struct workload_set *s, const char *of)
{
    set_forget(s, NO_LABEL, of);
}

static void set_remove(struct workload_set *s, int k)
{
    set_forget(s, k, NULL);
    for (int i = 0; i < s->learnt->n; i++)
        s->learnt->label[i] -= s->learnt->label[i] > k;
    s->n--;
    for (int i = k; i < s->n; i++) {
        s->category[i] = s->category[i + 1];
        s->from[i] = s->from[i + 1];
    }
}

void workload_set_keep(struct workload_set *s, const char *const *name, size_t n)
{
    for (int k = s->n - 1; k >= 0; k--) {
        bool named = s->from[k] != 0;
        for (size_t i = 0; i < n; i++)
            named |= strcmp(name[i], s->category[k].name) == 0;
        if (!named)
            set_remove(s, k);
    }
}

static void set_take(struct workload_set *s, const struct workload_model *m)
{
    if (m->tuned && !s->learnt->n) { /* the program's own, which comes first */
        memcpy(s->learnt->scale, m->scale, (size_t)s->learnt->d * sizeof *m->scale);
        s->learnt->sharpness = m->sharpness;
        s->learnt->reach = m->reach;
    }
    for (int i = 0; i < m->n; i++) {
        const struct workload_prototype *p = &m->prototype[i];
        int k = workload_set_find(s, p->category);
        if (k < 0 && strcmp(p->category, "unknown") != 0)
            continue;
        s->of = mem_grow(s->of, (size_t)s->learnt->n, &s->cap_of, sizeof *s->of);
        memcpy(s->of[s->learnt->n], p->of, sizeof p->of);
        classes_add(s->learnt, k >= 0 ? k : CLASSES_NONE, p->point);
    }
}

int workload_set_learnt(struct workload_set *s, const char *path, const char *text, size_t n, struct buf *complaint)
{
    struct workload_model m;
    int rc = workload_model_parse(path, text, n, &m, complaint);
    if (rc < 0)
        return rc;
    set_take(s, &m);
    workload_model_done(&m);
    return 0;
}

struct workload_set *workload_set_new(void)
{
    struct workload_set *s = mem_new(sizeof *s);
    struct buf complaint = { 0 };
    int rc = 0;
    s->learnt = classes_new(workload_features());
    for (int j = 0; j < s->learnt->d; j++)
        s->learnt->hard[j] = workload_feature_is_hard(j);
    for (int i = 0; i < BUILTIN_CATEGORIES; i++) {
        rc = rc < 0 ? rc : workload_set_add(s, 0, builtin[i].name, builtin[i].text, strlen(builtin[i].text),
                                            &complaint);
    }
    const char *text = builtin[BUILTIN_CATEGORIES].text;
    rc = rc < 0 ? rc : workload_set_learnt(s, builtin[BUILTIN_CATEGORIES].name, text, strlen(text), &complaint);
    if (rc < 0)
        log_error(0, "%s", buf_text(&complaint));
    assert(rc == 0); /* files of the program's own, which its tests read */
    buf_done(&complaint);
    return s;
}

void workload_set_free(struct workload_set *s)
{
    if (!s)
        return;
    classes_free(s->learnt);
    mem_free(s->of);
    mem_free(s);
}

const char *workload_name(const struct workload_set *s, int category)
{
    return category == WORKLOAD_MIXED ? "mixed" : category == WORKLOAD_UNKNOWN ? "unknown" : s->category[category].name;
}
