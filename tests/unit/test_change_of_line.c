/* test_change_of_line.c - lines as several distributions have them, and what is no change. */
#include "analyze/changes/change_of_line.h"
#include "base/text.h"
#include "test.h"

#include <string.h>

struct row {
    const char *ident, *unit, *id, *text;
    const char *says; /* NULL: no change */
    const char *source;
    enum severity severity;
};

#define STARTED "39f53479d3a045ac8e11786248231fbf"
#define STOPPED "9d1aaa27d60140bd96365438aad20286"
#define RESULT "d9b373ed55a64feb8242e02dbe79a49c"

static const struct row rows[] = {
    /* Debian 12: systemd 252, journal and syslog */
    { "systemd", "nginx.service", STARTED, "Started nginx.service - A high performance web server and a reverse proxy server.",
      "service nginx.service started", "service", SEVERITY_INFO },
    { "systemd", "", "", "Started nginx.service - A high performance web server.", "service nginx.service started", "service",
      SEVERITY_INFO },
    { "systemd", "", "", "Stopped cron.service - Regular background program processing daemon.",
      "service cron.service stopped", "service", SEVERITY_INFO },
    { "systemd", "nginx.service", RESULT, "nginx.service: Failed with result 'exit-code'.",
      "service nginx.service failed: exit-code", "service", SEVERITY_WARNING },
    { "systemd", "", "", "nginx.service: Failed with result 'timeout'.", "service nginx.service failed: timeout", "service",
      SEVERITY_WARNING },
    { "systemd", "", "", "Failed to start nginx.service - A web server.", "service nginx.service failed", "service",
      SEVERITY_WARNING },
    { "systemd", "", "", "postgresql@15-main.service: Scheduled restart job, restart counter is at 3.",
      "service postgresql@15-main.service is started again after it ended", "service", SEVERITY_NOTICE },
    /* CentOS 7, Ubuntu 18.04: only the journal names the unit */
    { "systemd", "sshd.service", STARTED, "Started OpenSSH server daemon.", "service sshd.service started", "service",
      SEVERITY_INFO },
    { "systemd", "sshd.service", STOPPED, "Stopped OpenSSH server daemon.", "service sshd.service stopped", "service",
      SEVERITY_INFO },
    { "systemd", "", "", "Started OpenSSH server daemon.", NULL, NULL, 0 },
    { "systemd", "apt-daily.service", STARTED, "Finished apt-daily.service - Daily apt download activities.", NULL, NULL, 0 },
    { "systemd", "user@1000.service", STARTED, "Started user@1000.service - User Manager for UID 1000.", NULL, NULL, 0 },
    { "systemd", "session-3.scope", STARTED, "Started session-3.scope - Session 3 of User jo.", NULL, NULL, 0 },
    { "systemd", "dev-sda1.device", STARTED, "Found device dev-sda1.device.", NULL, NULL, 0 },
    { "systemd", "", "", "Reached target Multi-User System.", NULL, NULL, 0 },
    /* somebody else who says so is not believed */
    { "evil", "nginx.service", STARTED, "Started nginx.service - fake", NULL, NULL, 0 },
    { "sshd", "", "", "Out of memory: Killed process 1 (init)", NULL, NULL, 0 },
    /* the kernel: memory */
    { "kernel", "", "", "Out of memory: Killed process 4242 (stress-ng-vm) total-vm:8388608kB, anon-rss:4194304kB",
      "the kernel ended stress-ng-vm (pid 4242) for lack of memory", "memory", SEVERITY_CRITICAL },
    { "kernel", "", "", "Memory cgroup out of memory: Killed process 77 (python3) total-vm:1kB, anon-rss:1kB",
      "the kernel ended python3 (pid 77) for lack of memory in its control group", "memory", SEVERITY_CRITICAL },
    { "kernel", "", "", "[ 1234.567890] Out of memory: Killed process 5 (a b) total-vm:1kB",
      "the kernel ended a b (pid 5) for lack of memory", "memory", SEVERITY_CRITICAL },
    /* links */
    { "kernel", "", "", "e1000e 0000:00:1f.6 eno1: NIC Link is Down", "network interface eno1 lost its link", "net",
      SEVERITY_NOTICE },
    { "kernel", "", "", "igb 0000:03:00.0 enp3s0: igb: enp3s0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX",
      "network interface enp3s0 has a link", "net", SEVERITY_INFO },
    { "kernel", "", "", "r8169 0000:02:00.0 enp2s0: Link is Up - 1Gbps/Full - flow control rx/tx",
      "network interface enp2s0 has a link", "net", SEVERITY_INFO },
    { "kernel", "", "", "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready", "network interface eth0 has a link", "net",
      SEVERITY_INFO },
    { "systemd-networkd", "", "", "eth0: Lost carrier", "network interface eth0 lost its link", "net", SEVERITY_NOTICE },
    { "NetworkManager", "", "", "<info>  [1700000000.1] device (enp2s0): carrier: link connected",
      "network interface enp2s0 has a link", "net", SEVERITY_INFO },
    /* disks */
    { "kernel", "", "", "blk_update_request: I/O error, dev sdb, sector 2048 op 0x0:(READ) flags 0x0",
      "disk sdb could not read or write", "disk", SEVERITY_WARNING },
    { "kernel", "", "", "I/O error, dev nvme0n1, sector 123 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2",
      "disk nvme0n1 could not read or write", "disk", SEVERITY_WARNING },
    { "kernel", "", "", "Buffer I/O error on dev sdb1, logical block 0, async page read",
      "disk sdb1 could not read or write", "disk", SEVERITY_WARNING },
    { "kernel", "", "", "EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm ls: reading directory lblock 0",
      "file system on sda1 has an error", "disk", SEVERITY_WARNING },
    { "kernel", "", "", "EXT4-fs (sda1): Remounting filesystem read-only",
      "file system on sda1 became read-only after an error", "disk", SEVERITY_CRITICAL },
    { "kernel", "", "", "md/raid1:md0: Disk failure on sdb1, disabling device.", "disk sdb1 failed in its array", "disk",
      SEVERITY_CRITICAL },
    { "kernel", "", "", "nvme nvme0: I/O 123 QID 4 timeout, aborting", "disk nvme0 answers late", "disk", SEVERITY_WARNING },
    { "kernel", "", "", "ata3: SATA link down (SStatus 0 SControl 300)", "the SATA link ata3 is down", "disk",
      SEVERITY_WARNING },
    { "kernel", "", "", "XFS (sda1): Mounting V5 Filesystem", NULL, NULL, 0 },
    { "kernel", "", "", "EXT4-fs (sda1): mounted filesystem with ordered data mode", NULL, NULL, 0 },
    /* USB, GPUs, memory */
    { "kernel", "", "", "usb 1-2: new high-speed USB device number 5 using xhci_hcd", "USB device 1-2 was plugged in", "usb",
      SEVERITY_INFO },
    { "kernel", "", "", "usb 2-1.4: USB disconnect, device number 9", "USB device 2-1.4 was unplugged", "usb", SEVERITY_INFO },
    { "kernel", "", "", "usb 1-2: Product: Stick", NULL, NULL, 0 },
    { "kernel", "", "", "NVRM: Xid (PCI:0000:01:00): 79, pid=1234, GPU has fallen off the bus.",
      "a GPU no longer answers: it has fallen off the bus", "hardware", SEVERITY_CRITICAL },
    { "kernel", "", "", "NVRM: Xid (PCI:0000:01:00): 31, pid=1234, name=python3, Ch 00000010", "a GPU reported error Xid 31",
      "gpu", SEVERITY_WARNING },
    { "kernel", "", "", "mce: [Hardware Error]: Machine check events logged", "the hardware reported an error to the kernel",
      "hardware", SEVERITY_WARNING },
    { "kernel", "", "", "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#0_DIMM#0",
      "the memory corrected an error", "hardware", SEVERITY_NOTICE },
    { "kernel", "", "", "CPU0: Core temperature above threshold, cpu clock throttled", NULL, NULL, 0 },
    /* the clock */
    { "systemd", "", "c7a787079b354eaaa9e77b371893cd27", "Time has been changed", "the clock was set", "clock",
      SEVERITY_INFO },
    { "chronyd", "", "", "System clock was stepped by 12.345678 seconds", "the clock was set", "clock", SEVERITY_INFO },
    { "systemd-timedated", "", "45f82f4aef7a4bbf942ce861d1f20990", "Changed time zone to 'Europe/Berlin' (CET).",
      "the time zone was changed", "clock", SEVERITY_INFO },
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        struct log_line l = { .wall_ms = 1234567, .priority = 6, .log = "journal" };
        struct event e;
        text_copy(l.ident, sizeof l.ident, r->ident);
        text_copy(l.unit, sizeof l.unit, r->unit);
        text_copy(l.message_id, sizeof l.message_id, r->id);
        text_copy(l.text, sizeof l.text, r->text);
        bool any = change_of_line(&l, true, &e);
        if (any != (r->says != NULL))
            fail_msg("%s: %s", any ? e.text : "no change", r->text);
        if (!any)
            continue;
        assert_string_equal(e.text, r->says);
        assert_string_equal(e.source, r->source);
        assert_int_equal(e.severity, r->severity);
        assert_int_equal(e.kind, EVENT_CHANGE);
        assert_int_equal(e.wall_ms, 1234567);
    }
}

/* By another than it says. */
static void test_claimed(void **state)
{
    (void)state;
    struct log_line l = { .wall_ms = 1, .ident = "kernel", .text = "Out of memory: Killed process 1 (sshd)" };
    struct event e;
    assert_true(change_of_line(&l, true, &e));
    l.claimed = true;
    assert_false(change_of_line(&l, true, &e));
}

static void test_empty(void **state)
{
    (void)state;
    struct log_line l = { .wall_ms = 1 };
    struct event e;
    assert_false(change_of_line(&l, true, &e));
    text_copy(l.ident, sizeof l.ident, "kernel");
    assert_false(change_of_line(&l, true, &e));
    text_copy(l.text, sizeof l.text, "Out of memory: Killed process ");
    assert_true(change_of_line(&l, true, &e));
    assert_string_equal(e.text, "the kernel ended process 0 for lack of memory");
    text_copy(l.text, sizeof l.text, "Out of memory: Killed process 812 (mysqld) total-vm:1kB");
    assert_true(change_of_line(&l, false, &e)); /* privacy.collect_process_names is off */
    assert_string_equal(e.text, "the kernel ended process 812 for lack of memory");
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines), cmocka_unit_test(test_claimed),
                                          cmocka_unit_test(test_empty) };

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
