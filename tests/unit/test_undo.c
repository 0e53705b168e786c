/* How transactions are undone, by whoever comes next: each rule, and a death at every change of the world. */
#include "test.h"

#include "base/mem.h"
#include "undo_world.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process that set this and was killed: its journal is closed, its task gone. */
static void set_and_die(struct world *w, const char *knob, const char *value, long changes)
{
    world_task(w, 10, 1, 500);
    struct journal *j = world_open(w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_dies_after(changes);
    world_apply(t, knob, 0, value, NULL);
    journal_close(j);
    mem_free(t);
    world_ends(w, 10);
    world_lives();
}

static struct undone recover(struct world *w)
{
    struct undone u = { 0 };
    struct journal *j = world_open(w);
    assert_int_equal(journal_recover(j, &u), 0);
    journal_close(j);
    return u;
}

#define ALL 99  /* changes: it lived to the end of the step */
#define LINE 2  /* it died at the write of the knob: the line is on the disk, the knob is as it was */
#define KNOB 3  /* it died after the write of the knob: the line that says what it became is torn */

/* ---- the three ways ---- */

static void three_ways(void **state)
{
    (void)state;
#define LEFT_33 "a: left at 33, which somebody set since; Sonde had set 10, before it was 60\n"
    static const struct {
        const char *knob, *set; long dies; const char *edit, *end; int restored, same, kept; const char *why;
    } cases[] = {
        { "a", "10", ALL, NULL, "60", 1, 0, 0, "" },
        { "a", "10", ALL, "60", "60", 0, 1, 0, "" },
        { "a", "10", ALL, "33", "33", 0, 0, 1, LEFT_33 },
        { "clamp", "5000", ALL, NULL, "60", 1, 0, 0, "" },
        { "clamp", "5000", ALL, "900", "900", 0, 0, 1,
          "clamp: left at 900, which somebody set since; Sonde had set 1000, before it was 60\n" },
        /* It is not known what became of it. */
        { "a", "10", LINE, NULL, "60", 0, 1, 0, "" },
        { "a", "10", LINE, "33", "33", 0, 0, 1, LEFT_33 },
        { "a", "10", KNOB, NULL, "60", 1, 0, 0, "" },
        { "a", "10", KNOB, "33", "33", 0, 0, 1, LEFT_33 },
        { "clamp", "5000", KNOB, NULL, "60", 1, 0, 0, "" },
        { "clamp", "5000", KNOB, "900", "900", 0, 0, 1,
          "clamp: left at 900, which somebody set since; Sonde had set 5000, before it was 60\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_init(&w);
        set_and_die(&w, cases[i].knob, cases[i].set, cases[i].dies);
        if (cases[i].edit)
            world_set(&w, cases[i].knob, 0, cases[i].edit);
        struct undone u = recover(&w);
        assert_string_equal(world_get(&w, cases[i].knob, 0), cases[i].end);
        assert_int_equal(u.restored, cases[i].restored);
        assert_int_equal(u.same, cases[i].same);
        assert_int_equal(u.kept, cases[i].kept);
        assert_string_equal(buf_text(&u.lines), cases[i].why);
        undone_done(&u);
        u = recover(&w); /* once is enough */
        assert_int_equal(u.restored + u.same + u.kept + u.gone + u.failed, 0);
        world_done(&w);
    }
}

static void pairs_go_back_together(void **state)
{
    (void)state;
    static const struct {
        const char *knob, *set, *edited, *edit, *bytes, *ratio; int restored, same, kept;
    } cases[] = {
        { "bytes", "5000", NULL, NULL, "0", "20", 1, 0, 0 },      { "ratio", "5", NULL, NULL, "0", "20", 1, 0, 0 },
        { "bytes", "5000", "ratio", "30", "0", "30", 0, 0, 1 },   { "bytes", "5000", "ratio", "20", "0", "20", 0, 1, 0 },
        { "bytes", "5000", "bytes", "70", "70", "0", 0, 0, 1 },   { "ratio", "5", "bytes", "70", "70", "0", 0, 0, 1 },
        { "ratio", "5", "ratio", "6", "0", "6", 0, 0, 1 },
    };
    static const long deaths[] = { ALL, LINE, KNOB };
    for (size_t i = 0; i < 3 * sizeof cases / sizeof *cases; i++) {
        size_t c = i / 3;
        struct world w;
        world_init(&w);
        set_and_die(&w, cases[c].knob, cases[c].set, deaths[i % 3]);
        if (cases[c].edit)
            world_set(&w, cases[c].edited, 0, cases[c].edit);
        struct undone u = recover(&w);
        assert_string_equal(world_get(&w, "bytes", 0), cases[c].bytes);
        assert_string_equal(world_get(&w, "ratio", 0), cases[c].ratio);
        assert_int_equal(u.kept, cases[c].kept);
        assert_int_equal(u.restored + u.same, cases[c].restored + cases[c].same);
        assert_int_equal(u.gone + u.failed, 0);
        undone_done(&u);
        world_done(&w);
    }
}

/* ---- whose time it is ---- */

static void those_that_live_are_let_alone(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    struct undone u = recover(&w);
    assert_int_equal(u.restored, 0);
    assert_string_equal(world_get(&w, "a", 0), "10");
    assert_false(journal_is_idle(w.dir));
    world_task(&w, 10, 1, 501); /* another one of its number */
    u = recover(&w);
    assert_int_equal(u.restored, 1);
    assert_string_equal(world_get(&w, "a", 0), "60");
    assert_int_equal(transaction_end(t, &u), 0); /* nothing is left to be done */
    assert_int_equal(u.restored, 1);
    journal_close(j);
    world_done(&w);
}

static void time_ends_it(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    for (int over = 0; over < 2; over++) {
        struct journal *j = world_open(&w);
        struct transaction *t;
        struct transaction_about about = { .command = "apply", .what = "work", .goal = -1, .owner = 10,
                                           .until_ms = os_wall_ms() + (over ? -1 : 100000) };
        assert_int_equal(transaction_begin(j, &about, &t), 0);
        world_apply(t, "a", 0, "10", NULL);
        struct undone u = recover(&w);
        assert_int_equal(u.restored, over);
        assert_string_equal(world_get(&w, "a", 0), over ? "60" : "10");
        transaction_end(t, NULL);
        journal_close(j);
    }
    world_done(&w);
}

static void see_boot(void *self, const struct journal_transaction *t)
{
    *(bool *)self = !t->this_boot && t->ended_ms && t->n == 1 && !*t->step[0].undone;
}

static void another_boot_closes_it(void **state)
{
    (void)state;
    struct world w;
    bool seen = false;
    world_init(&w);
    set_and_die(&w, "a", "10", ALL);
    world_boot(&w, 2);
    world_set(&w, "a", 0, "10"); /* so it was configured */
    struct undone u = recover(&w);
    assert_int_equal(u.restored + u.same + u.kept + u.gone + u.failed, 0);
    assert_string_equal(world_get(&w, "a", 0), "10");
    assert_true(journal_is_idle(w.dir));
    struct journal *j = world_open(&w);
    assert_int_equal(journal_each(j, true, see_boot, &seen), 1);
    assert_true(seen);
    assert_string_equal(j->deed[0].why, "boot");
    journal_close(j);
    world_done(&w);
}

static void a_person_may_end_any(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w), *k = world_open(&w), *person = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run"), *other = world_begin(k, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    world_apply(other, "b", 0, "10", NULL);
    assert_int_equal(journal_revert(person, "p1", &u), -ENOENT);
    assert_int_equal(journal_revert(person, transaction_id(t), &u), 0);
    assert_int_equal(u.restored, 1);
    assert_string_equal(world_get(&w, "a", 0), "60");
    assert_string_equal(world_get(&w, "b", 0), "10");
    assert_int_equal(journal_revert(person, transaction_id(t), &u), -ENOENT);
    assert_int_equal(journal_revert(person, NULL, &u), 0);
    assert_int_equal(u.restored, 2);
    assert_string_equal(world_get(&w, "b", 0), "60");
    world_set(&w, "a", 0, "10"); /* somebody else wants that */
    transaction_end(t, NULL);
    transaction_end(other, NULL);
    assert_string_equal(world_get(&w, "a", 0), "10");
    journal_close(j);
    journal_close(k);
    journal_close(person);
    world_done(&w);
}

/* ---- what a process holds for itself ---- */

static void each_has_its_own_hold(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    struct undone u = { 0 };
    struct journal *j = world_of_two(&w);
    world_is(j, 10);
    struct transaction *t = world_begin(j, 10, GOAL_LATENCY, "run");
    world_apply(t, "hold", 0, "20", NULL);
    world_is(j, 11);
    struct transaction *other = world_begin(j, 11, GOAL_LATENCY, "run");
    world_apply(other, "hold", 0, "20", &s);
    assert_int_equal(s.state, STEP_DONE); /* nobody is in the way */
    assert_string_equal(s.old, "none");
    world_is(j, 10);
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.restored, 1);
    assert_string_equal(world_get(&w, "hold", 0), "none");
    world_is(j, 11);
    assert_string_equal(world_get(&w, "hold", 0), "20");
    world_is(j, 12); /* a person */
    assert_int_equal(journal_revert(j, NULL, &u), 0);
    assert_int_equal(u.kept, 1);
    assert_non_null(strstr(buf_text(&u.lines), "hold: process 11 holds it"));
    world_is(j, 11);
    assert_string_equal(world_get(&w, "hold", 0), "20");
    assert_int_equal(transaction_end(other, NULL), 0); /* it was closed, and only we can let go */
    assert_string_equal(world_get(&w, "hold", 0), "none");
    undone_done(&u);
    journal_close(j);
    world_done(&w);
}

static void holds_of_one_process_lie_on_each_other(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    struct journal *j = world_of_two(&w);
    world_is(j, 10);
    struct transaction *t = world_begin(j, 10, GOAL_LATENCY, "adapt");
    struct transaction *other = world_begin(j, 10, GOAL_LATENCY, "adapt");
    struct transaction *third = world_begin(j, 10, GOAL_LATENCY, "adapt");
    world_apply(t, "hold", 0, "20", NULL);
    world_apply(other, "hold", 0, "20", NULL);
    world_apply(third, "hold", 0, "20", NULL);
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.passed, 1);
    assert_string_equal(world_get(&w, "hold", 0), "20");
    world_is(j, 12);
    assert_int_equal(journal_revert(j, transaction_id(other), NULL), 0);
    world_is(j, 10);
    transaction_end(other, NULL);
    assert_string_equal(world_get(&w, "hold", 0), "20"); /* the third has it still */
    transaction_end(third, NULL);
    assert_string_equal(world_get(&w, "hold", 0), "none");
    undone_done(&u);
    journal_close(j);
    world_done(&w);
}

static void what_the_dead_held_is_gone(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    struct journal *j = world_of_two(&w);
    world_is(j, 10);
    struct transaction *dead = world_begin(j, 10, GOAL_LATENCY, "run");
    world_apply(dead, "hold", 0, "20", NULL);
    world_is(j, 11);
    struct transaction *t = world_begin(j, 11, GOAL_LATENCY, "run");
    world_apply(t, "hold", 0, "20", NULL);
    world_ends(&w, 10);
    assert_int_equal(journal_recover(j, &u), 0);
    assert_int_equal(u.same, 1);
    assert_string_equal(world_get(&w, "hold", 0), "20"); /* ours */
    transaction_end(t, NULL);
    assert_true(journal_is_idle(w.dir));
    transaction_end(dead, NULL);
    journal_close(j);
    world_done(&w);
}

/* ---- whose it is ---- */

#define SERVICE 65534 /* some user */

static void service_owns(struct world *w, const char *path)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s%s", w->root, path);
    assert_int_equal(chown(whole, SERVICE, SERVICE), 0);
}

/* The recorder of the system has a user of its own, and root shares its directory. */
static void root_and_a_service_share_a_journal(void **state)
{
    (void)state;
    struct world w;
    struct stat st;
    char path[OS_PATH_MAX];
    if (geteuid() != 0)
        skip();
    world_init(&w);
    assert_int_equal(chmod(w.root, 0755), 0);
    service_owns(&w, "/data");
    set_and_die(&w, "a", "10", ALL);
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, SERVICE); /* though root made it */
    assert_int_equal(seteuid(SERVICE), 0);
    struct undone u = recover(&w);
    struct journal *j = world_open(&w);
    int refused = journal_revert(j, NULL, NULL);
    journal_close(j);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(u.restored + u.failed, 0); /* it is root's; the service may not even see the owner */
    assert_int_equal(refused, -EPERM);
    assert_string_equal(world_get(&w, "a", 0), "10");
    u = recover(&w);
    assert_int_equal(u.restored, 1);
    world_done(&w);
}

/* What the service has written may have root set nothing that Sonde would not. */
static void a_service_gains_nothing(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    char path[OS_PATH_MAX];
    if (geteuid() != 0)
        skip();
    world_init(&w);
    set_and_die(&w, "clamp", "500", ALL);
    struct journal *j = world_open(&w);
    assert_int_equal(journal_hold(j), 0);
    journal_say_old(j, j->deed[0].id, 0, "77777777", "");
    assert_int_equal(journal_put(j, true), 0);
    journal_close(j);
    service_owns(&w, "/data");
    service_owns(&w, "/data/policy");
    service_owns(&w, "/data/policy/journal");
    u = recover(&w);
    assert_int_equal(u.failed, 1);
    assert_string_equal(world_get(&w, "clamp", 0), "500");
    undone_done(&u);
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    assert_int_equal(chown(path, SERVICE + 1, 0), 0); /* of anybody else it is not even read */
    assert_int_equal(journal_open(w.dir, w.root, &j), -EPERM);
    world_done(&w);
}

/* ---- what cannot be undone ---- */

static const struct knob *no_knob(const char *name)
{
    (void)name;
    return NULL;
}

static void what_fails_is_tried_again(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    world_apply(t, "b", 0, "10", NULL);
    j->find = no_knob; /* of another version of the program */
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.failed, 2);
    assert_non_null(strstr(u.lines.p, "a: this version of Sonde knows no such knob\n"));
    assert_false(journal_is_idle(w.dir));
    journal_close(j);
    undone_done(&u);
    u = recover(&w); /* though its owner lives: it has ended the transaction */
    assert_int_equal(u.restored, 2);
    assert_string_equal(world_get(&w, "b", 0), "60");
    world_done(&w);
}

static void what_is_gone_is_gone(void **state)
{
    (void)state;
    struct world w;
    char path[128];
    world_init(&w);
    set_and_die(&w, "a", "10", ALL);
    snprintf(path, sizeof path, "%s/knobs/a", w.root);
    os_remove(path);
    struct undone u = recover(&w);
    assert_int_equal(u.gone, 1);
    assert_string_equal(u.lines.p, "a: the device is no more\n");
    undone_done(&u);
    assert_true(journal_is_idle(w.dir));
    world_done(&w);
}

/* ---- tasks ---- */

static void tasks_are_known_by_their_start(void **state)
{
    (void)state;
    struct world w;
    struct undone u = { 0 };
    world_init(&w);
    world_task(&w, 10, 1, 500);
    world_task(&w, 20, 1, 600);
    world_task(&w, 21, 1, 601);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "apply");
    world_apply(t, "task", 20, "-10", NULL);
    world_apply(t, "task", 21, "-10", NULL);
    world_ends(&w, 20);
    world_task(&w, 20, 1, 900); /* its number is used again */
    world_set(&w, "task", 20, "-10");
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.restored, 1);
    assert_int_equal(u.gone, 1);
    assert_string_equal(u.lines.p, "task of process 20: it is no more\n");
    assert_string_equal(world_get(&w, "task", 20), "-10");
    assert_string_equal(world_get(&w, "task", 21), "0");
    undone_done(&u);
    journal_close(j);
    world_done(&w);
}

static void what_was_inherited_goes_back(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    world_task(&w, 20, 1, 600);
    world_set(&w, "task", 20, "3");
    world_task(&w, 21, 20, 601); /* has 3, too */
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "apply");
    world_apply(t, "task", 20, "-10", NULL);
    world_apply(t, "task", 21, "-5", NULL);
    world_task(&w, 30, 20, 700);
    world_task(&w, 31, 30, 701);
    world_task(&w, 32, 21, 702);
    world_task(&w, 33, 20, 703);
    world_set(&w, "task", 33, "7"); /* which it set itself */
    world_task(&w, 40, 1, 704);
    world_set(&w, "task", 40, "-10"); /* a stranger */
    world_task(&w, 34, 31, 705);
    world_ends(&w, 31); /* 34 has nobody any more by whom it could be known */
    assert_int_equal(transaction_end(t, NULL), 0);
    static const struct { int pid; const char *value; } want[] = {
        { 20, "3" }, { 21, "3" }, { 30, "3" }, { 32, "3" }, { 33, "7" }, { 40, "-10" }, { 34, "-10" },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_string_equal(world_get(&w, "task", want[i].pid), want[i].value);
    journal_close(j);
    world_done(&w);
}

static void what_another_holds_of_a_task_stays(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    world_task(&w, 11, 1, 501);
    world_task(&w, 20, 1, 600);
    struct journal *j = world_open(&w), *k = world_open(&w);
    struct transaction *low = world_begin(j, 10, GOAL_POWER, "apply");
    struct transaction *high = world_begin(k, 11, GOAL_LATENCY, "apply");
    world_apply(low, "task", 20, "5", NULL);
    world_task(&w, 21, 20, 601);                       /* has 5 of the lower */
    world_apply(high, "task", 20, "-10", NULL);
    world_task(&w, 22, 20, 602);                       /* has -10 of the higher */
    assert_int_equal(transaction_end(low, NULL), 0);
    assert_string_equal(world_get(&w, "task", 20), "-10");
    assert_string_equal(world_get(&w, "task", 21), "0");
    assert_string_equal(world_get(&w, "task", 22), "-10");
    assert_int_equal(transaction_end(high, NULL), 0);
    assert_string_equal(world_get(&w, "task", 20), "0");
    assert_string_equal(world_get(&w, "task", 22), "0");
    journal_close(j);
    journal_close(k);
    world_done(&w);
}

/* ---- death at every change ---- */

/* A transaction of every kind of step; false where the process died in it. */
static bool act(struct world *w, bool ends)
{
    struct journal *j = world_open(w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    world_apply(t, "clamp", 0, "5000", NULL);
    world_apply(t, "bytes", 0, "5000", NULL);
    world_apply(t, "stubborn", 0, "1", NULL);
    world_apply(t, "task", 20, "-10", NULL);
    world_apply(t, "a", 0, "11", NULL);
    if (ends)
        transaction_end(t, NULL);
    else
        mem_free(t);
    journal_close(j);
    return !world_is_dead();
}

static void assert_as_before(struct world *w)
{
    static const char *const knobs[][2] = { { "a", "60" }, { "clamp", "60" }, { "bytes", "0" }, { "ratio", "20" },
                                            { "stubborn", "60" } };
    for (size_t i = 0; i < sizeof knobs / sizeof *knobs; i++)
        assert_string_equal(world_get(w, knobs[i][0], 0), knobs[i][1]);
    assert_string_equal(world_get(w, "task", 20), "0");
    assert_true(journal_is_idle(w->dir));
}

static void assert_recovers(struct world *w)
{
    struct undone u = recover(w);
    assert_int_equal(u.kept + u.gone + u.failed, 0);
    undone_done(&u);
    assert_as_before(w);
}

/* The process dies at its nth change, the first recovery at its mth; the second lives. False: n is past the end. */
static bool die_twice(long nth, long mth, bool ends, bool *recovered)
{
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    world_task(&w, 20, 1, 600);
    world_dies_after(nth);
    bool lived = act(&w, ends);
    world_ends(&w, 10);
    world_dies_after(mth);
    struct journal *j = world_open(&w);
    journal_recover(j, NULL);
    journal_close(j);
    *recovered = !world_is_dead();
    world_lives();
    if (*recovered && !lived)
        assert_as_before(&w);
    assert_recovers(&w);
    world_done(&w);
    return !lived;
}

static void death_at_every_change_of_both(void **state)
{
    (void)state;
    int pairs = 0;
    for (int ends = 0; ends < 2; ends++) {
        bool died = true;
        for (long nth = 0; died; nth++) {
            bool recovered = false;
            for (long mth = 0; !recovered; mth++, pairs++)
                died = die_twice(nth, mth, ends, &recovered);
            assert_true(nth < 200);
        }
    }
    assert_true(pairs > 300);
}

/* The question whose a value is, interrupted again and again, with somebody else's hand in between. */
static void the_question_survives_every_death(void **state)
{
    (void)state;
    static const char *const edits[][2] = { { NULL, NULL }, { "900", NULL }, { NULL, "901" }, { "900", "901" } };
    for (size_t i = 0; i < 4 * 12 * 12; i++) {
        const char *first = edits[i % 4][0], *second = edits[i % 4][1];
        struct world w;
        world_init(&w);
        set_and_die(&w, "clamp", "5000", KNOB);
        if (first)
            world_set(&w, "clamp", 0, first);
        for (int round = 0; round < 2; round++) {
            struct journal *j = world_open(&w);
            world_dies_after((long)(round ? i / 4 / 12 : i / 4 % 12));
            journal_recover(j, NULL);
            journal_close(j);
            world_lives();
            if (round == 0 && second)
                world_set(&w, "clamp", 0, second);
        }
        struct undone u = recover(&w);
        assert_string_equal(world_get(&w, "clamp", 0), second ? second : first ? first : "60");
        assert_int_equal(u.failed + u.gone, 0);
        undone_done(&u);
        world_done(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_ways),
        cmocka_unit_test(pairs_go_back_together),
        cmocka_unit_test(those_that_live_are_let_alone),
        cmocka_unit_test(time_ends_it),
        cmocka_unit_test(another_boot_closes_it),
        cmocka_unit_test(a_person_may_end_any),
        cmocka_unit_test(each_has_its_own_hold),
        cmocka_unit_test(holds_of_one_process_lie_on_each_other),
        cmocka_unit_test(what_the_dead_held_is_gone),
        cmocka_unit_test(root_and_a_service_share_a_journal),
        cmocka_unit_test(a_service_gains_nothing),
        cmocka_unit_test(what_fails_is_tried_again),
        cmocka_unit_test(what_is_gone_is_gone),
        cmocka_unit_test(tasks_are_known_by_their_start),
        cmocka_unit_test(what_was_inherited_goes_back),
        cmocka_unit_test(what_another_holds_of_a_task_stays),
        cmocka_unit_test(death_at_every_change_of_both),
        cmocka_unit_test(the_question_survives_every_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
