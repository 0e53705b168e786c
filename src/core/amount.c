/*
 * amount.c - numbers for people, by unit.
 *
 * What spans decades (bytes, hertz, seconds, watts) gets a prefix, so that three digits say enough;
 * what stays near its scale (percent, degrees, revolutions) does not. What is beyond all scales, as
 * limits that mean "none" (fs.file-max), is written with its power of ten.
 */
#include "core/amount.h"

#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define AMOUNT_DIGITS_END 1e11 /* from here on digits fill no column of a table */

struct prefix {
    double factor;
    const char *name;
};

/* The first whose factor the number reaches; the last one takes what is smaller. */
static const struct prefix amount_large[] = {
    { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1, "" }, { 0, NULL },
};
static const struct prefix amount_both[] = {
    { 1e6, "M" }, { 1e3, "k" }, { 1, "" }, { 1e-3, "m" }, { 1e-6, "u" }, { 0, NULL },
};
static const struct prefix amount_small[] = {
    { 1, "" }, { 1e-3, "m" }, { 1e-6, "u" }, { 1e-9, "n" }, { 0, NULL },
};
static const struct prefix amount_bare[] = {
    { 1, "" }, { 0, NULL },
};

struct look {
    const char *name; /* behind the number and its prefix */
    const struct prefix *prefix;
};

static struct look amount_look(enum unit unit)
{
    switch (unit) {
    case UNIT_NONE: return (struct look){ "", amount_bare };
    case UNIT_PERCENT: return (struct look){ "%", amount_bare };
    case UNIT_CELSIUS: return (struct look){ "C", amount_bare };
    case UNIT_RPM: return (struct look){ "rpm", amount_bare };
    case UNIT_PER_S: return (struct look){ "/s", amount_large };
    case UNIT_HERTZ: return (struct look){ "Hz", amount_large };
    case UNIT_WATT: return (struct look){ "W", amount_both };
    case UNIT_JOULE: return (struct look){ "J", amount_both };
    case UNIT_VOLT: return (struct look){ "V", amount_small };
    case UNIT_AMPERE: return (struct look){ "A", amount_small };
    case UNIT_SECOND: return (struct look){ "s", amount_small };
    case UNIT_BYTE: case UNIT_BYTE_PER_S: break; /* base/text knows bytes */
    }
    return (struct look){ "", amount_bare };
}

/* Places behind the point that leave three digits. */
static int amount_places(double v)
{
    double a = fabs(v);
    return a == 0 || a >= 99.95 ? 0 : a >= 9.995 ? 1 : a >= 0.9995 ? 2 : 3;
}

static char *amount_put(double v, int places, const char *prefix, const char *unit, char out[static AMOUNT_MAX])
{
    const char *blank = *prefix || *unit ? " " : "";
    if (fabs(v) >= AMOUNT_DIGITS_END)
        snprintf(out, AMOUNT_MAX, "%.2e%s%s%s", v, blank, prefix, unit);
    else
        snprintf(out, AMOUNT_MAX, "%.*f%s%s%s", places, v, blank, prefix, unit);
    return out;
}

static const struct prefix amount_spans[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" } };

/* "3.25 min", "1.89 h", "2.31 d": a counter of time that moves should be seen to move. */
static char *amount_long(double v, char out[static AMOUNT_MAX])
{
    const struct prefix *p = amount_spans;
    while (p->factor > 60 && fabs(v) < 0.9995 * p->factor)
        p++;
    v /= p->factor;
    return amount_put(v, amount_places(v), "", p->name, out);
}

/* The prefix of a number, and with 0 none. */
static const struct prefix *amount_prefix(const struct prefix *p, double v)
{
    if (v == 0)
        while (p->factor != 1)
            p++;
    else
        while (p[1].name && fabs(v) < 0.9995 * p->factor)
            p++;
    return p;
}

struct amount_scale amount_scale(double v, enum unit unit)
{
    struct look look = amount_look(unit);
    struct amount_scale s = { 1, "" };
    const struct prefix *p = look.prefix;
    if (unit == UNIT_BYTE || unit == UNIT_BYTE_PER_S)
        look = (struct look){ unit == UNIT_BYTE ? "B" : "B/s", p = amount_large };
    if (unit == UNIT_SECOND && fabs(v) >= 99.95)
        for (look.name = "", p = amount_spans; p->factor > 60 && fabs(v) < 2 * p->factor;)
            p++;
    else
        p = amount_prefix(p, v);
    s.factor = p->factor;
    snprintf(s.unit, sizeof s.unit, "%s%s", p->name, look.name);
    return s;
}

char *amount_text(double v, enum unit unit, char out[static AMOUNT_MAX])
{
    if (!isfinite(v))
        return strcpy(out, "-");
    if (unit == UNIT_BYTE || unit == UNIT_BYTE_PER_S) {
        text_bytes(v, out, AMOUNT_MAX - 3);
        return unit == UNIT_BYTE ? out : strcat(out, "/s");
    }
    if (unit == UNIT_SECOND && fabs(v) >= 99.95)
        return amount_long(v, out);
    struct look look = amount_look(unit);
    const struct prefix *p = amount_prefix(look.prefix, v);
    double scaled = v / p->factor;
    /* A count is a whole number, and "81.0" would say that it might not be. */
    bool count = unit == UNIT_NONE && scaled == trunc(scaled);
    return amount_put(scaled, count ? 0 : amount_places(scaled), p->name, look.name, out);
}
