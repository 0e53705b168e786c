/* Keys of `sonde top`: what each changes, and the order of the processes that comes of it. */
#include "test.h"

#include "top_sample.h"

#define ESCAPE 27

static struct top t;

static int begin(void **state)
{
    (void)state;
    sample_top(&t, true, false);
    top_draw(&t, 24, 80);
    return 0;
}

static int end(void **state)
{
    (void)state;
    top_done(&t);
    return 0;
}

static enum view_act press(int32_t key)
{
    enum view_act act = top_key(&t, key);
    top_draw(&t, 24, 80);
    return act;
}

static void type(const char *text)
{
    for (; *text; text++)
        press(*text);
}

static const char *name_at(size_t i)
{
    assert_true(i < t.view.list.n);
    return t.view.list.row[i].of->p.name;
}

static void sorts(void **state)
{
    (void)state;
    static const struct { char key; enum proc_sort sort; const char *first; } cases[] = {
        { 'M', SORT_MEMORY, "stress-ng-vm" }, { 'P', SORT_CPU, "stress-ng-vm" }, { 'I', SORT_IO, "rsync" },
        { 'N', SORT_NAME, "Web Content" }, { 'p', SORT_PID, "systemd" }, { 'G', SORT_GPU, "systemd" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(press(cases[i].key), VIEW_CHANGED);
        assert_int_equal(t.view.list.sort, cases[i].sort);
        assert_false(t.view.list.reverse);
        assert_string_equal(name_at(0), cases[i].first);
    }
    press('p');
    press('p'); /* the same key again turns the order round */
    assert_string_equal(name_at(0), "rsync");
    press('r');
    assert_string_equal(name_at(0), "systemd");
}

static void filters(void **state)
{
    (void)state;
    size_t all = t.view.list.n;
    press('/');
    assert_true(t.view.filtering);
    type("WEB q"); /* q is a letter here */
    assert_int_equal(t.view.list.n, 0);
    press(TERMINAL_BACKSPACE);
    press(TERMINAL_BACKSPACE);
    assert_int_equal(t.view.list.n, 2);
    assert_string_equal(name_at(0), "Web Content");
    press('\n');
    assert_false(t.view.filtering);
    assert_int_equal(t.view.list.n, 2);
    press(ESCAPE);
    assert_int_equal(t.view.list.n, all);
    press('f');
    type("95");
    assert_int_equal(t.view.list.n, 2); /* pids 950 and 951 */
    press(ESCAPE);
    assert_int_equal(t.view.list.n, all);
    assert_false(t.view.filtering);
    press('/');
    for (int i = 0; i < 200; i++)
        press('x'); /* more than there is room for */
    assert_int_equal(strlen(t.view.list.filter), sizeof t.view.list.filter - 1);
}

static void selection_follows(void **state)
{
    (void)state;
    assert_int_equal(t.view.list.selected.pid, 0);
    press(TERMINAL_DOWN); /* the first step chooses the first row */
    assert_int_equal(t.view.list.at, 0);
    press(TERMINAL_DOWN);
    int pid = t.view.list.selected.pid;
    press('p');
    press('r');
    assert_int_equal(proclist_selected(&t.view.list)->p.pid, pid);
    press(TERMINAL_END);
    assert_int_equal(t.view.list.at, t.view.list.n - 1);
    press(TERMINAL_HOME);
    assert_int_equal(t.view.list.at, 0);
    press(TERMINAL_PAGE_DOWN);
    assert_in_range(t.view.list.at, 2, t.view.list.n - 1);
    press(ESCAPE);
    assert_int_equal(t.view.list.selected.pid, 0);
}

static void becomes_another(struct proctab *p)
{
    sample_proc(p, 951)->start_s = 4711;
}

/* A number that was given to another process is another process. */
static void pids_are_given_again(void **state)
{
    (void)state;
    press('/');
    type("stress-ng-vm\n");
    press(TERMINAL_DOWN);
    assert_int_equal(t.view.list.selected.pid, 951);
    sample_tick(&t, becomes_another);
    assert_near(t.view.list.selected.start_s, 951, 0); /* the one that was chosen is gone */
    t.view.may_end = true;
    press('k');
    assert_near(t.view.ask.start_s, 4711, 0); /* who is asked about stands in its row now */
}

static void trees(void **state)
{
    (void)state;
    press('t');
    press('p');
    static const struct { const char *name; int depth; } want[] = {
        { "systemd", 0 }, { "dbus-daemon", 1 }, { "gnome-shell", 1 }, { "firefox", 2 }, { "Web Content", 3 },
        { "Web Content", 3 }, { "bash", 2 }, { "stress-ng", 3 }, { "stress-ng-vm", 4 }, { "rsync", 3 },
        { "kthreadd", 0 }, { "kworker/u8:2", 1 },
    };
    assert_int_equal(t.view.list.n, sizeof want / sizeof *want);
    for (size_t i = 0; i < t.view.list.n; i++) {
        assert_string_equal(name_at(i), want[i].name);
        assert_int_equal(t.view.list.row[i].depth, want[i].depth);
    }
    assert_true(t.view.list.row[1].lines >> 1 & 1); /* a sibling follows */
    assert_false(t.view.list.row[2].lines >> 1 & 1);
}

static void ring(struct proctab *p)
{
    sample_proc(p, 1)->ppid = 951;
    sample_proc(p, 2)->ppid = 2;
}

/* A recording may hold parents in a ring; each process is there once all the same. */
static void ring_of_parents(void **state)
{
    (void)state;
    press('t');
    sample_tick(&t, ring);
    assert_int_equal(t.view.list.n, 12);
    for (size_t i = 0; i < 12; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(t.view.list.row[i].of != t.view.list.row[k].of);
}

static void zooms(void **state)
{
    (void)state;
    press('1');
    assert_int_equal(t.view.zoom, PANEL_CPU);
    press('1');
    assert_int_equal(t.view.zoom, VIEW_ALL);
    press('5'); /* no graphics processor here */
    assert_int_equal(t.view.zoom, VIEW_ALL);
    assert_non_null(strstr(t.view.message, "gpu: not measured here"));
    press('x');
    assert_string_equal(t.view.message, "");
    press('9');
    assert_int_equal(t.view.zoom, VIEW_PROCESSES);
    press(ESCAPE);
    int seen = 0;
    do {
        press('\t');
        seen++;
    } while (t.view.zoom != VIEW_ALL);
    assert_int_equal(seen, 8); /* six panels, the processes, all */
    press(TERMINAL_BACK_TAB);
    assert_int_equal(t.view.zoom, VIEW_PROCESSES);
    press('c');
    assert_true(t.view.zoom == PANEL_CPU && t.view.cores);
    press('1');
    assert_true(t.view.zoom == PANEL_CPU && !t.view.cores);
}

static void overlays(void **state)
{
    (void)state;
    press('?');
    assert_int_equal(t.view.overlay, OVERLAY_HELP);
    press(TERMINAL_DOWN);
    assert_int_equal(t.view.scroll, 1);
    press(TERMINAL_END);
    int most = t.view.scroll;
    press(TERMINAL_DOWN);
    assert_int_equal(t.view.scroll, most);
    assert_int_equal(press('q'), VIEW_CHANGED); /* ends the help, not the program */
    assert_int_equal(t.view.overlay, OVERLAY_NONE);
    press('e');
    press('d');
    assert_int_equal(t.view.overlay, OVERLAY_DETAILS);
    assert_true(t.view.list.selected.pid != 0);
    press(TERMINAL_DOWN);
    assert_int_equal(t.view.list.at, 1); /* details go along */
    press('!');
    assert_int_equal(t.view.overlay, OVERLAY_NONE);
    assert_int_equal(press('q'), VIEW_QUIT);
}

static void intervals(void **state)
{
    (void)state;
    assert_int_equal(press('+'), VIEW_PACE);
    assert_near(view_interval_s(&t.view), 2, 0);
    press('+');
    press('+');
    assert_int_equal(press('+'), VIEW_NOTHING);
    assert_near(view_interval_s(&t.view), 8, 0);
    for (int i = 0; i < 9; i++)
        press('-');
    assert_near(view_interval_s(&t.view), 0.25, 0);
    t.view.interval_s = 0.3;
    t.view.pace = 0;
    press('-');
    press('-'); /* 0.075 s would be below what the sampler does */
    assert_near(view_interval_s(&t.view), 0.15, 1e-12);
}

/* Held: ticks are gathered, and not shown. */
static void holds(void **state)
{
    (void)state;
    press(' ');
    assert_true(t.live.held);
    size_t shown = t.live.shown, n = t.live.rec->n;
    double v[64] = { 0 };
    recording_add(t.live.rec, 0, t.live.rec->mono_ns[n - 1] + 1000000000, v, t.live.rec->n_cols);
    sample_tick(&t, becomes_another);
    assert_int_equal(t.live.shown, shown);
    assert_near(t.view.list.row[0].of->p.start_s, 951, 0);
    press(' ');
    assert_int_equal(t.live.shown, n + 1);
}

/* Nothing is ended without a yes, and nothing of a recorded machine at all. */
static void asks_before_it_ends(void **state)
{
    (void)state;
    press('k');
    assert_int_equal(t.view.ask.pid, 0);
    assert_non_null(strstr(t.view.message, "recorded"));
    t.view.may_end = true;
    press('k');
    assert_int_equal(t.view.ask.pid, 951);
    assert_int_equal(press('k'), VIEW_CHANGED);
    assert_int_equal(t.view.ask.pid, 0);
    press('k');
    assert_int_equal(press('\n'), VIEW_CHANGED);
    assert_int_equal(t.view.ask.pid, 0);
    press('k');
    assert_int_equal(press('y'), VIEW_END);
}

/* The mean that is shown and sorted by: the latest counts half. */
static void rests(struct proctab *p)
{
    sample_proc(p, 951)->cpu_s -= 0.99; /* it did nothing in this second */
}

static void order_is_calm(void **state)
{
    (void)state;
    assert_near(t.view.list.row[0].cpu, 99, 1e-6);
    sample_tick(&t, rests);
    assert_string_equal(name_at(0), "stress-ng-vm");
    assert_near(t.view.list.row[0].cpu, 49.5, 1e-6);
    assert_near(t.view.list.row[0].of->use.cpu_percent, 0, 1e-6);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(sorts), CASE(filters), CASE(selection_follows), CASE(pids_are_given_again),
        CASE(trees), CASE(ring_of_parents), CASE(zooms), CASE(overlays), CASE(intervals),
        CASE(holds), CASE(asks_before_it_ends), CASE(order_is_calm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
