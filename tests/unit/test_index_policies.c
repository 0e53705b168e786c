/* Policies and trials in the index: kept with their trials, found by their key, bounded, forgotten. */
#include "index_sample.h"
#include "test.h"

#include <errno.h>
#include <sqlite3.h>

struct seen {
    int n;
    int64_t number[200];
    char arm[INDEX_ARM_MAX], reason[INDEX_NOTE_MAX], phase[8][20];
    enum index_policy_state state;
    double ratio, value[8];
    char name[64];
};

static void note(void *self, const struct index_policy *p)
{
    struct seen *s = self;
    if (s->n < 200)
        s->number[s->n] = p->n;
    snprintf(s->arm, sizeof s->arm, "%s", p->arm);
    snprintf(s->reason, sizeof s->reason, "%s", p->reason);
    snprintf(s->name, sizeof s->name, "%s", p->name);
    s->state = p->state;
    s->ratio = p->ratio;
    s->n++;
}

static void note_trial(void *self, const struct index_trial *t)
{
    struct seen *s = self;
    if (s->n < 8) {
        snprintf(s->phase[s->n], sizeof s->phase[0], "%s", t->phase);
        s->value[s->n] = t->value;
    }
    snprintf(s->arm, sizeof s->arm, "%s", t->arm);
    s->n++;
}

static struct index_policy policy(const char *workload, enum index_policy_state state, const char *arm)
{
    return (struct index_policy){ .machine = "amd-25 cpus=2", .workload = workload, .goal = "latency",
                                  .contention = "quiet", .metric = "wall", .class = "openmp", .state = state,
                                  .arm = arm, .reason = "9 of 10 pairs won", .ratio = 1.5, .lo = 1.4, .hi = 1.6,
                                  .p = 0.0107, .pairs = 10, .won = 9, .at_ms = SAMPLE_START, .version = "1.0",
                                  .name = "job.sh" };
}

static void a_life(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct index_policy p = policy("00ff", INDEX_POLICY_LEARNED, "omp.wait=passive");
    struct index_trial t[] = {
        { "same", "", 1.5, 1.5, 1 }, { "search", "omp.wait=passive", INFINITY, 4.5, 2 },
        { "search", "nice=5", NAN, 0, 3 },
    };
    struct seen s = { 0 };
    assert_int_equal(index_find_policy(x, &p, note, &s), -ENODATA);
    int64_t n = index_add_policy(x, &p, t, 3);
    assert_true(n > 0);
    index_close(x);

    assert_int_equal(sample_try(*state, 0, &x), 0); /* it outlives a restart */
    assert_int_equal(index_find_policy(x, &p, note, &s), 0);
    assert_string_equal(s.arm, "omp.wait=passive");
    assert_string_equal(s.reason, "9 of 10 pairs won");
    assert_string_equal(s.name, "job.sh");
    assert_true(s.n == 1 && s.number[0] == n && s.ratio == 1.5 && s.state == INDEX_POLICY_LEARNED);
    s = (struct seen){ 0 };
    assert_int_equal(index_trials(x, n, note_trial, &s), 3);
    assert_string_equal(s.phase[0], "same");
    assert_string_equal(s.arm, "nice=5");
    assert_true(s.value[0] == 1.5 && isinf(s.value[1]) && isnan(s.value[2]));
    assert_int_equal(index_forget_policy(x, n), 0);
    assert_int_equal(index_forget_policy(x, n), -ENODATA);
    assert_int_equal(index_trials(x, n, note_trial, &s), 0); /* they went with it */
    index_close(x);
}

static void keys(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct index_policy p = policy("00ff", INDEX_POLICY_LEARNED, "nice=-10"), k = p;
    struct seen s = { 0 };
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    const char **field[] = { &k.machine, &k.workload, &k.goal, &k.contention, &k.metric };
    for (size_t i = 0; i < sizeof field / sizeof *field; i++) {
        const char *was = *field[i];
        *field[i] = "other";
        assert_int_equal(index_find_policy(x, &k, note, &s), -ENODATA);
        *field[i] = was;
    }
    p = policy("00ff", INDEX_POLICY_STANDARD, ""); /* learned anew: default */
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    assert_int_equal(index_find_policy(x, &k, note, &s), 0);
    assert_int_equal(s.state, INDEX_POLICY_STANDARD);
    p = policy("00ff", INDEX_POLICY_STOPPED, "nice=5"); /* what was stopped is not used */
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    assert_int_equal(index_find_policy(x, &k, note, &s), 0);
    assert_int_equal(s.state, INDEX_POLICY_STANDARD);

    p = policy("00ff", INDEX_POLICY_LEARNED, "session=own"); /* by another metric */
    p.metric = "cpu";
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    p = policy("00ff", INDEX_POLICY_STANDARD, "");
    p.metric = "max:stdout:([0-9]+)";
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    k.metric = NULL;
    assert_int_equal(index_find_policy(x, &k, note, &s), 0);
    assert_string_equal(s.arm, "session=own"); /* any metric: what was learned before what was not, the newest first */
    index_close(x);
}

static void bounds(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct seen s = { 0 };
    struct index_trial t[2] = { { "same", "", 1, 1, 1 }, { "pairs", "nice=5", 1, 1, 1 } };
    struct index_policy p = policy("00ff", INDEX_POLICY_LEARNED, "nice=5");
    for (int i = 0; i < INDEX_POLICIES_OF_ONE + 4; i++)
        assert_true(index_add_policy(x, &p, t, 2) > 0);
    assert_int_equal(index_policies(x, 0, note, &s), INDEX_POLICIES_OF_ONE);
    int64_t last = 0;
    for (int i = 0; i < INDEX_POLICIES_KEPT + 10; i++) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016x", i);
        p = policy(hash, INDEX_POLICY_LEARNED, "nice=5");
        last = index_add_policy(x, &p, t, 2);
        assert_true(last > 0);
    }
    s = (struct seen){ 0 };
    assert_int_equal(index_policies(x, 0, note, &s), INDEX_POLICIES_KEPT);
    assert_true(s.number[0] == last); /* the newest first */
    int64_t kept = s.number[INDEX_POLICY_TRIALS_KEPT - 1], gone = s.number[INDEX_POLICY_TRIALS_KEPT];
    assert_int_equal(index_trials(x, kept, note_trial, &s), 2);
    assert_int_equal(index_trials(x, gone, note_trial, &s), 0);
    assert_int_equal(index_policies(x, 5, note, &s), 5);
    index_close(x);
}

static void limits(void **state)
{
    struct index *x = sample_open(*state, INDEX_ALLOWANCE_MIN);
    struct index_stats st;
    static char longest[1000];
    static struct index_trial t[INDEX_POLICY_TRIALS_MAX + 1];
    memset(longest, 'x', sizeof longest - 1);
    struct index_policy p = policy("00ff", INDEX_POLICY_LEARNED, longest);
    assert_int_equal(index_add_policy(x, &p, NULL, 0), -EINVAL);
    p = policy("00ff", INDEX_POLICY_LEARNED, "a\033[2J");
    assert_int_equal(index_add_policy(x, &p, NULL, 0), -EINVAL);
    p = policy("", INDEX_POLICY_LEARNED, "");
    assert_int_equal(index_add_policy(x, &p, NULL, 0), -EINVAL);
    longest[INDEX_ARM_MAX - 1] = '\0';
    for (int i = 0; i <= INDEX_POLICY_TRIALS_MAX; i++)
        t[i] = (struct index_trial){ "search", longest, 1, 1, 1 };
    p = policy("00ff", INDEX_POLICY_LEARNED, longest);
    assert_int_equal(index_add_policy(x, &p, t, INDEX_POLICY_TRIALS_MAX + 1), -EINVAL);

    /* The largest there are, many more than fit: the oldest trials go, and the policies stay. */
    for (int i = 0; i < (TEST_SLOW ? 20 : 60); i++) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016x", i);
        p = policy(hash, INDEX_POLICY_LEARNED, longest);
        assert_true(index_add_policy(x, &p, t, INDEX_POLICY_TRIALS_MAX) > 0);
    }
    struct seen s = { 0 };
    assert_int_equal(index_policies(x, 0, note, &s), TEST_SLOW ? 20 : 60);
    assert_int_equal(index_trials(x, s.number[0], note_trial, &s), INDEX_POLICY_TRIALS_MAX);
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.database_bytes <= INDEX_ALLOWANCE_MIN);
    assert_int_equal(index_check(x), 0);
    index_close(x);
}

/* One of a version that knew no names of programs: what was learned stays. */
static void from_before_names(void **state)
{
    struct sample *sample = *state;
    struct index *x = sample_open(sample, 0);
    struct index_policy p = policy("00ff", INDEX_POLICY_LEARNED, "nice=5");
    struct seen s = { 0 };
    sqlite3 *db;
    assert_true(index_add_policy(x, &p, NULL, 0) > 0);
    index_close(x);
    assert_int_equal(sqlite3_open(sample->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "ALTER TABLE policies DROP COLUMN name; PRAGMA user_version = 5", NULL, NULL,
                                  NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(index_open_read(sample->dir, &x), -ENOTSUP);
    assert_int_equal(sample_try(sample, 0, &x), 0);
    assert_int_equal(index_find_policy(x, &p, note, &s), 0);
    assert_string_equal(s.arm, "nice=5");
    assert_string_equal(s.name, "");
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(keys, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(bounds, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(limits, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(from_before_names, sample_setup, sample_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
