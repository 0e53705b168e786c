/*
 * Every adapter on every recorded machine of tests/fixtures: the last frame against a golden file,
 * and the figures that matter against what is worked out by hand from the recordings, whose numbers
 * are those of tests/fixtures/make/.
 */
#include "test.h"

#include "adapters/registry.h"
#include "analyze/areas.h"
#include "analyze/import.h"
#include "base/auto.h"
#include "core/replay.h"
#include "core/sampler.h"
#include "golden.h"
#include "output/exporter.h"

#include <errno.h>
#include <unistd.h>

static const struct adapter *const all[] = { ADAPTERS NULL };

struct played {
    struct replay *replay;
    struct sampler *sampler;
    const struct frame *last;
    int ticks;
};

static void played_open(struct played *p, const char *machine)
{
    char path[512];
    SOURCE_PATH(path, "tests/fixtures/");
    strncat(path, machine, sizeof path - strlen(path) - 1);
    *p = (struct played){ 0 };
    assert_int_equal(replay_open(path, &p->replay), 0);
    p->sampler = sampler_open(all, &(struct sampler_options){
        .root = replay_root(p->replay), .clock = replay_clock(p->replay), .interval_s = replay_interval(p->replay) });
}

static void play(struct played *p, const char *machine)
{
    int rc;
    played_open(p, machine);
    while ((rc = sampler_next(p->sampler, &p->last)) == 0)
        p->ticks++;
    assert_int_equal(rc, -ENODATA);
}

static void played_done(struct played *p)
{
    sampler_close(p->sampler);
    replay_close(p->replay);
}

static double get(const struct played *p, const char *name, const char *inst)
{
    int slot = schema_find(sampler_schema(p->sampler), name, inst);
    if (slot < 0)
        fail_msg("no metric %s{%s}", name, inst ? inst : "");
    return frame_get(p->last, slot);
}

/* One line per metric, what sonde costs left out;
 * 12 digits, so that the last bit does not matter. */
static void golden(const char *machine)
{
    struct played p;
    auto_buf struct buf out = { 0 };
    char file[128];
    play(&p, machine);
    const struct schema *s = sampler_schema(p.sampler);
    for (int i = 0; i < schema_size(s); i++) {
        double v = frame_get(p.last, i);
        if (strncmp(schema_id(s, i), "sonde.", 6) != 0)
            buf_printf(&out, isnan(v) ? "%s %s -\n" : "%s %s %.12g\n", schema_id(s, i),
                       unit_code(schema_at(s, i)->unit), v);
    }
    played_done(&p);
    snprintf(file, sizeof file, "machines/%s.txt", machine);
    golden_check(file, out.p, out.n);
}

static void golden_vm(void **state)
{
    (void)state;
    golden("vm-2cpu");
}

static void golden_laptop(void **state)
{
    (void)state;
    golden("laptop");
}

static void golden_server(void **state)
{
    (void)state;
    golden("server-128cpu");
}

static void golden_container(void **state)
{
    (void)state;
    golden("container");
}

static void laptop(void **state)
{
    (void)state;
    struct played p;
    play(&p, "laptop");
    assert_int_equal(p.ticks, 4);

    /* In 1 s, of 8 x 100 ticks: user 60 + 7 x 10, system 20 + 7 x 5, waiting for the disk 7 x 5. */
    assert_near(get(&p, "cpu.util", NULL), 100.0 * (60 + 70 + 20 + 35) / 800, 1e-9);
    assert_near(get(&p, "cpu.user", NULL), 100.0 * 130 / 800, 1e-9);
    assert_near(get(&p, "cpu.iowait", NULL), 100.0 * 35 / 800, 1e-9);
    assert_near(get(&p, "cpu.core.util", "0"), 80, 1e-9);
    assert_near(get(&p, "cpu.core.util", "7"), 15, 1e-9);
    /* 3.4 GHz for core 0, 1.5 GHz for the other seven. */
    assert_near(get(&p, "cpu.core.freq", "0"), 3.4e9, 1);
    assert_near(get(&p, "cpu.freq", NULL), (3.4e9 + 7 * 1.5e9) / 8, 1);

    /* Available is 9.6 of 16 million KiB. */
    assert_near(get(&p, "memory.available", NULL), 9600000.0 * 1024, 0);
    assert_near(get(&p, "memory.util", NULL), 40, 1e-9);

    /* 40 writes of 102400 bytes in 1 s took 40 ms, 10 reads 5 ms; the disk was busy for 50 ms. */
    assert_near(get(&p, "disk.write.rate", "nvme0n1"), 4096000, 1e-3);
    assert_near(get(&p, "disk.util", "nvme0n1"), 5, 1e-6);
    assert_near(get(&p, "disk.latency", "nvme0n1"), 0.045 / 50, 1e-9);
    assert_near(get(&p, "net.recv.rate", "wlp3s0"), 250000, 1e-3);

    /* 70 of 110 GB of home are used where 18 of the 20 free ones are for users: df's way. */
    assert_near(get(&p, "fs.util", "/home"), 100.0 * 340 / (340 + 18), 1e-9);

    /* systemd, kthreadd, 8 more of the kernel, NetworkManager, gnome-shell, browser, D, Z, cc1. */
    assert_near(get(&p, "process.count", NULL), 16, 0);
    assert_near(get(&p, "process.zombies", NULL), 1, 0);
    assert_near(get(&p, "process.uninterruptible", NULL), 1, 0);
    /* Numbers 2501 to 2506 were given; 2503 is there, so five came and went. */
    assert_near(get(&p, "process.new", NULL), 1, 0);
    assert_near(get(&p, "process.short_lived", NULL), 5, 0);
    played_done(&p);
}

/* The counter goes from 5 J before its end to 10 J: 15 W, and not a reset. */
static void laptop_power(void **state)
{
    (void)state;
    struct played p;
    play(&p, "laptop");
    assert_near(get(&p, "power.package", "0"), 15, 1e-6);

    /* 1.2 A at 11.4 V; 2.4 Ah left at 1.2 A are 2 h; 4 of 5 Ah can still be charged. */
    assert_near(get(&p, "battery.power", "BAT0"), 1.2 * 11.4, 1e-9);
    assert_near(get(&p, "battery.charge", "BAT0"), 60, 0.5);
    assert_near(get(&p, "battery.wear", "BAT0"), 20, 1e-9);
    assert_near(get(&p, "battery.time_left", "BAT0"), 7200, 10);
    played_done(&p);
}

static void server(void **state)
{
    (void)state;
    struct played p;
    play(&p, "server-128cpu");
    assert_int_equal(p.ticks, 3);
    /* A quarter of the cores full, a quarter half. */
    assert_near(get(&p, "cpu.util", NULL), 25 + 12.5, 1e-9);
    assert_near(get(&p, "cpu.core.util", "31"), 100, 1e-9);
    assert_near(get(&p, "cpu.core.util", "127"), 0, 1e-9);
    assert_near(get(&p, "cpu.context_switches.rate", NULL), 300000, 1e-3);

    /* sdc is busy 990 ms of each second, and its 200 writes take 20 ms each;
     * dm-0 lies on it and does not count twice. */
    assert_near(get(&p, "disk.util", "sdc"), 99, 1e-6);
    assert_near(get(&p, "disk.latency", "sdc"), 0.02, 1e-9);
    assert_near(get(&p, "disk.writes.rate", "total"), 200 + 11 * 5, 1e-6);

    /* The bond carries what its two cards carry: 120 MB/s each, not four times that. */
    assert_near(get(&p, "net.recv.rate", "bond0"), 240e6, 1);
    assert_near(get(&p, "net.recv.rate", "total"), 240e6, 1);

    assert_near(get(&p, "fs.util", "/srv"), 97, 1e-9);
    /* 2 + 128 + 110 of the kernel and systemd, 32 + 1 that compute, 27 of a database. */
    assert_near(get(&p, "process.count", NULL), 300, 0);
    const struct proctab *t = sampler_procs(p.sampler);
    assert_int_equal(t->n, 300);
    played_done(&p);
}

/* What only large machines have: nodes, and queues of devices that count as one. */
static void server_tables(void **state)
{
    (void)state;
    struct played p;
    play(&p, "server-128cpu");
    /* 32 cores where tasks wait 0.5 s a second, in 100 turns. */
    assert_near(get(&p, "cpu.runqueue.waiting", "31"), 0.5, 1e-9);
    assert_near(get(&p, "cpu.runqueue.waiting", "total"), 16, 1e-9);
    assert_near(get(&p, "cpu.runqueue.latency", "0"), 0.005, 1e-12);
    /* 4 queues, 128 cores, 10 a second each. */
    assert_near(get(&p, "cpu.interrupts.device.rate", "eno1-TxRx"), 4 * 128 * 10, 1e-6);
    assert_near(get(&p, "cpu.interrupts.kind.rate", "timer"), 128 * 250, 1e-6);
    assert_near(get(&p, "net.softnet.processed.rate", "total"), 128 * 1000, 1e-6);
    assert_near(get(&p, "net.softnet.dropped.rate", "0"), 1, 1e-9);
    assert_near(get(&p, "memory.node.free", "1"), 10e6 * 1024, 0);
    assert_near(get(&p, "memory.node.miss.rate", "0"), 100, 1e-6);
    assert_near(get(&p, "memory.hugepages.free", "1048576kB"), 4, 0);
    assert_near(get(&p, "net.conntrack.util", NULL), 75, 1e-9);
    /* 300 pages in small pieces, 10 pieces of 1024. */
    assert_near(get(&p, "memory.zone.fragmented", "1/Normal"), 100.0 * 300 / (300 + 10 * 1024), 1e-9);
    played_done(&p);
}

static void server_sensors(void **state)
{
    (void)state;
    struct played p;
    play(&p, "server-128cpu");
    assert_near(get(&p, "power.package", "0"), 180, 1e-6);
    assert_near(get(&p, "power.package", "1"), 200, 1e-6);
    /* Two chips of one name are told apart, and each keeps its temperature:
     * 65 + 2 and 70 + 2 degrees. */
    const struct schema *s = sampler_schema(p.sampler);
    int cooler = 0, warmer = 0;
    for (int i = 0; i < schema_size(s); i++) {
        bool temp = schema_match(s, i, "sensor.temp{*}") && strstr(schema_id(s, i), "k10temp");
        cooler += temp && fabs(frame_get(p.last, i) - 67) < 1e-9;
        warmer += temp && fabs(frame_get(p.last, i) - 72) < 1e-9;
    }
    assert_int_equal(cooler, 1);
    assert_int_equal(warmer, 1);
    played_done(&p);
}

static void container(void **state)
{
    (void)state;
    struct played p;
    play(&p, "container");
    assert_int_equal(p.ticks, 4);
    /* 1.9 s of CPU time in 1 s, of the two processors that it may use. */
    assert_near(get(&p, "cgroup.cpu.util", NULL), 95, 1e-6);
    /* Held back in 4 of 10 periods. */
    assert_near(get(&p, "cgroup.cpu.throttled", NULL), 40, 1e-6);
    /* 768 MiB, of which 128 are file cache that was not touched lately. */
    assert_near(get(&p, "cgroup.memory.used", NULL), 640.0 * 1048576, 0);
    assert_near(get(&p, "cgroup.memory.limit", NULL), 1073741824, 0);
    /* Stalled for 350 ms of the second, 250 ms altogether. */
    assert_near(get(&p, "cgroup.pressure.cpu.some", NULL), 35, 1e-6);
    assert_near(get(&p, "cgroup.pressure.cpu.full", NULL), 25, 1e-6);
    /* The host's 16 processors are what /proc/stat shows: 4 of them busy. */
    assert_near(get(&p, "cpu.util", NULL), 25, 1e-9);
    /* Its own numbers: 41 to 43 were given while 500 tasks a second began on the host. */
    assert_near(get(&p, "process.count", NULL), 4, 0);
    assert_near(get(&p, "process.short_lived", NULL), 3, 0);
    assert_int_equal(schema_find(sampler_schema(p.sampler), "battery.charge", "BAT0"), -ENOENT);
    played_done(&p);
}

/* The recording of a machine, as CSV, and read again. */
static struct recording *exported(struct recording *rec)
{
    struct recording *again = NULL;
    auto_buf struct buf out = { 0 };
    char message[IMPORT_MESSAGE] = "";
    export_recording(&out, exporter_find("csv"), rec, NULL);
    if (import_memory("export.csv", out.p, out.n, &again, message, sizeof message) < 0)
        fail_msg("%s", message);
    return again;
}

static bool same_column(const struct recording *a, const struct recording *b, int slot)
{
    const struct metric *x = schema_at(a->schema, slot);
    int other = schema_find(b->schema, x->name, x->inst);
    if (other < 0)
        return false;
    const struct metric *y = schema_at(b->schema, other);
    const double *p = recording_col(a, slot), *q = recording_col(b, other);
    bool same = x->unit == y->unit && (x->kind == KIND_COUNTER) == (y->kind == KIND_COUNTER);
    for (size_t i = 0; i < a->n; i++)
        same = same && (p[i] == q[i] || (isnan(p[i]) && isnan(q[i])));
    if (!same)
        print_message("%s: %s %s became %s %s, or its values changed\n", schema_id(a->schema, slot),
                      unit_code(x->unit), kind_name(x->kind), unit_code(y->unit), kind_name(y->kind));
    return same;
}

/* Ratios come back as gauges, because nothing names their two counters; all else is as it was. */
static void csv_comes_back(void **state)
{
    (void)state;
    static const char *const machines[] = { "vm-2cpu", "laptop", "server-128cpu", "container" };
    int lost = 0;
    for (size_t m = 0; m < sizeof machines / sizeof *machines; m++) {
        struct played p;
        played_open(&p, machines[m]);
        struct recording *rec = recording_new();
        rec->interval_s = replay_interval(p.replay);
        assert_int_equal(recording_run(rec, p.sampler, 60 * rec->interval_s, NULL, NULL), 0);
        struct recording *again = exported(rec);
        for (int slot = 0; slot < schema_size(rec->schema); slot++)
            lost += !same_column(rec, again, slot);
        assert_int_equal(schema_size(again->schema), schema_size(rec->schema));
        recording_free(again);
        recording_free(rec);
        played_done(&p);
    }
    assert_int_equal(lost, 0);
}

/* What adapters measure has a row in areas.c: what has none may open an episode by itself. */
static void areas_are_known(void **state)
{
    (void)state;
    static const char *const machines[] = { "vm-2cpu", "laptop", "server-128cpu", "container" };
    for (size_t k = 0; k < sizeof machines / sizeof *machines; k++) {
        struct played p;
        play(&p, machines[k]);
        struct recording *r = recording_new();
        const struct schema *s = sampler_schema(p.sampler);
        for (int i = 0; i < schema_size(s); i++) {
            schema_add(r->schema, schema_at(s, i));
            struct area_rule rule = area_of(r, i);
            if (schema_at(s, i)->kind != KIND_COUNTER && rule.use == AREA_DECIDES && rule.change == 0)
                fail_msg("%s has no row in areas.c", schema_id(s, i));
        }
        recording_free(r);
        played_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_vm),
        cmocka_unit_test(golden_laptop),
        cmocka_unit_test(golden_server),
        cmocka_unit_test(golden_container),
        cmocka_unit_test(laptop),
        cmocka_unit_test(laptop_power),
        cmocka_unit_test(server),
        cmocka_unit_test(server_tables),
        cmocka_unit_test(server_sensors),
        cmocka_unit_test(container),
        cmocka_unit_test(areas_are_known),
        cmocka_unit_test(csv_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
