/*
 * Knobs of tasks, on this machine: read, set, read, set back. The task is a child that sleeps in a session of its own;
 * what this user or this kernel does not allow is skipped, and said.
 */
#include "test.h"

#include "os/os.h"
#include "policy/knobs/task.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that does nothing, and with `threads` has two that do nothing; ended by child_done(). */
static void *thread_rests(void *arg)
{
    for (;;)
        pause();
    return arg;
}

static struct place child_new(bool own_session)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pthread_t thread;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (own_session)
            setsid();
        if (pthread_create(&thread, NULL, thread_rests, NULL) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return (struct place){ .root = "", .pid = pid, .start = knob_task_start("", pid) };
}

static void child_done(const struct place *p)
{
    kill(p->pid, SIGKILL);
    assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
}

/* The other thread of a child. */
static int32_t child_thread(const struct place *p)
{
    char path[64];
    int32_t tid[4];
    snprintf(path, sizeof path, "/proc/%d/task", p->pid);
    int fd = os_open_dir("", path);
    assert_int_equal(os_dir_numbers(fd, tid, 4), 2);
    os_close(fd);
    return tid[0] == p->pid ? tid[1] : tid[0];
}

static const struct knob *find(const char *name)
{
    const struct knob *k = knob_find(name);
    assert_non_null(k);
    return k;
}

static const char *now(const struct knob *k, const struct place *p)
{
    static char value[KNOB_VALUE_MAX];
    value[0] = '\0';
    assert_int_equal(k->read(k, p, value), 0);
    return value;
}

/* Sets it through knob_check() as everybody does; what write() returns. */
static int set(const struct knob *k, const struct place *p, const char *value)
{
    char canonical[KNOB_VALUE_MAX], why[KNOB_WHY];
    assert_int_equal(knob_check(k, p, value, canonical, why), 0);
    return k->write(k, p, canonical);
}

static const struct { const char *knob, *value; } trips[] = {
    { "autogroup", "-10" }, { "autogroup", "19" }, { "nice", "-5" }, { "nice", "7" }, { "sched", "batch" },
    { "sched", "idle" }, { "rt", "rr:10" }, { "rt", "fifo:1" }, { "deadline", "1000000/5000000/10000000" },
    { "slice", "100000" }, { "slice", "50000000" }, { "uclamp.max", "512" }, { "uclamp.min", "100" },
    { "affinity", "0" }, { "ioprio", "be/0" }, { "ioprio", "idle" }, { "ioprio.rt", "rt/4" }, { "timer.slack", "1000" },
    { "timer.slack", "10000000" }, { "oom", "-500" }, { "oom", "300" },
};

static void each_goes_there_and_back(void **state)
{
    (void)state;
    int done = 0;
    struct place p = child_new(true);
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const struct knob *k = find(trips[i].knob);
        struct knob_probe probe;
        knob_probe(k, &p, &probe);
        char old[KNOB_VALUE_MAX];
        if (!probe.exists || !probe.writable) {
            print_message("%s=%s: skipped: %s\n", trips[i].knob, trips[i].value, probe.why);
            continue;
        }
        assert_true(probe.readable);
        snprintf(old, sizeof old, "%s", now(k, &p));
        int rc = set(k, &p, trips[i].value);
        if (rc == -EPERM || rc == -EACCES || rc == -EBUSY) {
            print_message("%s=%s: skipped: %s\n", trips[i].knob, trips[i].value, strerror(-rc));
            continue;
        }
        assert_int_equal(rc, 0);
        assert_string_equal(now(k, &p), trips[i].value);
        assert_int_equal(k->write(k, &p, old), 0);
        assert_string_equal(now(k, &p), old);
        done++;
    }
    child_done(&p);
    assert_true(done >= 3); /* those that nobody is refused */
}

/* All threads that stand as the first go with it; one that was set apart stays. */
static void threads_go_with_the_first(void **state)
{
    (void)state;
    struct place p = child_new(true);
    int32_t other = child_thread(&p);
    const struct place one = { .root = "", .pid = other };
    const struct knob *slice = find("slice"), *affinity = find("affinity"), *io = find("ioprio");
    struct knob_probe probe;
    knob_probe(slice, &p, &probe);
    if (probe.exists) {
        assert_int_equal(set(slice, &p, "300000"), 0);
        assert_string_equal(now(slice, &one), "300000");
    }
    assert_int_equal(set(io, &p, "be/1"), 0);
    assert_string_equal(now(io, &one), "be/1");
    assert_int_equal(set(affinity, &p, "0"), 0);
    assert_string_equal(now(affinity, &one), "0");
    child_done(&p);
}

/* ---- one that is refused half way ---- */

static struct {
    int32_t refuses;
    struct { int32_t tid; char value[8]; } of[8];
    int n;
} made_up;

static int made_up_get(const struct knob *k, int32_t tid, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    snprintf(value, KNOB_VALUE_MAX, "old");
    for (int i = 0; i < made_up.n; i++)
        if (made_up.of[i].tid == tid)
            snprintf(value, KNOB_VALUE_MAX, "%s", made_up.of[i].value);
    return 0;
}

static int made_up_set(const struct knob *k, int32_t tid, const char *value)
{
    (void)k;
    if (tid == made_up.refuses)
        return -EBUSY;
    made_up.of[made_up.n].tid = tid;
    snprintf(made_up.of[made_up.n++].value, sizeof made_up.of->value, "%s", value);
    return 0;
}

static void nothing_stays_half_set(void **state)
{
    (void)state;
    const struct task_attribute a = { made_up_get, made_up_set };
    const struct knob *k = find("nice");
    struct place p = child_new(true);
    int32_t tid[] = { p.pid, child_thread(&p) };
    for (size_t i = 0; i < 2; i++) {
        memset(&made_up, 0, sizeof made_up);
        made_up.refuses = tid[i];
        assert_int_equal(task_write(&a, k, &p, "new"), -EBUSY);
        for (size_t t = 0; t < 2; t++) {
            char value[KNOB_VALUE_MAX];
            made_up_get(k, tid[t], value);
            assert_string_equal(value, "old");
        }
    }
    memset(&made_up, 0, sizeof made_up);
    assert_int_equal(task_write(&a, k, &p, "new"), 0);
    assert_int_equal(made_up.n, 2);
    child_done(&p);
}

static void a_thread_set_apart_stays(void **state)
{
    (void)state;
    struct place p = child_new(true);
    const struct place one = { .root = "", .pid = child_thread(&p) };
    struct sched_param none = { 0 };
    const struct knob *k = find("sched");
    if (sched_setscheduler(one.pid, SCHED_BATCH, &none) < 0 || k->writable(k, &p) < 0) {
        child_done(&p);
        skip();
    }
    assert_int_equal(set(k, &p, "idle"), 0);
    assert_string_equal(now(k, &p), "idle");
    assert_string_equal(now(k, &one), "batch");
    child_done(&p);
}

static void real_time_keeps_nice_and_its_limit(void **state)
{
    (void)state;
    struct place p = child_new(true);
    const struct knob *rt = find("rt"), *nice_knob = find("nice");
    struct rlimit before, r;
    assert_int_equal(prlimit(p.pid, RLIMIT_RTTIME, NULL, &before), 0);
    if (rt->writable(rt, &p) < 0 || set(nice_knob, &p, "5") < 0 || set(rt, &p, "rr:10") < 0) {
        child_done(&p);
        skip();
    }
    assert_int_equal(prlimit(p.pid, RLIMIT_RTTIME, NULL, &r), 0);
    assert_int_equal(r.rlim_cur, 200000);
    assert_true(sched_getscheduler(p.pid) & SCHED_RESET_ON_FORK);
    const struct knob *sched = find("sched");
    char value[KNOB_VALUE_MAX];
    assert_int_equal(sched->read(sched, &p, value), -ENODEV); /* no class that it could give back */
    assert_int_equal(sched->write(sched, &p, "batch"), -ENODEV);
    assert_int_equal(set(rt, &p, "none"), 0);
    assert_string_equal(now(nice_knob, &p), "5");
    assert_int_equal(sched_getscheduler(p.pid), SCHED_OTHER);
    assert_int_equal(prlimit(p.pid, RLIMIT_RTTIME, NULL, &r), 0);
    assert_true(r.rlim_cur == before.rlim_cur);
    assert_int_equal(set(sched, &p, "batch"), 0);
    assert_int_equal(set(rt, &p, "rr:10"), -EBUSY); /* batch could not be given back */
    child_done(&p);
}

static void a_shared_session_is_left(void **state)
{
    (void)state;
    struct place p = child_new(false); /* in the session of the test, and not its leader */
    const struct knob *k = find("autogroup"), *session = find("session");
    struct knob_probe probe;
    assert_string_equal(now(session, &p), "shared");
    assert_int_equal(session->write(session, &p, "own"), -EPERM);
    knob_probe(k, &p, &probe);
    if (!probe.exists) {
        child_done(&p);
        skip();
    }
    assert_false(probe.writable);
    assert_int_equal(k->write(k, &p, "5"), -EBUSY);
    assert_string_equal(now(k, &p), probe.value);
    child_done(&p);
}

/* What is set of oneself, in a child that tells by its exit status. */
static void of_oneself(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const struct place self = { .root = "" };
        const struct knob *session = find("session"), *thp = find("thp"), *slack = find("timer.slack");
        char v[KNOB_VALUE_MAX];
        bool ok = session->write(session, &self, "own") == 0 && session->read(session, &self, v) == 0 &&
                  strcmp(v, "own") == 0 && getsid(0) == getpid() && session->write(session, &self, "own") == 0;
        ok = ok && thp->write(thp, &self, "disabled") == 0 && prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1;
        ok = ok && (thp->read(thp, &self, v) == -ENODEV || strcmp(v, "disabled") == 0);
        ok = ok && thp->write(thp, &self, "allowed") == 0 && prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0;
        ok = ok && slack->write(slack, &self, "2000000") == 0 && prctl(PR_GET_TIMERSLACK) == 2000000;
        _exit(ok ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* What allowed() says is what the kernel does. */
static void rights_by_the_value(void **state)
{
    (void)state;
    static const struct { const char *knob, *value; } cases[] = {
        { "autogroup", "-5" }, { "autogroup", "5" }, { "oom", "-400" }, { "oom", "10" }, { "nice", "-3" }, { "nice", "3" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = child_new(true);
        const struct knob *k = find(cases[i].knob);
        struct knob_probe probe;
        knob_probe(k, &p, &probe);
        if (probe.writable)
            assert_int_equal(k->allowed(k, &p, cases[i].value) == 0, k->write(k, &p, cases[i].value) == 0);
        child_done(&p);
    }
}

static void who_is_never_touched(void **state)
{
    (void)state;
    static const char *const names[] = { "nice", "sched", "rt", "slice", "affinity", "ioprio", "timer.slack", "oom",
                                         "autogroup" };
    const struct place first = { .root = "", .pid = 1 };
    struct place gone = child_new(true), other = gone;
    other.start++; /* the number went to another task */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct knob *k = find(names[i]);
        assert_int_equal(k->write(k, &first, "0"), -EPERM);
        assert_int_equal(k->write(k, &other, "0"), -ESRCH);
        assert_true(k->writable(k, &first) < 0);
    }
    child_done(&gone);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct knob *k = find(names[i]);
        char v[KNOB_VALUE_MAX];
        assert_int_equal(k->write(k, &gone, "0"), -ESRCH);
        assert_int_equal(k->read(k, &gone, v), -ESRCH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_goes_there_and_back),
        cmocka_unit_test(threads_go_with_the_first),
        cmocka_unit_test(nothing_stays_half_set), cmocka_unit_test(a_thread_set_apart_stays),
        cmocka_unit_test(real_time_keeps_nice_and_its_limit),
        cmocka_unit_test(a_shared_session_is_left),
        cmocka_unit_test(of_oneself),
        cmocka_unit_test(rights_by_the_value),
        cmocka_unit_test(who_is_never_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
