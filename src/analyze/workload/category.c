/* category.c - reads the file of a workload category. */
#include "analyze/workload/category.h"

#include "analyze/workload/yaml_tree.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const statistics[] = { "mean", "spread", "peak" };
static const char *const senses[] = { "above", "below", "between" };
static const char *const keys[] = { "name", "help", "evidence" };

#define COUNT(list) ((int)(sizeof list / sizeof *list))
#define FORM "evidence is a list: [metric, above, level, weight], [metric, between, low, high, weight], then perhaps " \
    "mean, spread or peak, and required"

const char *statistic_name(enum statistic s)
{
    return statistics[s];
}

bool category_is_reserved(const char *name)
{
    return strcmp(name, "unknown") == 0 || strcmp(name, "mixed") == 0;
}

static int word_of(const char *const *list, int n, const char *word)
{
    for (int i = 0; i < n; i++)
        if (word && strcmp(list[i], word) == 0)
            return i;
    return -1;
}

static int category_name(struct yaml_tree *t, const yaml_node_t *at, struct category *out)
{
    const char *text = yaml_tree_text(at);
    size_t n = text ? strlen(text) : 0;
    if (!n || n >= sizeof out->name || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != n)
        return yaml_tree_fail(t, at, "a name is 1 to %d of a-z, 0-9 and _, as in video_editing", CATEGORY_NAME_MAX - 1);
    if (category_is_reserved(text))
        return yaml_tree_fail(t, at, "%s is what is said where no category is certain; choose another name", text);
    memcpy(out->name, text, n + 1);
    return 0;
}

static int category_help(struct yaml_tree *t, const yaml_node_t *at, struct category *out)
{
    const char *text = yaml_tree_text(at);
    if (!text || strlen(text) >= sizeof out->help || !text_is_plain(text))
        return yaml_tree_fail(t, at, "help is one line of at most %zu bytes", sizeof out->help - 1);
    memcpy(out->help, text, strlen(text) + 1);
    return 0;
}

static int evidence_metric(struct yaml_tree *t, const yaml_node_t *at, struct evidence *e)
{
    const char *text = yaml_tree_text(at);
    size_t n = text ? strlen(text) : 0;
    if (!n || n >= sizeof e->metric || !text_is_plain(text))
        return yaml_tree_fail(t, at, "the name of a metric is expected here, as `sonde metrics` lists them");
    const char *brace = strchr(text, '{');
    if (brace ? brace == text || text[n - 1] != '}' : strchr(text, '}') != NULL)
        return yaml_tree_fail(t, at, "%s: an instance stands in braces behind the name: disk.write.rate{total}", text);
    if (brace && strncmp(text, "cgroup.", 7) == 0)
        return yaml_tree_fail(t, at, "a category goes by the hardware, not by services, containers or users");
    memcpy(e->metric, text, n + 1);
    return 0;
}

static int evidence_number(struct yaml_tree *t, const yaml_node_t *list, int i, const char *what, double *out)
{
    yaml_node_t *at = yaml_tree_item(t, list, i);
    if (!at)
        return yaml_tree_fail(t, list, "the %s is missing; " FORM, what);
    if (!yaml_tree_number(at, out))
        return yaml_tree_fail(t, at, "the %s is no number", what);
    return 0;
}

/* The words behind the weight. */
static int evidence_words(struct yaml_tree *t, const yaml_node_t *list, int i, struct evidence *e)
{
    for (; i < yaml_tree_items(list); i++) {
        yaml_node_t *at = yaml_tree_item(t, list, i);
        const char *word = yaml_tree_text(at);
        int s = word_of(statistics, COUNT(statistics), word);
        if (s >= 0)
            e->statistic = (enum statistic)s;
        else if (word && strcmp(word, "required") == 0)
            e->required = true;
        else
            return yaml_tree_fail(t, at, "behind the weight stand mean, spread, peak or required, not '%.40s'",
                                  word ? word : "a list");
    }
    return 0;
}

static int evidence_levels(struct yaml_tree *t, const yaml_node_t *list, struct evidence *e, int *next)
{
    double level, high;
    int rc = evidence_number(t, list, 2, "level", &level);
    if (rc < 0)
        return rc;
    *next = 3;
    e->low = e->sense == SENSE_BELOW ? -INFINITY : level;
    e->high = e->sense == SENSE_BELOW ? level : (double)INFINITY;
    if (e->sense != SENSE_BETWEEN)
        return 0;
    rc = evidence_number(t, list, 3, "upper level", &high);
    if (rc == 0 && high < level)
        rc = yaml_tree_fail(t, yaml_tree_item(t, list, 3), "the upper level is below the lower one");
    e->high = high;
    *next = 4;
    return rc;
}

static int evidence_parse(struct yaml_tree *t, const yaml_node_t *list, struct evidence *e)
{
    int next = 0;
    if (yaml_tree_items(list) < 3)
        return yaml_tree_fail(t, list, FORM);
    int rc = evidence_metric(t, yaml_tree_item(t, list, 0), e);
    if (rc < 0)
        return rc;
    const yaml_node_t *at = yaml_tree_item(t, list, 1);
    const char *word = yaml_tree_text(at);
    int sense = word_of(senses, COUNT(senses), word);
    if (sense < 0)
        return yaml_tree_fail(t, at, "a sense is above, below or between, not '%.40s'", word ? word : "a list");
    e->sense = (enum sense)sense;
    rc = evidence_levels(t, list, e, &next);
    if (rc == 0)
        rc = evidence_number(t, list, next, "weight", &e->weight);
    if (rc == 0 && !(e->weight > 0))
        rc = yaml_tree_fail(t, yaml_tree_item(t, list, next), "a weight is above 0");
    return rc < 0 ? rc : evidence_words(t, list, next + 1, e);
}

static int category_evidence(struct yaml_tree *t, const yaml_node_t *list, struct category *out)
{
    int n = yaml_tree_items(list);
    if (n < 1 || n > CATEGORY_EVIDENCE)
        return yaml_tree_fail(t, list, "evidence is a list of 1 to %d items", CATEGORY_EVIDENCE);
    for (int i = 0; i < n; i++) {
        int rc = evidence_parse(t, yaml_tree_item(t, list, i), &out->evidence[i]);
        if (rc < 0)
            return rc;
    }
    out->n = n;
    return 0;
}

static int category_key(struct yaml_tree *t, const yaml_node_t *key, const yaml_node_t *value, struct category *out,
                        bool *seen)
{
    const char *name = yaml_tree_text(key);
    int k = word_of(keys, COUNT(keys), name);
    if (k < 0) {
        const char *meant = name ? text_nearest(name, keys, COUNT(keys), sizeof *keys) : NULL;
        return yaml_tree_fail(t, key, "there is no key %.40s; a category has name, help and evidence%s%s",
                              name ? name : "of this kind", meant ? ": did you mean " : "", meant ? meant : "");
    }
    if (seen[k])
        return yaml_tree_fail(t, key, "%s stands here again", name);
    seen[k] = true;
    return k == 0 ? category_name(t, value, out) : k == 1 ? category_help(t, value, out)
                                                          : category_evidence(t, value, out);
}

static int category_read(struct yaml_tree *t, struct category *out)
{
    bool seen[COUNT(keys)] = { false };
    yaml_node_t *top = yaml_tree_top(t), *key, *value;
    for (int i = 0; (key = yaml_tree_key(t, top, i, &value)); i++) {
        int rc = category_key(t, key, value, out, seen);
        if (rc < 0)
            return rc;
    }
    if (!seen[0] || !seen[2])
        return yaml_tree_fail(t, top, "%s is missing", seen[0] ? "evidence" : "name");
    return 0;
}

int category_parse(const char *path, const char *text, size_t n, struct category *out, struct buf *complaint)
{
    struct yaml_tree t;
    struct category c = { 0 };
    int rc = yaml_tree_open(&t, path, text, n, complaint);
    if (rc == 0)
        rc = category_read(&t, &c);
    yaml_tree_close(&t);
    if (rc == 0)
        *out = c;
    return rc;
}

double evidence_degree(const struct evidence *e, double value)
{
    if (isnan(value))
        return NAN;
    if (value < e->low)
        return e->low > 0 ? fmax(2 * value / e->low - 1, 0) : 0;
    if (value > e->high)
        return e->high > 0 ? fmax(2 - value / e->high, 0) : 0;
    return 1;
}
