/* Pictures as SVG: every mark, gaps, dots, and texts that hold what XML must not. */
#include "test.h"

#include "base/auto.h"
#include "output/plot/svg.h"

static const struct canvas_ink ink = { 0x0072b2, 1 }, thin = { 0x0072b2, 0.25 }, nothing = { 0, 0 };

static void begin(struct svg *s, struct buf *out)
{
    svg_begin(s, out, 90, 50, (struct canvas_ink){ 0xffffff, 1 }, "a <title>", "it's \"here\" & there");
    buf_clear(out);
}

static void head(void **state)
{
    (void)state;
    struct svg s;
    auto_buf struct buf out = { 0 };
    svg_begin(&s, &out, 90, 50, (struct canvas_ink){ 0xffffff, 1 }, "a <title>", "it's \"here\" & there");
    s.canvas.open(&s.canvas, "panel", "x");
    s.canvas.open(&s.canvas, "line", "");
    svg_end(&s); /* closes what is open */
    assert_ptr_equal(strstr(out.p, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"50\" "
                                   "viewBox=\"0 0 90 50\" role=\"img\""), out.p);
    assert_non_null(strstr(out.p, "<title id=\"title\">a &#60;title&#62;</title>\n"));
    assert_non_null(strstr(out.p, "<desc id=\"description\">it's &#34;here&#34; &#38; there</desc>"));
    assert_non_null(strstr(out.p, "<g class=\"panel\"><title>x</title>\n<g class=\"line\">\n</g>\n</g>\n</svg>\n"));
}

static void lines(void **state)
{
    (void)state;
    struct svg s;
    auto_buf struct buf out = { 0 };
    const struct canvas_point p[] = {
        { 1, 2.04 }, { 3, 4.06 }, { NAN, NAN }, { -0.01, 6 }, { NAN, 0 }, { 7, 8 }, { 9, 1e3 },
    };
    begin(&s, &out);
    s.canvas.lines(&s.canvas, p, 7, &(struct canvas_stroke){ .ink = ink, .width = 1.5, .dash = 4, .gap = 3 });
    assert_string_equal(out.p, "<path fill=\"none\" stroke=\"#0072b2\" stroke-width=\"1.5\" stroke-linecap=\"round\" "
                               "stroke-linejoin=\"round\" stroke-dasharray=\"4 3\" "
                               "d=\"M1 2L3 4.1M0 6h0M7 8L9 1000\"/>\n");
    buf_clear(&out);
    s.canvas.area(&s.canvas, p, 3, thin);
    assert_string_equal(out.p, "<path fill=\"#0072b2\" fill-opacity=\"0.25\" d=\"M1 2L3 4.1Z\"/>\n");
    buf_clear(&out);
    s.canvas.lines(&s.canvas, p, 0, &(struct canvas_stroke){ .ink = ink, .width = 1 });
    s.canvas.lines(&s.canvas, p, 7, &(struct canvas_stroke){ .ink = nothing, .width = 1 });
    s.canvas.area(&s.canvas, p, 7, nothing);
    assert_int_equal(out.n, 0);
    s.canvas.disc(&s.canvas, 1, 2, 3, nothing, ink);
    assert_string_equal(out.p, "<circle cx=\"1\" cy=\"2\" r=\"3\" fill=\"none\" "
                               "stroke=\"#0072b2\" stroke-width=\"1.5\"/>\n");
}

static void texts(void **state)
{
    (void)state;
    struct svg s;
    auto_buf struct buf out = { 0 };
    begin(&s, &out);
    s.canvas.text(&s.canvas, 1, 2, "a<b>&\"c\x01\x1b\xff\xc2\x9b gr\xc3\xbcn", &(struct canvas_font){
        .size = 12, .bold = true, .anchor = CANVAS_END, .ink = ink });
    assert_string_equal(out.p, "<text x=\"1\" y=\"2\" font-size=\"12\" font-weight=\"600\" text-anchor=\"end\" "
                               "fill=\"#0072b2\">"
                               "a&#60;b&#62;&#38;&#34;c???? gr\xc3\xbcn</text>\n");
    assert_true(s.canvas.measure(&s.canvas, "mmm", 10, false) > 2 * s.canvas.measure(&s.canvas, "iii", 10, false));
    assert_true(s.canvas.measure(&s.canvas, "mmm", 10, true) > s.canvas.measure(&s.canvas, "mmm", 10, false));
    assert_near(s.canvas.measure(&s.canvas, "", 10, false), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(head), cmocka_unit_test(lines), cmocka_unit_test(texts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
