/*
 * What a trial is judged by: its time, its processor time, a number that the program prints, or one that another
 * command prints afterwards. As a person writes it:
 *
 *   wall            seconds from start to end
 *   cpu             seconds of processor time
 *   stdout:REGEX    the first group of an extended regular expression (regex(7)) in a line of its standard output; of
 *                   several lines the last: "stdout:p99=([0-9.]+)"
 *   command:CMD     the first number that `sh -c CMD` prints, after the program has ended
 *   max:...         before any of these: larger is better
 *
 * A number must be above 0: gains are ratios.
 */
#ifndef POLICY_MEASURE_H
#define POLICY_MEASURE_H

#include "base/buf.h"

#include <regex.h>
#include <stdbool.h>

#define MEASURE_MAX 256 /* bytes of its text, NUL included */
#define MEASURE_WHY 200

enum measure_kind { MEASURE_WALL, MEASURE_CPU, MEASURE_STDOUT, MEASURE_COMMAND };

struct measure {
    enum measure_kind kind;
    bool larger;                /* is better */
    char text[MEASURE_MAX];     /* as it was given */
    const char *rest;           /* in it: the expression or the command */
    regex_t regex;              /* of MEASURE_STDOUT */
    bool compiled;
};

/* Reads one. -EINVAL and why. To be released in any case. */
int measure_open(struct measure *m, const char *text, char why[static MEASURE_WHY]);
void measure_done(struct measure *m);

/* "wall", "max:stdout": without what a person wrote behind it. Returns out. */
char *measure_form(const struct measure *m, char out[static 20]);

/* The number in what a program printed. `output` is cut into its lines. NaN: there is none. */
double measure_find(const struct measure *m, char *output);

/* The first number in a text ("took 1.5 s" has 1.5); NaN where there is none. */
double measure_number(const char *text);

/* As trials are compared: positive, smaller is better. NaN for what is not above 0. */
double measure_value(const struct measure *m, double number);

/* The number that stands behind such a value. */
double measure_shown(const struct measure *m, double value);

#endif
