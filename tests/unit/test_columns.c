/* test_columns.c - columns of a report file, read back as the page reads them. */
#include "test.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/rng.h"
#include "serve/api/columns.h"

static int value_of(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 :
           c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t bytes_of(const struct buf *text, uint8_t *out)
{
    size_t n = 0;
    assert_int_equal(text->n % 4, 0);
    for (size_t i = 0; i < text->n; i += 4) {
        uint32_t v = 0;
        for (int k = 0; k < 4; k++)
            v = v << 6 | (uint32_t)(value_of(text->p[i + (size_t)k]) & 63);
        out[n++] = (uint8_t)(v >> 16);
        if (text->p[i + 2] != '=')
            out[n++] = (uint8_t)(v >> 8);
        if (text->p[i + 3] != '=')
            out[n++] = (uint8_t)v;
    }
    return n;
}

static uint64_t number_of(const uint8_t **p)
{
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        v |= (uint64_t)(**p & 127) << shift;
        if (*(*p)++ < 128)
            return v;
    }
}

/* Holds what was packed against what was given, to half a quantum. */
static size_t check(const double *v, size_t n, double quantum)
{
    auto_buf struct buf text = { 0 };
    columns_put(v, n, quantum, &text);
    uint8_t *bytes = mem_new(text.n + 1);
    size_t size = bytes_of(&text, bytes), at = 0;
    double last = 0;
    for (const uint8_t *p = bytes; p < bytes + size;) {
        uint64_t t = number_of(&p), times = t == 1 ? number_of(&p) : 1;
        if (t > 1) {
            uint64_t z = t - 2;
            last += (double)((int64_t)(z >> 1) ^ -(int64_t)(z & 1));
        }
        for (; times > 0; times--, at++) {
            assert_true(at < n);
            if (t == 0)
                assert_true(isnan(v[at]));
            else
                assert_true(fabs(last * quantum - v[at]) <= 0.5000001 * quantum);
        }
    }
    assert_int_equal(at, n);
    mem_free(bytes);
    return text.n;
}

static void test_columns(void **state)
{
    (void)state;
    const double mixed[] = { NAN, 1, 1, 1, NAN, NAN, 1, 2.5, -3, 0, 0, 0, 1e6, NAN };
    for (size_t n = 0; n <= sizeof mixed / sizeof *mixed; n++)
        check(mixed, n, 0.1);
    double v[5000];
    struct rng r;
    rng_seed(&r, 7);
    for (size_t i = 0; i < 5000; i++)
        v[i] = rng_unit(&r) < 0.1 ? (double)NAN : 1e4 * rng_normal(&r);
    check(v, 5000, columns_quantum(v, 5000));
}

/* What does not move costs nothing, and what moves little a byte. */
static void test_size(void **state)
{
    (void)state;
    double still[5000], quiet[5000];
    for (size_t i = 0; i < 5000; i++) {
        still[i] = 12.5;
        quiet[i] = 50 + (double)(i * 7919 % 11) / 10;
    }
    assert_true(check(still, 5000, columns_quantum(still, 5000)) <= 12);
    assert_true(check(quiet, 5000, columns_quantum(quiet, 5000)) <= 5000 * 4 / 3 + 8);
}

static void test_quantum(void **state)
{
    (void)state;
    const struct { double v, want; } cases[] = {
        { 100, 1 }, { 99.9, 0.1 }, { -123456, 1000 }, { 1e-3, 1e-5 }, { 0, 1 }, { NAN, 1 }, { INFINITY, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(fabs(columns_quantum(&cases[i].v, 1) - cases[i].want) <= 1e-9 * cases[i].want);
    const double infinite[] = { INFINITY, 1, -INFINITY };
    auto_buf struct buf text = { 0 };
    columns_put(infinite, 3, 1, &text); /* gaps */
    assert_string_equal(buf_text(&text), "AAQA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns), cmocka_unit_test(test_size), cmocka_unit_test(test_quantum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
