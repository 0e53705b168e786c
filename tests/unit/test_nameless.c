/* test_nameless.c - each sentence about a change with hostile names, and what is left of it without names. */
#include "analyze/changes/change_of_line.h"
#include "analyze/changes/machine_state.h"
#include "analyze/changes/nameless.h"
#include "analyze/changes/package_log.h"
#include "base/text.h"
#include "core/event.h"
#include "test.h"

#include <string.h>

#define OTHER "something on the machine changed"

/* Each has "zq" in it; some read like our sentences. */
static const char *const names[] = { "zq", "zqmysqld", "zq (pid 812)", "zq failed", "zq: (sda)", "a zq b", "/srv/zq",
                                     "zq\" (14:05)", "zq control group", "./zq.sh", "zq%s%n", "process zq", "zq; zq" };

enum { NAMES = sizeof names / sizeof *names };

static void no_name(const char *text)
{
    const char *said = change_nameless(text);
    if (strstr(said, "zq") || strpbrk(said, "0123456789%/\""))
        fail_msg("%s is told of %s", said, text);
}

static void test_lines(void **state)
{
    (void)state;
    static const struct { const char *ident, *before, *after, *said; } rows[] = {
        { "kernel", "Out of memory: Killed process 812 (", ") total-vm:1kB",
          "the kernel ended a process for lack of memory" },
        { "kernel", "Memory cgroup out of memory: Killed process 812 (", ") total-vm:1kB",
          "the kernel ended a process for lack of memory in its control group" },
        { "kernel", "EXT4-fs error (device ", "): x", "a file system has an error" },
        { "kernel", "EXT4-fs (", "): Remounting filesystem read-only", "a file system became read-only" },
        { "kernel", "blk_update_request: I/O error, dev ", ", sector 1", "a disk could not read or write" },
        { "kernel", "md/raid1:md0: Disk failure on ", ", disabling device.", "a disk failed in its array" },
        { "kernel", "nvme ", ": I/O 123 QID 4 timeout, aborting", "a disk answers late" },
        { "kernel", "nvme ", ": controller is down", "a disk stopped answering" },
        { "kernel", "ata", ": SATA link down", "a SATA link is down" },
        { "kernel", "ata", ": exception Emask", "a disk reported an error" },
        { "kernel", "usb ", ": USB disconnect", "a USB device came, went or was changed" },
        { "kernel", "x ", ": NIC Link is Down", "a network interface lost its link" },
        { "NetworkManager", "device (", "): carrier: link connected", "a network interface has a link" },
        { "kernel", "NVRM: Xid (PCI", "): 31, pid=1", "a GPU reported an error" },
        { "systemd", "Started ", ".service - x", "a service started" },
        { "systemd", "Stopped ", ".service - x", "a service stopped" },
        { "systemd", "Failed to start ", ".service - x", "a service failed" },
        { "systemd", "", ".service: Failed with result 'zq'.", "a service failed" },
        { "systemd", "", ".service: Scheduled restart job", "a service is started again after it ended" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < NAMES; k++) {
            struct log_line l = { .wall_ms = 1 };
            struct event e;
            text_copy(l.ident, sizeof l.ident, rows[i].ident);
            snprintf(l.text, sizeof l.text, "%s%s%s", rows[i].before, names[k], rows[i].after);
            bool any = change_of_line(&l, true, &e);
            if (any)
                no_name(e.text);
            if (k == 0) {
                assert_true(any);
                assert_string_equal(change_nameless(e.text), rows[i].said);
            }
        }
}

static void test_machine(void **state)
{
    (void)state;
    static const char *const lead[] = { "", "after the start, ", "while nothing was recorded, " };
    for (int kind = 0; kind < MACHINE_KINDS; kind++)
        for (int k = 0; k < NAMES * NAMES; k++)
            for (int way = 1; way < 4; way++) {
                struct machine_item was = { .kind = (enum machine_kind)kind }, is = was;
                struct event e;
                char text[300];
                text_copy(was.name, sizeof was.name, names[k / NAMES]);
                text_copy(is.name, sizeof is.name, names[k / NAMES]);
                text_copy(was.value, sizeof was.value, names[k % NAMES]);
                text_copy(is.value, sizeof is.value, kind == MACHINE_NET && k % 2 ? "up" : "ext4 ro");
                if (!machine_state_say(way & 1 ? &was : NULL, way & 2 ? &is : NULL, false, &e))
                    continue;
                for (size_t i = 0; i < sizeof lead / sizeof *lead; i++) {
                    snprintf(text, sizeof text, "%s%s", lead[i], e.text);
                    no_name(text);
                }
                assert_int_equal(strcmp(change_nameless(e.text), OTHER) == 0, kind == MACHINE_VERSION);
            }
}

static void test_packages(void **state)
{
    (void)state;
    for (int a = 0; a < PACKAGE_ACTIONS; a++)
        for (int k = 0; k < NAMES; k++) {
            struct package_run run = { 0 };
            struct package_change c = { .action = (enum package_action)a, .at_ms = 1, .from = "zq1", .to = "zq2" };
            struct event e;
            text_copy(c.name, sizeof c.name, names[k]);
            package_run_add(&run, &c);
            assert_true(package_run_say(&run, &e));
            assert_string_not_equal(change_nameless(e.text), OTHER);
            no_name(e.text);
            package_run_done(&run);
        }
}

/* Any text, and any kind. */
static void test_kinds(void **state)
{
    (void)state;
    for (int k = 0; k < EVENT_KINDS; k++) {
        enum event_kind kind = (enum event_kind)k;
        bool plain = kind == EVENT_CHANGE || kind == EVENT_ALERT || kind == EVENT_LOG || kind == EVENT_POLICY;
        for (int i = 0; i < NAMES; i++) {
            const char *said = event_nameless(event_kind_name(kind), names[i]);
            assert_int_equal(said != NULL, plain);
            assert_true(!said || !strstr(said, "zq"));
        }
    }
    assert_string_equal(event_nameless("to come", "zq"), "something happened");
    assert_string_equal(event_nameless("alert", "zq: over: zq is 3 %, no longer above 9 %"), "an alert is over");
    assert_string_equal(event_nameless("alert", "zq: zq is 12 %, above 9 %"), "an alert was raised");
    static const struct { const char *text, *said; } policy[] = {
        { "set for zq (pid 1), goal latency: nice 0 to -9", "Sonde set something for a program" },
        { "set back for zq (pid 1), goal latency: zq", "Sonde set something back" },
        { "all is set back of 1 program, and nothing is set for now: zq", "Sonde set something back" },
        { "weight halved of zq (pid 1), goal latency: zq", "Sonde told of what it sets" },
    };
    for (size_t i = 0; i < sizeof policy / sizeof *policy; i++)
        assert_string_equal(event_nameless("policy", policy[i].text), policy[i].said);
    assert_string_equal(change_nameless("memory ran out, and the kernel ended process 812: (zq)"),
                        "the kernel ended a process for lack of memory");
    assert_string_equal(change_nameless(""), OTHER);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lines), cmocka_unit_test(test_machine), cmocka_unit_test(test_packages),
    cmocka_unit_test(test_kinds),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
