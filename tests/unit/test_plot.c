/* Plots: lines in the right panels under names people know, episodes on what caused them, and pictures of all that. */
#include "test.h"

#include "golden.h"
#include "plot_sample.h"
#include "report_sample.h"

#include "base/auto.h"
#include "base/text.h"
#include "modules/cairo.h"
#include "os/os.h"
#include "output/plot/plot_recording.h"

static struct plot *empty_plot(int points)
{
    return plot_new(PLOT_SAMPLE_MS, PLOT_SAMPLE_MS + 60000, points);
}

static const struct plot_panel *panel_of(const struct plot *p, const char *title)
{
    for (int i = 0; i < p->n_panels; i++)
        if (strcmp(p->panels[i].title, title) == 0)
            return &p->panels[i];
    return NULL;
}

/* What is read where nobody asks for anything is what the main panels are made of: none is missed, no line is left. */
static void main_areas(void **state)
{
    (void)state;
    struct plot *p = empty_plot(10);
    int lines = 0;
    for (const char *g = plot_main; *g; g += *g == ',') {
        char name[64], inst[16] = "";
        size_t n = strcspn(g, ",");
        assert_true(sscanf(g, "%63[^,{]{%15[^}]}", name, inst) >= 1);
        enum unit unit = strstr(name, "temp") ? UNIT_CELSIUS : strstr(name, "power") ? UNIT_WATT :
                         strstr(name, "rate") ? UNIT_BYTE_PER_S : UNIT_PERCENT;
        sample_line(p, name, *inst ? inst : NULL, unit, 1, 1, 0);
        g += n;
    }
    plot_arrange(p, NULL, NULL, NULL);
    assert_string_equal(p->note, "");
    assert_int_equal(p->n_panels, 8);
    for (int i = 0; i < p->n_panels; i++)
        lines += p->panels[i].n;
    assert_int_equal(lines, p->n_series);
    assert_string_equal(panel_of(p, "Disk transfer")->line[1]->label, "written");
    assert_string_equal(panel_of(p, "Processor busy")->line[0]->label, ""); /* alone it needs no name */
    plot_free(p);
}

static void why(void *self, const char *adapter, char *out, size_t cap)
{
    if (strcmp(adapter, self) == 0)
        text_copy(out, cap, "it sleeps");
}

static void what_is_missed(void **state)
{
    (void)state;
    struct plot *p = empty_plot(3);
    sample_line(p, "cpu.util", NULL, UNIT_PERCENT, 1, 0, 0);
    plot_arrange(p, NULL, NULL, NULL);
    assert_int_equal(p->n_panels, 1);
    assert_string_equal(p->note, "Not measured: memory; disk transfer; network; pressure; temperature; power; GPU; "
                                 "sonde doctor says why");
    plot_free(p);
    p = empty_plot(3);
    plot_arrange(p, NULL, why, (void *)"amdgpu");
    assert_int_equal(p->n_panels, 0);
    assert_non_null(strstr(p->note, "power; GPU (it sleeps)"));
    plot_free(p);
}

static void asked_for(void **state)
{
    (void)state;
    struct plot *p = empty_plot(10);
    assert_null(plot_add(p, "disk.read{sda}", &(struct metric){ .name = "disk.read", .kind = KIND_COUNTER }));
    for (int i = 0; i < 10; i++) {
        char core[8];
        snprintf(core, sizeof core, "%d", i);
        sample_line(p, "cpu.core.util", core, UNIT_PERCENT, i == 3 ? 90 : i, 0, 0);
    }
    sample_line(p, "cpu.load", "1m", UNIT_NONE, 1, 0, 0);
    sample_line(p, "cpu.load", "5m", UNIT_NONE, 1, 0, 0);
    sample_line(p, "kernel.files", NULL, UNIT_NONE, 1, 0, 0);
    sample_line(p, "gpu.util", "0", UNIT_PERCENT, 1, 0, 0);
    plot_arrange(p, "cpu.core.util,cpu.load{5m},kernel.*,gpu.temp,,cpu.core.util{3}", NULL, NULL);
    assert_int_equal(p->n_panels, 4);
    const struct plot_panel *cores = panel_of(p, "Cores busy");
    assert_int_equal(cores->n, PLOT_LINES);
    assert_int_equal(cores->more, 10 - PLOT_LINES);
    assert_string_equal(cores->line[0]->label, "core 3"); /* the highest are kept, in their order */
    assert_string_equal(cores->line[1]->label, "core 5");
    assert_string_equal(cores->line[5]->label, "core 9");
    assert_int_equal(panel_of(p, "Tasks running or waiting")->n, 1);
    assert_non_null(panel_of(p, "A line of the test")); /* what no table knows has its adapter's words */
    assert_int_equal(panel_of(p, "gpu.temp")->n, 0);
    assert_true(*panel_of(p, "gpu.temp")->empty);
    assert_string_equal(p->note, "");
    plot_free(p);
}

static void units_apart(void **state)
{
    (void)state;
    struct plot *p = empty_plot(10);
    sample_line(p, "x", "1", UNIT_WATT, 1, 0, 0);
    sample_line(p, "x", "2", UNIT_VOLT, 1, 0, 0);
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "y%d", i);
        sample_line(p, name, NULL, UNIT_NONE, 1, 0, 0);
    }
    plot_arrange(p, "x", NULL, NULL);
    assert_int_equal(p->n_panels, 2);
    plot_free(p);
    p = empty_plot(2);
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "y%d", i);
        sample_line(p, name, NULL, UNIT_NONE, 1, 0, 0);
    }
    plot_arrange(p, "*", NULL, NULL);
    assert_int_equal(p->n_panels, PLOT_PANELS);
    assert_int_equal(p->left, 40 - PLOT_PANELS); /* which is said */
    assert_non_null(strstr(p->note, "16 kinds of metrics more"));
    plot_free(p);
}

/* ---- what was unusual ---- */

static void on_the_cause(void **state)
{
    (void)state;
    struct plot *p = sample_plot();
    plot_arrange(p, NULL, NULL, NULL);
    const struct plot_panel *cpu = panel_of(p, "Processor busy"), *memory = panel_of(p, "Memory in use"),
                            *disk = panel_of(p, "Disk transfer"), *heat = panel_of(p, "Temperature");
    assert_int_equal(cpu->n_marks, 1);
    assert_true(cpu->mark[0].main && cpu->mark[0].line == 0 && cpu->mark[0].low == 18 && cpu->mark[0].high == 26);
    assert_int_equal(memory->n_marks, 1); /* moved with it */
    assert_true(!memory->mark[0].main && memory->mark[0].line == 0);
    assert_int_equal(disk->n_marks, 1);   /* its metric is not shown, but its area is */
    assert_true(disk->mark[0].main && disk->mark[0].line == -1 && disk->mark[0].episode == 1);
    assert_int_equal(heat->n_marks, 0);
    plot_free(p);
}

/* One that did more is marked where the others' panel comes first. */
static void on_the_first_cause(void **state)
{
    (void)state;
    struct plot *p = sample_plot();
    struct plot_episode *e = &p->episodes[0];
    struct plot_cause c = e->causes[0];
    e->causes[0] = e->causes[1];
    e->causes[1] = c;
    plot_arrange(p, NULL, NULL, NULL);
    assert_true(panel_of(p, "Memory in use")->mark[0].main);
    assert_false(panel_of(p, "Processor busy")->mark[0].main);
    plot_free(p);
}

static void the_worst_have_numbers(void **state)
{
    (void)state;
    struct plot *p = empty_plot(10);
    for (int i = 0; i < 20; i++) {
        struct plot_episode *e = plot_add_episode(p);
        *e = (struct plot_episode){
            .start_ms = p->from_ms + i, .severity = i < 2 ? SEVERITY_CRITICAL : SEVERITY_NOTICE };
        snprintf(e->text, sizeof e->text, "the %d%s", i, i == 1 ? "st" : "th");
    }
    plot_arrange(p, NULL, NULL, NULL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(p->episodes[i].number, i < 2 ? i + 1 : i < 13 ? 0 : i - 10);
    auto_buf struct buf words = { 0 };
    plot_describe(p, &words); /* by the same numbers */
    assert_non_null(strstr(words.p, "2, critical: the 1st. 3, notice: the 13th. "));
    assert_non_null(strstr(words.p, "9, notice: the 19th. And 11 more. "));
    assert_null(strstr(words.p, "10, "));
    plot_free(p);
}

/* ---- from a recording ---- */

static void of_recording(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    struct plot *p = plot_of_recording(rec, r, NULL, 20, 0);
    assert_int_equal(p->n, 20);
    assert_near(p->step_ms, 3000, 1);
    assert_near(p->interval_ms, 1000, 1e-6);
    const struct plot_panel *cpu = panel_of(p, "Processor busy");
    assert_near(cpu->line[0]->point[0].mean, 11, 1e-9);  /* of 10, 11, 12 */
    assert_near(cpu->line[0]->point[0].max, 12, 1e-9);
    assert_near(cpu->line[0]->last, 64, 1e-9);
    const struct plot_panel *memory = panel_of(p, "Memory in use");
    assert_int_equal(memory->n_marks, 1); /* memory.used caused it, and is not shown: its area is */
    assert_non_null(strstr(p->note, "GPU"));
    assert_string_equal(p->title, "AMD EPYC 7B13, 2 cores, 4.10 GB memory");
    plot_free(p);
    p = plot_of_recording(rec, r, "memory.used", 1000, 0);
    assert_int_equal(p->n, 60); /* no more points than instants */
    assert_true(p->panels[0].mark[0].main && p->panels[0].mark[0].line == 0);
    plot_free(p);
    report_free(r);
    recording_free(rec);
    rec = recording_new();
    assert_null(plot_of_recording(rec, NULL, NULL, 10, 0));
    recording_free(rec);
}

/* ---- pictures ---- */

static void picture(const struct plot *p, int width, int height, bool dark, const char *name)
{
    auto_buf struct buf out = { 0 };
    assert_int_equal(plot_svg(p, &(struct plot_options){ width, height, dark }, &out), 0);
    golden_check(name, out.p, out.n);
}

static void golden(void **state)
{
    (void)state;
    struct plot *p = sample_plot();
    plot_arrange(p, NULL, NULL, NULL);
    picture(p, 900, 500, false, "plot/hour.svg");
    picture(p, 500, 330, true, "plot/small-dark.svg");
    plot_free(p);
    p = empty_plot(1);
    sample_line(p, "sensor.temp", "a/b/c", UNIT_CELSIUS, 48, 0, 0);
    plot_arrange(p, "sensor.temp,gpu.temp", NULL, NULL);
    picture(p, 400, 300, false, "plot/one-point.svg");
    plot_free(p);
    p = empty_plot(1);
    plot_arrange(p, NULL, NULL, NULL);
    picture(p, 400, 300, false, "plot/nothing.svg");
    plot_free(p);
}

/* A canvas that only looks whether everything is inside the picture. */
struct bounds {
    struct canvas canvas;
    double width, height;
    int texts;
};

static void within(struct canvas *c, double x, double y)
{
    const struct bounds *b = (const struct bounds *)c;
    assert_true(isfinite(x) && isfinite(y));
    assert_true(x >= -0.01 && x <= b->width + 0.01);
    assert_true(y >= -0.01 && y <= b->height + 0.01);
}

static void bounds_lines(struct canvas *c, const struct canvas_point *p, size_t n, const struct canvas_stroke *s)
{
    assert_true(s->width > 0);
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i].x))
            within(c, p[i].x, p[i].y);
}

static void bounds_area(struct canvas *c, const struct canvas_point *p, size_t n, struct canvas_ink ink)
{
    (void)ink;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i].x))
            within(c, p[i].x, p[i].y);
}

static void bounds_box(struct canvas *c, double x, double y, double width, double height, struct canvas_ink ink)
{
    (void)ink;
    assert_true(width >= 0 && height >= 0);
    within(c, x, y);
    within(c, x + width, y + height);
}

static void bounds_disc(struct canvas *c, double x, double y, double radius, struct canvas_ink fill,
                        struct canvas_ink edge)
{
    (void)fill;
    (void)edge;
    assert_true(radius > 0);
    within(c, x, y);
}

static double bounds_measure(struct canvas *c, const char *text, double size, bool bold)
{
    (void)c;
    (void)bold;
    return 0.55 * size * (double)strlen(text);
}

static void bounds_text(struct canvas *c, double x, double y, const char *text, const struct canvas_font *f)
{
    double width = bounds_measure(c, text, f->size, f->bold);
    double left = f->anchor == CANVAS_START ? x : f->anchor == CANVAS_END ? x - width : x - width / 2;
    struct bounds *b = (struct bounds *)c;
    b->texts++;
    if (left < -0.01 || left + width > b->width + 0.01 || y < 0 || y > b->height)
        fail_msg("'%s' at %g..%g, %g is outside of %g x %g", text, left, left + width, y, b->width, b->height);
}

static void bounds_open(struct canvas *c, const char *kind, const char *title)
{
    (void)c;
    (void)kind;
    (void)title;
}

static void bounds_close(struct canvas *c)
{
    (void)c;
}

static void draw_within(const struct plot *p, int width, int height)
{
    struct bounds b = { { bounds_lines, bounds_area, bounds_box, bounds_disc, bounds_text, bounds_measure, bounds_open,
                          bounds_close }, width, height, 0 };
    plot_draw(p, &(struct plot_options){ width, height, false }, &b.canvas);
    assert_true(b.texts > 0);
}

static void every_size(void **state)
{
    (void)state;
    struct plot *p = sample_plot();
    plot_arrange(p, NULL, NULL, NULL);
    for (int width = PLOT_MIN_WIDTH; width < 3000; width = width * 4 / 3)
        for (int height = PLOT_MIN_HEIGHT; height < 3000; height = height * 4 / 3)
            draw_within(p, width, height);
    draw_within(p, PLOT_MAX_SIZE, PLOT_MIN_HEIGHT);
    draw_within(p, PLOT_MAX_SIZE, PLOT_MAX_SIZE);
    plot_free(p);
}

/* Numbers and times that nobody expects. */
static void every_number(void **state)
{
    (void)state;
    static const double odd[] = { 0, -0.0, 1e-300, -1e-300, 1e300, 1.7e308, -1.7e308, 99.999, 1e15, -273, 0.1 };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
            for (enum unit u = UNIT_NONE; u <= UNIT_RPM; u++) {
                struct plot *p = empty_plot(3);
                struct plot_series *s = sample_line(p, "x", NULL, u, 0, 0, 0);
                s->point[0] = (struct plot_point){ odd[i], odd[i], odd[i] };
                s->point[1] = (struct plot_point){ odd[k], odd[k], odd[k] };
                s->point[2] = (struct plot_point){ NAN, NAN, NAN };
                plot_arrange(p, "x", NULL, NULL);
                struct plot_episode *e = plot_add_episode(p);
                *e = (struct plot_episode){ .start_ms = INT64_MIN / 8, .end_ms = INT64_MAX / 8, .peak_ms = -5,
                                            .number = 1, .severity = SEVERITY_WARNING };
                draw_within(p, 300, 200);
                plot_free(p);
            }
}

/* A name as wide as it may be, with what does things to terminals and readers, moves nothing out of the picture. */
static void hostile_names(void **state)
{
    (void)state;
    char name[SCHEMA_MAX_NAME];
    memset(name, 'W', sizeof name);
    memcpy(name, "\x1b[2J<script>\xe2\x80\xae", 15);
    name[sizeof name - 1] = '\0';
    struct plot *p = empty_plot(10);
    sample_line(p, "a", name, UNIT_VOLT, 1, 1, 0);
    sample_line(p, "a", "b", UNIT_VOLT, 2, 1, 0);
    text_copy(p->title, sizeof p->title, name);
    plot_arrange(p, "a", NULL, NULL);
    draw_within(p, 300, 200);
    auto_buf struct buf out = { 0 };
    plot_svg(p, &(struct plot_options){ 300, 200, false }, &out);
    assert_null(strstr(out.p, "<script"));
    assert_null(strstr(out.p, "\xe2\x80\xae"));
    for (size_t i = 0; i < out.n; i++)
        assert_true(out.p[i] == '\n' || (unsigned char)out.p[i] >= ' ');
    plot_free(p);
}

/* ---- PNG ---- */

static int take(void *self, const unsigned char *bytes, unsigned n)
{
    buf_put(self, bytes, n);
    return 0;
}

static int refuse(void *self, const unsigned char *bytes, unsigned n)
{
    (void)self;
    (void)bytes;
    (void)n;
    return -28;
}

static unsigned big_endian(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (unsigned)u[0] << 24 | (unsigned)u[1] << 16 | (unsigned)u[2] << 8 | u[3];
}

static void png(void **state)
{
    (void)state;
    const struct cairo *c = os_module("sonde-cairo", "sonde_cairo");
    assert_int_equal(c != NULL, strstr(getenv("SONDE_MODULES"), "sonde-cairo") != NULL);
    if (!c)
        return; /* built without cairo */
    auto_buf struct buf blank = { 0 }, drawn = { 0 };
    struct canvas *canvas = c->open(640, 360, plot_background(false));
    assert_non_null(canvas);
    assert_int_equal(c->png(canvas, take, &blank), 0);
    struct plot *p = sample_plot();
    plot_arrange(p, NULL, NULL, NULL);
    plot_draw(p, &(struct plot_options){ 640, 360, false }, canvas);
    assert_int_equal(c->png(canvas, take, &drawn), 0);
    assert_int_equal(c->png(canvas, refuse, NULL), -28);
    assert_true(canvas->measure(canvas, "wide \xff", 20, true) > canvas->measure(canvas, "w", 20, false));
    c->close(canvas);
    c->close(NULL);
    assert_memory_equal(drawn.p, "\x89PNG\r\n\x1a\n", 8); /* PNG, section 5.2 */
    assert_int_equal(big_endian(drawn.p + 16), 640);
    assert_int_equal(big_endian(drawn.p + 20), 360);
    assert_true(drawn.n > 5 * blank.n); /* lines and letters do not pack as white does */
    plot_free(p);
    assert_null(c->open(1 << 30, 1 << 30, plot_background(false)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(main_areas), cmocka_unit_test(what_is_missed), cmocka_unit_test(asked_for),
        cmocka_unit_test(units_apart), cmocka_unit_test(on_the_cause), cmocka_unit_test(on_the_first_cause),
        cmocka_unit_test(the_worst_have_numbers), cmocka_unit_test(of_recording), cmocka_unit_test(golden),
        cmocka_unit_test(every_size), cmocka_unit_test(every_number), cmocka_unit_test(hostile_names),
        cmocka_unit_test(png),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
