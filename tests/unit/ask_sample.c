/* ask_sample.c - writes the archives by the writer that the recorder uses, and their indexes. */
#include "ask_sample.h"

#include "test.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "store/names.h"
#include "store/segment.h"

#define GB 1e9
#define MB 1e6
#define HOUR 3600.0
#define SESSION "session_20261123_000000"
#define SESSION_2 "session_20261125_070000"

const char *const ask_sample_machines[] = { "day", "night", "leak", "gpu", "filling", "bare", "empty", NULL };

enum machine { DAY, NIGHT, LEAK, GPU, FILLING, BARE };

/* ---- what is true at a time ---- */

struct now {
    enum machine m;
    double s;        /* seconds since the beginning */
    double hour;     /* of the day, 0 .. 24 */
    int day;         /* 0 = the 23rd */
    bool working, job, render, gpu, hot, limited;
};

static struct now now_of(enum machine m, int64_t i)
{
    struct now n = { .m = m, .s = (double)i * ASK_SAMPLE_STEP_MS / 1000 };
    n.day = (int)(n.s / 86400);
    n.hour = (n.s - n.day * 86400.0) / HOUR;
    n.working = n.hour >= 8 && n.hour < 18;
    n.render = m == DAY && n.s >= 86400 + 14 * HOUR + 300 && n.s < 86400 + 14 * HOUR + 420;
    n.job = m == NIGHT && n.s >= 2 * 86400 + 2 * HOUR + 600 && n.s < 2 * 86400 + 2 * HOUR + 2400;
    n.gpu = m == GPU && n.day == 2 && n.hour >= 8;
    n.limited = m == GPU && n.day == 2 && n.hour >= 8 && n.hour < 8.25;
    n.hot = m == GPU && n.day == 2 && n.hour >= 10 && n.hour < 10.5;
    return n;
}

static double now_cpu(const struct now *n)
{
    return n->render ? 96 : n->job ? 30 : n->working ? 25 : n->hour >= 18 ? 12 : 8;
}

static double now_leaked(const struct now *n)
{
    return n->m == LEAK && n->day == 2 ? n->hour * 500 * MB : 0;
}

static double now_memory(const struct now *n)
{
    return n->m == LEAK ? 4 * GB + now_leaked(n) : n->working ? 8 * GB : 4 * GB;
}

static double now_write(const struct now *n)
{
    return n->job ? 180 * MB : n->working ? 2 * MB : 0.2 * MB;
}

static double now_read(const struct now *n)
{
    return n->job ? 5 * MB : n->working ? 1 * MB : 0.1 * MB;
}

static double now_uptime(const struct now *n)
{
    double boot = n->m == DAY && n->s >= 2 * 86400 + 7 * HOUR ? 2 * 86400 + 7 * HOUR : -HOUR;
    return n->s - boot;
}

static double now_data(const struct now *n)
{
    return n->m == FILLING ? 70 + n->s / 86400 * 5 : 40;
}

/* ---- metrics ---- */

enum { METRICS = 96 };

/* All metrics are gone through in one order: first to make the schema, then at every instant to fill the frame. */
struct filler {
    struct schema *s;
    struct frame *f;          /* NULL: the schema is made */
    int k;                    /* which metric it is */
    int slot[METRICS];
    double sum[METRICS];      /* of counters */
};

static void put(struct filler *x, const char *name, const char *inst, enum unit unit, double max, double v)
{
    int k = x->k++;
    assert_true(k < METRICS);
    if (!x->f)
        x->slot[k] = schema_add(x->s, &(struct metric){ .name = name, .inst = inst, .unit = unit, .kind = KIND_GAUGE,
                                                        .max = max, .help = name });
    else
        x->f->v[x->slot[k]] = v;
}

/* A counter of which the rate is known. */
static void count(struct filler *x, const char *name, const char *inst, enum unit unit, double rate)
{
    int k = x->k++;
    assert_true(k < METRICS);
    if (!x->f)
        x->slot[k] = schema_add(x->s, &(struct metric){ .name = name, .inst = inst, .unit = unit,
                                                        .kind = KIND_COUNTER, .help = name });
    else
        x->f->v[x->slot[k]] = x->sum[k] += rate * ASK_SAMPLE_STEP_MS / 1000;
}

static void put_cpu(struct filler *x, const struct now *n)
{
    double cpu = now_cpu(n);
    put(x, "cpu.util", NULL, UNIT_PERCENT, 100, cpu);
    put(x, "cpu.user", NULL, UNIT_PERCENT, 100, cpu * 0.75);
    put(x, "cpu.system", NULL, UNIT_PERCENT, 100, cpu * 0.25);
    put(x, "cpu.iowait", NULL, UNIT_PERCENT, 100, n->job ? 20 : 1);
    put(x, "cpu.steal", NULL, UNIT_PERCENT, 100, n->m == BARE ? 3 : 0);
    static const char *const cores[] = { "0", "1", "2", "3" };
    for (int i = 0; i < 4; i++)
        put(x, "cpu.core.util", cores[i], UNIT_PERCENT, 100, i == 3 ? fmin(100, cpu * 1.6) : cpu * 0.8);
    put(x, "cpu.load", "1m", UNIT_NONE, 0, cpu / 25);
    put(x, "cpu.load", "5m", UNIT_NONE, 0, cpu / 25);
    count(x, "cpu.context_switches", NULL, UNIT_NONE, n->working ? 4000 : 1000);
    count(x, "cpu.interrupts", NULL, UNIT_NONE, n->working ? 2000 : 500);
    put(x, "pressure.cpu.some", NULL, UNIT_PERCENT, 100, n->render ? 30 : 1);
    put(x, "pressure.memory.some", NULL, UNIT_PERCENT, 100, 0);
    put(x, "pressure.io.some", NULL, UNIT_PERCENT, 100, n->job ? 40 : 0.5);
    if (n->m == BARE)
        return;
    put(x, "cpu.freq", NULL, UNIT_HERTZ, 0, n->working ? 3.2e9 : 1.2e9);
    put(x, "cpu.temp", NULL, UNIT_CELSIUS, 0, 40 + 0.4 * cpu);
    put(x, "power.package", "0", UNIT_WATT, 0, 10 + 0.5 * cpu);
    put(x, "sensor.fan", "platform-nct6775/nct6775/fan1", UNIT_RPM, 0, n->render ? 2400 : n->working ? 1500 : 900);
}

static void put_memory(struct filler *x, const struct now *n)
{
    double used = now_memory(n);
    put(x, "memory.total", NULL, UNIT_BYTE, 0, 16 * GB);
    put(x, "memory.used", NULL, UNIT_BYTE, 0, used);
    put(x, "memory.available", NULL, UNIT_BYTE, 0, 16 * GB - used);
    put(x, "memory.util", NULL, UNIT_PERCENT, 100, used / (16 * GB) * 100);
    put(x, "memory.cached", NULL, UNIT_BYTE, 0, 3 * GB);
    put(x, "memory.page_tables", NULL, UNIT_BYTE, 0, 50 * MB);
    put(x, "swap.total", NULL, UNIT_BYTE, 0, 2 * GB);
    put(x, "swap.used", NULL, UNIT_BYTE, 0, 100 * MB);
    put(x, "swap.util", NULL, UNIT_PERCENT, 100, 5);
    count(x, "memory.faults.major", NULL, UNIT_NONE, 2);
}

static void put_disk(struct filler *x, const struct now *n)
{
    static const char *const disks[] = { "total", "sda" };
    for (int i = 0; i < 2; i++) {
        count(x, "disk.read", disks[i], UNIT_BYTE, now_read(n));
        count(x, "disk.write", disks[i], UNIT_BYTE, now_write(n));
        put(x, "disk.util", disks[i], UNIT_PERCENT, 100, n->job ? 95 : n->working ? 6 : 1);
    }
    put(x, "disk.latency", "sda", UNIT_SECOND, 0, n->job ? 0.08 : 0.002);
    static const struct { const char *mount; double size; } mounts[] = { { "/", 100 * GB }, { "/home", 400 * GB },
            { "/data", 1000 * GB } };
    for (int i = 0; i < 3; i++) {
        double share = i == 0 ? 60 : i == 1 ? 30 : now_data(n);
        put(x, "fs.total", mounts[i].mount, UNIT_BYTE, 0, mounts[i].size);
        put(x, "fs.used", mounts[i].mount, UNIT_BYTE, 0, mounts[i].size * share / 100);
        put(x, "fs.available", mounts[i].mount, UNIT_BYTE, 0, mounts[i].size * (1 - share / 100));
        put(x, "fs.util", mounts[i].mount, UNIT_PERCENT, 100, share);
    }
    if (n->m != BARE)
        put(x, "disk.temp", "sda", UNIT_CELSIUS, 0, n->job ? 45 : 35);
}

static void put_rest(struct filler *x, const struct now *n)
{
    static const char *const links[] = { "total", "lo", "eth0" };
    for (int i = 0; i < 3; i++) {
        count(x, "net.recv", links[i], UNIT_BYTE, i == 1 ? 10 * MB : n->working ? 0.5 * MB : 0.05 * MB);
        count(x, "net.send", links[i], UNIT_BYTE, i == 1 ? 10 * MB : n->working ? 0.05 * MB : 0.005 * MB);
    }
    count(x, "net.errors", "total", UNIT_NONE, 0);
    count(x, "net.tcp.retransmits", NULL, UNIT_NONE, 0.5);
    put(x, "net.connections", "established", UNIT_NONE, 0, n->working ? 40 : 10);
    put(x, "process.count", NULL, UNIT_NONE, 0, n->working ? 320 : 250);
    put(x, "process.threads", NULL, UNIT_NONE, 0, 1100);
    put(x, "process.zombies", NULL, UNIT_NONE, 0, 0);
    put(x, "system.uptime", NULL, UNIT_SECOND, 0, now_uptime(n));
    put(x, "sonde.cpu", NULL, UNIT_PERCENT, 0, 0.3);
    put(x, "sonde.rss", NULL, UNIT_BYTE, 0, 12 * MB);
    if (n->m == LEAK) {
        double charge = n->day == 2 && n->hour >= 8 ? 100 - 10 * (n->hour - 8) : 100;
        put(x, "battery.charge", "BAT0", UNIT_PERCENT, 100, charge);
        put(x, "battery.power", "BAT0", UNIT_WATT, 0, charge < 100 ? 15 : 0);
        put(x, "battery.time_left", "BAT0", UNIT_SECOND, 0, charge / 10 * HOUR);
        put(x, "battery.cycles", "BAT0", UNIT_NONE, 0, 312);
    }
    if (n->m != GPU)
        return;
    put(x, "gpu.util", "0", UNIT_PERCENT, 100, n->gpu ? 90 : 0);
    put(x, "gpu.vram.util", "0", UNIT_PERCENT, 100, n->gpu ? 75 : 5);
    put(x, "gpu.vram.used", "0", UNIT_BYTE, 0, n->gpu ? 18 * GB : 1.2 * GB);
    put(x, "gpu.temp", "0", UNIT_CELSIUS, 0, n->hot ? 88 : n->gpu ? 76 : 38);
    put(x, "gpu.power", "0", UNIT_WATT, 0, n->hot ? 220 : n->gpu ? 300 : 20);
    put(x, "gpu.clock.core", "0", UNIT_HERTZ, 0, n->hot ? 1.2e9 : n->gpu ? 1.9e9 : 0.3e9);
    put(x, "gpu.throttle.thermal", "0", UNIT_NONE, 1, n->hot);
    put(x, "gpu.throttle.power", "0", UNIT_NONE, 1, n->limited);
    put(x, "gpu.fan", "0", UNIT_PERCENT, 100, n->gpu ? 70 : 0);
}

static void put_all(struct filler *x, const struct now *n)
{
    x->k = 0;
    put_cpu(x, n);
    put_memory(x, n);
    put_disk(x, n);
    put_rest(x, n);
}

/* ---- processes ---- */

struct program {
    const char *name;
    int32_t pid;
    double cpu, rss, read, write; /* % of a core, bytes, bytes a second */
    double gpu;
};

static int programs_of(const struct now *n, struct program out[static 8])
{
    int k = 0;
    out[k++] = (struct program){ "sshd", 800, 0.1, 10 * MB, 0, 0, 0 };
    out[k++] = (struct program){ "postgres", 900, 2, 800 * MB, 0.02 * MB, 0.05 * MB, 0 };
    out[k++] = (struct program){ "firefox", 1200, n->working ? 40 : 4, n->working ? 1500 * MB : 600 * MB, 0,
                                 n->working ? 0.5 * MB : 0, 0 };
    if (n->render)
        out[k++] = (struct program){ "render", 5001, 300, 900 * MB, 0, 0, 0 };
    if (n->job)
        out[k++] = (struct program){ "backup", 4242, 60, 120 * MB, 5 * MB, 180 * MB, 0 };
    if (n->m == LEAK)
        out[k++] = (struct program){ "leaky", 777, 5, 500 * MB + now_leaked(n), 0, 0, 0 };
    if (n->gpu)
        out[k++] = (struct program){ "trainer", 3100, 110, 6 * GB, 10 * MB, 0, 17 * GB };
    return k;
}

static void sample_processes(const struct now *n, int64_t i, struct moment *m)
{
    struct program p[8];
    static struct proc_use use[8];
    int count_of = programs_of(n, p);
    proctab_clear(&m->table);
    m->procs = use;
    m->n_procs = (size_t)count_of;
    for (int k = 0; k < count_of; k++) {
        use[k] = (struct proc_use){ .pid = p[k].pid, .ppid = 1, .cpu_percent = p[k].cpu, .children_percent = 0,
                                    .rss_bytes = p[k].rss,
                                    .rss_growth_bytes = 0, .read_rate = p[k].read, .write_rate = p[k].write };
        strcpy(use[k].name, p[k].name);
    }
    if (i % 6)
        return;
    m->table.mono_ns = m->frame.mono_ns;
    for (int pid = 1; pid < 6000; pid++) /* in the order of the pid */
        for (int k = 0; k < count_of; k++)
            if (p[k].pid == pid) {
                struct proc *to = proctab_add(&m->table);
                *to = (struct proc){ .pid = pid, .ppid = 1, .state = 'S', .start_s = 10, .cpu_s = p[k].cpu / 100 * n->s,
                                     .rss_bytes = p[k].rss, .read_bytes = NAN, .write_bytes = NAN, .threads = 4,
                                     .gpu_bytes = p[k].gpu > 0 ? p[k].gpu : (double)NAN };
                strcpy(to->name, p[k].name);
            }
}

/* ---- files ---- */

static void sample_day(const char *dir, enum machine m, const char *session, int part, int64_t from, int64_t to,
                       struct filler *x)
{
    struct names name = { .part = part, .block = -1 };
    struct tape_about about = { .major = TAPE_MAJOR, .minor = TAPE_MINOR,
                                .start_ms = ASK_SAMPLE_BEGIN + from * ASK_SAMPLE_STEP_MS,
                                .part = part, .interval_s = 10, .machine = "made up" };
    char path[OS_PATH_MAX];
    struct segment_writer *w;
    struct moment moment = { 0 };
    uint32_t number = 0;
    strcpy(name.session, session);
    strcpy(about.session, session);
    assert_int_equal(names_path(dir, &name, path), 0);
    assert_int_equal(segment_create(path, &about, NULL, &w), 0);
    for (int64_t i = from; i < to; i++) {
        struct now n = now_of(m, i);
        frame_fit(&moment.frame, x->s);
        x->f = &moment.frame;
        moment.frame.wall_ms = ASK_SAMPLE_BEGIN + i * ASK_SAMPLE_STEP_MS;
        moment.frame.mono_ns = (1000000 + i * ASK_SAMPLE_STEP_MS) * 1000000;
        moment.frame.read_ns[0] = moment.frame.mono_ns;
        put_all(x, &n);
        sample_processes(&n, i, &moment);
        assert_int_equal(segment_add(w, x->s, &moment), 0);
        if (segment_gathered(w) == SEGMENT_TICKS || i == to - 1)
            assert_int_equal(segment_commit(w, number++), 0);
    }
    assert_int_equal(segment_finish(w), 0);
    frame_done(&moment.frame);
    proctab_done(&moment.table);
}

static int64_t tick(double hours)
{
    return (int64_t)(hours * HOUR * 1000) / ASK_SAMPLE_STEP_MS;
}

static void sample_segments(const char *dir, enum machine m)
{
    struct filler x = { .s = schema_new() };
    struct now n = now_of(m, 0);
    schema_source(x.s, "sample");
    put_all(&x, &n);
    sample_day(dir, m, SESSION, 0, 0, tick(24), &x);
    sample_day(dir, m, SESSION, 1, tick(24), tick(48), &x);
    if (m == DAY) {
        sample_day(dir, m, SESSION, 2, tick(48), tick(55), &x);
        sample_day(dir, m, SESSION_2, 0, tick(55), tick(60), &x);
    } else {
        sample_day(dir, m, SESSION, 2, tick(48), tick(60), &x);
    }
    schema_free(x.s);
}

/* ---- index ---- */

static void sample_session(struct index *x, const char *id, double from_h, double to_h, const char *workload)
{
    struct index_session s = { .hardware_id = "0123456789abcdef", .os = "Debian GNU/Linux 12", .cpu = "Example CPU 4",
                               .cores = 4, .memory_bytes = 16000000000, .interval_s = 10, .metrics = 90,
                                   .state = INDEX_ENDED,
                               .origin = "recorded", .verdict = "well: nothing unusual in 2 days" };
    strcpy(s.id, id);
    strcpy(s.workload, workload);
    s.start_ms = ASK_SAMPLE_BEGIN + (int64_t)(from_h * HOUR) * 1000;
    s.end_ms = ASK_SAMPLE_BEGIN + (int64_t)(to_h * HOUR) * 1000 - ASK_SAMPLE_STEP_MS;
    s.samples = tick(to_h - from_h);
    assert_int_equal(index_put_session(x, &s), 0);
}

static void sample_anomaly(struct index *x, double from_h, double to_h, const char *area, const char *summary)
{
    int64_t from = ASK_SAMPLE_BEGIN + (int64_t)(from_h * HOUR * 1000 + 0.5),
        to = ASK_SAMPLE_BEGIN + (int64_t)(to_h * HOUR * 1000 + 0.5);
    struct index_anomaly a = { .time_ms = from, .end_ms = to, .peak_ms = from + (to - from) / 2, .score = 9,
                               .probability = NAN,
                               .severity = SEVERITY_WARNING, .area = area, .summary = summary, .causes = "[]" };
    assert_int_equal(index_add_anomalies(x, SESSION, &a, 1), 1);
}

/* The line of a log that was found ten seconds before an anomaly. */
static void sample_log(struct index *x, double from_h, const char *text)
{
    int64_t from = ASK_SAMPLE_BEGIN + (int64_t)(from_h * HOUR * 1000 + 0.5);
    struct index_log line = { .log = "journal", .ident = "systemd", .unit = "", .message_id = "", .text = text,
                              .time_ms = from - 10000, .count = 1, .priority = 3, .score = 0.8 };
    struct index_logs logs = { .anomaly_ms = from, .read = 40, .reason = "", .log = &line, .n = 1 };
    assert_int_equal(index_put_logs(x, SESSION, &logs), 0);
}

/* What the recorder noted on the day, from 9 to 10 o'clock. */
static void sample_noted(struct index *x)
{
    static const struct { double h; enum event_kind kind; enum severity grave; const char *source, *text; } rows[] = {
        { 57.1, EVENT_BUDGET, SEVERITY_CRITICAL, "budget", "Sonde takes more than it may" },
        { 57.2, EVENT_CHANGE, SEVERITY_CRITICAL, "memory", "the kernel ended mysqld (pid 812) for lack of memory" },
        { 57.3, EVENT_CHANGE, SEVERITY_INFO, "packages", "installed and removed sl 5.02-1+b1" },
        { 57.4, EVENT_LOG, SEVERITY_WARNING, "logs", "kernel: sda: I/O error" },
        { 57.5, EVENT_LOG, SEVERITY_WARNING, "logs", "kernel: sda: I/O error" },
        { 57.6, EVENT_CHANGE, SEVERITY_WARNING, "service", "service nginx.service failed: exit-code" },
        { 57.7, EVENT_CHANGE, SEVERITY_WARNING, "service", "service nginx.service failed: exit-code" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event e = { .wall_ms = ASK_SAMPLE_BEGIN + (int64_t)(rows[i].h * HOUR * 1000 + 0.5), .kind = rows[i].kind,
                           .severity = rows[i].grave };
        e.end_ms = e.wall_ms;
        text_copy(e.source, sizeof e.source, rows[i].source);
        text_copy(e.text, sizeof e.text, rows[i].text);
        assert_int_equal(index_add_events(x, SESSION_2, &e, 1), 1);
    }
    struct index_alert held = { .rule = "hot", .metric = "cpu.temp", .unit = "C", .text = "cpu.temp above 90 C",
                                .since_ms = ASK_SAMPLE_BEGIN + (int64_t)(58 * HOUR) * 1000,
                                .severity = SEVERITY_WARNING, .value = 91 }, past = held;
    past.rule = "full";
    past.text = "/ is above 95 %";
    past.since_ms = ASK_SAMPLE_BEGIN + (int64_t)(57 * HOUR) * 1000;
    past.end_ms = past.since_ms + 60000;
    assert_int_equal(index_put_alert(x, &held), 0);
    assert_int_equal(index_put_alert(x, &past), 0);
}

static int sample_index(void *self, struct index *x)
{
    enum machine m = *(const enum machine *)self;
    sample_session(x, SESSION, 0, m == DAY ? 55 : 60, m == GPU ? "model_training" : "coding");
    if (m == DAY) {
        struct event boot = { .wall_ms = ASK_SAMPLE_BEGIN + (int64_t)(55 * HOUR) * 1000, .kind = EVENT_GAP,
                              .severity = SEVERITY_NOTICE,
                              .source = "sampler", .text = "the machine was started again" };
        boot.end_ms = boot.wall_ms;
        sample_session(x, SESSION_2, 55, 60, "coding");
        assert_int_equal(index_label(x, SESSION, "baseline", "before the update"), 0);
        assert_int_equal(index_add_events(x, SESSION_2, &boot, 1), 1);
        sample_noted(x);
        sample_anomaly(x, 24 + 14 + 5 / 60.0, 24 + 14 + 7 / 60.0, "cpu",
                       "cpu: util rose from 25.0 % to 96.0 % at 14:05:00, by render (pid 5001)");
        sample_log(x, 24 + 14 + 5 / 60.0, "render.service: Watchdog timeout (limit 3min)!");
    }
    if (m == NIGHT)
        sample_anomaly(x, 50 + 10 / 60.0, 50 + 40 / 60.0, "disk",
                       "disk: write sda rose from 200 kB/s to 180 MB/s at 02:10:00, by backup (pid 4242)");
    if (m == GPU) {
        struct event driver = { .wall_ms = ASK_SAMPLE_BEGIN + (int64_t)(56 * HOUR - 600) * 1000, .kind = EVENT_CHANGE,
                                .severity = SEVERITY_NOTICE, .source = "packages",
                                .text = "upgraded nvidia-driver 550.54.14-1 to 555.42.02-1" };
        driver.end_ms = driver.wall_ms;
        assert_int_equal(index_add_events(x, SESSION, &driver, 1), 1);
        sample_anomaly(x, 58, 58.5, "thermal",
                       "thermal: temp gpu rose from 76.0 C to 88.0 C at 10:00:00, by trainer (pid 3100)");
    }
    return 0;
}

void ask_sample_make(const char *machine, char dir[static 64])
{
    char folder[128];
    struct index *x;
    enum machine m = DAY;
    while (strcmp(ask_sample_machines[m], machine) != 0)
        m++;
    assert_int_equal(os_make_temp_dir(false, dir, 64), 0);
    if (strcmp(machine, "empty") == 0)
        return;
    snprintf(folder, sizeof folder, "%s/segments", dir);
    assert_int_equal(os_make_dir(folder), 0);
    sample_segments(dir, m);
    struct index_options o = { .rebuild = sample_index, .self = &m };
    assert_int_equal(index_open(dir, &o, &x), 0);
    index_close(x);
}
