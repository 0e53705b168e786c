/* store_sample.c - numbers that follow from an index. */
#include "store_sample.h"

#include "test.h"

#include "os/os.h"
#include "store/codec/procs.h"

static int sample_disk(struct schema *s, int i)
{
    char inst[16];
    snprintf(inst, sizeof inst, "sd%d", i);
    int reads = schema_add(s, &(struct metric){ .name = "disk.reads", .inst = inst, .kind = KIND_COUNTER,
                                                .help = "r" });
    int time = schema_add(s, &(struct metric){ .name = "disk.time", .inst = inst, .unit = UNIT_SECOND, .rate = "",
                                               .kind = KIND_COUNTER, .wrap = 4294967296.0, .help = "t" });
    schema_add(s, &(struct metric){ .name = "disk.latency", .inst = inst, .unit = UNIT_SECOND, .kind = KIND_RATIO,
                                    .num = time, .den = reads, .scale = 1, .help = "l" });
    return schema_add(s, &(struct metric){ .name = "disk.temp", .inst = inst, .unit = UNIT_CELSIUS, .max = 200,
                                           .kind = KIND_GAUGE, .help = "c" });
}

void sample_grow(struct sample *s, int disks, int64_t from)
{
    s->grown_slot = schema_size(s->schema);
    s->grown_at = from;
    for (int i = 0; i < disks; i++)
        sample_disk(s->schema, i);
}

void sample_init(struct sample *s, int disks, int64_t step_ms)
{
    *s = (struct sample){ .schema = schema_new(), .step_ms = step_ms, .seldom = 10, .busy_every = 1 };
    schema_source(s->schema, "memory");
    schema_add(s->schema, &(struct metric){ .name = "memory.used", .unit = UNIT_BYTE, .kind = KIND_GAUGE,
                                            .help = "u" });
    schema_source(s->schema, "disk");
    sample_grow(s, disks, 0);
}

void sample_done(struct sample *s)
{
    moment_done(&s->m);
    schema_free(s->schema);
}

/* Some change every time, some seldom, some are fractions, some are unknown for a while. */
static double sample_value(const char *id, int64_t i)
{
    unsigned h = 2166136261u;
    for (const char *p = id; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    switch (h % 5) {
    case 0: return (double)(h % 1000 + (unsigned)i * (h % 7));
    case 1: return (double)(h % 100) + (double)(i / 50) * 0.5;
    case 2: return i / 100 % 3 == 1 ? (double)NAN : (double)(i * i % 1009) / 100;
    case 3: return 42;
    default: return (double)(i % 17) / 3;
    }
}

static void sample_procs(struct moment *m, int64_t i)
{
    m->procs = m->procs ? m->procs : calloc(TAPE_TOP, sizeof *m->procs);
    m->n_procs = TAPE_TOP;
    for (int k = 0; k < TAPE_TOP; k++) {
        struct proc_use *u = &m->procs[k];
        *u = (struct proc_use){ .pid = 100 + k + (int)(i / 200), .ppid = 1,
                                .cpu_percent = (double)((i * 7 + k) % 400) / 4,
                                .rss_bytes = 4096.0 * (double)(k * 100 + i / 10), .read_rate = NAN, .write_rate = k };
        snprintf(u->name, sizeof u->name, "task%d", k);
        procs_round(u);
    }
}

static void sample_table(struct moment *m, int64_t i)
{
    m->table.n = 0;
    if (i % 60)
        return;
    for (int k = 0; k < 50; k++) {
        struct proc *p = proctab_add(&m->table);
        p->pid = 100 + k;
        p->ppid = 1;
        p->state = 'S';
        p->cpu_s = (double)i;
        p->rss_bytes = 4096.0 * k;
        p->threads = 1;
        snprintf(p->name, sizeof p->name, "task%d", k);
    }
    m->table.mono_ns = m->frame.mono_ns;
}

static void sample_frame(const struct sample *s, struct frame *f, int64_t i)
{
    frame_fit(f, s->schema);
    f->wall_ms = SAMPLE_START_MS + i * s->step_ms;
    f->mono_ns = (1000 + i * s->step_ms) * 1000000;
    for (int k = 0; k < f->n_sources; k++)
        f->read_ns[k] = f->mono_ns - (k ? i % s->seldom * s->step_ms * 1000000 : 0);
    for (int slot = 0; slot < f->n; slot++)
        f->v[slot] = schema_at(s->schema, slot)->kind == KIND_RATIO || (slot >= s->grown_slot && i < s->grown_at) ?
                     (double)NAN : sample_value(schema_id(s->schema, slot), i);
}

const struct moment *sample_moment(struct sample *s, int64_t i)
{
    sample_frame(s, &s->m.frame, i);
    sample_procs(&s->m, i);
    if (i % s->busy_every)
        s->m.n_procs = 0;
    sample_table(&s->m, i);
    return &s->m;
}

int64_t sample_index(const struct sample *s, const struct moment *m)
{
    return (m->frame.wall_ms - SAMPLE_START_MS) / s->step_ms;
}

static bool sample_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static bool sample_procs_right(const struct moment *got, const struct moment *want)
{
    for (size_t k = 0; k < got->n_procs; k++) {
        const struct proc_use *a = &got->procs[k], *b = &want->procs[(a->pid - want->procs[0].pid) % TAPE_TOP];
        if (a->pid != b->pid || strcmp(a->name, b->name) != 0 || !sample_same(a->cpu_percent, b->cpu_percent) ||
            !sample_same(a->rss_bytes, b->rss_bytes))
            return false;
    }
    return got->n_procs == 0 || got->n_procs == want->n_procs;
}

bool sample_is_right(struct sample *s, const struct schema *schema, const struct moment *m)
{
    const struct moment *want = sample_moment(s, sample_index(s, m));
    if (m->frame.wall_ms != want->frame.wall_ms || m->frame.mono_ns != want->frame.mono_ns)
        return false;
    for (int slot = 0; slot < m->frame.n; slot++) {
        const struct metric *metric = schema_at(schema, slot);
        int mine = schema_find(s->schema, metric->name, metric->inst);
        if (metric->kind != KIND_RATIO && !sample_same(m->frame.v[slot], frame_get(&want->frame, mine)))
            return false;
    }
    return sample_procs_right(m, want) && (m->table.n == 0 || m->table.n == want->table.n);
}

void sample_options(struct store_options *o, char dir[static 64])
{
    assert_int_equal(os_make_temp_dir(false, dir, 64), 0);
    *o = (struct store_options){ .dir = dir, .sync_s = 10,
                                 .about = { .start_ms = SAMPLE_START_MS, .interval_s = 1, .machine = "made up" } };
}
