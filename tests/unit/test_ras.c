/* Errors that the hardware found: memory by controller and module, PCI Express altogether. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define MC "/sys/devices/system/edac/mc/"

static void put_pci(struct machine *m, const char *device, int corrected)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/aer_dev_correctable", device);
    machine_printf(m, path, "RxErr 1\nBadTLP %d\nBadDLLP 0\nTOTAL_ERR_COR %d\n", corrected - 1, corrected);
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/aer_dev_fatal", device);
    machine_write(m, path, "Undefined 0\nDLP 0\nTOTAL_ERR_FATAL 0\n");
}

static void memory_by_module(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, MC "mc0/ce_count", "3\n");
    machine_write(&m, MC "mc0/ue_count", "0\n");
    machine_write(&m, MC "mc0/dimm0/dimm_ce_count", "3\n");
    machine_write(&m, MC "mc0/dimm0/dimm_ue_count", "0\n");
    machine_write(&m, MC "mc0/dimm0/dimm_label", "CPU_SrcID#0_MC#0_Chan#0_DIMM#0\n");
    machine_write(&m, MC "mc0/rank4/dimm_ce_count", "0\n");
    machine_write(&m, MC "mc0/rank4/dimm_label", "\n");
    machine_write(&m, MC "power/runtime_status", "unsupported\n");
    assert_int_equal(machine_open(&m, &adapter_ras), 0);
    machine_tick(&m, 30);
    machine_write(&m, MC "mc0/dimm0/dimm_ce_count", "6\n");
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "memory.errors.corrected", "mc0"), 3, 0);
    assert_near(machine_get(&m, "memory.errors.corrected.rate", "mc0/CPU_SrcID#0_MC#0_Chan#0_DIMM#0"), 0.1, 1e-9);
    assert_near(machine_get(&m, "memory.errors.corrected", "mc0/rank4"), 0, 0);
    assert_false(machine_has(&m, "memory.errors.uncorrected", "mc0/rank4"));
    machine_write(&m, MC "mc0/ce_count", "x\n");
    machine_tick(&m, 30);
    assert_nan(machine_get(&m, "memory.errors.corrected", "mc0"));
    machine_done(&m);
}

static void pci_devices_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    put_pci(&m, "0000:00:1c.0", 100);
    put_pci(&m, "0000:3d:00.0", 50);
    machine_write(&m, "/sys/bus/pci/devices/0000:00:1f.3/class", "0x040300\n");
    assert_int_equal(machine_open(&m, &adapter_ras), 0);
    machine_tick(&m, 30);
    put_pci(&m, "0000:3d:00.0", 53);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "pci.errors.corrected", NULL), 3, 0); /* since Sonde runs */
    assert_near(machine_get(&m, "pci.errors.fatal", NULL), 0, 0);
    assert_false(machine_has(&m, "pci.errors.nonfatal", NULL));
    machine_remove(&m, "/sys/bus/pci/devices/0000:3d:00.0");
    for (int i = 0; i < 5; i++)
        machine_tick(&m, 30);
    put_pci(&m, "0000:00:1c.0", 101);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "pci.errors.corrected", NULL), 4, 0);
    machine_done(&m);
}

/* One goes and another comes: as many as before, and all the same noticed. */
static void a_device_takes_the_place_of_another(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    put_pci(&m, "0000:00:1c.0", 100);
    put_pci(&m, "0000:3d:00.0", 50);
    assert_int_equal(machine_open(&m, &adapter_ras), 0);
    machine_tick(&m, 30);
    machine_remove(&m, "/sys/bus/pci/devices/0000:3d:00.0");
    put_pci(&m, "0000:3e:00.0", 70);
    for (int i = 0; i < 5; i++)
        machine_tick(&m, 30);
    put_pci(&m, "0000:3e:00.0", 75);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "pci.errors.corrected", NULL), 5, 0);
    machine_done(&m);
}

static void absent_and_broken(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "TOTAL_ERR_COR", "TOTAL_ERR_COR x\n", "RxErr 5\n" };
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_ras), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put_pci(&m, "0000:00:1c.0", 100);
    assert_int_equal(machine_open(&m, &adapter_ras), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/sys/bus/pci/devices/0000:00:1c.0/aer_dev_correctable", broken[i]);
        machine_tick(&m, 30);
        assert_nan(machine_get(&m, "pci.errors.corrected", NULL));
    }
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_by_module), cmocka_unit_test(pci_devices_come_and_go),
        cmocka_unit_test(a_device_takes_the_place_of_another),
        cmocka_unit_test(absent_and_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
