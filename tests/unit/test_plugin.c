/* Shared objects by sonde/adapter.h: a good one, those that are refused, and the example. */
#include "test.h"

#include "adapters/extension.h"
#include "machine.h"
#include "sonde/adapter.h"

#include <errno.h>

struct rig {
    struct machine m;
    struct extension x;
    struct adapter a;
    char path[512];
};

static int load(struct rig *r, const char *path)
{
    machine_init(&r->m);
    snprintf(r->path, sizeof r->path, "%s", path);
    r->x = (struct extension){ .name = "made", .path = r->path };
    r->a = adapter_plugin;
    r->a.name = "ext.made";
    r->m.env.of = &r->x;
    return machine_open(&r->m, &r->a);
}

static int load_sample(struct rig *r, const char *kind)
{
    char path[512];
    snprintf(path, sizeof path, "%s/plugin_%s.so", getenv("SONDE_PLUGINS"), kind);
    return load(r, path);
}

static void works(const char *kind)
{
    struct rig r;
    assert_int_equal(load_sample(&r, kind), 0);
    assert_non_null(strstr(r.m.reason, "'furlong' is no unit")); /* of the metrics that it tried to add */
    assert_int_equal(schema_size(r.m.s), 3);
    int slot = schema_find(r.m.s, "ext.made.level", NULL);
    assert_near(schema_at(r.m.s, slot)->max, 150, 0);
    assert_int_equal(schema_at(r.m.s, slot)->unit, UNIT_CELSIUS);
    machine_tick(&r.m, 1);
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 20, 0);
    assert_true(machine_has(&r.m, "ext.made.more", NULL));
    assert_int_equal(r.m.n_events, 1);
    assert_string_equal(r.m.event.text, "something?came");
    assert_string_equal(r.m.event.source, "ext.made");
    machine_tick(&r.m, 2);
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 21, 0);
    assert_near(machine_get(&r.m, "ext.made.more", NULL), 5, 0);
    assert_near(machine_get(&r.m, "ext.made.done.rate", "made"), 500, 1e-9);
    assert_false(machine_has(&r.m, "ext.made.late", NULL));
    machine_done(&r.m);
}

static void good(void **state)
{
    (void)state;
    works("good");
    works("larger"); /* built against a later header: what is not known here is passed over */
}

/* Slots are not numbers: what lies before its own in the schema stays out of its reach. */
static void keeps_to_itself(void **state)
{
    (void)state;
    struct rig r;
    machine_init(&r.m);
    char path[512];
    snprintf(path, sizeof path, "%s/plugin_good.so", getenv("SONDE_PLUGINS"));
    r.x = (struct extension){ .name = "made", .path = path };
    r.a = adapter_plugin;
    r.a.name = "ext.made";
    r.m.env.of = &r.x;
    schema_source(r.m.s, "cpu");
    int first = schema_add(r.m.s, &(struct metric){ .name = "cpu.util", .help = "ours" });
    assert_int_equal(first, 0); /* the same number as its first metric */
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    machine_tick(&r.m, 1);
    assert_nan(machine_get(&r.m, "cpu.util", NULL));
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 20, 0);
    machine_done(&r.m);
}

static void refused(void **state)
{
    (void)state;
    static const struct { const char *kind, *says; int rc; } cases[] = {
        { "older", "built for interface 0", -EPROTO }, { "newer", "built for interface 2", -EPROTO },
        { "small", "with 16 bytes", -EPROTO }, { "half", "sample and close is NULL", -EPROTO },
        { "empty", "sonde_adapter", -ENOEXEC }, { "none", "plugin_none.so", -ENOEXEC },
        { "absent", "no such card", -ENODEV },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig r;
        int rc = load_sample(&r, cases[i].kind);
        if (rc != cases[i].rc || !strstr(r.m.reason, cases[i].says))
            fail_msg("%s: %d, %s", cases[i].kind, rc, r.m.reason);
        machine_done(&r.m);
    }
    struct rig r;
    machine_init(&r.m);
    r.x = (struct extension){ .name = "made", .path = r.path, .refused = "others may write to it" };
    r.m.env.of = &r.x;
    assert_int_equal(machine_open(&r.m, &adapter_plugin), -EACCES); /* without being loaded */
    assert_string_equal(r.m.reason, "others may write to it");
    machine_done(&r.m);
}

static void example(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(load(&r, getenv("SONDE_EXAMPLE_PLUGIN")), 0);
    machine_tick(&r.m, 1);
    assert_true(machine_get(&r.m, "ext.made.files", "/tmp") >= 0);
    assert_true(machine_get(&r.m, "ext.made.bytes", "/tmp") >= 0);
    machine_done(&r.m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good), cmocka_unit_test(keeps_to_itself), cmocka_unit_test(refused), cmocka_unit_test(example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
