/*
 * Whole screens of `sonde top` from a made-up machine, as text: expected files for each size and way of
 * drawing; every size at all; what is shown when much is missing.
 */
#include "test.h"

#include "golden.h"
#include "top_sample.h"

#include "app/top/batch.h"
#include "app/top/palette.h"
#include "base/auto.h"
#include "base/rng.h"

#include <jansson.h>

static void press(struct top *t, const char *keys)
{
    for (; *keys; keys++)
        top_key(t, *keys);
}

static void check(struct top *t, int columns, int rows, const char *golden)
{
    auto_buf struct buf out = { 0 };
    top_draw(t, rows, columns);
    grid_text(&t->grid, &out);
    golden_check(golden, out.p, out.n);
}

static void screens(void **state)
{
    (void)state;
    static const struct { int columns, rows; bool utf8, devices; const char *keys, *golden; } cases[] = {
        { 80, 24, true, false, "", "top/80x24.txt" },
        { 80, 24, false, false, "", "top/80x24-ascii.txt" },
        { 80, 24, true, true, "", "top/80x24-devices.txt" },
        { 120, 40, true, true, "", "top/120x40.txt" },
        { 120, 40, false, true, "", "top/120x40-ascii.txt" },
        { 160, 50, true, true, "", "top/160x50.txt" },
        { 160, 50, false, false, "", "top/160x50-ascii.txt" },
        { 80, 24, true, false, "t/e\n", "top/tree-filter.txt" },
        { 80, 24, true, false, "c", "top/cores.txt" },
        { 100, 30, true, true, "5", "top/gpu.txt" },
        { 80, 24, true, false, "?", "top/help.txt" },
        { 80, 24, true, false, "e", "top/events.txt" },
        { 80, 24, true, false, "d", "top/details.txt" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct top t;
        sample_top(&t, cases[i].utf8, cases[i].devices);
        top_draw(&t, cases[i].rows, cases[i].columns);
        press(&t, cases[i].keys);
        check(&t, cases[i].columns, cases[i].rows, cases[i].golden);
        top_done(&t);
    }
}

/* ASCII means ASCII: no byte beyond it, and none that moves the cursor. */
static void ascii_only(void **state)
{
    (void)state;
    struct top t;
    sample_top(&t, false, true);
    static const char *const keys[] = { "", "?", "?e", "e", "d", "d1", "2", "7", "c", "ct", "9" };
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        press(&t, keys[k]);
        top_draw(&t, 50, 160);
        for (int i = 0; i < 50 * 160; i++)
            assert_in_range(t.grid.cell[i].glyph, ' ', '~');
    }
    top_done(&t);
}

/* Any size and any keys: nothing is drawn outside of the grid (the sanitizers look), and it ends. */
static void every_size(void **state)
{
    (void)state;
    static const char keys[] = "0123456789ctrPMIN/e\x1b?hd \t+-qxyk\n";
    struct top t;
    struct rng g;
    rng_seed(&g, 1);
    sample_top(&t, true, true);
    for (int i = 0; i < 1500; i++) {
        top_draw(&t, 1 + (int)rng_below(&g, 70), 1 + (int)rng_below(&g, 240));
        bool arrow = rng_below(&g, 3) == 0;
        top_key(&t, arrow ? (int32_t)(TERMINAL_UP + rng_below(&g, 11)) :
                            keys[rng_below(&g, sizeof keys - 1)]);
        assert_in_range(t.view.zoom + 1, 0, PANELS + 1);
    }
    top_done(&t);
}

/* A machine of which nothing is known, at the first tick. */
static void nothing_at_all(void **state)
{
    (void)state;
    struct top t;
    top_init(&t, 1, true, SPARK_BRAILLE);
    top_draw(&t, 24, 80);
    auto_buf struct buf out = { 0 };
    grid_text(&t.grid, &out);
    assert_memory_equal(out.p, "learning what is usual", 22);
    assert_non_null(strstr(out.p, "no processes are listed here"));
    for (const char *k = "123456789ced?\t"; *k; k++) {
        top_key(&t, *k);
        top_draw(&t, 50, 160);
    }
    top_draw(&t, 3, 10);
    assert_int_equal(t.grid.cell[0].glyph, 't'); /* too small */
    top_done(&t);
}

/* Labels and units stand where they stood, whatever the numbers are. */
static void nothing_jumps(void **state)
{
    (void)state;
    static const char *const words[] = { "1 cpu", "2 memory", "3 disk", "write", "out", "pid name",
                                         "threads", "q quit" };
    struct top t;
    sample_top(&t, true, false);
    long place[2][sizeof words / sizeof *words];
    for (int later = 0; later < 2; later++) {
        t.live.shown = later ? t.live.rec->n : 10;
        auto_buf struct buf out = { 0 };
        t.view.graph = SPARK_ASCII; /* a byte a column */
        t.grid.utf8 = false;
        top_draw(&t, 24, 80);
        grid_text(&t.grid, &out);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const char *p = strstr(out.p, words[i]), *line = p;
            assert_non_null(p);
            while (line > out.p && line[-1] != '\n')
                line--;
            place[later][i] = p - line;
        }
    }
    assert_memory_equal(place[0], place[1], sizeof place[0]);
    top_done(&t);
}

/* A hostile name stays in its cells. */
static void evil_name(struct proctab *p)
{
    strcpy(sample_proc(p, 951)->name, "a\x1b[2J\xe2\x80\xae\xff" "b");
}

static void names_are_safe(void **state)
{
    (void)state;
    struct top t;
    sample_top(&t, true, false);
    sample_tick(&t, evil_name);
    top_draw(&t, 24, 80);
    auto_buf struct buf out = { 0 };
    grid_text(&t.grid, &out);
    assert_non_null(strstr(out.p, "a?[2J??b"));
    assert_null(strchr(out.p, '\x1b'));
    top_done(&t);
}

/* A finding is known by a mark and a word as well, whatever the colours. */
static void never_colour_alone(void **state)
{
    (void)state;
    struct top t;
    sample_top(&t, true, false);
    top_draw(&t, 24, 80);
    auto_buf struct buf out = { 0 };
    grid_text(&t.grid, &out);
    assert_memory_equal(out.p, "LOOK  memory used", 17);
    assert_non_null(strstr(out.p, "!2 memory"));
    top_done(&t);
    static const int colours[] = { 0, 8, 16, 256 };
    for (size_t i = 0; i < 4; i++) {
        const struct terminal_look *l = palette_looks(colours[i]) - 1;
        assert_true(l[INK_WARN].attribute && l[INK_BAD].attribute && l[INK_STRONG].attribute);
        assert_true(l[INK_SELECTED].attribute & TERMINAL_REVERSE || l[INK_SELECTED].back >= 0);
        for (int k = 1; k < INKS; k++)
            assert_true(l[k].colour < (colours[i] ? colours[i] : 1) &&
                        l[k].back < (colours[i] ? colours[i] : 1));
        if (colours[i])
            assert_true(l[INK_FIRST].colour != l[INK_SECOND].colour &&
                        l[INK_SECOND].colour != l[INK_THIRD].colour);
    }
}

static void snapshot(void **state)
{
    (void)state;
    struct top t;
    sample_top(&t, true, true);
    auto_buf struct buf out = { 0 };
    batch_json(&out, &t.live, 1);
    json_t *j = json_loadb(out.p, out.n, 0, NULL);
    assert_non_null(j);
    assert_int_equal(strchr(out.p, '\n') - out.p, (long)out.n - 1); /* one line */
    assert_string_equal(json_string_value(json_object_get(json_object_get(j, "verdict"), "level")),
                        "look");
    const json_t *metrics = json_object_get(j, "metrics"), *procs = json_object_get(j, "processes");
    assert_near(json_real_value(json_object_get(metrics, "gpu.temp{1}")) +
                    (double)json_integer_value(json_object_get(metrics, "gpu.temp{1}")), 38, 1e-9);
    assert_int_equal(json_array_size(procs), 12);
    const json_t *kernel = json_array_get(procs, 1);
    assert_string_equal(json_string_value(json_object_get(kernel, "name")), "kthreadd");
    assert_true(json_is_null(json_object_get(kernel, "read_rate"))); /* not permitted is not 0 */
    json_decref(j);
    top_done(&t);
}

/* Behind those who are there stand those who ended: there is room for both. */
static void processes_that_ended(void **state)
{
    (void)state;
    struct live l;
    live_init(&l);
    for (int tick = 1; tick <= 2; tick++) {
        struct proctab now = { .mono_ns = tick * INT64_C(1000000000) };
        for (int pid = 1; pid <= (tick == 1 ? 1 : 65); pid++)
            proctab_add(&now)->pid = pid;
        for (int k = 0; tick == 2 && k < 32; k++) {
            struct proc *p = proctab_add_ended(&now);
            p->pid = 1000 + k;
            p->ppid = 1;
            p->ended = 1;
        }
        live_take_procs(&l, &now);
        assert_int_equal(l.n_procs, tick == 1 ? 1 : 65);
        proctab_done(&now);
    }
    live_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens), cmocka_unit_test(ascii_only), cmocka_unit_test(every_size),
        cmocka_unit_test(nothing_at_all), cmocka_unit_test(nothing_jumps),
        cmocka_unit_test(names_are_safe), cmocka_unit_test(never_colour_alone),
        cmocka_unit_test(snapshot), cmocka_unit_test(processes_that_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
