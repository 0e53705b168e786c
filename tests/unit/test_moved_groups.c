/* test_moved_groups.c - services that moved with an episode, by the measure of its area. */
#include "analyze/anomaly/moved_groups.h"
#include "analyze/anomaly/suspects.h"
#include "fake.h"
#include "test.h"

#include <string.h>

static struct recording *services(void)
{
    static const char *const name[] = { "web", "db", "mail", "idle", "cron" };
    struct recording *r = fake_new(1);
    for (int i = 0; i < 5; i++) {
        fake_metric(r, "cgroup.cpu.util", name[i], UNIT_PERCENT);
        fake_metric(r, "cgroup.memory.current", name[i], UNIT_BYTE);
        fake_metric(r, "cgroup.io.read.rate", name[i], UNIT_BYTE_PER_S);
        fake_metric(r, "cgroup.io.write.rate", name[i], UNIT_BYTE_PER_S);
    }
    fake_metric(r, "cgroup.cpu.util", NULL, UNIT_PERCENT); /* our own */
    fake_rows(r, 100);
    for (int i = 0; i < 100; i++) {
        bool after = i >= 60;
        fake_col(r, "cgroup.cpu.util", NULL)[i] = after ? 500 : 0;
        for (int k = 0; k < 5; k++) {
            fake_col(r, "cgroup.cpu.util", name[k])[i] = after && k < 4 ? 100 >> k : 1;
            fake_col(r, "cgroup.memory.current", name[k])[i] = k == 1 && after ? 3e9 : 1e9;
            fake_col(r, "cgroup.io.read.rate", name[k])[i] = k == 2 && after ? 4e6 : 0;
            fake_col(r, "cgroup.io.write.rate", name[k])[i] = k == 2 && after ? 5e6 : NAN;
        }
    }
    return r;
}

static struct anomaly moved(const struct recording *r, enum area area)
{
    struct anomaly a = { .area = area, .start = 60, .end = 90 };
    moved_groups(r, &a);
    return a;
}

static void test_by_area(void **state)
{
    (void)state;
    struct recording *r = services();
    struct anomaly cpu = moved(r, AREA_CPU), memory = moved(r, AREA_MEMORY), disk = moved(r, AREA_DISK);
    assert_int_equal(cpu.n_groups, 3); /* the most, and not our own */
    assert_string_equal(cpu.groups[0].name, "web");
    assert_near(cpu.groups[0].amount, 99, 1e-9);
    assert_string_equal(cpu.groups[1].name, "db");
    assert_string_equal(cpu.groups[2].name, "mail");
    assert_int_equal(cpu.groups[0].unit, UNIT_PERCENT);
    assert_int_equal(memory.n_groups, 1);
    assert_string_equal(memory.groups[0].name, "db");
    assert_near(memory.groups[0].amount, 2e9, 1);
    assert_int_equal(disk.n_groups, 1);
    assert_string_equal(disk.groups[0].name, "mail");
    assert_near(disk.groups[0].amount, 9e6, 1); /* it had never written before */
    assert_int_equal(moved(r, AREA_PROCESSES).n_groups, 0);
    recording_free(r);
}

/* At the very beginning there is nothing to compare with. */
static void test_no_time_before(void **state)
{
    (void)state;
    struct recording *r = services();
    struct anomaly a = { .area = AREA_CPU, .start = 0, .end = 5 };
    moved_groups(r, &a);
    assert_int_equal(a.n_groups, 0);
    recording_free(r);
}

/* Groups are read every now and then: their numbers come some rows after what moved them. */
static void test_who_moved_before_a_group_was_read(void **state)
{
    (void)state;
    struct recording *r = fake_new(1);
    int group = fake_metric(r, "cgroup.cpu.throttled", "web", UNIT_PERCENT);
    int other = fake_metric(r, "cpu.util", NULL, UNIT_PERCENT);
    fake_rows(r, 100);
    for (size_t i = 0; i < 100; i += 2) /* nor are processes read every second */
        fake_procs(r, i, &(struct proc_use){ .pid = 7, .name = "hog", .cpu_percent = i >= 50 ? 20 : 2 }, 1);
    struct anomaly a = { .area = AREA_CPU, .start = 62, .end = 90, .n_causes = 1, .causes = { { .slot = group } } };
    suspects_find(r, &a);
    assert_int_equal(a.n_suspects, 1);
    assert_string_equal(a.suspects[0].name, "hog");
    a = (struct anomaly){ .area = AREA_CPU, .start = 62, .end = 90, .n_causes = 1, .causes = { { .slot = other } } };
    suspects_find(r, &a);
    assert_int_equal(a.n_suspects, 0); /* what is read every second has no such excuse */
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_who_moved_before_a_group_was_read),
    cmocka_unit_test(test_by_area),
    cmocka_unit_test(test_no_time_before),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
