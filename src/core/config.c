/* config.c - values of the keys in config_keys.c: defaults, setting, asking. */
#include "core/config.h"

#include "base/auto.h"
#include "base/check.h"
#include "core/config_value.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

struct config {
    struct config_value *values; /* in the order of config_keys() */
    struct buf notices;
};

void config_value_done(struct config_value *v)
{
    for (size_t i = 0; i < v->n; i++)
        mem_free(v->items[i]);
    mem_free(v->items);
    mem_free(v->text);
    mem_free(v->where);
    *v = (struct config_value){ 0 };
}

/* The words of YAML 1.1 for the two, but not its "y" and "n", which are letters as often. */
static int config_switch(const char *text, double *out, struct buf *why)
{
    static const char *const word[2][3] = { { "false", "no", "off" }, { "true", "yes", "on" } };
    for (int on = 0; on < 2; on++)
        for (int i = 0; i < 3; i++)
            if (strcasecmp(text, word[on][i]) == 0) {
                *out = on;
                return 0;
            }
    check_put_quoted(why, text);
    buf_puts(why, " is neither true nor false");
    return -EINVAL;
}

static int config_amount(const struct config_key *key, const char *text, double *out,
                         struct buf *why)
{
    double v;
    if (!check_number(text, key->min, key->max, &v, why))
        return -EINVAL;
    if (key->whole && v != floor(v)) {
        check_put_quoted(why, text);
        buf_puts(why, " is not a whole number");
        return -EINVAL;
    }
    *out = v;
    return 0;
}

int config_value_scalar(const struct config_key *key, const char *text, struct config_value *out,
                        struct buf *why)
{
    switch (key->type) {
    case CONFIG_BOOL:
        return config_switch(text, &out->number, why);
    case CONFIG_NUMBER:
        return config_amount(key, text, &out->number, why);
    case CONFIG_CHOICE:
        if (!check_choice(text, key->choices, why))
            return -EINVAL;
        break;
    case CONFIG_STRING:
        break;
    case CONFIG_LIST:
        assert(!"lists are made item by item");
    }
    mem_free(out->text);
    out->text = mem_dup(text);
    return 0;
}

int config_value_item(const struct config_key *key, const char *text, struct config_value *out,
                      struct buf *why)
{
    double number;
    if (key->min < key->max && config_amount(key, text, &number, why) < 0)
        return -EINVAL;
    if (key->choices && !check_choice(text, key->choices, why))
        return -EINVAL;
    out->items = mem_resize(out->items, (out->n + 1) * sizeof *out->items);
    out->items[out->n++] = mem_dup(text);
    return 0;
}

/* "a, b" or "[a, b]": what stands in the table, and what an option gives. */
static int config_value_list(const struct config_key *key, const char *text,
                             struct config_value *out, struct buf *why)
{
    for (const char *p = text; *p;) {
        p += strspn(p, "[], ");
        size_t n = strcspn(p, "[], ");
        auto_free char *item = mem_dup(p);
        item[n] = '\0';
        if (n && config_value_item(key, item, out, why) < 0)
            return -EINVAL;
        p += n;
    }
    return 0;
}

static int config_value_text(const struct config_key *key, const char *text,
                             struct config_value *out, struct buf *why)
{
    return key->type == CONFIG_LIST ? config_value_list(key, text, out, why)
                                    : config_value_scalar(key, text, out, why);
}

struct config *config_new(void)
{
    size_t n;
    const struct config_key *keys = config_keys(&n);
    struct config *c = mem_new(sizeof *c);
    c->values = mem_new(n * sizeof *c->values);
    auto_buf struct buf why = { 0 };
    for (size_t i = 0; i < n; i++)
        if (config_value_text(&keys[i], keys[i].fallback, &c->values[i], &why) < 0)
            assert(!"a default of the table is not a value of its own key");
    return c;
}

void config_free(struct config *c)
{
    size_t n;
    config_keys(&n);
    if (!c)
        return;
    for (size_t i = 0; i < n; i++)
        config_value_done(&c->values[i]);
    mem_free(c->values);
    buf_done(&c->notices);
    mem_free(c);
}

int config_find(const char *name)
{
    size_t n;
    const struct config_key *keys = config_keys(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].name, name) == 0)
            return (int)i;
    return -1;
}

void config_take(struct config *c, int key, struct config_value *v, const char *where)
{
    size_t n;
    const struct config_key *k = &config_keys(&n)[key];
    if (k->fixed && v->number != c->values[key].number) { /* all fixed keys are switches */
        buf_printf(&c->notices, "%s: %s: %s\n", where, k->name, k->answer);
        config_value_done(v);
        return;
    }
    config_value_done(&c->values[key]);
    c->values[key] = *v;
    c->values[key].where = mem_dup(where);
    *v = (struct config_value){ 0 };
}

const char *config_notices(const struct config *c)
{
    return buf_text(&c->notices);
}

static const struct config_value *config_get(const struct config *c, const char *name,
                                             enum config_type type)
{
    size_t n;
    int key = config_find(name);
    assert(key >= 0 && "there is no such key");
    enum config_type is = config_keys(&n)[key].type;
    assert(is == type || (is == CONFIG_CHOICE && type == CONFIG_STRING));
    return &c->values[key];
}

bool config_bool(const struct config *c, const char *name)
{
    return config_get(c, name, CONFIG_BOOL)->number != 0;
}

double config_number(const struct config *c, const char *name)
{
    return config_get(c, name, CONFIG_NUMBER)->number;
}

const char *config_string(const struct config *c, const char *name)
{
    return config_get(c, name, CONFIG_STRING)->text;
}

const char *const *config_list(const struct config *c, const char *name, size_t *n)
{
    const struct config_value *v = config_get(c, name, CONFIG_LIST);
    *n = v->n;
    return (const char *const *)v->items;
}

static const struct config_value *config_any(const struct config *c, const char *name, const struct config_key **out)
{
    size_t n;
    int key = config_find(name);
    assert(key >= 0 && "there is no such key");
    *out = &config_keys(&n)[key];
    return &c->values[key];
}

const char *config_where(const struct config *c, const char *name)
{
    const struct config_key *key;
    const char *where = config_any(c, name, &key)->where;
    return where ? where : "";
}

void config_put_value(const struct config *c, const char *name, struct buf *out)
{
    const struct config_key *key;
    const struct config_value *v = config_any(c, name, &key);
    if (key->type == CONFIG_BOOL)
        buf_puts(out, v->number != 0 ? "true" : "false");
    else if (key->type == CONFIG_NUMBER)
        buf_double(out, v->number);
    else if (key->type == CONFIG_LIST)
        for (size_t i = 0; i < v->n; i++)
            buf_printf(out, "%s%s", i ? ", " : "", v->items[i]);
    else
        buf_puts(out, v->text);
}

bool config_same(const struct config *a, const struct config *b, const char *name)
{
    int key = config_find(name);
    assert(key >= 0 && "there is no such key");
    const struct config_value *v = &a->values[key], *w = &b->values[key];
    bool same = v->number == w->number && v->n == w->n && strcmp(v->text ? v->text : "", w->text ? w->text : "") == 0;
    for (size_t i = 0; same && i < v->n; i++)
        same = strcmp(v->items[i], w->items[i]) == 0;
    return same;
}
