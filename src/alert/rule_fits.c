/* rule_fits.c - can a rule ever hold here? A slip in a name, or bytes against percent, would be silent for ever. */
#include "alert/rule.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool fits_unit(enum rule_unit written, enum unit u)
{
    return written == RULE_BARE || (written == RULE_PERCENT ? u == UNIT_PERCENT :
                                    u == UNIT_BYTE || u == UNIT_BYTE_PER_S);
}

static const char *fits_unit_name(enum unit u)
{
    static const char *const names[] = {
        "a bare number", "%", "bytes", "bytes per second", "a number per second", "seconds", "degrees Celsius", "Hz", "W",
        "J", "V", "A", "turns per minute",
    };
    return (size_t)u < sizeof names / sizeof *names ? names[u] : "another unit";
}

/* The family that was meant, perhaps, as one may write it in place of what is written. */
static const char *fits_nearest(const char *glob, const struct schema *s)
{
    char family[SCHEMA_MAX_NAME];
    int n = schema_size(s);
    const char **names = mem_new(((size_t)n + 1) * sizeof *names);
    snprintf(family, sizeof family, "%.*s", (int)strcspn(glob, "{"), glob);
    for (int i = 0; i < n; i++)
        names[i] = schema_at(s, i)->name;
    const char *meant = text_nearest(family, names, (size_t)n, sizeof *names);
    mem_free(names);
    return meant;
}

bool rule_fits(const struct rule *r, const struct schema *s, char why[static RULE_WHY])
{
    int matches = 0, slot = -1;
    if (r->kind != RULE_METRIC && r->kind != RULE_FORECAST)
        return true;
    for (int i = 0; i < schema_size(s); i++)
        if (schema_match(s, i, r->metric)) {
            if (fits_unit(r->written, schema_at(s, i)->unit))
                return true;
            slot = i;
            matches++;
        }
    if (matches) {
        const struct metric *m = schema_at(s, slot);
        snprintf(why, RULE_WHY, "%.80s is in %s, not in %s", m->name, fits_unit_name(m->unit),
                 r->written == RULE_PERCENT ? "%" : "bytes");
        return false;
    }
    const char *meant = fits_nearest(r->metric, s);
    bool same = meant && strncmp(meant, r->metric, strcspn(r->metric, "{")) == 0 &&
                strlen(meant) == strcspn(r->metric, "{");
    if (same)
        snprintf(why, RULE_WHY, "%.90s matches no metric here; %.60s has other instances", r->metric, meant);
    else
        snprintf(why, RULE_WHY, "%.100s matches no metric here%s%.60s%s", r->metric, meant ? "; did you mean " : "",
                 meant ? meant : "", meant ? "?" : "");
    return false;
}
