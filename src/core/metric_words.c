/* metric_words.c - which of its kind a metric is. */
#include "core/metric_words.h"

#include <stdio.h>
#include <string.h>

void metric_which(const char *name, const char *inst_or_none, char *out, size_t cap)
{
    static const char temp[] = ".temp";
    const char *inst = inst_or_none ? inst_or_none : "", *kind = name;
    size_t n = strlen(name), tail = sizeof temp - 1;
    if (strncmp(name, "sensor.", 7) == 0) {
        const char *label = strrchr(inst, '/'), *chip = label;
        while (chip && chip > inst && chip[-1] != '/')
            chip--;
        snprintf(out, cap, "%s", chip ? chip : inst);
    } else if (n > tail && strcmp(name + n - tail, temp) == 0) {
        n -= tail;
        for (size_t i = 0; i < n; i++)
            if (name[i] == '.')
                kind = name + i + 1;
        snprintf(out, cap, "%.*s%s%s", (int)(name + n - kind), kind, *inst ? " " : "", inst);
    } else {
        snprintf(out, cap, "%s", strcmp(inst, "total") ? inst : "");
    }
}
