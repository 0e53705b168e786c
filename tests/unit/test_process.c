/* Processes: hostile names, cut lines, who came and who went between two walks. */
#include "test.h"

#include "adapters/linux/procstat.h"
#include "machine.h"

#include <errno.h>
#include <unistd.h>

/* Behind the name, as proc_pid_stat(5) numbers them: parent 1, flags, 150 + 50 ticks, 30 + 10 of
 * children, 4 threads, started at tick 500, 25 pages. */
#define REST(state, flags)                                                                         \
    state " 1 10 10 0 -1 " flags " 1 2 3 4 150 50 30 10 20 0 4 0 500 1000000 25 99 1 1"

static void names(void **state)
{
    (void)state;
    static const struct { const char *comm, *want; } cases[] = {
        { "bash", "bash" }, { "a b", "a b" }, { ") R 1 (", ") R 1 (" }, { "((", "((" }, { "))", "))" }, { "", "" },
        { "line\nfeed", "line?feed" }, { "\x1b[2Jx", "?[2Jx" }, { "tab\there", "tab?here" }, { "Web Content", "Web Content" },
        { "kworker/u256:12-events_unbound", "kworker/u256:12" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[PROCSTAT_MAX];
        struct procstat s;
        snprintf(line, sizeof line, "10 (%s) %s\n", cases[i].comm, REST("S", "4194560"));
        assert_true(procstat_parse(line, 100, 4096, &s));
        assert_string_equal(s.p.name, cases[i].want);
        assert_int_equal(s.p.state, 'S');
        assert_int_equal(s.p.ppid, 1);
        assert_false(s.kernel);
        assert_near(s.p.cpu_s, 2, 1e-12);
        assert_near(s.p.children_cpu_s, 0.4, 1e-12);
        assert_near(s.p.start_s, 5, 1e-12);
        assert_near(s.p.rss_bytes, 25 * 4096, 0);
        assert_near(s.p.threads, 4, 0);
    }
}

static void cut_lines(void **state)
{
    (void)state;
    static const char whole[] = "10 (x) " REST("S", "2129984") "\n";
    struct procstat s = { 0 };
    size_t enough = (size_t)(strstr(whole, " 99 1 1") - whole) + 1;
    for (size_t n = 0; n < sizeof whole; n++) {
        char line[sizeof whole];
        memcpy(line, whole, n);
        line[n] = '\0';
        assert_int_equal(procstat_parse(line, 100, 4096, &s), n >= enough);
    }
    assert_true(s.kernel);
    static const char *const broken[] = {
        "10 x S 1 2 3", ")(", "10 (x)S 1", "10 (x) S x 10 10 0 -1 0 1 2 3 4 5 6 7 8 9 1 1 1 1 1 1 1",
        "10 (x) S 99999999999 10 10 0 -1 0 1 2 3 4 5 6 7 8 9 1 1 1 1 1 1 1",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_false(procstat_parse(broken[i], 100, 4096, &s));
}

static void put(struct machine *m, int pid, const char *name, char st, int ticks, int threads, int start)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    machine_printf(m, path, "%d (%s) %c 1 1 1 0 -1 0 0 0 0 0 %d 0 0 0 20 0 %d 0 %d 1000 10 0 0\n",
                   pid, name, st, ticks, threads, start);
}

static void put_io(struct machine *m, int pid, long long bytes)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/io", pid);
    machine_printf(m, path,
                   "rchar: 7\nwchar: 7\nsyscr: 7\nsyscw: 7\nread_bytes: %lld\nwrite_bytes: %lld\n"
                   "cancelled_write_bytes: 0\n",
                   bytes, 2 * bytes);
}

static void remove_pid(struct machine *m, int pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d", pid);
    machine_remove(m, path);
}

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/loadavg", "0 0 0 1/9 100\n");
    machine_write(&m, "/proc/version", "a file between the directories\n");
    put(&m, 1, "init", 'S', 10, 1, 1);
    put(&m, 20, "worker", 'R', 20, 3, 7);
    put(&m, 100, "last one", 'D', 0, 1, 9);
    assert_int_equal(machine_open(&m, &adapter_process), 0);
    machine_tick(&m, 1);
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static const struct proc *find(struct machine *m, struct proctab *t, int pid)
{
    t->n = 0;
    m->adapter->procs(m->self, t);
    const struct proc *found = NULL;
    for (size_t i = 0; i < t->n; i++) {
        assert_true(i == 0 || t->p[i - 1].pid < t->p[i].pid);
        if (t->p[i].pid == pid)
            found = &t->p[i];
    }
    return found;
}

static void counts(void **state)
{
    struct machine *m = *state;
    assert_near(machine_get(m, "process.count", NULL), 3, 0);
    assert_near(machine_get(m, "process.threads", NULL), 5, 0);
    assert_near(machine_get(m, "process.uninterruptible", NULL), 1, 0);
    assert_near(machine_get(m, "process.zombies", NULL), 0, 0);
    assert_near(machine_get(m, "process.new", NULL), 0, 0);
    assert_near(machine_get(m, "process.short_lived", NULL), 0, 0);
    struct proctab t = { 0 };
    assert_string_equal(find(m, &t, 100)->name, "last one");
    assert_near(find(m, &t, 20)->cpu_s * (double)sysconf(_SC_CLK_TCK), 20, 1e-9);
    proctab_done(&t);
}

static void who_came_and_went(void **state)
{
    struct machine *m = *state;
    /* Numbers 101 to 107 were given: 103 is still there with one thread more (104),
     * five were not seen. */
    put(m, 103, "child", 'Z', 1, 2, 50);
    remove_pid(m, 100);
    machine_write(m, "/proc/loadavg", "0 0 0 1/9 107\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.count", NULL), 3, 0);
    assert_near(machine_get(m, "process.zombies", NULL), 1, 0);
    assert_near(machine_get(m, "process.uninterruptible", NULL), 0, 0);
    assert_near(machine_get(m, "process.new", NULL), 1, 0);
    assert_near(machine_get(m, "process.new.rate", NULL), 1, 1e-9);
    assert_near(machine_get(m, "process.short_lived", NULL), 5, 0);

    /* Born after loadavg was read: seen before it counts as created, and never negative. */
    put(m, 108, "early", 'S', 1, 1, 60);
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.short_lived.rate", NULL), 0, 0);
    machine_write(m, "/proc/loadavg", "0 0 0 1/9 108\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.short_lived", NULL), 5, 0);
    assert_near(machine_get(m, "process.new", NULL), 2, 0);
}

static void numbers_start_again(void **state)
{
    struct machine *m = *state;
    machine_write(m, "/proc/loadavg", "0 0 0 1/9 32760\n");
    machine_tick(m, 1);
    double before = machine_get(m, "process.short_lived", NULL);
    machine_write(m, "/proc/loadavg", "0 0 0 1/9 310\n"); /* 8 up to 32768, 10 from 300 on */
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.short_lived", NULL) - before, 18, 0);
}

static void one_number_two_processes(void **state)
{
    struct machine *m = *state;
    struct proctab t = { 0 };
    put_io(m, 20, 1000);
    put(m, 20, "worker", 'R', 30, 3, 7);
    machine_tick(m, 1);
    assert_near(find(m, &t, 20)->read_bytes, 1000, 0);
    assert_near(find(m, &t, 20)->write_bytes, 2000, 0);

    remove_pid(m, 20);
    put(m, 20, "other", 'S', 1, 1, 900);
    machine_tick(m, 1); /* a descriptor of a recorded file lives on; a second tick must not be worse */
    machine_remove(m, "/proc/20");
    machine_tick(m, 1);
    assert_null(find(m, &t, 20));
    put(m, 20, "third", 'S', 1, 1, 901);
    machine_tick(m, 1);
    assert_string_equal(find(m, &t, 20)->name, "third");
    assert_nan(find(m, &t, 20)->read_bytes);
    assert_near(machine_get(m, "process.new", NULL), 1, 0);

    put(m, 20, "fourth", 'S', 1, 1, 902); /* the same file, another process */
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.new", NULL), 2, 0);
    proctab_done(&t);
}

static void io_is_read_for_the_active(void **state)
{
    struct machine *m = *state;
    struct proctab t = { 0 };
    put_io(m, 1, 100);
    machine_tick(m, 1);
    assert_nan(find(m, &t, 1)->read_bytes); /* sleeps, has not run: not looked at */
    put(m, 1, "init", 'S', 11, 1, 1);
    machine_tick(m, 1);
    assert_near(find(m, &t, 1)->read_bytes, 100, 0);
    put_io(m, 1, 200);
    machine_tick(m, 1); /* it moved no bytes at the last look that had a look before: quiet */
    put(m, 1, "init", 'S', 12, 1, 1);
    machine_tick(m, 1);
    assert_near(find(m, &t, 1)->read_bytes, 200, 0);
    put_io(m, 1, 300);
    machine_tick(m, 1); /* it moved some: looked at without having run */
    assert_near(find(m, &t, 1)->read_bytes, 300, 0);
    proctab_done(&t);
}

static void broken_files(void **state)
{
    struct machine *m = *state;
    struct proctab t = { 0 };
    machine_write(m, "/proc/20/stat", "20 (wor");
    machine_write(m, "/proc/loadavg", "none");
    machine_write(m, "/proc/99999999999/stat", "99999999999 (x) S");
    machine_tick(m, 1);
    assert_null(find(m, &t, 20));
    assert_near(machine_get(m, "process.count", NULL), 2, 0);
    assert_nan(machine_get(m, "process.short_lived", NULL));
    proctab_done(&t);
}

static void without_pid_1_not_everybody_is_seen(void **state)
{
    struct machine *m = *state;
    remove_pid(m, 1);
    machine_write(m, "/proc/loadavg", "0 0 0 1/9 500\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.count", NULL), 2, 0);
    assert_nan(machine_get(m, "process.short_lived", NULL));
}

static void many(void **state)
{
    struct machine *m = *state;
    enum { N = 3000 }; /* more than descriptors are kept for */
    for (int i = 0; i < N; i++)
        put(m, 1000 + i, "many", 'S', i, 1, 5);
    machine_tick(m, 1);
    assert_near(machine_get(m, "process.count", NULL), N + 3, 0);
    struct proctab t = { 0 };
    for (int i = 0; i < N; i += 500)
        put(m, 1000 + i, "many", 'S', i + 100, 1, 5);
    machine_tick(m, 1);
    for (int i = 0; i < N; i += 500)
        assert_near(find(m, &t, 1000 + i)->cpu_s * (double)sysconf(_SC_CLK_TCK), i + 100, 1e-6);
    proctab_done(&t);
}

static void absent(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_process), -ENODEV);
    machine_write(&m, "/proc/loadavg", "0 0 0 1/9 100\n");
    assert_int_equal(machine_open(&m, &adapter_process), -ENODEV);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(cut_lines),
        cmocka_unit_test_setup_teardown(counts, setup, teardown),
        cmocka_unit_test_setup_teardown(who_came_and_went, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_start_again, setup, teardown),
        cmocka_unit_test_setup_teardown(one_number_two_processes, setup, teardown),
        cmocka_unit_test_setup_teardown(io_is_read_for_the_active, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_files, setup, teardown),
        cmocka_unit_test_setup_teardown(without_pid_1_not_everybody_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(many, setup, teardown),
        cmocka_unit_test(absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
