/* Sensors: names that last, values that are none, devices that sleep. */
#include "test.h"

#include "adapters/linux/hwmon_id.h"
#include "machine.h"

#include <errno.h>

static void places_last(void **state)
{
    (void)state;
    static const struct { const char *path, *want; } cases[] = {
        { "../../devices/platform/coretemp.0/hwmon/hwmon2", "platform-coretemp.0" },
        { "../../devices/pci0000:00/0000:00:18.3/hwmon/hwmon0", "pci-0000:00:18.3" },
        { "../../devices/pci0000:00/0000:00:1d.0/0000:3d:00.0/nvme/nvme7/hwmon/hwmon1", "pci-0000:3d:00.0" },
        { "../../devices/pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/hwmon/hwmon4", "pci-0000:00:17.0-ata2" },
        { "../../devices/pci0000:00/0000:00:1f.4/i2c-3/3-004c/hwmon/hwmon5", "pci-0000:00:1f.4-i2c-004c" },
        { "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4:1.0/0003:1B1C:0C10.0005/hwmon/hwmon6", "pci-0000:00:14.0-usb-1-2.4:1.0" },
        { "../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI000D:00/hwmon/hwmon2", "acpi-ACPI000D:00" },
        { "../../devices/virtual/thermal/thermal_zone0/hwmon0", "virtual" },
        { "../../devices/platform/soc/fe804000.i2c/i2c-1/1-0048/hwmon/hwmon2", "platform-fe804000.i2c-i2c-0048" },
        { "../../../0000:00:18.3", "pci-0000:00:18.3" },
        { "../../../somewhere", "device" }, { "", "device" }, { "////", "device" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[HWMON_ID_MAX];
        hwmon_id_of_path(cases[i].path, id);
        assert_string_equal(id, cases[i].want);
    }
    char longest[4096], id[HWMON_ID_MAX];
    memset(longest, 'A', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    memcpy(longest, "platform/", 9);
    hwmon_id_of_path(longest, id);
    assert_int_equal(strlen(id), HWMON_ID_MAX - 1);
}

#define CORETEMP "/sys/devices/platform/coretemp.0/hwmon/"

/* A chip as the kernel shows it: its directory below the device, and the link to it. */
static void add_coretemp(struct machine *m, const char *number)
{
    char link[64], target[128];
    snprintf(link, sizeof link, "/sys/class/hwmon/%s", number);
    snprintf(target, sizeof target, "../../devices/platform/coretemp.0/hwmon/%s", number);
    machine_link(m, link, target);
    static const struct { const char *file, *text; } files[] = {
        { "name", "coretemp\n" }, { "temp1_label", "Package id 0\n" }, { "temp1_input", "64000\n" }, { "temp1_crit", "100000\n" },
        { "temp2_label", "Core 0\n" }, { "temp2_input", "61000\n" }, { "temp3_label", "Core 4\n" }, { "temp3_input", "62500\n" },
        { "fan1_input", "1200\n" }, { "in0_input", "904\n" }, { "curr1_input", "1500\n" }, { "power1_input", "2500000\n" },
        { "power2_average", "3500000\n" }, { "power1_average", "9\n" }, { "temp1_max", "90000\n" }, { "uevent", "x\n" },
        { "temp2_max", "90000\n" }, { "temp1_crit_alarm", "0\n" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[192];
        snprintf(path, sizeof path, CORETEMP "%s/%s", number, files[i].file);
        machine_write(m, path, files[i].text);
    }
}

static void kinds_and_names(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    add_coretemp(&m, "hwmon3");
    machine_write(&m, "/sys/devices/system/cpu/cpu2/topology/physical_package_id", "0\n");
    machine_write(&m, "/sys/devices/system/cpu/cpu2/topology/core_id", "4\n");
    machine_write(&m, "/sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n");
    machine_write(&m, "/sys/devices/system/cpu/cpu0/topology/core_id", "0\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "platform-coretemp.0/coretemp/Core 4"), 62.5, 1e-9);
    assert_near(
        machine_get(&m, "sensor.temp.critical", "platform-coretemp.0/coretemp/Package id 0"), 100,
        1e-9);
    assert_near(machine_get(&m, "sensor.fan", "platform-coretemp.0/coretemp/fan1"), 1200, 0);
    assert_near(machine_get(&m, "sensor.voltage", "platform-coretemp.0/coretemp/in0"), 0.904, 1e-9);
    assert_near(machine_get(&m, "sensor.current", "platform-coretemp.0/coretemp/curr1"), 1.5, 1e-9);
    assert_near(machine_get(&m, "sensor.power", "platform-coretemp.0/coretemp/power1"), 2.5, 1e-9);
    assert_near(machine_get(&m, "sensor.power", "platform-coretemp.0/coretemp/power2"), 3.5, 1e-9);
    assert_near(machine_get(&m, "cpu.temp", NULL), 64, 1e-9);
    assert_near(machine_get(&m, "cpu.core.temp", "0"), 61, 1e-9);
    assert_near(machine_get(&m, "cpu.core.temp", "2"), 62.5, 1e-9); /* the processor whose core is number 4 */
    assert_near(machine_get(&m, "sensor.temp.max", "platform-coretemp.0/coretemp/Package id 0"), 90, 1e-9);
    assert_int_equal(schema_size(m.s), 13); /* no limit of a core, no alarm of this chip */
    machine_done(&m);
}

static void everything_else_of_a_chip(void **state)
{
    (void)state;
    static const struct { const char *file, *text; } files[] = {
        { "name", "nct6798\n" }, { "fan1_input", "1200\n" }, { "fan1_label", "CPU Fan\n" }, { "fan1_target", "1300\n" },
        { "fan1_min", "300\n" }, { "fan1_max", "2200\n" }, { "fan2_input", "0\n" }, { "fan2_min", "0\n" },
        { "pwm1", "51\n" }, { "pwm1_enable", "2\n" }, { "energy1_input", "1000000\n" }, { "humidity1_input", "45500\n" },
        { "temp1_input", "40000\n" }, { "temp1_emergency", "120000\n" }, { "intrusion0_alarm", "1\n" },
        { "in0_alarm", "1\n" }, { "in1_alarm", "0\n" }, { "fan1_fault", "1\n" }, { "temp1_crit_alarm", "x\n" },
    };
    struct machine m;
    char path[96];
    machine_init(&m);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/sys/class/hwmon/hwmon0/%s", files[i].file);
        machine_write(&m, path, files[i].text);
    }
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    machine_write(&m, "/sys/class/hwmon/hwmon0/energy1_input", "7000000\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.fan", "device/nct6798/CPU Fan"), 1200, 0);
    assert_near(machine_get(&m, "sensor.fan.target", "device/nct6798/CPU Fan"), 1300, 0);
    assert_near(machine_get(&m, "sensor.fan.min", "device/nct6798/CPU Fan"), 300, 0);
    assert_near(machine_get(&m, "sensor.fan.max", "device/nct6798/CPU Fan"), 2200, 0);
    assert_false(machine_has(&m, "sensor.fan.min", "device/nct6798/fan2"));
    assert_near(machine_get(&m, "sensor.pwm", "device/nct6798/pwm1"), 20, 1e-9);
    assert_near(machine_get(&m, "sensor.energy.rate", "device/nct6798/energy1"), 3, 1e-9); /* W */
    assert_near(machine_get(&m, "sensor.humidity", "device/nct6798/humidity1"), 45.5, 1e-9);
    assert_near(machine_get(&m, "sensor.temp.emergency", "device/nct6798/temp1"), 120, 1e-9);
    assert_near(machine_get(&m, "sensor.intrusion", "device/nct6798/intrusion0"), 1, 0);
    assert_near(machine_get(&m, "sensor.alarms", "device/nct6798"), 2, 0);
    machine_done(&m);
}

/* A fan that stands still is known; what a division by a counter of all ones gives is not. */
static void numbers_that_are_none(void **state)
{
    (void)state;
    static const struct { const char *file, *family, *inst, *text; double want; } cases[] = {
        { "temp1_input", "sensor.temp", "temp1", "127000\n", NAN }, { "temp1_input", "sensor.temp", "temp1", "127500\n", NAN },
        { "temp1_input", "sensor.temp", "temp1", "127875\n", NAN }, { "temp1_input", "sensor.temp", "temp1", "126500\n", 126.5 },
        { "temp1_input", "sensor.temp", "temp1", "-40000\n", -40 }, { "temp1_input", "sensor.temp", "temp1", "-61000\n", NAN },
        { "fan1_input", "sensor.fan", "fan1", "65535\n", NAN }, { "fan1_input", "sensor.fan", "fan1", "1350000\n", NAN },
        { "fan1_input", "sensor.fan", "fan1", "0\n", 0 }, { "fan1_input", "sensor.fan", "fan1", "-1\n", NAN },
        { "in0_input", "sensor.voltage", "in0", "-12100\n", -12.1 }, { "in0_input", "sensor.voltage", "in0", "4294967295\n", NAN },
        { "pwm1", "sensor.pwm", "pwm1", "256\n", NAN }, { "pwm1", "sensor.pwm", "pwm1", "255\n", 100 },
        { "power1_input", "sensor.power", "power1", "-1000000\n", NAN },
        { "humidity1_input", "sensor.humidity", "humidity1", "100001\n", NAN },
        { "intrusion0_alarm", "sensor.intrusion", "intrusion0", "2\n", NAN },
        { "energy1_input", "sensor.energy", "energy1", "-1\n", NAN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine m;
        char path[96], inst[64];
        machine_init(&m);
        machine_write(&m, "/sys/class/hwmon/hwmon0/name", "it8688\n");
        snprintf(path, sizeof path, "/sys/class/hwmon/hwmon0/%s", cases[i].file);
        snprintf(inst, sizeof inst, "device/it8688/%s", cases[i].inst);
        machine_write(&m, path, cases[i].text);
        assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
        machine_tick(&m, 2);
        double got = machine_get(&m, cases[i].family, inst);
        if (isnan(cases[i].want) ? !isnan(got) : !(fabs(got - cases[i].want) < 1e-9))
            fail_msg("%s of %s is %g", cases[i].text, cases[i].file, got);
        machine_done(&m);
    }
}

static void renumbered_chips_keep_their_slots(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    add_coretemp(&m, "hwmon3");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    int slots = schema_size(m.s);
    machine_remove(&m, "/sys/class/hwmon/hwmon3");
    machine_remove(&m, CORETEMP "hwmon3");
    machine_tick(&m, 10);
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "cpu.temp", NULL));
    add_coretemp(&m, "hwmon11");
    machine_tick(&m, 10);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cpu.temp", NULL), 64, 1e-9);
    assert_int_equal(schema_size(m.s), slots);
    machine_done(&m);
}

static void twins_are_told_apart(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    for (int i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%d/name", i);
        machine_write(&m, path, "jc42\n");
        snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%d/temp1_input", i);
        machine_printf(&m, path, "%d\n", 30000 + i * 1000);
    }
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "device/jc42/temp1"), 30, 0);
    assert_near(machine_get(&m, "sensor.temp", "device/jc42/temp1#2"), 31, 0);
    assert_false(machine_has(&m, "cpu.temp", NULL));
    machine_done(&m);
}

static void dead_inputs_are_not_known(void **state)
{
    (void)state;
    static const char *const dead[] = { "0\n", "-128000\n", "255000\n", "", "\n", "hot\n",
                                        "99999999999999999999\n", "1 2\n" };
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "nct6779\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "40000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp2_input", "41000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_crit", "0\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    assert_false(machine_has(&m, "sensor.temp.critical", "device/nct6779/temp1"));
    for (size_t i = 0; i < sizeof dead / sizeof *dead; i++) {
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", dead[i]);
        machine_tick(&m, 2);
        assert_nan(machine_get(&m, "sensor.temp", "device/nct6779/temp1"));
        assert_near(machine_get(&m, "sensor.temp", "device/nct6779/temp2"), 41, 0);
    }
    machine_done(&m);
}

/* A file that can be opened and not read, as a sensor whose bus gives no answer (EIO):
 * a directory does that too. */
static void unreadable_inputs_stand_alone(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "iwlwifi_1\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input/x", "");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp2_input", "41000\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "sensor.temp", "device/iwlwifi_1/temp1"));
    assert_near(machine_get(&m, "sensor.temp", "device/iwlwifi_1/temp2"), 41, 0);
    machine_done(&m);
}

static void sleeping_devices_are_not_asked(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "nouveau\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "41000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/runtime_status", "suspended\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/control", "auto\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/autosuspend_delay_ms", "5000\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "sensor.temp", "device/nouveau/temp1"));
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/runtime_status", "active\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "device/nouveau/temp1"), 41, 0);

    /* It goes to sleep after 5 s without use: the next question comes after 11 s,
     * till then its value stands. */
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "50000\n");
    for (int i = 0; i < 5; i++) {
        machine_tick(&m, 2);
        assert_near(machine_get(&m, "sensor.temp", "device/nouveau/temp1"), 41, 0);
    }
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "device/nouveau/temp1"), 50, 0);
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/runtime_status", "suspended\n");
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "sensor.temp", "device/nouveau/temp1"));
    machine_done(&m);
}

/* gpu.* shows them, told by the driver: not even the name of the chip is read. */
static void graphics_processors_are_left_out(void **state)
{
    (void)state;
    static const char *const drivers[] = { "amdgpu", "i915", "xe" };
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "k10temp\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "41000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon1/name", "amdgpu\n");
    machine_write(&m, "/sys/class/hwmon/hwmon1/temp1_input", "43000\n");
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        char target[64];
        snprintf(target, sizeof target, "../../../../bus/pci/drivers/%s", drivers[i]);
        machine_write(&m, "/sys/class/hwmon/hwmon1/device/vendor", "0x1002\n");
        machine_link(&m, "/sys/class/hwmon/hwmon1/device/driver", target);
        void *self;
        struct schema *s = schema_new();
        assert_int_equal(adapter_hwmon.open(&m.env, s, &self), 0);
        assert_int_equal(schema_next(s, "sensor.temp", schema_next(s, "sensor.temp", -1)), -1);
        adapter_hwmon.close(self);
        schema_free(s);
        machine_remove(&m, "/sys/class/hwmon/hwmon1/device/driver");
    }
    machine_done(&m);
}

static void idle_disks_are_not_asked(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "drivetemp\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "33000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/block/sda/stat", "1 2 3\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "sensor.temp", "device/drivetemp/temp1"));
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/block/sda/stat", "2 2 3\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "device/drivetemp/temp1"), 33, 0);
    assert_near(machine_get(&m, "disk.temp", "sda"), 33, 0);
    machine_tick(&m, 58);
    assert_near(machine_get(&m, "sensor.temp", "device/drivetemp/temp1"), 33, 0);
    machine_tick(&m, 4);
    assert_nan(machine_get(&m, "sensor.temp", "device/drivetemp/temp1"));
    machine_done(&m);
}

/* Each file is a command to the disk: once in 10 s while it works, once in a minute while it does not. */
static void an_nvme_disk_is_asked_seldom(void **state)
{
    (void)state;
    static const char *const stats[] = { "device/nvme0n1/stat", "device/nvme0c1n1/stat",
                                         "device/nvme/nvme3/nvme0n1/stat" };
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        struct machine m;
        char stat[96];
        snprintf(stat, sizeof stat, "/sys/class/hwmon/hwmon0/%s", stats[i]);
        machine_init(&m);
        machine_write(&m, "/sys/class/hwmon/hwmon0/name", "nvme\n");
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "38000\n");
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_crit", "85000\n");
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_max", "82000\n"); /* would be asked of the disk */
        machine_write(&m, stat, "1 2 3\n");
        assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
        machine_tick(&m, 2);
        assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 38, 1e-9);
        assert_near(machine_get(&m, "sensor.temp.critical", "device/nvme/temp1"), 85, 1e-9);
        assert_false(machine_has(&m, "sensor.temp.max", "device/nvme/temp1"));
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "50000\n");
        machine_tick(&m, 58);
        assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 38, 1e-9);
        machine_tick(&m, 2);
        assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 50, 1e-9);
        machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "52000\n");
        machine_write(&m, stat, "2 2 3\n");
        machine_tick(&m, 2);
        assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 50, 1e-9);
        machine_tick(&m, 8);
        assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 52, 1e-9);
        machine_done(&m);
    }
}

/* A controller has no power states of its own; what it is part of has. */
static void a_disk_on_a_sleeping_bus(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "nvme\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "38000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/power/runtime_status", "unsupported\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/device/power/runtime_status", "suspended\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/nvme0n1/stat", "1\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_nan(machine_get(&m, "disk.temp", "nvme0n1"));
    machine_write(&m, "/sys/class/hwmon/hwmon0/device/device/power/runtime_status", "active\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "disk.temp", "nvme0n1"), 38, 1e-9);
    machine_done(&m);
}

static void the_processor_of_amd(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "k10temp\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "75000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_label", "Tctl\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp2_input", "55000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp2_label", "Tdie\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp3_input", "80000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp3_label", "Tccd1\n");
    machine_write(&m, "/sys/class/hwmon/hwmon1/name", "k10temp\n");
    machine_write(&m, "/sys/class/hwmon/hwmon1/temp1_input", "60000\n");
    machine_write(&m, "/sys/class/hwmon/hwmon1/temp1_label", "Tctl\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cpu.temp", NULL), 60, 0); /* the hotter of Tdie of one and Tctl of the other */
    machine_done(&m);
}

static void zones_without_a_chip(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/hwmon/hwmon0/name", "acpitz\n");
    machine_write(&m, "/sys/class/hwmon/hwmon0/temp1_input", "30000\n");
    static const char *const types[] = { "acpitz\n", "cpu-thermal\n", "gpu-thermal\n", "gpu-thermal\n" };
    for (int i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%d/type", i);
        machine_write(&m, path, types[i]);
        snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%d/temp", i);
        machine_printf(&m, path, "%d\n", 50000 + i);
    }
    machine_write(&m, "/sys/class/thermal/cooling_device0/type", "Fan\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "sensor.temp", "device/acpitz/temp1"), 30, 0);
    assert_false(machine_has(&m, "sensor.temp", "thermal/acpitz/temp0"));
    assert_near(machine_get(&m, "sensor.temp", "thermal/cpu-thermal"), 50.001, 1e-9);
    assert_near(machine_get(&m, "sensor.temp", "thermal/gpu-thermal#2"), 50.003, 1e-9);
    assert_near(machine_get(&m, "cpu.temp", NULL), 50.001, 1e-9);
    machine_done(&m);
}

static void batteries_are_told_elsewhere(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_hwmon), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_link(&m, "/sys/class/hwmon/hwmon4",
                 "../../devices/PNP0C0A:00/power_supply/BAT0/hwmon4");
    machine_write(&m, "/sys/devices/PNP0C0A:00/power_supply/BAT0/hwmon4/name", "BAT0\n");
    machine_write(&m, "/sys/devices/PNP0C0A:00/power_supply/BAT0/hwmon4/in0_input", "11000\n");
    assert_int_equal(machine_open(&m, &adapter_hwmon), -ENODEV);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_last), cmocka_unit_test(kinds_and_names),
        cmocka_unit_test(everything_else_of_a_chip), cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(an_nvme_disk_is_asked_seldom), cmocka_unit_test(a_disk_on_a_sleeping_bus),
        cmocka_unit_test(renumbered_chips_keep_their_slots),
        cmocka_unit_test(twins_are_told_apart), cmocka_unit_test(dead_inputs_are_not_known),
        cmocka_unit_test(unreadable_inputs_stand_alone), cmocka_unit_test(sleeping_devices_are_not_asked),
        cmocka_unit_test(graphics_processors_are_left_out),
        cmocka_unit_test(idle_disks_are_not_asked), cmocka_unit_test(the_processor_of_amd),
        cmocka_unit_test(zones_without_a_chip), cmocka_unit_test(batteries_are_told_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
