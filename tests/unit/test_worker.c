/* The worker: in order, one at a time, a bounded queue, and who left is not served. */
#include "test.h"

#include "os/os.h"
#include "serve/worker.h"

#include <errno.h>

struct work {
    struct job job; /* first */
    int id;
};

static struct os_lock *gate;
static bool shut;
static int order[16], n_done, told;

static void work_run(struct job *j)
{
    struct work *w = (struct work *)j;
    os_lock(gate);
    while (shut)
        os_wait(gate, INT64_MAX);
    order[n_done++] = w->id;
    os_unlock(gate);
}

static void tell(void *self)
{
    os_lock(gate);
    ++*(int *)self;
    os_wake(gate);
    os_unlock(gate);
}

static void gate_set(bool s)
{
    os_lock(gate);
    shut = s;
    os_wake(gate);
    os_unlock(gate);
}

static void wait_told(int n)
{
    os_lock(gate);
    while (told < n)
        assert_true(os_wait(gate, os_mono_ns() + 5000000000));
    os_unlock(gate);
}

/* Until the first job has begun: then it can no longer be cancelled, and others can. */
static void wait_begun(struct worker *w, struct work *first)
{
    while (worker_cancel(w, &first->job)) {
        assert_int_equal(worker_put(w, &first->job), 0);
        os_sleep_until(os_mono_ns() + 1000000);
    }
}

static void works(void **state)
{
    (void)state;
    struct work w[6];
    told = n_done = 0;
    struct worker *worker = worker_new(3, tell, &told);
    assert_non_null(worker);
    assert_null(worker_take(worker));
    gate_set(true);
    for (int i = 0; i < 6; i++)
        w[i] = (struct work){ .job.run = work_run, .id = i };
    assert_int_equal(worker_put(worker, &w[0].job), 0);
    wait_begun(worker, &w[0]);
    for (int i = 1; i < 4; i++)
        assert_int_equal(worker_put(worker, &w[i].job), 0);
    assert_int_equal(worker_put(worker, &w[4].job), -EBUSY); /* three wait */
    assert_true(worker_cancel(worker, &w[2].job));
    assert_false(worker_cancel(worker, &w[2].job));
    assert_false(worker_cancel(worker, &w[0].job)); /* it runs */
    assert_int_equal(worker_put(worker, &w[5].job), 0);
    gate_set(false);
    wait_told(4);
    static const int want[] = { 0, 1, 3, 5 };
    for (int i = 0; i < 4; i++) {
        struct work *done = (struct work *)worker_take(worker);
        assert_non_null(done);
        assert_int_equal(done->id, want[i]);
        assert_int_equal(order[i], want[i]);
    }
    assert_null(worker_take(worker));
    assert_true(worker_stop(worker));
    worker_free(worker);
}

static void stops_between_jobs(void **state)
{
    (void)state;
    struct work w[2] = { { .job.run = work_run, .id = 0 }, { .job.run = work_run, .id = 1 } };
    told = n_done = 0;
    struct worker *worker = worker_new(8, tell, &told);
    gate_set(true);
    worker_put(worker, &w[0].job);
    wait_begun(worker, &w[0]);
    worker_put(worker, &w[1].job);
    assert_false(worker_stop(worker)); /* the first one runs on */
    gate_set(false);
    assert_true(worker_stop(worker));
    assert_ptr_equal(worker_take(worker), &w[0].job);
    assert_null(worker_take(worker));
    assert_true(worker_cancel(worker, &w[1].job)); /* the second one was never begun */
    assert_int_equal(n_done, 1);
    assert_int_equal(told, 0);
    worker_free(worker);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(works), cmocka_unit_test(stops_between_jobs) };
    gate = os_lock_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    os_lock_free(gate);
    return failed;
}
