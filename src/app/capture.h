/*
 * Records a machine as core/replay.h lays it out, scrubbed of what could name a person, a host or
 * an address. What the parts share; the command is commands/capture.c.
 */
#ifndef APP_CAPTURE_H
#define APP_CAPTURE_H

#include "base/buf.h"
#include "core/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- what is read: capture_paths.c ---- */

enum capture_kind {
    CAPTURE_FILE,
    CAPTURE_LINK,      /* only where it leads to */
    CAPTURE_EMPTY,     /* only that it is there */
    CAPTURE_BYTES,     /* a file that is no text */
    CAPTURE_DRM,       /* /proc/PID/fd/N, where it is a client of a GPU, and its fdinfo */
    CAPTURE_CPUINFO,   /* /proc/cpuinfo */
    CAPTURE_PROCESS,   /* /proc/PID/stat */
    CAPTURE_MOUNTS,    /* mountinfo: the space of each file system as well */
    CAPTURE_CGROUP,    /* /proc/self/cgroup */
    CAPTURE_GROUP,     /* a file of our control group and of those above it; only its name */
    CAPTURE_GROUPS,    /* the same of every group that stands for a service or a container */
};

struct capture_path {
    const char *glob;  /* each part between slashes is a glob, or "#" for a number */
    enum capture_kind kind;
};

/* All that adapters read; a new adapter adds its files here, and a test notices if it does not. */
const struct capture_path *capture_paths(size_t *n);

/* ---- what is replaced: capture_scrub.c ---- */

struct names { /* each name and the number that stands for it */
    char **name;
    size_t n, cap;
};

struct scrub {
    bool keep_process_names;
    struct names processes, mounts, sources, interfaces, groups, addresses;
};

void scrub_done(struct scrub *s);

/* Appends the text without MAC addresses and random interface names.
 * Good for contents and links. */
void scrub_text(struct scrub *s, const char *text, struct buf *out);

/* The same for a path; below /sys/fs/cgroup the names of groups are replaced as well. */
void scrub_path(struct scrub *s, const char *path, struct buf *out);

/* A line of /proc/PID/stat: "(p7)" instead of the name, unless the kernel runs it. */
void scrub_process(struct scrub *s, const char *line, struct buf *out);

/* mountinfo: mount points, sources and options of the file systems. */
void scrub_mounts(struct scrub *s, const char *text, struct buf *out);

/* A mount point: itself where every machine may have it, else "/mnt/3". */
void scrub_mount(struct scrub *s, const char *mount, struct buf *out);

/* /proc/cpuinfo: some boards have a serial number there. */
void scrub_cpuinfo(struct scrub *s, const char *text, struct buf *out);

/* /proc/PID/fdinfo/N of a client of a GPU: only what the kernel says of it. */
void scrub_drm(struct scrub *s, const char *text, struct buf *out);

/* /proc/self/cgroup */
void scrub_cgroup(struct scrub *s, const char *text, struct buf *out);

/* ---- how full file systems are: capture_space.c ---- */

struct spaces { /* mount points that did not answer */
    char **hung;
    size_t n, cap;
};

/*
 * Appends a line of .sonde/statfs for each mount of a mountinfo, but for those that would be
 * mounted by the look (autofs).
 */
void spaces_put(struct spaces *s, const char *root, const char *mountinfo, struct scrub *scrub, struct buf *out);
void spaces_done(struct spaces *s);

/* ---- what GPUs say: capture_gpu.c ---- */

struct gpus {
    struct gpus_asked *asked; /* NULL until the first question */
    int64_t wait_ns;          /* for an answer; 0: ten seconds */
    bool hung;                /* a GPU did not answer: */
    struct buf last;          /* this is said from then on */
};

/* Appends the lines of .sonde/nvml for NVIDIA's GPUs that are awake; nothing where there are none.
 * Root and waiting time stay the same from call to call. */
void gpus_put(struct gpus *g, const char *root, struct buf *out);
void gpus_done(struct gpus *g);

/* ---- one instant: capture_snapshot.c ---- */

struct snapshot_file {
    char *path;   /* from the root: "/proc/stat" */
    char *text;   /* n bytes, or where a link leads */
    size_t n;
    bool link;
};

struct snapshot {
    struct snapshot_file *file; /* by path, after snapshot_sort() */
    size_t n, cap;
};

void snapshot_done(struct snapshot *s);
void snapshot_put(struct snapshot *s, const char *path, const char *text, size_t n, bool link);
void snapshot_sort(struct snapshot *s); /* and drops what is there twice */

/* Writes what changed since `before` (empty: everything) into folder dir/NNNN. Adds to *bytes. */
int snapshot_write(const struct snapshot *before, const struct snapshot *now, const char *dir,
                   int instant, size_t *bytes);

/* ---- the whole: capture.c ---- */

struct capture {
    const char *root;        /* "" = the running machine */
    struct clock *clock;
    int count;               /* instants */
    double interval_s;
    bool keep_process_names;

    int done;                /* out: instants recorded */
    size_t files, bytes;     /* out: of the first instant; written in all */
};

/*
 * Records into a directory, whole or not at all. Stopped early, it keeps the instants that are
 * there. Errors: -ENOTEMPTY when dir is there and not empty, -EEXIST when "dir.part" is there: of a
 * capture that runs or was killed, -EBUSY when dir is a mount point, a link or ".", -EINTR when
 * stopped before the first instant, -ENODATA when there is nothing to record; others from writing.
 */
int capture_run(struct capture *c, const char *dir);

#endif
