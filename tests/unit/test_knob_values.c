/* What may be written to a knob, and the knobs that are variables of a program's environment. */
#include "test.h"

#include "policy/cpus.h"
#include "policy/knob.h"
#include "tree.h"

#include <errno.h>

static const struct { const char *knob, *value; int rc; const char *canonical; } values[] = {
    { "nice", "-15", 0, "-15" }, { "nice", " +5", 0, "5" }, { "nice", "-0", 0, "0" }, { "nice", "-16", -ERANGE, NULL },
    { "nice", "20", -ERANGE, NULL }, { "nice", "1.5", -EINVAL, NULL }, { "nice", "", -EINVAL, NULL },
    { "nice", "high", -EINVAL, NULL }, { "nice", "5\n", -EINVAL, NULL },
    { "autogroup", "-15", 0, "-15" }, { "autogroup", "-20", -ERANGE, NULL }, { "autogroup", "19", 0, "19" },
    { "session", "own", 0, "own" }, { "session", "shared", 0, "shared" },
    { "sched", "batch", 0, "batch" }, { "sched", "rr", -EINVAL, NULL }, { "sched", "other batch", -EINVAL, NULL },
    { "sched", "ot", -EINVAL, NULL },
    { "rt", "rr:1", 0, "rr:1" }, { "rt", "fifo:20", 0, "fifo:20" }, { "rt", "rr:21", -ERANGE, NULL }, { "rt", "none", 0, "none" },
    { "rt", "rr:0", -EINVAL, NULL }, { "rt", "rr:5x", -EINVAL, NULL }, { "rt", "rr:-5", -ERANGE, NULL }, { "rt", "rr", -EINVAL, NULL },
    { "deadline", "1000000/5000000/10000000", 0, "1000000/5000000/10000000" }, { "deadline", "none", 0, "none" },
    { "deadline", "6000000/8000000/10000000", -ERANGE, NULL }, { "deadline", "1/2/3", -ERANGE, NULL },
    { "deadline", "5000000/1000000/10000000", -ERANGE, NULL }, { "deadline", "5", -EINVAL, NULL },
    { "slice", "100000", 0, "100000" }, { "slice", "99999", -ERANGE, NULL }, { "slice", "100000001", -ERANGE, NULL },
    { "uclamp.min", "0", 0, "0" }, { "uclamp.max", "1024", 0, "1024" }, { "uclamp.max", "0", -ERANGE, NULL },
    { "ioprio", "be/0", 0, "be/0" }, { "ioprio", "be/8", -EINVAL, NULL }, { "ioprio", "rt/0", -EINVAL, NULL },
    { "ioprio", "idle", 0, "idle" }, { "ioprio.rt", "rt/0", 0, "rt/0" }, { "ioprio.rt", "be/0", -EINVAL, NULL },
    { "timer.slack", "1", 0, "1" }, { "timer.slack", "0", -ERANGE, NULL }, { "timer.slack", "1e8", 0, "100000000" },
    { "timer.slack", "100000001", -ERANGE, NULL },
    { "thp", "disabled", 0, "disabled" }, { "thp", "never", -EINVAL, NULL },
    { "oom", "-500", 0, "-500" }, { "oom", "-501", -ERANGE, NULL }, { "oom", "1000", 0, "1000" }, { "oom", "1001", -ERANGE, NULL },
    { "affinity", "0,1,2,3", 0, "0-3" }, { "affinity", "3", 0, "3" }, { "affinity", "0-4", -ERANGE, NULL },
    { "affinity", "", -EINVAL, NULL }, { "affinity", "a", -EINVAL, NULL }, { "affinity", "2-1", -EINVAL, NULL },
    { "omp.threads", "4", 0, "4" }, { "omp.threads", "0", -ERANGE, NULL }, { "omp.wait", "passive", 0, "passive" },
    { "omp.wait", "PASSIVE", -EINVAL, NULL },
    { "openblas.threads", "2", 0, "2" }, { "openblas.coretype", "Haswell", 0, "Haswell" },
    { "openblas.coretype", "Prescott", 0, "Prescott" },
    { "openblas.coretype", "SkylakeX", -EINVAL, NULL }, { "mkl.cbwr", "AVX2", 0, "AVX2" }, { "mkl.cbwr", "AVX512", -EINVAL, NULL },
    { "mkl.dynamic", "false", 0, "false" }, { "blis.threads", "9999", -ERANGE, NULL },
    { "malloc.hugepages", "1", 0, "1" }, { "malloc.hugepages", "2", -ERANGE, NULL }, { "malloc.arenas", "1", 0, "1" },
    { "malloc.trim", "4095", -ERANGE, NULL },
    { "gpu.tf32", "0", 0, "0" }, { "gpu.tf32", "1", -ERANGE, NULL }, { "gpu.workspace", ":4096:8", 0, ":4096:8" },
    { "gpu.workspace", "4096", -EINVAL, NULL }, { "gpu.deterministic", "1", 0, "1" }, { "nccl.algo", "Ring", 0, "Ring" },
    { "gpu.devices", "0,1", 0, "0,1" }, { "gpu.devices", "0,,1", -EINVAL, NULL }, { "gpu.devices", "1,", -EINVAL, NULL },
    { "gpu.order", "PCI_BUS_ID", 0, "PCI_BUS_ID" },
};

static void what_may_be_written(void **state)
{
    (void)state;
    char root[TREE_ROOT];
    tree_init(root);
    tree_write(root, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2 fma\n\nprocessor\t: 1\n");
    tree_write(root, "/sys/devices/system/cpu/online", "0-3\n");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct knob *k = knob_find(values[i].knob);
        char out[KNOB_VALUE_MAX] = "untouched", why[KNOB_WHY] = "";
        assert_non_null(k);
        int rc = knob_check(k, &(struct place){ .root = root }, values[i].value, out, why);
        if (rc != values[i].rc)
            print_error("%s=%s: %d, not %d: %s\n", values[i].knob, values[i].value, rc, values[i].rc, why);
        assert_int_equal(rc, values[i].rc);
        assert_string_equal(out, rc == 0 ? values[i].canonical : "untouched");
        if (rc < 0)
            assert_non_null(strstr(why, values[i].knob)); /* says of what it speaks */
    }
    tree_done(root);
}

/* The list as a whole: nothing twice, everything told. */
static void every_knob_is_told(void **state)
{
    (void)state;
    const struct knob *k;
    for (size_t i = 0; (k = knob_at(i)) != NULL; i++) {
        assert_ptr_equal(knob_find(k->name), k); /* not the name of an earlier one */
        assert_true(*k->doc && k->needs && *k->reverts && k->caution && k->read && k->write);
        assert_true(k->type != KNOB_WHOLE || k->min <= k->max);
        assert_true(k->type != KNOB_CHOICE || (k->choices && *k->choices));
        assert_true(!k->pair || knob_find(k->pair));
        assert_true(k->type != KNOB_TEXT || k->check); /* any text at all is never fine */
    }
}

static const char *of(const char *name)
{
    static char value[KNOB_VALUE_MAX];
    const struct knob *k = knob_find(name);
    assert_int_equal(k->read(k, &(struct place){ .root = "" }, value), 0);
    return value;
}

static void put(const char *name, const char *value)
{
    const struct knob *k = knob_find(name);
    assert_int_equal(k->write(k, &(struct place){ .root = "" }, value), 0);
}

static void a_variable_is_seen_and_set(void **state)
{
    (void)state;
    unsetenv("OMP_WAIT_POLICY");
    assert_string_equal(of("omp.wait"), "");
    setenv("OMP_WAIT_POLICY", "ACTIVE", 1);
    assert_string_equal(of("omp.wait"), "ACTIVE");
    put("omp.wait", "passive");
    assert_string_equal(getenv("OMP_WAIT_POLICY"), "passive");
    put("omp.wait", "");
    assert_null(getenv("OMP_WAIT_POLICY"));
    const struct knob *k = knob_find("omp.wait");
    assert_int_equal(k->write(k, &(struct place){ .root = "/elsewhere" }, "passive"), -ENODEV);
}

/* One that is installed, by the name that the dynamic linker knows; what else is preloaded stands. */
static void an_allocator_must_be_here(void **state)
{
    (void)state;
    char root[TREE_ROOT], out[KNOB_VALUE_MAX], why[KNOB_WHY];
    const struct knob *k = knob_find("malloc.library");
    tree_init(root);
    struct place p = { .root = root };
    assert_int_equal(k->probe(k, &p, why), -ENODEV);
    tree_write(root, "/usr/lib64/libjemalloc.so.2", "");
    assert_int_equal(k->probe(k, &p, why), 0);
    assert_int_equal(knob_check(k, &p, "jemalloc", out, why), 0);
    assert_int_equal(knob_check(k, &p, "tcmalloc", out, why), -EINVAL);
    assert_non_null(strstr(why, "not installed"));
    assert_int_equal(knob_check(k, &p, "/tmp/mine.so", out, why), -EINVAL);
    tree_done(root);
    setenv("LD_PRELOAD", "libmine.so", 1);
    assert_string_equal(of("malloc.library"), "libmine.so");
    put("malloc.library", "mimalloc");
    assert_string_equal(getenv("LD_PRELOAD"), "libmimalloc.so.2");
    assert_string_equal(of("malloc.library"), "mimalloc");
    unsetenv("LD_PRELOAD");
}

static void settings_of_glibc_stand_beside_each_other(void **state)
{
    (void)state;
    static const struct { const char *before, *value, *after; } cases[] = {
        { NULL, "1", "glibc.malloc.hugetlb=1" },
        { "glibc.malloc.arena_max=2", "1", "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1" },
        { "glibc.malloc.hugetlb=2:glibc.malloc.check=3", "0", "glibc.malloc.check=3:glibc.malloc.hugetlb=0" },
        { "glibc.malloc.hugetlb=1", "", NULL },
        { "::a=b:", "1", "a=b:glibc.malloc.hugetlb=1" },
        { "glibc.malloc.hugetlbx=1", "1", "glibc.malloc.hugetlbx=1:glibc.malloc.hugetlb=1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].before)
            setenv("GLIBC_TUNABLES", cases[i].before, 1);
        else
            unsetenv("GLIBC_TUNABLES");
        put("malloc.hugepages", cases[i].value);
        assert_string_equal(of("malloc.hugepages"), cases[i].value);
        if (cases[i].after)
            assert_string_equal(getenv("GLIBC_TUNABLES"), cases[i].after);
        else
            assert_null(getenv("GLIBC_TUNABLES"));
    }
    setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.hugetlb=2", 1);
    assert_string_equal(of("malloc.hugepages"), "2"); /* the last counts */
    unsetenv("GLIBC_TUNABLES");
}

static void sets_of_processors(void **state)
{
    (void)state;
    static const struct { const char *text; int rc; const char *canonical; } cases[] = {
        { "0", 0, "0" }, { " 0-3\n", 0, "0-3" }, { "3,1,2", 0, "1-3" }, { "0,2,4-5", 0, "0,2,4-5" }, { "", 0, "" }, { "\n", 0, "" },
        { "1023", 0, "1023" }, { "1024", -ERANGE, NULL }, { "0-99999999999999999999", -ERANGE, NULL }, { "3-1", -EINVAL, NULL },
        { "0,", -EINVAL, NULL }, { ",0", -EINVAL, NULL }, { "0-", -EINVAL, NULL }, { "0 1", -EINVAL, NULL }, { "-1", -EINVAL, NULL },
        { "0x1", -EINVAL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpus c = { 0 };
        char out[64];
        assert_int_equal(cpus_parse(cases[i].text, &c), cases[i].rc);
        assert_int_equal(cpus_put(&c, out, sizeof out), 0);
        assert_string_equal(out, cases[i].rc == 0 ? cases[i].canonical : "");
    }
    struct cpus odd = { 0 };
    char small[16];
    for (int i = 0; i < CPUS_MAX; i += 2)
        cpus_add(&odd, i);
    assert_int_equal(cpus_count(&odd), CPUS_MAX / 2);
    assert_int_equal(cpus_put(&odd, small, sizeof small), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_written),
        cmocka_unit_test(every_knob_is_told),
        cmocka_unit_test(a_variable_is_seen_and_set),
        cmocka_unit_test(an_allocator_must_be_here),
        cmocka_unit_test(settings_of_glibc_stand_beside_each_other),
        cmocka_unit_test(sets_of_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
