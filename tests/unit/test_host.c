/* Host information: each architecture's way to say it, and what is missing or broken. */
#include "test.h"

#include "machine.h"
#include "os/host.h"

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static void topology(struct machine *m, int cpu, const char *core)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    machine_write(m, path, core);
}

static void a_whole_machine(void **state)
{
    struct machine *m = *state;
    struct os_host h;
    machine_write(m, "/etc/os-release",
                  "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n");
    machine_write(m, "/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    machine_write(
        m, "/proc/cpuinfo",
        "processor\t: 0\nmodel name\t: AMD EPYC 7763  \ncpu MHz : 5\nflags\t\t: fpu vme\n");
    machine_write(m, "/proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
    machine_write(m, "/sys/devices/system/cpu/online", "0-3,6-7\n");
    static const char *const core[] = { "0,6\n", "1,7\n", "2-3\n", "2-3\n", NULL, NULL, "0,6\n", "1,7\n" };
    for (int i = 0; i < 8; i++)
        if (core[i])
            topology(m, i, core[i]);
    machine_write(m, "/sys/class/dmi/id/sys_vendor", "LENOVO\n");
    machine_write(m, "/sys/class/dmi/id/product_name", "  20L5CTO1WW  \n");
    machine_write(m, "/sys/class/dmi/id/board_vendor", "LENOVO\n");
    machine_write(m, "/sys/class/dmi/id/board_name", "20L5\x01\n");
    machine_write(m, "/sys/class/dmi/id/product_serial", "SECRET\n");
    os_host(m->root, &h);
    assert_string_equal(h.os, "Debian GNU/Linux 12 (bookworm)");
    assert_string_equal(h.kernel, "6.1.0-18-amd64");
    assert_int_equal(h.cpus, 6);
    assert_int_equal(h.cores, 3);
    assert_near(h.memory_bytes, 16384 * 1024, 0);
    assert_string_equal(h.maker, "LENOVO");
    assert_string_equal(h.product, "20L5CTO1WW");
    assert_string_equal(h.board_product, "20L5?");
    assert_string_equal(h.virtualisation, "");
    assert_int_equal(h.n_gpus, 0);
}

static void models_of_architectures(void **state)
{
    struct machine *m = *state;
    static const struct { const char *cpuinfo, *want; } cases[] = {
        { "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i7-8565U CPU @ 1.80GHz\n", "Intel(R) Core(TM) i7-8565U CPU @ 1.80GHz" },
        { "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd08\n\nCPU implementer : 0x41\nCPU part : 0xd08\n", "Cortex-A72" },
        { "CPU implementer : 0x41\nCPU part : 0xd05\nCPU implementer : 0x41\nCPU part : 0xd0b\n", "Cortex-A55 + Cortex-A76" },
        { "model name : ARMv7 Processor\nCPU implementer : 0x99\nCPU part : 0xfff\n", "ARM 0x99/0xfff" },
        { "vendor_id : IBM/S390\nprocessor 0: version = 00,  identification = 0123,  machine = 8561\n", "IBM/S390 8561" },
        { "processor : 0\ncpu : POWER9 (raw), altivec supported\n", "POWER9 (raw), altivec supported" },
        { "processor : 0\nhart : 1\nuarch : sifive,u74-mc\n", "sifive,u74-mc" },
        { "processor : 0\nmodel name :\n", "" },
        { "model name : cut", "" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct os_host h;
        machine_write(m, "/proc/cpuinfo", cases[i].cpuinfo);
        os_host(m->root, &h);
        assert_string_equal(h.cpu, cases[i].want);
    }
}

static void cores_without_lists(void **state)
{
    struct machine *m = *state;
    struct os_host h;
    machine_write(m, "/proc/stat",
                  "cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu2 1 2 3 4\ncpu3 1 2 3 4\nintr 1\n");
    machine_write(m, "/proc/cpuinfo", "processor : 0\nsiblings : 2\ncpu cores : 1\n");
    os_host(m->root, &h);
    assert_int_equal(h.cpus, 4);
    assert_int_equal(h.cores, 2);
    static const char *const broken[] = {
        "siblings : 0\ncpu cores : 0\n", "siblings : 3\ncpu cores : 1\n", "siblings : 1\ncpu cores : 2\n",
        "siblings : -2\ncpu cores : -1\n", "siblings : x\n",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(m, "/proc/cpuinfo", broken[i]);
        os_host(m->root, &h);
        assert_int_equal(h.cores, 0); /* not known */
    }
}

static void guests_and_containers(void **state)
{
    struct machine *m = *state;
    struct os_host h;
    machine_write(m, "/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    machine_write(m, "/proc/cpuinfo", "model name : X\nflags : fpu vme\n");
    os_host(m->root, &h);
    assert_string_equal(h.virtualisation, ""); /* bare metal of a cloud */
    machine_write(m, "/proc/cpuinfo", "model name : X\nflags : fpu hypervisor vme\n");
    os_host(m->root, &h);
    assert_string_equal(h.virtualisation, "KVM (Amazon EC2)");
    machine_write(m, "/sys/class/dmi/id/sys_vendor", "nobody knows\n");
    os_host(m->root, &h);
    assert_string_equal(h.virtualisation, "virtual machine");
    machine_write(m, "/run/systemd/container", "lxc\n");
    os_host(m->root, &h);
    assert_string_equal(h.virtualisation, "container (lxc)");
}

static void nothing_there_is_nothing_known(void **state)
{
    struct machine *m = *state;
    struct os_host h;
    os_host(m->root, &h);
    assert_string_equal(h.os, "");
    assert_string_equal(h.cpu, "");
    assert_int_equal(h.cpus, 0);
    assert_nan(h.memory_bytes);
    machine_write(m, "/etc/os-release", "PRETTY_NAME=\"never ends");
    machine_write(m, "/sys/devices/system/cpu/online", "5-2,x\n");
    machine_write(m, "/proc/meminfo", "MemTotal: 0 kB\n");
    os_host(m->root, &h);
    assert_string_equal(h.os, "never ends");
    assert_int_equal(h.cpus, 0);
    assert_nan(h.memory_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(models_of_architectures, setup, teardown),
        cmocka_unit_test_setup_teardown(cores_without_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(guests_and_containers, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_there_is_nothing_known, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
