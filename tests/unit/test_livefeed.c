/* Instants as server-sent events: what stands in them, absence as null, and never longer than promised. */
#include "test.h"

#include "app/serve/livefeed.h"
#include "core/schema.h"

#include <jansson.h>

/* The data of the one event of this name, as JSON: of the caller. */
static json_t *data(const struct buf *out, const char *name)
{
    char begin[64];
    int n = snprintf(begin, sizeof begin, "event: %s\ndata: ", name);
    assert_memory_equal(out->p, begin, n);
    assert_string_equal(out->p + out->n - 2, "\n\n");
    assert_ptr_equal(strchr(out->p + n, '\n'), out->p + out->n - 2); /* one line */
    json_t *j = json_loads(out->p + n, JSON_DISABLE_EOF_CHECK, NULL);
    assert_non_null(j);
    return j;
}

static struct schema *sample(struct frame *f)
{
    struct schema *s = schema_new();
    static const struct { const char *name, *inst; double v; } m[] = {
        { "cpu.util", NULL, 12.3456789 }, { "disk.util", "sda", 5 }, { "disk.util", "total", 7 },
        { "gpu.util", "0", NAN }, { "gpu.util", "1", 30 }, { "memory.util", NULL, NAN },
    };
    *f = (struct frame){ 0 };
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        schema_add(s, &(struct metric){ .name = m[i].name, .inst = m[i].inst, .unit = UNIT_PERCENT, .help = "x" });
    frame_fit(f, s);
    f->wall_ms = 1700000000123;
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        f->v[i] = m[i].v;
    return s;
}

static void schema_and_tick(void **state)
{
    (void)state;
    struct frame f;
    struct schema *s = sample(&f);
    struct buf out = { 0 };
    static const int slot[] = { 0, 3, 4 };
    livefeed_put_schema(s, slot, 3, 0.5, &out);
    json_t *j = data(&out, "schema");
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "ids"), 1)), "gpu.util{0}");
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "units"), 0)), "%");
    assert_near(json_real_value(json_object_get(j, "interval_s")), 0.5, 0);
    json_decref(j);
    buf_clear(&out);
    livefeed_put_tick(&f, slot, 3, &out);
    assert_string_equal(out.p, "event: tick\ndata: {\"t\":1700000000123,\"v\":[12.3457,null,30]}\n\n");
    buf_done(&out);
    frame_done(&f);
    schema_free(s);
}

static void now(void **state)
{
    (void)state;
    struct frame f;
    struct schema *s = sample(&f);
    struct buf out = { 0 };
    struct live l;
    live_init(&l);
    l.alert[AREA_MEMORY] = true;
    livefeed_put_now(&l, s, &f, &(struct livefeed_work){ 0 }, &out);
    json_t *j = data(&out, "now"), *v = json_object_get(j, "v");
    assert_string_equal(json_string_value(json_object_get(j, "level")), "unknown");
    assert_true(json_is_null(json_object_get(j, "workload")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(j, "alert"), 0)), "memory");
    assert_int_equal(json_object_size(v), 13);
    assert_near(json_number_value(json_object_get(v, "disk.util")), 7, 0); /* the whole */
    assert_near(json_number_value(json_object_get(v, "gpu.util")), 30, 0); /* the largest part */
    assert_true(json_is_null(json_object_get(v, "memory.util")));
    assert_true(json_is_null(json_object_get(v, "cpu.temp")));
    json_decref(j);

    /* The longest: a text of quotes, cut in a character, all areas, all numbers. */
    for (size_t i = 0; i + 2 < sizeof l.verdict.text; i += 2)
        memcpy(l.verdict.text + i, "\xc3\xa9", 3);
    for (int a = 0; a < AREAS; a++)
        l.alert[a] = true;
    for (int i = 0; i < f.n; i++)
        f.v[i] = -1.23456e-100;
    buf_clear(&out);
    livefeed_put_now(&l, s, &f, &(struct livefeed_work){ "some kind of work", 0.123456 }, &out);
    assert_true(out.n <= LIVEFEED_NOW_MAX);
    j = data(&out, "now");
    assert_string_equal(json_string_value(json_object_get(json_object_get(j, "workload"), "category")),
                        "some kind of work");
    json_decref(j);
    live_done(&l);
    buf_done(&out);
    frame_done(&f);
    schema_free(s);
}

static void event(void **state)
{
    (void)state;
    struct event e = { .wall_ms = 1, .end_ms = 2, .kind = EVENT_GAP, .severity = SEVERITY_WARNING,
                       .source = "sampler", .text = "two\nlines" };
    struct buf out = { 0 };
    livefeed_put_event(&e, &out);
    json_t *j = data(&out, "event");
    assert_string_equal(json_string_value(json_object_get(j, "kind")), "gap");
    assert_string_equal(json_string_value(json_object_get(j, "severity")), "warning");
    assert_string_equal(json_string_value(json_object_get(j, "text")), "two\nlines");
    assert_int_equal(json_integer_value(json_object_get(j, "end_ms")), 2);
    json_decref(j);
    buf_done(&out);
}

/* Once a second: late or not, at once after a gap, and one of ten where the recorder looks more closely. */
static void keeps_the_pace(void **state)
{
    (void)state;
    static const struct { double at_s; bool told; } cases[] = {
        { 100, true }, { 101, true }, { 102.3, true }, { 103, true }, { 103.9, true }, { 104.1, false }, { 105.2, true },
        { 205, true }, { 205.1, false }, { 205.2, false }, { 205.4, false }, { 205.6, true }, { 205.9, false },
        { 206.4, false }, { 206.6, true },
    };
    int64_t due = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (livefeed_is_due(&due, (int64_t)(cases[i].at_s * 1e9), 1) != cases[i].told)
            fail_msg("at %.1f s", cases[i].at_s);
    int told = 0;
    due = 0;
    for (int i = 0; i < 100; i++)
        told += livefeed_is_due(&due, 1000000000 + i * (int64_t)100000000, 0.1);
    assert_int_equal(told, 100);
    assert_true(livefeed_is_due(&due, 1, NAN)); /* of a recorder that does not say its interval all is told */
    assert_true(livefeed_is_due(&due, 1, NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_and_tick), cmocka_unit_test(now), cmocka_unit_test(event),
        cmocka_unit_test(keeps_the_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
