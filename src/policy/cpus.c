/* cpus.c - sets of processors. */
#include "policy/cpus.h"

#include "os/os.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cpus_add(struct cpus *c, int cpu)
{
    if (cpu >= 0 && cpu < CPUS_MAX)
        c->word[cpu / 64] |= (uint64_t)1 << cpu % 64;
}

bool cpus_has(const struct cpus *c, int cpu)
{
    return cpu >= 0 && cpu < CPUS_MAX && c->word[cpu / 64] >> cpu % 64 & 1;
}

int cpus_count(const struct cpus *c)
{
    int n = 0;
    for (int i = 0; i < CPUS_MAX / 64; i++)
        n += __builtin_popcountll(c->word[i]);
    return n;
}

bool cpus_within(const struct cpus *c, const struct cpus *all)
{
    for (int i = 0; i < CPUS_MAX / 64; i++)
        if (c->word[i] & ~all->word[i])
            return false;
    return true;
}

void cpus_keep(struct cpus *c, const struct cpus *these)
{
    for (int i = 0; i < CPUS_MAX / 64; i++)
        c->word[i] &= these->word[i];
}

/* A number at *p, which moves behind it; -1 where there is none, CPUS_MAX for any that is larger. */
static int cpus_number(const char **p)
{
    if (!isdigit((unsigned char)**p))
        return -1;
    char *end;
    unsigned long v = strtoul(*p, &end, 10);
    *p = end;
    return v < CPUS_MAX ? (int)v : CPUS_MAX;
}

int cpus_parse(const char *list, struct cpus *out)
{
    struct cpus c = { 0 };
    const char *p = list + strspn(list, " \n\t");
    while (*p && !isspace((unsigned char)*p)) {
        int first = cpus_number(&p);
        int last = first;
        if (first >= 0 && *p == '-') {
            p++;
            last = cpus_number(&p);
        }
        if (first < 0 || last < first)
            return -EINVAL;
        if (last >= CPUS_MAX)
            return -ERANGE;
        for (int i = first; i <= last; i++)
            cpus_add(&c, i);
        if (*p == ',' && !isdigit((unsigned char)p[1]))
            return -EINVAL;
        p += *p == ',';
    }
    if (p[strspn(p, " \n\t")])
        return -EINVAL;
    *out = c;
    return 0;
}

int cpus_read(const char *root, const char *path, struct cpus *out)
{
    char text[4096];
    int rc = os_read_text(root, path, text, sizeof text);
    return rc < 0 ? rc : cpus_parse(text, out);
}

int cpus_put(const struct cpus *c, char *out, size_t cap)
{
    size_t n = 0;
    *out = '\0';
    for (int i = 0; i < CPUS_MAX; i++) {
        if (!cpus_has(c, i))
            continue;
        int first = i;
        while (cpus_has(c, i + 1))
            i++;
        int put = first == i ? snprintf(out + n, cap - n, "%s%d", n ? "," : "", i)
                             : snprintf(out + n, cap - n, "%s%d-%d", n ? "," : "", first, i);
        n += (size_t)put;
        if (n >= cap)
            return -ENAMETOOLONG;
    }
    return 0;
}
