/* Text made safe, cut, wrapped and charted. */
#include "test.h"

#include "base/auto.h"
#include "output/screen.h"

#include <unistd.h>

static const struct screen unicode = { .utf8 = true, .width = 80 };
static const struct screen coloured = { .utf8 = true, .colour = true, .width = 80 };

static void hostile_names(void **state)
{
    (void)state;
    static const struct { const char *text, *utf8, *ascii; } cases[] = {
        { "plain", "plain", "plain" },
        { "a\x1b[2Jb\r\n\tc\x7f", "a?[2Jb???c?", "a?[2Jb???c?" },
        { "\xc2\x9b" "31m", "?31m", "?31m" },             /* CSI of the C1 set */
        { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr??" },
        { "\xe2\x80\xae" "abc", "?abc", "?abc" },         /* right to left from here */
        { "\xff\xfe\x80", "???", "???" },                 /* not UTF-8 */
        { "\xc0\xaf", "?", "?" },                         /* overlong slash */
        { "\xed\xa0\x80", "?", "?" },                     /* a surrogate */
        { "cut \xe2\x82", "cut ?", "cut ?" },             /* ends inside a sequence */
        { "\xf4\x90\x80\x80", "?", "?" },                 /* beyond the last code point */
        { "", "", "" },
    };
    struct screen plain = screen_plain();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf a = { 0 }, u = { 0 };
        screen_put(&plain, &a, TONE_BAD, cases[i].text);
        screen_put(&unicode, &u, TONE_BAD, cases[i].text);
        assert_string_equal(buf_text(&a), cases[i].ascii);
        assert_string_equal(buf_text(&u), cases[i].utf8);
    }
}

static void cells(void **state)
{
    (void)state;
    struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    screen_cell(&plain, &out, TONE_PLAIN, "abc", 6, true);
    screen_cell(&plain, &out, TONE_PLAIN, "abcdefgh", 6, true);
    screen_cell(&plain, &out, TONE_PLAIN, "abcd", 3, false);
    screen_cell(&unicode, &out, TONE_PLAIN, "\xc3\xa4" "bcdefgh", 4, true);
    screen_cell(&coloured, &out, TONE_WARN, "x", 2, true);
    assert_string_equal(out.p, "abc   abc...abc\xc3\xa4" "bc\xe2\x80\xa6\x1b[33mx\x1b[0m ");
}

static void wrapping(void **state)
{
    (void)state;
    struct screen narrow = { .width = 12 };
    auto_buf struct buf out = { 0 };
    screen_wrap(&narrow, &out, 2, "  one two   three averyveryverylongword x ");
    assert_string_equal(out.p, "  one two\n    three\n    averyveryverylongword\n    x\n");
    buf_clear(&out);
    screen_wrap(&narrow, &out, 2, "   ");
    assert_int_equal(out.n, 0);
}

/* A pipe is no terminal: plain, whatever the environment says, but names go through it as they are. */
static void not_a_terminal(void **state)
{
    (void)state;
    setenv("LC_ALL", "C.UTF-8", 1);
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    struct screen s = screen_of(fd[1], false);
    assert_false(s.utf8 || s.colour);
    assert_int_equal(s.width, SCREEN_WIDTH);
    auto_buf struct buf out = { 0 };
    screen_cell(&s, &out, TONE_BAD, "gr\xc3\xbc\xc3\x9f\x1b[m\xe2\x80\xae", 20, false);
    screen_cell(&s, &out, TONE_BAD, "\xc3\xa4" "bcdefgh", 6, false);
    assert_string_equal(out.p, "gr\xc3\xbc\xc3\x9f?[m?\xc3\xa4" "bc...");
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_names), cmocka_unit_test(cells), cmocka_unit_test(wrapping),
        cmocka_unit_test(not_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
