/* workload_model.c - prototypes and their scales, to and from YAML. */
#include "analyze/workload/workload_model.h"

#include "analyze/workload/workload_features.h"
#include "analyze/workload/yaml_tree.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct yaml_tree t;
    struct workload_model *m;
    int n;                       /* features of the file */
    int feature[CLASSES_MAX_DIM]; /* ours, or -1 */
    bool scaled;
};

static int model_features(struct reader *r, const yaml_node_t *list)
{
    int n = yaml_tree_items(list);
    if (n < 1 || n > CLASSES_MAX_DIM)
        return yaml_tree_fail(&r->t, list, "features is a list of 1 to %d names", CLASSES_MAX_DIM);
    for (int i = 0; i < n; i++) {
        const char *name = yaml_tree_text(yaml_tree_item(&r->t, list, i));
        r->feature[i] = name ? workload_feature_find(name) : -1;
    }
    r->n = n;
    return 0;
}

static int model_scale(struct reader *r, const yaml_node_t *list)
{
    if (!r->n || yaml_tree_items(list) != r->n)
        return yaml_tree_fail(&r->t, list, "scale is a list of a number for each of the features above it");
    for (int i = 0; i < r->n; i++) {
        double v;
        yaml_node_t *at = yaml_tree_item(&r->t, list, i);
        if (!yaml_tree_number(at, &v) || !(v > 0) || v > 1e6)
            return yaml_tree_fail(&r->t, at, "a scale is a number above 0 and at most 1e6");
        if (r->feature[i] >= 0)
            r->m->scale[r->feature[i]] = v;
    }
    r->scaled = true;
    return 0;
}

static int model_word(struct reader *r, const yaml_node_t *at, const char *what, char *out, size_t cap)
{
    const char *text = yaml_tree_text(at);
    if (!text || !*text || strlen(text) >= cap || !text_is_plain(text))
        return yaml_tree_fail(&r->t, at, "%s is a text of at most %zu bytes", what, cap - 1);
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int model_prototype(struct reader *r, const yaml_node_t *list, struct workload_prototype *p)
{
    if (!r->n || yaml_tree_items(list) != r->n + 2)
        return yaml_tree_fail(&r->t, list, "a prototype is a list: category, what it is of, a value for each of the "
                              "features above");
    int rc = model_word(r, yaml_tree_item(&r->t, list, 0), "a category", p->category, sizeof p->category);
    rc = rc < 0 ? rc : model_word(r, yaml_tree_item(&r->t, list, 1), "what it is of", p->of, sizeof p->of);
    for (int j = 0; j < CLASSES_MAX_DIM; j++)
        p->point[j] = NAN;
    for (int i = 0; rc == 0 && i < r->n; i++) {
        double v = NAN;
        yaml_node_t *at = yaml_tree_item(&r->t, list, i + 2);
        const char *text = yaml_tree_text(at);
        if (!text || (strcmp(text, "~") != 0 && !(text_double(text, &v) && fabs(v) < 1e6)))
            return yaml_tree_fail(&r->t, at, "a value is a number below 1e6, or ~ where it is not known");
        if (r->feature[i] >= 0)
            p->point[r->feature[i]] = v;
    }
    return rc;
}

static int model_prototypes(struct reader *r, const yaml_node_t *list)
{
    int n = yaml_tree_items(list);
    if (list->type != YAML_SEQUENCE_NODE || n > WORKLOAD_PROTOTYPES)
        return yaml_tree_fail(&r->t, list, "prototypes is a list of at most %d", WORKLOAD_PROTOTYPES);
    mem_free(r->m->prototype);
    r->m->prototype = mem_new((size_t)(n + 1) * sizeof *r->m->prototype);
    r->m->n = n;
    for (int i = 0; i < n; i++) {
        int rc = model_prototype(r, yaml_tree_item(&r->t, list, i), &r->m->prototype[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int model_positive(struct reader *r, const yaml_node_t *at, const char *name, double *out)
{
    if (!yaml_tree_number(at, out) || !(*out > 0) || *out > 1000)
        return yaml_tree_fail(&r->t, at, "%s is a number above 0 and at most 1000", name);
    return 0;
}

static int model_key(struct reader *r, const yaml_node_t *key, const yaml_node_t *value)
{
    const char *name = yaml_tree_text(key);
    if (name && strcmp(name, "features") == 0)
        return model_features(r, value);
    if (name && strcmp(name, "scale") == 0)
        return model_scale(r, value);
    if (name && strcmp(name, "sharpness") == 0)
        return model_positive(r, value, name, &r->m->sharpness);
    if (name && strcmp(name, "reach") == 0)
        return model_positive(r, value, name, &r->m->reach);
    if (name && strcmp(name, "prototypes") == 0)
        return model_prototypes(r, value);
    return yaml_tree_fail(&r->t, key, "there is no such key; features, scale, sharpness, reach, prototypes are");
}

int workload_model_parse(const char *path, const char *text, size_t n, struct workload_model *out,
                         struct buf *complaint)
{
    struct workload_model m = { 0 };
    struct reader r = { .m = &m };
    yaml_node_t *key, *value;
    for (int j = 0; j < CLASSES_MAX_DIM; j++)
        m.scale[j] = 1;
    int rc = yaml_tree_open(&r.t, path, text, n, complaint);
    for (int i = 0; rc == 0 && (key = yaml_tree_key(&r.t, yaml_tree_top(&r.t), i, &value)); i++)
        rc = model_key(&r, key, value);
    yaml_tree_close(&r.t);
    m.tuned = r.scaled && m.sharpness > 0 && m.reach > 0;
    if (rc < 0)
        workload_model_done(&m);
    else
        *out = m;
    return rc;
}

void workload_model_done(struct workload_model *m)
{
    mem_free(m->prototype);
    *m = (struct workload_model){ 0 };
}

/* Before item j of a list: a few on each line. */
static void model_put_comma(struct buf *out, int j)
{
    buf_puts(out, !j ? "" : j % 8 ? ", " : ",\n    ");
}

static void model_put_numbers(struct buf *out, const double *v)
{
    char text[TEXT_NUMBER_MAX];
    for (int j = 0; j < workload_features(); j++) {
        model_put_comma(out, j);
        text_number(v[j], 4, text);
        buf_puts(out, isnan(v[j]) ? "~" : text);
    }
}

void workload_model_put(const struct workload_model *m, struct buf *out)
{
    buf_puts(out, "features: [");
    for (int j = 0; j < workload_features(); j++) {
        model_put_comma(out, j);
        buf_puts(out, workload_feature_name(j));
    }
    buf_puts(out, "]\n");
    if (m->tuned) {
        buf_puts(out, "scale: [");
        model_put_numbers(out, m->scale);
        buf_printf(out, "]\nsharpness: %.4g\nreach: %.4g\n", m->sharpness, m->reach);
    }
    buf_puts(out, m->n ? "prototypes:\n" : "prototypes: []\n");
    for (int i = 0; i < m->n; i++) {
        buf_printf(out, "  - [%s, \"%s\", ", m->prototype[i].category, m->prototype[i].of);
        model_put_numbers(out, m->prototype[i].point);
        buf_puts(out, "]\n");
    }
}
