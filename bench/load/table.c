/*
 * table.c - updates at random places of a large table from malloc(3): nearly every one misses the caches and the
 * translation of its address, as in hash tables and graphs.
 */
#include "load.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>

/* Marsaglia, "Xorshift RNGs", 2003: of three shifts. */
static uint64_t table_next(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ (x << 17);
}

static int table_run(const struct load_args *a, struct load_result *r)
{
    size_t n = (size_t)(load_number(a, "mib") * 1024 * 1024 / sizeof(uint64_t));
    int64_t updates = (int64_t)load_number(a, "updates"), begin = os_mono_ns();
    uint64_t *table = malloc(n * sizeof *table), x = 88172645463325252, sum = 0;
    if (!table) {
        load_complain(-ENOMEM, "a table of --mib");
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++)
        table[i] = i;
    for (int64_t i = 0; i < updates; i++) {
        x = table_next(x);
        table[x % n] ^= x;
    }
    for (size_t i = 0; i < n; i += 4096)
        sum ^= table[i];
    double wall_s = (double)(os_mono_ns() - begin) / 1e9;
    struct load_used used = load_used();
    free(table);
    load_put(r, "wall_s", wall_s);
    load_put(r, "user_s", used.user_s);
    load_put(r, "system_s", used.system_s);
    load_put(r, "cpu_s", used.user_s + used.system_s);
    load_put(r, "faults", used.faults);
    load_put(r, "check", (double)(sum % 1000)); /* also so that nothing of it can be left out */
    return 0;
}

static const struct load_option options[] = {
    { "mib", LOAD_NUMBER, 512, 1, 1e6, "size of the table, MiB" },
    { "updates", LOAD_NUMBER, 3e7, 1, 1e12, "updates" },
    { 0 },
};

const struct load load_table = {
    .name = "table", .doc = "updates at random places of a large table", .options = options, .run = table_run,
};
