/*
 * Control groups that come and go, each with the same files: what the adapters `services` and
 * `services_io` share. Which numbers are read from which files is a table of theirs.
 *
 * Most services do nothing for most of the time, and every read costs about 4 us whatever it
 * says. So the first file, processor time, is each group's pulse: while it stands still, and
 * nothing else had changed either when all was read last, the other files are left alone and
 * their values stand, for a minute at most. (A task that is stuck uses no processor, but then its
 * pressure had grown when all was read last.)
 */
#ifndef ADAPTERS_LINUX_GROUPS_H
#define ADAPTERS_LINUX_GROUPS_H

#include "core/adapter.h"

#define GROUPS_FIELDS 24 /* at most, of a table */

/* Where a number stands in one version of the hierarchy. */
struct groups_place {
    const char *hierarchy; /* of version 1: "cpuacct" */
    const char *file;      /* NULL: this version does not have it */
    double (*parse)(const char *text, const char *key);
    const char *key;
    double scale;
};

struct groups_field {
    const char *name, *help; /* no name: read as the pulse only */
    enum unit unit;
    enum kind kind;
    const char *rate;        /* as in struct metric */
    bool if_any;             /* has a metric only from when it is known and not 0 */
    struct groups_place at[2]; /* in version 1, in version 2; those of one file stand together */
};

struct groups_ratio {
    const char *name, *help;
    enum unit unit;
    int num, den;            /* numbers of fields, or SCHEMA_TIME */
    double scale, max;
    bool of_cpus;            /* of the time of all processors */
};

struct groups_layout {
    const struct groups_field *field;
    int n_fields;
    const struct groups_ratio *ratio;
    int n_ratios;
};

/* For `parse`. NaN for what is not there. */
double groups_number(const char *text, const char *key); /* the file is one; "max" and its like are none */
double groups_keyed(const char *text, const char *key);  /* behind the key at the start of a line */
double groups_io(const char *text, const char *key);     /* version 2: all "rbytes=" of all devices */
double groups_blkio(const char *text, const char *key);  /* version 1: all "8:0 Read 17" */
double groups_psi(const char *text, const char *key);    /* "some", "full": seconds */
double groups_cpu_max(const char *text, const char *key); /* processors that the quota allows */

/* What an adapter with `of` = a layout is made of. */
int groups_open(const struct adapter_env *env, struct schema *s, void **self);
void groups_sample(void *self, struct frame *f);
int groups_rescan(void *self, struct schema *s);
void groups_close(void *self);

#endif
