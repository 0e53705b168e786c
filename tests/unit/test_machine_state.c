/* test_machine_state.c - what a machine consists of, differences in words, and the file in which it is kept. */
#include "analyze/changes/changes_kept.h"
#include "base/text.h"
#include "test.h"

#include <string.h>

static const char mountinfo[] =
    "22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
    "28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "30 28 8:2 / /srv/my\\040disk rw,relatime shared:2 - xfs /dev/sdb1 rw\n"
    "31 28 8:2 /part /bound rw,relatime shared:2 - xfs /dev/sdb1 rw\n"
    "32 28 0:40 /@home /home rw - btrfs /dev/sdc rw,subvol=/@home\n"
    "33 28 0:41 / /net ro,relatime - nfs4 server:/x rw,vers=4.2\n"
    "34 28 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro\n"
    "35 28 0:50 / /var/lib/docker/overlay2/x rw - overlay overlay rw\n"
    "36 28 8:9\n"
    "torn";

static void test_mounts(void **state)
{
    (void)state;
    struct machine_state s = { 0 };
    machine_state_add_mounts(&s, mountinfo);
    machine_state_sort(&s);
    assert_int_equal(s.n, 4);
    assert_string_equal(machine_state_find(&s, MACHINE_MOUNT, "/")->value, "ext4 rw");
    assert_string_equal(machine_state_find(&s, MACHINE_MOUNT, "/srv/my disk")->value, "xfs rw");
    assert_string_equal(machine_state_find(&s, MACHINE_MOUNT, "/home")->value, "btrfs rw");
    assert_string_equal(machine_state_find(&s, MACHINE_MOUNT, "/net")->value, "nfs4 ro");
    assert_null(machine_state_find(&s, MACHINE_MOUNT, "/bound"));
    assert_null(machine_state_find(&s, MACHINE_DISK, "/"));
    machine_state_done(&s);
}

struct told {
    char text[4096];
    bool hides;
};

static void tell(void *self, const struct machine_item *was, const struct machine_item *is)
{
    struct told *t = self;
    struct event e;
    if (!machine_state_say(was, is, t->hides, &e))
        return;
    assert_int_equal(e.kind, EVENT_CHANGE);
    assert_true(text_is_plain(e.text));
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%s\n", e.text);
}

static void make(struct machine_state *a, struct machine_state *b)
{
    *a = *b = (struct machine_state){ 0 };
    machine_state_add(a, MACHINE_VERSION, "kernel", "6.1.0-17-amd64");
    machine_state_add(b, MACHINE_VERSION, "kernel", "6.1.0-18-amd64");
    machine_state_add(b, MACHINE_VERSION, "NVIDIA driver", "550.54");
    machine_state_add(a, MACHINE_MOUNT, "/", "ext4 rw");
    machine_state_add(b, MACHINE_MOUNT, "/", "ext4 ro");
    machine_state_add(a, MACHINE_MOUNT, "/old", "xfs rw");
    machine_state_add(b, MACHINE_MOUNT, "/new\033[1m", "vfat rw");
    machine_state_add(a, MACHINE_MOUNT, "/a", "vfat rw");
    machine_state_add(b, MACHINE_MOUNT, "/a", "ext4 ro");
    machine_state_add(a, MACHINE_DISK, "sda", "One");
    machine_state_add(b, MACHINE_DISK, "sda", "One");
    machine_state_add(b, MACHINE_DISK, "sdb", "");
    machine_state_add(a, MACHINE_NET, "eth0", "up");
    machine_state_add(b, MACHINE_NET, "eth0", "down");
    machine_state_add(b, MACHINE_NET, "veth1234", "up");
    machine_state_add(a, MACHINE_USB, "1-2", "Keyboard");
    machine_state_add(a, MACHINE_GPU, "0000:01:00.0", "nouveau");
    machine_state_add(b, MACHINE_GPU, "0000:01:00.0", "nvidia");
    machine_state_add(a, MACHINE_CPU, "online", "0-7");
    machine_state_add(b, MACHINE_CPU, "online", "0-3");
    machine_state_add(a, MACHINE_MEMORY, "all", "8 GiB");
    machine_state_add(b, MACHINE_MEMORY, "all", "16 GiB");
    machine_state_add(a, MACHINE_SERVICE, "nginx.service", "17");
    machine_state_add(b, MACHINE_SERVICE, "nginx.service", "99");
    machine_state_sort(a);
    machine_state_sort(b);
}

static void test_differences(void **state)
{
    (void)state;
    struct machine_state a, b;
    struct told t = { .text = "" };
    make(&a, &b);
    machine_state_compare(&a, &b, tell, &t);
    assert_string_equal(t.text,
                        "NVIDIA driver is there now: 550.54\n"
                        "kernel changed from 6.1.0-17-amd64 to 6.1.0-18-amd64\n"
                        "file system / became read-only\n"
                        "file system /a was mounted anew (ext4, read-only)\n"
                        "file system /new?[1m was mounted (vfat)\n"
                        "file system /old was unmounted (xfs)\n"
                        "disk sdb was plugged in\n"
                        "network interface eth0 lost its link\n"
                        "USB device 1-2 was unplugged (Keyboard)\n"
                        "GPU 0000:01:00.0: its driver changed from nouveau to nvidia\n"
                        "the processors that are online changed from 0-7 to 0-3\n"
                        "the memory that is there changed from 8 GiB to 16 GiB\n"
                        "service nginx.service started: again\n");
    t = (struct told){ .hides = true };
    machine_state_compare(&a, &b, tell, &t);
    assert_non_null(strstr(t.text, "file system became read-only\n"));
    assert_null(strstr(t.text, "/old"));
    t = (struct told){ .text = "" };
    machine_state_compare(&b, &b, tell, &t);
    assert_string_equal(t.text, "");
    a.cut = true; /* of what is known in part nothing can be said to be gone */
    machine_state_compare(&a, &b, tell, &t);
    assert_string_equal(t.text, "");
    machine_state_done(&a);
    machine_state_done(&b);
}

static void test_bounds(void **state)
{
    (void)state;
    struct machine_state s = { 0 };
    char name[300];
    for (int i = 0; i < MACHINE_MAX + 10; i++) {
        snprintf(name, sizeof name, "%d", i);
        machine_state_add(&s, MACHINE_USB, name, "x");
    }
    assert_int_equal(s.n, MACHINE_MAX);
    assert_true(s.cut);
    machine_state_done(&s);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    machine_state_add(&s, MACHINE_USB, name, name);
    machine_state_add(&s, MACHINE_USB, "", "nobody");
    machine_state_sort(&s);
    assert_int_equal(s.n, 1);
    machine_state_done(&s);
}

static void test_kept(void **state)
{
    (void)state;
    struct changes_kept again, k = { .boot_id = "11111111-2222", .seen_ms = 1795342516250, .running = true,
                                     .units = true };
    struct machine_state none;
    struct buf text = { 0 };
    k.log[0] = (struct changes_cursor){ 18446744073709551615u, 123, 456 };
    k.log[2] = (struct changes_cursor){ 1, 2, 3 };
    make(&k.machine, &none);
    changes_kept_put(&k, &text);
    assert_true(changes_kept_take(text.p, text.n, &again));
    assert_string_equal(again.boot_id, k.boot_id);
    assert_int_equal(again.seen_ms, k.seen_ms);
    assert_true(again.running && again.units);
    assert_memory_equal(again.log, k.log, sizeof k.log);
    assert_int_equal(again.machine.n, k.machine.n);
    assert_memory_equal(again.machine.item, k.machine.item, k.machine.n * sizeof *k.machine.item);
    changes_kept_done(&again);
    for (size_t n = 0; n + 1 < text.n; n++) { /* cut anywhere it is none, and leaves nothing */
        assert_false(changes_kept_take(text.p, n, &again));
        assert_null(again.machine.item);
    }
    assert_false(changes_kept_take("sonde changes 2\nend\n", 20, &again));
    static const char odd[] = "sonde changes 1\nlog\t9\t1\t1\t1\nlog\t1\t1\t-5\t1\nwhat\never\n"
        "usb\t\tx\nusb\tonly\nend\n";
    assert_true(changes_kept_take(odd, sizeof odd - 1, &again));
    assert_int_equal(again.machine.n, 0);
    assert_int_equal(again.log[1].offset, 0);
    changes_kept_done(&again);
    changes_kept_done(&k);
    machine_state_done(&none);
    buf_done(&text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_mounts), cmocka_unit_test(test_differences), cmocka_unit_test(test_bounds),
    cmocka_unit_test(test_kept),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
