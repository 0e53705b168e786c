/* When a number is news, and when it is worth an alarm: single peaks first, then many days of them. */
#include "test.h"

#include "base/rng.h"
#include "learn/detector/tail.h"

#define DAY 86400.0
#define HOUR 3600.0

static struct tail made(bool follows)
{
    struct tail t;
    tail_init(&t, 100, 1, follows, 2.5, 60);
    return t;
}

/* A plateau is told once, from its first row; after it, the reference has sunk, and the next one is told. */
static void plateau(void **state)
{
    (void)state;
    for (int follows = 0; follows < 2; follows++) {
        struct tail t = made(follows);
        int news = 0;
        for (int i = 0; i < 2000; i++) {
            bool high = (i >= 500 && i < 700) || i >= 1500, told = tail_next(&t, i, high ? 5 : 0, 1);
            assert_int_equal(told, i == 500 || i == 1500);
            news += told;
        }
        assert_int_equal(news, 2);
        assert_int_equal(t.n, 2);
    }
}

/* Nothing is news that is not higher by more than a step; nor is the first value. */
static void step(void **state)
{
    (void)state;
    struct tail t = made(true);
    assert_false(tail_next(&t, 0, 9, 1));
    t = made(true);
    tail_next(&t, 0, 0, 1);
    assert_false(tail_next(&t, 1, 0.98, 1));
    t = made(true);
    tail_next(&t, 0, 0, 1);
    assert_true(tail_next(&t, 1, 1.02, 1));
    /* Where the reference follows, it sinks even while values are higher. */
    for (int follows = 0; follows < 2; follows++) {
        struct tail u = made(follows);
        tail_next(&u, 0, 0, 1);
        tail_next(&u, 1, 0, 1);
        assert_int_equal(tail_next(&u, 2, 0.995, 1), follows);
    }
    /* So soon after a peak the reference has sunk by fall * rows: 0.5 of a step. */
    for (int i = 0; i < 49; i++)
        assert_false(tail_next(&t, 2 + i, 0, 1));
    assert_near(t.reference, 1.02 - 0.49, 1e-9);
}

/* A rise slower than the reference can follow: news where it does not, never where it does. */
static void slow_rise(void **state)
{
    (void)state;
    struct tail with = made(true), without = made(false);
    int news_with = 0, news_without = 0;
    for (int i = 0; i <= 1000; i++) {
        news_with += tail_next(&with, i, i * 0.01005, 1);
        news_without += tail_next(&without, i, i * 0.01005, 1);
    }
    assert_int_equal(news_with, 0);
    assert_int_equal(news_without, 10);
    assert_int_equal(without.n, 1); /* all of it one piece: it never fell */
    assert_near(without.height[0], 10, 0.1);
}

/* Muted values are not told, and the reference is where they were. */
static void muted(void **state)
{
    (void)state;
    struct tail t = made(false);
    tail_mute(&t, 3);
    tail_mute(&t, 8);
    tail_mute(&t, 1);
    assert_near(t.reference, 8 - 0.01, 1e-12);
    assert_false(tail_next(&t, 0, 8.5, 1));
    assert_int_equal(t.n, 0);
    assert_true(tail_next(&t, 1, 9.5, 1));
    assert_int_equal(t.n, 1);
}

/* One row of peak every `apart` seconds, each `higher` than the last, in between nothing. Returns the pieces. */
static int pieces(double apart, int peaks, double higher)
{
    struct tail t;
    tail_init(&t, 1, 1, false, 2.5, 60); /* sinks at once */
    tail_next(&t, 0, 0, 1);
    for (int k = 0; k < peaks; k++) {
        assert_true(tail_next(&t, 100 + k * apart, 20 + k * higher, 1));
        for (int i = 0; i < 50; i++)
            tail_next(&t, 101 + k * apart, 0, 1);
    }
    /* The highest of those merged. */
    assert_near(t.height[t.n - 1], t.n == 1 ? fmax(20, 20 + (peaks - 1) * higher) : 20 + (peaks - 1) * higher, 1e-12);
    return t.n;
}

/* News closer than 60 s is one piece, and so is what never fell by a step in between. */
static void merges(void **state)
{
    (void)state;
    for (int higher = -2; higher <= 2; higher++) {
        assert_int_equal(pieces(59, 5, higher), 1);
        assert_int_equal(pieces(61, 5, higher), 5);
    }
}

/* Before there was news an alarm begins at the prior, and higher while less than a budget's worth of time is over. */
static void first_days(void **state)
{
    (void)state;
    struct tail t = made(false);
    tail_next(&t, 0, 0, 1);
    assert_true(isinf(t.level) && isinf(tail_rate(&t, 9)));
    tail_next(&t, DAY / 10, 9, 1);
    assert_near(t.level, 2.5 + 0.5 * log(10), 1e-9);
    assert_near(tail_rate(&t, t.level), 1, 1e-12); /* until more is known, the budget is what an alarm's level means */
    assert_near(tail_rate(&t, t.level + 0.5), exp(-1), 1e-12);
    t = made(false);
    tail_next(&t, 0, 0, 1);
    tail_next(&t, 3 * DAY, 9, 1);
    assert_near(t.level, 2.5, 1e-9);
}

static double exponential(struct rng *r)
{
    return -log(1 - rng_unit(r));
}

/*
 * News at random times, `rate` a day, of exponential heights: the quiet rows between are given only once, since the
 * reference sinks within one. Returns how many were above the level after the first day, and adds to *days.
 */
static int alarms(uint64_t seed, double rate, double scale, double budget, double days, double *judged)
{
    struct tail t;
    struct rng r;
    rng_seed(&r, seed);
    tail_init(&t, 1, 0.5, false, 2.5, 1);
    int n = 0;
    tail_next(&t, 0, -9, budget);
    for (double at = 0; (at += exponential(&r) * DAY / rate + 2) < days * DAY;) {
        double v = 1 + scale * exponential(&r);
        bool news = tail_next(&t, at, v, budget);
        assert_true(news);
        n += at > DAY && v > t.level;
        for (int i = 0; i < 40; i++)
            tail_next(&t, at + 1, -9, budget);
    }
    *judged += days - 1;
    return n;
}

/*
 * Over many machines the level is exceeded about as often as the budget says, whatever the scale of the heights and
 * how many there are: once to twice as often, for that is what it is sharpened by. Above it, three deviations of a
 * Poisson count are chance.
 */
static void keeps_the_budget(void **state)
{
    (void)state;
    static const struct {
        double rate, scale, budget;
    } cases[] = { { 20, 0.5, 1 }, { 20, 2, 1 }, { 100, 1, 1 }, { 40, 1, 4 }, { 20, 1, 0.25 } };
    int seeds = TEST_SLOW ? 10 : 40;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double days = 0;
        int n = 0;
        for (int s = 0; s < seeds; s++)
            n += alarms((uint64_t)s + 1, cases[i].rate, cases[i].scale, cases[i].budget, 10, &days);
        double allowed = cases[i].budget * days;
        assert_true(n > 0.7 * allowed && n <= 2.25 * allowed + 3 * sqrt(2.25 * allowed));
        printf("# %g news a day, scale %g: %.2f alarms a day, budget %g\n", cases[i].rate, cases[i].scale, n / days,
               cases[i].budget);
    }
}

/* How many pieces of news a day are so high: the tail says it, at the top and two scales above. */
static void rate(void **state)
{
    (void)state;
    struct tail t;
    struct rng r;
    rng_seed(&r, 7);
    tail_init(&t, 1, 0.5, false, 2.5, 1);
    tail_next(&t, 0, -9, 1);
    for (int i = 0; i < 240; i++) { /* 24 a day */
        tail_next(&t, (i + 1) * HOUR, 1 + exponential(&r), 1);
        for (int k = 0; k < 40; k++)
            tail_next(&t, (i + 1) * HOUR + 1, -9, 1);
    }
    assert_near(tail_rate(&t, t.top - 1), t.rate, 1e-12);
    assert_near(tail_rate(&t, t.top + 2 * t.scale), t.rate * exp(-2), 1e-12);
    assert_near(log(tail_rate(&t, 4)), log(24 * exp(-3.0)), 0.5); /* of 12 such: a third off is chance */
    assert_near(t.scale, 1, 0.3);
}

/* Far more news than are kept: the highest stay. What is older than TAIL_DAYS makes room first. */
static void keeps_the_highest(void **state)
{
    (void)state;
    struct tail t;
    tail_init(&t, 1, 0.5, false, 2.5, 1);
    tail_next(&t, 0, -9, 1);
    enum { MANY = 4 * TAIL_KEPT };
    for (int i = 0; i < MANY; i++) {
        int v = (i * 389) % MANY; /* each height once: 389 and MANY have no common divisor */
        assert_true(tail_next(&t, (i + 1) * 60.0, v + 1, 1));
        for (int k = 0; k < 2 * MANY && t.reference > 0; k++)
            tail_next(&t, (i + 1) * 60.0 + 1, -9, 1);
        for (int k = 0; k < 40; k++)
            tail_next(&t, (i + 1) * 60.0 + 1, -9, 1);
    }
    assert_int_equal(t.n, TAIL_KEPT);
    for (int i = 0; i < TAIL_KEPT; i++)
        assert_true(t.height[i] > MANY - TAIL_KEPT);
    assert_int_equal(tail_alike(&t, MANY), 1);
    assert_int_equal(tail_alike(&t, MANY - 9), 10);
    assert_int_equal(tail_alike(&t, 0), TAIL_KEPT);

    double later = MANY * 60.0 + TAIL_DAYS * DAY;
    assert_true(tail_next(&t, later, 1, 1)); /* lower than all of them */
    assert_int_equal(tail_alike(&t, 0), TAIL_KEPT);
    int low = 0;
    for (int i = 0; i < TAIL_KEPT; i++)
        low += t.height[i] == 1;
    assert_int_equal(low, 1);
}

static void random_rows(struct tail *t, struct rng *r, int from, int to, double *out)
{
    for (int i = from; i < to; i++) {
        double v = rng_normal(r) + (rng_below(r, 50) ? 0 : 4 * exponential(r));
        out[2 * (i - from)] = tail_next(t, i * 600.0, v, 1);
        out[2 * (i - from) + 1] = t->level;
    }
}

static void packs(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    static double before[2 * ROWS], a[2 * ROWS], b[2 * ROWS];
    struct tail t = made(true), u;
    struct buf bytes = { 0 };
    struct rng r;
    rng_seed(&r, 5);
    random_rows(&t, &r, 0, ROWS, before);
    tail_pack(&t, &(struct pack){ .out = &bytes });
    for (size_t n = 0; n < bytes.n; n += 1 + n / 100) {
        unsigned char *cut = malloc(n + !n);
        memcpy(cut, bytes.p, n);
        struct pack in = { .at = cut, .n = n };
        u = made(true);
        tail_pack(&u, &in);
        assert_true(in.bad);
        free(cut);
    }
    u = made(true);
    struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
    tail_pack(&u, &in);
    assert_true(!in.bad && in.n == 0);
    struct rng again = r;
    random_rows(&t, &r, ROWS, 2 * ROWS, a);
    random_rows(&u, &again, ROWS, 2 * ROWS, b);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(&t.when, &u.when, sizeof t.when);
    assert_memory_equal(&t.height, &u.height, sizeof t.height);
    assert_true(tail_rate(&t, 3) == tail_rate(&u, 3));
    buf_done(&bytes);
}

/* Packed in the middle of a piece of news, it is still the same piece; so it is when none was kept. */
static void packs_in_the_middle(void **state)
{
    (void)state;
    for (int fallen = 0; fallen < 2; fallen++) {
        struct tail t = made(false), u = made(false);
        struct buf bytes = { 0 };
        tail_next(&t, 0, 0, 1);
        tail_next(&t, 100, 3, 1);
        if (fallen)
            tail_next(&t, 200, 0, 1);
        tail_pack(&t, &(struct pack){ .out = &bytes });
        tail_pack(&u, &(struct pack){ .at = (unsigned char *)bytes.p, .n = bytes.n });
        assert_int_equal(u.last, 0);
        assert_true(tail_next(&u, 1000, 5, 1));
        assert_int_equal(u.n, 1 + fallen);
        buf_done(&bytes);
    }
    struct tail t = made(false), u = made(false);
    struct buf bytes = { 0 };
    u.last = 5;
    tail_pack(&t, &(struct pack){ .out = &bytes });
    assert_int_equal(t.last, -1); /* a pack that writes changes nothing */
    tail_pack(&u, &(struct pack){ .at = (unsigned char *)bytes.p, .n = bytes.n });
    assert_int_equal(u.last, -1);
    assert_nan(u.reference);
    buf_done(&bytes);
}

/* Bytes that nobody wrote: an answer, and nothing out of bounds. */
static void odd_bytes(void **state)
{
    (void)state;
    struct tail t = made(true);
    struct buf bytes = { 0 };
    struct rng r;
    rng_seed(&r, 9);
    tail_pack(&t, &(struct pack){ .out = &bytes });
    size_t ints = 8 * sizeof(double) + 1, flag = 4 * sizeof(double);
    for (int k = 0; k < 300; k++) {
        for (size_t i = 0; i < bytes.n; i++)
            bytes.p[i] = (char)rng_u64(&r);
        bool bad = k % 10 == 0;
        int n = (int)rng_below(&r, TAIL_KEPT + 1), last = (int)rng_below(&r, TAIL_KEPT + 1);
        bytes.p[flag] = bad ? 2 : k % 2;
        memcpy(bytes.p + ints, &n, sizeof n);
        memcpy(bytes.p + ints + sizeof n, &last, sizeof last);
        for (int i = 0; k % 3 == 0 && i < 8; i++)
            memcpy(bytes.p + ints + 2 * sizeof n + 8 * rng_below(&r, 2 * TAIL_KEPT), &(double){ NAN }, 8);
        t = made(k % 2);
        struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
        tail_pack(&t, &in);
        assert_int_equal(in.bad, bad);
        for (int i = 0; i < 50; i++) {
            tail_next(&t, i * 1e5, 50 * rng_normal(&r), 1);
            tail_alike(&t, i);
            tail_rate(&t, i);
        }
        assert_in_range(t.n, 0, TAIL_KEPT);
    }
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plateau), cmocka_unit_test(step), cmocka_unit_test(slow_rise), cmocka_unit_test(muted),
        cmocka_unit_test(merges), cmocka_unit_test(first_days), cmocka_unit_test(keeps_the_budget),
        cmocka_unit_test(rate), cmocka_unit_test(keeps_the_highest), cmocka_unit_test(packs),
        cmocka_unit_test(packs_in_the_middle), cmocka_unit_test(odd_bytes),
    };
    return cmocka_run_group_tests_name("learn/detector/tail", tests, NULL, NULL);
}
