/* Charts in cells: steps, gaps, the right edge. */
#include "test.h"

#include "app/top/graph.h"
#include "base/auto.h"

static void draw(enum spark_kind kind, int columns, int rows, const double *v, size_t n, double top,
                 const char *want)
{
    struct grid g = { .utf8 = kind != SPARK_ASCII };
    auto_buf struct buf out = { 0 };
    grid_fit(&g, rows, columns);
    graph_draw(&g, (struct rect){ 0, 0, rows, columns }, kind, INK_FIRST, v, n, top);
    grid_text(&g, &out);
    assert_string_equal(out.p, want);
    grid_done(&g);
}

static void kinds(void **state)
{
    (void)state;
    const double v[] = { 0, 25, 50, 75, 100, 140, NAN, 50 };
    draw(SPARK_BRAILLE, 4, 1, v, 8, 100, "\xe2\xa3\x80\xe2\xa3\xb4\xe2\xa3\xbf\xe2\xa2\xa0\n");
    draw(SPARK_BLOCK, 8, 1, v, 8, 100,
         "\xe2\x96\x81\xe2\x96\x82\xe2\x96\x84\xe2\x96\x86\xe2\x96\x88\xe2\x96\x88 \xe2\x96\x84\n");
    draw(SPARK_ASCII, 8, 1, v, 8, 100, "..:||| :\n");
    draw(SPARK_ASCII, 8, 2, v, 8, 100, "   :||\n.:|||| |\n");
}

/* The latest stands at the right edge; what is too long is cut at its beginning. */
static void right_edge(void **state)
{
    (void)state;
    const double v[] = { 100, 0, 100 };
    draw(SPARK_ASCII, 5, 1, v, 3, 100, "  |.|\n");
    draw(SPARK_ASCII, 2, 1, v, 3, 100, ".|\n");
    draw(SPARK_ASCII, 2, 1, v, 0, 100, "\n");
    draw(SPARK_BRAILLE, 2, 1, v, 3, 100, "\xe2\xa2\xb8\xe2\xa3\xb8\n");
}

static void bars(void **state)
{
    (void)state;
    struct grid g = { .utf8 = false };
    static const struct { double share; const char *want; } cases[] = {
        { 0, "....\n" }, { 0.5, "||..\n" }, { 1, "||||\n" }, { 3, "||||\n" }, { -1, "....\n" }, { NAN, "\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf out = { 0 };
        grid_fit(&g, 1, 4);
        graph_bar(&g, 0, 0, 4, INK_FIRST, cases[i].share);
        grid_text(&g, &out);
        assert_string_equal(out.p, cases[i].want);
    }
    grid_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds), cmocka_unit_test(right_edge), cmocka_unit_test(bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
