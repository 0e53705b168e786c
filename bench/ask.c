/*
 * ask.c - an archive of days at 1 Hz to be asked, up to now: the metrics of a fixture's golden list, with numbers that
 * move around those of it, and twenty processes.
 *
 *     ask make LIST DIR DAYS     segments and index in DIR
 */
#include "base/auto.h"
#include "base/log.h"
#include "base/rng.h"
#include "core/proctab.h"
#include "os/os.h"
#include "store/index.h"
#include "store/index_take.h"
#include "store/names.h"
#include "store/segment.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS = 4096, PROCS = 20, TABLE = 200 };

struct machine {
    struct schema *schema;
    int n, slot[METRICS];
    bool counter[METRICS];
    double base[METRICS], value[METRICS];
    struct rng rng;
};

static void check(int rc, const char *what)
{
    if (rc >= 0)
        return;
    log_error(rc, "%s", what);
    exit(1);
}

/* "disk.read{sda} By 1000": a counter where the list has its rate as well. */
static void machine_add(struct machine *m, const char *text, const char *line)
{
    char name[SCHEMA_MAX_NAME], rate[SCHEMA_MAX_NAME + 8], *inst;
    size_t n = strcspn(line, " ");
    const char *brace = memchr(line, '{', n);
    if (brace) /* an instance may have blanks */
        n = (size_t)(strchr(brace, '}') + 1 - line);
    if (n >= sizeof name || m->n == METRICS)
        return;
    memcpy(name, line, n);
    name[n] = '\0';
    inst = strchr(name, '{');
    if (inst) {
        *inst++ = '\0';
        inst[strlen(inst) - 1] = '\0';
    }
    if (strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".rate") == 0)
        return;
    snprintf(rate, sizeof rate, "\n%s.rate", name);
    char unit[16] = "1", value[32] = "0";
    sscanf(line + n, " %15s %31s", unit, value);
    int k = m->n++;
    m->counter[k] = strstr(text, rate) != NULL;
    m->base[k] = strcmp(value, "-") == 0 ? (double)NAN : atof(value);
    m->value[k] = m->base[k];
    m->slot[k] = schema_add(m->schema, &(struct metric){
        .name = name, .inst = inst, .unit = unit_of(unit) < 0 ? UNIT_NONE : (enum unit)unit_of(unit), .help = name,
        .kind = m->counter[k] ? KIND_COUNTER : KIND_GAUGE, .max = strcmp(unit, "%") == 0 ? 100 : 0 });
}

static void machine_load(struct machine *m, const char *path)
{
    char *text;
    size_t n;
    check(os_read_file(path, (size_t)1 << 20, &text, &n), path);
    *m = (struct machine){ .schema = schema_new() };
    rng_seed(&m->rng, 1);
    schema_source(m->schema, "sample");
    char *all = mem_dup(text), *rest;
    for (char *line = strtok_r(all, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        machine_add(m, text, line);
    mem_free(all);
    mem_free(text);
}

/* A third of the gauges move a little; counters go on at a pace of their own. */
static void machine_step(struct machine *m, struct frame *f)
{
    for (int k = 0; k < m->n; k++) {
        if (m->counter[k])
            m->value[k] += k % 3 ? floor(rng_unit(&m->rng) * 1000) : 0;
        else if (k % 3 == 0)
            m->value[k] = m->base[k] * (0.9 + 0.2 * rng_unit(&m->rng));
        f->v[m->slot[k]] = m->value[k];
    }
}

static void machine_processes(struct moment *m, int64_t i)
{
    static struct proc_use use[PROCS];
    m->procs = use;
    m->n_procs = PROCS;
    for (int k = 0; k < PROCS; k++) {
        use[k] = (struct proc_use){ .pid = 100 + k, .ppid = 1, .cpu_percent = (double)((i * 7 + k) % 50),
                                    .rss_bytes = 1e7 * (k + 1),
                                    .read_rate = 0, .write_rate = k };
        snprintf(use[k].name, sizeof use[k].name, "task%d", k);
    }
    proctab_clear(&m->table);
    if (i % 60)
        return;
    m->table.mono_ns = m->frame.mono_ns;
    for (int k = 0; k < TABLE; k++) {
        struct proc *p = proctab_add(&m->table);
        *p = (struct proc){ .pid = 100 + k, .ppid = 1, .state = 'S', .cpu_s = (double)i / 100,
                            .rss_bytes = 1e7 * (k + 1), .threads = 1,
                            .read_bytes = NAN, .write_bytes = NAN, .gpu_bytes = NAN };
        snprintf(p->name, sizeof p->name, "task%d", k);
    }
}

static void machine_day(struct machine *m, const char *dir, int64_t start_ms, int day)
{
    struct names name = { .session = "session_20260101_000000", .part = day, .block = -1 };
    struct tape_about about = { .major = TAPE_MAJOR, .minor = TAPE_MINOR, .session = "session_20260101_000000",
                                .start_ms = start_ms,
                                .part = day, .interval_s = 1 };
    char path[OS_PATH_MAX];
    struct segment_writer *w;
    struct moment moment = { 0 };
    uint32_t number = 0;
    check(names_path(dir, &name, path), "path");
    check(segment_create(path, &about, NULL, &w), path);
    for (int64_t i = (int64_t)day * 86400; i < (int64_t)(day + 1) * 86400; i++) {
        frame_fit(&moment.frame, m->schema);
        moment.frame.wall_ms = start_ms + i * 1000;
        moment.frame.mono_ns = (1000000 + i * 1000) * 1000000;
        moment.frame.read_ns[0] = moment.frame.mono_ns;
        machine_step(m, &moment.frame);
        machine_processes(&moment, i);
        check(segment_add(w, m->schema, &moment), "add");
        if (segment_is_full(w))
            check(segment_commit(w, number++), "commit");
    }
    check(segment_commit(w, number), "commit");
    check(segment_finish(w), "finish");
    frame_done(&moment.frame);
    proctab_done(&moment.table);
}

int main(int argc, char **argv)
{
    struct machine m;
    char folder[OS_PATH_MAX];
    struct index *x;
    if (argc != 5 || strcmp(argv[1], "make") != 0) {
        fputs("usage: ask make LIST DIR DAYS\n", stderr);
        return 2;
    }
    int days = atoi(argv[4]);
    machine_load(&m, argv[2]);
    snprintf(folder, sizeof folder, "%s/segments", argv[3]);
    check(os_make_dir(folder), folder);
    int64_t start_ms = (os_wall_ms() / 1000 - (int64_t)days * 86400) * 1000;
    for (int day = 0; day < days; day++)
        machine_day(&m, argv[3], start_ms, day);
    struct index_options o = { .rebuild = index_take_segments, .self = argv[3] };
    check(index_open(argv[3], &o, &x), "index");
    index_close(x);
    printf("%d metrics, %d days\n", schema_size(m.schema), days);
    return 0;
}
