/*
 * The index when things go wrong: files that are damaged, foreign or too new, disks that fail or are full at any
 * write, readers that hold it, an allowance that is used up.
 */
#include "index_sample.h"
#include "test.h"

#include "base/rng.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a disk that fails: the system's VFS with the nth change of a file refused ---- */

static sqlite3_vfs *real_vfs, faulty;
static int changes_left = -1; /* until it fails, -1 = never */
static bool fails_on;         /* and goes on failing */
static int fails_with;

struct faulty_file {
    const sqlite3_io_methods *real;
    sqlite3_io_methods methods;
};

static struct faulty_file *faulty_of(sqlite3_file *f)
{
    return (struct faulty_file *)((char *)f + (real_vfs->szOsFile + 15) / 16 * 16);
}

static int faulty_now(void)
{
    if (changes_left < 0)
        return SQLITE_OK;
    if (changes_left > 0) {
        changes_left--;
        return SQLITE_OK;
    }
    if (!fails_on)
        changes_left = -1;
    return fails_with;
}

static int faulty_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    int rc = faulty_now();
    return rc ? rc : faulty_of(f)->real->xWrite(f, bytes, n, at);
}

static int faulty_sync(sqlite3_file *f, int flags)
{
    int rc = faulty_now();
    return rc ? rc : faulty_of(f)->real->xSync(f, flags);
}

static int faulty_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc = faulty_now();
    return rc ? rc : faulty_of(f)->real->xTruncate(f, size);
}

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)vfs;
    int rc = real_vfs->xOpen(real_vfs, name, f, flags, out);
    if (rc != SQLITE_OK || !f->pMethods)
        return rc;
    struct faulty_file *file = faulty_of(f);
    file->real = f->pMethods;
    file->methods = *file->real;
    file->methods.xWrite = faulty_write;
    file->methods.xSync = faulty_sync;
    file->methods.xTruncate = faulty_truncate;
    f->pMethods = &file->methods;
    return rc;
}

/* Before the first index is opened: it builds upon the default. */
static int faulty_register(void **state)
{
    (void)state;
    real_vfs = sqlite3_vfs_find(NULL);
    faulty = *real_vfs;
    faulty.pNext = NULL;
    faulty.zName = "faulty";
    faulty.szOsFile = (real_vfs->szOsFile + 15) / 16 * 16 + (int)sizeof(struct faulty_file);
    faulty.xOpen = faulty_open;
    return sqlite3_vfs_register(&faulty, 1);
}

static void faulty_set(int n, bool on, int with)
{
    changes_left = n;
    fails_on = on;
    fails_with = with;
}

/* ---- what everybody expects of an index that was renewed ---- */

static void count_name(void *self, const char *name)
{
    *(int *)self += strncmp(name, "index.db.damaged-", 17) == 0 && !strstr(name, "-wal");
}

static int damaged_files(const struct sample *s)
{
    int n = 0;
    os_list("", s->dir, count_name, &n);
    return n;
}

static void assert_renewed(struct sample *s)
{
    struct index *x;
    struct index_session got;
    s->filled = 0;
    assert_int_equal(sample_try(s, 0, &x), 0);
    assert_int_equal(s->filled, 1);
    assert_int_equal(index_session(x, "session_20261101_000000", &got), 0);
    assert_int_equal(got.events, 2);
    assert_int_equal(got.gaps, 1);
    assert_int_equal(index_check(x), 0);
    index_close(x);
}

static void put_file(const struct sample *s, const char *text, size_t n)
{
    assert_int_equal(os_write_file(s->path, text, n), 0);
}

static void foreign_files(void **state)
{
    struct sample *s = *state;
    struct index *x;
    static const char text[8192] = "This is no database at all, it is a letter.";
    put_file(s, text, sizeof text);
    assert_int_equal(index_open_read(s->dir, &x), -EBADMSG);
    assert_int_equal(index_open(s->dir, &(struct index_options){ 0 }, &x), -EBADMSG);
    assert_int_equal(damaged_files(s), 0); /* nobody but the owner touches it */
    assert_renewed(s);
    assert_int_equal(damaged_files(s), 1);

    sqlite3 *db; /* a database of somebody else */
    os_disk_remove(s->path);
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE sessions (id)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(index_open_read(s->dir, &x), -EBADMSG);
    sleep(1); /* the stamp of the second one */
    assert_renewed(s);
    assert_int_equal(damaged_files(s), 2);
}

/* Ours, but for a trigger that somebody added. */
static void foreign_tables(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    sqlite3 *db;
    index_close(x);
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TRIGGER t AFTER INSERT ON labels BEGIN DELETE FROM sessions; END",
                                      NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(index_open_read(s->dir, &x), -EBADMSG);
    assert_renewed(s);
}

static void newer_versions(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    sqlite3 *db;
    index_close(x);
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(index_open_read(s->dir, &x), -ENOTSUP);
    assert_int_equal(sample_try(s, 0, &x), -ENOTSUP);
    assert_int_equal(damaged_files(s), 0);
}

static void paths(void **state)
{
    struct sample *s = *state;
    struct index *x;
    char other[300];
    struct stat st;
    assert_int_equal(index_open_read(s->dir, &x), -ENOENT);
    assert_int_equal(index_open(s->dir, &(struct index_options){ 0 }, &x), -ENOENT);
    snprintf(other, sizeof other, "%s/other", s->dir);
    assert_int_equal(symlink(other, s->path), 0);
    assert_int_equal(sample_try(s, 0, &x), -ELOOP);
    assert_int_equal(os_disk_remove(s->path), 0);
    assert_int_equal(sample_try(s, 0, &x), 0);
    for (int i = 0; i < 3; i++) {
        snprintf(other, sizeof other, "%s%s", s->path, (const char *const[]){ "", "-wal", "-shm" }[i]);
        assert_int_equal(stat(other, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    index_close(x);
}

#define NOBODY 65534

/* The directory and the files in it belong to this user. */
static int own_all(const char *dir, uid_t user)
{
    static const char *const file[] = { "", "/index.db", "/index.db-wal", "/index.db-shm" };
    char path[OS_PATH_MAX];
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        snprintf(path, sizeof path, "%s%s", dir, file[i]);
        if (chown(path, user, user) < 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}

/* On a disk that cannot be written, simulated by a directory without the right: root has all rights. */
static void read_only_disk(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    char id[INDEX_ID_MAX];
    sample_session(x, 0, 1, 0, id);
    index_close(x);
    pid_t child = fork(); /* of an ordinary user: root may write everywhere */
    if (child == 0) {
        struct index_session got;
        if (os_is_root() && (own_all(s->dir, NOBODY) < 0 || setuid(NOBODY) < 0))
            _exit(1);
        if (chmod(s->dir, 0500) < 0 || index_open_read(s->dir, &x) < 0)
            _exit(2);
        _exit(index_session(x, id, &got) < 0 ? 3 : 0);
    }
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    chmod(s->dir, 0700);
}

/* Filling that fails is done again, and gives each event once; labels outlive the damage. */
static void filling(void **state)
{
    struct sample *s = *state;
    struct index *x;
    struct index_session got;
    s->fails = -EIO;
    assert_int_equal(sample_try(s, 0, &x), -EIO);
    assert_int_equal(sample_try(s, 0, &x), -EIO);
    s->fails = 0;
    assert_renewed(s);
    assert_int_equal(sample_try(s, 0, &x), 0);
    assert_int_equal(s->filled, 1);
    assert_int_equal(index_label(x, "session_20261101_000000", "the good one", "a note"), 0);
    index_close(x);

    /* The root page of another table is overwritten: labels can still be read. */
    sqlite3 *db;
    sqlite3_stmt *root;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'filled'", -1,
                                        &root, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(root), SQLITE_ROW);
    int page = sqlite3_column_int(root, 0);
    sqlite3_finalize(root);
    sqlite3_close(db);
    static char noise[4096];
    memset(noise, 0xa5, sizeof noise);
    int fd = os_disk_open(s->path, OS_DISK_WRITE);
    assert_int_equal(os_disk_write(fd, noise, sizeof noise, (page - 1) * 4096LL), 0);
    os_close(fd);
    s->filled = 0;
    assert_int_equal(sample_try(s, 0, &x), -EBADMSG); /* found after opening: it goes aside when it is closed */
    assert_int_equal(sample_try(s, 0, &x), 0);
    assert_int_equal(s->filled, 1);
    assert_int_equal(index_session(x, "session_20261101_000000", &got), 0);
    assert_string_equal(got.labels, "the good one");
    index_close(x);
}

static void read_all(void *self, const struct index_session *session)
{
    (void)session;
    ++*(int *)self;
}

static void skip_event(void *self, const struct index_event *e)
{
    *(size_t *)self += strlen(e->text);
}

static void skip_anomaly(void *self, const struct index_anomaly *a)
{
    *(size_t *)self += strlen(a->causes);
}

/* Any bytes: an error or an answer, and the owner always comes to a good index. */
static void torn_and_flipped(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    char id[INDEX_ID_MAX], *good, *bad;
    size_t n, chars = 0;
    int sessions = 0, renewed = 0;
    for (int i = 0; i < 30; i++)
        sample_session(x, i, 10, 3, id);
    index_close(x);
    assert_int_equal(os_read_file(s->path, 1 << 24, &good, &n), 0);
    bad = malloc(n);
    assert_non_null(bad);
    struct rng r;
    rng_seed(&r, 4);
    for (int round = 0; round < 150; round++) {
        size_t size = n;
        memcpy(bad, good, n);
        if (round % 3 == 0)
            size = rng_below(&r, (uint32_t)n);
        else
            for (uint32_t k = 0; k < 1u + (uint32_t)round; k++)
                bad[rng_below(&r, (uint32_t)n)] ^= (char)(1u << rng_below(&r, 8));
        put_file(s, bad, size);
        if (index_open_read(s->dir, &x) == 0) {
            index_sessions(x, &INDEX_ALL, read_all, &sessions);
            index_events(x, NULL, 0, 0, 0, skip_event, &chars);
            index_anomalies(x, NULL, 0, 0, 0, skip_anomaly, &chars);
            index_close(x);
        }
        s->filled = 0;
        int rc = sample_try(s, 0, &x);
        for (int again = 0; rc == -EBADMSG && again < 3; again++)
            rc = sample_try(s, 0, &x);
        assert_int_equal(rc, 0);
        renewed += s->filled;
        if (index_check(x) == 0)
            assert_true(index_stats(x, &(struct index_stats){ 0 }) == 0);
        index_close(x);
        assert_true(damaged_files(s) <= 2);
        os_disk_remove(s->path);
    }
    assert_true(renewed > 50);
    free(bad);
    free(good);
}

/* The nth change of a file fails, once or for good, for all n: an error, and everything before it is there. */
static void each_write_fails(void **state, bool on, int with, int want)
{
    struct sample *s = *state;
    int failures = 0;
    for (int n = 0; n < 400; n++) {
        char id[INDEX_ID_MAX];
        struct index_session got;
        struct index_stats st;
        struct event e = sample_event(SAMPLE_START, EVENT_GAP);
        struct index *x = sample_open(s, 0);
        sample_session(x, n, 0, 0, id);
        faulty_set(n, on, with);
        int rc = 0, added = 0;
        for (; added < 40 && rc >= 0; added += rc >= 0)
            rc = index_add_events(x, id, &e, 1);
        if (rc < 0) {
            failures++;
            assert_int_equal(rc, want);
            assert_true(index_session(x, id, &got) == 0 || on);
        }
        faulty_set(-1, false, 0);
        assert_int_equal(index_add_events(x, id, &e, 1), 1); /* the same call, when the cause is gone */
        added++;
        assert_int_equal(index_session(x, id, &got), 0);
        assert_int_equal(got.events, added);
        assert_int_equal(index_stats(x, &st), 0);
        assert_int_equal(index_check(x), 0);
        index_close(x);
        x = sample_open(s, 0); /* and after the next start */
        assert_int_equal(index_session(x, id, &got), 0);
        assert_int_equal(got.events, added);
        index_close(x);
        assert_int_equal(damaged_files(s), 0);
        if (rc >= 0 && n > 150)
            break;
    }
    assert_true(failures > 100);
}

static void a_write_fails(void **state)
{
    each_write_fails(state, false, SQLITE_IOERR_WRITE, -EIO);
}

static void a_disk_is_full(void **state)
{
    each_write_fails(state, true, SQLITE_FULL, -ENOSPC);
}

/* Opening on a disk that fails somewhere: an error, nothing lost, and it opens when the cause is gone. */
static void opening_fails(void **state)
{
    struct sample *s = *state;
    int failures = 0;
    for (int n = 0; n < 120; n++) {
        struct index *x;
        faulty_set(n, true, SQLITE_FULL);
        int rc = sample_try(s, 0, &x);
        faulty_set(-1, false, 0);
        if (rc == 0) {
            index_close(x);
            os_disk_remove(s->path);
            continue;
        }
        failures++;
        assert_int_equal(rc, -ENOSPC);
        assert_renewed(s);
        assert_int_equal(damaged_files(s), 0);
        os_disk_remove(s->path);
    }
    assert_true(failures > 20);
}

/* ---- bytes ---- */

/* Hammers while another process's reader holds a snapshot: never more than promised, not between two calls either. */
static void bounded_bytes(void **state)
{
    struct sample *s = *state;
    const int64_t allowance = 2 << 20, worst = index_worst_bytes(allowance);
    struct index *x = sample_open(s, allowance);
    struct index_stats st;
    static struct event e[INDEX_BATCH];
    char id[INDEX_ID_MAX];
    int64_t most = 0;
    int refused = 0, added = 0;
    sqlite3 *reader;
    struct index_session session = { .start_ms = SAMPLE_START, .origin = "recorded" };
    sample_begin(x, &session, id);
    for (int i = 0; i < INDEX_BATCH; i++) {
        e[i] = sample_event(SAMPLE_START + i, EVENT_GAP);
        memset(e[i].text, 'x', sizeof e[i].text - 1);
    }
    assert_int_equal(sqlite3_open_v2(s->path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (int round = 0; round < 400; round++) {
        if (round % 80 == 40)
            assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM events", NULL, NULL, NULL), SQLITE_OK);
        if (round % 80 == 70)
            assert_int_equal(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
        int rc = index_add_events(x, id, e, INDEX_BATCH);
        assert_true(rc == INDEX_BATCH || rc == -EAGAIN);
        refused += rc == -EAGAIN;
        added += rc > 0 ? rc : 0;
        if (sample_bytes(s) > most)
            most = sample_bytes(s);
        assert_true(sample_bytes(s) <= worst);
    }
    sqlite3_close(reader);
    assert_true(refused > 10);   /* the reader was felt, */
    assert_true(added > 30000);  /* but not for ever, */
    assert_true(most > allowance); /* and the limit was near */
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.events > 1000 && st.events < added); /* the oldest made room */
    assert_true(st.database_bytes <= allowance);
    assert_int_equal(index_check(x), 0);
    index_close(x);
    assert_true(sample_bytes(s) <= allowance);
    print_message("%d events added, %d batches refused, at most %lld of %lld bytes\n", added, refused,
                  (long long)most,
                  (long long)worst);

    /* A smaller allowance: the file shrinks to it when it is opened. */
    x = sample_open(s, INDEX_ALLOWANCE_MIN);
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.database_bytes <= INDEX_ALLOWANCE_MIN);
    assert_int_equal(index_check(x), 0);
    index_close(x);
}

/* The limit that nothing passes, whatever is done: a transaction that is too large is rolled back. */
static void bounded_log(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0); /* registers the VFS */
    sqlite3 *db;
    char path[320];
    struct os_disk_entry e;
    assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READWRITE, "sonde-bounded"), SQLITE_OK);
    int rc = sqlite3_exec(db, "WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 6000) "
                          "INSERT INTO labels SELECT 1, 'x' || i || hex(zeroblob(500)), '', 0 FROM k", NULL, NULL, NULL);
    assert_int_equal(rc, SQLITE_FULL);
    snprintf(path, sizeof path, "%s-wal", s->path);
    assert_int_equal(os_disk_look(path, &e), 0);
    assert_true(e.size > INDEX_WAL_MAX / 2 && e.size <= INDEX_WAL_MAX);
    sqlite3_close(db);
    char id[INDEX_ID_MAX];
    struct index_stats st;
    sample_session(x, 0, 1, 1, id);
    assert_int_equal(index_stats(x, &st), 0);
    assert_int_equal(st.labelled, 0);
    assert_int_equal(index_check(x), 0);
    index_close(x);
}

/* What is labelled is the last to go, sessions that run do not go at all, and at the end it says so. */
static void used_up(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, INDEX_ALLOWANCE_MIN);
    struct index_session got;
    static struct event e[INDEX_BATCH];
    char labelled[INDEX_ID_MAX], running[INDEX_ID_MAX], id[INDEX_ID_MAX];
    static char causes[INDEX_CAUSES_MAX];
    memset(causes, 'x', sizeof causes - 1);
    for (int i = 0; i < INDEX_BATCH; i++)
        e[i] = sample_event(SAMPLE_START + i, EVENT_GAP);
    sample_session(x, 0, 20, 2, labelled);
    assert_int_equal(index_label(x, labelled, "keep", ""), 0);
    struct index_session session = { .start_ms = SAMPLE_START, .origin = "recorded" };
    sample_begin(x, &session, running);
    for (int i = 0; i < 60; i++)
        assert_int_equal(index_add_events(x, running, e, INDEX_BATCH), INDEX_BATCH);
    size_t text = 0;
    assert_int_equal(index_events(x, labelled, 0, 0, 0, skip_event, &text), 20);

    int rc = 0;
    for (int i = 0; i < 2000 && rc >= 0; i++) { /* anomalies of what is labelled stay whatever comes */
        struct index_anomaly a = { .area = "", .summary = "", .causes = causes };
        rc = index_add_anomalies(x, labelled, &a, 1);
    }
    assert_int_equal(rc, -EDQUOT);
    assert_int_equal(index_session(x, labelled, &got), 0);
    assert_string_equal(got.labels, "keep");
    assert_int_equal(index_session(x, running, &got), 0);
    assert_int_equal(index_check(x), 0);
    assert_true(index_remove(x, labelled) == 0); /* and this helps */
    sample_session(x, 5, 1, 1, id);
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)
        TEST(foreign_files), TEST(foreign_tables), TEST(newer_versions), TEST(paths), TEST(read_only_disk),
            TEST(filling),
        TEST(torn_and_flipped), TEST(a_write_fails), TEST(a_disk_is_full), TEST(opening_fails), TEST(bounded_bytes),
        TEST(bounded_log), TEST(used_up),
    };
    return cmocka_run_group_tests(tests, faulty_register, NULL);
}
