/*
 * test_readers.c - two processes read a directory again and again while a third records in it, packs, and goes
 * from one segment to the next: all that they see is whole, right and in order, and grows.
 */
#include "../unit/test.h"

#include "../unit/store_sample.h"
#include "base/log.h"
#include "os/os.h"
#include "store/archive.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define READERS 2
#define TICKS (TEST_SLOW ? 3000 : 6000)
#define STEP_MS 30000 /* so that the recording passes midnight */

struct seen {
    struct sample *s;
    int64_t n, last;
    bool wrong;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    int64_t i = sample_index(v->s, m);
    (void)about;
    v->wrong |= i != v->last + 1 || !sample_is_right(v->s, schema, m);
    v->last = i;
    v->n++;
    return 0;
}

/* Reads until all is there. The exit status: 0, or what was wrong. */
static int read_on(const char *dir)
{
    struct sample s;
    int64_t before = 0;
    sample_init(&s, 3, STEP_MS);
    for (int round = 0; before < TICKS; round++) {
        struct archive *a;
        struct seen v = { .s = &s, .last = -1 };
        uint64_t lost = 0;
        if (round > 100000 || archive_open(dir, &a) < 0)
            return 1;
        int rc = archive_play(a, NULL, 0, INT64_MAX, see, &v, &lost);
        archive_free(a);
        if (rc < 0 || lost)
            return 2;
        if (v.wrong)
            return 3;
        if (v.n < before)
            return 4;
        before = v.n;
    }
    sample_done(&s);
    return 0;
}

static void test_readers(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    struct store *store;
    int32_t owner;
    pid_t reader[READERS];
    sample_options(&o, dir);
    char sub[80];
    snprintf(sub, sizeof sub, "%s/segments", dir);
    assert_int_equal(os_make_dir(sub), 0);
    for (int r = 0; r < READERS; r++)
        if ((reader[r] = fork()) == 0)
            _exit(read_on(dir));
    sample_init(&s, 3, STEP_MS);
    assert_int_equal(store_open(&o, &store, &owner), 0);
    for (int64_t i = 0; i < TICKS; i++) {
        store_append(store, s.schema, sample_moment(&s, i));
        if (i % 50 == 49)
            store_flush(store);
    }
    store_close(store);
    for (int r = 0; r < READERS; r++) {
        int status;
        assert_true(waitpid(reader[r], &status, 0) == reader[r]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    sample_done(&s);
    os_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_readers) };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
