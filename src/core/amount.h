/* A number with its unit, as people say it: three digits, "1.20 MB/s", "2.40 GHz", "48.0 C". */
#ifndef CORE_AMOUNT_H
#define CORE_AMOUNT_H

#include "core/schema.h"

#define AMOUNT_MAX 32

/* "-" where v is not known. Returns out. */
char *amount_text(double v, enum unit unit, char out[static AMOUNT_MAX]);

/*
 * In what an axis up to v is numbered, so that all of its numbers have one unit, said once: the value of 1 there, and
 * its name ("MB/s", "C", "" for a bare number).
 */
struct amount_scale {
    double factor;
    char unit[16];
};
struct amount_scale amount_scale(double v, enum unit unit);

#endif
