/*
 * Devices of one kind that come and go, each a folder with the same few small files: zram0 and md0
 * in /sys/block. What adapters that are no more than that share; a table of theirs says the rest.
 */
#ifndef ADAPTERS_LINUX_FOLDERS_H
#define ADAPTERS_LINUX_FOLDERS_H

#include "core/adapter.h"

#define FOLDERS_FILES 5  /* at most, of a table */
#define FOLDERS_VALUES 8
#define FOLDERS_TEXT 160 /* of a file; what is longer is cut */

struct folders_value {
    const char *name, *help;
    enum unit unit;
    enum kind kind;
    double max;  /* of a gauge; 0 = none known */
    bool if_any; /* has a metric only where it is known and not 0 when the device is found */
};

struct folders_layout {
    const char *dir, *prefix; /* "/sys/block", "zram" */
    const char *const *file;  /* below each; what lacks the first is not meant */
    int n_files;
    const struct folders_value *value;
    int n_values;

    /* text[i]: of file i, "" where it could not be read. All v are NaN before. */
    void (*parse)(char text[][FOLDERS_TEXT], double *v);

    const char *absent; /* what to say where there is none */
};

/* What an adapter with `of` = a layout is made of. */
int folders_open(const struct adapter_env *env, struct schema *s, void **self);
void folders_sample(void *self, struct frame *f);
int folders_rescan(void *self, struct schema *s);
void folders_close(void *self);

#endif
