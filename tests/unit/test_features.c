/* test_features.c - what analysis looks at, and what it thinks of it. */
#include "analyze/features.h"
#include "base/mem.h"
#include "fake.h"
#include "test.h"

static const struct feature *find(const struct recording *r, const struct features *f, const char *id)
{
    for (int j = 0; j < f->n; j++)
        if (!strcmp(schema_id(r->schema, f->f[j].slot), id))
            return &f->f[j];
    return NULL;
}

/* Every column rises by one a row, so that none is constant. */
static struct recording *rising(void)
{
    struct recording *r = fake_new(1);
    fake_metric(r, "cpu.util", NULL, UNIT_PERCENT);
    fake_metric(r, "cpu.core.util", "0", UNIT_PERCENT);
    fake_metric(r, "sonde.rss", NULL, UNIT_BYTE);
    fake_metric(r, "disk.write.rate", "sda", UNIT_BYTE_PER_S);
    fake_metric(r, "disk.write.rate", "total", UNIT_BYTE_PER_S);
    fake_metric(r, "disk.queue", "sda", UNIT_NONE);
    fake_metric(r, "memory.total", NULL, UNIT_BYTE);
    fake_metric(r, "memory.used", NULL, UNIT_BYTE);
    fake_metric(r, "memory.util", NULL, UNIT_PERCENT);
    fake_metric(r, "requests", NULL, UNIT_NONE);
    fake_metric(r, "errors", NULL, UNIT_NONE);
    schema_add(r->schema, &(struct metric){ .name = "net.recv", .kind = KIND_COUNTER, .unit = UNIT_BYTE });
    fake_rows(r, 20);
    for (int c = 0; c < r->n_cols; c++)
        for (int i = 0; i < 20; i++)
            r->col[c][i] = i;
    fake_set(r, "memory.total", 0, 20, 1e10);
    return r;
}

static void test_chosen_and_left_out(void **state)
{
    (void)state;
    struct recording *r = rising();
    struct features f;
    features_find(r, &f);
    static const char *const chosen[] = {
        "cpu.util", "disk.write.rate{total}", "disk.queue{sda}", "memory.used", "requests", "errors", "net.recv.rate",
    };
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
        if (!find(r, &f, chosen[i]))
            fail_msg("%s is left out", chosen[i]);
    assert_int_equal(f.n, sizeof chosen / sizeof *chosen);
    assert_int_equal(f.groups, 6); /* cpu, disk, memory, network, and two columns that nobody knows */
    features_done(&f);
    recording_free(r);
}

/* It is no part of the total of what leaves the machine; one row says it. */
static void test_loopback(void **state)
{
    (void)state;
    struct recording *r = fake_new(1);
    static const char *const inst[] = { "eth0", "lo", "total" };
    for (int i = 0; i < 3; i++) {
        fake_metric(r, "net.recv.rate", inst[i], UNIT_BYTE_PER_S);
        fake_metric(r, "net.send.rate", inst[i], UNIT_BYTE_PER_S);
    }
    fake_rows(r, 20);
    for (int c = 0; c < r->n_cols; c++)
        for (int i = 0; i < 20; i++)
            r->col[c][i] = i;
    struct features f;
    features_find(r, &f);
    assert_int_equal(f.n, 3);
    assert_non_null(find(r, &f, "net.recv.rate{lo}"));
    assert_non_null(find(r, &f, "net.recv.rate{total}"));
    assert_non_null(find(r, &f, "net.send.rate{total}"));
    features_done(&f);
    recording_free(r);
}

static void test_changes_that_matter(void **state)
{
    (void)state;
    struct recording *r = rising();
    struct features f;
    features_find(r, &f);
    const struct feature *memory = find(r, &f, "memory.used"), *foreign = find(r, &f, "requests");
    assert_int_equal(memory->rule.area, AREA_MEMORY);
    assert_near(memory->rule.change, 4e8, 1); /* a twenty-fifth of memory.total */
    assert_int_equal(find(r, &f, "disk.queue{sda}")->rule.use, AREA_FOLLOWS);
    assert_int_equal(foreign->rule.area, AREA_OTHER);
    assert_int_equal(foreign->rule.use, AREA_DECIDES);
    assert_near(foreign->rule.change, 0, 0);
    features_done(&f);
    recording_free(r);
}

static void test_constant_and_unknown_are_left_out(void **state)
{
    (void)state;
    struct recording *r = rising();
    fake_set(r, "cpu.util", 0, 20, 7);
    fake_set(r, "memory.used", 0, 11, NAN);
    fake_set(r, "requests", 0, 11, INFINITY);
    struct features f;
    features_find(r, &f);
    assert_null(find(r, &f, "cpu.util"));
    assert_null(find(r, &f, "memory.used")); /* nine values */
    assert_null(find(r, &f, "requests"));
    features_done(&f);
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_chosen_and_left_out),
    cmocka_unit_test(test_loopback),
    cmocka_unit_test(test_changes_that_matter),
    cmocka_unit_test(test_constant_and_unknown_are_left_out),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
