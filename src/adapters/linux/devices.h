/*
 * Devices that come and go, each with the same counters, and their total: disks, interfaces.
 *
 * The total is kept from growths, not from sums: a device that arrives with a large counter or
 * leaves with it does not show as traffic.
 */
#ifndef ADAPTERS_LINUX_DEVICES_H
#define ADAPTERS_LINUX_DEVICES_H

#include "core/frame.h"
#include "core/schema.h"

#include <stdbool.h>

#define DEVICES_MAX 256     /* that get metrics: the schema only grows, and names can be endless */
#define DEVICES_COUNTERS 18 /* at most */
#define DEVICES_NAME 32

struct devices_counter {
    const char *name, *help;
    enum unit unit;
    const char *rate; /* as in struct metric */
    double wrap;      /* as in struct metric */
    bool busiest;     /* the total grows as the device that grew most, not as all together */
};

struct devices_ratio {
    const char *name, *help;
    enum unit unit;
    int num, den;     /* numbers of counters, or SCHEMA_TIME */
    double scale, max;
};

struct devices_layout {
    const struct devices_counter *counter;
    int n_counters;
    const struct devices_ratio *ratio;
    int n_ratios;
    int most;         /* devices; 0: DEVICES_MAX */
};

struct device {
    char name[DEVICES_NAME];
    bool in_total;
    bool ignored;  /* known, and has no metrics */
    bool seen;     /* in this reading */
    int slot[DEVICES_COUNTERS];
    double before[DEVICES_COUNTERS];
};

struct devices {
    const struct devices_layout *layout;
    struct device *d; /* n of them */
    size_t cap;
    int n, cursor;    /* cursor: devices come in the same order every time */
    bool started;     /* a reading was taken */
    int total_slot[DEVICES_COUNTERS];
    double total[DEVICES_COUNTERS], growth[DEVICES_COUNTERS];
};

/* Adds the metrics of the total. */
void devices_init(struct devices *d, const struct devices_layout *layout, struct schema *s);
void devices_done(struct devices *d);

/* A device that has metrics from now on, or that is known to have none.
 * False when there is no room for more. */
bool devices_add(struct devices *d, struct schema *s, const char *name, bool in_total);
bool devices_ignore(struct devices *d, const char *name);

/* One that has no metrics of its own and counts in the total. */
bool devices_count(struct devices *d, const char *name);

/* Its number, or -1. A name longer than DEVICES_NAME - 1 is compared as far as it was kept. */
int devices_find(struct devices *d, const char *name);

/* One reading: begin, the counters of each device that is there (NaN where unknown), end. */
void devices_begin(struct devices *d);
void devices_set(struct devices *d, struct frame *f, int i, const double *v);
void devices_end(struct devices *d, struct frame *f);

#endif
