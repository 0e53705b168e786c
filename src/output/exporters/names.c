/* names.c - names and groups that several exporters share. */
#include "output/exporters/names.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const units[] = {
    [UNIT_NONE] = "", [UNIT_PERCENT] = "percent", [UNIT_BYTE] = "bytes", [UNIT_BYTE_PER_S] = "bytes_per_second",
    [UNIT_PER_S] = "per_second", [UNIT_SECOND] = "seconds", [UNIT_CELSIUS] = "celsius", [UNIT_HERTZ] = "hertz",
    [UNIT_WATT] = "watts", [UNIT_JOULE] = "joules", [UNIT_VOLT] = "volts", [UNIT_AMPERE] = "amperes",
    [UNIT_RPM] = "rpm",
};

_Static_assert(sizeof units / sizeof *units == UNIT_RPM + 1, "a unit has no name here");

const char *names_unit(enum unit u)
{
    return units[u];
}

void names_word(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_putc(out, isalnum((unsigned char)*text) ? *text : '_');
}

static bool names_ends(const struct buf *out, size_t at, const char *end)
{
    size_t n = strlen(end);
    return out->n - at >= n && memcmp(out->p + out->n - n, end, n) == 0;
}

/* As a word of its own. */
static bool names_has_unit(const struct buf *out, size_t at, const char *unit)
{
    return names_ends(out, at, unit) && out->p[out->n - strlen(unit) - 1] == '_';
}

/* To Prometheus these ends say that it is a counter or a part of a histogram. */
static bool names_misleads(const struct buf *out, size_t at)
{
    return names_ends(out, at, "_total") || names_ends(out, at, "_count") || names_ends(out, at, "_sum") ||
           names_ends(out, at, "_bucket");
}

void names_family(struct buf *out, const struct metric *m)
{
    const char *unit = units[m->unit];
    size_t at = out->n;
    buf_puts(out, "sonde_");
    names_word(out, m->name);
    if (*unit && !names_has_unit(out, at, unit)) {
        buf_putc(out, '_');
        buf_puts(out, unit);
    }
    if (m->kind != KIND_COUNTER && names_misleads(out, at))
        buf_puts(out, "_now");
}

void names_sample(struct buf *out, const struct metric *m)
{
    names_family(out, m);
    if (m->kind == KIND_COUNTER)
        buf_puts(out, "_total");
}

void names_text(struct buf *out, const char *text, const char *escaped)
{
    while (*text) {
        long c;
        size_t n = text_utf8(text, &c);
        if (c == '\n' || (n == 1 && c > 0 && strchr(escaped, (int)c)))
            buf_putc(out, '\\');
        if (c < 0)
            buf_puts(out, "\xef\xbf\xbd");
        else if (c == '\n')
            buf_putc(out, 'n');
        else
            buf_put(out, text, n);
        text += n;
    }
}

void names_utf8(struct buf *out, const char *text)
{
    while (*text) {
        long c;
        size_t n = text_utf8(text, &c);
        if (c < 0)
            buf_puts(out, "\xef\xbf\xbd");
        else
            buf_put(out, text, n);
        text += n;
    }
}

static int names_by_number(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

bool names_wants(const struct selection *sel, int k)
{
    const struct metric *m = schema_at(sel->schema, sel->slot[k]);
    bool rate = m->kind == KIND_RATIO && m->den == SCHEMA_TIME && m->scale == 1;
    return !rate || !bsearch(&m->num, sel->slot, (size_t)sel->n, sizeof *sel->slot, names_by_number);
}

struct group_member {
    const char *key;
    int k, first; /* first: the lowest k with this key */
};

static int group_by_key(const void *a, const void *b)
{
    const struct group_member *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->k > y->k) - (x->k < y->k);
}

static int group_by_first(const void *a, const void *b)
{
    const struct group_member *x = a, *y = b;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first) : (x->k > y->k) - (x->k < y->k);
}

/* Keys are put one after the other, and become pointers when the buffer moves no more. */
static int groups_keys(const struct selection *sel, void (*key)(struct buf *, const struct metric *), struct buf *keys,
                       struct group_member *member)
{
    auto_free size_t *at = mem_new(((size_t)sel->n + 1) * sizeof *at);
    int n = 0;
    for (int k = 0; k < sel->n; k++) {
        if (!names_wants(sel, k))
            continue;
        at[n] = keys->n;
        member[n++].k = k;
        key(keys, schema_at(sel->schema, sel->slot[k]));
        buf_putc(keys, '\0');
    }
    for (int i = 0; i < n; i++)
        member[i].key = keys->p + at[i];
    return n;
}

struct groups groups_of(const struct selection *sel, void (*key)(struct buf *out, const struct metric *m))
{
    auto_buf struct buf keys = { 0 };
    auto_free struct group_member *member = mem_new(((size_t)sel->n + 1) * sizeof *member);
    struct groups g = { .n = groups_keys(sel, key, &keys, member) };
    qsort(member, (size_t)g.n, sizeof *member, group_by_key);
    for (int i = 0; i < g.n; i++)
        member[i].first = i && strcmp(member[i].key, member[i - 1].key) == 0 ? member[i - 1].first : member[i].k;
    qsort(member, (size_t)g.n, sizeof *member, group_by_first);
    g.at = mem_new(((size_t)g.n + 1) * sizeof *g.at);
    g.first = mem_new(((size_t)g.n + 1) * sizeof *g.first);
    for (int i = 0; i < g.n; i++) {
        g.at[i] = member[i].k;
        g.first[i] = !i || member[i].first != member[i - 1].first;
    }
    return g;
}

void groups_done(struct groups *g)
{
    mem_free(g->at);
    mem_free(g->first);
    *g = (struct groups){ 0 };
}

static bool groups_is_family(const struct metric *a, const struct metric *b)
{
    return strcmp(a->name, b->name) == 0 && (a->kind == KIND_COUNTER) == (b->kind == KIND_COUNTER);
}

struct groups groups_of_families(const struct selection *sel)
{
    struct groups g = groups_of(sel, names_family);
    const struct metric *head = NULL;
    int n = 0;
    for (int i = 0; i < g.n; i++) {
        const struct metric *m = groups_metric(&g, sel, i);
        head = g.first[i] ? m : head;
        if (!groups_is_family(head, m))
            continue;
        g.at[n] = g.at[i];
        g.first[n++] = g.first[i];
    }
    g.n = n;
    return g;
}
