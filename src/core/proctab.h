/*
 * The processes of one instant, and what each did since the instant before.
 *
 * Names are the kernel's short command names. Arguments, users and environment are never read.
 */
#ifndef CORE_PROCTAB_H
#define CORE_PROCTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROC_NAME_MAX 16

struct proc {
    int32_t pid, ppid;
    char state;               /* R running, S sleeping, D waiting for a device, Z dead, as proc_pid_stat(5) */
    char name[PROC_NAME_MAX];
    double start_s;           /* seconds after boot; with pid it identifies a process */
    double cpu_s;             /* user and system time so far */
    double children_cpu_s;    /* the same of children that ended and were waited for */
    double rss_bytes;
    double read_bytes, write_bytes; /* to storage so far; NaN where not permitted or not read */
    double threads;
    double gpu_bytes;         /* memory of graphics processors that it holds; NaN where not known */
    uint32_t ended;           /* 0: it is there; else how many of this parent and name have ended: see proctab */
};

/*
 * Behind those who are there stand those who ended since the table before, as far as that is told:
 * one row for all of one parent and name, with what they did since that table and the pid of the one
 * that did most. children_cpu_s in it is only there to be taken off their parent's.
 */
struct proctab {
    int64_t mono_ns; /* when it was read */
    struct proc *p;  /* n + ended of them; the first n in the order of the pid */
    size_t n, ended, cap;
};

/* One more, zeroed but for what is not known yet: NaN. Borrowed until the next call. All who are there
 * come first, then those who ended. */
struct proc *proctab_add(struct proctab *t);
struct proc *proctab_add_ended(struct proctab *t);
void proctab_clear(struct proctab *t);

/* A process by its number among those who are there, NULL for none. */
struct proc *proctab_at(const struct proctab *t, int32_t pid);

/* dst becomes a copy of those who are there in src, keeping its room. */
void proctab_copy(struct proctab *dst, const struct proctab *src);

void proctab_done(struct proctab *t);

struct proc_use;

/*
 * Makes a table fit the one before: what a process has used never falls, and its account of its children
 * holds at least those who are gone since. A table is not read in one instant: a child may have been
 * waited for after its parent's row was read, and would be counted twice with the next table.
 *
 *   scratch  room for now->n + now->ended
 */
void proctab_settle(const struct proctab *before, struct proctab *now, struct proc_use *scratch);

/* What one process did between two tables. */
struct proc_use {
    int32_t pid, ppid;
    char name[PROC_NAME_MAX];
    double cpu_percent;       /* of one core; 250 = two and a half cores */
    double children_percent;  /* the same, of children that ended in between: what they did in it, as far
                                 as no row of their own says so */
    double rss_bytes, rss_growth_bytes;
    double read_rate, write_rate; /* bytes per second; NaN where not known */
    bool is_new;              /* was not in the table before */
    uint32_t ended;           /* as in struct proc */
};

/*
 * Pairs two tables, both in the order of the pid.
 *
 *   before, now  now->mono_ns > before->mono_ns
 *   out          room for now->n + now->ended
 *
 * A process that was not in `before` counts from 0. Returns how many were written: now->n +
 * now->ended.
 */
size_t proctab_use(const struct proctab *before, const struct proctab *now, struct proc_use *out);

#endif
