/* join.c - one schema and one clock for instants of several sessions. */
#include "store/join.h"

#include "base/mem.h"

#include <string.h>

#define GAP_MAX_MS 1000000000000 /* thirty years: what is longer was a clock that was wrong */
#define MONO_MAX_NS 4000000000000000000 /* beyond it gaps are short, */
#define MONO_END_NS 9000000000000000000 /* and here is the end of 64 bits near */

#define SOURCES_MAX 4096 /* as of one catalog */

/* Sources beyond what a machine has share the first one. */
static int join_source(struct schema *s, const char *name)
{
    for (int i = 0; i < schema_sources(s); i++)
        if (strcmp(schema_source_name(s, i), name) == 0)
            return i;
    return schema_sources(s) < SOURCES_MAX ? schema_source(s, name) : 0;
}

/* Its slot in the schema that comes out. */
static int join_slot(struct join *j, const struct schema *s, int slot)
{
    struct metric m = *schema_at(s, slot);
    int known = schema_find(j->schema, m.name, m.inst);
    if (known >= 0)
        return schema_at(j->schema, known)->kind == m.kind ? known : -1;
    if (schema_size(j->schema) + 2 > SCHEMA_MAX_METRICS)
        return -1; /* a counter brings its rate along */
    if (m.kind == KIND_RATIO) {
        m.num = j->slot[m.num];
        m.den = m.den == SCHEMA_TIME ? SCHEMA_TIME : j->slot[m.den];
        if (m.num < 0 || (schema_at(s, slot)->den != SCHEMA_TIME && m.den < 0))
            return -1;
    }
    schema_set_source(j->schema, j->source[m.source]);
    return schema_add(j->schema, &m);
}

static void join_fit(struct join *j, const struct schema *s)
{
    int slots = schema_size(s), sources = schema_sources(s);
    if (sources > j->sources)
        j->source = mem_resize(j->source, (size_t)sources * sizeof *j->source);
    for (; j->sources < sources; j->sources++)
        j->source[j->sources] = join_source(j->schema, schema_source_name(s, j->sources));
    if (slots > j->slots)
        j->slot = mem_resize(j->slot, (size_t)slots * sizeof *j->slot);
    for (; j->slots < slots; j->slots++)
        j->slot[j->slots] = join_slot(j, s, j->slots);
    frame_fit(&j->now.frame, j->schema);
}

/* Where the clock does not go on, the time between is what the wall clock says, if that can be. */
static void join_clock(struct join *j, const struct frame *f)
{
    int64_t now, gap_ms = f->wall_ms - j->wall_ms;
    bool goes_on = !__builtin_add_overflow(f->mono_ns, j->shift_ns, &now) && now < MONO_END_NS;
    if (j->begun && (!goes_on || now <= j->mono_ns)) {
        if (gap_ms < 1 || gap_ms > GAP_MAX_MS || j->mono_ns > MONO_MAX_NS)
            gap_ms = 1;
        now = j->mono_ns + gap_ms * 1000000;
        j->shift_ns = now - f->mono_ns;
    }
    j->begun = true;
    j->wall_ms = f->wall_ms;
    j->mono_ns = now;
}

static void join_frame(struct join *j, const struct frame *f)
{
    struct frame *to = &j->now.frame;
    to->wall_ms = j->wall_ms;
    to->mono_ns = j->mono_ns;
    for (int i = 0; i < to->n; i++)
        to->v[i] = NAN;
    for (int i = 0; i < f->n && i < j->slots; i++)
        frame_set(to, j->slot[i], f->v[i]);
    for (int i = 0; i < f->n_sources && i < j->sources; i++)
        if (!f->read_ns[i] || __builtin_add_overflow(f->read_ns[i], j->shift_ns, &to->read_ns[j->source[i]]))
            to->read_ns[j->source[i]] = 0;
}

void join_learn(struct join *j, const struct tape_about *about, const struct schema *s)
{
    if (strcmp(j->session, about->session) != 0) {
        memcpy(j->session, about->session, sizeof j->session);
        j->slots = j->sources = 0;
        j->shift_ns = 0;
    }
    join_fit(j, s);
}

const struct moment *join_take(struct join *j, const struct tape_about *about, const struct schema *s,
                               const struct moment *m)
{
    join_learn(j, about, s);
    join_clock(j, &m->frame);
    join_frame(j, &m->frame);
    j->now.procs = m->procs;
    j->now.n_procs = m->n_procs;
    j->now.events = m->events;
    j->now.n_events = m->n_events;
    j->now.table = m->table;
    j->now.table.mono_ns += j->shift_ns;
    return &j->now;
}

void join_done(struct join *j)
{
    frame_done(&j->now.frame);
    mem_free(j->slot);
    mem_free(j->source);
    *j = (struct join){ 0 };
}
