/* Who else turns knobs, on made-up machines. */
#include "test.h"

#include "policy/knob.h"
#include "policy/owners.h"
#include "tree.h"

static char root[TREE_ROOT];

static void told(void *self, const struct owner *o, int32_t pid)
{
    char *all = self;
    snprintf(all + strlen(all), 256 - strlen(all), "%s %d;", o->name, pid);
}

static void those_that_run(void **state)
{
    (void)state;
    char all[256] = "";
    tree_init(root);
    assert_int_equal(owner_running(root, told, all), 0);
    assert_null(owner_of(root, "cpufreq"));
    tree_write(root, "/proc/1/comm", "systemd\n");
    tree_write(root, "/proc/700/comm", "power-profiles-\n"); /* the kernel keeps 15 bytes */
    tree_write(root, "/proc/800/comm", "irqbalance\n");
    tree_write(root, "/proc/900/comm", "tuned-x\n");
    assert_int_equal(owner_running(root, told, all), 2);
    assert_string_equal(all, "power-profiles-daemon 700;irqbalance 800;");
    assert_string_equal(owner_of(root, "cpufreq")->name, "power-profiles-daemon");
    assert_true(owner_of(root, "platform")->holdable);
    assert_string_equal(owner_of(root, "irq")->name, "irqbalance");
    assert_null(owner_of(root, "cpu")); /* a whole word of what it holds */
    assert_null(owner_of(root, "nice"));
    tree_done(root);
}

static void those_known_by_a_file(void **state)
{
    (void)state;
    char all[256] = "";
    tree_init(root);
    tree_write(root, "/run/tlp/last_pwr", "0\n");
    tree_write(root, "/sys/kernel/sched_ext" "/root" "/ops", "lavd\n");
    assert_int_equal(owner_running(root, told, all), 2);
    assert_string_equal(all, "TLP 0;a sched_ext scheduler 0;");
    assert_string_equal(owner_of(root, "sched")->name, "a sched_ext scheduler");
    tree_done(root);
}

/* What a knob names as its holder is something that somebody holds. */
static void every_holder_is_known(void **state)
{
    (void)state;
    size_t n;
    const struct knob *k;
    const struct owner *o = owner_all(&n);
    for (size_t i = 0; (k = knob_at(i)) != NULL; i++) {
        bool known = !k->owner;
        for (size_t j = 0; j < n && !known; j++)
            known = strstr(o[j].holds, k->owner) != NULL;
        assert_true(known);
    }
    for (size_t j = 0; j < n; j++)
        assert_true(*o[j].name && *o[j].holds && *o[j].advice && (!o[j].process || strlen(o[j].process) <= 15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_run),
        cmocka_unit_test(those_known_by_a_file),
        cmocka_unit_test(every_holder_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
