/* test_guarded.c - whom no policy touches, on a made-up /proc. */
#include "test.h"

#include "policy/guarded.h"
#include "proc_sample.h"

#define KTHREAD 0x00208040u

static char root[TREE_ROOT];

static void proc(int32_t pid, const char *name, int32_t parent, unsigned flags, unsigned real, unsigned effective)
{
    proc_sample(root, &(struct proc_sample){ pid, parent, pid, name, 7, flags,
                                             { real, effective, effective, effective } });
}

static void program(int32_t pid, const char *target)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    tree_link(root, path, target);
}

#define OURS 1000, 1000

static int setup(void **state)
{
    (void)state;
    tree_init(root);
    proc(1, "systemd", 0, 0x400100, 0, 0);
    proc(2, "kthreadd", 0, KTHREAD, 0, 0);
    proc(30, "kworker/0:1", 2, KTHREAD, 0, 0);
    proc(100, "bash", 1, 0, OURS);
    proc(101, "make) (x", 100, 0, OURS); /* a name may hold anything */
    proc(200, "redis-server", 1, 0, 33, 33);
    proc(300, "su", 100, 0, 1000, 0);
    proc(400, "session: me", 1, 0, OURS);
    program(400, "/usr/sbin/sshd (deleted)");
    proc(500, "gzip", 700, 0, OURS);
    proc(600, "sh", 100, 0, OURS);
    proc(700, "a.out", 600, 0, OURS); /* it is us */
    tree_link(root, "/proc/self", "700");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_done(root);
    return 0;
}

static void test_names_of_the_list(void **state)
{
    (void)state;
    static const struct { const char *name; bool guarded; } cases[] = {
        { "sshd", true }, { "sshd-session", true }, { "pipewire", true }, { "pipewire-pulse", true },
        { "wireplumber", true }, { "pulseaudio", true }, { "jackd", true }, { "Xorg", true }, { "Xwayland", true },
        { "gnome-shell", true }, { "kwin_x11", true }, { "kwin_wayland", true }, { "sway", true }, { "weston", true },
        { "mutter-x11-fram", true }, { "Hyprland", true }, { "dbus-daemon", true }, { "dbus-broker-lau", true },
        { "systemd-journal", true }, { "(sd-pam)", true }, { "gdm-session-wor", true }, { "sddm", true },
        { "lightdm", true }, { "sonde", true },
        { "ssh", false }, { "Xenon", false }, { "swaybg", false }, { "redis-server", false }, { "loginctl", false },
        { "systemctl", false }, { "python3", false }, { "a b", false },
    };
    char why[KNOB_WHY];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        proc(900, cases[i].name, 100, 0, OURS);
        if (guarded_is(root, 900, 1000, why) != cases[i].guarded)
            fail_msg("%s: guarded %d", cases[i].name, !cases[i].guarded);
        if (cases[i].guarded)
            assert_non_null(strstr(why, cases[i].name));
    }
}

static void expect(int32_t pid, uint32_t uid, const char *because)
{
    char why[KNOB_WHY] = "";
    bool is = guarded_is(root, pid, uid, why);
    if (is != (because != NULL) || (because && !strstr(why, because)))
        fail_msg("process %d for user %u: \"%s\" without \"%s\"", pid, uid, why, because ? because : "(free)");
}

static void test_system(void **state)
{
    (void)state;
    expect(1, 0, "hang on it");
    expect(2, 0, "kernel");
    expect(30, 0, "kernel");
    expect(0, 0, "no process 0");
    expect(-5, 0, "no process");
    expect(4711, 0, "no process 4711");
}

static void test_users(void **state)
{
    (void)state;
    expect(101, 1000, NULL);
    expect(200, 1000, "another user");
    expect(200, 0, NULL); /* the administrator named it */
    expect(300, 1000, "rights of another user");
    tree_remove(root, "/proc/101/status"); /* it is not known whose it is */
    expect(101, 1000, "another user");
    proc(101, "make", 100, 0, OURS);
}

static void test_program_behind_a_name(void **state)
{
    (void)state;
    expect(400, 1000, "from afar");
}

static void test_us_and_those_above(void **state)
{
    (void)state;
    expect(700, 1000, "Sonde");
    expect(600, 1000, "Sonde");
    expect(100, 1000, "Sonde");
    expect(500, 1000, NULL); /* what we started may be touched */
    proc(100, "bash", 700, 0, OURS); /* a circle ends */
    expect(101, 1000, NULL);
    proc(100, "bash", 1, 0, OURS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_the_list), cmocka_unit_test(test_system),
        cmocka_unit_test(test_users), cmocka_unit_test(test_program_behind_a_name),
        cmocka_unit_test(test_us_and_those_above),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
