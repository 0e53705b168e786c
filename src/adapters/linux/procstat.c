/* procstat.c - the parser of /proc/PID/stat, by hand: sscanf() takes four times as long. */
#include "adapters/linux/procstat.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

/* Numbers behind the state, counted from the parent (field 4 of the manual page). */
enum { FIELD_PPID, FIELD_FLAGS = 5, FIELD_UTIME = 10, FIELD_STIME, FIELD_CUTIME, FIELD_CSTIME,
       FIELD_THREADS = 16, FIELD_START = 18, FIELD_RSS = 20, FIELDS };

/* What is negative (a terminal's group, a priority, the idle task's parent)
 * is of no use here: 0. */
static bool procstat_numbers(const char *s, uint64_t v[static FIELDS])
{
    for (int i = 0; i < FIELDS; i++) {
        while (*s == ' ')
            s++;
        bool negative = *s == '-';
        s += negative;
        if (!text_u64(&s, &v[i]) || (*s != ' ' && *s != '\n' && *s != '\0'))
            return false;
        if (negative)
            v[i] = 0;
    }
    return *s != '\0'; /* more must follow, or the last number may be cut off */
}

bool procstat_parse(const char *line, double ticks_per_s, double page_bytes, struct procstat *out)
{
    const char *open = strchr(line, '('), *end = strrchr(line, ')');
    uint64_t v[FIELDS];
    if (!open || !end || end < open || end[1] != ' ' || end[2] == '\0' || end[3] != ' ' ||
        !procstat_numbers(end + 3, v) || v[FIELD_PPID] > INT32_MAX)
        return false;

    struct procstat s = {
        .kernel = v[FIELD_FLAGS] & PF_KTHREAD,
        .p = {
            .ppid = (int32_t)v[FIELD_PPID],
            .state = end[2] > ' ' && end[2] < 127 ? end[2] : '?',
            .start_s = (double)v[FIELD_START] / ticks_per_s,
            .cpu_s = (double)(v[FIELD_UTIME] + v[FIELD_STIME]) / ticks_per_s,
            .children_cpu_s = (double)(v[FIELD_CUTIME] + v[FIELD_CSTIME]) / ticks_per_s,
            .rss_bytes = (double)v[FIELD_RSS] * page_bytes,
            .threads = (double)v[FIELD_THREADS],
            .gpu_bytes = NAN,
        },
    };
    char name[PROC_NAME_MAX];
    size_t n = (size_t)(end - open - 1);
    if (n >= sizeof name)
        n = sizeof name - 1;
    memcpy(name, open + 1, n);
    name[n] = '\0';
    text_copy(s.p.name, sizeof s.p.name, name);
    *out = s;
    return true;
}
