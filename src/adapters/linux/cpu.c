/*
 * cpu.c - where processor time goes, in all and per core, from /proc/stat (proc_stat(5)).
 *
 * The kernel counts in ticks of 1/USER_HZ s. Guest time is contained in user time and guest_nice in
 * nice, so that neither is added again. Shares are ratios of the counters kept here: they are exact
 * over any span, which a percentage per second is not.
 *
 * Parsed by hand and in one pass: the `intr` line alone has thousands of numbers on a large
 * machine.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CPU_MAX = 4096 };  /* cores that get metrics */
enum { CPU_KINDS = 64 };   /* cores with time by kind: twenty slots each are too many on a larger machine */

/* In the order of the file, then those that are sums. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, GUEST, GUEST_NICE, FIELDS,
       INTERRUPT = GUEST_NICE, BUSY, TOTAL, TIMES };

static const struct { const char *inst, *help; } cpu_times[TIMES] = { /* of all cores */
    [USER]      = { "user",      "time in programs, that of guests contained" },
    [NICE]      = { "nice",      "time in programs of low priority" },
    [SYSTEM]    = { "system",    "time in the kernel" },
    [IDLE]      = { "idle",      "time with nothing to do" },
    [IOWAIT]    = { "iowait",    "time idle while a task of the core waited for a device" },
    [IRQ]       = { "irq",       "time serving interrupts" },
    [SOFTIRQ]   = { "softirq",   "time serving soft interrupts" },
    [STEAL]     = { "steal",     "time in which the hypervisor ran others" },
    [GUEST]     = { "guest",     "time in guests of this machine, contained in user and nice" },
    [INTERRUPT] = { "interrupt", "time serving interrupts, irq and softirq" },
    [BUSY]      = { "busy",      "time doing anything: all but idle and iowait" },
    [TOTAL]     = { "total",     "time of all kinds together" },
};

static const struct { const char *name, *help; int time; } cpu_shares[] = {
    { "cpu.util",   "share of time doing anything, all cores together",             BUSY },
    { "cpu.user",   "share of time in programs",                                    USER },
    { "cpu.nice",   "share of time in programs of low priority",                    NICE },
    { "cpu.system", "share of time in the kernel",                                  SYSTEM },
    { "cpu.iowait", "share of time idle while a task waited for a device",          IOWAIT },
    { "cpu.irq",    "share of time serving interrupts, hard and soft",              INTERRUPT },
    { "cpu.steal",  "share of time in which the hypervisor ran others",             STEAL },
};

/* Of each core: kinds of time, and their share of all. The first two are kept of every core. */
static const struct { int time; const char *name, *share, *help; } cpu_kinds[] = {
    { TOTAL,   "cpu.core.time",         NULL,               "time of all kinds together" },
    { BUSY,    "cpu.core.busy",         "cpu.core.util",    "time doing anything: all but idle and iowait" },
    { USER,    "cpu.core.time.user",    "cpu.core.user",    "time in programs, that of guests contained" },
    { NICE,    "cpu.core.time.nice",    "cpu.core.nice",    "time in programs of low priority" },
    { SYSTEM,  "cpu.core.time.system",  "cpu.core.system",  "time in the kernel" },
    { IDLE,    "cpu.core.time.idle",    NULL,               "time with nothing to do" },
    { IOWAIT,  "cpu.core.time.iowait",  "cpu.core.iowait",  "time idle while a task of the core waited for a device" },
    { IRQ,     "cpu.core.time.irq",     "cpu.core.irq",     "time serving interrupts" },
    { SOFTIRQ, "cpu.core.time.softirq", "cpu.core.softirq", "time serving soft interrupts" },
    { STEAL,   "cpu.core.time.steal",   "cpu.core.steal",   "time in which the hypervisor ran others" },
    { GUEST,   "cpu.core.time.guest",   "cpu.core.guest",   "time in guests of this machine, contained in user and nice" },
};
enum { KINDS = sizeof cpu_kinds / sizeof *cpu_kinds, KINDS_OF_ALL = 2 };

/* In the order of the line `softirq`, which no kernel has changed since 2.6.31. */
static const struct { const char *inst, *help; } cpu_softirqs[] = {
    { "total",    "soft interrupts served" },
    { "hi",       "soft interrupts for urgent tasklets" },
    { "timer",    "soft interrupts for timers" },
    { "net_tx",   "soft interrupts for packets that were sent" },
    { "net_rx",   "soft interrupts for packets received" },
    { "block",    "soft interrupts for disks" },
    { "irq_poll", "soft interrupts for devices that are polled" },
    { "tasklet",  "soft interrupts for tasklets" },
    { "sched",    "soft interrupts for balancing tasks between cores" },
    { "hrtimer",  "soft interrupts for exact timers" },
    { "rcu",      "soft interrupts for memory that nobody uses any more" },
};
enum { SOFTIRQS = sizeof cpu_softirqs / sizeof *cpu_softirqs };

/* Lines of one number. */
static const struct { const char *key, *name, *help; enum kind kind; } cpu_counts[] = {
    { "intr",          "cpu.interrupts",       "interrupts served",                     KIND_COUNTER },
    { "ctxt",          "cpu.context_switches", "switches from one task to another",     KIND_COUNTER },
    { "processes",     "process.forks",        "processes and threads begun",           KIND_COUNTER },
    { "procs_running", "process.running",      "tasks running or ready to run",         KIND_GAUGE },
    { "procs_blocked", "process.blocked",      "tasks waiting for a device",            KIND_GAUGE },
};
enum { CPU_COUNTS = sizeof cpu_counts / sizeof *cpu_counts };

struct core {
    int slot[KINDS]; /* 0 = none yet: never a core's, as cpu.time comes first */
};

struct cpu {
    struct lines stat;
    double tick_s;
    bool strange;             /* the last reading has a core without slots */
    int slot[TIMES];
    int count_slot[CPU_COUNTS], softirq_slot[SOFTIRQS];
    double idle, iowait;      /* ticks of the reading before */
    struct core *core;        /* n_cores of them, by number */
    int n_cores;
};

/*
 * Splits "cpu" and "cpu17" lines.
 *
 *   number  -1 for the line of all cores
 *   t       TIMES sums and fields in ticks; what an old kernel lacks counts as 0
 */
static bool cpu_parse_line(const char *line, int *number, double t[static TIMES])
{
    const char *p = line + 3;
    uint64_t v;
    *number = -1;
    if (strncmp(line, "cpu", 3) != 0)
        return false;
    if (*p != ' ') {
        if (!text_u64(&p, &v) || v >= CPU_MAX)
            return false;
        *number = (int)v;
    }
    double field[FIELDS] = { 0 };
    int n = 0;
    while (n < FIELDS && text_u64(&p, &v))
        field[n++] = (double)v;
    if (n <= IDLE)
        return false;
    memcpy(t, field, GUEST * sizeof *t);
    t[GUEST] = field[GUEST] + field[GUEST_NICE];
    t[INTERRUPT] = t[IRQ] + t[SOFTIRQ];
    t[BUSY] = t[USER] + t[NICE] + t[SYSTEM] + t[INTERRUPT] + t[STEAL];
    t[TOTAL] = t[BUSY] + t[IDLE] + t[IOWAIT];
    return true;
}

/*
 * Idle time and iowait are estimates of the kernel and may step back a little (proc_stat(5));
 * such a step stands still. A larger fall is a reset, for others to see.
 */
static double cpu_steady(const struct cpu *c, double now, double *before)
{
    if (now >= *before || *before - now > 1 / c->tick_s)
        *before = now;
    return *before;
}

static void cpu_sample_all(struct cpu *c, struct frame *f, double t[static TIMES])
{
    t[IDLE] = cpu_steady(c, t[IDLE], &c->idle);
    t[IOWAIT] = cpu_steady(c, t[IOWAIT], &c->iowait);
    t[TOTAL] = t[BUSY] + t[IDLE] + t[IOWAIT];
    for (int i = 0; i < TIMES; i++)
        frame_set(f, c->slot[i], t[i] * c->tick_s);
}

static void cpu_sample_core(struct cpu *c, struct frame *f, int number, const double t[static TIMES])
{
    if (number >= c->n_cores || !c->core[number].slot[0]) {
        c->strange = true;
        return;
    }
    for (int i = 0; i < (number < CPU_KINDS ? KINDS : KINDS_OF_ALL); i++)
        frame_set(f, c->core[number].slot[i], t[cpu_kinds[i].time] * c->tick_s);
}

static bool cpu_sample_softirqs(const struct cpu *c, struct frame *f, const char *line)
{
    const char *p = line + strlen("softirq");
    uint64_t v;
    if (strncmp(line, "softirq ", strlen("softirq ")) != 0)
        return false;
    for (int i = 0; i < SOFTIRQS && text_u64(&p, &v); i++)
        frame_set(f, c->softirq_slot[i], (double)v);
    return true;
}

static void cpu_sample_count(const struct cpu *c, struct frame *f, const char *line)
{
    for (int i = 0; i < CPU_COUNTS; i++) {
        size_t n = strlen(cpu_counts[i].key);
        uint64_t v;
        const char *p = line + n;
        if (strncmp(line, cpu_counts[i].key, n) == 0 && *p == ' ' && text_u64(&p, &v)) {
            frame_set(f, c->count_slot[i], (double)v);
            return;
        }
    }
}

static void cpu_sample(void *self, struct frame *f)
{
    struct cpu *c = self;
    const char *line;
    lines_read(&c->stat);
    while ((line = lines_next(&c->stat))) {
        double t[TIMES];
        int number;
        if (line[0] == 's' && cpu_sample_softirqs(c, f, line))
            continue;
        if (!cpu_parse_line(line, &number, t))
            cpu_sample_count(c, f, line);
        else if (number < 0)
            cpu_sample_all(c, f, t);
        else
            cpu_sample_core(c, f, number, t);
    }
}

static void cpu_add_all(struct cpu *c, struct schema *s)
{
    for (int i = 0; i < TIMES; i++)
        c->slot[i] = schema_add(s, &(struct metric){
            .name = "cpu.time", .inst = cpu_times[i].inst, .help = cpu_times[i].help,
            .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "" });
    for (size_t i = 0; i < sizeof cpu_shares / sizeof *cpu_shares; i++)
        schema_add(s, &(struct metric){
            .name = cpu_shares[i].name, .help = cpu_shares[i].help, .unit = UNIT_PERCENT, .kind = KIND_RATIO,
            .num = c->slot[cpu_shares[i].time], .den = c->slot[TOTAL], .scale = 100, .max = 100 });
    for (int i = 0; i < CPU_COUNTS; i++)
        c->count_slot[i] = schema_add(s, &(struct metric){
            .name = cpu_counts[i].name, .help = cpu_counts[i].help, .kind = cpu_counts[i].kind });
    for (int i = 0; i < SOFTIRQS; i++)
        c->softirq_slot[i] = schema_add(s, &(struct metric){
            .name = "cpu.softirqs", .inst = cpu_softirqs[i].inst, .help = cpu_softirqs[i].help, .kind = KIND_COUNTER });
}

static void cpu_add_kind(struct core *core, struct schema *s, int i, const char *inst)
{
    core->slot[i] = schema_add(s, &(struct metric){
        .name = cpu_kinds[i].name, .inst = inst, .help = cpu_kinds[i].help, .unit = UNIT_SECOND,
        .kind = KIND_COUNTER, .rate = "" });
    if (cpu_kinds[i].share)
        schema_add(s, &(struct metric){
            .name = cpu_kinds[i].share, .inst = inst, .help = "share of that time", .unit = UNIT_PERCENT,
            .kind = KIND_RATIO, .num = core->slot[i], .den = core->slot[0], .scale = 100, .max = 100 });
}

static void cpu_add_core(struct cpu *c, struct schema *s, int number)
{
    if (number >= c->n_cores) {
        c->core = mem_resize(c->core, (size_t)(number + 1) * sizeof *c->core);
        memset(c->core + c->n_cores, 0, (size_t)(number + 1 - c->n_cores) * sizeof *c->core);
        c->n_cores = number + 1;
    }
    char inst[16];
    snprintf(inst, sizeof inst, "%d", number);
    for (int i = 0; i < (number < CPU_KINDS ? KINDS : KINDS_OF_ALL); i++)
        cpu_add_kind(&c->core[number], s, i, inst);
}

/* Slots for the cores that have none; false when there is no time of the whole machine. */
static bool cpu_add_cores(struct cpu *c, struct schema *s)
{
    const char *line;
    bool whole = false;
    lines_read_all(&c->stat);
    while ((line = lines_next(&c->stat))) {
        double t[TIMES];
        int number;
        if (!cpu_parse_line(line, &number, t))
            continue;
        if (number < 0)
            whole = true;
        else if (number >= c->n_cores || !c->core[number].slot[0])
            cpu_add_core(c, s, number);
    }
    return whole;
}

static int cpu_rescan(void *self, struct schema *s)
{
    struct cpu *c = self;
    if (c->strange || c->stat.cut)
        cpu_add_cores(c, s);
    c->strange = false;
    return 0;
}

static void cpu_close(void *self)
{
    struct cpu *c = self;
    if (!c)
        return;
    lines_close(&c->stat);
    mem_free(c->core);
    mem_free(c);
}

static int cpu_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct cpu *c = mem_new(sizeof *c);
    int rc = lines_open(&c->stat, env->root, "/proc/stat");
    if (rc < 0) {
        mem_free(c);
        return rc == -ENOENT ? -ENODEV : rc;
    }
    c->tick_s = 1.0 / (double)sysconf(_SC_CLK_TCK);
    cpu_add_all(c, s);
    if (!cpu_add_cores(c, s)) {
        cpu_close(c);
        env->explain(env, "/proc/stat does not say where processor time goes");
        return -ENODATA;
    }
    *self = c;
    return 0;
}

const struct adapter adapter_cpu = {
    .name = "cpu", .doc = "processor time, in all and per core, context switches, interrupts hard and soft, forks",
    .provides = "cpu.util,cpu.user,cpu.nice,cpu.system,cpu.iowait,cpu.irq,cpu.steal,cpu.time,cpu.core.*,"
                "cpu.interrupts,cpu.softirqs,cpu.context_switches,process.forks,process.running,process.blocked",
    .open = cpu_open, .sample = cpu_sample, .rescan = cpu_rescan, .close = cpu_close,
};
