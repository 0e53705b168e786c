/* Numbers for people: digits, prefixes, what is not known. */
#include "test.h"

#include "core/amount.h"

static void every_unit(void **state)
{
    (void)state;
    static const struct { double v; enum unit unit; const char *want; } cases[] = {
        { 23.14, UNIT_PERCENT, "23.1 %" }, { 0, UNIT_PERCENT, "0 %" }, { 100, UNIT_PERCENT, "100 %" },
        { 0.1234, UNIT_PERCENT, "0.123 %" }, { 99.97, UNIT_PERCENT, "100 %" },
        { 48, UNIT_CELSIUS, "48.0 C" }, { -3.5, UNIT_CELSIUS, "-3.50 C" },
        { 1.5e9, UNIT_BYTE, "1.50 GB" }, { 1.2e6, UNIT_BYTE_PER_S, "1.20 MB/s" }, { 0, UNIT_BYTE_PER_S, "0 B/s" },
        { 2.4e9, UNIT_HERTZ, "2.40 GHz" }, { 999.7e6, UNIT_HERTZ, "1.00 GHz" },
        { 34.1, UNIT_WATT, "34.1 W" }, { 0.25, UNIT_WATT, "250 mW" }, { 1.25, UNIT_VOLT, "1.25 V" },
        { 0.0042, UNIT_SECOND, "4.20 ms" }, { 0, UNIT_SECOND, "0 s" }, { 2.5, UNIT_SECOND, "2.50 s" }, { 90, UNIT_SECOND, "90.0 s" },
        { 195, UNIT_SECOND, "3.25 min" }, { 7200, UNIT_SECOND, "2.00 h" },
        { 1e6, UNIT_SECOND, "11.6 d" }, { -195, UNIT_SECOND, "-3.25 min" },
        { 5400, UNIT_SECOND, "1.50 h" }, { 12345, UNIT_PER_S, "12.3 k/s" }, { 7, UNIT_PER_S, "7.00 /s" },
        { 1200, UNIT_RPM, "1200 rpm" }, { 0.52, UNIT_NONE, "0.520" }, { 3, UNIT_NONE, "3" },
        { 81, UNIT_NONE, "81" }, { 81.5, UNIT_NONE, "81.5" }, { 0, UNIT_NONE, "0" }, { -2, UNIT_NONE, "-2" },
        { NAN, UNIT_PERCENT, "-" }, { INFINITY, UNIT_BYTE, "-" },
        { 1e-12, UNIT_SECOND, "0.001 ns" }, { 1e300, UNIT_HERTZ, "1.00e+288 THz" }, { 1e300, UNIT_BYTE_PER_S, NULL },
        { 99999999999, UNIT_NONE, "99999999999" }, { 9223372036854775808.0, UNIT_NONE, "9.22e+18" },
        { -1e40, UNIT_PERCENT, "-1.00e+40 %" }, { 9.2e18, UNIT_SECOND, "1.06e+14 d" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[AMOUNT_MAX];
        amount_text(cases[i].v, cases[i].unit, out);
        assert_true(strlen(out) < AMOUNT_MAX);
        if (cases[i].want)
            assert_string_equal(out, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_unit) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
