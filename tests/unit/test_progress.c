/* The line that a person sees while samples are gathered. */
#include "test.h"

#include "app/progress.h"

struct seen {
    struct schema *schema;
    struct frame f;
    FILE *to;
    char *text;
    size_t n;
};

static int setup(void **state)
{
    static struct seen s;
    s = (struct seen){ .schema = schema_new() };
    schema_source(s.schema, "x");
    schema_add(s.schema, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT });
    schema_add(s.schema, &(struct metric){ .name = "disk.read.rate", .inst = "total", .unit = UNIT_BYTE_PER_S });
    schema_add(s.schema, &(struct metric){ .name = "disk.write.rate", .inst = "total", .unit = UNIT_BYTE_PER_S });
    frame_fit(&s.f, s.schema);
    s.f.wall_ms = 1795343400000;
    s.f.v[0] = 12.5;
    s.f.v[1] = 1e6;
    s.f.v[2] = 5e5;
    s.to = open_memstream(&s.text, &s.n);
    *state = &s;
    return s.to ? 0 : -1;
}

static int teardown(void **state)
{
    struct seen *s = *state;
    fclose(s->to);
    free(s->text);
    frame_done(&s->f);
    schema_free(s->schema);
    return 0;
}

static struct progress progress_of(const struct seen *s, bool terminal, bool lines)
{
    struct screen screen = { .width = 60 };
    return (struct progress){ .to = s->to, .screen = screen, .terminal = terminal, .lines = lines, .duration_s = 60,
                              .schema = s->schema };
}

static void a_bar_is_drawn_over_itself_and_wiped(void **state)
{
    struct seen *s = *state;
    struct progress p = progress_of(s, true, false);
    progress_tick(&p, 0.5, &s->f);
    assert_string_equal(s->text, "\r##########..........  50 %, 30 s left  cpu 12.5 %        ");
    progress_end(&p);
    assert_int_equal(s->text[s->n - 1], '\r');
    assert_int_equal(p.ticks, 1);
    assert_null(strchr(s->text, '\n'));
}

static void lines_hold_the_time_and_what_is_known(void **state)
{
    struct seen *s = *state;
    struct progress p = progress_of(s, false, true);
    progress_tick(&p, 0.5, &s->f);
    progress_end(&p);
    assert_string_equal(s->text, "10:30:00  cpu 12.5 %  rd 1.00 MB/s  wr  500 kB/s\n");
}

static int narrow(void)
{
    return 40;
}

/* A number that is not known yet keeps its place, the line ends where the terminal does now,
 * and what ^C left is drawn over. */
static void lines_fit_the_terminal(void **state)
{
    struct seen *s = *state;
    struct progress p = progress_of(s, true, true);
    s->f.v[1] = s->f.v[2] = NAN;
    progress_tick(&p, 0.5, &s->f);
    assert_string_equal(s->text, "\r10:30:00  cpu 12.5 %  rd         -  wr         -         ");
    p.width = narrow;
    progress_tick(&p, 0.5, &s->f);
    assert_string_equal(strrchr(s->text, '\r'), "\r10:30:00  cpu 12.5 %  rd         -   ");
    progress_end(&p);
    assert_string_equal(strrchr(s->text, '\r'), "\r10:30:00  cpu 12.5 %  rd         -     \n\n");
}

static void a_file_gets_no_bar(void **state)
{
    struct seen *s = *state;
    struct progress p = progress_of(s, false, false);
    progress_tick(&p, 1, &s->f);
    progress_end(&p);
    p.to = NULL;
    progress_tick(&p, 1, &s->f);
    fflush(s->to);
    assert_int_equal(s->n, 0);
    assert_int_equal(p.ticks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bar_is_drawn_over_itself_and_wiped, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_hold_the_time_and_what_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_fit_the_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_gets_no_bar, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
