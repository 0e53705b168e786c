/* Names, slots, selection by globs. */
#include "test.h"

#include "core/adapter.h"
#include "core/schema.h"

#include <errno.h>

static void slots_and_names(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    int disk = schema_source(s, "disk");
    int a = schema_add(s, &(struct metric){
        .name = "disk.read", .inst = "sda", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .help = "read" });
    assert_int_equal(schema_size(s), 2);
    assert_string_equal(schema_id(s, a), "disk.read{sda}");
    assert_string_equal(schema_id(s, a + 1), "disk.read.rate{sda}");
    assert_int_equal(schema_at(s, a + 1)->unit, UNIT_BYTE_PER_S);
    assert_int_equal(schema_at(s, a + 1)->source, disk);
    assert_int_equal(schema_find(s, "disk.read", "sda"), a);
    assert_int_equal(schema_find(s, "disk.read", "sdb"), -ENOENT);
    /* A device that came back keeps its slot. */
    assert_int_equal(schema_add(s, &(struct metric){ .name = "disk.read", .inst = "sda", .kind = KIND_COUNTER }), a);
    assert_int_equal(schema_size(s), 2);
    schema_free(s);
}

static void many(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    schema_source(s, "cpu");
    char inst[16];
    for (int i = 0; i < 5000; i++) {
        snprintf(inst, sizeof inst, "%d", i);
        assert_int_equal(schema_add(s, &(struct metric){ .name = "cpu.core.freq", .inst = inst }), i);
    }
    for (int i = 0; i < 5000; i += 7) {
        snprintf(inst, sizeof inst, "%d", i);
        assert_int_equal(schema_find(s, "cpu.core.freq", inst), i);
    }
    schema_free(s);
}

static void globs(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    schema_source(s, "cpu");
    int slot = schema_add(s, &(struct metric){ .name = "cpu.core.util", .inst = "3" });
    static const struct { const char *globs; bool want; } cases[] = {
        { "cpu.*", true }, { "cpu.core.util", true }, { "cpu.core.util{3}", true }, { "cpu.core.util{*}", true },
        { "cpu.core.util{4}", false }, { "gpu.*", false }, { "gpu.*,cpu.core.*", true }, { "", false }, { "*", true },
        { "cpu.core.uti", false }, { "cpu.core.ut?l", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(schema_match(s, slot, cases[i].globs), cases[i].want);
    schema_free(s);
}

static void families(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    schema_source(s, "disk");
    static const struct metric m[] = {
        { .name = "disk.util", .inst = "sda" }, { .name = "fs.util", .inst = "/" },
        { .name = "disk.util", .inst = "total" }, { .name = "disk.util" }, { .name = "fs.util", .inst = "/home" },
    };
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        schema_add(s, &m[i]);
    assert_int_equal(schema_next(s, "disk.util", -1), 0);
    assert_int_equal(schema_next(s, "disk.util", 0), 2);
    assert_int_equal(schema_next(s, "disk.util", 2), 3);
    assert_int_equal(schema_next(s, "disk.util", 3), -1);
    assert_int_equal(schema_next(s, "disk", -1), -1);
    static const bool part[] = { true, false, false, false, false };
    for (int i = 0; i < schema_size(s); i++)
        assert_int_equal(schema_is_part(s, i), part[i]);
    schema_free(s);
}

/* What an adapter that is absent would have: whole families, and not what its name or another's family holds. */
static void provided(void **state)
{
    (void)state;
    static const struct { const char *provides, *globs; bool want; } cases[] = {
        { "cpu.freq,cpu.freq.min,cpu.core.freq", "cpu.throttle.package.events.rate cpu.throttle.core.events.rate", false },
        { "cpu.throttle.*", "cpu.throttle.package.events.rate cpu.throttle.core.events.rate", true },
        { "cgroup.cpu.util,cgroup.memory.current", "memory.*", false },
        { "memory.errors.*,pci.errors.*", "memory.errors.corrected{mc0}", true },
        { "gpu.*", "gpu.util", true }, { "gpu.*", "gpu.*", true }, { "gpu.util", "gpu.*", true },
        { "sensor.*,cpu.temp", "gpu.temp,disk.temp,sensor.temp", true },
        { "net.connections{established}", "net.connections", true }, { "net.recv*", "net.recv.rate{total}", true },
        { "power.*", "power", false }, { "", "gpu.util", false }, { NULL, "gpu.util", false }, { "gpu.*", "", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (adapter_provides(cases[i].provides, cases[i].globs) != cases[i].want)
            fail_msg("%s of %s", cases[i].globs, cases[i].provides);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_and_names), cmocka_unit_test(many), cmocka_unit_test(globs), cmocka_unit_test(families),
        cmocka_unit_test(provided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
