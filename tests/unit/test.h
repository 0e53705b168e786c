/* test.h - what every unit test includes, in the order that cmocka wants. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers make everything ten times slower: then less is tried, of the same kinds. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define TEST_SLOW 1
#endif
#endif
#if !defined TEST_SLOW && defined __SANITIZE_ADDRESS__ /* gcc */
#define TEST_SLOW 1
#endif
#ifndef TEST_SLOW
#define TEST_SLOW 0
#endif

/* A path below the source tree; in a static buffer of the calling test. */
#define SOURCE_PATH(buffer, path) \
    snprintf(buffer, sizeof buffer, "%s/%s", getenv("SONDE_SOURCE"), path)

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))
#define assert_nan(a) assert_true(isnan(a))

#endif
