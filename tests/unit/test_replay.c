/* Recorded machines: what changes is seen through open descriptors, and nothing leaves the copy. */
#include "test.h"

#include "core/replay.h"
#include "machine.h"
#include "os/os.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_clock(struct machine *m, int i, long long wall_ms, long long mono_ns)
{
    char path[64];
    snprintf(path, sizeof path, "/%04d/.sonde/clock", i);
    machine_printf(m, path, "%lld %lld %lld\n", wall_ms, mono_ns, mono_ns + 5);
}

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    put_clock(&m, 0, 1000, 100);
    machine_write(&m, "/0000/proc/stat", "a long first line\n");
    machine_write(&m, "/0000/proc/7/stat", "seven");
    machine_write(&m, "/0000/sys/devices/chip/temp", "1\n");
    machine_link(&m, "/0000/sys/class/chip0", "../devices/chip");
    put_clock(&m, 1, 2000, 1000000100);
    machine_write(&m, "/0001/proc/stat", "two\n");
    machine_write(&m, "/0001/proc/8/stat", "eight");
    machine_write(&m, "/0001/.sonde/gone", "/proc/7/stat\n");
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static void files_change_in_place(void **state)
{
    const struct machine *m = *state;
    struct replay *r;
    char text[64], copy[OS_PATH_MAX];
    assert_int_equal(replay_open(m->root, &r), 0);
    snprintf(copy, sizeof copy, "%s", replay_root(r));
    struct clock *c = replay_clock(r);
    assert_int_equal(c->now(c).wall_ms, 1000);
    assert_near(replay_interval(r), 1, 1e-9);

    int fd = os_open_read(copy, "/proc/stat");
    assert_true(os_pread_text(fd, text, sizeof text) > 0);
    assert_string_equal(text, "a long first line\n");
    assert_int_equal(os_read_text(copy, "/sys/class/chip0/temp", text, sizeof text), 2);
    assert_true(os_exists(copy, "/proc/7"));

    assert_int_equal(c->wait(c, 0), 0);
    assert_int_equal(c->now(c).mono_ns, 1000000100);
    assert_int_equal(c->now(c).boot_ns, 1000000105);
    assert_int_equal(os_pread_text(fd, text, sizeof text), 4);
    assert_string_equal(text, "two\n");
    assert_false(os_exists(copy, "/proc/7"));
    assert_true(os_exists(copy, "/proc/8/stat"));
    assert_int_equal(c->wait(c, 0), -ENODATA);
    assert_int_equal(c->now(c).wall_ms, 2000);
    os_close(fd);
    replay_close(r);
    assert_false(os_exists("", copy));
    assert_true(os_exists(m->root, "/0000/proc/7/stat"));
}

static void a_plain_tree_is_itself(void **state)
{
    struct machine *m = *state;
    struct replay *r;
    machine_remove(m, "/0000");
    assert_int_equal(replay_open(m->root, &r), 0);
    assert_string_equal(replay_root(r), m->root);
    assert_null(replay_clock(r));
    assert_nan(replay_interval(r));
    replay_close(r);
}

static void not_there(void **state)
{
    const struct machine *m = *state;
    struct replay *r = NULL;
    char path[256];
    snprintf(path, sizeof path, "%s/none", m->root);
    assert_int_equal(replay_open(path, &r), -ENOENT);
    snprintf(path, sizeof path, "%s/0000/proc/stat", m->root);
    assert_int_equal(replay_open(path, &r), -ENOTDIR);
    assert_null(r);
}

static void clocks(void **state)
{
    struct machine *m = *state;
    static const char *const broken[] = { "", "1000 100", "x y z", "1000 1000000100 -5",
                                          "2000 100 5", "2000 99 200000" };
    struct replay *r = NULL;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(m, "/0001/.sonde/clock", broken[i]);
        assert_int_equal(replay_open(m->root, &r), -EINVAL);
    }
    machine_remove(m, "/0001/.sonde/clock");
    assert_int_equal(replay_open(m->root, &r), -EINVAL);
    assert_null(r);
}

static void paths_that_leave(void **state)
{
    struct machine *m = *state;
    struct replay *r = NULL;
    static const char *const gone[] = { "../x", "/proc/../../x", "proc//7", "/", "//etc", "proc/.", ".." };
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        machine_printf(m, "/0001/.sonde/gone", "/proc/7\n%s\n", gone[i]);
        assert_int_equal(replay_open(m->root, &r), -EINVAL);
    }
    machine_write(m, "/0001/.sonde/gone", "");
    static const char *const links[] = {
        "/etc/passwd", "../../../../etc", "chip0/../../../..", "..", "../..//x", "./x", "../devices/../../..",
    };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        machine_link(m, "/0000/sys/class/bad", links[i]);
        assert_int_equal(replay_open(m->root, &r), -EINVAL);
        machine_remove(m, "/0000/sys/class/bad");
    }
    assert_int_equal(replay_open(m->root, &r), 0);
    replay_close(r);
}

/* A later instant must not write through a link of an earlier one. */
static void a_link_is_no_directory(void **state)
{
    struct machine *m = *state;
    struct replay *r;
    machine_write(m, "/0001/sys/class/chip0/temp", "9\n");
    assert_int_equal(replay_open(m->root, &r), 0);
    struct clock *c = replay_clock(r);
    int rc = c->wait(c, 0);
    assert_true(rc == -ELOOP || rc == -ENOTDIR);
    replay_close(r);
}

static void only_files(void **state)
{
    struct machine *m = *state;
    struct replay *r = NULL;
    char path[256];
    snprintf(path, sizeof path, "%s/0000/proc/pipe", m->root);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(replay_open(m->root, &r), -EINVAL);
    assert_int_equal(unlink(path), 0);

    snprintf(path, sizeof path, "%s/0000/proc/huge", m->root);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(ftruncate(fileno(f), (off_t)64 << 20), 0);
    fclose(f);
    assert_int_equal(replay_open(m->root, &r), -EFBIG);
    assert_null(r);
}

static void trees(void **state)
{
    (void)state;
    char dir[OS_PATH_MAX], text[16];
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    assert_int_equal(os_tree_write(dir, "a/b/c", "12345", 5), 0);
    assert_int_equal(os_tree_write(dir, "a/b/c", "67", 2), 0);
    assert_int_equal(os_read_text(dir, "/a/b/c", text, sizeof text), 2);
    assert_string_equal(text, "67");
    static const char *const bad[] = { "", "/", "/etc/x", "../x", "a/../x", "a//x", "a/b/", "." };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(os_tree_write(dir, bad[i], "x", 1), -EINVAL);
        assert_int_equal(os_tree_remove(dir, bad[i]), -EINVAL);
        assert_int_equal(os_tree_link(dir, bad[i], "x"), -EINVAL);
    }
    assert_int_equal(os_tree_link(dir, "a/link", "b"), 0);
    assert_int_equal(os_tree_link(dir, "a/link", "b"), 0);
    assert_true(os_tree_write(dir, "a/link/c", "x", 1) < 0);
    assert_true(os_tree_write(dir, "a/link", "x", 1) < 0);
    assert_int_equal(os_tree_remove(dir, "a/none"), -ENOENT);
    assert_int_equal(os_tree_remove(dir, "a/link"), 0);
    assert_int_equal(os_tree_remove(dir, "a/b/c"), 0);
    assert_false(os_exists(dir, "/a"));
    assert_int_equal(os_tree_write(dir, "x/y/z", "1", 1), 0);
    assert_int_equal(os_remove_dir(dir), 0);
    assert_false(os_exists(dir, ""));
    assert_int_equal(os_make_temp_dir(false, text, sizeof text), -ENOENT); /* no room for its name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_change_in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_plain_tree_is_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(clocks, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_that_leave, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_is_no_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(only_files, setup, teardown),
        cmocka_unit_test(trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
