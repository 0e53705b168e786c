/* Memory and paging: closed forms from a few lines, kernels that have more or fewer of them,
 * broken files. */
#include "test.h"

#include "machine.h"

#include <errno.h>
#include <unistd.h>

#define MEMINFO "/proc/meminfo"
#define VMSTAT "/proc/vmstat"

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

static void who_has_the_memory(void **state)
{
    struct machine *m = *state;
    machine_write(m, MEMINFO,
        "MemTotal:        1000 kB\nMemFree:          300 kB\nMemAvailable:     600 kB\nBuffers:           20 kB\n"
        "Cached:           250 kB\nSwapCached:         1 kB\nSwapTotal:        500 kB\nSwapFree:         400 kB\n"
        "Dirty:              7 kB\nShmem:             40 kB\nSlab:              90 kB\nSReclaimable:      60 kB\n"
        "HugePages_Total:     4\nHugePages_Free:      1\nHugepagesize:    2048 kB\n");
    assert_int_equal(machine_open(m, &adapter_memory), 0);
    assert_string_equal(m->reason, "");
    machine_tick(m, 1);
    static const struct { const char *name; double want; } cases[] = {
        { "memory.total", 1000 * 1024 }, { "memory.free", 300 * 1024 }, { "memory.available", 600 * 1024 },
        { "memory.used", 400 * 1024 }, { "memory.util", 40 }, { "memory.cached", 270 * 1024 },
        { "memory.buffers", 20 * 1024 }, { "memory.dirty", 7 * 1024 }, { "memory.shared", 40 * 1024 },
        { "memory.slab", 90 * 1024 }, { "memory.slab.reclaimable", 60 * 1024 },
        { "memory.huge.total", 4 * 2048 * 1024 }, { "memory.huge.used", 3 * 2048 * 1024 },
        { "swap.total", 500 * 1024 }, { "swap.used", 100 * 1024 }, { "swap.util", 20 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(m, cases[i].name, NULL), cases[i].want, 1e-6);
    assert_false(machine_has(m, "memory.writeback", NULL)); /* this kernel does not say */
}

static void no_swap_is_not_empty_swap(void **state)
{
    struct machine *m = *state;
    machine_write(m, MEMINFO,
                  "MemTotal: 1000 kB\nMemAvailable: 600 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
    assert_int_equal(machine_open(m, &adapter_memory), 0);
    assert_non_null(strstr(m->reason, "no swap"));
    machine_tick(m, 1);
    assert_near(machine_get(m, "swap.total", NULL), 0, 0);
    assert_nan(machine_get(m, "swap.used", NULL));
    assert_nan(machine_get(m, "swap.util", NULL));
    assert_nan(machine_get(m, "memory.cached", NULL));
    machine_write(m, MEMINFO,
                  "MemTotal: 1000 kB\nMemAvailable: 600 kB\nSwapTotal: 10 kB\nSwapFree: 5 kB\n");
    machine_tick(m, 1); /* swapon */
    assert_near(machine_get(m, "swap.util", NULL), 50, 1e-9);
}

/* The lines move, disappear and come back: what is read is never another key's number. */
static void lines_that_move_are_found(void **state)
{
    struct machine *m = *state;
    machine_write(m, MEMINFO, "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 600 kB\n");
    assert_int_equal(machine_open(m, &adapter_memory), 0);
    machine_write(m, MEMINFO,
                  "MemTotal: 1000 kB\nNew: 77 kB\nMemAvailable: 500 kB\nMemFree: 2 kB\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "memory.util", NULL), 50, 1e-9);
    assert_near(machine_get(m, "memory.free", NULL), 2048, 0);
    static const char *const broken[] = {
        "", "MemTotal: 1000 kB\nMemAvail", "MemTotal:\nMemAvailable: x kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
        "MemTotalAndMore: 1000 kB\nMemAvailable: 5 kB\n", "\n\n\n",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(m, MEMINFO, broken[i]);
        machine_tick(m, 1);
        assert_nan(machine_get(m, "memory.util", NULL));
    }
    machine_write(m, MEMINFO, "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 900 kB\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "memory.util", NULL), 10, 1e-9);
}

static void memory_absent_or_useless(void **state)
{
    struct machine *m = *state;
    assert_int_equal(machine_open(m, &adapter_memory), -ENODEV);
    machine_write(m, MEMINFO, "nothing of the kind\n");
    assert_int_equal(machine_open(m, &adapter_memory), -ENODATA);
    assert_int_equal(machine_open(m, &adapter_paging), -ENODEV);
}

static void paging_counts_bytes(void **state)
{
    struct machine *m = *state;
    double page = (double)sysconf(_SC_PAGESIZE);
    machine_write(m, VMSTAT,
        "nr_free_pages 5\npgpgin 100\npgpgout 200\npswpin 10\npswpout 20\npgfault 1000\npgmajfault 5\n"
        "pgsteal_kswapd 40\npgsteal_direct 2\npgscan_kswapd 80\npgscan_direct 3\noom_kill 0\n");
    assert_int_equal(machine_open(m, &adapter_paging), 0);
    machine_tick(m, 1);
    assert_near(machine_get(m, "memory.page_in", NULL), 100 * 1024, 0);
    assert_near(machine_get(m, "swap.out", NULL), 20 * page, 0);
    assert_near(machine_get(m, "memory.reclaim", NULL), 42 * page, 0);
    assert_near(machine_get(m, "memory.reclaim.scanned", NULL), 83 * page, 0);
    assert_false(machine_has(m, "memory.refaults", NULL)); /* this kernel does not count them */
    machine_write(m, VMSTAT,
        "nr_free_pages 4\npgpgin 300\npgpgout 200\npswpin 14\npswpout 20\npgfault 1500\npgmajfault 6\n"
        "pgsteal_kswapd 50\npgsteal_direct 6\npgscan_kswapd 80\npgscan_direct 9\noom_kill 1\n");
    machine_tick(m, 2);
    static const struct { const char *name; double want; int pages; } cases[] = {
        { "memory.page_in.rate", 100 * 1024, 0 }, { "memory.page_out.rate", 0, 0 }, { "swap.in.rate", 2, 1 },
        { "memory.faults.rate", 250, 0 }, { "memory.faults.major.rate", 0.5, 0 }, { "memory.reclaim.rate", 7, 1 },
        { "memory.reclaim.direct.rate", 2, 1 }, { "memory.oom_kills", 1, 0 }, { "memory.oom_kills.rate", 0.5, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(m, cases[i].name, NULL),
                    cases[i].want * (cases[i].pages ? page : 1), 1e-6);
    machine_write(m, VMSTAT, "nr_free_pages 4\npgpgin 30\npgpgout 200\n"); /* fell, and cut */
    machine_tick(m, 1);
    assert_nan(machine_get(m, "memory.page_in.rate", NULL));
    assert_nan(machine_get(m, "swap.in", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_has_the_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(no_swap_is_not_empty_swap, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_that_move_are_found, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_absent_or_useless, setup, teardown),
        cmocka_unit_test_setup_teardown(paging_counts_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
