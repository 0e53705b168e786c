/* A set of processors, and its one canonical text, "0-3,8". */
#ifndef POLICY_CPUS_H
#define POLICY_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUS_MAX 1024 /* those of higher numbers are not seen */

struct cpus {
    uint64_t word[CPUS_MAX / 64];
};

void cpus_add(struct cpus *c, int cpu); /* out of range: nothing */
bool cpus_has(const struct cpus *c, int cpu);
int cpus_count(const struct cpus *c);
bool cpus_within(const struct cpus *c, const struct cpus *all);
void cpus_keep(struct cpus *c, const struct cpus *these); /* takes out what is in c only */

/* Reads a list as the kernel writes it, blanks around it allowed. -EINVAL: it is none; -ERANGE: beyond CPUS_MAX. The
 * empty list is an empty set. */
int cpus_parse(const char *list, struct cpus *out);

/* The same of a file; what os_read_text() returns where it cannot be read. */
int cpus_read(const char *root, const char *path, struct cpus *out);

/* -ENAMETOOLONG: it does not fit. */
int cpus_put(const struct cpus *c, char *out, size_t cap);

#endif
