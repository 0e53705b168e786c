/* Adapter programs, as real shell scripts: numbers, events, and every way to misbehave. */
#include "test.h"

#include "adapters/extension.h"
#include "machine.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGIN "#!/bin/sh\necho sonde 1\n"
#define METRICS "echo metric level 1 gauge min=0 a level\necho 'metric done{a b} By counter work done'\n"

struct rig {
    struct machine m;
    struct extension x;
    struct adapter a;
    char runs[128]; /* a file to which a script adds a letter each time that it runs, by $RUN */
};

/* Writes the script; patience_s: how long opening waits for it. */
static void prepare(struct rig *r, const char *script, double patience_s)
{
    machine_init(&r->m);
    machine_write(&r->m, "/adapters.d/made.sh", script);
    snprintf(r->runs, sizeof r->runs, "%s/runs", r->m.root);
    r->x = (struct extension){ .name = "made", .patient_until_ns = os_mono_ns() + (int64_t)(patience_s * 1e9) };
    static char path[128];
    snprintf(path, sizeof path, "%s/adapters.d/made.sh", r->m.root);
    chmod(path, 0755);
    r->x.path = path;
    r->a = adapter_program;
    r->a.name = "ext.made";
    r->m.env.of = &r->x;
    r->m.env.interval_s = 0.1;
}

static int start(struct rig *r, const char *script, double patience_s)
{
    prepare(r, script, patience_s);
    return machine_open(&r->m, &r->a);
}

static void later(double seconds)
{
    os_sleep_until(os_mono_ns() + (int64_t)(seconds * 1e9));
}

/* Ticks of hardly any time, while real time goes by, until so many events came. */
static void until_events(struct rig *r, int n)
{
    for (int i = 0; i < 1000 && r->m.n_events < n; i++) {
        machine_tick(&r->m, 1e-6);
        if (r->m.n_events < n)
            later(0.005);
    }
    assert_int_equal(r->m.n_events, n);
}

static bool says(const struct rig *r, const char *what)
{
    if (strstr(r->m.event.text, what))
        return true;
    print_message("event: %s\n", r->m.event.text);
    return false;
}

static void numbers(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(start(&r, BEGIN METRICS "n=100\nwhile :; do echo level 7; echo \"done{a b} $n\"; n=$((n + 50))\n"
                           "echo end; sleep \"$SONDE_INTERVAL\"; done\n", 2), 0);
    assert_string_equal(r.m.reason, "");
    assert_true(machine_has(&r.m, "ext.made.level", NULL)); /* opening has waited for it */
    machine_tick(&r.m, 1);
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 7, 0);
    assert_near(machine_get(&r.m, "ext.made.done", "a b"), 100, 0);

    /* No sample since: the last one holds, and its rate is not 0. */
    machine_tick(&r.m, 0.01);
    assert_near(machine_get(&r.m, "ext.made.done", "a b"), 100, 0);
    assert_nan(machine_get(&r.m, "ext.made.done.rate", "a b"));
    int64_t first = r.m.now.read_ns[r.m.source];
    double done = 100;
    for (int i = 0; i < 200 && done == 100; i++) {
        later(0.01);
        machine_tick(&r.m, 0.01);
        done = machine_get(&r.m, "ext.made.done", "a b");
    }
    double dt = (double)(r.m.now.read_ns[r.m.source] - first) * 1e-9;
    assert_true(done > 100);
    assert_near(machine_get(&r.m, "ext.made.done.rate", "a b"), (done - 100) / dt, 1e-6);
    assert_int_equal(r.m.n_events, 0);
    machine_done(&r.m);
}

static void slow_to_begin(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(start(&r, BEGIN "sleep 0.1\n" METRICS "echo level 3; echo end 60; sleep 1000\n", 0.01), 0);
    assert_non_null(strstr(r.m.reason, "no sample so far"));
    for (int i = 0; i < 500 && !machine_has(&r.m, "ext.made.level", NULL); i++) {
        later(0.01);
        machine_tick(&r.m, 0.01);
    }
    machine_tick(&r.m, 0.01);
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 3, 0);
    assert_nan(machine_get(&r.m, "ext.made.done", "a b")); /* not in the sample */
    machine_tick(&r.m, 170); /* it said that the next comes after 60 s */
    assert_near(machine_get(&r.m, "ext.made.level", NULL), 3, 0);
    machine_tick(&r.m, 20);
    assert_nan(machine_get(&r.m, "ext.made.level", NULL));
    assert_int_equal(r.m.n_events, 0);
    machine_tick(&r.m, 500);
    assert_int_equal(r.m.n_events, 1);
    assert_true(says(&r, "no sample for 690 s"));
    machine_done(&r.m);
}

/* What goes wrong while it is opened is told by doctor; the sampler opens it again later. */
static void wrong_at_once(void **state)
{
    (void)state;
    static const struct { const char *script, *says; int rc; } cases[] = {
        { "#!/bin/sh\necho hello\nsleep 100\n", "line 1: 'sonde 1' is its first line", -EPROTO },
        { "#!/bin/sh\necho sonde 9\nsleep 100\n", "version '9'", -EPROTO },
        { BEGIN "echo sonde 1\nsleep 100\n", "line 2: 'sonde 1' is its first line, and only that", -EPROTO },
        { BEGIN "echo level 3\nsleep 100\n", "line 2: it did not declare 'level'", -EPROTO },
        { BEGIN "echo metric level ms gauge x\nsleep 100\n", "'ms' is no unit", -EPROTO },
        { BEGIN "echo metric cpu.rate 1 gauge x\nsleep 100\n", "'rate'", -EPROTO },
        { BEGIN "i=0; while [ $i -le 256 ]; do echo metric m$i 1 gauge x; i=$((i+1)); done; sleep 100\n",
          "line 258: it declares more than 256 metrics", -EPROTO },
        { BEGIN "printf '%05000d\\n' 3\nsleep 100\n", "line 2 is longer than 4096 bytes", -EPROTO },
        { BEGIN "printf '%09000d' 3\nsleep 100\n", "line 2 is longer than 4096 bytes", -EPROTO },
        { "#!/bin/sh\nprintf '\\001\\002\\003\\n'\nsleep 100\n", "line 1:", -EPROTO },
        { "#!/bin/sh\necho no luck >&2\nexit 3\n", "it ended with status 3, and should run on (it says: no luck)", -EPROTO },
        { BEGIN "kill -9 $$\n", "it was ended by signal 9", -EPROTO },
        { BEGIN "echo absent no such card\n", "no such card", -ENODEV },
        { BEGIN "echo absent\nsleep 100\n", "this machine has no such thing", -ENODEV },
        { "no interpreter\n", "interpreter's path", -ENOEXEC },
        { "#!/no/such/interpreter\n", "", -ENOENT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig r;
        int64_t begin = os_mono_ns();
        int rc = start(&r, cases[i].script, 5);
        if (rc != cases[i].rc || !strstr(r.m.reason, cases[i].says))
            fail_msg("case %zu: %d, %s", i, rc, r.m.reason);
        assert_true(os_mono_ns() - begin < 3000000000); /* nobody waits for `sleep 100` */
        machine_done(&r.m);
    }
}

static void refused(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, BEGIN, 1);
    snprintf(r.x.refused, sizeof r.x.refused, "others may write to it");
    assert_int_equal(machine_open(&r.m, &r.a), -EACCES);
    assert_string_equal(r.m.reason, "others may write to it");
    machine_done(&r.m);
}

static size_t runs(const struct rig *r)
{
    struct stat st;
    return stat(r->runs, &st) == 0 ? (size_t)st.st_size : 0;
}

static void backs_off(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, "", 0);
    machine_printf(&r.m, "/adapters.d/made.sh", "#!/bin/sh\nprintf x >>%s\nexit 1\n", r.runs);
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    static const int pauses[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 };
    for (int i = 0; i < (int)(sizeof pauses / sizeof *pauses); i++) {
        char want[96];
        until_events(&r, i + 1);
        snprintf(want, sizeof want, "ended with status 1, and should run on; it is started again after %d s",
                 pauses[i]);
        assert_true(says(&r, want));
        assert_int_equal(r.m.event.severity, SEVERITY_WARNING);
        assert_string_equal(r.m.event.source, "ext.made");
        assert_int_equal(runs(&r), i + 1);
        machine_tick(&r.m, pauses[i] - 0.5);
        later(0.02);
        machine_tick(&r.m, 0.1);
        assert_int_equal(runs(&r), i + 1); /* not before its time */
        machine_tick(&r.m, 0.5);
    }
    machine_done(&r.m);
}

/* After a good while it begins with the short pause again; values of the old run are gone. */
static void recovers(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, "", 2);
    machine_printf(&r.m, "/adapters.d/made.sh", BEGIN METRICS "printf x >>%s\necho level 1\necho end 1000\n"
                   "read x <%s/gate\n", r.runs, r.m.root);
    char gate[128];
    snprintf(gate, sizeof gate, "%s/gate", r.m.root);
    assert_int_equal(mkfifo(gate, 0600), 0);
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    for (int i = 0; i < 3; i++) {
        double lived = i < 2 ? 10 : 400; /* s */
        machine_tick(&r.m, lived);
        assert_near(machine_get(&r.m, "ext.made.level", NULL), 1, 0);
        FILE *f = fopen(gate, "w"); /* waits for its reader */
        assert_non_null(f);
        fclose(f);
        until_events(&r, i + 1);
        assert_true(says(&r, i == 1 ? "after 2 s" : "after 1 s"));
        machine_tick(&r.m, 0.1);
        assert_nan(machine_get(&r.m, "ext.made.level", NULL));
        machine_tick(&r.m, 2);
        for (int k = 0; k < 500 && isnan(machine_get(&r.m, "ext.made.level", NULL)); k++) {
            later(0.005);
            machine_tick(&r.m, 1e-6);
        }
        assert_int_equal(runs(&r), i + 2);
    }
    machine_done(&r.m);
}

static void floods(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(start(&r, BEGIN METRICS "echo end\nexec yes 'level 1'\n", 2), 0);
    int64_t longest = 0;
    for (int i = 0; i < 200 && r.m.n_events == 0; i++) {
        later(0.02);
        int64_t begin = os_mono_ns();
        machine_tick(&r.m, 0.02);
        longest = os_mono_ns() - begin > longest ? os_mono_ns() - begin : longest;
    }
    assert_true(says(&r, "it prints more than 64 kB in a tick"));
    assert_true(longest < 500000000); /* loosely: what one tick takes is capped */
    machine_done(&r.m);
}

static void chatters(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(start(&r, BEGIN METRICS "echo end\ni=0\nwhile [ $i -lt 30 ]; do echo event notice door $i\n"
                           "i=$((i + 1)); done; echo level 5; echo end; sleep 100\n", 2), 0);
    for (int i = 0; i < 200 && !(machine_has(&r.m, "ext.made.level", NULL) && r.m.now.n &&
                                 frame_get(&r.m.now, schema_find(r.m.s, "ext.made.level", NULL)) == 5); i++) {
        later(0.01);
        machine_tick(&r.m, 0.0001);
    }
    assert_int_equal(r.m.n_events, 11); /* ten of them, and one that says so */
    assert_true(says(&r, "the others are left out"));
    machine_done(&r.m);
}

static void says_on_stderr(void **state)
{
    (void)state;
    struct rig r;
    assert_int_equal(start(&r, BEGIN METRICS "echo level 1; echo end; i=0\n"
                           "while [ $i -lt 9000 ]; do echo 'a line that nobody reads' >&2; i=$((i + 1)); done\n"
                           "echo level 2; echo end; printf 'cannot \\033[1mgo on\\n' >&2; exit 4\n", 2), 0);
    until_events(&r, 1);
    assert_true(says(&r, "it ended with status 4, and should run on (it says: cannot ?[1mgo on)"));
    machine_done(&r.m);
}

/* Everything that it started ends with it, also what does not listen; and Sonde waits only so long. */
static void leaves_nothing(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, "", 2);
    machine_printf(&r.m, "/adapters.d/made.sh", BEGIN "trap '' TERM\nsleep 1000 & echo $! >>%s\n"
                   "(sleep 1000 | cat) & echo $! >>%s\necho $$ >>%s\necho end\nwait\n", r.runs, r.runs, r.runs);
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    machine_tick(&r.m, 0.01);
    FILE *f = fopen(r.runs, "r");
    int pid[3];
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d %d %d", &pid[0], &pid[1], &pid[2]), 3);
    fclose(f);
    for (int i = 0; i < 3; i++)
        assert_int_equal(kill(pid[i], 0), 0);
    int64_t begin = os_mono_ns();
    machine_done(&r.m);
    assert_true(os_mono_ns() - begin < 1500000000);
    for (int i = 0; i < 3; i++)
        assert_true(kill(pid[i], 0) < 0 && errno == ESRCH);
}

/* Told to stop, it ends while Sonde does something else. */
static void ends_by_itself_once_told(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, "", 2);
    machine_printf(&r.m, "/adapters.d/made.sh", BEGIN "trap '' TERM\necho $$ >%s\necho end\nsleep 1000 & wait\n",
                   r.runs);
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    machine_tick(&r.m, 0.01);
    char text[32];
    assert_true(os_read_text("", r.runs, text, sizeof text) > 0);
    int pid = atoi(text);
    assert_int_equal(kill(pid, 0), 0);
    r.a.stop(r.m.self);
    for (int i = 0; i < 500 && kill(pid, 0) == 0; i++)
        later(0.01);
    assert_true(kill(pid, 0) < 0 && errno == ESRCH);
    machine_done(&r.m);
}

static void surroundings(void **state)
{
    (void)state;
    struct rig r;
    prepare(&r, "", 2);
    int leak = open(r.m.root, O_RDONLY | O_DIRECTORY); /* handed down by a shell, perhaps */
    setenv("SECRET", "x", 1);
    signal(SIGPIPE, SIG_IGN);
    machine_printf(&r.m, "/adapters.d/made.sh", BEGIN "{ env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD=' | sort; pwd; "
                   "echo \"$1\"; readlink /proc/self/fd/0; ls /proc/self/fd | head -n -1; grep SigIgn /proc/self/status; "
                   "} >%s\necho end\nsleep 100\n", r.runs);
    assert_int_equal(machine_open(&r.m, &r.a), 0);
    machine_tick(&r.m, 0.01);
    char text[1024];
    assert_true(os_read_text("", r.runs, text, sizeof text) > 0);
    assert_string_equal(text, "LANG=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                        "SONDE_INTERVAL=0.1\nSONDE_NAME=made\n/\n0.1\n/dev/null\n0\n1\n2\nSigIgn:\t0000000000000000\n");
    close(leak);
    machine_done(&r.m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(slow_to_begin), cmocka_unit_test(wrong_at_once),
        cmocka_unit_test(refused), cmocka_unit_test(backs_off), cmocka_unit_test(recovers), cmocka_unit_test(floods),
        cmocka_unit_test(chatters), cmocka_unit_test(says_on_stderr), cmocka_unit_test(leaves_nothing),
        cmocka_unit_test(ends_by_itself_once_told),
        cmocka_unit_test(surroundings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
