/*
 * What a machine consists of now, as far as it may change while it is there: versions, mounts, devices, services. Two
 * states are compared, and each difference is a sentence.
 *
 * A state is a list of items, sorted by kind and name, each with a value that may change. Texts are cleaned and cut.
 */
#ifndef ANALYZE_MACHINE_STATE_H
#define ANALYZE_MACHINE_STATE_H

#include "base/buf.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>

enum machine_kind {
    MACHINE_VERSION, /* "kernel": "6.1.0-18-amd64" */
    MACHINE_MOUNT,   /* the mount point: "ext4 rw" */
    MACHINE_DISK,    /* "sda": its model */
    MACHINE_NET,     /* "eth0": "up", "down", "" not known */
    MACHINE_USB,     /* "1-2": its product */
    MACHINE_GPU,     /* the PCI address: its driver */
    MACHINE_CPU,     /* "online": "0-7" */
    MACHINE_MEMORY,  /* "all": "16 GiB" */
    MACHINE_SERVICE, /* "nginx.service": which of its lives, a number */
    MACHINE_KINDS
};

struct machine_item {
    enum machine_kind kind;
    char name[96], value[64];
};

#define MACHINE_MAX 4096 /* items; a container host with more mounts is known in part, and compared no further */

struct machine_state {
    struct machine_item *item;
    size_t n, cap;
    bool cut;            /* there was more */
};

void machine_state_add(struct machine_state *s, enum machine_kind kind, const char *name, const char *value);
void machine_state_sort(struct machine_state *s); /* before anything is compared or looked for */
void machine_state_done(struct machine_state *s);

const struct machine_item *machine_state_find(const struct machine_state *s, enum machine_kind kind, const char *name);

/*
 * Adds the mounts of /proc/self/mountinfo that hold files of people: file systems on disks and of the network. Bind
 * mounts of a part, images of packages and what the system makes for itself come and go without being news.
 */
void machine_state_add_mounts(struct machine_state *s, const char *mountinfo);

/* Calls each() for every difference, by kind and name; was or is NULL: it came, or went. */
typedef void machine_state_differs(void *self, const struct machine_item *was, const struct machine_item *is);
void machine_state_compare(const struct machine_state *before, const struct machine_state *now,
                           machine_state_differs *each, void *self);

/*
 * A difference as a sentence; time, and end, are the caller's.
 *
 *   hides_mounts  names of mount points are not to be told
 *
 * False: it is not worth a word.
 */
bool machine_state_say(const struct machine_item *was, const struct machine_item *is, bool hides_mounts,
                       struct event *out);

/* As lines of a file, and read back: what is damaged is left out. */
void machine_state_put(const struct machine_state *s, struct buf *out);
void machine_state_take_line(struct machine_state *s, const char *line);

#endif
