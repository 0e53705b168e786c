/*
 * The ways over all processes on this very machine: they agree, one takes over from another without a
 * jump, and a storm of short commands is named where the way tells of the ended. Skipped, with a word,
 * where a way is not permitted.
 */
#include "test.h"

#include "adapters/linux/process_walk.h"
#include "machine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STORM 500
#define STORM_EACH_S 0.002

static void *open_way(const struct walk *w)
{
    void *self = NULL;
    char why[WALK_WHY] = "";
    int rc = w->open("", &self, why);
    for (int i = 0; (rc == 0 || rc == -EAGAIN) && w->ready && i < 2000; i++) {
        rc = w->ready(self, why);
        if (rc == 0)
            break;
        usleep(10000);
    }
    if (rc == 0)
        return self;
    if (self)
        w->close(self);
    assert_true(why[0]); /* whoever cannot, says why */
    print_message("%s: %s\n", w->name, why);
    return NULL;
}

static void own_and_all(const struct proctab *text, const struct proctab *t, const char *name)
{
    size_t both = 0, differ = 0;
    for (size_t i = 0; i < text->n; i++) {
        const struct proc *a = &text->p[i], *b = proctab_at(t, a->pid);
        if (!b || b->start_s != a->start_s)
            continue;
        both++;
        differ += !(b->cpu_s >= a->cpu_s - 1e-6) || b->cpu_s > a->cpu_s + 0.15 || b->ppid != a->ppid ||
                  fabs(b->rss_bytes - a->rss_bytes) > 0.12 * a->rss_bytes + 1e6 || b->threads != a->threads;
    }
    /* The two readings are some milliseconds apart on a machine that works. */
    if (both * 10 < text->n * 9 || differ * 10 > both)
        fail_msg("%s: of %zu processes %zu are in both, %zu of them differ", name, text->n, both, differ);

    const struct proc *a = proctab_at(text, getpid()), *b = proctab_at(t, getpid());
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(a->name, b->name);
    assert_near(a->start_s, b->start_s, 0);
    assert_int_equal(a->ppid, b->ppid);
    assert_near(b->cpu_s, a->cpu_s, 0.05); /* two clock ticks, and what the readings took */
    assert_near(b->rss_bytes, a->rss_bytes, 0.1 * a->rss_bytes + 5e5);
}

static void agree(const struct walk *w)
{
    void *text = open_way(&walk_text), *self = open_way(w);
    assert_non_null(text);
    if (!self) {
        walk_text.close(text);
        skip();
    }
    struct proctab a = { 0 }, b = { 0 };
    struct walk_ends ends = { 0 };
    assert_int_equal(walk_text.read(text, &a, &ends), 0);
    assert_int_equal(w->read(self, &b, &ends), 0);
    own_and_all(&a, &b, w->name);
    proctab_done(&a);
    proctab_done(&b);
    proctab_done(&ends.gone);
    w->close(self);
    walk_text.close(text);
}

static void bpf_agrees_with_text(void **state)
{
    (void)state;
    agree(&walk_bpf);
}

static void taskstats_agrees_with_text(void **state)
{
    (void)state;
    agree(&walk_taskstats);
}

/* ---- through the adapter ---- */

static void open_adapter(struct machine *m, const char *way)
{
    machine_init(m);
    m->env.root = "";
    m->env.of = way;
    assert_int_equal(machine_open(m, &adapter_process), 0);
    m->adapter = &adapter_process;
}

/* Ticks until that way reads; false where it is not to be had. */
static bool settle(struct machine *m, const char *doc)
{
    for (int i = 0; i < 1000 && strstr(m->reason, "being prepared"); i++) {
        machine_tick(m, 0.02);
        usleep(20000);
    }
    bool reads = strstr(m->reason, doc) && !strchr(m->reason, ';');
    if (!reads)
        print_message("%s\n", m->reason);
    return reads;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void no_seam(void **state)
{
    (void)state;
    struct machine m;
    open_adapter(&m, "bpf");
    machine_tick(&m, 1);
    struct proctab before = { 0 }, now = { 0 };
    struct proc_use *use;
    double start = now_s(), cpus = (double)sysconf(_SC_NPROCESSORS_ONLN);
    adapter_process.procs(m.self, &before);
    double cpu = machine_get(&m, "process.cpu", NULL), appeared = machine_get(&m, "process.new", NULL);
    if (!settle(&m, "BPF")) {
        proctab_done(&before);
        machine_done(&m);
        skip();
    }
    machine_tick(&m, 1); /* the first reading of the other way */
    double span = now_s() - start;
    adapter_process.procs(m.self, &now);
    /* A hundred processes, each 10 ms of rounding ahead, would be a second. */
    double used = machine_get(&m, "process.cpu", NULL) - cpu;
    assert_in_range((long)(used * 1000), 0, (long)(1000 * (span * cpus + 0.05 + 0.1 * span)));
    assert_true(machine_get(&m, "process.new", NULL) - appeared < 0.5 * (double)before.n + 1);
    use = test_calloc(now.n + now.ended, sizeof *use);
    before.mono_ns = 0;
    now.mono_ns = 1000000000;
    proctab_use(&before, &now, use);
    for (size_t i = 0; i < now.n; i++) /* who slept all the time has used nothing */
        if (!use[i].is_new)
            assert_true(use[i].cpu_percent <= 100 * (span + 0.03) * cpus);
    test_free(use);
    proctab_done(&before);
    proctab_done(&now);
    machine_done(&m);
}

static double process_cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double children_cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_CHILDREN, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

/* What they used by the kernel's own account, where they are waited for. */
static double storm(bool waited)
{
    double before = children_cpu_s();
    signal(SIGCHLD, waited ? SIG_DFL : SIG_IGN);
    for (int i = 0; i < STORM; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_NAME, "storm");
            while (process_cpu_s() < STORM_EACH_S)
                ;
            _exit(0);
        }
        waitpid(pid, NULL, 0); /* where ignored, it returns when the child is gone */
    }
    signal(SIGCHLD, SIG_DFL);
    return children_cpu_s() - before;
}

static double ended_storm(struct machine *m, unsigned *count)
{
    struct proctab t = { 0 };
    double cpu = 0;
    *count = 0;
    adapter_process.procs(m->self, &t);
    for (size_t i = t.n; i < t.n + t.ended; i++)
        if (strcmp(t.p[i].name, "storm") == 0 && t.p[i].ppid == getpid()) {
            *count += t.p[i].ended;
            cpu += t.p[i].cpu_s;
        }
    proctab_done(&t);
    return cpu;
}

static void storm_is_named(const char *way, const char *doc, bool whole)
{
    struct machine m;
    unsigned count;
    open_adapter(&m, way);
    if (!settle(&m, doc)) {
        machine_done(&m);
        skip();
    }
    machine_tick(&m, 1);
    double short_before = machine_get(&m, "process.short_lived", NULL), all = machine_get(&m, "process.cpu", NULL);
    double truth = storm(true);
    machine_tick(&m, 1);
    double told = ended_storm(&m, &count);
    assert_int_equal(count, STORM);
    assert_near(machine_get(&m, "process.exited.lost", NULL), 0, 0);
    assert_true(machine_get(&m, "process.short_lived", NULL) - short_before >= STORM);
    assert_true(machine_get(&m, "process.cpu", NULL) - all >= 0.95 * truth);
    if (whole)
        assert_near(told, truth, 0.05 * truth);

    storm(false); /* nobody asks how they ended: their parent's account has nothing of it */
    machine_tick(&m, 1);
    told = ended_storm(&m, &count);
    assert_int_equal(count, STORM);
    assert_true(told >= 0.95 * STORM * STORM_EACH_S);
    machine_done(&m);
}

static void bpf_names_a_storm(void **state)
{
    (void)state;
    storm_is_named("bpf", "BPF", true);
}

/* Its last account is made before the memory is taken down: the rest is in the parent's. */
static void taskstats_names_a_storm(void **state)
{
    (void)state;
    storm_is_named("taskstats", "taskstats", false);
}

static void text_cannot_attribute_a_storm(void **state)
{
    (void)state;
    struct machine m;
    struct proctab t = { 0 };
    open_adapter(&m, "text");
    machine_tick(&m, 1);
    adapter_process.procs(m.self, &t);
    double children = proctab_at(&t, getpid())->children_cpu_s;
    storm(false);
    machine_tick(&m, 1);
    adapter_process.procs(m.self, &t);
    assert_int_equal(t.ended, 0);
    assert_near(proctab_at(&t, getpid())->children_cpu_s, children, 0);
    assert_nan(machine_get(&m, "process.exited", NULL));
    double truth = storm(true); /* of those who were waited for, the parent has the account */
    machine_tick(&m, 1);
    adapter_process.procs(m.self, &t);
    assert_near(proctab_at(&t, getpid())->children_cpu_s - children, truth, 0.05);
    proctab_done(&t);
    machine_done(&m);
}

/* ---- where it is not to be had ---- */

static int in_a_container(void)
{
    void *self = NULL;
    char why[WALK_WHY] = "";
    if (walk_in_initial_namespace(""))
        return 1;
    if (walk_bpf.open("", &self, why) != -ENOTSUP || !strstr(why, "container"))
        return 2;
    return walk_taskstats.open("", &self, why) == -EPERM && why[0] ? 0 : 3;
}

static void a_container_has_other_numbers(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWPID) < 0)
            _exit(77);
        pid_t inner = fork();
        if (inner == 0)
            _exit(in_a_container());
        waitpid(inner, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("no namespaces here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void recorded_machines_are_read_as_text(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    m.env.of = "bpf";
    machine_write(&m, "/proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 5 0 0 0 20 0 1 0 1 1000 10 0 0\n");
    assert_int_equal(machine_open(&m, &adapter_process), 0);
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "process.count", NULL), 1, 0);
    assert_string_equal(m.reason, "");
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_agrees_with_text),
        cmocka_unit_test(taskstats_agrees_with_text),
        cmocka_unit_test(no_seam),
        cmocka_unit_test(bpf_names_a_storm),
        cmocka_unit_test(taskstats_names_a_storm),
        cmocka_unit_test(text_cannot_attribute_a_storm),
        cmocka_unit_test(a_container_has_other_numbers),
        cmocka_unit_test(recorded_machines_are_read_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
