/* psi.c - the files of pressure stall information. */
#include "adapters/linux/psi.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

double psi_total(const char *text, const char *line)
{
    const char *end;
    size_t n = strlen(line);
    for (const char *p = text; (end = strchr(p, '\n')); p = end + 1) {
        const char *total = strncmp(p, line, n) == 0 && p[n] == ' ' ? strstr(p, " total=") : NULL;
        uint64_t us;
        if (!total || total > end)
            continue;
        total += strlen(" total=");
        return text_u64(&total, &us) ? (double)us * 1e-6 : (double)NAN;
    }
    return NAN;
}
