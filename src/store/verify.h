/*
 * Looks through an archive for damage: every chunk of every segment and journal against its checksum, every
 * block, table and list of processes decoded, times that grow, summaries and indexes against what they sum
 * up. Changes nothing, and may run while somebody records.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

struct verify_finding {
    const char *file;   /* below the data directory: "segments/20261126_021311.0.seg" */
    int64_t offset;     /* in it */
    const char *what;   /* one sentence for people */
    bool damage;        /* something is lost or wrong; else it is only worth knowing */
};

struct verify_totals {
    uint64_t files, chunks, blocks, ticks, values; /* that are whole */
    int64_t bytes;                                 /* looked at */
    uint64_t damages, notes;                       /* findings */
};

struct verify_watcher {
    void (*found)(void *self, const struct verify_finding *f);
    void (*progress)(void *self, double share); /* of the bytes, 0..1; NULL for none */
    bool (*stop)(void);                         /* asked between chunks; NULL: never */
    void *self;
};

/* 0, -EINTR when stopped, or why the directory cannot be read: -ENOENT. What it finds is no error. */
int store_verify(const char *dir, const struct verify_watcher *w, struct verify_totals *out);

/* One segment or journal; `name` is how findings call it; open: somebody may be writing to it. */
int verify_file(const char *path, const char *name, bool open, const struct verify_watcher *w,
                struct verify_totals *totals);

#endif
