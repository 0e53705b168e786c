/* test_state_book.c - a state that comes again has its id and its name; another has neither. */
#include "analyze/states/state_book.h"
#include "base/auto.h"
#include "fake.h"
#include "test.h"

#include <errno.h>
#include <string.h>

struct run {
    struct recording *r;
    struct report *a;
};

/* Quiet, then busy, then writing; on a machine that holds so much memory at rest. */
static struct run run_of(uint64_t seed, double memory, double cpu, bool writes)
{
    struct run x = { .r = fake_machine(300, seed) };
    double *used = fake_col(x.r, "memory.used", NULL);
    for (int i = 0; i < 300; i++)
        used[i] += memory;
    fake_set(x.r, "cpu.util", 100, 200, cpu);
    if (writes)
        fake_set(x.r, "disk.write.rate", 200, 240, 4e8);
    x.a = analyze_run(x.r, &(struct analyze_options){ .seed = 1 });
    return x;
}

static void run_done(struct run *x)
{
    report_free(x->a);
    recording_free(x->r);
}

static const struct state *named(const struct run *x, const char *name)
{
    for (int i = 0; i < x->a->states.k; i++)
        if (strcmp(x->a->states.items[i].name, name) == 0)
            return &x->a->states.items[i];
    return NULL;
}

/* The same book, as the next program reads it. */
static void reopen(struct state_book *b)
{
    auto_buf struct buf text = { 0 }, again = { 0 };
    state_book_put(b, &text);
    assert_int_equal(state_book_read(b, text.p), 0);
    state_book_put(b, &again);
    assert_string_equal(text.p, again.p);
}

static void test_known_again(void **state)
{
    (void)state;
    struct state_book *b = state_book_new();
    struct run first = run_of(1, 0, 95, false), second = run_of(2, 2e9, 93, true);
    state_book_recognise(b, first.r, &first.a->states);
    assert_int_equal(state_book_size(b), 2);
    int idle = named(&first, "idle")->id, busy = named(&first, "CPU busy")->id;
    assert_true(idle >= 1 && busy >= 1 && idle != busy);
    reopen(b);
    state_book_recognise(b, second.r, &second.a->states);
    assert_int_equal(second.a->states.k, 3);
    assert_int_equal(state_book_size(b), 3);
    assert_int_equal(named(&second, "idle")->id, idle);
    assert_int_equal(named(&second, "CPU busy")->id, busy);
    const struct state *writes = named(&second, "disk writes");
    assert_non_null(writes);
    assert_true(writes->id != idle && writes->id != busy);
    run_done(&first);
    run_done(&second);
    state_book_free(b);
}

/* A new state takes the place of the one seen longest ago, but of none that this run has. */
static void test_full(void **state)
{
    (void)state;
    struct state_book *b = state_book_new();
    struct run first = run_of(1, 0, 95, false), second = run_of(2, 0, 93, false);
    auto_buf struct buf text = { 0 }, full = { 0 };
    char line[16];
    state_book_recognise(b, first.r, &first.a->states);
    int busy = named(&first, "CPU busy")->id;
    state_book_put(b, &text);
    /* A book that never saw the machine idle, saw it busy first, and then much else. */
    snprintf(line, sizeof line, "\n%d ", busy);
    int head = (int)strcspn(text.p, "\n");
    while (text.p[head - 1] != ' ')
        head--;
    buf_printf(&full, "%.*s100%s", head, text.p, strstr(text.p, line));
    char *idle = strchr(full.p, '\n');
    while ((idle = strchr(idle + 1, '\n')) && (idle[1] == ' ' || idle[1] == '\0'))
        ;
    if (idle)
        full.n = (size_t)(idle + 1 - full.p);
    for (int i = 0; i < 63; i++)
        buf_printf(&full, "%d 10 9000000000000 seen later\n", 10 + i);
    assert_int_equal(state_book_read(b, full.p), 0);
    assert_int_equal(state_book_size(b), 64);
    state_book_recognise(b, second.r, &second.a->states);
    assert_int_equal(named(&second, "CPU busy")->id, busy);
    assert_int_equal(named(&second, "idle")->id, 100);
    run_done(&first);
    run_done(&second);
    state_book_free(b);
}

/* A run of one state only, and one whose own words would be others for a hair's breadth. */
static void test_names_stay(void **state)
{
    (void)state;
    struct state_book *b = state_book_new();
    struct run first = run_of(3, 0, 81, false), alone = { .r = fake_machine(120, 4) }, near = run_of(5, 0, 78, false);
    alone.a = analyze_run(alone.r, &(struct analyze_options){ .seed = 1 });
    state_book_recognise(b, first.r, &first.a->states);
    int idle = named(&first, "idle")->id, busy = named(&first, "CPU busy")->id;
    state_book_recognise(b, alone.r, &alone.a->states);
    assert_string_equal(alone.a->states.items[0].name, "steady, idle");
    assert_int_equal(alone.a->states.items[0].id, idle);
    assert_non_null(named(&near, "CPU at work"));
    state_book_recognise(b, near.r, &near.a->states);
    assert_int_equal(named(&near, "CPU busy")->id, busy);
    assert_int_equal(state_book_size(b), 2);
    run_done(&first);
    run_done(&alone);
    run_done(&near);
    state_book_free(b);
}

static void test_full_book(void **state)
{
    (void)state;
    struct state_book *b = state_book_new();
    for (int i = 0; i < STATE_BOOK_MAX + 8; i++) {
        struct run x = run_of(10, 0, 0, false);
        x.a->states.items[0].centroid[0] = 1000.0 * (i + 1); /* far from all others */
        x.a->states.k = 1;
        state_book_recognise(b, x.r, &x.a->states);
        assert_int_equal(x.a->states.items[0].id, i + 1);
        run_done(&x);
    }
    assert_int_equal(state_book_size(b), STATE_BOOK_MAX);
    reopen(b);
    state_book_free(b);
}

static void test_what_is_no_book(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "sonde states 2 1\n", "sonde states 1 x\n", "sonde states 1 2\n cpu.util 1\n", "sonde states 1 2\n9 1 0 idle\n",
        "sonde states 1 2\n1 1 0 idle\n cpu.util nan\n", "sonde states 1 2\n1 -4 0 idle\n", "sonde states 1 2\n1 1 0 \n",
    };
    struct state_book *b = state_book_new();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(state_book_read(b, bad[i]), -EINVAL);
        assert_int_equal(state_book_size(b), 0);
    }
    assert_int_equal(state_book_read(b, "sonde states 1 2\n1 10 0 light work\n cpu.util 4\n"), 0);
    assert_int_equal(state_book_size(b), 1);
    state_book_free(b);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_full),
        cmocka_unit_test(test_known_again),
    cmocka_unit_test(test_names_stay),
    cmocka_unit_test(test_full_book),
    cmocka_unit_test(test_what_is_no_book),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
