/*
 * What a command shows: an archive. That of --data or of the running recorder; or, where a file was named (--replay),
 * a private one that the file was put into and analysed, which is removed at the end. Whoever shows need not know.
 */
#ifndef APP_SHOWN_H
#define APP_SHOWN_H

#include "analyze/report.h"
#include "app/archived.h"

#define SHOWN_REPLAY \
    { "replay", 0, OPTION_FILE, "FILE", \
      .help = "instead of an archive, a tape, or a CSV or JSON file that `sonde import` reads" }

struct shown {
    struct buf dir;
    bool private;                    /* a file's or a run's: `dir` is made for it, and removed at the end */
    char name[64];                   /* what to call that: the file without its folder; "" where it is an archive */
    struct look look;                /* of the directory, its files open */
    char session[INDEX_ID_MAX];      /* that was named; "" for all */
    struct analyze_options how;      /* as ranges of it are analysed: configuration and categories */
    struct workload_set *workloads;  /* that `how` borrows */
};

/*
 * Opens it for a command with ARCHIVED_OPTION. An exit status; what is wrong was said. To be closed in any case.
 *
 *   file   --replay; NULL: the archive
 *   word   a session as archived_find() takes it, or another way to name the file; NULL: neither
 */
int shown_open(struct shown *s, const struct args *a, const char *file, const char *word);

/* The same of a directory in which perhaps nothing was recorded yet: the look is left for whoever needs it. */
void shown_dir(struct shown *s, const struct args *a, const char *dir);

/* The same of a run in memory, with what its report says of the machine: a private archive. 0, or an error that was
 * said. */
int shown_run(struct shown *s, const struct args *a, const struct recording *rec, const struct report *r);

/*
 * --from and --to, as far as they were given, else where the session begins and ends, or all, of which no more than the
 * last so many hours. False: nothing was recorded in it, or it runs backwards; that was said.
 */
bool shown_range(struct shown *s, const struct args *a, const char *command, double hours, int64_t *from_ms,
                 int64_t *to_ms);
void shown_close(struct shown *s);

/* Removes the private archive, if it is one, and nothing else: for who ends while somebody may be reading it. */
void shown_remove(struct shown *s);

#endif
