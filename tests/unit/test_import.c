/* test_import.c - CSV and JSON files into recordings;
 * what is wrong with a file is said in one line. */
#include "analyze/import/import.h"
#include "base/auto.h"
#include "fake.h"
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <unistd.h>

static struct recording *good(const char *text)
{
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE] = "";
    int rc = import_memory("a.csv", text, strlen(text), &r, message, sizeof message);
    if (rc != 0)
        fail_msg("%s", message);
    return r;
}

static double at(const struct recording *r, const char *name, const char *inst, size_t i)
{
    const double *x = recording_find(r, name, inst);
    assert_non_null(x);
    return x[i];
}

static void test_plain_csv(void **state)
{
    (void)state;
    struct recording *r = good(
        "time,a,b\n2026-01-05T10:00:00Z,1,-2.5e3\n2026-01-05T10:00:01.500Z,,NaN\n");
    assert_int_equal(r->n, 2);
    assert_true(r->wall_ms[0] == 1767607200000 && r->wall_ms[1] == 1767607201500);
    assert_true(r->mono_ns[1] - r->mono_ns[0] == 1500000000);
    assert_near(at(r, "a", NULL, 0), 1, 0);
    assert_near(at(r, "b", NULL, 0), -2500, 0);
    assert_nan(at(r, "a", NULL, 1));
    assert_nan(at(r, "b", NULL, 1));
    assert_int_equal(schema_at(r->schema, 0)->unit, UNIT_NONE);
    assert_string_equal(r->origin, "a.csv");
    recording_free(r);
}

static void test_times(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t ms; enum stamp stamp; } times[] = {
        { "0", 0, STAMP_SECONDS }, { "1.5", 1500, STAMP_SECONDS }, { "-60", -60000, STAMP_SECONDS },
        { "1767607200", 1767607200000, STAMP_SECONDS }, { "1767607200000", 1767607200000, STAMP_MILLISECONDS },
        { "2026-01-05 10:00:00", 1767607200000, STAMP_TEXT },
        { "2026-01-05T11:00:00+01:00", 1767607200000, STAMP_TEXT },
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[80];
        snprintf(text, sizeof text, "t,a\n%s,1\n", times[i].text);
        struct recording *r = good(text);
        assert_true(r->wall_ms[0] == times[i].ms);
        assert_int_equal(r->stamp, times[i].stamp);
        recording_free(r);
    }
}

/* RFC 4180 and its liberties: all of these are the same two rows. */
static void test_spellings(void **state)
{
    (void)state;
    static const char *const same[] = {
        "t,a,b\n1,2,3\n2,,5\n", "t,a,b\r\n1,2,3\r\n2,,5\r\n",
        "\xef\xbb\xbft,a,b\n1,2,3\n2,,5", "\"t\",\"a\",\"b\"\n\"1\",\"2\",3\n2,null,5\n",
        "\xef\xbb\xbf\"t\",a,b\n1,2,3\n2,NA,5\n", "T,a,b\n\n1, 2 ,3\n\n2,\"\",5\n\n", "Timestamp,a,b\n1,+2,3.0\n2,inf,5e0\n",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct recording *r = good(same[i]);
        assert_int_equal(r->n, 2);
        assert_near(at(r, "a", NULL, 0), 2, 0);
        assert_nan(at(r, "a", NULL, 1));
        assert_near(at(r, "b", NULL, 1), 5, 0);
        recording_free(r);
    }
}

static void test_quoted_names(void **state)
{
    (void)state;
    struct recording *r = good("t,\"a, \"\"b\"\"\nc\",d\n1,2,3\n");
    assert_near(at(r, "a, \"b\"?c", NULL, 0), 2, 0);
    assert_near(at(r, "d", NULL, 0), 3, 0);
    recording_free(r);
}

static void test_known_names(void **state)
{
    (void)state;
    struct recording *r = good(
        "time,cpu.util,disk.read{sda},disk.read.rate{sda},odd{name,ram_used_gb,hardware_id\n"
        "1,5,1000,,8,0.5,xyz\n3,6,3000,1000,8,1,xyz\n");
    assert_int_equal(schema_at(r->schema, schema_find(r->schema, "cpu.util", NULL))->unit,
                     UNIT_PERCENT);
    assert_int_equal(schema_at(r->schema, schema_find(r->schema, "disk.read", "sda"))->kind,
                     KIND_COUNTER);
    assert_near(at(r, "disk.read.rate", "sda", 1), 1000, 1e-6);
    assert_near(at(r, "odd{name", NULL, 0), 8, 0);
    assert_near(at(r, "memory.used", NULL, 0), 536870912, 0);
    assert_true(schema_find(r->schema, "hardware_id", NULL) < 0);
    recording_free(r);
}

/* What the file says of a rate stays, and tells that its like is a counter. */
static void test_rates_of_the_file(void **state)
{
    (void)state;
    struct recording *r = good(
        "t,slow,slow.rate,x.rate{1},x{1},net.tcp.send,net.tcp.send.rate,energy.psys,memory.used.rate,memory.used\n"
        "1,0,,1,1,0,,10,1,5\n2,0,2,2,2,0,,30,1,6\n3,6,2,3,4,0,,50,1,7\n");
    static const struct { const char *name, *inst; enum kind kind; } columns[] = {
        { "slow", NULL, KIND_COUNTER }, { "slow.rate", NULL, KIND_GAUGE }, { "x", "1", KIND_COUNTER }, { "x.rate", "1", KIND_GAUGE },
        { "net.tcp.send", NULL, KIND_COUNTER }, { "memory.used", NULL, KIND_GAUGE }, { "power.psys", NULL, KIND_RATIO },
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int slot = schema_find(r->schema, columns[i].name, columns[i].inst);
        assert_true(slot >= 0);
        assert_int_equal(schema_at(r->schema, slot)->kind, columns[i].kind);
    }
    assert_near(at(r, "slow.rate", NULL, 2), 2, 0);
    assert_nan(at(r, "net.tcp.send.rate", NULL, 2));
    assert_near(at(r, "power.psys", NULL, 2), 20, 1e-9);
    recording_free(r);
}

static void test_numbers_are_exact(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "0.1", "123456789012345678", "9007199254740993", "1.7976931348623157e308", "5e-324", "0.30000000000000004",
        "-12345.678901234567", "1e22", "18446744073709551615", "00000000000000000000001.5", "3.14159265358979323846264338327950288",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[120];
        snprintf(text, sizeof text, "t,a\n1,%s\n", numbers[i]);
        struct recording *r = good(text);
        assert_true(at(r, "a", NULL, 0) == strtod(numbers[i], NULL));
        recording_free(r);
    }
}

struct bad {
    const char *text, *message; /* how the message begins */
    int rc;
};

static const struct bad bad[] = {
    { "", "a.csv: empty", -EINVAL },
    { "\n\n", "a.csv: empty", -EINVAL },
    { "t,a\n", "a.csv: no row", -EINVAL },
    { "cpu,a\n1,2\n", "a.csv:1: no time column; the first one is to be t, time or timestamp, and is \"cpu\"", -EINVAL },
    { "1,2\n3,4\n", "a.csv:1: no time column", -EINVAL },
    { "time;cpu\n1;2\n", "a.csv:1: columns are separated by a comma, not by ';'", -EINVAL },
    { "time\tcpu\n1\t2\n", "a.csv:1: columns are separated by a comma, not by a tab", -EINVAL },
    { "t,a,b\n1,2,3\n2,x7,3\n", "a.csv:3: column 2 (a): \"x7\" is not a number", -EINVAL },
    { "t,a,b\n1,2,1 2\n", "a.csv:2: column 3 (b): \"1 2\" is not a number", -EINVAL },
    { "t,a,b\n1,2,0x10\n", "a.csv:2: column 3 (b)", -EINVAL },
    { "t,a,b\n1,2\n", "a.csv:2: 2 columns, the first line has 3", -EINVAL },
    { "t,a,b\n1,2,3\n\n1,2,3,4\n", "a.csv:4: 4 columns, the first line has 3", -EINVAL },
    { "t,a\nsoon,2\n", "a.csv:2: column 1: \"soon\" is not a time", -EINVAL },
    { "t,a\n,2\n", "a.csv:2: column 1: \"\" is not a time", -EINVAL },
    { "t,a\n1e300,2\n", "a.csv:2: column 1: \"1e300\" is not a time", -EINVAL },
    { "t,a\n1767607200000000,2\n", "a.csv:2: column 1: \"1767607200000000\" is not a time", -EINVAL },
    { "t,a\n9999-01-01 00:00:00,2\n", "a.csv:2: column 1: \"9999-01-01", -EINVAL },
    { "t,a\n2,1\n1,1\n", "a.csv:3: its time is before that of the row above", -EINVAL },
    { "t,a\n-3900000000,1\n3900000000,2\n0,3\n", "a.csv:4: the rows span more than 292 years", -EINVAL },
    { "t,a,a\n1,2,3\n", "a.csv:1: columns 2 and 3 are both \"a\"", -EINVAL },
    { "t,a,\n1,2,3\n", "a.csv:1: column 3 has no name", -EINVAL },
    { "t,\"a\n1,2\n", "a.csv: no row", -EINVAL },
    { "[", "a.csv:1:1: not JSON", -EINVAL },
    { "{\"samples\": 5}", "a.csv: no list of samples", -EINVAL },
    { "{}", "a.csv: no list of samples", -EINVAL },
    { "[]", "a.csv: no sample", -EINVAL },
    { "[{\"timestamp\": 5}, {}]", "a.csv: sample 2: no \"timestamp\"", -EINVAL },
    { "[{\"timestamp\": 5}, {\"timestamp\": 4}]", "a.csv: sample 2: its time is before", -EINVAL },
    { "[{\"timestamp\": \"2026-13-05\"}]", "a.csv: sample 1: no \"timestamp\"", -EINVAL },
};

static void test_says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct recording *r = NULL;
        char message[IMPORT_MESSAGE] = "";
        assert_int_equal(
            import_memory("a.csv", bad[i].text, strlen(bad[i].text), &r, message, sizeof message),
            bad[i].rc);
        assert_null(r);
        if (strncmp(message, bad[i].message, strlen(bad[i].message)) != 0)
            fail_msg("\"%s\" instead of \"%s\"", message, bad[i].message);
        assert_null(strchr(message, '\n'));
    }
}

static void test_not_text(void **state)
{
    (void)state;
    struct recording *r;
    char message[IMPORT_MESSAGE];
    assert_int_equal(import_memory("x", "t,a\n1,\0\n", 8, &r, message, sizeof message), -EINVAL);
    assert_non_null(strstr(message, "not text"));
    assert_int_equal(import_memory("x", "[\0]", 3, &r, message, sizeof message), -EINVAL);
}

/* A loss of power leaves zeros in a log: that line is passed over and told, and what it may have said is not known. */
static void test_zeros_in_a_log(void **state)
{
    (void)state;
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE];
    static const char text[] = "time,a,b,empty_is_within_percent\n1,5,6,2\n2,\0\0\0\"\0,\n3,,7\n4\n5,8\n\0\0\0";
    assert_int_equal(import_memory("x", text, sizeof text - 1, &r, message, sizeof message), 0);
    assert_int_equal(r->n, 4);
    assert_near(at(r, "a", NULL, 0), 5, 0);
    assert_nan(at(r, "a", NULL, 1));
    assert_near(at(r, "b", NULL, 1), 7, 0);
    assert_nan(at(r, "a", NULL, 2));
    assert_near(at(r, "b", NULL, 2), 7, 0);
    assert_near(at(r, "a", NULL, 3), 8, 0);
    assert_int_equal(r->n_events, 2);
    assert_int_equal(r->events[0].wall_ms, r->wall_ms[1]);
    assert_string_equal(r->events[0].text, "line 3 is damaged and passed over: zeros where text should be");
    assert_string_equal(r->events[1].text, "line 7 is damaged and passed over: zeros where text should be");
    recording_free(r);
    assert_int_equal(import_memory("x", "time,a\n1,2\n\0\n", 13, &r, message, sizeof message), -EINVAL);
    assert_non_null(strstr(message, "not text"));
}

static void test_limits(void **state)
{
    (void)state;
    struct recording *r;
    char message[IMPORT_MESSAGE];
    auto_buf struct buf wide = { 0 };
    buf_puts(&wide, "t");
    for (int i = 0; i < IMPORT_MAX_COLUMNS; i++)
        buf_printf(&wide, ",c%d", i);
    buf_puts(&wide, "\n1\n");
    assert_int_equal(import_memory("x", wide.p, wide.n, &r, message, sizeof message), -E2BIG);
    assert_non_null(strstr(message, "more than 16384 columns"));
    auto_buf struct buf open = { 0 };
    buf_puts(&open, "t,a\n1,\"");
    for (unsigned i = 0; i < IMPORT_MAX_LINE / 16 + (1u << 17); i++)
        buf_puts(&open, "0123456789abcde\n");
    assert_int_equal(import_memory("x", open.p, open.n, &r, message, sizeof message), -E2BIG);
    assert_non_null(strstr(message, "is a quote left open?"));
    auto_buf struct buf json = { 0 };
    assert_int_equal(buf_reserve(&json, IMPORT_MAX_JSON + 2), 0);
    memset(json.p, ' ', IMPORT_MAX_JSON + 1);
    json.p[0] = '[';
    assert_int_equal(import_memory("x", json.p, IMPORT_MAX_JSON + 1, &r, message, sizeof message), -E2BIG);
    assert_string_equal(message, "x: longer than 64 MiB; save a shorter run, or --export-csv");
}

static size_t nodes;

static void *few_nodes(size_t n)
{
    if (nodes > 0) {
        nodes--;
        return malloc(n);
    }
    errno = ENOMEM;
    return NULL;
}

/* Wherever the memory for a tree ends, that is what the message says. */
static void test_no_memory_for_a_tree(void **state)
{
    (void)state;
    static const char text[] = "[{\"timestamp\": 5, \"cpu\": {\"cpu_per_core\": [1, 2.5, null, \"\\u00e4\"]}}]";
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE];
    int rc = -ENOMEM;
    json_set_alloc_funcs(few_nodes, free);
    for (size_t most = 0; rc < 0; most++) {
        nodes = most;
        rc = import_memory("x", text, sizeof text - 1, &r, message, sizeof message);
        if (rc < 0 && (rc != -ENOMEM || !strstr(message, "no memory")))
            fail_msg("with %zu blocks: %s", most, message);
    }
    json_set_alloc_funcs(malloc, free);
    recording_free(r);
}

static void test_long_files_come_in_blocks(void **state)
{
    (void)state;
    auto_buf struct buf text = { 0 };
    buf_puts(&text, "t,a,b\n");
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "%d,%d.25,\n", i, i);
    struct recording *r = good(text.p);
    assert_int_equal(r->n, 200000);
    for (size_t i = 0; i < r->n; i += 9973)
        assert_near(at(r, "a", NULL, i), (double)i + 0.25, 0);
    assert_near(recording_interval(r), 1, 1e-9);
    recording_free(r);
}

static void test_the_clock_is_set_back_once(void **state)
{
    (void)state;
    auto_buf struct buf text = { 0 };
    buf_puts(&text, "t,a\n");
    for (int i = 0; i < 200; i++)
        buf_printf(&text, "%d,%d\n", (i < 150 ? i : i - 12) * 300, i);
    struct recording *r = good(text.p);
    assert_int_equal(r->n, 200);
    assert_int_equal(r->n_events, 1);
    assert_int_equal(r->events[0].kind, EVENT_CLOCK);
    assert_string_equal(r->events[0].text, "row 152 is 55 min before the row above: the clock was set back");
    for (size_t i = 1; i < r->n; i++)
        assert_true(r->mono_ns[i] - r->mono_ns[i - 1] == 300000000000);
    recording_free(r);
}

static void test_equal_times_are_kept_apart(void **state)
{
    (void)state;
    struct recording *r = good("t,a\n5,1\n5,2\n6,3\n");
    assert_int_equal(r->n, 3);
    assert_true(r->mono_ns[0] < r->mono_ns[1] && r->mono_ns[1] < r->mono_ns[2]);
    recording_free(r);
}

static const char samples[] =
    "[{\"timestamp\": \"2026-01-05T10:00:00.250000\", \"cpu\": {\"cpu_percent\": 12.5, \"cpu_per_core\": [10, 15],"
    "  \"cpu_freq\": {\"current\": 2400}, \"cpu_stats\": {\"ctx_switches\": 1000}},"
    "  \"memory\": {\"virtual_memory\": {\"total\": 8000, \"used\": 3000, \"percent\": 37.5}},"
    "  \"disk\": {\"disk_io\": {\"write_bytes\": 5000}}, \"network\": {\"network_connections\": [1, 2, 3]},"
    "  \"temperature\": {\"coretemp\": [{\"label\": \"Core 0\", \"current\": 51}, {\"label\": \"\", \"current\": 52}]},"
    "  \"battery\": null, \"processes\": {\"total_processes\": 99}},"
    " {\"timestamp\": \"2026-01-05T10:00:02.250000\", \"cpu\": {\"cpu_percent\": \"much\", \"cpu_stats\": {\"ctx_switches\": 3000}},"
    "  \"disk\": {\"disk_io\": {\"write_bytes\": 9000}}, \"fans\": {\"nct\": [{\"label\": \"f\", \"current\": 900}]}},"
    " {\"timestamp\": \"2026-01-05T10:00:03.250000\"}]";

static void check_samples(const struct recording *r)
{
    assert_int_equal(r->n, 3);
    assert_true(r->wall_ms[0] == 1767607200250);
    assert_near(at(r, "cpu.util", NULL, 0), 12.5, 0);
    assert_nan(at(r, "cpu.util", NULL, 1));
    assert_near(at(r, "cpu.core.util", "1", 0), 15, 0);
    assert_near(at(r, "cpu.freq", NULL, 0), 2.4e9, 0);
    assert_near(at(r, "memory.used", NULL, 0), 3000, 0);
    assert_near(at(r, "disk.write", "total", 1), 9000, 0);
    assert_near(at(r, "disk.write.rate", "total", 1), 2000, 1e-6);
    assert_near(at(r, "cpu.context_switches.rate", NULL, 1), 1000, 1e-6);
    assert_near(at(r, "net.connections", "established", 0), 3, 0);
    assert_near(at(r, "sensor.temp", "coretemp/Core 0", 0), 51, 0);
    assert_near(at(r, "sensor.temp", "coretemp/2", 0), 52, 0);
    assert_nan(at(r, "sensor.fan", "nct/f", 0));
    assert_near(at(r, "sensor.fan", "nct/f", 1), 900, 0);
    assert_near(at(r, "process.count", NULL, 0), 99, 0);
}

static void test_json_samples(void **state)
{
    (void)state;
    struct recording *r = good(samples);
    check_samples(r);
    recording_free(r);
    char wrapped[sizeof samples + 32];
    snprintf(wrapped, sizeof wrapped, "\xef\xbb\xbf {\"samples\": %s}", samples);
    r = good(wrapped);
    check_samples(r);
    recording_free(r);
}

static void test_files(void **state)
{
    (void)state;
    struct recording *r = NULL;
    char message[IMPORT_MESSAGE], path[] = "import_XXXXXX";
    assert_int_equal(import_file("no such file", &r, message, sizeof message), -ENOENT);
    assert_string_equal(message, "no such file: cannot be read: No such file or directory");
    assert_int_equal(import_file(".", &r, message, sizeof message), -EISDIR);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, samples, sizeof samples - 1) == (ssize_t)sizeof samples - 1);
    close(fd);
    assert_int_equal(import_file(path, &r, message, sizeof message), 0);
    check_samples(r);
    recording_free(r);
    unlink(path);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_plain_csv),
    cmocka_unit_test(test_times),
    cmocka_unit_test(test_spellings),
    cmocka_unit_test(test_quoted_names),
    cmocka_unit_test(test_known_names),
    cmocka_unit_test(test_rates_of_the_file),
    cmocka_unit_test(test_numbers_are_exact),
    cmocka_unit_test(test_says_what_is_wrong),
    cmocka_unit_test(test_not_text), cmocka_unit_test(test_zeros_in_a_log),
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_no_memory_for_a_tree),
    cmocka_unit_test(test_long_files_come_in_blocks),
    cmocka_unit_test(test_the_clock_is_set_back_once),
    cmocka_unit_test(test_equal_times_are_kept_apart),
    cmocka_unit_test(test_json_samples),
    cmocka_unit_test(test_files),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
