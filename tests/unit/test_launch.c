/* A program is started with what a plan has, heard to its end, and sent what is sent to us. */
#include "test.h"

#include "policy/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void plan(struct plan *p, const char *arm)
{
    char why[KNOB_WHY];
    struct machine m = { .root = "", .cpus_online = 1, .threads_useful = 1, .group = "/" };
    struct plan_options o = { .machine = &m, .goal = -1, .arm = arm, .arm_evidence = EVIDENCE_ASKED };
    assert_int_equal(plan_make(&o, p, why), 0);
}

static int run(const char *arm, const char *script, struct launch *l)
{
    struct plan p;
    const char *argv[] = { "sh", "-c", script, NULL };
    plan(&p, arm);
    int rc = launch_start(&p, argv, true, l);
    if (rc == 0)
        launch_wait(l, NULL, NULL);
    plan_done(&p);
    return rc;
}

static void its_status_is_the_programs(void **state)
{
    struct launch l;
    (void)state;
    assert_int_equal(run("", "exit 7", &l), 0);
    assert_int_equal(l.status, 7);
    assert_int_equal(run("", "kill -9 $$", &l), 0);
    assert_int_equal(l.status, 137);
    assert_true(l.wall_s >= 0 && l.cpu_s >= 0 && l.setup_s > 0);
}

static void what_cannot_be_started_is_told(void **state)
{
    static const struct { const char *path; int rc, status; } cases[] = {
        { "sonde-there-is-no-such-program", -ENOENT, 127 }, { "/etc/passwd", -EACCES, 126 }, { "/", -EACCES, 126 },
        { "/etc/passwd/x", -ENOTDIR, 127 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p;
        struct launch l;
        plan(&p, "");
        assert_int_equal(launch_start(&p, (const char *[]){ cases[i].path, NULL }, false, &l), cases[i].rc);
        assert_int_equal(l.status, cases[i].status);
        plan_done(&p);
    }
}

static void it_has_what_the_plan_has(void **state)
{
    struct launch l;
    (void)state;
    assert_int_equal(run("omp.wait=passive session=own timer.slack=123000 nice=7",
                         "[ $OMP_WAIT_POLICY = passive ] && [ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && "
                         "[ $(cat /proc/$$/timerslack_ns) = 123000 ] && [ $(nice) = 7 ]", &l), 0);
    assert_int_equal(l.status, 0);
    assert_true(l.own_session);
    assert_null(getenv("OMP_WAIT_POLICY")); /* of the program alone */
}

static void steps_say_what_became_of_them(void **state)
{
    struct plan p;
    struct launch l;
    const char *argv[] = { "true", NULL };
    (void)state;
    plan(&p, "nice=5 omp.threads=2");
    assert_int_equal(launch_start(&p, argv, false, &l), 0);
    launch_wait(&l, NULL, NULL);
    struct step *s = plan_find(&p, "nice", "");
    assert_int_equal(s->state, STEP_DONE);
    assert_string_equal(s->now, "5");
    assert_string_equal(plan_find(&p, "omp.threads", "")->now, "2");
    plan_done(&p);
}

/* A knob that the kernel refuses stops the program only where that was asked for. */
static void a_refusal_is_told(void **state)
{
    (void)state;
    for (int strict = 0; strict < 2; strict++) {
        struct plan p;
        struct launch l;
        plan(&p, "group.member=/there/is/no/such/group");
        p.step[0].state = STEP_PLANNED; /* it was there when the plan was made */
        int rc = launch_start(&p, (const char *[]){ "sh", "-c", "exit 3", NULL }, strict, &l);
        assert_int_equal(rc, strict ? -ECANCELED : 0);
        if (rc == 0)
            launch_wait(&l, NULL, NULL);
        assert_int_equal(l.status, strict ? 126 : 3);
        assert_int_equal(p.step[0].state, STEP_REFUSED);
        assert_true(*p.step[0].note);
        plan_done(&p);
    }
}

/* What is sent to who waits reaches the program, in a session of its own, too. */
static void signals_are_sent_on(void **state)
{
    static const char *const arms[] = { "", "session=own" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        int fd[2], status;
        char c;
        assert_int_equal(pipe(fd), 0);
        pid_t pid = fork();
        if (pid == 0) {
            struct launch l;
            dup2(fd[1], 1);
            run(arms[i], "trap 'exit 9' TERM; echo; while :; do sleep 0.05; done", &l);
            _exit(l.status);
        }
        close(fd[1]);
        assert_int_equal(read(fd[0], &c, 1), 1); /* the trap is set */
        close(fd[0]);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 9);
    }
}

/* What we ignore for ourselves the program does not; and who started us ignoring the ends of children hides none. */
static void signals_are_as_usual(void **state)
{
    struct launch l;
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(run("", "kill -PIPE $$; exit 3", &l), 0);
    assert_int_equal(l.status, 128 + SIGPIPE);
    assert_int_equal(run("", "kill -XFSZ $$; exit 3", &l), 0);
    assert_int_equal(l.status, 128 + SIGXFSZ);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    alarm(30);
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(run("", "exit 7", &l), 0);
    assert_int_equal(l.status, 7);
    signal(SIGCHLD, SIG_DFL);
    alarm(0);
}

/* One that ends well when it is asked to end was stopped all the same. */
static void who_told_it_to_end_is_known(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct launch l;
        pid_t parent = getpid();
        if (fork() == 0) {
            usleep(300000);
            kill(parent, SIGTERM);
            _exit(0);
        }
        run("", "trap 'exit 0' TERM; while :; do sleep 0.05; done", &l);
        _exit(l.status == 0 && l.told_to_end ? 5 : 6);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 5);
    struct launch l;
    assert_int_equal(run("", "exit 0", &l), 0);
    assert_false(l.told_to_end);
}

/* Ctrl-Z at a terminal stops both, and who waits for us sees it. */
static void a_stop_at_the_terminal_stops_both(void **state)
{
    static const char *const arms[] = { "", "session=own" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        int fd[2], status, pty = posix_openpt(O_RDWR | O_NOCTTY);
        char c;
        assert_true(pty >= 0 && grantpt(pty) == 0 && unlockpt(pty) == 0);
        assert_int_equal(pipe(fd), 0);
        pid_t pid = fork();
        if (pid == 0) { /* a shell: its jobs are groups of their own, in front in turn */
            setsid();
            int tty = open(ptsname(pty), O_RDWR); /* which becomes its terminal */
            signal(SIGTTOU, SIG_IGN);
            pid_t job = fork();
            if (job == 0) {
                struct launch l;
                setpgid(0, 0);
                tcsetpgrp(tty, getpid());
                signal(SIGTTOU, SIG_DFL);
                dup2(fd[1], 1);
                run(arms[i], "echo; sleep 1; exit 4", &l);
                _exit(l.status);
            }
            if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status))
                _exit(1);
            kill(-job, SIGCONT);
            if (waitpid(job, &status, 0) != job || !WIFEXITED(status))
                _exit(2);
            _exit(WEXITSTATUS(status));
        }
        close(fd[1]);
        alarm(30);
        assert_int_equal(read(fd[0], &c, 1), 1);
        assert_int_equal(write(pty, "\032", 1), 1); /* Ctrl-Z */
        assert_int_equal(waitpid(pid, &status, 0), pid);
        alarm(0);
        close(fd[0]);
        close(pty);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_status_is_the_programs),
        cmocka_unit_test(what_cannot_be_started_is_told),
        cmocka_unit_test(it_has_what_the_plan_has),
        cmocka_unit_test(steps_say_what_became_of_them),
        cmocka_unit_test(a_refusal_is_told),
        cmocka_unit_test(signals_are_sent_on),
        cmocka_unit_test(signals_are_as_usual),
        cmocka_unit_test(who_told_it_to_end_is_known),
        cmocka_unit_test(a_stop_at_the_terminal_stops_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
