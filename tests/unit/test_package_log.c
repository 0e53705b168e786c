/* test_package_log.c - lines of dpkg, rpm and pacman as they are written, torn and hostile ones, and runs of them. */
#include "analyze/changes/package_log.h"
#include "base/text.h"
#include "test.h"

#include <string.h>

static int64_t at(const char *time)
{
    int64_t ms = 0;
    assert_true(text_parse_time(time, &ms));
    return ms;
}

static void expect(bool (*read)(const char *, struct package_change *), const char *line, enum package_action action,
                   const char *name, const char *from, const char *to, const char *time, bool local)
{
    struct package_change c;
    if (!read(line, &c))
        fail_msg("not read: %s", line);
    assert_int_equal(c.action, action);
    assert_string_equal(c.name, name);
    assert_string_equal(c.from, from);
    assert_string_equal(c.to, to);
    assert_int_equal(c.at_ms, at(time));
    assert_int_equal(c.local, local);
}

static void test_dpkg(void **state)
{
    (void)state;
    expect(dpkg_log_line, "2026-11-22 10:26:16 upgrade bash:amd64 5.2.15-2+b2 5.2.15-2+b7", PACKAGE_UPGRADED, "bash",
           "5.2.15-2+b2", "5.2.15-2+b7", "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 install linux-image-6.1.0-18-amd64:amd64 <none> 6.1.76-1",
           PACKAGE_INSTALLED,
           "linux-image-6.1.0-18-amd64", "", "6.1.76-1", "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 install nano:amd64 7.2-1 7.2-1", PACKAGE_INSTALLED, "nano", "", "7.2-1",
           "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 remove nano:amd64 7.2-1 <none>", PACKAGE_REMOVED, "nano", "7.2-1", "",
           "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 upgrade x:all 1:2.0-1 1:1.9-3",
           PACKAGE_DOWNGRADED, "x", "1:2.0-1", "1:1.9-3",
           "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 upgrade x:all 2.0~rc1-1 2.0-1",
           PACKAGE_UPGRADED, "x", "2.0~rc1-1", "2.0-1",
           "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 upgrade x:all 1.9 1.10", PACKAGE_UPGRADED, "x", "1.9", "1.10",
           "2026-11-22T10:26:16Z", true);
    expect(dpkg_log_line, "2026-11-22 10:26:16 upgrade x:all 9.0 1:1.0", PACKAGE_UPGRADED, "x", "9.0", "1:1.0",
           "2026-11-22T10:26:16Z", true);
}

static void test_rpm(void **state)
{
    (void)state;
    expect(rpm_log_line, "2026-11-22T10:26:16+0100 SUBDEBUG Upgrade: bash-5.2.26-1.fc39.x86_64",
           PACKAGE_UPGRADED, "bash",
           "", "5.2.26-1.fc39", "2026-11-22T09:26:16Z", false);
    expect(rpm_log_line, "2026-11-22T10:26:16Z SUBDEBUG Upgraded: java-17-openjdk-1:17.0.9-1.el9.x86_64",
           PACKAGE_UPGRADED,
           "java-17-openjdk", "1:17.0.9-1.el9", "", "2026-11-22T10:26:16Z", false);
    expect(rpm_log_line, "2026-11-22T10:26:16-0730 SUBDEBUG Installed: kernel-core-0:6.6.2-200.fc39.x86_64",
           PACKAGE_INSTALLED, "kernel-core", "", "6.6.2-200.fc39", "2026-11-22T17:56:16Z", false);
    expect(rpm_log_line, "2026-11-22T10:26:16Z SUBDEBUG Erase: nano-7.2-1.fc39.x86_64", PACKAGE_REMOVED, "nano",
           "7.2-1.fc39", "", "2026-11-22T10:26:16Z", false);
}

static void test_pacman(void **state)
{
    (void)state;
    expect(pacman_log_line, "[2026-11-22T10:26:16+0100] [ALPM] upgraded linux (6.6.1.arch1-1 -> 6.6.2.arch1-1)",
           PACKAGE_UPGRADED, "linux", "6.6.1.arch1-1", "6.6.2.arch1-1", "2026-11-22T09:26:16Z", false);
    expect(pacman_log_line, "[2026-11-22T10:26:16+0100] [ALPM] installed htop (3.2.2-1)", PACKAGE_INSTALLED, "htop", "",
           "3.2.2-1", "2026-11-22T09:26:16Z", false);
    expect(pacman_log_line, "[2019-03-01 10:26] [ALPM] removed htop (3.2.2-1)", PACKAGE_REMOVED, "htop", "3.2.2-1", "",
           "2019-03-01T10:26:00Z", true);
    expect(pacman_log_line, "[2026-11-22T10:26:16+0000] [ALPM] downgraded mesa (23.2-1 -> 23.1-4)", PACKAGE_DOWNGRADED,
           "mesa", "23.2-1", "23.1-4", "2026-11-22T10:26:16Z", false);
}

static void test_no_change(void **state)
{
    (void)state;
    static const char *const dpkg[] = {
        "", " ", "2026-11-22 10:26:16", "2026-11-22 10:26:16 ", "2026-11-22 10:26:16 startup archives unpack",
        "2026-11-22 10:26:16 status installed bash:amd64 5.2", "2026-11-22 10:26:16 configure bash:amd64 5.2 <none>",
        "2026-11-22 10:26:16 trigproc man-db:amd64 2.11 <none>", "2026-11-22 10:26:16 purge nano:amd64 7.2-1 <none>",
        "2026-11-22 10:26:16 upgrade bash:amd64 5.2 5.2", "2026-11-22 10:26:16 upgrade bash:amd64 5.2",
        "2026-13-77 10:26:16 upgrade bash:amd64 5.1 5.2", "x026-11-22 10:26:16 upgrade bash:amd64 5.1 5.2",
        "2026-11-22 10:26:16 upgrade :amd64 5.1 5.2",
    };
    static const char *const rpm[] = {
        "", "2026-11-22T10:26:16Z", "2026-11-22T10:26:16Z SUBDEBUG", "2026-11-22T10:26:16Z SUBDEBUG Upgrade: ",
        "2026-11-22T10:26:16Z SUBDEBUG Upgrade: bash", "2026-11-22T10:26:16Z SUBDEBUG Upgrade: bash-5.x86_64",
        "2026-11-22T10:26:16Z INFO --- logging initialized ---", "2026-11-22T10:26:16Z SUBDEBUG Reinstall: a-1-1.x86_64",
        "yesterday SUBDEBUG Upgrade: bash-5.2.26-1.fc39.x86_64", "2026-11-22T10:26:16Z SUBDEBUG Installed: -1-2.x",
    };
    static const char *const pacman[] = {
        "", "[", "[]", "[2026-11-22T10:26:16+0100]", "[2026-11-22T10:26:16+0100] [PACMAN] Running 'pacman -Syu'",
        "[2026-11-22T10:26:16+0100] [ALPM] transaction started", "[2026-11-22T10:26:16+0100] [ALPM] upgraded linux",
        "[2026-11-22T10:26:16+0100] [ALPM] upgraded linux (", "[2026-11-22T10:26:16+0100] [ALPM] reinstalled a (1)",
        "[2026-11-22T10:26:16+0100] [ALPM-SCRIPTLET] upgraded linux (1 -> 2)", "[99] [ALPM] installed a (1)",
    };
    struct package_change c;
    for (size_t i = 0; i < sizeof dpkg / sizeof *dpkg; i++)
        if (dpkg_log_line(dpkg[i], &c))
            fail_msg("dpkg: %s", dpkg[i]);
    for (size_t i = 0; i < sizeof rpm / sizeof *rpm; i++)
        if (rpm_log_line(rpm[i], &c))
            fail_msg("rpm: %s", rpm[i]);
    for (size_t i = 0; i < sizeof pacman / sizeof *pacman; i++)
        if (pacman_log_line(pacman[i], &c))
            fail_msg("pacman: %s", pacman[i]);
}

static void test_hostile_names(void **state)
{
    (void)state;
    struct package_change c;
    char line[700], name[500];
    assert_true(dpkg_log_line("2026-11-22 10:26:16 install \033[31m$(touch\tx) <none> 1\x01\xff", &c));
    assert_true(text_is_plain(c.name) && text_is_plain(c.to));
    assert_null(strchr(c.name, '\033'));
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(line, sizeof line, "2026-11-22 10:26:16 install %s <none> %s", name, "1");
    assert_true(dpkg_log_line(line, &c));
    assert_int_equal(strlen(c.name), sizeof c.name - 1);
}

/* ---- runs ---- */

static void add(struct package_run *r, const char *line)
{
    struct package_change c;
    assert_true(dpkg_log_line(line, &c) || rpm_log_line(line, &c) || pacman_log_line(line, &c));
    assert_true(package_run_takes(r, &c));
    package_run_add(r, &c);
}

static void says(struct package_run *r, const char *text, enum severity severity)
{
    struct event e;
    assert_true(package_run_say(r, &e));
    assert_string_equal(e.text, text);
    assert_int_equal(e.severity, severity);
    assert_int_equal(e.kind, EVENT_CHANGE);
    package_run_done(r);
}

static void test_runs(void **state)
{
    (void)state;
    struct package_run r = { 0 };
    struct event e;
    assert_false(package_run_say(&r, &e));
    add(&r, "2026-11-22 10:26:16 upgrade bash:amd64 5.1 5.2");
    says(&r, "upgraded bash 5.1 to 5.2", SEVERITY_INFO);

    add(&r, "2026-11-22 10:26:16 upgrade bash:amd64 5.1 5.2");
    add(&r, "2026-11-22 10:26:26 upgrade linux-image-amd64:amd64 6.1.1 6.1.2");
    add(&r, "2026-11-22 10:26:26 upgrade a:amd64 1 2");
    add(&r, "2026-11-22 10:26:26 upgrade b:amd64 1 2");
    add(&r, "2026-11-22 10:26:27 upgrade c:amd64 1 2");
    add(&r, "2026-11-22 10:26:28 install linux-image-6.1.0-2:amd64 <none> 6.1.2");
    add(&r, "2026-11-22 10:27:20 remove d:amd64 1 <none>");
    struct package_change late = { .at_ms = at("2026-11-22T10:28:21Z") };
    assert_false(package_run_takes(&r, &late));
    assert_true(package_run_say(&r, &e));
    assert_int_equal(e.wall_ms, at("2026-11-22T10:26:16Z"));
    assert_int_equal(e.end_ms, at("2026-11-22T10:27:20Z"));
    says(&r, "upgraded 5 packages: linux-image-amd64 6.1.1 to 6.1.2, bash 5.1 to 5.2, a 1 to 2, b 1 to 2, ...; "
         "installed linux-image-6.1.0-2 6.1.2; removed d 1", SEVERITY_NOTICE);

    /* rpm has the two versions in two lines; pacman in one */
    add(&r, "2026-11-22T10:26:16Z SUBDEBUG Upgrade: bash-5.2.26-1.fc39.x86_64");
    add(&r, "2026-11-22T10:26:17Z SUBDEBUG Upgraded: bash-5.2.21-1.fc39.x86_64");
    says(&r, "upgraded bash 5.2.21-1.fc39 to 5.2.26-1.fc39", SEVERITY_INFO);
    add(&r, "2026-11-22T10:26:16Z SUBDEBUG Upgraded: kernel-6.6.2-1.fc39.x86_64");
    add(&r, "2026-11-22T10:26:17Z SUBDEBUG Upgrade: kernel-6.6.3-1.fc39.x86_64");
    says(&r, "upgraded kernel 6.6.2-1.fc39 to 6.6.3-1.fc39", SEVERITY_NOTICE);

    /* there and gone again in one run; another version that stays; and back after all */
    add(&r, "2026-11-22 10:26:16 install sl:amd64 <none> 5.02-1+b1");
    add(&r, "2026-11-22 10:26:18 remove sl:amd64 5.02-1+b1 <none>");
    says(&r, "installed and removed sl 5.02-1+b1", SEVERITY_INFO);
    add(&r, "2026-11-22 10:26:16 install sl:amd64 <none> 5.01-1");
    add(&r, "2026-11-22 10:26:17 upgrade sl:amd64 5.01-1 5.02-1");
    says(&r, "installed sl 5.02-1", SEVERITY_INFO);
    add(&r, "2026-11-22 10:26:16 install sl:amd64 <none> 5.02-1");
    add(&r, "2026-11-22 10:26:17 remove sl:amd64 5.02-1 <none>");
    add(&r, "2026-11-22 10:26:18 install sl:amd64 <none> 5.02-1");
    says(&r, "installed sl 5.02-1", SEVERITY_INFO);
    add(&r, "2026-11-22T10:26:16Z SUBDEBUG Installed: kernel-core-6.6.3-1.fc39.x86_64");
    add(&r, "2026-11-22T10:26:17Z SUBDEBUG Erase: kernel-core-6.6.1-1.fc39.x86_64");
    says(&r, "installed kernel-core 6.6.3-1.fc39", SEVERITY_NOTICE);

    /* installed again in the same run */
    add(&r, "2026-11-22 10:26:16 remove bash:amd64 5.1 <none>");
    add(&r, "2026-11-22 10:26:16 install bash:amd64 <none> 5.1");
    assert_false(package_run_say(&r, &e));
    package_run_done(&r);
}

static void test_a_long_run(void **state)
{
    (void)state;
    struct package_run r = { 0 };
    struct event e;
    struct package_change c = { .action = PACKAGE_UPGRADED, .from = "1", .to = "2", .at_ms = 1 };
    for (int i = 0; i < PACKAGE_RUN_MAX + 100; i++) {
        snprintf(c.name, sizeof c.name, "a-very-long-name-of-a-package-that-fills-the-sentence-%d", i);
        package_run_add(&r, &c);
    }
    assert_int_equal(r.n, PACKAGE_RUN_MAX);
    assert_true(package_run_say(&r, &e));
    assert_non_null(strstr(e.text, "upgraded 4196 packages: a-very-long"));
    assert_true(strlen(e.text) < sizeof e.text);
    assert_string_equal(e.text + strlen(e.text) - 5, ", ...");
    package_run_done(&r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_dpkg), cmocka_unit_test(test_rpm), cmocka_unit_test(test_pacman),
    cmocka_unit_test(test_no_change), cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_runs),
    cmocka_unit_test(test_a_long_run),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
