/*
 * Every adapter on every recorded machine of tests/fixtures: the last frame against a golden file,
 * and the figures that matter against what is worked out by hand from the recordings, whose numbers
 * are those of tests/fixtures/make/.
 */
#include "test.h"

#include "adapters/registry.h"
#include "analyze/areas.h"
#include "analyze/import/import.h"
#include "base/auto.h"
#include "core/replay.h"
#include "core/sampler.h"
#include "golden.h"
#include "output/exporter.h"

#include <errno.h>
#include <unistd.h>

static const struct adapter *const all[] = { ADAPTERS NULL };
static const char *const machines[] = {
    "vm-2cpu", "laptop", "server-128cpu", "container", "arm-board", "rtx-desktop", "gpu-server",
    "amd-desktop", "intel-arc-laptop", "h200-server",
};

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

static void golden_machines(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof machines / sizeof *machines; m++)
        golden(machines[m]);
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

    /* The disk's own name, and a fan of which there is none. */
    assert_near(get(&p, "disk.temp", "nvme0n1"), 38.85, 1e-9);
    assert_nan(get(&p, "sensor.fan", "platform-thinkpad_hwmon/thinkpad/fan2"));

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

static void server_health(void **state)
{
    (void)state;
    struct played p;
    play(&p, "server-128cpu");
    /* Three errors in 10 s, of one module of the second controller; read every 30 s: at the start. */
    assert_near(get(&p, "memory.errors.corrected", "mc1/P2-DIMMA1"), 40, 0);
    assert_near(get(&p, "memory.errors.uncorrected", "mc0"), 0, 0);
    assert_near(get(&p, "raid.missing", "md127"), 1, 0);
    /* Of four cores with idle states two sleep for 800 ms of each second. */
    assert_near(get(&p, "cpu.core.idle_residency", "64"), 80, 1e-9);
    assert_near(get(&p, "cpu.idle_residency", "C2"), 40, 1e-9);
    assert_near(get(&p, "cpu.idle_residency", "C1"), 10, 1e-9);
    /* The second package's two cores of four are slowed down for 100 ms of each second. */
    assert_near(get(&p, "cpu.throttle.core", NULL), 5, 1e-9);
    assert_near(get(&p, "cpu.throttle.core.events.rate", NULL), 2, 1e-9);
    assert_near(get(&p, "cpu.throttle.package", "0"), 0, 0);
    /* 0.2 s of CPU time in 1 s, of 128 processors. */
    assert_near(get(&p, "cgroup.cpu.util", "postgresql.service"), 100 * 0.2 / 128, 1e-9);
    assert_near(get(&p, "cgroup.memory.limit", "postgresql.service"), 64.0 * 1073741824, 0);
    assert_near(get(&p, "cgroup.io.write.rate", "postgresql.service"), 13e6, 1);
    assert_near(get(&p, "cgroup.cpu.util", "job-01.service"), 0, 0);
    played_done(&p);
}

static void arm_board(void **state)
{
    (void)state;
    struct played p;
    play(&p, "arm-board");
    assert_int_equal(p.ticks, 4);
    /* The zone and the chip are one sensor: 52 degrees and 0.4 a second. */
    assert_near(get(&p, "cpu.temp", NULL), 58, 1e-9);
    assert_near(get(&p, "sensor.temp", "thermal/gpu-thermal"), 49, 1e-9);
    assert_near(get(&p, "sensor.pwm", "platform-cooling_fan/pwmfan/pwm1"), 100.0 * 75 / 255, 1e-9);
    /* The first core sleeps deeply for a fifth of its time, the others for 70 %; the fourth is offline at the end. */
    assert_near(get(&p, "cpu.core.idle_residency", "0"), 20, 1e-9);
    assert_near(get(&p, "cpu.core.idle_residency", "1"), 70, 1e-9);
    assert_nan(get(&p, "cpu.core.util", "3"));
    assert_near(get(&p, "zram.ratio", "zram0"), (400.0 * 1048576 + 4096 * 40 * 15) / (110.0 * 1048576), 1e-9);
    /* Half a second of CPU time in 5 s, of four processors; held back in half of its periods. */
    assert_near(get(&p, "cgroup.cpu.util", "mosquitto.service"), 100 * 0.5 / 4, 1e-9);
    assert_near(get(&p, "cgroup.cpu.throttled", "docker-0f0f0f0f0f0f"), 50, 1e-9);
    assert_near(get(&p, "cgroup.memory.limit", "docker-0f0f0f0f0f0f"), 128.0 * 1048576, 0);
    assert_near(get(&p, "disk.write.rate", "mmcblk0"), 98304, 1e-3);
    assert_int_equal(schema_find(sampler_schema(p.sampler), "power.package", "0"), -ENOENT);
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

static void rtx_desktop(void **state)
{
    (void)state;
    struct played p;
    play(&p, "rtx-desktop");
    assert_int_equal(p.ticks, 4);
    assert_near(get(&p, "gpu.util", "0"), 98, 0);
    /* 12 of 16 GB. */
    assert_near(get(&p, "gpu.vram.util", "0"), 75, 1e-9);
    /* 300 J more in 1 s; the power of that very moment is 300.3 W, of the 320 that hold it down. */
    assert_near(get(&p, "gpu.energy.rate", "0"), 300, 1e-6);
    assert_near(get(&p, "gpu.power", "0"), 300.3, 0);
    assert_near(get(&p, "gpu.throttle", "0"), 1, 0);
    assert_near(get(&p, "gpu.throttle.power", "0"), 1, 0);
    assert_near(get(&p, "gpu.throttle.thermal", "0"), 0, 0);
    assert_near(get(&p, "gpu.clock.core", "0"), 2610e6, 0);
    assert_near(get(&p, "gpu.processes.graphics", "0"), 3, 0);
    assert_near(get(&p, "gpu.processes.compute", "0"), 1, 0);
    assert_near(get(&p, "gpu.asleep", "0"), 0, 0);
    /* Its second function is a sound card, no GPU; a GeForce counts no memory errors. */
    const struct schema *s = sampler_schema(p.sampler);
    assert_int_equal(schema_find(s, "gpu.asleep", "1"), -ENOENT);
    assert_int_equal(schema_find(s, "gpu.ecc.corrected", "0"), -ENOENT);
    /* Four cores full, twelve at 5 %. */
    assert_near(get(&p, "cpu.util", NULL), (4 * 100 + 12 * 5) / 16.0, 1e-9);
    played_done(&p);
}

/* A real one, which multiplies matrices. */
static void h200_server(void **state)
{
    (void)state;
    struct played p;
    play(&p, "h200-server");
    assert_int_equal(p.ticks, 3);
    assert_near(get(&p, "gpu.util", "0"), 100, 0);
    assert_near(get(&p, "gpu.vram.total", "0"), 150754820096, 0);
    assert_near(get(&p, "gpu.power.limit", "0"), 700, 0);
    assert_near(get(&p, "gpu.processes.compute", "0"), 1, 0);
    /* The energy of a second is what the power says, to a few watts. */
    assert_near(get(&p, "gpu.energy.rate", "0"), get(&p, "gpu.power", "0"), 20);
    /* It has no fan, and memory that tells its errors and its temperature. */
    const struct schema *s = sampler_schema(p.sampler);
    assert_int_equal(schema_find(s, "gpu.fan", "0"), -ENOENT);
    assert_true(schema_find(s, "gpu.ecc.corrected", "0") >= 0);
    assert_true(get(&p, "gpu.temp.memory", "0") > 30);
    played_done(&p);
}

static int gpu_events(struct played *p, const char *words)
{
    struct event e;
    int n = 0;
    while (sampler_event(p->sampler, &e))
        n += e.kind == EVENT_ADAPTER && strcmp(e.source, "nvidia") == 0 && strstr(e.text, words);
    return n;
}

/* GPU 2 sleeps at first, 3 is lost from the second instant to the fourth. */
static void gpu_server(void **state)
{
    (void)state;
    struct played p;
    played_open(&p, "gpu-server");
    assert_int_equal(sampler_next(p.sampler, &p.last), 0);
    assert_near(get(&p, "gpu.asleep", "2"), 1, 0);
    assert_int_equal(schema_find(sampler_schema(p.sampler), "gpu.util", "2"), -ENOENT); /* not asked yet */
    assert_near(get(&p, "gpu.util", "3"), 0, 0);
    assert_near(get(&p, "gpu.power", "3"), 70, 0);
    assert_int_equal(sampler_next(p.sampler, &p.last), 0);
    assert_nan(get(&p, "gpu.util", "3"));
    assert_nan(get(&p, "gpu.power", "3"));
    assert_int_equal(gpu_events(&p, "GPU 3 (0000:e3:00.0) is lost"), 1);
    assert_near(get(&p, "gpu.energy.rate", "0"), 400, 1e-6);
    assert_near(get(&p, "gpu.energy.rate", "1"), 350, 1e-6);
    while (sampler_next(p.sampler, &p.last) == 0)
        ;
    assert_int_equal(gpu_events(&p, "GPU 3 (0000:e3:00.0) is back"), 1);
    assert_near(get(&p, "gpu.power", "3"), 70, 0);
    assert_near(get(&p, "gpu.asleep", "2"), 0, 0);
    assert_near(get(&p, "gpu.power", "2"), 70, 0);
    /* 88 degrees where 87 are the limit: a hardware brake for heat. */
    assert_near(get(&p, "gpu.throttle.thermal", "0"), 1, 0);
    assert_near(get(&p, "gpu.throttle.hardware", "0"), 1, 0);
    assert_near(get(&p, "gpu.throttle", "1"), 0, 0);
    assert_near(get(&p, "gpu.throttle", "2"), 0, 0); /* only idle */
    /* One more in 10 s. */
    assert_near(get(&p, "gpu.ecc.corrected.rate", "1"), 0.1, 1e-9);
    assert_near(get(&p, "gpu.vram.util", "0"), 90, 1e-9);
    played_done(&p);
}

static double gpu_bytes(const struct played *p, int pid)
{
    const struct proctab *t = sampler_procs(p->sampler);
    for (size_t i = 0; i < t->n; i++)
        if (t->p[i].pid == pid)
            return t->p[i].gpu_bytes;
    fail_msg("no process %d", pid);
    return NAN;
}

static void amd(void **state)
{
    (void)state;
    struct played p;
    play(&p, "amd-desktop");
    assert_int_equal(p.ticks, 4);
    /* The game drew for 880 ms of the second, told by two descriptors of one client, the desktop for 10. */
    assert_near(get(&p, "gpu.render.util", "0"), 89, 1e-6);
    assert_near(get(&p, "gpu.compute.util", "0"), 4, 1e-6);
    assert_near(get(&p, "gpu.encoder.util", "0"), 25, 1e-6);
    assert_near(get(&p, "gpu.render.util", "1"), 5, 1e-6);
    assert_near(get(&p, "gpu.processes.graphics", "0"), 2, 0);
    assert_near(get(&p, "gpu.processes.compute", "0"), 1, 0);
    /* 4 GiB and three times 256 MiB of 16 GiB; the slot has 8 lanes, the card inside 16. */
    assert_near(get(&p, "gpu.vram.util", "0"), 100 * 4.75 / 16, 1e-9);
    assert_near(get(&p, "gpu.pcie.width", "0"), 8, 0);
    assert_near(get(&p, "gpu.power", "0"), 261, 1e-6);
    assert_near(get(&p, "gpu.throttle.power", "0"), 1, 0);
    assert_near(get(&p, "gpu.throttle.power", "1"), 0, 0);
    /* Memory of the card; for the desktop its 2 MiB and what it holds of the processor's graphics. */
    assert_near(gpu_bytes(&p, 2600), (3072 + 768) * 1048576.0, 0);
    assert_near(gpu_bytes(&p, 1500), (2 + 40 + 60) * 1048576.0, 0);
    assert_nan(gpu_bytes(&p, 1));
    /* The chips of the GPUs are not shown a second time. */
    const struct schema *s = sampler_schema(p.sampler);
    for (int i = -1; (i = schema_next(s, "sensor.temp", i)) >= 0;)
        assert_null(strstr(schema_id(s, i), "amdgpu"));
    played_done(&p);
}

static void arc(void **state)
{
    (void)state;
    struct played p;
    played_open(&p, "intel-arc-laptop");
    for (int t = 0; t < 2; t++) {
        assert_int_equal(sampler_next(p.sampler, &p.last), 0);
        assert_near(get(&p, "gpu.asleep", "1"), 1, 0);
        assert_int_equal(schema_find(sampler_schema(p.sampler), "gpu.temp", "1"), -ENOENT);
    }
    while (sampler_next(p.sampler, &p.last) == 0)
        ;
    /* Two programs drew for 120 and 30 ms; of two video engines one worked for half a second. */
    assert_near(get(&p, "gpu.render.util", "0"), 15, 1e-6);
    assert_near(get(&p, "gpu.video.util", "0"), 25, 1e-6);
    assert_near(get(&p, "gpu.util", "0"), 25, 1e-6);
    assert_near(get(&p, "gpu.clock.core", "0"), 650e6, 0);
    assert_near(get(&p, "gpu.throttle.power", "0"), 1, 0);
    /* The card woke up, computes in 90 % of its cycles and takes 55 W. */
    assert_near(get(&p, "gpu.asleep", "1"), 0, 0);
    assert_near(get(&p, "gpu.compute.util", "1"), 90, 1e-6);
    assert_near(get(&p, "gpu.util", "1"), 90, 1e-6);
    assert_near(get(&p, "gpu.power", "1"), 55, 1e-6);
    assert_near(get(&p, "gpu.temp", "1"), 54, 0);
    assert_near(gpu_bytes(&p, 2300), 1073741824, 0);
    assert_near(gpu_bytes(&p, 1500), 80 * 1048576.0, 0);
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
    int lost = 0;
    for (size_t m = 0; m < sizeof machines / sizeof *machines; m++) {
        struct played p;
        played_open(&p, machines[m]);
        struct recording *rec = recording_new();
        rec->interval_s = replay_interval(p.replay);
        struct feed *feed = feed_of_sampler(p.sampler, machines[m], false);
        p.sampler = NULL; /* the feed closes it */
        assert_int_equal(recording_run(rec, feed, 60 * rec->interval_s, NULL, NULL), 0);
        struct recording *again = exported(rec);
        for (int slot = 0; slot < schema_size(rec->schema); slot++)
            lost += !same_column(rec, again, slot);
        assert_int_equal(schema_size(again->schema), schema_size(rec->schema));
        recording_free(again);
        recording_free(rec);
        feed_close(feed);
        played_done(&p);
    }
    assert_int_equal(lost, 0);
}

/* What adapters measure has a row in areas.c: what has none may open an episode by itself. */
static void areas_are_known(void **state)
{
    (void)state;
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
        cmocka_unit_test(golden_machines),
        cmocka_unit_test(laptop),
        cmocka_unit_test(laptop_power),
        cmocka_unit_test(server),
        cmocka_unit_test(server_tables),
        cmocka_unit_test(server_sensors),
        cmocka_unit_test(server_health),
        cmocka_unit_test(container),
        cmocka_unit_test(rtx_desktop),
        cmocka_unit_test(gpu_server),
        cmocka_unit_test(h200_server),
        cmocka_unit_test(arm_board),
        cmocka_unit_test(amd),
        cmocka_unit_test(arc),
        cmocka_unit_test(areas_are_known),
        cmocka_unit_test(csv_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
