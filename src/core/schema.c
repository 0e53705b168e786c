/* schema.c - the list of metrics, with a hash from id to slot. */
#include "core/schema.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Metrics live in blocks that never move, so that pointers to them stay valid while it grows. */
enum { BLOCK = 128, MAX_BLOCKS = SCHEMA_MAX_METRICS / BLOCK };

struct entry {
    struct metric m;
    char *id;
};

struct schema {
    struct entry *block[MAX_BLOCKS];
    int n;
    int *hash; /* slot + 1, 0 = free; size is a power of two, at most half full */
    size_t hash_size;
    struct schema_ratio *ratio;
    size_t n_ratios, cap_ratios;
    char **source;
    size_t n_sources, cap_sources;
    int current;
};

static const struct { const char *code; enum unit rate; } units[] = {
    [UNIT_NONE]       = { "1",     UNIT_PER_S },
    [UNIT_PERCENT]    = { "%",     UNIT_NONE },
    [UNIT_BYTE]       = { "By",    UNIT_BYTE_PER_S },
    [UNIT_BYTE_PER_S] = { "By/s",  UNIT_NONE },
    [UNIT_PER_S]      = { "1/s",   UNIT_NONE },
    [UNIT_SECOND]     = { "s",     UNIT_NONE },
    [UNIT_CELSIUS]    = { "Cel",   UNIT_NONE },
    [UNIT_HERTZ]      = { "Hz",    UNIT_NONE },
    [UNIT_WATT]       = { "W",     UNIT_NONE },
    [UNIT_JOULE]      = { "J",     UNIT_WATT },
    [UNIT_VOLT]       = { "V",     UNIT_NONE },
    [UNIT_AMPERE]     = { "A",     UNIT_NONE },
    [UNIT_RPM]        = { "{rpm}", UNIT_NONE },
};

const char *unit_code(enum unit u)
{
    return units[u].code;
}

int unit_of(const char *code)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].code, code) == 0)
            return (int)i;
    return -1;
}

enum unit unit_rate(enum unit u)
{
    return units[u].rate;
}

const char *kind_name(enum kind k)
{
    static const char *const name[] = { "gauge", "counter", "ratio" };
    return name[k];
}

struct schema *schema_new(void)
{
    struct schema *s = mem_new(sizeof *s);
    s->hash_size = 1024;
    s->hash = mem_new(s->hash_size * sizeof *s->hash);
    return s;
}

static struct entry *schema_entry(const struct schema *s, int slot)
{
    assert(slot >= 0 && slot < s->n);
    return &s->block[slot / BLOCK][slot % BLOCK];
}

void schema_free(struct schema *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->n; i++) {
        struct entry *e = schema_entry(s, i);
        mem_free((char *)e->m.name);
        mem_free((char *)e->m.inst);
        mem_free((char *)e->m.help);
        mem_free((char *)e->m.rate);
        mem_free(e->id);
    }
    for (int i = 0; i * BLOCK < s->n; i++)
        mem_free(s->block[i]);
    for (size_t i = 0; i < s->n_sources; i++)
        mem_free(s->source[i]);
    mem_free(s->source);
    mem_free(s->ratio);
    mem_free(s->hash);
    mem_free(s);
}

/* Where an id is in the table, or the free place where it belongs. */
static size_t schema_place(const struct schema *s, const char *id)
{
    size_t i = (size_t)hash_text(HASH_START, id) & (s->hash_size - 1);
    while (s->hash[i] && strcmp(schema_entry(s, s->hash[i] - 1)->id, id) != 0)
        i = (i + 1) & (s->hash_size - 1);
    return i;
}

static void schema_rehash(struct schema *s)
{
    mem_free(s->hash);
    s->hash_size *= 2;
    s->hash = mem_new(s->hash_size * sizeof *s->hash);
    for (int i = 0; i < s->n; i++)
        s->hash[schema_place(s, schema_entry(s, i)->id)] = i + 1;
}

static void schema_format(char *out, const char *name, const char *inst)
{
    if (inst && *inst)
        snprintf(out, SCHEMA_MAX_NAME, "%s{%s}", name, inst);
    else
        snprintf(out, SCHEMA_MAX_NAME, "%s", name);
}

static void schema_note_ratio(struct schema *s, int slot, const struct metric *m)
{
    const struct metric *num = schema_at(s, m->num), *den = m->den == SCHEMA_TIME ? NULL : schema_at(s, m->den);
    s->ratio = mem_grow(s->ratio, s->n_ratios, &s->cap_ratios, sizeof *s->ratio);
    s->ratio[s->n_ratios++] = (struct schema_ratio){
        .slot = slot, .num = m->num, .den = m->den, .source = (short)num->source, .scale = m->scale,
        .special = num->wrap > 0 || (den && den->wrap > 0) || m->min != m->max };
}

static int schema_add_one(struct schema *s, const struct metric *m)
{
    char id[SCHEMA_MAX_NAME];
    schema_format(id, m->name, m->inst);
    size_t place = schema_place(s, id);
    if (s->hash[place])
        return s->hash[place] - 1;
    assert(s->n < BLOCK * MAX_BLOCKS);
    if (s->n % BLOCK == 0)
        s->block[s->n / BLOCK] = mem_new(BLOCK * sizeof(struct entry));
    int slot = s->n++;
    struct entry *e = schema_entry(s, slot);
    e->m = *m;
    e->m.name = mem_dup(m->name);
    e->m.inst = mem_dup(m->inst && *m->inst ? m->inst : NULL);
    e->m.help = mem_dup(m->help ? m->help : "");
    e->m.rate = mem_dup(m->rate);
    e->m.source = s->current;
    e->id = mem_dup(id);
    s->hash[place] = slot + 1;
    if (m->kind == KIND_RATIO)
        schema_note_ratio(s, slot, m);
    if ((size_t)s->n * 2 > s->hash_size)
        schema_rehash(s);
    return slot;
}

int schema_add(struct schema *s, const struct metric *m)
{
    assert(m->kind != KIND_RATIO ||
           (m->num >= 0 && m->num < s->n && m->den >= SCHEMA_TIME && m->den < s->n));
    int slot = schema_add_one(s, m);
    if (m->kind != KIND_COUNTER || (m->rate && !*m->rate))
        return slot;
    char name[SCHEMA_MAX_NAME], help[256];
    snprintf(name, sizeof name, "%s.rate", m->name);
    snprintf(help, sizeof help, "%s, per second", m->help ? m->help : m->name);
    schema_add_one(s, &(struct metric){
        .name = m->rate ? m->rate : name, .inst = m->inst, .help = m->rate ? m->help : help,
        .unit = unit_rate(m->unit), .kind = KIND_RATIO, .num = slot, .den = SCHEMA_TIME, .scale = 1 });
    return slot;
}

int schema_source(struct schema *s, const char *name)
{
    s->source = mem_grow(s->source, s->n_sources, &s->cap_sources, sizeof *s->source);
    s->source[s->n_sources] = mem_dup(name);
    s->current = (int)s->n_sources++;
    return s->current;
}

int schema_sources(const struct schema *s)
{
    return (int)s->n_sources;
}

const char *schema_source_name(const struct schema *s, int source)
{
    assert(source >= 0 && (size_t)source < s->n_sources);
    return s->source[source];
}

void schema_set_source(struct schema *s, int source)
{
    s->current = source;
}

void schema_extend(struct schema *dst, const struct schema *src)
{
    for (int i = schema_sources(dst); i < schema_sources(src); i++)
        schema_source(dst, src->source[i]);
    for (int i = dst->n; i < src->n; i++) {
        dst->current = schema_at(src, i)->source;
        int slot = schema_add(dst, schema_at(src, i)); /* a counter brings its rate along */
        assert(slot == i);
        i = dst->n - 1;
    }
}

int schema_size(const struct schema *s)
{
    return s->n;
}

const struct metric *schema_at(const struct schema *s, int slot)
{
    return &schema_entry(s, slot)->m;
}

const struct schema_ratio *schema_ratios(const struct schema *s, int *n)
{
    *n = (int)s->n_ratios;
    return s->ratio;
}

const char *schema_id(const struct schema *s, int slot)
{
    return schema_entry(s, slot)->id;
}

int schema_find(const struct schema *s, const char *name, const char *inst)
{
    char id[SCHEMA_MAX_NAME];
    schema_format(id, name, inst);
    int at = s->hash[schema_place(s, id)];
    return at ? at - 1 : -ENOENT;
}

int schema_next(const struct schema *s, const char *family, int slot)
{
    for (slot++; slot < schema_size(s); slot++)
        if (!strcmp(schema_at(s, slot)->name, family))
            return slot;
    return -1;
}

bool schema_is_part(const struct schema *s, int slot)
{
    const struct metric *m = schema_at(s, slot);
    return m->inst && strcmp(m->inst, "total") != 0 && schema_find(s, m->name, "total") >= 0;
}

bool schema_match(const struct schema *s, int slot, const char *globs)
{
    const struct entry *e = schema_entry(s, slot);
    for (const char *p = globs; *p;) {
        size_t n = strcspn(p, ",");
        if (text_glob_n(p, n, memchr(p, '{', n) ? e->id : e->m.name))
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}
