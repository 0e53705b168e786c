/* Models as bytes: what is written is read back, and what is not there or out of range is bad. */
#include "test.h"

#include "learn/detector/pack.h"

#include <float.h>

struct model {
    double v[3];
    int n;
    bool yes, no;
};

static void model_pack(struct model *m, struct pack *p)
{
    pack_doubles(p, m->v, 3);
    pack_int(p, &m->n, 7);
    pack_bool(p, &m->yes);
    pack_bool(p, &m->no);
}

static void round_trip(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct model a = { { 1.5, -INFINITY, NAN }, 7, true, false }, c = { .no = true };
    struct pack out = { .out = &b };
    model_pack(&a, &out);
    assert_false(out.bad);
    assert_int_equal(b.n, 3 * sizeof(double) + sizeof(int) + 2);

    struct pack in = { .at = (unsigned char *)b.p, .n = b.n };
    model_pack(&c, &in);
    assert_false(in.bad);
    assert_int_equal(in.n, 0);
    assert_memory_equal(a.v, c.v, sizeof a.v);
    assert_int_equal(c.n, 7);
    assert_true(c.yes && !c.no);
    buf_done(&b);
}

/* Whatever is missing is bad, zero, and stays bad: nothing behind it is read by mistake. */
static void truncated(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct model a = { { 1 + DBL_EPSILON, 2, 3 }, 4, true, true }; /* its first bytes read as a count of 1 */
    model_pack(&a, &(struct pack){ .out = &b });
    for (size_t n = 0; n < b.n; n++) {
        unsigned char *cut = malloc(n + !n); /* so that a sanitizer sees the end */
        struct model c = { { 9, 9, 9 }, 9, true, true };
        memcpy(cut, b.p, n);
        struct pack in = { .at = cut, .n = n };
        model_pack(&c, &in);
        assert_true(in.bad);
        assert_false(c.no);
        assert_true(c.v[0] == (n < 3 * sizeof(double) ? 0 : a.v[0]));
        assert_int_equal(c.n, n < 3 * sizeof(double) + sizeof(int) ? 0 : 4);
        free(cut);
    }
    buf_done(&b);
}

static void out_of_range(void **state)
{
    (void)state;
    static const struct {
        int v, most;
        bool bad;
    } cases[] = { { 0, 0, false }, { 1, 0, true }, { 7, 7, false }, { 8, 7, true }, { -1, 7, true },
                  { INT32_MIN, 7, true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int got = 99;
        struct pack in = { .at = (const unsigned char *)&cases[i].v, .n = sizeof(int) };
        pack_int(&in, &got, cases[i].most);
        assert_int_equal(in.bad, cases[i].bad);
        assert_int_equal(got, cases[i].bad ? 0 : cases[i].v);
    }
    for (int byte = 0; byte < 256; byte++) {
        bool got = true;
        struct pack in = { .at = (unsigned char[]){ (unsigned char)byte }, .n = 1 };
        pack_bool(&in, &got);
        assert_int_equal(in.bad, byte > 1);
        assert_int_equal(got, byte == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(truncated), cmocka_unit_test(out_of_range),
    };
    return cmocka_run_group_tests_name("learn/detector/pack", tests, NULL, NULL);
}
