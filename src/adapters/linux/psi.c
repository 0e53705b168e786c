/* psi.c - the files of pressure stall information. */
#include "adapters/linux/psi.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* The line that begins so, NULL where it is missing or cut off. */
static const char *psi_line(const char *text, const char *line)
{
    const char *end;
    size_t n = strlen(line);
    for (const char *p = text; (end = strchr(p, '\n')); p = end + 1)
        if (strncmp(p, line, n) == 0 && p[n] == ' ')
            return p;
    return NULL;
}

/* What stands behind a word of the line, NULL where it has none such. */
static const char *psi_behind(const char *line, const char *word)
{
    const char *found = line ? strstr(line, word) : NULL;
    return found && found < strchr(line, '\n') ? found + strlen(word) : NULL;
}

double psi_total(const char *text, const char *line)
{
    const char *total = psi_behind(psi_line(text, line), " total=");
    uint64_t us;
    return total && text_u64(&total, &us) ? (double)us * 1e-6 : (double)NAN;
}

void psi_averages(const char *text, const char *line, double out[static PSI_SPANS])
{
    static const char *const word[PSI_SPANS] = { " avg10=", " avg60=", " avg300=" };
    const char *begin = psi_line(text, line);
    for (int i = 0; i < PSI_SPANS; i++) {
        const char *p = psi_behind(begin, word[i]);
        uint64_t whole, part = 0;
        out[i] = NAN;
        if (!p || !text_u64(&p, &whole))
            continue;
        if (*p++ != '.' || !text_u64(&p, &part)) /* always two digits */
            continue;
        out[i] = (double)whole + (double)part * 0.01;
    }
}
