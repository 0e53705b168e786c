/*
 * The formats of receivers: expected files for the text ones, Protocol Buffers read by a reader of this test's own,
 * what is escaped, what is left out.
 */
#include "test.h"

#include "golden.h"

#include "base/auto.h"
#include "modules/snappy.h"
#include "os/os.h"
#include "output/exporter.h"
#include "output/exporters/names.h"
#include "output/exporters/otlp_names.h"

#define START_MS 1795343400000 /* 2026-11-22T10:30:00Z */
#define FRAMES 3

struct sample {
    struct schema *schema;
    struct frame frame[FRAMES];
};

static const struct metric metrics[] = {
    { .name = "cpu.time", .inst = "user", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "",
      .help = "time in programs" },
    { .name = "cpu.time", .inst = "guest", .unit = UNIT_SECOND, .kind = KIND_COUNTER, .rate = "",
      .help = "in guests" },
    { .name = "cpu.user", .unit = UNIT_PERCENT, .help = "share of time in programs" },
    { .name = "disk.read", .inst = "total", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .help = "bytes read" },
    { .name = "disk.read", .inst = "sda", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .help = "bytes read" },
    { .name = "disk.write", .inst = "sda", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .help = "bytes written" },
    { .name = "disk.read.latency", .inst = "sda", .unit = UNIT_SECOND, .help = "mean time of a \"read\"" },
    { .name = "memory.used", .unit = UNIT_BYTE, .help = "total less\navailable, a\\b" },
    { .name = "fs.used", .inst = "/mnt/a b,c=d", .unit = UNIT_BYTE, .help = "space in use" },
    { .name = "sensor.temp", .inst = "pci\\x2d0/k10temp/\"Tctl\"\\", .unit = UNIT_CELSIUS, .help = "temperature" },
    { .name = "cpu.core.freq", .inst = "3", .unit = UNIT_HERTZ, .help = "frequency" },
    { .name = "gpu.util", .inst = "0", .unit = UNIT_PERCENT, .help = "busy" },
    { .name = "ext.bad", .inst = "\xff\nline", .unit = UNIT_NONE, .help = "bytes \xfe of others" },
    { .name = "memory.hugepages.total", .inst = "2M", .unit = UNIT_NONE, .help = "in the pool" },
    { .name = "process.count", .unit = UNIT_NONE, .help = "processes" },
    { .name = "battery.charge", .inst = "BAT0", .unit = UNIT_PERCENT, .help = "never known" },
};
enum { METRICS = sizeof metrics / sizeof *metrics };

static double value(int i, int k)
{
    if (strcmp(metrics[i].name, "battery.charge") == 0 || (i == 2 && k == 0))
        return NAN;
    if (i == 6 && k == 1)
        return INFINITY;
    return metrics[i].kind == KIND_COUNTER ? 1e6 * (i + 1) + 4096 * k : i + 0.1 * (k + 1);
}

static int sample_setup(void **state)
{
    struct sample *s = mem_new(sizeof *s);
    s->schema = schema_new();
    schema_source(s->schema, "sample");
    int slot[METRICS];
    for (int i = 0; i < METRICS; i++)
        slot[i] = schema_add(s->schema, &metrics[i]);
    for (int k = 0; k < FRAMES; k++) {
        frame_fit(&s->frame[k], s->schema);
        s->frame[k].wall_ms = START_MS + 1000 * k + 5;
        for (int i = 0; i < METRICS; i++)
            frame_set(&s->frame[k], slot[i], value(i, k));
        int rate = schema_find(s->schema, "disk.read.rate", "sda");
        assert_true(rate >= 0);
        frame_set(&s->frame[k], rate, 4096);
    }
    *state = s;
    return 0;
}

static int sample_teardown(void **state)
{
    struct sample *s = *state;
    for (int k = 0; k < FRAMES; k++)
        frame_done(&s->frame[k]);
    schema_free(s->schema);
    mem_free(s);
    return 0;
}

static const struct export_about about = {
    .host = "web, 1", .session = "session_20261122_103000", .start_ms = START_MS };
static const struct export_about nobody = { .host = "" };

static void batch(struct buf *out, const char *format, const struct sample *s, const char *globs, size_t n,
                  const struct export_about *a)
{
    const struct exporter *e = exporter_find(format);
    assert_non_null(e);
    struct selection sel = selection_of(s->schema, globs);
    e->batch(out, &sel, s->frame, n, a);
    selection_done(&sel);
}

static void golden_texts(void **state)
{
    static const char *const format[] = { "openmetrics", "prometheus", "influx", "graphite", "mqtt", "jsonl" };
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf out = { 0 };
        char name[64];
        batch(&out, format[i], *state, NULL, FRAMES, &about);
        snprintf(name, sizeof name, "export/batch.%s", format[i]);
        golden_check(name, out.p, out.n);
    }
}

/* ---- Protocol Buffers: a reader that knows the shape and nothing else ---- */

struct field {
    int number;
    const char *name;
    char kind; /* m message, t text, d double, u number, x 64 bits fixed */
    const struct field *of; /* of a message; ends with number 0 */
};

static const char *varint(const char *p, const char *end, uint64_t *v)
{
    *v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        assert_true(p < end);
        *v |= (uint64_t)(*p & 0x7f) << shift;
        if (!(*p++ & 0x80))
            return p;
    }
    fail_msg("a number longer than ten bytes");
    return p;
}

static const struct field *field_of(const struct field *f, uint64_t number)
{
    while (f->number && (uint64_t)f->number != number)
        f++;
    if (!f->number)
        fail_msg("field %d is not of this message", (int)number);
    return f;
}

static void dump(struct buf *out, const char *p, const char *end, const struct field *shape, int depth);

static const char *dump_bytes(struct buf *out, const char *p, const char *end, const struct field *f, int depth)
{
    uint64_t n;
    p = varint(p, end, &n);
    assert_true(n <= (uint64_t)(end - p));
    if (f->kind == 'm') {
        buf_puts(out, " {\n");
        dump(out, p, p + n, f->of, depth + 1);
        buf_printf(out, "%*s}\n", 2 * depth, "");
    } else {
        assert_int_equal(f->kind, 't');
        buf_printf(out, ": \"%.*s\"\n", (int)n, p);
    }
    return p + n;
}

static void dump(struct buf *out, const char *p, const char *end, const struct field *shape, int depth)
{
    while (p < end) {
        uint64_t tag, v;
        p = varint(p, end, &tag);
        const struct field *f = field_of(shape, tag >> 3);
        buf_printf(out, "%*s%s", 2 * depth, "", f->name);
        if ((tag & 7) == 2) {
            p = dump_bytes(out, p, end, f, depth);
        } else if ((tag & 7) == 1) {
            assert_true(end - p >= 8);
            double d;
            memcpy(&v, p, 8);
            memcpy(&d, p, 8);
            assert_true(f->kind == 'd' || f->kind == 'x');
            if (f->kind == 'd')
                buf_printf(out, ": %.17g\n", d);
            else
                buf_printf(out, ": %llu\n", (unsigned long long)v);
            p += 8;
        } else {
            assert_int_equal(tag & 7, 0);
            assert_int_equal(f->kind, 'u');
            p = varint(p, end, &v);
            buf_printf(out, ": %llu\n", (unsigned long long)v);
        }
    }
    assert_ptr_equal(p, end);
}

static const struct field label[] = { { 1, "name", 't', NULL }, { 2, "value", 't', NULL }, { 0 } };
static const struct field prom_sample[] = { { 1, "value", 'd', NULL }, { 2, "timestamp", 'u', NULL }, { 0 } };
static const struct field series[] = { { 1, "label", 'm', label }, { 2, "sample", 'm', prom_sample }, { 0 } };
static const struct field metadata[] = {
    { 1, "type", 'u', NULL }, { 2, "family", 't', NULL }, { 4, "help", 't', NULL }, { 5, "unit", 't', NULL }, { 0 } };
static const struct field write_request[] = {
    { 1, "series", 'm', series }, { 3, "metadata", 'm', metadata }, { 0 } };

static const struct field any[] = { { 1, "text", 't', NULL }, { 3, "int", 'u', NULL }, { 0 } };
static const struct field attribute[] = { { 1, "key", 't', NULL }, { 2, "value", 'm', any }, { 0 } };
static const struct field point[] = { { 2, "start", 'x', NULL }, { 3, "time", 'x', NULL }, { 4, "double", 'd', NULL },
                                      { 7, "attribute", 'm', attribute }, { 0 } };
static const struct field gauge[] = { { 1, "point", 'm', point }, { 0 } };
static const struct field sum[] = {
    { 1, "point", 'm', point }, { 2, "temporality", 'u', NULL }, { 3, "monotonic", 'u', NULL }, { 0 } };
static const struct field metric[] = { { 1, "name", 't', NULL }, { 2, "description", 't', NULL },
    { 3, "unit", 't', NULL }, { 5, "gauge", 'm', gauge }, { 7, "sum", 'm', sum }, { 0 } };
static const struct field scope[] = { { 1, "name", 't', NULL }, { 0 } };
static const struct field scope_metrics[] = {
    { 1, "scope", 'm', scope }, { 2, "metric", 'm', metric }, { 3, "schema", 't', NULL }, { 0 } };
static const struct field resource[] = { { 1, "attribute", 'm', attribute }, { 0 } };
static const struct field resource_metrics[] = {
    { 1, "resource", 'm', resource }, { 2, "scope_metrics", 'm', scope_metrics }, { 0 } };
static const struct field export_request[] = { { 1, "resource_metrics", 'm', resource_metrics }, { 0 } };

static const struct { const char *format; const struct field *shape; } binary[] = {
    { "remote-write", write_request }, { "otlp", export_request },
};

static void golden_messages(void **state)
{
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++) {
        auto_buf struct buf out = { 0 }, text = { 0 };
        char name[64];
        batch(&out, binary[i].format, *state, NULL, FRAMES, &about);
        dump(&text, out.p, out.p + out.n, binary[i].shape, 0);
        snprintf(name, sizeof name, "export/batch.%s", binary[i].format);
        golden_check(name, text.p, text.n);
    }
}

/* Labels are in order, a series comes once, and one without a sample not at all. */
static void remote_series(void **state)
{
    auto_buf struct buf out = { 0 }, text = { 0 };
    batch(&out, "remote-write", *state, NULL, FRAMES, &about);
    dump(&text, out.p, out.p + out.n, write_request, 0);
    assert_null(strstr(text.p, "battery"));
    int n = 0;
    for (const char *p = text.p; (p = strstr(p, "\"sonde_disk_read_bytes_total\"")); p++)
        n++;
    assert_int_equal(n, 3); /* total, sda and the metadata */
}

/* What families are is told in the first minute of ten only, and nothing else changes. */
static void remote_metadata(void **state)
{
    struct sample *s = *state;
    auto_buf struct buf early = { 0 }, late = { 0 }, a = { 0 }, b = { 0 };
    batch(&early, "remote-write", s, "memory.used,cpu.time", 1, &about);
    s->frame[0].wall_ms += 60000;
    batch(&late, "remote-write", s, "memory.used,cpu.time", 1, &about);
    s->frame[0].wall_ms -= 60000;
    dump(&a, early.p, early.p + early.n, write_request, 0);
    dump(&b, late.p, late.p + late.n, write_request, 0);
    assert_non_null(strstr(a.p, "metadata {"));
    assert_null(strstr(b.p, "metadata {"));
    assert_non_null(strstr(b.p, "sonde_memory_used_bytes"));
}

/* Families of ours that have one name there: the first counts, as two series of the same labels break a scrape. */
static void names_that_meet(void **state)
{
    static const struct metric meet[] = {
        { .name = "ext.x.a.b", .inst = "1", .unit = UNIT_BYTE, .help = "first" },
        { .name = "ext.x.a_b", .inst = "1", .unit = UNIT_BYTE, .help = "second" },
        { .name = "ext.x.a.b.bytes", .inst = "2", .unit = UNIT_BYTE, .help = "third" },
        { .name = "ext.x.a_b", .inst = "3", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .rate = "", .help = "fourth" },
        { .name = "ext.x.a.b", .inst = "4", .unit = UNIT_BYTE, .help = "fifth" },
    };
    static const char *const format[] = { "openmetrics", "prometheus", "remote-write" };
    (void)state;
    struct sample s = { .schema = schema_new() };
    for (size_t i = 0; i < sizeof meet / sizeof *meet; i++)
        schema_add(s.schema, &meet[i]);
    frame_fit(&s.frame[0], s.schema);
    s.frame[0].wall_ms = START_MS;
    for (int slot = 0; slot < schema_size(s.schema); slot++)
        frame_set(&s.frame[0], slot, slot);
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf out = { 0 };
        batch(&out, format[i], &s, NULL, 1, &nobody);
        int n = 0;
        for (const char *p = out.p; (p = memmem(p, (size_t)(out.p + out.n - p), "sonde_ext_x_a_b_bytes", 21)); p++)
            n++;
        assert_int_equal(n, strcmp(format[i], "openmetrics") == 0 ? 5 : strcmp(format[i], "prometheus") == 0 ? 4 : 3);
        assert_non_null(memmem(out.p, out.n, "first", 5));
        assert_null(memmem(out.p, out.n, "_total", 6));
    }
    frame_done(&s.frame[0]);
    schema_free(s.schema);
}

/* Who has the counter makes the rate; who chose the rate alone gets it. */
static void rates(void **state)
{
    static const char *const format[] = { "openmetrics", "prometheus", "influx", "graphite", "mqtt", "remote-write",
                                          "otlp" };
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf both = { 0 }, rate = { 0 };
        batch(&both, format[i], *state, "disk.read,disk.read.rate", 1, &nobody);
        batch(&rate, format[i], *state, "disk.read.rate", 1, &nobody);
        assert_null(memmem(both.p, both.n, "rate", 4));
        assert_non_null(memmem(rate.p, rate.n, "rate", 4));
    }
}

/* No number that is none: neither NaN nor an infinity is written by any. */
static void only_numbers(void **state)
{
    static const char *const format[] = { "openmetrics", "prometheus", "influx", "graphite", "mqtt" };
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf out = { 0 };
        batch(&out, format[i], *state, "disk.read.latency,battery.charge", FRAMES, &nobody);
        assert_null(strstr(out.p, "nan"));
        assert_null(strstr(out.p, "inf "));
        assert_null(strcasestr(out.p, "battery"));
    }
}

/* A machine that is not said is in no format. */
static void host_is_not_said(void **state)
{
    static const char *const format[] = { "openmetrics", "prometheus", "influx", "mqtt", "remote-write", "otlp" };
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf out = { 0 };
        batch(&out, format[i], *state, NULL, 1, &nobody);
        assert_null(memmem(out.p, out.n, "host", 4));
        assert_null(memmem(out.p, out.n, "instance", 8));
    }
}

static void empty(void **state)
{
    static const struct { const char *format, *text; } none[] = {
        { "openmetrics", "# EOF\n" }, { "prometheus", "" }, { "influx", "" }, { "graphite", "" }, { "remote-write", "" },
        { "jsonl", "" },
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        auto_buf struct buf out = { 0 };
        batch(&out, none[i].format, *state, NULL, 0, &nobody);
        assert_string_equal(buf_text(&out), none[i].text);
        buf_clear(&out);
        if (strcmp(none[i].format, "jsonl") == 0)
            continue;
        batch(&out, none[i].format, *state, "battery.charge", FRAMES, &nobody);
        assert_string_equal(buf_text(&out), none[i].text);
        buf_clear(&out);
        batch(&out, none[i].format, *state, "no.such", FRAMES, &nobody);
        assert_string_equal(buf_text(&out), none[i].text);
    }
    auto_buf struct buf otlp = { 0 }, text = { 0 };
    batch(&otlp, "otlp", *state, "no.such", FRAMES, &nobody);
    dump(&text, otlp.p, otlp.p + otlp.n, export_request, 0);
    assert_null(strstr(text.p, "metric {"));
    assert_non_null(strstr(text.p, "service.name"));
}

/* Two messages one after the other are one message. */
static void messages_join(void **state)
{
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++) {
        auto_buf struct buf once = { 0 }, twice = { 0 }, a = { 0 }, b = { 0 };
        batch(&once, binary[i].format, *state, NULL, 1, &about);
        batch(&twice, binary[i].format, *state, NULL, 1, &about);
        batch(&twice, binary[i].format, *state, NULL, 1, &about);
        dump(&a, once.p, once.p + once.n, binary[i].shape, 0);
        dump(&b, twice.p, twice.p + twice.n, binary[i].shape, 0);
        assert_int_equal(b.n, 2 * a.n);
    }
}

static const struct { const char *name, *inst; enum kind kind; const char *theirs; } named[] = {
    { "cpu.time", "user", KIND_COUNTER, "system.cpu.time" },
    { "cpu.time", "guest", KIND_COUNTER, NULL },
    { "disk.read", "sda", KIND_COUNTER, "system.disk.io" },
    { "disk.read", "total", KIND_COUNTER, NULL },
    { "disk.read", "sda", KIND_GAUGE, NULL },
    { "memory.used", NULL, KIND_GAUGE, "system.memory.usage" },
    { "sensor.temp", "total", KIND_GAUGE, NULL },
    { "gpu.util", "0", KIND_GAUGE, "hw.gpu.utilization" },
    { "cpu.user", NULL, KIND_RATIO, "system.cpu.utilization" },
    { "cpu.load", "1m", KIND_GAUGE, NULL },
};

static void otlp_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const struct otlp_name *n =
            otlp_name_of(&(struct metric){ .name = named[i].name, .inst = named[i].inst, .kind = named[i].kind });
        assert_int_equal(n != NULL, named[i].theirs != NULL);
        if (n)
            assert_string_equal(n->name, named[i].theirs);
    }
}

/* A unit is added where the name does not end in it, as a word. */
static void units(void **state)
{
    (void)state;
    static const struct { const char *name; enum unit unit; enum kind kind; const char *want; } cases[] = {
        { "net.ip.recv.bytes", UNIT_BYTE, KIND_COUNTER, "sonde_net_ip_recv_bytes_total" },
        { "ext.kilobytes", UNIT_BYTE, KIND_GAUGE, "sonde_ext_kilobytes_bytes" },
        { "bytes", UNIT_BYTE, KIND_GAUGE, "sonde_bytes" },
        { "memory.hugepages.total", UNIT_NONE, KIND_GAUGE, "sonde_memory_hugepages_total_now" },
        { "memory.total", UNIT_BYTE, KIND_GAUGE, "sonde_memory_total_bytes" },
        { "a.count", UNIT_NONE, KIND_COUNTER, "sonde_a_count_total" },
        { "a.sum", UNIT_NONE, KIND_RATIO, "sonde_a_sum_now" },
        { "total", UNIT_NONE, KIND_GAUGE, "sonde_total_now" },
        { "a-b.C9", UNIT_NONE, KIND_GAUGE, "sonde_a_b_C9" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf out = { 0 };
        names_sample(&out, &(struct metric){ .name = cases[i].name, .unit = cases[i].unit, .kind = cases[i].kind });
        assert_string_equal(out.p, cases[i].want);
    }
}

static void snappy(void **state)
{
    const struct snappy *s = os_module("sonde-snappy", "sonde_snappy");
    if (!s)
        skip();
    auto_buf struct buf out = { 0 };
    batch(&out, "remote-write", *state, NULL, FRAMES, &about);
    auto_free char *packed = mem_new(s->room(out.n)), *back = mem_new(out.n + 1);
    size_t n = s->compress(out.p, out.n, packed);
    assert_true(n > 0 && n < out.n);
    assert_int_equal(s->uncompress(packed, n, back, out.n), out.n);
    assert_memory_equal(back, out.p, out.n);
    assert_int_equal(s->uncompress(packed, n, back, out.n - 1), -1);
    assert_int_equal(s->uncompress("\xff\xff\xff", 3, back, out.n), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_texts), cmocka_unit_test(golden_messages), cmocka_unit_test(remote_series),
        cmocka_unit_test(remote_metadata), cmocka_unit_test(names_that_meet),
        cmocka_unit_test(rates), cmocka_unit_test(only_numbers), cmocka_unit_test(host_is_not_said),
        cmocka_unit_test(empty), cmocka_unit_test(messages_join), cmocka_unit_test(otlp_names),
        cmocka_unit_test(units), cmocka_unit_test(snappy),
    };
    return cmocka_run_group_tests(tests, sample_setup, sample_teardown);
}
