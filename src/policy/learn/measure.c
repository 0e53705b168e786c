/* measure.c - metrics of trials, as a person writes them. */
#include "policy/learn/measure.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "wall", "cpu", "stdout", "command" };

/* The kind that a text begins with, and what follows its colon; -1. */
static int measure_kind_of(const char *text, const char **rest)
{
    for (int i = 0; i <= MEASURE_COMMAND; i++) {
        size_t n = strlen(names[i]);
        if (strncmp(text, names[i], n) == 0 && text[n] == (i < MEASURE_STDOUT ? '\0' : ':')) {
            *rest = text + n + (i >= MEASURE_STDOUT);
            return i;
        }
    }
    return -1;
}

static int measure_compile(struct measure *m, char why[static MEASURE_WHY])
{
    int rc = regcomp(&m->regex, m->rest, REG_EXTENDED);
    if (rc) {
        char said[80];
        regerror(rc, &m->regex, said, sizeof said);
        snprintf(why, MEASURE_WHY, "\"%.60s\" is no extended regular expression: %s", m->rest, said);
        return -EINVAL;
    }
    m->compiled = true;
    if (m->regex.re_nsub == 0) {
        snprintf(why, MEASURE_WHY, "\"%.60s\" has no group that is the number: stdout:p99=([0-9.]+)", m->rest);
        return -EINVAL;
    }
    return 0;
}

int measure_open(struct measure *m, const char *text, char why[static MEASURE_WHY])
{
    *m = (struct measure){ .kind = MEASURE_WALL };
    if (strlen(text) >= sizeof m->text || !text_is_plain(text)) {
        snprintf(why, MEASURE_WHY, "a metric is at most %d bytes of plain text", MEASURE_MAX - 1);
        return -EINVAL;
    }
    text_copy(m->text, sizeof m->text, text);
    m->larger = strncmp(m->text, "max:", 4) == 0;
    int kind = measure_kind_of(m->text + (m->larger ? 4 : 0), &m->rest);
    if (kind < 0) {
        snprintf(why, MEASURE_WHY, "\"%.40s\" is no metric: wall, cpu, stdout:REGEX or command:CMD, with max: before "
                 "it where larger is better", text);
        return -EINVAL;
    }
    m->kind = (enum measure_kind)kind;
    if (m->kind >= MEASURE_STDOUT && !*m->rest) {
        snprintf(why, MEASURE_WHY, "%s: is followed by %s", names[kind],
                 m->kind == MEASURE_STDOUT ? "an expression: stdout:p99=([0-9.]+)" : "a command");
        return -EINVAL;
    }
    return m->kind == MEASURE_STDOUT ? measure_compile(m, why) : 0;
}

void measure_done(struct measure *m)
{
    if (m->compiled)
        regfree(&m->regex);
    m->compiled = false;
}

char *measure_form(const struct measure *m, char out[static 20])
{
    snprintf(out, 20, "%s%s", m->larger ? "max:" : "", names[m->kind]);
    return out;
}

/* At the beginning of a text; "0x10", "nan" and "inf" are none. */
static double measure_leading(const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char number[64];
    double v;
    size_t n = strspn(digits, "0123456789.");
    if (digits[n] == 'e' || digits[n] == 'E') {
        size_t sign = digits[n + 1] == '-' || digits[n + 1] == '+';
        size_t exponent = strspn(digits + n + 1 + sign, "0123456789");
        n += exponent ? 1 + sign + exponent : 0;
    }
    n += (size_t)(digits - text);
    if (n >= sizeof number)
        return NAN;
    snprintf(number, sizeof number, "%.*s", (int)n, text);
    return text_double(number, &v) ? v : (double)NAN;
}

double measure_number(const char *text)
{
    for (; *text; text++) {
        const char *digit = text + (*text == '-');
        digit += *digit == '.';
        if (*digit >= '0' && *digit <= '9')
            return measure_leading(text);
    }
    return NAN;
}

double measure_find(const struct measure *m, char *output)
{
    double found = NAN;
    char *rest = output, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        regmatch_t at[2];
        if (regexec(&m->regex, line, 2, at, 0) != 0 || at[1].rm_so < 0)
            continue;
        line[at[1].rm_eo] = '\0';
        found = measure_leading(line + at[1].rm_so);
    }
    return found;
}

double measure_value(const struct measure *m, double number)
{
    if (!(number > 0) || !isfinite(number))
        return NAN;
    return m->larger ? 1 / number : number;
}

double measure_shown(const struct measure *m, double value)
{
    return m->larger ? 1 / value : value;
}
