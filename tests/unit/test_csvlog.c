/*
 * test_csvlog.c - the CSV logs: every cell within its bound at every tick, whatever happens to values,
 * metrics, disk and process in between. Files are read here by a reader of its own.
 */
#include "analyze/import/import.h"
#include "base/auto.h"
#include "base/rng.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/csv_band.h"
#include "store/csv_roll.h"
#include "store/csv_table.h"
#include "store/csvlog.h"
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <zstd.h>

#define NOON INT64_C(1767614400000) /* 2026-01-05T12:00:00Z */
#define COLUMNS_MAX 64

static char dir[OS_PATH_MAX];

/* ---- a disk that fails, and a cap ---- */

static int writes_to_fail_from = -1, writes, write_error;
static int64_t used, cap = INT64_MAX;

int __real_os_disk_write(int fd, const void *bytes, size_t n, int64_t at);
int __wrap_os_disk_write(int fd, const void *bytes, size_t n, int64_t at);
int __wrap_os_disk_write(int fd, const void *bytes, size_t n, int64_t at)
{
    if (writes_to_fail_from < 0 || writes++ < writes_to_fail_from)
        return __real_os_disk_write(fd, bytes, n, at);
    __real_os_disk_write(fd, bytes, n / 2, at); /* half of it is there */
    return write_error;
}

int space_resize(struct space *s, int64_t before, int64_t after)
{
    (void)s;
    int64_t more = (after < 0 ? 0 : after) - (before < 0 ? 0 : before);
    if (more > 0 && used + more > cap)
        return -EDQUOT;
    used += more;
    assert_true(used >= 0);
    return 0;
}

int space_remove(struct space *s, const char *path)
{
    struct os_disk_entry e;
    int rc = os_disk_look(path, &e);
    rc = rc < 0 ? rc : os_disk_remove(path);
    if (rc == 0)
        space_resize(s, e.size, -1);
    return rc == -ENOENT ? 0 : rc;
}

static struct space *const some_space = (struct space *)&used;

static int64_t total;

static void add_size(void *self, const char *name)
{
    (void)self;
    char path[OS_PATH_MAX + 64];
    struct os_disk_entry e;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(os_disk_look(path, &e), 0);
    total += e.size;
}

/* What was counted is what is there. */
static void check_space(void)
{
    total = 0;
    os_list("", dir, add_size, NULL);
    assert_true(total == used);
}

static int begin(void **state)
{
    (void)state;
    writes_to_fail_from = -1;
    writes = 0;
    used = 0;
    cap = INT64_MAX;
    return os_make_temp_dir(false, dir, sizeof dir);
}

static int end(void **state)
{
    (void)state;
    return os_remove_dir(dir);
}

static struct csvlog_options options(void)
{
    struct csvlog_options o = { .filter = true, .percent = 2, .max_bytes = 1 << 30, .max_files = 1000,
                                .compress_days = -1, .hardware_id = "abc" };
    memcpy(o.dir, dir, sizeof dir);
    return o;
}

/* ---- a reader ---- */

struct reader {
    char names[64][160];
    int n, at;
    char *text, *p;             /* of the open file */
    char column[COLUMNS_MAX][SCHEMA_MAX_NAME];
    int columns;
    double last[COLUMNS_MAX], base[COLUMNS_MAX], floor[COLUMNS_MAX];
    bool sum[COLUMNS_MAX];
    double percent;
    int64_t wall_ms;
    char path[OS_PATH_MAX];
    int rows;                   /* of this file */
};

static void note_csv(void *self, const char *name)
{
    struct reader *r = self;
    size_t n = strlen(name);
    if (n > 4 && !strcmp(name + n - 4, ".csv") && r->n < 64)
        snprintf(r->names[r->n++], sizeof r->names[0], "%s", name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static struct reader *reader_new(const char *stem)
{
    struct reader *r = mem_new(sizeof *r);
    os_list("", dir, note_csv, r);
    qsort(r->names, (size_t)r->n, sizeof r->names[0], by_text); /* names that sort are in the order of time */
    int kept = 0;
    for (int i = 0; i < r->n; i++)
        if (!strncmp(r->names[i], stem, strlen(stem)))
            memmove(r->names[kept++], r->names[i], sizeof r->names[0]);
    r->n = kept;
    return r;
}

static void reader_free(struct reader *r)
{
    mem_free(r->text);
    mem_free(r);
}

/* Splits a line in place, quotes and all; no more than `most` cells. */
static int split(char *line, char **cell, int most)
{
    int n = 0;
    for (char *p = line; p && n < most; n++) {
        if (*p == '"') {
            cell[n] = ++p;
            p = strchr(p, '"');
            *p++ = '\0';
            p = *p ? p + 1 : NULL;
        } else {
            cell[n] = p;
            p = strchr(p, ',');
            if (p)
                *p++ = '\0';
        }
    }
    return n;
}

static char *reader_line(struct reader *r)
{
    char *line = r->p, *nl = strchr(line, '\n');
    if (!nl) {
        assert_int_equal(*line, 0); /* whole lines only */
        return NULL;
    }
    *nl = '\0';
    r->p = nl + 1;
    return line;
}

static void reader_columns(struct reader *r)
{
    json_error_t error;
    char path[OS_PATH_MAX + 32];
    snprintf(path, sizeof path, "%.*s.columns.json", (int)strlen(r->path) - 4, r->path);
    json_t *j = json_load_file(path, 0, &error);
    assert_non_null(j);
    r->percent = json_number_value(json_object_get(j, "percent"));
    json_t *list = json_object_get(j, "columns");
    assert_int_equal(json_array_size(list), r->columns);
    for (int i = 0; i < r->columns; i++) {
        json_t *c = json_array_get(list, (size_t)i);
        assert_string_equal(json_string_value(json_object_get(c, "name")), r->column[i]);
        r->floor[i] = json_number_value(json_object_get(c, "floor"));
        r->sum[i] = json_is_true(json_object_get(c, "total"));
    }
    json_decref(j);
}

static bool reader_open(struct reader *r)
{
    char *cell[COLUMNS_MAX + 2] = { NULL };
    size_t n;
    if (r->at == r->n)
        return false;
    mem_free(r->text);
    snprintf(r->path, sizeof r->path, "%.3900s/%s", dir, r->names[r->at++]);
    assert_int_equal(os_read_file(r->path, 1 << 28, &r->text, &n), 0);
    assert_int_equal(strlen(r->text), n);
    r->p = r->text;
    r->rows = 0;
    int cells = split(reader_line(r), cell, COLUMNS_MAX + 2);
    assert_string_equal(cell[0], "timestamp");
    bool mark = !strcmp(cell[cells - 1], IMPORT_UNCHANGED);
    assert_string_equal(IMPORT_UNCHANGED, CSV_TABLE_MARK);
    r->columns = cells - 1 - mark;
    for (int i = 0; i < r->columns; i++) {
        snprintf(r->column[i], sizeof r->column[i], "%s", cell[i + 1]);
        r->last[i] = r->base[i] = (double)NAN;
    }
    reader_columns(r);
    return true;
}

/* The next row of all files: what each column says now. */
static bool reader_next(struct reader *r)
{
    char *cell[COLUMNS_MAX + 2], *line;
    while (!r->p || !(line = reader_line(r)))
        if (!reader_open(r))
            return false;
    int n = split(line, cell, COLUMNS_MAX + 2);
    assert_true(text_parse_time(cell[0], &r->wall_ms));
    bool full = n == r->columns + 2;
    assert_true(full || r->rows > 0); /* each file stands alone */
    for (int i = 0; i < r->columns && i + 1 < n; i++) {
        if (!*cell[i + 1])
            continue;
        double v = strtod(cell[i + 1], NULL);
        r->base[i] = full || isnan(r->last[i]) || v < r->last[i] ? v : r->base[i];
        r->last[i] = v;
    }
    r->rows++;
    return true;
}

static int reader_column(const struct reader *r, const char *name)
{
    for (int i = 0; i < r->columns; i++)
        if (!strcmp(r->column[i], name))
            return i;
    return -1;
}

static void check_value(const struct reader *r, int i, double v)
{
    double last = r->last[i];
    if (isnan(v) || isnan(last)) {
        assert_true(isnan(v) && isnan(last));
        return;
    }
    double whole = r->percent / 100 * fabs(last), since = r->percent / 100 * fabs(last - r->base[i]);
    assert_true(fabs(v - last) <= fmax(whole, r->floor[i]));
    if (r->sum[i])
        assert_true(fabs(v - last) <= fmax(since, r->floor[i]));
}

/* ---- numbers ---- */

static void numbers(void **state)
{
    (void)state;
    struct rng rng;
    struct buf b = { 0 };
    rng_seed(&rng, 7);
    for (int i = 0; i < 200000; i++) {
        double v = ldexp(rng_unit(&rng) - 0.5, (int)rng_below(&rng, 140) - 60);
        double tolerance = rng_below(&rng, 5) == 0 ? 0 : fabs(v) * pow(10, -(double)rng_below(&rng, 18));
        buf_clear(&b);
        double said = csv_band_number(&b, v, tolerance);
        assert_true(strtod(b.p, NULL) == said);
        assert_true(fabs(said - v) <= tolerance);
        assert_true(b.n <= 25);
    }
    static const struct { double v, tolerance; const char *text; } cases[] = {
        { 0, 1, "0" }, { 0.3, 1, "0" }, { 12345, 100, "12300" }, { 1234567, 1e4, "123e4" }, { -0.5, 0.01, "-0.5" },
        { 99.96, 0.05, "100" }, { 0.0123, 0.0001, "0.0123" }, { 5e-9, 1e-10, "5e-9" }, { 1e300, 1, "1e+300" },
        { 1.0 / 3, 0, "0.3333333333333333" }, { 2500, 5, "2500" }, { 15e3, 5, "15e3" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&b);
        csv_band_number(&b, cases[i].v, cases[i].tolerance);
        assert_string_equal(b.p, cases[i].text);
    }
    buf_done(&b);
}

/* ---- the bound ---- */

enum { TICKS = 9000, FIRST = 12, ALL = 16 };

static double truth[TICKS][ALL];

static void add_metric(struct schema *s, int i)
{
    static const enum unit units[] = { UNIT_PERCENT, UNIT_BYTE, UNIT_CELSIUS, UNIT_NONE, UNIT_PER_S, UNIT_BYTE_PER_S,
                                       UNIT_SECOND, UNIT_WATT };
    char inst[16];
    snprintf(inst, sizeof inst, "%d", i);
    assert_int_equal(schema_add(s, &(struct metric){ .name = i == 3 ? "cpu.load" : "some.level", .inst = inst,
                                                     .unit = units[i % 8] }), i);
}

/* A walk, a saw, a counter that is reset, a switch, noise around 0, spikes, huge and tiny numbers; holes. */
static double next_value(struct rng *rng, int i, int t, double before)
{
    static const double size[] = { 1, 1e9, 0.01, 1e-6 };
    double s = size[i % 4];
    if (rng_below(rng, 50) == 0)
        return (double)NAN;
    if (isnan(before))
        before = 50 * s;
    switch (i % 7) {
    case 0: return before + s * rng_normal(rng);
    case 1: return s * (t % 700);
    case 2: return rng_below(rng, 500) == 0 ? 0 : before + s * rng_below(rng, 20);
    case 3: return rng_below(rng, 30) == 0 ? s - before : before;
    case 4: return s * rng_normal(rng);
    case 5: return rng_below(rng, 100) == 0 ? 1e15 * s : s * (5 + rng_unit(rng));
    }
    return rng_below(rng, 1000) == 0 ? (double)INFINITY : before * (1 + 0.02 * rng_normal(rng));
}

static int64_t tick_ms(int t)
{
    return NOON + (int64_t)t * 10000 + t % 7; /* 25 hours: two changes of the day */
}

static void write_walks(struct csvlog *log)
{
    struct schema *s = schema_new();
    struct frame f = { 0 };
    struct rng rng;
    rng_seed(&rng, 11);
    for (int i = 0; i < FIRST; i++)
        add_metric(s, i);
    for (int t = 0; t < TICKS; t++) {
        if (t >= 4000 && t < 4000 + ALL - FIRST)
            add_metric(s, FIRST + t - 4000); /* one after the other */
        frame_fit(&f, s);
        f.wall_ms = tick_ms(t);
        for (int i = 0; i < ALL; i++) {
            double v = i < f.n ? next_value(&rng, i, t, t ? truth[t - 1][i] : 0) : (double)NAN;
            truth[t][i] = isinf(v) ? (double)NAN : v;
            frame_set(&f, i, v);
        }
        assert_int_equal(csvlog_add(log, s, &f), 0);
        if (rng_below(&rng, 10) == 0)
            assert_int_equal(csvlog_flush(log), 0);
    }
    frame_done(&f);
    schema_free(s);
}

static void check_walks(double percent)
{
    struct reader *r = reader_new("sonde");
    char id[64];
    for (int t = 0; t < TICKS; t++) {
        assert_true(reader_next(r));
        assert_true(r->wall_ms == tick_ms(t));
        assert_near(r->percent, percent, 0);
        for (int i = 0; i < ALL; i++) {
            snprintf(id, sizeof id, "%s{%d}", i == 3 ? "cpu.load" : "some.level", i);
            int c = reader_column(r, id);
            assert_true(c >= 0 || t < 4000 + i - FIRST);
            if (c >= 0)
                check_value(r, c, truth[t][i]);
        }
    }
    assert_false(reader_next(r));
    assert_true(r->n > 6); /* it did roll */
    reader_free(r);
}

static void every_cell_is_within_its_bound(void **state)
{
    (void)state;
    static const double percents[] = { 2, 0, 0.1, 10, 100 };
    for (size_t k = 0; k < sizeof percents / sizeof *percents; k++) {
        struct csvlog_options o = options();
        struct csvlog *log;
        o.percent = percents[k];
        o.max_bytes = 60000;
        assert_int_equal(csvlog_open(&o, some_space, &log), 0);
        write_walks(log);
        csvlog_close(log);
        check_walks(o.percent);
        check_space();
        end(NULL);
        begin(NULL);
    }
}

static void without_a_band_every_digit_is_there(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct csvlog *log;
    o.filter = false;
    assert_int_equal(csvlog_open(&o, NULL, &log), 0);
    struct schema *s = schema_new();
    struct frame f = { .wall_ms = NOON };
    schema_add(s, &(struct metric){ .name = "a" });
    schema_add(s, &(struct metric){ .name = "b" });
    frame_fit(&f, s);
    f.v[0] = 1.0 / 3;
    assert_int_equal(csvlog_add(log, s, &f), 0);
    f.wall_ms += 1500;
    f.v[1] = 7;
    assert_int_equal(csvlog_add(log, s, &f), 0);
    csvlog_close(log);
    char *text, path[OS_PATH_MAX + 64];
    size_t n;
    snprintf(path, sizeof path, "%s/sonde_20260105.csv", dir);
    assert_int_equal(os_read_file(path, 1000, &text, &n), 0);
    assert_string_equal(text, "timestamp,a,b\n2026-01-05 12:00:00,0.3333333333333333,NaN\n"
                              "2026-01-05 12:00:01.5,0.3333333333333333,7\n");
    mem_free(text);
    frame_done(&f);
    schema_free(s);
}

/* ---- files ---- */

/* A log of one column that changes by a lot with every row. */
struct simple {
    struct csvlog *log;
    struct schema *s;
    struct frame f;
    int written;
};

static void simple_open(struct simple *m, const struct csvlog_options *o)
{
    m->s = schema_new();
    schema_add(m->s, &(struct metric){ .name = "x" });
    schema_add(m->s, &(struct metric){ .name = "still" });
    frame_fit(&m->f, m->s);
    assert_int_equal(csvlog_open(o, some_space, &m->log), 0);
}

static int simple_add(struct simple *m, int64_t wall_ms)
{
    m->f.wall_ms = wall_ms;
    m->f.v[0] = 1000 * ++m->written;
    m->f.v[1] = 5;
    int rc = csvlog_add(m->log, m->s, &m->f), flushed = csvlog_flush(m->log);
    return rc < 0 ? rc : flushed;
}

static void simple_close(struct simple *m)
{
    csvlog_close(m->log);
    frame_done(&m->f);
    schema_free(m->s);
}

static void files_roll(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct simple m = { 0 };
    o.max_bytes = 300;
    o.max_files = 3;
    simple_open(&m, &o);
    for (int i = 0; i < 100; i++)
        assert_int_equal(simple_add(&m, NOON + i * 1000), 0);
    assert_int_equal(simple_add(&m, NOON + 86400000), 0);
    struct reader *r = reader_new("sonde");
    assert_int_equal(r->n, 4); /* the newest three of the first day */
    for (int i = 0; i < r->n; i++) {
        char path[OS_PATH_MAX];
        struct os_disk_entry e;
        snprintf(path, sizeof path, "%.3900s/%s", dir, r->names[i]);
        assert_int_equal(os_disk_look(path, &e), 0);
        assert_true(e.size <= 300);
    }
    assert_true(strncmp(r->names[0], "sonde_20260105_0", 16) == 0);
    assert_string_equal(r->names[3], "sonde_20260106.csv");
    double last = 0;
    while (reader_next(r)) { /* no row is missing from the oldest file on */
        assert_true(last == 0 || fabs(r->last[0] - last - 1000) <= 0.04 * last);
        last = r->last[reader_column(r, "x")];
    }
    reader_free(r);
    check_space();
    simple_close(&m);
}

static void append(const char *name, const void *bytes, size_t n)
{
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = os_disk_open(path, OS_DISK_WRITE);
    assert_true(fd >= 0);
    assert_int_equal(__real_os_disk_write(fd, bytes, n, os_disk_size(fd)), 0);
    used += (int64_t)n;
    os_close(fd);
}

static void a_torn_line_is_cut(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; } torn[] = {
        { "2026-01-05 12:00:0", 18 }, { "\0\0\0\0", 4 }, { "2026\0\0\0\n2026", 12 }, { "", 0 },
    };
    struct csvlog_options o = options();
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        struct simple m = { .written = (int)i * 10 };
        simple_open(&m, &o);
        assert_int_equal(simple_add(&m, NOON + (int64_t)i * 1000), 0);
        simple_close(&m);
        append("sonde_20260105.csv", torn[i].bytes, torn[i].n);
    }
    struct simple m = { 0 };
    simple_open(&m, &o);
    simple_close(&m);
    struct reader *r = reader_new("sonde");
    assert_int_equal(r->n, 1); /* each run went on in the file */
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        assert_true(reader_next(r));
        assert_true(r->wall_ms == NOON + (int64_t)i * 1000);
        check_value(r, reader_column(r, "x"), 1000.0 * ((double)i * 10 + 1));
    }
    assert_false(reader_next(r));
    reader_free(r);
    check_space();
}

/* A file of which not even the header arrived. */
static void a_file_without_a_line_goes(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/sonde_20260105.csv", dir);
    assert_int_equal(os_write_file(path, "timest", 6), 0);
    snprintf(path, sizeof path, "%s/sonde_20260104.csv.zst.tmp", dir);
    assert_int_equal(os_write_file(path, "half", 4), 0);
    used = 10;
    struct simple m = { 0 };
    simple_open(&m, &o);
    assert_true(used == 0);
    assert_int_equal(simple_add(&m, NOON), 0);
    check_space();
    simple_close(&m);
}

static void other_columns_begin_a_file(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct simple m = { 0 };
    simple_open(&m, &o);
    assert_int_equal(simple_add(&m, NOON), 0);
    simple_close(&m);
    o.percent = 5; /* the same columns, another meaning */
    m = (struct simple){ 0 };
    simple_open(&m, &o);
    assert_int_equal(simple_add(&m, NOON + 1000), 0);
    schema_add(m.s, &(struct metric){ .name = "new" });
    frame_fit(&m.f, m.s);
    assert_int_equal(simple_add(&m, NOON + 2000), 0);
    simple_close(&m);
    struct reader *r = reader_new("sonde");
    static const int columns[] = { 2, 2, 3 };
    for (int i = 0; i < 3; i++) {
        assert_true(reader_next(r));
        assert_int_equal(r->at, i + 1);
        assert_int_equal(r->columns, columns[i]);
        assert_near(r->percent, i ? 5 : 2, 0);
    }
    assert_false(reader_next(r));
    reader_free(r);
}

/* Every write fails in turn, and then all of them for a while. */
static void what_cannot_be_written_is_dropped(void **state)
{
    (void)state;
    static const int errors[] = { -ENOSPC, -EIO, -EDQUOT };
    for (int from = 0; from < 8; from++) {
        struct csvlog_options o = options();
        struct simple m = { 0 };
        simple_open(&m, &o);
        writes = 0;
        writes_to_fail_from = from;
        write_error = errors[from % 3];
        for (int i = 0; i < 12; i++)
            assert_int_equal(simple_add(&m, NOON + i * 1000), i < from ? 0 : write_error);
        writes_to_fail_from = -1;
        check_space();
        for (int i = 12; i < 20; i++)
            assert_int_equal(simple_add(&m, NOON + i * 1000), 0);
        simple_close(&m);
        check_space();
        struct reader *r = reader_new("sonde");
        for (int i = 0; i < 20; i++) {
            if (i >= from && i < 12)
                continue;
            assert_true(reader_next(r));
            assert_true(r->wall_ms == NOON + i * 1000);
            check_value(r, reader_column(r, "x"), 1000.0 * (i + 1));
            check_value(r, reader_column(r, "still"), 5);
        }
        assert_false(reader_next(r));
        reader_free(r);
        end(NULL);
        begin(NULL);
    }
}

static void the_cap_is_kept(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct simple m = { 0 };
    o.max_bytes = 400;
    simple_open(&m, &o);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
        cap = i < 200 ? 3000 : INT64_MAX; /* then there is room again */
        int rc = simple_add(&m, NOON + i * 1000);
        assert_true(rc == 0 || (rc == -EDQUOT && i < 200));
        assert_true(used <= cap);
        refused += rc < 0;
    }
    check_space();
    simple_close(&m);
    assert_in_range(refused, 50, 199);
    struct reader *r = reader_new("sonde");
    int64_t last = 0;
    while (reader_next(r)) {
        last = r->wall_ms;
        check_value(r, reader_column(r, "x"), (double)((r->wall_ms - NOON) / 1000 + 1) * 1000);
    }
    assert_true(last == NOON + 299 * 1000);
    reader_free(r);
}

/* ---- compression ---- */

static bool exists(const char *name)
{
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return os_is_file(path);
}

static char *slurp(const char *name, size_t *n)
{
    char path[OS_PATH_MAX + 64], *text;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(os_read_file(path, 1 << 28, &text, n), 0);
    return text;
}

static void old_files_are_compressed(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct simple m = { 0 };
    o.compress_days = 1;
    simple_open(&m, &o);
    for (int i = 0; i < 20000; i++) /* several pieces */
        simple_add(&m, NOON + i);
    assert_int_equal(csvlog_tidy(m.log, NOON + 3600000), 0);
    assert_true(exists("sonde_20260105.csv")); /* still written to */
    simple_add(&m, NOON + 86400000);
    size_t n, packed_n;
    auto_free char *plain = slurp("sonde_20260105.csv", &n);

    cap = used + 100; /* no room: all is as it was */
    assert_int_equal(csvlog_tidy(m.log, NOON + 86400000), -EDQUOT);
    assert_true(exists("sonde_20260105.csv"));
    assert_true(!exists("sonde_20260105.csv.zst") && !exists("sonde_20260105.csv.zst.tmp"));
    cap = INT64_MAX;
    writes = 0, writes_to_fail_from = 0, write_error = -EIO;
    assert_int_equal(csvlog_tidy(m.log, NOON + 86400000), -EIO);
    writes_to_fail_from = -1;
    assert_true(exists("sonde_20260105.csv") && !exists("sonde_20260105.csv.zst.tmp"));
    check_space();

    assert_int_equal(csvlog_tidy(m.log, NOON + 86400000), 0);
    assert_true(!exists("sonde_20260105.csv") && exists("sonde_20260105.columns.json"));
    auto_free char *packed = slurp("sonde_20260105.csv.zst", &packed_n);
    auto_free char *back = mem_new(n + 1);
    assert_int_equal(ZSTD_decompress(back, n, packed, packed_n), n);
    assert_memory_equal(back, plain, n);
    assert_true(packed_n < n / 5);
    check_space();

    /* a crash between the two last steps: both are there */
    char path[OS_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/sonde_20260105.csv", dir);
    assert_int_equal(os_write_file(path, plain, n), 0);
    used += (int64_t)n;
    assert_int_equal(csvlog_tidy(m.log, NOON + 86400000), 0);
    assert_true(!exists("sonde_20260105.csv") && exists("sonde_20260105.csv.zst"));
    assert_true(exists("sonde_20260106.csv"));
    check_space();
    simple_close(&m);
}

static void old_days_go(void **state)
{
    (void)state;
    static const enum csvlog_layout layouts[] = { CSVLOG_SONDE, CSVLOG_OPTIMETRICS };
    static const char *const first[] = { "sonde_20260105", "abc/cpu_20260105" };
    for (size_t l = 0; l < 2; l++) {
        struct csvlog_options o = options();
        struct simple m = { 0 };
        char name[2][64];
        o.layout = layouts[l];
        simple_open(&m, &o);
        schema_add(m.s, &(struct metric){ .name = "cpu.util" });
        frame_fit(&m.f, m.s);
        for (int i = 0; i < 5; i++) {
            m.f.v[2] = i;
            assert_int_equal(simple_add(&m, NOON + i * INT64_C(86400000)), 0);
        }
        snprintf(name[0], sizeof name[0], "%s.csv", first[l]);
        snprintf(name[1], sizeof name[1], "%s.columns.json", first[l]);
        assert_int_equal(csvlog_expire(m.log, 0, NOON + INT64_C(1000) * 86400000), 0);
        assert_int_equal(csvlog_expire(m.log, 4, NOON + INT64_C(4) * 86400000), 0);
        assert_true(exists(name[0]) && exists(name[1])); /* 3.5 days after its end */
        assert_int_equal(csvlog_expire(m.log, 3, NOON + INT64_C(4) * 86400000), 0);
        assert_true(!exists(name[0]) && !exists(name[1]));
        snprintf(name[0], sizeof name[0], "%.*s6.csv", (int)strlen(first[l]) - 1, first[l]);
        assert_true(exists(name[0]));
        assert_int_equal(csvlog_expire(m.log, 1, NOON + INT64_C(1000) * 86400000), 0);
        assert_true(!exists(name[0]));
        snprintf(name[0], sizeof name[0], "%.*s9.csv", (int)strlen(first[l]) - 1, first[l]);
        assert_true(exists(name[0])); /* it is written */
        simple_close(&m);
    }
}

/* ---- read back ---- */

static struct recording *import(const char *name)
{
    char path[OS_PATH_MAX + 64], message[IMPORT_MESSAGE];
    struct recording *r;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (import_file(path, &r, message, sizeof message) < 0)
        fail_msg("%s", message);
    return r;
}

static void analysis_reads_it_back(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct csvlog *log;
    struct schema *s = schema_new();
    struct frame f = { 0 };
    struct rng rng;
    static double want[800][2];
    rng_seed(&rng, 3);
    o.compress_days = 0;
    assert_int_equal(csvlog_open(&o, NULL, &log), 0);
    schema_add(s, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT });
    schema_add(s, &(struct metric){ .name = "fs.util", .inst = "/a,\"b\"", .unit = UNIT_PERCENT });
    frame_fit(&f, s);
    for (int t = 0; t < 800; t++) {
        f.wall_ms = NOON + t * 1000;
        f.v[0] = want[t][0] = t % 100 < 10 ? (double)NAN : t / 8 + rng_unit(&rng);
        f.v[1] = want[t][1] = 30;
        assert_int_equal(csvlog_add(log, s, &f), 0);
    }
    assert_int_equal(csvlog_flush(log), 0);
    f.wall_ms += 86400000;
    assert_int_equal(csvlog_add(log, s, &f), 0);
    assert_int_equal(csvlog_flush(log), 0);
    for (int packed = 0; packed < 2; packed++) {
        struct recording *r = import(packed ? "sonde_20260105.csv.zst" : "sonde_20260105.csv");
        assert_int_equal(r->n, 800);
        for (int t = 0; t < 800; t++)
            for (int i = 0; i < 2; i++) {
                const double *x = recording_find(r, i ? "fs.util" : "cpu.util", i ? "/a,\"b\"" : NULL);
                assert_non_null(x);
                assert_true(isnan(x[t]) ? isnan(want[t][i]) : fabs(x[t] - want[t][i]) <= fmax(0.02 * fabs(x[t]), 0.5));
            }
        recording_free(r);
        assert_int_equal(csvlog_tidy(log, f.wall_ms), 0);
    }
    csvlog_close(log);
    frame_done(&f);
    schema_free(s);
}

/* ---- the layout of OptiMetrics ---- */

enum { SEED_TICKS = 2000, SEED_METRICS = 12 };

static const struct { const char *name, *inst, *source; enum unit unit; enum kind kind; } seed_metrics[SEED_METRICS] = {
    { "cpu.util", NULL, "cpu", UNIT_PERCENT, KIND_GAUGE }, { "cpu.core.util", "0", "cpu", UNIT_PERCENT, KIND_GAUGE },
    { "cpu.core.util", "1", "cpu", UNIT_PERCENT, KIND_GAUGE }, { "memory.used", NULL, "memory", UNIT_BYTE, KIND_GAUGE },
    { "disk.read", "total", "disk", UNIT_BYTE, KIND_COUNTER }, { "disk.read.time", "total", "disk", UNIT_SECOND, KIND_COUNTER },
    { "gpu.util", "0", "nvidia", UNIT_PERCENT, KIND_GAUGE }, { "gpu.vram.used", "0", "nvidia", UNIT_BYTE, KIND_GAUGE },
    { "gpu.util", "2", "nvidia", UNIT_PERCENT, KIND_GAUGE }, { "gpu.vram.used", "2", "nvidia", UNIT_BYTE, KIND_GAUGE },
    { "gpu.util", "1", "amdgpu", UNIT_PERCENT, KIND_GAUGE }, { "gpu.util", "3", "intel_gpu", UNIT_PERCENT, KIND_GAUGE },
};

static double seed_truth[SEED_TICKS][SEED_METRICS];

static void write_seed(struct csvlog *log)
{
    struct schema *s = schema_new();
    struct frame f = { 0 };
    struct rng rng;
    int slot[SEED_METRICS];
    rng_seed(&rng, 5);
    for (int i = 0; i < SEED_METRICS; i++) {
        schema_set_source(s, schema_source(s, seed_metrics[i].source));
        slot[i] = schema_add(s, &(struct metric){ .name = seed_metrics[i].name, .inst = seed_metrics[i].inst,
                                                  .unit = seed_metrics[i].unit, .kind = seed_metrics[i].kind });
    }
    frame_fit(&f, s);
    for (int t = 0; t < SEED_TICKS; t++) {
        f.wall_ms = NOON + t * 1000;
        for (int i = 0; i < SEED_METRICS; i++) {
            double before = t ? seed_truth[t - 1][i] : seed_metrics[i].kind == KIND_COUNTER ? 1e12 : 50;
            bool moves = rng_below(&rng, 3) == 0;
            double v = moves ? 100 * rng_unit(&rng) : before;
            if (seed_metrics[i].kind == KIND_COUNTER)
                v = t == 1500 ? 0 : before + moves * 1e5 * rng_unit(&rng); /* it is reset once */
            else if (seed_metrics[i].unit == UNIT_BYTE)
                v = before + 1e6 * moves;
            seed_truth[t][i] = v;
            frame_set(&f, slot[i], seed_truth[t][i]);
        }
        assert_int_equal(csvlog_add(log, s, &f), 0);
    }
    frame_done(&f);
    schema_free(s);
}

static void check_head(const char *name, const char *want)
{
    size_t n;
    auto_free char *text = slurp(name, &n);
    assert_true(strncmp(text, want, strlen(want)) == 0 && text[strlen(want)] == '\n');
}

/* At every tick, the rows so far say each value within its bound; i and per: of seed_metrics, and its unit. */
static void check_seed(const char *stem, const char *column, int i, double per)
{
    struct reader *r = reader_new(stem);
    struct reader *ahead = reader_new(stem); /* sees the row to come: one in which nothing changed is left out */
    bool more = reader_next(ahead);
    int rows = 0;
    for (int t = 0; t < SEED_TICKS; t++) {
        if (more && ahead->wall_ms == NOON + t * 1000) {
            assert_true(reader_next(r));
            more = reader_next(ahead);
            rows++;
        }
        check_value(r, reader_column(r, column), seed_truth[t][i] / per);
    }
    assert_false(more);
    assert_in_range(rows, 100, SEED_TICKS - 1);
    reader_free(r);
    reader_free(ahead);
}

static void check_gpus(void)
{
    struct recording *r = import("gpu_nvidia_20260105.csv");
    for (size_t k = 0; k < r->n; k++) {
        if (k + 1 < r->n && r->wall_ms[k + 1] == r->wall_ms[k])
            continue; /* the row of the other GPU comes next */
        int64_t t = (r->wall_ms[k] - NOON) / 1000;
        for (int i = 6; i < 10; i++) {
            double want = seed_truth[t][i], said = recording_find(r, seed_metrics[i].name, seed_metrics[i].inst)[k];
            assert_true(fabs(said - want) <= fmax(0.02 * said, i % 2 ? 1048576 : 0.5));
        }
    }
    recording_free(r);
}

static void files_of_optimetrics(void **state)
{
    (void)state;
    struct csvlog_options o = options();
    struct csvlog *log;
    o.layout = CSVLOG_OPTIMETRICS;
    assert_int_equal(csvlog_open(&o, some_space, &log), 0);
    assert_int_equal(used, SPACE_BLOCK); /* its folder */
    used = 0;
    write_seed(log);
    csvlog_close(log);
    strcat(dir, "/abc");
    check_head("cpu_20260105.csv", "timestamp,hardware_id,cpu_percent_total,cpu_percent_per_core,cpu_freq_current_mhz,"
               "cpu_freq_max_mhz,cpu_ctx_switches,cpu_interrupts,cpu_temp_celsius,cpu_load_1min,cpu_load_5min,"
               "cpu_load_15min," CSV_TABLE_MARK);
    check_head("gpu_intel_20260105.csv", "timestamp,hardware_id,gpu_index,gpu_name,gpu_present,gpu_driver_version,"
               CSV_TABLE_MARK);
    assert_false(exists("network_20260105.csv"));
    check_seed("cpu", "cpu_percent_total", 0, 1);
    check_seed("memory", "ram_used_gb", 3, 1073741824);
    check_seed("disk", "disk_read_bytes", 4, 1);
    check_seed("disk", "disk_read_time_ms", 5, 0.001);
    check_gpus();
    check_space();
    dir[strlen(dir) - 4] = '\0';
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test_setup_teardown(every_cell_is_within_its_bound, begin, end),
        cmocka_unit_test_setup_teardown(without_a_band_every_digit_is_there, begin, end),
        cmocka_unit_test_setup_teardown(files_roll, begin, end),
        cmocka_unit_test_setup_teardown(a_torn_line_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(a_file_without_a_line_goes, begin, end),
        cmocka_unit_test_setup_teardown(other_columns_begin_a_file, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_dropped, begin, end),
        cmocka_unit_test_setup_teardown(the_cap_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(old_files_are_compressed, begin, end),
        cmocka_unit_test_setup_teardown(old_days_go, begin, end),
        cmocka_unit_test_setup_teardown(analysis_reads_it_back, begin, end),
        cmocka_unit_test_setup_teardown(files_of_optimetrics, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
