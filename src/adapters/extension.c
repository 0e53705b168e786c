/* extension.c - checks a metric of somebody else's and adds it. */
#include "adapters/extension.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3)))
static bool extension_refuse(char why[static EXTENSION_WHY], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, EXTENSION_WHY, fmt, ap);
    va_end(ap);
    return false;
}

/* Lower case, digits and _ in parts that a point separates; no part is empty. */
static bool extension_is_family(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    for (;;) {
        size_t n = strspn(name, letters);
        if (n == 0 || (name[n] && name[n] != '.'))
            return false;
        if (!name[n])
            return true;
        name += n + 1;
    }
}

static bool extension_name_fits(const struct extension_metric *m, char why[static EXTENSION_WHY])
{
    const char *last = m->name ? strrchr(m->name, '.') : NULL;
    if (!m->name || strlen(m->name) >= EXTENSION_PART || !extension_is_family(m->name))
        return extension_refuse(why, "a name is at most 64 of a-z, 0-9 and _, in parts with points "
                                "between them, not '%.40s'", m->name ? m->name : "");
    if (strcmp(last ? last + 1 : m->name, "rate") == 0)
        return extension_refuse(why, "%s: names that end in 'rate' are for what Sonde derives from "
                                "counters", m->name);
    if (m->inst && (strlen(m->inst) >= EXTENSION_PART || strpbrk(m->inst, "{},*?") ||
                    !text_is_plain(m->inst)))
        return extension_refuse(why, "%s: an instance is at most 64 bytes of UTF-8 without {},*?", m->name);
    return true;
}

static bool extension_numbers_fit(const struct extension_metric *m, char why[static EXTENSION_WHY])
{
    if (!isfinite(m->min) || !isfinite(m->max) || m->min > m->max)
        return extension_refuse(why, "%s: min is above max, or one of them is no number", m->name);
    if (!(m->wrap >= 0) || isinf(m->wrap) || (m->wrap > 0 && !m->counter))
        return extension_refuse(why, "%s: wrap is above 0, and for counters only", m->name);
    return true;
}

static bool extension_fits(const struct extension_metric *m, int unit, char why[static EXTENSION_WHY])
{
    if (!extension_name_fits(m, why) || !extension_numbers_fit(m, why))
        return false;
    if (unit < 0)
        return extension_refuse(why, "%s: '%.20s' is no unit of Sonde's; take one of 1 %% By By/s 1/s "
                                "s Cel Hz W J V A {rpm}", m->name, m->unit ? m->unit : "");
    if (!m->help || !*m->help || !text_is_plain(m->help))
        return extension_refuse(why, "%s: it has no help, which says in a few words what it is", m->name);
    return true;
}

int extension_add(const struct extension *x, struct schema *s, const struct extension_metric *m,
                  char why[static EXTENSION_WHY])
{
    char name[SCHEMA_MAX_NAME];
    int unit = m->unit ? unit_of(m->unit) : -1;
    if (!extension_fits(m, unit, why))
        return -EINVAL;
    snprintf(name, sizeof name, EXTENSION_PREFIX "%s.%s", x->name, m->name);
    struct metric add = {
        .name = name, .inst = m->inst, .help = m->help, .unit = (enum unit)unit,
        .kind = m->counter ? KIND_COUNTER : KIND_GAUGE, .min = m->min, .max = m->max, .wrap = m->wrap };
    int slot = schema_find(s, name, m->inst);
    if (slot < 0)
        return schema_add(s, &add);
    const struct metric *is = schema_at(s, slot);
    if (is->unit == add.unit && is->kind == add.kind)
        return slot;
    extension_refuse(why, "%s: it was declared before with another unit or kind", m->name);
    return -EINVAL;
}
