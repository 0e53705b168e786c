/*
 * freq.c - clock frequency per core, from cpufreq (Documentation/admin-guide/pm/cpufreq.rst).
 *
 * A core that goes offline loses its directory, and one that comes back has another: when the list
 * of cores changes, all are opened anew. A frequency of 0 is a driver's way to say that it does not
 * know, and not a value. Where there is no cpufreq, as in most virtual machines, cpuinfo.c stands
 * in.
 */
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FREQ_MAX_CORES = 4096 };

struct core {
    int number, slot;
    int fd; /* of scaling_cur_freq; -1 while offline */
};

struct freq {
    char *root;
    struct core *core;    /* n of them */
    size_t n, cap;
    int mean, min, max;   /* slots; -1 until there is a core */
    double min_hz, max_hz;
    int online;           /* descriptor of the list of cores */
    char list[512];       /* its text when they were opened */
    bool changed;
};

struct search {
    struct freq *q;
    struct schema *s;
};

/* The core with its slot, made where it is new; NULL when there are too many. */
static struct core *freq_core(struct freq *q, struct schema *s, int number)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->core[i].number == number)
            return &q->core[i];
    if (q->n == FREQ_MAX_CORES)
        return NULL;
    char inst[16];
    snprintf(inst, sizeof inst, "%d", number);
    q->core = mem_grow(q->core, q->n, &q->cap, sizeof *q->core);
    struct core *c = &q->core[q->n++];
    *c = (struct core){ .number = number, .fd = -1 };
    c->slot = schema_add(s, &(struct metric){
        .name = "cpu.core.freq", .inst = inst, .help = "clock frequency now", .unit = UNIT_HERTZ, .kind = KIND_GAUGE });
    return c;
}

static int freq_open_file(const struct freq *q, int number, const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/%s", number, name);
    return os_open_read(q->root, path);
}

/* NaN where the file is missing, says "<unknown>", or 0. */
static double freq_read(int fd)
{
    int64_t khz;
    return fd >= 0 && os_pread_i64(fd, &khz) == 0 && khz > 0 ? (double)khz * 1e3 : (double)NAN;
}

static double freq_read_limit(const struct freq *q, int number, const char *name)
{
    int fd = freq_open_file(q, number, name);
    double hz = freq_read(fd);
    os_close(fd);
    return hz;
}

static void freq_look(void *self, const char *name)
{
    const struct search *w = self;
    int number = text_cpu_number(name);
    int fd = number < 0 ? -1 : freq_open_file(w->q, number, "scaling_cur_freq");
    if (isnan(freq_read(fd))) {
        os_close(fd);
        return;
    }
    struct core *c = freq_core(w->q, w->s, number);
    if (!c || c->fd >= 0) {
        os_close(fd);
        return;
    }
    c->fd = fd;
    w->q->min_hz = fmin(w->q->min_hz, freq_read_limit(w->q, number, "cpuinfo_min_freq"));
    w->q->max_hz = fmax(w->q->max_hz, freq_read_limit(w->q, number, "cpuinfo_max_freq"));
}

static void freq_look_all(struct freq *q, struct schema *s)
{
    for (size_t i = 0; i < q->n; i++) {
        os_close(q->core[i].fd);
        q->core[i].fd = -1;
    }
    os_list(q->root, "/sys/devices/system/cpu", freq_look, &(struct search){ q, s });
}

static int freq_add(struct schema *s, const char *name, const char *help)
{
    return schema_add(s, &(struct metric){ .name = name, .help = help, .unit = UNIT_HERTZ, .kind = KIND_GAUGE });
}

static void freq_sample(void *self, struct frame *f)
{
    struct freq *q = self;
    double sum = 0;
    int known = 0;
    for (size_t i = 0; i < q->n; i++) {
        double hz = freq_read(q->core[i].fd);
        frame_set(f, q->core[i].slot, hz);
        if (!isnan(hz)) {
            sum += hz;
            known++;
        }
    }
    frame_set(f, q->mean, known ? sum / known : NAN);
    frame_set(f, q->min, q->min_hz);
    frame_set(f, q->max, q->max_hz);

    char list[sizeof q->list];
    if (q->online >= 0 && os_pread_text(q->online, list, sizeof list) >= 0 &&
        strcmp(list, q->list) != 0) {
        memcpy(q->list, list, sizeof list);
        q->changed = true;
    }
}

static int freq_rescan(void *self, struct schema *s)
{
    struct freq *q = self;
    if (q->changed)
        freq_look_all(q, s);
    q->changed = false;
    return 0;
}

static void freq_close(void *self)
{
    struct freq *q = self;
    if (!q)
        return;
    for (size_t i = 0; i < q->n; i++)
        os_close(q->core[i].fd);
    os_close(q->online);
    mem_free(q->core);
    mem_free(q->root);
    mem_free(q);
}

static int freq_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct freq *q = mem_new(sizeof *q);
    q->root = mem_dup(env->root);
    q->min_hz = q->max_hz = NAN;
    q->online = os_open_read(env->root, "/sys/devices/system/cpu/online");
    if (q->online >= 0 && os_pread_text(q->online, q->list, sizeof q->list) < 0)
        q->list[0] = '\0';
    freq_look_all(q, s);
    if (q->n == 0) {
        freq_close(q);
        env->explain(env, "no cpufreq driver, as in most virtual machines");
        return -ENODEV;
    }
    q->mean = freq_add(s, "cpu.freq", "clock frequency, mean of the cores");
    q->min = freq_add(s, "cpu.freq.min", "lowest clock frequency that the hardware offers");
    q->max = freq_add(s, "cpu.freq.max", "highest clock frequency that the hardware offers");
    *self = q;
    return 0;
}

const struct adapter adapter_freq = {
    .name = "freq", .doc = "clock frequency of every core, from cpufreq",
    .provides = "cpu.freq,cpu.freq.min,cpu.freq.max,cpu.core.freq",
    .apart = true,
    .period_ms = 1000, /* one read per core: at shorter intervals that adds up on 128 of them */
    .open = freq_open, .sample = freq_sample, .rescan = freq_rescan, .close = freq_close,
};
