/*
 * test_power.c - power is lost at any moment: of what was not synced, writes may be missing, torn, zeros or with
 * holes, new names may be gone and removed files back. What was synced is there, and nothing that is read is wrong.
 */
#include "../unit/test.h"

#include "../unit/store_sample.h"
#include "base/log.h"
#include "base/rng.h"
#include "faults.h"
#include "os/os.h"
#include "store/archive.h"

#define TICKS 120
#define SYNC_EVERY 10
#define ROUNDS (TEST_SLOW ? 150 : 400)

/* Set back now and then, so that few instants fill several journals. */
static int64_t index_of(int i)
{
    return i % 40 + (2 - i / 40) * 1000;
}

static int number_of(int64_t index)
{
    return (int)(2 - index / 1000) * 40 + (int)(index % 1000);
}

/* A file as it will be found: what was synced, and what was written since. */
struct file {
    const char *path;
    char *synced;
    size_t n;
    size_t first_op;          /* writes since the sync are among the operations from here on */
    bool name_safe, removed;
};

struct disk {
    struct file file[64];
    size_t n;
};

static struct file *disk_find(struct disk *d, const char *path)
{
    for (size_t i = d->n; i > 0; i--)
        if (strcmp(d->file[i - 1].path, path) == 0)
            return &d->file[i - 1];
    return NULL;
}

static void put(char **bytes, size_t *n, size_t at, const char *from, size_t count)
{
    if (at + count > *n) {
        *bytes = realloc(*bytes, at + count);
        memset(*bytes + *n, 0, at + count - *n);
        *n = at + count;
    }
    if (from)
        memcpy(*bytes + at, from, count);
    else
        memset(*bytes + at, 0, count);
}

/* Everything that was written to the file from its last sync to here is safe. */
static void disk_sync(struct file *f, const struct op_done *op, size_t upto)
{
    for (size_t i = f->first_op; i < upto; i++) {
        if (op[i].op == OP_WRITE && strcmp(op[i].path, f->path) == 0)
            put(&f->synced, &f->n, (size_t)op[i].at, op[i].bytes, op[i].n);
        if (op[i].op == OP_CUT && strcmp(op[i].path, f->path) == 0 && (size_t)op[i].at < f->n)
            f->n = (size_t)op[i].at;
    }
    f->first_op = upto;
}

static bool in_dir(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}

/* What is safe after the first `cut` operations; returns how many instants are. */
static int64_t disk_replay(struct disk *d, const struct op_done *op, size_t cut)
{
    int64_t marked = 0;
    for (size_t i = 0; i < cut; i++) {
        struct file *f = op[i].op == OP_MARK || op[i].op == OP_SYNC_DIR ? NULL : disk_find(d, op[i].path);
        if (op[i].op == OP_CREATE)
            d->file[d->n++] = (struct file){ .path = op[i].path, .first_op = i };
        else if (op[i].op == OP_MARK)
            marked = op[i].at;
        else if (op[i].op == OP_SYNC && f)
            disk_sync(f, op, i);
        else if (op[i].op == OP_REMOVE && f)
            f->removed = true;
        for (size_t k = 0; op[i].op == OP_SYNC_DIR && k < d->n; k++)
            if (in_dir(d->file[k].path, op[i].path)) {
                d->file[k].name_safe = !d->file[k].removed;
                if (d->file[k].removed)
                    d->file[k].path = "";
            }
    }
    return marked;
}

/* One of the files that may be found. */
static void disk_write(struct file *f, const struct op_done *op, size_t cut, struct rng *r)
{
    if (!*f->path || (!f->name_safe && rng_below(r, 2)) || (f->removed && rng_below(r, 2)))
        return;
    char *bytes = malloc(f->n + 1);
    size_t n = f->n;
    if (n)
        memcpy(bytes, f->synced, n);
    for (size_t i = f->first_op; i < cut; i++) {
        if (op[i].op != OP_WRITE || strcmp(op[i].path, f->path) != 0)
            continue;
        size_t part = rng_below(r, (uint32_t)op[i].n + 1);
        switch (rng_below(r, 5)) {
        case 0: put(&bytes, &n, (size_t)op[i].at, op[i].bytes, op[i].n); break;
        case 1: put(&bytes, &n, (size_t)op[i].at, op[i].bytes, part); break;
        case 2: put(&bytes, &n, (size_t)op[i].at, NULL, op[i].n); break;
        case 3: /* a page in the middle is missing */
            put(&bytes, &n, (size_t)op[i].at, op[i].bytes, op[i].n);
            put(&bytes, &n, (size_t)op[i].at + part, NULL, (op[i].n - part) / 2);
            break;
        default: break;
        }
    }
    assert_int_equal(os_write_file(f->path, n ? bytes : "", n), 0);
    free(bytes);
}

struct seen {
    struct sample *s;
    char got[TICKS];
    bool wrong;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    (void)about;
    int i = number_of(sample_index(v->s, m));
    v->wrong |= i < 0 || i >= TICKS || v->got[i]++ || !sample_is_right(v->s, schema, m);
    return 0;
}

static void check(const char *dir, struct sample *s, int64_t marked)
{
    struct archive *a;
    struct seen v = { .s = s };
    int missing = 0;
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, see, &v, NULL), 0);
    archive_free(a);
    for (int i = 0; i < marked; i++)
        missing += !v.got[i];
    assert_false(v.wrong);
    assert_int_equal(missing, 0);
}

static void clear(const char *dir)
{
    char path[128];
    static const char *const sub[] = { "segments", "journal" };
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, sub[i]);
        os_remove_dir(path);
        assert_int_equal(os_make_dir(path), 0);
    }
}

static void test_power(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    struct store *store;
    int32_t owner;
    size_t n;
    struct rng r;
    rng_seed(&r, 11);
    sample_options(&o, dir);
    o.sync_s = 3600; /* only when it is asked for */
    sample_init(&s, 2, 1000);
    ops_start();
    assert_int_equal(store_open(&o, &store, &owner), 0);
    for (int i = 0; i < TICKS; i++) {
        store_append(store, s.schema, sample_moment(&s, index_of(i)));
        if (i % SYNC_EVERY == SYNC_EVERY - 1) {
            assert_int_equal(store_flush(store), 0);
            ops_mark(i + 1);
        }
    }
    store_close(store);
    const struct op_done *op = ops_stop(&n);
    assert_true(n > TICKS);
    for (int round = 0; round < ROUNDS; round++) {
        struct disk d = { 0 };
        size_t cut = rng_below(&r, (uint32_t)n + 1);
        int64_t marked = disk_replay(&d, op, cut);
        clear(dir);
        for (size_t i = 0; i < d.n; i++)
            disk_write(&d.file[i], op, cut, &r);
        check(dir, &s, marked);
        if (round % 4 == 0) { /* and so it stays when the next recorder has tidied up */
            assert_int_equal(store_open(&o, &store, &owner), 0);
            store_flush(store);
            store_close(store);
            check(dir, &s, marked);
        }
        for (size_t i = 0; i < d.n; i++)
            free(d.file[i].synced);
    }
    ops_free();
    sample_done(&s);
    os_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_power) };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
