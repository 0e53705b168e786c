/*
 * catalog.c - packs a schema, compressed: names repeat one another.
 *
 * What comes from a file is checked before schema_add() sees it, which takes only what our own adapters
 * may say.
 */
#include "store/catalog.h"

#include "base/auto.h"
#include "base/mem.h"
#include "store/chunk.h"
#include "store/pack.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <zstd.h>

#define CATALOG_MAX (32u << 20) /* bytes, unpacked */
#define CATALOG_SLOTS 65536
#define CATALOG_SOURCES 4096
#define CATALOG_LEVEL 9         /* of zstd: 14 % smaller than 3, and done once an hour */

static void catalog_put_metric(struct buf *out, const struct metric *m)
{
    pack_text(out, m->name);
    pack_text(out, m->inst);
    pack_text(out, m->help);
    pack_text(out, unit_code(m->unit));
    pack_u64(out, (uint64_t)m->kind);
    pack_u64(out, (uint64_t)m->source);
    pack_u64(out, m->rate != NULL);
    if (m->rate)
        pack_text(out, m->rate);
    pack_double(out, m->min);
    pack_double(out, m->max);
    pack_double(out, m->wrap);
    if (m->kind == KIND_RATIO) {
        pack_i64(out, m->num);
        pack_i64(out, m->den);
        pack_double(out, m->scale);
    }
}

static int catalog_compress(struct buf *out, const struct buf *plain)
{
    size_t cap = ZSTD_compressBound(plain->n);
    auto_buf struct buf packed = { 0 };
    if (buf_reserve(&packed, cap + 16) < 0)
        return -ENOMEM;
    pack_u64(&packed, plain->n);
    size_t n = ZSTD_compress(packed.p + packed.n, cap, plain->p, plain->n, CATALOG_LEVEL);
    if (ZSTD_isError(n))
        return -ENOMEM;
    return chunk_put(out, CHUNK_CATALOG, 0, packed.p, packed.n + n);
}

int catalog_put(struct buf *out, const struct schema *s, struct catalog_mark *known)
{
    int sources = schema_sources(s), slots = schema_size(s);
    if (known->sources == sources && known->slots == slots)
        return 0;
    auto_buf struct buf plain = { 0 };
    pack_u64(&plain, (uint64_t)known->sources);
    pack_u64(&plain, (uint64_t)(sources - known->sources));
    for (int i = known->sources; i < sources; i++)
        pack_text(&plain, schema_source_name(s, i));
    pack_u64(&plain, (uint64_t)known->slots);
    pack_u64(&plain, (uint64_t)(slots - known->slots));
    for (int i = known->slots; i < slots; i++)
        catalog_put_metric(&plain, schema_at(s, i));
    int rc = catalog_compress(out, &plain);
    if (rc == 0)
        *known = (struct catalog_mark){ slots, sources };
    return rc;
}

/* What a metric's texts point into while it is read. */
struct catalog_texts {
    char name[SCHEMA_MAX_NAME], inst[SCHEMA_MAX_NAME], help[256], rate[SCHEMA_MAX_NAME], unit[16];
};

static bool catalog_is_sane(const struct metric *m, int slot, int unit, int sources)
{
    size_t length = strlen(m->name) + strlen(m->inst) + sizeof "{}.rate";
    bool ratio = m->kind != KIND_RATIO || (m->num >= 0 && m->num < slot && m->den >= SCHEMA_TIME && m->den < slot);
    bool rate = !m->rate || strlen(m->rate) + strlen(m->inst) + sizeof "{}" < SCHEMA_MAX_NAME;
    return *m->name && length < SCHEMA_MAX_NAME && rate && unit >= 0 && m->source < sources && ratio &&
           !isnan(m->min) && !isnan(m->max) && !isnan(m->wrap);
}

static bool catalog_read_metric(struct unpack *in, struct metric *m, struct catalog_texts *t, int slot, int sources)
{
    unpack_text(in, t->name, sizeof t->name);
    unpack_text(in, t->inst, sizeof t->inst);
    unpack_text(in, t->help, sizeof t->help);
    unpack_text(in, t->unit, sizeof t->unit);
    int unit = unit_of(t->unit);
    *m = (struct metric){ .name = t->name, .inst = t->inst, .help = t->help,
                          .unit = unit < 0 ? UNIT_NONE : (enum unit)unit };
    m->kind = (enum kind)unpack_upto(in, KIND_RATIO);
    m->source = (int)unpack_upto(in, CATALOG_SOURCES);
    if (unpack_upto(in, 1)) {
        unpack_text(in, t->rate, sizeof t->rate);
        m->rate = t->rate;
    }
    m->min = unpack_double(in);
    m->max = unpack_double(in);
    m->wrap = unpack_double(in);
    if (m->kind == KIND_RATIO) {
        m->num = (int)unpack_i64(in);
        m->den = (int)unpack_i64(in);
        m->scale = unpack_double(in);
    }
    return !in->bad && catalog_is_sane(m, slot, unit, sources);
}

/* Slots known already are read and passed over; the others must come out with their number. */
static int catalog_read_slots(struct schema *s, struct unpack *in)
{
    int first = (int)unpack_upto(in, (uint64_t)schema_size(s)), sources = schema_sources(s);
    int n = (int)unpack_upto(in, CATALOG_SLOTS - 1 - (uint64_t)first);
    for (int slot = first; slot < first + n && !in->bad; slot++) {
        struct metric m;
        struct catalog_texts texts;
        if (!catalog_read_metric(in, &m, &texts, slot, sources))
            return -EBADMSG;
        char id[SCHEMA_MAX_NAME + 2];
        if (slot < schema_size(s)) { /* its counter brought it along, or it is known: then it must be the same */
            snprintf(id, sizeof id, *m.inst ? "%s{%s}" : "%s", m.name, m.inst);
            if (strcmp(schema_id(s, slot), id) != 0 || schema_at(s, slot)->kind != m.kind)
                return -EBADMSG;
            continue;
        }
        schema_set_source(s, m.source);
        if (schema_add(s, &m) != slot)
            return -EBADMSG;
    }
    return in->bad ? -EBADMSG : 0;
}

static int catalog_read(struct schema *s, struct unpack *in)
{
    int first = (int)unpack_upto(in, (uint64_t)schema_sources(s));
    int n = (int)unpack_upto(in, CATALOG_SOURCES - (uint64_t)first);
    for (int i = first; i < first + n && !in->bad; i++) {
        char name[SCHEMA_MAX_NAME];
        unpack_text(in, name, sizeof name);
        if (i >= schema_sources(s) && !in->bad)
            schema_source(s, name);
    }
    return catalog_read_slots(s, in);
}

int catalog_take(struct schema *s, const void *bytes, size_t n)
{
    struct unpack in = { .p = bytes, .end = (const uint8_t *)bytes + n };
    size_t size = (size_t)unpack_upto(&in, CATALOG_MAX);
    if (in.bad)
        return -EBADMSG;
    auto_free uint8_t *plain = mem_try(size + 1);
    if (!plain)
        return -ENOMEM;
    if (ZSTD_decompress(plain, size, in.p, unpack_left(&in)) != size)
        return -EBADMSG;
    return catalog_read(s, &(struct unpack){ .p = plain, .end = plain + size });
}
