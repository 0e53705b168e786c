/*
 * Compares what was made with an expected file below tests/golden/, and prints the difference.
 *
 * `SONDE_GOLDEN=write meson test -C build NAME` takes what is made now as expected: look at the
 * diff before committing it.
 */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include <stddef.h>

void golden_check(const char *name, const char *text, size_t n);

#endif
