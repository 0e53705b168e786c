/*
 * test_renames.c - every rename of the archive fails once, and again and again until the cause goes away: what was
 * there is there, nothing half done is seen or stays, what is counted is what is there, and the work goes through
 * afterwards. These are all that rename: retention, the packer's setting aside, imports, CSV logs and the index;
 * journals, segments and flight recordings are born with their names.
 */
#include "../unit/test.h"

#include "../unit/archive_sample.h"
#include "../unit/fake.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "faults.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/archive_put.h"
#include "store/csv_roll.h"
#include "store/index_take.h"
#include "store/packer.h"
#include "store/retention.h"
#include "store/verify.h"

#include <errno.h>
#include <sqlite3.h>
#include <zstd.h>

#define STEM "20261122_000000"
#define DAY 86400
#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)

/* One piece of work that renames. */
struct work {
    const char *name;
    int renames;                                       /* of it, at least */
    void (*make)(struct made *m);                      /* what is there before */
    int (*run)(struct made *m, struct space *space);
    void (*check)(struct made *m, bool done);          /* holds whether it went through or not */
    bool is_index;  /* asks for no bytes one by one; what it moved it moves back: that must not fail as well */
};

/* ---- what holds of all of them ---- */

static void look_found(void *self, const struct verify_finding *f)
{
    (void)self, (void)f;
}

static uint64_t damages(const struct made *m)
{
    struct verify_totals t;
    assert_int_equal(store_verify(m->dir, &(struct verify_watcher){ .found = look_found }, &t), 0);
    return t.damages;
}

static int leftover(void *self, const char *path, enum os_kind kind)
{
    static const char *const glob[] = { "*.tmp", "*.new", "*.part" };
    (void)self;
    for (size_t i = 0; i < sizeof glob / sizeof *glob; i++)
        if (kind == OS_FILE && text_glob(glob[i], path)) {
            print_error("%s was left\n", path);
            return 1;
        }
    return 0;
}

static void check_tidy(const struct made *m, struct space *space)
{
    struct space *again;
    assert_int_equal(os_walk(m->dir, leftover, NULL), 0);
    if (!space)
        return;
    assert_int_equal(space_open(m->dir, 0, &again), 0);
    assert_int_equal(space_used(space), space_used(again));
    space_free(again);
}

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct made *made = self;
    (void)about;
    made->n++;
    return sample_is_right(&made->s, schema, m) ? 0 : -EILSEQ;
}

/* How many instants of the made-up machine are there; all of them are right. */
static size_t instants(struct made *m, int64_t from, int64_t to)
{
    struct archive *a;
    size_t before = m->n, n;
    assert_int_equal(archive_open(m->dir, &a), 0);
    assert_int_equal(archive_play(a, "session_" STEM, MS(from), MS(to) - 1, see, m, NULL), 0);
    archive_free(a);
    n = m->n - before;
    m->n = before;
    return n;
}

/* ---- retention: aged parts are written anew, the pinned block of the second stays ---- */

enum { PARTS = 3, LENGTH = 200 };

static void aged_make(struct made *m)
{
    made_init(m, 2);
    for (int p = 0; p < PARTS; p++)
        made_part(m, STEM, p, (int64_t)p * DAY, (int64_t)p * DAY + LENGTH, true);
}

static int aged_run(struct made *m, struct space *space)
{
    const struct retention_pin pin = { NULL, MS(DAY + 30), MS(DAY + 40), true };
    struct retention_rules rules = { .keep_s = { DAY, 0, 0 }, .now_ms = MS(10 * DAY), .pins = &pin, .n_pins = 1 };
    struct retention_done done;
    struct retention *r = retention_new(m->dir, space);
    int rc = retention_tidy(r, &rules, &done);
    retention_free(r);
    return rc;
}

static void aged_check(struct made *m, bool done)
{
    for (int p = 0; p < PARTS; p++) {
        size_t n = instants(m, (int64_t)p * DAY, (int64_t)p * DAY + LENGTH), left = p == 1 ? MADE_BLOCK : 0;
        assert_true(n == left || (!done && n == LENGTH)); /* the old file or the new one */
    }
    assert_int_equal(instants(m, DAY + 25, DAY + 50), MADE_BLOCK);
}

/* ---- the packer: a segment whose second catalog is damaged goes aside, its journal begins a new one ---- */

static void damaged_catalog(const char *path)
{
    struct segment *s;
    int nth = 0;
    assert_int_equal(segment_open(path, &s), 0);
    for (size_t i = 0; i < s->n; i++)
        if (s->entry[i].type == CHUNK_CATALOG && nth++ == 1) {
            int fd = os_disk_open(path, OS_DISK_WRITE);
            assert_int_equal(os_disk_write(fd, "\xa5\x5a", 2, s->entry[i].at + CHUNK_HEAD + 8), 0);
            os_close(fd);
        }
    assert_int_equal(nth, 2);
    segment_free(s);
}

static void aside_make(struct made *m)
{
    struct tape_about about = { .major = TAPE_MAJOR, .session = "session_" STEM, .interval_s = 1 };
    struct segment_writer *w;
    made_init(m, 2);
    assert_int_equal(segment_create(made_path(m, STEM, 0), &about, NULL, &w), 0);
    for (int i = 0; i < 100; i++) {
        if (i == 50)
            sample_grow(&m->s, 4, 50);
        assert_int_equal(segment_add(w, m->s.schema, sample_moment(&m->s, i)), 0);
        if (i % 25 == 24)
            assert_int_equal(segment_commit(w, (uint32_t)i / 25), 0);
    }
    assert_int_equal(segment_finish(w), 0);
    made_journal(m, STEM, 0, 4, 100, 130);
    damaged_catalog(made_path(m, STEM, 0));
}

static int aside_run(struct made *m, struct space *space)
{
    struct packer p = { .dir = m->dir, .space = space };
    struct names *journal = NULL;
    int n = names_list(m->dir, true, &journal), rc = 0;
    for (int i = 0; i < n && rc == 0; i++)
        rc = packer_pack(&p, &journal[i]);
    rc = rc < 0 ? rc : packer_finish(&p);
    packer_done(&p);
    mem_free(journal);
    return rc;
}

static void aside_check(struct made *m, bool done)
{
    struct names *list = NULL;
    assert_int_equal(names_list(m->dir, true, &list), done ? 0 : 1);
    mem_free(list);
    list = NULL;
    assert_int_equal(names_list(m->dir, false, &list), done ? 2 : 1);
    mem_free(list);
    assert_int_equal(instants(m, 0, 50), 50);
    assert_int_equal(instants(m, 100, 130), 30);
}

/* ---- an import of several days beside what was recorded: all of it is seen, or nothing ---- */

static struct recording *days(void)
{
    struct recording *r = fake_new(3600);
    schema_source(r->schema, "file");
    fake_metric(r, "room.temp", NULL, UNIT_CELSIUS);
    fake_rows(r, 72);
    for (size_t i = 0; i < r->n; i++)
        fake_col(r, "room.temp", NULL)[i] = 20 + (double)i / 3;
    return r;
}

static void import_make(struct made *m)
{
    made_init(m, 2);
    made_part(m, STEM, 0, 0, 50, true);
}

static int import_run(struct made *m, struct space *space)
{
    struct recording *r = days();
    struct archive_put put = { .dir = m->dir, .space = space, .rec = r, .about.interval_s = 3600 };
    int rc = archive_put(&put);
    assert_string_equal(put.about.session, "session_20260105_100000"); /* its name is free again */
    recording_free(r);
    return rc;
}

static void import_check(struct made *m, bool done)
{
    struct archive *a;
    struct recording *got, *want = days();
    assert_int_equal(archive_open(m->dir, &a), 0);
    int rc = archive_recording(a, "session_20260105_100000", INT64_MIN, INT64_MAX, 0, NULL, &got);
    assert_int_equal(rc, done ? 0 : -ENODATA);
    if (done) {
        assert_int_equal(got->n, want->n);
        for (size_t i = 0; i < want->n; i++)
            assert_true(recording_find(got, "room.temp", NULL)[i] == fake_col(want, "room.temp", NULL)[i]);
        recording_free(got);
    }
    archive_free(a);
    recording_free(want);
    assert_int_equal(instants(m, 0, 50), 50);
}

/* As a kill leaves it: the first part has its name, the others have not. */
static void killed_make(struct made *m)
{
    import_make(m);
    assert_int_equal(import_run(m, NULL), 0);
    for (int part = 1; part < 4; part++) {
        char is[OS_PATH_MAX], was[OS_PATH_MAX + 4];
        assert_int_equal(names_path(m->dir, &(struct names){ "session_20260105_100000", part, -1 }, is), 0);
        snprintf(was, sizeof was, "%s.new", is);
        assert_int_equal(os_rename(is, was), 0);
    }
}

/* Whichever of its renames fails, the next time ends it. */
static void test_killed_import(void **state)
{
    (void)state;
    for (int nth = 1; nth <= 4; nth++) {
        struct made m;
        killed_make(&m);
        faults_set(FAULT_RENAME, nth, 1, EIO);
        assert_int_equal(archive_put_clean(m.dir, NULL), nth < 4 ? -EIO : 0);
        faults_set(0, 0, 0, 0);
        assert_int_equal(archive_put_clean(m.dir, NULL), 0);
        import_check(&m, true);
        check_tidy(&m, NULL);
        made_done(&m);
    }
}

/* ---- CSV logs: a day a file, with what its columns mean, compressed when the day is over ---- */

enum { CSV_DAYS = 3 };

static void csv_lines(int day, struct buf *out)
{
    buf_puts(out, "timestamp,a\n");
    for (int i = 0; i < 200; i++)
        buf_printf(out, "%d,%d\n", day, i);
}

static void csv_make(struct made *m)
{
    char path[OS_PATH_MAX];
    made_init(m, 2);
    made_part(m, STEM, 0, 0, 50, true);
    snprintf(path, sizeof path, "%s/csv", m->dir);
    assert_int_equal(os_make_dir(path), 0);
}

/* The text of a day, from either file; false where there is none. */
static bool csv_read(const struct made *m, int day, bool packed, struct buf *out)
{
    char path[OS_PATH_MAX], *text;
    size_t n;
    snprintf(path, sizeof path, "%s/csv/sonde_%d.csv%s", m->dir, 20261122 + day, packed ? ".zst" : "");
    if (os_read_file(path, 1 << 20, &text, &n) < 0)
        return false;
    if (packed) {
        assert_int_equal(buf_reserve(out, 1 << 16), 0);
        out->n = ZSTD_decompress(out->p, 1 << 16, text, n);
        assert_false(ZSTD_isError(out->n));
    } else {
        buf_put(out, text, n);
    }
    mem_free(text);
    return true;
}

static int csv_write(struct made *m, struct csv_roll *r)
{
    auto_buf struct buf columns = { 0 };
    int rc = 0;
    buf_puts(&columns, "{\"a\": 1}\n");
    for (int day = 0; day < CSV_DAYS && rc == 0; day++) {
        auto_buf struct buf lines = { 0 }, there = { 0 };
        csv_lines(day, &lines);
        if (csv_read(m, day, false, &there) || csv_read(m, day, true, &there))
            continue;
        rc = csv_roll_begin(r, MS((int64_t)day * DAY), &columns);
        rc = rc < 0 ? rc : csv_roll_append(r, &lines);
    }
    return rc;
}

static int csv_run(struct made *m, struct space *space)
{
    char path[OS_PATH_MAX];
    struct csv_roll_options o = { .dir = path, .stem = "sonde", .max_bytes = 1 << 20, .max_files = 10 };
    struct csv_roll *r;
    snprintf(path, sizeof path, "%s/csv", m->dir);
    assert_int_equal(csv_roll_open(&o, space, &r), 0);
    int rc = csv_write(m, r);
    csv_roll_close(r); /* the newest is no longer written */
    assert_int_equal(csv_roll_open(&o, space, &r), 0);
    for (int day = 0; day < CSV_DAYS && rc == 0; day++)
        rc = csv_roll_tidy(r, MS(10 * DAY));
    csv_roll_close(r);
    return rc;
}

static void csv_check(struct made *m, bool done)
{
    for (int day = 0; day < CSV_DAYS; day++) {
        auto_buf struct buf want = { 0 }, plain = { 0 }, packed = { 0 };
        csv_lines(day, &want);
        bool is_plain = csv_read(m, day, false, &plain), is_packed = csv_read(m, day, true, &packed);
        assert_true(!done || (is_packed && !is_plain));
        if (is_plain)
            assert_string_equal(buf_text(&plain), buf_text(&want));
        if (is_packed)
            assert_memory_equal(packed.p, want.p, want.n);
        char path[OS_PATH_MAX], *text;
        size_t n;
        snprintf(path, sizeof path, "%s/csv/sonde_%d.columns.json", m->dir, 20261122 + day);
        if (is_plain || is_packed) {
            assert_int_equal(os_read_file(path, 100, &text, &n), 0);
            assert_string_equal(text, "{\"a\": 1}\n");
            mem_free(text);
        }
    }
}

/* ---- an index that is damaged, whose log holds a label because somebody reads: both go aside, or none ---- */

static sqlite3 *reader;

static const struct index_options *index_owner(struct made *m)
{
    static struct index_options o;
    o = (struct index_options){ .rebuild = index_take_segments, .self = m->dir };
    return &o;
}

/* The root page of one of its tables becomes noise. */
static void index_damage(const char *path)
{
    static char noise[4096];
    sqlite3_stmt *root;
    assert_int_equal(sqlite3_prepare_v2(reader, "SELECT rootpage FROM sqlite_schema WHERE name = 'filled'", -1, &root,
                                        NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(root), SQLITE_ROW);
    int64_t page = sqlite3_column_int64(root, 0);
    sqlite3_finalize(root);
    memset(noise, 0xa5, sizeof noise);
    int fd = os_disk_open(path, OS_DISK_WRITE);
    assert_int_equal(os_disk_write(fd, noise, sizeof noise, (page - 1) * 4096), 0);
    os_close(fd);
}

static void index_make(struct made *m)
{
    char path[OS_PATH_MAX];
    struct index *x;
    made_init(m, 2);
    made_part(m, STEM, 0, 0, 50, true);
    assert_int_equal(index_open(m->dir, index_owner(m), &x), 0);
    index_close(x);
    assert_int_equal(index_open(m->dir, index_owner(m), &x), 0);
    snprintf(path, sizeof path, "%s/index.db", m->dir);
    assert_int_equal(sqlite3_open_v2(path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT * FROM sessions", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(index_label(x, "session_" STEM, "keep", ""), 0);
    index_close(x);
    index_damage(path);
    snprintf(path, sizeof path, "%s/index.db-wal", m->dir);
    assert_true(os_exists("", path));
}

static int index_run(struct made *m, struct space *space)
{
    struct index *x;
    struct index_session s;
    (void)space;
    int rc = index_open(m->dir, index_owner(m), &x);
    if (rc < 0)
        return rc;
    assert_int_equal(index_session(x, "session_" STEM, &s), 0);
    assert_int_equal(s.samples, 50);
    assert_string_equal(s.labels, "keep");
    assert_int_equal(index_check(x), 0);
    index_close(x);
    return 0;
}

struct aside {
    char base[64]; /* the one before */
    int alone, files;
};

static void aside_note(void *self, const char *name)
{
    struct aside *a = self;
    if (!text_glob("index.db.damaged-*", name))
        return;
    size_t n = strlen(a->base);
    bool log = text_glob("*-wal", name);
    a->alone += log && (!n || strncmp(name, a->base, n) != 0);
    a->files += !log;
    snprintf(a->base, sizeof a->base, "%s", log ? "" : name);
}

static void index_look(struct made *m, bool done)
{
    struct aside a = { 0 };
    os_list("", m->dir, aside_note, &a);
    assert_int_equal(a.alone, 0); /* nobody would know whose log it was */
    assert_true(!done || a.files > 0);
    assert_int_equal(instants(m, 0, 50), 50);
    if (done)
        sqlite3_close(reader);
}

/* ---- all of them ---- */

/* One run with one fault; true when it was reached. */
static bool attempt(const struct work *w, long nth, long times, int error)
{
    struct made m;
    struct space *space = NULL;
    int fds = faults_fds();
    w->make(&m);
    uint64_t damaged = damages(&m);
    if (!w->is_index)
        assert_int_equal(space_open(m.dir, 0, &space), 0);
    faults_set(FAULT_RENAME, nth, times, error);
    int rc = w->run(&m, space);
    bool reached = faults_calls(FAULT_RENAME) >= nth;
    faults_set(0, 0, 0, 0);
    if (reached != (rc < 0))
        print_error("%s, rename %ld x %ld, %s: %d\n", w->name, nth, times, strerror(error), rc);
    assert_int_equal(reached, rc < 0);
    for (int done = !reached; done < 2; done++) {
        w->check(&m, done);
        check_tidy(&m, space);
        assert_int_equal(damages(&m), damaged);
        if (!done)
            assert_int_equal(w->run(&m, space), 0); /* the cause is gone */
    }
    space_free(space);
    assert_int_equal(faults_fds(), fds);
    made_done(&m);
    return reached;
}

static void loop(const struct work *w)
{
    static const int error[] = { EIO, ENOSPC };
    for (int e = 0; e < 2; e++) {
        long n = 1;
        for (; attempt(w, n, 1, error[e]); n++)
            if (n == 1 || !w->is_index)
                attempt(w, n, 1000, error[e]);
        assert_true(n > w->renames);
    }
}

static void test_retention(void **state)
{
    (void)state;
    loop(&(struct work){ "retention", PARTS, aged_make, aged_run, aged_check, false });
}

static void test_set_aside(void **state)
{
    (void)state;
    loop(&(struct work){ "set aside", 1, aside_make, aside_run, aside_check, false });
}

static void test_import(void **state)
{
    (void)state;
    loop(&(struct work){ "import", 4, import_make, import_run, import_check, false });
}

static void test_csv(void **state)
{
    (void)state;
    loop(&(struct work){ "csv", 2 * CSV_DAYS, csv_make, csv_run, csv_check, false });
}

static void test_index(void **state)
{
    (void)state;
    loop(&(struct work){ "index", 2, index_make, index_run, index_look, true });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retention), cmocka_unit_test(test_set_aside), cmocka_unit_test(test_import),
        cmocka_unit_test(test_killed_import),
        cmocka_unit_test(test_csv), cmocka_unit_test(test_index),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
