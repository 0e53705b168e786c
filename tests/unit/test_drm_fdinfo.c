/* What clients of GPUs tell in fdinfo, who they are, and what they add up to. */
#include "test.h"

#include "adapters/linux/drm_clients.h"
#include "machine.h"

#include <stdarg.h>

/* Examples of the kernel: xe_drm_client.c, amdgpu_fdinfo.c, i915_drm_client.c. */
static const char xe[] =
    "pos:\t0\nflags:\t0100002\nmnt_id:\t26\nino:\t685\ndrm-driver:\txe\ndrm-client-id:\t3\ndrm-pdev:\t0000:03:00.0\n"
    "drm-total-system:\t0\ndrm-resident-system:\t0\ndrm-total-gtt:\t192 KiB\ndrm-resident-gtt:\t192 KiB\n"
    "drm-total-vram0:\t23992 KiB\ndrm-shared-vram0:\t16 MiB\ndrm-resident-vram0:\t22 MiB\ndrm-cycles-rcs:\t28257900\n"
    "drm-total-cycles-rcs:\t7655183225\ndrm-cycles-vcs:\t5\ndrm-total-cycles-vcs:\t7655183225\n"
    "drm-engine-capacity-vcs:\t2\ndrm-cycles-vecs:\t2\ndrm-total-cycles-vecs:\t7655183225\n";

static void one_of_xe(void **state)
{
    (void)state;
    struct drm_fdinfo f;
    assert_true(drm_fdinfo_parse(xe, &f));
    assert_string_equal(f.pdev, "0000:03:00.0");
    assert_int_equal(f.id, 3);
    assert_near(f.cycles[DRM_RENDER], 28257900, 0);
    assert_near(f.total_cycles[DRM_RENDER], 7655183225, 0);
    assert_near(f.cycles[DRM_VIDEO], 7, 0); /* vcs and vecs, of one clock */
    assert_near(f.total_cycles[DRM_VIDEO], 7655183225, 0);
    assert_near(f.capacity[DRM_VIDEO], 2, 0);
    assert_near(f.capacity[DRM_RENDER], 1, 0);
    assert_nan(f.cycles[DRM_COMPUTE]);
    assert_nan(f.busy_s[DRM_RENDER]);
    assert_near(f.local_bytes, 22.0 * 1048576, 0);
    assert_near(f.system_bytes, 192.0 * 1024, 0);
}

static void one_of_amdgpu(void **state)
{
    (void)state;
    struct drm_fdinfo f;
    assert_true(drm_fdinfo_parse("pasid:\t32771\ndrm-driver:\tamdgpu\ndrm-pdev:\t0000:0c:00.0\n"
                                 "drm-client-id:\t4294967299\n"
                                 "drm-memory-vram:\t1000 KiB\ndrm-memory-gtt: \t24 KiB\ndrm-memory-cpu: \t9000 KiB\n"
                                 "amd-requested-vram:\t5 KiB\ndrm-engine-gfx:\t2500000000 ns\ndrm-engine-enc:\t1000000000 ns\n"
                                 "drm-engine-enc_1:\t500000000 ns\ndrm-engine-other:\t1 ns\n", &f));
    assert_int_equal(f.id, 4294967299);
    assert_near(f.busy_s[DRM_RENDER], 2.5, 1e-12);
    assert_near(f.busy_s[DRM_ENCODE], 1.5, 1e-12);
    assert_nan(f.busy_s[DRM_DECODE]);
    assert_near(f.local_bytes, 1000.0 * 1024, 0);
    assert_near(f.system_bytes, 24.0 * 1024, 0);
}

static void what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", "pos:\t0\nflags:\t02\n", "drm-driver:\ti915\n", "drm-client-id:\t3\n", "drm-driver:\ndrm-client-id:\t3\n",
        "drm-driver:\ti915\ndrm-client-id:\tx\n", "drm-driver:\ti915\ndrm-client-id:\t3", "drm-driver i915\ndrm-client-id 3\n",
    };
    struct drm_fdinfo f;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(drm_fdinfo_parse(none[i], &f));
    assert_true(drm_fdinfo_parse("drm-driver: i915\ndrm-client-id: 3\ndrm-engine-render: -5 ns\n"
                                 "drm-engine-capacity-render: 0\ndrm-engine-copy:\ndrm-engine-video: 12", &f));
    assert_nan(f.busy_s[DRM_RENDER]);
    assert_nan(f.busy_s[DRM_COPY]);
    assert_nan(f.busy_s[DRM_VIDEO]); /* the file was cut in it */
    assert_near(f.capacity[DRM_RENDER], 1, 0);
    assert_nan(f.local_bytes);
}

/* ---- several ---- */

#define CARD "0000:03:00.0"

static void client(struct machine *m, int pid, int fd, const char *minor, const char *fdinfo)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", pid, fd);
    machine_write(m, path, fdinfo);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
    snprintf(target, sizeof target, "/dev/dri/%s", minor);
    machine_link(m, path, target);
}

__attribute__((format(printf, 2, 3)))
static const char *say(int id, const char *fmt, ...)
{
    static char text[1024];
    int n = snprintf(text, sizeof text, "drm-driver:\ti915\ndrm-pdev:\t" CARD "\ndrm-client-id:\t%d\n", id);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + n, sizeof text - (size_t)n, fmt, args);
    va_end(args);
    return text;
}

static struct drm_clients *start(struct machine *m)
{
    machine_init(m);
    machine_link(m, "/sys/class/drm/renderD128/device", "../../../" CARD);
    machine_link(m, "/sys/class/drm/card1/device", "../../../" CARD);
    machine_link(m, "/sys/class/drm/renderD129/device", "../../../0000:00:02.0");
    machine_write(m, "/proc/1/stat", "");
    struct drm_clients *c = drm_clients_new(m->root);
    drm_clients_watch(c, 2, CARD, false);
    return c;
}

static void engines_add_up(void **state)
{
    (void)state;
    struct machine m;
    struct drm_use use;
    struct drm_clients *c = start(&m);
    assert_true(drm_clients_see_all(c));
    client(&m, 10, 5, "renderD128", say(1, "drm-engine-render:\t1000000000 ns\ndrm-engine-video:\t0 ns\n"
                                           "drm-engine-capacity-video:\t2\n"));
    client(&m, 10, 7, "card1", say(2, "drm-engine-render:\t0 ns\ndrm-engine-compute:\t7000000000 ns\n"));
    client(&m, 20, 3, "renderD129", say(1, "drm-engine-render:\t1 ns\n")); /* of a GPU that is not ours */
    machine_link(&m, "/proc/20/fd/4", "/tmp/dev/dri/renderD128");
    machine_link(&m, "/proc/20/fd/6", "socket:[4711]");
    drm_clients_look(c, 1);
    drm_clients_read(c, 2, NAN, &use);
    assert_nan(use.percent[DRM_RENDER]);
    assert_int_equal(use.clients, 2);
    assert_int_equal(use.graphics, 1);
    assert_int_equal(use.compute, 1);

    /* In 2 s: 0.5 s and 0.25 s of drawing; 1 s of two video engines. */
    machine_write(&m, "/proc/10/fdinfo/5", say(1, "drm-engine-render:\t1500000000 ns\n"
                                                  "drm-engine-video:\t1000000000 ns\ndrm-engine-capacity-video:\t2\n"));
    machine_write(&m, "/proc/10/fdinfo/7", say(2, "drm-engine-render:\t250000000 ns\n"
                                                  "drm-engine-compute:\t7000000000 ns\n"));
    drm_clients_read(c, 2, 2, &use);
    assert_near(use.percent[DRM_RENDER], 37.5, 1e-9);
    assert_near(use.percent[DRM_VIDEO], 25, 1e-9);
    assert_near(use.percent[DRM_COMPUTE], 0, 1e-9);
    assert_nan(use.percent[DRM_COPY]);

    /* Less than before is no use, and the larger value counts until it is passed. */
    machine_write(&m, "/proc/10/fdinfo/5", say(1, "drm-engine-render:\t1400000000 ns\n"));
    drm_clients_read(c, 2, 1, &use);
    assert_near(use.percent[DRM_RENDER], 0, 1e-9);
    machine_write(&m, "/proc/10/fdinfo/5", say(1, "drm-engine-render:\t1600000000 ns\n"));
    drm_clients_read(c, 2, 1, &use);
    assert_near(use.percent[DRM_RENDER], 10, 1e-9);
    drm_clients_free(c);
    machine_done(&m);
}

static void cycles_of_cycles(void **state)
{
    (void)state;
    struct machine m;
    struct drm_use use;
    struct drm_clients *c = start(&m);
    client(&m, 10, 5, "renderD128", say(1, "drm-cycles-rcs:\t100\ndrm-total-cycles-rcs:\t1000\n"));
    drm_clients_look(c, 1);
    drm_clients_read(c, 2, NAN, &use);
    machine_write(&m, "/proc/10/fdinfo/5", say(1, "drm-cycles-rcs:\t160\ndrm-total-cycles-rcs:\t1200\n"));
    drm_clients_read(c, 2, 1, &use);
    assert_near(use.percent[DRM_RENDER], 30, 1e-9);
    drm_clients_read(c, 2, 1, &use); /* no cycle has passed */
    assert_near(use.percent[DRM_RENDER], 0, 0);
    drm_clients_free(c);
    machine_done(&m);
}

static void the_same_client_counts_once(void **state)
{
    (void)state;
    struct machine m;
    struct drm_use use;
    struct proctab t = { 0 };
    struct drm_clients *c = start(&m);
    for (int pid = 10; pid <= 12; pid++)
        client(&m, pid, 5, "renderD128", say(9, "drm-engine-render:\t0 ns\ndrm-total-local0:\t8 MiB\n"));
    client(&m, 11, 6, "renderD128", say(10, "drm-engine-render:\t0 ns\ndrm-total-local0:\t1 MiB\n"
                                            "drm-total-system0:\t4 MiB\n"));
    drm_clients_look(c, 1);
    drm_clients_read(c, 2, NAN, &use);
    for (int pid = 10; pid <= 12; pid++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/fdinfo/5", pid);
        machine_write(&m, path, say(9, "drm-engine-render:\t500000000 ns\ndrm-total-local0:\t8 MiB\n"));
    }
    drm_clients_read(c, 2, 1, &use);
    assert_near(use.percent[DRM_RENDER], 50, 1e-9);
    assert_int_equal(use.clients, 2);
    drm_clients_procs(c, &t);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.p[0].pid, 10);
    assert_near(t.p[0].gpu_bytes, 8.0 * 1048576, 0);
    assert_int_equal(t.p[1].pid, 11);
    assert_near(t.p[1].gpu_bytes, 1048576, 0);

    /* The one that counted ends: another process still holds the client. */
    machine_remove(&m, "/proc/10");
    drm_clients_look(c, 20000000000);
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 2);
    t.n = 0;
    drm_clients_procs(c, &t);
    assert_int_equal(t.n, 1);
    assert_near(t.p[0].gpu_bytes, 9.0 * 1048576, 0);
    proctab_done(&t);
    drm_clients_free(c);
    machine_done(&m);
}

static void clients_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    struct drm_use use;
    struct drm_clients *c = start(&m);
    drm_clients_look(c, 1);
    drm_clients_read(c, 2, NAN, &use);
    assert_int_equal(use.clients, 0);
    client(&m, 10, 5, "renderD128", say(1, "drm-engine-render:\t900000000000 ns\n"));
    drm_clients_look(c, 9000000000); /* not yet time to look */
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 0);
    drm_clients_look(c, 20000000000);
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 1);
    assert_near(use.percent[DRM_RENDER], 0, 0); /* what it did before is not of this second */

    /* Its descriptor is given to another client, then to something else. */
    machine_write(&m, "/proc/10/fdinfo/5", say(2, "drm-engine-render:\t100000000000 ns\n"));
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 0);
    drm_clients_look(c, 40000000000);
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 1);
    machine_write(&m, "/proc/10/fdinfo/5", "pos:\t0\nflags:\t02\n");
    drm_clients_read(c, 2, 1, &use);
    assert_int_equal(use.clients, 0);
    assert_int_equal(use.graphics, 0);
    drm_clients_unwatch(c, 2);
    drm_clients_free(c);
    machine_done(&m);
}

/* Whoever does not see the first process, or is in a container, does not see all. */
static void who_sees_all(void **state)
{
    (void)state;
    struct machine m;
    struct drm_clients *c = start(&m);
    machine_link(&m, "/proc/self/ns/pid", "pid:[4026532211]");
    drm_clients_free(c);
    c = drm_clients_new(m.root);
    assert_false(drm_clients_see_all(c));
    drm_clients_free(c);
    machine_remove(&m, "/proc/self");
    machine_link(&m, "/proc/self/ns/pid", "pid:[4026531836]");
    c = drm_clients_new(m.root);
    assert_true(drm_clients_see_all(c));
    drm_clients_free(c);
    machine_remove(&m, "/proc/1");
    c = drm_clients_new(m.root);
    assert_false(drm_clients_see_all(c));
    drm_clients_free(c);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_xe), cmocka_unit_test(one_of_amdgpu), cmocka_unit_test(what_is_none),
        cmocka_unit_test(engines_add_up), cmocka_unit_test(cycles_of_cycles),
        cmocka_unit_test(the_same_client_counts_once), cmocka_unit_test(clients_come_and_go),
        cmocka_unit_test(who_sees_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
