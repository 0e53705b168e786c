/*
 * Every adapter on the recorded machines of tests/fixtures: the figures that matter against what is
 * worked out by hand from the recordings, whose numbers are those of tests/fixtures/make/.
 */
#include "test.h"

#include "adapters/registry.h"
#include "core/replay.h"
#include "core/sampler.h"

#include <errno.h>
#include <unistd.h>

static const struct adapter *const all[] = { ADAPTERS NULL };

struct played {
    struct replay *replay;
    struct sampler *sampler;
    const struct frame *last;
    int ticks;
};

static void play(struct played *p, const char *machine)
{
    char path[512];
    SOURCE_PATH(path, "tests/fixtures/");
    strncat(path, machine, sizeof path - strlen(path) - 1);
    *p = (struct played){ 0 };
    assert_int_equal(replay_open(path, &p->replay), 0);
    p->sampler = sampler_open(all, &(struct sampler_options){
        .root = replay_root(p->replay), .clock = replay_clock(p->replay), .interval_s = replay_interval(p->replay) });
    int rc;
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

    /* sdc is busy 990 ms of each second, and its 200 writes take 20 ms each; dm-0 lies on it and does not count twice. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laptop),
        cmocka_unit_test(server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
